// check: compares a prediction with a start-up log, nvidia-smi or PyTorch's memory summary.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "host/limits.hpp"
#include "readers/imports/import.hpp"
#include "readers/resolve.hpp"
#include "report/answers_json.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace {

struct CheckRequest : QuestionOptions {
  std::string log;
  bool adopt = false;
};

Answer check_answer(const io::MeasuredLog& log, const Scenario& s, const QuestionOptions& options) {
  const io::SelfCheck check = io::self_check(log, s, options.task_or(io::usual_task(log)));
  Answer out;
  out.sentence = printable(io::sentence(check, options.units()));
  for (const std::string& words : check.settings) out.sentence += "\nDiffers: " + printable(words) + ".";
  for (const std::string& words : check.notes) out.sentence += "\nNote: " + printable(words);
  out.table = io::self_check_table(check, options.units());
  out.json = io::self_check_json(check);
  return out;
}

/// Names under which a log's model may be known: as it stands there, its repository in Hugging Face's cache, and the
/// last two parts and the last part of its path.
std::vector<std::string> names_of(std::string written) {
  std::replace(written.begin(), written.end(), '\\', '/');
  while (written.ends_with('/')) written.pop_back();
  if (written.ends_with(".gguf")) written.resize(written.size() - 5);
  std::vector<std::string> names{written};
  if (const std::size_t at = written.find("models--"); at != std::string::npos) {
    std::string cached = written.substr(at + 8, written.find('/', at) - at - 8);
    if (const std::size_t dashes = cached.find("--"); dashes != std::string::npos) cached.replace(dashes, 2, "/");
    names.push_back(std::move(cached));
  }
  const std::size_t last = written.rfind('/');
  if (last == std::string::npos || last == 0) return names;
  const std::size_t before = written.rfind('/', last - 1);
  if (before != std::string::npos) names.push_back(written.substr(before + 1));
  names.push_back(written.substr(last + 1));
  return names;
}

/// As many devices as the layout has ranks, or as figures are printed of.
Count devices_in(const io::MeasuredLog& log) {
  Count ranks = 1;
  for (const io::LogSetting& setting : log.settings) {
    if (setting.path == "parallelism.tensor" || setting.path == "parallelism.pipeline" ||
        setting.path == "parallelism.data")
      ranks = multiply(ranks, std::max<Count>(setting.value, 1));
  }
  std::set<std::string_view> printed;
  for (const io::MeasuredFigure& f : log.figures) {
    if (f.device != "host" && !f.device.empty()) printed.insert(f.device);
  }
  return std::max<Count>(ranks, printed.size());
}

/// Shorter names of a model: "Qwen3.6-35B-A3B" of "Qwen3.6-35B-A3B-PrismaQuant-4.75bit", as long as a size stands in it.
std::vector<std::string> shorter_names(std::string_view name) {
  std::vector<std::string> names;
  name.remove_prefix(name.find_last_of('/') + 1);
  const auto has_size = [](std::string_view text) {
    for (std::size_t b = text.find_first_of("bB"); b != std::string_view::npos; b = text.find_first_of("bB", b + 1)) {
      const bool ends = b + 1 == text.size() || text[b + 1] == '-';
      if (b != 0 && ends && text[b - 1] >= '0' && text[b - 1] <= '9') return true;
    }
    return false;
  };
  for (std::size_t dash = name.rfind('-'); dash != std::string_view::npos; dash = name.rfind('-')) {
    name = name.substr(0, dash);
    if (!has_size(name)) break;
    names.emplace_back(name);
  }
  return names;
}

