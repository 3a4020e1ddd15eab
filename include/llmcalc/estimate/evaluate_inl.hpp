#pragma once
// Bodies of evaluate.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/estimate/article.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/estimate/warnings.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/normalised.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/usable_memory.hpp>
#include <llmcalc/training/estimate.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace llmcalc {

namespace evaluate_detail {

/// Verdict for one amount with its range against a capacity.
inline Fit fit_of(const Breakdown& use, Bytes capacity) {
  Fit fit{.known = true, .capacity = capacity};
  const Bytes total = use.total();
  fit.fits = total <= capacity;
  fit.certain = (use.low() <= capacity) == (use.high() <= capacity);
  fit.headroom = capacity - total;
  fit.excess = total - capacity;
  return fit;
}

/// The tighter of two verdicts.
inline Fit tighter(const Fit& a, const Fit& b) {
  if (!a.known) return b;
  if (!b.known) return a;
  if (a.excess != b.excess) return a.excess > b.excess ? a : b;
  return a.headroom <= b.headroom ? a : b;
}

/// What the engine lets a device hold: engines with a pool grant the cache no more, and sequences that do not fit into
/// it wait, however much memory is free outside. Nothing when the engine sets no such limit.
inline std::optional<Bytes> granted(const Scenario& s, const InferenceEstimate& e, const DeviceUse& use) {
  const bool pooled = engine_of(s).pool == CachePool::Enforced || e.kv_pool_bytes.count != 0;
  const Bytes cache = use.breakdown.bytes(Part::KvCache) + use.breakdown.bytes(Part::RecurrentState);
  if (!pooled || s.method == Method::Article || cache.count == 0) return std::nullopt;
  return min(*use.capacity, use.breakdown.total() - cache + e.kv_pool_bytes);
}

/// Cuts rows of devices that hold the same where the devices themselves differ: the first when it shows a desktop,
/// and where one kind ends and the next begins.
inline void separate(std::vector<DeviceUse>& uses, const Scenario& s) {
  const auto cut = [&uses](Count boundary) {
    std::vector<DeviceUse> pieces;
    for (DeviceUse& use : uses) {
      const std::vector<DeviceSpan> rows = split(use.span, boundary);
      for (std::size_t i = 1; i < rows.size(); ++i) {
        pieces.push_back({.name = device_name(rows[i].first), .breakdown = use.breakdown, .span = rows[i]});
      }
      use.span = rows.front();
    }
    for (DeviceUse& piece : pieces) uses.push_back(std::move(piece));
  };
  if (s.display_bytes != 0) cut(1);
  Count next = 0;
  for (const DeviceGroup& group : s.devices.groups) cut(next = add(next, group.count));
  std::stable_sort(uses.begin(), uses.end(),
                   [](const DeviceUse& a, const DeviceUse& b) { return a.span.first < b.span.first; });
}

/// What is left for the host beside what an inference holds on its devices.
inline std::optional<Bytes> host_capacity(const Scenario& s, const InferenceEstimate& e) {
  Bytes taken;
  for (const DeviceUse& use : e.devices) {
    if (!use.is_host()) taken += use.breakdown.total() * use.span.count();
  }
  return usable_host_memory(s, taken);
}

/// Lowers the trust of what depends on an encoder's output where only the decoder was computed.
inline void doubt(Breakdown& b) {
  for (Component& c : b.components) {
    if (c.part == Part::Weights || c.part == Part::Gradients || c.part == Part::OptimizerStates ||
        c.part == Part::MasterWeights)
      continue;
    c.trust = Trust::Assumed;
    c.high = max(c.high, scale(c.bytes, 2000, 1000));
    c.not_counted = "the encoder of an encoder-decoder model";
  }
}

/// A cache that no engine's log was compared with. Its entries alone are 0.62 of what vLLM's paging makes of them for
/// DeepSeek V4.1 in FP8 (1,790 of about 2,900 bytes a token); between them lies what an engine may hold.
inline void doubt_cache(Breakdown& b) {
  for (Component& c : b.components) {
    if (c.part == Part::KvCache) c = with_range(std::move(c), std::max(c.trust, Trust::Modelled), 600, 1100);
  }
}

/// Ranks whose offloaded states lie on one computer.
inline Count ranks_on_host(const Scenario& s) {
  const Parallelism& p = s.parallelism;
  const Count ranks = product(p.data, p.tensor, p.pipeline, p.context);
  return std::clamp<Count>(ranks, 1, std::max<Count>(s.speed.devices_per_node, 1));
}

/// A paged optimizer's states move to host memory as far as the device is too small. Source: bitsandbytes, managed
/// memory.
inline void add_paged_share(const Scenario& s, TrainingEstimate& e) {
  const bool paged = row_of(s.training.optimizer).pages == StatePages::Managed && s.method == Method::Detailed;
  const Bytes moved = min(e.breakdown.bytes(Part::OptimizerStates), e.fit.excess);
  if (!paged || !e.fit.known || moved.count == 0) return;
  Component c = component(Part::OptimizerStates, {amount("pages that move to the host", moved)},
                          "bitsandbytes: paged states are managed memory");
  e.host.add(with_range(std::move(c), Trust::Modelled, 1000, 1000));
}

}  // namespace evaluate_detail

