// A scenario as JSON with its model inline: reading, checking, estimating and writing it again.

#include "estimate_laws.hpp"
#include "models/config_json.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_json.hpp"
#include "structure.hpp"

#include <llmcalc/estimate/evaluate.hpp>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace llmcalc;

Result<ModelPtr> shared(Result<Model> model) {
  if (!model) return model.issues();
  return std::make_shared<const Model>(std::move(model).value());
}

/// Models inline or a fixed one: a fuzzer must not open the files that mutations name.
Result<ModelPtr> model_of(const ModelSource& source) {
  static const std::string fixed =
      R"({"model_type":"llama","hidden_size":64,"intermediate_size":160,"num_hidden_layers":2,"num_attention_heads":4,"vocab_size":100})";
  if (source.kind == ModelSource::Kind::Custom) {
    const Result<CustomModel> numbers = io::read_custom(source.text);
    return numbers ? shared(model_from_numbers(*numbers)) : Result<ModelPtr>(numbers.issues());
  }
  return shared(model_from_config_text(source.kind == ModelSource::Kind::Config ? source.text : fixed, "fuzz"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const io::Resolver resolver{model_of,
                              [](std::string_view) -> Result<DevicePtr> { return io::device_of_memory(24_GiB); }};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Scenario> scenario = io::read_scenario_text(text, resolver);
  if (!scenario) {
    if (scenario.issues().empty()) std::abort();  // a refusal says why
    return 0;
  }
  if (scenario->model->layer_count() > 256) return 0;  // linear in the layers: nothing new, only slow
  const Estimate estimate = evaluate(*scenario);
  fuzz::expect_laws(estimate);
  (void)io::estimate_json(*scenario, estimate).dump();
  (void)io::write_scenario(*scenario).dump();
  return 0;
}

LLMCALC_FUZZ_STRUCTURE(llmcalc::fuzz::JsonStructure)
