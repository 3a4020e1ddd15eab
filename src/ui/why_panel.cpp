// WHY: the calculation behind one number, made from the same factors as the number itself.

#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"
#include "ui/why_words.hpp"

#include <llmcalc/estimate/explain.hpp>

#include <algorithm>

namespace llmcalc::ui {
namespace {

/// True for summands that are counted in the same way: the layers of a device one by one.
bool alike(const Summand& a, const Summand& b) {
  return a.label == b.label && a.terms == b.terms && a.width == b.width && a.divisor == b.divisor &&
         a.result == b.result && a.negative == b.negative;
}

/// Lines of the card: symbols, numbers and result of a summand that is there so many times.
std::string calculation(const Summand& s, Count times) {
  std::string out;
  if (!s.label.empty()) out.append(s.label).append("\n");
  const std::string result =
      times == 1 ? exact_text(s.result)
                 : grouped(times) + " × " + exact_text(s.result) + "\n= " + exact_text(s.result * times);
  const bool plain = s.size() == 1 && s.terms[0].symbol == "bytes" && text(s.width).empty() && s.divisor <= 1;
  if (s.size() == 0 || plain) return out + "= " + result;
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
  return out + symbols + "\n= " + numbers + "\n= " + result;
}

std::string calculation(const Component& c, ByteUnits units) {
  constexpr std::size_t most = 4;
  std::string out;
  Bytes shown;
  auto at = c.summands.begin();
  for (std::size_t groups = 0; at != c.summands.end() && groups < most; ++groups) {
    const Summand s = without_ones(*at);
    const auto next = std::find_if_not(at, c.summands.end(), [&](const Summand& other) { return alike(*at, other); });
    const auto times = static_cast<Count>(next - at);
    if (groups != 0) out += s.negative ? "\n− " : "\n+ ";
    out += calculation(s, times);
    shown = s.negative ? shown - s.result * times : shown + s.result * times;
    at = next;
  }
  if (at != c.summands.end()) {
    out += "\n+ " + grouped(static_cast<Count>(c.summands.end() - at)) + " more: " + exact_text(c.bytes - shown);
  }
  if (c.summands.size() != 1) out += (out.empty() ? "" : "\n") + std::string("= ") + exact_text(c.bytes);
  return out + " = " + text(c.bytes, units);
}

/// How far to trust the number, at the right end of the heading.
void trust_badge(const Theme& theme, const Component& c, const Box& head) {
  const Palette& p = theme.palette;
  const ImU32 ink = c.trust == Trust::Exact ? p.good : c.trust == Trust::Modelled ? p.text_soft : p.warn;
  const std::string_view words = label_of(c.trust);
  const float width = text_width(theme.fonts.small, words) + theme.px(12);
  const ImVec2 after = ImGui::GetCursorScreenPos();
  const Box badge{{head.to.x - width, head.from.y + theme.px(1)}, {head.to.x, head.to.y - theme.px(2)}};
  ImGui::SetCursorScreenPos(badge.from);
  ImGui::Dummy(badge.size());
  help(theme, row_of(c.trust).help);
  fill(badge, faded(ink, 0.16f), theme.px(4));
  draw_text(theme, theme.fonts.small, ink, badge, words, Align::Centre);
  ImGui::SetCursorScreenPos(after);
}

void line(const Theme& theme, ImU32 colour, const std::string& words) {
  paragraph(theme, theme.fonts.body, colour, words, ImGui::GetContentRegionAvail().x);
}

}  // namespace

void why_panel(const Shown& shown, const Focus& focus, const Theme& theme) {
  const Found found = find_part(shown.results.estimate, focus);
  const Component* c = found.component;
  const Task task = found.task;
  if (!c) {
    heading(theme, "Why");
    line(theme, theme.palette.text_faint, "Click a part of a bar or a row of the table.");
    return;
  }
  const Palette& p = theme.palette;
  const Box head{ImGui::GetCursorScreenPos(),
                 {ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x,
                  ImGui::GetCursorScreenPos().y + theme.px(20)}};
  heading(theme, "Why",
          std::string(label_of(c->part)) + " · " + std::string(found.phase ? label_of(*found.phase) : key_of(task)));
  trust_badge(theme, *c, head);
  if (!found.device.empty()) {
    const bool host = found.device == "host";
    line(theme, p.text_soft, host ? "What host memory holds:" : "What " + found.device + " holds:");
  }
  card(theme, calculation(*c, shown.units));
  if (c->low != c->high) {
    line(theme, c->trust == Trust::Assumed ? p.warn : p.text_soft,
         "From " + text(c->low, shown.units) + " to " + text(c->high, shown.units) + ": " +
             std::string(row_of(c->trust).help) + ".");
  }
  if (const std::string words = article_words(shown.scenario, shown.results, *c, task, shown.units); !words.empty()) {
    line(theme, p.text_soft, words);
  }
  if (!c->not_counted.empty()) line(theme, p.text_faint, "Not counted: " + std::string(c->not_counted) + ".");
  if (!c->source.empty()) line(theme, p.text_faint, "Source: " + std::string(c->source));
}

}  // namespace llmcalc::ui
