#include "models/config_text.hpp"

#include <array>
#include <cstddef>

namespace llmcalc::models {

std::string without_python_numbers(std::string_view text) {
  constexpr std::array<std::string_view, 3> words{"-Infinity", "Infinity", "NaN"};
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
      continue;
    }
    if (text[i] != '-' && text[i] != 'I' && text[i] != 'N') continue;
    for (const std::string_view word : words) {
      if (!text.substr(i).starts_with(word)) continue;
      out.append(text.substr(copied, i - copied)).append("null");
      i += word.size() - 1;
      copied = i + 1;
      break;
    }
  }
  return out.append(text.substr(copied));
}

}  // namespace llmcalc::models
