#include "ui/session.hpp"

#include "host/limits.hpp"
#include "host/text_file.hpp"
#include "host/write_file.hpp"
#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"
#include "ui/answers.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace llmcalc::ui {
namespace {

namespace fs = std::filesystem;

/// Of the file's layout. A program that finds a larger one leaves the file alone.
constexpr int session_version = 1;
/// Windows that can be open at once with a session of their own.
constexpr int most_windows = 16;
/// Seconds without a change before the session is written.
constexpr double quiet_time = 2;
/// Pixels a side that a window is restored with at most.
constexpr double largest_window = 16384;

/// A number of an object, or what was there before.
double number_in(const nlohmann::json& json, const char* key, double otherwise) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>() : otherwise;
}

bool flag_in(const nlohmann::json& json, const char* key, bool otherwise) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

template <class Enum>
void choice_in(const nlohmann::json& json, const char* key, Enum& value) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return;
  if (const auto read = from_key<Enum>(found->get<std::string>())) value = *read;
}

/// A path; "" when it is none that a text field can hold. One with a NUL would end there for the system.
std::string path_in(const nlohmann::json& json) {
  if (!json.is_string()) return {};
  std::string path = json.get<std::string>();
  if (path.size() >= longest_path || path.find('\0') != std::string::npos) path.clear();
  return path;
}

void read_preferences(const nlohmann::json& json, Preferences& p) {
  choice_in(json, "theme", p.theme);
  choice_in(json, "units", p.units);
  choice_in(json, "tab", p.tab);
  choice_in(json, "focus_task", p.focus.task);
  choice_in(json, "focus_part", p.focus.part);
  p.zoom = static_cast<float>(std::clamp(number_in(json, "zoom", p.zoom), 0.6, 3.0));
  p.more_settings = flag_in(json, "more_settings", p.more_settings);
  p.width = static_cast<int>(std::clamp(number_in(json, "width", p.width), 0.0, largest_window));
  p.height = static_cast<int>(std::clamp(number_in(json, "height", p.height), 0.0, largest_window));
  if (const auto folder = json.find("export_folder"); folder != json.end()) p.export_folder = path_in(*folder);
  if (const auto opened = json.find("opened"); opened != json.end() && opened->is_array()) {
    p.opened.clear();
    for (const nlohmann::json& path : *opened) {
      if (p.opened.size() == most_opened) break;
      if (std::string text = path_in(path); !text.empty()) p.opened.push_back(std::move(text));
    }
  }
}

nlohmann::ordered_json write_preferences(const Preferences& p) {
  return {{"theme", key_of(p.theme)},
          {"units", key_of(p.units)},
          {"tab", key_of(p.tab)},
          {"focus_task", key_of(p.focus.task)},
          {"focus_part", key_of(p.focus.part)},
          {"zoom", p.zoom},
          {"more_settings", p.more_settings},
          {"width", p.width},
          {"height", p.height},
          {"export_folder", p.export_folder},
          {"opened", p.opened}};
}

std::string place_and_words(const Issue& issue) {
  return issue.where.empty() ? issue.what : issue.where + " " + issue.what;
}

/// The document of a session file. What stands against it is an issue of no place.
Result<nlohmann::json> read_session(const fs::path& file) {
  const Result<std::string> text = io::read_text_file(file, io::most(io::Limit::SessionBytes));
  if (!text) return Issue{"", text.issues().front().what};
  Result<nlohmann::json> json = io::parse_json(*text);
  if (!json) return json;
  if (!json->is_object()) return Issue{"", "is not a session of llmcalc"};
  const double version = number_in(*json, "version", session_version);
  if (version > session_version) return Issue{"", "was written by a newer llmcalc"};
  return json;
}

/// Takes over what can be read; every scenario that cannot is an issue.
Issues take_over(const nlohmann::json& json, App& app) {
  Issues issues;
  if (const auto p = json.find("preferences"); p != json.end() && p->is_object()) {
    read_preferences(*p, app.preferences);
  }
  if (const auto s = json.find("scenario"); s != json.end()) {
    if (Result<Scenario> scenario = io::read_scenario(*s, app.resolver)) {
      use_scenario(app, std::move(scenario).value());
    } else {
      issues.push_back(scenario.issues().front());
    }
  }
  const auto pins = json.find("pins");
  if (pins == json.end() || !pins->is_array()) return issues;
  for (std::size_t i = 0; i < pins->size(); ++i) {
    if (i >= app.pins.size()) {
      issues.push_back({"/pins", "holds more than " + std::to_string(app.pins.size())});
      break;
    }
    if (Result<Scenario> scenario = io::read_scenario((*pins)[i], app.resolver)) {
      app.pins[i] = pin_of(std::move(scenario).value());
    } else {
      issues.push_back(scenario.issues().front());
    }
  }
  return issues;
}

}  // namespace

