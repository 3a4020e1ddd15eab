#pragma once
// Gathered weights and communication buffers of a pipeline stage. Used by training_moments.hpp.
//
//   ZeRO-3, FSDP     forward end and loss: the root group (embedding, head, final norm) and one prefetched layer, or
//                    every layer without resharding; inside backward: the root, this layer and the prefetched one,
//                    and the layer above as the input of its reduction; at the end the root's own reduction: its
//                    gradient as computed and in the reduction's type
//   ZeRO-1, ZeRO-2   DeepSpeed: two buckets of 5e8 elements (reduce_bucket_size, overlapped)
//   DDP              a copy of all gradients in buckets, unless they are views (gradient_as_bucket_view)
//
// Source: FSDP2 on a fake process group (10 runs; the loss exact, layers to 2 %); DeepSpeed runtime/zero/config;
// torch DistributedDataParallel's defaults.

#include <llmcalc/estimate/training_stage.hpp>
#include <llmcalc/estimate/training_states.hpp>

#include <algorithm>

namespace llmcalc::moment_detail {

/// DeepSpeed's reduce_bucket_size in elements.
inline constexpr Count deepspeed_bucket = 500'000'000;

/// Bytes of a group's weights once gathered.
[[nodiscard]] inline Bytes gathered_bytes(const TrainingPlan& plan, const GroupSums& g) {
  if (plan.quantized) return {g.base_bytes.total()};
  return Bytes{plan.bytes.compute} * g.parameters.total();
}

/// Weights are brought to the device layer by layer, from other ranks or from the host.
[[nodiscard]] inline bool brings_layers(const TrainingPlan& plan) {
  return plan.gathers() || offloads_parameters(plan);
}

template <class Sink>
void put_gathered(const TrainingPlan& plan, const TrainingStage& s, Count layers, Sink& sink) {
  sink.put(Part::GatheredWeights, amount("embedding, head and final norm", gathered_bytes(plan, s.root)));
  if (layers == 0 || s.share.layers == 0) return;
  const GroupSums& one = plan.sums.kinds[s.highest];
  if (plan.quantized) {
    sink.put(Part::GatheredWeights, amount("layers", gathered_bytes(plan, one) * layers));
  } else {
    sink.put(Part::GatheredWeights,
             summand("layers",
                     {{"layers", layers}, {"parameters", one.parameters.total()}, {"bytes", plan.bytes.compute}}));
  }
}

/// At the end of the forward pass and at the loss.
template <class Sink>
void put_gathered_forward(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (!brings_layers(plan)) return;
  const bool keeps = plan.gathers() && !plan.layout().reshard_after_forward;
  put_gathered(plan, s, keeps ? s.share.layers : std::min<Count>(1, s.share.layers), sink);
}

/// While a layer runs backward.
template <class Sink>
void put_gathered_inside(const TrainingPlan& plan, const TrainingStage& s, bool last, Sink& sink) {
  if (brings_layers(plan)) {
    const bool keeps = plan.gathers() && !plan.layout().reshard_after_forward;
    const Count layers = keeps && last ? s.share.layers : std::min<Count>(2, s.share.layers);
    put_gathered(plan, s, layers, sink);
  }
  if (plan.dense_group <= 1 || plan.adapters || s.trained_layers == 0) return;
  const GroupSums& one = plan.sums.kinds[s.highest];
  if (plan.gathers() && s.trained_layers > 1) {
    sink.put(Part::CommBuffers, summand("layer above, being reduced",
                                        {{"parameters", one.trained.total()}, {"bytes", plan.gradient_bytes}}));
  } else if (plan.zero >= 1 && plan.training().framework == TrainingFramework::DeepSpeed) {
    sink.put(Part::CommBuffers,
             summand("reduction buckets", {{"buckets", 2},
                                           {"parameters", std::min(deepspeed_bucket, s.trained_elements.total())},
                                           {"bytes", plan.formed_bytes}}));
  } else if (plan.zero == 0 && plan.profile->bucket_copy && !last) {
    sink.put(Part::CommBuffers, summand("gradient buckets", {{"parameters", s.trained_elements.total()},
                                                             {"bytes", plan.gradient_bytes}}));
  }
}

/// The root group's own reduction, at the end of the backward pass; DDP's buckets stay until the step.
template <class Sink>
void put_root_reduction(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (plan.dense_group <= 1 || plan.training().method == TrainingMethod::Freeze) return;
  if (plan.zero == 0 && plan.profile->bucket_copy) {
    sink.put(Part::CommBuffers, summand("gradient buckets", {{"parameters", s.trained_elements.total()},
                                                             {"bytes", plan.gradient_bytes}}));
  }
  if (!plan.gathers() || s.root.trained.total() == 0) return;
  const Count n = s.root.trained.total();
  sink.put(Part::CommBuffers, summand("root's gradients as computed and as reduced",
                                      {{"parameters", n}, {"bytes", add(plan.formed_bytes, plan.gradient_bytes)}}));
  Summand shard = summand("of which the shard is counted as gradient",
                          {{"parameters", n}, {"bytes", plan.gradient_bytes}}, {1, 1}, plan.dense_group);
  shard.negative = true;
  sink.put(Part::CommBuffers, shard);
}

}  // namespace llmcalc::moment_detail
