#include "readers/field_json.hpp"

#include "readers/json_text.hpp"

#include <llmcalc/base/suggest.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/base/words.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace llmcalc::io {

using nlohmann::json;
using nlohmann::ordered_json;

std::optional<Count> whole_number(const json& value) {
  if (value.is_number_unsigned()) return value.get<Count>();
  if (value.is_number_integer()) {
    const auto n = value.get<std::int64_t>();
    return n < 0 ? std::nullopt : std::optional<Count>(static_cast<Count>(n));
  }
  if (value.is_number_float()) {
    const double v = value.get<double>();
    constexpr double exactly_representable = 9007199254740992.0;  // 2^53
    if (v >= 0 && v <= exactly_representable && std::floor(v) == v) return static_cast<Count>(v);
  }
  return std::nullopt;
}

std::string got(const json& value) {
  constexpr std::size_t longest = 60;
  if (value.is_object() && value.size() > 4) return "an object of " + std::to_string(value.size()) + " keys";
  if (value.is_array() && value.size() > 12) return "a list of " + std::to_string(value.size()) + " values";
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > longest) text = text.substr(0, longest - 3) + "...";
  return text;
}

namespace {

/// " (training.method takes it: --training-method)" where a word is another setting's; "" where it is none.
std::string setting_that_takes(std::string_view word, const Field& but) {
  for (const Field& field : fields) {
    const auto* choice = std::get_if<ChoiceAccess>(&field.access);
    if (choice == nullptr || field.path == but.path) continue;
    for (std::size_t i = 0; i < choice->size; ++i) {
      if (choice->row(i).key == word)
        return " (" + std::string(field.path) + " takes it: " + std::string(field.flag) + ")";
    }
  }
  return {};
}

/// "must be ..., got ..." with the nearest of the allowed words when a word was given, or whose value it is.
std::string mismatch(const Field& field, const json& value, const std::vector<std::string>& words = {}) {
  std::string hint;
  if (value.is_string()) hint = did_you_mean(value.get<std::string>(), words);
  if (value.is_string() && hint.empty()) hint = setting_that_takes(value.get<std::string>(), field);
  return "must be " + expected_text(field) + ", got " + got(value) + hint;
}

/// A number of a coded value.
std::optional<std::string> number_text(const json& value) {
  if (const auto n = whole_number(value)) return std::to_string(*n);
  return value.is_number() ? std::optional(shortest(value.get<double>())) : std::nullopt;
}

/// Text of null, a truth value, a number or a list of numbers.
std::optional<std::string> plain_text(const json& value) {
  if (value.is_null()) return std::string(field_rows::automatic);
  if (value.is_boolean()) return std::string(value.get<bool>() ? field_rows::switched_on : field_rows::switched_off);
  if (!value.is_array() || value.empty()) return number_text(value);
  std::string text;
  for (const json& part : value) {
    const auto number = number_text(part);
    if (!number) return std::nullopt;
    text.append(text.empty() ? "" : ",").append(*number);
  }
  return text;
}

/// The same back: a list where there is a comma.
ordered_json plain_json(std::string_view text) {
  if (text == field_rows::automatic) return nullptr;
  if (text == field_rows::switched_on || text == field_rows::switched_off) return text == field_rows::switched_on;
  const auto number = [](std::string_view digits) {
    const auto whole = field_rows::number_in(digits);
    return whole ? ordered_json(*whole) : ordered_json::parse(digits, nullptr, false);
  };
  if (text.find(',') == std::string_view::npos) return number(text);
  ordered_json list = ordered_json::array();
  while (!text.empty()) list.push_back(number(take_until(text, ",")));
  return list;
}

/// {"full": "sdpa", ...} for "full:sdpa,...".
ordered_json pairs_json(std::string_view text) {
  if (text.find(':') == std::string_view::npos) return text;
  ordered_json object = ordered_json::object();
  while (!text.empty()) {
    std::string_view word = take_until(text, ",");
    const std::string key(take_until(word, ":"));
    object[key] = word;
  }
  return object;
}

/// Text of a coded value in any of its JSON forms; nothing when it has none of them.
std::optional<std::string> coded_text(const json& value, CodedShape shape) {
  if (value.is_string()) return value.get<std::string>();
  if (shape == CodedShape::KeyValue && value.is_object() && value.size() == 2 && value.contains("k") &&
      value.contains("v") && value["k"].is_string() && value["v"].is_string()) {
    return value["k"].get<std::string>() + "/" + value["v"].get<std::string>();
  }
  if (shape == CodedShape::List && value.is_array() && !value.empty()) {
    std::string text;
    for (const json& word : value) {
      if (!word.is_string()) return std::nullopt;
      text.append(text.empty() ? "" : ",").append(word.get<std::string>());
    }
    return text;
  }
  if (shape == CodedShape::Pairs && value.is_object()) {
    std::string text;
    for (const auto& [key, word] : value.items()) {
      if (!word.is_string()) return std::nullopt;
      text.append(text.empty() ? "" : ",").append(key).append(":").append(word.get<std::string>());
    }
    return text;
  }
  if (shape == CodedShape::Value) return plain_text(value);
  if (shape == CodedShape::Counted && value.is_object() && value.size() == 1) {
    if (const auto n = whole_number(value.begin().value()))
      return std::string(value.begin().key()).append(":").append(std::to_string(*n));
  }
  return std::nullopt;
}

ordered_json coded_json(const std::string& text, CodedShape shape) {
  if (text == field_rows::not_given) return nullptr;
  if (shape == CodedShape::Value) return plain_json(text);
  if (shape == CodedShape::Pairs) return pairs_json(text);
  const std::size_t slash = text.find('/');
  if (shape == CodedShape::KeyValue && slash != std::string::npos)
    return {{"k", text.substr(0, slash)}, {"v", text.substr(slash + 1)}};
  const std::size_t colon = text.find(':');
  if (shape == CodedShape::Counted && colon != std::string::npos)
    return {{text.substr(0, colon), field_rows::number_in(std::string_view(text).substr(colon + 1)).value_or(0)}};
  if (shape != CodedShape::List || text == field_rows::all_linear) return text;
  ordered_json list = ordered_json::array();
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    list.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return list;
}

/// Sets one kind of field each; false when the value has the wrong form.
struct Setter {
  const Field& field;
  const json& value;
  Scenario& s;

