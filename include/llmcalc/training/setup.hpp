#pragma once
// A training run worked out once for all stages and moments: the framework's rules, the recipe, how the model is cut,
// what each kind of layer keeps, the models alongside the policy. Everything else in this folder reads it.

#include <llmcalc/base/units.hpp>
#include <llmcalc/memory/activations/layer.hpp>
#include <llmcalc/memory/backward_work.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/memory/recompute.hpp>
#include <llmcalc/memory/training_sums.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/training/generation.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace llmcalc::training {

/// One kind of layer in a training run.
struct LayerSetup {
  TrainingPass pass;
  Layer local;          ///< shapes on one tensor-parallel rank
  LayerKept kept;       ///< what it keeps when nothing is recomputed
  LayerKept first;      ///< the same when nothing before it is trained
  LayerKept passing;    ///< the same when its weights are frozen and a gradient passes through
  LayerKept selective;  ///< what selective recomputation leaves
  LayerMoment highest;  ///< inside its backward pass
};

/// Part that a model plays in a run.
enum class ModelRole : std::uint8_t {
  Policy,       ///< what is trained; the only one outside of preference and reward objectives
  Frozen,       ///< only its forward pass runs: a reference
  RewardModel,  ///< the same, with one output instead of logits
  ValueModel    ///< trained alongside the policy, one output instead of logits
};

struct Companion;

/// A training run of one model.
struct TrainingSetup {
  const Scenario* scenario = nullptr;
  ModelRole role = ModelRole::Policy;
  const Model* model = nullptr;
  const FrameworkVersion* rules = nullptr;
  RecipeBytes bytes;
  bool adapters = false;     ///< only adapters, or virtual tokens, are trained
  bool prompt = false;       ///< only virtual tokens before every sequence are trained
  bool scalar_head = false;  ///< one output instead of logits
  bool trains = true;        ///< anything is trained at all
  bool quantized = false;    ///< the base is stored in a quantized format
  bool prepared = false;     ///< PEFT has prepared the quantized base: what is not quantized is in fp32
  Count trained_bytes = 2;   ///< a trained weight
  Count gradient_bytes = 2;  ///< its gradient
  Count formed_bytes = 2;    ///< a gradient as the matrix product writes it
  ShardPlan shard;
  Count data_group = 1;    ///< ranks that hold the same shard of the layers: data x context parallel
  Count dense_group = 1;   ///< those of them that share dense states under ZeRO: fewer than all with HSDP
  Count expert_group = 1;  ///< ranks that share the states of the same experts
  Count zero = 0;          ///< ZeRO stage in effect
  Count micro_batches = 1;
  Count sequences = 1;  ///< rows of a micro-batch: two per sample when answers are compared
  Count sequence = 0;   ///< tokens of a row, virtual ones included
  TokenCounts tokens;
  LossShape loss;
  TrainingSums sums;
  std::vector<LayerSetup> kinds;
  Component fixed_overhead;           ///< context, library workspaces, communicators: the same at every moment
  std::vector<Companion> companions;  ///< models alongside the policy
  std::vector<EnginePart> engine;     ///< what generates answers on the same device

