#include <llmcalc/engines/paged_cache.hpp>
#include <llmcalc/engines/transformers.hpp>
#include <llmcalc/memory/kv_cache.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace kv_cache_test {

using namespace llmcalc;

Layer attention(Count heads, Count kv_heads, Count head_dim, Count window = 0) {
  Layer layer;
  layer.attention = {
      .heads = heads, .kv_heads = kv_heads, .head_dim = head_dim, .value_head_dim = head_dim, .window = window};
  return layer;
}

Layer deepseek_v3() {
  Layer layer;
  layer.mixer = Mixer::LatentAttention;
  layer.attention = {.heads = 128,
                     .kv_heads = 128,
                     .head_dim = 192,
                     .value_head_dim = 128,
                     .kv_lora_rank = 512,
                     .nope_head_dim = 128,
                     .rope_head_dim = 64};
  return layer;
}

/// A model of these layers: how many of each kind, one kind after the other.
Model model_of(const std::vector<std::pair<Layer, Count>>& kinds) {
  Model m;
  for (const auto& [layer, count] : kinds) {
    for (Count i = 0; i < count; ++i) m.layers.push_back(static_cast<std::uint16_t>(m.kinds.size()));
    m.kinds.push_back(layer);
  }
  return m;
}

Bytes sum(const std::vector<Summand>& summands) { return transformers::sum(summands); }

Bytes paged(const Model& m, PagedRules rules, Count sequences, Count tokens, Count tensor = 1) {
  const PagedCache cache = paged_cache(m, stage_of(m, 1, 0), tensor, rules);
  return sum(paged_kv_summands(cache, rules, sequences, tokens, 0));
}

TEST(KvEntry, SharesHeadsOverRanksAndReplicatesTheLast) {
  const Layer llama = attention(64, 8, 128);
  EXPECT_EQ(kv_entry(llama, 1).heads, 8u);
  EXPECT_EQ(kv_entry(llama, 4).heads, 2u);
  EXPECT_EQ(kv_entry(llama, 16).heads, 1u);
}

