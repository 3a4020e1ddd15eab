#include "formats/field_text.hpp"

#include "formats/json_text.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace llmcalc::formats {

using nlohmann::json;

namespace {

/// A number with its digits grouped by , _ or ' as one wishes.
std::string without_separators(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ',' && c != '_' && c != '\'') out += c;
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return out;
}

template <class T>
std::optional<T> whole_text(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

json number_of(const Field& field, std::string_view text) {
  const std::string digits = without_separators(text);
  if (const auto n = whole_text<std::uint64_t>(digits)) return *n;
  if (const auto n = whole_text<std::int64_t>(digits)) return *n;
  if (const auto v = whole_text<double>(digits)) return *v;
  if (field.unit == "bytes") {
    if (const auto bytes = bytes_of_text(text)) return bytes->count;
  }
  return text;
}

json flag_of(std::string_view text) {
  const std::string word = lower(text);
  for (const char* yes : {"true", "on", "yes", "1", ""}) {
    if (word == yes) return true;
  }
  for (const char* no : {"false", "off", "no", "0"}) {
    if (word == no) return false;
  }
  return text;
}

/// Inline JSON where a name could stand as well.
std::optional<json> inline_json(std::string_view text) {
  if (text.empty() || (text.front() != '{' && text.front() != '[')) return std::nullopt;
  Result<json> parsed = parse_json(text);
  if (!parsed) return std::nullopt;
  return std::move(parsed).value();
}

json model_of(std::string_view text) {
  if (auto parsed = inline_json(text)) return *parsed;
  const bool folder = text.find('/') != std::string_view::npos || text.find('\\') != std::string_view::npos ||
                      text == "." || text == "..";
  const bool file = text.ends_with(".json") || text.ends_with(".gguf") || text.ends_with(".safetensors");
  if (folder || file) return json{{"file", text}};
  return text;
}

/// "rtx-4090", "rtx-4090:2", "24GiB:2".
json device_of(std::string_view text) {
  json device = json::object();
  if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    if (const auto n = whole_text<std::int64_t>(text.substr(colon + 1))) {
      device["count"] = *n;
      text = text.substr(0, colon);
    }
  }
  const auto memory = bytes_of_text(text);
  if (memory) {
    device["memory_bytes"] = memory->count;
  } else {
    device["id"] = text;
  }
  return device;
}

json devices_of(std::string_view text) {
  if (auto parsed = inline_json(text)) return *parsed;
  if (text.find(',') == std::string_view::npos) return device_of(text);
  json list = json::array();
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    list.push_back(device_of(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return list;
}

}  // namespace

std::optional<Bytes> bytes_of_text(std::string_view text) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  constexpr std::array units{Unit{"gib", 1073741824.0},
                             Unit{"gb", 1e9},
                             Unit{"mib", 1048576.0},
                             Unit{"mb", 1e6},
                             Unit{"tib", 1099511627776.0},
                             Unit{"tb", 1e12},
                             Unit{"kib", 1024.0},
                             Unit{"kb", 1e3},
                             Unit{"b", 1.0}};
  const std::string word = lower(without_separators(text));
  for (const Unit& unit : units) {
    if (!word.ends_with(unit.name)) continue;
    std::string_view digits = std::string_view(word).substr(0, word.size() - unit.name.size());
    while (digits.ends_with(' ')) digits.remove_suffix(1);
    const auto value = whole_text<double>(digits);
    if (!value || !(*value >= 0) || *value * unit.bytes > 1e18) return std::nullopt;
    return Bytes{static_cast<Count>(std::llround(*value * unit.bytes))};
  }
  if (const auto n = whole_text<std::uint64_t>(word)) return Bytes{*n};
  return std::nullopt;
}

json value_of_text(const Field& field, std::string_view text) {
  switch (field.kind()) {
    case FieldKind::Whole:
      return number_of(field, text);
    case FieldKind::OptionalWhole: {
      const std::string word = lower(text);
      if (word == "null" || word == "none" || (!field.nothing.empty() && word == field.nothing)) return nullptr;
      return number_of(field, text);
    }
    case FieldKind::Real: {
      const auto value = whole_text<double>(text);
      return value ? json(*value) : json(text);
    }
    case FieldKind::Flag:
      return flag_of(text);
    case FieldKind::External:
      if (field.path == "device") return devices_of(text);
      if (field.path != "model" && text == "none") return nullptr;
      return model_of(text);
    case FieldKind::Text:
    case FieldKind::Choice:
    case FieldKind::Coded:
      break;
  }
  return text;
}

}  // namespace llmcalc::formats