  std::string operator()(const Access<Count>& a) const {
    const auto n = whole_number(value);
    if (!n) return mismatch(field, value);
    a.edit(s) = *n;
    return {};
  }
  std::string operator()(const Access<std::optional<Count>>& a) const {
    const bool nothing = value.is_null() || (!field.nothing.empty() && value == std::string(field.nothing));
    const auto n = whole_number(value);
    if (!nothing && !n) return mismatch(field, value);
    a.edit(s) = nothing ? std::nullopt : n;
    return {};
  }
  std::string operator()(const Access<bool>& a) const {
    if (!value.is_boolean()) return mismatch(field, value);
    a.edit(s) = value.get<bool>();
    return {};
  }
  std::string operator()(const Access<double>& a) const {
    if (!value.is_number()) return mismatch(field, value);
    a.edit(s) = value.get<double>();
    return {};
  }
  std::string operator()(const Access<std::string>& a) const {
    const auto number = [](const json& v) { return v.is_number(); };
    if (value.is_array() && std::all_of(value.begin(), value.end(), number)) {  // [3, 1] is "3,1"
      std::string list;
      for (const json& n : value) list.append(list.empty() ? "" : ",").append(compact(n));
      a.edit(s) = list;
      return {};
    }
    if (!value.is_string() && !value.is_null()) return mismatch(field, value);
    a.edit(s) = value.is_null() ? std::string() : value.get<std::string>();
    return {};
  }
  std::string operator()(const ChoiceAccess& a) const {
    // A switch is a choice between JSON's own null, true and false.
    const std::string word = value.is_string()                       ? value.get<std::string>()
                             : value.is_null() || value.is_boolean() ? compact(value)
                                                                     : std::string();
    std::vector<std::string> words;
    std::string nearest;
    for (std::size_t i = 0; i < a.size; ++i) {
      const Choice row = a.row(i);
      words.emplace_back(row.key);
      if (!word.empty() && has_word(row.alike, word)) nearest = row.key;
      if (word == words.back()) {
        a.set(s, i);
        return {};
      }
    }
    if (nearest.empty()) return mismatch(field, value, words);
    return mismatch(field, value) + " (the nearest is \"" + nearest + "\")";
  }
  std::string operator()(const CodedAccess& a) const {
    const bool nothing = value.is_null() && !field.nothing.empty();
    const auto text = nothing ? std::optional<std::string>(field.nothing) : coded_text(value, a.shape);
    if (text && a.set(s, *text)) return {};
    return mismatch(field, value, a.options());
  }
  std::string operator()(std::monostate) const { return {}; }
};

}  // namespace

std::string set_field(const Field& field, const json& value, Scenario& scenario) {
  return std::visit(Setter{field, value, scenario}, field.access);
}

ordered_json field_json(const Field& field, const Scenario& s) {
  return std::visit(
      [&](const auto& access) -> ordered_json {
        using T = std::decay_t<decltype(access)>;
        if constexpr (std::is_same_v<T, ChoiceAccess>) {
          const std::string_view key = access.row(access.get(s)).key;
          if (key == "null") return nullptr;
          if (key == "true" || key == "false") return key == "true";
          return key;
        } else if constexpr (std::is_same_v<T, CodedAccess>) {
          return coded_json(access.get(s), access.shape);
        } else if constexpr (std::is_same_v<T, Access<std::optional<Count>>>) {
          const auto& n = access.get(s);
          if (n) return *n;
          return field.nothing.empty() ? ordered_json(nullptr) : ordered_json(field.nothing);
        } else if constexpr (std::is_same_v<T, std::monostate>) {
          return nullptr;
        } else {
          return access.get(s);
        }
      },
      field.access);
}

}  // namespace llmcalc::io
