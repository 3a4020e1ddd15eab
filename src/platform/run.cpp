#include "platform/run.hpp"

#include "host/text_file.hpp"
#include "platform/gl.hpp"
#include "platform/motion.hpp"
#include "platform/picture.hpp"
#include "ui/fonts.hpp"
#include "ui/intake.hpp"
#include "ui/panels.hpp"

#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>

namespace llmcalc::platform {
namespace {

using Clock = std::chrono::steady_clock;

/// Frames drawn after every event and every timed wake, so that hovers, popups, tooltips (Dear ImGui hides them in
/// their first frame) and layouts that need a second pass settle.
constexpr int settle_frames = 3;

/// Everything a frame is drawn with.
struct Stage {
  ui::Theme theme;
  float scale = 1;        ///< of measures and text, in window coordinates
  float pixel_ratio = 1;  ///< pixels per window coordinate
  Clock::time_point mouse_moved = Clock::now();
  ImVec2 mouse{-1, -1};
  int posing = 0;  ///< frames drawn for the picture that was asked for, with the mouse out of the way
};

void set_up_imgui() {
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  io.ConfigWindowsMoveFromTitleBarOnly = true;
}

/// Fonts and measures for this scale. Fonts are rasterised in pixels and drawn in window coordinates.
void load_stage(Stage& stage, ui::App& app) {
  const float zoom = app.preferences.zoom;
  stage.theme.scale = stage.scale * zoom;
  stage.theme.fonts = ui::load_fonts(stage.scale * zoom * stage.pixel_ratio);
  if (stage.theme.fonts.built_in) {
    ui::complain(app, "No font was found here; fonts-inter or fonts-dejavu-core would make this easier to read");
  }
  ui::compat::set_global_font_scale(1.0f / stage.pixel_ratio);
  Window::renew_renderer();  // the font texture is made anew with the next frame
  app.requests.reload_fonts = false;
}

void refresh_theme(Stage& stage, const ui::App& app) {
  stage.theme.kind = app.preferences.theme;
  stage.theme.palette = ui::palette_of(app.preferences.theme);
  ui::apply_style(stage.theme);
}

/// Help appears where the mouse rests; draws again when it is due.
void watch_mouse(Stage& stage, ui::App& app) {
  const ImVec2 now = ImGui::GetIO().MousePos;
  if (now.x != stage.mouse.x || now.y != stage.mouse.y) {
    stage.mouse = now;
    stage.mouse_moved = Clock::now();
  }
  const float rested = std::chrono::duration<float>(Clock::now() - stage.mouse_moved).count();
  stage.theme.mouse_rest_seconds = rested;
  if (rested < 0.45f) ui::wake_after(app.requests, 0.45 - static_cast<double>(rested));
}

void clear(const ui::Theme& theme, int width, int height) {
  const ImVec4 back = ImGui::ColorConvertU32ToFloat4(theme.palette.centre);
  glViewport(0, 0, width, height);
  glClearColor(back.x, back.y, back.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
}

/// Writes what was drawn last into the file that was asked for.
void save_picture(Stage& stage, ui::App& app, int width, int height) {
  const Result<std::filesystem::path> written = write_png(read_window(width, height), *app.requests.screenshot);
  if (written) {
    ui::say(app, "Picture saved as " + io::shown(*written));
  } else {
    ui::complain(app, written.issues().front().where + " " + written.issues().front().what);
  }
  app.requests.screenshot.reset();
  stage.posing = 0;
}

void draw_frame(Window& window, Stage& stage, ui::App& app, ui::Jobs& jobs) {
  if (app.requests.reload_fonts) load_stage(stage, app);
  refresh_theme(stage, app);
  // A picture asked for while a frame is drawn shows later ones: the dialogue that asked for it is gone then.
  const bool poses = app.requests.screenshot.has_value();
  ImGui_ImplOpenGL3_NewFrame();
  ui::compat::drop_font_pixels();
  ImGui_ImplGlfw_NewFrame();
  window.feed_frame(poses ? Pointer::Away : Pointer::Present);
  ui::compat::new_frame();
  app.requests.wake_after = -1;
  watch_mouse(stage, app);
  ui::draw_window(app, jobs, stage.theme);
  ImGui::Render();
  int width = 0;
  int height = 0;
  glfwGetFramebufferSize(window.handle(), &width, &height);
  clear(stage.theme, width, height);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  if (poses && ++stage.posing >= settle_frames) save_picture(stage, app, width, height);
  glfwSwapBuffers(window.handle());
}

/// Puts what was found on this computer into the choosers once the search is done.
void take_findings(std::future<ui::Findings>& findings, ui::App& app) {
  if (!findings.valid() || findings.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  ui::add_findings(app.library, findings.get());
}

/// Fonts for the display the window is on now.
void follow_display(const Window& window, Stage& stage, ui::App& app, float& content_scale) {
  if (content_scale == window.content_scale() && stage.pixel_ratio == window.pixel_ratio()) return;
  content_scale = window.content_scale();
  stage.pixel_ratio = window.pixel_ratio();
  stage.scale = content_scale / stage.pixel_ratio;
  app.requests.reload_fonts = true;
}

/// A new window in place of one whose context is gone. What was typed or hovered goes with it, the scenario stays.
Issues recover(Window& window, Stage& stage, ui::App& app, float& content_scale) {
  Issues issues = window.reopen();
  if (!issues.empty()) return issues;
  set_up_imgui();
  stage = {};
  content_scale = 0;
  ui::complain(app, "The graphics driver was reset; the window was opened again");
  return {};
}

/// How long the loop sleeps without input, < 0 for ever; a minimised window only wakes to save its session.
double sleep_time(const Window& window, const ui::App& app, double save_due) {
  if (glfwGetWindowAttrib(window.handle(), GLFW_ICONIFIED) != GLFW_FALSE) return save_due;
  const double wake = app.requests.wake_after;
  return save_due >= 0 && (wake < 0 || save_due < wake) ? save_due : wake;
}

}  // namespace

Issues run(Window& window, ui::App& app, const RunOptions& options) {
  set_up_imgui();
  std::future<ui::Findings> findings = std::async(std::launch::async, [library = app.library] {
    ui::Findings found{host::look_at_this_machine(), host::find_local_models(host::model_folders_of_this_user()),
                       ui::missing_sizes(library)};
    glfwPostEmptyEvent();
    return found;
  });
  Stage stage;
  ui::Jobs jobs;
  app.view.motion.on = animations_wanted();
  int frames_due = settle_frames;
  float content_scale = 0;
  while (!window.should_close() && !app.requests.quit) {
    if (options.context_lost ? options.context_lost() : Window::context_lost()) {
      Issues issues = recover(window, stage, app, content_scale);
      if (!issues.empty()) return issues;
      frames_due = settle_frames;
    }
    follow_display(window, stage, app, content_scale);
    for (const std::filesystem::path& path : window.take_dropped()) ui::take_path(app, path);
    take_findings(findings, app);
    draw_frame(window, stage, app, jobs);
    glfwGetWindowSize(window.handle(), &app.preferences.width, &app.preferences.height);
    const double save_due = options.session != nullptr ? options.session->keep(app, ImGui::GetTime()) : -1;
    if (window.input_waits() || app.requests.screenshot) frames_due = settle_frames + 1;
    if (--frames_due > 0) {
      Window::wait(0);
      continue;
    }
    Window::wait(sleep_time(window, app, save_due));
    frames_due = settle_frames;
  }
  return {};
}

int take_screenshot(Window& window, ui::App& app, const ScreenshotOptions& options) {
  set_up_imgui();
  Stage stage;
  ui::Jobs jobs;
  stage.theme.audit = options.audit;
  stage.scale = options.scale;
  load_stage(stage, app);
  const OffscreenTarget target(options.width, options.height);
  if (!target.complete()) {
    std::fprintf(stderr, "llmcalc-gui: a picture of %d x %d is too large\n", options.width, options.height);
    return 2;
  }
  ImGuiIO& io = ImGui::GetIO();
  for (int frame = 0; frame < 4; ++frame) {
    if (app.requests.reload_fonts) load_stage(stage, app);
    refresh_theme(stage, app);
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    io.DisplaySize = {static_cast<float>(options.width), static_cast<float>(options.height)};
    io.DisplayFramebufferScale = {1, 1};
    io.MousePos = {-10000, -10000};
    ui::compat::new_frame();
    if (options.audit) *options.audit = {};
    ui::draw_window(app, jobs, stage.theme);
    ImGui::Render();
    target.bind();
    clear(stage.theme, options.width, options.height);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  }
  (void)window;
  const Result<std::filesystem::path> written = write_png(target.read(), options.file);
  if (!written) {
    std::fprintf(stderr, "llmcalc-gui: %s %s\n", written.issues().front().where.c_str(),
                 written.issues().front().what.c_str());
    return 1;
  }
  std::printf("%s\n", written->string().c_str());
  return 0;
}

}  // namespace llmcalc::platform