  [[nodiscard]] bool frozen() const { return role == ModelRole::Frozen || role == ModelRole::RewardModel; }
  [[nodiscard]] const Training& training() const { return scenario->training; }
  [[nodiscard]] const Parallelism& parallelism() const { return scenario->parallelism; }
  /// Bytes of one number of an adapter's optimizer state.
  [[nodiscard]] Count adapter_state_bytes() const {
    return has_masters() ? bytes.state : format_bytes(training().state_format, trained_bytes);
  }
  /// Bytes of one number of an optimizer state.
  [[nodiscard]] Count state_width() const {
    return std::max<Count>(1, adapters ? adapter_state_bytes() : bytes.state);
  }
  /// The optimizer updates a copy of what is trained: adapters have one as well.
  [[nodiscard]] bool has_masters() const {
    return bytes.master != 0 && !(adapters && (prompt || trained_bytes >= bytes.master));
  }
  /// Linear layers multiply in 8 bits with copies of their weights.
  [[nodiscard]] bool float8() const {
    return training().float8 && rules->float8 == Float8Copies::Kept && head_trained();
  }
  /// There are no weights beside those copies.
  [[nodiscard]] bool only_float8() const { return float8() && training().float8_weights; }
  /// The output matrix itself is trained.
  [[nodiscard]] bool head_trained() const { return adapters ? saved().head : trains_outer(); }
  /// Whole matrices that are trained as copies alongside adapters.
  [[nodiscard]] const SavedModulesRow& saved() const {
    const bool has = trains && !prompt && trains_adapters(training().method) && role == ModelRole::Policy;
    return row_of(has ? training().lora.modules_to_save : SavedModules::None);
  }
  /// Bytes of one number of their optimizer states.
  [[nodiscard]] Count saved_state_width() const {
    return bytes.master != 0 ? bytes.state : format_bytes(training().state_format, bytes.weight);
  }
  /// What stands outside of the layers is trained, when whole weights are.
  [[nodiscard]] bool trains_outer() const { return row_of(training().method).outer; }
  /// A few layers at a time are trained, anywhere in the model.
  [[nodiscard]] bool trains_some_layers() const { return row_of(training().method).trained == Trained::SomeLayers; }
  /// Only the model's last layers are trained.
  [[nodiscard]] bool trains_last_layers() const { return row_of(training().method).trained == Trained::LastLayers; }
  /// The loss is over the vocabulary.
  [[nodiscard]] bool has_logits() const { return model->has_logits() && !scalar_head; }
  /// The output matrix is the token table.
  [[nodiscard]] bool tied_head() const { return model->ties_head() && !scalar_head; }
  /// Gradients exist before the backward pass of the micro-batch at the peak begins.
  [[nodiscard]] bool accumulates() const {
    return micro_batches > 1 || rules->gradients == GradientBuffers::Persistent;
  }
  /// Gradients are kept as shards: a micro-batch makes its own whole, layer by layer, and they are reduced into those.
  [[nodiscard]] bool reduces_gradients() const {
    return zero >= 2 && dense_group > 1 && rules->gradients != GradientBuffers::Persistent && !accumulates_whole();
  }
  /// Gradients of several micro-batches are added up whole, before they are reduced.
  [[nodiscard]] bool accumulates_whole() const {
    // A tool that only has FSDP shards gradients alone with it too (SHARD_GRAD_OP); elsewhere that is DeepSpeed's.
    const bool always = rules->accumulated == AccumulatedGradients::Whole && zero >= 2;
    const bool first =
        rules->accumulated == AccumulatedGradients::WholeInFsdp1 && zero >= 3 && parallelism().fsdp == 1;
    return micro_batches > 1 && (always || first);
  }
  /// Weights are stored as shards and gathered layer by layer.
  [[nodiscard]] bool gathers() const { return zero >= 3 && dense_group > 1; }
  /// Gathered weights stay after the forward pass.
  [[nodiscard]] bool keeps_gathered() const { return gathers() && !parallelism().reshard_after_forward; }
  /// They stay until the backward pass has ended: where experts are the ranks' own.
  [[nodiscard]] bool keeps_until_the_end() const { return keeps_gathered() && shard.expert > 1; }
  /// Embedding and head are gathered and reduced as groups of their own.
  [[nodiscard]] bool root_apart() const {
    return rules->root == RootGroups::Apart && gathers() && !tied_head() && !quantized;
  }
  /// Elements of a group that come with gathering its shards: experts that no other rank has are whole.
  [[nodiscard]] Count gathered(const DenseExpert& n) const {
    return gathers() && expert_group <= 1 ? n.dense : n.total();
  }
  /// FSDP1 with frozen weights and recomputed layers: its hooks hold the inputs of layers and their gradients until the
  /// backward pass ends.
  [[nodiscard]] bool hooks_hold_inputs() const { return gathers() && adapters && trains && parallelism().fsdp == 1; }
};

