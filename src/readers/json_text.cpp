#include "readers/json_text.hpp"

#include "models/config_text.hpp"

#include <algorithm>

namespace llmcalc::io {

using nlohmann::json;

namespace {

/// Copying, writing and comparing JSON values is recursive, so a hostile depth must not get through; real
/// configurations reach about ten.
constexpr std::size_t deepest = 100;

/// How deep objects and lists nest, in one pass: brackets inside texts do not count.
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0, most = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_text) {
      if (text[i] == '\\') {
        ++i;
      } else {
        in_text = text[i] != '"';
      }
    } else if (text[i] == '"') {
      in_text = true;
    } else if (text[i] == '{' || text[i] == '[') {
      most = std::max(most, ++depth);
    } else if ((text[i] == '}' || text[i] == ']') && depth > 0) {
      --depth;
    }
  }
  return most;
}

}  // namespace

Result<json> parse_json(std::string_view text, const std::string& place, std::string_view skip) {
  // The parser takes a NUL for the end of the text and would not see what stands behind it.
  if (text.find('\0') != std::string_view::npos) return Issue{place, "is not valid JSON: holds a NUL byte"};
  if (depth_of(text) > deepest) return Issue{place, "is nested deeper than " + std::to_string(deepest) + " levels"};
  try {
    // Without a callback: with one, the parser walks over all siblings at the end of every object.
    json parsed = json::parse(models::without_python_numbers(text));
    if (!skip.empty() && parsed.is_object()) parsed.erase(std::string(skip));
    return parsed;
  } catch (const json::exception& problem) {
    std::string what = problem.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ..." says the rest in words.
    const std::size_t end = what.find("] ");
    if (what.starts_with("[json.exception") && end != std::string::npos) what.erase(0, end + 2);
    const auto unprintable = [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e;
    };
    std::replace_if(what.begin(), what.end(), unprintable, '?');
    if (what.size() > 300) what = what.substr(0, 297) + "...";
    return Issue{place, "is not valid JSON: " + what};
  }
}

std::string pretty(const nlohmann::ordered_json& document) {
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace llmcalc::io
