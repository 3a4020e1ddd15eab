#include "cli/scenario_options.hpp"

#include "host/text_file.hpp"
#include "readers/field_text.hpp"
#include "readers/json_text.hpp"
#include "readers/lookup.hpp"

#include <llmcalc/base/suggest.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <array>
#include <istream>
#include <string_view>
#include <utility>

namespace llmcalc::cli {

using nlohmann::json;

namespace {

constexpr std::size_t largest_file = std::size_t{1} << 30;

std::string help_group(const Field& field) {
  const std::string_view group = field.group();
  if (group == "weights") return "Weights";
  if (group == "serving") return "Inference";
  if (group == "training") return "Training";
  if (group == "parallelism") return "Parallel layout";
  if (group == "speed") return "Speed";
  if (group == "cost") return "Cost";
  return "Scenario";
}

/// One line of help: what it is, what it takes, its default.
std::string help_text(const Field& field) {
  const Scenario defaults;
  std::string text{field.help};
  if (field.kind() == FieldKind::Choice) text += ": " + expected_text(field).substr(std::string("one of ").size());
  std::visit(
      [&](const auto& access) {
        using T = std::decay_t<decltype(access)>;
        if constexpr (std::is_same_v<T, ChoiceAccess>) {
          text += " [default: " + std::string(access.row(access.get(defaults)).key) + "]";
        } else if constexpr (std::is_same_v<T, CodedAccess>) {
          text += " [default: " + access.get(defaults) + "]";
        } else if constexpr (std::is_same_v<T, Access<Count>>) {
          text += " [default: " + grouped(access.get(defaults)) + "]";
        } else if constexpr (std::is_same_v<T, Access<double>>) {
          text += " [default: " + shortest(access.get(defaults)) + "]";
        } else if constexpr (std::is_same_v<T, Access<bool>>) {
          text += access.get(defaults) ? " [default: on]" : " [default: off]";
        }
      },
      field.access);
  return text;
}

/// Puts a value at a path, making the objects on the way.
void put(json& document, std::string_view path, json value) {
  if (!document.is_object()) return;
  json* place = &document;
  while (true) {
    const std::size_t dot = path.find('.');
    json& next = (*place)[std::string(path.substr(0, dot))];
    if (dot == std::string_view::npos) {
      next = std::move(value);
      return;
    }
    if (!next.is_object()) next = json::object();
    place = &next;
    path.remove_prefix(dot + 1);
  }
}

/// Reads to the end; false when that is too far.
bool read_all(std::istream& in, std::string& text) {
  std::array<char, 65536> buffer{};
  while (in && text.size() <= largest_file) {
    in.read(buffer.data(), buffer.size());
    text.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
  }
  return text.size() <= largest_file;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

constexpr char nul = '\0';

/// True for one whole JSON document. To nlohmann a NUL is the end of the text, whatever follows it.
bool is_document(std::string_view text) { return text.find(nul) == std::string_view::npos && json::accept(text); }

/// JSON from text without a NUL in it.
Result<json> document_of(std::string_view text) {
  if (const std::size_t at = text.find(nul); at != std::string_view::npos) {
    return Issue{"", "is not valid JSON: byte " + grouped(at + 1) + " is NUL"};
  }
  return io::parse_json(text);
}

/// JSON Lines, and not one document that spans lines: several lines open an object, or the first is one by itself.
bool is_json_lines(const std::vector<std::string_view>& lines) {
  if (lines.size() < 2) return false;
  const auto opening =
      std::count_if(lines.begin(), lines.end(), [](std::string_view line) { return line[0] == '{'; });
  return opening >= 2 || is_document(lines.front());
}

/// Short names of flags: one letter for the most frequent, and the abbreviations that engines use.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> short_flags{{
    {"model", "-m"},
    {"device", "-d"},
    {"serving.context", "-c"},
    {"weights.format", "-w"},
    {"parallelism.data", "--dp"},
    {"parallelism.tensor", "--tp"},
    {"parallelism.pipeline", "--pp"},
    {"parallelism.context", "--cp"},
    {"parallelism.expert", "--ep"},
}};

}  // namespace

void ScenarioOptions::add_to(CLI::App& command) {
  command
      .add_option("--scenario", file_,
                  "file with a scenario as JSON, or one per line (JSON Lines); - reads standard input")
      ->type_name("FILE")
      ->group("Scenario");
  command.add_option("--set", settings_, "any setting by its path in JSON, such as serving.context=8192")
      ->allow_extra_args(false)
      ->type_name("PATH=VALUE")
      ->group("Scenario");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    const auto shorter = std::find_if(short_flags.begin(), short_flags.end(),
                                      [&](const auto& row) { return row.first == field.path; });
    const std::string names =
        std::string(field.flag) + (shorter == short_flags.end() ? "" : "," + std::string(shorter->second));
    options_[i] = command.add_option(names, texts_[i], help_text(field))->group(help_group(field));
    const bool number = field.kind() == FieldKind::Whole || field.kind() == FieldKind::OptionalWhole;
    options_[i]->type_name(number ? "N" : field.kind() == FieldKind::Real ? "X" : "TEXT");
    if (field.kind() == FieldKind::Flag) options_[i]->expected(0, 1)->type_name("[on|off]");
  }
}