/// A model alongside the policy, and the component it is counted as.
struct Companion {
  Part part = Part::ReferenceModel;
  TrainingSetup setup;
};

/// Vision and audio towers are trained: their weights, or adapters of them.
[[nodiscard]] inline bool trains_towers(const Training& t, const Model& model) {
  return t.vision_tower == VisionTower::Trained &&
         (row_of(t.method).trained == Trained::Everything || trains_adapters(t.method)) && model.has_towers();
}

/// True when the format is one of the plain 16 or 32-bit ones.
[[nodiscard]] constexpr bool is_plain(WeightFormat f) {
  return f == WeightFormat::AsReleased || f == WeightFormat::Fp32 || f == WeightFormat::Fp16 ||
         f == WeightFormat::Bf16;
}

/// A layer's shapes on one rank.
[[nodiscard]] inline Layer local_layer(const Layer& layer, const ShardPlan& shard, const FrameworkVersion& rules) {
  Layer l = layer;
  const Count t = std::max<Count>(shard.tensor, 1);
  if (rules.gelu == GeluSteps::One && l.feed_forward.activation == Activation::GeluPython) {
    l.feed_forward.activation = Activation::GeluTanh;
  }
  l.attention.heads = ceil_divide(l.attention.heads, t);
  l.attention.kv_heads = kv_heads_on_rank(l.attention.kv_heads, t);
  l.attention.fused_qkv = l.attention.fused_qkv || rules.projection == QkvProjection::Fused;
  l.feed_forward.width = ceil_divide(l.feed_forward.width, t);
  l.feed_forward.shared_width = ceil_divide(l.feed_forward.shared_width, t);
  l.feed_forward.expert_width = ceil_divide(l.feed_forward.expert_width, shard.expert_tensor);
  l.recurrent.inner = ceil_divide(l.recurrent.inner, t);
  l.recurrent.heads = ceil_divide(l.recurrent.heads, t);
  if (l.recurrent.groups > 1) l.recurrent.groups = ceil_divide(l.recurrent.groups, t);
  return l;
}

/// Models whose classes drop out the outputs of attention and feed-forward block.
[[nodiscard]] inline bool drops_residual(const Model& model, const FrameworkVersion& rules) {
  const bool layer_norm = model.norm == NormKind::LayerNorm || model.norm == NormKind::LayerNormNoBias;
  return rules.dropout == DropoutPlaces::ResidualToo || layer_norm || model.quirks.has(Quirk::DropsBlocks);
}

/// How the attention of a kind of layer is computed.
inline void set_attention(const TrainingSetup& setup, const Layer& layer, TrainingPass& p) {
  const Training& t = setup.training();
  const AttentionShape& a = layer.attention;
  const bool local = a.window != 0 || a.chunk != 0;
  p.attention = local ? t.sliding_attention.value_or(t.attention) : t.attention;
  if (setup.rules->wide_heads == WideHeads::InSteps && a.head_dim > activations::widest_flash_head) {
    const bool fused_softmax = setup.sequence < 16'384 && setup.sequence % 8 == 0;
    p.attention = fused_softmax ? AttentionKernel::Sdpa : AttentionKernel::Eager;
  }
  // "flash" with the framework's own operators is SDPA's flash kernel, which knows no windows. The flash-attn package
  // does: it is meant with fused kernels, with kernels by kind of layer, with packed texts and with sinks, which SDPA
  // does not take.
  const bool package = t.kernels == LayerKernels::Fused || t.sliding_attention || t.batching == Batching::Packed ||
                       a.sinks || setup.rules->windows == WindowMasks::FlashKernel;
  p.native_window = setup.rules->windows == WindowMasks::Kernel || (p.attention == AttentionKernel::Flash && package);
  p.narrow_attention = setup.prepared && p.compute == 4 && p.attention == AttentionKernel::Flash;
  p.masked =
      t.batching == Batching::Padded || (t.batching == Batching::Packed && p.attention == AttentionKernel::Sdpa);
}

