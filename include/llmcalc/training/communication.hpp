#pragma once
// Gathered weights and communication buffers of a pipeline stage.
//
//   ZeRO-3, FSDP         forward end and loss: the root group (embedding, head, final norm) and one prefetched layer,
//                        or every layer without resharding; inside backward: the root, this layer and the prefetched
//                        one, and the layer above as the input of its reduction; at the end the root's own reduction:
//                        its gradient as computed and in the reduction's type. Where embedding and head are groups
//                        of their own (torchtitan since 2026), the embedding is gathered at its ends only, the head
//                        until the last layer's backward pass, where its gradient is being reduced.
//                        Not resharded after the forward pass: layers stay gathered until their own backward pass;
//                        with experts on ranks of their own until all of it has ended
//                        Experts that no other rank holds are neither gathered nor reduced
//   FSDP1, accumulating  at the end of the backward pass the root is still gathered, and the gradients of its tensors are
//                        put together into the one of its flat parameter, which is added to what is there
//   ZeRO-3, with limits  max_live elements stay gathered, prefetch more are under way (DeepSpeed)
//   ZeRO-1 and ZeRO-2    with limits: two buckets of `bucket` elements (DeepSpeed reduce_bucket_size, overlapped)
//   context parallel     ring: two blocks of keys and values, or torch's: those of the whole sequence and the output in
//                        fp32; all-gather: those of the whole sequence; the same again
//                        for their gradients. Ulysses: queries, keys, values and output once more
//   expert parallel      tokens sent and received: 2 c K h per token, the busiest rank's share
//   DDP                  a copy of all gradients in buckets, unless they are views (gradient_as_bucket_view)
//
// Source: FSDP2 on a fake process group (10 runs; the loss exact, layers to 2 %); DeepSpeed runtime/zero/config; torch
// DistributedDataParallel's defaults; torchtitan distributed/fsdp.py; what stays gathered: three runs of halo with
// expert parallelism within 2 % (2.4 and 4.4 GB too little otherwise), two without within 3 %; Transformer Engine
// context_parallel (ring, all-gather), DeepSpeed-Ulysses, Megatron-Core token_dispatcher: sizes from source, not measured. Not counted: DeepEP's fixed buffers.

#include <llmcalc/training/setup.hpp>
#include <llmcalc/training/sink.hpp>
#include <llmcalc/training/stage.hpp>
#include <llmcalc/training/states.hpp>

#include <algorithm>
#include <string_view>

namespace llmcalc::training {

/// Limits of the framework.
[[nodiscard]] inline const ElementLimits& limits(const TrainingSetup& setup) {
  return row_of(setup.training().framework).limits;
}
/// DeepSpeed keeps a budget of gathered elements, whatever the layers are.
[[nodiscard]] inline bool budgets_gathering(const TrainingSetup& setup) {
  return setup.gathers() && limits(setup).max_live != 0;
}
/// A DeepSpeed bucket in elements.
[[nodiscard]] inline Count bucket_elements(const TrainingSetup& setup, const TrainingStage& s) {
  return std::min(setup.parallelism().bucket.value_or(limits(setup).bucket), s.trained_elements.total());
}

/// Bytes of a group's weights once gathered.
[[nodiscard]] inline Bytes gathered_bytes(const TrainingSetup& setup, const GroupSums& g) {
  if (setup.quantized) return {setup.gathered(g.base_bytes)};
  return Bytes{setup.bytes.compute} * setup.gathered(g.parameters);
}

/// Weights are brought to the device layer by layer, from other ranks or from the host.
[[nodiscard]] inline bool brings_layers(const TrainingSetup& setup) {
  return setup.gathers() || offloads_parameters(setup);
}

/// What stands outside of the layers and is gathered at a moment.
enum class GatheredRoot : std::uint8_t { All, Head, None };

inline void put_gathered_root(const TrainingSetup& setup, const TrainingStage& s, GatheredRoot root, Sink& sink) {
  if (setup.quantized)
    return sink.put(Part::GatheredWeights, amount("embedding, head and final norm", gathered_bytes(setup, s.root)));
  Count n = s.root.parameters.total();
  if (root == GatheredRoot::Head) {
    n = s.share.last ? add(setup.sums.head.parameters.total(), setup.sums.final_norm.parameters.total()) : 0;
  }
  if (root == GatheredRoot::None || n == 0) return;
  sink.put(Part::GatheredWeights,
           summand(root == GatheredRoot::Head ? "head and final norm" : "embedding, head and final norm",
                   {{"parameters", n}, {"bytes", setup.bytes.compute}}));
}

inline void put_gathered(const TrainingSetup& setup, const TrainingStage& s, GatheredRoot root, Count layers,
                         Sink& sink) {
  if (budgets_gathering(setup) && !setup.quantized) {
    const Count all = setup.gathered(s.all.parameters);
    const Count live = std::min(all, setup.parallelism().max_live.value_or(limits(setup).max_live));
    const Count ahead = std::min(all - live, setup.parallelism().prefetch.value_or(limits(setup).prefetch));
    sink.put(Part::GatheredWeights, summand("kept gathered", {{"parameters", live}, {"bytes", setup.bytes.compute}}));
    if (ahead != 0) {
      sink.put(Part::GatheredWeights, summand("prefetched", {{"parameters", ahead}, {"bytes", setup.bytes.compute}}));
    }
    return;
  }
  put_gathered_root(setup, s, root, sink);
  if (layers == 0 || s.share.layers == 0) return;
  const GroupSums& one = setup.sums.kinds[s.highest];
  if (setup.quantized) {
    sink.put(Part::GatheredWeights, amount("layers", gathered_bytes(setup, one) * layers));
  } else {
    sink.put(Part::GatheredWeights, summand("layers", {{"layers", layers},
                                                       {"parameters", setup.gathered(one.parameters)},
                                                       {"bytes", setup.bytes.compute}}));
  }
}

/// At the end of the forward pass and at the loss.
inline void put_gathered_forward(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!brings_layers(setup)) return;
  const bool keeps = setup.keeps_gathered();
  const GatheredRoot root = !keeps && setup.root_apart() ? GatheredRoot::Head : GatheredRoot::All;
  put_gathered(setup, s, root, keeps ? s.share.layers : std::min<Count>(1, s.share.layers), sink);
}

