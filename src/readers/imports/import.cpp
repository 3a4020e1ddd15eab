#include "readers/imports/import.hpp"

#include "host/text_file.hpp"
#include "readers/field_json.hpp"
#include "readers/field_text.hpp"
#include "readers/json_text.hpp"
#include "readers/lookup.hpp"
#include "readers/scenario_json.hpp"

#include <llmcalc/base/decimal_streams.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/base/words.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/model_slots.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

namespace llmcalc::io {

using nlohmann::json;

namespace {

constexpr int most_files_deep = 4;

std::optional<double> number_in(std::string_view text) {
  const auto value = real_of_text(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

/// A number that counts something; nothing when a double cannot hold it as a whole number.
std::optional<Count> count_in(std::string_view text) {
  constexpr double most = 9007199254740992.0;  // 2^53
  const auto n = number_in(text);
  return n && *n >= 0 && *n <= most ? std::optional(static_cast<Count>(*n)) : std::nullopt;
}

bool is_off(std::string_view word) {
  static constexpr std::string_view off[] = {"false", "False", "FALSE", "0", "no", "off", "null", "none", "None", ""};
  return std::find(std::begin(off), std::end(off), word) != std::end(off);
}

/// The model that a path or a name on a command line means: a file that is here, else the name it ends in.
json model_value(std::string_view text) {
  std::error_code error;
  const bool path = text.find('/') != std::string_view::npos || text.ends_with(".gguf") || text.ends_with(".json");
  if (path && std::filesystem::exists(path_of(text), error)) return {{"file", text}};
  if (is_repository_name(text)) return text;
  while (text.ends_with('/')) text.remove_suffix(1);
  // .../models--organisation--name/snapshots/... is a place in the hub's cache.
  if (const std::size_t cache = text.find("models--"); cache != std::string_view::npos) {
    std::string name(text.substr(cache + 8, text.find('/', cache) - cache - 8));
    if (const std::size_t at = name.find("--"); at != std::string::npos) name.replace(at, 2, "/");
    return name;
  }
  return text.substr(text.rfind('/') + 1);
}

/// The last part of a path: "/usr/bin/llama-server" is llama-server.
std::string_view base_name(std::string_view word) {
  for (std::string_view place : {"torchtitan/train.py", "swift/cli/sft.py", "swift/cli/rlhf.py"}) {
    if (word.ends_with(place)) return place;
  }
  word = word.substr(word.rfind('/') == std::string_view::npos ? 0 : word.rfind('/') + 1);
  return word.ends_with(".exe") ? word.substr(0, word.size() - 4) : word;
}

/// A tool, and where its arguments begin.
struct Found {
  const Tool* tool = nullptr;
  std::size_t arguments = 0;
  std::string version;
  std::string program;
};

Found find_program(const std::vector<std::string>& words) {
  Found best;
  std::string version;  // of the image, whatever names the program
  const std::vector<ProgramRow>& programs = option_table().programs;
  std::size_t rank = programs.size();
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t p = 0; p < rank; ++p) {
      std::size_t at = i;
      const bool all = !any_word(programs[p].words, [&](std::string_view word) {
        return at >= words.size() || base_name(words[at++]) != word;
      });
      if (all) {
        rank = p;
        best = {find_tool(programs[p].tool), at, "", std::string(programs[p].words)};
      }
    }
    for (const ProgramRow& image : option_table().images) {
      const std::size_t at = words[i].find(image.words);
      if (at == std::string::npos) continue;
      if (best.tool == nullptr) best = {find_tool(image.tool), i + 1, "", std::string(image.words)};
      const std::size_t colon = words[i].find(":v", at);
      if (colon != std::string::npos) version = words[i].substr(colon + 2);
    }
  }
  best.version = std::move(version);
  return best;
}

/// What a number of words of a command says, options with their values.
std::vector<Given> arguments_of(const Tool& tool, const std::vector<std::string>& words, std::size_t from) {
  std::vector<Given> out;
  for (std::size_t i = from; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool number = word.size() > 1 && (std::isdigit(static_cast<unsigned char>(word[1])) != 0 || word[1] == '.');
    if (word == "--") continue;
    const bool option = word.size() > 1 && word[0] == '-' && !number;
    const std::size_t equals = word.find('=');
    // "a.b.c=value" and "+a.b=value", as Hydra and tune take them.
    const bool assignment = !option && equals != std::string::npos && equals != 0 &&
                            (tool.style == Style::Equals || word.find('.') < equals);
    if (assignment) {
      std::string name = word.substr(0, equals);
      while (name.starts_with('+') || name.starts_with('~')) name.erase(0, 1);
      out.push_back({plain_option(name), word.substr(equals + 1)});
      continue;
    }
    if (!option) {
      if (word.find('>') != std::string::npos && word.size() <= 3) {  // a redirection and its file
        ++i;
        continue;
      }
      if (word.starts_with("2>") || word.starts_with('>') || word.starts_with('<')) continue;
      const bool environment = equals != std::string::npos && equals != 0;
      out.push_back({environment ? word.substr(0, equals) : "", environment ? word.substr(equals + 1) : word});
      continue;
    }
    if (equals != std::string::npos) {
      out.push_back({plain_option(word.substr(0, equals)), word.substr(equals + 1)});
      continue;
    }
    const std::string name = plain_option(word);
    const auto is_value = [&](std::size_t at) {
      if (at >= words.size()) return false;
      const std::string& next = words[at];
      const bool negative = next.size() > 1 && next[0] == '-' &&
                            (std::isdigit(static_cast<unsigned char>(next[1])) != 0 || next[1] == '.');
      return !next.starts_with('-') || negative || next == "-";
    };
    std::optional<std::string> value;
    const OptionRow* row = find_row(tool, name);
    bool takes_none = row != nullptr && row->as == As::Switch;
    bool takes_many = false;
    for (const std::string_view list : {tool.no_effect, no_effect_of("everywhere"), no_effect_of("starters")}) {
      any_word(list, [&](std::string_view known) {
        std::string_view bare = known;
        if (bare.ends_with('=') || bare.ends_with('+')) bare.remove_suffix(1);
        if (row != nullptr || bare != name) return false;
        takes_none = bare == known && tool.style != Style::Document;
        takes_many = known.ends_with('+');
        return true;
      });
    }
    const bool word_of_switch = is_value(i + 1) && (words[i + 1] == "true" || words[i + 1] == "false" ||
                                                    words[i + 1] == "True" || words[i + 1] == "False");
    if (is_value(i + 1) && (!takes_none || word_of_switch)) {
      value = words[++i];
      // Lists are given as several words: --target_modules q_proj v_proj.
      const bool list = takes_many || (row != nullptr && row->take != nullptr && row->words == "list");
      while (list && is_value(i + 1)) *value += "," + words[++i];
    }
    out.push_back({name, value});
  }
  return out;
}

/// "{"method": "eagle3"}" as the value of an option is a document of its own.
void expand_objects(std::vector<Given>& given) {
  std::vector<Given> out;
  for (Given& g : given) {
    if (!g.value || !g.value->starts_with('{') || g.name.empty()) {
      out.push_back(std::move(g));
      continue;
    }
    const Result<std::vector<Given>> inside = document_settings(*g.value, "");
    if (!inside) {
      out.push_back(std::move(g));
      continue;
    }
    for (const Given& inner : *inside) out.push_back({g.name + "." + inner.name, inner.value});
  }
  given = std::move(out);
}

}  // namespace

bool Importing::set(std::string_view path, std::string_view text) {
  if (path == "model" || find_model_slot(path) != nullptr) {
    place_of(out_.scenario, path) = model_value(text);
    said_ = std::string(path) + " = " + std::string(text);
    return true;
  }
  if (path.starts_with("model.custom.") && (text == "true" || text == "false")) {
    place_of(out_.scenario, path) = text == "true";
    return true;
  }
  if (path.starts_with("model.custom.")) {
    const auto n = count_in(text);
    if (!n) return false;
    place_of(out_.scenario, path) = *n;
    said_ = std::string(path) + " = " + std::string(text);
    return true;
  }
  const Field* field = find_field(path);
  if (field == nullptr) return false;
  // The first of the words that this version knows.
  for (std::string_view rest = text; true;) {
    const std::size_t bar = field->kind() == FieldKind::Text ? std::string_view::npos : rest.find('|');
    const std::string_view word = rest.substr(0, bar);
    json value = value_of_text(*field, word);
    if (word.starts_with('{') || word.starts_with('[')) {
      if (const Result<json> parsed = parse_json(word)) value = *parsed;
    }
    Scenario scratch;
    if (field->kind() == FieldKind::External || set_field(*field, value, scratch).empty()) {
      place_of(out_.scenario, path) = std::move(value);
      said_ = std::string(path) + " = " + std::string(word);
      return true;
    }
    if (bar == std::string_view::npos) return false;
    rest.remove_prefix(bar + 1);
  }
}

void Importing::set_default(std::string_view path, std::string_view text) {
  if (!has(path)) set(path, text);
}

bool Importing::has(std::string_view path) const {
  return out_.scenario.contains(json::json_pointer(pointer_of(path)));
}

std::string Importing::text(std::string_view path) const {
  if (!has(path)) return {};
  const json& value = out_.scenario.at(json::json_pointer(pointer_of(path)));
  return value.is_string() ? value.get<std::string>() : compact(value);
}

Count Importing::count(std::string_view path, Count otherwise) const {
  return count_in(text(path)).value_or(otherwise);
}

std::string Importing::given(std::string_view names) const {
  std::string value;
  any_word(names, [&](std::string_view name) {
    const auto found = given_.find(std::string(name));
    if (found == given_.end()) return false;
    value = found->second;
    return true;
  });
  return value;
}

bool Importing::on(std::string_view names) const {
  return any_word(names, [&](std::string_view name) {
    const auto found = given_.find(std::string(name));
    return found != given_.end() && !is_off(found->second);
  });
}

ModelPtr Importing::model() {
  if (!out_.scenario.contains("model")) return nullptr;
  ReadScenario read = read_scenario_leniently({{"model", out_.scenario["model"]}}, resolver_);
  return read.scenario.model;
}

ModelPtr Importing::model_named(std::string_view name) const {
  return read_scenario_leniently({{"model", model_value(name)}}, resolver_).scenario.model;
}

bool Importing::without_effect(std::string_view name) const {
  const auto covers = [&](std::string_view known) {
    if (known.ends_with('=') || known.ends_with('+')) known.remove_suffix(1);
    if (known.ends_with('*')) return name.starts_with(known.substr(0, known.size() - 1));
    return known == name;
  };
  return any_word(out_.tool->no_effect, covers) || any_word(no_effect_of("everywhere"), covers) ||
         (out_.tool->task == Task::Training &&
          (any_word(no_effect_of("starters"), covers) || any_word(find_tool("trainer")->no_effect, covers)));
}

bool Importing::take_by_row(const OptionRow& row, const Given& given) {
  if (row.take != nullptr) {
    argument_ = row.words;
    return row.take(*this, given);
  }
  const std::string value = given.value.value_or("");
  switch (row.as) {
    case As::Value:
      if (value == "null" || value == "None") return true;
      return set(row.path, value);
    case As::Model:
      if (value.empty() || value == "null" || value.starts_with('$')) return false;
      return set(row.path, value);
    case As::Words: {
      const auto meaning = meaning_of(row.words, given.value ? value : "true");
      if (!meaning) return false;
      return *meaning == "-" || set(row.path, *meaning);
    }
    case As::Switch:
      if (given.value && is_off(value)) return true;
      return set(row.path, row.words);
    case As::Times: {
      const auto n = number_in(value);
      const auto factor = number_in(row.words);
      if (!n || !factor || *n < 0 || *n * *factor > 0x1p62) return false;
      return set(row.path, std::to_string(static_cast<Count>(std::llround(*n * *factor))));
    }
  }
  return false;
}

void Importing::take(const Given& given) {
  given_[given.name] = given.value.value_or("true");
  ImportedOption option{given.name, given.value.value_or(""), Outcome::NotUnderstood, ""};
  said_.clear();
  const OptionRow* row = find_row(*out_.tool, given.name);
  if (row == nullptr && !without_effect(given.name)) row = find_abbreviated(*out_.tool, given.name);
  if (row != nullptr && !row->affects.empty()) {
    option.said = row->affects;
    if (given.value && is_off(*given.value)) option.outcome = Outcome::NoEffect;
  } else if (row != nullptr && !row->path.empty() && find_field(row->path) == nullptr &&
             !row->path.starts_with("model.custom.")) {
    option.said = "no setting for it yet";
  } else if (row != nullptr && take_by_row(*row, given)) {
    option.outcome = said_.empty() ? Outcome::NoEffect : Outcome::Taken;
    option.said = said_.empty() ? "as by default" : said_;
  } else if (row != nullptr) {
    option.said = !said_.empty()                                 ? said_
                  : given.value && given.value->starts_with('$') ? "the script does not say what the variable is"
                                                                 : "the value is not understood";
  } else if (without_effect(given.name)) {
    option.outcome = Outcome::NoEffect;
  } else if (given.name.size() > 1 && std::all_of(given.name.begin(), given.name.end(), [](unsigned char c) {
               return std::isupper(c) != 0 || std::isdigit(c) != 0 || c == '_';
             })) {
    option.outcome = Outcome::NoEffect;
    option.said = "a variable of the script";
  } else if (given.value && (*given.value == "null" || given.value->empty())) {
    option.outcome = Outcome::NoEffect;
    option.said = "not set";
  }
  out_.options.push_back(std::move(option));
}

namespace {

/// Whether a line of a Modelfile begins or ends a text in three quotes.
bool ends_quoted(std::string_view line) {
  std::size_t quotes = 0;
  for (std::size_t q = line.find("\"\"\""); q != std::string_view::npos; q = line.find("\"\"\"", q + 3)) ++quotes;
  return quotes % 2 == 1;
}

/// A Modelfile of Ollama: nothing but its instructions, FROM among them. Scripts have lines that begin with "from" too.
bool is_modelfile(std::string_view text) {
  constexpr std::array<std::string_view, 8> instructions{"from",    "parameter", "template", "system",
                                                         "adapter", "license",   "message",  "requires"};
  bool from = false;
  bool quoted = false;  // inside """ ... """
  while (!text.empty()) {
    const std::string_view line = take_until(text, "\n");
    const bool inside = quoted;
    quoted = quoted != ends_quoted(line);
    const std::size_t start = line.find_first_not_of(" \t\r");
    if (inside || start == std::string_view::npos || line[start] == '#') continue;
    const std::string word = lower_case(line.substr(start, line.find_first_of(" \t\r", start) - start));
    if (std::find(instructions.begin(), instructions.end(), word) == instructions.end()) return false;
    from = from || word == "from";
  }
  return from;
}

std::vector<Given> modelfile_settings(std::string_view text) {
  std::vector<Given> out;
  bool quoted = false;  // inside """ ... """
  while (!text.empty()) {
    const std::string_view line = take_until(text, "\n");
    const bool inside = quoted;
    quoted = quoted != ends_quoted(line);
    if (inside || line.empty() || line[0] == '#') continue;
    std::vector<std::string> words;
    any_word(line, [&](std::string_view word) {
      while (word.ends_with('\r')) word.remove_suffix(1);
      words.emplace_back(word);
      return false;
    });
    if (words.size() < 2) continue;
    std::string name = words[0];
    name = lower_case(name);
    if (name == "parameter" && words.size() > 2) {
      out.push_back({plain_option(words[1]), words[2]});
    } else {
      out.push_back({name, words[1]});
    }
  }
  return out;
}

}  // namespace

bool Importing::take_file(const std::string& name) {
  if (!read_beside_ || depth_ >= most_files_deep) return false;
  const Result<std::string> text = read_beside_(name);
  if (!text) return false;
  const Result<std::vector<Given>> settings =
      is_modelfile(*text) ? Result<std::vector<Given>>(modelfile_settings(*text)) : document_settings(*text, name);
  if (!settings) return false;
  ++depth_;
  for (const Given& given : *settings) take(given);
  --depth_;
  return true;
}

bool Importing::name_device(const std::string& name) {
  json device{{"id", name}};
  if (!read_scenario_leniently({{"model", std::string(default_model_id)}, {"device", device}}, resolver_)
           .issues.empty())
    return false;
  out_.scenario["device"] = std::move(device);
  say("device = " + name);
  return true;
}

void Importing::apply(const Tool& tool, const std::vector<Given>& given) {
  out_.tool = &tool;
  any_word(tool.choose, [&](std::string_view setting) {
    const std::size_t equals = setting.find('=');
    set(setting.substr(0, equals), setting.substr(equals + 1));
    return false;
  });
  for (const Given& one : given) take(one);
  if (tool.finish != nullptr) tool.finish(*this);
  // As many devices as the layout takes, unless it was said.
  const bool named = out_.scenario.contains("device");
  if (devices_ > 1 && !named) out_.scenario["device"]["id"] = std::string(default_device_id);
  if (devices_ > 1) out_.scenario["device"]["count"] = devices_;
  if (!named)
    note(std::string(no_device_named) + ": " + std::string(default_device_id) +
         " is assumed, --device names another");
}

namespace {

/// "# llmcalc {...}": what the tool has no option for, as `launch` writes it.
void merge_comments(std::string_view text, json& scenario) {
  constexpr std::string_view mark = "# llmcalc {";
  for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t open = at + mark.size() - 1;
    const Result<json> patch = parse_json(text.substr(open, end - open));
    if (!patch || !patch->is_object()) continue;
    for (const char* whole : {"model", "device"}) {
      if (patch->contains(whole)) scenario.erase(whole);
    }
    scenario.merge_patch(*patch);
  }
}

/// True when the first line that is no comment is a key, a section or the beginning of JSON.
bool looks_like_document(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = trimmed(take_until(text, "\n"), " \t\r");
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '{' || line.front() == '[' || line == "---") return true;
    const std::size_t colon = line.find(':');
    return colon != std::string_view::npos && line.find_first_of(" \t=$") > colon &&
           (colon + 1 == line.size() || line[colon + 1] == ' ');
  }
  return false;
}

