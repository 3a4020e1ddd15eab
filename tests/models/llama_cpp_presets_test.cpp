// llama.cpp on every preset: a replay that leaves repeated layers out finds what the whole one does, and every figure
// is explained by the factors it is made of.

#include "support/shipped_models.hpp"

#include <llmcalc/engines/llama_cpp/estimate.hpp>
#include <llmcalc/engines/llama_cpp/repetition.hpp>
#include <llmcalc/estimate/inference.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::llama_cpp {
namespace llama_cpp_presets_test {

Scenario scenario(ModelPtr model, Count devices) {
  auto device = std::make_shared<Device>();
  device->memory = 80_GiB;
  Scenario s;
  s.model = std::move(model);
  s.weights = {.format = WeightFormat::Gguf, .mix = GgufMix::Q4_K_M};
  s.serving.runtime = Runtime::LlamaCpp;
  s.devices.groups = {{device, devices}};
  return s;
}

/// Settings that change which tensors are in use at the peak.
std::vector<Serving> settings(const Serving& base) {
  std::vector<Serving> all;
  for (const KvFormat format : {KvFormat::Fp16, KvFormat::Q8_0}) {
    for (const AttentionKernel kernel : {AttentionKernel::Flash, AttentionKernel::Eager}) {
      for (const Logits logits : {Logits::All, Logits::Last}) {
        Serving s = base;
        s.key_format = s.value_format = format;
        s.attention = kernel;
        s.logits = logits;
        all.push_back(s);
      }
    }
  }
  return all;
}

TEST(LlamaCppPresets, LayersThatRepeatTheStateBeforeThemChangeNoPeak) {
  ASSERT_GT(tests::shipped_models().size(), 100U);
  std::size_t shorter = 0;
  for (const auto& model : tests::shipped_models()) {
    const Scenario s = scenario(model, 1);
    for (const Serving& serving : settings(s.serving)) {
      const Count layers = model->layer_count();
      for (const auto& [first, end] : {std::pair<Count, Count>{0, layers}, {0, layers / 3}, {layers / 3, layers}}) {
        Replay part{.model = model.get(),
                    .serving = &serving,
                    .sizes = sizes_of(serving, architecture_of(model->quirks.graph())),
                    .first = first,
                    .end = end,
                    .has_output = end == layers};
        Replay whole = part;
        whole.every_layer = true;
        EXPECT_EQ(compute_buffers(part).device, compute_buffers(whole).device) << model->id << " " << first;
        if (jump_of(*model, part, 1).length != 0) ++shorter;
      }
    }
  }
  EXPECT_GT(shorter, 1000U);
}

ModelPtr shipped(const std::string& id) {
  for (const ModelPtr& model : tests::shipped_models()) {
    if (model->id == id) return model;
  }
  ADD_FAILURE() << "no preset " << id;
  return tests::shipped_models().front();
}

double mebibytes_of(Bytes b) { return static_cast<double>(b.count) / 1048576.0; }

TEST(LlamaCppPresets, ASecondContextDraftsAsTheLogsSay) {
  // "estimated memory usage of MTP context" of three runs, cache and compute buffer of ollama issue 17482.
  struct Run {
    const char* model;
    Count context, ubatch;
    double mebibytes;
  };
  for (const Run& run : {Run{"qwen3.6-27b", 105'216, 512, 411.00 + 170.77}, Run{"qwen3.8-27b", 8192, 2048, 552.06},
                         Run{"qwen3.5-4b", 131'072, 512, 682.02}, Run{"qwen3.5-2b", 4096, 512, 56.02},
                         Run{"qwen3.6-27b", 32'768, 512, 128.00 + 130.02}}) {
    Scenario s = scenario(shipped(run.model), 1);
    s.serving.context = run.context;
    s.serving.ubatch = run.ubatch;
    s.serving.draft_tokens = 2;
    const InferenceEstimate e = estimate(s);
    EXPECT_NEAR(mebibytes_of(e.devices.front().breakdown.bytes(Part::DraftModel)), run.mebibytes, 0.01) << run.model;
    s.serving.draft_tokens = 0;
    EXPECT_EQ(estimate(s).devices.front().breakdown.bytes(Part::DraftModel), Bytes{}) << run.model;
  }
}

TEST(LlamaCppPresets, APredictionBlockIsALayerThatIsLoadedOnlyToDraft) {
  Scenario s = scenario(shipped("qwen3.6-27b"), 1);
  const auto weights = [&](std::size_t device) { return estimate(s).devices[device].breakdown.bytes(Part::Weights); };
  const Bytes without = weights(0);
  s.serving.draft_tokens = 1;
  EXPECT_NEAR(mebibytes_of(weights(0) - without), 251, 2);  // 425 million parameters, Q6_K where Q4_K_M says so
  // The last layer to be taken off the device is the first; one layer there is the output, two the block as well.
  s.serving.gpu_layers = 2;
  s.serving.draft_tokens = 0;
  const Bytes output_and_layer = weights(0);
  s.serving.draft_tokens = 1;
  EXPECT_LT(weights(0), output_and_layer + 60_MiB);
  EXPECT_GT(estimate(s).devices.front().breakdown.bytes(Part::DraftModel), 0_MiB);
}

TEST(LlamaCppPresets, DeepSeekV4CachesWhatItsLayersSummarise) {
  // Log of llama.cpp issue 27680: 64,000 cells, n_ubatch 4096: 4,352 cells of windows take 182.75 MiB.
  Scenario s = scenario(shipped("deepseek-v4-flash"), 1);
  s.serving.context = 64'000;
  s.serving.batch = s.serving.ubatch = 4096;
  const InferenceEstimate e = estimate(s);
  const Breakdown& device = e.devices.front().breakdown;
  EXPECT_NEAR(mebibytes_of(device.bytes(Part::KvCache)), 182.75 + 21 * (15.625 + 3.90625) + 20 * 0.48828125, 0.005);
  EXPECT_NEAR(mebibytes_of(device.bytes(Part::RecurrentState)), 11.64, 0.005);
  EXPECT_NE(device.find(Part::ComputeBuffer)->trust, Trust::Exact);
  // Every sequence has cells of its own, although the cache is called unified.
  s.serving.sequences = 2;
  s.serving.context = 32'000;
  EXPECT_GT(estimate(s).devices.front().breakdown.bytes(Part::KvCache), scale(device.bytes(Part::KvCache), 19, 10));
}

TEST(LlamaCppPresets, IndexerKeysAreCachedWhereTheBuildKeepsThem) {
  // llama.cpp issue 26382: 663.00 MiB for 78 layers of GLM-5.2 at 65,536 cells in q8_0; #26474 left 21 of them.
  Scenario s = scenario(shipped("glm-5.2"), 0);
  s.serving.context = 65'536;
  s.serving.key_format = s.serving.value_format = KvFormat::Q8_0;
  const auto cache = [&](std::string_view version) {
    s.serving.version = version;
    return mebibytes_of(estimate(s).devices.front().breakdown.bytes(Part::KvCache));
  };
  EXPECT_NEAR(cache("b10200") - cache("b8000"), 663.00, 0.005);
  EXPECT_NEAR(cache("") - cache("b8000"), 663.00 * 21 / 78, 0.005);
}

TEST(LlamaCppPresets, ExpertsThatNoDryRunWasComparedForAreNotExact) {
  // Without a gate, and of a width of their own.
  for (const char* id : {"nemotron-3-nano-30b-a3b", "nemotron-3-super-120b-a12b"}) {
    const InferenceEstimate e = estimate(scenario(shipped(id), 1));
    EXPECT_EQ(e.devices.front().breakdown.find(Part::ComputeBuffer)->trust, Trust::Modelled) << id;
  }
}

TEST(LlamaCppPresets, BytesPerTokenTimesCellsIsTheCache) {
  std::size_t checked = 0;
  for (const ModelPtr& model : tests::shipped_models()) {
    if (model->encodes()) continue;
    for (const Count drafted : {Count{0}, Count{2}}) {
      Scenario s = scenario(model, 0);  // no padding of rows in host memory
      s.serving.context = 65'536;
      s.serving.swa_full = true;
      s.serving.draft_tokens = model->mtp_layers.empty() ? 0 : drafted;
      const InferenceEstimate e = estimate(s);
      Bytes caches = e.breakdown.bytes(Part::KvCache);
      if (const Component* draft = e.breakdown.find(Part::DraftModel)) {
        for (const Summand& part : draft->summands) {
          if (part.label == "draft keys and values") caches += part.result;
        }
      }
      EXPECT_EQ(e.kv_bytes_per_token * 65'536, caches) << model->id << " drafting " << s.serving.draft_tokens;
      ++checked;
    }
  }
  EXPECT_GT(checked, 300U);
}

/// True when a summand is a product, or the room that rounding leaves.
bool explained(const Summand& s) { return s.size() != 0 || s.label == "padding of rows and tensors"; }

void expect_explained(const DeviceUse& use, const std::string& where) {
  for (const Component& c : use.breakdown.components) {
    Bytes sum, products;
    for (const Summand& s : c.summands) {
      sum += s.result;
      if (s.size() != 0) products += s.result;
      const bool buffer = c.part == Part::ComputeBuffer || c.part == Part::Overhead;
      EXPECT_TRUE(buffer || explained(s)) << where << ": " << label_of(c.part) << ": " << s.label;
    }
    EXPECT_EQ(sum, c.bytes) << where << ": " << label_of(c.part);
    // Most of a buffer is a few large tensors.
    if (c.part == Part::ComputeBuffer) {
      EXPECT_GE(2 * products.count, c.bytes.count) << where;
    }
  }
}

TEST(LlamaCppPresets, EveryFigureIsMadeOfFactors) {
  for (const auto& model : tests::shipped_models()) {
    for (const Count devices : {Count{0}, Count{1}, Count{3}}) {
      Scenario s = scenario(model, devices);
      for (const Serving& serving : settings(s.serving)) {
        s.serving = serving;
        for (const DeviceUse& use : estimate(s).devices) expect_explained(use, model->id + " " + use.name);
      }
    }
  }
}

}  // namespace llama_cpp_presets_test
}  // namespace llmcalc::llama_cpp
