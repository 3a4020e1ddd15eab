#pragma once
// Number formats: how weights and cached keys and values are stored. One table each; sizes are blocks, never "bits".

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>

namespace llmcalc {

/// How the weight matrices are stored. What each format leaves in 16 bits and how scales are laid out is in
/// memory/weights.hpp.
enum class WeightFormat : std::uint8_t {
  AsReleased,
  Fp32,
  Fp16,
  Bf16,
  Fp8,
  Fp8Block,
  Int8,
  Nf4,
  Nf4Dq,
  Fp4,
  GptqInt4,
  GptqInt8,
  AwqInt4,
  HqqInt4,
  Mxfp4,
  Nvfp4,
  Int4,
  MlxQ4,
  MlxQ5,
  MlxQ6,
  MlxQ8,
  Mxfp8,
  TorchaoInt4,
  Aqlm,
  Exl2,
  Gguf
};

/// Keys, labels and help of the weight formats. `Gguf` stands for "gguf:NAME" with a GgufMix.
inline constexpr std::array<EnumRow<WeightFormat>, 26> weight_formats{{
    {WeightFormat::AsReleased, "released", "As released", "the format the publisher ships"},
    {WeightFormat::Fp32, "fp32", "FP32", "4 bytes a weight"},
    {WeightFormat::Fp16, "fp16", "FP16", "2 bytes a weight"},
    {WeightFormat::Bf16, "bf16", "BF16", "2 bytes a weight"},
    {WeightFormat::Fp8, "fp8", "FP8", "1 byte a weight, one scale a tensor or a channel"},
    {WeightFormat::Fp8Block, "fp8-block", "FP8 128x128",
     "1 byte a weight, one scale for each 128 x 128 block (DeepSeek, Qwen)"},
    {WeightFormat::Int8, "int8", "INT8", "LLM.int8(): 1 byte a weight, one scale a row"},
    {WeightFormat::Nf4, "nf4", "NF4", "bitsandbytes 4 bit, blocks of 64"},
    {WeightFormat::Nf4Dq, "nf4-dq", "NF4 double quant", "bitsandbytes 4 bit with quantized scales (QLoRA)"},
    {WeightFormat::Fp4, "fp4", "FP4", "bitsandbytes FP4, blocks of 64"},
    {WeightFormat::GptqInt4, "gptq-int4", "GPTQ 4 bit", "packed int4 with scales, zeros and group index"},
    {WeightFormat::GptqInt8, "gptq-int8", "GPTQ 8 bit", "packed int8 with scales, zeros and group index"},
    {WeightFormat::AwqInt4, "awq-int4", "AWQ 4 bit", "packed int4 with scales and zeros"},
    {WeightFormat::HqqInt4, "hqq-int4", "HQQ 4 bit", "packed int4, 16-bit scale and zero a group"},
    {WeightFormat::Mxfp4, "mxfp4", "MXFP4", "4 bit with one 8-bit exponent for 32 (gpt-oss: experts only)"},
    {WeightFormat::Nvfp4, "nvfp4", "NVFP4", "4 bit with one FP8 scale for 16"},
    {WeightFormat::Int4, "int4", "INT4", "compressed-tensors: symmetric int4 with 16-bit scales"},
    {WeightFormat::MlxQ4, "mlx-q4", "MLX 4 bit", "groups of 64 with 16-bit scale and bias, embedding too"},
    {WeightFormat::MlxQ5, "mlx-q5", "MLX 5 bit", "groups of 64 with 16-bit scale and bias, embedding too"},
    {WeightFormat::MlxQ6, "mlx-q6", "MLX 6 bit", "groups of 64 with 16-bit scale and bias, embedding too"},
    {WeightFormat::MlxQ8, "mlx-q8", "MLX 8 bit", "groups of 64 with 16-bit scale and bias, embedding too"},
    {WeightFormat::Mxfp8, "mxfp8", "MXFP8", "1 byte a weight with one 8-bit exponent for 32"},
    {WeightFormat::TorchaoInt4, "torchao-int4", "torchao 4 bit", "packed int4, 16-bit scale and zero a group"},
    {WeightFormat::Aqlm, "aqlm", "AQLM 2 bit", "one 16-bit code for 8 weights, a codebook a matrix"},
    {WeightFormat::Exl2, "exl2", "EXL2, EXL3", "as many bits a weight as chosen on average, head in 6 bits"},
    {WeightFormat::Gguf, "gguf", "GGUF", "llama.cpp: a mix of block formats, chosen tensor by tensor"},
}};
static_assert(indexed_by_id(weight_formats));
constexpr const auto& enum_table(WeightFormat) { return weight_formats; }

/// Tensor types of GGML.
enum class GgmlType : std::uint8_t {
  F32,
  F16,
  BF16,
  Q4_0,
  Q4_1,
  Q5_0,
  Q5_1,
  Q8_0,
  Q2_K,
  Q3_K,
  Q4_K,
  Q5_K,
  Q6_K,
  Q8_K,
  IQ1_S,
  IQ1_M,
  IQ2_XXS,
  IQ2_XS,
  IQ2_S,
  IQ3_XXS,
  IQ3_S,
  IQ4_NL,
  IQ4_XS,
  TQ1_0,
  TQ2_0,
  MXFP4,
  NVFP4,
  Q1_0,
  Q2_0,
  I8,
  I16,
  I32,
  I64,
  F64
};

/// A GGML type: its number in GGUF files and its block.
struct GgmlTypeRow {
  GgmlType id;
  std::string_view key;   ///< name as llama.cpp prints it
  std::uint32_t file_id;  ///< number in a GGUF file (ggml.h, enum ggml_type)
  Block block;            ///< values and bytes of a block (ggml-common.h)
};

/// Source: llama.cpp d775b8967 (build 10573), ggml.h and ggml-common.h.
inline constexpr std::array<GgmlTypeRow, 34> ggml_types{{
    {GgmlType::F32, "F32", 0, {1, 4}},
    {GgmlType::F16, "F16", 1, {1, 2}},
    {GgmlType::BF16, "BF16", 30, {1, 2}},
    {GgmlType::Q4_0, "Q4_0", 2, {32, 18}},
    {GgmlType::Q4_1, "Q4_1", 3, {32, 20}},
    {GgmlType::Q5_0, "Q5_0", 6, {32, 22}},
    {GgmlType::Q5_1, "Q5_1", 7, {32, 24}},
    {GgmlType::Q8_0, "Q8_0", 8, {32, 34}},
    {GgmlType::Q2_K, "Q2_K", 10, {256, 84}},
    {GgmlType::Q3_K, "Q3_K", 11, {256, 110}},
    {GgmlType::Q4_K, "Q4_K", 12, {256, 144}},
    {GgmlType::Q5_K, "Q5_K", 13, {256, 176}},
    {GgmlType::Q6_K, "Q6_K", 14, {256, 210}},
    {GgmlType::Q8_K, "Q8_K", 15, {256, 292}},
    {GgmlType::IQ1_S, "IQ1_S", 19, {256, 50}},
    {GgmlType::IQ1_M, "IQ1_M", 29, {256, 56}},
    {GgmlType::IQ2_XXS, "IQ2_XXS", 16, {256, 66}},
    {GgmlType::IQ2_XS, "IQ2_XS", 17, {256, 74}},
    {GgmlType::IQ2_S, "IQ2_S", 22, {256, 82}},
    {GgmlType::IQ3_XXS, "IQ3_XXS", 18, {256, 98}},
    {GgmlType::IQ3_S, "IQ3_S", 21, {256, 110}},
    {GgmlType::IQ4_NL, "IQ4_NL", 20, {32, 18}},
    {GgmlType::IQ4_XS, "IQ4_XS", 23, {256, 136}},
    {GgmlType::TQ1_0, "TQ1_0", 34, {256, 54}},
    {GgmlType::TQ2_0, "TQ2_0", 35, {256, 66}},
    {GgmlType::MXFP4, "MXFP4", 39, {32, 17}},
    {GgmlType::NVFP4, "NVFP4", 40, {64, 36}},
    {GgmlType::Q1_0, "Q1_0", 41, {128, 18}},
    {GgmlType::Q2_0, "Q2_0", 42, {64, 18}},
    {GgmlType::I8, "I8", 24, {1, 1}},
    {GgmlType::I16, "I16", 25, {1, 2}},
    {GgmlType::I32, "I32", 26, {1, 4}},
    {GgmlType::I64, "I64", 27, {1, 8}},
    {GgmlType::F64, "F64", 28, {1, 8}},
}};
static_assert(indexed_by_id(ggml_types));
constexpr const auto& enum_table(GgmlType) { return ggml_types; }

/// Bytes and values of one block of a GGML type.
[[nodiscard]] constexpr Block block_of(GgmlType type) { return row_of(type).block; }

/// File types of llama-quantize: which tensor gets which type is in model/gguf_mix.hpp.
enum class GgufMix : std::uint8_t {
  F32,
  F16,
  BF16,
  Q8_0,
  Q6_K,
  Q5_K_M,
  Q5_K_S,
  Q4_K_M,
  Q4_K_S,
  Q3_K_L,
  Q3_K_M,
  Q3_K_S,
  Q2_K,
  Q2_K_S,
  Q4_0,
  Q4_1,
  Q5_0,
  Q5_1,
  IQ4_XS,
  IQ4_NL,
  IQ3_M,
  IQ3_S,
  IQ3_XS,
  IQ3_XXS,
  IQ2_M,
  IQ2_S,
  IQ2_XS,
  IQ2_XXS,
  IQ1_M,
  IQ1_S,
  TQ1_0,
  TQ2_0,
  MXFP4_MOE
};

/// A file type: its name and the type most tensors get.
struct GgufMixRow {
  GgufMix id;
  std::string_view key;  ///< llama-quantize's name, also after "gguf:"
  GgmlType base;         ///< type of a matrix that no rule singles out
};

/// Source: llama.cpp d775b8967 (build 10573), llama-quant.cpp.
inline constexpr std::array<GgufMixRow, 33> gguf_mixes{{
    {GgufMix::F32, "F32", GgmlType::F32},
    {GgufMix::F16, "F16", GgmlType::F16},
    {GgufMix::BF16, "BF16", GgmlType::BF16},
    {GgufMix::Q8_0, "Q8_0", GgmlType::Q8_0},
    {GgufMix::Q6_K, "Q6_K", GgmlType::Q6_K},
    {GgufMix::Q5_K_M, "Q5_K_M", GgmlType::Q5_K},
    {GgufMix::Q5_K_S, "Q5_K_S", GgmlType::Q5_K},
    {GgufMix::Q4_K_M, "Q4_K_M", GgmlType::Q4_K},
    {GgufMix::Q4_K_S, "Q4_K_S", GgmlType::Q4_K},
    {GgufMix::Q3_K_L, "Q3_K_L", GgmlType::Q3_K},
    {GgufMix::Q3_K_M, "Q3_K_M", GgmlType::Q3_K},
    {GgufMix::Q3_K_S, "Q3_K_S", GgmlType::Q3_K},
    {GgufMix::Q2_K, "Q2_K", GgmlType::Q2_K},
    {GgufMix::Q2_K_S, "Q2_K_S", GgmlType::Q2_K},
    {GgufMix::Q4_0, "Q4_0", GgmlType::Q4_0},
    {GgufMix::Q4_1, "Q4_1", GgmlType::Q4_1},
    {GgufMix::Q5_0, "Q5_0", GgmlType::Q5_0},
    {GgufMix::Q5_1, "Q5_1", GgmlType::Q5_1},
    {GgufMix::IQ4_XS, "IQ4_XS", GgmlType::IQ4_XS},
    {GgufMix::IQ4_NL, "IQ4_NL", GgmlType::IQ4_NL},
    {GgufMix::IQ3_M, "IQ3_M", GgmlType::IQ3_S},
    {GgufMix::IQ3_S, "IQ3_S", GgmlType::IQ3_S},
    {GgufMix::IQ3_XS, "IQ3_XS", GgmlType::IQ3_S},
    {GgufMix::IQ3_XXS, "IQ3_XXS", GgmlType::IQ3_XXS},
    {GgufMix::IQ2_M, "IQ2_M", GgmlType::IQ2_S},
    {GgufMix::IQ2_S, "IQ2_S", GgmlType::IQ2_XS},
    {GgufMix::IQ2_XS, "IQ2_XS", GgmlType::IQ2_XS},
    {GgufMix::IQ2_XXS, "IQ2_XXS", GgmlType::IQ2_XXS},
    {GgufMix::IQ1_M, "IQ1_M", GgmlType::IQ1_M},
    {GgufMix::IQ1_S, "IQ1_S", GgmlType::IQ1_S},
    {GgufMix::TQ1_0, "TQ1_0", GgmlType::TQ1_0},
    {GgufMix::TQ2_0, "TQ2_0", GgmlType::TQ2_0},
    {GgufMix::MXFP4_MOE, "MXFP4_MOE", GgmlType::MXFP4},
}};
static_assert(indexed_by_id(gguf_mixes));
constexpr const auto& enum_table(GgufMix) { return gguf_mixes; }

/// How cached keys or values are stored.
enum class KvFormat : std::uint8_t { Fp32, Fp16, Bf16, Fp8, Int8, Int4, Q8_0, Q5_1, Q5_0, Q4_1, Q4_0, Iq4Nl };

/// A KV format: its block without the extra scales a runtime may keep (those are in memory/kv_cache.hpp).
struct KvFormatRow {
  KvFormat id;
  std::string_view key;
  std::string_view label;
  Block block;
};

/// Source of the block sizes: the number types themselves; Q* and IQ4_NL as the GGML types of the same name.
inline constexpr std::array<KvFormatRow, 12> kv_formats{{
    {KvFormat::Fp32, "fp32", "FP32", {1, 4}},
    {KvFormat::Fp16, "fp16", "FP16", {1, 2}},
    {KvFormat::Bf16, "bf16", "BF16", {1, 2}},
    {KvFormat::Fp8, "fp8", "FP8", {1, 1}},
    {KvFormat::Int8, "int8", "INT8", {1, 1}},
    {KvFormat::Int4, "int4", "INT4", {2, 1}},
    {KvFormat::Q8_0, "q8_0", "Q8_0", block_of(GgmlType::Q8_0)},
    {KvFormat::Q5_1, "q5_1", "Q5_1", block_of(GgmlType::Q5_1)},
    {KvFormat::Q5_0, "q5_0", "Q5_0", block_of(GgmlType::Q5_0)},
    {KvFormat::Q4_1, "q4_1", "Q4_1", block_of(GgmlType::Q4_1)},
    {KvFormat::Q4_0, "q4_0", "Q4_0", block_of(GgmlType::Q4_0)},
    {KvFormat::Iq4Nl, "iq4_nl", "IQ4_NL", block_of(GgmlType::IQ4_NL)},
}};
static_assert(indexed_by_id(kv_formats));
constexpr const auto& enum_table(KvFormat) { return kv_formats; }

/// Bytes and values of one block of a KV format.
[[nodiscard]] constexpr Block block_of(KvFormat format) { return row_of(format).block; }

}  // namespace llmcalc
