#pragma once
// Number formats: how weights and cached keys and values are stored. One table per enumeration, and everything that is
// known of a format is in its row; sizes are blocks, never "bits". What follows from a row is computed in
// memory/weight_formats.hpp, memory/kv_cache.hpp and model/gguf_mix.hpp.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace llmcalc {

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
  std::string_view key;               ///< name as llama.cpp prints it
  std::uint32_t file_id;              ///< number in a GGUF file (ggml.h, enum ggml_type)
  Block block;                        ///< values and bytes of a block (ggml-common.h)
  GgmlType fallback = GgmlType::F16;  ///< what a matrix gets whose rows do not divide by the block (llama-quant.cpp)
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
    {GgmlType::Q2_K, "Q2_K", 10, {256, 84}, GgmlType::Q4_0},
    {GgmlType::Q3_K, "Q3_K", 11, {256, 110}, GgmlType::Q4_0},
    {GgmlType::Q4_K, "Q4_K", 12, {256, 144}, GgmlType::Q5_0},
    {GgmlType::Q5_K, "Q5_K", 13, {256, 176}, GgmlType::Q5_1},
    {GgmlType::Q6_K, "Q6_K", 14, {256, 210}, GgmlType::Q8_0},
    {GgmlType::Q8_K, "Q8_K", 15, {256, 292}},
    {GgmlType::IQ1_S, "IQ1_S", 19, {256, 50}, GgmlType::IQ4_NL},
    {GgmlType::IQ1_M, "IQ1_M", 29, {256, 56}, GgmlType::IQ4_NL},
    {GgmlType::IQ2_XXS, "IQ2_XXS", 16, {256, 66}, GgmlType::IQ4_NL},
    {GgmlType::IQ2_XS, "IQ2_XS", 17, {256, 74}, GgmlType::IQ4_NL},
    {GgmlType::IQ2_S, "IQ2_S", 22, {256, 82}, GgmlType::IQ4_NL},
    {GgmlType::IQ3_XXS, "IQ3_XXS", 18, {256, 98}, GgmlType::IQ4_NL},
    {GgmlType::IQ3_S, "IQ3_S", 21, {256, 110}, GgmlType::IQ4_NL},
    {GgmlType::IQ4_NL, "IQ4_NL", 20, {32, 18}},
    {GgmlType::IQ4_XS, "IQ4_XS", 23, {256, 136}, GgmlType::IQ4_NL},
    {GgmlType::TQ1_0, "TQ1_0", 34, {256, 54}, GgmlType::Q4_0},
    {GgmlType::TQ2_0, "TQ2_0", 35, {256, 66}, GgmlType::Q4_0},
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
  MXFP4_MOE,
  Q6_K_L,
  Q5_K_L,
  Q4_K_L,
  Q3_K_XL,
  Q2_K_L,
  UD_Q8_K_XL,
  UD_Q6_K_XL,
  UD_Q5_K_XL,
  UD_Q4_K_XL,
  UD_Q3_K_XL,
  UD_Q2_K_XL
};

/// When a tensor gets another type than the base of its file type. "The i-th" counts tensors of the same role; in
/// mixtures of experts it is the number of the layer.
enum class When : std::uint8_t {
  Never,
  Always,
  Imatrix,               ///< there is an importance matrix
  NoImatrix,             ///< there is none
  Grouped,               ///< at least four query heads per key and value head
  GroupedOrExperts,      ///< the same, or at least four experts
  EightExperts,          ///< eight experts (Mixtral)
  FirstTwo,              ///< the first two
  FirstFour,             ///< the first four
  FirstSixteenth,        ///< the first sixteenth of the layers
  FirstEighth,           ///< the first eighth of the layers
  MiddleLayers,          ///< neither the first nor the last eighth
  MoreBits,              ///< the first and the last eighth and every third between them (use_more_bits)
  EightExpertsMoreBits,  ///< the same in a model of eight experts
};

/// One type under one condition.
struct TypeRule {
  When when = When::Never;
  GgmlType type = GgmlType::F32;
};
/// Rules of a role: the first that holds decides; when none does, the tensor gets the base type.
using TypeRules = std::array<TypeRule, 3>;

/// A file type and how llama-quantize chooses the type of each tensor in it (model/gguf_mix.hpp applies the rules).
struct GgufMixRow {
  GgufMix id;
  std::string_view key;              ///< llama-quantize's name, also after "gguf:"
  GgmlType base;                     ///< type of a matrix that no rule singles out
  bool lowest = false;               ///< one and two bits: values and keys are not lifted for 70B and eight experts
  bool experts_only = false;         ///< only expert matrices get the base type, the others Q8_0
  GgmlType output = GgmlType::Q6_K;  ///< output matrix
  TypeRule embedding{};              ///< token embedding
  TypeRules value{};                 ///< values, and what holds them (fused, latent)
  TypeRules down{};                  ///< down projections
  TypeRules attention_output{};      ///< output projection of attention
  TypeRule query_key{};              ///< queries and keys
  TypeRule gate_up{};                ///< gate and up projections
  Count low = 1000, high = 1000;     ///< range of published files, per mille: equal when the rules give every tensor
};

