#include "ui/number_entry.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <string>

namespace llmcalc::ui {
namespace {

/// Stops of a logarithmic slider: whole numbers with at most four significant bits.
Count snapped(Count value) {
  if (value < 16) return value;
  Count unit = 1;
  while (value / unit >= 16) unit *= 2;
  const Count down = value / unit * unit;
  return value - down < unit - (value - down) ? down : add(down, unit);
}

}  // namespace

float position_of(const CountRange& range, Count value) {
  if (range.high <= range.low) return 0;
  const auto low = static_cast<double>(range.low);
  const auto high = static_cast<double>(range.high);
  const double v = std::clamp(static_cast<double>(value), low, high);
  if (!range.logarithmic) return static_cast<float>((v - low) / (high - low));
  const double shift = range.low == 0 ? 1.0 : 0.0;  // a range from 0 has no logarithm: one step to the side
  return static_cast<float>(std::log((v + shift) / (low + shift)) / std::log((high + shift) / (low + shift)));
}

Count value_at(const CountRange& range, float position) {
  const double t = std::clamp(static_cast<double>(position), 0.0, 1.0);
  const auto low = static_cast<double>(range.low);
  const auto high = static_cast<double>(range.high);
  if (t <= 0) return range.low;
  if (t >= 1) return range.high;
  if (!range.logarithmic) {
    const auto value = static_cast<Count>(std::llround(low + t * (high - low)));
    return std::clamp((value + range.step / 2) / range.step * range.step, range.low, range.high);
  }
  const double shift = range.low == 0 ? 1.0 : 0.0;
  const double value = std::exp(std::log(low + shift) + t * std::log((high + shift) / (low + shift))) - shift;
  return std::clamp(snapped(static_cast<Count>(std::llround(std::max(value, 0.0)))), range.low, range.high);
}

Count next_stop(const CountRange& range, Count value, bool up) {
  if (up) {
    if (value >= range.high) return value;
    Count unit = range.step;
    if (range.logarithmic) {
      while (value / unit >= 16) unit *= 2;
    }
    return std::min(add(value / unit * unit, unit), range.high);
  }
  if (value <= range.low) return value;
  Count unit = range.step;
  if (range.logarithmic) {
    while ((value - 1) / unit >= 16) unit *= 2;
  }
  return std::max((value - 1) / unit * unit, range.low);
}

std::optional<Count> parse_count(std::string_view typed, bool binary) {
  if (const std::size_t times = typed.find_first_of("*x×"); times != std::string_view::npos && times != 0) {
    const std::size_t behind = typed.find_first_not_of("*x×", times);
    if (behind == std::string_view::npos) return std::nullopt;
    const auto left = parse_count(typed.substr(0, times), binary);
    const auto right = parse_count(typed.substr(behind), binary);
    if (!left || !right) return std::nullopt;
    return multiply(*left, *right);
  }
  std::string digits;
  double factor = 1;
  bool ended = false;
  for (const char c : typed) {
    const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == ',' || c == '_' || c == ' ' || c == '\'') continue;
    if (ended) break;  // a unit behind the prefix: "8 k tokens"
    if ((c >= '0' && c <= '9') || c == '.') {
      digits += c;
      continue;
    }
    if (digits.empty()) return std::nullopt;
    ended = true;
    const double kilo = binary ? 1024.0 : 1000.0;
    switch (lower) {
      case 'k': factor = kilo; break;
      case 'm': factor = kilo * kilo; break;
      case 'b':
      case 'g': factor = 1e9; break;
      case 't':
        factor = typed.find("to") != std::string_view::npos ? 1 : 1e12;  // "8192 tokens" is not 8192 trillion
        break;
      default: return std::nullopt;
    }
  }
  if (digits.empty() || std::count(digits.begin(), digits.end(), '.') > 1 || digits == ".") return std::nullopt;
  const double value = std::strtod(digits.c_str(), nullptr) * factor;
  if (!(value < 1.8e19)) return saturated;
  if (factor == 1 && digits.find('.') == std::string::npos) return std::strtoull(digits.c_str(), nullptr, 10);
  return static_cast<Count>(value + 0.5);
}

std::optional<double> parse_real(std::string_view typed) {
  std::string digits;
  std::size_t at = 0;
  for (; at < typed.size(); ++at) {
    const char c = typed[at];
    if (c == ',' || c == '_' || c == ' ' || c == '\'' || (c == '$' && digits.empty())) continue;
    if ((c < '0' || c > '9') && c != '.') break;
    digits += c;
  }
  if (digits.empty() || digits == "." || std::count(digits.begin(), digits.end(), '.') > 1) return std::nullopt;
  const double value = std::strtod(digits.c_str(), nullptr);
  if (at == typed.size()) return value;
  switch (std::tolower(static_cast<unsigned char>(typed[at]))) {
    case 'k': return value * 1e3;
    case 'm': return value * 1e6;
    case 'b':
    case 'g': return value * 1e9;
    case 't': return value * 1e12;
    case '%': return value / 100;
    case '/':  // a unit: "2.5/h"
      return value;
    default: return std::nullopt;
  }
}

}  // namespace llmcalc::ui