/// The tool that a document's keys are of.
const Tool* tool_of(const std::vector<Given>& settings) {
  const auto has = [&](std::string_view name) {
    return std::any_of(settings.begin(), settings.end(),
                       [&](const Given& g) { return g.name == name || g.name.ends_with("." + std::string(name)); });
  };
  const auto exactly = [&](std::string_view name) {
    return std::any_of(settings.begin(), settings.end(), [&](const Given& g) { return g.name == name; });
  };
  for (const Signature& s : option_table().signatures) {
    const bool all = !any_word(s.all, [&](std::string_view name) { return !exactly(name); });
    const bool any = s.any.empty() || any_word(s.any, [&](std::string_view name) {
                       return s.tool == "lmstudio" ? has(name) : exactly(name);
                     });
    if (all && any) return find_tool(s.tool);
  }
  return nullptr;
}

/// Commands in a manifest: command, args and entrypoint of services and containers.
std::optional<std::vector<std::string>> manifest_command(const std::vector<Given>& settings,
                                                         std::vector<Given>& around) {
  std::map<std::string, std::map<std::string, std::string>> containers;
  for (const Given& g : settings) {
    const std::size_t dot = g.name.rfind('.');
    if (dot == std::string::npos) continue;
    const std::string key = g.name.substr(dot + 1);
    const std::string place = g.name.substr(0, dot);
    if (key == "command" || key == "args" || key == "entrypoint" || key == "image")
      containers[place][key] = g.value.value_or("");
    if (key == "nvidia.com/gpu" || g.name.ends_with("nvidia.com/gpu")) around.push_back({"nvidia.com/gpu", g.value});
    if (g.name.ends_with("nvidia.com/gpu.product") || key == "gke-accelerator" ||
        g.name.ends_with("cloud.google.com/gke-accelerator")) {
      around.push_back({"nvidia.com/gpu.product", g.value});
    }
    if (g.name.find("devices.") != std::string::npos && key == "count") around.push_back({"nvidia.com/gpu", g.value});
  }
  for (const auto& [place, parts] : containers) {
    std::string text;
    for (const char* key : {"image", "entrypoint", "command", "args"}) {
      const auto found = parts.find(key);
      if (found == parts.end()) continue;
      // Lists arrive joined by commas, and JSON in a word may hold commas itself.
      std::string words = found->second;
      bool string = false;
      int depth = 0;
      for (char& c : words) {
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        if (c == '\'') string = !string;
        if ((c == ',' && depth == 0 && !string) || c == '\n') c = ' ';
      }
      text += (text.empty() ? "" : " ") + words;
    }
    for (const ShellCommand& command : shell_commands(text)) {
      if (find_program(command.words).tool != nullptr) return command.words;
    }
  }
  return std::nullopt;
}

