#include "readers/json_text.hpp"

#include <algorithm>

namespace llmcalc::io {

using nlohmann::json;

Result<json> parse_json(std::string_view text, const std::string& place, std::string_view skip) {
  // Copying, writing and comparing JSON values is recursive, so a hostile depth must not get through; real
  // configurations reach about ten.
  constexpr int deepest = 100;
  bool too_deep = false;
  const json::parser_callback_t keep = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > deepest) too_deep = true;
    return depth <= deepest && !(!skip.empty() && depth == 1 && event == json::parse_event_t::key &&
                                 value.get_ref<const std::string&>() == skip);
  };
  try {
    json parsed = json::parse(text, keep);
    if (too_deep) return Issue{place, "is nested deeper than " + std::to_string(deepest) + " levels"};
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
