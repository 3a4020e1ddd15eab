#pragma once
// Ranks of a run: which hold the same, how they become devices, and the sum over all of them.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/memory/sharding.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc {

/// How many ranks of each kind an inference run has.
struct RankLayout {
  Count tensor = 1;
  Count pipeline = 1;
  Count data = 1;
  Count expert = 1;
  Count expert_tensor = 1;
  bool host_only = false;  ///< no GPU at all

  [[nodiscard]] constexpr Count world() const { return product(tensor, pipeline, data); }
};

/// True when the scenario says that there is no GPU.
[[nodiscard]] inline bool runs_on_host(const Scenario& s) {
  return !s.devices.groups.empty() && s.devices.count() == 0;
}

/// Ranks as the scenario's parallelism gives them.
[[nodiscard]] inline RankLayout rank_layout(const Scenario& s) {
  const Parallelism& p = s.parallelism;
  return {.tensor = std::max<Count>(p.tensor, 1),
          .pipeline = std::max<Count>(p.pipeline, 1),
          .data = std::max<Count>(p.data, 1),
          .expert = std::max<Count>(p.expert, 1),
          .expert_tensor = expert_tensor_ranks(p.tensor, p.expert, p.expert_tensor),
          .host_only = runs_on_host(s)};
}

/// How those ranks cut tensors.
[[nodiscard]] constexpr ShardPlan shard_plan(const RankLayout& layout) {
  return {.tensor = layout.tensor, .expert = layout.expert, .expert_tensor = layout.expert_tensor};
}

/// Sequences that one data-parallel replica holds, beams included.
[[nodiscard]] inline Count sequences_on_replica(const Scenario& s, const RankLayout& layout) {
  return ceil_divide(multiply(s.serving.sequences, std::max<Count>(s.serving.beams, 1)), layout.data);
}

/// Records the pool of one pipeline stage; the stage whose pool holds the fewest tokens decides for all.
inline void grant_pool(InferenceEstimate& e, Bytes pool, Count tokens, Count context, bool first) {
  if (!first && tokens >= e.kv_pool_tokens) return;
  e.kv_pool_tokens = tokens;
  e.kv_pool_bytes = pool;
  e.concurrency = static_cast<double>(tokens) / static_cast<double>(std::max<Count>(context, 1));
}

/// Bytes of an activation element.
[[nodiscard]] inline Count activation_bytes(const Scenario& s) {
  return s.weight_format() == WeightFormat::Fp32 ? 4 : 2;
}

/// The same amount on `ranks` ranks: every summand gets the number of ranks as a factor.
[[nodiscard]] inline Component on_ranks(Component c, Count ranks) {
  if (ranks == 1) return c;
  c.bytes = c.bytes * ranks;
  c.low = c.low * ranks;
  c.high = c.high * ranks;
  for (Summand& s : c.summands) {
    const Bytes one = s.result;
    s.result = one * ranks;
    const std::size_t used = s.size();
    Count n = 1;
    for (std::size_t i = 0; i < used; ++i) n = multiply(n, s.terms[i].value);
    const bool fits = used != 0 && used < s.terms.size() &&
                      ceil_divide(storage(multiply(n, ranks), s.width), s.divisor) == s.result;
    if (fits) {
      s.terms[used] = {"ranks", ranks};
    } else {
      s.terms = {Term{"bytes on a rank", one.count}, Term{"ranks", ranks}};
      s.width = {1, 1};
      s.divisor = 1;
    }
  }
  return c;
}

/// Writes the breakdowns of the pipeline stages (all tensor ranks and replicas of a stage hold the same) into devices and
/// their sum. Devices are numbered as engines do: tensor ranks of a stage side by side, then stages, then replicas.
inline void place(InferenceEstimate& e, std::vector<Breakdown> stages, const RankLayout& layout) {
  const Count same = multiply(layout.tensor, layout.data);
  for (const Breakdown& stage : stages) {
    for (const Component& c : stage.components) e.breakdown.add(on_ranks(c, same));
  }
  if (layout.host_only) {
    e.devices.push_back(DeviceUse::host(e.breakdown));
    return;
  }
  Count first = 0;
  for (Breakdown& stage : stages) {
    const DeviceSpan ranks{first, layout.tensor, layout.data, multiply(layout.tensor, layout.pipeline)};
    e.devices.push_back({.name = device_name(first), .breakdown = std::move(stage), .span = ranks});
    first += layout.tensor;
  }
}

/// Trust of weight figures: as the model's; a GGUF mix outside llama.cpp is taken at its base type.
[[nodiscard]] inline Trust weights_trust(const Scenario& s) {
  return s.weight_format() == WeightFormat::Gguf ? std::max(s.model->trust, Trust::Modelled) : s.model->trust;
}

}  // namespace llmcalc
