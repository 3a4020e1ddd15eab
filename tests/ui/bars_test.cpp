// Bars, table and sheet where devices hold different things.

#include "readers/scenario_json.hpp"
#include "ui/bar_lanes.hpp"
#include "ui/breakdowns.hpp"
#include "ui/driver.hpp"
#include "ui/why_words.hpp"

#include <llmcalc/questions/fit.hpp>
#include <llmcalc/scenario/usable_memory.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace llmcalc::ui::test {
namespace bars_test {

void show(Driver& d, const char* json) {
  const Result<Scenario> scenario = io::read_scenario_text(json, d.app.resolver);
  ASSERT_TRUE(scenario) << scenario.issues().front().what;
  use_scenario(d.app, *scenario);
  d.frames(4);
}

constexpr const char* half_on_the_host = R"({"model": "qwen3-30b-a3b", "weights": {"format": "gguf:Q4_K_M"},
  "serving": {"runtime": "llama.cpp", "gpu_layers": 20}, "device": {"id": "rtx-3060-12gb", "count": 1}})";

constexpr const char* two_stages = R"({"model": "llama-3.1-70b", "serving": {"runtime": "vllm"},
  "device": {"id": "h100-sxm-80gb", "count": 8}, "parallelism": {"tensor": 4, "pipeline": 2}})";

TEST(Bars, GiveHostAndDeviceALaneEach) {
  Driver d;
  show(d, half_on_the_host);
  const auto device = d.find("inference.bar.weights");
  const auto host = d.find("inference.bar.1.weights");
  ASSERT_TRUE(device);
  ASSERT_TRUE(host);
  EXPECT_GT(host->from.y, device->from.y);
  EXPECT_TRUE(d.shows("GPU 0"));
  EXPECT_TRUE(d.shows("host"));
  // One scale: widths are as the amounts.
  const auto& devices = d.app.results.estimate.inference.devices;
  const auto bytes = [&](std::size_t i) {
    return static_cast<double>(devices[i].breakdown.bytes(Part::Weights).count);
  };
  EXPECT_NEAR(host->width() / device->width(), bytes(1) / bytes(0), 0.1);
}

TEST(Why, IsAboutTheDeviceWhoseBarWasClicked) {
  Driver d;
  show(d, half_on_the_host);
  const auto& devices = d.app.results.estimate.inference.devices;
  const auto weights = [&](std::size_t i) {
    return "= " + exact_text(devices[i].breakdown.bytes(Part::Weights)) + " =";
  };
  ASSERT_TRUE(d.click("inference.bar.1.weights"));
  EXPECT_TRUE(d.shows("What host memory holds"));
  EXPECT_TRUE(d.shows(weights(1)));
  ASSERT_TRUE(d.click("inference.bar.weights"));
  EXPECT_TRUE(d.shows("What GPU 0 holds"));
  EXPECT_TRUE(d.shows(weights(0)));
  ASSERT_TRUE(d.click("row.kv_cache"));
  EXPECT_FALSE(d.shows(" holds:")) << "the table is about the device that decides";
}

TEST(Why, IsAboutTheHostsShareOfATrainingToo) {
  Driver d;
  show(d, R"({"model": "llama-3.1-8b", "training": {"offload": "optimizer"}})");
  ASSERT_TRUE(d.click("training.bar.1.optimizer_states"));
  EXPECT_TRUE(d.shows("What host memory holds"));
  show(d, R"({"model": "llama-3.1-8b"})");
  EXPECT_FALSE(d.shows("What host memory holds")) << "nothing lies there any more";
}

TEST(Levers, SayWhoseRoomTheyGain) {
  Driver d;
  show(d, R"({"model": "llama-3.1-8b", "weights": {"format": "gguf:Q4_K_M"}, "host": {"memory_bytes": 3221225472},
    "serving": {"runtime": "llama.cpp"}, "device": {"id": "rtx-3060-12gb", "count": 2}})");
  const FitAnswer answer = fit(d.app.scenario, Task::Inference);
  ASSERT_EQ(answer.tightest()->name, "host") << "the least room is there";
  ASSERT_TRUE(fits(answer.verdict));
  ASSERT_FALSE(d.app.answers.levers[0].empty());
  EXPECT_TRUE(d.shows("Room gained on the tightest: GPU"));
  d.app.scenario.host.memory_bytes = (256_MiB).count;
  d.frames(4);
  EXPECT_TRUE(d.shows("Room gained in host memory"));
}

TEST(Bars, MergeDevicesThatHoldTheSame) {
  Driver d;
  show(d, two_stages);
  const std::vector<DeviceRun> runs = device_runs(d.app.results.estimate.inference);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].devices, 4u);
  EXPECT_EQ(runs[0].name, "GPU 0–3");
  EXPECT_EQ(runs[1].name, "GPU 4–7");
}

TEST(Bars, LanesAreInTheOrderOfTheDevicesAndTheHostIsNeverLeftOut) {
  Driver d;
  for (const DeviceChoice& choice : d.app.library.devices) {
    if (choice.device->id == "h100-sxm-80gb") use_device(d.app, choice.device, 6);
  }
  d.app.scenario.serving.runtime = Runtime::LlamaCpp;
  d.app.scenario.host.memory_bytes = 64ULL << 30U;
  d.frames(4);
  const auto lanes = inference_lanes(d.app.results.estimate);
  ASSERT_EQ(lanes.size(), 4u);
  EXPECT_EQ(lanes.back().name, "host");
  EXPECT_EQ(lanes.front().name, "GPU 0");
}

