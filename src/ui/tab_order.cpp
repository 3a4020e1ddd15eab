#include "ui/tab_order.hpp"

#include "ui/theme.hpp"

#include <utility>

namespace llmcalc::ui {

void begin_tab_order(TabOrder& order) {
  order.last = std::exchange(order.now, {});
  order.in_layer = false;
  order.target.reset();
  const ImGuiIO& io = ImGui::GetIO();
  const std::size_t count = order.last.count;
  order.begun |= io.MouseClicked[0];
  if (count == 0 || io.KeyCtrl || io.KeyAlt || !compat::pressed(Key::Tab, true)) return;
  const auto at = std::exchange(order.begun, true) ? order.last.focused : std::nullopt;
  if (at) {
    order.target = (*at + (io.KeyShift ? count - 1 : 1)) % count;
  } else {
    order.target = io.KeyShift ? count - 1 : 0;
  }
}

bool tab_stop(const Theme& theme) {
  if (theme.tab_order == nullptr) return false;
  TabOrder& order = *theme.tab_order;
  const bool sought = std::exchange(order.seek, false);
  if (sought) {
    order.begun = true;  // Tab goes on from here
    ImGui::SetKeyboardFocusHere(-1);
    ImGui::SetScrollHereY();
  }
  if (order.last.layered && !order.in_layer) return sought;
  if (ImGui::IsItemFocused()) order.now.focused = order.now.count;
  if (order.target == order.now.count) ImGui::SetKeyboardFocusHere(-1);
  ++order.now.count;
  return sought;
}

void tab_pass(const Theme& theme) {
  if (theme.tab_order == nullptr || !ImGui::IsItemFocused()) return;
  TabOrder& order = *theme.tab_order;
  if (order.now.count > 0) order.now.focused = order.now.count - 1;
}

void seek_next_stop(const Theme& theme) {
  if (theme.tab_order != nullptr) theme.tab_order->seek = true;
}

std::string_view typed_letters(const Theme& theme) {
  if (theme.tab_order == nullptr) return {};
  TabOrder& order = *theme.tab_order;
  constexpr double pause = 1.0;
  const double now = ImGui::GetTime();
  if (ImGui::IsWindowAppearing() || now - order.typed_at > pause) order.letters.clear();
  const std::size_t before = order.letters.size();
  for (const ImWchar c : ImGui::GetIO().InputQueueCharacters) {
    if (c <= ' ' || c > '~') continue;
    order.letters += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    order.typed_at = now;
  }
  return order.letters.size() == before ? std::string_view{} : std::string_view(order.letters);
}

void begin_tab_layer(const Theme& theme) {
  if (theme.tab_order == nullptr) return;
  TabOrder& order = *theme.tab_order;
  order.in_layer = true;
  order.now = {.count = 0, .focused = {}, .layered = true};
}

void end_tab_layer(const Theme& theme) {
  if (theme.tab_order != nullptr) theme.tab_order->in_layer = false;
}

}  // namespace llmcalc::ui
