#include "readers/field_text.hpp"

#include "host/text_file.hpp"
#include "readers/json_text.hpp"
#include "readers/lookup.hpp"

#include <llmcalc/base/decimal_streams.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace llmcalc::io {

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
  if (const auto v = real_of_text(digits)) return *v;
  if (field.unit == "bytes") {
    if (const auto bytes = bytes_of_text(text)) return bytes->count;
  }
  if (field.unit == "tokens") {
    if (const auto tokens = tokens_of_text(text)) return *tokens;
  }
  return text;
}

json flag_of(std::string_view text) {
  if (text.empty()) return true;  // the flag alone
  const auto flag = flag_of_word(text);
  return flag ? json(*flag) : json(text);
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
  // "organisation/name" is a model of a hub, unless a file of that name is here.
  std::error_code error;
  if (is_repository_name(text) && !std::filesystem::exists(path_of(text), error)) return text;
  const bool folder = text.find('/') != std::string_view::npos || text.find('\\') != std::string_view::npos ||
                      text == "." || text == "..";
  const bool file = text.ends_with(".json") || text.ends_with(".gguf") || text.ends_with(".safetensors");
  if (folder || file) return json{{"file", text}};
  return text;
}

/// Takes "2 x " or "2x" off the front of a device; nothing when it does not begin so.
std::optional<std::int64_t> take_count(std::string_view& text) {
  constexpr std::size_t most_digits = 3;  // "7900 XTX" is a name
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  std::string_view rest = trimmed(text.substr(digits));
  if (rest.starts_with("\xC3\x97")) {
    rest.remove_prefix(2);
  } else if (rest.size() > 1 && (rest[0] == 'x' || rest[0] == 'X' || rest[0] == '*') &&
             (digits <= most_digits || rest[1] == ' ')) {
    rest.remove_prefix(1);
  } else {
    return std::nullopt;
  }
  const auto count = whole_text<std::int64_t>(text.substr(0, digits));
  if (count) text = trimmed(rest);
  return count;
}

/// Takes "two " or "dual " off the front of a device, and the plural off its end; nothing when it does not begin so.
std::optional<std::int64_t> take_count_word(std::string_view& text) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 7> words{
      {{"two ", 2}, {"dual ", 2}, {"three ", 3}, {"four ", 4}, {"quad ", 4}, {"six ", 6}, {"eight ", 8}}};
  for (const auto& [word, count] : words) {
    if (!lower_case(text).starts_with(word)) continue;
    text = trimmed(text.substr(word.size()));
    const std::size_t last = text.size() - 1;
    if (text.size() > 1 && text[last] == 's' && text[last - 1] >= '0' && text[last - 1] <= '9') text.remove_suffix(1);
    return count;
  }
  return std::nullopt;
}

/// Takes " x2" or " x 2" off the end of a device; nothing when it does not end so.
std::optional<std::int64_t> take_count_behind(std::string_view& text) {
  const std::size_t last = text.find_last_not_of("0123456789");
  if (last == std::string_view::npos || last + 1 == text.size()) return std::nullopt;
  std::string_view name = trimmed(text.substr(0, last + 1));
  if (name.ends_with(" x") || name.ends_with(" X") || name.ends_with(" *")) {
    name.remove_suffix(2);
  } else if (name.ends_with(" \xC3\x97")) {
    name.remove_suffix(3);
  } else {
    return std::nullopt;
  }
  const auto count = whole_text<std::int64_t>(text.substr(last + 1));
  if (count) text = trimmed(name);
  return count;
}

/// A card's memory as it is sold: "24GB" on a box is 24 GiB.
std::optional<Bytes> memory_of_card(std::string_view text) {
  const std::string word = lower_case(text);
  if (word.ends_with("gb") && !word.ends_with("gib"))
    return bytes_of_text(std::string(text.substr(0, text.size() - 2)) + "GiB");
  if (word.ends_with("g")) return bytes_of_text(std::string(text.substr(0, text.size() - 1)) + "GiB");
  return bytes_of_text(text);
}

/// "rtx-4090", "rtx-4090:2", "2 x rtx-4090", "24GiB:2", "24GiB@1008GB" (memory and bandwidth a second).
json device_of(std::string_view text) {
  json device = json::object();
  text = trimmed(text);
  if (const auto count = take_count(text)) {
    device["count"] = *count;
  } else if (const auto spelled = take_count_word(text)) {
    device["count"] = *spelled;
  } else if (const auto behind = take_count_behind(text)) {
    device["count"] = *behind;
  }
  if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    if (const auto n = whole_text<std::int64_t>(text.substr(colon + 1))) {
      device["count"] = *n;
      text = text.substr(0, colon);
    }
  }
  const std::size_t at = std::min(text.find('@'), text.size());
  const std::string_view amount = trimmed(text.substr(0, at));
  const auto memory = memory_of_card(amount);
  // Nobody means 24 bytes by "24": left as a name, which the look-up of devices answers by asking for the unit.
  const bool bare = amount.find_first_not_of("0123456789._'") == std::string_view::npos;
  if (!memory || bare || *memory < 1_MiB) {
    device["id"] = text;
    return device;
  }
  device["memory_bytes"] = memory->count;
  if (at == text.size()) return device;
  std::string_view rate = trimmed(text.substr(at + 1));
  if (rate.ends_with("/s")) rate.remove_suffix(2);
  const auto bandwidth = bytes_of_text(rate);
  device["bandwidth_bytes_per_second"] = bandwidth ? json(static_cast<double>(bandwidth->count)) : json(rate);
  return device;
}

