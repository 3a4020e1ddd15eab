#pragma once
// Draws the window without a window: frames, mouse and keys, and what was drawn as text and boxes.

#include "host/preset_folders.hpp"
#include "readers/resolve.hpp"
#include "ui/answers.hpp"
#include "ui/app.hpp"
#include "ui/fonts.hpp"
#include "ui/panels.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace llmcalc::ui::test {

/// One program with a headless context.
class Driver {
 public:
  explicit Driver(float width = 1440, float height = 900, float scale = 1) {
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    io.DisplaySize = {width, height};
    io.DeltaTime = 1.0f / 60;
    theme.scale = scale;
    theme.audit = &audit;
    theme.fonts = load_fonts(scale);
    compat::prepare_headless_fonts();
    app = make_app(io::default_resolver(), io::preset_folders());
    frames(4);
  }
  ~Driver() { ImGui::DestroyContext(); }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  void frame() {
    theme.palette = palette_of(app.preferences.theme);
    apply_style(theme);
    audit = {};
    compat::new_frame();
    draw_window(app, jobs, theme);
    ImGui::Render();
    compat::finish_headless_frame();
  }
  void frames(int n) {
    for (int i = 0; i < n; ++i) frame();
  }

  /// The box of a control that the last frame drew; nothing when it did not.
  [[nodiscard]] std::optional<Box> find(std::string_view name) const {
    for (const Audit::Control& c : audit.controls) {
      if (c.name == name) return c.box;
    }
    return std::nullopt;
  }
  /// True when the last frame drew this text, whole or as a part of another.
  [[nodiscard]] bool shows(std::string_view words) const {
    return std::any_of(audit.texts.begin(), audit.texts.end(),
                       [&](const Audit::Text& t) { return t.text.find(words) != std::string::npos; });
  }

  void move(ImVec2 to) {
    compat::feed_mouse_position(to);
    frames(2);
  }
  void click(ImVec2 at) {
    move(at);
    compat::feed_mouse_button(0, true);
    frames(2);
    compat::feed_mouse_button(0, false);
    frames(3);
  }
  /// Clicks a control; false when it is not there.
  bool click(std::string_view name) {
    const auto box = find(name);
    if (!box) return false;
    click(box->middle());
    return true;
  }
  /// Presses on a slider and lets go at this share of its width.
  bool drag(std::string_view name, float share) {
    const auto box = find(name);
    if (!box) return false;
    move(box->middle());
    compat::feed_mouse_button(0, true);
    frames(2);
    move({box->from.x + box->width() * share, box->middle().y});
    compat::feed_mouse_button(0, false);
    frames(3);
    move({-1000, -1000});
    return true;
  }
  void press(Key key, bool ctrl = false, bool shift = false) {
    compat::feed_modifiers(ctrl, shift);
    compat::feed_key(key, true);
    frames(2);
    compat::feed_key(key, false);
    compat::feed_modifiers(false, false);
    frames(2);
  }
  void type(std::string_view words) {
    for (const char c : words) {
      ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(c));
      frame();
    }
    frames(2);
  }

  App app;
  Jobs jobs;
  Theme theme;
  Audit audit;
};

}  // namespace llmcalc::ui::test