/// Routed experts get adapters too.
[[nodiscard]] inline bool adapts_experts(const TrainingSetup& setup) {
  const Training& t = setup.training();
  if (t.lora.experts) return *t.lora.experts;
  if (setup.rules->expert_adapters != ExpertAdapters::WhenModules) return t.lora.targets.is_all_linear();
  return t.experts == ExpertKernel::Loop;
}

/// Their adapters are modules: not parts of one tensor, to which PEFT adds them.
[[nodiscard]] inline bool has_expert_modules(const TrainingSetup& setup) {
  const bool loop = setup.training().experts == ExpertKernel::Loop;
  return adapts_experts(setup) && (loop || setup.rules->expert_adapters != ExpertAdapters::WhenModules);
}

[[nodiscard]] inline TrainingPass pass_of(const TrainingSetup& setup) {
  const Scenario& s = *setup.scenario;
  const Training& t = s.training;
  const Model& m = *setup.model;
  TrainingPass p;
  p.hidden = m.hidden;
  p.norm = m.norm;
  p.compute = setup.bytes.compute;
  p.stream = setup.bytes.stream;
  p.autocast = setup.bytes.autocast;
  p.fused = t.kernels == LayerKernels::Fused || t.compile || setup.rules->kernels == OwnKernels::Fused;
  p.norms_in_steps = setup.rules->family_norms == FamilyNorms::InSteps && m.quirks.has(Quirk::NormsInSteps);
  p.attention_softcap = m.attention_softcap;
  p.softmax_fp32 = !m.quirks.has(Quirk::NarrowSoftmax);
  p.experts_index_pair = m.quirks.has(Quirk::IndexPairs);
  p.experts = t.experts;
  p.routed_fp32_sum = setup.rules->routed == RoutedWork::SummedInFp32;
  p.clamped_experts = m.quirks.has(Quirk::ClampedGlu) && setup.rules->routed == RoutedWork::AsTheClass;
  p.attention_dropout = t.dropout > 0;
  p.residual_dropout = t.dropout > 0 && drops_residual(m, *setup.rules);
  p.trained = setup.trains && !setup.adapters;
  p.adapters = setup.adapters && setup.trains && !setup.prompt;
  p.input_grad = setup.trains;
  p.adapter_rank = t.lora.rank;
  p.adapter_bytes = setup.trained_bytes;
  p.casts_adapters = setup.bytes.fp32_outputs && setup.trained_bytes > setup.bytes.compute;
  p.adapter_dropout = t.lora.dropout > 0;
  p.expert_adapters = p.adapters && has_expert_modules(setup);
  p.mlp_tiles = t.mlp_tiles;
  p.adapter_kernels = setup.rules->kernels == OwnKernels::Fused;
  p.float8 = t.float8 && setup.rules->float8 == Float8Copies::Kept;
  if (setup.parallelism().expert > 1) p.expert_load = static_cast<Count>(t.expert_imbalance * 1000 + 0.5);
  p.targets = t.lora.targets;
  p.gathered_inputs = setup.rules->inputs == SequenceInputs::Gathered && setup.tokens.stream_divisor > 1;
  p.gathered_adapters = setup.rules->inputs == SequenceInputs::GatheredByAdapters && setup.tokens.stream_divisor > 1;
  p.sequence = setup.sequence;
  return p;
}

/// Bitsandbytes layers that keep their inputs, and what else a framework keeps alongside a quantized base.
inline void add_quantized_inputs(const TrainingSetup& setup, const Layer& l, LayerKept& kept) {
  const FrameworkVersion& rules = *setup.rules;
  if (!setup.quantized || !setup.trains) return;
  const Count h = setup.model->hidden;
  const Count c = setup.bytes.compute;
  if (rules.base.inputs) {
    const bool all = setup.training().lora.targets.has(LoraTarget::Down);
    kept.feed_forward.stream = add(kept.feed_forward.stream, product(2, c, h));
    if (!all) kept.feed_forward.inner = add(kept.feed_forward.inner, multiply(c, l.feed_forward.width));
  }
  kept.norms.stream = add(kept.norms.stream, multiply(rules.base.extra_stream, h));
}

