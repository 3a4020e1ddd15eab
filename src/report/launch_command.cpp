#include "report/launch_command.hpp"

#include "readers/field_json.hpp"
#include "readers/imports/import.hpp"
#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"
#include "report/launch_options.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/model_slots.hpp>

namespace llmcalc::io {

using nlohmann::ordered_json;

namespace {

/// The tool of the scenario's engine or framework.
std::string_view tool_of(const Scenario& s, Task task) {
  // A fork takes the options of what it was made from.
  if (const std::string_view own = key_of(s.serving.runtime); task == Task::Inference)
    return find_tool(own) != nullptr ? own : key_of(engine_of(s).prints);
  const std::string_view framework = key_of(s.training.framework);
  // Both also serve, under the same name.
  if (framework == "litgpt") return "litgpt-finetune";
  if (framework == "mlx") return "mlx-lora";
  const Tool* tool = find_tool(framework);
  return tool != nullptr && tool->task == Task::Training && framework != "deepspeed" ? framework : "trainer";
}

}  // namespace

ordered_json differing_settings(const Scenario& wanted, const Scenario& given, Task task) {
  ordered_json out = ordered_json::object();
  for (const Field& field : fields) {
    const std::string_view group = field.group();
    const bool concerns = group.empty() || group == "weights" || group == "parallelism" || group == "overhead" ||
                          group == "host" || group == (task == Task::Inference ? "serving" : "training");
    if (!concerns || !(field.matters(wanted) || field.matters(given))) continue;
    if (field.path == "model") {
      if (wanted.model != given.model) {
        const ordered_json written = write_scenario(wanted, Written::Changed);
        out["model"] = written["model"];
      }
    } else if (field.path == "device") {
      if (wanted.devices.groups != given.devices.groups) out["device"] = devices_json(wanted.devices);
    } else if (const ModelSlot* slot = find_model_slot(field.path)) {
      if (slot->model.get(wanted) == slot->model.get(given)) continue;
      const ordered_json written = write_scenario(wanted);
      place_of(out, field.path) = written.at(ordered_json::json_pointer(field.pointer()));
    } else if (!same_setting(field, wanted, given)) {
      place_of(out, field.path) = field_json(field, wanted);
    }
  }
  return out;
}

namespace {

/// What has to be there, and what no option says, as comments; import reads the latter back.
std::string commented(const Launch& launch) {
  const std::string needs = launch.needs.empty() ? "" : "# " + launch.needs + "\n";
  if (launch.unsaid.empty()) return needs;
  return needs + "# Settings that no option expresses; \"llmcalc import\" reads them back:\n# llmcalc " +
         compact(launch.unsaid) + "\n";
}

}  // namespace

std::string name_for_programs(const Scenario& s) { return repository_of(s.model_source, s.model); }

Result<Launch> launch(const Scenario& s, Task task, std::string_view model, const Resolver& resolver,
                      std::string_view wanted) {
  const Tool* tool = find_tool(wanted.empty() ? tool_of(s, task) : wanted);
  if (tool == nullptr || tool->task != task) {
    return Issue{"--tool",
                 "no program for " + std::string(label_of(task)) + " is called \"" + std::string(wanted) + "\""};
  }
  const std::string model_word = printable(model);  // a line break in a file's name would begin a command of its own
  Launch out = task == Task::Inference ? launch_serving(s, *tool, model_word) : launch_training(s, *tool, model_word);
  if (!tool->asks.empty())
    out.needs += std::string(out.needs.empty() ? "" : " ") + "Still to be given: " + std::string(tool->asks) + ".";
  // Read back what was written: the difference is what the program has no words for.
  const ReadBeside beside = [&out](const std::string& name) -> Result<std::string> {
    for (const LaunchFile& file : out.files) {
      if (file.name == name) return file.content;
    }
    return Issue{name, "is not there"};
  };
  // Once more with what was found: a framework that no option says brings defaults of its own.
  for (int round = 0; round < 3; ++round) {
    const Result<Imported> back = import_settings(commented(out) + out.command, resolver, beside);
    const ReadScenario read = back ? read_scenario_leniently(back->scenario, resolver) : ReadScenario{};
    const ordered_json more = differing_settings(s, read.scenario, task);
    if (more.empty()) break;
    out.unsaid.merge_patch(more);
  }
  const auto training = out.unsaid.find("training");
  if (training != out.unsaid.end() && training->contains("objective")) {
    out.needs += std::string(out.needs.empty() ? "" : " ") + "This command does not optimize " +
                 std::string(label_of(s.training.objective)) + ": no such option of " + std::string(tool->label) +
                 " is known.";
  }
  return out;
}

std::string launch_text(const Launch& launch) {
  std::string out = commented(launch) + launch.command + "\n";
  for (const LaunchFile& file : launch.files) out += "\n# --- " + file.name + " ---\n" + file.content;
  return out;
}

}  // namespace llmcalc::io
