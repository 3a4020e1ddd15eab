#pragma once
// One tensor of a GGUF file, as the quantizer's rules and llama.cpp's placement see it.

#include <llmcalc/base/units.hpp>
#include <llmcalc/model/formats.hpp>

#include <cstdint>

namespace llmcalc {

/// What llama-quantize's rules look at.
enum class GgufRole : std::uint8_t {
  Output,
  TokenEmbedding,
  Qkv,
  KvB,
  Value,
  Key,
  Query,
  AttentionOutput,
  Up,
  Gate,
  Down,
  Matrix,  ///< any other matrix: gets the base type
  KeptF32  ///< never quantized: norms, biases, routers, convolutions, A and D, which the converter writes in F32, and
           ///< the few matrices it leaves in 16 bits
};

/// One tensor of a GGUF file.
struct GgufTensor {
  GgufRole role = GgufRole::Matrix;
  std::int32_t layer = -1;  ///< -1 outside the layers
  bool experts = false;     ///< a 3-D tensor of routed experts
  bool input = false;       ///< read before the first layer: stays in host memory
  bool rope_table = false;  ///< rope frequency factors: every device that holds layers has a copy
  GgmlType type = GgmlType::F16;
  Count ne0 = 1;    ///< length of a row
  Count rows = 1;   ///< ne1
  Count depth = 1;  ///< ne2

  /// Bytes of the tensor's data.
  [[nodiscard]] constexpr Bytes bytes() const { return storage(ne0, block_of(type)) * multiply(rows, depth); }
};

}  // namespace llmcalc