/// Width of a kind's keys and values, and of its queries and output, on one rank.
struct AttentionWidths {
  Count key_value = 0;
  Count query_output = 0;
  Count output = 0;
};
[[nodiscard]] inline AttentionWidths attention_widths(const Layer& l) {
  const AttentionShape& a = l.attention;
  if (!l.attends()) return {};
  if (l.mixer == Mixer::LatentAttention) {
    const Count head = add(a.nope_head_dim, a.rope_head_dim);
    const Count both = multiply(a.heads, add(head, a.value_head_dim));
    return {both, both, multiply(a.heads, a.value_head_dim)};
  }
  return {multiply(a.kv_heads, add(a.head_dim, a.values_are_keys ? a.head_dim : a.value_head_dim)),
          multiply(a.heads, add(a.head_dim, a.value_head_dim)), multiply(a.heads, a.value_head_dim)};
}

/// What the attention of the widest layer exchanges with the other context-parallel ranks.
inline void put_context_exchange(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const Count ranks = setup.parallelism().context;
  if (ranks <= 1) return;
  AttentionWidths widest;
  for (std::size_t k = 0; k < setup.kinds.size(); ++k) {
    if (s.trained[k] == 0) continue;
    const AttentionWidths w = attention_widths(setup.kinds[k].local);
    if (add(w.key_value, w.query_output) > add(widest.key_value, widest.query_output)) widest = w;
  }
  if (widest.query_output == 0) return;
  const Count tokens = setup.tokens.tokens;
  const Count c = setup.bytes.compute;
  switch (setup.parallelism().context_kind) {
    case ContextKind::Ring:
      if (setup.rules->ring == RingKind::Gathered) {
        sink.put(Part::CommBuffers,
                 summand("keys and values of the whole sequence",
                         {{"ranks", ranks}, {"tokens", tokens}, {"width", widest.key_value}, {"bytes", c}}));
        sink.put(Part::CommBuffers,
                 summand("output, merged in fp32", {{"tokens", tokens}, {"width", widest.output}, {"bytes", 4}}));
        break;
      }
      sink.put(Part::CommBuffers,
               summand("keys, values and their gradients going round",
                       {{"copies", 4}, {"tokens", tokens}, {"width", widest.key_value}, {"bytes", c}}));
      break;
    case ContextKind::AllGather:
      sink.put(
          Part::CommBuffers,
          summand("keys, values and their gradients of the whole sequence",
                  {{"copies", 2}, {"ranks", ranks}, {"tokens", tokens}, {"width", widest.key_value}, {"bytes", c}}));
      break;
    case ContextKind::Ulysses:
      sink.put(Part::CommBuffers,
               summand("heads exchanged for positions",
                       {{"tokens", tokens}, {"width", add(widest.key_value, widest.query_output)}, {"bytes", c}}));
      break;
  }
}

