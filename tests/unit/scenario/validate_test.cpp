#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/warnings.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace llmcalc {
namespace validate_test {

/// A model with these heads, experts and layers; nothing else is looked at.
ModelPtr model_with(Count heads, Count experts, std::size_t layers) {
  Model m;
  Layer layer;
  layer.attention.heads = heads;
  layer.attention.kv_heads = heads;
  layer.feed_forward.experts = experts;
  m.kinds = {layer};
  m.layers.assign(layers, 0);
  m.max_context = 4096;
  return std::make_shared<const Model>(m);
}

Scenario valid(Count heads = 32, Count experts = 0, std::size_t layers = 32) {
  Scenario s;
  s.model = model_with(heads, experts, layers);
  return s;
}

/// The only issue at this place, "" when there is none.
std::string issue_at(const Scenario& s, const std::string& where) {
  std::string found;
  for (const Issue& issue : validate(s)) {
    if (issue.where == where) found = issue.what;
  }
  return found;
}

/// What is said of a scenario by the article's method, which knows neither engines nor layouts.
std::vector<std::string> warnings_of(Scenario s) {
  s.method = Method::Article;
  return warnings(s, {});
}

TEST(Validate, AcceptsTheDefaults) { EXPECT_EQ(validate(valid()), Issues{}); }

TEST(Validate, NamesPlaceRangeAndValue) {
  Scenario s = valid();
  s.training.micro_batch = 0;
  EXPECT_EQ(issue_at(s, "/training/micro_batch"), "must be a whole number from 1 to 1,000,000, got 0");
}

TEST(Validate, AVersionHasANumber) {
  Scenario s = valid();
  for (const char* good : {"", "0.19.0", "v4.51", "b10573", "2024"}) {
    s.serving.version = good;
    EXPECT_EQ(validate(s), Issues{}) << good;
  }
  s.serving.version = "abc";
  EXPECT_EQ(issue_at(s, "/serving/version").substr(0, 66),
            "must be a version such as 0.19.0 or b6000, or left out for the new");
  s.serving.runtime = Runtime::Mlx;
  EXPECT_EQ(
      issue_at(s, "/serving/version"),
      "must be a version such as 0.19.0 or b6000, or left out for the newest (the rules of MLX change at 0.28.3), "
      "got abc");
}

TEST(Validate, ReportsEverythingAtOnce) {
  Scenario s;
  s.training.micro_batch = 0;
  s.serving.context = 2'000'000'000;
  s.serving.gpu_memory_utilization = 1.5;
  s.serving.version = std::string(65, 'x');
  s.parallelism.zero = 4;
  const Issues issues = validate(s);
  for (const char* where : {"/model", "/training/micro_batch", "/serving/context", "/serving/version",
                            "/serving/gpu_memory_utilization", "/parallelism/zero"}) {
    EXPECT_TRUE(std::any_of(issues.begin(), issues.end(), [&](const Issue& i) { return i.where == where; })) << where;
  }
  EXPECT_EQ(issues.size(), 6U);
}

TEST(Validate, RefusesWhatIsNotANumber) {
  Scenario s = valid();
  s.training.dropout = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NE(issue_at(s, "/training/dropout"), "");
}

TEST(Validate, WantsHeadsInEqualShares) {
  Scenario s = valid(30);
  s.parallelism.tensor = 4;
  EXPECT_EQ(issue_at(s, "/parallelism/tensor"), "must divide the model's 30 attention heads, got 4");
  s.parallelism.tensor = 5;
  EXPECT_EQ(issue_at(s, "/parallelism/tensor"), "");
}

TEST(Validate, WantsExpertsInEqualShares) {
  Scenario s = valid(32, 60);
  s.parallelism.expert = 8;
  EXPECT_EQ(issue_at(s, "/parallelism/expert"), "must divide the model's 60 experts, got 8");
  s.parallelism.expert = 4;
  EXPECT_EQ(issue_at(s, "/parallelism/expert"), "");
  Scenario dense = valid();
  dense.parallelism.expert = 2;
  EXPECT_EQ(issue_at(dense, "/parallelism/expert"), "must be 1 for a model without experts, got 2");
}

TEST(Validate, WantsALayerForEveryStage) {
  Scenario s = valid(32, 0, 12);
  s.parallelism.pipeline = 4;
  s.parallelism.virtual_stages = 3;
  EXPECT_EQ(issue_at(s, "/parallelism/pipeline"), "");
  s.parallelism.virtual_stages = 4;
  EXPECT_EQ(issue_at(s, "/parallelism/pipeline"),
            "needs a layer for every stage: the model has 12 layers, got 16 stages");
}

TEST(Validate, WantsThePromptInsideTheContext) {
  Scenario s = valid();
  s.serving.prompt = s.serving.context + 1;
  EXPECT_EQ(issue_at(s, "/serving/prompt"), "must be at most the context of 8,192 tokens, got 8,193");
  s.serving.prompt = s.serving.context;
  EXPECT_EQ(issue_at(s, "/serving/prompt"), "");
}

TEST(ScenarioWarnings, NameALongContextAndAnIdleDevice) {
  Scenario s = valid();
  s.serving.context = 8192;
  s.training.sequence = 4096;
  EXPECT_EQ(warnings_of(s).size(), 1U);
  s.serving.context = 4096;
  EXPECT_EQ(warnings_of(s).size(), 0U);
  s.devices.groups = {{std::make_shared<const Device>(), 4}};
  s.parallelism.tensor = 2;
  EXPECT_EQ(warnings_of(s).size(), 0U);
  const std::vector<std::string> detailed = warnings(s, {}, Task::Inference);
  EXPECT_NE(std::find(detailed.begin(), detailed.end(),
                      "The parallel layout occupies 2 devices, the scenario has 4: 2 idle, at no cost here."),
            detailed.end());
}

TEST(Validate, WantsAsManyDevicesAsTheLayoutHasRanks) {
  Scenario s = valid();
  s.parallelism.tensor = 2;
  for (const Count wrong : {Count{1}, Count{3}}) {
    s.devices.groups = {{std::make_shared<const Device>(), wrong}};
    EXPECT_EQ(issue_at(s, "/device"),
              "must hold the parallel layout: data x tensor x pipeline x context make 2 ranks, got " +
                  grouped(wrong) + (wrong == 1 ? " device" : " devices"));
  }
  for (const Count right : {Count{0}, Count{2}, Count{4}}) {
    s.devices.groups = {{std::make_shared<const Device>(), right}};
    EXPECT_EQ(issue_at(s, "/device"), "");
  }
}

}  // namespace validate_test
}  // namespace llmcalc
