#include "models/fields.hpp"

#include "embedded/class_defaults_json.hpp"

#include <llmcalc/base/words.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

namespace llmcalc::models {

namespace {

using nlohmann::json;

/// A common name, and the others that classes use for the same thing. Source: attribute_map of the configuration
/// classes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> aliases{{
    {"hidden_size", "n_embd d_model model_dim"},
    {"num_hidden_layers", "n_layer n_layers num_layers num_transformer_layers"},
    {"num_attention_heads", "n_head n_heads num_heads attention_heads"},
    {"num_key_value_heads", "num_kv_heads n_head_kv n_kv_heads num_attention_groups num_multi_query_heads"},
    {"intermediate_size", "n_inner ffn_dim ffn_hidden_size dff mlp_hidden_size"},
    {"vocab_size", "padded_vocab_size n_vocab"},
    {"max_position_embeddings", "n_positions n_ctx max_seq_len max_sequence_length seq_length model_max_length"},
    {"hidden_act", "activation_function hidden_activation activation activation_type"},
    {"torch_dtype", "dtype"},
    {"sliding_window", "sliding_window_size"},
    {"rope_parameters", "rope_scaling"},
    {"num_experts_per_tok", "num_experts_per_token"},
    {"tie_word_embeddings", "weight_tying"},
    {"vision_config", "visual vit_config vision_encoder_config"},
    {"audio_config", "sound_config"},
}};