/// Source: llama.cpp d775b8967 (build 10573), llama-quant.cpp. The _L mixes are bartowski's: embedding and output in Q8_0
/// (llama-quantize --token-embedding-type, --output-tensor-type). Unsloth's UD- mixes choose every tensor by the model:
/// their rows are a middle, with a range from published files (GB: Qwen3.6-27B UD-Q6_K_XL 25.64, UD-Q8_K_XL 35.3;
/// Qwen3.6-35B-A3B UD-Q2_K_XL 12.2, UD-Q3_K_XL 16.9, UD-Q6_K_XL 31.9; Mistral Small 3.2 24B UD-Q4_K_XL 14.549;
/// Gemma 4 E2B UD-Q2_K_XL 2.24, UD-Q4_K_XL 2.97, UD-Q6_K_XL 4.39, 12B UD-Q6_K_XL 10.67, 26B-A4B UD-Q4_K_XL 18.26;
/// Qwen3.8-27B UD-Q4_K_XL 17.6, UD-Q5_K_XL 21.790).
inline constexpr auto gguf_mixes = [] {
  using enum GgmlType;
  using enum When;
  using Row = GgufMixRow;
  constexpr TypeRule eight_experts{EightExperts, Q5_K};
  // clang-format off
  return std::array<GgufMixRow, 44>{{
      Row{.id = GgufMix::F32, .key = "F32", .base = F32},
      Row{.id = GgufMix::F16, .key = "F16", .base = F16},
      Row{.id = GgufMix::BF16, .key = "BF16", .base = BF16},
      Row{.id = GgufMix::Q8_0, .key = "Q8_0", .base = Q8_0, .output = Q8_0},
      Row{.id = GgufMix::Q6_K, .key = "Q6_K", .base = Q6_K},
      Row{.id = GgufMix::Q5_K_M, .key = "Q5_K_M", .base = Q5_K, .value = {{{MoreBits, Q6_K}}},
          .down = {{{MoreBits, Q6_K}}}},
      Row{.id = GgufMix::Q5_K_S, .key = "Q5_K_S", .base = Q5_K},
      Row{.id = GgufMix::Q4_K_M, .key = "Q4_K_M", .base = Q4_K, .value = {{{MoreBits, Q6_K}}},
          .down = {{{MoreBits, Q6_K}}}, .attention_output = {{eight_experts}}},
      Row{.id = GgufMix::Q4_K_S, .key = "Q4_K_S", .base = Q4_K, .value = {{{FirstFour, Q5_K}}},
          .down = {{{FirstEighth, Q5_K}}}, .attention_output = {{eight_experts}}},
      Row{.id = GgufMix::Q3_K_L, .key = "Q3_K_L", .base = Q3_K, .value = {{{Always, Q5_K}}},
          .down = {{{Always, Q5_K}}}, .attention_output = {{{EightExperts, Q3_K}, {Always, Q5_K}}}},
      Row{.id = GgufMix::Q3_K_M, .key = "Q3_K_M", .base = Q3_K, .value = {{{FirstTwo, Q5_K}, {Always, Q4_K}}},
          .down = {{{FirstSixteenth, Q5_K}, {Always, Q4_K}}},
          .attention_output = {{eight_experts, {Always, Q4_K}}}},
      Row{.id = GgufMix::Q3_K_S, .key = "Q3_K_S", .base = Q3_K, .attention_output = {{eight_experts}}},
      Row{.id = GgufMix::Q2_K, .key = "Q2_K", .base = Q2_K, .value = {{{Grouped, Q4_K}, {Always, Q3_K}}},
          .down = {{{Always, Q3_K}}}, .attention_output = {{eight_experts, {Always, Q3_K}}}},
      Row{.id = GgufMix::Q2_K_S, .key = "Q2_K_S", .base = Q2_K, .value = {{{Grouped, Q4_K}}},
          .down = {{{FirstEighth, Q4_K}}}},
      Row{.id = GgufMix::Q4_0, .key = "Q4_0", .base = Q4_0, .down = {{{NoImatrix, Q4_0}, {FirstEighth, Q4_1}}}},
      Row{.id = GgufMix::Q4_1, .key = "Q4_1", .base = Q4_1},
      Row{.id = GgufMix::Q5_0, .key = "Q5_0", .base = Q5_0, .down = {{{NoImatrix, Q5_0}, {FirstEighth, Q5_1}}}},
      Row{.id = GgufMix::Q5_1, .key = "Q5_1", .base = Q5_1},
      Row{.id = GgufMix::IQ4_XS, .key = "IQ4_XS", .base = IQ4_XS, .value = {{{Grouped, Q5_K}}},
          .down = {{{Imatrix, IQ4_XS}, {FirstEighth, Q5_K}}}, .attention_output = {{eight_experts}}},
      Row{.id = GgufMix::IQ4_NL, .key = "IQ4_NL", .base = IQ4_NL, .value = {{{Grouped, Q5_K}}},
          .down = {{{Imatrix, IQ4_NL}, {FirstEighth, Q5_K}}}, .attention_output = {{eight_experts}}},
      Row{.id = GgufMix::IQ3_M, .key = "IQ3_M", .base = IQ3_S, .value = {{{Always, Q4_K}}},
          .down = {{{FirstEighth, Q4_K}, {EightExpertsMoreBits, Q4_K}}},
          .attention_output = {{eight_experts, {Always, Q4_K}}}},
      Row{.id = GgufMix::IQ3_S, .key = "IQ3_S", .base = IQ3_S, .value = {{{Grouped, Q4_K}}},
          .attention_output = {{eight_experts}}},
      Row{.id = GgufMix::IQ3_XS, .key = "IQ3_XS", .base = IQ3_S, .value = {{{Grouped, Q4_K}}},
          .attention_output = {{eight_experts}}, .query_key = {Always, IQ3_XXS},
          .gate_up = {MiddleLayers, IQ3_XXS}},
      Row{.id = GgufMix::IQ3_XXS, .key = "IQ3_XXS", .base = IQ3_XXS, .output = Q5_K, .embedding = {Always, IQ3_S},
          .value = {{{Grouped, Q4_K}, {Imatrix, IQ3_XXS}, {Always, IQ3_S}}},
          .down = {{{Imatrix, IQ3_XXS}, {FirstEighth, Q4_K}, {Always, Q3_K}}},
          .attention_output = {{eight_experts, {Always, IQ3_S}}}, .query_key = {Always, IQ2_S}},
      Row{.id = GgufMix::IQ2_M, .key = "IQ2_M", .base = IQ2_S, .lowest = true, .output = Q5_K,
          .embedding = {Always, IQ3_S}, .value = {{{GroupedOrExperts, Q4_K}, {Always, IQ3_S}}},
          .down = {{{FirstEighth, IQ3_S}}}, .attention_output = {{eight_experts, {Always, IQ3_S}}}},
      Row{.id = GgufMix::IQ2_S, .key = "IQ2_S", .base = IQ2_XS, .lowest = true, .output = Q5_K,
          .embedding = {Always, IQ3_S}, .value = {{{GroupedOrExperts, Q4_K}, {Always, IQ3_S}}},
          .down = {{{FirstEighth, IQ3_S}}}, .attention_output = {{eight_experts, {Always, IQ3_S}}}},
      Row{.id = GgufMix::IQ2_XS, .key = "IQ2_XS", .base = IQ2_XS, .lowest = true, .output = Q5_K,
          .embedding = {Always, Q2_K}, .value = {{{GroupedOrExperts, Q4_K}, {Always, Q2_K}}},
          .down = {{{FirstEighth, Q2_K}}}, .attention_output = {{eight_experts}}},
      Row{.id = GgufMix::IQ2_XXS, .key = "IQ2_XXS", .base = IQ2_XXS, .lowest = true, .output = Q5_K,
          .embedding = {Always, Q2_K}, .value = {{{GroupedOrExperts, Q4_K}, {Always, Q2_K}}},
          .down = {{{FirstEighth, Q2_K}}}, .attention_output = {{eight_experts}}},
      Row{.id = GgufMix::IQ1_M, .key = "IQ1_M", .base = IQ1_M, .lowest = true, .output = Q5_K,
          .embedding = {Always, Q2_K}, .value = {{{GroupedOrExperts, Q4_K}, {Always, Q2_K}}},
          .down = {{{FirstEighth, Q2_K}}}, .attention_output = {{eight_experts, {Always, IQ2_XXS}}}},
      Row{.id = GgufMix::IQ1_S, .key = "IQ1_S", .base = IQ1_S, .lowest = true, .output = Q5_K,
          .embedding = {Always, Q2_K}, .value = {{{GroupedOrExperts, Q4_K}, {Always, Q2_K}}},
          .down = {{{FirstEighth, Q2_K}}}, .attention_output = {{eight_experts, {Always, IQ2_XXS}}}},
      Row{.id = GgufMix::TQ1_0, .key = "TQ1_0", .base = TQ1_0, .embedding = {Always, Q4_K}},
      Row{.id = GgufMix::TQ2_0, .key = "TQ2_0", .base = TQ2_0, .embedding = {Always, Q4_K}},
      Row{.id = GgufMix::MXFP4_MOE, .key = "MXFP4_MOE", .base = MXFP4, .experts_only = true, .output = Q8_0},
      Row{.id = GgufMix::Q6_K_L, .key = "Q6_K_L", .base = Q6_K, .output = Q8_0, .embedding = {Always, Q8_0}},
      Row{.id = GgufMix::Q5_K_L, .key = "Q5_K_L", .base = Q5_K, .output = Q8_0, .embedding = {Always, Q8_0},
          .value = {{{MoreBits, Q6_K}}}, .down = {{{MoreBits, Q6_K}}}},
      Row{.id = GgufMix::Q4_K_L, .key = "Q4_K_L", .base = Q4_K, .output = Q8_0, .embedding = {Always, Q8_0},
          .value = {{{MoreBits, Q6_K}}}, .down = {{{MoreBits, Q6_K}}}, .attention_output = {{eight_experts}}},
      Row{.id = GgufMix::Q3_K_XL, .key = "Q3_K_XL", .base = Q3_K, .output = Q8_0, .embedding = {Always, Q8_0},
          .value = {{{Always, Q5_K}}}, .down = {{{Always, Q5_K}}},
          .attention_output = {{{EightExperts, Q3_K}, {Always, Q5_K}}}},
      Row{.id = GgufMix::Q2_K_L, .key = "Q2_K_L", .base = Q2_K, .output = Q8_0, .embedding = {Always, Q8_0},
          .value = {{{Grouped, Q4_K}, {Always, Q3_K}}}, .down = {{{Always, Q3_K}}},
          .attention_output = {{eight_experts, {Always, Q3_K}}}},
      Row{.id = GgufMix::UD_Q8_K_XL, .key = "UD-Q8_K_XL", .base = Q8_0, .output = F16, .embedding = {Always, F16},
          .value = {{{Always, F16}}}, .attention_output = {{{Always, F16}}}, .query_key = {Always, F16},
          .low = 850, .high = 1100},
      Row{.id = GgufMix::UD_Q6_K_XL, .key = "UD-Q6_K_XL", .base = Q6_K, .output = Q8_0, .embedding = {Always, Q8_0},
          .value = {{{Always, Q8_0}}}, .down = {{{MoreBits, Q8_0}}}, .attention_output = {{{Always, Q8_0}}},
          .low = 940, .high = 1100},
      Row{.id = GgufMix::UD_Q5_K_XL, .key = "UD-Q5_K_XL", .base = Q5_K, .embedding = {Always, Q6_K},
          .value = {{{Always, Q6_K}}}, .down = {{{Always, Q6_K}}}, .attention_output = {{{Always, Q6_K}}},
          .low = 940, .high = 1110},
      Row{.id = GgufMix::UD_Q4_K_XL, .key = "UD-Q4_K_XL", .base = Q4_K, .value = {{{Always, Q6_K}}},
          .down = {{{MoreBits, Q6_K}, {Always, Q5_K}}}, .attention_output = {{{Always, Q5_K}}}, .low = 930,
          .high = 1110},
      Row{.id = GgufMix::UD_Q3_K_XL, .key = "UD-Q3_K_XL", .base = Q3_K, .value = {{{Always, Q5_K}}},
          .down = {{{Always, Q4_K}}}, .attention_output = {{{Always, Q5_K}}}, .low = 920, .high = 1100},
      Row{.id = GgufMix::UD_Q2_K_XL, .key = "UD-Q2_K_XL", .base = Q2_K, .value = {{{Always, Q4_K}}},
          .down = {{{Always, Q3_K}}}, .attention_output = {{{Always, Q4_K}}}, .low = 900, .high = 1100},
  }};
  // clang-format on
}();
static_assert(indexed_by_id(gguf_mixes));
constexpr const auto& enum_table(GgufMix) { return gguf_mixes; }

