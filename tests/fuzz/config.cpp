// A config.json: the model it describes, and an estimate of it. An adapter_config.json is read as one.

#include "estimate_laws.hpp"
#include "models/config_json.hpp"
#include "readers/adapter_config.hpp"
#include "readers/json_text.hpp"
#include "readers/resolve.hpp"
#include "readers/safetensors/packed_tensors.hpp"
#include "structure.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmcalc;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<nlohmann::json> json = io::parse_json(text);
  if (json && io::is_adapter_config(*json)) {
    static const Model base = *model_from_config_text(
        R"({"model_type":"qwen3_moe","vocab_size":100,"hidden_size":64,"intermediate_size":128,
            "moe_intermediate_size":32,"num_experts":4,"num_experts_per_tok":2,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2})",
        "base");
    if (auto adapter = io::read_adapter_config(*json, "fuzz")) {
      io::AdapterConfig fitted = *adapter;
      io::fit_rank(fitted, io::adapter_size(*json, base), 0);
    }
  }
  Result<Model> model = model_from_config_text(text, "fuzz");
  if (!model) return 0;
  if (json) (void)io::quantization_config(*json);
  (void)active_parameter_count(*model);
  if (model->layer_count() > 256) return 0;  // estimates are linear in the layers: nothing new, only slow
  Scenario scenario;
  scenario.model = std::make_shared<const Model>(std::move(model).value());
  scenario.devices.groups = {{io::device_of_memory(24_GiB), 1}};
  if (validate(scenario).empty()) fuzz::expect_laws(evaluate(scenario));
  return 0;
}

LLMCALC_FUZZ_STRUCTURE(llmcalc::fuzz::JsonStructure)
