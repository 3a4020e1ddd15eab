#pragma once
// Weights and their copies, gradients, optimizer states and the step of a pipeline stage.
//
// ZeRO and FSDP divide over the ranks that hold the same data-parallel shard (data x context parallel; experts over
// the ranks that hold the same experts): stage 1 master weights and states, stage 2 gradients too, stage 3 weights
// too. Offloaded states are not on the device: estimate.hpp lists them under the host.
//
// Under autocast every linear layer works on a 16-bit copy of its matrix: autograd keeps it until the layer's backward
// pass, unless the layer is computed again; until the forward pass ends autocast's cache holds all of them, the biases'
// too. Frozen layers whose input needs no gradient keep none. Source: PyTorch 2.14 saved-tensor hooks under autocast,
// exact (11 runs).

#include <llmcalc/training/setup.hpp>
#include <llmcalc/training/sink.hpp>
#include <llmcalc/training/stage.hpp>

#include <algorithm>
#include <string_view>

namespace llmcalc::training {

/// Ranks over which an amount is divided from this ZeRO stage on.
struct Divisors {
  Count dense = 1;
  Count expert = 1;
};
[[nodiscard]] constexpr Divisors divisors(const TrainingSetup& setup, Count from_stage) {
  if (setup.zero < from_stage) return {};
  return {setup.dense_group, setup.expert_group};
}

/// Elements of a width, divided over ranks.
inline void put_elements(Part part, std::string_view what, const DenseExpert& n, Count bytes, const Divisors& over,
                         Sink& sink) {
  if (n.dense != 0) sink.put(part, summand("", {{what, n.dense}, {"bytes", bytes}}, {1, 1}, over.dense));
  if (n.expert != 0) sink.put(part, summand("experts", {{what, n.expert}, {"bytes", bytes}}, {1, 1}, over.expert));
}

/// Amounts in bytes, divided over ranks.
inline void put_bytes(Part part, std::string_view label, const DenseExpert& n, const Divisors& over, Sink& sink) {
  if (n.dense != 0) sink.put(part, summand(label, {{"bytes", n.dense}}, {1, 1}, over.dense));
  if (n.expert != 0) sink.put(part, summand(label, {{"bytes of experts", n.expert}}, {1, 1}, over.expert));
}

/// Optimizer states of n parameters: whole states of `width` bytes per parameter, and what is over (step counters,
/// scales, factored tensors).
inline void put_state_bytes(std::string_view label, std::string_view what, Count n, Count bytes, Count width,
                            Count ranks, Sink& sink) {
  const Count each = n == 0 ? 0 : bytes / n;
  const Count rest = bytes - each * n;
  if (each != 0 && each % width == 0) {
    const Block block{1, static_cast<std::uint32_t>(width)};
    sink.put(Part::OptimizerStates, summand(label, {{what, n}, {"states", each / width}}, block, ranks));
  } else if (each != 0) {
    sink.put(Part::OptimizerStates, summand(label, {{what, n}, {"bytes", each}}, {1, 1}, ranks));
  }
  if (rest == 0) return;
  const std::string_view rest_label = each != 0 ? "counters, scales and small tensors" : label;
  sink.put(Part::OptimizerStates, summand(rest_label, {{"bytes", rest}}, {1, 1}, ranks));
}

/// True when the weights live in host memory and are brought layer by layer.
[[nodiscard]] inline bool offloads_parameters(const TrainingSetup& setup) {
  return row_of(setup.training().offload).parameters;
}
/// True when states and master weights live in host memory.
[[nodiscard]] inline bool offloads_states(const TrainingSetup& setup) {
  return row_of(setup.training().offload).states;
}

/// Copies of the weights a rank holds: two directions of DualPipe.
[[nodiscard]] inline Count weight_copies(const TrainingSetup& setup) {
  return setup.parallelism().pipeline > 1 ? row_of(setup.parallelism().schedule).weight_copies : 1;
}

/// Elements of the linear matrices inside the stage's layers.
[[nodiscard]] inline DenseExpert layer_linear_weights(const TrainingSetup& setup, const TrainingStage& s) {
  DenseExpert sum;
  for (std::size_t k = 0; k < setup.kinds.size(); ++k) {
    const GroupSums& one = setup.sums.kinds[k];
    const Count experts = std::min(one.parameters.expert, one.linear_weights);
    sum += s.share.layers_of_kind[k] * DenseExpert{one.linear_weights - experts, experts};
  }
  return sum;
}

/// Takes the linear weights that are stored in 8 bits only out of the weights.
inline void subtract_float8_weights(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const DenseExpert n = layer_linear_weights(setup, s);
  const Divisors over = divisors(setup, 3);
  const auto take = [&](Count elements, Count ranks) {
    if (elements == 0) return;
    Summand stored =
        summand("stored in 8 bits only",
                {{"copies", weight_copies(setup)}, {"linear weights", elements}, {"bytes", setup.bytes.weight}},
                {1, 1}, ranks);
    stored.negative = true;
    sink.put(Part::Weights, stored);
  };
  take(n.dense, over.dense);
  take(n.expert, over.expert);
}

/// The base model, wherever it is.
inline void put_base(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const Divisors over = divisors(setup, 3);
  const Count copies = weight_copies(setup);
  const Count width = setup.bytes.weight;
  const DenseExpert& n = s.all.parameters;
  const DenseExpert& b = s.all.base_bytes;
  if (b.dense == multiply(n.dense, width) && b.expert == multiply(n.expert, width)) {
    put_elements(Part::Weights, "parameters", copies * n, width, over, sink);
  } else {
    put_bytes(Part::Weights, "quantized base, rest in 16 or 32 bits", copies * b, over, sink);
  }
  if (setup.only_float8()) subtract_float8_weights(setup, s, sink);
}

/// Live bytes while a base is quantized, in per mille of all weights in 16 bits. Reserved were 884 for Qwen2.5 7B
/// (transformers pull request 44576) and 940 for Qwen3.5 27B (Axolotl's example with transformers 5.3): 853 and 900 without
/// the allocator's share.
inline constexpr Count loaded_before_quantized = 880;

/// What waits to be quantized, beyond the quantized base itself.
inline void put_waiting(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!setup.quantized || setup.rules->loading != QuantizedLoading::WholeFirst || setup.gathers()) return;
  const WeightRules weights = base_rules(*setup.scenario, *setup.model);
  if (!row_of(weights.format).every_linear || !is_plain(setup.model->released_format)) return;
  // A tool that quantizes experts does so as each is loaded (Axolotl monkeypatch/moe_quant.py).
  const bool apart = setup.scenario->weights.experts.has_value();
  const Count parameters = apart ? s.all.parameters.dense : s.all.parameters.total();
  const Count stored = apart ? s.all.base_bytes.dense : s.all.base_bytes.total();
  const Bytes whole = scale(Bytes{multiply(2, parameters)}, loaded_before_quantized, 1000);
  sink.put(Part::Transient, amount("16-bit matrices that wait to be quantized", whole - Bytes{stored}));
}