/// How the weight matrices are stored. Each has one row in `weight_formats`.
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
  MlxQ2,
  MlxQ3,
  MlxQ4,
  MlxQ5,
  MlxQ6,
  MlxQ8,
  MlxMxfp4,
  MlxMxfp8,
  MlxNvfp4,
  Mxfp8,
  TorchaoInt4,
  Aqlm,
  BitNet,
  Exl2,
  Gguf
};

/// How the scales of a quantized matrix are laid out. The bytes of each layout are in memory/weight_formats.hpp.
enum class ScaleLayout : std::uint8_t {
  None,       ///< plain numbers
  Chosen,     ///< an fp32 scale per tensor or per row, as the scenario says
  Tiles,      ///< an fp32 scale per 128 x 128 weights
  Blocks,     ///< `scale_block` per values in storage order, `constants` per matrix
  Nested,     ///< bitsandbytes' double quantization: 8-bit scales per 64 weights, fp32 per 256 of them, constants
  Gptq,       ///< packed zero and 16-bit scale per group and row, a group index per column
  Awq,        ///< packed zero and 16-bit scale per group and row
  Symmetric,  ///< 16-bit scale per group and row
  Affine,     ///< 16-bit scale and zero (or bias) per group
  Codebook,   ///< AQLM: a codebook per matrix, a 16-bit scale per row
  Average,    ///< the average bits the scenario gives have everything in them
  Mix         ///< GGUF: the blocks of the file type
};

