#include "platform/keys.hpp"

#include "platform/gl.hpp"
#include "ui/compat.hpp"

#include <cstddef>
#include <string_view>

namespace llmcalc::platform {

int printed_key(int key, const char* name) {
  const bool types = key > GLFW_KEY_SPACE && key <= GLFW_KEY_WORLD_2;
  if (!types || name == nullptr || name[0] == '\0') return key;
  const bool digit = key >= GLFW_KEY_0 && key <= GLFW_KEY_9;
  const bool letter = key >= GLFW_KEY_A && key <= GLFW_KEY_Z;
  // Other alphabets: shortcuts stay where they are on an American keyboard. Their marks mean nothing here.
  if (name[1] != '\0') return digit || letter ? key : GLFW_KEY_UNKNOWN;
  const char c = name[0];
  if (c >= 'a' && c <= 'z') return GLFW_KEY_A + (c - 'a');
  if (c >= 'A' && c <= 'Z') return GLFW_KEY_A + (c - 'A');
  if (c >= '0' && c <= '9') return GLFW_KEY_0 + (c - '0');
  if (c == '+') return GLFW_KEY_EQUAL;
  // GLFW's numbers of these keys are their characters.
  constexpr std::string_view marks = "`-=[]\\,;'./";
  if (marks.find(c) != std::string_view::npos) return c;
  return digit ? key : GLFW_KEY_UNKNOWN;
}

int PrintedKeys::code(int key, int scancode, bool down) {
  if (!down) {
    const auto found = held_.find(key);
    if (found == held_.end()) return key;
    const int printed = found->second;
    held_.erase(found);
    return printed;
  }
  const int printed = printed_key(key, key == GLFW_KEY_UNKNOWN ? nullptr : glfwGetKeyName(key, scancode));
  held_[key] = printed;
  return printed;
}

// Dear ImGui's back end asks how the modifiers are now; what counts is how they were when the key went down.
void KeyFeed::feed(int key, bool down) {
  if (key >= GLFW_KEY_LEFT_SHIFT && key <= GLFW_KEY_RIGHT_SUPER) {
    held_.at(static_cast<std::size_t>(key - GLFW_KEY_LEFT_SHIFT)) = down;
  }
  ui::compat::Modifiers held{};
  for (std::size_t i = 0; i < held.size(); ++i) held[i] = held_[i] || held_[i + held.size()];
  ui::compat::feed_glfw_key(key, down, held);
}

}  // namespace llmcalc::platform