/// Megatron's data parallelism with a sharded optimizer moves the weights into a buffer: while it does they are there
/// twice, beside the buffer of their gradients. Dense weights come first, experts after them. Source: Megatron-Core 0.13
/// distributed/param_and_grad_buffer.py (_ParamAndGradBuffer), distributed_data_parallel.py. Not counted: weights that are
/// stored in 8 bits only, whose copies stay where they are.
inline void put_moving_weights(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const bool moves = setup.rules->weights == WeightBuffers::Moved && setup.zero != 0 && setup.trains;
  if (!moves || offloads_parameters(setup) || setup.only_float8()) return;
  const DenseExpert& n = s.trained_elements;
  const Count width = setup.adapters ? setup.trained_bytes : setup.bytes.weight;
  const Count both = add(width, setup.gradient_bytes);
  const bool experts_last =
      add(multiply(n.dense, setup.gradient_bytes), multiply(n.expert, both)) >= multiply(n.dense, both);
  put_elements(Part::Gradients, "trained parameters", {n.dense, experts_last ? n.expert : 0}, setup.gradient_bytes,
               divisors(setup, 2), sink);
  put_elements(Part::Transient, "weights as they were built, which move into a buffer",
               experts_last ? DenseExpert{0, n.expert} : DenseExpert{n.dense, 0}, width, {}, sink);
}

