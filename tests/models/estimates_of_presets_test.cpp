// Laws that every estimate keeps, tried on every preset with every runtime and several layouts.

#include "readers/resolve.hpp"
#include "support/sanitized.hpp"
#include "support/shipped_models.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/estimate/warnings.hpp>
#include <llmcalc/memory/recurrent_state.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace estimates_of_presets_test {

using namespace llmcalc;

std::vector<Scenario> variations(const ModelPtr& model, Runtime runtime) {
  Scenario plain;
  plain.model = model;
  plain.serving.runtime = runtime;
  plain.devices.groups.push_back({io::device_of_memory(Bytes{85'899'345'920}), 8});
  Scenario many = plain;
  many.serving.sequences = 7;
  many.serving.prompt = 100;
  many.serving.context = 30'000;
  many.serving.key_format = KvFormat::Fp8;
  many.serving.value_format = KvFormat::Int4;
  many.weights.format = WeightFormat::Nf4Dq;
  Scenario layout = many;
  layout.parallelism = {.data = 2, .tensor = 2, .pipeline = 2};
  layout.weights.format = WeightFormat::AsReleased;
  layout.serving.draft_tokens = 2;
  layout.include_overhead = false;
  return {plain, many, layout};
}

Scenario on_one_device(const ModelPtr& model, Runtime runtime) {
  Scenario s;
  s.model = model;
  s.serving.runtime = runtime;
  s.devices.groups.push_back({io::device_of_memory(80_GiB), 1});
  return s;
}

std::string name_of(const Scenario& s) { return s.model->id + " on " + std::string(key_of(s.serving.runtime)); }

/// The factors of a summand multiplied, or its own amount when it has none.
Bytes product_of(const Summand& s) {
  if (s.size() == 0) return s.result;
  Count n = 1;
  for (std::size_t i = 0; i < s.size(); ++i) n = multiply(n, s.terms[i].value);
  return ceil_divide(storage(n, s.width), s.divisor);
}

void expect_explained(const Component& c, const std::string& where) {
  Bytes added, taken;
  for (const Summand& s : c.summands) {
    EXPECT_EQ(product_of(s), s.result) << where << ": " << key_of(c.part) << ", " << s.label;
    (s.negative ? taken : added) += s.result;
  }
  EXPECT_EQ(added - taken, c.bytes) << where << ": " << key_of(c.part);
  EXPECT_LE(c.low, c.bytes) << where << ": " << key_of(c.part);
  EXPECT_GE(c.high, c.bytes) << where << ": " << key_of(c.part);
  EXPECT_FALSE(c.source.empty()) << where << ": " << key_of(c.part);
}

template <class Check>
void for_all(Check check) {
  ASSERT_GT(tests::shipped_models().size(), 150u);
  std::size_t turn = 0;
  for (const ModelPtr& model : tests::shipped_models()) {
    for (const auto& runtime : runtimes) {
      // Under a sanitizer every fifth pair of a model and an engine: all of both are met.
      if (sanitized && turn++ % 5 != 0) continue;
      for (const Scenario& s : variations(model, runtime.id)) check(s, evaluate_inference(s));
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(EstimatesOfPresets, ExplainEveryNumberByItsFactors) {
  for_all([](const Scenario& s, const InferenceEstimate& e) {
    for (const Component& c : e.breakdown.components) expect_explained(c, name_of(s));
    for (const DeviceUse& d : e.devices) {
      for (const Component& c : d.breakdown.components) expect_explained(c, name_of(s) + ", " + d.name);
    }
  });
}

TEST(EstimatesOfPresets, AreTheSumOfTheirDevices) {
  for_all([](const Scenario& s, const InferenceEstimate& e) {
    EXPECT_FALSE(e.devices.empty()) << name_of(s);
    Bytes sum;
    for (const DeviceUse& d : e.devices) sum += d.breakdown.total() * d.span.count();
    EXPECT_EQ(sum, e.breakdown.total()) << name_of(s);
    EXPECT_GT(e.breakdown.bytes(Part::Weights).count, 0u) << name_of(s);
  });
}

TEST(EstimatesOfPresets, GrowWithSequencesAndContext) {
  for_all([](const Scenario& s, const InferenceEstimate& e) {
    Scenario more = s;
    more.serving.sequences = s.serving.sequences * 2;
    const auto doubled = evaluate_inference(more);
    EXPECT_GE(doubled.breakdown.bytes(Part::KvCache), e.breakdown.bytes(Part::KvCache)) << name_of(s);
    Scenario longer = s;
    longer.serving.context += 4096;
    EXPECT_GE(evaluate_inference(longer).breakdown.bytes(Part::KvCache), e.breakdown.bytes(Part::KvCache))
        << name_of(s);
    if (engine_of(s).offloads_layers() || s.serving.prompt) return;  // llama.cpp pads, and shares windows
    EXPECT_EQ(doubled.breakdown.bytes(Part::KvCache), e.breakdown.bytes(Part::KvCache) * 2) << name_of(s);
  });
}

// A window writes the settings that matter into its command: one that changes a number has to be among them.
TEST(EstimatesOfPresets, ChangeWithTheFormatOfACacheOnlyWhereItMatters) {
  std::size_t kept = 0, without = 0;
  for (const ModelPtr& model : tests::shipped_models()) {
    const Field& format = field_at("serving.kv_format");
    for (const auto& runtime : runtimes) {
      Scenario s = on_one_device(model, runtime.id);
      const Bytes usual = evaluate_inference(s).breakdown.total();
      s.serving.key_format = s.serving.value_format = KvFormat::Q8_0;
      if (format.matters(s)) {
        ++kept;
      } else {
        EXPECT_EQ(evaluate_inference(s).breakdown.total(), usual) << name_of(s);
        ++without;
      }
    }
  }
  EXPECT_GT(kept, without);
  EXPECT_GT(without, 0U);
}

TEST(EstimatesOfPresets, OfVectorsAndRewardsDoNotChangeWithWhatGeneratedTextHas) {
  for (const ModelPtr& model : tests::shipped_models()) {
    if (!model->encodes()) continue;
    for (const auto& runtime : runtimes) {
      Scenario s = on_one_device(model, runtime.id);
      const Bytes usual = evaluate_inference(s).breakdown.total();
      s.serving.beams = 3;
      s.serving.shared_prefix = 64;
      s.serving.prefix_caching = Switch::On;
      EXPECT_EQ(evaluate_inference(s).breakdown.total(), usual) << name_of(s);
    }
  }
}

TEST(EstimatesOfPresets, ADraftsExpertsAreDividedAsTheLayoutSays) {
  Scenario s;
  for (const ModelPtr& model : tests::shipped_models()) {
    if (model->id == "llama-3.1-8b") s.model = model;
    if (model->id == "qwen3-30b-a3b") s.serving.draft_model = model;
  }
  ASSERT_TRUE(s.model && s.serving.draft_model);
  s.serving.draft_tokens = 1;
  s.devices.groups.push_back({io::device_of_memory(80_GiB), 1});
  const Bytes whole = evaluate_inference(s).breakdown.bytes(Part::DraftModel);
  s.parallelism.expert_tensor = 2;
  EXPECT_LT(evaluate_inference(s).breakdown.bytes(Part::DraftModel), whole);
  EXPECT_TRUE(field_at("parallelism.expert_tensor").matters(s));
  s.serving.draft_model = nullptr;
  EXPECT_FALSE(field_at("parallelism.expert_tensor").matters(s));
}

TEST(EstimatesOfPresets, ShowWeightsAtLeastAsLargeAsTheirQuantizedForm) {
  for (const ModelPtr& model : tests::shipped_models()) {
    const Bytes wide = stored_weights(*model, Weights{.format = WeightFormat::Bf16});
    for (const auto format : {WeightFormat::Fp8, WeightFormat::Int8, WeightFormat::Nf4, WeightFormat::AwqInt4}) {
      EXPECT_LT(stored_weights(*model, Weights{.format = format}), wide) << model->id;
    }
    EXPECT_GT(stored_weights(*model, Weights{.format = WeightFormat::Fp32}), wide) << model->id;
  }
}

/// Qwen3.6 27B in fp8 blocks on two GPUs with three drafted tokens: a log of 0.24 has blocks of 1,600 tokens, of which
/// its pool of 5,723,043,921 bytes holds 205, in a group of attention layers and three of states.
Scenario hybrid_pool(std::string version) {
  Scenario s;
  for (const ModelPtr& model : tests::shipped_models()) {
    if (model->id == "qwen3.6-27b") s.model = model;
  }
  s.weights.format = WeightFormat::Fp8Block;
  s.serving.version = std::move(version);
  s.serving.context = 262'144;
  s.serving.key_format = s.serving.value_format = KvFormat::Fp8;
  s.serving.draft_tokens = 3;
  s.serving.kv_cache_memory_bytes = 5'723'043'921;
  s.parallelism.tensor = 2;
  s.devices.groups.push_back({io::device_of_memory(24_GiB), 2});
  return s;
}

TEST(EstimatesOfPresets, CountTheTokensOfAHybridsPoolAsTheVersionDoes) {
  ASSERT_TRUE(hybrid_pool("").model);
  // To 0.20: blocks // groups x tokens of a block. From 0.21: what whole sequences the blocks hold.
  EXPECT_EQ(evaluate_inference(hybrid_pool("0.20")).kv_pool_tokens, 205U / 4 * 1600);
  const InferenceEstimate newer = evaluate_inference(hybrid_pool("0.24"));
  EXPECT_EQ(newer.kv_pool_tokens, 300'220U);
  EXPECT_NEAR(newer.concurrency, 205.0 / (164 + 3 * 5), 1e-9);
}

TEST(EstimatesOfPresets, ReadOneCopyOfAStateInAStep) {
  // A second page and drafted tokens' copies take memory, but no time.
  Scenario s = hybrid_pool("0.24");
  const InferenceEstimate newer = evaluate_inference(s);
  s.serving.version = "0.20";
  const InferenceEstimate older = evaluate_inference(s);
  const Bytes kept = newer.breakdown.bytes(Part::RecurrentState);
  EXPECT_EQ(kept * 4, older.breakdown.bytes(Part::RecurrentState) * 5);
  EXPECT_EQ(one_state(newer.breakdown), one_state(older.breakdown));
  EXPECT_EQ(one_state(newer.breakdown) * 5, kept);
}

TEST(EstimatesOfPresets, KeepAStateForEachDraftedTokenInLlamaCpp) {
  Scenario s = hybrid_pool("");
  s.serving.runtime = Runtime::LlamaCpp;
  s.weights.format = WeightFormat::Gguf;
  const Bytes drafting = evaluate_inference(s).breakdown.bytes(Part::RecurrentState);
  s.serving.draft_tokens = 0;
  EXPECT_EQ(evaluate_inference(s).breakdown.bytes(Part::RecurrentState) * 4, drafting);
}

}  // namespace estimates_of_presets_test