/// Whether anything is trained: not without layers, ranks or virtual tokens to train.
[[nodiscard]] inline bool trains_anything(const TrainingSetup& setup) {
  const Training& t = setup.training();
  if (setup.frozen()) return false;
  switch (row_of(t.method).trained) {
    case Trained::Everything: break;
    case Trained::LastLayers:
    case Trained::SomeLayers: return t.trained_layers != 0;
    case Trained::Adapters: return t.lora.rank != 0 && t.lora.targets.bits != 0;
    case Trained::VirtualTokens: return t.virtual_tokens != 0;
  }
  return true;
}

/// Formats of a quantized base that PEFT has prepared for training: what is not quantized becomes fp32, and with it the
/// residual stream and what 4-bit products return. Under 16-bit autocast TRL casts embedding and head back, and only
/// norms stay in fp32. Source: PEFT utils/other.py prepare_model_for_kbit_training; bitsandbytes Linear4bit returns its
/// input's type; TRL peft_module_casting_to_bf16; nine measured runs within 5 %.
inline void set_prepared(TrainingSetup& setup) {
  if (!setup.prepared || setup.bytes.fp32_outputs) return;
  setup.bytes.weight = setup.bytes.stream = setup.bytes.compute = 4;
}

/// What is trained and in which width.
inline void set_trained(TrainingSetup& setup) {
  const Training& t = setup.training();
  const bool frozen = setup.frozen();
  setup.prompt = row_of(t.method).trained == Trained::VirtualTokens;
  setup.adapters = frozen || setup.prompt || trains_adapters(t.method);
  setup.scalar_head = setup.role == ModelRole::ValueModel || setup.role == ModelRole::RewardModel ||
                      row_of(t.objective).scored == Scored::OneOutput;
  setup.trains = trains_anything(setup);
  setup.trained_bytes = setup.bytes.weight;
  setup.gradient_bytes = setup.bytes.gradient;
  setup.formed_bytes = setup.bytes.autocast ? setup.bytes.gradient : setup.bytes.compute;
  if (setup.adapters) {
    // Shards of frozen weights stay in the type they were loaded in: only trained ones are made fp32 (accelerate).
    if (!setup.bytes.autocast) setup.bytes.weight = std::min(setup.bytes.weight, setup.bytes.compute);
    // PEFT's virtual tokens are an fp32 embedding.
    setup.trained_bytes = setup.prompt ? 4 : row_of(t.lora.adapter_dtype).bytes;
    setup.gradient_bytes = setup.formed_bytes = setup.trained_bytes;
    if (setup.has_masters()) setup.gradient_bytes = std::max(setup.gradient_bytes, setup.bytes.gradient);
  }
}

/// How the base model is stored. QLoRA on a model in a plain format means NF4 with double quantization; so it does where
/// GGUF is chosen, which nothing quantizes to four bits while it is loaded (transformers modeling_utils.py refuses it): the
/// released weights are meant. A checkpoint that is quantized already stays what it is (transformers quantizers/auto.py,
/// merge_quantization_configs).
[[nodiscard]] inline WeightRules base_rules(const Scenario& s, const Model& model) {
  WeightRules rules = weight_rules(model, s.weights);
  const bool gguf = row_of(rules.format).family == FormatFamily::Gguf;
  if (row_of(s.training.method).base == BaseFormat::FourBit && (is_plain(rules.format) || gguf)) {
    rules.format = WeightFormat::Nf4Dq;
    rules.measured = false;  // it is quantized while it is loaded
  }
  return rules;
}

