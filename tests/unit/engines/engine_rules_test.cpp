// What engines do beside the usual: reserved and shared caches, drafts, images, unified memory, refusals.

#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/engines/sglang.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/estimate/inference.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/model/inventory.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace engine_rules_test {

using namespace llmcalc;

Model numbers(const CustomModel& given) { return *model_from_numbers(given); }

ModelPtr shared(Model m) { return std::make_shared<const Model>(std::move(m)); }

Scenario scenario(Runtime runtime, ModelPtr model = shared(numbers({.kv_heads = 8}))) {
  Device card;
  card.memory = Bytes{85'899'345'920};
  Scenario s;
  s.model = std::move(model);
  s.serving.runtime = runtime;
  s.devices.groups.push_back({std::make_shared<const Device>(card), 1});
  return s;
}

bool warns(const Scenario& s, std::string_view words) {
  const Estimate e = evaluate(s);
  return std::any_of(e.warnings.begin(), e.warnings.end(),
                     [&](const std::string& w) { return w.find(words) != std::string::npos; });
}

TEST(StaticCache, HasRoomForTheWholeContextAndOnlyForTheWindow) {
  Model m = numbers({.layers = 2, .kv_heads = 8});
  m.kinds.push_back(m.kinds[0]);
  m.kinds[1].attention.window = 1024;
  m.layers = {0, 1};
  Scenario s = scenario(Runtime::Transformers, shared(std::move(m)));
  s.serving.context = 8192;
  s.serving.prompt = 8192;
  const Bytes token{2 * 8 * 128 * 2};
  // Growing, the window's layer still holds the whole prompt after the prefill.
  EXPECT_EQ(estimate_inference(s).breakdown.bytes(Part::KvCache), token * (8192 + 8192));
  s.serving.cache = CacheKind::Static;
  EXPECT_EQ(estimate_inference(s).breakdown.bytes(Part::KvCache), token * (8192 + 1024));
  s.serving.key_format = s.serving.value_format = KvFormat::Int4;
  EXPECT_TRUE(warns(s, "a static cache cannot be quantized"));
}

TEST(StaticCache, DoesNotMoveWhileItFills) {
  Scenario s = scenario(Runtime::Transformers);
  s.serving.prompt = 1;
  const Bytes growing = estimate_inference(s).breakdown.bytes(Part::ComputeBuffer);
  s.serving.cache = CacheKind::Static;
  // One layer's keys are not concatenated: 8 heads of 128, 8192 tokens, 16 bits.
  EXPECT_EQ(growing - estimate_inference(s).breakdown.bytes(Part::ComputeBuffer), Bytes{8ULL * 128 * 8192 * 2});
}

TEST(Gptq, OlderKernelsKeepRoomForOneUnpackedMatrix) {
  Scenario s = scenario(Runtime::Transformers);
  s.weights.format = WeightFormat::GptqInt4;
  s.serving.version = "5.12";
  const Bytes later = estimate_inference(s).breakdown.bytes(Part::ComputeBuffer);
  s.serving.version = "4.46";
  EXPECT_EQ(estimate_inference(s).breakdown.bytes(Part::ComputeBuffer) - later, Bytes{14336ULL * 4096 * 2});
  s.weights.format = WeightFormat::GptqInt8;
  const Bytes eight = estimate_inference(s).breakdown.bytes(Part::ComputeBuffer);
  EXPECT_EQ(eight, later);
}

TEST(Vllm, HoldsABatchOfImagesWhileItProfiles) {
  Model m = numbers({.layers = 34, .hidden_size = 2560, .heads = 8, .kv_heads = 4, .head_dim = 256});
  Scenario s = scenario(Runtime::Vllm, shared(m));
  const Bytes text = estimate_inference(s).breakdown.bytes(Part::ComputeBuffer);
  m.image_tokens = 256;
  m.image_values = 3ULL * 896 * 896;
  s.model = shared(m);
  // Gemma 3 4B: 32 images of 256 tokens; its log is 0.19 GiB above that of the text model.
  EXPECT_EQ(estimate_inference(s).breakdown.bytes(Part::ComputeBuffer) - text,
            Bytes{2} * (32 * (3ULL * 896 * 896 + 256ULL * 2560)));
}

TEST(Vllm, ReplicasOfTheAttentionShareTheExperts) {
  const ModelPtr mixture = shared(numbers({.kv_heads = 8, .experts = 8, .expert_intermediate_size = 4096}));
  Scenario s = scenario(Runtime::Vllm, mixture);
  const auto bytes = [&](Count data, Count expert) {
    s.parallelism.data = data;
    s.parallelism.expert = expert;
    s.devices.groups.front().count = data;
    return estimate_inference(s).devices.front().breakdown.bytes(Part::Weights);
  };
  const Bytes experts = Bytes{2} * (32ULL * 8 * 3 * 4096 * 4096);
  const Bytes alone = bytes(1, 1);
  EXPECT_EQ(bytes(8, 1), alone - experts + Bytes{experts.count / 8});
  EXPECT_EQ(bytes(8, 8), bytes(8, 1));
}

TEST(PagedCaches, OnlyVllmStretchesBlocksToTheSizeOfAState) {
  Model m = numbers({.layers = 2, .kv_heads = 8});
  m.kinds.push_back(m.kinds[0]);
  m.kinds[1].mixer = Mixer::Mamba2;
  m.kinds[1].recurrent = {.inner = 8192, .state = 128, .heads = 128, .head_dim = 64, .groups = 1, .conv_kernel = 4};
  m.layers = {0, 1};
  Scenario s = scenario(Runtime::Sglang, shared(std::move(m)));
  s.serving.context = 1001;
  EXPECT_EQ(estimate_inference(s).breakdown.bytes(Part::KvCache), Bytes{2 * 8 * 128 * 2} * 1001);
  s.serving.runtime = Runtime::Vllm;
  EXPECT_GT(estimate_inference(s).breakdown.bytes(Part::KvCache), Bytes{2 * 8 * 128 * 2} * 1001);
}

TEST(Sglang, DataParallelAttentionReservesMore) {
  Model m = numbers({.kv_heads = 8});
  m.kinds[0].feed_forward = {.experts = 8, .experts_per_token = 2, .expert_width = 4096};
  build_inventory(m);
  Scenario s = scenario(Runtime::Sglang, shared(std::move(m)));
  s.devices.groups.front().count = 8;
  s.parallelism.data = 8;
  const sglang::Profile& profile = sglang::profile_of("");
  const Bytes card{180ULL << 30};
  const Bytes apart = sglang::reserved(s, profile, rank_layout(s), card);
  s.parallelism.expert = 8;
  // 180 GiB and 8 ranks: graphs of up to 512 sequences (256 on one), 128 MB a rank, 3 x 512 x 8 and half as much.
  const Count more = 2 * (512 - 512) + 128 * 7 + 3 * 512 * 8 + 3 * 512 * 8 / 2;
  const Count base = 512 + 8192 * 3 / 2 + 2 * 512 + 128;
  EXPECT_EQ(apart, Bytes{base << 20});
  EXPECT_EQ(sglang::reserved(s, profile, rank_layout(s), card), Bytes{(base + more) << 20});
}

// sglang 0.5.19 (pull request 32468) and pool_configurator.py of 2026-09: bytes of a token x (1 + draft layers / layers).
TEST(Sglang, ATokenOfThePoolPaysForTheDraftsLayersSince2026) {
  Model m = numbers({.layers = 32, .kv_heads = 8});
  m.mtp_layers = {0};
  build_inventory(m);
  Scenario s = scenario(Runtime::Sglang, shared(std::move(m)));
  s.serving.draft_tokens = 3;
  const InferenceEstimate now = estimate_inference(s);
  s.serving.version = "0.5.10";
  const InferenceEstimate before = estimate_inference(s);
  EXPECT_EQ(before.kv_pool_tokens, before.kv_pool_bytes.count / 131'072);
  // Embedding and head of the prediction layer, still there when the pool is measured.
  const Count tables = 2 * s.model->vocabulary * s.model->hidden * 2;
  EXPECT_EQ(now.kv_pool_tokens, (before.kv_pool_bytes.count - tables) / (131'072 + 4096));
  EXPECT_EQ(now.kv_pool_bytes, Bytes{now.kv_pool_tokens * 131'072});
}

// model_runner_kv_cache_mixin.py handle_max_mamba_cache: a state per verified token of every sequence that may run.
TEST(Sglang, StatesOfVerifiedTokensComeOffThePool) {
  Model m = numbers({.layers = 2, .kv_heads = 8});
  m.kinds.push_back(m.kinds[0]);
  m.kinds[1].mixer = Mixer::Mamba2;
  m.kinds[1].recurrent = {.inner = 8192, .state = 128, .heads = 128, .head_dim = 64, .groups = 1, .conv_kernel = 4};
  m.layers = {0, 1};
  m.mtp_layers = {0};
  build_inventory(m);
  Scenario s = scenario(Runtime::Sglang, shared(std::move(m)));
  s.serving.draft_tokens = 3;
  const auto pool = [&](Count sequences) {
    s.serving.max_num_seqs = sequences;
    return estimate_inference(s).kv_pool_bytes;
  };
  const double per_sequence = static_cast<double>((pool(10) - pool(110)).count) / 100;
  EXPECT_EQ(pool(48), [&] {
    s.serving.max_num_seqs.reset();
    return estimate_inference(s).kv_pool_bytes;
  }());
  // Four states of 128 x 64 x 128 in fp32 and three columns of 8,448 in 16 bits; 1 / 1.9 of the pool is for keys and values,
  // half of which the draft's layer takes.
  const double slot = 4.0 * (128 * 64 * 128 * 4 + 3 * (8192 + 2 * 128) * 2);
  EXPECT_NEAR(per_sequence, slot / 1.9 / 2, 0.1 * per_sequence);
}

TEST(LlamaCpp, CountsTheBytesOfATokenAndTheDraftModel) {
  Scenario s = scenario(Runtime::LlamaCpp);
  s.weights = {.format = WeightFormat::Gguf, .mix = GgufMix::Q8_0};
  const InferenceEstimate alone = estimate_inference(s);
  EXPECT_EQ(alone.kv_bytes_per_token, Bytes{131'072});
  const ModelPtr small = shared(numbers({.layers = 4, .hidden_size = 1024, .heads = 8, .kv_heads = 4}));
  s.serving.draft_model = small;
  const InferenceEstimate both = estimate_inference(s);
  s.serving.draft_model = nullptr;
  s.model = small;
  Bytes draft = estimate_inference(s).breakdown.total() - estimate_inference(s).breakdown.bytes(Part::Overhead);
  EXPECT_EQ(both.breakdown.bytes(Part::DraftModel), draft);
  EXPECT_EQ(both.breakdown.bytes(Part::KvCache), alone.breakdown.bytes(Part::KvCache));
}

TEST(UnifiedMemory, HostAndGpuShareIt) {
  Scenario s = scenario(Runtime::LlamaCpp);
  EXPECT_FALSE(evaluate_inference(s).devices.back().capacity);
  Device apple;
  apple.memory = Bytes{24ULL << 30};
  apple.vendor = Vendor::Apple;
  apple.unified = true;
  apple.gpu_share = 0.75;
  s.devices.groups = {{std::make_shared<const Device>(apple), 1}};
  s.weights = {.format = WeightFormat::Gguf, .mix = GgufMix::F16};
  s.serving.gpu_layers = 20;
  const InferenceEstimate e = evaluate_inference(s);
  ASSERT_EQ(e.devices.size(), 2U);
  EXPECT_EQ(e.devices[0].capacity, Bytes{18ULL << 30});
  EXPECT_EQ(e.devices[1].capacity, Bytes{24ULL << 30} - e.devices[0].breakdown.total());
  EXPECT_TRUE(e.fit.fits);
  s.display_bytes = (1_GiB).count;
  EXPECT_EQ(evaluate_inference(s).devices[1].capacity, *e.devices[1].capacity - 1_GiB) << "the desktop's is nobody's";
  s.display_bytes = 0;
  apple.memory = Bytes{16ULL << 30};
  s.devices.groups = {{std::make_shared<const Device>(apple), 1}};
  EXPECT_FALSE(evaluate_inference(s).fit.fits);
}

TEST(Refusals, NameADeviceWithoutABuild) {
  Scenario s = scenario(Runtime::Vllm);
  EXPECT_FALSE(warns(s, "no build for"));
  Device mac;
  mac.name = "Apple M4 Max 64 GB";
  mac.vendor = Vendor::Apple;
  mac.memory = 64_GiB;
  s.devices.groups = {{std::make_shared<const Device>(mac), 1}};
  EXPECT_TRUE(warns(s, "vLLM has no build for Apple M4 Max 64 GB"));
  s.serving.runtime = Runtime::LlamaCpp;
  EXPECT_FALSE(warns(s, "no build for"));
}

TEST(Refusals, OfBlocksThatARankDoesNotHoldWhole) {
  // Qwen3 235B: 1,536 columns of an expert over eight ranks are 192.
  Scenario s = scenario(Runtime::Vllm);
  Model m = numbers({.kv_heads = 8});
  for (Layer& kind : m.kinds) {
    kind.feed_forward.experts = 128;
    kind.feed_forward.expert_width = 1536;
  }
  s.model = shared(std::move(m));
  s.weights.format = WeightFormat::Fp8Block;
  s.parallelism.tensor = 4;
  EXPECT_FALSE(warns(s, "FP8 blocks"));
  s.parallelism.tensor = 8;
  EXPECT_TRUE(warns(s, "192 of 1,536 feed-forward columns are not a whole number of FP8 blocks of 128"));
  s.parallelism.expert = 8;
  EXPECT_FALSE(warns(s, "FP8 blocks"));
}

TEST(Refusals, AreToldInTheRuntimesWords) {
  Scenario s = scenario(Runtime::LlamaCpp, shared(numbers({.heads = 32, .kv_heads = 32, .head_dim = 80})));
  EXPECT_FALSE(warns(s, "does not divide"));
  s.serving.key_format = KvFormat::Q8_0;
  EXPECT_TRUE(warns(s, "K cache type q8_0 with block size 32 does not divide n_embd_head_k=80"));
  EXPECT_FALSE(warns(s, "n_embd_head_v"));
  s.serving.beams = 4;
  EXPECT_TRUE(warns(s, "no beam search"));
  s.serving.sequences = 2;
  s.serving.shared_prefix = 100;
  EXPECT_TRUE(warns(s, "saves nothing"));
  s = scenario(Runtime::Vllm);
  EXPECT_FALSE(warns(s, "vLLM refuses"));
  s.serving.max_num_seqs = 10'000;
  EXPECT_TRUE(warns(s, "max_num_batched_tokens (8192) must be greater than or equal to max_num_seqs (10000)"));
  Model m = numbers({.kv_heads = 8});
  m.max_context = 4096;
  s.model = shared(std::move(m));
  EXPECT_TRUE(warns(s, "User-specified max_model_len (8192)"));
}

}  // namespace engine_rules_test
