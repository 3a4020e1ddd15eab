#include <llmcalc/engines/vllm.hpp>
#include <llmcalc/estimate/inference.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/profiles.hpp>

#include <gtest/gtest.h>

namespace {

using namespace llmcalc;

ModelPtr llama_8b() {
  static const ModelPtr m = [] {
    Model built = *model_from_numbers({.kv_heads = 8});
    built.max_context = 131'072;
    return std::make_shared<const Model>(std::move(built));
  }();
  return m;
}

/// Llama 3.1 8B on one H100 as vLLM 0.19.0 logged it.
Scenario logged() {
  Device h100;
  h100.memory = Bytes{85'029'615'042};
  Scenario s;
  s.model = llama_8b();
  s.serving.version = "0.19.0";
  s.serving.key_format = s.serving.value_format = KvFormat::Bf16;
  s.serving.max_num_seqs = 1024;
  s.serving.gpu_memory_utilization = 0.95;
  s.devices.groups.push_back({std::make_shared<const Device>(h100), 1});
  return s;
}

double relative(double a, double b) { return std::abs(a / b - 1); }

TEST(Vllm, GrantsThePoolOfItsLog) {
  const InferenceEstimate e = estimate_inference(logged());
  EXPECT_LT(relative(static_cast<double>(e.kv_pool_bytes.count), 62'395'137'393.0), 0.01);
  EXPECT_LT(relative(static_cast<double>(e.kv_pool_tokens), 476'000.0), 0.01);
  EXPECT_LT(relative(static_cast<double>(e.breakdown.bytes(Part::ComputeBuffer).count), 2'029'372'047.0), 0.02);
  EXPECT_LT(relative(static_cast<double>(e.breakdown.bytes(Part::Weights).count), 16'095'389'942.0), 0.001);
}

TEST(Vllm, PrintsTheTokensOfAGivenPool) {
  Scenario s = logged();
  s.serving.kv_cache_memory_bytes = 62'395'137'392;
  EXPECT_LT(relative(static_cast<double>(estimate_inference(s).kv_pool_tokens), 476'000.0), 0.000353);
  s.serving.key_format = s.serving.value_format = KvFormat::Fp8;
  EXPECT_LT(relative(static_cast<double>(estimate_inference(s).kv_pool_tokens), 952'032.0), 0.00032);
}

TEST(Vllm, PeaksHigherBeforeItsSamplerChanged) {
  Scenario s = logged();
  const Bytes newer = estimate_inference(s).breakdown.bytes(Part::ComputeBuffer);
  s.serving.version = "0.11.0";
  const Bytes older = estimate_inference(s).breakdown.bytes(Part::ComputeBuffer);
  EXPECT_LT(relative(static_cast<double>(older.count), 5'111'011'082.0), 0.01);  // log: 4.76 GiB
  EXPECT_GT(older, newer);
}

TEST(Vllm, ReplicatesHeadsOverMoreRanksThanHeads) {
  Scenario s = logged();
  s.parallelism.tensor = 8;
  EXPECT_EQ(estimate_inference(s).kv_bytes_per_token, Bytes{131'072});
  s.parallelism.tensor = 16;
  EXPECT_EQ(estimate_inference(s).kv_bytes_per_token, Bytes{262'144});
}

TEST(Vllm, KeepsStatesInTheTypeItsModelAsksFor) {
  Model m;
  m.kinds.resize(1);
  m.kinds[0].mixer = Mixer::Mamba2;
  const auto state = [&] {
    Scenario s = logged();
    s.model = std::make_shared<const Model>(m);
    return vllm::paged_rules(s, vllm_profile(s.serving.version)).states.state;
  };
  EXPECT_EQ(state(), (Block{1, 2}));
  m.quirks = {LlamaGraph::NemotronH, {Quirk::Fp32States}};
  EXPECT_EQ(state(), (Block{1, 4}));
  m.quirks = {};
  m.kinds[0].mixer = Mixer::GatedDeltaNet;
  EXPECT_EQ(state(), (Block{1, 4}));
}

TEST(Vllm, LayersWithoutKeysCacheNothing) {
  Scenario s = logged();
  Model model = *s.model;
  for (Layer& kind : model.kinds) kind.attention.kv_heads = 0;
  s.model = std::make_shared<const Model>(model);
  const InferenceEstimate e = estimate_inference(s);
  EXPECT_EQ(e.breakdown.bytes(Part::KvCache).count, 0U);
  EXPECT_EQ(e.kv_pool_tokens, 0U);
}

TEST(Vllm, DevicesAddUpToTheBreakdown) {
  Scenario s = logged();
  s.parallelism = {.data = 2, .tensor = 2, .pipeline = 3};
  s.serving.sequences = 5;
  const InferenceEstimate e = estimate_inference(s);
  ASSERT_EQ(e.devices.size(), 3u) << "a row for each stage";
  ASSERT_EQ(listed(e.devices).size(), 12u);
  for (const Component& c : e.breakdown.components) {
    Bytes sum;
    for (const DeviceUse& d : e.devices) sum += d.breakdown.bytes(c.part) * d.alike.count();
    EXPECT_EQ(sum, c.bytes) << key_of(c.part);
  }
}

}  // namespace
