// Mixtures whose layers differ from each other in more than their experts: Llama 4, MiniMax M3, MiMo V2.

#include "models/blocks.hpp"
#include "models/deepseek_mixture.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

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
    {"llama4_text", "Llama", read_llama4, {LlamaGraph::Llama4}},
    {"minimax_m3", "MiniMax", read_minimax_m3},
    {"minimax_m3_vl_text", "MiniMax", read_minimax_m3},
    {"mimo_v2_flash", "MiMo", read_mimo_v2, {LlamaGraph::Mimo2}},
    {"mimo_v2", "MiMo", read_mimo_v2},
});

}  // namespace

std::span<const FamilyRow> large_mixture_families() { return rows; }

}  // namespace llmcalc::models
