// Mixtures of experts with ordinary attention.

#include "formats/config/blocks.hpp"
#include "formats/config/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::config {

namespace {

/// Names of the Mixtral line of classes.
std::vector<NameRule> mixtral_names() {
  return {{"mlp.gate.", "block_sparse_moe.gate."},
          {"mlp.experts.{}.gate_proj", "block_sparse_moe.experts.{}.w1"},
          {"mlp.experts.{}.down_proj", "block_sparse_moe.experts.{}.w2"},
          {"mlp.experts.{}.up_proj", "block_sparse_moe.experts.{}.w3"}};
}

/// Mixtral: experts of intermediate_size in every layer, no dense block.
void read_mixtral(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.window = c.count("sliding_window", range::tokens, 0);
  layer.feed_forward = routed_experts(c, "num_local_experts", "intermediate_size");
  m.names = mixtral_names();
  add_equal_layers(c, m, layer);
}

/// Phi-3.5-MoE: Mixtral with LayerNorm, attention biases and a bias on the head.
void read_phimoe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNorm;
  m.head_bias = c.flag("lm_head_bias", false);
  layer.attention.window = c.count("sliding_window", range::tokens, 0);
  layer.feed_forward = routed_experts(c, "num_local_experts", "intermediate_size");
  m.names = mixtral_names();
  add_equal_layers(c, m, layer);
}

/// MiniMax M2: norms over the whole width of queries and keys, a correction bias.
void read_minimax_m2(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = c.flag("use_qk_norm", true) ? QkNorm::Full : QkNorm::None;
  if (c.has("rotary_dim")) layer.attention.rotary_dim = c.count("rotary_dim", range::width, 0);
  layer.feed_forward = routed_experts(c, "num_local_experts", "intermediate_size");
  layer.feed_forward.correction_bias = true;
  m.names = mixtral_names();
  m.names.insert(m.names.begin(), {"mlp.gate.e_score", "block_sparse_moe.e_score"});
  add_equal_layers(c, m, layer);
}

/// Experts in every decoder_sparse_step-th layer but those of mlp_only_layers; the others are dense.
void add_qwen_mixture(const Fields& c, Model& m, Layer layer, const FeedForward& mixture) {
  const Count step = c.count("decoder_sparse_step", range::layers, 1);
  const std::vector<Count> dense_only = c.counts("mlp_only_layers", range::some_layers);
  const FeedForward dense = layer.feed_forward;
  add_layers(m, layer_count(c), [&](Count i) {
    const bool listed = std::find(dense_only.begin(), dense_only.end(), i) != dense_only.end();
    layer.feed_forward = listed || mixture.experts == 0 || (i + 1) % step != 0 ? dense : mixture;
    return layer;
  });
}

void read_qwen3_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  if (c.flag("use_sliding_window", false)) layer.attention.window = c.count("sliding_window", range::tokens, 0);
  add_qwen_mixture(c, m, layer, routed_experts(c, "num_experts", "moe_intermediate_size"));
}

/// Qwen1.5-MoE, Qwen2-57B: biases on queries, keys and values, one shared expert with a gate.
void read_qwen2_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  AttentionShape& a = layer.attention;
  a.query_bias = a.key_bias = a.value_bias = c.flag("qkv_bias", true);
  a.output_bias = false;
  if (c.flag("use_sliding_window", false)) a.window = c.count("sliding_window", range::tokens, 0);
  FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  mixture.shared_width = c.required("shared_expert_intermediate_size", range::width);
  mixture.shared_gate = true;
  m.names = {{"mlp.shared_experts.", "mlp.shared_expert."}};
  add_qwen_mixture(c, m, layer, mixture);
}

/// OLMoE: norms over the whole width of queries and keys; FlexOlmo has its norms behind the blocks.
void read_olmoe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::Full;
  layer.feed_forward = routed_experts(c, "num_experts", "intermediate_size");
  add_equal_layers(c, m, layer);
}

void read_flex_olmo(const Fields& c, Model& m) {
  read_olmoe(c, m);
  for (Layer& layer : m.kinds) layer.norms = NormPlacement::Post;
}

/// gpt-oss: sinks, biases everywhere, all experts in one tensor, every second layer slides.
void read_gpt_oss(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.sinks = true;
  FeedForward& f = layer.feed_forward;
  f = routed_experts(c, "num_local_experts", "intermediate_size");
  f.expert_bias = f.router_bias = f.fused_expert_gate_up = true;
  m.names = {{"mlp.gate.", "mlp.router."},
             {"gate_up_proj.weight", "gate_up_proj"},
             {"gate_up_proj.bias", "gate_up_proj_bias"},
             {"experts.down_proj.weight", "experts.down_proj"},
             {"experts.down_proj.bias", "experts.down_proj_bias"}};
  const Count n = layer_count(c);
  const std::vector<Count> window = windows(c, n, c.count("sliding_window", range::tokens, 0), 2);
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    return layer;
  });
}