/// Ranks and groups.
inline void set_ranks(TrainingSetup& setup) {
  const Parallelism& p = setup.parallelism();
  const Count tensor = std::max<Count>(p.tensor, 1);
  setup.shard.tensor = tensor;
  setup.shard.expert = std::max<Count>(p.expert, 1);
  setup.shard.expert_tensor = p.expert <= 1 ? std::max(tensor, p.expert_tensor) : std::max<Count>(1, p.expert_tensor);
  const Count multiple = setup.rules->vocabulary_multiple;
  if (multiple > 1) setup.shard.vocabulary_multiple = multiply(multiple, tensor);
  setup.zero = std::min<Count>(p.zero, 3);
  setup.data_group = multiply(std::max<Count>(p.data, 1), std::max<Count>(p.context, 1));
  setup.dense_group =
      setup.zero == 0 ? setup.data_group : std::min(setup.data_group, p.shard_group.value_or(saturated));
  setup.dense_group = std::max<Count>(setup.dense_group, 1);
  const Count experts = multiply(setup.shard.expert, setup.shard.expert_tensor);
  const Count sharing = p.replicated_experts ? 1 : multiply(setup.dense_group, tensor) / std::max<Count>(experts, 1);
  setup.expert_group = std::max<Count>(1, sharing);
  setup.micro_batches = std::max<Count>(setup.training().accumulation, 1);
}

/// How the framework computes the loss of this model on this many ranks.
[[nodiscard]] inline LossKernel loss_kernel(const TrainingSetup& setup) {
  const LossKernel kernel = setup.rules->loss;
  const bool parallel = kernel == LossKernel::LossParallel || kernel == LossKernel::LossParallelOnce;
  if (parallel && setup.shard.tensor == 1) return LossKernel::Torch;
  if (kernel == LossKernel::CompiledToo && setup.shard.tensor > 1) return LossKernel::LossParallelOnce;
  if (kernel == LossKernel::CompiledToo && !setup.training().compile) return LossKernel::Torch;
  const bool shifts = kernel == LossKernel::TorchShifted || kernel == LossKernel::TorchShiftedHeld;
  if (shifts && setup.model->quirks.has(Quirk::OwnLoss)) return LossKernel::TorchShiftedAlone;
  return kernel;
}

inline void set_tokens(TrainingSetup& setup) {
  const Training& t = setup.training();
  const Parallelism& p = setup.parallelism();
  const Count context = std::max<Count>(p.context, 1);
  setup.sequence = setup.prompt ? add(t.sequence, t.virtual_tokens) : t.sequence;
  setup.sequences = multiply(t.micro_batch, trains_pairs(t.objective) ? 2 : 1);
  setup.tokens.tokens = ceil_divide(multiply(setup.sequences, setup.sequence), context);
  setup.tokens.stream_divisor = p.sequence_parallel ? setup.shard.tensor : 1;
  setup.tokens.attended = setup.sequence;
  const Model& m = *setup.model;
  const Count rows =
      round_up(m.head_vocabulary != 0 ? m.head_vocabulary : m.vocabulary, setup.shard.vocabulary_multiple);
  const bool scores = row_of(t.objective).scored == Scored::LogProbabilities;
  const bool logits = setup.has_logits();
  const LossKernel kernel = loss_kernel(setup);
  const bool one_row_at_a_time =
      scores && logits && kernel != LossKernel::VocabularyParallel && row_of(t.loss).whole_logits;
  const Count scored =
      generates(t.objective) ? std::min(setup.sequence, t.rollout.completion.value_or(saturated)) : setup.sequence;
  // An encoder's classes of a whole text are made from its first position.
  const bool pooled = m.output == Output::Classes || m.output == Output::States;
  setup.loss = {.tokens = pooled ? setup.sequences : ceil_divide(multiply(setup.sequences, scored), context),
                .sequences = setup.sequences,
                .vocabulary = setup.scalar_head ? 1
                              : logits          ? ceil_divide(rows, setup.shard.tensor)
                                                : std::max<Count>(m.classes, 1),
                .hidden = m.hidden,
                .compute = setup.bytes.compute,
                .chunks = t.loss_chunks,
                .loss = !logits || one_row_at_a_time ? Loss::FreedBeforeBackward : t.loss,
                .kernel = kernel,
                .linear = setup.rules->chunked,
                .chunks_of_logits = setup.rules->chunks_of_logits,
                .metrics = setup.rules->metrics,
                .head_trained = setup.head_trained(),
                .softcap = m.final_softcap && logits,
                .compiled = t.compile,
                .log_probabilities = one_row_at_a_time,
                .rescaled = generates(t.objective),
                .fp32_outputs = setup.bytes.fp32_outputs,
                .reference_beside =
                    trains_pairs(t.objective) && refers(t.objective) && t.models.reference != ReferenceModel::None};
}

