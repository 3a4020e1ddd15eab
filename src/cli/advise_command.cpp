// What makes a scenario fit.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "host/preset_folders.hpp"
#include "readers/device_preset.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/answers_json.hpp"
#include "report/recommended.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/questions/advise.hpp>
#include <llmcalc/questions/alternatives.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace {

struct AdviseRequest : QuestionOptions {
  std::string prefer = "quality";
  Certainty certainty = Certainty::Typical;
};

/// Devices that are proposed where those at hand are not enough.
std::vector<DevicePtr> proposed_devices() {
  std::vector<DevicePtr> devices;
  for (io::DevicePreset& preset : io::read_device_catalogue(io::preset_folders()).devices)
    devices.push_back(std::make_shared<const Device>(std::move(preset.device)));
  return io::fastest_devices(devices, io::proposed_kinds);
}

Answer advice_answer(const Scenario& s, const AdviseRequest& request) {
  const Task task = request.task_or(Task::Inference);
  const Advice advice =
      advise(s, task, from_key<Preference>(request.prefer).value_or(Preference::Quality), request.certainty);
  Answer out;
  out.sentence = summary(advice, request.units());
  out.table.columns = {{"change"}, {"gives", true}, {"costs"}};
  out.json = {{"model", s.model->id},
              {"task", key_of(task)},
              {"prefer", request.prefer},
              {"found", advice.found},
              {"fits_already", advice.fits_already},
              {"steps", nlohmann::ordered_json::array()},
              {"before", io::fit_json(advice.before)},
              {"after", io::fit_json(advice.after)}};
  if (advice.found && advice.speed.typical > 0) {
    out.sentence += " " + io::speed_span(advice.speed) + " tokens/s.";
    out.json["tokens_per_second"] = {advice.speed.low, advice.speed.typical, advice.speed.high};
  }
  if (!advice.found && advice.before.verdict != Verdict::Unknown) {
    if (const auto other = alternative_devices(s, task, proposed_devices()))
      out.sentence += " It fits on " + label_of(*other, task) + ".";
  }
  for (const AdviceStep& step : advice.steps) {
    out.table.rows.push_back({step.what, step.gives.count == 0 ? "" : text(step.gives, request.units()), step.costs});
    out.json["steps"].push_back({{"what", step.what}, {"costs", step.costs}, {"gives_bytes", step.gives.count}});
  }
  if (advice.found) out.json["scenario"] = io::write_scenario(advice.scenario, io::Written::Changed);
  return out;
}

}  // namespace

Command advise_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("advise", "the set of changes that makes it fit, quality first");
  const auto request = std::make_shared<AdviseRequest>();
  request->add_to(*parser);
  add_choice(*parser, "--prefer", request->prefer, "what is given up last: quality, speed, context",
             {"quality", "speed", "context"});
  add_conservative(*parser, request->certainty);
  return {parser, [request](Streams streams) {
            return answer_all(*request, streams,
                              [&](const Scenario& s) -> Result<Answer> { return advice_answer(s, *request); });
          }};
}

}  // namespace llmcalc::cli
