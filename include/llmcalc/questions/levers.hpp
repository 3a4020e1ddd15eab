#pragma once
// Single changes that save memory, ranked by what they save, each with its price in a word. Copy the scenario, change
// a field, evaluate. A change that is not valid for this runtime or model, or saves nothing, is not proposed.
//
// "Saved" is the room gained on the device that decides (the one with least room). Range of validity: each lever is
// one change; savings of several do not simply add. Prices in quality and speed are words, not figures.

#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/lever_changes.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

/// What one lever does to a scenario.
struct LeverEffect {
  std::string id;          ///< "kv_cache_format:fp8"
  std::string label;       ///< "KV cache in FP8"
  std::string_view price;  ///< what it costs, in a word or two
  Price kind = Price::None;
  Scenario scenario;  ///< with the change made
  Bytes saved;        ///< room gained on the device that decides
  FitAnswer after;
};

/// Every lever that helps, the largest saving first.
[[nodiscard]] inline std::vector<LeverEffect> levers(const Scenario& s, Task task) {
  std::vector<LeverEffect> effects;
  const FitAnswer before = fit(s, task);
  const DeviceFit* tightest = before.tightest();
  if (!tightest) return effects;
  for (Change& change : task == Task::Inference ? inference_changes(s) : training_changes(s)) {
    if (change.scenario == s || !validate(change.scenario).empty()) continue;
    LeverEffect effect{
        std::move(change.id), std::move(change.label), change.price, change.kind, std::move(change.scenario), {}, {}};
    effect.after = fit(effect.scenario, task);
    const DeviceFit* now = effect.after.tightest();
    if (!now) continue;
    // Room before and after, so that a change of the limit itself (a larger pool) counts too.
    const Bytes gained = now->headroom() + tightest->excess();
    const Bytes lost = tightest->headroom() + now->excess();
    if (gained <= lost) continue;
    effect.saved = gained - lost;
    effects.push_back(std::move(effect));
  }
  std::stable_sort(effects.begin(), effects.end(),
                   [](const LeverEffect& a, const LeverEffect& b) { return a.saved > b.saved; });
  return effects;
}

/// The cheapest lever that makes it fit: the lowest price, and among equals the smallest change. Null when none
/// suffices.
[[nodiscard]] inline const LeverEffect* smallest_remedy(const std::vector<LeverEffect>& effects) {
  const LeverEffect* best = nullptr;
  for (const LeverEffect& e : effects) {
    if (!fits(e.after.verdict)) continue;
    if (!best || e.kind < best->kind || (e.kind == best->kind && e.saved < best->saved)) best = &e;
  }
  return best;
}

}  // namespace llmcalc
