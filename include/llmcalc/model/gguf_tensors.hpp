#pragma once
// The tensors of a model as llama.cpp's converter writes them into a GGUF file: other names, other fusions and other
// kept-in-F32 tensors than in the Hugging Face checkpoint. Rows and columns are those of GGML: ne0 is the length of a
// row (input features).
//
// Source: llama.cpp d775b8967 (build 10573), convert_hf_to_gguf.py and llama-arch.cpp; checked tensor by tensor
// against llama-quantize --dry-run for 41 shapes. Not counted: the vision projector (a file of its own), tokenizer,
// metadata. Valid for decoders; a family llama.cpp does not know gets the same mapping of its layers, which is then a
// model of a file, not a copy.

#include <llmcalc/base/units.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/model/gguf_tensor.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace llmcalc {

namespace gguf_detail {

/// Collects the tensors of one model.
class Writer {
 public:
  explicit Writer(std::vector<GgufTensor>& out) : out_(out) {}
  void matrix(GgufRole role, Count ne0, Count rows, Count depth = 1, bool experts = false) {
    out_.push_back({.role = role, .layer = layer, .experts = experts, .ne0 = ne0, .rows = rows, .depth = depth});
  }
  /// F32 tensor; an empty one is left out.
  void f32(Count ne0, Count rows = 1) {
    if (ne0 != 0 && rows != 0)
      out_.push_back({.role = GgufRole::KeptF32, .layer = layer, .type = GgmlType::F32, .ne0 = ne0, .rows = rows});
  }
  /// Matrix that is never quantized and stays in 16 bits.
  void plain(Count ne0, Count rows) {
    out_.push_back({.role = GgufRole::KeptF32, .layer = layer, .type = GgmlType::F16, .ne0 = ne0, .rows = rows});
  }
  /// Marks the last tensor as read before the first layer.
  void last_is_input() { out_.back().input = true; }
  /// Marks the last n tensors as belonging to the routed experts.
  void last_are_experts(std::size_t n) {
    for (std::size_t i = 0; i < n && i < out_.size(); ++i) out_[out_.size() - 1 - i].experts = true;
  }
  std::int32_t layer = -1;

