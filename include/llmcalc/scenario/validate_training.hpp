#pragma once
// What a training layout needs in addition to what validate.hpp checks for both halves: equal shares of the sequence,
// ranks for every expert group. Each issue names both numbers.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::validation {

/// Ranks that hold the same shard of the layers. Zero ranks count as one here and are reported elsewhere.
[[nodiscard]] inline Count data_ranks(const Parallelism& p) {
  return multiply(std::max<Count>(p.data, 1), std::max<Count>(p.context, 1));
}

/// Groups of ranks that have to divide each other.
inline void check_groups(const Scenario& s, Issues& issues) {
  const Parallelism& p = s.parallelism;
  const Count data = data_ranks(p);
  if (p.zero > 0 && p.shard_group && *p.shard_group != 0 && data % *p.shard_group != 0) {
    issues.push_back(
        {"/parallelism/shard_group",
         "must divide the " + grouped(data) + " data and context-parallel ranks, got " + grouped(*p.shard_group)});
  }
  if (p.context <= 1 || p.context_kind != ContextKind::Ulysses || p.tensor == 0) return;
  for (const Layer& layer : s.model->kinds) {
    const Count heads = layer.attends() ? layer.attention.heads / p.tensor : 0;
    if (heads % p.context == 0) continue;
    issues.push_back({"/parallelism/context", "must divide the " + grouped(heads) +
                                                  " attention heads of a tensor-parallel rank when heads are "
                                                  "exchanged (ulysses), got " +
                                                  grouped(p.context)});
    return;
  }
}

/// The models alongside the policy: cut by the policy's layout.
inline void check_models(const Scenario& s, Issues& issues) {
  const Training& t = s.training;
  const Parallelism& p = s.parallelism;
  if (!generates(t.objective)) return;
  const auto check = [&](const ModelPtr& model, std::string_view where) {
    if (!model || p.tensor == 0) return;
    if (model->layer_count() < p.pipeline) {
      issues.push_back({std::string(where), "needs a layer for every stage: the model has " +
                                                grouped(model->layer_count()) + " layers, got " +
                                                grouped(p.pipeline) + " stages"});
    }
    for (const Layer& layer : model->kinds) {
      const Count heads = layer.attends() ? layer.attention.heads : 0;
      if (heads % p.tensor == 0) continue;
      issues.push_back({std::string(where), "has " + grouped(heads) + " attention heads, which " + grouped(p.tensor) +
                                                " tensor-parallel ranks do not divide"});
      return;
    }
  };
  check(t.models.reward_model, "/training/reward_model");
  check(t.models.value_model, "/training/value_model");
  if (t.rollout.completion && *t.rollout.completion > t.sequence) {
    issues.push_back({"/training/rollout/completion", "must be at most the training sequence of " +
                                                          grouped(t.sequence) + " tokens, got " +
                                                          grouped(*t.rollout.completion)});
  }
  if (t.rollout.engine_tensor == 0) return;
  for (const Layer& layer : s.model->kinds) {
    const Count heads = layer.attends() ? layer.attention.heads : 0;
    if (heads % t.rollout.engine_tensor == 0) continue;
    issues.push_back(
        {"/training/rollout/engine_tensor",
         "must divide the model's " + grouped(heads) + " attention heads, got " + grouped(t.rollout.engine_tensor)});
    return;
  }
}

/// Layers given for every pipeline stage.
inline void check_stages(const Scenario& s, Issues& issues) {
  const std::vector<Count>& layers = s.parallelism.layers_per_stage;
  if (layers.empty()) return;
  Count sum = 0;
  for (const Count n : layers) sum = add(sum, n);
  if (layers.size() != s.parallelism.pipeline || sum != s.model->layer_count() ||
      std::find(layers.begin(), layers.end(), Count{0}) != layers.end()) {
    issues.push_back({"/parallelism/layers_per_stage",
                      "must give each of the " + counted(s.parallelism.pipeline, "stage") +
                          " at least one of the model's " + counted(s.model->layer_count(), "layer") + ", got " +
                          counted(layers.size(), "stage") + " and " + counted(sum, "layer")});
  }
}

/// Issues of a training layout. Zero ranks are reported elsewhere.
inline void check_training_layout(const Scenario& s, Issues& issues) {
  const Parallelism& p = s.parallelism;
  if (p.context > 1 && s.training.sequence % p.context != 0) {
    issues.push_back({"/parallelism/context", "must divide the training sequence of " + grouped(s.training.sequence) +
                                                  " tokens, got " + grouped(p.context)});
  }
  check_groups(s, issues);
  check_stages(s, issues);
  check_models(s, issues);
}

/// What is unusual about the training half of a valid scenario.
inline void add_training_warnings(const Scenario& s, std::vector<std::string>& out) {
  const Training& t = s.training;
  const bool adapters = trains_adapters(t.method);
  const WeightFormat chosen = s.weights.format;
  const bool plain = chosen == WeightFormat::AsReleased || chosen == WeightFormat::Fp32 ||
                     chosen == WeightFormat::Fp16 || chosen == WeightFormat::Bf16;
  if (!adapters && !plain) {
    out.push_back("Weights in " + std::string(label_of(chosen)) + " cannot be trained: training counts them in " +
                  std::string(label_of(t.recipe)) + ". Adapters (LoRA, QLoRA) can stand on a quantized model.");
  }
  if (row_of(t.method).base == BaseFormat::FourBit && row_of(chosen).family == FormatFamily::Gguf) {
    out.push_back("QLoRA quantizes the released weights: training counts NF4 with double quantization, not " +
                  std::string(label_of(chosen)) + ".");
  }
  if (t.steps_in_backward() && t.accumulation > 1) {
    out.push_back("An optimizer that steps inside the backward pass cannot accumulate gradients over " +
                  grouped(t.accumulation) + " micro-batches: they are not counted.");
  }
  const Parallelism& p = s.parallelism;
  const Count experts = multiply(p.expert, std::max<Count>(1, p.expert_tensor));
  const Count shared = multiply(data_ranks(p), std::max<Count>(1, p.tensor));
  if (p.expert > 1 && shared % experts != 0) {
    out.push_back("Expert and expert tensor parallelism need groups of " + grouped(experts) + " ranks, which " +
                  grouped(shared) + " data, context and tensor-parallel ranks do not make.");
  }
  const Generator g = t.rollout.generator;
  if (generates(t.objective) && (g == Generator::Engine || g == Generator::EngineAsleep) && s.devices.count() == 0) {
    out.push_back("The generating engine takes " + shortest(t.rollout.engine_share * 100) +
                  " % of a device's memory: without a device its cache is not counted.");
  }
  if (s.parallelism.virtual_stages > 1 && !row_of(s.parallelism.schedule).interleaves) {
    out.push_back(grouped(s.parallelism.virtual_stages) + " virtual stages need the interleaved schedule; " +
                  std::string(label_of(s.parallelism.schedule)) + " is counted without them.");
  }
}

}  // namespace llmcalc::validation
