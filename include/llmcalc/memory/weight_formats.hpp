#pragma once
// Bytes of one matrix in every weight format that is not GGUF, scales included, and which tensors a format leaves
// alone. The formats themselves are rows of model/formats.hpp; here is what each layout of scales adds.
//
// n = rows x columns (outputs x inputs), g = group size along the inputs, w = bits of a value:
//   fp8, int8         n + 4 per tensor or 4 per row                   compressed-tensors; bitsandbytes Int8Params (SCB)
//   fp8-block         n + 4 per 128 x 128 block                       transformers integrations/finegrained_fp8
//   nf4, fp4          ceil(n/2) + 4 per block of 64 + 64 (code)       bitsandbytes functional.quantize_4bit
//   nf4-dq            ceil(n/2) + q + 4 ceil(q/256) + 1092            the same with compress_statistics: q = ceil(n/64);
//                                                                     1092 = offset 4 + code 64 + nested code 1024
//   gptq              n w/8 + ceil(in/g) (out w/8 + 2 out) + 4 in     packed zeros, 16-bit scales, group index
//   awq-int4          n/2 + ceil(in/g) (out/2 + 2 out)                AutoAWQ modules/linear/gemm
//   int4              n/2 + ceil(in/g) 2 out                          compressed-tensors, symmetric: no zeros
//   hqq-int4          n/2 + n/g x 4                                   16-bit scale and zero
//   mxfp4             n/2 + n/32                                      OCP MX: one 8-bit exponent per 32
//   nvfp4             n/2 + n/16 + 8                                  FP8 scale per 16, two fp32 scalars
//   gguf              blocks of the mix's base type                   engines that read GGUF (files: model/gguf_mix.hpp)
//   mxfp8             n + n/32                                        OCP MX
//   torchao-int4      n/2 + n/g x 4                                   torchao int4_weight_only
//   aqlm              n/8 x 2 + 2 out + 2^16 x 8 x 2                  AQLM 1x16, groups of 8: codes, scales, codebook
//   exl2              ceil(n bits / 8); head 6 bits                   exllamav2 doc/convert: the average is what counts
//   exl3              n bits / 8 + 2 (in + out) + 4                   exllamav3: 16-bit scales of rows and columns, a
//                                                                     multiplier (shapes in a quantization_config.json)
//   mlx-qN            n N/8 + n/g x 4                                 mlx quantize: 16-bit scale and bias
//   mlx-mxfp4, -mxfp8 n w/8 + n/32                                    mlx quantize: one exponent per 32
//   mlx-nvfp4         n/2 + n/16                                      mlx quantize: one FP8 scale per 16
//   bitnet            n/4 + 2                                         transformers integrations/bitnet: a scale per matrix
// A checkpoint may say other bits than the format's (GPTQ of 3 bits): they take the format's place.
// Exempt tensors keep 2 bytes (4 in fp32). Range of validity: matrices of at least one group. Not counted: file
// headers, tokenizer, padding an engine adds while loading. A group size of 0 counts no groups; sizes saturate.

#include <llmcalc/base/units.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace llmcalc {

/// Which matrices a format is applied to, of those that can be quantized.
enum class Covered : std::uint8_t {
  Matrices,       ///< all of them
  AllButRouters,  ///< where a class keeps its router as a bare array (mlx-lm's DeepSeek, GLM, Nemotron)
  FeedForward,    ///< dense feed-forward blocks
  Experts         ///< routed experts (gpt-oss)
};

/// A weight format with its settings.
struct WeightRules {
  WeightFormat format = WeightFormat::Bf16;
  Count group = 128;
  Scales scales = Scales::Channel;
  GgufMix mix = GgufMix::Q4_K_M;  ///< when the format is Gguf
  double bits = 0;     ///< of a value (Exl2: the average with everything in it); 0: as many as the format says
  Count codebook = 0;  ///< bytes of a matrix's codebooks, of EXL3 its multiplier; 0: as many as the format says
  Covered covered = Covered::Matrices;
  std::optional<FormatChoice> experts{};  ///< format of the routed experts where it is another
  bool measured = false;                  ///< bytes that the model's file or config gives win over computed ones
  bool varies = false;                    ///< publishers leave different matrices in 8 or 16 bits
};

/// The rules of the routed experts.
[[nodiscard]] constexpr WeightRules expert_rules(const WeightRules& rules) {
  const FormatChoice choice = rules.experts.value_or(FormatChoice{rules.format, rules.mix});
  return {.format = choice.format, .group = row_of(choice.format).group, .scales = rules.scales, .mix = choice.mix};
}