/// Software a format belongs to, when only its own readers know it or treat it in a way of their own.
enum class FormatFamily : std::uint8_t { Common, Bitsandbytes, Mlx, Gguf };

/// Numbers that products of a format are computed in.
enum class Arithmetic : std::uint8_t { Half, Fp32, Fp8, Int8 };

/// What a format does with embedding and output head.
enum class Vocabulary : std::uint8_t {
  Plain,     ///< both stay in 16 bits
  SixBits,   ///< the head gets 6 bits, the embedding stays
  Quantized  ///< both are quantized as every matrix is
};

/// The GGUF file type that comes nearest to a format.
struct NearestMix {
  GgufMix mix = GgufMix::Q4_K_M;
  bool exact = false;  ///< it stores the same numbers
};

/// Everything that is known of a weight format.
struct WeightFormatRow {
  WeightFormat id;
  std::string_view key;
  std::string_view label;
  std::string_view help;
  Count bits = 0;     ///< of a quantized value without its scales; 0: plain numbers
  Block plain{1, 2};  ///< an element that is not quantized
  ScaleLayout scales = ScaleLayout::None;
  Block scale_block{};                        ///< ScaleLayout::Blocks: bytes of scales per so many values
  Count constants = 0;                        ///< ScaleLayout::Blocks: bytes per matrix on top
  Count group = 128;                          ///< group size when none was chosen
  bool whole_groups = false;                  ///< a matrix whose rows do not divide by the group stays plain
  bool every_linear = false;                  ///< routers are quantized as well
  bool experts_only = false;                  ///< of a mixture, only the routed experts are quantized
  bool varies = false;                        ///< published builds leave different matrices in 8 or 16 bits
  Vocabulary vocabulary = Vocabulary::Plain;  ///< embedding and head
  FormatFamily family = FormatFamily::Common;
  Arithmetic arithmetic = Arithmetic::Half;
  double typical_bits = 4.5;  ///< per weight, scales roughly in it: which format is smaller
  Block article{2, 1};        ///< the article's width: 4, 2, 1 or 0.5 bytes
  NearestMix gguf{};          ///< what llama.cpp would make of it
};

