// llama.cpp on every preset: a replay that leaves repeated layers out finds what the whole one does, and every figure
// is explained by the factors it is made of.

#include "support/shipped_models.hpp"

#include <llmcalc/engines/llama_cpp/estimate.hpp>
#include <llmcalc/estimate/inference.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::llama_cpp {
namespace {

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

}  // namespace
}  // namespace llmcalc::llama_cpp
