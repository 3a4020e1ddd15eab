#pragma once
// Plans for inference: every layout as the scenario's formats are, and with smaller ones only when nothing fits.

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/questions/choices.hpp>
#include <llmcalc/questions/plan/layouts.hpp>
#include <llmcalc/questions/plan/ranking.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <utility>
#include <vector>

namespace llmcalc::plan_search {

/// Layouts of one weight and cache format that fit.
inline void plan_formats(const Scenario& s, const PlanOptions& options, Plan& plan) {
  for (const Layout& l : serving_layouts(s, s.devices.count())) {
    Scenario candidate = s;
    if (!engine_of(s).deals_layers()) set_layout(candidate, l);
    if (!validate(candidate).empty()) continue;
    ++plan.considered;
    const InferenceEstimate e = evaluate_inference(candidate);
    ++plan.evaluated;
    FitAnswer answer = fit(e);
    if (!fits(answer.verdict, options.certainty)) continue;
    PlanCandidate good{.scenario = std::move(candidate),
                       .inference = std::nullopt,
                       .training = std::nullopt,
                       .fit = std::move(answer)};
    good.inference = inference_speed(good.scenario, e);
    good.tokens_per_second = good.inference ? good.inference->total_tokens_per_second.typical : 0;
    add_price(good, Task::Inference);
    plan.candidates.push_back(std::move(good));
  }
}

/// The scenario's own formats, then smaller weights, each with the caches from large to small.
[[nodiscard]] inline std::vector<Scenario> format_line(const Scenario& s, const PlanOptions& options) {
  std::vector<Scenario> line{s};
  if (!options.other_formats) return line;
  const Bytes now = stored_weights(*s.model, s.weights);
  std::vector<Scenario> weights{s};
  for (const FormatChoice& choice : weight_choices(s.serving.runtime)) {
    Scenario smaller = s;
    set_format(smaller, choice);
    if (stored_weights(*s.model, smaller.weights) < now) weights.push_back(std::move(smaller));
  }
  for (const Scenario& with : weights) {
    if (with != s) line.push_back(with);
    for (const KvFormat cache : cache_choices(s.serving.runtime).subspan(1)) {
      line.push_back(with);
      line.back().serving.key_format = line.back().serving.value_format = cache;
    }
  }
  return line;
}

[[nodiscard]] inline Plan plan_inference(const Scenario& s, const PlanOptions& options) {
  Plan plan;
  const std::vector<Scenario> line = format_line(s, options);
  for (std::size_t i = 0; i < line.size() && plan.candidates.empty(); ++i) {
    if (cancelled(options, plan, i, line.size())) return plan;
    plan_formats(line[i], options, plan);
  }
  rank_candidates(plan, options);
  return plan;
}

}  // namespace llmcalc::plan_search
