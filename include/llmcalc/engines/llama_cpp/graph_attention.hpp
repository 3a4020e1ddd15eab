#pragma once
// Attention blocks of llama.cpp's graphs: each returns the attention's output before the output projection.

#include <llmcalc/engines/llama_cpp/graph_builder.hpp>

namespace llmcalc::llama_cpp {

/// Width of the cached tensors of which flash attention makes an F16 copy on a device: those that are not F16. Keys,
/// then values.
[[nodiscard]] inline std::array<Count, 2> copied_widths(const Builder& b, const Layer& l) {
  if (!b.replay.on_device || !b.flash || !b.sizes.narrow_masks) return {};
  const AttentionShape& a = l.attention;
  const bool latent = absorbs(l);
  const Count width = latent ? a.kv_lora_rank + a.rope_head_dim : multiply(a.kv_heads, a.head_dim);
  return {b.serving.key_format != KvFormat::Fp16 ? width : 0,
          b.serving.value_format != KvFormat::Fp16 && !latent ? width : 0};
}

/// Size of the flash attention node: its result of n bytes and the copies.
[[nodiscard]] inline Count flash_bytes(const Builder& b, const Layer& l, Count n) {
  const Count cells = multiply(b.cells(l), b.sizes.streams);
  for (const Count width : copied_widths(b, l)) {
    if (width != 0) n = add(round_up(n, device_alignment), product(cells, width, 2));
  }
  return n;
}

/// Bytes of attention's output as its node gives it: latent attention's is still in the latent space.
[[nodiscard]] inline Count attention_bytes(const Builder& b, const Layer& l) {
  const AttentionShape& a = l.attention;
  return absorbs(l) ? product(a.kv_lora_rank, a.heads, b.u) : b.query_bytes(l);
}

inline Node flash_attention(Builder& b, const Layer& l, Node queries) {
  const Node keys = b.key_copy(l), values = b.value_copy(l);
  const Count result = attention_bytes(b, l), n = flash_bytes(b, l, result);
  const Tag tag{n == result ? TensorName::AttentionOutput : TensorName::AttentionAndCopies};
  return b.g.add(n, {queries, keys, values, b.flash_mask(l)}, tag);
}

/// Scores and softmax without flash attention.
inline Node scores(Builder& b, const Layer& l, Node queries, Node mask) {
  const Count n = product(b.cells(l), b.sizes.ubatch, l.attention.heads, 4);
  const Node kq = b.g.add(n, {queries, b.key_copy(l)}, {TensorName::Scores});
  return b.g.in_place(n, {kq, mask}, {kq});
}

/// Multi-head latent attention in its absorbed form.
inline Node latent_attention(Builder& b, const Layer& l, Node h) {
  const AttentionShape& a = l.attention;
  CacheInputs& c = b.cache_of(l);
  Graph& g = b.g;
  const Count u = b.u, query = product(a.nope_head_dim + a.rope_head_dim, a.heads, u);
  const Count latent = multiply(a.kv_lora_rank, u), rope = multiply(a.rope_head_dim, u);
  const Tag queries{TensorName::Queries}, stored{TensorName::KeysAndValues}, result{TensorName::AttentionOutput};
  Node q = no_node;
  if (a.q_lora_rank != 0) {
    const Count low_rank = multiply(a.q_lora_rank, u);
    const Node down = b.host_copy(Matrix::QueryDown);
    const Node low = b.scaled(g.in_place(low_rank, {g.add(low_rank, {h, down})}), low_rank, a.q_lora_rank);
    q = g.add(query, {low, b.host_copy(Matrix::Query)}, queries);
  } else {
    q = g.add(query, {h, b.host_copy(Matrix::Query)}, queries);
  }
  const Node absorbed = g.add(multiply(latent, a.heads), {q, b.host_copy(Matrix::KeyUp)}, queries);
  const Node q_rope = g.add(multiply(rope, a.heads), {q, b.positions}, queries);
  const Node q_all = g.add(multiply(latent + rope, a.heads), {absorbed, q_rope}, queries);
  const Node kv = g.add(latent + rope, {h, b.host_copy(Matrix::LatentDown)}, stored);
  const Node compressed = b.scaled(g.add(latent, {kv}, stored), latent, a.kv_lora_rank);
  const Node k_rope = g.add(rope, {kv, b.positions});
  b.store(g.add(latent + rope, {compressed, k_rope}, stored), c.key_index);
  Node out = no_node;
  if (b.flash) {
    out = flash_attention(b, l, q_all);
  } else {
    const Node values = g.add(product(b.cells(l), b.sizes.streams, a.kv_lora_rank, 2));
    out = g.add(multiply(latent, a.heads), {values, scores(b, l, q_all, c.mask)}, result);
  }
  const Count value = product(a.value_head_dim, a.heads, u);
  return g.add(value, {g.add(value, {out, b.host_copy(Matrix::ValueUp)}, result)}, result);
}

/// One of the query, key and value projections with its bias, norm and rotation.
inline Node projection(Builder& b, const Layer& l, Node h, Count n, Matrix matrix, bool bias) {
  const Tag tag{matrix == Matrix::Query ? TensorName::Queries : TensorName::KeysAndValues};
  Node t = b.g.add(n, {h, b.host_copy(matrix)}, tag);
  if (bias) t = b.scaled(t, n, b.u != 0 ? n / b.u : 0);
  const bool normed = matrix != Matrix::Value && l.attention.qk_norm != QkNorm::None;
  if (normed) t = b.scaled(b.g.add(n, {t}, tag), n, l.attention.head_dim);
  if (matrix != Matrix::Value && b.positions != no_node) {
    // A projection without a norm is read through a reshaped view here, and views are never taken over.
    const Node factors = b.rope_factors();
    t = normed ? b.g.in_place(n, {t, b.positions, factors}, {t}) : b.g.add(n, {t, b.positions, factors}, tag);
  }
  return t;
}

/// Queries, keys and values of a fused projection; keys and values are stored, queries returned.
inline Node fused_queries(Builder& b, const Layer& l, Node h) {
  CacheInputs& c = b.cache_of(l);
  Graph& g = b.g;
  const Count q = b.query_bytes(l), k = b.key_bytes(l);
  const Tag stored{TensorName::KeysAndValues};
  const Node qkv = g.add(q + 2 * k, {h, b.host_copy(Matrix::Query)}, {TensorName::Projection});
  Node queries = g.add(q, {qkv, b.positions}, {TensorName::Queries});
  if (b.architecture.scaled_queries) queries = g.in_place(q, {queries});
  if (c.key_rotation == no_node) {
    const Node keys = g.add(k, {qkv, b.positions}, stored);
    b.store(keys, c.key_index);
    b.store(qkv, c.value_index);
    return queries;
  }
  queries = b.turn(queries, q, c.key_rotation);
  const Node values = b.turn(g.add(k, {qkv}, stored), k, c.value_rotation);
  const Node keys = b.turn(g.add(k, {qkv, b.positions}, stored), k, c.key_rotation);
  b.store(keys, c.key_index);
  b.store(values, c.value_index);
  return queries;
}

/// Queries, keys and values of three projections; keys and values are stored, queries returned.
inline Node separate_queries(Builder& b, const Layer& l, Node h) {
  const AttentionShape& a = l.attention;
  CacheInputs& c = b.cache_of(l);
  const Count q = b.query_bytes(l), k = b.key_bytes(l);
  Node queries = projection(b, l, h, q, Matrix::Query, a.query_bias);
  if (b.architecture.scaled_queries) queries = b.g.in_place(q, {queries});
  queries = b.turn(queries, q, c.key_rotation);
  Node keys = no_node, values = no_node;
  const auto make_keys = [&] { keys = b.turn(projection(b, l, h, k, Matrix::Key, a.key_bias), k, c.key_rotation); };
  const auto make_values = [&] {
    values = b.turn(projection(b, l, h, k, Matrix::Value, a.value_bias), k, c.value_rotation);
  };
  if (b.architecture.keys_first && c.key_rotation == no_node && c.value_rotation == no_node) {
    make_keys();
    make_values();
  } else {
    make_values();
    make_keys();
  }
  b.store(keys, c.key_index);
  b.store(values, c.value_index);
  return queries;
}

/// Attention of one layer: normed input to the input of the output projection.
inline Node attention(Builder& b, const Layer& l, Node h) {
  if (absorbs(l)) return latent_attention(b, l, h);
  CacheInputs& c = b.cache_of(l);
  const Count q = b.query_bytes(l);
  const Node queries = l.attention.fused_qkv ? fused_queries(b, l, h) : separate_queries(b, l, h);
  Node out = no_node;
  if (b.attends_on_host(l)) {
    b.g.use({queries});
    b.g.begin_split();
    return b.g.add_input(q, {}, {TensorName::AttentionOutput});
  }
  if (b.flash) {
    out = flash_attention(b, l, queries);
  } else {
    const Node weights = scores(b, l, queries, c.mask);
    const Tag result{TensorName::AttentionOutput};
    out = b.g.add(q, {b.g.add(q, {weights, b.value_copy(l)}, result)}, result);
  }
  return b.architecture.rotates_late ? out : b.turn(out, q, c.value_rotation);
}

/// Attention with an output gate (Qwen3-Next): the query projection makes the gate as well; the result is projected.
inline Node gated_attention(Builder& b, const Layer& l, Node h) {
  CacheInputs& c = b.cache_of(l);
  Graph& g = b.g;
  const Count q = b.query_bytes(l), k = b.key_bytes(l);
  const Count width = l.attention.head_dim;
  const Tag query{TensorName::Queries}, stored{TensorName::KeysAndValues}, result{TensorName::AttentionOutput};
  const Node full = g.add(2 * q, {h, b.host_copy(Matrix::Query)}, {TensorName::Projection});
  const Node normed_queries = b.scaled(g.add(q, {full}, query), q, width);
  const Node queries = b.turn(g.in_place(q, {normed_queries}), q, c.key_rotation);
  const Node values = b.turn(g.add(k, {h, b.host_copy(Matrix::Value)}, stored), k, c.value_rotation);
  const Node projected = g.add(k, {h, b.host_copy(Matrix::Key)}, stored);
  const Node keys = b.turn(g.in_place(k, {b.scaled(g.add(k, {projected}, stored), k, width)}), k, c.key_rotation);
  b.store(keys, c.key_index);
  b.store(values, c.value_index);
  g.use({b.positions});
  Node out = b.flash ? flash_attention(b, l, queries)
                     : g.add(q, {g.add(q, {scores(b, l, queries, c.mask)}, result)}, result);
  out = b.turn(out, q, c.value_rotation);
  const Node gate = g.in_place(q, {g.add(q, {full}, query)});
  // What was rotated back is read through two reshaped views, and then the product takes over the gate instead.
  const Node gated = g.in_place(q, {out, gate}, {c.value_rotation == no_node ? out : gate});
  return b.residual({gated, b.host_copy(Matrix::Output)});
}

}  // namespace llmcalc::llama_cpp
