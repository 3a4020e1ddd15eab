#pragma once
// The tensors of one layer: attention, feed-forward and norms. Recurrent mixers are in inventory_recurrent.hpp.
// Used by inventory.hpp.

#include <llmcalc/model/inventory_recurrent.hpp>
#include <llmcalc/model/tensor_writer.hpp>

namespace llmcalc::detail {

/// Norms of queries and keys. `query` and `key` are the widths of the projections.
inline void write_qk_norm(TensorWriter& w, const AttentionShape& a, Count query, Count key) {
  if (a.qk_norm == QkNorm::None) return;
  const auto one = [&](std::string_view name, Count width) {
    w.vector(std::string(name) + ".weight", width, TensorRole::Norm, ModelPart::Norms, Split::Replicated);
    if (a.qk_norm_bias) {
      w.vector(std::string(name) + ".bias", width, TensorRole::Norm, ModelPart::Norms, Split::Replicated);
    }
  };
  const bool per_head = a.qk_norm == QkNorm::PerHead;
  one("self_attn.q_norm", per_head ? a.head_dim : query);
  if (!a.no_kv_weights) one("self_attn.k_norm", per_head ? a.head_dim : key);
}

/// Query projection of `rows` output features: one matrix, or two through a latent (DeepSeek V4).
inline void write_query(TensorWriter& w, const AttentionShape& a, Count rows) {
  const Count hidden = w.model().hidden;
  constexpr auto part = ModelPart::Attention;
  if (a.q_lora_rank == 0) {
    w.matrix("self_attn.q_proj", rows, hidden, TensorRole::Query, part, Split::Rows, 1, a.query_bias);
    return;
  }
  w.matrix("self_attn.q_a_proj", a.q_lora_rank, hidden, TensorRole::LatentQueryDown, part, Split::Replicated);
  w.vector("self_attn.q_a_layernorm.weight", a.q_lora_rank, TensorRole::Norm, ModelPart::Norms, Split::Replicated);
  w.matrix("self_attn.q_b_proj", rows, a.q_lora_rank, TensorRole::LatentQueryUp, part, Split::Rows);
}

/// Output projection [hidden, heads x width]; with an output rank (DeepSeek V4) in two: [groups x rank, width of a
/// group's heads], one block for each group, then [hidden, groups x rank].
inline void write_attention_output(TensorWriter& w, const AttentionShape& a) {
  const Count hidden = w.model().hidden;
  const Count width = multiply(a.heads, a.value_head_dim);
  constexpr auto part = ModelPart::Attention;
  if (a.output_lora_rank == 0) {
    w.matrix("self_attn.o_proj", hidden, width, TensorRole::AttentionOutput, part, Split::Columns, 1, a.output_bias);
    return;
  }
  const Count groups = a.output_groups != 0 ? a.output_groups : 1;
  const Count rank = multiply(groups, a.output_lora_rank);
  w.matrix("self_attn.o_a_proj", rank, width / groups, TensorRole::AttentionOutput, part, Split::Rows);
  w.matrix("self_attn.o_b_proj", hidden, rank, TensorRole::AttentionOutput, part, Split::Columns);
}

/// Multi-head, grouped-query, multi-query and cross attention:
/// q [heads x head_dim (twice with a gate), hidden], k and v [kv_heads x width, hidden], o [hidden, heads x width].
inline void write_grouped_attention(TensorWriter& w, const AttentionShape& a) {
  const Count hidden = w.model().hidden;
  const Count query = multiply(a.heads, a.head_dim);
  const Count key = multiply(a.kv_heads, a.head_dim);
  const Count value = multiply(a.kv_heads, a.value_head_dim);
  const Count query_rows = a.output_gate ? multiply(2, query) : query;
  constexpr auto part = ModelPart::Attention;
  if (a.fused_qkv) {
    const Count rows = add(query_rows, add(key, a.values_are_keys ? 0 : value));
    w.matrix("self_attn.qkv_proj", rows, hidden, TensorRole::QueryKeyValue, part, Split::KvRows, 1, a.query_bias);
  } else {
    write_query(w, a, query_rows);
    if (!a.no_kv_weights) {
      w.matrix("self_attn.k_proj", key, hidden, TensorRole::Key, part, Split::KvRows, 1, a.key_bias);
      if (!a.values_are_keys) {
        w.matrix("self_attn.v_proj", value, hidden, TensorRole::Value, part, Split::KvRows, 1, a.value_bias);
      }
    }
  }
  write_qk_norm(w, a, query, key);
  write_attention_output(w, a);
  if (a.sinks) w.vector("self_attn.sinks", a.heads, TensorRole::Sinks, part, Split::Rows);
  if (a.gate_width > 0) {
    w.matrix("self_attn.gate_proj", a.gate_width, hidden, TensorRole::Other, part, Split::Rows);
  }
}

/// Sparse-attention indexer (DeepSeek V3.2): wq_b [heads x d, q_lora], wk [d, hidden], LayerNorm of d, weights
/// [heads].
inline void write_indexer(TensorWriter& w, const AttentionShape& a) {
  if (a.indexer_heads == 0) return;
  const Count hidden = w.model().hidden;
  constexpr auto part = ModelPart::Attention;
  const Count source = a.q_lora_rank != 0 ? a.q_lora_rank : hidden;
  w.matrix("self_attn.indexer.wq_b", multiply(a.indexer_heads, a.indexer_head_dim), source, TensorRole::Indexer, part,
           Split::Replicated);
  w.matrix("self_attn.indexer.wk", a.indexer_head_dim, hidden, TensorRole::Indexer, part, Split::Replicated);
  w.vector("self_attn.indexer.k_norm.weight", a.indexer_head_dim, TensorRole::Norm, ModelPart::Norms,
           Split::Replicated);
  w.vector("self_attn.indexer.k_norm.bias", a.indexer_head_dim, TensorRole::Norm, ModelPart::Norms,
           Split::Replicated);
  w.matrix("self_attn.indexer.weights_proj", a.indexer_heads, hidden, TensorRole::Indexer, part, Split::Replicated);
}

/// Multi-head latent attention: queries directly or through a latent of q_lora_rank; keys and values through the
/// cached latent of kv_lora_rank + rope_head_dim.
inline void write_latent_attention(TensorWriter& w, const AttentionShape& a) {
  const Count hidden = w.model().hidden;
  const Count query = multiply(a.heads, add(a.nope_head_dim, a.rope_head_dim));
  constexpr auto part = ModelPart::Attention;
  const auto latent_norm = [&](std::string_view name, Count width) {
    w.vector(name, width, TensorRole::Norm, ModelPart::Norms, Split::Replicated);
  };
  if (a.q_lora_rank == 0) {
    w.matrix("self_attn.q_proj", query, hidden, TensorRole::Query, part, Split::Rows);
  } else {
    w.matrix("self_attn.q_a_proj", a.q_lora_rank, hidden, TensorRole::LatentQueryDown, part, Split::Replicated, 1,
             a.query_bias);
    latent_norm("self_attn.q_a_layernorm.weight", a.q_lora_rank);
    w.matrix("self_attn.q_b_proj", query, a.q_lora_rank, TensorRole::LatentQueryUp, part, Split::Rows);
  }
  w.matrix("self_attn.kv_a_proj_with_mqa", add(a.kv_lora_rank, a.rope_head_dim), hidden, TensorRole::LatentKvDown,
           part, Split::Replicated, 1, a.key_bias);
  latent_norm("self_attn.kv_a_layernorm.weight", a.kv_lora_rank);
  w.matrix("self_attn.kv_b_proj", multiply(a.heads, add(a.nope_head_dim, a.value_head_dim)), a.kv_lora_rank,
           TensorRole::LatentKvUp, part, Split::Rows);
  w.matrix("self_attn.o_proj", hidden, multiply(a.heads, a.value_head_dim), TensorRole::AttentionOutput, part,
           Split::Columns, 1, a.output_bias);
  if (a.sinks) w.vector("self_attn.sinks", a.heads, TensorRole::Sinks, part, Split::Rows);
  if (a.gate_width > 0) w.matrix("self_attn.g_proj", a.gate_width, hidden, TensorRole::Other, part, Split::Rows);
  write_indexer(w, a);
}

/// Dense block: gate and up [width, hidden], down [hidden, width].
inline void write_dense(TensorWriter& w, const FeedForward& f) {
  if (f.width == 0) return;
  const Count hidden = w.model().hidden;
  constexpr auto part = ModelPart::FeedForward;
  if (f.gated && f.fused_gate_up) {
    w.matrix("mlp.gate_up_proj", multiply(2, f.width), hidden, TensorRole::GateUp, part, Split::Rows, 1, f.up_bias);
  } else {
    if (f.gated) w.matrix("mlp.gate_proj", f.width, hidden, TensorRole::Gate, part, Split::Rows, 1, f.up_bias);
    w.matrix("mlp.up_proj", f.width, hidden, TensorRole::Up, part, Split::Rows, 1, f.up_bias);
  }
  w.matrix("mlp.down_proj", hidden, f.width, TensorRole::Down, part, Split::Columns, 1, f.down_bias);
}

/// Routed experts; each works in the latent width if there is one, else in the hidden size.
inline void write_experts(TensorWriter& w, const FeedForward& f) {
  const Count inner = f.latent_width != 0 ? f.latent_width : w.model().hidden;
  constexpr auto part = ModelPart::Experts;
  constexpr auto split = Split::Experts;
  const bool bias = f.expert_bias;
  if (f.gated && f.fused_expert_gate_up) {
    w.matrix("mlp.experts.gate_up_proj", multiply(2, f.expert_width), inner, TensorRole::ExpertGateUp, part, split,
             f.experts, bias);
    w.matrix("mlp.experts.down_proj", inner, f.expert_width, TensorRole::ExpertDown, part, split, f.experts, bias);
    return;
  }
  if (f.gated) {
    w.matrix("mlp.experts.{}.gate_proj", f.expert_width, inner, TensorRole::ExpertGate, part, split, f.experts, bias);
  }
  w.matrix("mlp.experts.{}.up_proj", f.expert_width, inner, TensorRole::ExpertUp, part, split, f.experts, bias);
  w.matrix("mlp.experts.{}.down_proj", inner, f.expert_width, TensorRole::ExpertDown, part, split, f.experts, bias);
}

/// Mixture of experts: router, routed experts, latent projections, shared experts and their gate.
inline void write_mixture(TensorWriter& w, const FeedForward& f) {
  if (f.experts == 0) return;
  const Count hidden = w.model().hidden;
  w.matrix("mlp.gate", f.experts, hidden, TensorRole::Router, ModelPart::Router, Split::Replicated, 1, f.router_bias);
  if (f.correction_bias) {
    w.buffer("mlp.gate.e_score_correction_bias", f.experts, TensorRole::Router, ModelPart::Router);
  }
  write_experts(w, f);
  if (f.latent_width != 0) {
    w.matrix("mlp.latent_down_proj", f.latent_width, hidden, TensorRole::LatentExpertProjection,
             ModelPart::FeedForward, Split::Replicated);
    w.matrix("mlp.latent_up_proj", hidden, f.latent_width, TensorRole::LatentExpertProjection, ModelPart::FeedForward,
             Split::Replicated);
    if (f.latent_norm) {
      w.vector("mlp.latent_norm.weight", f.latent_width, TensorRole::Norm, ModelPart::Norms, Split::Replicated);
    }
  }
  if (f.shared_width != 0) {
    constexpr auto part = ModelPart::FeedForward;
    if (f.gated) {
      w.matrix("mlp.shared_experts.gate_proj", f.shared_width, hidden, TensorRole::SharedGate, part, Split::Rows);
    }
    w.matrix("mlp.shared_experts.up_proj", f.shared_width, hidden, TensorRole::SharedUp, part, Split::Rows);
    w.matrix("mlp.shared_experts.down_proj", hidden, f.shared_width, TensorRole::SharedDown, part, Split::Columns);
    if (f.shared_gate) {
      w.matrix("mlp.shared_expert_gate", 1, hidden, TensorRole::SharedExpertGate, part, Split::Replicated);
    }
  }
}

/// The norms around mixer and feed-forward block.
inline void write_layer_norms(TensorWriter& w, NormPlacement placement) {
  const Count hidden = w.model().hidden;
  switch (placement) {
    case NormPlacement::Pre:
    case NormPlacement::ParallelTwo:
      w.norm("input_layernorm", hidden);
      w.norm("post_attention_layernorm", hidden);
      break;
    case NormPlacement::Post:
      w.norm("post_attention_layernorm", hidden);
      w.norm("post_feedforward_layernorm", hidden);
      break;
    case NormPlacement::Sandwich:
      w.norm("input_layernorm", hidden);
      w.norm("post_attention_layernorm", hidden);
      w.norm("pre_feedforward_layernorm", hidden);
      w.norm("post_feedforward_layernorm", hidden);
      break;
    case NormPlacement::ParallelOne:
    case NormPlacement::MixerOnly: w.norm("input_layernorm", hidden); break;
  }
}

/// All tensors of one kind of layer. What the layer shares with others is not its own.
inline void write_layer(TensorWriter& w, const Layer& layer) {
  if (layer.shared_block) {
    if (!layer.recurs()) return;
    write_recurrent(w, layer.recurrent_mixer(), layer.recurrent);
    write_layer_norms(w, NormPlacement::MixerOnly);
    return;
  }
  switch (layer.mixer) {
    case Mixer::Attention:
    case Mixer::CrossAttention: write_grouped_attention(w, layer.attention); break;
    case Mixer::LatentAttention: write_latent_attention(w, layer.attention); break;
    case Mixer::None: break;
    case Mixer::Mamba1:
    case Mixer::Mamba2:
    case Mixer::GatedDeltaNet:
    case Mixer::KimiDeltaNet:
    case Mixer::LightningAttention:
    case Mixer::ShortConvolution:
    case Mixer::Recurrence: write_recurrent(w, layer.mixer, layer.recurrent); break;
  }
  if (layer.also_recurrent) write_recurrent(w, layer.recurrent_mixer(), layer.recurrent);
  write_dense(w, layer.feed_forward);
  write_mixture(w, layer.feed_forward);
  write_layer_norms(w, layer.norms);
}

}  // namespace llmcalc::detail
