#include "report/recommended.hpp"

#include "host/preset_folders.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"

#include <llmcalc/questions/fit.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace llmcalc::io {
namespace recommended_test {

const std::vector<KnownModel>& catalogue() {
  static const std::vector<KnownModel> all = known_models(preset_folders());
  return all;
}

Scenario machine(const char* device, Bytes ram) {
  static const Resolver resolver = default_resolver();
  Scenario s = read_scenario({{"model", default_model_id},
                              {"device", device},
                              {"serving", {{"runtime", "llama.cpp"}}},
                              {"host", {{"memory_bytes", ram.count}}}},
                             resolver)
                   .value();
  return s;
}

TEST(KnownModels, AreAllPresets) {
  EXPECT_EQ(catalogue().size(), read_model_catalogue(preset_folders()).entries.size());
}

TEST(Recommended, EveryRowFitsOnSomeMachines) {
  for (const char* device : {"rtx-3060-12gb", "m3-max-36gb", "cpu"}) {
    const Scenario s = machine(device, 32_GiB);
    for (const Use use : {Use::Chat, Use::Qlora}) {
      const Wish wish{.use = use};
      std::size_t run = 0;
      for (const RecommendedModel& m : recommend_all(catalogue(), s, wish, {})) {
        if (!m.answer.best.runs()) {
          EXPECT_NE(m.answer.obstacle, "") << m.known->entry.id;
          continue;
        }
        ++run;
        EXPECT_TRUE(fits(fit(m.answer.best.scenario, wish.task()).verdict)) << device << " " << m.known->entry.id;
      }
      EXPECT_GT(run, 10U) << device;
    }
  }
}

TEST(Recommended, FiltersAndSorts) {
  const Scenario s = machine("rtx-4090", 64_GiB);
  RunFilter filter;
  filter.family = "QWEN";
  filter.mixture = true;
  auto found = recommend_all(catalogue(), s, {}, filter);
  ASSERT_GT(found.size(), 2U);
  for (const RecommendedModel& m : found) EXPECT_TRUE(m.known->is_mixture()) << m.known->entry.id;
  sort_recommended(found, RunOrder::Speed);
  for (std::size_t i = 1; i < found.size(); ++i) {
    EXPECT_LE(mark_of(found[i - 1].answer), mark_of(found[i].answer));
    if (mark_of(found[i - 1].answer) != mark_of(found[i].answer)) continue;
    EXPECT_GE(found[i - 1].answer.best.speed.typical, found[i].answer.best.speed.typical);
  }
}

TEST(Recommended, SaysWhatALossRestsOn) {
  EXPECT_EQ(loss_text(format_loss({WeightFormat::Gguf, GgufMix::Q4_K_M})), "+2.8 %");
  EXPECT_EQ(loss_text(format_loss({WeightFormat::Nf4})).substr(0, 3), "≈");
  EXPECT_NE(loss_sentence(format_loss({WeightFormat::Nf4})).find("interpolated"), std::string::npos);
}

}  // namespace recommended_test
}  // namespace llmcalc::io
