// Questions about a scenario: fit, solve, levers.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "host/preset_folders.hpp"
#include "readers/device_preset.hpp"
#include "report/answers_json.hpp"
#include "report/estimate_json.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/warnings.hpp>
#include <llmcalc/questions/advise.hpp>
#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/solve.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace {

using nlohmann::ordered_json;

/// Room in words: "3.21 GiB free", "12.4 GiB too much".
std::string room_text(const DeviceFit* d, ByteUnits units) {
  if (!d) return "";
  return d->excess().count != 0 ? text(d->excess(), units) + " too much" : text(d->headroom(), units) + " free";
}

/// The change that costs least among those that are enough.
std::string remedy_text(const LeverEffect& remedy) {
  return " Smallest change that fits: " + remedy.label + "; costs: " + std::string(remedy.price) + ".";
}

/// Several changes that together are enough.
std::string advice_text(const Advice& advice) {
  if (!advice.found) return " No set of changes is enough; it needs other hardware.";
  std::string out = " No single change is enough; together these are: ";
  for (std::size_t i = 0; i < advice.steps.size(); ++i) out += (i == 0 ? "" : "; ") + advice.steps[i].what;
  return out + ".";
}

Answer fit_answer(const Scenario& s, const QuestionOptions& options) {
  Answer out;
  out.table.columns = {{"task"}, {"device"}, {"verdict"}, {"needs", true}, {"has", true}, {"room", true}};
  // A script that wants one status asks one question.
  const std::optional<Task> half =
      options.exit_code && options.scenario.task().empty() ? Task::Inference : options.half();
  for (const auto& row : tasks) {
    if (!wants(half, row.id)) continue;
    const FitAnswer answer = fit(s, row.id);
    out.holds = out.holds.value_or(true) && fits(answer.verdict);
    if (!out.sentence.empty()) out.sentence += "\n";
    out.sentence += std::string(row.label) + ": " + sentence(answer, options.units());
    if (answer.verdict != Verdict::Unknown && !fits(answer.verdict)) {
      const auto effects = levers(s, row.id);
      const LeverEffect* remedy = smallest_remedy(effects);
      out.sentence += remedy ? remedy_text(*remedy) : advice_text(advise(s, row.id));
    }
    for (const DeviceFit& d : answer.devices) {
      const std::string room =
          d.excess().count != 0 ? "-" + text(d.excess(), options.units()) : text(d.headroom(), options.units());
      out.table.rows.push_back({std::string(row.label), shared_name(d), std::string(label_of(d.verdict)),
                                text(d.use, options.units()), text(d.capacity, options.units()), room});
    }
    out.json[std::string(row.key)] = io::fit_json(answer);
  }
  return out;
}

/// One device of the catalogue with its answer.
struct DeviceVerdict {
  Device device;
  FitAnswer answer;
};

/// What fits before what does not; the smaller device first, the one that misses least first.
bool before(const DeviceVerdict& a, const DeviceVerdict& b) {
  const bool x = fits(a.answer.verdict);
  if (x != fits(b.answer.verdict)) return x;
  if (x) return a.device.addressable() < b.device.addressable();
  return a.answer.tightest()->excess() < b.answer.tightest()->excess();
}

/// The scenario on one device (or as many as it has) of every preset.
Answer fit_everywhere(const Scenario& s, const QuestionOptions& options) {
  Answer out;
  const Task task = options.task_or(Task::Inference);
  out.table.columns = {{"device"}, {"verdict"}, {"needs", true}, {"has", true}, {"room", true}, {"$/h", true}};
  out.json = ordered_json::array();
  const Count count = std::max<Count>(1, s.devices.count());
  std::vector<DeviceVerdict> all;
  for (const io::DevicePreset& preset : io::read_device_catalogue(io::preset_folders()).devices) {
    if (preset.device.memory.count == 0) continue;
    Scenario on = s;
    on.devices.groups = {{std::make_shared<const Device>(preset.device), count}};
    FitAnswer answer = fit(on, task);
    if (answer.tightest()) all.push_back({preset.device, std::move(answer)});
  }
  std::stable_sort(all.begin(), all.end(), before);
  for (const auto& [device, answer] : all) {
    const DeviceFit* d = answer.tightest();
    const double price = static_cast<double>(count) * device.price_per_hour;
    out.table.rows.push_back({device.id, std::string(label_of(answer.verdict)), text(d->use, options.units()),
                              text(d->capacity, options.units()), room_text(d, options.units()),
                              price > 0 ? fixed(price, 2) : ""});
    ordered_json row = io::fit_json(answer);
    row.erase("devices");
    ordered_json names = io::names_json(s, task);
    names["device"] = (count == 1 ? "" : std::to_string(count) + " x ") + device.id;
    row["scenario"] = std::move(names);
    row["device"] = device.id;
    row["count"] = count;
    out.json.push_back(std::move(row));
  }
  if (!all.empty() && fits(all.front().answer.verdict)) {
    out.sentence = "Smallest that fits: " + grouped(count) + " × " + all.front().device.name + ".";
  } else {
    out.sentence = "No known device fits" + (count == 1 ? "" : ", even " + grouped(count) + " of them") +
                   ". \"llmcalc plan --needs\" tries more of them.";
  }
  return out;
}

/// What is said of a setting that is no target.
std::string cannot_be_solved_for(const std::string& path) {
  std::string names;
  for (const SolveTarget& target : solve_targets) {
    if (names.find(target.path) == std::string::npos) names += (names.empty() ? "" : ", ") + std::string(target.path);
  }
  return "\"" + path + "\" cannot be solved for; these can: " + names;
}

