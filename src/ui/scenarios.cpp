#include "ui/scenarios.hpp"

#include "host/limits.hpp"
#include "host/preset_folders.hpp"
#include "host/text_file.hpp"
#include "host/write_file.hpp"
#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"

#include <llmcalc/base/printable.hpp>

#include <algorithm>
#include <cctype>
#include <system_error>

namespace llmcalc::ui {
namespace {

namespace fs = std::filesystem;

/// Largest scenario file that is read.
constexpr std::size_t file_limit = io::most(io::Limit::ScenarioBytes);
/// Bytes of a name: with the ending and ".part" well below the 255 of every file system.
constexpr std::size_t name_limit = 80;
/// Files of a folder that are looked at.
constexpr std::size_t entry_limit = 10000;

fs::path file_of(const App& app, std::string_view name) {
  const std::string clean = clean_name(name);
  if (clean.empty() || app.scenario_folder.empty()) return {};
  const std::string file = clean + ".json";
  return app.scenario_folder / fs::path(std::u8string(file.begin(), file.end()));
}

/// True for "con", "LPT1.x" and the like, which Windows takes for devices whatever their ending and folder (Microsoft,
/// "Naming Files, Paths, and Namespaces").
bool is_device_of_windows(std::string_view name) {
  std::string stem(name.substr(0, std::min(name.find_first_of(" ."), name.size())));
  for (char& c : stem) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (stem == "con" || stem == "prn" || stem == "aux" || stem == "nul") return true;
  return stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) &&
         std::isdigit(static_cast<unsigned char>(stem.back())) != 0;
}

Issue no_name(const App& app) {
  return app.scenario_folder.empty() ? Issue{"saved scenarios", "there is no folder for them"}
                                     : Issue{"name", "must have a letter or digit"};
}

}  // namespace

fs::path scenario_folder() {
  const fs::path folder = io::user_config_folder();
  return folder.empty() ? folder : folder / "scenarios";
}

std::string clean_name(std::string_view name) {
  std::string out = printable(name);
  for (char& c : out) {
    if (std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos) c = '_';
  }
  const auto trim = [&out] {
    while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.pop_back();
  };
  out.erase(0, std::min(out.find_first_not_of(" ."), out.size()));
  if (out.size() > name_limit) {
    out.resize(name_limit);
    // Not inside a character: its first byte would be left alone.
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U) out.pop_back();
    if (!out.empty() && (static_cast<unsigned char>(out.back()) & 0x80U) != 0) out.pop_back();
  }
  trim();
  return is_device_of_windows(out) ? "_" + out : out;
}

std::vector<std::string> saved_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  std::size_t seen = 0;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end && seen < entry_limit;
       entry.increment(error), ++seen) {
    if (entry->path().extension() != ".json" || !entry->is_regular_file(error)) continue;
    names.push_back(io::shown(entry->path().stem()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<fs::path> save_named(const App& app, std::string_view name) {
  const fs::path file = file_of(app, name);
  if (file.empty()) return no_name(app);
  if (!app.scenario.model) return Issue{"model", "there is none to save"};
  return io::write_file(file, io::pretty(io::write_scenario(app.scenario, io::Written::Changed)),
                        io::Readers::OwnerOnly);
}

Result<Scenario> open_named(const App& app, std::string_view name) {
  const fs::path file = file_of(app, name);
  if (file.empty()) return no_name(app);
  const Result<std::string> text = io::read_text_file(file, file_limit);
  if (!text) return text.issues();
  return io::read_scenario_text(*text, app.resolver);
}

Result<fs::path> rename_named(const App& app, std::string_view from, std::string_view to) {
  const fs::path source = file_of(app, from);
  const fs::path target = file_of(app, to);
  if (source.empty() || target.empty()) return no_name(app);
  if (source == target) return target;
  std::error_code error;
  if (fs::exists(target, error)) return Issue{io::shown(target.stem()), "is the name of another scenario"};
  fs::rename(source, target, error);
  if (error) return Issue{io::shown(source.stem()), error.message()};
  return target;
}

bool delete_named(const App& app, std::string_view name) {
  const fs::path file = file_of(app, name);
  std::error_code error;
  return !file.empty() && fs::remove(file, error) && !error;
}

}  // namespace llmcalc::ui
