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
//   mlx-qN            n N/8 + n/g x 4                                 mlx quantize: 16-bit scale and bias
// Exempt tensors keep 2 bytes (4 in fp32). Range of validity: matrices of at least one group. Not counted: file
// headers, tokenizer, padding an engine adds while loading. A group size of 0 counts no groups; sizes saturate.

#include <llmcalc/base/units.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// A weight format with its settings.
struct WeightRules {
  WeightFormat format = WeightFormat::Bf16;
  Count group = 128;
  Scales scales = Scales::Channel;
  GgufMix mix = GgufMix::Q4_K_M;  ///< when the format is Gguf
  double bits = 4;                ///< average of a weight when the format is Exl2
  bool experts_only = false;      ///< only the routed experts are quantized (gpt-oss; Kimi K2 Thinking as released)
  bool measured = false;          ///< bytes that were measured in the model's file win over computed ones
};

/// Settings of a scenario's weights for a model. "As released" takes the publisher's format and group size.
[[nodiscard]] inline WeightRules weight_rules(const Model& model, const Weights& weights) {
  const bool released = weights.format == WeightFormat::AsReleased;
  WeightRules rules{.format = released ? model.released_format : weights.format,
                    .scales = weights.scales,
                    .mix = weights.mix,
                    .bits = released && model.quantization_bits > 0 ? model.quantization_bits : weights.bits,
                    .measured = released};
  const WeightFormatRow& format = row_of(rules.format);
  const Count chosen = released ? model.quantization_group : weights.group_size;
  rules.group = chosen == 0 || chosen == Weights{}.group_size ? format.group : chosen;
  bool moe = false;
  for (const Layer& kind : model.kinds) moe = moe || kind.is_moe();
  rules.experts_only = moe && (format.experts_only || (released && model.plain_attention));
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
  if (rules.experts_only && t.part != ModelPart::Experts) return false;
  const bool whole = !format.whole_groups || t.columns % rules.group == 0;
  switch (t.role) {
    case TensorRole::Embedding:
      return format.vocabulary == Vocabulary::Quantized && whole;
    case TensorRole::Head:
      return format.vocabulary != Vocabulary::Plain && whole;
    case TensorRole::Router:
    case TensorRole::SharedExpertGate:
      return format.every_linear;
    case TensorRole::PositionTable:
    case TensorRole::Norm:
    case TensorRole::Bias:
    case TensorRole::RecurrentSmall:
    case TensorRole::Convolution:
    case TensorRole::Sinks:
    case TensorRole::Encoder:
    case TensorRole::Other:
      return false;
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
    case TensorRole::RecurrentOut:
      break;
  }
  return whole;
}

namespace weights_detail {
/// ceil(n x bits / 8).
constexpr Count packed(Count n, Count bits) { return ceil_divide(multiply(n, bits), 8); }
/// Bits of 256 weights, which makes every average people choose a whole number.
constexpr Count bits_in_256(double bits) { return static_cast<Count>(bits * 256 + 0.5); }
}  // namespace weights_detail

/// Bytes of one quantized matrix of `rows` outputs and `columns` inputs. Plain formats: 2 or 4 bytes per element.
[[nodiscard]] constexpr Bytes matrix_bytes(const WeightRules& rules, Count rows, Count columns) {
  using weights_detail::bits_in_256;
  using weights_detail::packed;
  const WeightFormatRow& format = row_of(rules.format);
  const Count n = multiply(rows, columns);
  const Count groups = ceil_divide(columns, rules.group);
  const Count values = packed(n, format.bits);
  switch (format.scales) {
    case ScaleLayout::None:
      break;
    case ScaleLayout::Chosen:
      return {add(values, rules.scales == Scales::Tensor ? 4 : multiply(4, rows))};
    case ScaleLayout::Tiles:
      return {add(values, product(4, ceil_divide(rows, 128), ceil_divide(columns, 128)))};
    case ScaleLayout::Blocks:
      return {add(values, add(storage(n, format.scale_block).count, format.constants))};
    case ScaleLayout::Nested: {
      const Count scales = ceil_divide(n, 64);
      return {add(add(values, scales), add(multiply(4, ceil_divide(scales, 256)), 4 + 64 + 1024))};
    }
    case ScaleLayout::Gptq:
      return {add(values, add(multiply(groups, add(packed(rows, format.bits), 2 * rows)), multiply(4, columns)))};
    case ScaleLayout::Awq:
      return {add(values, multiply(groups, add(packed(rows, format.bits), 2 * rows)))};
    case ScaleLayout::Symmetric:
      return {add(values, product(groups, 2, rows))};
    case ScaleLayout::Affine:
      return {add(values, multiply(4, ceil_divide(n, rules.group)))};
    case ScaleLayout::Codebook:
      return {add(values, add(multiply(2, rows), (Count{1} << 16) * 8 * 2))};
    case ScaleLayout::Average:
      return {ceil_divide(multiply(n, bits_in_256(rules.bits)), Count{8} * 256)};
    case ScaleLayout::Mix:
      return storage(n, block_of(row_of(rules.mix).base));
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

}  // namespace llmcalc
