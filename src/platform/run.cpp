#include "platform/run.hpp"

#include "host/text_file.hpp"
#include "platform/end_signals.hpp"
#include "platform/gl.hpp"
#include "platform/motion.hpp"
#include "platform/picture.hpp"
#include "platform/stage.hpp"
#include "ui/intake.hpp"
#include "ui/panels.hpp"

#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>
#include <thread>
#include <utility>

namespace llmcalc::platform {
namespace {

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
  int width = 0;
  int height = 0;
  glfwGetFramebufferSize(window.handle(), &width, &height);
  draw(stage, app, jobs, width, height, poses);
  glfwSwapBuffers(window.handle());
}

/// Looks at this computer beside the window. The future does not wait for it when the window closes: a home on a network
/// disk that does not answer must not keep the program.
std::future<ui::Findings> search_this_computer(const ui::Library& library) {
  std::packaged_task<ui::Findings()> search([library] {
    ui::Findings found{host::look_at_this_machine(), host::find_local_models(host::model_folders_of_this_user()),
                       ui::missing_sizes(library)};
    glfwPostEmptyEvent();
    return found;
  });
  std::future<ui::Findings> findings = search.get_future();
  std::thread(std::move(search)).detach();
  return findings;
}

/// Puts what was found on this computer into the choosers once the search is done.
void take_findings(std::future<ui::Findings>& findings, ui::App& app) {
  if (!findings.valid() || findings.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  ui::add_findings(app.library, findings.get());
  ui::begin_with_this_computer(app);
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
  std::future<ui::Findings> findings = search_this_computer(app.library);
  const EndSignals end_signals;
  Stage stage;
  ui::Jobs jobs;
  app.view.motion.on = animations_wanted();
  int frames_due = settle_frames;
  float content_scale = 0;
  while (!window.should_close() && !app.requests.quit && !end_signals.came()) {
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
