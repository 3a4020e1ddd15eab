// Decoders built like Llama: rotary positions, RMS norms, gated feed-forward; dense and mixture of experts.

#include "formats/config/blocks.hpp"
#include "formats/config/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::config {

namespace {

/// Reads the stream and adds equal layers of this attention and dense block.
Layer llama_layer(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  layer.attention = grouped_attention(c, m, c.flag("attention_bias", false));
  layer.feed_forward = dense_block(c, c.flag("mlp_bias", false));
  return layer;
}

void read_llama(const Fields& c, Model& m) {
  const Layer layer = llama_layer(c, m);
  add_layers(m, layer_count(c), [&](Count) { return layer; });
}

/// Every layer slides when there is a window at all (Mistral, Mixtral, Phi-3).
void read_mistral(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.window = c.count("sliding_window", range::tokens, 0);
  add_layers(m, layer_count(c), [&](Count) { return layer; });
}

/// Mixtral: experts of intermediate_size in every layer, no dense block.
void read_mixtral(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.window = c.count("sliding_window", range::tokens, 0);
  FeedForward& f = layer.feed_forward;
  f.expert_width = f.width;
  f.width = 0;
  f.experts = c.required("num_local_experts", range::experts);
  f.experts_per_token = c.required("num_experts_per_tok", range::experts);
  m.names = {{"mlp.gate.", "block_sparse_moe.gate."},
             {"mlp.experts.{}.gate_proj", "block_sparse_moe.experts.{}.w1"},
             {"mlp.experts.{}.down_proj", "block_sparse_moe.experts.{}.w2"},
             {"mlp.experts.{}.up_proj", "block_sparse_moe.experts.{}.w3"}};
  add_layers(m, layer_count(c), [&](Count) { return layer; });
}

/// Windows of Qwen: only with use_sliding_window, then from layer max_window_layers on.
Count qwen_window(const Fields& c, Count i) {
  if (!c.flag("use_sliding_window", false) || i < c.count("max_window_layers", range::some_layers, 0)) return 0;
  return c.count("sliding_window", range::tokens, 0);
}

/// Qwen2: biases on queries, keys and values that the config does not mention.
void read_qwen2(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.query_bias = layer.attention.key_bias = layer.attention.value_bias = true;
  layer.attention.output_bias = false;
  add_layers(m, layer_count(c), [&](Count i) {
    layer.attention.window = qwen_window(c, i);
    return layer;
  });
}

void read_qwen3(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  add_layers(m, layer_count(c), [&](Count i) {
    layer.attention.window = qwen_window(c, i);
    return layer;
  });
}

/// Experts in every decoder_sparse_step-th layer but those of mlp_only_layers; the others are dense.
void read_qwen3_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  if (c.flag("use_sliding_window", false)) layer.attention.window = c.count("sliding_window", range::tokens, 0);
  const FeedForward dense = layer.feed_forward;
  FeedForward moe = dense;
  moe.width = 0;
  moe.experts = c.required("num_experts", range::experts);
  moe.experts_per_token = c.required("num_experts_per_tok", range::experts);
  moe.expert_width = c.required("moe_intermediate_size", range::width);
  const Count step = c.count("decoder_sparse_step", range::layers, 1);
  const std::vector<Count> dense_only = c.counts("mlp_only_layers", range::some_layers);
  add_layers(m, layer_count(c), [&](Count i) {
    const bool listed = std::find(dense_only.begin(), dense_only.end(), i) != dense_only.end();
    layer.feed_forward = listed || moe.experts == 0 || (i + 1) % step != 0 ? dense : moe;
    return layer;
  });
}

/// Phi-3 and Phi-4: fused projections, windows in every layer.
void read_phi3(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.window = c.count("sliding_window", range::tokens, 0);
  layer.attention.fused_qkv = true;
  layer.feed_forward.fused_gate_up = true;
  add_layers(m, layer_count(c), [&](Count) { return layer; });
}

/// Gemma: (1 + weight) norms, scaled embedding.
void read_gemma(const Fields& c, Model& m) {
  m.norm = NormKind::RmsPlusOne;
  m.scaled_embedding = true;
  Layer layer = llama_layer(c, m);
  add_layers(m, layer_count(c), [&](Count) { return layer; });
}

/// Gemma 2 and 3: four norms; every `pattern`-th layer sees the whole context, the others a window.
void read_sliding_gemma(const Fields& c, Model& m, Layer layer, Count pattern) {
  m.norm = NormKind::RmsPlusOne;
  m.scaled_embedding = true;
  m.attention_softcap = c.number("attn_logit_softcapping", 0) > 0;
  m.final_softcap = c.number("final_logit_softcapping", 0) > 0;
  layer.norms = NormPlacement::Sandwich;
  const Count n = layer_count(c);
  const std::vector<Count> window = windows(c, n, c.count("sliding_window", range::tokens, 0), pattern);
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    return layer;
  });
}

void read_gemma2(const Fields& c, Model& m) { read_sliding_gemma(c, m, llama_layer(c, m), 2); }

void read_gemma3(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  read_sliding_gemma(c, m, layer, c.count("sliding_window_pattern", range::layers, 6));
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"llama", "Llama", read_llama},
    {"mistral", "Mistral", read_mistral},
    {"mixtral", "Mistral", read_mixtral},
    {"qwen2", "Qwen", read_qwen2},
    {"qwen3", "Qwen", read_qwen3},
    {"qwen3_moe", "Qwen", read_qwen3_moe},
    {"phi3", "Phi", read_phi3},
    {"gemma", "Gemma", read_gemma},
    {"gemma2", "Gemma", read_gemma2},
    {"gemma3_text", "Gemma", read_gemma3},
});

}  // namespace

std::span<const FamilyRow> llama_like_families() { return rows; }

}  // namespace llmcalc::config
