#pragma once
// Activations of a pipeline stage: what layers keep, what stands outside of them, logits and loss; and what is held for
// a moment in addition: rotary tables and masks of layers that are computed again, matrices of a quantized base while
// they are used.

#include <llmcalc/memory/activations/layer.hpp>
#include <llmcalc/memory/recompute.hpp>
#include <llmcalc/training/setup.hpp>
#include <llmcalc/training/sink.hpp>
#include <llmcalc/training/stage.hpp>
#include <llmcalc/training/towers.hpp>

#include <algorithm>
#include <string_view>

namespace llmcalc::training {

/// Layers between two kept inputs.
[[nodiscard]] inline Count recompute_span(const TrainingSetup& setup) {
  return setup.training().recompute == RecomputeKind::EveryN ? std::max<Count>(1, setup.training().recompute_every)
                                                             : 1;
}

/// `n` layers that keep `kept`, in `flight` micro-batches.
inline void put_layers(const TrainingSetup& setup, Part part, std::string_view label, Count n, const InFlight& flight,
                       const Kept& kept, Sink& sink) {
  if (n == 0) return;
  const TokenCounts& t = setup.tokens;
  const Count layers = multiply(n, flight.count);
  const auto put = [&](std::string_view what, Count bytes, Count divisor) {
    if (bytes == 0) return;
    if (flight.count == 1) {
      sink.put(part, summand(what, {{"layers", n}, {"tokens", t.tokens}, {"bytes", bytes}}, {1, 1}, divisor));
    } else {
      sink.put(part,
               summand(what, {{"layers", n}, {"in flight", flight.count}, {"tokens", t.tokens}, {"bytes", bytes}},
                       {1, 1}, multiply(divisor, flight.divisor)));
    }
  };
  if (t.stream_divisor == 1) {
    put(label, add(kept.stream, kept.inner), 1);
  } else {
    put(label, kept.stream, t.stream_divisor);
    put(label, kept.inner, 1);
  }
  if (kept.scores != 0) {
    sink.put(part,
             summand("scores and masks",
                     {{"layers", layers}, {"tokens", t.tokens}, {"positions", t.attended}, {"bytes", kept.scores}},
                     {1, 1}, flight.divisor));
  }
  if (kept.fixed != 0) {
    sink.put(part, summand("constants of every layer", {{"layers", layers}, {"bytes", kept.fixed}}, {1, 1},
                           flight.divisor));
  }
}

/// All blocks of `n` layers of a kind.
inline void put_blocks(const TrainingSetup& setup, Part part, Count n, const InFlight& flight, const LayerKept& kept,
                       Sink& sink) {
  put_layers(setup, part, "norms", n, flight, kept.norms, sink);
  put_layers(setup, part, "attention and other mixers", n, flight, kept.mixer, sink);
  put_layers(setup, part, "feed-forward", n, flight, kept.feed_forward, sink);
  put_layers(setup, part, "adapters", n, flight, kept.adapters, sink);
}

/// An amount that grows with the tokens, as a product where it is one.
inline void put_per_token(const TrainingSetup& setup, Part part, std::string_view label, Bytes bytes, Sink& sink) {
  const Count tokens = setup.tokens.tokens;
  if (tokens == 0 || bytes.count % tokens != 0) return sink.put(part, amount(label, bytes));
  sink.put(part, summand(label, {{"tokens", tokens}, {"bytes", bytes.count / tokens}}));
}

/// Rotary tables in bytes: cosines and sines for every position, shared by the layers that rotate alike.
[[nodiscard]] inline Bytes rotary_tables(const TrainingSetup& setup, const TrainingStage& s) {
  Bytes sum;
  const bool by_window = setup.model->norm == NormKind::RmsPlusOne;
  for (std::size_t k = 0; k < setup.kinds.size(); ++k) {
    if (s.trained[k] == 0) continue;
    const AttentionShape& a = setup.kinds[k].local.attention;
    const bool latent = setup.kinds[k].local.mixer == Mixer::LatentAttention;
    const Count width = latent ? a.rope_head_dim : a.rotary_dim;
    bool seen = false;
    for (std::size_t j = 0; j < k; ++j) {
      const AttentionShape& b = setup.kinds[j].local.attention;
      const bool split = by_window && a.qk_norm != QkNorm::None && (a.window == 0) != (b.window == 0);
      seen = seen || (s.trained[j] != 0 && b.rotary_dim == a.rotary_dim && !split);
    }
    if (!seen && setup.kinds[k].local.attends()) {
      sum += Bytes{product(2, width, setup.sequence, setup.bytes.stream)};
    }
  }
  return sum;
}

/// The same as a product over the positions.
[[nodiscard]] inline Summand rotary_summand(const TrainingSetup& setup, const TrainingStage& s) {
  const Count each = setup.sequence == 0 ? 0 : rotary_tables(setup, s).count / setup.sequence;
  return summand("rotary tables", {{"positions", setup.sequence}, {"bytes", each}});
}

/// Layers whose activations stay on the device when the others' are in host memory: the one that computes and the one
/// that is moved. Source: torchtune activation offloading with its own stream.
inline constexpr Count resident_layers = 2;

/// Everything the stage's layers keep, in every micro-batch in flight; of `limit` layers at most.
inline void put_kept(const TrainingSetup& setup, const TrainingStage& s, Sink& sink, Count limit) {
  if (!setup.trains) return;
  Count left = limit;
  for (std::size_t k = 0; k < setup.kinds.size(); ++k) {
    const Count n = std::min(s.trained[k], left);
    left -= n;
    if (n == 0) continue;
    const LayerSetup& kind = setup.kinds[k];
    const LayerKept& kept = setup.training().recompute == RecomputeKind::Selective ? kind.selective : kind.kept;
    const Count again = std::min(n, s.recomputed[k]);
    put_layers(setup, Part::Activations, "layer inputs", ceil_divide(again, recompute_span(setup)), s.flight,
               layer_input(kind.pass), sink);
    Count whole = n - again;
    if (whole == 0) continue;
    if (setup.trains_some_layers()) {
      const Count passing = subtract(whole, s.updated[k]);
      const bool less = bytes_of(kept.total(), setup.tokens) < bytes_of(kind.passing.total(), setup.tokens);
      put_blocks(setup, Part::Activations, passing, s.flight, less ? kept : kind.passing, sink);
      whole -= passing;
    }
    if (s.starts && !s.recomputes_first && setup.model->layers.front() == k && !kind.pass.trained) {
      put_blocks(setup, Part::Activations, whole - 1, s.flight, kept, sink);
      put_blocks(setup, Part::Activations, 1, s.flight, kind.first, sink);
    } else {
      put_blocks(setup, Part::Activations, whole, s.flight, kept, sink);
    }
  }
}

/// The same, of the layers whose activations are on the device, and of towers.
inline void put_kept(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  put_towers(setup, s, sink);
  put_kept(setup, s, sink, row_of(setup.training().offload).activations ? resident_layers : saturated);
}

/// What is kept outside of the layers: rotary tables, positions, embedding dropout, final norm, the head's input.
inline void put_outside(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!setup.trains || setup.kinds.empty()) return;
  const Model& m = *setup.model;
  const Training& t = setup.training();
  const Count tokens = setup.tokens.tokens;
  const Count divisor = setup.tokens.stream_divisor;
  if (!s.recomputes_all()) sink.put(Part::Activations, rotary_summand(setup, s));
  const bool head_trained = setup.head_trained();
  const TrainingPass& pass = setup.kinds.front().pass;
  if (s.share.first && m.positions == Positions::Learned && head_trained) {
    sink.put(Part::Activations, summand("position numbers", {{"sequence", setup.sequence}, {"bytes", 8}}));
  }
  if (s.share.first && m.embedding_norm && head_trained) {
    sink.put(
        Part::Activations,
        summand("embedding norm",
                {{"in flight", s.flight.count}, {"tokens", tokens}, {"bytes", activations::stream_norm(pass).stream}},
                {1, 1}, multiply(divisor, s.flight.divisor)));
  }
  if (s.share.first && pass.residual_dropout && head_trained && !m.quirks.has(Quirk::KeepsEmbedding)) {
    sink.put(Part::Activations,
             summand("embedding dropout", {{"in flight", s.flight.count}, {"tokens", tokens}, {"hidden", m.hidden}},
                     {1, 1}, multiply(divisor, s.flight.divisor)));
  }
  if (!s.share.last) return;
  if (m.final_norm) {
    const Kept norm = activations::stream_norm(pass);
    sink.put(Part::Activations, summand("final norm", {{"tokens", tokens}, {"bytes", norm.stream}}, {1, 1}, divisor));
    if (norm.fixed != 0) sink.put(Part::Activations, summand("final norm's weight in fp32", {{"bytes", norm.fixed}}));
  }
  const bool head_adapter = trains_adapters(t.method) && t.lora.targets.has(LoraTarget::Head) && setup.has_logits();
  if ((head_trained || head_adapter) && !row_of(setup.loss.loss).makes_gradients) {
    const Count bytes = head_adapter ? setup.trained_bytes : setup.bytes.compute;
    sink.put(Part::Activations, summand("head's input", {{"tokens", tokens}, {"hidden", m.hidden}, {"bytes", bytes}},
                                        {1, 1}, pass.gathered_inputs ? 1 : divisor));
  }
}

