#include "platform/browser.hpp"

#include "host/aside.hpp"
#include "host/preset_folders.hpp"
#include "platform/gl.hpp"
#include "platform/input_feed.hpp"
#include "platform/stage.hpp"
#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"
#include "readers/share_text.hpp"
#include "report/estimate_tables.hpp"
#include "ui/intake.hpp"
#include "ui/scenarios.hpp"
#include "ui/session.hpp"

#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <emscripten.h>
#include <emscripten/html5.h>
#include <memory>
#include <string>
#include <utility>

// What the page does for the program.
EM_JS(void, page_copy, (const char* text), { Module.page.copy(UTF8ToString(text)); });
EM_JS(void, page_choose_file, (), { Module.page.chooseFile(); });
/// Its bytes without the closing zero; as many as fit are written.
EM_JS(int, page_clipboard, (char* into, int size), {
  stringToUTF8(Module.page.clipboard, into, size);
  return lengthBytesUTF8(Module.page.clipboard);
});

namespace llmcalc::platform {
namespace {

using Clock = std::chrono::steady_clock;

/// How long work is done between two frames: the page answers in time.
constexpr std::chrono::milliseconds work_time{12};

/// Everything that an open page holds.
struct Page {
  ui::App app;
  ui::Session session;
  Stage stage{};
  ui::Jobs jobs{};
  InputFeed input{};
  ui::Audit audit{};
  int width = 0;  ///< of the canvas, in the page's coordinates
  int height = 0;
  float pixel_ratio = 1;
  float wheel = 0;  ///< lines that the coming frame scrolls
  int frames_due = settle_frames;
  Clock::time_point drawn_at = Clock::now();
  std::string answer{};  ///< what was last given to the page

  const char* give(std::string text) {
    answer = std::move(text);
    return answer.c_str();
  }
};

std::unique_ptr<Page>& page() {
  static std::unique_ptr<Page> open;
  return open;
}

void complain_about(ui::App& app, const Issue& issue) {
  ui::complain(app, issue.where.empty() ? issue.what : issue.where + ": " + issue.what);
}

void begin_frame(Page& p) {
  ImGuiIO& io = ImGui::GetIO();
  const Clock::time_point now = Clock::now();
  io.DeltaTime = std::max(std::chrono::duration<float>(now - p.drawn_at).count(), 1e-5f);
  p.drawn_at = now;
  io.DisplaySize = {static_cast<float>(p.width), static_cast<float>(p.height)};
  io.DisplayFramebufferScale = {p.pixel_ratio, p.pixel_ratio};
}

void draw_frame(Page& p) {
  if (p.app.requests.reload_fonts) load_stage(p.stage, p.app);
  refresh_theme(p.stage, p.app);
  const bool poses = p.app.requests.screenshot.has_value();
  ImGui_ImplOpenGL3_NewFrame();
  ui::compat::drop_font_pixels();
  begin_frame(p);
  if (p.input.mouse) {
    ui::compat::feed_mouse_position({static_cast<float>(p.input.mouse->x), static_cast<float>(p.input.mouse->y)});
  }
  p.input.feed_frame(poses ? Pointer::Away : Pointer::Present);
  ui::compat::feed_mouse_wheel(std::exchange(p.wheel, 0.0f));
  if (p.stage.theme.audit) p.audit = {};
  ui::compat::new_frame();
  draw(p.stage, p.app, p.jobs, static_cast<int>(std::lround(static_cast<float>(p.width) * p.pixel_ratio)),
       static_cast<int>(std::lround(static_cast<float>(p.height) * p.pixel_ratio)), poses);
  if (std::exchange(p.app.requests.choose_file, false)) page_choose_file();
  p.app.preferences.export_folder.clear();  // exports are downloads
}

/// True when more of it waits.
bool work() {
  const Clock::time_point end = Clock::now() + work_time;
  bool more = host::do_a_piece();
  while (more && Clock::now() < end) more = host::do_a_piece();
  return more;
}

bool open_context() {
  EmscriptenWebGLContextAttributes wanted;
  emscripten_webgl_init_context_attributes(&wanted);
  wanted.majorVersion = 2;
  wanted.alpha = EM_FALSE;
  wanted.depth = EM_FALSE;
  wanted.antialias = EM_FALSE;
  const EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context = emscripten_webgl_create_context("#canvas", &wanted);
  return context > 0 && emscripten_webgl_make_context_current(context) == EMSCRIPTEN_RESULT_SUCCESS;
}

void connect_imgui() {
  ImGui::CreateContext();
  ImGui::GetIO().BackendFlags |= ImGuiBackendFlags_HasMouseCursors;
  set_up_imgui();
  ui::compat::name_keys();
  ui::compat::take_input_as_dealt();
  ui::compat::use_clipboard(
      [](void*) -> const char* {
        static std::string text;
        char nothing = 0;
        text.resize(static_cast<std::size_t>(page_clipboard(&nothing, 1)));
        page_clipboard(text.data(), static_cast<int>(text.size() + 1));
        return text.c_str();
      },
      [](void*, const char* text) { page_copy(text); });
  start_renderer();
}

/// One part of a sum for the page's own table.
nlohmann::ordered_json part_json(const Breakdown& breakdown, const std::string& about, const Fit& fit,
                                 ByteUnits units) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Component& c : breakdown.components) rows.push_back({label_of(c.part), text(c.bytes, units)});
  rows.push_back({"Total", text(breakdown.total(), units)});
  return {{"about", about}, {"rows", rows}, {"verdict", io::verdict_text(fit, units)}};
}

