#pragma once
// Plans for inference: every layout as the scenario's formats are, and with smaller ones only when nothing fits.

#include <llmcalc/questions/choices.hpp>
#include <llmcalc/questions/plan_layouts.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace llmcalc::plan_detail {

/// Layouts of one weight and cache format that fit.
inline void plan_formats(const Scenario& s, const PlanOptions& options, Plan& plan) {
  for (const Layout& l : layouts(s, s.devices.count(), false, options.cluster)) {
    Scenario candidate = s;
    if (s.serving.runtime == Runtime::LlamaCpp) {
      if (l.tensor != 1 || l.pipeline != 1) continue;  // deals layers to devices by itself
    } else {
      set_layout(candidate, {l.tensor, l.pipeline, 1, l.data});
    }
    if (l.data > s.serving.sequences || !validate(candidate).empty()) continue;
    ++plan.considered;
    const InferenceEstimate e = evaluate_inference(candidate);
    ++plan.evaluated;
    FitAnswer answer = fit(e);
    if (options.surely ? answer.verdict != Verdict::Fits : !fits(answer.verdict)) continue;
    const auto speed = inference_speed(candidate, e, options.speed);
    plan.candidates.push_back({.scenario = std::move(candidate),
                               .tokens_per_second = speed ? speed->total_tokens_per_second.typical : 0,
                               .dollars_per_hour = price_of(s),
                               .time = {},
                               .fit = std::move(answer)});
  }
}

[[nodiscard]] inline Plan plan_inference(const Scenario& s, const PlanOptions& options) {
  Plan plan;
  std::vector<FormatChoice> formats{{s.weights.format, s.weights.mix}};
  if (options.other_formats) {
    const Bytes now = stored_weights(*s.model, s.weights);
    for (const FormatChoice& choice : weight_choices(s.serving.runtime)) {
      Scenario smaller = s;
      set_format(smaller, choice);
      if (stored_weights(*s.model, smaller.weights) < now) formats.push_back(choice);
    }
  }
  for (std::size_t i = 0; i < formats.size() && plan.candidates.empty(); ++i) {
    if (options.progress && !options.progress(static_cast<double>(i) / static_cast<double>(formats.size()))) {
      plan.cancelled = true;
      break;
    }
    for (const KvFormat cache : cache_choices(s.serving.runtime)) {
      Scenario candidate = s;
      set_format(candidate, formats[i]);
      const bool first = cache == cache_choices(s.serving.runtime).front();
      if (!first) candidate.serving.key_format = candidate.serving.value_format = cache;
      plan_formats(candidate, options, plan);
      if (!plan.candidates.empty() || !options.other_formats) break;
    }
  }
  std::stable_sort(
      plan.candidates.begin(), plan.candidates.end(),
      [](const PlanCandidate& a, const PlanCandidate& b) { return a.tokens_per_second > b.tokens_per_second; });
  if (plan.candidates.size() > options.most) plan.candidates.resize(options.most);
  return plan;
}

}  // namespace llmcalc::plan_detail
