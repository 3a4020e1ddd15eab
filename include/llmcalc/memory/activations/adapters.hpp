#pragma once
// LoRA: bytes that adapters keep on a frozen layer, per token. c bytes per number, b bytes of an adapter's number,
// r rank, `in` the target's input width.
//
//   autocast                    (c in + c r) per target: each casts its own copy, also where the model is in 16 bits
//                               and only the adapters are fp32
//   b = c, no dropout           the existing inputs: c h for q, k, v together, c h for gate and up, the down
//                               projection's c i, nothing for o; and c r per target
//   otherwise                   (b in + b r) per target: PEFT makes adapters fp32 alongside a bf16 model
//   fused with the base         c h for q, k, v together, c h for gate and up; products and the down projection's
//                               input are computed again (Unsloth)
//   first matrix never stepped  the same: PEFT's LoRA-FA freezes it for the optimizer, and switching adapters off and on
//                               makes it trained again (tuners_utils.py set_adapter)
//   dropout                     a mask of one byte per number of every target's input (none where the input needs no
//                               gradient: q, k, v of the first layer)
//   gathered                    inputs of the stream are whole on every sequence-parallel rank (Megatron Bridge)
//   routed experts              modules with adapters keep K (h + i + 2 r) numbers, the busiest rank's share of tokens
//   DoRA                        c out + b out more per target: both products are scaled by the magnitude
//
// Source: PyTorch saved-tensor hooks on PEFT 0.20, equal to the byte; fms-acceleration's runs with bf16 (97.54 x 2 h T
// per micro-batch of Mistral 7B, and 101.55 without autocast: as counted); DoRA's term from PEFT's source (lora/dora.py);
// Unsloth kernels/fast_lora.py; PEFT optimizers/lorafa.py, whose run of Llama 3.2 3B with rank 32 reserves 0.05 GB less
// than LoRA (method_comparison/MetaMathQA/results of 2026-07): two states of the first matrices are 0.044 GB. Gathered
// inputs and experts: Megatron-Bridge peft/utils.py ParallelLinearAdapter.forward; mcore-bridge tuners/lora.py; from source,
// not measured. Not counted: experts that are one tensor, whose adapters PEFT adds to the weights.

#include <llmcalc/memory/activations/attention.hpp>

#include <array>
#include <cstddef>

namespace llmcalc::activations {

/// Input and output widths of the matrices of a layer that can carry an adapter; 0: absent.
struct TargetWidths {
  std::array<Count, lora_targets.size()> in{};
  std::array<Count, lora_targets.size()> out{};

