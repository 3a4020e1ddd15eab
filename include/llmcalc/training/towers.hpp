#pragma once
// What trained vision towers keep of a sequence's patches for the backward pass. A tower is known by its tensors: its
// blocks are an attention and a feed-forward block as in a text model, and keep what such a layer keeps, with the fused
// kernel and without a mask. A frozen tower keeps nothing: neither its weights nor pixels need a gradient, and its own
// forward pass is over before a layer of the text model keeps anything.
//
// Source: transformers 5.12 models/siglip, clip, pixtral, qwen2_5_vl, qwen3_vl (GradientCheckpointingLayer: blocks are
// computed again as the text model's are; cu_seqlens in place of a mask); Liger-Kernel transformers/monkey_patch.py;
// ms-swift examples/train/multimodal/vit_gradient_checkpointing.sh: 21 GiB less where 12,480 patches of Qwen2.5-VL's
// tower are computed again (four videos of 12 frames, two at a time, 520 patches each by qwen_vl_utils' limits). Not
// counted: eager attention's scores, projectors, the stream that deep layers of the text model get, audio towers.

#include <llmcalc/memory/activations/layer.hpp>
#include <llmcalc/memory/recompute.hpp>
#include <llmcalc/training/setup.hpp>
#include <llmcalc/training/sink.hpp>
#include <llmcalc/training/stage.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace llmcalc::training {

/// Equal blocks of a tower.
struct TowerBlocks {
  Count count = 0;
  TrainingPass pass{};
  Layer layer{};
};

namespace towers_detail {

/// Tensors of one block, which share all of their names up to the layer's number and its dot.
using Block = std::vector<const Tensor*>;

[[nodiscard]] inline std::string_view prefix_of(const Tensor& t) {
  const std::size_t number = t.name.find(".{}.");
  return number == std::string::npos ? std::string_view{} : std::string_view(t.name).substr(0, number);
}

[[nodiscard]] inline std::vector<Block> blocks_of(const Model& model) {
  std::vector<Block> blocks;
  for (const Tensor& t : model.tensors) {
    const std::string_view prefix = prefix_of(t);
    if (t.part != ModelPart::Encoder || prefix.empty() || prefix.find("audio") != std::string_view::npos) continue;
    if (blocks.empty() || prefix_of(*blocks.back().front()) != prefix) blocks.emplace_back();
    blocks.back().push_back(&t);
  }
  return blocks;
}

/// True when a bias belongs to a norm: one whose weight is a vector.
[[nodiscard]] inline bool has_norm_bias(const Block& block) {
  constexpr std::string_view weight = "weight", bias = "bias";
  return std::any_of(block.begin(), block.end(), [&](const Tensor* t) {
    if (!t->vector || !t->name.ends_with(bias)) return false;
    const std::string name = t->name.substr(0, t->name.size() - bias.size()).append(weight);
    return std::any_of(block.begin(), block.end(), [&](const Tensor* w) { return w->vector && w->name == name; });
  });
}

/// The layer that a block is; one without an attention or a feed-forward block is none.
[[nodiscard]] inline Layer layer_of(const Block& block, Count hidden) {
  Layer layer;
  Count& inner = layer.feed_forward.width;
  for (const Tensor* t : block) {
    if (!t->vector && t->rows == hidden && t->columns != hidden) inner = std::max(inner, t->columns);
  }
  Count readers = 0, projected = 0, projections = 0, norms = 0, head = 0;
  Count output = 0;  // the output projection's input, where it is not as wide as the stream
  for (const Tensor* t : block) {
    if (t->vector) {
      if (t->rows == hidden && t->name.ends_with("weight")) ++norms;
      if (t->name.find("q_norm") != std::string::npos) head = t->rows;
    } else if (t->columns != hidden) {
      if (t->columns != inner) output = t->columns;
    } else if (t->rows == inner) {
      ++readers;
    } else {
      projected = add(projected, t->rows);
      ++projections;
    }
  }
  if (output == 0) projected = subtract(projected, hidden), projections = subtract(projections, 1), output = hidden;
  if (inner == 0 || readers == 0 || projected <= output + 1) {
    layer.mixer = Mixer::None;
    return layer;
  }
  layer.feed_forward.gated = readers > 1;
  layer.feed_forward.activation = readers > 1 ? Activation::Silu : Activation::GeluTanh;
  layer.norms = norms >= 4 ? NormPlacement::Sandwich : NormPlacement::Pre;
  AttentionShape& a = layer.attention;
  const Count keys = (projected - output) / 2;
  constexpr Count usual_head = 64;  // decides nothing but four bytes a head
  a.head_dim = a.value_head_dim = head != 0 && head != output                          ? head
                                  : output % usual_head == 0 && keys % usual_head == 0 ? usual_head
                                                                                       : keys;
  a.heads = output / a.head_dim;
  a.kv_heads = keys / a.head_dim;
  a.qk_norm = head == 0 ? QkNorm::None : head == output ? QkNorm::Full : QkNorm::PerHead;
  a.fused_qkv = projections == 1;
  a.rotary_dim = a.fused_qkv ? a.head_dim : 0;  // the classes with one projection turn its parts
  return layer;
}

}  // namespace towers_detail

