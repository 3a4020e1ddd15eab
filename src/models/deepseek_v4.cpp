// DeepSeek V4: one key-value head that is key and value at once, a window on every layer, compressed entries of the
// rest, grouped low-rank output projection, hyper-connections instead of a single residual stream.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Tokens that one compressed entry stands for, layer by layer; 0: only the window. From compress_ratios (whose
/// surplus entries belong to prediction layers) or layer_types with compress_rates.
std::vector<Count> compress_ratios(const Fields& c, Count layers) {
  std::vector<Count> ratios(layers, 0);
  const std::vector<Count> given = c.counts("compress_ratios", range::tokens);
  if (!given.empty()) {
    if (given.size() < layers) {
      c.complain("compress_ratios", "must have at least " + std::to_string(layers) +
                                        " entries (num_hidden_layers), has " + std::to_string(given.size()));
      return ratios;
    }
    std::copy_n(given.begin(), layers, ratios.begin());
    return ratios;
  }
  const std::vector<std::string> types = layer_types(c, layers);
  const Fields rates = c.object("compress_rates");
  for (Count i = 0; i < layers; ++i) {
    // Without any list the class alternates: two window layers, then sparse and heavily compressed ones in turn.
    std::string type = i < 2        ? "sliding_attention"
                       : i % 2 == 0 ? "compressed_sparse_attention"
                                    : "heavily_compressed_attention";
    if (!types.empty()) type = types[i];
    if (type == "compressed_sparse_attention") ratios[i] = rates.count(type, range::tokens, 4);
    if (type == "heavily_compressed_attention") ratios[i] = rates.count(type, range::tokens, 128);
  }
  return ratios;
}

/// Compressor of a layer: projections of keys and gates (twice as wide with an indexer, whose windows overlap), a
/// bias for every position of the window, a norm; the indexer has a compressor of its own.
void add_compressor(Model& m, std::size_t k) {
  const AttentionShape& a = m.kinds[k].attention;
  constexpr auto part = ModelPart::Attention;
  constexpr auto role = TensorRole::Indexer;
  const auto compressor = [&](const std::string& at, Count width, Count head_dim) {
    add_layer_tensor(m, k, at + "kv_proj.weight", width, m.hidden, role, part);
    add_layer_tensor(m, k, at + "gate_proj.weight", width, m.hidden, role, part);
    add_layer_tensor(m, k, at + "position_bias", a.compress_ratio, width, role, part);
    add_layer_tensor(m, k, at + "kv_norm.weight", head_dim, 1, TensorRole::Norm, ModelPart::Norms);
  };
  const bool overlaps = a.indexer_heads != 0;
  compressor("self_attn.compressor.", multiply(overlaps ? 2 : 1, a.head_dim), a.head_dim);
  if (!overlaps) return;
  compressor("self_attn.compressor.indexer.", multiply(2, a.indexer_head_dim), a.indexer_head_dim);
  add_layer_tensor(m, k, "self_attn.compressor.indexer.q_b_proj.weight",
                   multiply(a.indexer_heads, a.indexer_head_dim), a.q_lora_rank, role, part);
  add_layer_tensor(m, k, "self_attn.compressor.indexer.scorer.weights_proj.weight", a.indexer_heads, m.hidden, role,
                   part);
}

/// Hyper-connections: around both blocks of a layer a projection of all streams to their mixing weights; one more
/// before the head.
void add_hyper_connections(Model& m) {
  const Count n = m.residual_streams;
  const Count mixed = multiply(add(2, n), n);
  const Count wide = multiply(n, m.hidden);
  constexpr auto role = TensorRole::Other;
  constexpr auto part = ModelPart::Other;
  for (const char* block : {"attn_hc.", "ffn_hc."}) {
    add_layer_tensors(m, std::string(block) + "fn", mixed, wide, role, part);
    add_layer_tensors(m, std::string(block) + "base", mixed, 1, role, part);
    add_layer_tensors(m, std::string(block) + "scale", 3, 1, role, part);
  }
  add_tensor(m, "model.hc_head.hc_fn", n, wide, role, part);
  add_tensor(m, "model.hc_head.hc_base", n, 1, role, part);
  add_tensor(m, "model.hc_head.hc_scale", 1, 1, role, part);
}

void read_deepseek_v4(const Fields& c, Model& m) {
  read_stream(c, m);
  m.residual_streams = c.count("hc_mult", {1, 64}, 4);
  Layer layer;
  AttentionShape& a = layer.attention;
  a.heads = c.required("num_attention_heads", range::heads);
  a.kv_heads = 1;
  a.head_dim = a.value_head_dim = c.count("head_dim", range::width, 512);
  a.rotary_dim = a.rope_head_dim = c.count("qk_rope_head_dim", range::width, 64);
  a.q_lora_rank = c.required("q_lora_rank", range::width);
  a.output_lora_rank = c.required("o_lora_rank", range::width);
  a.output_groups = c.required("o_groups", range::heads);
  if (a.output_groups == 0 || a.heads % a.output_groups != 0) {
    c.complain("o_groups", "must divide num_attention_heads (" + std::to_string(a.heads) + "), got " +
                               std::to_string(a.output_groups));
    return;
  }
  a.values_are_keys = a.sinks = true;
  a.window = c.count("sliding_window", range::tokens, 128);
  FeedForward& f = layer.feed_forward;
  f = routed_experts(c, "n_routed_experts", "moe_intermediate_size");
  f.shared_width = multiply(c.count("n_shared_experts", range::experts, 1), f.expert_width);
  f.correction_bias = true;
  const Count index_heads = c.count("index_n_heads", range::heads, 64);
  const Count index_dim = c.count("index_head_dim", range::width, 128);
  const Count n = layer_count(c);
  const std::vector<Count> ratios = compress_ratios(c, n);
  // The first layers choose experts by the token itself: a table instead of a bias.
  const Count hashed = c.count("num_hash_layers", range::some_layers, 3);
  m.names = {{"self_attn.k_proj", "self_attn.kv_proj"}, {"q_a_layernorm", "q_a_norm"}};
  add_layers(m, n, [&](Count i) {
    a.compress_ratio = ratios[i];
    f.correction_bias = i >= hashed;
    // Only the finely compressed layers select entries; there are too many of them to read all.
    const bool indexes = ratios[i] != 0 && ratios[i] < 32;
    a.indexer_heads = indexes ? index_heads : 0;
    a.indexer_head_dim = indexes ? index_dim : 0;
    return layer;
  });
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    add_layer_tensor(m, k, "self_attn.kv_norm.weight", a.head_dim, 1, TensorRole::Norm, ModelPart::Norms);
    if (m.kinds[k].attention.compress_ratio != 0) add_compressor(m, k);
  }
  add_hyper_connections(m);
  a.compress_ratio = a.indexer_heads = a.indexer_head_dim = 0;
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

constexpr auto rows = std::to_array<FamilyRow>({{"deepseek_v4", "DeepSeek", read_deepseek_v4}});

}  // namespace

std::span<const FamilyRow> deepseek_v4_families() { return rows; }

}  // namespace llmcalc::models
