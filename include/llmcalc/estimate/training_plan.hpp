#pragma once
// A training run worked out once for all stages and moments: profile, recipe, layout, what each kind of layer keeps.

#include <llmcalc/memory/activations/layer.hpp>
#include <llmcalc/memory/backward_work.hpp>
#include <llmcalc/memory/in_flight.hpp>
#include <llmcalc/memory/loss_head.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/memory/recompute.hpp>
#include <llmcalc/memory/training_sums.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <vector>

namespace llmcalc {

/// One kind of layer in a training run.
struct KindPlan {
  TrainingPass pass;
  Layer local;          ///< shapes on one tensor-parallel rank
  LayerKept kept;       ///< what it keeps when nothing is recomputed
  LayerKept first;      ///< the same when nothing before it is trained
  LayerKept selective;  ///< what selective recomputation leaves
  LayerMoment highest;  ///< inside its backward pass
};

/// A training run.
struct TrainingPlan {
  const Scenario* scenario = nullptr;
  const Model* model = nullptr;
  const TrainingProfile* profile = nullptr;
  RecipeBytes bytes;
  bool adapters = false;     ///< only adapters are trained
  bool trains = true;        ///< anything is trained at all
  bool quantized = false;    ///< the base is stored in a quantized format
  Count trained_bytes = 2;   ///< a trained weight
  Count gradient_bytes = 2;  ///< its gradient
  Count formed_bytes = 2;    ///< a gradient as the matrix product writes it
  ShardPlan shard;
  Count dense_group = 1;   ///< ranks that share dense states under ZeRO
  Count expert_group = 1;  ///< ranks that share the states of the same experts
  Count zero = 0;          ///< ZeRO stage in effect
  Count micro_batches = 1;
  TokenCounts tokens;
  LossShape loss;
  TrainingSums sums;
  std::vector<KindPlan> kinds;
  Component fixed_overhead;  ///< context, library workspaces, communicators: the same at every moment

  [[nodiscard]] const Training& training() const { return scenario->training; }
  [[nodiscard]] const Parallelism& layout() const { return scenario->parallelism; }
  /// Gradients exist before the backward pass of the micro-batch at the peak begins.
  [[nodiscard]] bool accumulates() const { return micro_batches > 1 || profile->persistent_gradients; }
  /// Weights are stored as shards and gathered layer by layer.
  [[nodiscard]] bool gathers() const { return zero >= 3 && dense_group > 1; }
};

namespace plan_detail {

/// True when the format is one of the plain 16 or 32-bit ones.
[[nodiscard]] constexpr bool is_plain(WeightFormat f) {
  return f == WeightFormat::AsReleased || f == WeightFormat::Fp32 || f == WeightFormat::Fp16 ||
         f == WeightFormat::Bf16;
}

/// A layer's shapes on one rank.
[[nodiscard]] inline Layer local_layer(const Layer& layer, const ShardPlan& plan, bool fused_qkv) {
  Layer l = layer;
  const Count t = std::max<Count>(plan.tensor, 1);
  l.attention.heads = ceil_divide(l.attention.heads, t);
  l.attention.kv_heads = kv_heads_on_rank(l.attention.kv_heads, t);
  l.attention.fused_qkv = l.attention.fused_qkv || fused_qkv;
  l.feed_forward.width = ceil_divide(l.feed_forward.width, t);
  l.feed_forward.shared_width = ceil_divide(l.feed_forward.shared_width, t);
  l.feed_forward.expert_width = ceil_divide(l.feed_forward.expert_width, plan.expert_tensor);
  l.recurrent.inner = ceil_divide(l.recurrent.inner, t);
  l.recurrent.heads = ceil_divide(l.recurrent.heads, t);
  if (l.recurrent.groups > 1) l.recurrent.groups = ceil_divide(l.recurrent.groups, t);
  return l;
}

/// Models whose classes drop out the outputs of attention and feed-forward block.
[[nodiscard]] inline bool drops_residual(const Model& model, const TrainingProfile& profile) {
  const bool layer_norm = model.norm == NormKind::LayerNorm || model.norm == NormKind::LayerNormNoBias;
  return profile.hidden_dropout || layer_norm || model.model_type == "phi3";
}

[[nodiscard]] inline TrainingPass pass_of(const TrainingPlan& plan) {
  const Scenario& s = *plan.scenario;
  const Training& t = s.training;
  const Model& m = *plan.model;
  TrainingPass p;
  p.hidden = m.hidden;
  p.norm = m.norm;
  p.compute = plan.bytes.compute;
  p.stream = plan.bytes.stream;
  p.autocast = plan.bytes.autocast;
  p.fused = t.kernels == LayerKernels::Fused || t.compile;
  p.attention_softcap = m.attention_softcap;
  p.softmax_fp32 = m.model_type != "gpt2";
  p.native_window = plan.profile->native_window;
  p.experts_index_pair = m.model_type == "mixtral";
  p.attention = t.attention;
  p.experts = t.experts;
  p.attention_dropout = t.dropout > 0;
  p.residual_dropout = t.dropout > 0 && drops_residual(m, *plan.profile);
  p.trained = plan.trains && !plan.adapters;
  p.adapters = plan.adapters && plan.trains;
  p.input_grad = plan.trains;
  p.adapter_rank = t.lora.rank;
  p.adapter_bytes = plan.trained_bytes;
  p.adapter_dropout = t.lora.dropout > 0;
  p.targets = t.lora.targets;
  p.gathered_inputs = plan.profile->gathered_inputs && plan.tokens.stream_divisor > 1;
  p.sequence = t.sequence;
  return p;
}

/// Bitsandbytes layers that keep their inputs, and what else a framework keeps beside a quantized base.
inline void add_quantized_inputs(const TrainingPlan& plan, const Layer& l, LayerKept& kept) {
  const TrainingProfile& profile = *plan.profile;
  if (!plan.quantized || !plan.trains) return;
  const Count h = plan.model->hidden;
  const Count c = plan.bytes.compute;
  if (profile.keeps_quantized_inputs) {
    const bool all = plan.training().lora.targets.has(LoraTarget::Down);
    kept.feed_forward.stream = add(kept.feed_forward.stream, product(2, c, h));
    if (!all) kept.feed_forward.inner = add(kept.feed_forward.inner, multiply(c, l.feed_forward.width));
  }
  kept.norms.stream = add(kept.norms.stream, multiply(profile.extra_stream, h));
}

}  // namespace plan_detail

}  // namespace llmcalc