/// The base model and its adapters on the device.
inline void put_weights(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!offloads_parameters(setup)) put_base(setup, s, sink);
  if (s.all.adapters != 0) {
    sink.put(Part::Adapters, summand("", {{"adapter parameters", s.all.adapters}, {"bytes", setup.trained_bytes}},
                                     {1, 1}, setup.zero >= 3 ? setup.dense_group : 1));
  }
  if (s.all.saved != 0) {
    sink.put(Part::Adapters,
             summand("whole matrices, as copies", {{"parameters", s.all.saved}, {"bytes", setup.bytes.weight}},
                     {1, 1}, setup.zero >= 3 ? setup.dense_group : 1));
  }
}

/// Master weights and optimizer states, wherever they are.
inline void put_all_states(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const Divisors over = divisors(setup, 1);
  if (setup.has_masters()) {
    put_elements(Part::MasterWeights, "trained parameters", s.trained_elements, setup.bytes.master, over, sink);
  }
  const std::string_view label = label_of(setup.training().optimizer);
  const Count width = setup.state_width();
  const DenseExpert& n = s.trained_elements;
  put_state_bytes(label, "trained parameters", n.dense, s.state_bytes.dense, width, over.dense, sink);
  put_state_bytes(label, "parameters of experts", n.expert, s.state_bytes.expert, width, over.expert, sink);
  if (s.all.saved == 0) return;
  const bool masters = setup.bytes.master != 0 && setup.bytes.weight < setup.bytes.master;
  if (masters) put_elements(Part::MasterWeights, "whole matrices", {s.all.saved, 0}, setup.bytes.master, over, sink);
  put_state_bytes("whole matrices", "parameters", s.all.saved, s.all.saved_state_bytes,
                  std::max<Count>(1, setup.saved_state_width()), over.dense, sink);
}

/// Master weights and optimizer states on the device.
inline void put_states(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!offloads_states(setup)) put_all_states(setup, s, sink);
}

/// A running average of the trained weights, in the type the optimizer updates; sharded where weights are.
inline void put_average(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!setup.training().ema || setup.role != ModelRole::Policy) return;
  const Count width = setup.adapters ? setup.trained_bytes : setup.bytes.stepped();
  put_elements(Part::EmaWeights, "trained parameters", s.trained_elements, width, divisors(setup, 3), sink);
}

/// Gradients of whole matrices that are trained alongside adapters.
inline void put_saved_gradients(const TrainingSetup& setup, Count elements, Sink& sink) {
  put_elements(Part::Gradients, "whole matrices", {elements, 0}, std::max(setup.bytes.weight, setup.bytes.gradient),
               divisors(setup, 2), sink);
}

/// Whether the last micro-batch's gradients are still being made, or are reduced for the step.
enum class GradientsAt : std::uint8_t { Backward, Step };

/// All gradients of the stage, or the largest one when the optimizer steps inside the backward pass.
inline void put_gradients(const TrainingSetup& setup, const TrainingStage& s, GradientsAt at, Sink& sink) {
  if (s.all.saved != 0) put_saved_gradients(setup, s.all.saved, sink);
  if (s.trained_elements.total() == 0) return;
  if (setup.training().steps_in_backward()) {
    sink.put(Part::Gradients,
             summand("largest tensor", {{"parameters", s.all.largest}, {"bytes", setup.gradient_bytes}}));
    return;
  }
  if (setup.accumulates_whole() && at == GradientsAt::Backward) {
    // They become shards in the last micro-batch, layer by layer.
    return put_elements(Part::Gradients, "trained parameters, not reduced yet", s.trained_elements,
                        setup.formed_bytes, {}, sink);
  }
  put_elements(Part::Gradients, "trained parameters", s.trained_elements, setup.gradient_bytes, divisors(setup, 2),
               sink);
}

