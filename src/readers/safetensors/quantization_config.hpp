#pragma once
// config.json's "quantization_config" (and MLX's "quantization"): what the headers of packed tensors alone do not
// say.

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace llmcalc::io {

/// What a config says of how its weights were packed. Zero and "" mean: not said.
struct QuantizationConfig {
  std::string
      method;  ///< quant_method: "gptq", "awq", "bitsandbytes", "compressed-tensors", "fp8", "mxfp4", "mlx" ...
  std::string format;      ///< compressed-tensors: "pack-quantized", "float-quantized", "nvfp4-pack-quantized" ...
  std::uint32_t bits = 0;  ///< of a weight
  std::uint32_t group_size = 0;  ///< weights that share a scale
  friend bool operator==(const QuantizationConfig&, const QuantizationConfig&) = default;
};

/// Reads it from a whole config.json; all unset when the model is not quantized or the entry is not understood.
QuantizationConfig quantization_config(const nlohmann::json& config);

}  // namespace llmcalc::io