  constexpr void set(LoraTarget target, Count input, Count output) {
    in[static_cast<std::size_t>(target)] = input;
    out[static_cast<std::size_t>(target)] = output;
  }
};

/// The matrices of one layer by target. A fused projection counts under its parts; latent attention counts its two
/// query matrices as q and its two key-value matrices as k and v.
[[nodiscard]] constexpr TargetWidths target_widths(Count hidden, const Layer& layer) {
  TargetWidths w;
  const AttentionShape& a = layer.attention;
  if (layer.mixer == Mixer::LatentAttention) {
    const Count query = multiply(a.heads, add(a.nope_head_dim, a.rope_head_dim));
    w.set(LoraTarget::Query, a.q_lora_rank != 0 ? a.q_lora_rank : hidden, query);
    w.set(LoraTarget::Key, hidden, add(a.kv_lora_rank, a.rope_head_dim));
    w.set(LoraTarget::Value, a.kv_lora_rank, multiply(a.heads, add(a.nope_head_dim, a.value_head_dim)));
    w.set(LoraTarget::Output, multiply(a.heads, a.value_head_dim), hidden);
  } else if (layer.attends()) {
    w.set(LoraTarget::Query, hidden, product(a.heads, a.head_dim, a.output_gate ? 2 : 1));
    w.set(LoraTarget::Key, hidden, multiply(a.kv_heads, a.head_dim));
    if (!a.values_are_keys) w.set(LoraTarget::Value, hidden, multiply(a.kv_heads, a.value_head_dim));
    w.set(LoraTarget::Output, multiply(a.heads, a.value_head_dim), hidden);
  }
  const FeedForward& f = layer.feed_forward;
  const Count width = f.width != 0 ? f.width : f.shared_width;
  if (width != 0) {
    if (f.gated) w.set(LoraTarget::Gate, hidden, width);
    w.set(LoraTarget::Up, hidden, width);
    w.set(LoraTarget::Down, width, hidden);
  }
  return w;
}

/// What adapters of routed experts keep.
[[nodiscard]] constexpr Kept expert_adapters(const TrainingPass& p, const FeedForward& f, Count bytes) {
  const bool first = p.targets.has(LoraTarget::Gate) || p.targets.has(LoraTarget::Up);
  const bool second = p.targets.has(LoraTarget::Down);
  if (!p.expert_adapters || f.experts == 0) return {};
  const Count seen = f.latent_width != 0 ? f.latent_width : p.hidden;
  const Count numbers = add(first ? add(seen, p.adapter_rank) : 0, second ? add(f.expert_width, p.adapter_rank) : 0);
  return {.inner = scale(Bytes{product(f.experts_per_token, bytes, numbers)}, p.expert_load, 1000).count};
}

/// What the adapters of one layer keep. `dora`: a magnitude scales both products.
[[nodiscard]] constexpr Kept adapters(const TrainingPass& p, const Layer& layer, bool dora) {
  if (!p.adapters || p.adapter_rank == 0) return {};
  const TargetWidths w = target_widths(p.hidden, layer);
  if (p.adapter_kernels && !p.adapter_dropout && !dora) {
    using T = LoraTarget;
    const bool attention =
        layer.attends() && (p.targets.has(T::Query) || p.targets.has(T::Key) || p.targets.has(T::Value));
    const bool block = p.targets.has(T::Gate) || p.targets.has(T::Up) || p.targets.has(T::Down);
    const Count inputs = (attention ? Count{1} : Count{0}) + (block ? Count{1} : Count{0});
    return {.stream = product(p.compute, p.hidden, inputs)};
  }
  const bool casts = p.autocast || p.casts_adapters;
  const Count bytes = casts ? p.compute : p.adapter_bytes;
  const bool shares = !casts && p.adapter_bytes == p.compute && !p.adapter_dropout;
  Kept kept = expert_adapters(p, layer.feed_forward, bytes);
  bool attention_input = false;
  bool block_input = false;
  for (const auto& row : lora_targets) {
    const auto i = static_cast<std::size_t>(row.id);
    if (!p.targets.has(row.id) || w.in[i] == 0) continue;
    const bool reads_stream = w.in[i] == p.hidden && row.id != LoraTarget::Output && row.id != LoraTarget::Down;
    const bool first_projection =
        row.id == LoraTarget::Query || row.id == LoraTarget::Key || row.id == LoraTarget::Value;
    Count& input = reads_stream && !p.gathered_adapters ? kept.stream : kept.inner;
    if (!shares) {
      input = add(input, multiply(bytes, w.in[i]));
      if (p.adapter_dropout && (p.input_grad || !first_projection)) input = add(input, w.in[i]);
    } else if (row.id == LoraTarget::Output) {
      if (concatenates_queries(layer.attention)) input = add(input, multiply(bytes, w.in[i]));
    } else {
      bool& seen = first_projection ? attention_input : block_input;
      if (!reads_stream || !seen) input = add(input, multiply(bytes, w.in[i]));
      if (reads_stream) seen = true;
    }
    kept.inner = add(kept.inner, multiply(bytes, p.adapter_rank));
    if (dora) kept.inner = add(kept.inner, multiply(add(p.compute, bytes), w.out[i]));
  }
  return kept;
}

}  // namespace llmcalc::activations
