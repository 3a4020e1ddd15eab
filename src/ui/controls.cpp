#include "ui/controls.hpp"

#include "ui/tab_order.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace llmcalc::ui {
namespace {

/// Starts typing into a slider.
void open_typing(Typing& typing, std::string_view name, std::string_view text) {
  typing.name = name;
  typing.text.fill('\0');
  std::memcpy(typing.text.data(), text.data(), std::min(text.size(), typing.text.size() - 1));
  typing.just_opened = true;
  typing.complaint.clear();
}

/// The text field that replaces a slider while its value is typed. True when `value` changed.
bool typed_value(const Theme& theme, Typing& typing, const Box& box, const SliderLook& look, Count& value) {
  ImGui::SetNextItemWidth(box.width());
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2{theme.px(8), (box.height() - ImGui::GetFontSize()) / 2});
  const bool first = typing.just_opened;
  if (first) ImGui::SetKeyboardFocusHere();
  typing.just_opened = false;
  const bool entered = ImGui::InputText("##typed", typing.text.data(), typing.text.size(),
                                        ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  ImGui::PopStyleVar();
  tab_stop(theme);
  const bool left = !first && ImGui::IsItemDeactivated();
  if (!entered && !left) return false;
  if (compat::pressed(Key::Escape)) {
    typing = {};
    return false;
  }
  std::optional<Count> typed;
  if (!look.thousandths) {
    typed = parse_count(typing.text.data(), look.binary);
  } else if (const std::optional<double> real = parse_real(typing.text.data())) {
    typed = static_cast<Count>(std::min(*real, 1e15) * 1000.0 + 0.5);
  }
  const bool good = typed && *typed >= look.lowest && *typed <= look.highest;
  if (!good && entered) {
    typing.complaint = typed ? "Out of range. Type a number from " : "Type a number from ";
    typing.just_opened = true;
    return false;
  }
  typing = {};
  if (!good || *typed == value) return false;
  value = *typed;
  return true;
}

}  // namespace

bool button(const Theme& theme, const char* name, std::string_view text, float width, Look look) {
  const bool small = look == Look::Small || look == Look::SmallOn;
  const bool quiet = look == Look::Quiet;
  const bool accent = look == Look::Accent || look == Look::SmallOn;
  const Typeface& face = small ? theme.fonts.small : theme.fonts.body;
  const float height = theme.px(quiet ? 20 : small ? 22 : 30);
  if (width <= 0) width = text_width(face, text) + theme.px(quiet ? 12 : small ? 16 : 24);
  const bool clicked = ImGui::InvisibleButton(name, {width, height});
  const Box box = last_item();
  const Palette& p = theme.palette;
  ImU32 back = accent ? p.accent : quiet ? faded(p.control, 0.45f) : p.control;
  if (ImGui::IsItemHovered()) back = accent ? mixed(p.accent, p.on_accent, 0.12f) : p.control_hover;
  if (ImGui::IsItemActive()) back = mixed(back, p.accent, 0.25f);
  fill(box, back, theme.px(4));
  draw_text(theme, face,
            accent  ? p.on_accent
            : quiet ? p.text_faint
                    : p.text,
            shrunk(box, theme.px(4), 0), text, Align::Centre);
  focus_ring(theme, box);
  note_control(theme, name, box);
  return clicked;
}

std::size_t segmented(const Theme& theme, const char* name, std::span<const std::string_view> texts,
                      std::size_t chosen) {
  ImGui::PushID(name);
  const float height = theme.px(30);
  std::size_t result = chosen;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i != 0) ImGui::SameLine(0, 0);
    const float width = text_width(theme.fonts.body, texts[i]) + theme.px(22);
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("segment", {width, height})) result = i;
    const Box box = last_item();
    const bool on = i == chosen;
    const ImU32 back = on                       ? theme.palette.accent
                       : ImGui::IsItemHovered() ? theme.palette.control_hover
                                                : theme.palette.control;
    const ImDrawFlags corners = texts.size() == 1       ? ImDrawFlags_RoundCornersAll
                                : i == 0                ? ImDrawFlags_RoundCornersLeft
                                : i + 1 == texts.size() ? ImDrawFlags_RoundCornersRight
                                                        : ImDrawFlags_RoundCornersNone;
    ImGui::GetWindowDrawList()->AddRectFilled(box.from, box.to, back, theme.px(4), corners);
    draw_text(theme, theme.fonts.body, on ? theme.palette.on_accent : theme.palette.text, box, texts[i],
              Align::Centre);
    focus_ring(theme, box);
    note_control(theme, std::string(name) + "." + std::string(texts[i]), box);
    ImGui::PopID();
  }
  ImGui::PopID();
  return result;
}

