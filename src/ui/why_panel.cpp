// WHY: the calculation behind one number, made from the same factors as the number itself.

#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"
#include "ui/why_words.hpp"

#include <llmcalc/estimate/explain.hpp>

#include <algorithm>

namespace llmcalc::ui {
namespace {

/// The component in focus; the other half's when this half has none.
const Component* focused(const App& app, Task& task) {
  const Estimate& e = app.results.estimate;
  const Focus focus = app.preferences.focus;
  const auto find = [&](const Breakdown& b) -> const Component* {
    for (const Component& c : b.components) {
      if (row_part(c.part) == row_part(focus.part)) return &c;
    }
    return nullptr;
  };
  task = focus.task;
  const Component* found = find(task == Task::Inference ? e.inference.breakdown : e.training.breakdown);
  if (found) return found;
  task = task == Task::Inference ? Task::Training : Task::Inference;
  return find(task == Task::Inference ? e.inference.breakdown : e.training.breakdown);
}

/// Lines of the card: symbols, numbers and result of a summand.
std::string calculation(const Summand& s) {
  std::string out;
  if (!s.label.empty()) out.append(s.label).append("\n");
  if (s.size() == 0) return out + "= " + exact_text(s.result);
  std::string symbols;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (!symbols.empty()) symbols += " · ";
    symbols += s.terms[i].symbol;
  }
  if (const std::string width = text(s.width); !width.empty()) symbols += " · bytes";
  std::string numbers;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (!numbers.empty()) numbers += " · ";
    numbers += grouped(s.terms[i].value);
  }
  if (const std::string width = text(s.width); !width.empty()) numbers += " · " + width;
  if (s.divisor > 1) {
    symbols += " ÷ ranks";
    numbers += " ÷ " + grouped(s.divisor);
  }
  return out + symbols + "\n= " + numbers + "\n= " + exact_text(s.result);
}

std::string calculation(const Component& c, ByteUnits units) {
  constexpr std::size_t most = 4;
  std::string out;
  Bytes shown;
  for (std::size_t i = 0; i < c.summands.size() && i < most; ++i) {
    const Summand& s = c.summands[i];
    if (i != 0) out += s.negative ? "\n− " : "\n+ ";
    out += calculation(s);
    shown = s.negative ? shown - s.result : shown + s.result;
  }
  if (c.summands.size() > most) {
    out += "\n+ " + grouped(c.summands.size() - most) + " more: " + exact_text(c.bytes - shown);
  }
  if (c.summands.size() != 1) out += (out.empty() ? "" : "\n") + std::string("= ") + exact_text(c.bytes);
  return out + " = " + text(c.bytes, units);
}

/// A card with monospaced lines.
void card(const Theme& theme, const std::string& lines) {
  const float width = ImGui::GetContentRegionAvail().x;
  const float pad = theme.px(9);
  compat::push(theme.fonts.mono);
  const ImVec2 size = ImGui::CalcTextSize(lines.c_str(), nullptr, false, width - 2 * pad);
  compat::pop_font();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Box box{at, {at.x + width, at.y + size.y + 2 * pad}};
  fill(box, theme.palette.track, theme.px(4));
  ImGui::SetCursorScreenPos({at.x + pad, at.y + pad});
  paragraph(theme, theme.fonts.mono, theme.palette.text, lines, width - 2 * pad);
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy(box.size());
}

void line(const Theme& theme, ImU32 colour, const std::string& words) {
  paragraph(theme, theme.fonts.body, colour, words, ImGui::GetContentRegionAvail().x);
}

}  // namespace

void why_panel(App& app, const Theme& theme) {
  Task task = Task::Inference;
  const Component* c = focused(app, task);
  if (!c) {
    heading(theme, "Why");
    line(theme, theme.palette.text_faint, "Click a part of a bar or a row of the table.");
    return;
  }
  const Palette& p = theme.palette;
  heading(theme, "Why", std::string(label_of(c->part)) + " · " + std::string(key_of(task)));
  card(theme, calculation(*c, app.preferences.units));
  std::string trust = c->trust == Trust::Exact ? "Exact" : c->trust == Trust::Modelled ? "Modelled" : "Assumed";
  trust += ": " + std::string(row_of(c->trust).help) + ".";
  if (c->low != c->high) {
    trust += " From " + text(c->low, app.preferences.units) + " to " + text(c->high, app.preferences.units) + ".";
  }
  line(theme, c->trust == Trust::Assumed ? p.warn : p.text_soft, trust);
  if (const std::string words = article_words(app.scenario, app.results, *c, task, app.preferences.units);
      !words.empty()) {
    line(theme, p.text_soft, words);
  }
  if (!c->not_counted.empty()) line(theme, p.text_faint, "Not counted: " + std::string(c->not_counted) + ".");
  if (!c->source.empty()) line(theme, p.text_faint, "Source: " + std::string(c->source));
}

}  // namespace llmcalc::ui
