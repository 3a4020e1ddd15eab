// One safetensors file in memory: header, places, packed weights, the model that the shapes alone give, the model of a
// config.json whose tensors they are meant to be, and estimates of both.

#include "estimate_laws.hpp"
#include "models/config_json.hpp"
#include "readers/checkpoint_model.hpp"
#include "readers/resolve.hpp"
#include "readers/safetensors/header.hpp"
#include "readers/safetensors/packed_tensors.hpp"
#include "structure.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

namespace {

using namespace llmcalc;

/// The model with the tensors' own bytes, estimated.
void estimate(Model model, const io::LogicalTensors& stored) {
  (void)io::measure_inventory(model, stored);
  if (model.layer_count() > 64) return;  // estimates are linear in the layers: nothing new, only slow
  Scenario scenario;
  scenario.model = std::make_shared<const Model>(std::move(model));
  scenario.devices.groups = {{io::device_of_memory(24_GiB), 1}};
  if (validate(scenario).empty()) fuzz::expect_laws(evaluate(scenario));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmcalc::io;
  const MemorySource source(std::string_view(reinterpret_cast<const char*>(data), size));
  Problems problems("fuzz");
  const SafetensorsHeader header = read_safetensors_header(source, problems);
  std::uint64_t bytes = 0;
  for (const StoredTensor& tensor : header.tensors) {
    if (tensor.begin > header.data_bytes || tensor.bytes > header.data_bytes - tensor.begin) std::abort();
    bytes += tensor.bytes;
  }
  if (!problems.empty()) return 0;
  if (bytes > size) std::abort();  // no byte belongs to two tensors of a file that was accepted
  for (const QuantizationConfig& config : {QuantizationConfig{}, QuantizationConfig{"bitnet", "", 3, 128}}) {
    const LogicalTensors logical = logical_tensors(header.tensors, config);
    if (logical.bytes != bytes) std::abort();  // putting tensors together loses and invents none
    if (header.tensors.empty()) continue;
    if (Result<Model> model = model_from_shapes(logical, "fuzz")) estimate(std::move(model).value(), logical);
    static const Model described = *model_from_config_text(
        R"({"model_type":"qwen3","hidden_size":64,"intermediate_size":160,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,"vocab_size":100})",
        "fuzz");
    estimate(described, logical);
  }
  return 0;
}

LLMCALC_FUZZ_STRUCTURE(llmcalc::fuzz::SafetensorsStructure)
