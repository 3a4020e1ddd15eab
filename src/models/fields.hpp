#pragma once
// The fields of a config: typed, range-checked access that collects issues instead of failing at the first one.
//
// What keys mean that a config does not give are the defaults of the model's own configuration class, in defaults.json.
// Source: configuration_*.py of Hugging Face transformers (main, 2026-08) and of the models' own repositories;
// PretrainedConfig itself ties the head.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/base/units.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::models {

/// Allowed values of a count, both ends included.
struct Range {
  Count low = 0;
  Count high = 0;
};

/// Ranges wide enough for every model of the coming years and narrow enough to catch nonsense.
namespace range {
inline constexpr Range width{1, Count{1} << 22};
inline constexpr Range optional_width{0, Count{1} << 22};
inline constexpr Range layers{1, 4096};
inline constexpr Range some_layers{0, 4096};
inline constexpr Range heads{1, 65536};
inline constexpr Range optional_heads{0, 65536};
inline constexpr Range experts{0, 65536};
inline constexpr Range vocabulary{1, Count{1} << 28};
inline constexpr Range tokens{0, Count{1} << 40};
inline constexpr Range pixels{1, Count{1} << 16};
}  // namespace range

/// What reading gathers beside the model.
struct Findings {
  Issues issues;
  std::vector<std::string> notes;           ///< assumptions, in words
  std::set<std::string, std::less<>> read;  ///< pointers of the values that were looked at
};

/// The name that most classes give a key: "hidden_size" for "n_embd" and "d_model"; the key itself when there is none.
[[nodiscard]] std::string_view common_name(std::string_view key);

/// One object of a config: the given keys laid over the defaults of its class. Keys that classes call differently
/// (n_embd, d_model, ...) are found under their common name (hidden_size). An explicit null counts as absent.
class Fields {
 public:
  Fields(const nlohmann::json& given, std::string_view model_type, std::string pointer, Findings& findings);

  /// The model_type whose defaults apply.
  [[nodiscard]] const std::string& model_type() const { return model_type_; }
  [[nodiscard]] Findings& findings() const { return *findings_; }

  /// Present and not null, given or by default.
  [[nodiscard]] bool has(std::string_view key) const { return look(key) != nullptr; }
  /// Present in the config itself and not null.
  [[nodiscard]] bool given(std::string_view key) const;

  /// The keys of the config itself.
  [[nodiscard]] std::vector<std::string> given_keys() const;

  /// A whole number in the range; `fallback` when absent.
  [[nodiscard]] Count count(std::string_view key, Range allowed, Count fallback) const;
  /// A whole number in the range; its absence is an issue.
  [[nodiscard]] Count required(std::string_view key, Range allowed) const;
  /// A boolean (0 and 1 are taken too); `fallback` when absent.
  [[nodiscard]] bool flag(std::string_view key, bool fallback) const;
  /// A text; `fallback` when absent.
  [[nodiscard]] std::string text(std::string_view key, std::string_view fallback) const;
  /// A number that need not be whole.
  [[nodiscard]] double number(std::string_view key, double fallback) const;
  /// A list of whole numbers; empty when absent. A single number is a list of one.
  [[nodiscard]] std::vector<Count> counts(std::string_view key, Range allowed) const;
  /// A list of texts; empty when absent. A single text is a list of one.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  /// A list of booleans (or of 0 and 1); empty when absent.
  [[nodiscard]] std::vector<bool> flags(std::string_view key) const;
  /// True when the value is a list.
  [[nodiscard]] bool is_list(std::string_view key) const;
  /// True when the value is an object.
  [[nodiscard]] bool is_object(std::string_view key) const;
  /// True when the value is a text.
  [[nodiscard]] bool is_text(std::string_view key) const;
  /// A nested object, empty when absent, with the defaults of its own model_type or of `model_type`.
  [[nodiscard]] Fields object(std::string_view key, std::string_view model_type = {}) const;
  /// The same keys over the defaults of another class (configs that keep the text model's keys at the top level).
  [[nodiscard]] Fields with_defaults_of(std::string_view model_type) const;
  /// The value itself, null when absent; from here on it counts as read.
  [[nodiscard]] const nlohmann::json* find(std::string_view key) const;

  /// Reports a problem of one key.
  void complain(std::string_view key, std::string what) const;
  /// Records an assumption.
  void assume(std::string note) const;

 private:
  [[nodiscard]] std::string pointer_of(std::string_view key) const;
  [[nodiscard]] const nlohmann::json* look(std::string_view key) const;
  [[nodiscard]] Count whole(const nlohmann::json& value, const std::string& where, Range allowed,
                            Count fallback) const;
  void note_default(std::string_view key) const;

  nlohmann::json given_;                        ///< the object as it is in the config
  nlohmann::json values_;                       ///< defaults with the given keys laid over
  std::map<std::string, std::string> origins_;  ///< common name -> name in the config, for given keys
  std::string model_type_;
  std::string pointer_;
  Findings* findings_;
};

/// Defaults of the class that a model_type stands for, as an object; empty when there are none.
[[nodiscard]] const nlohmann::json& class_defaults(std::string_view model_type);

/// The text with Infinity, -Infinity and NaN, which Python's json module writes and JSON does not know, as null. Texts
/// in quotes are left alone.
[[nodiscard]] std::string without_python_numbers(std::string_view text);

}  // namespace llmcalc::models
