// One safetensors file in memory: header, places, packed weights, and what the shapes alone give.

#include "readers/model_from_shapes.hpp"
#include "readers/safetensors/header.hpp"
#include "readers/safetensors/packed_tensors.hpp"
#include "structure.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

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
    if (!header.tensors.empty()) (void)model_from_shapes(logical, "fuzz");
  }
  return 0;
}

LLMCALC_FUZZ_STRUCTURE(llmcalc::fuzz::SafetensorsStructure)
