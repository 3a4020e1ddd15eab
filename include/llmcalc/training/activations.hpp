#pragma once
// Activations of a pipeline stage: what layers keep, what stands outside of them, 16-bit copies of weights. Used by
// training_moments.hpp.

#include <llmcalc/training/sinks.hpp>
#include <llmcalc/training/stage.hpp>

#include <algorithm>

namespace llmcalc::moment_detail {

/// Layers between two kept inputs.
[[nodiscard]] inline Count recompute_span(const TrainingPlan& plan) {
  return plan.training().recompute == RecomputeKind::EveryN ? std::max<Count>(1, plan.training().recompute_every) : 1;
}

/// `n` layers that keep `kept`, in `flight` micro-batches.
template <class Sink>
void put_layers(const TrainingPlan& plan, Part part, std::string_view label, Count n, const InFlight& flight,
                const Kept& kept, Sink& sink) {
  if (n == 0) return;
  const TokenCounts& t = plan.tokens;
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
template <class Sink>
void put_blocks(const TrainingPlan& plan, Part part, Count n, const InFlight& flight, const LayerKept& kept,
                Sink& sink) {
  put_layers(plan, part, "norms", n, flight, kept.norms, sink);
  put_layers(plan, part, "attention and other mixers", n, flight, kept.mixer, sink);
  put_layers(plan, part, "feed-forward", n, flight, kept.feed_forward, sink);
  put_layers(plan, part, "adapters", n, flight, kept.adapters, sink);
}

/// An amount that grows with the tokens, as a product where it is one.
template <class Sink>
void put_per_token(const TrainingPlan& plan, Part part, std::string_view label, Bytes bytes, Sink& sink) {
  const Count tokens = plan.tokens.tokens;
  if (tokens == 0 || bytes.count % tokens != 0) return sink.put(part, amount(label, bytes));
  sink.put(part, summand(label, {{"tokens", tokens}, {"bytes", bytes.count / tokens}}));
}

/// Rotary tables in bytes: cosines and sines for every position, shared by the layers that rotate alike.
[[nodiscard]] inline Bytes rotary_tables(const TrainingPlan& plan, const TrainingStage& s) {
  Bytes sum;
  const bool by_window = plan.model->norm == NormKind::RmsPlusOne;
  for (std::size_t k = 0; k < plan.kinds.size(); ++k) {
    if (s.trained[k] == 0) continue;
    const AttentionShape& a = plan.kinds[k].local.attention;
    const bool latent = plan.kinds[k].local.mixer == Mixer::LatentAttention;
    const Count width = latent ? a.rope_head_dim : a.rotary_dim;
    bool seen = false;
    for (std::size_t j = 0; j < k; ++j) {
      const AttentionShape& b = plan.kinds[j].local.attention;
      const bool split = by_window && a.qk_norm != QkNorm::None && (a.window == 0) != (b.window == 0);
      seen = seen || (s.trained[j] != 0 && b.rotary_dim == a.rotary_dim && !split);
    }
    if (!seen && plan.kinds[k].local.attends()) {
      sum += Bytes{product(2, width, plan.sequence, plan.bytes.stream)};
    }
  }
  return sum;
}

/// The same as a product over the positions.
[[nodiscard]] inline Summand rotary_summand(const TrainingPlan& plan, const TrainingStage& s) {
  const Count each = plan.sequence == 0 ? 0 : rotary_tables(plan, s).count / plan.sequence;
  return summand("rotary tables", {{"positions", plan.sequence}, {"bytes", each}});
}

/// Layers whose activations stay on the device when the others' are in host memory: the one that computes and the one
/// that is moved. Source: torchtune activation offloading with its own stream.
inline constexpr Count resident_layers = 2;

/// Everything the stage's layers keep, in every micro-batch in flight; of `limit` layers at most.
template <class Sink>
void put_kept(const TrainingPlan& plan, const TrainingStage& s, Sink& sink, Count limit) {
  if (!plan.trains) return;
  Count left = limit;
  for (std::size_t k = 0; k < plan.kinds.size(); ++k) {
    const Count n = std::min(s.trained[k], left);
    left -= n;
    if (n == 0) continue;
    const KindPlan& kind = plan.kinds[k];
    const LayerKept& kept = plan.training().recompute == RecomputeKind::Selective ? kind.selective : kind.kept;
    const Count again = std::min(n, s.recomputed[k]);
    put_layers(plan, Part::Activations, "layer inputs", ceil_divide(again, recompute_span(plan)), s.flight,
               layer_input(kind.pass), sink);
    const Count whole = n - again;
    if (whole == 0) continue;
    if (s.starts && !s.recomputes_first && plan.model->layers.front() == k && !kind.pass.trained) {
      put_blocks(plan, Part::Activations, whole - 1, s.flight, kept, sink);
      put_blocks(plan, Part::Activations, 1, s.flight, kind.first, sink);
    } else {
      put_blocks(plan, Part::Activations, whole, s.flight, kept, sink);
    }
  }
}

/// The same, of the layers whose activations are on the device.
template <class Sink>
void put_kept(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  put_kept(plan, s, sink, row_of(plan.training().offload).activations ? resident_layers : saturated);
}

/// What is kept outside of the layers: rotary tables, positions, embedding dropout, final norm, the head's input.
template <class Sink>
void put_outside(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (!plan.trains || plan.kinds.empty()) return;
  const Model& m = *plan.model;
  const Training& t = plan.training();
  const Count tokens = plan.tokens.tokens;
  const Count divisor = plan.tokens.stream_divisor;
  if (!s.recomputes_all()) sink.put(Part::Activations, rotary_summand(plan, s));
  const bool head_trained = plan.head_trained();
  const TrainingPass& pass = plan.kinds.front().pass;
  if (s.share.first && m.positions == Positions::Learned && head_trained) {
    sink.put(Part::Activations, summand("position numbers", {{"sequence", plan.sequence}, {"bytes", 8}}));
  }
  if (s.share.first && m.embedding_norm && head_trained) {
    sink.put(
        Part::Activations,
        summand("embedding norm",
                {{"in flight", s.flight.count}, {"tokens", tokens}, {"bytes", activations::stream_norm(pass).stream}},
                {1, 1}, multiply(divisor, s.flight.divisor)));
  }
  if (s.share.first && pass.residual_dropout && head_trained && m.model_type != "opt") {
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
  const bool head_adapter = trains_adapters(t.method) && t.lora.targets.has(LoraTarget::Head) && plan.has_logits();
  if ((head_trained || head_adapter) && !row_of(plan.loss.loss).makes_gradients) {
    const Count bytes = head_adapter ? plan.trained_bytes : plan.bytes.compute;
    sink.put(Part::Activations, summand("head's input", {{"tokens", tokens}, {"hidden", m.hidden}, {"bytes", bytes}},
                                        {1, 1}, pass.gathered_inputs ? 1 : divisor));
  }
}

/// What the top layer keeps among the stage's activations: nothing when it was recomputed.
[[nodiscard]] inline Bytes top_layer_kept(const TrainingPlan& plan, const TrainingStage& s) {
  const KindPlan& top = plan.kinds[s.highest];
  const RecomputeKind mode = plan.training().recompute;
  if (row_of(plan.training().offload).activations || s.recomputes_last) return {};
  return bytes_of(mode == RecomputeKind::Selective ? top.selective.total() : top.kept.total(), plan.tokens);
}

/// What the layers below the one that runs backward still keep.
template <class Sink>
void put_lower_layers(const TrainingPlan& plan, const TrainingStage& s, bool last, Sink& sink) {
  if (last) {
    put_kept(plan, s, sink);
  } else if (plan.gathers()) {
    // With shards the highest moment is at the second layer: one more is still kept, its gradient arrives.
    const KindPlan& below = plan.kinds[s.highest];
    if (s.trained_layers > 1) {
      if (s.recomputes_first) {
        put_layers(plan, Part::Activations, "layer inputs", 2, {}, layer_input(below.pass), sink);
      } else {
        const bool selective = plan.training().recompute == RecomputeKind::Selective;
        put_blocks(plan, Part::Activations, 1, {}, selective ? below.selective : below.kept, sink);
      }
    }
  }
  const Count span = recompute_span(plan);
  if (span > 1 && s.trained_layers > 1) {
    put_blocks(plan, Part::Transient, std::min(span, s.trained_layers) - 1, {}, plan.kinds[s.highest].kept, sink);
  }
}

}  // namespace llmcalc::moment_detail
