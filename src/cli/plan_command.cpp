// The best way to run a job on given devices, and how many devices of each kind it needs.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "formats/answers_json.hpp"
#include "formats/device_preset.hpp"
#include "formats/preset_folders.hpp"

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
  bool surely = false;
  bool needs = false;
  Count most_devices = 64;
};

Answer plan_answer(const Scenario& s, const PlanRequest& request) {
  const Task task = request.task_or(Task::Inference);
  PlanOptions options;
  options.most = request.most;
  options.surely = request.surely;
  const Plan found = plan(s, task, options);
  Answer out;
  out.sentence = found.candidates.empty() ? "No layout fits: " + grouped(found.considered) + " were considered."
                                          : grouped(found.considered) + " layouts considered; the fastest that fit:";
  if (task == Task::Training && found.candidates.size() > 1) {
    out.sentence += "\nThe first " + reason(found.candidates[0], found.candidates[1]) + ".";
  }
  out.table.columns = {{"layout"}, {"weights"}, {"cache"}, {"tokens/s", true}, {"$/h", true}, {"fit"}};
  if (task == Task::Training) out.table.columns = {{"layout"}, {"tokens/s", true}, {"$/h", true}, {"fit"}};
  for (const PlanCandidate& c : found.candidates) {
    std::vector<std::string> row{layout_text(c.scenario, task)};
    if (task == Task::Inference) {
      row.push_back(format_text({c.scenario.weight_format(), c.scenario.weights.mix}));
      row.emplace_back(key_of(c.scenario.serving.key_format));
    }
    row.push_back(c.tokens_per_second > 0 ? two_digits(c.tokens_per_second) : "");
    row.push_back(c.dollars_per_hour > 0 ? fixed(c.dollars_per_hour, 2) : "");
    row.push_back(sentence(c.fit, request.units()));
    out.table.rows.push_back(std::move(row));
  }
  out.json = formats::plan_json(found, task);
  return out;
}

Answer needs_answer(const Scenario& s, const PlanRequest& request) {
  const Task task = request.task_or(Task::Inference);
  std::vector<DevicePtr> devices;
  for (const formats::DevicePreset& preset : formats::read_device_catalogue(formats::preset_folders()).devices) {
    if (preset.device.memory.count != 0) devices.push_back(std::make_shared<const Device>(preset.device));
  }
  Answer out;
  out.sentence = "Fewest devices of each kind, cheapest first (prices are of the presets and age):";
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
                        {"fit", formats::fit_json(c.fit)}});
  }
  return out;
}

}  // namespace

Command plan_command(CLI::App& program) {
  CLI::App* parser =
      program.add_subcommand("plan", "the fastest layouts of a job that fit, or with --needs the devices it takes");
  const auto request = std::make_shared<PlanRequest>();
  request->add_to(*parser);
  parser->add_option("--most", request->most, "layouts to show")
      ->check(CLI::Range(1, 1000).description(""))
      ->option_text("N");
  parser->add_flag("--surely", request->surely, "even the high end of the range must fit");
  parser->add_flag("--needs", request->needs, "how many of every device preset the job needs");
  parser->add_option("--most-devices", request->most_devices, "largest number of devices tried with --needs")
      ->check(CLI::Range(1, 4096).description(""))
      ->option_text("N");
  return {parser, [request](Streams streams) {
            return answer_all(*request, streams, [&](const Scenario& s) -> Result<Answer> {
              if (request->needs) return needs_answer(s, *request);
              if (s.devices.groups.size() != 1) return Issue{"/device", "must be devices of one kind for a plan"};
              return plan_answer(s, *request);
            });
          }};
}

}  // namespace llmcalc::cli
