#include "platform/keys.hpp"

#include "platform/gl.hpp"
#include "ui/compat.hpp"

#include <cstddef>

namespace llmcalc::platform {

int printed_key(int key, int scancode) {
  const bool typed = key >= GLFW_KEY_SPACE && key <= GLFW_KEY_WORLD_2;
  const char* name = typed ? glfwGetKeyName(key, scancode) : nullptr;
  if (name == nullptr || name[0] == '\0' || name[1] != '\0') return key;
  if (name[0] >= 'a' && name[0] <= 'z') return GLFW_KEY_A + (name[0] - 'a');
  if (name[0] >= 'A' && name[0] <= 'Z') return GLFW_KEY_A + (name[0] - 'A');
  if (name[0] >= '0' && name[0] <= '9') return GLFW_KEY_0 + (name[0] - '0');
  return key;
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