 private:
  std::vector<GgufTensor>& out_;
};

/// Tensors that no field of the model implies, of the layers of one kind or (-1) outside of them: per-layer
/// embeddings, which stay in host memory as the token table does, their projections, AltUp and LAuReL, single
/// numbers. Towers are a file of their own.
inline void extra(Writer& w, const Model& m, std::int32_t kind) {
  for (const Tensor& t : m.extra_tensors) {
    if (t.kind != kind || t.part == ModelPart::Encoder || t.part == ModelPart::Mtp) continue;
    const auto named = [&](const char* part) { return t.name.find(part) != std::string::npos; };
    for (Count i = 0; i < std::min<Count>(t.copies, 4096); ++i) {
      if (t.vector || t.columns <= 1) {
        w.f32(t.rows);
      } else if (t.role == TensorRole::Embedding) {
        w.matrix(GgufRole::TokenEmbedding, t.columns, t.rows);
        w.last_is_input();
      } else if (named("altup") || named("laurel") || named("per_layer_model_projection")) {
        w.plain(t.columns, t.rows);  // llama-quant.cpp leaves these alone
      } else {
        w.matrix(GgufRole::Matrix, t.columns, t.rows);
      }
    }
  }
}

inline void attention(Writer& w, const Model& m, const AttentionShape& a) {
  const Count q = multiply(a.heads, a.head_dim), k = multiply(a.kv_heads, a.head_dim);
  const Count v = multiply(a.kv_heads, a.value_head_dim), o = multiply(a.heads, a.value_head_dim);
  if (a.fused_qkv) {
    w.matrix(GgufRole::Qkv, m.hidden, q + k + v);
    if (a.query_bias) w.f32(q + k + v);
  } else {
    w.matrix(GgufRole::Key, m.hidden, k);
    w.matrix(GgufRole::Query, m.hidden, a.output_gate ? 2 * q : q);
    if (!a.values_are_keys) w.matrix(GgufRole::Value, m.hidden, v);
    if (a.query_bias) w.f32(q);
    if (a.key_bias) w.f32(k);
    if (a.value_bias) w.f32(v);
  }
  w.matrix(GgufRole::AttentionOutput, o, m.hidden);
  if (a.output_bias) w.f32(m.hidden);
  if (a.sinks) w.f32(a.heads);
  switch (a.qk_norm) {
    case QkNorm::None: break;
    case QkNorm::PerHead: w.f32(a.head_dim), w.f32(a.head_dim); break;
    case QkNorm::PerHeadApart: w.f32(a.head_dim, a.heads), w.f32(a.head_dim, a.kv_heads); break;
    case QkNorm::Full: w.f32(q), w.f32(k); break;
  }
}

inline void latent_attention(Writer& w, const Model& m, const AttentionShape& a) {
  const Count q = multiply(a.heads, a.nope_head_dim + a.rope_head_dim);
  if (a.q_lora_rank != 0) {
    w.f32(a.q_lora_rank);
    w.matrix(GgufRole::Matrix, m.hidden, a.q_lora_rank);
    w.matrix(GgufRole::Matrix, a.q_lora_rank, q);
  } else {
    w.matrix(GgufRole::Query, m.hidden, q);
  }
  w.f32(a.kv_lora_rank);
  w.matrix(GgufRole::Matrix, m.hidden, a.kv_lora_rank + a.rope_head_dim);
  w.matrix(GgufRole::Matrix, a.nope_head_dim, a.kv_lora_rank, a.heads);
  w.matrix(GgufRole::Matrix, a.kv_lora_rank, a.value_head_dim, a.heads);
  w.matrix(GgufRole::AttentionOutput, multiply(a.heads, a.value_head_dim), m.hidden);
  if (a.indexer_heads != 0) {
    w.matrix(GgufRole::Matrix, a.q_lora_rank, multiply(a.indexer_heads, a.indexer_head_dim));
    w.matrix(GgufRole::Matrix, m.hidden, a.indexer_head_dim);
    w.f32(a.indexer_head_dim), w.f32(a.indexer_head_dim);
    w.matrix(GgufRole::Matrix, m.hidden, a.indexer_heads);
  }
}

inline void mamba1(Writer& w, const Model& m, const RecurrentShape& r) {
  w.matrix(GgufRole::Matrix, m.hidden, 2 * r.inner);
  w.f32(r.conv_kernel, r.inner);
  if (r.conv_bias) w.f32(r.inner);
  w.matrix(GgufRole::Matrix, r.inner, r.time_step_rank + 2 * r.state);
  w.matrix(GgufRole::Matrix, r.time_step_rank, r.inner);
  w.f32(r.inner);
  w.f32(r.state, r.inner);
  w.f32(r.inner);
  w.matrix(GgufRole::Matrix, r.inner, m.hidden);
  if (r.inner_norms && r.inner_norm_weights) w.f32(r.time_step_rank), w.f32(r.state), w.f32(r.state);
}

inline void mamba2(Writer& w, const Model& m, const RecurrentShape& r) {
  const Count conv = r.inner + 2 * r.groups * r.state;
  w.matrix(GgufRole::Matrix, m.hidden, r.inner + conv + r.heads);
  w.f32(r.conv_kernel, conv);
  if (r.conv_bias) w.f32(conv);
  w.f32(r.heads), w.f32(r.heads), w.f32(r.heads);
  if (r.gated_norm) w.f32(r.inner);
  w.matrix(GgufRole::Matrix, r.inner, m.hidden);
}

inline void delta_net(Writer& w, const Model& m, const RecurrentShape& r) {
  const Count conv = 2 * r.groups * r.state + r.inner;
  w.matrix(GgufRole::Qkv, m.hidden, conv);
  w.matrix(GgufRole::Matrix, m.hidden, r.inner);
  w.f32(r.conv_kernel, conv);
  w.f32(r.heads), w.f32(r.heads);
  w.matrix(GgufRole::Matrix, m.hidden, 2 * r.heads);
  w.f32(r.head_dim);
  w.matrix(GgufRole::Matrix, r.inner, m.hidden);
}

inline void short_convolution(Writer& w, const Model& m, const RecurrentShape& r) {
  w.matrix(GgufRole::Matrix, m.hidden, 3 * r.inner);
  w.f32(r.conv_kernel, r.inner);
  w.matrix(GgufRole::Matrix, r.inner, m.hidden);
}

inline void dense(Writer& w, const Model& m, const FeedForward& f, Count width) {
  w.matrix(GgufRole::Down, width, m.hidden);
  if (f.fused_gate_up) {
    w.matrix(GgufRole::Up, m.hidden, 2 * width);
  } else {
    if (f.gated) w.matrix(GgufRole::Gate, m.hidden, width);
    w.matrix(GgufRole::Up, m.hidden, width);
  }
  if (f.up_bias) w.f32(f.gated ? 2 * width : width);
  if (f.down_bias) w.f32(m.hidden);
}

inline void experts(Writer& w, const Model& m, const FeedForward& f) {
  const Count width = f.latent_width != 0 ? f.latent_width : m.hidden;
  w.f32(m.hidden, f.experts);
  w.matrix(GgufRole::Down, f.expert_width, width, f.experts, true);
  if (f.gated) w.matrix(GgufRole::Gate, width, f.expert_width, f.experts, true);
  w.matrix(GgufRole::Up, width, f.expert_width, f.experts, true);
  if (f.router_bias || f.correction_bias) w.f32(f.experts);
  // The biases' names match the pattern that keeps experts on the host, so they go with the matrices.
  if (f.expert_bias) {
    w.f32(f.expert_width, f.experts), w.f32(f.expert_width, f.experts), w.f32(m.hidden, f.experts);
    w.last_are_experts(3);
  }
  if (f.latent_width != 0)
    w.matrix(GgufRole::Matrix, m.hidden, f.latent_width), w.matrix(GgufRole::Matrix, f.latent_width, m.hidden);
  if (f.shared_gate) w.f32(m.hidden);
  if (f.shared_width != 0) dense(w, m, f, f.shared_width);
}

/// Norm vectors of a layer.
inline void norms(Writer& w, const Model& m, const Layer& layer) {
  Count n = 0;
  switch (layer.norms) {
    case NormPlacement::Pre:
    case NormPlacement::Post:
    case NormPlacement::ParallelTwo: n = 2; break;
    case NormPlacement::Sandwich: n = 4; break;
    case NormPlacement::ParallelOne:
    case NormPlacement::MixerOnly: n = 1; break;
  }
  if (m.norm == NormKind::LayerNormNoWeight) return;
  for (Count i = 0; i < n; ++i) {
    w.f32(m.hidden);
    if (m.norm == NormKind::LayerNorm) w.f32(m.hidden);
  }
}

inline void recurrent(Writer& w, const Model& m, const Layer& layer, Mixer mixer) {
  switch (mixer) {
    case Mixer::Mamba1: mamba1(w, m, layer.recurrent); break;
    case Mixer::Mamba2: mamba2(w, m, layer.recurrent); break;
    case Mixer::ShortConvolution: short_convolution(w, m, layer.recurrent); break;
    case Mixer::Recurrence: break;  // all of it is among the extra tensors
    case Mixer::None:
    case Mixer::Attention:
    case Mixer::LatentAttention:
    case Mixer::CrossAttention:
    case Mixer::GatedDeltaNet:
    case Mixer::KimiDeltaNet:
    case Mixer::LightningAttention: delta_net(w, m, layer.recurrent); break;
  }
}

inline void one_layer(Writer& w, const Model& m, const Layer& layer) {
  if (layer.shared_block) {
    if (!layer.recurs()) return;
    recurrent(w, m, layer, layer.recurrent_mixer());
    w.f32(m.hidden);
    return;
  }
  if (layer.mixer == Mixer::LatentAttention) {
    latent_attention(w, m, layer.attention);
  } else if (layer.attends()) {
    attention(w, m, layer.attention);
  }
  if (layer.recurs()) recurrent(w, m, layer, layer.recurrent_mixer());
  if (layer.is_moe()) {
    experts(w, m, layer.feed_forward);
  } else if (layer.feed_forward.width != 0) {
    dense(w, m, layer.feed_forward, layer.feed_forward.width);
  }
  norms(w, m, layer);
}

/// What a next-token-prediction block has besides its layer: projection, norms, its own embedding and head.
inline void prediction_block(Writer& w, const Model& m) {
  w.matrix(GgufRole::Matrix, 2 * m.hidden, m.hidden);
  w.f32(m.hidden), w.f32(m.hidden), w.f32(m.hidden);
  w.matrix(GgufRole::Matrix, m.hidden, m.vocabulary);
  w.matrix(GgufRole::Matrix, m.hidden, m.vocabulary);
}

}  // namespace gguf_detail