/// The weight formats. `Gguf` stands for "gguf:NAME" with a GgufMix, which decides its bits.
inline constexpr auto weight_formats = [] {
  using enum WeightFormat;
  using Row = WeightFormatRow;
  // clang-format off
  return std::array<WeightFormatRow, 32>{{
      Row{.id = AsReleased, .key = "released", .label = "As released", .help = "the format the publisher ships",
          .typical_bits = 16, .article = {1, 2}, .gguf = {GgufMix::BF16, true}},
      Row{.id = Fp32, .key = "fp32", .label = "FP32", .help = "4 bytes per weight", .plain = {1, 4},
          .arithmetic = Arithmetic::Fp32, .typical_bits = 32, .article = {1, 4}, .gguf = {GgufMix::F32, true}},
      Row{.id = Fp16, .key = "fp16", .label = "FP16", .help = "2 bytes per weight", .typical_bits = 16,
          .article = {1, 2}, .gguf = {GgufMix::F16, true}},
      Row{.id = Bf16, .key = "bf16", .label = "BF16", .help = "2 bytes per weight", .typical_bits = 16,
          .article = {1, 2}, .gguf = {GgufMix::BF16, true}},
      Row{.id = Fp8, .key = "fp8", .label = "FP8", .help = "1 byte per weight, one scale per tensor or channel",
          .bits = 8, .scales = ScaleLayout::Chosen, .arithmetic = Arithmetic::Fp8, .typical_bits = 8,
          .article = {1, 1}, .gguf = {GgufMix::Q8_0}},
      Row{.id = Fp8Block, .key = "fp8-block", .label = "FP8 128x128",
          .help = "1 byte per weight, one scale per 128 x 128 block (DeepSeek, Qwen)", .bits = 8,
          .scales = ScaleLayout::Tiles, .arithmetic = Arithmetic::Fp8, .typical_bits = 8, .article = {1, 1},
          .gguf = {GgufMix::Q8_0}},
      Row{.id = Int8, .key = "int8", .label = "INT8", .help = "LLM.int8(): 1 byte per weight, one scale per row",
          .bits = 8, .scales = ScaleLayout::Chosen, .family = FormatFamily::Bitsandbytes,
          .arithmetic = Arithmetic::Int8, .typical_bits = 8, .article = {1, 1}, .gguf = {GgufMix::Q8_0}},
      Row{.id = Nf4, .key = "nf4", .label = "NF4", .help = "bitsandbytes 4-bit NormalFloat, blocks of 64", .bits = 4,
          .scales = ScaleLayout::Blocks, .scale_block = {64, 4}, .constants = 64, .every_linear = true,
          .family = FormatFamily::Bitsandbytes},
      Row{.id = Nf4Dq, .key = "nf4-dq", .label = "NF4 double quant",
          .help = "bitsandbytes 4-bit NormalFloat with quantized scales (QLoRA)", .bits = 4, .scales = ScaleLayout::Nested,
          .every_linear = true, .family = FormatFamily::Bitsandbytes, .typical_bits = 4.1},
      Row{.id = Fp4, .key = "fp4", .label = "FP4", .help = "bitsandbytes FP4, blocks of 64", .bits = 4,
          .scales = ScaleLayout::Blocks, .scale_block = {64, 4}, .constants = 64, .every_linear = true,
          .family = FormatFamily::Bitsandbytes},
      Row{.id = GptqInt4, .key = "gptq-int4", .label = "GPTQ 4 bit",
          .help = "packed int4 with scales, zeros and group index", .bits = 4, .scales = ScaleLayout::Gptq},
      Row{.id = GptqInt8, .key = "gptq-int8", .label = "GPTQ 8 bit",
          .help = "packed int8 with scales, zeros and group index", .bits = 8, .scales = ScaleLayout::Gptq,
          .typical_bits = 8, .article = {1, 1}, .gguf = {GgufMix::Q8_0}},
      Row{.id = AwqInt4, .key = "awq-int4", .label = "AWQ 4 bit", .help = "packed int4 with scales and zeros",
          .bits = 4, .scales = ScaleLayout::Awq},
      Row{.id = HqqInt4, .key = "hqq-int4", .label = "HQQ 4 bit",
          .help = "packed int4, 16-bit scale and zero per group", .bits = 4, .scales = ScaleLayout::Affine,
          .group = 64},
      Row{.id = Mxfp4, .key = "mxfp4", .label = "MXFP4",
          .help = "4 bits with one 8-bit exponent per 32 (gpt-oss: experts only)", .bits = 4,
          .scales = ScaleLayout::Blocks, .scale_block = {32, 1}, .experts_only = true,
          .gguf = {GgufMix::MXFP4_MOE, true}},
      Row{.id = Nvfp4, .key = "nvfp4", .label = "NVFP4", .help = "4 bits with one FP8 scale per 16", .bits = 4,
          .scales = ScaleLayout::Blocks, .scale_block = {16, 1}, .constants = 8, .varies = true},
      Row{.id = Int4, .key = "int4", .label = "INT4",
          .help = "compressed-tensors: symmetric int4 with 16-bit scales", .bits = 4,
          .scales = ScaleLayout::Symmetric},
      Row{.id = MlxQ2, .key = "mlx-q2", .label = "MLX 2 bit",
          .help = "groups of 64 with 16-bit scale and bias, embedding too", .bits = 2,
          .scales = ScaleLayout::Affine, .group = 64, .whole_groups = true, .every_linear = true,
          .vocabulary = Vocabulary::Quantized, .family = FormatFamily::Mlx, .typical_bits = 2.5,
          .gguf = {GgufMix::Q2_K}},
      Row{.id = MlxQ3, .key = "mlx-q3", .label = "MLX 3 bit",
          .help = "groups of 64 with 16-bit scale and bias, embedding too", .bits = 3,
          .scales = ScaleLayout::Affine, .group = 64, .whole_groups = true, .every_linear = true,
          .vocabulary = Vocabulary::Quantized, .family = FormatFamily::Mlx, .typical_bits = 3.5,
          .gguf = {GgufMix::Q3_K_M}},
      Row{.id = MlxQ4, .key = "mlx-q4", .label = "MLX 4 bit",
          .help = "groups of 64 with 16-bit scale and bias, embedding too", .bits = 4,
          .scales = ScaleLayout::Affine, .group = 64, .whole_groups = true, .every_linear = true,
          .vocabulary = Vocabulary::Quantized, .family = FormatFamily::Mlx},
      Row{.id = MlxQ5, .key = "mlx-q5", .label = "MLX 5 bit",
          .help = "groups of 64 with 16-bit scale and bias, embedding too", .bits = 5,
          .scales = ScaleLayout::Affine, .group = 64, .whole_groups = true, .every_linear = true,
          .vocabulary = Vocabulary::Quantized, .family = FormatFamily::Mlx, .typical_bits = 5,
          .gguf = {GgufMix::Q5_K_M}},
      Row{.id = MlxQ6, .key = "mlx-q6", .label = "MLX 6 bit",
          .help = "groups of 64 with 16-bit scale and bias, embedding too", .bits = 6,
          .scales = ScaleLayout::Affine, .group = 64, .whole_groups = true, .every_linear = true,
          .vocabulary = Vocabulary::Quantized, .family = FormatFamily::Mlx, .typical_bits = 6,
          .gguf = {GgufMix::Q6_K}},
      Row{.id = MlxQ8, .key = "mlx-q8", .label = "MLX 8 bit",
          .help = "groups of 64 with 16-bit scale and bias, embedding too", .bits = 8,
          .scales = ScaleLayout::Affine, .group = 64, .whole_groups = true, .every_linear = true,
          .vocabulary = Vocabulary::Quantized, .family = FormatFamily::Mlx, .typical_bits = 8, .article = {1, 1},
          .gguf = {GgufMix::Q8_0}},
      Row{.id = MlxMxfp4, .key = "mlx-mxfp4", .label = "MLX MXFP4",
          .help = "4 bits with one 8-bit exponent per 32, embedding too", .bits = 4,
          .scales = ScaleLayout::Blocks, .scale_block = {32, 1}, .group = 32, .whole_groups = true,
          .every_linear = true, .vocabulary = Vocabulary::Quantized, .family = FormatFamily::Mlx,
          .typical_bits = 4.25},
      Row{.id = MlxMxfp8, .key = "mlx-mxfp8", .label = "MLX MXFP8",
          .help = "1 byte per weight with one 8-bit exponent per 32, embedding too", .bits = 8,
          .scales = ScaleLayout::Blocks, .scale_block = {32, 1}, .group = 32, .whole_groups = true,
          .every_linear = true, .vocabulary = Vocabulary::Quantized, .family = FormatFamily::Mlx,
          .typical_bits = 8.25, .article = {1, 1}, .gguf = {GgufMix::Q8_0}},
      Row{.id = MlxNvfp4, .key = "mlx-nvfp4", .label = "MLX NVFP4",
          .help = "4 bits with one FP8 scale per 16, embedding too", .bits = 4,
          .scales = ScaleLayout::Blocks, .scale_block = {16, 1}, .group = 16, .whole_groups = true,
          .every_linear = true, .vocabulary = Vocabulary::Quantized, .family = FormatFamily::Mlx},
      Row{.id = Mxfp8, .key = "mxfp8", .label = "MXFP8", .help = "1 byte per weight with one 8-bit exponent per 32",
          .bits = 8, .scales = ScaleLayout::Blocks, .scale_block = {32, 1}, .typical_bits = 8, .article = {1, 1},
          .gguf = {GgufMix::Q8_0}},
      Row{.id = TorchaoInt4, .key = "torchao-int4", .label = "torchao 4 bit",
          .help = "packed int4, 16-bit scale and zero per group", .bits = 4, .scales = ScaleLayout::Affine},
      Row{.id = Aqlm, .key = "aqlm", .label = "AQLM, VPTQ",
          .help = "one 16-bit code per 8 weights, a codebook per matrix", .bits = 2,
          .scales = ScaleLayout::Codebook, .typical_bits = 2, .gguf = {GgufMix::Q2_K}},
      Row{.id = BitNet, .key = "bitnet", .label = "BitNet",
          .help = "ternary weights, four in a byte, one scale per matrix", .bits = 2,
          .scales = ScaleLayout::Blocks, .scale_block = {0x80000000, 2}, .typical_bits = 2,
          .gguf = {GgufMix::TQ2_0}},
      Row{.id = Exl2, .key = "exl2", .label = "EXL2, EXL3",
          .help = "as many bits per weight as chosen on average, head in 6 bits", .bits = 4,
          .scales = ScaleLayout::Average, .vocabulary = Vocabulary::SixBits},
      Row{.id = Gguf, .key = "gguf", .label = "GGUF",
          .help = "llama.cpp: a mix of block formats, chosen tensor by tensor", .bits = 8,
          .scales = ScaleLayout::Mix, .vocabulary = Vocabulary::Quantized, .family = FormatFamily::Gguf},
  }};
  // clang-format on
}();
static_assert(indexed_by_id(weight_formats));
constexpr const auto& enum_table(WeightFormat) { return weight_formats; }