/// Gradients that are there before the backward pass: accumulated ones, and the head's when the loss makes it.
inline void put_early_gradients(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (setup.accumulates() && !setup.training().steps_in_backward()) {
    put_gradients(setup, s, GradientsAt::Backward, sink);
    return;
  }
  if (s.share.last && row_of(setup.loss.loss).makes_gradients && setup.head_trained()) {
    sink.put(Part::Gradients, summand("output head, made by the fused loss", {{"vocabulary", setup.loss.vocabulary},
                                                                              {"hidden", setup.model->hidden},
                                                                              {"bytes", setup.formed_bytes}}));
  }
}

/// Elements of the output matrix's gradient on this stage: the head, or the tied embedding.
[[nodiscard]] inline Count head_gradient(const TrainingSetup& setup, const TrainingStage& s) {
  if (!s.share.last || !setup.trains_outer()) return 0;
  if (setup.adapters) return setup.sums.head.trained.total();
  return add(setup.tied_head() ? setup.sums.embedding.trained.total() : setup.sums.head.trained.total(),
             setup.sums.final_norm.trained.total());
}

/// Elements of the embedding's gradient on this stage.
[[nodiscard]] inline Count embedding_gradient(const TrainingSetup& setup, const TrainingStage& s) {
  if (!s.share.first || setup.adapters || !setup.trains_outer()) return 0;
  return setup.sums.embedding.trained.total();
}

/// Gradients that exist while a layer runs backward.
inline void put_gradients_inside(const TrainingSetup& setup, const TrainingStage& s, bool last,
                                 const LayerMoment& moment, Sink& sink) {
  const Count head = head_gradient(setup, s);
  const bool sharded = setup.zero >= 2 && setup.dense_group > 1;
  const Count width = sharded ? setup.formed_bytes : setup.gradient_bytes;
  // A head that is a group of its own is being reduced (communication.hpp), or has been.
  const bool apart = sharded && setup.root_apart();
  const auto put = [&](std::string_view label, Count n, Count bytes, Count over) {
    if (n != 0) sink.put(Part::Gradients, summand(label, {{"parameters", n}, {"bytes", bytes}}, {1, 1}, over));
  };
  if (setup.training().steps_in_backward() || setup.accumulates()) {
    put_gradients(setup, s, GradientsAt::Backward, sink);
    // Shards hold what was added up so far; what this micro-batch adds is whole until it is reduced.
    if (setup.reduces_gradients() && !setup.training().steps_in_backward()) {
      if (!apart) put("output head and final norm", head, width, 1);
      put("this layer so far", moment.gradients, width, 1);
    }
    // A tied head's new gradient waits for the embedding's before it is added.
    const Count table = setup.tied_head() && s.share.last ? embedding_gradient(setup, s) : 0;
    if (setup.micro_batches > 1 && table != 0) {
      sink.put(Part::Transient,
               summand("tied head's new gradient", {{"parameters", table}, {"bytes", setup.formed_bytes}}));
    }
    return;
  }
  if (setup.saved().head && s.share.last && setup.sums.head.saved != 0)
    put_saved_gradients(setup, setup.sums.head.saved, sink);
  if (!apart) put("output head and final norm", head, width, 1);
  if (apart && !last) put("output head and final norm", head, setup.gradient_bytes, setup.dense_group);
  put("this layer so far", moment.gradients, width, 1);
  if (last) return;
  const DenseExpert& layer = setup.sums.kinds[s.highest].trained;
  DenseExpert done = s.trained_elements;
  // Of adapters the head's alone stands outside of the layers; it is the head's line above.
  const Count root = setup.adapters ? head : s.root.trained.total();
  done.dense = subtract(done.dense, s.share.last ? root : embedding_gradient(setup, s));
  // Under sharding the layer above is still being reduced (communication.hpp), unless no other rank has its experts.
  const bool own = setup.expert_group <= 1;
  done.dense = subtract(done.dense, sharded ? multiply(2, layer.dense) : layer.dense);
  done.expert = subtract(done.expert, sharded && !own ? multiply(2, layer.expert) : layer.expert);
  put("layers above", done.dense, setup.gradient_bytes, sharded ? setup.dense_group : 1);
  put("experts of the layers above", done.expert, setup.gradient_bytes, sharded ? setup.expert_group : 1);
}

