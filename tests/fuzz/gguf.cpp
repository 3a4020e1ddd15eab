// One GGUF file in memory: header, places of tensors, the model it describes, and an estimate of it.

#include "estimate_laws.hpp"
#include "readers/gguf/model.hpp"
#include "readers/resolve.hpp"
#include "report/estimate_json.hpp"
#include "structure.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmcalc;
  using namespace llmcalc::io;
  const MemorySource source(std::string_view(reinterpret_cast<const char*>(data), size));
  Problems problems("fuzz");
  GgufHeader header = read_gguf_header(source, problems);
  if (!problems.empty()) return 0;
  GgufSet set;
  set.version = header.version;
  set.parts = {{"fuzz.gguf", source.size(), header.header_bytes}};
  set.metadata = std::move(header.metadata);
  set.tensors = std::move(header.tensors);
  if (set.tensor_bytes() > size) std::abort();
  Result<Model> model = model_from_gguf(set, "fuzz");
  if (!model) return 0;
  Bytes stored;
  for (const GgufTensor& tensor : model->gguf) stored += tensor.bytes();
  if (stored.count != set.tensor_bytes()) std::abort();  // the model's own list weighs what the file does
  (void)parameter_count(*model);
  (void)active_parameter_count(*model);
  if (model->layer_count() > 64) return 0;  // estimates are linear in the layers: nothing new, only slow
  Scenario scenario;
  scenario.model = std::make_shared<const Model>(std::move(model).value());
  scenario.devices.groups = {{device_of_memory(24_GiB), 1}};
  for (const Runtime runtime : {Runtime::LlamaCpp, Runtime::Vllm}) {
    scenario.serving.runtime = runtime;
    if (!validate(scenario).empty()) continue;
    const Estimate estimate = evaluate(scenario);
    fuzz::expect_laws(estimate);
    (void)estimate_json(scenario, estimate).dump();
  }
  return 0;
}

LLMCALC_FUZZ_STRUCTURE(llmcalc::fuzz::GgufStructure)