/// A weight format with its GGUF mix.
struct FormatChoice {
  WeightFormat format = WeightFormat::Bf16;
  GgufMix mix = GgufMix::Q4_K_M;
  friend bool operator==(const FormatChoice&, const FormatChoice&) = default;
};

/// What stands before the name of a GGUF mix.
inline constexpr std::string_view gguf_prefix = "gguf:";

/// "gguf:Q4_K_M", "fp8".
[[nodiscard]] inline std::string format_text(FormatChoice c) {
  if (c.format != WeightFormat::Gguf) return std::string(key_of(c.format));
  return std::string(gguf_prefix).append(key_of(c.mix));
}

/// Bits per weight by which formats are compared, scales roughly in them.
[[nodiscard]] constexpr double typical_bits(FormatChoice c) {
  if (c.format != WeightFormat::Gguf) return row_of(c.format).typical_bits;
  const Block block = block_of(row_of(c.mix).base);
  return 8.0 * block.bytes / block.elements;
}

/// How cached keys or values are stored.
enum class KvFormat : std::uint8_t { Fp32, Fp16, Bf16, Fp8, Int8, Int4, Q8_0, Q5_1, Q5_0, Q4_1, Q4_0, Iq4Nl };

/// A KV format: its block, and what engines add to it (memory/kv_cache.hpp).
struct KvFormatRow {
  KvFormat id;
  std::string_view key;
  std::string_view label;
  Block block;             ///< the numbers alone
  Block grouped{};         ///< in caches of torch and MLX, with a 16-bit scale and zero per 64; {1, 0}: as `block`
  Count server_scale = 0;  ///< servers: bytes of scales per token, head and side
  std::string_view llama_cpp_name{};  ///< llama.cpp's name; "": the key
};

