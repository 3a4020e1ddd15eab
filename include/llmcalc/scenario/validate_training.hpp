#pragma once
// What a training layout needs beside what validate.hpp checks for both halves: equal shares of the sequence, ranks
// for every expert group. Each issue names both numbers.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <string>
#include <vector>

namespace llmcalc::validate_detail {

/// Issues of a training layout. Zero ranks are reported elsewhere.
inline void check_training_layout(const Scenario& s, Issues& issues) {
  const Parallelism& p = s.parallelism;
  if (p.context > 1 && s.training.sequence % p.context != 0) {
    issues.push_back({"/parallelism/context", "must divide the training sequence of " + grouped(s.training.sequence) +
                                                  " tokens, got " + grouped(p.context)});
  }
}

/// What is unusual about the training half of a valid scenario.
inline void add_training_warnings(const Scenario& s, std::vector<std::string>& out) {
  const Training& t = s.training;
  const bool adapters =
      t.method == TrainingMethod::Lora || t.method == TrainingMethod::Qlora || t.method == TrainingMethod::Dora;
  const WeightFormat chosen = s.weights.format;
  const bool plain = chosen == WeightFormat::AsReleased || chosen == WeightFormat::Fp32 ||
                     chosen == WeightFormat::Fp16 || chosen == WeightFormat::Bf16;
  if (!adapters && !plain) {
    out.push_back("Weights in " + std::string(label_of(chosen)) + " cannot be trained: training counts them in " +
                  std::string(label_of(t.recipe)) + ". Adapters (LoRA, QLoRA) can stand on a quantized model.");
  }
  if (t.gradient_release && t.accumulation > 1) {
    out.push_back("An optimizer that steps inside the backward pass cannot accumulate gradients over " +
                  grouped(t.accumulation) + " micro-batches: they are not counted.");
  }
  if (s.parallelism.virtual_stages > 1 && s.parallelism.schedule != PipelineSchedule::Interleaved) {
    out.push_back(grouped(s.parallelism.virtual_stages) + " virtual stages need the interleaved schedule; " +
                  std::string(label_of(s.parallelism.schedule)) + " is counted without them.");
  }
}

}  // namespace llmcalc::validate_detail
