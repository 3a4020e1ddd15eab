#pragma once
// A training run worked out once for all stages and moments: profile, recipe, layout, what each kind of layer keeps.

#include <llmcalc/memory/activations/layer.hpp>
#include <llmcalc/memory/backward_work.hpp>
#include <llmcalc/memory/in_flight.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/memory/recompute.hpp>
#include <llmcalc/memory/training_sums.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/training/engine.hpp>

#include <cstdint>
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

/// Part that a model plays in a run.
enum class PlanRole : std::uint8_t {
  Policy,  ///< what is trained; the only one outside of preference and reward objectives
  Frozen,  ///< only its forward pass runs: a reference
  Judge,   ///< the same, with one output instead of logits
  Critic   ///< trained beside the policy, one output instead of logits
};

struct Companion;

/// A training run of one model.
struct TrainingPlan {
  const Scenario* scenario = nullptr;
  PlanRole role = PlanRole::Policy;
  const Model* model = nullptr;
  const FrameworkVersion* profile = nullptr;
  RecipeBytes bytes;
  bool adapters = false;     ///< only adapters, or virtual tokens, are trained
  bool prompt = false;       ///< only virtual tokens before every sequence are trained
  bool scalar_head = false;  ///< one output instead of logits
  bool trains = true;        ///< anything is trained at all
  bool quantized = false;    ///< the base is stored in a quantized format
  Count trained_bytes = 2;   ///< a trained weight
  Count gradient_bytes = 2;  ///< its gradient
  Count formed_bytes = 2;    ///< a gradient as the matrix product writes it
  ShardPlan shard;
  Count data_group = 1;    ///< ranks that hold the same shard of the layers: data x context parallel
  Count dense_group = 1;   ///< those of them that share dense states under ZeRO: fewer than all with HSDP
  Count expert_group = 1;  ///< ranks that share the states of the same experts
  Count zero = 0;          ///< ZeRO stage in effect
  Count micro_batches = 1;
  Count sequences = 1;  ///< rows of a micro-batch: two a sample when answers are compared
  Count sequence = 0;   ///< tokens of a row, virtual ones included
  TokenCounts tokens;
  LossShape loss;
  TrainingSums sums;
  std::vector<KindPlan> kinds;
  Component fixed_overhead;           ///< context, library workspaces, communicators: the same at every moment
  std::vector<Companion> companions;  ///< models beside the policy
  std::vector<EnginePart> engine;     ///< what generates answers on the same device

  [[nodiscard]] bool frozen() const { return role == PlanRole::Frozen || role == PlanRole::Judge; }
  [[nodiscard]] const Training& training() const { return scenario->training; }
  [[nodiscard]] const Parallelism& layout() const { return scenario->parallelism; }
  /// Bytes of one number of an optimizer state.
  [[nodiscard]] Count state_width() const {
    return std::max<Count>(1, adapters ? format_bytes(training().state_format, trained_bytes) : bytes.state);
  }
  /// Linear layers multiply in 8 bits with copies of their weights.
  [[nodiscard]] bool float8() const {
    return training().float8 && profile->float8 == Float8Copies::Kept && head_trained();
  }
  /// The output matrix itself is trained.
  [[nodiscard]] bool head_trained() const { return !adapters && training().method != TrainingMethod::Freeze; }
  /// The loss is over the vocabulary.
  [[nodiscard]] bool has_logits() const { return model->has_logits() && !scalar_head; }
  /// The output matrix is the token table.
  [[nodiscard]] bool tied_head() const { return model->ties_head() && !scalar_head; }
  /// Gradients exist before the backward pass of the micro-batch at the peak begins.
  [[nodiscard]] bool accumulates() const {
    return micro_batches > 1 || profile->gradients == GradientBuffers::Persistent;
  }
  /// Weights are stored as shards and gathered layer by layer.
  [[nodiscard]] bool gathers() const { return zero >= 3 && dense_group > 1; }
};

/// A model beside the policy, and the component it is counted as.
struct Companion {
  Part part = Part::ReferenceModel;
  TrainingPlan plan;
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
[[nodiscard]] inline bool drops_residual(const Model& model, const FrameworkVersion& profile) {
  const bool layer_norm = model.norm == NormKind::LayerNorm || model.norm == NormKind::LayerNormNoBias;
  return profile.dropout == DropoutPlaces::ResidualToo || layer_norm || model.model_type == "phi3";
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
  p.fused = t.kernels == LayerKernels::Fused || t.compile || plan.profile->kernels == OwnKernels::Fused;
  p.attention_softcap = m.attention_softcap;
  p.softmax_fp32 = m.model_type != "gpt2";
  p.native_window = plan.profile->windows == WindowMasks::Kernel;
  p.experts_index_pair = m.model_type == "mixtral";
  p.attention = t.attention;
  p.experts = t.experts;
  p.attention_dropout = t.dropout > 0;
  p.residual_dropout = t.dropout > 0 && drops_residual(m, *plan.profile);
  p.trained = plan.trains && !plan.adapters;
  p.adapters = plan.adapters && plan.trains && !plan.prompt;
  p.input_grad = plan.trains;
  p.adapter_rank = t.lora.rank;
  p.adapter_bytes = plan.trained_bytes;
  p.adapter_dropout = t.lora.dropout > 0;
  p.adapter_kernels = plan.profile->kernels == OwnKernels::Fused;
  p.masked =
      t.batching == Batching::Padded || (t.batching == Batching::Packed && t.attention == AttentionKernel::Sdpa);
  p.float8 = t.float8 && plan.profile->float8 == Float8Copies::Kept;
  if (plan.layout().expert > 1) p.expert_load = static_cast<Count>(t.expert_imbalance * 1000 + 0.5);
  p.targets = t.lora.targets;
  p.gathered_inputs = plan.profile->inputs == SequenceInputs::Gathered && plan.tokens.stream_divisor > 1;
  p.sequence = plan.sequence;
  return p;
}

/// Bitsandbytes layers that keep their inputs, and what else a framework keeps beside a quantized base.
inline void add_quantized_inputs(const TrainingPlan& plan, const Layer& l, LayerKept& kept) {
  const FrameworkVersion& profile = *plan.profile;
  if (!plan.quantized || !plan.trains) return;
  const Count h = plan.model->hidden;
  const Count c = plan.bytes.compute;
  if (profile.base.inputs) {
    const bool all = plan.training().lora.targets.has(LoraTarget::Down);
    kept.feed_forward.stream = add(kept.feed_forward.stream, product(2, c, h));
    if (!all) kept.feed_forward.inner = add(kept.feed_forward.inner, multiply(c, l.feed_forward.width));
  }
  kept.norms.stream = add(kept.norms.stream, multiply(profile.base.extra_stream, h));
}

}  // namespace plan_detail

}  // namespace llmcalc
