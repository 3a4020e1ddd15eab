// How values of options become values of settings: functions that lines of options.txt name for several tools. What follows
// the name is in.argument().

#include "readers/field_text.hpp"
#include "readers/imports/import.hpp"

#include <llmcalc/base/decimal_streams.hpp>

#include <algorithm>
#include <charconv>

namespace llmcalc::io {

Count whole_number(std::string_view text) {
  Count n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

bool take_file(Importing& in, const Given& g) {
  if (!g.value) return false;
  const bool found = in.take_file(*g.value);
  in.say(found ? "read" : "cannot be read here");
  return found;
}

namespace {

/// Numbers as people write lengths: "32k", "131072".
bool take_length(Importing& in, const Given& g) {
  if (!g.value || *g.value == "auto" || *g.value == "-1" || *g.value == "null") return true;
  const auto tokens = tokens_of_text(*g.value);
  if (!tokens) return false;
  return *tokens == 0 || in.set(in.argument(), std::to_string(*tokens));
}

/// Bytes as vLLM takes them: "6G" in powers of 1024, "6g" in powers of 1000, "6GiB".
bool take_bytes(Importing& in, const Given& g) {
  if (!g.value || g.value->empty()) return false;
  std::string text = *g.value;
  const char last = text.back();
  if (std::string_view("KMGT").find(last) != std::string_view::npos) text += "iB";
  if (std::string_view("kmgt").find(last) != std::string_view::npos) text += "B";
  const auto bytes = bytes_of_text(text);
  return bytes && in.set(in.argument(), std::to_string(bytes->count));
}

/// A number of elements, written as a real number: "5e8".
bool take_elements(Importing& in, const Given& g) {
  if (g.value == "auto") in.say("decided by the hidden size");
  if (!g.value || *g.value == "auto") return true;
  const auto value = real_of_text(*g.value);
  if (!value || *value < 0 || *value > 1e15) return false;
  return in.set(in.argument(), std::to_string(static_cast<Count>(*value)));
}

/// "PATH": the setting, where the option is also another setting's.
bool take_set(Importing& in, const Given& g) { return g.value && in.set(in.argument(), *g.value); }

/// "PATH WORD ...": the setting, unless the value is one of the words.
bool take_unless(Importing& in, const Given& g) {
  const std::string_view argument = in.argument();
  const std::size_t blank = argument.find(' ');
  const bool left =
      g.value && any_word(argument.substr(blank), [&](std::string_view word) { return word == *g.value; });
  return left || (g.value && in.set(argument.substr(0, blank), *g.value));
}

/// "PATH A=B ...": the setting by a list of words.
bool take_word(Importing& in, const Given& g) {
  const std::string_view argument = in.argument();
  const std::size_t blank = argument.find(' ');
  const auto meaning = meaning_of(argument.substr(blank), g.value.value_or(""));
  return meaning && in.set(argument.substr(0, blank), *meaning);
}

/// A part of a setting that the tool's finish() puts together.
bool take_say(Importing& in, const Given& g) {
  in.say(std::string(in.argument()));
  return g.value.has_value();
}
/// "WORDS": what it decides together with other options; finish() of the tool does it.
bool take_decides(Importing& in, const Given&) {
  in.say("decides " + std::string(in.argument().empty() ? "the recipe or the method" : in.argument()));
  return true;
}

bool positional_model(Importing& in, const Given& g) {
  if (in.has("model") || !g.value) return g.value.has_value();
  return in.set("model", *g.value);
}

/// Devices named one by one: "0,1,2".
bool take_cards(Importing& in, const Given& g) {
  if (!g.value || g.value->empty() || g.value->starts_with('$')) return false;
  const auto commas = static_cast<Count>(std::count(g.value->begin(), g.value->end(), ','));
  in.devices() = std::max(in.devices(), commas + 1);
  in.say("device.count = " + std::to_string(in.devices()));
  return true;
}

/// GPUs that a container asks for.
bool take_device_count(Importing& in, const Given& g) {
  if (!g.value || whole_number(*g.value) == 0) return false;
  in.devices() = std::max(in.devices(), whole_number(*g.value));
  in.say("device.count = " + std::to_string(in.devices()));
  return true;
}

/// The product that a cluster's node is chosen by: "NVIDIA-H100-80GB-HBM3", "nvidia-l4".
bool take_product(Importing& in, const Given& g) {
  std::string name = g.value.value_or("");
  std::replace(name.begin(), name.end(), '-', ' ');
  return !name.empty() && in.name_device(name);
}

constexpr TakeRow takes[] = {
    {"length", take_length},     {"bytes", take_bytes},
    {"elements", take_elements}, {"set", take_set},
    {"unless", take_unless},     {"word", take_word},
    {"say", take_say},           {"decides", take_decides},
    {"file", take_file},         {"positional_model", positional_model},
    {"cards", take_cards},       {"device_count", take_device_count},
    {"product", take_product},
};

}  // namespace

ToolFunctions shared_functions() { return {takes, {}}; }

}  // namespace llmcalc::io
