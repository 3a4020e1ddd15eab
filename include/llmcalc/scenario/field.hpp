#pragma once
// What one setting of a scenario is: its name in JSON, its flag, its words, its range, and how to reach its value.
// The settings themselves are in fields.hpp.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace llmcalc {

/// What a field holds; decides its JSON type and its widget. The order is that of Field::access.
enum class FieldKind : std::uint8_t {
  Whole,          ///< whole number
  OptionalWhole,  ///< whole number or nothing
  Flag,           ///< on or off
  Real,           ///< real number
  Text,           ///< free text
  Choice,         ///< one row of a table
  Coded,          ///< a value with a text form of its own: "gguf:Q4_K_M", "q8_0/f16", "q,k,v"
  External        ///< names something that has to be looked up: model, draft model, device
};

/// Reads and edits one member of a scenario.
template <class T>
struct Access {
  const T& (*get)(const Scenario&);
  T& (*edit)(Scenario&);
};

/// One possible value of a choice.
struct Choice {
  std::string_view key, label, help;
  std::string_view alike{};  ///< other names this row is nearest to, separated by blanks
};

/// Reads and edits an enumeration by the number of its row.
struct ChoiceAccess {
  std::size_t (*get)(const Scenario&);
  void (*set)(Scenario&, std::size_t);
  std::size_t size;
  Choice (*row)(std::size_t);
};

/// JSON form of a coded field when it is not just its text.
enum class CodedShape : std::uint8_t {
  Plain,     ///< the text
  KeyValue,  ///< {"k": ..., "v": ...} for "k/v", the text when both are equal
  List,      ///< ["q", "k"] for "q,k", the text for a named set
  Counted,   ///< {"every": n} for "every:n"
  Pairs,     ///< {"full": "sdpa", "sliding": "flash"} for "full:sdpa,sliding:flash", the text when there is one
  Value      ///< null, true, false, a number or a list of numbers for "auto", "on", "off", "0.5", "3,1"
};

/// Reads and edits a value through its text.
struct CodedAccess {
  std::string (*get)(const Scenario&);
  bool (*set)(Scenario&, std::string_view);  ///< false when the text means nothing; then the scenario is unchanged
  std::vector<std::string> (*options)();     ///< texts to offer and to suggest from
  CodedShape shape;
  bool open = false;  ///< the options are only examples of what is accepted
};

/// Smallest and largest value that is accepted.
struct Limits {
  double low = 0;
  double high = 0;
};

/// Range a slider shows; typing goes as far as the limits.
struct Slider {
  double low = 0;
  double high = 0;
  bool logarithmic = false;
};

/// Place of a path in a JSON document: "/serving/context" for "serving.context".
[[nodiscard]] inline std::string pointer_of(std::string_view path) {
  std::string out = "/";
  for (const char c : path) out += c == '.' ? '/' : c;
  return out;
}

/// One setting of a scenario.
struct Field {
  std::string_view path{};   ///< "serving.context": place in JSON and name for --set
  std::string_view flag{};   ///< "--context"
  std::string_view label{};  ///< name for people
  std::string_view unit{};   ///< "tokens", "" when it has none
  std::string_view help{};   ///< one line
  std::variant<Access<Count>, Access<std::optional<Count>>, Access<bool>, Access<double>, Access<std::string>,
               ChoiceAccess, CodedAccess, std::monostate>
      access;
  Limits limits{};
  Slider slider{};
  std::string_view
      nothing{};  ///< OptionalWhole, Coded: word for JSON's null ("all"); "": OptionalWhole takes null itself
  bool (*applies)(const Scenario&) = nullptr;  ///< false: no effect with the current settings; null: always matters
  bool (*read)(const Field&, const Scenario&) = nullptr;  ///< true when the engine reads it; null: all engines do

  [[nodiscard]] constexpr FieldKind kind() const { return static_cast<FieldKind>(access.index()); }
  /// JSON object the field is in: "serving"; "" at the top.
  [[nodiscard]] constexpr std::string_view group() const {
    const std::size_t dot = path.find('.');
    return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
  }
  /// Place of the field in a JSON document: "/serving/context".
  [[nodiscard]] std::string pointer() const { return pointer_of(path); }
  /// True when the setting can change the result with the current settings.
  [[nodiscard]] bool matters(const Scenario& s) const {
    return (applies == nullptr || applies(s)) && (read == nullptr || read(*this, s));
  }
};

namespace field_rows {

/// s.*First.*Rest...
template <auto First, auto... Rest>
constexpr auto& member(auto& s) {
  if constexpr (sizeof...(Rest) == 0) {
    return s.*First;
  } else {
    return member<Rest...>(s.*First);
  }
}

template <auto... Members>
inline constexpr auto access = [] {
  using T = std::remove_reference_t<decltype(member<Members...>(std::declval<Scenario&>()))>;
  return Access<T>{[](const Scenario& s) -> const T& { return member<Members...>(s); },
                   [](Scenario& s) -> T& { return member<Members...>(s); }};
}();

/// A row's label, its key when the table has no labels.
constexpr std::string_view label_in(const auto& row) {
  if constexpr (requires { row.label; }) {
    return row.label;
  } else {
    return row.key;
  }
}
constexpr std::string_view help_in(const auto& row) {
  if constexpr (requires { row.help; }) {
    return row.help;
  } else {
    return {};
  }
}

constexpr std::string_view alike_in(const auto& row) {
  if constexpr (requires { row.alike; }) {
    return row.alike;
  } else {
    return {};
  }
}

template <auto... Members>
inline constexpr ChoiceAccess choice_access = [] {
  using E = std::remove_reference_t<decltype(member<Members...>(std::declval<Scenario&>()))>;
  return ChoiceAccess{[](const Scenario& s) { return static_cast<std::size_t>(member<Members...>(s)); },
                      [](Scenario& s, std::size_t i) { member<Members...>(s) = static_cast<E>(i); },
                      enum_table(E{}).size(),
                      [](std::size_t i) {
                        const auto& row = enum_table(E{})[i];
                        return Choice{row.key, label_in(row), help_in(row), alike_in(row)};
                      }};
}();

/// Makes the rows of the field tables.
struct Words {
  std::string_view path, flag, label, unit, help;
};
constexpr Field field(Words w, decltype(Field::access) access, std::string_view nothing = {}) {
  return {.path = w.path,
          .flag = w.flag,
          .label = w.label,
          .unit = w.unit,
          .help = w.help,
          .access = access,
          .nothing = nothing};
}
template <auto... Members>
constexpr Field whole(Words w, Limits limits, Slider slider, std::string_view nothing = {}) {
  Field f = field(w, access<Members...>);
  f.limits = limits;
  f.slider = slider;
  f.nothing = nothing;
  return f;
}
template <auto... Members>
constexpr Field real(Words w, Limits limits, Slider slider) {
  return whole<Members...>(w, limits, slider);
}
template <auto... Members>
constexpr Field text(Words w, double longest) {
  return whole<Members...>(w, {0, longest}, {});
}
template <auto... Members>
constexpr Field flag(Words w) {
  return field(w, access<Members...>);
}
template <auto... Members>
constexpr Field choice(Words w) {
  return field(w, choice_access<Members...>);
}
/// The same field, which matters only under a condition.
constexpr Field only(bool (*applies)(const Scenario&), Field f) {
  f.applies = applies;
  return f;
}
constexpr Slider linear(double low, double high) { return {low, high, false}; }
constexpr Slider logarithmic(double low, double high) { return {low, high, true}; }

}  // namespace field_rows

}  // namespace llmcalc
