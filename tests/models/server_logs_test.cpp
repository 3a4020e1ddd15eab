// What start-up logs of servers say, computed from the shipped models. Every figure is a published one, as printed.

#include "readers/resolve.hpp"

#include <llmcalc/engines/sglang.hpp>
#include <llmcalc/engines/vllm/engine.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/estimate/inference.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace server_logs_test {

using namespace llmcalc;

Scenario served(std::string_view model, std::string_view device, Count ranks, std::string_view version) {
  const io::Resolver resolver = io::default_resolver();
  Scenario s;
  s.model = resolver.model({ModelSource::Kind::Preset, std::string(model)}).value();
  s.devices.groups.push_back({resolver.device(std::string(device)).value(), ranks});
  s.parallelism.tensor = ranks;
  s.serving.version = version;
  return s;
}

/// Bytes that one sequence of the longest length takes of a rank's pool.
double gib_of_a_sequence(Scenario s, Count longest, Count step) {
  constexpr Count pool = Count{400} << 30;
  s.serving.context = longest;
  s.serving.max_num_batched_tokens = step;
  s.serving.kv_cache_memory_bytes = pool;
  return 400.0 / estimate_inference(s).concurrency;
}

bool warns(const Scenario& s, std::string_view words) {
  const Estimate e = evaluate(s);
  return std::any_of(e.warnings.begin(), e.warnings.end(),
                     [&](const std::string& w) { return w.find(words) != std::string::npos; });
}