/// Source of the block sizes: the number types themselves; Q* and IQ4_NL as the GGML types of the same name.
inline constexpr std::array<KvFormatRow, 12> kv_formats{{
    {.id = KvFormat::Fp32, .key = "fp32", .label = "FP32", .block = {1, 4}, .llama_cpp_name = "f32"},
    {.id = KvFormat::Fp16, .key = "fp16", .label = "FP16", .block = {1, 2}, .llama_cpp_name = "f16"},
    {.id = KvFormat::Bf16, .key = "bf16", .label = "BF16", .block = {1, 2}},
    {.id = KvFormat::Fp8, .key = "fp8", .label = "FP8", .block = {1, 1}},
    {.id = KvFormat::Int8, .key = "int8", .label = "INT8", .block = {1, 1}, .grouped = {64, 68}, .server_scale = 4},
    {.id = KvFormat::Int4, .key = "int4", .label = "INT4", .block = {2, 1}, .grouped = {64, 36}, .server_scale = 4},
    {.id = KvFormat::Q8_0, .key = "q8_0", .label = "Q8_0", .block = block_of(GgmlType::Q8_0)},
    {.id = KvFormat::Q5_1, .key = "q5_1", .label = "Q5_1", .block = block_of(GgmlType::Q5_1)},
    {.id = KvFormat::Q5_0, .key = "q5_0", .label = "Q5_0", .block = block_of(GgmlType::Q5_0)},
    {.id = KvFormat::Q4_1, .key = "q4_1", .label = "Q4_1", .block = block_of(GgmlType::Q4_1)},
    {.id = KvFormat::Q4_0, .key = "q4_0", .label = "Q4_0", .block = block_of(GgmlType::Q4_0)},
    {.id = KvFormat::Iq4Nl, .key = "iq4_nl", .label = "IQ4_NL", .block = block_of(GgmlType::IQ4_NL)},
}};
static_assert(indexed_by_id(kv_formats));
constexpr const auto& enum_table(KvFormat) { return kv_formats; }

/// Bytes and values of one block of a KV format.
[[nodiscard]] constexpr Block block_of(KvFormat format) { return row_of(format).block; }

/// llama.cpp's name of a KV format.
[[nodiscard]] constexpr std::string_view llama_cpp_name(KvFormat format) {
  const KvFormatRow& row = row_of(format);
  return row.llama_cpp_name.empty() ? row.key : row.llama_cpp_name;
}

/// Set of KV formats, one bit each.
using KvFormatSet = std::uint16_t;
static_assert(kv_formats.size() <= 16);

/// The set of these formats.
template <class... Format>
[[nodiscard]] constexpr KvFormatSet kv_format_set(Format... formats) {
  return static_cast<KvFormatSet>((0U | ... | (1U << static_cast<unsigned>(formats))));
}
/// True when the set has this format.
[[nodiscard]] constexpr bool has(KvFormatSet set, KvFormat format) {
  return ((set >> static_cast<unsigned>(format)) & 1U) != 0;
}

}  // namespace llmcalc