/// The blocks of all vision towers, when these are trained and the patches of a sequence are said.
[[nodiscard]] inline std::vector<TowerBlocks> trained_blocks(const TrainingSetup& setup) {
  std::vector<TowerBlocks> out;
  const Training& t = setup.training();
  if (t.image_patches == 0 || setup.role != ModelRole::Policy || !setup.trains || setup.kinds.empty()) return out;
  if (!trains_towers(t, *setup.model)) return out;
  for (const towers_detail::Block& block : towers_detail::blocks_of(*setup.model)) {
    const auto first = std::find_if(block.begin(), block.end(), [](const Tensor* m) { return !m->vector; });
    if (first == block.end()) continue;
    TowerBlocks blocks{.count = block.front()->count, .pass = setup.kinds.front().pass};
    TrainingPass& p = blocks.pass;
    p.hidden = (*first)->columns;
    p.norm = towers_detail::has_norm_bias(block) ? NormKind::LayerNorm : NormKind::Rms;
    p.attention = AttentionKernel::Flash;
    p.native_window = true;
    p.masked = p.norms_in_steps = p.attention_softcap = p.gathered_inputs = p.float8 = false;
    p.mlp_tiles = 1;
    p.sequence = t.image_patches;
    blocks.layer = towers_detail::layer_of(block, p.hidden);
    if (blocks.layer.attends()) out.push_back(blocks);
  }
  return out;
}

/// Patches of a micro-batch.
[[nodiscard]] inline Count patches_of(const TrainingSetup& setup) {
  return multiply(setup.sequences, setup.training().image_patches);
}

/// What one block keeps while it is not computed again. Liger's kernels replace a tower's norms, but not its gated block;
/// where fused kernels are the framework's own or compiled they are the tower's too.
[[nodiscard]] inline Kept block_kept(const TrainingSetup& setup, const TowerBlocks& b) {
  const Training& t = setup.training();
  Kept kept = activations::layer(b.pass, b.layer, row_of(t.method).magnitudes).total();
  const bool ligers =
      t.kernels == LayerKernels::Fused && !t.compile && setup.rules->usual.kernels != LayerKernels::Fused;
  const FeedForward& f = b.layer.feed_forward;
  if (ligers && f.gated) kept.inner = add(kept.inner, multiply(b.pass.compute, f.width));
  return kept;
}

/// Blocks of towers are computed again where all layers are.
[[nodiscard]] inline bool repeats_blocks(const TrainingSetup& setup) {
  const RecomputeKind mode = setup.training().recompute;
  return mode == RecomputeKind::Full || mode == RecomputeKind::EveryN;
}

/// A block that is computed again after the text model's layers, where it keeps more than the `layer` that is counted.
inline void put_repeated_block(const TrainingSetup& setup, const TrainingStage& s, Bytes layer, Sink& sink) {
  if (!s.share.first || !repeats_blocks(setup)) return;
  Bytes widest = layer;
  for (const TowerBlocks& b : trained_blocks(setup)) {
    const Kept kept = block_kept(setup, b);
    widest = max(widest, Bytes{multiply(patches_of(setup), add(kept.stream, kept.inner))});
  }
  if (widest > layer) sink.put(Part::Transient, amount("a tower's block, beyond the layer's", widest - layer));
}

/// What the towers' blocks keep until the text model's backward pass has ended.
inline void put_towers(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!s.share.first) return;
  const bool again = repeats_blocks(setup);
  for (const TowerBlocks& b : trained_blocks(setup)) {
    const Kept kept = again ? layer_input(b.pass) : block_kept(setup, b);
    sink.put(Part::Activations, summand(again ? "inputs of a tower's blocks" : "blocks of a tower",
                                        {{"blocks", b.count},
                                         {"in flight", s.flight.count},
                                         {"patches", patches_of(setup)},
                                         {"bytes", add(kept.stream, kept.inner)}},
                                        {1, 1}, s.flight.divisor));
  }
}

}  // namespace llmcalc::training