LLMCALC_INLINE InferenceEstimate evaluate_inference(const Scenario& given) {
  const Normalised scenario = normalised(given, Task::Inference);
  const Scenario& s = *scenario;
  // The article knows no engines, so it has the scenario as it was given.
  InferenceEstimate e = s.method == Method::Article ? article::inference(given) : engine_of(s).estimate(s);
  if (s.model->has_encoder() && !engine_of(s).encoder_decoders) {
    evaluate_detail::doubt(e.breakdown);
    for (DeviceUse& use : e.devices) evaluate_detail::doubt(use.breakdown);
  }
  if (s.model->quirks.has(Quirk::UncomparedCache) && s.method == Method::Detailed) {
    evaluate_detail::doubt_cache(e.breakdown);
    for (DeviceUse& use : e.devices) evaluate_detail::doubt_cache(use.breakdown);
  }
  const Device* smallest = s.devices.smallest();
  if (smallest) evaluate_detail::separate(e.devices, s);
  for (DeviceUse& use : e.devices) {
    if (use.is_host()) {
      use.capacity = evaluate_detail::host_capacity(s, e);
    } else if (smallest) {
      const Device* device = s.devices.at(use.span.first);
      use.capacity = usable_memory(s, use.span.first, device ? *device : *smallest);
      use.limit = evaluate_detail::granted(s, e, use);
    }
    if (!use.capacity) continue;
    e.fit =
        evaluate_detail::tighter(e.fit, evaluate_detail::fit_of(use.breakdown, use.limit.value_or(*use.capacity)));
  }
  return e;
}

LLMCALC_INLINE TrainingEstimate evaluate_training(const Scenario& given) {
  const Normalised scenario = normalised(given, Task::Training);
  const Scenario& s = *scenario;
  TrainingEstimate e = estimate_training(s);
  if (s.method == Method::Article) {
    const std::optional<double>& share = s.training.trainable_share;
    const Count all = parameter_count(*s.model);
    e = article::training(s, share ? Count(static_cast<double>(all) * *share) : e.trainable_parameters);
  }
  if (s.model->has_encoder()) {
    evaluate_detail::doubt(e.breakdown);
    for (Phase& phase : e.phases) evaluate_detail::doubt(phase.breakdown);
    for (RankUse& rank : e.ranks) evaluate_detail::doubt(rank.breakdown);
  }
  // Any rank may be on the device that shows the desktop; without a device the job is in host memory.
  e.capacity = s.devices.smallest() ? usable_memory(s) : usable_host_memory(s, {});
  if (e.capacity) e.fit = evaluate_detail::fit_of(e.breakdown, *e.capacity);
  evaluate_detail::add_paged_share(s, e);
  if (e.host.components.empty() || !s.devices.smallest()) return e;
  e.ranks_on_host = evaluate_detail::ranks_on_host(s);
  e.host_capacity = usable_host_memory(s, e.breakdown.total());
  if (e.host_capacity) {
    const Bytes each{e.host_capacity->count / e.ranks_on_host};
    e.fit = evaluate_detail::tighter(e.fit, evaluate_detail::fit_of(e.host, each));
  }
  return e;
}

LLMCALC_INLINE Estimate evaluate(const Scenario& s) {
  Estimate e;
  e.model.parameters = parameter_count(*s.model);
  e.model.active_parameters = active_parameter_count(*s.model);
  e.model.parameters_by_part = parameters_by_part(*s.model);
  e.model.weights_bytes = stored_weights(*s.model, s.weights);
  e.inference = evaluate_inference(s);
  e.training = evaluate_training(s);
  e.warnings = warnings(s, e);
  return e;
}

}  // namespace llmcalc