/// The model, the devices and the command line that a log has, as a scenario; null when its model is none that is known.
/// `shortened`: it is known by a shorter name.
nlohmann::json scenario_in(const io::MeasuredLog& log, const io::Resolver& resolver, bool takes_devices,
                           bool& shortened) {
  nlohmann::json document;
  if (!log.command.empty()) {
    Result<io::Imported> read = io::import_settings(log.command, resolver);
    if (read) document = std::move(std::move(read).value().scenario);
  }
  std::string given = document.is_object() && document.contains("model") && document["model"].is_string()
                          ? document["model"].get<std::string>()
                          : std::string();
  const auto known = [&](const std::string& name) { return !name.empty() && resolver.meant(name); };
  std::vector<std::string> names = names_of(given);
  for (std::string& name : names_of(log.model)) names.push_back(std::move(name));
  const std::size_t whole_names = names.size();
  for (const std::string& whole : {given, log.model}) {
    for (std::string& name : shorter_names(whole)) names.push_back(std::move(name));
  }
  const auto named = std::ranges::find_if(names, known);
  shortened = named != names.end() && static_cast<std::size_t>(named - names.begin()) >= whole_names;
  given = named == names.end() ? std::string() : *named;
  if (given.empty()) return {};
  document["model"] = given;
  if (from_key<GgufMix>(log.weights)) document["weights"] = {{"format", "gguf:" + log.weights}};
  const bool on_host = !log.figures.empty() && std::ranges::all_of(log.figures, [](const io::MeasuredFigure& f) {
    return f.device == "host";
  });
  if (takes_devices && on_host) document["device"] = "cpu";
  if (!takes_devices || on_host) return document;
  if (log.device.empty() || !resolver.device(log.device)) {
    document["device"] = {{"id", std::string(default_device_id)}, {"count", devices_in(log)}};
    return document;
  }
  document["device"] = {{"id", log.device}, {"count", devices_in(log)}};
  return document;
}

int check(CheckRequest request, Streams streams) {
  const Result<std::string> text = read_input(request.log, io::most(io::Limit::LogBytes), streams.in);
  if (!text) return refuse(text.issues(), streams);
  const Result<io::MeasuredLog> log = io::read_log(*text);
  if (!log) return refuse(log.issues(), streams);
  // A log alone is a question too: what would have been said of this run?
  const bool asked = request.adopt;
  const bool alone = request.scenario.names_no_model() && (!log->model.empty() || !log->command.empty());
  bool shortened = false;
  if (alone) {
    nlohmann::json found = scenario_in(*log, io::default_resolver(), !request.scenario.given("device"), shortened);
    request.adopt = request.adopt || found.is_object();
    request.scenario.stand_in(std::move(found));
  }
  return answer_all(request, streams, [&](const Scenario& s) -> Result<Answer> {
    if (!request.adopt) return check_answer(*log, s, request);
    // Where nobody asked for the log's settings, those that are given stand.
    Scenario taken =
        io::adopted(*log, s, [&](std::string_view path) { return !asked && request.scenario.given(path); });
    if (Issues issues = validate(taken); !issues.empty()) return issues;  // a log may say anything
    io::MeasuredLog told = *log;
    if (shortened && log->weights.empty())
      told.notes.push_back("\"" + log->model + "\" is taken for " + taken.model->name +
                           " as it was released: what its weights became is not known (--weights).");
    if (alone && log->device.empty() && !request.scenario.given("device") && taken.devices.count() != 0)
      told.notes.push_back("The log names no device: " + taken.devices.at(0)->name +
                           " is taken; --device names another.");
    Answer out = check_answer(told, taken, request);
    out.about = std::move(taken);
    return out;
  });
}

}  // namespace

Command check_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand(
      "check", "compares a scenario with what an engine's log, nvidia-smi, PyTorch or a trainer prints about memory");
  const auto request = std::make_shared<CheckRequest>();
  parser->add_option("log", request->log, "file with the log; - reads standard input")->required()->type_name("LOG");
  parser->add_flag("--adopt", request->adopt,
                   "take engine, version and settings from the log first, as is done without --model, --scenario or "
                   "--import for a "
                   "log whose model is known");
  request->add_to(*parser);
  return {parser, [request](Streams streams) { return check(*request, streams); }};
}

}  // namespace llmcalc::cli
