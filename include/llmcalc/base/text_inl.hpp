#pragma once
// Bodies of text.hpp.

#include <llmcalc/base/decimal_streams.hpp>
#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/base/units.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace llmcalc {

LLMCALC_INLINE std::string fixed(double value, int decimals) {
#ifdef __cpp_lib_to_chars
  std::array<char, 512> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  return {buffer.data(), end.ptr};
#else
  return fixed_by_stream(value, decimals);
#endif
}

LLMCALC_INLINE std::string grouped(Count n) {
  std::string digits = std::to_string(n);
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, ",");
  return digits;
}

LLMCALC_INLINE std::string counted(Count n, std::string_view one, std::string_view many) {
  std::string out = grouped(n) + " ";
  if (n == 1) return out.append(one);
  return many.empty() ? out.append(one).append("s") : out.append(many);
}

LLMCALC_INLINE std::string three_digits(double value) {
  const double size = std::fabs(value);
  return fixed(value, size < 0.9995 ? 3 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

LLMCALC_INLINE std::string two_digits(double value) {
  if (!(value > 0) || value > 1e18) return "0";
  const double scale = std::pow(10.0, std::floor(std::log10(value)) - 1);
  const double rounded = std::round(value / scale) * scale;
  if (rounded >= 10) return grouped(static_cast<Count>(rounded + 0.5));
  return fixed(rounded, scale >= 0.1 ? 1 : std::min(6, static_cast<int>(std::lround(-std::log10(scale)))));
}

LLMCALC_INLINE std::string shortest(double value) {
#ifdef __cpp_lib_to_chars
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
#else
  return shortest_by_stream(value);
#endif
}

LLMCALC_INLINE std::string exact_text(Bytes bytes) { return grouped(bytes.count) + " B"; }

LLMCALC_INLINE std::string text(Bytes bytes, ByteUnits units) {
  constexpr std::array<std::array<std::string_view, 7>, 2> names{{
      {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"},
      {"B", "kB", "MB", "GB", "TB", "PB", "EB"},
  }};
  if (bytes.count == saturated) return "more than 16 EiB";
  const double step = units == ByteUnits::Binary ? 1024.0 : 1000.0;
  auto value = static_cast<double>(bytes.count);
  std::size_t i = 0;
  while (value >= step && i + 1 < names[0].size()) {
    value /= step;
    ++i;
  }
  const std::string_view name = names[static_cast<std::size_t>(units)][i];
  if (i == 0) return std::to_string(bytes.count) + " B";
  const int decimals = value < 99.995 ? 2 : value < 999.95 ? 1 : 0;
  return fixed(value, i < 2 ? 1 : decimals).append(" ").append(name);
}

LLMCALC_INLINE std::string giga_text(Bytes bytes, ByteUnits units) {
  const double giga = units == ByteUnits::Binary ? 1073741824.0 : 1e9;
  const double value = static_cast<double>(bytes.count) / giga;
  if (bytes.count != 0 && value < 0.005) return "<0.01";
  const std::string plain = fixed(value, 2);
  const std::size_t point = plain.find('.');
  return grouped(std::strtoull(plain.substr(0, point).c_str(), nullptr, 10)) + plain.substr(point);
}

LLMCALC_INLINE std::string count_text(Count n) {
  constexpr std::array<std::string_view, 5> prefixes{"", " K", " M", " B", " T"};
  if (n < 10000) return grouped(n);
  auto value = static_cast<double>(n);
  std::size_t i = 0;
  while (value >= 999.5 && i + 1 < prefixes.size()) {
    value /= 1000.0;
    ++i;
  }
  return three_digits(value).append(prefixes[i]);
}

LLMCALC_INLINE std::string share_text(Bytes part, Bytes whole) {
  if (whole.count == 0) return {};
  const double percent = 100.0 * static_cast<double>(part.count) / static_cast<double>(whole.count);
  if (percent > 0 && percent < 0.05) return "<0.1 %";
  return fixed(percent, percent < 9.95 ? 1 : 0) + " %";
}

LLMCALC_INLINE std::string rate_text(double per_second, std::string_view unit) {
  constexpr std::array<std::string_view, 6> prefixes{"", "k", "M", "G", "T", "P"};
  std::size_t i = 0;
  while (std::fabs(per_second) >= 999.5 && i + 1 < prefixes.size()) {
    per_second /= 1000.0;
    ++i;
  }
  return three_digits(per_second).append(" ").append(prefixes[i]).append(unit).append("/s");
}

LLMCALC_INLINE std::string text(Block block) {
  if (block == Block{1, 1}) return {};
  std::string width = std::to_string(block.bytes) + " B";
  if (block.elements != 1) width += " / " + std::to_string(block.elements);
  return width;
}

LLMCALC_INLINE std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

LLMCALC_INLINE std::string pad_right(std::string text, std::size_t width) {
  const std::size_t used = display_width(text);
  if (used < width) text.append(width - used, ' ');
  return text;
}

LLMCALC_INLINE std::string pad_left(std::string_view text, std::size_t width) {
  const std::size_t used = display_width(text);
  return std::string(used < width ? width - used : 0, ' ').append(text);
}

LLMCALC_INLINE std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string out;
  std::size_t used = 0;
  for (const char c : text) {
    const bool starts = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (starts && ++used >= width) break;
    out += c;
  }
  return out + "…";
}

}  // namespace llmcalc