/// A command's tool with its arguments, and where it was started.
bool take_command(const std::vector<std::string>& words, const std::vector<Given>& around, Importing& importing) {
  const Found found = find_program(words);
  if (found.tool == nullptr) return false;
  std::vector<Given> given = arguments_of(*found.tool, words, found.arguments);
  // What comes before the program starts it: torchrun --nproc-per-node 8 pretrain_gpt.py.
  const std::vector<Given> before =
      arguments_of(*found.tool, {words.begin(), words.begin() + static_cast<std::ptrdiff_t>(found.arguments)}, 0);
  const bool container = !words.empty() && (base_name(words[0]) == "docker" || base_name(words[0]) == "podman");
  for (const Given& g : before) {
    const OptionRow* row = find_row(*found.tool, g.name);
    const bool starts = std::any_of(found.tool->shared.begin(), found.tool->shared.end(),
                                    [&](const OptionRow& r) { return &r == row; });
    if (starts && !container) given.push_back(g);
  }
  given.insert(given.end(), around.begin(), around.end());
  expand_objects(given);
  importing.remember("(program)", found.program);
  if (!found.version.empty()) importing.remember("(version)", found.version);
  importing.apply(*found.tool, given);
  return true;
}

}  // namespace

bool looks_importable(std::string_view text) {
  text = text.substr(0, std::size_t{1} << 16);
  for (const ShellCommand& command : shell_commands(text)) {
    if (find_program(command.words).tool != nullptr) return true;
  }
  if (is_modelfile(text)) return true;
  const Result<std::vector<Given>> settings = document_settings(text, "");
  return settings && (tool_of(*settings) != nullptr || [&] {
           std::vector<Given> around;
           return manifest_command(*settings, around).has_value();
         }());
}

