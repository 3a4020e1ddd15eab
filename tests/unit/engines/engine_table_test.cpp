// The rows of the engines: complete, and consistent in themselves.

#include <llmcalc/engines/mlx.hpp>
#include <llmcalc/engines/sglang.hpp>
#include <llmcalc/engines/tensorrt_llm.hpp>
#include <llmcalc/engines/transformers.hpp>
#include <llmcalc/engines/vllm/versions.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace llmcalc {
namespace engine_table_test {

TEST(EngineTable, HasARowForEveryEngine) {
  for (const auto& runtime : runtimes) {
    const Engine& engine = engine_of(runtime.id);
    EXPECT_EQ(engine.id, runtime.id);
    EXPECT_NE(engine.estimate, nullptr) << runtime.key;
    EXPECT_FALSE(engine.program.empty()) << runtime.key;
  }
}

TEST(EngineTable, OffersFormatsFromTheLargestToTheSmallest) {
  for (const auto& runtime : runtimes) {
    const Engine& engine = engine_of(runtime.id);
    ASSERT_FALSE(engine.weight_choices.empty()) << runtime.key;
    EXPECT_TRUE(std::is_sorted(engine.weight_choices.begin(), engine.weight_choices.end(),
                               [](FormatChoice a, FormatChoice b) { return typical_bits(a) > typical_bits(b); }))
        << runtime.key;
    for (const FormatChoice& choice : engine.weight_choices) {
      const FormatFamily family = row_of(choice.format).family;
      EXPECT_TRUE(family != FormatFamily::Mlx || engine.reads_mlx) << runtime.key;
      EXPECT_TRUE(family != FormatFamily::Gguf || engine.gguf != GgufReading::None) << runtime.key;
    }
  }
}

TEST(EngineTable, OffersCachesThatItStores) {
  for (const auto& runtime : runtimes) {
    const Engine& engine = engine_of(runtime.id);
    ASSERT_FALSE(engine.cache_choices.empty()) << runtime.key;
    for (const KvFormat format : engine.cache_choices) {
      EXPECT_TRUE(has(engine.cache_formats, format)) << runtime.key << " " << key_of(format);
    }
  }
}

TEST(EngineTable, PoolsHaveASchedulerAndOnlyTheyAreSized) {
  for (const auto& runtime : runtimes) {
    const Engine& engine = engine_of(runtime.id);
    EXPECT_EQ(engine.has_pool(), engine.reads_setting("serving.max_num_seqs")) << runtime.key;
    EXPECT_TRUE(engine.has_pool() || !engine.reads_setting("serving.kv_cache_memory_bytes")) << runtime.key;
  }
}

TEST(EngineTable, NamesSettingsThatExistAndEachOfThemIsReadBySomeEngine) {
  std::set<std::string_view> read;
  for (const auto& runtime : runtimes) {
    for (std::string_view words : engine_of(runtime.id).reads) {
      while (!words.empty()) read.insert(take_until(words, " "));
    }
  }
  std::set<std::string_view> asked;
  for (const Field& field : fields) {
    if (field.read != nullptr) asked.insert(field.path);
  }
  EXPECT_EQ(read, asked);
}

template <class Profiles>
void expect_versions_in_order(const Profiles& profiles) {
  EXPECT_EQ(profiles.front().from, "0") << "the first row holds for every older version";
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    EXPECT_FALSE(profiles[i].source.empty());
    if (i == 0) continue;
    EXPECT_LT(parse_version(profiles[i - 1].from), parse_version(profiles[i].from));
  }
}

TEST(EngineVersions, StandInOrderAndNameTheirSource) {
  expect_versions_in_order(transformers::profiles);
  expect_versions_in_order(vllm::profiles);
  expect_versions_in_order(sglang::profiles);
  expect_versions_in_order(tensorrt_llm::profiles);
  expect_versions_in_order(mlx::profiles);
}

}  // namespace engine_table_test
}  // namespace llmcalc
