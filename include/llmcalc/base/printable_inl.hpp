#pragma once
// Bodies of printable.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/printable.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace llmcalc {

LLMCALC_INLINE bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x61C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

LLMCALC_INLINE Utf8Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  char32_t code_point = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code_point = (code_point << 6) | (byte(i) & 0x3FU);
  }
  const bool overlong = code_point < (length == 4 ? 0x10000U : length == 3 ? 0x800U : 0x80U);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (overlong || surrogate || code_point > 0x10FFFF) return {};
  return {code_point, length};
}

namespace printable_detail {

/// Appends `value` in at least `digits` hexadecimal digits.
inline void append_hexadecimal(std::string& out, char32_t value, int digits) {
  for (int place = digits - 1; place >= 0; --place) out += "0123456789ABCDEF"[(value >> (4 * place)) & 0xF];
}

/// What becomes of line breaks.
enum class LineBreaks { Shown, Kept };

inline std::string safe(std::string_view text, std::size_t limit, LineBreaks breaks) {
  const auto stays = [breaks](char32_t c) { return !is_control(c) || (breaks == LineBreaks::Kept && c == '\n'); };
  std::string out;
  for (std::size_t characters = 0; !text.empty(); ++characters) {
    if (characters == limit) return out + "...";
    const Utf8Character c = first_character(text);
    const std::size_t taken = c.length == 0 ? 1 : c.length;
    if (c.length != 0 && stays(c.code_point)) {
      out += text.substr(0, taken);
    } else if (taken == 1) {
      append_hexadecimal(out += "\\x", static_cast<unsigned char>(text[0]), 2);
    } else {
      append_hexadecimal(out += "U+", c.code_point, 4);
    }
    text.remove_prefix(taken);
  }
  return out;
}

}  // namespace printable_detail

LLMCALC_INLINE std::string printable(std::string_view text, std::size_t limit) {
  return printable_detail::safe(text, limit, printable_detail::LineBreaks::Shown);
}

LLMCALC_INLINE std::string printable_lines(std::string_view text) {
  return printable_detail::safe(text, std::string_view::npos, printable_detail::LineBreaks::Kept);
}

}  // namespace llmcalc