TEST(KvEntry, OfLatentAttentionIsWholeOnEveryRank) {
  EXPECT_EQ(token_bytes(kv_entry(deepseek_v3(), 1), {}), Bytes{1'152});
  EXPECT_EQ(token_bytes(kv_entry(deepseek_v3(), 8), {}), Bytes{1'152});
  EXPECT_EQ(token_bytes(kv_entry(deepseek_v3(), 1, LatentCache::Expanded), {}), Bytes{4'997'120 / 61});
}

TEST(KvEntry, IsEmptyForLayersThatReadAnotherLayersCache) {
  Layer sharing = attention(8, 4, 256);
  sharing.attention.shares_cache = true;
  EXPECT_EQ(kv_entry(sharing, 1), KvEntry{});
}

TEST(KvStorage, OfServersKeepsAScaleATokenAndHead) {
  // Qwen3-32B, 8 sequences of 32768 tokens: 64 layers, 8 heads of 128.
  const KvEntry entry{.heads = 8, .key_width = 128, .value_width = 128};
  const Count tokens = Count{8} * 32768 * 64;
  EXPECT_EQ(token_bytes(entry, kv_storage(KvFormat::Fp8, KvFormat::Fp8, KvScales::PerHead)) * tokens,
            Bytes{34'359'738'368});
  EXPECT_EQ(token_bytes(entry, kv_storage(KvFormat::Int8, KvFormat::Int8, KvScales::PerHead)) * tokens,
            Bytes{35'433'480'192});
}

TEST(KvStorage, KeepsKeysAndValuesApart) {
  const KvEntry entry{.heads = 8, .key_width = 128, .value_width = 128};
  const Bytes mixed = token_bytes(entry, kv_storage(KvFormat::Fp16, KvFormat::Q4_0, KvScales::PerHead));
  EXPECT_EQ(mixed, Bytes{1024 * 2 + 1024 / 32 * 18});
}

TEST(PagedCache, HoldsLlama70bOverFourRanks) {
  const Model m = model_of({{attention(64, 8, 128), 80}});
  EXPECT_EQ(paged(m, {}, 32, 4096, 4), Bytes{10'737'418'240});
  EXPECT_EQ(paged(m, {}, 32, 4096, 16), Bytes{5'368'709'120});
}

TEST(PagedCache, PadsGemma3ToWholeGroups) {
  const Model m = model_of({{attention(32, 16, 128, 1024), 52}, {attention(32, 16, 128), 10}});
  const PagedRules rules{.step_tokens = 2048};
  const PagedCache cache = paged_cache(m, stage_of(m, 1, 0), 1, rules);
  ASSERT_EQ(cache.types.size(), 2u);
  EXPECT_EQ(cache.types[0].padded_layers, 60u);
  EXPECT_EQ(cache.types[1].padded_layers, 10u);
  EXPECT_EQ(cache.groups, 7u);
  EXPECT_EQ(paged(m, rules, 1, 32768), Bytes{4'202'168'320});
}

TEST(PagedCache, EnlargesBlocksToFitAState) {
  Layer delta;
  delta.mixer = Mixer::GatedDeltaNet;
  delta.recurrent = {.inner = 4096, .state = 128, .heads = 32, .head_dim = 128, .groups = 16, .conv_kernel = 4};
  const Model m = model_of({{delta, 36}, {attention(16, 2, 256), 12}});
  PagedRules rules;
  rules.states.columns_less = 1;
  const PagedCache cache = paged_cache(m, stage_of(m, 1, 0), 1, rules);
  EXPECT_EQ(cache.page, Bytes{2'162'688});
  EXPECT_EQ(cache.types[0].block, 1056u);
  EXPECT_EQ(cache.groups, 4u);
}

TEST(PagedCache, CountsASharedPrefixOnce) {
  const Model m = model_of({{attention(32, 8, 128), 1}});
  const PagedRules rules;
  const PagedCache cache = paged_cache(m, stage_of(m, 1, 0), 1, rules);
  const Bytes token{4096};
  // Only whole blocks are shared: 100 tokens are 6 blocks of 16.
  EXPECT_EQ(sum(paged_kv_summands(cache, rules, 4, 1024, 100)), token * (96 + 4 * (1024 - 96)));
  EXPECT_EQ(sum(paged_kv_summands(cache, rules, 1, 1024, 100)), token * 1024);
}

TEST(TransformersCache, KeepsTheWholePromptUntilItGenerates) {
  const AttentionShape window = attention(32, 16, 128, 1024).attention;
  EXPECT_EQ(transformers::tokens_held(window, 32768, false), 32768u);
  EXPECT_EQ(transformers::tokens_held(window, 32768, true), 1024u);
  EXPECT_EQ(transformers::tokens_held(window, 500, true), 500u);
}

TEST(TransformersCache, OfGemma3ShrinksToItsWindowsOnceItGenerates) {
  // Gemma 3 27B at 32,768 tokens: 62 layers of 16 heads of 128, 52 of them with a window of 1,024. The prompt is kept
  // whole (15.5 GiB in 16 bits); then only 10 layers have all of it (2.906 GiB).
  Scenario s;
  s.model =
      std::make_shared<const Model>(model_of({{attention(32, 16, 128, 1024), 52}, {attention(32, 16, 128), 10}}));
  s.serving.runtime = Runtime::Transformers;
  const RankLayout one = rank_layout(s);
  const Stage whole = stage_of(*s.model, 1, 0);
  EXPECT_EQ(sum(transformers::cache(s, one, whole, 32768, false)), Bytes{16'642'998'272});
  EXPECT_EQ(sum(transformers::cache(s, one, whole, 32768, true)), Bytes{3'120'562'176});
}

}  // namespace kv_cache_test
