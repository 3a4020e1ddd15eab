// Another tool's command line, script or configuration: every option is accounted for, what the scenario becomes is
// estimated, and the command that starts it is written.

#include "readers/imports/import.hpp"

#include "estimate_laws.hpp"
#include "models/config_json.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/launch_command.hpp"
#include "structure.hpp"

#include <llmcalc/estimate/evaluate.hpp>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace {

using namespace llmcalc;

/// One model whatever it is called: a fuzzer must not open the files that mutations name.
Result<ModelPtr> fixed_model(const ModelSource&) {
  static const ModelPtr model = std::make_shared<const Model>(*model_from_config_text(
      R"({"model_type":"llama","hidden_size":64,"intermediate_size":160,"num_hidden_layers":2,"num_attention_heads":4,"vocab_size":100})",
      "fuzz"));
  return model;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const io::Resolver resolver{.model = fixed_model, .device = [](std::string_view) -> Result<DevicePtr> {
                                return io::device_of_memory(24_GiB);
                              }};
  const io::ReadBeside beside = [](const std::string& name) -> Result<std::string> {
    if (name.ends_with(".json"))
      return std::string(R"({"zero_optimization": {"stage": 3}, "bf16": {"enabled": true}})");
    return Issue{name, "no such file"};
  };
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)io::looks_importable(text);
  const Result<io::Imported> imported = io::import_settings(text, resolver, beside);
  if (!imported) {
    if (imported.issues().empty()) std::abort();  // a refusal says why
    return 0;
  }
  if (imported->tool == nullptr) std::abort();
  const io::ReadScenario read = io::read_scenario_leniently(imported->scenario, resolver);
  if (!read.issues.empty() || read.scenario.model == nullptr) return 0;
  fuzz::expect_laws(evaluate(read.scenario));
  for (const auto& task : tasks) {
    const Result<io::Launch> started = io::launch(read.scenario, task.id, "org/model", resolver);
    if (started ? io::launch_text(*started).empty() : started.issues().empty()) std::abort();
  }
  return 0;
}

LLMCALC_FUZZ_STRUCTURE(llmcalc::fuzz::SettingsStructure)
