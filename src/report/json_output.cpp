#include "report/json_output.hpp"

#include <llmcalc/base/printable.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <string_view>

namespace llmcalc::io {
namespace {

using nlohmann::ordered_json;

/// JSON text with control characters as escapes. Outside of strings there are none but the line breaks of the layout.
std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [code_point, length] = first_character(text);
    if (code_point != U'\n' && is_control(code_point)) {
      std::array<char, 16> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(code_point));
      out += escape.data();
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string dumped(const ordered_json& document, int indent) {
  return escaped(document.dump(indent, ' ', false, ordered_json::error_handler_t::replace));
}

}  // namespace

std::string json_line(const ordered_json& document) { return dumped(document, -1); }

std::string json_block(const ordered_json& document) { return dumped(document, 2); }

}  // namespace llmcalc::io
