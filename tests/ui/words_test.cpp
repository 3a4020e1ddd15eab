// Words of the window: values with their units, counted things, verdicts, and what is offered when nothing fits.

#include "driver.hpp"
#include "readers/scenario_json.hpp"
#include "ui/bar_lanes.hpp"
#include "ui/breakdowns.hpp"
#include "ui/number_entry.hpp"

#include <llmcalc/estimate/evaluate.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace llmcalc::ui::test {
namespace words_test {

void show(Driver& d, const char* json) {
  const Result<Scenario> scenario = io::read_scenario_text(json, d.app.resolver);
  ASSERT_TRUE(scenario) << scenario.issues().front().what;
  use_scenario(d.app, *scenario);
  d.frames(4);
}

FitWords inference_words(const Driver& d) {
  return fit_words(d.app.scenario, d.app.results.estimate, Task::Inference, ByteUnits::Binary);
}

TEST(Verdict, OffersTheDevicesAtHandBeforeOthers) {
  Driver d;
  show(d, R"({"model": "llama-3.1-70b", "device": {"id": "h100-sxm-80gb", "count": 8},
    "serving": {"runtime": "vllm"}, "weights": {"format": "bf16"}})");
  ASSERT_EQ(inference_words(d).colour, FitColour::Bad) << "too much for one of them";
  const Remedy& remedy = d.app.answers.remedy[0];
  ASSERT_TRUE(remedy.scenario) << remedy.words;
  EXPECT_NE(remedy.words.find("of your 8 × H100 SXM 80 GB, tensor parallel "), std::string::npos) << remedy.words;
  EXPECT_EQ(remedy.scenario->devices.smallest()->id, "h100-sxm-80gb") << remedy.words;
  ASSERT_TRUE(d.click("inference.verdict"));
  d.frames(3);
  EXPECT_TRUE(d.app.results.estimate.inference.fit.fits) << "the click made the change";
}

TEST(Verdict, FindsALayoutOfTheDevicesAtHand) {
  Driver d;
  show(d, R"({"model": "deepseek-v3", "device": {"id": "h100-sxm-80gb", "count": 16},
    "serving": {"runtime": "vllm", "sequences": 72}})");
  ASSERT_EQ(inference_words(d).colour, FitColour::Bad);
  const Remedy& remedy = d.app.answers.remedy[0];
  ASSERT_TRUE(remedy.scenario) << remedy.words;
  EXPECT_TRUE(remedy.words.starts_with("Fits on your 16 × H100 SXM 80 GB, ")) << remedy.words;
  EXPECT_TRUE(it_fits(*remedy.scenario, Task::Inference));
  show(d, R"({"model": "llama-3.1-70b", "device": {"id": "h100-sxm-80gb", "count": 512},
    "training": {"framework": "megatron", "recipe": "megatron-bf16", "accumulation": 1024}})");
  const Remedy& trained = d.app.answers.remedy[1];
  ASSERT_TRUE(trained.scenario) << trained.words;
  EXPECT_TRUE(trained.words.starts_with("Fits on your 512 × H100 SXM 80 GB, tensor ")) << trained.words;
  EXPECT_TRUE(it_fits(*trained.scenario, Task::Training));
}

TEST(Verdict, ProposesAStepThatTheDevicesAtHandCanShare) {
  for (const char* framework : {"transformers", "megatron", "torchtitan"}) {
    Driver d;
    show(d, (std::string(R"({"model": "llama-3.1-70b", "device": {"id": "h100-sxm-80gb", "count": 64},
      "training": {"framework": ")") +
             framework + R"("}})")
                .c_str());
    EXPECT_TRUE(d.shows("on one of 64 GPUs")) << framework;
    const Remedy remedy = d.app.answers.remedy[1];
    ASSERT_TRUE(remedy.scenario) << framework << ": " << remedy.words;
    EXPECT_NE(remedy.words.find("your 64 × H100 SXM 80 GB, "), std::string::npos)
        << framework << ": " << remedy.words;
    ASSERT_TRUE(d.click("training.verdict"));
    d.frames(3);
    EXPECT_TRUE(d.app.results.estimate.training.fit.fits) << framework;
    EXPECT_EQ(d.app.scenario.devices.smallest()->id, "h100-sxm-80gb") << framework;
    EXPECT_FALSE(d.shows("one of 64 GPUs")) << framework;
  }
}

TEST(Verdict, LeavesOutWhatIsSaidLastWhereThereIsLittleRoom) {
  Driver d(1024, 700);
  show(d, R"({"model": "llama-3.1-70b", "device": {"id": "h100-sxm-80gb", "count": 64}})");
  EXPECT_TRUE(d.shows("too much. Fits on your 64 × H100 SXM 80 GB"));
  EXPECT_FALSE(d.shows(d.app.answers.remedy[1].words));
}