/// A value in words, short enough for a message.
std::string shown(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

/// A key as a part of a JSON pointer.
std::string escaped(std::string_view key) {
  std::string out;
  for (const char c : key.substr(0, 200)) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

/// Objects within objects that a config may have.
constexpr std::ptrdiff_t max_nesting = 8;

/// Keys whose class default is worth a word when the config does not give them.
constexpr std::array<std::string_view, 5> shape_keys{"hidden_size", "num_hidden_layers", "num_attention_heads",
                                                     "intermediate_size", "vocab_size"};

}  // namespace

std::string_view common_name(std::string_view key) {
  static const auto common_names = [] {
    std::map<std::string_view, std::string_view> names;
    for (auto [common, others] : aliases) {
      while (!others.empty()) names.emplace(take_until(others, " "), common);
    }
    return names;
  }();
  const auto found = common_names.find(key);
  return found == common_names.end() ? key : found->second;
}

Fields::Fields(const json& given, std::string_view model_type, std::string pointer, Findings& findings)
    : given_(given),
      values_(class_defaults(model_type)),
      model_type_(model_type),
      pointer_(std::move(pointer)),
      findings_(&findings) {
  if (!given.is_object()) return;
  for (const auto& [key, value] : given.items()) {
    const std::string_view common = common_name(key);
    const bool other_wins = common != key && given.contains(common) && !given[std::string(common)].is_null();
    if (other_wins || (common != key && value.is_null())) continue;
    // Two aliases of one thing: the first of them by name counts.
    if (common != key && origins_.contains(std::string(common))) continue;
    values_[std::string(common)] = value;
    origins_[std::string(common)] = key;
  }
}

Fields Fields::with_defaults_of(std::string_view model_type) const {
  return {given_, model_type, pointer_, *findings_};
}

const json* Fields::look(std::string_view key) const {
  const auto found = values_.find(common_name(key));
  return found == values_.end() || found->is_null() ? nullptr : &*found;
}

const json* Fields::find(std::string_view key) const {
  const json* value = look(key);
  if (value != nullptr) findings_->read.insert(pointer_of(common_name(key)));
  return value;
}

bool Fields::given(std::string_view key) const {
  return has(key) && origins_.contains(std::string(common_name(key)));
}

std::vector<std::string> Fields::given_keys() const {
  std::vector<std::string> keys;
  if (!given_.is_object()) return keys;
  for (const auto& [key, value] : given_.items()) keys.push_back(key);
  return keys;
}

std::string Fields::pointer_of(std::string_view key) const {
  const auto origin = origins_.find(std::string(common_name(key)));
  return pointer_ + '/' + escaped(origin == origins_.end() ? key : std::string_view(origin->second));
}

void Fields::complain(std::string_view key, std::string what) const {
  Issue issue{pointer_of(key), std::move(what)};
  auto& issues = findings_->issues;
  if (std::find(issues.begin(), issues.end(), issue) == issues.end()) issues.push_back(std::move(issue));
}

void Fields::assume(std::string note) const {
  auto& notes = findings_->notes;
  if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(std::move(note));
}

void Fields::note_default(std::string_view key) const {
  if (origins_.contains(std::string(key)) || model_type_.empty()) return;
  if (std::find(shape_keys.begin(), shape_keys.end(), key) == shape_keys.end()) return;
  assume(std::string(key) + " is not in the config: " + shown(*find(key)) + " is the default of the class " +
         model_type_);
}

Count Fields::whole(const json& value, const std::string& where, Range allowed, Count fallback) const {
  const std::string wanted =
      "must be a whole number from " + std::to_string(allowed.low) + " to " + std::to_string(allowed.high);
  bool good = false;
  Count n = 0;
  if (value.is_number_unsigned()) {
    n = value.get<Count>();
    good = true;
  } else if (value.is_number_float()) {
    const double d = value.get<double>();
    good = d >= 0 && d < 1e18 && std::floor(d) == d;
    if (good) n = static_cast<Count>(d);
  } else if (value.is_number_integer()) {
    // Written without unsignedness by a program: negative numbers stay bad.
    good = value.get<std::int64_t>() >= 0;
    if (good) n = static_cast<Count>(value.get<std::int64_t>());
  }
  if (good && n >= allowed.low && n <= allowed.high) return n;
  Issue issue{where, wanted + ", got " + shown(value)};
  auto& issues = findings_->issues;
  if (std::find(issues.begin(), issues.end(), issue) == issues.end()) issues.push_back(std::move(issue));
  return fallback;
}

Count Fields::count(std::string_view key, Range allowed, Count fallback) const {
  const json* value = find(key);
  if (!value) return fallback;
  note_default(key);
  return whole(*value, pointer_of(key), allowed, fallback);
}

Count Fields::required(std::string_view key, Range allowed) const {
  const json* value = find(key);
  if (!value) {
    complain(key, "is missing: a whole number from " + std::to_string(allowed.low) + " to " +
                      std::to_string(allowed.high) + " is needed");
    return allowed.low;
  }
  note_default(key);
  return whole(*value, pointer_of(key), allowed, std::max<Count>(allowed.low, 1));
}

namespace {

/// 0 or 1, as Python writes booleans too.
bool is_bit(const json& value) {
  if (!value.is_number_integer()) return false;
  const auto n = value.get<std::int64_t>();
  return n == 0 || n == 1;
}

}  // namespace

bool Fields::flag(std::string_view key, bool fallback) const {
  const json* value = find(key);
  if (!value) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  if (is_bit(*value)) return *value == 1;
  complain(key, "must be true or false, got " + shown(*value));
  return fallback;
}

std::string Fields::text(std::string_view key, std::string_view fallback) const {
  const json* value = find(key);
  if (!value) return std::string(fallback);
  if (value->is_string()) return value->get<std::string>();
  complain(key, "must be a text, got " + shown(*value));
  return std::string(fallback);
}

double Fields::number(std::string_view key, double fallback) const {
  const json* value = find(key);
  if (!value) return fallback;
  if (value->is_number() && std::isfinite(value->get<double>())) return value->get<double>();
  complain(key, "must be a number, got " + shown(*value));
  return fallback;
}

std::vector<Count> Fields::counts(std::string_view key, Range allowed) const {
  const json* value = find(key);
  std::vector<Count> out;
  if (!value) return out;
  if (!value->is_array()) return {whole(*value, pointer_of(key), allowed, allowed.low)};
  std::size_t i = 0;
  for (const json& item : *value) {
    out.push_back(whole(item, pointer_of(key) + '/' + std::to_string(i++), allowed, allowed.low));
    if (findings_->issues.size() > 100) break;
  }
  return out;
}

std::vector<std::string> Fields::texts(std::string_view key) const {
  const json* value = find(key);
  std::vector<std::string> out;
  if (!value) return out;
  if (value->is_string()) return {value->get<std::string>()};
  if (!value->is_array()) {
    complain(key, "must be a list of texts, got " + shown(*value));
    return out;
  }
  for (const json& item : *value) {
    if (!item.is_string()) {
      complain(key, "must be a list of texts, holds " + shown(item));
      return {};
    }
    out.push_back(item.get<std::string>());
  }
  return out;
}

std::vector<bool> Fields::flags(std::string_view key) const {
  const json* value = find(key);
  std::vector<bool> out;
  if (!value) return out;
  if (!value->is_array()) {
    complain(key, "must be a list of true and false, got " + shown(*value));
    return out;
  }
  for (const json& item : *value) {
    if (!item.is_boolean() && !is_bit(item)) {
      complain(key, "must be a list of true and false, holds " + shown(item));
      return {};
    }
    out.push_back(item.is_boolean() ? item.get<bool>() : item == 1);
  }
  return out;
}

bool Fields::is_list(std::string_view key) const {
  const json* value = find(key);
  return value != nullptr && value->is_array();
}

bool Fields::is_object(std::string_view key) const {
  const json* value = look(key);
  return value != nullptr && value->is_object();
}

bool Fields::is_text(std::string_view key) const {
  const json* value = find(key);
  return value != nullptr && value->is_string();
}

Fields Fields::object(std::string_view key, std::string_view model_type) const {
  const json* value = find(key);
  if (value && !value->is_object()) complain(key, "must be an object, got " + shown(*value));
  const json nothing = json::object();
  // Each level may hold a model_type whose reader asks for the next one.
  if (std::count(pointer_.begin(), pointer_.end(), '/') >= max_nesting) {
    complain(key, "is nested too deeply");
    return {nothing, {}, pointer_of(key), *findings_};
  }
  const json& inner = value && value->is_object() ? *value : nothing;
  std::string type(model_type);
  if (const auto own = inner.find("model_type"); own != inner.end() && own->is_string()) {
    type = own->get<std::string>();
  }
  return {inner, type, pointer_of(key), *findings_};
}

const nlohmann::json& class_defaults(std::string_view model_type) {
  static const nlohmann::json nothing = nlohmann::json::object();
  static const nlohmann::json all = [] {
    const auto bytes = class_defaults_json();
    return nlohmann::json::parse(bytes.begin(), bytes.end());
  }();
  const auto found = all.find(model_type);
  return found == all.end() ? nothing : *found;
}

std::string without_python_numbers(std::string_view text) {
  constexpr std::array<std::string_view, 3> words{"-Infinity", "Infinity", "NaN"};
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
      continue;
    }
    if (text[i] != '-' && text[i] != 'I' && text[i] != 'N') continue;
    for (const std::string_view word : words) {
      if (!text.substr(i).starts_with(word)) continue;
      out.append(text.substr(copied, i - copied)).append("null");
      i += word.size() - 1;
      copied = i + 1;
      break;
    }
  }
  return out.append(text.substr(copied));
}

}  // namespace llmcalc::models
