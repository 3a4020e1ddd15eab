// Decoders whose attention and feed-forward block stand side by side, and other layouts with LayerNorm: Cohere,
// Falcon, GPT-J, BLOOM, MPT, StableLM, StarCoder2.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <array>
#include <cmath>

namespace llmcalc::models {

namespace {

/// Command R: one norm without bias; optional norms of every query and key head.
Layer cohere_layer(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNormNoBias;
  layer.norms = NormPlacement::ParallelOne;
  if (c.flag("use_qk_norm", false)) layer.attention.qk_norm = QkNorm::PerHeadApart;
  return layer;
}

void read_cohere(const Fields& c, Model& m) { add_equal_layers(c, m, cohere_layer(c, m)); }

/// Command R7B, Command A: three of four layers slide, the fourth has no positions.
void read_cohere2(const Fields& c, Model& m) {
  Layer layer = cohere_layer(c, m);
  const Count n = layer_count(c);
  const std::vector<Count> window =
      windows(c, n, c.count("sliding_window", range::tokens, 0), c.count("sliding_window_pattern", range::layers, 4));
  const Count rotary = layer.attention.rotary_dim;
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    layer.attention.rotary_dim = window[i] != 0 ? rotary : 0;
    return layer;
  });
}

/// StableLM: LayerNorm, biases on queries, keys and values, optional norms of every head.
void read_stablelm(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNorm;
  AttentionShape& a = layer.attention;
  a.query_bias = a.key_bias = a.value_bias = c.flag("use_qkv_bias", false);
  a.output_bias = false;
  if (c.flag("qk_layernorm", false)) a.qk_norm = QkNorm::PerHeadApart;
  if (c.flag("use_parallel_residual", false)) layer.norms = NormPlacement::ParallelOne;
  add_equal_layers(c, m, layer);
}

/// StarCoder2: LayerNorm, biases everywhere, an ungated block, windows in every layer.
void read_starcoder2(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNorm;
  AttentionShape& a = layer.attention;
  a.query_bias = a.key_bias = a.value_bias = a.output_bias = c.flag("use_bias", true);
  a.window = c.count("sliding_window", range::tokens, 0);
  FeedForward& f = layer.feed_forward;
  f.gated = false;
  f.up_bias = f.down_bias = c.flag("use_bias", true);
  m.names = {{"mlp.up_proj", "mlp.c_fc"}, {"mlp.down_proj", "mlp.c_proj"}};
  add_equal_layers(c, m, layer);
}

/// Falcon: 7B multi-query with one norm, 40B and 180B grouped with two, RW models sequential with ALiBi.
void read_falcon(const Fields& c, Model& m) {
  const bool bias = c.flag("bias", false);
  Layer layer = gpt_layer(c, m, bias, bias);
  AttentionShape& a = layer.attention;
  const bool new_layout = c.flag("new_decoder_architecture", false);
  // Without the new layout num_kv_heads is not read: one head, or all of them.
  if (!new_layout) a.kv_heads = c.flag("multi_query", true) ? 1 : a.heads;
  a.head_dim = a.value_head_dim = m.hidden / a.heads;
  a.fused_qkv = true;
  const Count norms = c.count("num_ln_in_parallel_attn", {1, 2}, new_layout ? 2 : 1);
  if (new_layout && norms == 2) {
    layer.norms = NormPlacement::ParallelTwo;
  } else if (new_layout || c.flag("parallel_attn", true)) {
    layer.norms = NormPlacement::ParallelOne;
  }
  if (c.flag("alibi", false)) {
    m.positions = Positions::Alibi;
    a.rotary_dim = 0;
  }
  m.names = {{"model.layers.{}.", "transformer.h.{}."},    {"model.embed_tokens", "transformer.word_embeddings"},
             {"model.norm", "transformer.ln_f"},           {"self_attn.qkv_proj", "self_attention.query_key_value"},
             {"self_attn.o_proj", "self_attention.dense"}, {"mlp.up_proj", "mlp.dense_h_to_4h"},
             {"mlp.down_proj", "mlp.dense_4h_to_h"}};
  if (layer.norms == NormPlacement::ParallelTwo) {
    m.names.push_back({"input_layernorm", "ln_attn"});
    m.names.push_back({"post_attention_layernorm", "ln_mlp"});
  }
  add_equal_layers(c, m, layer);
}

