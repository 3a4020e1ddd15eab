#include "ui/compat.hpp"

#if defined(LLMCALC_FREETYPE) && IMGUI_VERSION_NUM < 19200
#include <imgui_freetype.h>
#endif

#include <array>
#include <cstddef>

namespace llmcalc::ui::compat {

void push(const Typeface& typeface) {
#if IMGUI_VERSION_NUM >= 19200
  ImGui::PushFont(typeface.font, typeface.size);
#else
  ImGui::PushFont(typeface.font);
#endif
}

void pop_font() { ImGui::PopFont(); }

void outline(ImDrawList* list, ImVec2 from, ImVec2 to, ImU32 colour, float rounding, float thickness) {
#if IMGUI_VERSION_NUM >= 19280
  list->AddRect(from, to, colour, rounding, thickness, ImDrawFlags_None);
#else
  list->AddRect(from, to, colour, rounding, ImDrawFlags_None, thickness);
#endif
}

void polyline(ImDrawList* list, const ImVec2* points, int count, ImU32 colour, float thickness) {
#if IMGUI_VERSION_NUM >= 19280
  list->AddPolyline(points, count, colour, thickness, ImDrawFlags_None);
#else
  list->AddPolyline(points, count, colour, ImDrawFlags_None, thickness);
#endif
}

bool begin_padded_child(const char* name, ImVec2 size, ImGuiWindowFlags flags) {
#if IMGUI_VERSION_NUM >= 19000
  return ImGui::BeginChild(name, size, ImGuiChildFlags_AlwaysUseWindowPadding, flags);
#else
  return ImGui::BeginChild(name, size, false, flags | ImGuiWindowFlags_AlwaysUseWindowPadding);
#endif
}

void end_column_child() {
#if IMGUI_VERSION_NUM >= 19140
  ImGui::PushStyleColor(ImGuiCol_NavCursor, 0);
#else
  ImGui::PushStyleColor(ImGuiCol_NavHighlight, 0);
#endif
  ImGui::EndChild();
  ImGui::PopStyleColor();
}

void set_focus_colour(ImGuiStyle& style, const ImVec4& colour) {
#if IMGUI_VERSION_NUM >= 19140
  style.Colors[ImGuiCol_NavCursor] = colour;
#else
  style.Colors[ImGuiCol_NavHighlight] = colour;
#endif
}

void set_global_font_scale(float factor) {
#if IMGUI_VERSION_NUM >= 19200
  ImGui::GetStyle().FontScaleMain = factor;
#else
  ImGui::GetIO().FontGlobalScale = factor;
#endif
}

void choose_font_rasteriser([[maybe_unused]] ImFontAtlas* atlas) {
#if defined(LLMCALC_FREETYPE) && IMGUI_VERSION_NUM < 19200
  atlas->FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  atlas->FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
#endif
}

namespace {

#if IMGUI_VERSION_NUM >= 18700
constexpr std::array<ImGuiKey, static_cast<std::size_t>(Key::Count)> keys{
    ImGuiKey_Escape,    ImGuiKey_Enter,     ImGuiKey_KeypadEnter, ImGuiKey_ScrollLock,  // Tab: see compat_keys.cpp
    ImGuiKey_UpArrow,   ImGuiKey_DownArrow, ImGuiKey_LeftArrow,   ImGuiKey_RightArrow,
    ImGuiKey_Home,      ImGuiKey_End,       ImGuiKey_PageUp,      ImGuiKey_PageDown,
    ImGuiKey_Backspace, ImGuiKey_Delete,    ImGuiKey_F1,          ImGuiKey_Space,
    ImGuiKey_Equal,     ImGuiKey_Minus,     ImGuiKey_0,           ImGuiKey_A,
    ImGuiKey_C,         ImGuiKey_D,         ImGuiKey_E,           ImGuiKey_G,
    ImGuiKey_K,         ImGuiKey_M,         ImGuiKey_O,           ImGuiKey_P,
    ImGuiKey_R,         ImGuiKey_S,         ImGuiKey_T,           ImGuiKey_V,
    ImGuiKey_Y,         ImGuiKey_Z,         ImGuiKey_KeypadAdd,   ImGuiKey_KeypadSubtract,
    ImGuiKey_Keypad0};
#else
// GLFW's key numbers, which its back end passes on as they are.
constexpr std::array<int, static_cast<std::size_t>(Key::Count)> keys{
    256, 257, 335, 258, 265, 264, 263, 262, 268, 269, 266, 267, 259, 261, 290, ' ', '=', '-', '0',
    'A', 'C', 'D', 'E', 'G', 'K', 'M', 'O', 'P', 'R', 'S', 'T', 'V', 'Y', 'Z', 334, 333, 320};
#endif

}  // namespace

bool pressed(Key key, bool repeat) { return ImGui::IsKeyPressed(keys[static_cast<std::size_t>(key)], repeat); }

void drop_font_pixels() {
#if IMGUI_VERSION_NUM < 19200
  ImGui::GetIO().Fonts->ClearTexData();
#endif
}

void new_frame() {
#if IMGUI_VERSION_NUM < 18700
  ImGuiIO& io = ImGui::GetIO();
  const int enter = keys[static_cast<std::size_t>(Key::Enter)];
  const int space = keys[static_cast<std::size_t>(Key::Space)];
  // Only in the frame it goes down: the Enter that ended a text field is still held when the field is gone.
  const bool fresh = io.KeysDown[enter] && io.KeysDownDuration[enter] < 0;
  const bool works = fresh && !io.WantTextInput && !io.KeysDown[space];
  if (works) io.KeysDown[space] = true;
  io.KeyMap[ImGuiKey_Tab] = -1;  // its own Tab stops at text fields only
  ImGui::NewFrame();
  if (works) io.KeysDown[space] = false;
#else
  ImGui::NewFrame();
#endif
}

void take_input_as_dealt() {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().ConfigInputTrickleEventQueue = false;
#endif
}

void feed_mouse_position(ImVec2 position) {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddMousePosEvent(position.x, position.y);
#else
  ImGui::GetIO().MousePos = position;
#endif
}

void feed_mouse_button(int button, bool down) {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddMouseButtonEvent(button, down);
#else
  ImGui::GetIO().MouseDown[button] = down;
#endif
}

void feed_mouse_wheel(float lines) {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddMouseWheelEvent(0, lines);
#else
  ImGui::GetIO().MouseWheel = lines;
#endif
}

void feed_key(Key key, bool down) {
#if IMGUI_VERSION_NUM >= 18700
  ImGui::GetIO().AddKeyEvent(keys[static_cast<std::size_t>(key)], down);
#else
  ImGui::GetIO().KeysDown[keys[static_cast<std::size_t>(key)]] = down;
#endif
}

void feed_modifiers(bool ctrl, bool shift) {
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM >= 18900
  io.AddKeyEvent(ImGuiMod_Ctrl, ctrl);
  io.AddKeyEvent(ImGuiMod_Shift, shift);
#elif IMGUI_VERSION_NUM >= 18700
  io.AddKeyEvent(ImGuiKey_ModCtrl, ctrl);
  io.AddKeyEvent(ImGuiKey_ModShift, shift);
#else
  io.KeyCtrl = ctrl;
  io.KeyShift = shift;
#endif
}

void name_keys() {
#if IMGUI_VERSION_NUM < 18700
  ImGuiIO& io = ImGui::GetIO();
  // What the GLFW back end does at start.
  const auto map = [&io](ImGuiKey name, Key key) { io.KeyMap[name] = keys[static_cast<std::size_t>(key)]; };
  map(ImGuiKey_Escape, Key::Escape);
  map(ImGuiKey_Enter, Key::Enter);
  map(ImGuiKey_KeyPadEnter, Key::KeypadEnter);
  map(ImGuiKey_UpArrow, Key::Up);
  map(ImGuiKey_DownArrow, Key::Down);
  map(ImGuiKey_LeftArrow, Key::Left);
  map(ImGuiKey_RightArrow, Key::Right);
  map(ImGuiKey_Home, Key::Home);
  map(ImGuiKey_End, Key::End);
  map(ImGuiKey_PageUp, Key::PageUp);
  map(ImGuiKey_PageDown, Key::PageDown);
  map(ImGuiKey_Backspace, Key::Backspace);
  map(ImGuiKey_Delete, Key::Delete);
  map(ImGuiKey_Space, Key::Space);
  map(ImGuiKey_A, Key::A);
  map(ImGuiKey_C, Key::C);
  map(ImGuiKey_V, Key::V);
  map(ImGuiKey_Y, Key::Y);
  map(ImGuiKey_Z, Key::Z);
#endif
}

void use_clipboard(const char* (*read)(void*), void (*write)(void*, const char*)) {
#if IMGUI_VERSION_NUM >= 19110
  // The newer ones give their context, which nobody needs.
  static const char* (*reads)(void*);
  static void (*writes)(void*, const char*);
  reads = read;
  writes = write;
  ImGui::GetPlatformIO().Platform_GetClipboardTextFn = [](ImGuiContext*) { return reads(nullptr); };
  ImGui::GetPlatformIO().Platform_SetClipboardTextFn = [](ImGuiContext*, const char* text) { writes(nullptr, text); };
#else
  ImGui::GetIO().GetClipboardTextFn = read;
  ImGui::GetIO().SetClipboardTextFn = write;
#endif
}

void prepare_headless_fonts() {
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM >= 19200
  io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
#else
  unsigned char* pixels = nullptr;
  int width = 0;
  int height = 0;
  io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
#endif
  name_keys();
}

void finish_headless_frame() {
#if IMGUI_VERSION_NUM >= 19200
  for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
    if (texture->Status == ImTextureStatus_WantDestroy) {
      texture->SetStatus(ImTextureStatus_Destroyed);
    } else if (texture->Status != ImTextureStatus_Destroyed) {
      texture->SetTexID(static_cast<ImTextureID>(1));
      texture->SetStatus(ImTextureStatus_OK);
    }
  }
#endif
}

}  // namespace llmcalc::ui::compat
