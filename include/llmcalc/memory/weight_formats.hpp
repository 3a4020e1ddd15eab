#pragma once
// Bytes of one matrix in every weight format that is not GGUF, scales included, and which tensors a format leaves
// alone.
//
// n = rows x columns (outputs x inputs), g = group size along the inputs:
//   fp8, int8         n + 4 a tensor or 4 a row                       compressed-tensors; bitsandbytes Int8Params
//   (SCB) fp8-block         n + 4 for each 128 x 128 block                  transformers integrations/finegrained_fp8
//   nf4, fp4          ceil(n/2) + 4 a block of 64 + 64 (code)         bitsandbytes functional.quantize_4bit
//   nf4-dq            ceil(n/2) + q + 4 ceil(q/256) + 1092, q = ceil(n/64)   the same with compress_statistics; 1092
//   =
//                     offset 4 + code 64 + nested code 1024
//   gptq              n w/8 + ceil(in/g) (out w/8 + 2 out) + 4 in     packed zeros, 16-bit scales, group index
//   awq-int4          n/2 + ceil(in/g) (out/2 + 2 out)                AutoAWQ modules/linear/gemm
//   int4              n/2 + ceil(in/g) 2 out                          compressed-tensors, symmetric: no zeros
//   hqq-int4          n/2 + n/g x 4                                   16-bit scale and zero
//   mxfp4             n/2 + n/32                                      OCP MX: one 8-bit exponent for 32
//   nvfp4             n/2 + n/16 + 8                                  FP8 scale for 16, two fp32 scalars
//   gguf              blocks of the mix's base type (an engine that reads GGUF; the file itself: model/gguf_mix.hpp)
//   mxfp8             n + n/32                                        OCP MX
//   torchao-int4      n/2 + n/g x 4                                   torchao int4_weight_only
//   aqlm              n/8 x 2 + 2 out + 2^16 x 8 x 2                  AQLM 1x16, groups of 8: codes, scales, codebook
//   exl2              ceil(n bits / 8); head 6 bits                   exllamav2 doc/convert: the average is what
//   counts mlx-qN            n N/8 + n/g x 4                                 mlx quantize: 16-bit scale and bias
// Exempt tensors keep 2 bytes (4 in fp32). Not counted: file headers, tokenizer, padding an engine adds while
// loading.

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

/// Group size that a format uses when none was chosen.
[[nodiscard]] constexpr Count usual_group(WeightFormat format) {
  switch (format) {
    case WeightFormat::HqqInt4:
    case WeightFormat::MlxQ4:
    case WeightFormat::MlxQ5:
    case WeightFormat::MlxQ6:
    case WeightFormat::MlxQ8:
      return 64;  // hqq BaseQuantizeConfig; mlx.nn.quantize
    default:
      return 128;  // GPTQ, AWQ and compressed-tensors recipes
  }
}

/// Settings of a scenario's weights for a model. "As released" takes the publisher's format and group size.
[[nodiscard]] inline WeightRules weight_rules(const Model& model, const Weights& weights) {
  const bool released = weights.format == WeightFormat::AsReleased;
  WeightRules rules{.format = released ? model.released_format : weights.format,
                    .scales = weights.scales,
                    .mix = weights.mix,
                    .bits = released && model.quantization_bits > 0 ? model.quantization_bits : weights.bits,
                    .measured = released};
  const Count chosen = released ? model.quantization_group : weights.group_size;
  rules.group = chosen == 0 || chosen == Weights{}.group_size ? usual_group(rules.format) : chosen;
  bool moe = false;
  for (const Layer& kind : model.kinds) moe = moe || kind.is_moe();
  rules.experts_only = moe && (rules.format == WeightFormat::Mxfp4 || (released && model.plain_attention));
  return rules;
}

/// Bytes of an element that a format leaves alone.
[[nodiscard]] constexpr Block plain_block(WeightFormat format) {
  return format == WeightFormat::Fp32 ? Block{1, 4} : Block{1, 2};
}

/// True for the formats of mlx.nn.quantize, which quantize the embedding and the head as well.
[[nodiscard]] constexpr bool is_mlx(WeightFormat f) {
  return f == WeightFormat::MlxQ4 || f == WeightFormat::MlxQ5 || f == WeightFormat::MlxQ6 || f == WeightFormat::MlxQ8;
}

/// Bits of a quantized value without its scales; 0 when the format stores plain numbers.
[[nodiscard]] constexpr Count value_bits(WeightFormat f) {
  switch (f) {
    case WeightFormat::Fp8:
    case WeightFormat::Fp8Block:
    case WeightFormat::Int8:
    case WeightFormat::GptqInt8:
    case WeightFormat::MlxQ8:
    case WeightFormat::Mxfp8:
    case WeightFormat::Gguf:  // a few bits fewer or more by the mix; only "not plain" matters
      return 8;
    case WeightFormat::MlxQ6:
      return 6;
    case WeightFormat::MlxQ5:
      return 5;
    case WeightFormat::Nf4:
    case WeightFormat::Nf4Dq:
    case WeightFormat::Fp4:
    case WeightFormat::GptqInt4:
    case WeightFormat::AwqInt4:
    case WeightFormat::HqqInt4:
    case WeightFormat::Mxfp4:
    case WeightFormat::Nvfp4:
    case WeightFormat::Int4:
    case WeightFormat::MlxQ4:
    case WeightFormat::TorchaoInt4:
    case WeightFormat::Exl2:  // the average differs; only "not plain" matters
      return 4;
    case WeightFormat::Aqlm:
      return 2;
    default:
      return 0;
  }
}