/// The mixture of the DeepSeek line: routed and shared experts of moe_intermediate_size.
FeedForward deepseek_mixture(const Fields& c, bool correction) {
  FeedForward f = routed_experts(c, "n_routed_experts", "moe_intermediate_size");
  f.shared_width = multiply(c.count("n_shared_experts", range::experts, 0), f.expert_width);
  f.correction_bias = correction;
  return f;
}

/// Dense layers first, then mixtures; prediction layers are mixtures too.
void add_deepseek_layers(const Fields& c, Model& m, Layer layer, const FeedForward& mixture, Count first_dense) {
  const Count n = layer_count(c);
  const std::vector<bool> sparse = deepseek_mixture_layers(c, n, first_dense);
  const FeedForward dense = layer.feed_forward;
  add_layers(m, n, [&](Count i) {
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
  layer.feed_forward = mixture;
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

/// DeepSeek MoE 16B: the mixture with ordinary attention.
void read_deepseek_moe(const Fields& c, Model& m) {
  const Layer layer = llama_layer(c, m);
  add_deepseek_layers(c, m, layer, deepseek_mixture(c, false), 0);
}

/// GLM-4.5 to 4.7: biases on queries, keys and values; norms of both when use_qk_norm.
void read_glm4_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.output_bias = false;
  if (c.flag("use_qk_norm", false)) layer.attention.qk_norm = QkNorm::PerHead;
  add_deepseek_layers(c, m, layer, deepseek_mixture(c, true), 1);
}

/// dots.llm1: norms of queries and keys, correction bias.
void read_dots1(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  add_deepseek_layers(c, m, layer, deepseek_mixture(c, true), 0);
}

/// ERNIE 4.5 MoE: mixtures between two layers, every moe_layer_interval-th.
void read_ernie_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  const bool bias = c.flag("use_bias", false);
  AttentionShape& a = layer.attention;
  a.query_bias = a.key_bias = a.value_bias = a.output_bias = bias;
  FeedForward dense = layer.feed_forward;
  dense.up_bias = dense.down_bias = bias;
  FeedForward mixture = routed_experts(c, "moe_num_experts", "moe_intermediate_size", "moe_k");
  mixture.shared_width = multiply(c.count("moe_num_shared_experts", range::experts, 0), mixture.expert_width);
  // The class keeps the correction bias as a parameter (without gradient), unlike DeepSeek's buffer.
  mixture.router_bias = true;
  const Count n = layer_count(c);
  const Count first = c.count("moe_layer_start_index", range::some_layers, 0);
  // -1, the class default, means the last layer.
  const auto* end = c.find("moe_layer_end_index");
  const bool to_the_end = !end || (end->is_number_integer() && *end == -1);
  const Count last = to_the_end ? n : c.count("moe_layer_end_index", range::some_layers, n);
  const Count step = c.count("moe_layer_interval", range::layers, 1);
  m.names = {{"mlp.gate.bias", "mlp.moe_statics.e_score_correction_bias"}};
  add_layers(m, n, [&](Count i) {
    layer.feed_forward = (i + 1) % step == 0 && i >= first && i <= last ? mixture : dense;
    return layer;
  });
}

/// DBRX: LayerNorm without bias, fused projections, all experts in one tensor a matrix.
void read_dbrx(const Fields& c, Model& m) {
  read_stream(c, m);
  m.norm = NormKind::LayerNormNoBias;
  const Fields attention = c.object("attn_config", "dbrx_attention");
  const Fields block = c.object("ffn_config", "dbrx_ffn");
  Layer layer;
  AttentionShape& a = layer.attention;
  a = grouped_attention(c, m);
  a.kv_heads = attention.count("kv_n_heads", range::heads, 1);
  check_heads(c, a);
  a.fused_qkv = true;
  FeedForward& f = layer.feed_forward;
  f = routed_experts(block, "moe_num_experts", "intermediate_size", "moe_top_k");
  m.names = {{"model.layers.", "transformer.blocks."},
             {"model.embed_tokens", "transformer.wte"},
             {"model.norm", "transformer.norm_f"},
             {"self_attn.qkv_proj", "norm_attn_norm.attn.Wqkv"},
             {"self_attn.o_proj", "norm_attn_norm.attn.out_proj"},
             {"mlp.gate.", "ffn.router.layer."},
             {"mlp.experts.{}.gate_proj.weight", "ffn.experts.mlp.w1"},
             {"mlp.experts.{}.up_proj.weight", "ffn.experts.mlp.v1"},
             {"mlp.experts.{}.down_proj.weight", "ffn.experts.mlp.w2"},
             {"input_layernorm", "norm_attn_norm.norm_1"},
             {"post_attention_layernorm", "norm_attn_norm.norm_2"}};
  add_equal_layers(c, m, layer);
}

/// Grok-1: four norms, gated experts, tied head, a scaled embedding.
void read_grok(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.norms = NormPlacement::Sandwich;
  m.scaled_embedding = true;
  m.attention_softcap = c.number("max_attn_value", c.number("attn_logit_softcapping", 0)) > 0;
  layer.feed_forward = routed_experts(c, c.has("num_local_experts") ? "num_local_experts" : "num_experts",
                                      c.has("moe_intermediate_size") ? "moe_intermediate_size" : "intermediate_size");
  // Grok-2 has a dense block beside the experts (residual_moe).
  if (c.flag("residual_moe", false)) layer.feed_forward.width = c.required("intermediate_size", range::width);
  add_equal_layers(c, m, layer);
}

/// Llama 4: every interleave_moe_layer_step-th layer is a mixture with one shared expert; three of four layers see
/// chunks and have rotary positions.
void read_llama4(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  const Count n = layer_count(c);
  FeedForward dense = layer.feed_forward;
  dense.width = c.required("intermediate_size_mlp", range::width);
  FeedForward mixture = routed_experts(c, "num_local_experts", "intermediate_size");
  mixture.fused_expert_gate_up = true;
  mixture.shared_width = mixture.expert_width;
  const Count step = c.count("interleave_moe_layer_step", range::some_layers, 1);
  const bool explicit_list = c.has("moe_layers");
  const std::vector<Count> listed = c.counts("moe_layers", range::some_layers);
  const std::vector<bool> rope = c.flags("no_rope_layers");
  const Count chunk = c.count("attention_chunk_size", range::tokens, 0);
  const Count rope_step = c.count("no_rope_layer_interval", range::layers, 4);
  const std::vector<std::string> types = layer_types(c, n);
  const Count rotary = layer.attention.rotary_dim;
  m.names = {{"mlp.", "feed_forward."},
             {"feed_forward.gate.", "feed_forward.router."},
             {"shared_experts.", "shared_expert."},
             {"experts.gate_up_proj.weight", "experts.gate_up_proj"},
             {"experts.down_proj.weight", "experts.down_proj"}};
  add_layers(m, n, [&](Count i) {
    const bool rotates = rope.size() == n ? rope[i] : (i + 1) % rope_step != 0;
    layer.attention.rotary_dim = rotates ? rotary : 0;
    layer.attention.chunk = (types.empty() ? rotates : types[i] == "chunked_attention") ? chunk : 0;
    const bool sparse =
        explicit_list ? std::find(listed.begin(), listed.end(), i) != listed.end() : step != 0 && (i + 1) % step == 0;
    layer.feed_forward = sparse ? mixture : dense;
    return layer;
  });
}

/// MiniMax M3's text model: dense layers of dense_intermediate_size first, a shared expert, and in sparse layers an
/// indexer that picks blocks of keys.
void read_minimax_m3(const Fields& c, Model& m) {
  read_stream(c, m);
  m.norm = NormKind::RmsPlusOne;
  Layer layer;
  AttentionShape& a = layer.attention;
  a = grouped_attention(c, m);
  a.qk_norm = QkNorm::PerHead;
  a.rotary_dim = c.count("rotary_dim", range::width, 64);
  FeedForward dense;
  dense.width = c.required("dense_intermediate_size", range::width);
  dense.fused_gate_up = true;
  FeedForward mixture = routed_experts(c, "num_local_experts", "intermediate_size");
  mixture.correction_bias = true;
  mixture.shared_width = c.count("shared_intermediate_size", range::optional_width, 3072);
  const Fields sparse = c.object("sparse_attention_config");
  const Count index_heads =
      sparse.count("sparse_num_index_heads", range::heads, c.count("index_n_heads", range::heads, 4));
  const Count index_dim =
      sparse.count("sparse_index_dim", range::width, c.count("index_head_dim", range::width, 128));
  const Count n = layer_count(c);
  const std::vector<std::string> types = layer_types(c, n);
  const std::vector<std::string> blocks = layer_types(c, n, "mlp_layer_types");
  const std::vector<bool> indexed = sparse.flags("sparse_attention_freq");
  const std::vector<bool> mixtures =
      c.is_list("moe_layer_freq") ? deepseek_mixture_layers(c, n, 0) : std::vector<bool>{};
  add_layers(m, n, [&](Count i) {
    bool indexes = indexed.size() == n && indexed[i];
    if (!types.empty()) indexes = types[i] == "minimax_m3_sparse";
    a.indexer_heads = indexes ? index_heads : 0;
    a.indexer_head_dim = indexes ? index_dim : 0;
    bool is_mixture = mixtures.empty() || mixtures[i];
    if (!blocks.empty()) is_mixture = blocks[i] == "sparse";
    layer.feed_forward = is_mixture ? mixture : dense;
    return layer;
  });
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (m.kinds[k].attention.indexer_heads == 0) continue;
    constexpr auto part = ModelPart::Attention;
    add_layer_tensor(m, k, "self_attn.indexer.q_proj.weight", multiply(index_heads, index_dim), m.hidden,
                     TensorRole::Indexer, part);
    add_layer_tensor(m, k, "self_attn.indexer.k_proj.weight", index_dim, m.hidden, TensorRole::Indexer, part);
    add_layer_tensor(m, k, "self_attn.indexer.q_norm.weight", index_dim, 1, TensorRole::Norm, ModelPart::Norms);
    add_layer_tensor(m, k, "self_attn.indexer.k_norm.weight", index_dim, 1, TensorRole::Norm, ModelPart::Norms);
  }
}

