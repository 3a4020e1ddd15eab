#include "platform/stage.hpp"

#include "host/text_file.hpp"
#include "platform/gl.hpp"
#include "platform/picture.hpp"
#include "readers/share_text.hpp"
#include "ui/fonts.hpp"
#include "ui/panels.hpp"

#include <imgui_impl_opengl3.h>

namespace llmcalc::platform {
namespace {

#if defined(__EMSCRIPTEN__)
constexpr const char* shader_version = "#version 300 es";
#else
constexpr const char* shader_version = "#version 330 core";
#endif

/// Help appears where the mouse rests; draws again when it is due.
void watch_mouse(Stage& stage, ui::App& app) {
  const ImVec2 now = ImGui::GetIO().MousePos;
  if (now.x != stage.mouse.x || now.y != stage.mouse.y) {
    stage.mouse = now;
    stage.mouse_moved = Stage::Clock::now();
  }
  const float rested = std::chrono::duration<float>(Stage::Clock::now() - stage.mouse_moved).count();
  stage.theme.mouse_rest_seconds = rested;
  if (rested < 0.45f) ui::wake_after(app.requests, 0.45 - static_cast<double>(rested));
}

/// Writes what was drawn last into the file that was asked for.
void save_picture(Stage& stage, ui::App& app, int width, int height) {
  const Result<std::filesystem::path> written =
      write_png(read_window(width, height), *app.requests.screenshot, io::share_text(app.scenario));
  if (written) {
    ui::say(app, "Picture saved as " + io::shown(*written));
  } else {
    ui::complain(app, written.issues().front().where + " " + written.issues().front().what);
  }
  app.requests.screenshot.reset();
  stage.posing = 0;
}

}  // namespace

void set_up_imgui() {
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  io.MouseDoubleClickTime = 0.5f;  // as desktops have it; the first click may bring figures that take their time
  io.ConfigWindowsMoveFromTitleBarOnly = true;
}

void start_renderer() { ImGui_ImplOpenGL3_Init(shader_version); }

void renew_renderer() {
  ImGui_ImplOpenGL3_Shutdown();
  start_renderer();
}

void load_stage(Stage& stage, ui::App& app) {
  const float zoom = app.preferences.zoom;
  stage.theme.scale = stage.scale * zoom;
  stage.theme.fonts = ui::load_fonts(stage.scale * zoom * stage.pixel_ratio);
  if (stage.theme.fonts.built_in) {
    ui::complain(app, "No font was found here; fonts-inter or fonts-dejavu-core would make this easier to read");
  }
  ui::compat::set_global_font_scale(1.0f / stage.pixel_ratio);
  renew_renderer();  // the font texture is made anew with the next frame
  app.requests.reload_fonts = false;
}

void refresh_theme(Stage& stage, const ui::App& app) {
  stage.theme.kind = app.preferences.theme;
  stage.theme.palette = ui::palette_of(app.preferences.theme);
  ui::apply_style(stage.theme);
}

void clear(const ui::Theme& theme, int width, int height) {
  const ImVec4 back = ImGui::ColorConvertU32ToFloat4(theme.palette.centre);
  glViewport(0, 0, width, height);
  glClearColor(back.x, back.y, back.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
}

void draw(Stage& stage, ui::App& app, ui::Jobs& jobs, int width, int height, bool poses) {
  app.requests.wake_after = -1;
  watch_mouse(stage, app);
  ui::draw_window(app, jobs, stage.theme);
  ImGui::Render();
  clear(stage.theme, width, height);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  if (poses && ++stage.posing >= settle_frames) save_picture(stage, app, width, height);
}

}  // namespace llmcalc::platform
