#pragma once
// Packed quantization in safetensors. One quantized matrix is stored as several tensors (packed integers, scales,
// zeros, tables); here they become one logical tensor again, so that parameters are counted and not the integers they
// are packed into.
//
// Recognised by names, types and shapes of what lies side by side; config.json's quantization settings help where
// these leave a choice. Sources: transformers quantizers, bitsandbytes (QuantState.as_dict), AutoGPTQ / GPTQModel and
// AutoAWQ (packing of qweight and qzeros), compressed-tensors (weight_packed, weight_scale, weight_shape), DeepSeek
// (weight_scale_inv), gpt-oss
// (_blocks, _scales), NVIDIA ModelOpt (weight_scale_2), mlx (scales, biases), exllamav2 and v3, HQQ.

#include "readers/safetensors/stored_tensor.hpp"

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/model/formats.hpp>

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

// clang-format off
/// How one logical tensor is stored.
enum class Packing : std::uint8_t {
  Plain, Nf4, Nf4Dq, Fp4, BnbInt8, Gptq, Awq, PackedInt, Int8, Fp8, Fp8Block, Mxfp4, Nvfp4, Mlx, Hqq, Exl2, Exl3,
  Ternary
};
// clang-format on

/// A packing's names and the weight format of this program that it is.
struct PackingRow {
  Packing id;
  std::string_view key;
  std::string_view label;
  WeightFormat format;
};

inline constexpr std::array packings{
    PackingRow{Packing::Plain, "plain", "not packed", WeightFormat::AsReleased},
    PackingRow{Packing::Nf4, "nf4", "bitsandbytes NF4", WeightFormat::Nf4},
    PackingRow{Packing::Nf4Dq, "nf4-dq", "bitsandbytes NF4, double quantized", WeightFormat::Nf4Dq},
    PackingRow{Packing::Fp4, "fp4", "bitsandbytes FP4", WeightFormat::Fp4},
    PackingRow{Packing::BnbInt8, "bnb-int8", "bitsandbytes LLM.int8()", WeightFormat::Int8},
    PackingRow{Packing::Gptq, "gptq", "GPTQ", WeightFormat::GptqInt4},
    PackingRow{Packing::Awq, "awq", "AWQ", WeightFormat::AwqInt4},
    PackingRow{Packing::PackedInt, "packed-int", "compressed-tensors packed integers", WeightFormat::Int4},
    PackingRow{Packing::Int8, "int8", "INT8 with scales", WeightFormat::Int8},
    PackingRow{Packing::Fp8, "fp8", "FP8 with scales", WeightFormat::Fp8},
    PackingRow{Packing::Fp8Block, "fp8-block", "FP8 with block scales", WeightFormat::Fp8Block},
    PackingRow{Packing::Mxfp4, "mxfp4", "MXFP4", WeightFormat::Mxfp4},
    PackingRow{Packing::Nvfp4, "nvfp4", "NVFP4", WeightFormat::Nvfp4},
    PackingRow{Packing::Mlx, "mlx", "MLX", WeightFormat::MlxQ4},
    PackingRow{Packing::Hqq, "hqq", "HQQ", WeightFormat::HqqInt4},
    PackingRow{Packing::Exl2, "exl2", "ExLlamaV2", WeightFormat::AsReleased},
    PackingRow{Packing::Exl3, "exl3", "ExLlamaV3", WeightFormat::AsReleased},
    PackingRow{Packing::Ternary, "ternary", "ternary, 4 weights a byte", WeightFormat::AsReleased},
};
static_assert(indexed_by_id(packings));
constexpr const auto& enum_table(Packing) { return packings; }

/// One tensor of the model, put together again.
struct LogicalTensor {
  std::string name;  ///< as the unquantized checkpoint would name it
  Shape shape;       ///< logical sizes; one number when the headers do not give rows and columns
  Packing packing = Packing::Plain;
  StoredType type = StoredType::F32;  ///< of the main stored tensor
  std::uint32_t bits = 0;             ///< of one weight, without scales
  std::uint64_t group_size = 0;       ///< weights that share a scale; 0: a channel, a tensor, or no scale
  std::uint64_t parameters = 0;       ///< logical elements; 0 for buffers
  std::uint64_t bytes = 0;            ///< everything stored for it, scales included
  std::uint64_t scale_bytes = 0;      ///< of these: scales, zeros, tables
  bool buffer = false;                ///< stored, but not a parameter (rotary tables, masks, correction biases)
};

/// A checkpoint's logical tensors with their totals.
struct LogicalTensors {
  std::vector<LogicalTensor> tensors;
  std::uint64_t parameters = 0;
  std::uint64_t bytes = 0;  ///< of all stored tensors
  std::uint64_t scale_bytes = 0;
  std::uint64_t buffer_bytes = 0;
  Packing packing = Packing::Plain;  ///< of most packed parameters
  std::uint32_t bits = 0;            ///< of a weight in that packing
  std::uint64_t group_size = 0;      ///< in that packing
  std::vector<std::string> oddities;
};

/// Puts the stored tensors together.
LogicalTensors logical_tensors(std::span<const StoredTensor> stored, const QuantizationConfig& config);

}  // namespace llmcalc::io
