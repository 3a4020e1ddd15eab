#pragma once
// The engine that generates answers inside a training step, as a serving estimate of its own.
//
// It holds its own copy of the weights, a cache and a workspace; only the cache when the policy generates itself. It
// runs in the trainer's process, so the device context is not counted twice. Answers at once: micro-batch x
// accumulation, at least a group; for every rank that shares the engine. Source: TRL grpo_trainer (num_generations 8,
// vllm_gpu_memory_utilization 0.3, generation batch = per-device batch x steps).

#include <llmcalc/estimate/inference.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <vector>

namespace llmcalc::training {

/// One amount of the engine.
struct EnginePart {
  Summand summand;
  bool stays = false;  ///< resident between generations, unless the engine sleeps
};

/// The generating engine as a scenario.
[[nodiscard]] inline Scenario serving_scenario(const Scenario& s) {
  const Training& t = s.training;
  const bool own = t.rollout.generator == Generator::Generate;
  Scenario e = s;
  e.serving.runtime = generating_runtime(s);
  if (e.serving.runtime != s.serving.runtime) e.serving.version.clear();  // it is the other engine's
  e.serving.draft_model = nullptr;
  e.serving.draft_tokens = 0;
  e.serving.beams = 1;
  const Count group = row_of(t.objective).groups ? std::max<Count>(1, t.rollout.group) : 1;
  const Count answers = round_up(multiply(t.micro_batch, std::max<Count>(1, t.accumulation)), group);
  const Count ranks = std::max<Count>(1, own ? s.parallelism.tensor : t.rollout.engine_tensor);
  e.serving.sequences = own ? answers : multiply(answers, ranks);
  e.serving.context = t.sequence;
  const Count generated = std::min(t.sequence, t.rollout.completion.value_or(t.sequence));
  e.serving.prompt = std::max<Count>(1, t.sequence - generated);
  e.serving.shared_prefix = 0;
  e.serving.gpu_memory_utilization = t.rollout.engine_share;
  e.serving.kv_cache_memory_bytes = std::nullopt;
  e.serving.max_model_len = std::nullopt;
  e.parallelism = {.tensor = ranks};
  e.context_bytes = 0;
  return e;
}

/// What the engine holds on the device that holds most; nothing when answers are generated elsewhere.
[[nodiscard]] inline std::vector<EnginePart> generation_engine(const Scenario& s) {
  std::vector<EnginePart> out;
  const Generator g = s.training.rollout.generator;
  if (!generates(s.training.objective) || g == Generator::Elsewhere) return out;
  const InferenceEstimate e = estimate_inference(serving_scenario(s));
  const DeviceUse* most = nullptr;
  for (const DeviceUse& use : e.devices) {
    if (use.is_host()) continue;
    if (!most || use.breakdown.total() > most->breakdown.total()) most = &use;
  }
  if (!most) return out;
  for (const Component& c : most->breakdown.components) {
    const bool cache = c.part == Part::KvCache || c.part == Part::RecurrentState;
    const bool stays = c.part == Part::Weights || c.part == Part::CudaGraphs || c.part == Part::Overhead;
    if (c.part == Part::Weights && g == Generator::Generate) continue;
    if (cache && e.kv_pool_bytes.count != 0) continue;
    for (Summand part : c.summands) {
      if (part.label.empty()) part.label = label_of(c.part);
      out.push_back({part, stays && g == Generator::Engine});
    }
  }
  if (e.kv_pool_bytes.count != 0) out.push_back({amount("cache pool", e.kv_pool_bytes), g == Generator::Engine});
  return out;
}

}  // namespace llmcalc::training
