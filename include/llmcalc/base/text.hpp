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
[[nodiscard]] std::string fixed(double value, int decimals);

/// Digits in groups of three: 8192 is "8,192".
[[nodiscard]] std::string grouped(Count n);

/// A number with the thing counted: "1 layout", "2,048 layouts"; `many` for a plural that is not made with -s.
[[nodiscard]] std::string counted(Count n, std::string_view one, std::string_view many = {});

/// About three significant digits without an exponent: 0.123, 1.23, 12.3, 123.
[[nodiscard]] std::string three_digits(double value);

/// A rate rounded to two significant digits, for estimates of speed: 9,533 is "9,500", 41.35 is "41", 0.372 is
/// "0.37".
[[nodiscard]] std::string two_digits(double value);

/// A real number as short as it can be without changing it, for settings: 0.9, 1, 0.05.
[[nodiscard]] std::string shortest(double value);

/// Whole bytes: "16,060,522,496 B".
[[nodiscard]] std::string exact_text(Bytes bytes);

/// An amount for people, in the largest unit that leaves at least one before the point: "14.96 GiB", "512 B".
[[nodiscard]] std::string text(Bytes bytes, ByteUnits units = ByteUnits::Binary);

/// An amount always in GiB or GB, for columns that are compared: "0.13", "1,204.50" (no unit).
[[nodiscard]] std::string giga_text(Bytes bytes, ByteUnits units = ByteUnits::Binary);

/// Name of the unit of giga_text().
[[nodiscard]] constexpr std::string_view giga_name(ByteUnits units) { return row_of(units).label; }

/// A number of things with a decimal prefix: "8.03 B", "124 M", "512".
[[nodiscard]] std::string count_text(Count n);

/// Share of a whole in per cent: "61 %", "0.4 %", "<0.1 %"; "" when there is no whole.
[[nodiscard]] std::string share_text(Bytes part, Bytes whole);

/// A rate with its unit per second: 1.008e12 B/s is "1.01 TB/s".
[[nodiscard]] std::string rate_text(double per_second, std::string_view unit);

/// Width of a block for people: "2 B", "34 B / 32"; "" for one byte each.
[[nodiscard]] std::string text(Block block);

/// Columns a text takes in a terminal: its code points (combining and wide ones are not used here).
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The text with blanks behind it up to a width.
[[nodiscard]] std::string pad_right(std::string text, std::size_t width);

/// The text with blanks before it up to a width.
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t width);

/// The text cut to a width, with an ellipsis when something is missing.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/base/text_inl.hpp>
#endif
