// llmcalc-gui: the desktop program.

#include "build_info.hpp"
#include "formats/preset_folders.hpp"
#include "formats/scenario_json.hpp"
#include "formats/text_file.hpp"
#include "platform/run.hpp"
#include "platform/window.hpp"
#include "ui/app.hpp"
#include "ui/files.hpp"
#include "ui/scenarios.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace {

/// Largest scenario file that is read.
constexpr std::size_t largest_scenario = 16U << 20;

/// What the command line asks for.
struct Options {
  std::string screenshot;
  std::string size = "1440x900";
  float scale = 1;
  std::string theme;
  std::string scenario;
  std::string tab;
};

/// "1440x900" as two numbers; nothing when it is not of that form or out of range.
std::optional<std::pair<int, int>> parse_size(const std::string& text) {
  int width = 0;
  int height = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%dx%d%c", &width, &height, &rest) != 2) return std::nullopt;
  if (width < 320 || height < 240 || width > 16384 || height > 16384) return std::nullopt;
  return std::pair{width, height};
}

int complain(const llmcalc::Issues& issues) {
  for (const llmcalc::Issue& issue : issues) {
    std::fprintf(stderr, "llmcalc-gui: %s: %s\n", issue.where.c_str(), issue.what.c_str());
  }
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace llmcalc;
  Options options;
  CLI::App cli{"Memory requirements of large language models"};
  cli.set_version_flag("--version", std::string(build_info::version));
  cli.add_option("--screenshot", options.screenshot, "draw the window into this PNG file and exit");
  cli.add_option("--size", options.size, "size in pixels, WIDTHxHEIGHT")->capture_default_str();
  cli.add_option("--scale", options.scale, "scale of a screenshot, 1 to 3")->check(CLI::Range(0.5f, 4.0f));
  cli.add_option("--theme", options.theme, "dark, light or high-contrast");
  cli.add_option("--scenario", options.scenario, "scenario to start with, a JSON file");
  cli.add_option("--tab", options.tab, "chart to show");
  CLI11_PARSE(cli, argc, argv);

  const auto size = parse_size(options.size);
  if (!size) return complain({{"--size", "must be WIDTHxHEIGHT from 320x240 to 16384x16384, got " + options.size}});

  ui::App app = ui::make_app(formats::default_resolver(), formats::preset_folders());
  if (!options.scenario.empty()) {
    const Result<std::string> text = formats::read_text_file(options.scenario, largest_scenario);
    if (!text) return complain(text.issues());
    Result<Scenario> scenario = formats::read_scenario_text(*text, app.resolver);
    if (!scenario) return complain(scenario.issues());
    ui::use_scenario(app, std::move(scenario).value());
  }
  const bool picture = !options.screenshot.empty();
  const std::filesystem::path session = picture ? std::filesystem::path{} : ui::session_file();
  if (!picture) app.scenario_folder = ui::scenario_folder();
  std::error_code unreadable;
  app.view.first_start = !picture && !session.empty() && !std::filesystem::exists(session, unreadable);
  if (options.scenario.empty()) ui::restore_session(app, session);
  if (!options.theme.empty()) {
    const auto theme = from_key<ui::ThemeKind>(options.theme);
    if (!theme) return complain({{"--theme", "must be dark, light or high-contrast, got " + options.theme}});
    app.preferences.theme = *theme;
  }
  if (!options.tab.empty()) {
    const auto tab = from_key<ui::Tab>(options.tab);
    if (!tab) return complain({{"--tab", "no such chart: " + options.tab}});
    app.preferences.tab = *tab;
  }
  Result<platform::Window> window =
      platform::Window::open({.width = size->first, .height = size->second, .visible = !picture, .title = "llmcalc"});
  if (!window) return complain(window.issues());
  platform::Window open = std::move(window).value();
  if (picture) {
    return platform::take_screenshot(
        open, app,
        {.file = options.screenshot, .width = size->first, .height = size->second, .scale = options.scale});
  }
  const int status = platform::run(open, app);
  ui::save_session(app, session);
  return status;
}
