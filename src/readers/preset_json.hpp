#pragma once
// Taking values out of a preset's JSON object: each call checks one key, records what is wrong and leaves the value
// alone then.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/base/units.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// One object of a preset file and the keys that were asked for, so that a misspelt one can be named at the end.
class PresetObject {
 public:
  /// `place` is the file and the pointer to this object, `issues` collects what is wrong.
  PresetObject(const nlohmann::json& object, std::string place, Issues& issues);

  /// The value of a key, null when it is missing or JSON null; the key counts as known from now on.
  const nlohmann::json* find(std::string_view key);
  /// A text; missing is an issue when `required`.
  void text(std::string_view key, std::string& into, bool required = false);
  /// true or false.
  void flag(std::string_view key, bool& into);
  /// A whole number within [low, high].
  void count(std::string_view key, Count& into, Count low, Count high);
  /// A number within [low, high].
  void number(std::string_view key, double& into, double low, double high);
  /// A list of texts; fewer than `least` is an issue.
  void texts(std::string_view key, std::vector<std::string>& into, std::size_t least);
  /// Records an issue of this key ("" = the object itself).
  void issue(std::string_view key, std::string what);
  /// Names every key that nobody asked for.
  void report_unknown_keys();
  /// File and pointer of a key.
  std::string place(std::string_view key) const;

 private:
  const nlohmann::json& object_;
  std::string place_;
  Issues& issues_;
  std::vector<std::string> known_;
};

/// Parses JSON text; broken text is an Issue of `place` with line and column. With `skip` the value of that top-level
/// key is checked but not kept.
Result<nlohmann::json> parse_preset(std::string_view text, const std::string& place, std::string_view skip = {});

/// The regular *.json files right inside `folder`, sorted by name. A missing folder has none; an unreadable or
/// overfull one is an issue.
std::vector<std::filesystem::path> preset_files(const std::filesystem::path& folder, Issues& issues);

}  // namespace llmcalc::io
