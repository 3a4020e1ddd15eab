#include <llmcalc/memory/activations/layer.hpp>

#include <gtest/gtest.h>

namespace activations_test {

using namespace llmcalc;

Layer llama_layer(Count heads, Count kv_heads, Count head_dim, Count width) {
  Layer l;
  l.attention = {
      .heads = heads, .kv_heads = kv_heads, .head_dim = head_dim, .value_head_dim = head_dim, .rotary_dim = head_dim};
  l.feed_forward.width = width;
  return l;
}

TrainingPass bf16(Count hidden) {
  TrainingPass p;
  p.hidden = hidden;
  p.sequence = 2048;
  return p;
}

TrainingPass autocast(Count hidden) {
  TrainingPass p = bf16(hidden);
  p.autocast = true;
  p.stream = 4;
  return p;
}

TrainingPass lora(Count hidden, Count adapter_bytes, std::uint16_t targets) {
  TrainingPass p = bf16(hidden);
  p.trained = false;
  p.adapters = true;
  p.adapter_rank = 16;
  p.adapter_bytes = adapter_bytes;
  p.targets.bits = targets;
  return p;
}

constexpr std::uint16_t query_and_value = 0b101;
constexpr std::uint16_t all_linear = 0x7F;

/// Bytes a token of a layer without scores.
Count per_token(const TrainingPass& p, const Layer& l) {
  const Kept kept = activations::layer(p, l).total();
  return kept.stream + kept.inner;
}

// Measured with PyTorch's saved-tensor hooks on the transformers classes.
TEST(LayerActivations, OfLlamaLikeModelsAreTheMeasuredBytesPerToken) {
  EXPECT_EQ(per_token(bf16(2048), llama_layer(32, 8, 64, 8192)), 108'680U);
  EXPECT_EQ(per_token(bf16(4096), llama_layer(32, 8, 128, 14336)), 200'840U);
  EXPECT_EQ(per_token(bf16(8192), llama_layer(64, 8, 128, 28672)), 397'576U);
  EXPECT_EQ(per_token(bf16(4096), llama_layer(32, 32, 128, 11008)), 186'504U);
  EXPECT_EQ(per_token(bf16(3584), llama_layer(28, 4, 128, 18944)), 225'400U);
}

TEST(LayerActivations, OfQwen3CountTheHeadNorms) {
  Layer l = llama_layer(32, 8, 128, 12288);
  l.attention.qk_norm = QkNorm::PerHead;
  EXPECT_EQ(per_token(bf16(4096), l), 215'336U);
}

TEST(LayerActivations, OfPhi3KeepTheFusedProjection) {
  Layer l = llama_layer(32, 32, 96, 8192);
  l.attention.fused_qkv = true;
  l.feed_forward.fused_gate_up = true;
  EXPECT_EQ(per_token(bf16(3072), l), 157'832U);
}

TEST(LayerActivations, OfGemma2CountFourNormsInFp32) {
  Layer l = llama_layer(8, 4, 256, 9216);
  l.norms = NormPlacement::Sandwich;
  TrainingPass p = bf16(2304);
  p.norm = NormKind::RmsPlusOne;
  EXPECT_EQ(per_token(p, l), 169'008U);
}

TEST(LayerActivations, OfGemma3CountTheMaskOfAShortWindow) {
  Layer l = llama_layer(4, 1, 256, 6912);
  l.norms = NormPlacement::Sandwich;
  l.attention.qk_norm = QkNorm::PerHead;
  l.attention.window = 512;
  TrainingPass p = bf16(1152);
  p.norm = NormKind::RmsPlusOne;
  const Kept kept = activations::layer(p, l).total();
  EXPECT_EQ(kept.stream + kept.inner + kept.scores * 2048, 116'276U);
}

TEST(LayerActivations, OfTheGptFamilyKeepTheirOwnGelu) {
  Layer gpt2 = llama_layer(12, 12, 64, 3072);
  gpt2.attention.fused_qkv = true;
  gpt2.attention.rotary_dim = 0;
  gpt2.feed_forward.gated = false;
  gpt2.feed_forward.activation = Activation::GeluPython;
  TrainingPass p = bf16(768);
  p.norm = NormKind::LayerNorm;
  EXPECT_EQ(per_token(p, gpt2), 43'064U);

  Layer neox = llama_layer(32, 32, 128, 16384);
  neox.attention.fused_qkv = true;
  neox.attention.rotary_dim = 32;
  neox.feed_forward.gated = false;
  neox.feed_forward.activation = Activation::Gelu;
  neox.norms = NormPlacement::ParallelTwo;
  p.hidden = 4096;
  EXPECT_EQ(per_token(p, neox), 147'592U);

  Layer opt = llama_layer(32, 32, 128, 16384);
  opt.attention.rotary_dim = 0;
  opt.feed_forward.gated = false;
  opt.feed_forward.activation = Activation::Relu;
  EXPECT_EQ(per_token(p, opt), 98'440U);
}

TEST(LayerActivations, OfMixturesCountTheChosenExperts) {
  Layer mixtral = llama_layer(32, 8, 128, 0);
  mixtral.feed_forward.experts = 8;
  mixtral.feed_forward.experts_per_token = 2;
  mixtral.feed_forward.expert_width = 14336;
  TrainingPass p = bf16(4096);
  p.experts_index_pair = true;
  EXPECT_EQ(per_token(p, mixtral), 348'414U);

  Layer qwen = llama_layer(32, 4, 128, 0);
  qwen.attention.qk_norm = QkNorm::PerHead;
  qwen.feed_forward.experts = 128;
  qwen.feed_forward.experts_per_token = 8;
  qwen.feed_forward.expert_width = 768;
  EXPECT_EQ(per_token(bf16(2048), qwen), 194'644U);
}

TEST(LayerActivations, OfLatentAttentionAreTheOperatorRun) {
  AttentionShape a{.heads = 128,
                   .kv_heads = 128,
                   .head_dim = 192,
                   .value_head_dim = 128,
                   .q_lora_rank = 1536,
                   .kv_lora_rank = 512,
                   .nope_head_dim = 128,
                   .rope_head_dim = 64};
  const TrainingPass p = bf16(7168);
  const Kept kept = activations::latent_attention(p, a);
  EXPECT_EQ(kept.inner, 213'512U);
  EXPECT_EQ(kept.stream, 2 * 7168U);
}

TEST(LayerActivations, UnderAutocastKeepACopyForEveryLinear) {
  EXPECT_EQ(per_token(autocast(4096), llama_layer(32, 8, 128, 14336)), 241'800U);
}

TEST(LayerActivations, WithEagerAttentionGrowWithTheSquare) {
  TrainingPass p = bf16(4096);
  p.attention = AttentionKernel::Eager;
  const Kept kept = activations::layer(p, llama_layer(32, 8, 128, 14336)).total();
  EXPECT_EQ(kept.scores, 6 * 32U);
  EXPECT_EQ(kept.stream + kept.inner + kept.scores * 2048, 606'216U);
}

TEST(LayerActivations, WithFusedKernelsAreTheSmallerRow) {
  TrainingPass p = bf16(4096);
  p.fused = true;
  EXPECT_EQ(per_token(p, llama_layer(32, 8, 128, 14336)), 139'400U);
}

TEST(LayerActivations, WithLoraCanExceedFullTraining) {
  const Layer l = llama_layer(32, 8, 128, 14336);
  EXPECT_EQ(per_token(lora(4096, 4, query_and_value), l), 172'296U);
  EXPECT_EQ(per_token(lora(4096, 4, all_linear), l), 295'496U);
  EXPECT_EQ(per_token(lora(4096, 2, query_and_value), l), 147'656U);
  EXPECT_EQ(per_token(lora(4096, 2, all_linear), l), 184'680U);
}

TEST(LayerActivations, WithAdapterDropoutAddAByteForEveryInput) {
  const Layer l = llama_layer(32, 8, 128, 14336);
  TrainingPass p = lora(4096, 4, query_and_value);
  p.adapter_dropout = true;
  EXPECT_EQ(per_token(p, l), 172'296U + 2 * 4096);
  p.targets.bits = all_linear;
  EXPECT_EQ(per_token(p, l), 295'496U + 5 * 4096 + 4096 + 14336);
}

TEST(LayerActivations, OfALayerNothingReachesAreNone) {
  TrainingPass p = bf16(4096);
  p.trained = p.input_grad = false;
  EXPECT_EQ(activations::layer(p, llama_layer(32, 8, 128, 14336)).total(), Kept{});
}

}  // namespace activations_test
