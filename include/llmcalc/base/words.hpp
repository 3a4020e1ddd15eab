#pragma once
// Taking text apart: pieces between separators, lower case, blanks at the ends. Letters are those of ASCII, whatever the
// locale.

#include <cstddef>
#include <string>
#include <string_view>

namespace llmcalc {

/// The text before a separator; both are cut from `rest`. All of `rest` when the separator is not in it.
[[nodiscard]] constexpr std::string_view take_until(std::string_view& rest, std::string_view separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view piece = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + separator.size());
  return piece;
}

/// True when one of the words between blanks is this one.
[[nodiscard]] constexpr bool has_word(std::string_view words, std::string_view wanted) {
  while (!words.empty() && !wanted.empty()) {
    if (take_until(words, " ") == wanted) return true;
  }
  return false;
}

/// The letter in lower case.
[[nodiscard]] constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The text in lower case.
[[nodiscard]] inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower_case(c);
  return out;
}

/// The text without blanks at both ends.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text, std::string_view blanks = " \t") {
  const std::size_t from = text.find_first_not_of(blanks);
  return from == std::string_view::npos ? std::string_view{}
                                        : text.substr(from, text.find_last_not_of(blanks) + 1 - from);
}

}  // namespace llmcalc
