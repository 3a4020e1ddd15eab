#pragma once
// What a whole layer keeps: norms, mixer, feed-forward block and adapters composed by the kind of layer.

#include <llmcalc/memory/activations/adapters.hpp>
#include <llmcalc/memory/activations/attention.hpp>
#include <llmcalc/memory/activations/feed_forward.hpp>
#include <llmcalc/memory/activations/norms.hpp>
#include <llmcalc/memory/activations/recurrent.hpp>

#include <algorithm>

namespace llmcalc::activations {

/// Transformer Engine with 8-bit products keeps the inputs of trained linears in one byte: the layer's two normalised
/// inputs and the down projection's, which are 16-bit otherwise; the output projection's input becomes a copy of its
/// own, because attention keeps its output in 16 bits. Source: Transformer Engine docs, fp8 recipes; not measured.
constexpr void store_inputs_in_float8(const TrainingPass& p, const Layer& l, LayerKept& kept) {
  const Count saved = subtract(p.compute, 1);
  const FeedForward& f = l.feed_forward;
  const Count stream = multiply(saved, p.hidden);
  kept.mixer.stream = subtract(kept.mixer.stream, stream);
  kept.feed_forward.stream = subtract(kept.feed_forward.stream, stream);
  const Count experts = scale(Bytes{multiply(f.experts_per_token, f.expert_width)}, p.expert_load, 1000).count;
  const Count width = add(add(f.width, f.shared_width), experts);
  kept.feed_forward.inner = subtract(kept.feed_forward.inner, multiply(saved, width));
  if (l.attends()) kept.mixer.inner = add(kept.mixer.inner, multiply(l.attention.heads, l.attention.value_head_dim));
}

/// The mixer of a layer, both when attention and a state space stand side by side.
[[nodiscard]] constexpr Kept mixer(const TrainingPass& p, const Layer& layer) {
  Kept kept;
  switch (layer.mixer) {
    case Mixer::None: break;
    case Mixer::Attention:
    case Mixer::CrossAttention: kept = attention(p, layer.attention); break;
    case Mixer::LatentAttention: kept = latent_attention(p, layer.attention); break;
    case Mixer::Mamba1:
    case Mixer::Mamba2:
    case Mixer::GatedDeltaNet:
    case Mixer::KimiDeltaNet:
    case Mixer::LightningAttention:
    case Mixer::ShortConvolution:
    case Mixer::Recurrence: kept = recurrent(p, layer.mixer, layer.recurrent); break;
  }
  if (layer.also_recurrent) {
    Kept beside = recurrent(p, layer.recurrent_mixer(), layer.recurrent);
    beside.stream = 0;  // reads the input that attention keeps
    kept += beside;
  }
  return kept;
}

/// A layer with its shapes already divided by tensor parallelism. A layer nothing reaches back to keeps nothing.
[[nodiscard]] constexpr LayerKept layer(const TrainingPass& p, const Layer& l, bool dora = false) {
  LayerKept kept;
  if (!p.trained && !p.adapters && !p.input_grad) return kept;
  kept.norms = layer_norms(p, l.norms) + norms_in_steps(p, l);
  kept.mixer = mixer(p, l);
  kept.feed_forward = feed_forward(p, l.feed_forward);
  if (is_tiled(p, l.feed_forward)) {
    TrainingPass outside = p;  // adapters inside the block are computed again with their tile
    for (const LoraTarget t : {LoraTarget::Gate, LoraTarget::Up, LoraTarget::Down}) outside.targets.set(t, false);
    kept.adapters = adapters(outside, l, dora);
  } else {
    kept.adapters = adapters(p, l, dora);
  }
  if (l.norms == NormPlacement::ParallelOne && p.trained && !p.autocast && kept.feed_forward.stream != 0) {
    // Attention and feed-forward block read the same normalised tensor.
    kept.feed_forward.stream = subtract(kept.feed_forward.stream, multiply(p.compute, p.hidden));
  }
  if (p.float8 && p.trained) store_inputs_in_float8(p, l, kept);
  if (p.gathered_inputs && p.trained) {
    for (Kept* block : {&kept.mixer, &kept.feed_forward}) {
      const Count input = std::min(block->stream, multiply(p.compute, p.hidden));
      block->stream -= input;
      block->inner = add(block->inner, input);
    }
  }
  return kept;
}

}  // namespace llmcalc::activations
