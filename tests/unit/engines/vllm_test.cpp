#include <llmcalc/engines/vllm/engine.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/estimate/inference.hpp>
#include <llmcalc/model/custom.hpp>

#include <gtest/gtest.h>

namespace vllm_test {

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

/// The log prints GiB with two decimals: a figure may be half a hundredth off.
constexpr Bytes rounding{(Count{1} << 30) / 200};

/// A figure of the log: hundredths of a GiB.
constexpr Bytes logged_gib(Count hundredths) { return scale({Count{1} << 30}, hundredths, 100); }

Bytes distance(Bytes a, Bytes b) { return a > b ? a - b : b - a; }

/// True when the log's figure is within the range that the component itself states.
bool holds(const Component* c, Bytes figure) {
  return c != nullptr && c->low <= figure + rounding && figure <= c->high + rounding;
}

TEST(Vllm, ASmallerCardThatTheLayoutDoesNotUseLeavesThePoolAlone) {
  Scenario s = logged();
  const InferenceEstimate alone = evaluate_inference(s);
  Device small;
  small.memory = 12_GiB;
  s.devices.groups.push_back({std::make_shared<const Device>(small), 1});
  const InferenceEstimate beside = evaluate_inference(s);
  EXPECT_EQ(beside.kv_pool_bytes, alone.kv_pool_bytes);
  EXPECT_EQ(beside.fit.fits, alone.fit.fits);
  s.parallelism.tensor = 2;
  EXPECT_LT(evaluate_inference(s).kv_pool_bytes, alone.kv_pool_bytes) << "both are used: the smaller one decides";
}

TEST(Vllm, HoldsTheWeightsAndThePeakOfItsLog) {
  const InferenceEstimate e = estimate_inference(logged());
  EXPECT_LE(distance(e.breakdown.bytes(Part::Weights), logged_gib(1499)), rounding);
  EXPECT_TRUE(holds(e.breakdown.find(Part::ComputeBuffer), logged_gib(189)));
  EXPECT_TRUE(holds(e.breakdown.find(Part::CudaGraphs), logged_gib(91)));
}

TEST(Vllm, SharedMemoryMayCountAsItsOwn) {
  Scenario s = logged();
  Device spark = *s.devices.groups.front().device;
  const InferenceEstimate apart = estimate_inference(s);
  spark.unified = true;
  s.devices.groups.front().device = std::make_shared<const Device>(spark);
  const InferenceEstimate shared = estimate_inference(s);
  EXPECT_EQ(shared.kv_pool_bytes + 6_GiB, apart.kv_pool_bytes);
  EXPECT_EQ(shared.kv_pool_low + 12_GiB, apart.kv_pool_low);
  EXPECT_EQ(shared.kv_pool_high, apart.kv_pool_high);
  const auto refused = [&](double share) {
    s.serving.gpu_memory_utilization = share;
    std::vector<std::string> warnings;
    vllm::add_warnings(s, warnings);
    return std::any_of(warnings.begin(), warnings.end(),
                       [](const std::string& w) { return w.find("may refuse to start") != std::string::npos; });
  };
  EXPECT_TRUE(refused(0.92)) << "logs of DGX Sparks: at most 112 of 121.69 GiB are free at start";
  EXPECT_FALSE(refused(0.80));
}

// docs/features/engram.md of vLLM; models/qwen4_exp/nvidia/qsa.py: a buffer of the chosen tokens for every sparse layer.
TEST(Vllm, TablesOfHashedWordsLieInHostMemory) {
  Scenario s = logged();
  s.serving.version = "0.30";
  s.serving.max_num_batched_tokens = 8192;
  s.parallelism.tensor = 2;
  s.devices.groups.front().count = 2;
  Model m = *llama_8b();
  constexpr Count rows = Count{20} << 20, width = 160;
  m.tensors.push_back({.name = "table",
                       .rows = rows,
                       .columns = width,
                       .role = TensorRole::Embedding,
                       .part = ModelPart::Embedding,
                       .split = Split::Rows});
  const auto estimated = [&](std::initializer_list<Quirk> quirks) {
    m.quirks = {LlamaGraph::Unknown, quirks};
    s.model = std::make_shared<const Model>(m);
    return evaluate_inference(s);
  };
  const InferenceEstimate on_cards = estimated({}), on_host = estimated({Quirk::HostTables});
  constexpr Bytes table{rows * width * 2};
  ASSERT_EQ(on_host.devices.size(), 2U);
  EXPECT_TRUE(on_host.devices.back().is_host());
  const Component* kept = on_host.devices.back().breakdown.find(Part::Weights);
  EXPECT_EQ(kept->bytes, table);
  EXPECT_EQ(kept->high, Bytes{Count{8} << 30}) << "each half is rounded up to a power of two";
  EXPECT_EQ(on_host.devices.front().breakdown.bytes(Part::Weights) + Bytes{table.count / 2},
            on_cards.devices.front().breakdown.bytes(Part::Weights));
  EXPECT_EQ(on_host.kv_pool_bytes, on_cards.kv_pool_bytes + Bytes{table.count / 2});
  EXPECT_EQ(on_host.breakdown.bytes(Part::Weights), on_cards.breakdown.bytes(Part::Weights));
  s.serving.version = "0.29";
  EXPECT_EQ(estimated({Quirk::HostTables}).devices.size(), 1U) << "not unless it was asked for";

  m.kinds[0].attention.indexer_choices = 2048;
  m.kinds[0].attention.indexer_pool = 4;
  const Bytes one = estimated({}).breakdown.bytes(Part::Weights) - on_cards.breakdown.bytes(Part::Weights);
  EXPECT_EQ(one, Bytes{Count{2} * 8192 * 2048 * 4}) << "all layers share it, each of two ranks has it";
  const Bytes own =
      estimated({Quirk::OwnChoices}).breakdown.bytes(Part::Weights) - on_cards.breakdown.bytes(Part::Weights);
  EXPECT_EQ(own, Bytes{Count{2} * 32 * 8192 * 2052 * 4});
}

TEST(Vllm, GrantsThePoolOfItsLog) {
  const InferenceEstimate e = estimate_inference(logged());
  const Component* peak = e.breakdown.find(Part::ComputeBuffer);
  ASSERT_NE(peak, nullptr);
  const Range& outside = vllm::profile_of("0.19.0").non_torch;
  // The pool is what is left, so it is as far off as what is subtracted may be; the memory's size and the log's own
  // figure are rounded.
  const Bytes less = (peak->high - peak->bytes) + (outside.high - outside.value) + rounding * 2;
  const Bytes more = (peak->bytes - peak->low) + (outside.value - outside.low) + rounding * 2;
  const Bytes log = logged_gib(5811);
  EXPECT_LE(e.kv_pool_bytes, log + more);
  EXPECT_GE(e.kv_pool_bytes + less, log);
  EXPECT_EQ(e.kv_pool_tokens, e.kv_pool_bytes.count / (131'072 * 16) * 16);
}

TEST(Vllm, TakesGraphsOffThePoolWhereItsRunnerEstimatesThem) {
  const auto pool = [](Scenario s, const char* version) {
    s.serving.version = version;
    return estimate_inference(s).kv_pool_bytes;
  };
  const Scenario dense = logged();
  Scenario mixture = dense;
  Model m = *dense.model;
  m.kinds.front().feed_forward.experts = 8;
  mixture.model = std::make_shared<const Model>(std::move(m));
  const Bytes graphs = estimate_inference(dense).breakdown.bytes(Part::CudaGraphs);
  EXPECT_EQ(pool(dense, "0.25.1"), pool(dense, "0.25.0") + graphs) << "vllm issue 49224";
  EXPECT_EQ(pool(dense, "0.29"), pool(dense, "0.25.0"));
  EXPECT_EQ(pool(mixture, "0.25.1"), pool(mixture, "0.25.0"));
}

TEST(Vllm, PrintsTheTokensOfAGivenPool) {
  // 58.11 GiB in the log; the tokens are printed exactly and count whole blocks of 16.
  Scenario s = logged();
  s.serving.kv_cache_memory_bytes = logged_gib(5811).count;
  const auto printed = [&](Count tokens, Count bytes_per_token) {
    const Count n = estimate_inference(s).kv_pool_tokens;
    const Count off = n > tokens ? n - tokens : tokens - n;
    return off <= rounding.count / bytes_per_token + 16;
  };
  EXPECT_TRUE(printed(476'000, 131'072));
  s.serving.key_format = s.serving.value_format = KvFormat::Fp8;
  EXPECT_TRUE(printed(952'032, 65'536));
}

TEST(Vllm, PeaksHigherBeforeItsSamplerChanged) {
  Scenario s = logged();
  const Bytes newer = estimate_inference(s).breakdown.bytes(Part::ComputeBuffer);
  s.serving.version = "0.11.0";
  const InferenceEstimate older = estimate_inference(s);
  EXPECT_TRUE(holds(older.breakdown.find(Part::ComputeBuffer), logged_gib(476)));
  EXPECT_GT(older.breakdown.bytes(Part::ComputeBuffer), newer);
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
    return vllm::paged_rules(s, vllm::profile_of(s.serving.version)).states.state;
  };
  EXPECT_EQ(state(), (Block{1, 2}));
  m.quirks = {LlamaGraph::NemotronH, {Quirk::Fp32States}};
  EXPECT_EQ(state(), (Block{1, 4}));
  m.quirks = {};
  m.kinds[0].mixer = Mixer::GatedDeltaNet;
  EXPECT_EQ(state(), (Block{1, 4}));
}

TEST(Vllm, ReadsOfAWindowsBlocksOnlyTheWindow) {
  Model model = *llama_8b();
  for (Layer& kind : model.kinds) kind.attention.window = 1024;
  Scenario s = logged();
  s.model = std::make_shared<const Model>(model);
  s.serving.context = 65'536;
  const InferenceEstimate e = estimate_inference(s);
  EXPECT_EQ(cache_read(e.breakdown), Bytes{131'072ULL * 1024});
  // 1,023 tokens and a step of 8,192 in blocks of 16, and one block more.
  EXPECT_EQ(e.breakdown.bytes(Part::KvCache), Bytes{131'072ULL * 16 * ((1023 + 8192 + 15) / 16 + 1)});
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
    for (const DeviceUse& d : e.devices) sum += d.breakdown.bytes(c.part) * d.span.count();
    EXPECT_EQ(sum, c.bytes) << key_of(c.part);
  }
}

}  // namespace vllm_test