/// What the top layer keeps among the stage's activations: nothing when it was recomputed.
[[nodiscard]] inline Bytes top_layer_kept(const TrainingSetup& setup, const TrainingStage& s) {
  const LayerSetup& top = setup.kinds[s.highest];
  const RecomputeKind mode = setup.training().recompute;
  if (row_of(setup.training().offload).activations || s.recomputes_last) return {};
  return bytes_of(mode == RecomputeKind::Selective ? top.selective.total() : top.kept.total(), setup.tokens);
}

/// What the layers below the one that runs backward still keep.
inline void put_lower_layers(const TrainingSetup& setup, const TrainingStage& s, bool last, Sink& sink) {
  if (!last) put_towers(setup, s, sink);
  if (last) {
    put_kept(setup, s, sink);
  } else if (setup.hooks_hold_inputs() && s.recomputes_all()) {
    const Kept input = layer_input(setup.kinds[s.highest].pass);
    put_layers(setup, Part::Activations, "layer inputs that hooks hold", s.trained_layers, {}, input, sink);
    put_layers(setup, Part::Transient, "gradients that hooks hold", subtract(s.trained_layers, 1), {}, input, sink);
  } else if (setup.gathers()) {
    // With shards the highest moment is at the second layer: one more is still kept, its gradient arrives.
    const LayerSetup& below = setup.kinds[s.highest];
    if (s.trained_layers > 1) {
      if (s.recomputes_first) {
        put_layers(setup, Part::Activations, "layer inputs", 2, {}, layer_input(below.pass), sink);
      } else {
        const bool selective = setup.training().recompute == RecomputeKind::Selective;
        put_blocks(setup, Part::Activations, 1, {}, selective ? below.selective : below.kept, sink);
      }
    }
  }
  const Count span = recompute_span(setup);
  if (span > 1 && s.trained_layers > 1) {
    put_blocks(setup, Part::Transient, std::min(span, s.trained_layers) - 1, {}, setup.kinds[s.highest].kept, sink);
  }
}

