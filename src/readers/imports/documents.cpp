// YAML, TOML and JSON as one flat list: each value with the keys that lead to it, joined by dots.

#include "host/limits.hpp"
#include "readers/imports/import.hpp"
#include "readers/json_text.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <cctype>
#include <exception>
#include <sstream>
#include <stdexcept>
#ifdef LLMCALC_DOCUMENTS
#include <toml++/toml.h>
#include <yaml-cpp/yaml.h>
#endif

namespace llmcalc::io {
namespace {

using nlohmann::json;

constexpr std::size_t most_settings = most(Limit::ImportSettings);
constexpr int deepest = int{most(Limit::ImportDepth)};

std::string joined(const std::string& place, const std::string& key) {
  return place.empty() ? plain_option(key) : place + "." + plain_option(key);
}

/// Adds a value; a list of words is one value with commas.
class Flat {
 public:
  void add(const std::string& place, std::optional<std::string> value) {
    if (settings.size() < most_settings) settings.push_back({place, std::move(value)});
  }
  std::vector<Given> settings;
};

void flatten(const json& value, const std::string& place, Flat& out, int depth) {
  if (depth > deepest) return;
  if (value.is_object()) {
    // {"key": "llm.load.contextLength", "value": 4096}: the key is a value, as LM Studio writes it.
    if (value.size() == 2 && value.contains("key") && value.contains("value") && value["key"].is_string()) {
      flatten(value["value"], plain_option(value["key"].get<std::string>()), out, depth + 1);
      return;
    }
    for (const auto& [key, inner] : value.items()) flatten(inner, joined(place, key), out, depth + 1);
    return;
  }
  const auto word = [](const json& v) {
    return v.is_string() ? v.get<std::string>() : v.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  if (value.is_array()) {
    std::string words;
    bool plain = true;
    for (const json& element : value) plain = plain && element.is_primitive();
    if (!plain) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        const bool keyed =
            value[i].is_object() && value[i].size() == 2 && value[i].contains("key") && value[i].contains("value");
        flatten(value[i], keyed ? place : joined(place, std::to_string(i)), out, depth + 1);
      }
      return;
    }
    for (const json& element : value) words += (words.empty() ? "" : ",") + word(element);
    out.add(place, words);
    return;
  }
  out.add(place, value.is_null() ? std::optional<std::string>("null") : word(value));
}

#ifdef LLMCALC_DOCUMENTS
/// `nodes` is what may still be visited: anchors that name anchors grow without bound.
json from_yaml(const YAML::Node& node, int depth, std::size_t& nodes) {
  if (depth > deepest || nodes == 0 || !node.IsDefined() || node.IsNull()) return nullptr;
  --nodes;
  if (node.IsScalar()) return node.Scalar();
  json out = node.IsMap() ? json::object() : json::array();
  if (node.IsMap()) {
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) continue;
      // "<<: *base": what the anchor has, unless it is given here.
      if (entry.first.Scalar() == "<<") {
        const json base = from_yaml(entry.second, depth + 1, nodes);
        if (base.is_object()) {
          for (const auto& [key, value] : base.items()) {
            if (!out.contains(key)) out[key] = value;
          }
        }
        continue;
      }
      out[entry.first.Scalar()] = from_yaml(entry.second, depth + 1, nodes);
    }
  } else {
    for (const YAML::Node& element : node) out.push_back(from_yaml(element, depth + 1, nodes));
  }
  return out;
}

json from_toml(const toml::node& node) {
  json out;
  if (const toml::table* table = node.as_table()) {
    out = json::object();
    for (const auto& [key, value] : *table) out[std::string(key.str())] = from_toml(value);
  } else if (const toml::array* array = node.as_array()) {
    out = json::array();
    for (const toml::node& element : *array) out.push_back(from_toml(element));
  } else if (const auto* text = node.as_string()) {
    out = text->get();
  } else if (const auto* whole = node.as_integer()) {
    out = whole->get();
  } else if (const auto* real = node.as_floating_point()) {
    out = real->get();
  } else if (const auto* flag = node.as_boolean()) {
    out = flag->get();
  }
  return out;
}

/// "[section]" and "key = value" before anything that YAML would have.
bool looks_like_toml(std::string_view text, std::string_view name) {
  if (name.ends_with(".toml")) return true;
  if (name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json")) return false;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find_first_not_of(" \t\r");
    if (at == std::string::npos || line[at] == '#') continue;
    if (line[at] == '[') return line.find(']') != std::string::npos && line.find(',') == std::string::npos;
    const std::size_t equals = line.find(" = ");
    return equals != std::string::npos && line.find(": ") > equals;
  }
  return false;
}

/// Bytes of the string or comment of TOML that begins `text`; one left open goes to the end of its line or of the text.
std::size_t toml_string_length(std::string_view text) {
  const char mark = text.front();
  const std::string_view three = mark == '"' ? "\"\"\"" : "'''";
  const bool comment = mark == '#', several_lines = !comment && text.starts_with(three);
  const std::string_view end = comment ? "\n" : several_lines ? three : three.substr(0, 1);
  for (std::size_t at = comment ? 1 : end.size(); at < text.size(); ++at) {
    if (mark == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == '\n' && !several_lines) {
      return at;
    } else if (text.substr(at).starts_with(end)) {
      at += end.size();
      // Up to two quotes before the three belong to the string.
      for (int i = 0; several_lines && i < 2 && text.substr(at).starts_with(mark); ++i) ++at;
      return at;
    }
  }
  return text.size();
}

