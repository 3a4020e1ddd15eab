#include "ui/files.hpp"

#include "formats/json_text.hpp"
#include "formats/preset_folders.hpp"
#include "formats/scenario_json.hpp"
#include "formats/text_file.hpp"
#include "ui/answers.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace llmcalc::ui {
namespace {

constexpr std::size_t session_limit = 8U << 20;

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

void read_preferences(const nlohmann::json& json, Preferences& p) {
  choice_in(json, "theme", p.theme);
  choice_in(json, "units", p.units);
  choice_in(json, "tab", p.tab);
  choice_in(json, "chart_task", p.chart_task);
  choice_in(json, "fits_task", p.fits_task);
  choice_in(json, "levers_task", p.levers_task);
  choice_in(json, "focus_task", p.focus.task);
  choice_in(json, "focus_part", p.focus.part);
  p.zoom = static_cast<float>(std::clamp(number_in(json, "zoom", p.zoom), 0.6, 3.0));
  p.more_settings = flag_in(json, "more_settings", p.more_settings);
}

nlohmann::ordered_json write_preferences(const Preferences& p) {
  return {{"theme", key_of(p.theme)},
          {"units", key_of(p.units)},
          {"tab", key_of(p.tab)},
          {"chart_task", key_of(p.chart_task)},
          {"fits_task", key_of(p.fits_task)},
          {"levers_task", key_of(p.levers_task)},
          {"focus_task", key_of(p.focus.task)},
          {"focus_part", key_of(p.focus.part)},
          {"zoom", p.zoom},
          {"more_settings", p.more_settings}};
}

}  // namespace

Result<std::filesystem::path> write_file(const std::filesystem::path& file, std::string_view content) {
  std::error_code error;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  std::filesystem::path partial = file;
  partial += ".part";
  {
    std::ofstream out(partial, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.flush();
    if (!out) {
      std::filesystem::remove(partial, error);
      return Issue{formats::shown(file), "cannot be written"};
    }
  }
  std::filesystem::rename(partial, file, error);
  if (error) return Issue{formats::shown(file), error.message()};
  return file;
}

void export_file(App& app, const std::string& name, std::string_view content) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::current_path(error) / name;
  const Result<std::filesystem::path> written = write_file(file, content);
  say(app, written ? "Saved as " + formats::shown(*written) : written.issues().front().where + " cannot be written",
      !written);
}

std::filesystem::path session_file() {
  const std::filesystem::path folder = formats::user_config_folder();
  return folder.empty() ? folder : folder / "session.json";
}

void restore_session(App& app, const std::filesystem::path& file) {
  if (file.empty()) return;
  const Result<std::string> text = formats::read_text_file(file, session_limit);
  if (!text) return;
  const Result<nlohmann::json> json = formats::parse_json(*text);
  if (!json || !json->is_object()) return;
  if (const auto p = json->find("preferences"); p != json->end() && p->is_object()) {
    read_preferences(*p, app.preferences);
  }
  if (const auto s = json->find("scenario"); s != json->end()) {
    if (Result<Scenario> scenario = formats::read_scenario(*s, app.resolver)) {
      use_scenario(app, std::move(scenario).value());
    }
  }
  const auto pins = json->find("pins");
  if (pins == json->end() || !pins->is_array()) return;
  for (std::size_t i = 0; i < std::min(pins->size(), app.pins.size()); ++i) {
    if (Result<Scenario> scenario = formats::read_scenario((*pins)[i], app.resolver)) {
      app.pins[i] = Pin{*scenario, evaluated(*scenario)};
    }
  }
}

void save_session(const App& app, const std::filesystem::path& file) {
  if (file.empty() || !app.scenario.model) return;
  nlohmann::ordered_json json{{"preferences", write_preferences(app.preferences)}};
  json["scenario"] = formats::write_scenario(app.scenario, formats::Written::Changed);
  json["pins"] = nlohmann::ordered_json::array();
  for (const auto& pin : app.pins) {
    if (pin) json["pins"].push_back(formats::write_scenario(pin->scenario, formats::Written::Changed));
  }
  (void)write_file(file, json.dump(2) + "\n");  // nothing can be done about it while closing
}

}  // namespace llmcalc::ui