json devices_of(std::string_view text) {
  if (auto parsed = inline_json(text)) return *parsed;
  constexpr std::string_view separators = ",+";
  // An id may hold a plus sign: only one between blanks separates.
  const auto next = [&](std::string_view rest) {
    std::size_t found = rest.find_first_of(separators);
    while (found != std::string_view::npos && rest[found] == '+' &&
           (found == 0 || rest[found - 1] != ' ' || found + 1 >= rest.size() || rest[found + 1] != ' ')) {
      found = rest.find_first_of(separators, found + 1);
    }
    return found;
  };
  if (next(text) == std::string_view::npos) return device_of(text);
  json list = json::array();
  while (!text.empty()) {
    const std::size_t comma = std::min(next(text), text.size());
    list.push_back(device_of(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return list;
}

}  // namespace

std::optional<bool> flag_of_word(std::string_view text) {
  const std::string word = lower_case(text);
  for (const char* yes : {"true", "on", "yes", "1"}) {
    if (word == yes) return true;
  }
  for (const char* no : {"false", "off", "no", "0"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

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
                             Unit{"pib", 1125899906842624.0},
                             Unit{"pb", 1e15},
                             Unit{"eib", 1152921504606846976.0},
                             Unit{"eb", 1e18},
                             Unit{"kib", 1024.0},
                             Unit{"kb", 1e3},
                             Unit{"b", 1.0}};
  const std::string word = lower_case(without_separators(text));
  for (const Unit& unit : units) {
    if (!word.ends_with(unit.name)) continue;
    std::string_view digits = std::string_view(word).substr(0, word.size() - unit.name.size());
    while (digits.ends_with(' ')) digits.remove_suffix(1);
    if (unit.bytes == 1) {
      if (const auto whole = whole_text<std::uint64_t>(digits)) return Bytes{*whole};
    }
    const auto value = real_of_text(digits);
    if (!value || !(*value >= 0) || *value * unit.bytes > 0x1p60) return std::nullopt;
    return Bytes{static_cast<Count>(std::llround(*value * unit.bytes))};
  }
  if (const auto n = whole_text<std::uint64_t>(word)) return Bytes{*n};
  return std::nullopt;
}

std::optional<Count> tokens_of_text(std::string_view text) {
  std::string word = lower_case(without_separators(trimmed(text)));
  Count unit = 1;
  if (word.ends_with("k") || word.ends_with("m")) {
    unit = word.back() == 'k' ? Count{1} << 10 : Count{1} << 20;
    word.pop_back();
  }
  while (word.ends_with(' ')) word.pop_back();
  if (const auto whole = whole_text<std::uint64_t>(word)) return multiply(*whole, unit);
  const auto value = real_of_text(word);
  if (unit == 1 || !value || !(*value >= 0) || *value * static_cast<double>(unit) > 1e15) return std::nullopt;
  return static_cast<Count>(std::llround(*value * static_cast<double>(unit)));
}

namespace {

/// The one of these words that was meant, upper or lower case; the text itself when none was.
template <class Words>
json word_of(std::string_view text, const Words& words) {
  for (const auto& word : words) {
    if (std::string_view(word) == text) return text;
  }
  for (const auto& word : words) {
    if (lower_case(word) == lower_case(text)) return word;
  }
  return text;
}

json choice_of(const ChoiceAccess& access, std::string_view text) {
  std::vector<std::string_view> keys;
  for (std::size_t i = 0; i < access.size; ++i) keys.push_back(access.row(i).key);
  return word_of(text, keys);
}

}  // namespace

json value_of_text(const Field& field, std::string_view text) {
  switch (field.kind()) {
    case FieldKind::Whole: return number_of(field, text);
    case FieldKind::OptionalWhole: {
      const std::string word = lower_case(text);
      if (word == "null" || word == "none" || (!field.nothing.empty() && word == field.nothing)) return nullptr;
      return number_of(field, text);
    }
    case FieldKind::Real: {
      const auto value = real_of_text(text);
      return value ? json(*value) : json(text);
    }
    case FieldKind::Flag: return flag_of(text);
    case FieldKind::External:
      if (field.path == "device") return devices_of(text);
      if (field.path != "model" && text == "none") return nullptr;
      return model_of(text);
    case FieldKind::Choice: {
      const auto& choices = std::get<ChoiceAccess>(field.access);
      const bool is_switch = choices.row(choices.size - 1).key == "false";
      if (is_switch) return text == "null" || text == "default" ? json() : flag_of(text);
      return choice_of(choices, text);
    }
    case FieldKind::Coded: {
      const json word = word_of(text, std::get<CodedAccess>(field.access).options());
      if (field.path != "weights.format" || word != text) return word;
      const std::string format = weight_format_of_word(text);
      return format.empty() ? word : json(format);
    }
    case FieldKind::Text: break;
  }
  return text;
}

}  // namespace llmcalc::io