void heading(const Theme& theme, std::string_view title, std::string_view note) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const Box line{at, {at.x + width, at.y + theme.px(20)}};
  std::string upper(title);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  const float drawn = draw_text(theme, theme.fonts.heading, theme.palette.text_faint, line, upper);
  if (!note.empty()) {
    const Box rest{{line.from.x + drawn + theme.px(8), line.from.y}, line.to};
    draw_text(theme, theme.fonts.small, theme.palette.text_faint, rest, note);
  }
  ImGui::GetWindowDrawList()->AddLine({at.x, line.to.y}, {at.x + width, line.to.y}, theme.palette.border);
  ImGui::Dummy({width, theme.px(20)});
  ImGui::Dummy({width, theme.px(1)});
}

float row_label(const Theme& theme, std::string_view label, float label_width, std::string_view help_text,
                bool departs) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float total = ImGui::GetContentRegionAvail().x;
  const float height = theme.px(22);
  ImGui::Dummy({label_width, height});
  const Box box{at, {at.x + label_width - theme.px(6), at.y + height}};
  if (departs) {
    const ImVec2 dot{at.x - theme.px(7), at.y + height / 2};
    ImGui::GetWindowDrawList()->AddCircleFilled(dot, theme.px(2.4f), theme.palette.warn);
  }
  const Typeface& face = text_width(theme.fonts.body, label) <= box.width() ? theme.fonts.body : theme.fonts.small;
  draw_text(theme, face, theme.palette.text_soft, box, label);
  help(theme, help_text);
  ImGui::SameLine(0, 0);
  return total - label_width;
}

bool count_slider(const Theme& theme, Typing& typing, std::string_view name, float width, const SliderLook& look,
                  Count& value) {
  ImGui::PushID(name.data(), name.data() + name.size());
  const float height = theme.px(22);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Box box{at, {at.x + width, at.y + height}};
  note_control(theme, name, box);
  if (typing.name == name) {
    const bool changed = typed_value(theme, typing, box, look, value);
    ImGui::PopID();
    return changed;
  }
  const bool pressed = ImGui::InvisibleButton("slider", {width, height});
  const bool active = ImGui::IsItemActive();
  const bool hovered = ImGui::IsItemHovered();
  const ImGuiIO& io = ImGui::GetIO();
  const Count before = value;
  const bool dragged = active && io.MouseDown[0] && !io.KeyCtrl;
  const bool clicked_to_type =
      hovered && (ImGui::IsMouseDoubleClicked(0) || (io.KeyCtrl && ImGui::IsMouseClicked(0)));
  const bool entered = pressed && !dragged && !ImGui::IsMouseReleased(0);  // Enter or Space on the focused slider
  if (clicked_to_type || entered) {
    open_typing(typing, name, look.typed.empty() ? look.shown : look.typed);
  } else if (dragged && (ImGui::IsMouseDragging(0, 0) || ImGui::IsItemActivated())) {
    value = value_at(look.range, (io.MousePos.x - at.x) / width);
  }
  if (ImGui::IsItemFocused() && !io.WantTextInput) {
    for (int i = 0; i < io.InputQueueCharacters.Size; ++i) {
      const ImWchar c = io.InputQueueCharacters[i];
      if (c == '+' || c == '=') value = next_stop(look.range, value, true);
      if (c == '-') value = next_stop(look.range, value, false);
    }
  }
  const Palette& p = theme.palette;
  fill(box, hovered || active ? p.control_hover : p.control, theme.px(4));
  const float filled = std::max(position_of(look.range, value) * width, theme.px(6));
  fill({at, {at.x + filled, box.to.y}}, hovered || active ? p.fill_hover : p.control_fill, theme.px(4));
  draw_text(theme, theme.fonts.body, p.text, shrunk(box, theme.px(4), 0), look.shown, Align::Centre);
  focus_ring(theme, box);
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  ImGui::PopID();
  return value != before;
}

bool check_box(const Theme& theme, std::string_view name, std::string_view text, bool& on) {
  const float height = theme.px(22);
  const float side = theme.px(16);
  const float width = side + (text.empty() ? 0 : text_width(theme.fonts.body, text) + theme.px(8));
  ImGui::PushID(name.data(), name.data() + name.size());
  const bool clicked = ImGui::InvisibleButton("check", {width, height});
  ImGui::PopID();
  const Box item = last_item();
  const float top = item.from.y + (height - side) / 2;
  const Box square{{item.from.x, top}, {item.from.x + side, top + side}};
  const Palette& p = theme.palette;
  fill(square, on ? p.accent : ImGui::IsItemHovered() ? p.control_hover : p.control, theme.px(3));
  if (on) {
    const ImVec2 points[3] = {{square.from.x + side * 0.24f, square.from.y + side * 0.52f},
                              {square.from.x + side * 0.43f, square.from.y + side * 0.71f},
                              {square.from.x + side * 0.78f, square.from.y + side * 0.30f}};
    compat::polyline(ImGui::GetWindowDrawList(), points, 3, p.on_accent, theme.px(2));
  }
  if (!text.empty()) {
    draw_text(theme, theme.fonts.body, p.text, {{square.to.x + theme.px(8), item.from.y}, item.to}, text);
  }
  focus_ring(theme, item);
  note_control(theme, name, item);
  if (clicked) on = !on;
  return clicked;
}

}  // namespace llmcalc::ui