/// BLOOM: ALiBi, a norm behind the embedding, biases everywhere.
void read_bloom(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, true, true);
  layer.feed_forward.width = multiply(4, m.hidden);
  layer.feed_forward.activation = Activation::GeluPython;
  layer.attention.fused_qkv = true;
  layer.attention.rotary_dim = 0;
  m.positions = Positions::Alibi;
  m.embedding_norm = true;
  m.names = {{"model.layers.{}.", "transformer.h.{}."},
             {"model.embed_tokens", "transformer.word_embeddings"},
             {"model.embed_norm", "transformer.word_embeddings_layernorm"},
             {"model.norm", "transformer.ln_f"},
             {"self_attn.qkv_proj", "self_attention.query_key_value"},
             {"self_attn.o_proj", "self_attention.dense"},
             {"mlp.up_proj", "mlp.dense_h_to_4h"},
             {"mlp.down_proj", "mlp.dense_4h_to_h"}};
  add_equal_layers(c, m, layer);
}

/// MPT: no biases, ALiBi; the class never makes a position table.
void read_mpt(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, false, false);
  const Fields attention = c.object("attn_config");
  AttentionShape& a = layer.attention;
  a.kv_heads = attention.count("kv_n_heads", range::heads, a.heads);
  check_heads(c, a);
  a.rotary_dim = 0;
  a.fused_qkv = true;
  m.norm = NormKind::LayerNormNoBias;
  m.positions = Positions::Alibi;
  layer.feed_forward.width = multiply(c.count("expansion_ratio", {1, 64}, 4), m.hidden);
  m.names = {{"model.layers.{}.", "transformer.blocks.{}."},
             {"model.embed_tokens", "transformer.wte"},
             {"model.norm", "transformer.norm_f"},
             {"self_attn.qkv_proj", "attn.Wqkv"},
             {"self_attn.o_proj", "attn.out_proj"},
             {"mlp.", "ffn."},
             {"input_layernorm", "norm_1"},
             {"post_attention_layernorm", "norm_2"}};
  add_equal_layers(c, m, layer);
}

/// GPT-J: one norm, no attention biases, biases in the block and on the head.
void read_gptj(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, false, true);
  layer.norms = NormPlacement::ParallelOne;
  layer.attention.rotary_dim = c.count("rotary_dim", range::width, 64);
  m.head_bias = true;
  m.names = {{"model.layers.{}.", "transformer.h.{}."},
             {"model.embed_tokens", "transformer.wte"},
             {"model.norm", "transformer.ln_f"},
             {"self_attn.o_proj", "attn.out_proj"},
             {"self_attn.", "attn."},
             {"mlp.up_proj", "mlp.fc_in"},
             {"mlp.down_proj", "mlp.fc_out"},
             {"input_layernorm", "ln_1"}};
  add_equal_layers(c, m, layer);
}

/// GPT-Neo: learned positions, biases on the output and the block only; every second layer local.
void read_gpt_neo(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, false, true);
  layer.attention.output_bias = true;
  layer.attention.rotary_dim = 0;
  learned_positions(m, 0);
  const Count window = c.count("window_size", range::tokens, 256);
  m.names = {{"model.layers.{}.", "transformer.h.{}."},
             {"model.embed_tokens", "transformer.wte"},
             {"model.embed_positions", "transformer.wpe"},
             {"model.norm", "transformer.ln_f"},
             {"self_attn.o_proj", "attn.attention.out_proj"},
             {"self_attn.", "attn.attention."},
             {"mlp.up_proj", "mlp.c_fc"},
             {"mlp.down_proj", "mlp.c_proj"},
             {"input_layernorm", "ln_1"},
             {"post_attention_layernorm", "ln_2"}};
  add_layers(m, layer_count(c), [&](Count i) {
    layer.attention.window = i % 2 == 1 ? window : 0;
    return layer;
  });
}

/// GPTBigCode (StarCoder 1): GPT-2 with one key-value head.
void read_gpt_bigcode(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, true, true);
  if (c.flag("multi_query", true)) layer.attention.kv_heads = 1;
  layer.attention.fused_qkv = true;
  layer.attention.rotary_dim = 0;
  learned_positions(m, 0);
  m.names = gpt2_names();
  add_equal_layers(c, m, layer);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"cohere", "Command", read_cohere, {LlamaGraph::CommandR}},
    {"cohere2", "Command", read_cohere2, {LlamaGraph::Cohere2}},
    {"stablelm", "StableLM", read_stablelm},
    {"starcoder2", "StarCoder", read_starcoder2},
    {"falcon", "Falcon", read_falcon},
    {"RefinedWeb", "Falcon", read_falcon},
    {"RefinedWebModel", "Falcon", read_falcon},
    {"bloom", "BLOOM", read_bloom},
    {"mpt", "MPT", read_mpt},
    {"gptj", "GPT-J", read_gptj},
    {"gpt_neo", "GPT-Neo", read_gpt_neo},
    {"gpt_bigcode", "StarCoder", read_gpt_bigcode},
});

}  // namespace

std::span<const FamilyRow> parallel_families() { return rows; }

}  // namespace llmcalc::models
