#include "cli/scenario_options.hpp"

#include "cli/bounded_lines.hpp"
#include "cli/commands.hpp"
#include "cli/imported.hpp"
#include "host/limits.hpp"
#include "host/text_file.hpp"
#include "readers/field_text.hpp"
#include "readers/json_text.hpp"
#include "readers/lookup.hpp"

#include <llmcalc/base/suggest.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/questions/recommend.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <fstream>
#include <istream>
#include <set>
#include <utility>

namespace llmcalc::cli {

using nlohmann::json;

namespace {

constexpr std::size_t most_bytes = io::most(io::Limit::ScenarioBytes);

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

/// One line of help: what it is, what it takes, its default where the words do not say it.
std::string help_text(const Field& field) {
  const Scenario defaults;
  std::string text{field.help};
  if (field.path == "serving.prefix_caching") return text + ": on, off [default: the engine's]";
  if (field.kind() == FieldKind::Choice) text += ": " + expected_text(field).substr(std::string("one of ").size());
  if (text.find("[default: ") != std::string::npos) return text;
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
          const double value = access.get(defaults);
          const bool large = field.unit == "bytes/s";
          text += " [default: " + (large ? grouped(static_cast<Count>(value)) + " bytes/s" : shortest(value)) + "]";
        } else if constexpr (std::is_same_v<T, Access<bool>>) {
          text += access.get(defaults) ? " [default: on]" : " [default: off]";
        }
      },
      field.access);
  return text;
}

/// Notes that are remembered, so that none is said twice.
constexpr std::size_t most_notes = 1000;

