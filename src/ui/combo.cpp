// The combo: a closed box with a secondary text at the right, and the list it opens.

#include "ui/controls.hpp"
#include "ui/tab_order.hpp"

#include <algorithm>

namespace llmcalc::ui {
namespace {

/// One option as a row of the list; true when it was chosen.
bool option_row(const Theme& theme, const ComboOption& option, float width, bool chosen) {
  const float height = theme.px(24);
  const bool clicked = ImGui::Selectable("##option", chosen, ImGuiSelectableFlags_None, {width, height});
  const Box box = shrunk(last_item(), theme.px(6), 0);
  const Palette& p = theme.palette;
  const float note_width = option.note.empty() ? 0 : text_width(theme.fonts.small, option.note) + theme.px(12);
  draw_text(theme, chosen ? theme.fonts.strong : theme.fonts.body, p.text,
            {box.from, {box.to.x - note_width, box.to.y}}, option.label);
  if (note_width > 0) draw_text(theme, theme.fonts.small, p.text_faint, box, option.note, Align::Right);
  help(theme, option.help);
  return clicked;
}

/// The option meant by letters: its label begins with them, or one of its words, or they are in it.
std::optional<std::size_t> option_meant(const std::vector<ComboOption>& all, std::string_view letters) {
  std::optional<std::size_t> best;
  std::size_t best_rank = 3;
  for (std::size_t i = 0; i < all.size() && !letters.empty(); ++i) {
    std::string label = all[i].label;
    std::transform(label.begin(), label.end(), label.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const std::size_t at = label.find(letters);
    if (at == std::string::npos) continue;
    const std::size_t rank = at == 0 ? 0 : label.find(" " + std::string(letters)) != std::string::npos ? 1 : 2;
    if (rank < best_rank) {
      best = i;
      best_rank = rank;
    }
  }
  return best;
}

}  // namespace

bool closed_combo(const Theme& theme, std::string_view name, float width, std::string_view label,
                  std::string_view note) {
  const bool clicked = ImGui::InvisibleButton("combo", {width, theme.px(22)});
  const Box box = last_item();
  const Palette& p = theme.palette;
  const bool hovered = ImGui::IsItemHovered();
  fill(box, hovered ? p.control_hover : p.control, theme.px(4));
  const float arrow = theme.px(20);
  const Box room{{box.from.x + theme.px(8), box.from.y}, {box.to.x - arrow, box.to.y}};
  const float label_width = draw_name(theme, theme.fonts.body, p.text, room, label);
  const float left = room.width() - label_width - theme.px(8);
  if (!note.empty() && text_width(theme.fonts.body, note) <= left) {
    draw_text(theme, theme.fonts.body, p.text_faint, room, note, Align::Right);
  }
  draw_arrow(theme, {box.to.x - theme.px(11), box.middle().y}, p.text_faint);
  focus_ring(theme, box);
  note_control(theme, name, box);
  return clicked;
}

int combo(const Theme& theme, std::string_view name, float width, std::string_view label, std::string_view note,
          int chosen, const std::function<std::vector<ComboOption>()>& options) {
  ImGui::PushID(name.data(), name.data() + name.size());
  const bool clicked = closed_combo(theme, name, width, label, note);
  const Box box = last_item();
  if (clicked) ImGui::OpenPopup("list");
  int result = -1;
  if (ImGui::IsPopupOpen("list")) {
    const std::vector<ComboOption> all = options();
    float widest = width;
    for (const ComboOption& option : all) {
      widest = std::max(widest, text_width(theme.fonts.strong, option.label) +
                                    text_width(theme.fonts.small, option.note) + theme.px(48));
    }
    const float list_height = std::min(theme.px(27) * static_cast<float>(all.size()) + theme.px(14), theme.px(420));
    const ImVec2 screen = ImGui::GetIO().DisplaySize;
    const bool below = box.to.y + list_height < screen.y - theme.px(8);
    ImGui::SetNextWindowPos(
        {std::min(box.from.x, screen.x - widest - theme.px(20)),
         below ? box.to.y + theme.px(2) : std::max(box.from.y - list_height - theme.px(2), theme.px(4))});
    ImGui::SetNextWindowSize({widest + theme.px(12), list_height});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{theme.px(6), theme.px(6)});
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2{0, theme.px(3)});
    if (begin_popup(theme, "list")) {
      const std::optional<std::size_t> meant = option_meant(all, typed_letters(theme));
      for (std::size_t i = 0; i < all.size(); ++i) {
        ImGui::PushID(static_cast<int>(i));
        const bool current = static_cast<int>(i) == chosen;
        if (option_row(theme, all[i], ImGui::GetContentRegionAvail().x, current)) result = static_cast<int>(i);
        if (meant == i) {
          ImGui::SetKeyboardFocusHere(-1);
          ImGui::SetScrollHereY();
        }
        if (current && ImGui::IsWindowAppearing()) {
          ImGui::SetItemDefaultFocus();
          ImGui::SetScrollHereY();
        }
        note_control(theme, std::string(name) + "." + all[i].label, last_item());
        ImGui::PopID();
      }
      end_popup(theme);
    }
    ImGui::PopStyleVar(2);
  }
  ImGui::PopID();
  return result;
}

}  // namespace llmcalc::ui