/// The embedding's backward pass, the last of all.
inline void put_embedding_backward(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const Count table = embedding_gradient(setup, s);
  // With shards that gradient is gone when the root group is reduced, which is the higher moment.
  if (table == 0 || setup.training().steps_in_backward() || setup.gathers()) return;
  const bool shared = setup.tied_head() && s.share.last;
  if (shared) {
    const Count copies = setup.micro_batches > 1 ? 3 : 2;
    sink.put(Part::Transient, summand("tied embedding: both gradients and their sum",
                                      {{"copies", copies}, {"parameters", table}, {"bytes", setup.formed_bytes}}));
    return;
  }
  sink.put(Part::Transient,
           summand("gradient of the embedding's output",
                   {{"tokens", setup.tokens.tokens}, {"hidden", setup.model->hidden}, {"bytes", setup.bytes.stream}},
                   {1, 1}, setup.tokens.stream_divisor));
}

/// The fp32 gradients that a step works on: of a group of parameters in ZeRO 3, of the rank's whole share before.
/// Source: DeepSpeed stage3.py _prepare_sub_group, stage_1_and_2.py step.
[[nodiscard]] inline Summand stepped_group(const TrainingSetup& setup, const TrainingStage& s) {
  if (setup.rules->step != StepGradients::Fp32PerGroup || !setup.has_masters()) return {};
  const Count share = ceil_divide(s.trained_elements.total(), divisors(setup, 1).dense);
  const Count group = setup.zero >= 3 ? row_of(setup.training().framework).limits.group : saturated;
  return summand("fp32 gradients of the parameters stepped at once",
                 {{"parameters", std::min(share, group)}, {"bytes", 4}});
}

/// fp32 copies of narrow states while they are stepped: of everything dense or of all experts, which are optimizers of
/// their own and step one after the other. Source: Transformer Engine optimizers/fused_adam.py step (copies of a whole
/// group of parameters); Megatron-Core optimizer/__init__.py (ChainedOptimizer).
inline void put_state_copies(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const NarrowStates narrow = setup.rules->narrow_states;
  const StateFormat format = setup.training().state_format;
  const bool scaled = format == StateFormat::Fp16 || format == StateFormat::Fp8;
  const Count width = setup.state_width();
  if (offloads_states(setup) || width >= 4) return;
  if (narrow != NarrowStates::AllInFp32 && !(narrow == NarrowStates::ScaledInFp32 && scaled)) return;
  const Divisors over = divisors(setup, 1);
  const auto copies = [&](Count elements, Count bytes, Count ranks) {
    const Count states = elements == 0 ? 0 : bytes / elements / width;
    return summand("fp32 copies of the states", {{"parameters", elements}, {"states", states}, {"bytes", 4}}, {1, 1},
                   ranks);
  };
  const Summand dense = copies(s.trained_elements.dense, s.state_bytes.dense, over.dense);
  const Summand experts = copies(s.trained_elements.expert, s.state_bytes.expert, over.expert);
  sink.put(Part::Transient, dense.result >= experts.result ? dense : experts);
}

/// Temporaries of the optimizer's step.
inline void put_step(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (const Summand group = stepped_group(setup, s); group.result.count != 0) sink.put(Part::Transient, group);
  put_state_copies(setup, s, sink);
  const OptimizerRow& optimizer = row_of(setup.training().optimizer);
  const bool in_place = setup.rules->adam == AdamKernel::Fused && optimizer.fused == FusedStep::InPlace;
  if (in_place || offloads_states(setup)) return;
  const Count bytes = setup.adapters && !setup.has_masters() ? setup.trained_bytes : setup.bytes.stepped();
  const StepTemporary& t = optimizer.step;
  const Count copies = bytes == 4 ? t.largest : t.largest_narrow;
  if (copies != 0) {
    sink.put(Part::Transient,
             summand("step, largest tensor", {{"copies", copies},
                                              {"parameters", s.all.largest},
                                              {"bytes", t.largest_bytes != 0 ? t.largest_bytes : bytes}}));
  }
  if (t.tenths_of_all == 0) return;
  const Divisors over = divisors(setup, 1);
  DenseExpert n = s.trained_elements;
  if (setup.training().steps_in_backward()) n = {s.all.largest, 0};
  const auto put = [&](std::string_view label, Count elements, Count ranks) {
    if (elements == 0) return;
    Summand part = summand(label, {{"parameters", elements}, {"bytes", bytes}}, {1, 1}, ranks);
    part.result = scale(part.result, t.tenths_of_all, 10);
    if (t.tenths_of_all != 10) part = amount(label, part.result);
    sink.put(Part::Transient, part);
  };
  put("step, temporary copy", n.dense, over.dense);
  put("step, temporary copy of experts", n.expert, over.expert);
}