/// True when builds of this model in a format that was only named differ in what they quantize. A dense model of
/// attention alone is quantized whole by everybody's GPTQ, AWQ and compressed-tensors recipes; experts are, the mixers
/// and shared experts beside them and recurrent mixers often are not: Qwen's own GPTQ builds of Qwen3.5 122B-A10B have
/// 73.47 GiB, 18 % more than with every matrix. MLX leaves routers in 16 bits or gives them 8, by the model's class:
/// GLM-4.7 in 4 bits 0.05 % more; of Gemma 4's per-layer inputs mlx-lm quantizes one matrix more than mlx-vlm: E4B in 4
/// bits 0.8 % less. Source: file sizes in kaito-project/kaito@056b828 (model_catalog.yaml) and
/// exo-explore/exo@b5375f8 (resources/inference_model_cards).
[[nodiscard]] inline bool is_mixed(const Model& model, const WeightFormatRow& format) {
  const bool moe = std::ranges::any_of(model.kinds, &Layer::is_moe);
  if (format.family == FormatFamily::Mlx) return moe || model.per_layer_width != 0;
  const bool packed = format.scales == ScaleLayout::Gptq || format.scales == ScaleLayout::Awq ||
                      format.scales == ScaleLayout::Symmetric;
  return packed && (moe || std::ranges::any_of(model.kinds, &Layer::recurs));
}

/// Settings of a scenario's weights for a model. "As released" takes the publisher's format and group size.
[[nodiscard]] inline WeightRules weight_rules(const Model& model, const Weights& weights) {
  const bool released = weights.format == WeightFormat::AsReleased;
  WeightRules rules{.format = released ? model.released_format : weights.format,
                    .scales = weights.scales,
                    .mix = weights.mix,
                    .measured = released};
  const WeightFormatRow& format = row_of(rules.format);
  if (released && model.quantization_bits > 0) {
    rules.bits = model.quantization_bits;
  } else if (format.scales == ScaleLayout::Average) {
    rules.bits = weights.bits;
  }
  // Blocks with scales of their own are as large as the format says: a group size is for those that people choose one for.
  const Count wished = format.scales == ScaleLayout::Blocks ? 0 : weights.group_size;
  const Count chosen = released ? model.quantization_group : wished;
  const bool usual = chosen == 0 || (!released && chosen == Weights{}.group_size);
  rules.group = usual ? format.group : chosen;
  const bool moe = std::ranges::any_of(model.kinds, &Layer::is_moe);
  if (moe && format.experts_only) rules.covered = Covered::Experts;
  // mlx-lm keeps experts that are in MXFP4 already: mlx-community's "gpt-oss-20b-MXFP4-Q8" has 12.1 GB.
  if (moe && !released && format.family == FormatFamily::Mlx && row_of(model.released_format).experts_only)
    rules.experts = FormatChoice{WeightFormat::MlxMxfp4};
  if (weights.experts && (weights.experts->format != rules.format ||
                          (rules.format == WeightFormat::Gguf && weights.experts->mix != rules.mix)))
    rules.experts = weights.experts;
  rules.varies = released ? model.unlisted_mix : format.varies || is_mixed(model, format);
  return rules;
}

/// The same rules for the fewest matrices that published builds of such a format quantize: routed experts, of a dense
/// model the feed-forward blocks. Source: the lists of 27 NVIDIA checkpoints of 2026 (hf_quant_config.json in
/// ai-dynamo/aiconfigurator@095f58a): all keep routers and head, 20 keep attention, 9 shared experts, in 16 or 8 bits.
[[nodiscard]] inline WeightRules fewest_quantized(const Model& model, WeightRules rules) {
  if (row_of(rules.format).vocabulary == Vocabulary::Quantized) {
    rules.covered = Covered::AllButRouters;
  } else {
    rules.covered = std::ranges::any_of(model.kinds, &Layer::is_moe) ? Covered::Experts : Covered::FeedForward;
  }
  return rules;
}

/// Bytes of an element that a format leaves alone.
[[nodiscard]] constexpr Block plain_block(WeightFormat format) { return row_of(format).plain; }

/// True when the format quantizes this tensor. Matrices of mixers, feed-forward blocks and experts are; embedding,
/// head, norms, biases, convolutions, sinks and encoders are not (MLX quantizes embedding and head too). Routers are
/// plain in server formats; bitsandbytes and MLX quantize every linear layer.
[[nodiscard]] constexpr bool is_quantized(const WeightRules& rules, const Tensor& t) {
  const WeightFormatRow& format = row_of(rules.format);
  if (format.bits == 0 || t.vector || t.buffer || t.columns <= 1) return false;
  if (rules.covered == Covered::Experts && t.part != ModelPart::Experts) return false;
  if (rules.covered == Covered::FeedForward && t.part != ModelPart::FeedForward) return false;
  const bool whole = !format.whole_groups || t.columns % rules.group == 0;
  switch (t.role) {
    case TensorRole::Embedding: return format.vocabulary == Vocabulary::Quantized && whole;
    case TensorRole::Head: return format.vocabulary != Vocabulary::Plain && whole;
    case TensorRole::Router:
    case TensorRole::SharedExpertGate: return format.every_linear && rules.covered != Covered::AllButRouters;
    case TensorRole::PositionTable:
    case TensorRole::Norm:
    case TensorRole::Bias:
    case TensorRole::RecurrentSmall:
    case TensorRole::Convolution:
    case TensorRole::Sinks:
    case TensorRole::Encoder:
    case TensorRole::Other: return false;
    case TensorRole::Query:
    case TensorRole::Key:
    case TensorRole::Value:
    case TensorRole::QueryKeyValue:
    case TensorRole::AttentionOutput:
    case TensorRole::LatentQueryDown:
    case TensorRole::LatentQueryUp:
    case TensorRole::LatentKvDown:
    case TensorRole::LatentKvUp:
    case TensorRole::Indexer:
    case TensorRole::Gate:
    case TensorRole::Up:
    case TensorRole::GateUp:
    case TensorRole::Down:
    case TensorRole::ExpertGate:
    case TensorRole::ExpertUp:
    case TensorRole::ExpertGateUp:
    case TensorRole::ExpertDown:
    case TensorRole::LatentExpertProjection:
    case TensorRole::SharedGate:
    case TensorRole::SharedUp:
    case TensorRole::SharedDown:
    case TensorRole::RecurrentIn:
    case TensorRole::RecurrentOut: break;
  }
  return whole;
}

