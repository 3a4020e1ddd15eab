#pragma once
// Text from outside (names in files, messages, arguments) made fit for a terminal: nothing in it moves the cursor,
// changes colours or the title, or reverses what is read. What people see instead is "\x1B" or "U+202E".
//
//   shown as \xNN     control characters below U+0020, DEL, and bytes that are no UTF-8
//   shown as U+NNNN   U+0080 to U+009F (U+009B begins a command like ESC [), line and paragraph separators, and what
//                     changes the direction of text: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069
//
// Source: ECMA-48, and the Unicode standard, annex 9 (bidirectional text).

#include <cstddef>
#include <string>
#include <string_view>

namespace llmcalc {

/// One line that is safe to print, cut with "..." after `limit` characters.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = std::string_view::npos);

/// Several lines that are safe to print: line breaks stay, everything else is as in printable().
[[nodiscard]] std::string printable_lines(std::string_view text);

/// Characters that printable() never leaves, as the code points of UTF-8; for writers that escape in their own way.
[[nodiscard]] bool is_control(char32_t code_point);

/// A character at the start of a text.
struct Utf8Character {
  char32_t code_point = 0;
  std::size_t length = 0;  ///< bytes; 0 when the text does not begin with valid UTF-8
};

/// The first character of a text that is not empty. Overlong forms and surrogates are not valid.
[[nodiscard]] Utf8Character first_character(std::string_view text);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/base/printable_inl.hpp>
#endif