/// Tokens on their way to the ranks of their experts and back.
inline void put_dispatch(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (setup.parallelism().expert <= 1) return;
  Count most = 0;
  for (std::size_t k = 0; k < setup.kinds.size(); ++k) {
    if (s.trained[k] != 0) most = std::max(most, setup.kinds[k].local.feed_forward.experts_per_token);
  }
  if (most == 0) return;
  Summand sent = summand("tokens on their way to experts", {{"copies", 2},
                                                            {"tokens", setup.tokens.tokens},
                                                            {"experts per token", most},
                                                            {"hidden", setup.model->hidden},
                                                            {"bytes", setup.bytes.compute}});
  const Count load = setup.kinds.front().pass.expert_load;
  if (load == 1000) return sink.put(Part::CommBuffers, sent);
  sink.put(Part::CommBuffers, amount("tokens on their way to experts, busiest rank", scale(sent.result, load, 1000)));
}

/// While a layer runs backward.
inline void put_gathered_inside(const TrainingSetup& setup, const TrainingStage& s, bool last, Sink& sink) {
  if (brings_layers(setup)) {
    const bool keeps = setup.keeps_gathered();
    const GatheredRoot root = !keeps && setup.root_apart() ? GatheredRoot::None : GatheredRoot::All;
    const bool all = keeps && (last || setup.keeps_until_the_end());
    // Below the first layer there is none to gather ahead.
    const Count open = !last && setup.hooks_hold_inputs() ? 1 : 2;
    put_gathered(setup, s, root, all ? s.share.layers : std::min<Count>(open, s.share.layers), sink);
  }
  put_context_exchange(setup, s, sink);
  put_dispatch(setup, s, sink);
  if (setup.data_group <= 1 || setup.adapters || s.trained_layers == 0) return;
  const GroupSums& one = setup.sums.kinds[s.highest];
  if (budgets_gathering(setup)) {
    sink.put(Part::CommBuffers,
             summand("reduction bucket", {{"parameters", bucket_elements(setup, s)}, {"bytes", setup.formed_bytes}}));
  } else if (last && setup.root_apart()) {
    sink.put(Part::CommBuffers, summand("output head, being reduced",
                                        {{"parameters", head_gradient(setup, s)}, {"bytes", setup.gradient_bytes}}));
  } else if (setup.gathers() && s.trained_layers > 1) {
    sink.put(Part::CommBuffers, summand("layer above, being reduced", {{"parameters", setup.gathered(one.trained)},
                                                                       {"bytes", setup.gradient_bytes}}));
  } else if (setup.zero >= 1 && limits(setup).bucket != 0) {
    sink.put(Part::CommBuffers,
             summand("reduction buckets",
                     {{"buckets", 2}, {"parameters", bucket_elements(setup, s)}, {"bytes", setup.formed_bytes}}));
  } else if (setup.zero == 0 && setup.rules->buckets == GradientBuckets::Copies && !last) {
    sink.put(Part::CommBuffers, summand("gradient buckets", {{"parameters", s.trained_elements.total()},
                                                             {"bytes", setup.gradient_bytes}}));
  }
}

/// The root group at the end of the backward pass: its own reduction, or FSDP1's whole gradients. DDP's buckets stay until
/// the step. Source of FSDP1: torch distributed/fsdp/_flat_param.py (_get_unflat_views; the gradient of split is cat).
inline void put_root_reduction(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (setup.data_group <= 1 || !setup.trains_outer()) return;
  if (setup.accumulates_whole()) {
    if (setup.gathers()) put_gathered_root(setup, s, GatheredRoot::All, sink);
    const Count root = s.root.trained.total();
    if (root == 0) return;
    return sink.put(Part::Transient, summand("root's gradients, and the flat one that they are put into",
                                             {{"copies", 2}, {"parameters", root}, {"bytes", setup.formed_bytes}}));
  }
  if (setup.zero == 0 && setup.rules->buckets == GradientBuckets::Copies) {
    sink.put(Part::CommBuffers, summand("gradient buckets", {{"parameters", s.trained_elements.total()},
                                                             {"bytes", setup.gradient_bytes}}));
  }
  if (!setup.gathers() || budgets_gathering(setup)) return;
  if (setup.keeps_until_the_end()) put_gathered(setup, s, GatheredRoot::All, s.share.layers, sink);
  const Count n = setup.root_apart() ? embedding_gradient(setup, s) : s.root.trained.total();
  if (n == 0) return;
  sink.put(Part::CommBuffers, summand("root's gradients as computed and as reduced",
                                      {{"parameters", n}, {"bytes", add(setup.formed_bytes, setup.gradient_bytes)}}));
  Summand shard = summand("of which the shard is counted as gradient",
                          {{"parameters", n}, {"bytes", setup.gradient_bytes}}, {1, 1}, setup.dense_group);
  shard.negative = true;
  sink.put(Part::CommBuffers, shard);
}

}  // namespace llmcalc::training
