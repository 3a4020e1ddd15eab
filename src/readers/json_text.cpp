#include "readers/json_text.hpp"

#include "models/fields.hpp"
#include "readers/problems.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace llmcalc::io {

using nlohmann::json;

namespace {

/// What a text would become, in one pass over it.
struct Extent {
  std::size_t depth = 0;   ///< of objects and lists; copying, writing and comparing JSON values is recursive
  std::size_t pieces = 0;  ///< values, keys and texts: what takes memory of its own
  std::size_t keys = 0;
};

Extent extent_of(std::string_view text) {
  Extent out;
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_text) {
      if (text[i] == '\\') {
        ++i;
      } else {
        in_text = text[i] != '"';
      }
      continue;
    }
    if (text[i] == '"') {
      in_text = true;
      ++out.pieces;
    } else if (text[i] == ',') {
      ++out.pieces;
    } else if (text[i] == ':') {
      ++out.keys;
    } else if (text[i] == '{' || text[i] == '[') {
      out.depth = std::max(out.depth, ++depth);
      ++out.pieces;
    } else if ((text[i] == '}' || text[i] == ']') && depth > 0) {
      --depth;
    }
  }
  return out;
}

/// Keys of all objects.
std::size_t keys_of(const json& value) {
  std::size_t keys = value.is_object() ? value.size() : 0;
  if (value.is_structured()) {
    for (const json& inner : value) keys += keys_of(inner);
  }
  return keys;
}

/// Walks over a text that is known to be JSON and stops at the first key that its object has already.
class RepeatedKey {
 public:
  std::string found;

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(json::number_integer_t) { return true; }
  bool number_unsigned(json::number_unsigned_t) { return true; }
  bool number_float(json::number_float_t, const std::string&) { return true; }
  bool string(std::string&) { return true; }
  bool binary(json::binary_t&) { return true; }
  bool start_object(std::size_t) { return seen_.emplace_back(), true; }
  bool start_array(std::size_t) { return true; }
  bool end_array() { return true; }
  bool end_object() { return seen_.pop_back(), true; }
  bool parse_error(std::size_t, const std::string&, const json::exception&) { return false; }
  bool key(std::string& text) {
    if (seen_.back().insert(text).second) return true;
    found = text;
    return false;
  }

 private:
  std::vector<std::set<std::string>> seen_;
};

}  // namespace

Result<json> parse_json(std::string_view text, const std::string& place, std::string_view skip,
                        std::uint64_t most_pieces) {
  // The parser takes a NUL for the end of the text and would not see what stands behind it.
  if (text.find('\0') != std::string_view::npos) return Issue{place, "is not valid JSON: holds a NUL byte"};
  const Extent extent = extent_of(text);
  if (extent.depth > most(Limit::JsonDepth))
    return Issue{place, "is nested deeper than " + std::to_string(most(Limit::JsonDepth)) + " levels"};
  if (extent.pieces > most_pieces)
    return Issue{place, "holds more than " + std::to_string(most_pieces) + " values, keys and texts"};
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

Result<json> parse_unambiguous_json(std::string_view text, const std::string& place) {
  Result<json> parsed = parse_json(text, place);
  if (!parsed || keys_of(*parsed) == extent_of(text).keys) return parsed;
  const std::string plain = models::without_python_numbers(text);
  RepeatedKey repeated;
  (void)json::sax_parse(plain, &repeated);
  return Issue{place, "gives the key " + in_quotes(repeated.found) + " twice in one object"};
}

std::string compact(const nlohmann::ordered_json& document) {
  return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string pretty(const nlohmann::ordered_json& document) {
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace llmcalc::io