nlohmann::ordered_json box_json(const ui::Box& box) { return {box.from.x, box.from.y, box.to.x, box.to.y}; }

}  // namespace

int open_page() {
  if (!open_context()) return 1;
  connect_imgui();
  ui::App app = ui::make_app(io::default_resolver(), io::preset_folders());
  app.scenario_folder = ui::scenario_folder();
  app.has_file_chooser = true;
  page() = std::make_unique<Page>(
      Page{.app = std::move(app), .session = ui::Session(ui::take_session_place(io::user_config_folder()))});
  Page& p = *page();
  p.app.view.first_start = !std::filesystem::exists(p.session.file());
  if (const Issues unread = p.session.restore(p.app); !unread.empty()) complain_about(p.app, unread.front());
  p.input.queue.rest();
  // Sizes that presets do not state are counted when the first frame is there.
  const auto library = std::make_shared<ui::Library>(p.app.library);
  (void)host::aside([library] {
    ui::add_findings(page()->app.library, {.machine = {}, .models = {}, .sizes = ui::missing_sizes(*library)});
    return false;
  });
  return 0;
}

}  // namespace llmcalc::platform

// Called by the page. Nothing is called before main() has returned 0.
extern "C" {

using llmcalc::platform::page;

/// The canvas has this size, in the page's coordinates, and so many pixels per unit of them.
EMSCRIPTEN_KEEPALIVE void llmcalc_resize(int width, int height, float pixel_ratio) {
  auto& p = *page();
  p.width = width;
  p.height = height;
  p.app.requests.reload_fonts =
      p.app.requests.reload_fonts || p.pixel_ratio != pixel_ratio || !p.stage.theme.fonts.body.font;
  p.pixel_ratio = p.stage.pixel_ratio = pixel_ratio;
}

/// Draws. Returns the seconds until the next frame is wanted without input; 0: at once, < 0: never.
EMSCRIPTEN_KEEPALIVE double llmcalc_frame() {
  auto& p = *page();
  llmcalc::platform::draw_frame(p);
  const bool more_work = llmcalc::platform::work();
  const double save_due = p.session.keep(p.app, ImGui::GetTime());
  if (p.input.queue.waits() || p.app.requests.screenshot) p.frames_due = llmcalc::platform::settle_frames + 1;
  if (--p.frames_due > 0 || more_work) return 0;
  p.frames_due = llmcalc::platform::settle_frames;
  const double wake = p.app.requests.wake_after;
  return save_due >= 0 && (wake < 0 || save_due < wake) ? save_due : wake;
}

/// A key by GLFW's number, named by what is printed on it.
EMSCRIPTEN_KEEPALIVE void llmcalc_key(int key, int down) {
  page()->input.queue.push({llmcalc::platform::Input::Kind::Key, key, down != 0});
}

EMSCRIPTEN_KEEPALIVE void llmcalc_character(int code_point) {
  page()->input.queue.push({llmcalc::platform::Input::Kind::Character, code_point});
}

/// A mouse button: 0 left, 1 right, 2 middle.
EMSCRIPTEN_KEEPALIVE void llmcalc_button(int button, int down, double x, double y) {
  auto& input = page()->input;
  input.mouse = llmcalc::platform::Point{x, y};
  input.queue.push({llmcalc::platform::Input::Kind::Button, std::clamp(button, 0, 4), down != 0, input.mouse});
}

EMSCRIPTEN_KEEPALIVE void llmcalc_pointer(double x, double y) {
  page()->input.mouse = llmcalc::platform::Point{x, y};
}

/// The wheel, or a finger that scrolls, by so many of the page's units.
EMSCRIPTEN_KEEPALIVE void llmcalc_scroll(double down) {
  const float size = page()->stage.theme.fonts.body.size / page()->pixel_ratio;
  // Dear ImGui scrolls five lines for one step of a wheel.
  page()->wheel += static_cast<float>(-down) / (5 * std::max(size, 1.0f));
}

/// 1 when something under the mouse can be dragged or clicked, as of the last frame.
EMSCRIPTEN_KEEPALIVE int llmcalc_over_item() { return ImGui::IsAnyItemHovered() ? 1 : 0; }
/// 1 when a text field has the keyboard.
EMSCRIPTEN_KEEPALIVE int llmcalc_wants_text() { return ImGui::GetIO().WantTextInput ? 1 : 0; }
/// Dear ImGui's number of the mouse cursor.
EMSCRIPTEN_KEEPALIVE int llmcalc_cursor() { return ImGui::GetMouseCursor(); }

/// Reads what will be read of a model's file, for the page to bring the parts that are not there yet.
EMSCRIPTEN_KEEPALIVE void llmcalc_try(const char* path) {
  (void)page()->app.resolver.model({llmcalc::ModelSource::Kind::File, path});
}

/// A file or folder that was opened or dropped.
EMSCRIPTEN_KEEPALIVE void llmcalc_take(const char* path) { llmcalc::ui::take_path(page()->app, path); }

/// The scenario as the word behind '#'.
EMSCRIPTEN_KEEPALIVE const char* llmcalc_link() {
  auto& p = *page();
  return p.give(p.app.scenario.model ? llmcalc::io::share_text(p.app.scenario) : std::string());
}

/// Shows the scenario of such a word.
EMSCRIPTEN_KEEPALIVE void llmcalc_open_link(const char* word) {
  auto& app = page()->app;
  llmcalc::Result<llmcalc::Scenario> scenario = llmcalc::io::read_share_text(word, app.resolver);
  if (!scenario) return llmcalc::platform::complain_about(app, scenario.issues().front());
  llmcalc::ui::use_scenario(app, std::move(scenario).value());
  app.view.first_start = false;
}

/// The result in words, as JSON, for the text of the page.
EMSCRIPTEN_KEEPALIVE const char* llmcalc_summary() {
  using namespace llmcalc;
  auto& p = *page();
  const Scenario& s = p.app.scenario;
  if (!s.model || !p.app.results.issues.empty()) return p.give("null");
  const Estimate& e = p.app.results.estimate;
  const ByteUnits units = p.app.preferences.units;
  const nlohmann::ordered_json summary{
      {"title", s.model->name + ", " + io::weights_text(s) + ", on " + io::devices_text(s.devices)},
      {"inference", platform::part_json(e.inference.breakdown, io::inference_text(s), e.inference.fit, units)},
      {"training", platform::part_json(e.training.breakdown, io::training_text(s), e.training.fit, units)},
      {"message", p.app.view.message.text},
      {"seconds", p.app.results.seconds}};
  return p.give(summary.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

/// The reader's wishes: a light page, less motion.
EMSCRIPTEN_KEEPALIVE void llmcalc_prefer_light(int light) {
  page()->app.preferences.theme = light != 0 ? llmcalc::ui::ThemeKind::Light : llmcalc::ui::ThemeKind::Dark;
}
EMSCRIPTEN_KEEPALIVE void llmcalc_prefer_still(int still) { page()->app.view.motion.on = still == 0; }

/// Two fingers: everything larger or smaller.
EMSCRIPTEN_KEEPALIVE float llmcalc_zoom() { return page()->app.preferences.zoom; }
EMSCRIPTEN_KEEPALIVE void llmcalc_set_zoom(float zoom) {
  auto& app = page()->app;
  const float rounded = std::clamp(std::round(zoom * 20) / 20, 0.6f, 3.0f);
  app.requests.reload_fonts = app.requests.reload_fonts || rounded != app.preferences.zoom;
  app.preferences.zoom = rounded;
}

/// Writes the session now: the page is being left.
EMSCRIPTEN_KEEPALIVE void llmcalc_save() { (void)page()->session.save(page()->app); }

/// WebGL lost everything and has come back.
EMSCRIPTEN_KEEPALIVE void llmcalc_context_restored() {
  page()->app.requests.reload_fonts = true;
  llmcalc::ui::complain(page()->app, "The graphics driver was reset; the picture was drawn again");
}

/// Controls of the last frame with their boxes, as JSON, for tests. They are noted from the first call on.
EMSCRIPTEN_KEEPALIVE const char* llmcalc_controls() {
  auto& p = *page();
  p.stage.theme.audit = &p.audit;
  nlohmann::ordered_json all = nlohmann::ordered_json::object();
  for (const auto& control : p.audit.controls) all[control.name] = llmcalc::platform::box_json(control.box);
  return p.give(llmcalc::io::compact(all));
}

}  // extern "C"