TEST(WhatFits, HasTheHeadlinesColours) {
  Driver d;
  ASSERT_TRUE(d.click("serving.context.best"));
  d.frames(3);
  const std::string own = d.app.scenario.devices.smallest()->id;
  bool tight = false;
  for (const auto& task : tasks) {
    for (const FitRow& row : d.app.answers.fits[static_cast<std::size_t>(task.id)]) {
      Scenario there = d.app.scenario;
      there.devices.groups.front().device = row.device;
      const FitWords words = fit_words(there, evaluate(there), task.id, ByteUnits::Binary);
      EXPECT_EQ(row.verdict, words.colour) << row.device->name << ": " << words.text;
      tight = tight || (row.verdict == FitColour::Warn && row.device->id == own);
    }
  }
  EXPECT_TRUE(tight) << "the longest context fills the device to the last";
}

TEST(Refusal, NamesTheSettingAndNotItsPlace) {
  Driver d;
  d.app.scenario.parallelism.tensor = 3;
  d.frames(3);
  ASSERT_FALSE(d.app.results.issues.empty());
  ASSERT_TRUE(d.app.results.issues.front().where.starts_with("/"));
  for (const Audit::Text& t : d.audit.texts) EXPECT_FALSE(t.text.starts_with("/")) << t.text;
}

TEST(Verdict, APoolThatHoldsSomeSequencesIsNoFailure) {
  Driver d;
  show(d, R"({"model": "llama-3.1-8b", "device": {"id": "rtx-4090", "count": 1},
    "serving": {"runtime": "vllm", "context": 32768, "sequences": 8}})");
  const double held = d.app.results.estimate.inference.concurrency;
  ASSERT_GE(held, 1);
  ASSERT_LT(held, 8);
  EXPECT_EQ(inference_words(d).colour, FitColour::Warn);
  EXPECT_EQ(inference_words(d).text, "Room for " + grouped(static_cast<Count>(held)) + " of 8 sequences");
}

TEST(Verdict, NamesHostMemoryWhereThatDecides) {
  Driver d;
  show(d, R"({"model": "llama-3.3-70b-instruct", "device": "rtx-3060-12gb", "host": {"memory_bytes": 17179869184},
    "serving": {"runtime": "llama.cpp", "gpu_layers": 10}, "weights": {"format": "gguf:Q4_K_M"}})");
  EXPECT_NE(inference_words(d).text.find("too much in host memory"), std::string::npos) << inference_words(d).text;
}

TEST(Verdict, SpeaksOfTheDevicesWhileHostMemoryIsEnough) {
  Driver d;
  show(d, R"({"model": "llama-3.1-8b", "device": {"id": "h100-sxm-80gb", "count": 4},
    "host": {"memory_bytes": 25769803776}, "serving": {"runtime": "llama.cpp"}, "weights": {"format": "gguf:Q4_K_M"}})");
  Bytes fullest;
  for (const DeviceUse& use : d.app.results.estimate.inference.devices) {
    if (!use.is_host()) fullest = max(fullest, use.breakdown.total());
  }
  const Bytes left = *memory_limit(d.app.scenario) - fullest;
  EXPECT_EQ(inference_words(d).text, "Fits, " + short_amount(left, ByteUnits::Binary) + " free");
  EXPECT_TRUE(d.shows(headline(fullest, ByteUnits::Binary))) << "so does the headline";
  EXPECT_EQ(d.app.chart.samples.front().breakdown.bytes(Part::Weights),
            leading(d.app.results.estimate.inference).bytes(Part::Weights))
      << "and the chart";
}

TEST(Charts, WithoutADeviceTheLimitIsRam) {
  Driver d;
  show(d, R"({"model": "llama-3.1-8b", "device": "cpu", "host": {"memory_bytes": 17179869184},
    "serving": {"runtime": "llama.cpp"}, "weights": {"format": "gguf:Q4_K_M"}})");
  EXPECT_TRUE(d.shows("RAM"));
  EXPECT_TRUE(d.shows("fits up to "));
  ASSERT_TRUE(d.click("serving.context.best"));
  d.frames(3);
  EXPECT_GT(d.app.scenario.serving.context, 8192u);
  EXPECT_TRUE(d.app.results.estimate.inference.fit.fits);
  d.app.preferences.tab = Tab::Gpus;
  d.frames(3);
  EXPECT_TRUE(d.shows("Nothing is divided without a device"));
}

TEST(Charts, SpeedOfTrainingSaysFromHowManyDevicesOnItFits) {
  Driver d;
  show(d, R"({"model": "llama-3.1-70b", "device": {"id": "h100-sxm-80gb", "count": 1},
    "training": {"recompute": "full"}})");
  d.app.preferences.tab = Tab::Speed;
  d.app.preferences.focus.task = Task::Training;
  d.frames(4);
  const auto& points = d.app.chart.rates.points;
  ASSERT_FALSE(points.empty());
  ASSERT_FALSE(points.front().fits);
  ASSERT_TRUE(points.back().fits);
  EXPECT_TRUE(d.shows("fits from here on"));
}

TEST(Simple, IsNeverCalledExact) {
  Driver d;
  EXPECT_TRUE(d.shows("exact"));
  d.app.scenario.method = Method::Article;
  d.frames(4);
  EXPECT_FALSE(d.shows("exact")) << "no badge, and nothing in the status bar";
  for (const Component& c : d.app.results.estimate.training.breakdown.components) EXPECT_NE(c.trust, Trust::Exact);
}

