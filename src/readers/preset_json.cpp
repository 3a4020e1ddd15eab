#include "readers/preset_json.hpp"

#include "host/limits.hpp"
#include "host/text_file.hpp"
#include "readers/json_text.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace llmcalc::io {

namespace {

using nlohmann::json;

/// A value as it appears in a message: its JSON, cut to a readable length.
std::string in_words(const json& value) {
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

std::string number_text(double value) {
  std::string text = compact(value);
  if (text.size() > 2 && text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace

PresetObject::PresetObject(const json& object, std::string place, Issues& issues)
    : object_(object), place_(std::move(place)), issues_(issues) {}

std::string PresetObject::place(std::string_view key) const {
  return key.empty() ? place_ : place_ + "/" + std::string(key);
}

void PresetObject::issue(std::string_view key, std::string what) { issues_.push_back({place(key), std::move(what)}); }

const json* PresetObject::find(std::string_view key) {
  known_.emplace_back(key);
  const auto found = object_.find(std::string(key));
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void PresetObject::text(std::string_view key, std::string& into, bool required) {
  const json* value = find(key);
  if (!value) {
    if (required) issue(key, "is missing");
    return;
  }
  if (!value->is_string()) return issue(key, "must be a text, got " + in_words(*value));
  const auto& text = value->get_ref<const std::string&>();
  if (required && text.empty()) return issue(key, "must not be empty");
  into = text;
}

void PresetObject::flag(std::string_view key, bool& into) {
  const json* value = find(key);
  if (!value) return;
  if (!value->is_boolean()) return issue(key, "must be true or false, got " + in_words(*value));
  into = value->get<bool>();
}

void PresetObject::count(std::string_view key, Count& into, Count low, Count high) {
  const json* value = find(key);
  if (!value) return;
  if (!value->is_number_unsigned()) return issue(key, "must be a whole number, got " + in_words(*value));
  const Count number = value->get<Count>();
  if (number < low || number > high) {
    return issue(key,
                 "must be from " + std::to_string(low) + " to " + std::to_string(high) + ", got " + in_words(*value));
  }
  into = number;
}

void PresetObject::number(std::string_view key, double& into, double low, double high) {
  const json* value = find(key);
  if (!value) return;
  if (!value->is_number()) return issue(key, "must be a number, got " + in_words(*value));
  const double number = value->get<double>();
  if (!(number >= low && number <= high))
    return issue(key, "must be from " + number_text(low) + " to " + number_text(high) + ", got " + in_words(*value));
  into = number;
}

void PresetObject::texts(std::string_view key, std::vector<std::string>& into, std::size_t least) {
  const json* value = find(key);
  if (!value) {
    if (least != 0) issue(key, "is missing");
    return;
  }
  const auto is_text = [](const json& item) {
    return item.is_string() && !item.get_ref<const std::string&>().empty();
  };
  if (!value->is_array() || !std::all_of(value->begin(), value->end(), is_text))
    return issue(key, "must be a list of texts, got " + in_words(*value));
  if (value->size() < least) return issue(key, "must have at least " + std::to_string(least) + " entry");
  into.clear();
  for (const json& item : *value) into.push_back(item.get<std::string>());
}

void PresetObject::report_unknown_keys() {
  for (const auto& item : object_.items()) {
    if (std::find(known_.begin(), known_.end(), item.key()) == known_.end()) issue(item.key(), "is not a known key");
  }
}

Result<json> parse_preset(std::string_view text, const std::string& place, std::string_view skip) {
  Result<json> parsed = parse_json(text, place, skip);
  if (parsed && !parsed->is_object()) return Issue{place, "must hold a JSON object"};
  return parsed;
}

std::vector<std::filesystem::path> preset_files(const std::filesystem::path& folder, Issues& issues) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  std::error_code error;
  const auto status = fs::status(folder, error);
  if (status.type() == fs::file_type::not_found) return files;
  if (error) {
    issues.push_back({shown(folder), "cannot be reached: " + error.message()});
    return files;
  }
  if (!fs::is_directory(status)) {
    issues.push_back({shown(folder), "is not a folder"});
    return files;
  }
  std::size_t seen = 0;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (++seen > most(Limit::FolderEntries) || files.size() >= most(Limit::PresetFiles)) {
      issues.push_back({shown(folder), "holds too many files; only the first " + std::to_string(files.size()) +
                                           " presets are read"});
      break;
    }
    const fs::path& file = at->path();
    const std::string name = shown(file.filename());
    if (name.starts_with('.') || file.extension() != ".json") continue;
    files.push_back(file);
  }
  if (error) issues.push_back({shown(folder), "cannot be listed: " + error.message()});
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace llmcalc::io
