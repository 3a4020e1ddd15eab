// The best layouts of a job on given devices, and how many devices of each kind it needs.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "host/preset_folders.hpp"
#include "readers/device_preset.hpp"
#include "report/answers_json.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/questions/plan.hpp>

#include <memory>
#include <string>
#include <vector>

namespace llmcalc::cli {
namespace {

using nlohmann::ordered_json;

struct PlanRequest : QuestionOptions {
  std::size_t most = 8;
  Certainty certainty = Certainty::Typical;
  bool needs = false;
  std::string rank = "speed";
  Count most_devices = 64;

  [[nodiscard]] PlanRank rank_or_speed() const { return from_key<PlanRank>(rank).value_or(PlanRank::Speed); }
};

/// What a plan's table says of one layout.
std::vector<std::string> plan_row(const PlanCandidate& c, Task task, ByteUnits units) {
  std::vector<std::string> row{layout_text(c.scenario, task)};
  row.insert(row.begin(), grouped(c.scenario.devices.count()));
  if (task == Task::Inference) {
    row.push_back(format_text({c.scenario.weight_format(), c.scenario.weights.mix}));
    row.emplace_back(key_of(c.scenario.serving.key_format));
    row.push_back(c.inference ? two_digits(c.inference->tokens_per_second.typical) : "");
  }
  row.push_back(c.tokens_per_second > 0 ? two_digits(c.tokens_per_second) : "");
  if (task == Task::Training) row.push_back(c.training ? two_digits(c.training->mfu.typical * 100) + " %" : "");
  row.push_back(c.dollars_per_hour > 0 ? fixed(c.dollars_per_hour, 2) : "");
  row.push_back(c.dollars_per_million > 0 ? two_digits(c.dollars_per_million) : "");
  row.push_back(sentence(c.fit, units));
  return row;
}

/// Columns of plan_row().
std::vector<io::Column> plan_columns(Task task) {
  std::vector<io::Column> columns{{"devices", true}, {"layout"}};
  if (task == Task::Inference) {
    columns.insert(columns.end(), {{"weights"}, {"KV cache"}, {"tokens/s per sequence", true}, {"total", true}});
  } else {
    columns.insert(columns.end(), {{"tokens/s", true}, {"MFU", true}});
  }
  columns.insert(columns.end(), {{"$/h", true}, {"$/M tokens", true}, {"fit"}});
  return columns;
}

Answer plan_answer(const Scenario& s, const PlanRequest& request) {
  const Task task = request.task_or(Task::Inference);
  PlanOptions options;
  options.most = request.most;
  options.certainty = request.certainty;
  options.rank = request.rank_or_speed();
  const Plan found = plan(s, task, options);
  Answer out;
  out.sentence = summary(found, s, task, options.rank);
  if (found.candidates.size() > 1)
    out.sentence += "\nThe first " + reason(found.candidates[0], found.candidates[1], options.rank) + ".";
  if (found.candidates.empty() && found.considered > 0)
    out.sentence += " --needs lists how many devices of each kind are needed.";
  out.table.columns = plan_columns(task);
  for (const PlanCandidate& c : found.candidates) out.table.rows.push_back(plan_row(c, task, request.units()));
  out.json = io::plan_json(found, task, options.rank);
  return out;
}

Answer needs_answer(const Scenario& s, const PlanRequest& request) {
  const Task task = request.task_or(Task::Inference);
  std::vector<DevicePtr> devices;
  for (const io::DevicePreset& preset : io::read_device_catalogue(io::preset_folders()).devices) {
    if (preset.device.memory.count != 0) devices.push_back(std::make_shared<const Device>(preset.device));
  }
  Answer out;
  out.sentence =
      "Fewest devices of each kind that run the job, cheapest first; devices without a price follow. Preset prices; "
      "may be outdated.";
  out.table.columns = {{"device"}, {"count", true}, {"layout"}, {"tokens/s", true}, {"$/h", true}, {"fit"}};
  out.json = ordered_json::array();
  for (const DeviceNeed& need : device_needs(s, task, devices, request.most_devices)) {
    const PlanCandidate& c = need.best;
    out.table.rows.push_back({need.device->id, grouped(need.count), layout_text(c.scenario, task),
                              c.tokens_per_second > 0 ? two_digits(c.tokens_per_second) : "",
                              c.dollars_per_hour > 0 ? fixed(c.dollars_per_hour, 2) : "",
                              sentence(c.fit, request.units())});
    out.json.push_back({{"device", need.device->id},
                        {"count", need.count},
                        {"layout", layout_text(c.scenario, task)},
                        {"tokens_per_second", c.tokens_per_second},
                        {"dollars_per_hour", c.dollars_per_hour},
                        {"fit", io::fit_json(c.fit)}});
  }
  return out;
}

}  // namespace

Command plan_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand(
      "plan", "the fastest layouts of a job that fit, or with --needs the number of devices it needs");
  const auto request = std::make_shared<PlanRequest>();
  request->add_to(*parser);
  parser->add_option("--most", request->most, "layouts to list [default: 8]")
      ->check(CLI::Range(1, 1000).description(""))
      ->option_text("N");
  add_conservative(*parser, request->certainty);
  parser->add_flag("--needs", request->needs, "list how many devices of each preset the job needs");
  add_choice(*parser, "--rank", request->rank,
             "rank by speed, or by cost, for which fewer devices are tried too [default: speed]", {"speed", "cost"});
  parser
      ->add_option("--most-devices", request->most_devices,
                   "largest number of devices to try with --needs [default: 64]")
      ->check(CLI::Range(1, 4096).description(""))
      ->option_text("N");
  return {parser, [request](Streams streams) {
            return answer_all(*request, streams, [&](const Scenario& s) -> Result<Answer> {
              if (request->needs) return needs_answer(s, *request);
              if (s.devices.groups.size() != 1)
                return Issue{"/device", "must be devices of one kind to plan a layout"};
              return plan_answer(s, *request);
            });
          }};
}

}  // namespace llmcalc::cli