/// A base whose linear layers are all quantized while it is loaded: not a checkpoint that is quantized as it is.
[[nodiscard]] inline bool quantized_while_loaded(const WeightRules& weights) {
  return row_of(weights.format).every_linear && !weights.measured && weights.covered == Covered::Matrices;
}

/// Such a base leaves its routed experts as they are.
[[nodiscard]] inline bool leaves_experts(const TrainingSetup& setup, const WeightRules& weights) {
  return setup.rules->quantized_experts == QuantizedExperts::Skipped && is_plain(setup.model->released_format) &&
         quantized_while_loaded(weights) && !setup.scenario->weights.experts &&
         setup.training().experts == ExpertKernel::GroupedMm;
}

[[nodiscard]] inline SumRules sum_rules(const TrainingSetup& setup, const WeightRules& weights) {
  const Training& t = setup.training();
  Lora lora = t.lora;
  if (setup.prompt || setup.frozen()) lora.rank = 0;
  lora.modules_to_save = setup.saved().id;
  const bool value_head =
      setup.role == ModelRole::Policy && row_of(t.objective).values && t.models.value == ValueSource::Head;
  return {.shard = setup.shard,
          .bytes = setup.bytes,
          .weights = weights,
          .quantized = setup.quantized,
          .quantizes_head = setup.rules->base.head,
          .adapters = setup.adapters,
          .dora = row_of(t.method).magnitudes,
          .fixed_input = row_of(t.method).fixed_input,
          .saved_state_width = setup.saved_state_width(),
          .adapter_inputs = setup.rules->adapter_inputs,
          .adapter_shards = setup.rules->adapter_shards,
          .separate_parts = setup.rules->projection == QkvProjection::Fused,
          .lora = lora,
          .adapter_bytes = setup.trained_bytes,
          .adapter_state_bytes = setup.adapter_state_bytes(),
          .virtual_tokens = setup.prompt && !setup.frozen() ? t.virtual_tokens : 0,
          .scalar_head = setup.scalar_head,
          .value_head = value_head,
          .expert_adapters = adapts_experts(setup) ? RoutedExperts::WithAdapters : RoutedExperts::Without,
          .one_for_experts = setup.rules->expert_adapters == ExpertAdapters::OneForAll,
          .plain_experts = leaves_experts(setup, weights),
          .quantizes_towers =
              setup.rules->quantized_towers == QuantizedTowers::AsOthers && quantized_while_loaded(weights),
          .whole_experts = setup.rules->quantized_experts == QuantizedExperts::Skipped &&
                           setup.scenario->weights.experts && t.experts == ExpertKernel::GroupedMm,
          .tower = t.vision_tower,
          .optimizer = t.optimizer,
          .optimizer_rank = t.optimizer_rank};
}

/// What selective recomputation leaves of a layer. Frozen layers can keep less than every second product: then
/// nothing is gained, and nothing is recomputed.
inline void set_selective(const TrainingSetup& setup, const TrainingPass& pass, LayerSetup& kind) {
  kind.selective = kind.kept;
  kind.selective.mixer.scores = 0;
  kind.first.mixer.scores = 0;
  if (setup.rules->selective == SelectiveKind::CoreAttention || !kind.local.attends()) return;
  const bool list = setup.rules->selective == SelectiveKind::SavedOperations;
  const Kept products =
      list ? saved_operations(pass, kind.local, setup.training().compile) : every_second_matmul(pass, kind.local);
  if (bytes_of(products, setup.tokens) >= bytes_of(kind.first.total(), setup.tokens)) return;
  kind.selective = {};
  kind.selective.mixer = products;
  kind.first = kind.selective;
}

