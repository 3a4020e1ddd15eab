#pragma once
// The engine: the only place where the quantities meet.

#include <llmcalc/estimate/article.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/estimate/inference.hpp>
#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/estimate/training.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// Verdict for one amount with its range against a capacity.
[[nodiscard]] inline Fit fit_of(const Breakdown& use, Bytes capacity) {
  Fit fit{.known = true};
  const Bytes total = use.total();
  fit.fits = total <= capacity;
  fit.certain = (use.low() <= capacity) == (use.high() <= capacity);
  fit.headroom = capacity - total;
  fit.excess = total - capacity;
  return fit;
}

/// The tighter of two verdicts.
[[nodiscard]] inline Fit tighter(const Fit& a, const Fit& b) {
  if (!a.known) return b;
  if (!b.known) return a;
  if (a.excess != b.excess) return a.excess > b.excess ? a : b;
  return a.headroom <= b.headroom ? a : b;
}

/// Memory of a valid scenario (validate.hpp tells whether it is one). Pure; never throws on valid input but for lack
/// of memory.
[[nodiscard]] inline Estimate evaluate(const Scenario& s) {
  Estimate e;
  e.model.parameters = parameter_count(*s.model);
  e.model.active_parameters = active_parameter_count(*s.model);
  e.model.parameters_by_part = parameters_by_part(*s.model);
  const bool article = s.method == Method::Article;
  e.training = estimate_training(s);
  if (article) {
    e.inference = article::inference(s);
    e.training = article::training(s, e.training.trainable_parameters);
  } else {
    e.inference = estimate_inference(s);
  }
  if (const Device* smallest = s.devices.smallest()) {
    e.training.fit = fit_of(e.training.breakdown, smallest->addressable());
    Count i = 0;
    for (DeviceUse& use : e.inference.devices) {
      if (use.name == "host") continue;
      const Device* device = s.devices.at(i++);
      use.capacity = (device ? device : smallest)->addressable();
      e.inference.fit = tighter(e.inference.fit, fit_of(use.breakdown, *use.capacity));
    }
  }
  return e;
}

}  // namespace llmcalc
