// Keys by GLFW's numbers, which Dear ImGui knew before it had names for all of them.

#include "ui/compat.hpp"

#include <array>
#include <cstddef>
#include <iterator>

namespace llmcalc::ui::compat {

#if IMGUI_VERSION_NUM >= 18700

namespace {

/// Keys that both number in the same order: digits, letters, F1 to F12, digits of the keypad.
struct Run {
  int first;
  int last;
  ImGuiKey to;
};
constexpr std::array runs{Run{'0', '9', ImGuiKey_0}, Run{'A', 'Z', ImGuiKey_A}, Run{290, 301, ImGuiKey_F1},
                          Run{320, 329, ImGuiKey_Keypad0}};

struct Single {
  int from;
  ImGuiKey to;
};
// Tab comes under a name that nobody asks for: our own order of stops is not to compete with Dear ImGui's.
constexpr std::array singles{Single{258, ImGuiKey_ScrollLock},
                             Single{263, ImGuiKey_LeftArrow},
                             Single{262, ImGuiKey_RightArrow},
                             Single{265, ImGuiKey_UpArrow},
                             Single{264, ImGuiKey_DownArrow},
                             Single{266, ImGuiKey_PageUp},
                             Single{267, ImGuiKey_PageDown},
                             Single{268, ImGuiKey_Home},
                             Single{269, ImGuiKey_End},
                             Single{260, ImGuiKey_Insert},
                             Single{261, ImGuiKey_Delete},
                             Single{259, ImGuiKey_Backspace},
                             Single{' ', ImGuiKey_Space},
                             Single{257, ImGuiKey_Enter},
                             Single{256, ImGuiKey_Escape},
                             Single{'\'', ImGuiKey_Apostrophe},
                             Single{',', ImGuiKey_Comma},
                             Single{'-', ImGuiKey_Minus},
                             Single{'.', ImGuiKey_Period},
                             Single{'/', ImGuiKey_Slash},
                             Single{';', ImGuiKey_Semicolon},
                             Single{'=', ImGuiKey_Equal},
                             Single{'[', ImGuiKey_LeftBracket},
                             Single{'\\', ImGuiKey_Backslash},
                             Single{']', ImGuiKey_RightBracket},
                             Single{'`', ImGuiKey_GraveAccent},
                             Single{330, ImGuiKey_KeypadDecimal},
                             Single{331, ImGuiKey_KeypadDivide},
                             Single{332, ImGuiKey_KeypadMultiply},
                             Single{333, ImGuiKey_KeypadSubtract},
                             Single{334, ImGuiKey_KeypadAdd},
                             Single{335, ImGuiKey_KeypadEnter},
                             Single{340, ImGuiKey_LeftShift},
                             Single{341, ImGuiKey_LeftCtrl},
                             Single{342, ImGuiKey_LeftAlt},
                             Single{343, ImGuiKey_LeftSuper},
                             Single{344, ImGuiKey_RightShift},
                             Single{345, ImGuiKey_RightCtrl},
                             Single{346, ImGuiKey_RightAlt},
                             Single{347, ImGuiKey_RightSuper},
                             Single{348, ImGuiKey_Menu}};

ImGuiKey named(int key) {
  for (const Run& run : runs) {
    if (key >= run.first && key <= run.last) return static_cast<ImGuiKey>(run.to + (key - run.first));
  }
  for (const Single& single : singles) {
    if (key == single.from) return single.to;
  }
  return ImGuiKey_None;
}

}  // namespace

void feed_glfw_key(int key, bool down, const Modifiers& held) {
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM >= 18900
  constexpr std::array modifiers{ImGuiMod_Shift, ImGuiMod_Ctrl, ImGuiMod_Alt, ImGuiMod_Super};
#else
  constexpr std::array modifiers{ImGuiKey_ModShift, ImGuiKey_ModCtrl, ImGuiKey_ModAlt, ImGuiKey_ModSuper};
#endif
  for (std::size_t i = 0; i < modifiers.size(); ++i) io.AddKeyEvent(modifiers[i], held[i]);
  if (const ImGuiKey known = named(key); known != ImGuiKey_None) io.AddKeyEvent(known, down);
}

#else

void feed_glfw_key(int key, bool down, const Modifiers& held) {
  ImGuiIO& io = ImGui::GetIO();
  if (key >= 0 && static_cast<std::size_t>(key) < std::size(io.KeysDown)) io.KeysDown[key] = down;
  io.KeyShift = held[0];
  io.KeyCtrl = held[1];
  io.KeyAlt = held[2];
  io.KeySuper = held[3];
}

#endif

}  // namespace llmcalc::ui::compat
