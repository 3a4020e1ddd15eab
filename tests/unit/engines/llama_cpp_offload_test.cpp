// llama.cpp with part of the layers in host memory: compute buffers of its own dry run (build 10573), 8192 tokens,
// ten layers on the device, on the device and in host memory.

#include "unit/questions/scenarios.hpp"

#include <llmcalc/engines/llama_cpp/estimate.hpp>
#include <llmcalc/model/inventory.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <utility>

namespace llmcalc::llama_cpp {
namespace llama_cpp_offload_test {

Layer attention_layer(Count heads, Count kv_heads, Count head_dim, Count width) {
  Layer layer;
  layer.attention = {
      .heads = heads, .kv_heads = kv_heads, .head_dim = head_dim, .value_head_dim = head_dim, .rotary_dim = head_dim};
  layer.feed_forward.width = width;
  return layer;
}

constexpr Quirks called_llama{LlamaGraph::Llama, {Quirk::Called70bWhenGrouped}};

Model equal_layers(Quirks quirks, Count layers, Count hidden, Count vocabulary, const Layer& layer) {
  Model m;
  m.quirks = quirks;
  m.hidden = hidden;
  m.vocabulary = m.head_vocabulary = vocabulary;
  m.kinds = {layer};
  m.layers.assign(layers, 0);
  return m;
}

/// Compute buffers of a model with ten layers (the output is one) on the device.
void expect_buffers(Model model, Count device, Count in_host) {
  auto card = std::make_shared<Device>();
  card->memory = Bytes{Count{1} << 44};
  const std::string name(llama_cpp::architecture_of(model.quirks.graph()).name);
  Scenario s;
  s.model = std::make_shared<const Model>(std::move(model));
  s.weights = {.format = WeightFormat::Gguf, .mix = GgufMix::Q4_K_M};
  s.serving.runtime = Runtime::LlamaCpp;
  s.serving.logits = Logits::All;
  s.serving.context = 8192;
  s.serving.gpu_layers = 10;
  s.devices.groups = {{card, 1}};
  const InferenceEstimate e = estimate(s);
  EXPECT_EQ(e.devices[0].breakdown.bytes(Part::ComputeBuffer).count, device) << name;
  EXPECT_EQ(e.devices[1].breakdown.bytes(Part::ComputeBuffer).count, in_host) << name;
}

TEST(LlamaCppOffload, MatricesAndCachesAreCopiedOneSplitAfterTheOther) {
  expect_buffers(equal_layers(called_llama, 32, 4096, 32000, attention_layer(32, 32, 128, 11008)), 168'822'784,
                 33'568'768);
  expect_buffers(equal_layers(called_llama, 32, 4096, 32000, attention_layer(32, 8, 128, 14336)), 135'792'640,
                 25'180'160);
  Layer normed = attention_layer(16, 8, 128, 3072);
  normed.attention.qk_norm = QkNorm::PerHead;
  Model tied = equal_layers(LlamaGraph::Qwen3, 28, 1024, 151936, normed);
  tied.tied_head = true;
  expect_buffers(std::move(tied), 321'653'248, 14'694'400);
}

TEST(LlamaCppOffload, RotaryFactorsStayWhereTheyWereCopied) {
  Model m = equal_layers(called_llama, 80, 8192, 128256, attention_layer(64, 8, 128, 28672));
  m.rope_factor_values = 64;
  expect_buffers(std::move(m), 326'895'872, 41'957'376);
}

TEST(LlamaCppOffload, ExpertsAreCopiedWhole) {
  Layer layer = attention_layer(32, 8, 128, 0);
  layer.feed_forward = {.experts = 8, .experts_per_token = 2, .expert_width = 14336};
  expect_buffers(equal_layers(called_llama, 32, 4096, 32000, layer), 506'988'544, 25'180'160);
}

TEST(LlamaCppOffload, TensorsAreKeptWhereTheirNamesSay) {
  Layer layer = attention_layer(32, 8, 128, 0);
  layer.feed_forward = {.experts = 8, .experts_per_token = 2, .expert_width = 14336};
  auto card = std::make_shared<Device>();
  card->memory = Bytes{Count{1} << 44};
  Scenario s;
  s.model = std::make_shared<const Model>(equal_layers(called_llama, 32, 4096, 32000, layer));
  s.weights = {.format = WeightFormat::Gguf, .mix = GgufMix::Q4_K_M};
  s.serving.runtime = Runtime::LlamaCpp;
  s.devices.groups = {{card, 1}};
  const auto with = [&](const char* places, Count moe_layers_on_cpu) {
    Scenario changed = s;
    changed.serving.override_tensor = places;
    changed.serving.moe_layers_on_cpu = moe_layers_on_cpu;
    const InferenceEstimate e = estimate(changed);
    return std::pair(e.devices[0].breakdown.bytes(Part::Weights).count,
                     e.devices[0].breakdown.bytes(Part::ComputeBuffer).count);
  };
  const auto all = with("", 0);
  EXPECT_EQ(with("exps=CPU", 0), with("", 32));
  EXPECT_EQ(with(R"(blk\.[0-4]\.ffn_.*_exps\.=CPU)", 0), with("", 5));
  EXPECT_NE(with("exps=CPU", 0), all);
  EXPECT_LT(with("ffn_(up|gate)_exps=CPU", 0).first, all.first);
  EXPECT_LT(with("exps=CPU", 0).first, with("ffn_(up|gate)_exps=CPU", 0).first);
  EXPECT_EQ(with("exps=CUDA0,exps=CPU", 0).first, all.first) << "the first that is found counts";
  EXPECT_LT(with("^output=CPU", 0).first, all.first);
  for (const char* bad : {"exps", "=CPU", "exps=", "(=CPU", "exps=CUDA7", "a=CPU,b"}) {
    EXPECT_FALSE(tensor_places(bad, 1)) << bad;
    EXPECT_EQ(with(bad, 0), all) << bad;
  }
}

TEST(LlamaCppOffload, PlacesByNameAreNotExact) {
  Scenario s = tests::on_cards(24_GiB);
  s.serving.runtime = Runtime::LlamaCpp;
  s.weights.format = WeightFormat::Gguf;
  const auto trust = [](const Scenario& asked) {
    return estimate(asked).devices[0].breakdown.find(Part::Weights)->trust;
  };
  EXPECT_EQ(trust(s), Trust::Exact);
  s.serving.override_tensor = "ffn_up=CPU";
  EXPECT_EQ(trust(s), Trust::Assumed);
}

TEST(LlamaCppOffload, ADraftsCacheHasAFormatOfItsOwn) {
  Serving target;
  target.key_format = target.value_format = KvFormat::Q4_0;
  EXPECT_EQ(prediction_serving(target).key_format, KvFormat::Fp16);
  target.draft_kv_format = KvFormat::Q8_0;
  EXPECT_EQ(prediction_serving(target).key_format, KvFormat::Q8_0);
  EXPECT_EQ(prediction_serving(target).value_format, KvFormat::Q8_0);
}

TEST(LlamaCppOffload, ValuesOfAFusedProjectionComeBackWithTheirGaps) {
  Layer layer = attention_layer(40, 10, 128, 17920);
  layer.attention.fused_qkv = layer.feed_forward.fused_gate_up = true;
  expect_buffers(equal_layers(LlamaGraph::Phi3, 40, 5120, 100352, layer), 229'849'088, 37'213'184);
}

TEST(LlamaCppOffload, LatentKeysAreCopiedTwice) {
  Layer dense;
  dense.mixer = Mixer::LatentAttention;
  dense.attention = {.heads = 16,
                     .kv_heads = 16,
                     .head_dim = 192,
                     .value_head_dim = 128,
                     .kv_lora_rank = 512,
                     .nope_head_dim = 128,
                     .rope_head_dim = 64};
  dense.feed_forward.width = 10944;
  Layer experts = dense;
  experts.feed_forward = {.experts = 64, .experts_per_token = 6, .expert_width = 1408, .shared_width = 2816};
  Model m = equal_layers(LlamaGraph::DeepSeek2, 27, 2048, 102400, dense);
  m.kinds.push_back(experts);
  m.layers.assign(27, 1);
  m.layers[0] = 0;
  expect_buffers(std::move(m), 275'644'672, 16'787'456);
}

TEST(LlamaCppOffload, TheProcessorScans) {
  Layer layer;
  layer.mixer = Mixer::Mamba1;
  layer.norms = NormPlacement::MixerOnly;
  layer.recurrent = {.inner = 5120, .state = 16, .conv_kernel = 4, .time_step_rank = 160};
  Model m = equal_layers(LlamaGraph::Mamba, 64, 2560, 50280, layer);
  m.tied_head = true;
  expect_buffers(std::move(m), 120'895'616, 37'816'992);
}

TEST(LlamaCppOffload, AndAttendsBetweenTwoGathers) {
  Layer layer = attention_layer(12, 2, 128, 12288);
  layer.also_recurrent = true;
  layer.recurrent = {
      .inner = 3072, .state = 256, .heads = 24, .head_dim = 128, .groups = 1, .conv_kernel = 4, .gated_norm = false};
  expect_buffers(equal_layers(LlamaGraph::FalconH1, 44, 3072, 130048, layer), 272'629'760, 53'463'072);
}

}  // namespace llama_cpp_offload_test
}  // namespace llmcalc::llama_cpp