Result<Answer> solve_answer(const Scenario& s, const QuestionOptions& options, const std::string& path,
                            Certainty certainty) {
  Answer out;
  out.table.columns = {{"setting"}, {"answer", true}, {"room"}, {"room one step further"}};
  out.json = ordered_json::object();
  const std::optional<Task> task = options.half();
  const auto asked = [&](const SolveTarget& target) { return path.empty() || target.path == path; };
  // Asked by name, a setting is solved for the task named even when it usually belongs to the other.
  const bool of_each_task = path.empty() || std::count_if(solve_targets.begin(), solve_targets.end(), asked) > 1;
  const bool both = of_each_task && !task;
  if (both) out.table.columns.insert(out.table.columns.begin(), {"task"});
  for (const SolveTarget& target : solve_targets) {
    if (!asked(target) || (of_each_task && task && target.task != *task)) continue;
    const auto solution = solve(s, target.path, task.value_or(target.task), certainty);
    if (!solution) {
      if (!path.empty()) return solution.issues();
      continue;
    }
    std::string value = !solution->found ? "nothing fits" : solution->text;
    if (solution->at_limit) value += " (limit)";
    if (!solution->monotone) value += " (larger values may fit again)";
    const bool further = !solution->beyond.devices.empty();
    out.table.rows.push_back({std::string(target.label) + " (" + std::string(target.path) + ")", value,
                              room_text(solution->at.tightest(), options.units()),
                              further ? room_text(solution->beyond.tightest(), options.units()) : ""});
    if (both) out.table.rows.back().insert(out.table.rows.back().begin(), std::string(label_of(target.task)));
    // Devices are solved for by both halves.
    const std::string key(target.path);
    out.json[out.json.contains(key) ? "training." + key : key] = io::solution_json(*solution);
  }
  if (!path.empty() && out.table.rows.empty()) return Issue{"--for", cannot_be_solved_for(path)};
  return out;
}

Answer levers_answer(const Scenario& s, const QuestionOptions& options) {
  Answer out;
  out.table.columns = {{"change"}, {"saves", true}, {"costs"}, {"verdict"}, {"room", true}};
  out.json = ordered_json::array();
  const std::vector<Task> asked = options.tasks_or(Task::Inference);
  if (asked.size() > 1) out.table.columns.insert(out.table.columns.begin(), {"task"});
  for (const Task task : asked) {
    const auto effects = levers(s, task);
    if (!out.sentence.empty()) out.sentence += "\n";
    out.sentence += std::string(label_of(task)) + ": " + sentence(fit(s, task), options.units());
    if (const LeverEffect* remedy = smallest_remedy(effects); remedy != nullptr && !fits(fit(s, task).verdict))
      out.sentence += remedy_text(*remedy);
    for (const LeverEffect& e : effects) {
      std::vector<std::string> row{e.label, text(e.saved, options.units()), std::string(e.price),
                                   std::string(label_of(e.after.verdict)),
                                   room_text(e.after.deciding(), options.units())};
      ordered_json object = io::lever_json(e);
      if (asked.size() > 1) {
        row.insert(row.begin(), std::string(label_of(task)));
        object["task"] = key_of(task);
      }
      out.table.rows.push_back(std::move(row));
      out.json.push_back(std::move(object));
    }
  }
  return out;
}

}  // namespace

std::string_view target_path(std::string_view word) {
  if (word.empty()) return {};
  for (const SolveTarget& target : solve_targets) {
    const Field* field = find_field(target.path);
    const std::string_view flag = field == nullptr ? std::string_view{} : field->flag;
    const std::string_view last = target.path.substr(target.path.rfind('.') + 1);
    if (word == target.path || word == last || word == flag || (flag.starts_with("--") && word == flag.substr(2)))
      return target.path;
  }
  return {};
}

Command fit_command(CLI::App& program) {
  CLI::App* parser =
      program.add_subcommand("fit", "whether it fits, device by device; with --all on every device preset");
  struct Request : QuestionOptions {
    bool all = false;
  };
  const auto request = std::make_shared<Request>();
  request->add_to(*parser);
  parser->add_flag("--all", request->all, "try every device preset");
  parser->add_flag("--exit-code", request->exit_code,
                   "exit status 0 when it fits, 3 when it does not (of inference, unless --task says otherwise)");
  return {parser, [request](Streams streams) {
            return answer_all(*request, streams, [&](const Scenario& s) -> Result<Answer> {
              return request->all ? fit_everywhere(s, *request) : fit_answer(s, *request);
            });
          }};
}

Command solve_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("solve", "the largest value that fits, of one setting or of all");
  struct Request : QuestionOptions {
    std::string path;
    Certainty certainty = Certainty::Typical;
  };
  const auto request = std::make_shared<Request>();
  request->add_to(*parser);
  parser->add_option("--for", request->path, "setting to solve for, such as context")->option_text("SETTING");
  add_conservative(*parser, request->certainty);
  return {parser, [request](Streams streams) {
            return answer_all(*request, streams, [&](const Scenario& s) {
              const std::string_view path = target_path(request->path);
              return solve_answer(s, *request, path.empty() ? request->path : std::string(path), request->certainty);
            });
          }};
}

Command levers_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("levers", "single changes that save memory, and what each costs");
  const auto request = std::make_shared<QuestionOptions>();
  request->add_to(*parser);
  return {parser, [request](Streams streams) {
            return answer_all(*request, streams,
                              [&](const Scenario& s) -> Result<Answer> { return levers_answer(s, *request); });
          }};
}

}  // namespace llmcalc::cli