SessionPlace take_session_place(const fs::path& folder) {
  if (folder.empty()) return {};
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  const fs::path first = folder / "session.json";
  for (int window = 1; window <= most_windows; ++window) {
    const fs::path file = window == 1 ? first : folder / ("session-" + std::to_string(window) + ".json");
    bool taken = false;
    std::optional<host::FileLock> lock = host::FileLock::take(folder / (io::shown(file.stem()) + ".lock"), taken);
    if (taken) continue;
    // Without a lock (a folder that cannot be written) the state is read, and saving says what is wrong.
    const bool own = fs::exists(file, error);
    return {file, own ? file : first, std::move(lock)};
  }
  return {{}, first, std::nullopt};
}

/// Copies the session file to the first free name beside it and says so. When that fails the file is not written any
/// more: what is in it is worth more than this window's state.
Issue Session::put_aside(const std::string& why) {
  const fs::path& file = place_.begin_with;
  std::error_code error = std::make_error_code(std::errc::file_exists);
  fs::path kept;
  for (int i = 1; i < 1000 && error == std::errc::file_exists; ++i) {
    kept = file.parent_path() / (io::shown(file.stem()) + ".kept-" + std::to_string(i) + ".json");
    error.clear();
    fs::copy_file(file, kept, error);
  }
  if (!error) return {io::shown(file), why + "; it was kept as " + io::shown(kept.filename())};
  if (place_.file == file) place_.file.clear();
  return {io::shown(file),
          why + "; it could not be copied (" + error.message() + "), so this window's state will not be saved"};
}

/// Leaves a marker beside the file; true when the last start left its own there.
bool Session::begin_start() {
  if (place_.file.empty()) return false;
  marker_ = place_.file.parent_path() / (io::shown(place_.file.stem()) + ".starting");
  std::error_code error;
  if (fs::exists(fs::symlink_status(marker_, error))) return true;
  (void)io::write_file(marker_, "", io::Readers::OwnerOnly);
  return false;
}

void Session::started() {
  std::error_code error;
  if (!marker_.empty()) fs::remove(marker_, error);
  marker_.clear();
}

Issues Session::restore(App& app) {
  std::error_code error;
  const fs::path& file = place_.begin_with;
  if (file.empty() || !fs::exists(fs::symlink_status(file, error))) return {};
  if (begin_start()) {
    const Issue issue = put_aside("was being opened when the last start ended, so this one begins without it");
    // Kept under its other name; in its own place the next start would open it again.
    if (place_.file == file) fs::remove(file, error);
    return {issue};
  }
  const Result<nlohmann::json> json = read_session(file);
  if (!json) return {put_aside(place_and_words(json.issues().front()))};
  const Issues unread = take_over(*json, app);
  saved_ = snapshot_of(app);
  if (unread.empty()) return {};
  return {put_aside("could not be restored as a whole: " + place_and_words(unread.front()))};
}

Issues Session::save(const App& app) const {
  if (place_.file.empty() || !app.scenario.model) return {};
  nlohmann::ordered_json json{{"version", session_version}, {"preferences", write_preferences(app.preferences)}};
  json["scenario"] = io::write_scenario(app.scenario, io::Written::Changed);
  json["pins"] = nlohmann::ordered_json::array();
  for (const auto& pin : app.pins) {
    if (pin) json["pins"].push_back(io::write_scenario(pin->scenario, io::Written::Changed));
  }
  return io::write_file(place_.file, io::pretty(json), io::Readers::OwnerOnly).issues();
}

double Session::keep(App& app, double now) {
  started();
  Snapshot snapshot = snapshot_of(app);
  if (!saved_) saved_ = snapshot;  // the state of a first start is not worth a file
  if (place_.file.empty() || snapshot == *saved_) {
    seen_.reset();
    return -1;
  }
  if (!seen_ || snapshot != *seen_) {
    seen_ = std::move(snapshot);
    seen_at_ = now;
  }
  if (now - seen_at_ < quiet_time) return quiet_time - (now - seen_at_);
  // Whether or not it could be written: the next try comes with the next change.
  saved_ = std::exchange(seen_, std::nullopt);
  const Issues issues = save(app);
  if (!issues.empty()) complain(app, "The session is not saved: " + place_and_words(issues.front()));
  return -1;
}

Session::Snapshot Session::snapshot_of(const App& app) {
  Snapshot snapshot{.preferences = app.preferences, .scenario = app.scenario, .pins = {}};
  for (std::size_t i = 0; i < app.pins.size(); ++i) {
    if (app.pins[i]) snapshot.pins[i] = app.pins[i]->scenario;
  }
  return snapshot;
}

}  // namespace llmcalc::ui
