#include "readers/safetensors/packed_tensors.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llmcalc::io {
namespace packed_tensors_test {

/// Builds stored tensors one behind the other.
class Checkpoint {
 public:
  Checkpoint& add(const std::string& name, StoredType type, Shape shape) {
    const std::uint64_t bytes = shape.elements().value() * info(type).bits / 8;
    tensors_.push_back({name, type, shape, end_, bytes, 0});
    end_ += bytes;
    return *this;
  }
  LogicalTensors logical(const QuantizationConfig& config = {}) const { return logical_tensors(tensors_, config); }
  std::uint64_t bytes() const { return end_; }

 private:
  std::vector<StoredTensor> tensors_;
  std::uint64_t end_ = 0;
};

// A matrix of 512 outputs and 1024 inputs in every packing.
constexpr std::uint64_t out = 512, in = 1024, count = out * in;

void expect_matrix(const Checkpoint& checkpoint, Packing packing, std::uint32_t bits, std::uint64_t group,
                   const QuantizationConfig& config = {}) {
  const LogicalTensors logical = checkpoint.logical(config);
  ASSERT_EQ(logical.tensors.size(), 1U) << label_of(packing);
  const LogicalTensor& tensor = logical.tensors[0];
  EXPECT_EQ(tensor.packing, packing) << label_of(tensor.packing);
  EXPECT_EQ(tensor.parameters, count) << label_of(packing);
  EXPECT_EQ(tensor.bits, bits) << label_of(packing);
  EXPECT_EQ(tensor.group_size, group) << label_of(packing);
  EXPECT_EQ(logical.bytes, checkpoint.bytes()) << label_of(packing);
  EXPECT_EQ(tensor.name, "x.weight") << label_of(packing);
  EXPECT_TRUE(logical.oddities.empty()) << label_of(packing) << ": " << logical.oddities.front();
}

TEST(PackedTensors, BitsandbytesFourBit) {
  Checkpoint nf4;
  nf4.add("x.weight", StoredType::U8, {count / 2, 1}).add("x.weight.absmax", StoredType::F32, {count / 64});
  nf4.add("x.weight.quant_map", StoredType::F32, {16})
      .add("x.weight.quant_state.bitsandbytes__nf4", StoredType::U8, {90});
  expect_matrix(nf4, Packing::Nf4, 4, 64);
  Checkpoint nested;
  nested.add("x.weight", StoredType::BF16, {count / 4, 1}).add("x.weight.absmax", StoredType::U8, {count / 64});
  nested.add("x.weight.quant_map", StoredType::F32, {16})
      .add("x.weight.quant_state.bitsandbytes__nf4", StoredType::U8, {90});
  nested.add("x.weight.nested_absmax", StoredType::F32, {count / 64 / 256})
      .add("x.weight.nested_quant_map", StoredType::F32, {256});
  expect_matrix(nested, Packing::Nf4Dq, 4, 64);
  Checkpoint fp4;
  fp4.add("x.weight", StoredType::U8, {count / 2, 1}).add("x.weight.absmax", StoredType::F32, {count / 64});
  fp4.add("x.weight.quant_map", StoredType::F32, {16})
      .add("x.weight.quant_state.bitsandbytes__fp4", StoredType::U8, {90});
  expect_matrix(fp4, Packing::Fp4, 4, 64);
}

TEST(PackedTensors, EightBitIntegers) {
  expect_matrix(Checkpoint{}
                    .add("x.weight", StoredType::I8, {out, in})
                    .add("x.SCB", StoredType::F32, {out})
                    .add("x.weight_format", StoredType::U8, {}),
                Packing::BnbInt8, 8, 0);
  expect_matrix(
      Checkpoint{}.add("x.weight", StoredType::I8, {out, in}).add("x.weight_scale", StoredType::BF16, {out, 1}),
      Packing::Int8, 8, 0);
}

TEST(PackedTensors, GptqOfEveryWidth) {
  for (const std::uint64_t bits : {2U, 3U, 4U, 8U}) {
    Checkpoint gptq;
    gptq.add("x.qweight", StoredType::I32, {in * bits / 32, out})
        .add("x.qzeros", StoredType::I32, {in / 128, out * bits / 32});
    gptq.add("x.scales", StoredType::F16, {in / 128, out}).add("x.g_idx", StoredType::I32, {in});
    expect_matrix(gptq, Packing::Gptq, static_cast<std::uint32_t>(bits), 128);
  }
  expect_matrix(Checkpoint{}
                    .add("x.qweight", StoredType::I32, {in / 8, out})
                    .add("x.scales", StoredType::F16, {in / 32, out})
                    .add("x.g_idx", StoredType::I32, {in}),
                Packing::Gptq, 4, 32);
}

TEST(PackedTensors, Awq) {
  Checkpoint awq;
  awq.add("x.qweight", StoredType::I32, {in, out / 8})
      .add("x.qzeros", StoredType::I32, {in / 64, out / 8})
      .add("x.scales", StoredType::F16, {in / 64, out});
  expect_matrix(awq, Packing::Awq, 4, 64);
  EXPECT_EQ(awq.logical().tensors[0].shape, (Shape{out, in}));
}

TEST(PackedTensors, CompressedTensors) {
  Checkpoint packed;
  packed.add("x.weight_packed", StoredType::I32, {out, in / 8})
      .add("x.weight_scale", StoredType::BF16, {out, in / 128});
  packed.add("x.weight_shape", StoredType::I64, {2})
      .add("x.weight_zero_point", StoredType::I32, {out / 8, in / 128})
      .add("x.weight_g_idx", StoredType::I32, {in});
  expect_matrix(packed, Packing::PackedInt, 4, 128, {"compressed-tensors", "pack-quantized", 4, 128});
  EXPECT_EQ(packed.logical().oddities.size(), 1U);  // without a config, the bits are a guess and said to be one
  Checkpoint eight;
  eight.add("x.weight_packed", StoredType::I32, {out, in / 4}).add("x.weight_scale", StoredType::BF16, {out, 1});
  expect_matrix(eight, Packing::PackedInt, 8, 0, {"compressed-tensors", "pack-quantized", 8, 0});
  expect_matrix(Checkpoint{}
                    .add("x.weight", StoredType::F8E4M3, {out, in})
                    .add("x.weight_scale", StoredType::BF16, {out, 1})
                    .add("x.input_scale", StoredType::F32, {1}),
                Packing::Fp8, 8, 0);
}

TEST(PackedTensors, BlockFp8UnderBothNames) {
  expect_matrix(Checkpoint{}
                    .add("x.weight", StoredType::F8E4M3, {out, in})
                    .add("x.weight_scale_inv", StoredType::F32, {out / 128, in / 128}),
                Packing::Fp8Block, 8, 128);
  expect_matrix(Checkpoint{}
                    .add("x.weight", StoredType::F8E4M3, {out, in})
                    .add("x.scale", StoredType::F8E8M0, {out / 128, in / 128}),
                Packing::Fp8Block, 8, 128);
}

TEST(PackedTensors, Mxfp4OfGptOssAndOfPairs) {
  Checkpoint blocks;
  blocks.add("experts.gate_up_proj_blocks", StoredType::U8, {4, 128, 1024 / 32, 16})
      .add("experts.gate_up_proj_scales", StoredType::U8, {4, 128, 1024 / 32});
  blocks.add("experts.gate_up_proj_bias", StoredType::BF16, {4, 128});
  const LogicalTensors logical = blocks.logical();
  ASSERT_EQ(logical.tensors.size(), 2U);
  EXPECT_EQ(logical.tensors[0].name, "experts.gate_up_proj");
  EXPECT_EQ(logical.tensors[0].shape, (Shape{4, 128, 1024}));
  EXPECT_EQ(logical.tensors[0].bytes, 4U * 128 * 32 * 17);
  EXPECT_EQ(logical.parameters, 4U * 128 * 1024 + 4 * 128);
  expect_matrix(
      Checkpoint{}.add("x.weight", StoredType::I8, {out, in / 2}).add("x.scale", StoredType::F8E8M0, {out, in / 32}),
      Packing::Mxfp4, 4, 32);
  expect_matrix(Checkpoint{}
                    .add("x.weight_packed", StoredType::U8, {out, in / 2})
                    .add("x.weight_scale", StoredType::U8, {out, in / 32}),
                Packing::Mxfp4, 4, 32);
}

TEST(PackedTensors, Nvfp4OfModelOptAndCompressedTensors) {
  Checkpoint modelopt;
  modelopt.add("x.weight", StoredType::U8, {out, in / 2}).add("x.weight_scale", StoredType::F8E4M3, {out, in / 16});
  modelopt.add("x.weight_scale_2", StoredType::F32, {}).add("x.input_scale", StoredType::F32, {});
  expect_matrix(modelopt, Packing::Nvfp4, 4, 16);
  Checkpoint packed;
  packed.add("x.weight_packed", StoredType::U8, {out, in / 2})
      .add("x.weight_scale", StoredType::F8E4M3, {out, in / 16});
  packed.add("x.weight_global_scale", StoredType::F32, {1}).add("x.input_global_scale", StoredType::F32, {1});
  expect_matrix(packed, Packing::Nvfp4, 4, 16);
}

TEST(PackedTensors, MlxOfEveryWidth) {
  for (const std::uint32_t bits : {2U, 3U, 4U, 5U, 6U, 8U}) {
    Checkpoint mlx;
    mlx.add("x.weight", StoredType::U32, {out, in * bits / 32})
        .add("x.scales", StoredType::BF16, {out, in / 64})
        .add("x.biases", StoredType::BF16, {out, in / 64});
    expect_matrix(mlx, Packing::Mlx, bits, 64, {"mlx", "", bits, 64});
  }
}

TEST(PackedTensors, ExllamaHqqAndTernary) {
  Checkpoint exl2;
  exl2.add("x.q_weight", StoredType::I32, {in * 5 / 32, out})
      .add("x.q_invperm", StoredType::I16, {in})
      .add("x.q_scale", StoredType::I32, {9, out / 8});
  expect_matrix(exl2.add("x.q_scale_max", StoredType::F16, {9}).add("x.q_groups", StoredType::I16, {18}),
                Packing::Exl2, 5, 0);
  expect_matrix(Checkpoint{}
                    .add("x.trellis", StoredType::I16, {in / 16, out / 16, 64})
                    .add("x.suh", StoredType::F16, {in})
                    .add("x.svh", StoredType::F16, {out}),
                Packing::Exl3, 4, 0);
  expect_matrix(Checkpoint{}
                    .add("x.W_q", StoredType::U8, {count / 2 / 64, 64})
                    .add("x.scale", StoredType::F16, {count / 64})
                    .add("x.zero", StoredType::F16, {count / 64}),
                Packing::Hqq, 4, 64, {"hqq", "", 4, 64});
  expect_matrix(
      Checkpoint{}.add("x.weight", StoredType::U8, {out / 4, in}).add("x.weight_scale", StoredType::BF16, {1}),
      Packing::Ternary, 2, 0, {"bitnet", "", 0, 0});
}

TEST(PackedTensors, PlainTensorsStayAsTheyAre) {
  Checkpoint plain;
  plain.add("embed.weight", StoredType::BF16, {100, 8})
      .add("norm.weight", StoredType::F32, {8})
      .add("norm.scale", StoredType::F32, {8})
      .add("router.per_expert_scale", StoredType::BF16, {4});
  const LogicalTensors logical = plain.logical();
  EXPECT_EQ(logical.parameters, 820U);
  EXPECT_EQ(logical.bytes, plain.bytes());
  EXPECT_EQ(logical.scale_bytes, 0U);
  EXPECT_EQ(logical.packing, Packing::Plain);
}

TEST(PackedTensors, BuffersAreStoredButNotParameters) {
  Checkpoint file;
  file.add("l.rotary_emb.inv_freq", StoredType::F32, {64})
      .add("h.0.attn.bias", StoredType::F32, {1, 1, 1024, 1024})
      .add("mlp.gate.e_score_correction_bias", StoredType::F32, {256});
  file.add("tid2eid", StoredType::I64, {100, 6})
      .add("attn.k_scale", StoredType::F32, {})
      .add("h.0.attn.c_attn.bias", StoredType::F32, {12});
  const LogicalTensors logical = file.logical();
  EXPECT_EQ(logical.parameters, 12U);
  EXPECT_EQ(logical.buffer_bytes, file.bytes() - 48);
  EXPECT_EQ(logical.scale_bytes, 4U);
}

TEST(PackedTensors, UnknownIntegersAreCountedAndPointedOut) {
  const LogicalTensors logical = Checkpoint{}.add("x.strange", StoredType::I32, {4, 4}).logical();
  EXPECT_EQ(logical.parameters, 16U);
  ASSERT_EQ(logical.oddities.size(), 1U);
  EXPECT_NE(logical.oddities[0].find("'x.strange'"), std::string::npos);
}

TEST(PackedTensors, AbsurdShapesDoNotCrash) {
  Checkpoint file;
  file.add("a.qweight", StoredType::I32, {0, 0})
      .add("a.scales", StoredType::F16, {0, 0})
      .add("b.qweight", StoredType::I32, {3, 7})
      .add("b.scales", StoredType::F16, {1, 1});
  file.add("c.weight", StoredType::U32, {0, 0})
      .add("c.scales", StoredType::F16, {0, 0})
      .add("d_blocks", StoredType::U8, {16})
      .add("d_scales", StoredType::U8, {});
  file.add("e.trellis", StoredType::I16, {0, 0, 0})
      .add("e.suh", StoredType::F16, {})
      .add("f.q_weight", StoredType::I32, {0, 0})
      .add("f.q_perm", StoredType::I16, {0});
  EXPECT_EQ(file.logical().bytes, file.bytes());
}

TEST(QuantizationConfig, IsReadInEveryNotation) {
  const auto read = [](const char* text) { return quantization_config(nlohmann::json::parse(text)); };
  EXPECT_EQ(read(R"({"quantization_config":{"quant_method":"gptq","bits":4,"group_size":128}})"),
            (QuantizationConfig{"gptq", "", 4, 128}));
  EXPECT_EQ(read(R"({"text_config":{"quantization_config":{"quant_method":"bitsandbytes","load_in_4bit":true}}})"),
            (QuantizationConfig{"bitsandbytes", "", 4, 0}));
  EXPECT_EQ(read(R"({"quantization_config":{"quant_method":"compressed-tensors","format":"pack-quantized",
                     "config_groups":{"group_0":{"weights":{"num_bits":8,"group_size":32}}}}})"),
            (QuantizationConfig{"compressed-tensors", "pack-quantized", 8, 32}));
  EXPECT_EQ(read(R"({"quantization":{"group_size":64,"bits":5},"quantization_config":{"group_size":64,"bits":5}})"),
            (QuantizationConfig{"mlx", "", 5, 64}));
  EXPECT_EQ(read(R"({"quantization_config":{"quant_method":7,"bits":-4,"group_size":99999999999}})"),
            QuantizationConfig{});
  EXPECT_EQ(read("[1]"), QuantizationConfig{});
}

}  // namespace packed_tensors_test
}  // namespace llmcalc::io