/// True when a layer of the stage needs a mask tensor.
[[nodiscard]] inline bool masks(const TrainingSetup& setup, const TrainingStage& s) {
  for (std::size_t k = 0; k < setup.kinds.size(); ++k) {
    if (s.trained[k] != 0 && activations::needs_mask(setup.kinds[k].pass, setup.kinds[k].local.attention))
      return true;
  }
  return false;
}

/// Logits that the training loop still refers to after the loss.
inline void put_held_logits(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!s.share.last || !setup.trains || !row_of(setup.loss.loss).holds_logits) return;
  if (setup.loss.kernel == LossKernel::OverLogits && !setup.loss.log_probabilities) return;
  sink.put(Part::LossHead, summand("logits still referred to", {{"tokens", setup.loss.tokens},
                                                                {"vocabulary", setup.loss.vocabulary},
                                                                {"bytes", setup.loss.compute}}));
}

/// Held alongside what autograd keeps when layers are computed again: rotary tables, position numbers, an eager mask.
inline void put_held(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const Training& t = setup.training();
  if (!setup.trains || !s.recomputes_all()) return;
  const Summand rotary = rotary_summand(setup, s);
  if (rotary.result.count == 0) return;
  sink.put(Part::Transient, rotary);
  sink.put(Part::Transient, summand("position numbers", {{"sequence", setup.sequence}, {"bytes", 8}}));
  if (t.attention == AttentionKernel::Eager) {
    sink.put(Part::Transient, summand("attention mask", {{"tokens", setup.tokens.tokens},
                                                         {"positions", setup.tokens.attended},
                                                         {"bytes", setup.bytes.compute}}));
  } else if (masks(setup, s)) {
    const Count rows = setup.kinds.front().pass.masked ? setup.sequences : 1;
    sink.put(Part::Transient,
             summand("attention mask",
                     {{"sequences", rows}, {"positions", setup.sequence}, {"positions", setup.sequence}}));
  }
}