TEST(Bars, HeadlineAndTableSpeakOfTheSameDevice) {
  Driver d;
  show(d, two_stages);
  const Estimate& e = d.app.results.estimate;
  const Breakdown& lead = leading(e.inference);
  const auto lanes = inference_lanes(e);
  EXPECT_TRUE(std::any_of(lanes.begin(), lanes.end(),
                          [&](const BarLane& lane) { return lane.breakdown->total() == lead.total(); }));
  Bytes rows;
  Bytes all;
  for (const PartRow& row : part_rows(e)) {
    if (row.inference) rows += row.inference->bytes;
    all += row.in_all;
  }
  EXPECT_EQ(rows, lead.total());
  EXPECT_EQ(all, e.inference.breakdown.total());
  EXPECT_TRUE(d.shows("All + host"));
}

TEST(Bars, ADesktopsShareIsNotAnEnginesLimit) {
  Driver d;
  show(d,
       R"({"model": "llama-3.1-8b", "serving": {"runtime": "transformers"}, "overhead": {"display_bytes": 1073741824},
    "device": {"id": "rtx-4090", "count": 1}})");
  const Fit& fit = d.app.results.estimate.inference.fit;
  EXPECT_EQ(engine_limit(d.app.results.estimate.inference), std::nullopt);
  EXPECT_FALSE(d.shows("granted by Transformers"));
  EXPECT_EQ(usable_memory(d.app.scenario), fit.capacity);
}

TEST(Why, TwoDifferencesThatCancelAreNoAgreement) {
  Driver d;
  // Four of 32 heads at 128 are a quarter of the hidden size, and the article counts 16 bits as 4.
  show(d, half_on_the_host);
  const Estimate& e = d.app.results.estimate;
  const Component* cache = e.inference.breakdown.find(Part::KvCache);
  ASSERT_NE(cache, nullptr);
  ASSERT_EQ(cache->bytes, d.app.results.article.inference.breakdown.bytes(Part::KvCache));
  const std::string words = article_words(d.app.scenario, d.app.results, *cache, Task::Inference, ByteUnits::Binary);
  EXPECT_NE(words.find("differences cancel"), std::string::npos) << words;
  EXPECT_NE(words.find("keeps 4 of 32 heads"), std::string::npos) << words;
}

TEST(Table, ShowsInBracketsWhatThePeakDoesNotHold) {
  Driver d;
  const std::vector<PartRow> rows = part_rows(d.app.results.estimate);
  const auto gradients =
      std::find_if(rows.begin(), rows.end(), [](const PartRow& row) { return row.part == Part::Gradients; });
  ASSERT_NE(gradients, rows.end());
  EXPECT_EQ(gradients->training, nullptr) << "at the loss there is no gradient yet";
  ASSERT_NE(gradients->elsewhere, nullptr);
  EXPECT_EQ(gradients->elsewhere->bytes, Bytes{16'060'522'496});
  ASSERT_TRUE(d.click("row.gradients"));
  EXPECT_EQ(d.app.preferences.focus, (Focus{Task::Training, Part::Gradients}));
  EXPECT_TRUE(d.shows("backward end"));
}

TEST(Sheet, SortsByEveryColumnAndBack) {
  Driver d;
  d.app.preferences.tab = Tab::Tensors;
  d.frames(3);
  const std::vector<StoredTensor> before = d.app.sheet.tensors;
  ASSERT_FALSE(before.empty());
  ASSERT_TRUE(d.click("tensors.sort.Size"));
  for (std::size_t i = 1; i < d.app.sheet.tensors.size(); ++i) {
    EXPECT_GE(d.app.sheet.tensors[i - 1].bytes, d.app.sheet.tensors[i].bytes);
  }
  ASSERT_TRUE(d.click("tensors.sort.Size"));
  EXPECT_EQ(d.app.sheet.tensors.front().name, before.front().name);
  Bytes sum;
  for (const StoredTensor& t : d.app.sheet.tensors) sum += t.bytes;
  EXPECT_EQ(sum, d.app.results.estimate.model.weights_bytes);
}

TEST(Motion, GlidesToANewWidthAndArrives) {
  Driver d;
  d.app.view.motion.on = true;
  d.frames(2);
  const float before = d.find("training.bar.weights")->width();
  show(d, R"({"model": "llama-3.1-8b", "training": {"method": "lora"}})");
  EXPECT_NE(d.find("training.bar.weights")->width(), before);
  d.frames(60);
  d.app.requests.wake_after = -1;  // as the platform does before every frame
  d.frame();
  const float settled = d.find("training.bar.weights")->width();
  EXPECT_LT(d.app.requests.wake_after, 0) << "nothing moves any more";
  d.app.view.motion.on = false;
  d.frames(1);
  EXPECT_EQ(d.find("training.bar.weights")->width(), settled);
}

}  // namespace bars_test
}  // namespace llmcalc::ui::test