/// What toml++ 3.3 takes for granted of a text without looking, and which it does not hold; "" when it holds all. The name of
/// a table begins as names do (parser.inl, parse_key), and only strings and comments hold other characters than ASCII
/// (unicode_autogenerated.h, is_non_ascii_horizontal_whitespace). It also counts brackets, but not the tables that a key of
/// many dots makes, and takes each away by a call inside another.
std::string_view toml_fault(std::string_view text) {
  std::size_t open = 0;  // lists and tables around this place: what begins a line in them is a value
  std::size_t dots = 0;  // of the key or value at this place
  bool line_begins = true, header = false;
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = 1;
    if (c == '"' || c == '\'' || c == '#') {
      length = toml_string_length(text);
      line_begins = false;
    } else if (static_cast<unsigned char>(c) > 127) {
      return "TOML has such characters only in strings";
    } else if (c == '\n') {
      dots = 0;
      line_begins = true;
      header = false;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      if (c == '[' && line_begins && open == 0) {
        header = true;
        const std::size_t name = text.find_first_not_of(" \t", text.starts_with("[[") ? 2 : 1);
        const char first = name == std::string_view::npos ? '\0' : text[name];
        if (std::isalnum(static_cast<unsigned char>(first)) == 0 &&
            std::string_view("_-\"\'").find(first) == std::string_view::npos)
          return "a table of TOML has no name";
      } else if (!header && (c == '[' || c == '{')) {
        ++open;
      } else if (!header && (c == ']' || c == '}') && open > 0) {
        --open;
      }
      if (std::string_view(",={}[]").find(c) != std::string_view::npos) dots = 0;
      if (c == '.') ++dots;
      if (std::max(open, dots) > most(Limit::ImportDepth)) return "objects and lists are nested too deeply";
      line_begins = false;
    }
    text.remove_prefix(length);
  }
  return {};
}

/// The documents of a YAML stream, which a line of "---" begins and one of "..." ends. yaml-cpp 0.7 could part them itself, but
/// of some texts (a comma that begins one) its LoadAll() makes documents without end until there is no memory left.
std::vector<std::string> yaml_documents(std::string_view text) {
  std::vector<std::string> pieces(1);
  while (!text.empty() && pieces.size() < most_settings) {
    const std::string_view line = take_until(text, "\n");
    const bool mark = line.starts_with("---") || line.starts_with("...");
    if (mark && (line.size() == 3 || line[3] == ' ' || line[3] == '\r')) pieces.emplace_back();
    if (!line.starts_with("...")) pieces.back().append(line).append("\n");
  }
  return pieces;
}

/// Keys, values and lines of a text, about: each takes yaml-cpp up to 760 bytes and toml++ up to 200, where it takes one or two
/// in the text.
std::size_t pieces_of(std::string_view text) {
  std::size_t pieces = 0;
  for (std::size_t at = 0; (at = text.find_first_of("\n,:[{-?", at)) != std::string_view::npos; ++at) ++pieces;
  return pieces;
}

/// YAML or TOML; throws when it is neither.
json parse_document(std::string_view text, std::string_view name) {
  constexpr std::size_t most_pieces = most(Limit::ImportPieces);
  if (pieces_of(text) > most_pieces)
    throw std::runtime_error("it holds more than " + std::to_string(most_pieces) + " keys, values and lines");
  if (looks_like_toml(text, name)) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (const std::string_view fault = toml_fault(text); !fault.empty()) throw std::runtime_error(std::string(fault));
    return from_toml(toml::parse(text));
  }
  json document = json::array();
  std::size_t nodes = most_pieces;
  // Several documents, as in a file of manifests, or one.
  for (const std::string& piece : yaml_documents(text)) {
    json one = from_yaml(YAML::Load(piece), 0, nodes);
    if (one.is_object()) document.push_back(std::move(one));
  }
  return document.size() == 1 ? json(document.front()) : document;
}
#else
json parse_document(std::string_view, std::string_view) {
  throw std::runtime_error("this build reads no YAML and no TOML");
}
#endif

}  // namespace

Result<std::vector<Given>> document_settings(std::string_view text, std::string_view name) {
  json document;
  const std::size_t start = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  try {
    if (start != std::string_view::npos && text[start] == '{') {
      Result<json> parsed = parse_json(text, std::string(name));
      if (!parsed) return parsed.issues();
      document = std::move(parsed).value();
    } else {
      document = parse_document(text, name);
    }
  } catch (const std::exception& error) {
    return Issue{std::string(name), "is not a document that can be read: " + std::string(error.what())};
  }
  if (!document.is_object() && !(document.is_array() && !document.empty()))
    return Issue{std::string(name), "holds no settings"};
  Flat out;
  flatten(document, "", out, 0);
  return std::move(out.settings);
}

}  // namespace llmcalc::io
