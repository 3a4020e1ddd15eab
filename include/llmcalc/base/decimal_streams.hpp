#pragma once
// Real numbers as digits and back for standard libraries that have no std::to_chars and std::from_chars for them
// (emscripten 3.1.6, Apple's): the same characters, by older means. A test compares them where there are both.

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ios>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace llmcalc {

/// What std::to_chars(value, std::chars_format::fixed, decimals) writes.
[[nodiscard]] inline std::string fixed_by_stream(double value, int decimals) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out.setf(std::ios::fixed, std::ios::floatfield);
  out.precision(decimals);
  out << value;
  return out.str();
}

/// What std::to_chars(value) writes: the fewest digits that give the number back, in the shorter of the two forms.
[[nodiscard]] inline std::string shortest_by_stream(double value) {
  if (!(value - value == 0)) return fixed_by_stream(value, 0);  // infinite, or not a number
  std::string scientific;
  int digits = 1;
  for (; digits <= std::numeric_limits<double>::max_digits10; ++digits) {
    std::ostringstream out;
    out.imbue(std::locale::classic());
    out.setf(std::ios::scientific, std::ios::floatfield);
    out.precision(digits - 1);
    out << value;
    scientific = out.str();
    if (std::strtod(scientific.c_str(), nullptr) == value) break;
  }
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  std::string plain = fixed_by_stream(value, std::max(0, digits - 1 - exponent));
  return plain.size() <= scientific.size() ? plain : scientific;
}

/// What std::from_chars reads when it takes the whole text; nothing otherwise, and for what no double can hold.
[[nodiscard]] inline std::optional<double> real_by_strtod(std::string_view text) {
  if (text.empty() || text.front() == '+' || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  const bool lost = value - value != 0 || (value == 0 && text.find_first_of("123456789") < text.find_first_of("eE"));
  return end == copy.c_str() + copy.size() && !lost ? std::optional(value) : std::nullopt;
}

/// The real number that a text is as a whole, without signs or blanks before it but a minus; nothing when it is none.
[[nodiscard]] inline std::optional<double> real_of_text(std::string_view text) {
#ifdef __cpp_lib_to_chars
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value - value != 0) return std::nullopt;
  return value;
#else
  return real_by_strtod(text);
#endif
}

}  // namespace llmcalc
