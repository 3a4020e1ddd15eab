// Questions about a scenario: fit, solve, levers, sweep.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "formats/answers_json.hpp"
#include "formats/device_preset.hpp"
#include "formats/preset_folders.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/questions/sweep.hpp>

#include <memory>
#include <string>
#include <utility>

namespace llmcalc::cli {
namespace {

using nlohmann::ordered_json;

/// Room in words: "3.21 GiB free", "12.4 GiB too much".
std::string room_text(const FitAnswer& answer, ByteUnits units) {
  const DeviceFit* d = answer.tightest();
  if (!d) return "";
  return d->excess().count != 0 ? text(d->excess(), units) + " too much" : text(d->headroom(), units) + " free";
}

Answer fit_answer(const Scenario& s, const QuestionOptions& options) {
  Answer out;
  out.table.columns = {{"task"}, {"device"}, {"verdict"}, {"needs", true}, {"has", true}, {"room", true}};
  for (const auto& row : tasks) {
    if (!options.task.empty() && row.key != options.task) continue;
    const FitAnswer answer = fit(s, row.id);
    if (!out.sentence.empty()) out.sentence += "\n";
    out.sentence += std::string(row.label) + ": " + sentence(answer, options.units());
    for (const DeviceFit& d : answer.devices) {
      const std::string room =
          d.excess().count != 0 ? "-" + text(d.excess(), options.units()) : text(d.headroom(), options.units());
      out.table.rows.push_back({std::string(row.label), d.name, std::string(label_of(d.verdict)),
                                text(d.use, options.units()), text(d.capacity, options.units()), room});
    }
    out.json[std::string(row.key)] = formats::fit_json(answer);
  }
  return out;
}

/// The scenario on one device of every preset.
Answer fit_everywhere(const Scenario& s, const QuestionOptions& options) {
  Answer out;
  const Task task = options.task_or(Task::Inference);
  out.table.columns = {{"device"}, {"verdict"}, {"needs", true}, {"has", true}, {"room", true}};
  out.json = ordered_json::array();
  const auto catalogue = formats::read_device_catalogue(formats::preset_folders());
  for (const formats::DevicePreset& preset : catalogue.devices) {
    if (preset.device.memory.count == 0) continue;
    Scenario on = s;
    const Count count = std::max<Count>(1, s.devices.count());
    on.devices.groups = {{std::make_shared<const Device>(preset.device), count}};
    const FitAnswer answer = fit(on, task);
    const DeviceFit* d = answer.tightest();
    if (!d) continue;
    out.table.rows.push_back({preset.device.id, std::string(label_of(answer.verdict)), text(d->use, options.units()),
                              text(d->capacity, options.units()), room_text(answer, options.units())});
    ordered_json row = formats::fit_json(answer);
    row.erase("devices");
    row["device"] = preset.device.id;
    out.json.push_back(std::move(row));
  }
  return out;
}

Result<Answer> solve_answer(const Scenario& s, const QuestionOptions& options, const std::string& path, bool surely) {
  Answer out;
  out.table.columns = {{"setting"}, {"answer", true}, {"fit"}, {"one step further"}};
  out.json = ordered_json::object();
  const std::optional<Task> task = options.task.empty() ? std::nullopt : from_key<Task>(options.task);
  for (const SolveTarget& target : solve_targets) {
    if (!path.empty() && target.path != path) continue;
    // Asked by name, a setting is solved for the task named even when it usually belongs to the other.
    if (path.empty() && task && target.task != *task) continue;
    const auto solution = solve(s, target.path, path.empty() || !task ? target.task : *task, surely);
    if (!solution) {
      if (!path.empty()) return solution.issues();
      continue;
    }
    std::string value = !solution->found ? "nothing fits" : solution->text;
    if (solution->at_limit) value += " (limit)";
    if (!solution->monotone) value += " (not monotone)";
    const bool further = !solution->beyond.devices.empty();
    out.table.rows.push_back({std::string(target.label) + " (" + std::string(target.path) + ")", value,
                              room_text(solution->at, options.units()),
                              further ? room_text(solution->beyond, options.units()) : ""});
    out.json[std::string(target.path)] = formats::solution_json(*solution);
  }
  if (!path.empty() && out.table.rows.empty()) return Issue{"/" + path, "cannot be solved for"};
  return out;
}

Answer levers_answer(const Scenario& s, const QuestionOptions& options) {
  const Task task = options.task_or(Task::Inference);
  const auto effects = levers(s, task);
  Answer out;
  out.sentence = std::string(label_of(task)) + ": " + sentence(fit(s, task), options.units());
  if (const LeverEffect* remedy = smallest_remedy(effects); remedy && !fits(fit(s, task).verdict)) {
    out.sentence += " Smallest remedy: " + remedy->label + " (" + std::string(remedy->price) + ").";
  }
  out.table.columns = {{"change"}, {"saves", true}, {"costs"}, {"then"}, {"room", true}};
  out.json = ordered_json::array();
  for (const LeverEffect& e : effects) {
    out.table.rows.push_back({e.label, text(e.saved, options.units()), std::string(e.price),
                              std::string(label_of(e.after.verdict)), room_text(e.after, options.units())});
    out.json.push_back(formats::lever_json(e));
  }
  return out;
}

Result<Answer> sweep_answer(const Scenario& s, const QuestionOptions& options, const std::string& path, Count low,
                            Count high, Count points) {
  const auto swept = sweep(s, path, low, high, points);
  if (!swept) return swept.issues();
  Answer out;
  out.table.columns = {{path, true}, {"inference", true}, {"fits"}, {"training", true}, {"fits"}};
  out.json = ordered_json::array();
  for (const SweepPoint& point : *swept) {
    out.table.rows.push_back({grouped(point.value), text(point.inference_bytes, options.units()),
                              std::string(label_of(point.inference)), text(point.training_bytes, options.units()),
                              std::string(label_of(point.training))});
    out.json.push_back({{"value", point.value},
                        {"inference_bytes", point.inference_bytes.count},
                        {"inference", key_of(point.inference)},
                        {"training_bytes", point.training_bytes.count},
                        {"training", key_of(point.training)}});
  }
  return out;
}

}  // namespace

Command fit_command(CLI::App& program) {
  CLI::App* parser =
      program.add_subcommand("fit", "whether it fits, device by device, and on every known device with --all");
  struct Request : QuestionOptions {
    bool all = false;
  };
  const auto request = std::make_shared<Request>();
  request->add_to(*parser);
  parser->add_flag("--all", request->all, "ask for every device preset");
  return {parser, [request](Streams streams) {
            return answer_all(*request, streams, [&](const Scenario& s) -> Result<Answer> {
              return request->all ? fit_everywhere(s, *request) : fit_answer(s, *request);
            });
          }};
}

Command solve_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("solve", "the largest value of a setting that fits, or of every setting");
  struct Request : QuestionOptions {
    std::string path;
    bool surely = false;
  };
  const auto request = std::make_shared<Request>();
  request->add_to(*parser);
  parser->add_option("--for", request->path, "setting to solve for, such as serving.context")->option_text("SETTING");
  parser->add_flag("--surely", request->surely, "even the high end of the range must fit");
  return {parser, [request](Streams streams) {
            return answer_all(*request, streams, [&](const Scenario& s) {
              return solve_answer(s, *request, request->path, request->surely);
            });
          }};
}

Command levers_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("levers", "single changes that save memory, with what they cost");
  const auto request = std::make_shared<QuestionOptions>();
  request->add_to(*parser);
  return {parser, [request](Streams streams) {
            return answer_all(*request, streams,
                              [&](const Scenario& s) -> Result<Answer> { return levers_answer(s, *request); });
          }};
}

Command sweep_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("sweep", "memory over a range of values of one setting");
  struct Request : QuestionOptions {
    std::string path = "serving.context";
    Count low = 1024;
    Count high = 131072;
    Count points = 8;
  };
  const auto request = std::make_shared<Request>();
  request->add_to(*parser);
  parser->add_option("--over", request->path, "setting to vary, such as serving.context")->option_text("SETTING");
  parser->add_option("--from", request->low, "first value")->option_text("N");
  parser->add_option("--to", request->high, "last value")->option_text("N");
  parser->add_option("--points", request->points, "number of values, 2 to 1000")->option_text("N");
  return {parser, [request](Streams streams) {
            return answer_all(*request, streams, [&](const Scenario& s) {
              return sweep_answer(s, *request, request->path, request->low, request->high, request->points);
            });
          }};
}

}  // namespace llmcalc::cli
