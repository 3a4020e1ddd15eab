#pragma once
// Slots for LoRA adapters that a server keeps beside the weights.
//
//   bytes = slots x sum over the linear matrices of a rank: rank (in + out) x 2
//
// Every linear matrix of the layers has slots, whatever an adapter trains; routed experts have theirs each. Tensor
// parallelism cuts the side that the base matrix is cut along. Source: vLLM lora/layers (lora_a_stacked, lora_b_stacked: max_loras x
// max_lora_rank). Worked: Llama 3.1 8B, one slot of rank 16: 41,943,040 parameters, 83,886,080 bytes. Not counted: copies of
// adapters in host memory. No slots take nothing.

#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/memory/adapters.hpp>

namespace llmcalc {

/// The slots of a rank.
[[nodiscard]] inline Component adapter_slots(const Scenario& s, const ShardPlan& plan, const Stage& stage) {
  const Model& m = *s.model;
  const LoraTargets all;
  Count parameters = 0;
  for (const Tensor& t : m.tensors) {
    if (t.part == ModelPart::Head || !is_target(t, all, RoutedExperts::WithAdapters, VisionTower::Frozen)) continue;
    const AdapterShape shape = adapter_shape(t, shard(t, m, plan), m, all, false);
    const Count each = adapter_parameters(shape, s.serving.adapter_rank, false);
    parameters = add(parameters, product(each, std::max<Count>(1, shape.copies), occurrences(t, m, stage)));
  }
  Component c =
      component(Part::Adapters, {summand("", {{"slots", s.serving.adapters}, {"parameters", parameters}}, {1, 2})},
                "vLLM lora/layers: max_loras x max_lora_rank for every linear matrix");
  c.not_counted = "adapters waiting in host memory";
  return c;
}

}  // namespace llmcalc