/// True when the format quantizes this tensor. Matrices of mixers, feed-forward blocks and experts are; embedding,
/// head, norms, biases, convolutions, sinks and encoders are not (MLX quantizes embedding and head too). Routers are
/// plain in server formats; bitsandbytes and MLX quantize every linear layer.
[[nodiscard]] constexpr bool is_quantized(const WeightRules& rules, const Tensor& t) {
  if (value_bits(rules.format) == 0 || t.vector || t.buffer || t.columns <= 1) return false;
  if (rules.experts_only && t.part != ModelPart::Experts) return false;
  const bool every_linear = is_mlx(rules.format) || rules.format == WeightFormat::Nf4 ||
                            rules.format == WeightFormat::Nf4Dq || rules.format == WeightFormat::Fp4;
  switch (t.role) {
    case TensorRole::Embedding:
    case TensorRole::Head:
      if (rules.format == WeightFormat::Gguf) return true;
      if (rules.format == WeightFormat::Exl2) return t.role == TensorRole::Head;
      return is_mlx(rules.format) && t.columns % rules.group == 0;
    case TensorRole::Router:
    case TensorRole::SharedExpertGate:
      return every_linear;
    case TensorRole::PositionTable:
    case TensorRole::Norm:
    case TensorRole::Bias:
    case TensorRole::RecurrentSmall:
    case TensorRole::Convolution:
    case TensorRole::Sinks:
    case TensorRole::Encoder:
    case TensorRole::Other:
      return false;
    default:
      return !is_mlx(rules.format) || t.columns % rules.group == 0;
  }
}

namespace weights_detail {
/// ceil(n x bits / 8).
constexpr Count packed(Count n, Count bits) { return ceil_divide(multiply(n, bits), 8); }
/// Bits of 256 weights, which makes every average people choose a whole number.
constexpr Count bits_in_256(double bits) { return static_cast<Count>(bits * 256 + 0.5); }
}  // namespace weights_detail

/// Bytes of one quantized matrix of `rows` outputs and `columns` inputs. Plain formats: 2 or 4 bytes an element.
[[nodiscard]] constexpr Bytes matrix_bytes(const WeightRules& rules, Count rows, Count columns) {
  using weights_detail::bits_in_256;
  using weights_detail::packed;
  const Count n = multiply(rows, columns);
  const Count groups = ceil_divide(columns, rules.group);
  const Count bits = value_bits(rules.format);
  const Count values = packed(n, bits);
  switch (rules.format) {
    case WeightFormat::Fp8:
    case WeightFormat::Int8:
      return {add(values, rules.scales == Scales::Tensor ? 4 : multiply(4, rows))};
    case WeightFormat::Fp8Block:
      return {add(values, product(4, ceil_divide(rows, 128), ceil_divide(columns, 128)))};
    case WeightFormat::Nf4:
    case WeightFormat::Fp4:
      return {add(values, add(multiply(4, ceil_divide(n, 64)), 64))};
    case WeightFormat::Nf4Dq: {
      const Count scales = ceil_divide(n, 64);
      return {add(add(values, scales), add(multiply(4, ceil_divide(scales, 256)), 4 + 64 + 1024))};
    }
    case WeightFormat::GptqInt4:
    case WeightFormat::GptqInt8:
      return {add(values, add(multiply(groups, add(packed(rows, bits), 2 * rows)), multiply(4, columns)))};
    case WeightFormat::AwqInt4:
      return {add(values, multiply(groups, add(packed(rows, bits), 2 * rows)))};
    case WeightFormat::Int4:
      return {add(values, product(groups, 2, rows))};
    case WeightFormat::HqqInt4:
    case WeightFormat::TorchaoInt4:
    case WeightFormat::MlxQ4:
    case WeightFormat::MlxQ5:
    case WeightFormat::MlxQ6:
    case WeightFormat::MlxQ8:
      return {add(values, multiply(4, ceil_divide(n, rules.group)))};
    case WeightFormat::Mxfp8:
      return {add(values, ceil_divide(n, 32))};
    case WeightFormat::Aqlm:
      return {add(values, add(multiply(2, rows), (Count{1} << 16) * 8 * 2))};
    case WeightFormat::Exl2:
      return {ceil_divide(multiply(n, bits_in_256(rules.bits)), Count{8} * 256)};
    case WeightFormat::Mxfp4:
      return {add(values, ceil_divide(n, 32))};
    case WeightFormat::Nvfp4:
      return {add(add(values, ceil_divide(n, 16)), 8)};
    case WeightFormat::Gguf:
      return storage(n, block_of(row_of(rules.mix).base));
    default:
      return storage(n, plain_block(rules.format));
  }
}
// 4096 x 4096: LLM.int8() 4 bytes a row; NF4 4.5 bits; QLoRA's double quantization 4.127 bits (paper section 3).
static_assert(matrix_bytes({.format = WeightFormat::Int8}, 4096, 4096) == Bytes{16'777'216 + 16'384});
static_assert(matrix_bytes({.format = WeightFormat::Nf4}, 4096, 4096) == Bytes{8'388'608 + 1'048'576 + 64});
static_assert(matrix_bytes({.format = WeightFormat::Nf4Dq}, 4096, 4096) ==
              Bytes{8'388'608 + 262'144 + 4'096 + 1'092});
static_assert(matrix_bytes({.format = WeightFormat::Mxfp4}, 32, 32) == Bytes{544});
static_assert(matrix_bytes({.format = WeightFormat::Exl2, .bits = 4.25}, 1024, 1024) == Bytes{557'056});

}  // namespace llmcalc
