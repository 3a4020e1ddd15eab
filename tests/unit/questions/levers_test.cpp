#include "unit/questions/scenarios.hpp"

#include <llmcalc/questions/levers.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace llmcalc {
namespace levers_test {

using tests::on_cards;

const LeverEffect* find(const std::vector<LeverEffect>& effects, std::string_view id) {
  const auto found = std::find_if(effects.begin(), effects.end(), [&](const LeverEffect& e) { return e.id == id; });
  return found == effects.end() ? nullptr : &*found;
}

TEST(InSentence, NamesKeepTheirCapitals) {
  EXPECT_EQ(in_sentence("Half the rank"), "half the rank");
  for (const char* name : {"LoRA", "AdamW 8-bit", "Q8_0 KV cache", "ZeRO 3", "QLoRA"})
    EXPECT_EQ(in_sentence(name), name);
}

TEST(Levers, SaveWhatTheySay) {
  const Scenario s = on_cards(16_GiB, 1, Method::Article);
  const FitAnswer answer = fit(s, Task::Inference);
  const DeviceFit before = *answer.deciding();
  const auto effects = levers(s, Task::Inference);
  ASSERT_FALSE(effects.empty());
  for (const LeverEffect& e : effects) {
    const FitAnswer changed = fit(e.scenario, Task::Inference);
    const DeviceFit after = *changed.deciding();
    EXPECT_EQ(after.headroom() + before.excess(), before.headroom() + after.excess() + e.saved) << e.id;
    EXPECT_GT(e.saved.count, 0U) << e.id;
    EXPECT_TRUE(validate(e.scenario).empty()) << e.id;
    EXPECT_FALSE(e.price.empty()) << e.id;
  }
}

TEST(Levers, AreRankedByWhatTheySaveAndNamedOnce) {
  for (const Task task : {Task::Inference, Task::Training}) {
    const auto effects = levers(on_cards(16_GiB, 2, Method::Article), task);
    std::set<std::string> ids;
    for (std::size_t i = 0; i < effects.size(); ++i) {
      EXPECT_LE(effects[i].saved, effects[i == 0 ? 0 : i - 1].saved);
      EXPECT_TRUE(ids.insert(effects[i].id).second) << effects[i].id;
    }
  }
}

TEST(Levers, ProposeOnlyFormatsOfTheRuntime) {
  Scenario s = on_cards(16_GiB, 1, Method::Article);
  EXPECT_NE(find(levers(s, Task::Inference), "weights.format:fp8"), nullptr);
  EXPECT_EQ(find(levers(s, Task::Inference), "weights.format:gguf:Q4_K_M"), nullptr);
  s.serving.runtime = Runtime::LlamaCpp;
  EXPECT_EQ(find(levers(s, Task::Inference), "weights.format:fp8"), nullptr);
  EXPECT_NE(find(levers(s, Task::Inference), "weights.format:gguf:Q4_K_M"), nullptr);
}

TEST(Levers, ProposeNoLargerFormat) {
  Scenario s = on_cards(4_GiB, 1, Method::Article);
  s.weights.format = WeightFormat::AwqInt4;
  for (const LeverEffect& e : levers(s, Task::Inference)) {
    EXPECT_NE(e.id, "weights.format:fp8");
    EXPECT_NE(e.id, "weights.format:bf16");
  }
}

TEST(Levers, TheSmallestRemedyFitsAndNoCheaperOneDoes) {
  const Scenario s = on_cards(16_GiB, 1, Method::Article);
  const auto effects = levers(s, Task::Inference);
  const LeverEffect* remedy = smallest_remedy(effects);
  ASSERT_NE(remedy, nullptr);
  EXPECT_TRUE(fits(remedy->after.verdict));
  for (const LeverEffect& e : effects) {
    EXPECT_TRUE(!fits(e.after.verdict) || e.kind >= remedy->kind) << e.id;
  }
}

TEST(Levers, WithoutADeviceAreNone) {
  Scenario s = on_cards(16_GiB);
  s.devices.groups.clear();
  EXPECT_TRUE(levers(s, Task::Inference).empty());
}

}  // namespace levers_test
}  // namespace llmcalc
