// The line at the bottom: how far the numbers can be trusted, what happened last, and the matching command.

#include "ui/command_line.hpp"
#include "ui/panels.hpp"

#include <llmcalc/base/text.hpp>

namespace llmcalc::ui {
namespace {

/// "Weights exact · KV cache exact · Compute buffer modelled ±10 %".
std::string trust_line(const Estimate& estimate) {
  std::string line;
  for (const Component& c : estimate.inference.breakdown.components) {
    if (c.part != Part::Weights && c.part != Part::KvCache && c.part != Part::ComputeBuffer) continue;
    if (!line.empty()) line += " · ";
    line.append(label_of(c.part)).append(" ").append(label_of(c.trust));
    if (c.trust != Trust::Exact && c.bytes.count != 0 && c.high > c.low) {
      const double spread = 50.0 * static_cast<double>((c.high - c.low).count) / static_cast<double>(c.bytes.count);
      line += " ±" + fixed(spread, 0) + " %";
    }
  }
  return line;
}

std::string time_text(double seconds) {
  if (seconds < 1e-3) return fixed(seconds * 1e6, seconds < 1e-5 ? 1 : 0) + " µs";
  return fixed(seconds * 1e3, 1) + " ms";
}

}  // namespace

std::optional<std::string> status_bar(const Shown& shown, const Message& message, const Theme& theme, const Box& box,
                                      const StatusWords& words) {
  const Palette& p = theme.palette;
  fill(box, p.bar);
  ImGui::GetWindowDrawList()->AddLine(box.from, {box.to.x, box.from.y}, p.border);
  const Box inner = shrunk(box, theme.px(14), 0);
  const Results& results = shown.results;
  std::string left = message.text;
  ImU32 colour = message.is_bad ? p.bad : p.text_soft;
  if (left.empty()) left = words.state;
  if (!results.issues.empty()) {
    left = issue_words(results.issues.front());
    colour = p.bad;
  }
  if (left.empty()) {
    left = trust_line(results.estimate);
    left += (left.empty() ? "" : "     ") + std::string("estimated in ") + time_text(results.seconds);
    colour = p.text_faint;
  }
  std::optional<std::string> copied;
  const std::string command = words.command.empty() ? command_line(shown.scenario) : words.command;
  const float wide = std::min(text_width(theme.fonts.small, left) + theme.px(1), inner.width());
  draw_text(theme, theme.fonts.small, colour, {inner.from, {inner.from.x + wide, inner.to.y}}, left);
  const Box rest{{inner.from.x + std::max(wide, 0.0f) + theme.px(24), inner.from.y}, inner.to};
  if (rest.width() < theme.px(110)) return copied;
  const std::string shown_command =
      text_width(theme.fonts.small, command) <= rest.width() ? command : "copy as a command";
  const float width = text_width(theme.fonts.small, shown_command) + 1;
  ImGui::SetCursorScreenPos({rest.to.x - width, rest.from.y});
  if (ImGui::InvisibleButton("command", {width, rest.height()})) copied = command;
  const bool hovered = ImGui::IsItemHovered();
  draw_text(theme, theme.fonts.small, hovered ? p.text : p.text_faint, last_item(), shown_command);
  help(theme, command + "\nThe same on the command line. Click to copy.");
  focus_ring(theme, last_item());
  note_control(theme, "command", last_item());
  return copied;
}

}  // namespace llmcalc::ui
