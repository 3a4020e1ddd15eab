// A line for people who have never seen the program: what to do, and three examples.

#include "ui/examples.hpp"
#include "ui/panels.hpp"

#include <algorithm>

namespace llmcalc::ui {

HintDeed first_hint(const Theme& theme) {
  HintDeed deed;
  const Palette& p = theme.palette;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float margin = theme.px(12);
  const float gap = theme.px(6);
  const float line = theme.px(34);
  const auto width_of = [&](std::string_view words) { return text_width(theme.fonts.body, words) + theme.px(20); };
  float buttons = 0;
  for (const Example& example : examples()) buttons += width_of(example.name) + gap;
  constexpr std::string_view all = "New here? Start with one of these, or drop a model file on the window.";
  constexpr std::string_view few = "New here? Start with";
  constexpr std::string_view least = "New here?";
  const float done = theme.px(72);
  const float beside = width - buttons - done - 3 * margin;
  const auto fits = [&](std::string_view said, float room) { return text_width(theme.fonts.body, said) <= room; };
  const bool one_line = fits(least, beside);
  const float room = one_line ? beside : width - done - 2 * margin;
  const std::string_view words = fits(all, room) ? all : fits(few, room) ? few : least;
  const Box box{at, {at.x + width, at.y + (one_line ? line : 2 * line)}};
  fill(box, faded(p.accent, 0.16f), theme.px(4));
  draw_text(theme, theme.fonts.body, p.text, {{at.x + margin, at.y}, {at.x + margin + room, at.y + line}}, words);
  float x = at.x + margin + (one_line ? text_width(theme.fonts.body, words) + margin : 0);
  const float y = one_line ? at.y : at.y + line;
  for (const Example& example : examples()) {
    const float wide = std::min(width_of(example.name), std::max((width - 2 * margin) / 3 - gap, 1.0f));
    ImGui::SetCursorScreenPos({x, y + theme.px(2)});
    if (button(theme, example.name.data(), example.name, wide)) deed.example = &example;
    help(theme, example.help);
    x += wide + gap;
  }
  ImGui::SetCursorScreenPos({box.to.x - done - theme.px(4), at.y + theme.px(2)});
  deed.done = button(theme, "hint.done", "Got it", done, Look::Accent) || deed.example != nullptr;
  ImGui::SetCursorScreenPos({at.x, box.to.y});
  ImGui::Dummy({1, theme.px(6)});
  return deed;
}

}  // namespace llmcalc::ui