TEST(Simple, WarnsOfNothingThatItDoesNotLookAt) {
  Driver d;
  d.app.scenario.weights.format = WeightFormat::Gguf;  // the detailed method says that it cannot be trained
  d.app.scenario.devices.groups.front().count = 4;     // and which devices the layout leaves idle
  d.app.scenario.parallelism.tensor = 2;
  d.frames(2);
  EXPECT_GE(d.app.results.estimate.warnings.size(), 2u);
  d.app.scenario.method = Method::Article;
  d.frames(2);
  EXPECT_TRUE(d.app.results.estimate.warnings.empty()) << d.app.results.estimate.warnings.front();
}

TEST(Simple, HasAVerdictInHostMemoryToo) {
  Driver d;
  show(d, R"({"model": "llama-3.1-8b", "method": "article", "device": "cpu", "host": {"memory_bytes": 8589934592}})");
  EXPECT_EQ(inference_words(d).colour, FitColour::Bad);
}

TEST(Charts, NoLengthBeyondTheModelsIsOffered) {
  Driver d;
  show(d, R"({"model": "llama-3-70b", "device": {"id": "h100-sxm-80gb", "count": 4}, "parallelism": {"tensor": 4}})");
  d.app.preferences.tab = Tab::Context;
  d.frames(4);
  ASSERT_EQ(d.app.scenario.model->max_context, 8192u);
  EXPECT_EQ(d.app.chart.largest, 8192u);
  EXPECT_TRUE(d.shows("fits at every length of the model"));
  ASSERT_TRUE(d.click("serving.context.best"));
  EXPECT_EQ(d.app.scenario.serving.context, 8192u);
}

TEST(Levers, OfferFinerWeightsWhereThereIsRoom) {
  Driver d;
  show(d, R"({"model": "llama-3.1-8b", "device": "rtx-4090", "serving": {"runtime": "llama.cpp"},
    "weights": {"format": "gguf:Q4_K_M"}})");
  const auto& rows = d.app.answers.levers[0];
  ASSERT_FALSE(rows.empty());
  EXPECT_NE(rows.front().label.find("weights fit too"), std::string::npos) << rows.front().label;
  EXPECT_GT(rows.front().more, Bytes{});
  EXPECT_TRUE(it_fits(rows.front().scenario, Task::Inference));
  ASSERT_TRUE(d.click("lever." + rows.front().label));
  EXPECT_TRUE(d.app.results.estimate.inference.fit.fits);
}

TEST(Why, IsAboutTheTaskThatIsShown) {
  Driver d;
  d.app.preferences.focus = {Task::Inference, Part::KvCache};
  d.frames(3);
  ASSERT_TRUE(d.click("training.name"));
  d.frames(3);
  EXPECT_TRUE(d.shows("· training"));
  EXPECT_FALSE(d.shows("KV cache · inference"));
}

TEST(Units, AreAtEveryRealValue) {
  Driver d(1440, 3600);
  d.app.preferences.more_settings = true;
  d.frames(4);
  for (const char* words : {"60.0 GB/s", "70 %", "automatic", "kWh"}) EXPECT_TRUE(d.shows(words)) << words;
  for (const Audit::Text& t : d.audit.texts) EXPECT_EQ(t.text.find("e+"), std::string::npos) << t.text;
}

TEST(Units, MayBeTypedToo) {
  EXPECT_DOUBLE_EQ(parse_real("0.7").value_or(-1), 0.7);
  EXPECT_DOUBLE_EQ(parse_real("85 %").value_or(-1), 0.85);
  EXPECT_DOUBLE_EQ(parse_real("60 GB/s").value_or(-1), 60e9);
  EXPECT_DOUBLE_EQ(parse_real("1.5k").value_or(-1), 1500);
  EXPECT_DOUBLE_EQ(parse_real("$2.50/h").value_or(-1), 2.5);
  for (const char* wrong : {"", ".", "x", "-1", "1.2.3", "5 q"}) EXPECT_FALSE(parse_real(wrong)) << wrong;
}

TEST(Counted, OneIsSingular) {
  Driver d;
  d.app.scenario.serving.sequences = 1;
  d.app.preferences.tab = Tab::Sequences;
  d.frames(4);
  EXPECT_TRUE(d.shows("1 sequence"));
  for (const Audit::Text& t : d.audit.texts) {
    EXPECT_EQ(t.text.find("1 sequences"), std::string::npos) << t.text;
    EXPECT_EQ(t.text.find("1 layouts"), std::string::npos) << t.text;
  }
}

TEST(Method, SwitchSaysDetailedAndSimple) {
  Driver d;
  EXPECT_TRUE(d.find("method.Detailed"));
  ASSERT_TRUE(d.click("method.Simple (article)") || d.click("method.Simple"));
  EXPECT_EQ(d.app.scenario.method, Method::Article);
}

}  // namespace words_test
}  // namespace llmcalc::ui::test