/// MiMo V2: sliding layers (hybrid_layer_pattern 1) have their own heads; value heads are narrower than key heads.
void read_mimo_v2(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  AttentionShape full = grouped_attention(c, m, c.flag("attention_bias", false));
  full.output_bias = false;
  full.value_head_dim = c.count("v_head_dim", range::width, full.head_dim);
  full.sinks = c.flag("add_full_attention_sink_bias", false);
  AttentionShape sliding = full;
  sliding.heads = c.count("swa_num_attention_heads", range::heads, full.heads);
  sliding.kv_heads = c.count("swa_num_key_value_heads", range::heads, full.kv_heads);
  sliding.head_dim = c.count("swa_head_dim", range::width, full.head_dim);
  sliding.value_head_dim = c.count("swa_v_head_dim", range::width, full.value_head_dim);
  sliding.rotary_dim = rotary_width(c, sliding.head_dim);
  sliding.sinks = c.flag("add_swa_attention_sink_bias", false);
  sliding.window = c.count("sliding_window", range::tokens, c.count("sliding_window_size", range::tokens, 128));
  check_heads(c, sliding);
  const FeedForward dense = dense_block(c);
  FeedForward mixture = routed_experts(c, "n_routed_experts", "moe_intermediate_size");
  mixture.correction_bias = true;
  mixture.shared_width = multiply(c.count("n_shared_experts", range::experts, 0), mixture.expert_width);
  const Count n = layer_count(c);
  const std::vector<bool> mixtures = deepseek_mixture_layers(c, n, 0);
  const std::vector<bool> pattern = c.flags("hybrid_layer_pattern");
  if (pattern.size() != n) {
    c.complain("hybrid_layer_pattern", "must have " + std::to_string(n) + " entries (num_hidden_layers), has " +
                                           std::to_string(pattern.size()));
    return;
  }
  add_layers(m, n, [&](Count i) {
    layer.attention = pattern[i] ? sliding : full;
    layer.feed_forward = mixtures[i] ? mixture : dense;
    return layer;
  });
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"mixtral", "Mistral", read_mixtral},
    {"phimoe", "Phi", read_phimoe},
    {"minimax_m2", "MiniMax", read_minimax_m2},
    {"qwen2_moe", "Qwen", read_qwen2_moe},
    {"qwen3_moe", "Qwen", read_qwen3_moe},
    {"qwen3_vl_moe_text", "Qwen", read_qwen3_moe},
    {"qwen3_omni_moe_text", "Qwen", read_qwen3_moe},
    {"olmoe", "OLMo", read_olmoe},
    {"flex_olmo", "OLMo", read_flex_olmo},
    {"gpt_oss", "gpt-oss", read_gpt_oss},
    {"deepseek", "DeepSeek", read_deepseek_moe},
    {"glm4_moe", "GLM", read_glm4_moe},
    {"glm4v_moe_text", "GLM", read_glm4_moe},
    {"dots1", "dots", read_dots1},
    {"ernie4_5_moe", "ERNIE", read_ernie_moe},
    {"dbrx", "DBRX", read_dbrx},
    {"grok-1", "Grok", read_grok},
    {"grok", "Grok", read_grok},
    {"llama4_text", "Llama", read_llama4},
    {"minimax_m3", "MiniMax", read_minimax_m3},
    {"minimax_m3_vl_text", "MiniMax", read_minimax_m3},
    {"mimo_v2_flash", "MiMo", read_mimo_v2},
    {"mimo_v2", "MiMo", read_mimo_v2},
});

}  // namespace

std::span<const FamilyRow> mixture_families() { return rows; }

}  // namespace llmcalc::config