/// Multi-token-prediction blocks that llama.cpp's converter writes into the file; for every other family it leaves
/// them out. Source: convert_hf_to_gguf.py at d775b8967 (GLM-4.5 family); DeepSeek R1's file has 61 blocks, without
/// its prediction layer.
[[nodiscard]] inline std::span<const std::uint16_t> gguf_prediction_blocks(const Model& m) {
  const bool written = m.quirks.has(Quirk::PredictionInGguf);
  return written ? std::span<const std::uint16_t>(m.mtp_layers) : std::span<const std::uint16_t>();
}

/// Every tensor of the model's GGUF file in the order the quantizer meets them: outside the layers first, then layer
/// by layer. Types of matrices are not set here (gguf_mix.hpp does).
[[nodiscard]] inline std::vector<GgufTensor> gguf_tensors(const Model& m) {
  std::vector<GgufTensor> tensors;
  tensors.reserve((m.layers.size() + m.mtp_layers.size()) * 24 + 8);
  gguf_detail::Writer w(tensors);
  if (!m.tied_head) w.matrix(GgufRole::Output, m.hidden, m.head_vocabulary);
  if (m.final_norm && m.norm != NormKind::LayerNormNoWeight) {
    w.f32(m.hidden);
    if (m.norm == NormKind::LayerNorm) w.f32(m.hidden);
  }
  if (m.embedding_norm) {
    w.f32(m.hidden), w.f32(m.hidden);
    tensors[tensors.size() - 1].input = tensors[tensors.size() - 2].input = true;
  }
  if (m.head_bias) w.f32(m.head_vocabulary);
  for (Count i = 0; m.rope_factor_values != 0 && i < m.rope_factor_tensors; ++i) {
    w.f32(m.rope_factor_values);
    tensors.back().rope_table = true;
  }
  if (m.positions == Positions::Learned) {
    w.f32(m.hidden, m.position_rows);
    w.last_is_input();
  }
  w.matrix(GgufRole::TokenEmbedding, m.embedding_columns(), m.vocabulary);
  w.last_is_input();
  gguf_detail::extra(w, m, -1);
  for (const auto kind : m.layers) {
    ++w.layer;
    gguf_detail::one_layer(w, m, m.kinds[kind]);
    gguf_detail::extra(w, m, static_cast<std::int32_t>(kind));
  }
  for (const auto kind : gguf_prediction_blocks(m)) {
    ++w.layer;
    gguf_detail::one_layer(w, m, m.kinds[kind]);
    gguf_detail::prediction_block(w, m);
  }
  return tensors;
}

}  // namespace llmcalc