Result<Imported> import_settings(std::string_view text, const Resolver& resolver, const ReadBeside& read_beside,
                                 std::string_view name) {
  Imported out;
  Importing importing(out, resolver, read_beside);
  const auto finished = [&]() -> Result<Imported> {
    merge_comments(text, out.scenario);
    return std::move(out);
  };
  const bool named_document =
      name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".toml") || name.ends_with(".json");
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return Issue{std::string(name), "is empty"};
  if (!named_document && !looks_like_document(text)) {
    if (is_modelfile(text)) {
      importing.apply(*find_tool("ollama"), modelfile_settings(text));
      return finished();
    }
    std::size_t commands = 0;
    std::vector<std::string> first;  // the longest: others only test, install or print
    for (ShellCommand& command : shell_commands(text)) {
      if (find_program(command.words).tool == nullptr) continue;
      ++commands;
      if (command.words.size() > first.size()) first = std::move(command.words);
    }
    if (commands != 0) {
      if (commands > 1) importing.note("the longest of " + std::to_string(commands) + " commands is taken");
      take_command(first, {}, importing);
      return finished();
    }
  }
  Result<std::vector<Given>> settings = document_settings(text, name);
  if (!settings) return settings.issues();
  std::vector<Given> around;
  if (const auto command = manifest_command(*settings, around)) {
    take_command(*command, around, importing);
    return finished();
  }
  const Tool* tool = tool_of(*settings);
  if (tool == nullptr) {
    return Issue{
        std::string(name),
        "is neither a command nor a configuration of a tool that is known (vLLM, SGLang, llama.cpp, "
        "TensorRT-LLM, MLX, Ollama, LM Studio, KoboldCpp; Axolotl, LLaMA-Factory, ms-swift, TRL, Accelerate, "
        "DeepSpeed, torchtitan, torchtune, Megatron, NeMo, verl)"};
  }
  importing.apply(*tool, *settings);
  return finished();
}

}  // namespace llmcalc::io
