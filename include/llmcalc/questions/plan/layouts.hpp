#pragma once
// The layouts of ranks that a search tries.
//
// Tensor ranks stay within a node; pipeline stages up to 64; a context rank keeps at least 4,096 tokens; expert ranks
// divide the experts and the ranks of a stage. Only what the framework or engine can do. Sources: the frameworks'
// documentation (accelerate's ND parallelism, torchtune 0.6, LitGPT, Megatron-Core, torchtitan, DeepSpeed).

#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <compare>
#include <optional>
#include <span>
#include <vector>

namespace llmcalc::plan_search {

/// Divisors of n, ascending.
[[nodiscard]] inline std::vector<Count> divisors(Count n) {
  std::vector<Count> low, high;
  for (Count i = 1; i * i <= n; ++i) {
    if (n % i != 0) continue;
    low.push_back(i);
    if (i * i != n) high.push_back(n / i);
  }
  low.insert(low.end(), high.rbegin(), high.rend());
  return low;
}

/// A layout of ranks whose product (without the expert ranks) is the number of devices.
struct Layout {
  Count tensor = 1, pipeline = 1, context = 1, data = 1, expert = 1;
  friend auto operator<=>(const Layout&, const Layout&) = default;
};

/// Most routed experts of a layer.
[[nodiscard]] inline Count most_experts(const Model& m) {
  Count most = 0;
  for (const Layer& layer : m.kinds) most = std::max(most, layer.feed_forward.experts);
  return most;
}

/// Layouts of a training job on so many devices.
[[nodiscard]] inline std::vector<Layout> training_layouts(const Scenario& s, Count devices) {
  std::vector<Layout> all;
  const FrameworkAbilities& can = row_of(s.training.framework).can;
  const Count experts = most_experts(*s.model);
  for (const Count t : divisors(devices)) {
    if (t > 1 && (!can.tensor || t > linked_devices(s))) break;
    for (const Count p : divisors(devices / t)) {
      if (p > 1 && (!can.pipeline || p > std::min<Count>(s.model->layer_count(), 64))) break;
      for (const Count c : divisors(devices / t / p)) {
        if (c > 1 && (!can.context || c > 16 || s.training.sequence / c < 4096)) break;
        const Count ranks = devices / p;
        for (const Count e : divisors(std::max<Count>(1, experts))) {
          if (e > 1 && ranks % e != 0) continue;
          all.push_back({t, p, c, devices / t / p / c, e});
        }
      }
    }
  }
  return all;
}

/// Layouts of an engine on so many devices. Experts are split like everything else, or one rank has whole ones.
[[nodiscard]] inline std::vector<Layout> serving_layouts(const Scenario& s, Count devices) {
  if (engine_of(s).deals_layers()) return {Layout{}};
  std::vector<Layout> all;
  const Count experts = most_experts(*s.model);
  for (const Count t : divisors(devices)) {
    if (t > linked_devices(s)) break;
    for (const Count p : divisors(devices / t)) {
      if (p > std::min<Count>(s.model->layer_count(), 64)) break;
      const Count d = devices / t / p;
      if (d > s.serving.sequences) continue;
      all.push_back({t, p, 1, d, 1});
      const Count e = t * d;
      if (e > 1 && experts != 0 && experts % e == 0) all.push_back({t, p, 1, d, e});
    }
  }
  return all;
}

/// ZeRO stages that the framework has for a layout. Megatron's distributed optimizer is stage 1; FSDP2 is stage 3,
/// and with a pipeline it keeps gathered weights (stage 2); elsewhere a pipeline goes with stage 1 at most.
[[nodiscard]] inline std::vector<Count> zero_stages(TrainingFramework framework, const Layout& l) {
  if (multiply(l.data, l.context) == 1) return {0};
  const FrameworkAbilities& can = row_of(framework).can;
  const std::span<const Count> stages = l.pipeline > 1 ? can.zero_piped : can.zero;
  return {stages.begin(), stages.end()};
}

/// Pieces of the model a rank may hold: they divide the layers, or the layers with embedding and head counted as two
/// more (Megatron's account-for-embedding and -loss).
[[nodiscard]] inline std::vector<Count> virtual_stages(const Scenario& s, const Layout& l, Count micro_batches) {
  std::vector<Count> all{1};
  const bool interleaves = row_of(s.training.framework).can.interleaves;
  if (l.pipeline == 1 || !interleaves || micro_batches % l.pipeline != 0) return all;
  const Count layers = s.model->layer_count();
  for (Count v = 2; v <= 8 && l.pipeline * v <= layers; ++v) {
    if (layers % (l.pipeline * v) == 0 || (layers + 2) % (l.pipeline * v) == 0) all.push_back(v);
  }
  return all;
}

/// Gives the scenario a layout.
inline void set_layout(Scenario& s, const Layout& l) {
  s.parallelism.tensor = l.tensor;
  s.parallelism.pipeline = l.pipeline;
  s.parallelism.context = l.context;
  s.parallelism.data = l.data;
  s.parallelism.expert = l.expert;
  if (l.pipeline == 1) s.parallelism.virtual_stages = 1;
  const Count shard = s.parallelism.shard_group.value_or(1);
  if (shard == 0 || multiply(l.data, l.context) % shard != 0) s.parallelism.shard_group = std::nullopt;
}

}  // namespace llmcalc::plan_search
