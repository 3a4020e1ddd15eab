#pragma once
// The only place that looks at the version of Dear ImGui. Everything else compiles unchanged from 1.86 to 1.92.

#include <imgui.h>

#include <array>
#include <cstdint>

namespace llmcalc::ui {

/// A font at the size it is used in.
struct Typeface {
  ImFont* font = nullptr;
  float size = 13;  ///< pixels, before the display's scale is applied a second time anywhere
};

/// Keys that panels ask about.
enum class Key : std::uint8_t {
  Escape,
  Enter,
  KeypadEnter,
  Tab,
  Up,
  Down,
  Left,
  Right,
  Home,
  End,
  PageUp,
  PageDown,
  Backspace,
  Delete,
  F1,
  Space,
  Equal,
  Minus,
  Zero,
  A,
  C,
  D,
  E,
  G,
  K,
  M,
  O,
  P,
  R,
  S,
  T,
  V,
  Y,
  Z,
  KeypadAdd,
  KeypadSubtract,
  KeypadZero,
  Count
};

namespace compat {

/// Makes a font current until pop_font().
void push(const Typeface& typeface);
void pop_font();

/// Rectangle without filling, rounded corners.
void outline(ImDrawList* list, ImVec2 from, ImVec2 to, ImU32 colour, float rounding, float thickness);
/// Open line through points.
void polyline(ImDrawList* list, const ImVec2* points, int count, ImU32 colour, float thickness);

/// A child window whose content keeps the style's window padding. Always pair with ImGui::EndChild().
bool begin_padded_child(const char* name, ImVec2 size, ImGuiWindowFlags flags = 0);

/// ImGui::EndChild() of a column, which is never outlined as a whole when the keyboard is in it and on none of its items.
void end_column_child();

/// True in the frame a key goes down; repeats while held when asked to.
bool pressed(Key key, bool repeat = false);

/// Colours of tabs and of the keyboard focus, which were renamed.
void set_focus_colour(ImGuiStyle& style, const ImVec4& colour);

/// Drawn size of all fonts relative to their rasterised size.
void set_global_font_scale(float factor);

/// ImGui::NewFrame(), in which Enter works a control that has the keyboard as Space does. Older versions take Enter
/// for text fields only.
void new_frame();

/// Lets a frame take all input it is given; versions with a queue of their own would spread it over several.
void take_input_as_dealt();

/// Shift, Ctrl, Alt and Super, held or not.
using Modifiers = std::array<bool, 4>;
/// A key by GLFW's number going down or up, with the modifiers as they are then.
void feed_glfw_key(int key, bool down, const Modifiers& held);

/// Feeds input in tests and in scripted runs.
void feed_mouse_position(ImVec2 position);
void feed_mouse_button(int button, bool down);
void feed_mouse_wheel(float lines);
void feed_key(Key key, bool down);
void feed_modifiers(bool ctrl, bool shift);

/// Tells Dear ImGui the numbers of the keys where no GLFW back end does it.
void name_keys();

/// Functions that read and write the system's clipboard.
void use_clipboard(const char* (*read)(void*), void (*write)(void*, const char*));

/// Gets the font texture ready without a renderer; call before the first frame and after every frame of a
/// headless context.
void prepare_headless_fonts();
void finish_headless_frame();

/// Gives back the pixels of the font texture once the renderer has them; between its NewFrame() and ours.
void drop_font_pixels();

/// The FreeType rasteriser when the library at hand has it.
void choose_font_rasteriser(ImFontAtlas* atlas);

}  // namespace compat
}  // namespace llmcalc::ui