/// Puts a value at a path of an object.
void put(json& document, std::string_view path, json value) {
  if (document.is_object()) io::place_of(document, path) = std::move(value);
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

constexpr char nul = '\0';

/// True for one whole JSON document. To nlohmann a NUL is the end of the text, whatever follows it.
bool is_document(std::string_view text) { return text.find(nul) == std::string_view::npos && json::accept(text); }

/// JSON from text without a NUL in it, and of bounded size.
Result<json> document_of(std::string_view text) {
  if (text.size() > most_bytes)
    return Issue{"", "is larger than the " + grouped(most_bytes) + " bytes that a scenario may have"};
  if (const std::size_t at = text.find(nul); at != std::string_view::npos)
    return Issue{"", "is not valid JSON: byte " + grouped(at + 1) + " is NUL"};
  return io::parse_unambiguous_json(text);
}

/// Gives the JSON documents of a stream: JSON Lines one by one, anything else as the one document that it should be.
void each_of(std::istream& in, const std::function<bool(Result<json>)>& give) {
  BoundedLines lines(in, most_bytes);
  std::string line;
  while (lines.next(line) && is_blank(line)) {
  }
  if (line.size() > most_bytes || is_document(line)) {
    do {
      if (!is_blank(line) && !give(document_of(line))) return;
    } while (lines.next(line));
    return;
  }
  // The first line is not a document: it is broken, or the document has several.
  std::string text = line;
  std::size_t objects = line.starts_with('{') ? 1U : 0U;
  std::vector<std::size_t> starts{0};
  while (text.size() <= most_bytes && lines.next(line)) {
    starts.push_back(text.size() + 1);
    text.append("\n").append(line);
    if (line.starts_with('{')) ++objects;
  }
  const bool whole = text.size() <= most_bytes;
  if (objects < 2 || (whole && is_document(text))) {
    give(document_of(text));
    return;
  }
  starts.push_back(text.size() + 1);
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    const std::string_view one = std::string_view(text).substr(starts[i], starts[i + 1] - 1 - starts[i]);
    if (!is_blank(one) && !give(document_of(one))) return;
  }
  while (!whole && lines.next(line)) {
    if (!is_blank(line) && !give(document_of(line))) return;
  }
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
      ->option_text("FILE")
      ->group("Scenario");
  command
      .add_option("--import", import_,
                  "another tool's command, or a file with its command or configuration; see llmcalc import")
      ->option_text("COMMAND|FILE")
      ->excludes("--scenario")
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

void ScenarioOptions::add_task(CLI::App& command) {
  std::vector<std::string> names;
  std::string help = "answer for inference, training or both, or for a use:";
  for (const auto& row : tasks) names.emplace_back(row.key);
  names.emplace_back(both_tasks);
  for (const UseRow& row : uses) {
    names.emplace_back(row.key);
    help += (row.id == uses.front().id ? " " : ", ") + std::string(row.key);
  }
  command.add_option("--task", task_, help)->check(one_of(names))->option_text("NAME");
}

std::optional<Task> ScenarioOptions::half() const {
  if (const auto use = from_key<Use>(task_)) return row_of(*use).task;
  if (const auto task = from_key<Task>(task_)) return task;
  return both() ? std::nullopt : imported_task_;
}

void ScenarioOptions::lay_use_under(json& document) const {
  const auto use = from_key<Use>(task_);
  if (!use || !document.is_object()) return;
  const UseRow& row = row_of(*use);
  const auto unless_said = [&](std::string_view path, json value) {
    const json group = document.value(path.substr(0, path.find('.')), json::object());
    const bool said = document.contains(json::json_pointer(find_field(path)->pointer()));
    if (group.is_object() && !said) put(document, path, std::move(value));
  };
  const bool training = row.task == Task::Training;
  unless_said(training ? "training.sequence" : "serving.context", row.context);
  unless_said(training ? "training.micro_batch" : "serving.sequences", row.sequences);
  if (!training) return;
  unless_said("training.method", std::string(key_of(row.method)));
  unless_said("training.recompute", std::string(key_of(row.recompute)));
}

Issues ScenarioOptions::lay_over(json& document) const {
  Issues issues;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (options_[i] == nullptr || options_[i]->count() == 0) continue;
    json value = io::value_of_text(fields[i], texts_[i]);
    if (fields[i].path == "device" && !import_.empty()) {
      use_device(document, std::move(value));
    } else {
      put(document, fields[i].path, std::move(value));
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

namespace {

/// Nobody has a computer of 32 bytes: what is to be said of "--ram 32", "" for nothing.
std::string missing_unit(const json& document) {
  constexpr Count least_memory = 1U << 20;
  const json host = document.is_object() ? document.value("host", json::object()) : json();
  const json bytes = host.is_object() ? host.value("memory_bytes", json()) : json();
  if (!bytes.is_number_unsigned() || bytes == 0 || bytes >= least_memory) return {};
  const std::string number = std::to_string(bytes.get<Count>());
  return "RAM of " + number + " is " + number + " bytes; with its unit it is " + number + "GiB";
}

}  // namespace

std::string ScenarioOptions::choose_engine(json& document) const {
  if (!document.is_object()) return {};
  const json serving = document.value("serving", json::object());
  if (!serving.is_object()) return {};
  if (const json runtime = serving.value("runtime", json()); runtime.is_string()) {
    if (const auto engine = io::engine_named(runtime.get<std::string>()))
      put(document, "serving.runtime", std::string(key_of(*engine)));
    return {};
  }
  if (!given("weights.format") && !given("model")) return {};
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
  if (engine == nullptr) return {};
  put(document, "serving.runtime", engine);
  return (gguf_file ? "a GGUF file" : format) + " runs in " + engine + "; --runtime names another engine";
}

void ScenarioOptions::each_document(Streams streams, const TakeDocument& take) const {
  std::set<std::string> said;
  const auto give = [&](Result<json> document) {
    if (!document) return take(document);
    json laid = std::move(document).value();
    if (Issues issues = lay_over(laid); !issues.empty()) return take(Result<json>(std::move(issues)));
    lay_use_under(laid);
    // Of many scenarios the same is said once.
    for (const std::string& note : {choose_engine(laid), missing_unit(laid)}) {
      if (!note.empty() && said.size() < most_notes && said.insert(note).second) print_notes({note}, streams.errors);
    }
    return take(Result<json>(std::move(laid)));
  };
  if (!import_.empty()) {
    const io::Resolver resolver = io::default_resolver();
    Result<io::Imported> read = import_argument(import_, streams.in, resolver);
    if (!read) {
      take(Result<json>(read.issues()));
      return;
    }
    io::Imported other = std::move(read).value();
    imported_task_ = other.tool->task;
    other.notes.insert(other.notes.begin(), summary(other));
    if (given("device"))
      std::erase_if(other.notes, [](const std::string& note) { return note.starts_with(io::no_device_named); });
    print_notes(other.notes, streams.errors);
    give(Result<json>(std::move(other.scenario)));
  } else if (file_.empty()) {
    give(Result<json>(stand_in_.is_object() ? stand_in_ : json{{"model", default_model_id}}));
  } else if (file_ == "-") {
    each_of(streams.in, give);
  } else if (Result<std::ifstream> file = io::open_text_file(io::path_of(file_))) {
    std::ifstream in = std::move(file).value();
    each_of(in, give);
  } else {
    take(Result<json>(file.issues()));
  }
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
  if (issue.where.empty()) issue.where = !import_.empty() ? "--import" : file_.empty() ? "scenario" : file_;
  return issue;
}

}  // namespace llmcalc::cli