/// What every kind of layer keeps.
inline void set_kinds(TrainingSetup& setup) {
  TrainingPass pass = pass_of(setup);
  const bool dora = row_of(setup.training().method).magnitudes;
  setup.kinds.reserve(setup.model->kinds.size());
  for (std::size_t k = 0; k < setup.model->kinds.size(); ++k) {
    LayerSetup kind;
    set_attention(setup, setup.model->kinds[k], pass);
    TrainingPass first = pass;
    first.input_grad = setup.prompt;
    kind.pass = pass;
    kind.local = local_layer(setup.model->kinds[k], setup.shard, *setup.rules);
    kind.kept = activations::layer(pass, kind.local, dora);
    if (setup.trains_some_layers()) {
      TrainingPass frozen = pass;
      frozen.trained = false;
      kind.passing = activations::layer(frozen, kind.local, dora);
    }
    kind.first = pass.trained ? kind.kept : activations::layer(first, kind.local, dora);
    add_quantized_inputs(setup, kind.local, kind.kept);
    add_quantized_inputs(setup, kind.local, kind.first);
    if (setup.training().recompute == RecomputeKind::Selective) set_selective(setup, pass, kind);
    const GroupSums& sums = setup.sums.kinds[k];
    const LayerGradients gradients{sums.trained.total(), sums.last_projection,
                                   sums.expert_inner,    sums.first_projections,
                                   setup.formed_bytes,   setup.accumulates() && !setup.reduces_gradients()};
    kind.highest = highest(layer_moments(pass, kind.local, kind.kept, setup.tokens, gradients), setup.gradient_bytes);
    setup.kinds.push_back(kind);
  }
}

/// Works out a run of one model in its role. The scenario and the model must outlive the setup.
[[nodiscard]] inline TrainingSetup training_setup(const Scenario& s, const Model& model, ModelRole role) {
  TrainingSetup setup;
  setup.scenario = &s;
  setup.role = role;
  setup.model = &model;
  setup.rules = &s.training.rules();
  setup.bytes = recipe_bytes(s.training);
  const WeightRules rules = base_rules(s, model);
  setup.quantized =
      (trains_adapters(s.training.method) || row_of(s.training.method).trained == Trained::VirtualTokens) &&
      !is_plain(rules.format) && rules.format != WeightFormat::Gguf;
  set_trained(setup);
  set_ranks(setup);
  // TRL leaves a base whose weights are loaded as shards as it is. Source: TRL 0.13 sft_trainer.py (is_sharded_qlora).
  const bool prepares = setup.rules->usual.kbit_preparation && !setup.gathers();
  setup.prepared = setup.quantized && s.training.kbit_preparation.value_or(prepares);
  set_prepared(setup);
  set_tokens(setup);
  setup.sums = training_sums(model, sum_rules(setup, rules));
  set_kinds(setup);
  return setup;
}

/// Works out a run with all its models. The scenario must outlive the setup.
[[nodiscard]] inline TrainingSetup training_setup(const Scenario& s) {
  TrainingSetup setup = training_setup(s, *s.model, ModelRole::Policy);
  const Parallelism& p = s.parallelism;
  setup.fixed_overhead = torch_overhead(s, {p.tensor, setup.data_group, p.context, p.pipeline, p.expert});
  const Training& t = s.training;
  const OtherModels& others = t.models;
  const auto add = [&](Part part, const ModelPtr& model, ModelRole role) {
    setup.companions.push_back({part, training_setup(s, model ? *model : *s.model, role)});
  };
  const bool copies =
      others.reference == ReferenceModel::Copy || (others.reference == ReferenceModel::Automatic && !setup.adapters);
  if (refers(t.objective) && copies) add(Part::ReferenceModel, nullptr, ModelRole::Frozen);
  if (generates(t.objective) && others.reward == RewardSource::Model) {
    add(Part::RewardModel, others.reward_model, ModelRole::RewardModel);
  }
  if (row_of(t.objective).values && others.value == ValueSource::Model) {
    add(Part::ValueModel, others.value_model, ModelRole::ValueModel);
  }
  setup.engine = generation_engine(s);
  return setup;
}

}  // namespace llmcalc::training
