// llmcalc-gui: the desktop program.

#include "build_commit.hpp"
#include "cli/manual.hpp"
#include "cli/run.hpp"
#include "host/console.hpp"
#include "host/limits.hpp"
#include "host/out_of_memory.hpp"
#include "host/preset_folders.hpp"
#include "host/text_file.hpp"
#include "platform/run.hpp"
#include "platform/window.hpp"
#include "readers/scenario_json.hpp"
#include "ui/app.hpp"
#include "ui/scenarios.hpp"
#include "ui/session.hpp"

#include <llmcalc/base/printable.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

/// What the command line asks for.
struct Options {
  std::string screenshot;
  std::string size;
  float scale = 1;
  std::string theme;
  std::string scenario;
  std::string tab;
  bool manual = false;
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

int complain(const llmcalc::Issues& issues, int status = llmcalc::cli::bad_input) {
  for (const llmcalc::Issue& issue : issues) {
    std::fprintf(stderr, "llmcalc-gui: %s: %s\n", llmcalc::printable(issue.where).c_str(),
                 llmcalc::printable(issue.what).c_str());
  }
  return status;
}

void add_options(CLI::App& cli, Options& options) {
  cli.set_version_flag("--version", "llmcalc-gui " + std::string(llmcalc::build_info::full_version));
  cli.add_option("--screenshot", options.screenshot, "draw the window into this PNG file and exit")
      ->type_name("FILE");
  cli.add_option("--size", options.size, "size in pixels [as it was last, else 1440x900]")->type_name("WIDTHxHEIGHT");
  cli.add_option("--scale", options.scale, "scale of a screenshot, 0.5 to 4 [1]")
      ->check([](const std::string& text) {
        // CLI::Range lets "nan" through: it compares with both ends and finds nothing wrong.
        const float scale = std::strtof(text.c_str(), nullptr);
        return scale >= 0.5f && scale <= 4 ? std::string{} : "must be a number from 0.5 to 4, got " + text;
      })
      ->type_name("X");
  cli.add_option("--theme", options.theme, "dark, light or high-contrast")->type_name("NAME");
  cli.add_option("--scenario", options.scenario, "scenario to start with, a JSON file")->type_name("FILE");
  cli.add_option("--tab", options.tab, "chart to show")->type_name("NAME");
  cli.add_flag("--manual", options.manual, "print the manual page, as man reads it");
  cli.footer(std::string(llmcalc::cli::window_exit_statuses));
}

/// Theme, chart and scenario of the command line, over what was restored.
llmcalc::Issues apply(const Options& options, llmcalc::ui::App& app) {
  using namespace llmcalc;
  if (!options.scenario.empty()) {
    const Result<std::string> text =
        io::read_text_file(io::path_of(options.scenario), io::most(io::Limit::ScenarioBytes));
    if (!text) return text.issues();
    Result<Scenario> scenario = io::read_scenario_text(*text, app.resolver);
    if (!scenario) return scenario.issues();
    ui::use_scenario(app, std::move(scenario).value());
  }
  Issues issues;
  if (const auto theme = from_key<ui::ThemeKind>(options.theme)) {
    app.preferences.theme = *theme;
  } else if (!options.theme.empty()) {
    issues.push_back({"--theme", "must be dark, light or high-contrast, got " + options.theme});
  }
  if (const auto tab = from_key<ui::Tab>(options.tab)) {
    app.preferences.tab = *tab;
  } else if (!options.tab.empty()) {
    issues.push_back({"--tab", "no such chart: " + options.tab});
  }
  return issues;
}

int show_window(const Options& options, int width, int height) {
  using namespace llmcalc;
  const bool picture = !options.screenshot.empty();
  ui::App app = ui::make_app(io::default_resolver(), io::preset_folders());
  if (!picture) app.scenario_folder = ui::scenario_folder();
  ui::Session session(picture ? ui::SessionPlace{} : ui::take_session_place(io::user_config_folder()));
  std::error_code unreadable;
  app.view.first_start = options.scenario.empty() && !picture && !session.file().empty() &&
                         !std::filesystem::exists(session.file(), unreadable);
  if (const Issues unread = session.restore(app); !unread.empty()) {
    complain(unread);
    ui::complain(app, unread.front().where + " " + unread.front().what);
  }
  if (const Issues wrong = apply(options, app); !wrong.empty()) {
    session.started();
    return complain(wrong);
  }
  if (options.size.empty() && !picture && app.preferences.width >= 320 && app.preferences.height >= 240) {
    width = app.preferences.width;
    height = app.preferences.height;
  }
  Result<platform::Window> opened = platform::Window::open({.width = width,
                                                            .height = height,
                                                            .visible = !picture,
                                                            .within_screen = !picture && options.size.empty(),
                                                            .title = "llmcalc"});
  if (!opened) {
    session.started();
    return complain(opened.issues(), cli::failure);
  }
  platform::Window window = std::move(opened).value();
  if (picture) {
    return platform::take_screenshot(
        window, app,
        {.file = io::path_of(options.screenshot), .width = width, .height = height, .scale = options.scale});
  }
  Issues issues = platform::run(window, app, {.session = &session, .context_lost = {}});
  session.started();
  for (const Issue& issue : session.save(app)) issues.push_back(issue);
  return issues.empty() ? cli::success : complain(issues, cli::failure);
}

int run(int argc, char** argv) {
  using namespace llmcalc;
  Options options;
  CLI::App program{"Memory requirements of large language models, in a window.", "llmcalc-gui"};
  add_options(program, options);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return program.exit(wanted);
  } catch (const CLI::ParseError& error) {
    return complain({{"command line", std::string(error.what()) + "; llmcalc-gui --help lists the options"}});
  }
  if (options.manual) {
    std::fputs(cli::window_man_page(program).c_str(), stdout);
    return cli::success;
  }
  const auto size = parse_size(options.size.empty() ? "1440x900" : options.size);
  if (!size) return complain({{"--size", "must be WIDTHxHEIGHT from 320x240 to 16384x16384, got " + options.size}});
  return show_window(options, size->first, size->second);
}

}  // namespace

int main(int argc, char** argv) {
  llmcalc::host::end_when_out_of_memory("llmcalc-gui", llmcalc::cli::failure);
  llmcalc::host::plain_streams();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "llmcalc-gui: stopped: %s\n", error.what());
    return llmcalc::cli::failure;
  }
}