namespace weights_detail {
/// Bits of 256 weights, which makes every average people choose a whole number.
constexpr Count bits_in_256(double bits) { return static_cast<Count>(bits * 256 + 0.5); }
}  // namespace weights_detail

/// Bytes of one quantized matrix of `rows` outputs and `columns` inputs. Plain formats: 2 or 4 bytes per element.
[[nodiscard]] constexpr Bytes matrix_bytes(const WeightRules& rules, Count rows, Count columns) {
  const WeightFormatRow& format = row_of(rules.format);
  const Count n = multiply(rows, columns);
  const Count groups = ceil_divide(columns, rules.group);
  const auto packed = [&](Count numbers) {
    if (rules.bits > 0)
      return ceil_divide(multiply(numbers, weights_detail::bits_in_256(rules.bits)), Count{8} * 256);
    return ceil_divide(multiply(numbers, format.bits), 8);
  };
  const Count values = packed(n);
  switch (format.scales) {
    case ScaleLayout::None: break;
    case ScaleLayout::Chosen: return {add(values, rules.scales == Scales::Tensor ? 4 : multiply(4, rows))};
    case ScaleLayout::Tiles: return {add(values, product(4, ceil_divide(rows, 128), ceil_divide(columns, 128)))};
    case ScaleLayout::Blocks: return {add(values, add(storage(n, format.scale_block).count, format.constants))};
    case ScaleLayout::Nested: {
      const Count scales = ceil_divide(n, 64);
      return {add(add(values, scales), add(multiply(4, ceil_divide(scales, 256)), 4 + 64 + 1024))};
    }
    case ScaleLayout::Gptq:
      return {add(values, add(multiply(groups, add(packed(rows), 2 * rows)), multiply(4, columns)))};
    case ScaleLayout::Awq: return {add(values, multiply(groups, add(packed(rows), 2 * rows)))};
    case ScaleLayout::Symmetric: return {add(values, product(groups, 2, rows))};
    case ScaleLayout::Affine: return {add(values, multiply(4, ceil_divide(n, rules.group)))};
    case ScaleLayout::Codebook:
      return {add(values, add(multiply(2, rows), rules.codebook != 0 ? rules.codebook : (Count{1} << 16) * 8 * 2))};
    case ScaleLayout::Average:
      return {rules.codebook == 0 ? values : add(values, add(multiply(2, add(rows, columns)), rules.codebook))};
    case ScaleLayout::Mix: return storage(n, block_of(row_of(rules.mix).base));
  }
  return storage(n, format.plain);
}
// 4096 x 4096: LLM.int8() 4 bytes per row; NF4 4.5 bits; QLoRA's double quantization 4.127 bits (paper section 3).
static_assert(matrix_bytes({.format = WeightFormat::Int8}, 4096, 4096) == Bytes{16'777'216 + 16'384});
static_assert(matrix_bytes({.format = WeightFormat::Nf4}, 4096, 4096) == Bytes{8'388'608 + 1'048'576 + 64});
static_assert(matrix_bytes({.format = WeightFormat::Nf4Dq}, 4096, 4096) ==
              Bytes{8'388'608 + 262'144 + 4'096 + 1'092});
static_assert(matrix_bytes({.format = WeightFormat::Mxfp4}, 32, 32) == Bytes{544});
static_assert(matrix_bytes({.format = WeightFormat::Exl2, .bits = 4.25}, 1024, 1024) == Bytes{557'056});
// lm_head of a Qwen3.8 27B with 6 bits: malaiwah/qwen38-27b-exl3, receipts/context-quantization-manifest.json.
static_assert(matrix_bytes({.format = WeightFormat::Exl2, .bits = 6, .codebook = 4}, 248'320, 5'120) ==
              Bytes{954'055'684});

}  // namespace llmcalc
