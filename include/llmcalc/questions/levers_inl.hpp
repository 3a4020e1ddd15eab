#pragma once
// Bodies of levers.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/questions/lever_changes.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>

namespace llmcalc {

LLMCALC_INLINE std::vector<LeverEffect> levers(const Scenario& s, Task task) {
  std::vector<LeverEffect> effects;
  const FitAnswer before = fit(s, task);
  const DeviceFit* deciding = before.deciding();
  if (!deciding) return effects;
  for (Change& change : task == Task::Inference ? inference_changes(s) : training_changes(s)) {
    if (change.scenario == s || !validate(change.scenario).empty()) continue;
    LeverEffect effect{std::move(change.id),
                       std::move(change.label),
                       std::move(change.price),
                       change.kind,
                       std::move(change.scenario),
                       {},
                       {}};
    effect.after = fit(effect.scenario, task);
    const DeviceFit* now = effect.after.deciding();
    if (!now) continue;
    // Room before and after, so that a change of the limit itself (a larger pool) counts too.
    const Bytes gained = now->headroom() + deciding->excess();
    const Bytes lost = deciding->headroom() + now->excess();
    if (gained <= lost) continue;
    effect.saved = gained - lost;
    effects.push_back(std::move(effect));
  }
  std::stable_sort(effects.begin(), effects.end(),
                   [](const LeverEffect& a, const LeverEffect& b) { return a.saved > b.saved; });
  return effects;
}

LLMCALC_INLINE const LeverEffect* smallest_remedy(const std::vector<LeverEffect>& effects) {
  const LeverEffect* best = nullptr;
  for (const LeverEffect& e : effects) {
    if (!fits(e.after.verdict)) continue;
    if (!best || e.kind < best->kind || (e.kind == best->kind && e.saved < best->saved)) best = &e;
  }
  return best;
}

}  // namespace llmcalc