TEST(DeepSeekV4InVllm, ReservesWindowsAndCompressorsForEveryStep) {
  Scenario s = served("deepseek-v4-flash", "gh200-96gb", 2, "0.22");
  s.serving.key_format = s.serving.value_format = KvFormat::Fp8;
  // vllm issue 44376: "(30000), (6.66 GiB KV cache is needed"; the class's default step is 16,384 tokens.
  EXPECT_NEAR(gib_of_a_sequence(s, 30'000, 16'384), 6.66, 0.005);
  // "estimated maximum model length is 13528" in 5.44 GiB.
  EXPECT_NEAR(gib_of_a_sequence(s, 13'528, 16'384), 5.44, 0.005);
  // vllm issue 51454, 0.25.0: 20.43 sequences of 1,048,576 tokens in what eight B200 leave at 0.95.
  const double of_a_million = gib_of_a_sequence(s, 1'048'576, 8'192);
  EXPECT_NEAR(of_a_million * 20.43, 149.1, 0.2);
}

// No log of its cache was compared: it is a range, and never said to be exact.
TEST(DeepSeekV41InVllm, IsNotCalledExact) {
  Scenario s = served("deepseek-v4.1-flash", "gh200-96gb", 8, "");
  for (const Runtime runtime : {Runtime::Vllm, Runtime::Sglang, Runtime::Transformers}) {
    s.serving.runtime = runtime;
    for (const Component& c : evaluate(s).inference.breakdown.components) {
      if (c.part != Part::KvCache) continue;
      EXPECT_NE(c.trust, Trust::Exact) << label_of(runtime);
      EXPECT_LT(c.low, c.high) << label_of(runtime);
    }
  }
}

TEST(DeepSeekV4InVllm, PacksABlockAsLargeAsItsWidestGroup) {
  Scenario s = served("deepseek-v4-flash", "rtx-5090", 1, "0.28.1");
  s.serving.key_format = s.serving.value_format = KvFormat::Fp8;
  const Stage whole = stage_of(*s.model, 1, 0);
  // vllm issue 54703: 62 layers of summaries and indexers in 1,002,240 bytes, 43 windows in two groups.
  const vllm::CompressedCache cache = vllm::compressed_cache(s, whole, vllm::PackedLayout::Widest);
  EXPECT_EQ(cache.block, Bytes{1'002'240});
  ASSERT_EQ(cache.groups.size(), 4U);
  EXPECT_EQ(cache.groups[0].block, 256U);
  EXPECT_EQ(cache.groups[1].groups, 2U);
  EXPECT_EQ(cache.groups[2].block + cache.groups[3].block, 12U) << "4 and 8 tokens";
}

TEST(Gemma4InVllm, HoldsTwoStepsBeyondItsWindowsFrom26On) {
  // vllm issue 49878: 45.79 GiB for a sequence before, 70.79 since, with steps of 32,768 tokens.
  const auto needed = [](std::string_view version) {
    Scenario s = served("gemma-4-31b", "h200-sxm-141gb", 1, version);
    s.serving.key_format = s.serving.value_format = KvFormat::Bf16;
    return gib_of_a_sequence(s, 262'144, 32'768);
  };
  EXPECT_NEAR(needed("0.25.1"), 45.79, 0.005);
  EXPECT_NEAR(needed("0.26"), 70.79, 0.005);
}

TEST(Qwen36InVllm, PartsOfItsBudgetAreThoseOfALog) {
  // club-3090 issue 1087, vLLM 0.27, two RTX 5090: 31.4 GiB seen, 15.03 consumed before the pool (weights 14.28, recipes pull 810),
  // a peak of 1.59, 0.13 of graphs estimated, 12.26 left.
  Scenario s = served("qwen3.8-27b", "rtx-5090", 2, "0.27");
  s.weights.format = WeightFormat::Fp8Block;
  s.serving.max_num_seqs = 2;
  s.serving.max_num_batched_tokens = 8192;
  s.serving.gpu_memory_utilization = 0.92;
  s.serving.context = 131'072;
  s.serving.key_format = s.serving.value_format = KvFormat::Fp8;
  const InferenceEstimate e = estimate_inference(s);
  const Breakdown& rank = e.devices.front().breakdown;
  const auto gib = [](Bytes b) { return static_cast<double>(b.count) / 0x1p30; };
  EXPECT_NEAR(gib(s.devices.smallest()->visible_to_cuda()), 31.4, 0.005);
  EXPECT_NEAR(gib(rank.bytes(Part::Weights)), 14.28, 0.15);
  EXPECT_NEAR(gib(rank.bytes(Part::ComputeBuffer)), 1.59, 0.1);
  EXPECT_NEAR(gib(rank.bytes(Part::CudaGraphs)), 0.13, 0.05);
  EXPECT_LE(gib(e.kv_pool_low), 12.26);
  EXPECT_GE(gib(e.kv_pool_high), 12.24);
  s.serving.text_only = true;
  EXPECT_LT(estimate_inference(s).devices.front().breakdown.bytes(Part::ComputeBuffer).count,
            rank.bytes(Part::ComputeBuffer).count / 3 * 2)
      << "no image is profiled";
}

TEST(Qwen36InVllm, RefusesMoreSequencesThanItHasStates) {
  // recipes pull 551: FP8 on one H100 at 0.95, "max_num_seqs (1024) exceeds available Mamba cache blocks (856)".
  Scenario s = served("qwen3.6-27b", "h100-sxm-80gb", 1, "0.22");
  s.weights.format = WeightFormat::Fp8Block;
  s.serving.gpu_memory_utilization = 0.95;
  EXPECT_TRUE(warns(s, "max_num_seqs (1024) exceeds available Mamba cache blocks (8"));
  s.serving.max_num_seqs = 512;
  EXPECT_FALSE(warns(s, "Mamba cache blocks"));
}

TEST(Vllm, SchedulesByCardAndVersion) {
  const auto limits = [](std::string_view device, std::string_view version) {
    return vllm::limits(served("llama-3.1-8b", device, 1, version));
  };
  EXPECT_EQ(limits("h100-sxm-80gb", "0.19").sequences, 1024U);
  EXPECT_EQ(limits("h100-sxm-80gb", "0.19").tokens, 8192U);
  EXPECT_EQ(limits("a100-sxm-80gb", "0.19").sequences, 256U) << "vLLM's exception";
  EXPECT_EQ(limits("rtx-4090", "").tokens, 2048U);
  EXPECT_EQ(limits("h100-sxm-80gb", "0.7").tokens, 8192U) << "the whole context of 8,192 in one step";
  Scenario s = served("llama-3.1-8b", "h100-sxm-80gb", 1, "0.19");
  s.serving.max_num_batched_tokens = 100;
  EXPECT_EQ(vllm::limits(s).sequences, 100U);
}

TEST(Vllm, RanksThatShareASequenceHoldAPartOfIt) {
  Scenario s = served("deepseek-v3", "h200-sxm-141gb", 8, "0.24");
  s.serving.context = 65'536;
  s.serving.kv_cache_memory_bytes = Count{8} << 30;
  const InferenceEstimate alone = estimate_inference(s);
  s.parallelism.decode_context = 8;
  const InferenceEstimate shared = estimate_inference(s);
  EXPECT_EQ(shared.kv_bytes_per_token * 8, alone.kv_bytes_per_token);
  EXPECT_NEAR(shared.concurrency / alone.concurrency, 8.0, 0.01);
  s.parallelism.decode_context = 3;
  EXPECT_TRUE(warns(s, "must be a multiple of decode context parallelism"));
}

TEST(Vllm, OffloadedLayersMoveToTheHostAndMakeRoom) {
  Scenario s = served("llama-3.1-8b", "rtx-4090", 1, "0.24");
  const InferenceEstimate before = estimate_inference(s);
  s.serving.cpu_offload_bytes = Count{4} << 30;
  const InferenceEstimate after = estimate_inference(s);
  EXPECT_EQ(after.kv_pool_bytes - before.kv_pool_bytes, Bytes{Count{4} << 30});
  EXPECT_EQ(after.breakdown.bytes(Part::Weights), before.breakdown.bytes(Part::Weights));
  ASSERT_TRUE(after.devices.back().is_host());
  EXPECT_EQ(after.devices.back().breakdown.total(), Bytes{Count{4} << 30});
  s.serving.cpu_offload_bytes = Count{400} << 30;
  EXPECT_GE(estimate_inference(s).devices.front().breakdown.bytes(Part::Weights), Bytes{Count{1} << 30})
      << "the embedding and the head stay";
}

TEST(Vllm, AdaptersHaveSlotsOnTheDevice) {
  Scenario s = served("llama-3.1-8b", "h100-sxm-80gb", 1, "0.24");
  const Bytes pool = estimate_inference(s).kv_pool_bytes;
  s.serving.adapters = 4;
  const InferenceEstimate e = estimate_inference(s);
  EXPECT_EQ(e.breakdown.bytes(Part::Adapters), Bytes{2ULL * 4 * 41'943'040});
  EXPECT_EQ(pool - e.kv_pool_bytes, e.breakdown.bytes(Part::Adapters));
}

TEST(Vllm, PrefixCachingKeepsASecondState) {
  Scenario s = served("qwen3.6-27b", "h100-sxm-80gb", 1, "0.24");
  s.serving.context = 131'072;
  s.serving.kv_cache_memory_bytes = Count{20} << 30;
  const double with = estimate_inference(s).concurrency;
  s.serving.prefix_caching = Switch::On;
  EXPECT_EQ(estimate_inference(s).concurrency, with) << "the default of models with states";
  s.serving.prefix_caching = Switch::Off;
  EXPECT_GT(estimate_inference(s).concurrency, with);
}

TEST(Vllm, ADraftsWeightsAreLoadedBeforeThePoolIsMeasured) {
  Scenario s = served("llama-3.1-8b", "h100-sxm-80gb", 1, "0.24");
  const Bytes alone = estimate_inference(s).kv_pool_bytes;
  s.serving.draft_model = io::default_resolver().model({ModelSource::Kind::Preset, "llama-3.2-1b"}).value();
  s.serving.draft_tokens = 0;
  const InferenceEstimate e = estimate_inference(s);
  EXPECT_GT(alone - e.kv_pool_bytes, Bytes{2'000'000'000}) << "1.24 billion parameters in 16 bits";
  // Its keys and values are in the pool.
  const Bytes cache = e.breakdown.bytes(Part::KvCache);
  s.serving.draft_kv_format = KvFormat::Fp8;
  EXPECT_LT(estimate_inference(s).breakdown.bytes(Part::KvCache), cache);
}

TEST(SglangHybrids, GiveALittleLessThanHalfOfTheirPoolToStates) {
  Scenario s = served("qwen3-next-80b-a3b", "h200-sxm-141gb", 4, "");
  s.serving.runtime = Runtime::Sglang;
  s.serving.sequences = 1;
  const InferenceEstimate e = estimate_inference(s);
  // KV gets what 0.9 / 1.9 of states leave: a tenth more than the states, less one slot.
  const Bytes weights = e.devices.front().breakdown.bytes(Part::Weights);
  const Bytes all =
      sglang::static_share(s, sglang::profile_of(""), rank_layout(s), *s.devices.smallest()).value - weights;
  EXPECT_NEAR(static_cast<double>(e.kv_pool_bytes.count) / static_cast<double>(all.count), 1 / 1.9, 0.01);
  // Its own and two checkpoints; two more since steps overlap, one fewer of these where pipeline stages end them.
  Scenario before = s;
  before.serving.version = "0.5.10";
  s.serving.prefix_caching = Switch::Off;
  const Bytes slot = estimate_inference(s).breakdown.bytes(Part::RecurrentState);
  EXPECT_EQ(slot * 5, e.breakdown.bytes(Part::RecurrentState));
  EXPECT_EQ(slot * 3, estimate_inference(before).breakdown.bytes(Part::RecurrentState));
}

// sglang 0.5 without a cache of prefixes: a log of 2026-09 has 48 slots for --max-running-requests 48.
TEST(SglangHybrids, HaveASlotForEachSequenceWithoutACacheOfPrefixes) {
  Scenario s = served("nemotron-nano-9b-v2", "h100-sxm-80gb", 1, "");
  s.serving.runtime = Runtime::Sglang;
  s.serving.prefix_caching = Switch::Off;
  s.serving.max_num_seqs = 48;
  const InferenceEstimate few = estimate_inference(s);
  s.serving.max_num_seqs = 96;
  const InferenceEstimate many = estimate_inference(s);
  // 6.46 + 0.09 GiB for 49 slots.
  EXPECT_NEAR(static_cast<double>((few.kv_pool_bytes - many.kv_pool_bytes).count) / (1ULL << 30), 6.55 * 48 / 49,
              0.02);
  EXPECT_LT(few.kv_pool_low, few.kv_pool_bytes);
  EXPECT_GT(few.kv_pool_high, few.kv_pool_bytes);
}

// A log of 2026-06 (DiffusionGemma 26B-A4B, sglang) has 56,320 tokens in the pool of windows beside 70,656 of the other
// layers; the pool's tokens are the latter.
TEST(SglangWindows, HaveAPoolOfTheirOwnInSomeFamilies) {
  Scenario s = served("gemma-4-26b-a4b", "h100-sxm-80gb", 1, "");
  s.serving.runtime = Runtime::Sglang;
  const InferenceEstimate e = estimate_inference(s);
  const Count full = 5ULL * 2 * 512 * 2 * 2, windows = 25ULL * 8 * 256 * 2 * 2;
  EXPECT_EQ(e.kv_pool_tokens, e.kv_pool_bytes.count / (full + windows * 4 / 5));
  // Others cache every layer in full.
  s = served("gemma-3-27b", "h100-sxm-80gb", 1, "");
  s.serving.runtime = Runtime::Sglang;
  const InferenceEstimate whole = estimate_inference(s);
  EXPECT_EQ(whole.kv_pool_tokens, whole.kv_pool_bytes.count / (62ULL * 16 * 128 * 2 * 2));
}

TEST(TensorRtLlmHybrids, ReserveStatesForTheLargestBatch) {
  Scenario s = served("qwen3-next-80b-a3b", "h200-sxm-141gb", 4, "");
  s.serving.runtime = Runtime::TensorRtLlm;
  s.serving.max_num_seqs = 64;
  const InferenceEstimate few = estimate_inference(s);
  s.serving.max_num_seqs = 128;
  const InferenceEstimate many = estimate_inference(s);
  EXPECT_EQ(few.breakdown.bytes(Part::RecurrentState) * 2, many.breakdown.bytes(Part::RecurrentState));
  EXPECT_LT(many.kv_pool_bytes, few.kv_pool_bytes);
}

TEST(Mlx, LongPromptsOfWideHeadsGrowWithTheStep) {
  // mlx-lm pull 1781: Qwen3.8 27B in 4 bits at 128k, 39.78 GB with steps of 2,048 tokens.
  Scenario s = served("qwen3.8-27b", "m5-max-128gb", 1, "0.31");
  s.parallelism.tensor = 1;
  s.serving.runtime = Runtime::Mlx;
  s.weights.format = WeightFormat::MlxQ4;
  s.weights.group_size = 64;
  s.serving.context = s.serving.prompt.emplace(131'072);
  s.measure = Measure::Allocated;
  EXPECT_NEAR(static_cast<double>(estimate_inference(s).breakdown.total().count), 39.78e9, 0.06 * 39.78e9);
}

TEST(Mlx, ScansWereQuadraticInTheStepBeforeTheyHadChunks) {
  // mlx-lm pull 525: Granite 4.0 H Small in 4 bits, a prompt of 2,048: 61.3 GB before, 23.5 GB after.
  Scenario s = served("granite-4.0-h-small", "m2-ultra-192gb", 1, "0.28.2");
  s.serving.runtime = Runtime::Mlx;
  s.weights.format = WeightFormat::MlxQ4;
  s.weights.group_size = 64;
  s.serving.prompt = 2048;
  s.serving.context = 2050;
  s.measure = Measure::Allocated;
  const auto gigabytes = [&] { return static_cast<double>(estimate_inference(s).breakdown.total().count) / 1e9; };
  EXPECT_NEAR(gigabytes(), 61.3, 3.0);
  s.serving.version = "";
  EXPECT_NEAR(gigabytes(), 23.5, 0.5);
}

}  // namespace server_logs_test