/// 16-bit copies of the matrices under autocast: elements that autograd keeps.
struct Casts {
  Count layers = 0;  ///< of all layers on the stage
  Count kept = 0;    ///< of the layers that are not computed again
  Count head = 0;
  Count unsaved = 0;  ///< cached until the forward pass ends, but not kept
};
[[nodiscard]] inline Casts weight_casts(const TrainingSetup& setup, const TrainingStage& s) {
  Casts c;
  if (!setup.bytes.autocast || !setup.trains) return c;
  for (std::size_t k = 0; k < setup.kinds.size(); ++k) {
    const GroupSums& one = setup.sums.kinds[k];
    c.layers = add(c.layers, multiply(s.trained[k], one.linear_weights));
    c.kept = add(c.kept, multiply(s.trained[k] - s.recomputed[k], one.linear_weights));
    if (!setup.adapters) c.unsaved = add(c.unsaved, multiply(s.trained[k], one.linear_biases));
  }
  if (s.starts && setup.adapters && !setup.model->layers.empty()) {
    const GroupSums& first = setup.sums.kinds[setup.model->layers.front()];
    const Count unread = add(first.first_projections, first.adapter_inputs);
    c.layers = subtract(c.layers, unread);
    if (!s.recomputes_first) c.kept = subtract(c.kept, unread);
    c.unsaved = add(c.unsaved, first.adapter_inputs);
  }
  if (s.share.last) {
    c.head = setup.tied_head() ? setup.sums.embedding.parameters.total() : setup.sums.head.linear_weights;
  }
  return c;
}

inline void put_casts(std::string_view label, Count elements, Part part, Sink& sink) {
  if (elements != 0) sink.put(part, summand(label, {{"weights", elements}}, {1, 2}));
}

/// At the end of the forward pass autocast's cache still holds all copies.
inline void put_forward_casts(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const Casts c = weight_casts(setup, s);
  put_casts("layers", setup.adapters ? c.kept : c.layers, Part::WeightCasts, sink);
  put_casts("head", c.head, Part::WeightCasts, sink);
  put_casts("copies that autocast caches", c.unsaved, Part::Transient, sink);
}

/// What autograd keeps of them.
inline void put_saved_casts(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const Casts c = weight_casts(setup, s);
  put_casts("layers", c.kept, Part::WeightCasts, sink);
  put_casts("head", c.head, Part::WeightCasts, sink);
}

/// 8-bit copies of the layers' linear weights that Transformer Engine keeps alongside the 16-bit ones: along rows and,
/// transposed, along columns. Scales: one of 4 bytes for 128 x 128 numbers, or one byte for 32.
inline void put_float8_weights(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!setup.float8()) return;
  const DenseExpert n = layer_linear_weights(setup, s);
  const Divisors over = divisors(setup, 3);
  const auto put = [&](Count elements, Count ranks) {
    if (elements == 0) return;
    sink.put(Part::WeightCasts, summand("8-bit, by row and by column", {{"weights", elements}, {"copies", 2}},
                                        row_of(setup.training().float8_recipe).block, ranks));
  };
  put(n.dense, over.dense);
  put(n.expert, over.expert);
}

/// Inside the backward pass: the layers below and this one, whose down projection is done.
inline void put_layer_casts(const TrainingSetup& setup, const TrainingStage& s, bool last, Sink& sink) {
  const Casts c = weight_casts(setup, s);
  if (c.layers == 0) return;
  const GroupSums& one = setup.sums.kinds[s.highest];
  const Count own = std::min(c.layers, one.linear_weights);
  const Count all = !last ? own : add(c.kept, s.recomputes_last ? own : 0);
  put_casts("layers", subtract(all, one.last_projection), Part::WeightCasts, sink);
}

}  // namespace llmcalc::training