Issues ScenarioOptions::lay_over(json& document) const {
  Issues issues;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (options_[i] != nullptr && options_[i]->count() != 0) {
      put(document, fields[i].path, io::value_of_text(fields[i], texts_[i]));
    }
  }
  for (const std::string& setting : settings_) {
    const std::size_t equals = setting.find('=');
    const std::string path = setting.substr(0, equals);
    const Field* field = find_field(path);
    if (equals == std::string::npos) {
      issues.push_back({"--set", "must be PATH=VALUE, got \"" + setting + "\""});
    } else if (field == nullptr) {
      std::vector<std::string_view> paths;
      paths.reserve(fields.size());
      for (const Field& f : fields) paths.push_back(f.path);
      issues.push_back({"--set", "no setting is called \"" + path + "\"" + did_you_mean(path, paths)});
    } else {
      put(document, path, io::value_of_text(*field, std::string_view(setting).substr(equals + 1)));
    }
  }
  return issues;
}

/// Engines by their other names, and the engine that weights and nothing else ask for.
void ScenarioOptions::choose_engine(json& document, std::vector<std::string>& notes) const {
  if (!document.is_object()) return;
  const json serving = document.value("serving", json::object());
  if (!serving.is_object()) return;
  if (const json runtime = serving.value("runtime", json()); runtime.is_string()) {
    if (const auto engine = io::engine_named(runtime.get<std::string>()))
      put(document, "serving.runtime", std::string(key_of(*engine)));
    return;
  }
  if (!given("weights.format") && !given("model")) return;
  const json weights = document.value("weights", json::object());
  std::string format = weights.is_object() && weights.contains("format") && weights["format"].is_string()
                           ? weights["format"].get<std::string>()
                           : std::string();
  const json model = document.value("model", json());
  if (format.empty() && model.is_string()) format = io::model_name(model.get<std::string>()).weights;
  const bool gguf_file = model.is_object() && model.contains("file") && model["file"].is_string() &&
                         model["file"].get_ref<const std::string&>().ends_with(".gguf");
  const char* engine = format.starts_with("gguf:") || gguf_file ? "llama.cpp"
                       : format.starts_with("mlx-")             ? "mlx"
                                                                : nullptr;
  if (engine == nullptr) return;
  put(document, "serving.runtime", engine);
  notes.push_back((gguf_file ? "a GGUF file" : format) + " runs in " + engine + "; --runtime names another engine");
}

ScenarioDocuments ScenarioOptions::documents(std::istream& in) const {
  ScenarioDocuments out;
  if (file_.empty()) {
    out.documents.emplace_back(json{{"model", default_model_id}});
  } else {
    std::string text;
    if (file_ == "-") {
      if (!read_all(in, text)) {
        out.documents.emplace_back(Issue{"standard input", "is larger than " + grouped(largest_file) + " bytes"});
        return out;
      }
    } else if (auto content = io::read_text_file(file_, largest_file)) {
      text = std::move(content).value();
    } else {
      out.documents.emplace_back(content.issues());
      return out;
    }
    const std::vector<std::string_view> lines = lines_of(text);
    out.lines = is_json_lines(lines) && !is_document(text);
    if (out.lines) {
      for (const std::string_view line : lines) out.documents.push_back(document_of(line));
    } else {
      out.documents.push_back(document_of(text));
    }
  }
  for (Result<json>& document : out.documents) {
    if (!document) continue;
    json laid = std::move(document).value();
    Issues issues = lay_over(laid);
    choose_engine(laid, out.notes);
    document = issues.empty() ? Result<json>(std::move(laid)) : Result<json>(std::move(issues));
  }
  // Of many scenarios the same is said once.
  std::sort(out.notes.begin(), out.notes.end());
  out.notes.erase(std::unique(out.notes.begin(), out.notes.end()), out.notes.end());
  return out;
}

bool ScenarioOptions::given(std::string_view path) const {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].path == path) return options_[i] != nullptr && options_[i]->count() != 0;
  }
  return false;
}

Issue ScenarioOptions::for_people(Issue issue) const {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool given = options_[i] != nullptr && options_[i]->count() != 0;
    const std::string pointer = fields[i].pointer();
    if (given && (issue.where == pointer || issue.where.starts_with(pointer + "/"))) issue.where = fields[i].flag;
  }
  if (issue.where.empty()) issue.where = file_.empty() ? "scenario" : file_;
  return issue;
}

}  // namespace llmcalc::cli
