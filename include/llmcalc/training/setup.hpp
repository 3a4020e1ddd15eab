#pragma once
// Scenario -> TrainingPlan: which framework's rules, which recipe, how the model is cut, what each kind of layer
// keeps.

#include <llmcalc/training/plan.hpp>

#include <algorithm>
#include <utility>

namespace llmcalc {

namespace plan_detail {

/// What is trained and in which width.
inline void set_trained(TrainingPlan& plan) {
  const Training& t = plan.training();
  const bool frozen = plan.frozen();
  plan.prompt = t.method == TrainingMethod::PromptTuning;
  plan.adapters = frozen || plan.prompt || trains_adapters(t.method);
  plan.scalar_head =
      plan.role == PlanRole::Critic || plan.role == PlanRole::Judge || t.objective == Objective::Reward;
  plan.trains = frozen                               ? false
                : plan.prompt                        ? t.virtual_tokens != 0
                : plan.adapters                      ? t.lora.rank != 0 && t.lora.targets.bits != 0
                : t.method == TrainingMethod::Freeze ? t.trained_layers != 0
                                                     : true;
  plan.trained_bytes = plan.bytes.weight;
  plan.gradient_bytes = plan.bytes.gradient;
  plan.formed_bytes = plan.bytes.autocast ? plan.bytes.gradient : plan.bytes.compute;
  if (plan.adapters) {
    // PEFT's virtual tokens are an fp32 embedding.
    plan.trained_bytes = plan.prompt ? 4 : row_of(t.lora.adapter_dtype).bytes;
    plan.gradient_bytes = plan.formed_bytes = plan.trained_bytes;
  }
}

/// How the base model is stored. QLoRA on a model in a plain format means NF4 with double quantization.
[[nodiscard]] inline WeightRules base_rules(const Scenario& s, const Model& model) {
  WeightRules rules = weight_rules(model, s.weights);
  if (s.training.method == TrainingMethod::Qlora && is_plain(rules.format)) rules.format = WeightFormat::Nf4Dq;
  return rules;
}

/// Ranks and groups.
inline void set_layout(TrainingPlan& plan) {
  const Parallelism& p = plan.layout();
  const Count tensor = std::max<Count>(p.tensor, 1);
  plan.shard.tensor = tensor;
  plan.shard.expert = std::max<Count>(p.expert, 1);
  plan.shard.expert_tensor = p.expert <= 1 ? std::max(tensor, p.expert_tensor) : std::max<Count>(1, p.expert_tensor);
  const Count multiple = plan.profile->vocabulary_multiple;
  if (multiple > 1) plan.shard.vocabulary_multiple = multiply(multiple, tensor);
  plan.zero = std::min<Count>(p.zero, 3);
  plan.data_group = multiply(std::max<Count>(p.data, 1), std::max<Count>(p.context, 1));
  plan.dense_group = plan.zero == 0 ? plan.data_group : std::min(plan.data_group, p.shard_group.value_or(saturated));
  plan.dense_group = std::max<Count>(plan.dense_group, 1);
  const Count experts = multiply(plan.shard.expert, plan.shard.expert_tensor);
  plan.expert_group = std::max<Count>(1, multiply(plan.dense_group, tensor) / std::max<Count>(experts, 1));
  plan.micro_batches = std::max<Count>(plan.training().accumulation, 1);
}

inline void set_tokens(TrainingPlan& plan) {
  const Training& t = plan.training();
  const Parallelism& p = plan.layout();
  const Count context = std::max<Count>(p.context, 1);
  plan.sequence = plan.prompt ? add(t.sequence, t.virtual_tokens) : t.sequence;
  plan.sequences = multiply(t.micro_batch, trains_pairs(t.objective) ? 2 : 1);
  plan.tokens.tokens = ceil_divide(multiply(plan.sequences, plan.sequence), context);
  plan.tokens.stream_divisor = p.sequence_parallel ? plan.shard.tensor : 1;
  plan.tokens.attended = plan.sequence;
  const Model& m = *plan.model;
  const Count rows =
      round_up(m.head_vocabulary != 0 ? m.head_vocabulary : m.vocabulary, plan.shard.vocabulary_multiple);
  const bool scores = row_of(t.objective).scored == Scored::LogProbabilities;
  const bool logits = plan.has_logits();
  const LossKernel kernel = plan.profile->loss;
  const bool one_row_at_a_time =
      scores && logits && kernel != LossKernel::VocabularyParallel && row_of(t.loss).whole_logits;
  const Count scored =
      generates(t.objective) ? std::min(plan.sequence, t.rollout.completion.value_or(saturated)) : plan.sequence;
  // An encoder's classes of a whole text are made from its first position.
  const bool pooled = m.output == Output::Classes || m.output == Output::States;
  plan.loss = {.tokens = pooled ? plan.sequences : ceil_divide(multiply(plan.sequences, scored), context),
               .sequences = plan.sequences,
               .vocabulary = plan.scalar_head ? 1
                             : logits         ? ceil_divide(rows, plan.shard.tensor)
                                              : std::max<Count>(m.classes, 1),
               .hidden = m.hidden,
               .compute = plan.bytes.compute,
               .chunks = t.loss_chunks,
               .loss = !logits || one_row_at_a_time ? Loss::FreedBeforeBackward : t.loss,
               .kernel = kernel == LossKernel::LossParallel && plan.shard.tensor == 1 ? LossKernel::Torch : kernel,
               .softcap = m.final_softcap && logits,
               .compiled = t.compile,
               .log_probabilities = one_row_at_a_time,
               .rescaled = generates(t.objective),
               .reference_beside =
                   trains_pairs(t.objective) && refers(t.objective) && t.models.reference != ReferenceModel::None};
}

[[nodiscard]] inline SumRules sum_rules(const TrainingPlan& plan, const WeightRules& weights) {
  const Training& t = plan.training();
  Lora lora = t.lora;
  if (plan.prompt || plan.frozen()) lora.rank = 0;
  const bool value_head =
      plan.role == PlanRole::Policy && t.objective == Objective::Ppo && t.models.value == ValueSource::Head;
  return {.shard = plan.shard,
          .bytes = plan.bytes,
          .weights = weights,
          .quantized = plan.quantized,
          .quantizes_head = plan.profile->base.head,
          .adapters = plan.adapters,
          .dora = t.method == TrainingMethod::Dora,
          .separate_parts = plan.profile->projection == QkvProjection::Fused,
          .lora = lora,
          .adapter_bytes = plan.trained_bytes,
          .adapter_state_bytes = format_bytes(t.state_format, plan.trained_bytes),
          .virtual_tokens = plan.prompt && !plan.frozen() ? t.virtual_tokens : 0,
          .scalar_head = plan.scalar_head,
          .value_head = value_head,
          .experts = t.experts,
          .optimizer = t.optimizer,
          .optimizer_rank = t.optimizer_rank};
}

/// What selective recomputation leaves of a layer. Frozen layers can keep less than every second product: then
/// nothing is gained, and nothing is recomputed.
inline void set_selective(const TrainingPlan& plan, const TrainingPass& pass, KindPlan& kind) {
  kind.selective = kind.kept;
  kind.selective.mixer.scores = 0;
  kind.first.mixer.scores = 0;
  if (plan.profile->selective != SelectiveKind::EverySecondMatmul || !kind.local.attends()) return;
  const Kept products = every_second_matmul(pass, kind.local);
  if (bytes_of(products, plan.tokens) >= bytes_of(kind.first.total(), plan.tokens)) return;
  kind.selective = {};
  kind.selective.mixer = products;
  kind.first = kind.selective;
}

/// What every kind of layer keeps.
inline void set_kinds(TrainingPlan& plan) {
  const TrainingPass pass = pass_of(plan);
  TrainingPass first = pass;
  first.input_grad = plan.prompt;
  const bool dora = plan.training().method == TrainingMethod::Dora;
  plan.kinds.reserve(plan.model->kinds.size());
  for (std::size_t k = 0; k < plan.model->kinds.size(); ++k) {
    KindPlan kind;
    kind.pass = pass;
    kind.local = local_layer(plan.model->kinds[k], plan.shard, plan.profile->projection == QkvProjection::Fused);
    kind.kept = activations::layer(pass, kind.local, dora);
    kind.first = pass.trained ? kind.kept : activations::layer(first, kind.local, dora);
    add_quantized_inputs(plan, kind.local, kind.kept);
    add_quantized_inputs(plan, kind.local, kind.first);
    if (plan.training().recompute == RecomputeKind::Selective) set_selective(plan, pass, kind);
    const GroupSums& sums = plan.sums.kinds[k];
    const LayerGradients gradients{sums.trained.total(),   sums.last_projection, sums.expert_inner,
                                   sums.first_projections, plan.formed_bytes,    plan.accumulates()};
    kind.highest = highest(layer_moments(pass, kind.local, kind.kept, plan.tokens, gradients), plan.gradient_bytes);
    plan.kinds.push_back(kind);
  }
}

}  // namespace plan_detail

/// Works out a run of one model in its role. The scenario and the model must outlive the plan.
[[nodiscard]] inline TrainingPlan training_plan(const Scenario& s, const Model& model, PlanRole role) {
  TrainingPlan plan;
  plan.scenario = &s;
  plan.role = role;
  plan.model = &model;
  plan.profile = &s.training.rules();
  plan.bytes = recipe_bytes(s.training);
  plan_detail::set_trained(plan);
  const WeightRules rules = plan_detail::base_rules(s, model);
  plan.quantized = (trains_adapters(s.training.method) || plan.prompt) && !plan_detail::is_plain(rules.format) &&
                   rules.format != WeightFormat::Gguf;
  plan_detail::set_layout(plan);
  plan_detail::set_tokens(plan);
  plan.sums = training_sums(model, plan_detail::sum_rules(plan, rules));
  plan_detail::set_kinds(plan);
  return plan;
}

/// Works out a run with all its models. The scenario must outlive the plan.
[[nodiscard]] inline TrainingPlan training_plan(const Scenario& s) {
  TrainingPlan plan = training_plan(s, *s.model, PlanRole::Policy);
  const Parallelism& p = s.parallelism;
  plan.fixed_overhead = torch_overhead(s, {p.tensor, plan.data_group, p.context, p.pipeline, p.expert});
  const Training& t = s.training;
  const OtherModels& others = t.models;
  const auto add = [&](Part part, const ModelPtr& model, PlanRole role) {
    plan.companions.push_back({part, training_plan(s, model ? *model : *s.model, role)});
  };
  const bool copies =
      others.reference == ReferenceModel::Copy || (others.reference == ReferenceModel::Automatic && !plan.adapters);
  if (refers(t.objective) && copies) add(Part::ReferenceModel, nullptr, PlanRole::Frozen);
  if (generates(t.objective) && others.reward == RewardSource::Model) {
    add(Part::RewardModel, others.reward_model, PlanRole::Judge);
  }
  if (t.objective == Objective::Ppo && others.value == ValueSource::Model) {
    add(Part::ValueModel, others.value_model, PlanRole::Critic);
  }
  plan.engine = generation_engine(s);
  return plan;
}

}  // namespace llmcalc
