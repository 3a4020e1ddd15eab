#include "formats/config/quantization.hpp"

#include <string>

namespace llmcalc::config {

namespace {

/// dtype names of torch, with or without "torch." before.
WeightFormat plain_format(const Fields& c, const Fields& inner) {
  const Fields& holder = c.has("torch_dtype") ? c : inner;
  std::string name = holder.text("torch_dtype", "bfloat16");
  if (name.starts_with("torch.")) name.erase(0, 6);
  if (name == "float32" || name == "float" || name == "fp32") return WeightFormat::Fp32;
  if (name == "float16" || name == "half" || name == "fp16") return WeightFormat::Fp16;
  if (name == "bfloat16" || name == "bf16" || name == "auto") return WeightFormat::Bf16;
  if (name.starts_with("float8")) return WeightFormat::Fp8;
  c.assume("torch_dtype \"" + name.substr(0, 40) + "\" is not known: bfloat16 taken");
  return WeightFormat::Bf16;
}

/// compressed-tensors: the weights' number of bits, type and strategy of the first group.
WeightFormat compressed_format(const Fields& q, Model& m) {
  const Fields groups = q.object("config_groups");
  Fields weights = groups.object("group_0").object("weights");
  if (!groups.has("group_0")) {
    if (const auto* all = q.find("config_groups"); all && all->is_object() && !all->empty()) {
      weights = groups.object(all->begin().key()).object("weights");
    }
  }
  const Count bits = weights.count("num_bits", {1, 32}, 8);
  const bool is_float = weights.text("type", "int") == "float";
  m.quantization_group = weights.count("group_size", {0, 1 << 20}, 0);
  // Both 4-bit floats: MXFP4 scales 32 values with an exponent, NVFP4 16 with an FP8 number.
  if (is_float && bits == 4) return m.quantization_group == 32 ? WeightFormat::Mxfp4 : WeightFormat::Nvfp4;
  if (is_float) return weights.text("strategy", "channel") == "block" ? WeightFormat::Fp8Block : WeightFormat::Fp8;
  return bits <= 4 ? WeightFormat::Int4 : WeightFormat::Int8;
}

WeightFormat bitsandbytes_format(const Fields& q) {
  if (!q.flag("load_in_4bit", false) && !q.flag("_load_in_4bit", false)) return WeightFormat::Int8;
  if (q.text("bnb_4bit_quant_type", "fp4") == "fp4") return WeightFormat::Fp4;
  return q.flag("bnb_4bit_use_double_quant", false) ? WeightFormat::Nf4Dq : WeightFormat::Nf4;
}

WeightFormat quantized_format(const Fields& q, const Fields& c, Model& m) {
  const std::string method = q.text("quant_method", q.text("quantization", ""));
  const Count bits = q.count("bits", {1, 32}, q.count("num_bits", {1, 32}, 4));
  m.quantization_group = q.given("group_size") ? q.count("group_size", {0, 1 << 20}, 0) : 0;
  if (method == "fp8" || method == "fbgemm_fp8" || method == "finegrained_fp8") {
    return q.has("weight_block_size") ? WeightFormat::Fp8Block : WeightFormat::Fp8;
  }
  if (method == "gptq" || method == "gptqmodel" || method == "auto-round") {
    return bits == 8 ? WeightFormat::GptqInt8 : WeightFormat::GptqInt4;
  }
  if (method == "awq") return WeightFormat::AwqInt4;
  if (method == "bitsandbytes") return bitsandbytes_format(q);
  if (method == "hqq") return WeightFormat::HqqInt4;
  if (method == "mxfp4") return WeightFormat::Mxfp4;
  if (method == "compressed-tensors") return compressed_format(q, m);
  const std::string algorithm = q.text("quant_algo", method);
  if (algorithm.find("NVFP4") != std::string::npos || method == "nvfp4") return WeightFormat::Nvfp4;
  if (algorithm.find("FP8") != std::string::npos) return WeightFormat::Fp8;
  c.assume("quantization method \"" + method.substr(0, 40) + "\" is not known: unquantized weights taken");
  m.trust = Trust::Assumed;
  return WeightFormat::AsReleased;
}

}  // namespace

void read_released_format(const Fields& c, const Fields& inner, Model& m) {
  m.released_format = plain_format(c, inner);
  for (const Fields* holder : {&c, &inner}) {
    if (!holder->has("quantization_config")) continue;
    const WeightFormat format = quantized_format(holder->object("quantization_config"), c, m);
    if (format != WeightFormat::AsReleased) m.released_format = format;
    return;
  }
  // MLX writes {"quantization": {"bits": 4, "group_size": 64}}.
  if (!c.has("quantization")) return;
  const Fields q = c.object("quantization");
  m.quantization_group = q.count("group_size", {0, 1 << 20}, 0);
  switch (q.count("bits", {1, 32}, 4)) {
    case 8:
      m.released_format = WeightFormat::MlxQ8;
      break;
    case 6:
      m.released_format = WeightFormat::MlxQ6;
      break;
    case 5:
      m.released_format = WeightFormat::MlxQ5;
      break;
    default:
      m.released_format = WeightFormat::MlxQ4;
      break;
  }
}

}  // namespace llmcalc::config
