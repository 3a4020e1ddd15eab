#pragma once
// The only code that turns bytes and numbers into text. Everything shown, printed or exported goes through here, so
// that one amount reads the same everywhere.

#include <llmcalc/base/enum_table.hpp>
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

/// Units in which amounts of memory are shown.
enum class ByteUnits : std::uint8_t { Binary, Decimal };
inline constexpr std::array<EnumRow<ByteUnits>, 2> byte_units{{
    {ByteUnits::Binary, "gib", "GiB", "1 GiB = 1,073,741,824 bytes, as drivers and nvidia-smi count"},
    {ByteUnits::Decimal, "gb", "GB", "1 GB = 1,000,000,000 bytes, as file sizes and disks are given"},
}};
static_assert(indexed_by_id(byte_units));
constexpr const auto& enum_table(ByteUnits) { return byte_units; }

/// A number with a fixed count of decimals: 3.14159 with 2 is "3.14".
[[nodiscard]] inline std::string fixed(double value, int decimals) {
  std::array<char, 512> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  return {buffer.data(), end.ptr};
}

/// Digits in groups of three: 8192 is "8,192".
[[nodiscard]] inline std::string grouped(Count n) {
  std::string digits = std::to_string(n);
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, ",");
  return digits;
}

/// About three significant digits without an exponent: 0.123, 1.23, 12.3, 123.
[[nodiscard]] inline std::string three_digits(double value) {
  const double size = std::fabs(value);
  return fixed(value, size < 0.9995 ? 3 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

/// A rate rounded to two significant digits, for estimates of speed: 9,533 is "9,500", 41.35 is "41", 0.372 is
/// "0.37".
[[nodiscard]] inline std::string two_digits(double value) {
  if (!(value > 0) || value > 1e18) return "0";
  const double scale = std::pow(10.0, std::floor(std::log10(value)) - 1);
  const double rounded = std::round(value / scale) * scale;
  if (rounded >= 10) return grouped(static_cast<Count>(rounded + 0.5));
  return fixed(rounded, scale >= 0.1 ? 1 : std::min(6, static_cast<int>(std::lround(-std::log10(scale)))));
}

/// A real number as short as it can be without changing it, for settings: 0.9, 1, 0.05.
[[nodiscard]] inline std::string shortest(double value) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

/// Whole bytes: "16,060,522,496 B".
[[nodiscard]] inline std::string exact_text(Bytes bytes) { return grouped(bytes.count) + " B"; }

/// An amount for people, in the largest unit that leaves at least one before the point: "14.96 GiB", "512 B".
[[nodiscard]] inline std::string text(Bytes bytes, ByteUnits units = ByteUnits::Binary) {
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

/// An amount always in GiB or GB, for columns that are compared: "0.13", "1,204.50" (no unit).
[[nodiscard]] inline std::string giga_text(Bytes bytes, ByteUnits units = ByteUnits::Binary) {
  const double giga = units == ByteUnits::Binary ? 1073741824.0 : 1e9;
  const double value = static_cast<double>(bytes.count) / giga;
  if (bytes.count != 0 && value < 0.005) return "<0.01";
  const std::string plain = fixed(value, 2);
  const std::size_t point = plain.find('.');
  return grouped(std::strtoull(plain.substr(0, point).c_str(), nullptr, 10)) + plain.substr(point);
}

/// Name of the unit of giga_text().
[[nodiscard]] constexpr std::string_view giga_name(ByteUnits units) { return row_of(units).label; }

/// A number of things with a decimal prefix: "8.03 B", "124 M", "512".
[[nodiscard]] inline std::string count_text(Count n) {
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

/// Share of a whole in per cent: "61 %", "0.4 %", "<0.1 %"; "" when there is no whole.
[[nodiscard]] inline std::string share_text(Bytes part, Bytes whole) {
  if (whole.count == 0) return {};
  const double percent = 100.0 * static_cast<double>(part.count) / static_cast<double>(whole.count);
  if (percent > 0 && percent < 0.05) return "<0.1 %";
  return fixed(percent, percent < 9.95 ? 1 : 0) + " %";
}

/// A rate with its unit per second: 1.008e12 B/s is "1.01 TB/s".
[[nodiscard]] inline std::string rate_text(double per_second, std::string_view unit) {
  constexpr std::array<std::string_view, 6> prefixes{"", "k", "M", "G", "T", "P"};
  std::size_t i = 0;
  while (std::fabs(per_second) >= 999.5 && i + 1 < prefixes.size()) {
    per_second /= 1000.0;
    ++i;
  }
  return three_digits(per_second).append(" ").append(prefixes[i]).append(unit).append("/s");
}

/// Width of a block for people: "2 B", "34 B / 32"; "" for one byte each.
[[nodiscard]] inline std::string text(Block block) {
  if (block == Block{1, 1}) return {};
  std::string width = std::to_string(block.bytes) + " B";
  if (block.elements != 1) width += " / " + std::to_string(block.elements);
  return width;
}

/// Columns a text takes in a terminal: its code points (combining and wide ones are not used here).
[[nodiscard]] inline std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// The text with blanks behind it up to a width.
[[nodiscard]] inline std::string pad_right(std::string text, std::size_t width) {
  const std::size_t used = display_width(text);
  if (used < width) text.append(width - used, ' ');
  return text;
}

/// The text with blanks before it up to a width.
[[nodiscard]] inline std::string pad_left(std::string_view text, std::size_t width) {
  const std::size_t used = display_width(text);
  return std::string(used < width ? width - used : 0, ' ').append(text);
}

/// The text cut to a width, with an ellipsis when something is missing.
[[nodiscard]] inline std::string shortened(std::string_view text, std::size_t width) {
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
