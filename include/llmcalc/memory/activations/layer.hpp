#pragma once
// What a whole layer keeps: norms, mixer, feed-forward block and adapters composed by the kind of layer.

#include <llmcalc/memory/activations/adapters.hpp>
#include <llmcalc/memory/activations/attention.hpp>
#include <llmcalc/memory/activations/feed_forward.hpp>
#include <llmcalc/memory/activations/norms.hpp>
#include <llmcalc/memory/activations/recurrent.hpp>

#include <algorithm>

namespace llmcalc::activations {

/// The mixer of a layer, both when attention and a state space stand side by side.
[[nodiscard]] constexpr Kept mixer(const TrainingPass& p, const Layer& layer) {
  Kept kept;
  switch (layer.mixer) {
    case Mixer::None:
      break;
    case Mixer::Attention:
    case Mixer::CrossAttention:
      kept = attention(p, layer.attention);
      break;
    case Mixer::LatentAttention:
      kept = latent_attention(p, layer.attention);
      break;
    default:
      kept = recurrent(p, layer.mixer, layer.recurrent);
      break;
  }
  if (layer.also_recurrent) {
    Kept beside = recurrent(p, Mixer::Mamba2, layer.recurrent);
    beside.stream = 0;  // reads the input that attention keeps
    kept += beside;
  }
  return kept;
}

/// A layer with its shapes already divided by tensor parallelism. A layer nothing reaches back to keeps nothing.
[[nodiscard]] constexpr LayerKept layer(const TrainingPass& p, const Layer& l, bool dora = false) {
  LayerKept kept;
  if (!p.trained && !p.adapters && !p.input_grad) return kept;
  kept.norms = layer_norms(p, l.norms);
  kept.mixer = mixer(p, l);
  kept.feed_forward = feed_forward(p, l.feed_forward);
  kept.adapters = adapters(p, l, dora);
  if (l.norms == NormPlacement::ParallelOne && p.trained && !p.autocast && kept.feed_forward.stream != 0) {
    // Attention and feed-forward block read the same normalised tensor.
    kept.feed_forward.stream = subtract(kept.feed_forward.stream, multiply(p.compute, p.hidden));
  }
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