/// The largest matrix of a quantized base while a product uses it. Experts that are one tensor are dequantized as a
/// whole, and a grouped product keeps them for its gradient: those of one layer, when it is computed again. Source:
/// bitsandbytes nn/parametrize.py, torch's parametrizations. Experts in 8 bits become fp32 (functional.py
/// int8_vectorwise_dequant, Axolotl's monkeypatch/moe_quant.py), in 4 bits the checkpoint's 16. Not counted: layers that
/// are not computed again.
inline void put_dequantized(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!setup.quantized || s.all.largest_quantized == 0) return;
  if (s.all.quantized_experts > s.all.largest_quantized) {
    const WeightRules experts = expert_rules(base_rules(*setup.scenario, *setup.model));
    const Count bytes = row_of(experts.format).bits == 8 ? 4 : 2;
    return sink.put(Part::Transient, summand("a layer's experts dequantized",
                                             {{"weights", s.all.quantized_experts}, {"bytes", bytes}}));
  }
  sink.put(Part::Transient, summand("one matrix dequantized", {{"weights", s.all.largest_quantized},
                                                               {"bytes", setup.prepared ? 2 : setup.bytes.compute}}));
}

/// A quantized head while the loss uses it.
inline void put_dequantized_head(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!setup.quantized || !s.share.last || setup.rules->base.dequantized_head == 0) return;
  sink.put(Part::Transient, summand("output head dequantized", {{"vocabulary", setup.loss.vocabulary},
                                                                {"hidden", setup.model->hidden},
                                                                {"bytes", setup.rules->base.dequantized_head}}));
}

/// Logits and loss: as a product where it is one.
inline void put_loss(const TrainingSetup& setup, Bytes total, Count per_logit, Sink& sink) {
  const Summand logits =
      summand("logits", {{"tokens", setup.loss.tokens}, {"vocabulary", setup.loss.vocabulary}, {"bytes", per_logit}});
  if (per_logit != 0) sink.put(Part::LossHead, logits);
  sink.put(Part::LossHead,
           amount(per_logit != 0 ? "labels, loss" : "loss", total - (per_logit != 0 ? logits.result : Bytes{})));
}

}  // namespace llmcalc::training
