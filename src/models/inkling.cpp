// Inkling: sliding and full layers with heads of their own, positions as a learned bias of distances, four short
// convolutions a layer. Source: modeling_inkling.py of Hugging Face transformers.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// A layer's attention; the keys of sliding layers begin with swa_.
AttentionShape inkling_attention(const Fields& c, const std::string& prefix) {
  AttentionShape a;
  a.heads = c.count(prefix + "num_attention_heads", range::heads, 64);
  a.kv_heads = c.count(prefix + "num_key_value_heads", range::heads, prefix.empty() ? 8 : 16);
  a.head_dim = a.value_head_dim = c.count(prefix + "head_dim", range::width, 128);
  a.qk_norm = QkNorm::PerHead;
  check_heads(c, a);
  return a;
}

/// Which layers slide: layer_types, else local_layer_ids, else all but every sixth.
std::vector<bool> inkling_windows(const Fields& c, Count layers) {
  const std::vector<std::string> types = layer_types(c, layers);
  const std::vector<Count> listed = c.counts("local_layer_ids", range::some_layers);
  std::vector<bool> slides(layers);
  for (Count i = 0; i < layers; ++i) {
    slides[i] = (i + 1) % 6 != 0;
    if (c.has("local_layer_ids")) slides[i] = std::find(listed.begin(), listed.end(), i) != listed.end();
    if (!types.empty()) slides[i] = types[i] == "hybrid_sliding";
  }
  return slides;
}

/// What a kind of layer has beside attention, block and norms.
void add_inkling_tensors(const Fields& c, Model& m, std::size_t k, Count extent) {
  const AttentionShape& a = m.kinds[k].attention;
  const Count distances = c.count("d_rel", range::width, 16);
  const Count kernel = c.count("conv_kernel_size", {1, 64}, c.count("sconv_kernel_size", {1, 64}, 4));
  const Count keys = multiply(a.kv_heads, a.head_dim);
  constexpr auto part = ModelPart::Attention;
  add_layer_tensor(m, k, "self_attn.r_proj.weight", multiply(a.heads, distances), m.hidden, TensorRole::Other, part);
  add_layer_tensor(m, k, "self_attn.rel_logits_proj.proj", distances, extent, TensorRole::Other, part);
  for (const char* name : {"self_attn.k_sconv", "self_attn.v_sconv"}) {
    add_layer_tensor(m, k, std::string(name) + ".conv1d.weight", keys, kernel, TensorRole::Convolution, part);
  }
  for (const char* name : {"attn_sconv", "mlp_sconv"}) {
    add_layer_tensor(m, k, std::string(name) + ".conv1d.weight", m.hidden, kernel, TensorRole::Convolution,
                     ModelPart::Other);
  }
  const bool sparse = m.kinds[k].is_moe();
  const char* scale = sparse ? "mlp.gate.global_scale" : "mlp.global_scale";
  add_layer_tensor(m, k, scale, 1, 1, TensorRole::Other, sparse ? ModelPart::Router : ModelPart::FeedForward);
  // The router scores the shared experts, too.
  const Count shared = sparse ? c.count("n_shared_experts", range::experts, 2) : 0;
  if (shared != 0) {
    add_layer_tensor(m, k, "mlp.gate.weight.shared", shared, m.hidden, TensorRole::Router, ModelPart::Router);
  }
}

void read_inkling_text(const Fields& c, Model& m) {
  read_stream(c, m);
  // Embedding and head are two tensors whatever the config says.
  m.tied_head = false;
  m.embedding_norm = true;
  m.positions = Positions::None;
  const AttentionShape full = inkling_attention(c, "");
  AttentionShape sliding = inkling_attention(c, "swa_");
  sliding.window = c.count("sliding_window_size", range::tokens, c.count("sliding_window", range::tokens, 512));
  FeedForward dense;
  dense.width = c.count("dense_intermediate_size", range::width, c.count("intermediate_size", range::width, 24576));
  FeedForward mixture = routed_experts(c, "n_routed_experts", "moe_intermediate_size");
  mixture.fused_expert_gate_up = mixture.correction_bias = true;
  mixture.shared_width = multiply(c.count("n_shared_experts", range::experts, 2), mixture.expert_width);
  const Count n = layer_count(c);
  const std::vector<bool> slides = inkling_windows(c, n);
  const std::vector<std::string> blocks = layer_types(c, n, "mlp_layer_types");
  const Count first = c.count("dense_mlp_idx", range::some_layers, 0);
  m.names = {{"model.embed_norm", "model.embed_tokens.embed_norm"}};
  add_layers(m, n, [&](Count i) {
    Layer layer;
    layer.attention = slides[i] ? sliding : full;
    const bool sparse = blocks.empty() ? i >= first : blocks[i] == "sparse";
    layer.feed_forward = sparse ? mixture : dense;
    return layer;
  });
  const Count extent = c.count("rel_extent", range::tokens, 1024);
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const Count window = m.kinds[k].attention.window;
    add_inkling_tensors(c, m, k, window != 0 ? window : extent);
  }
  c.assume("the columns that the short convolutions look back to are not counted: they do not grow with the context");
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"inkling_text", "Inkling", read_inkling_text},
});

}  // namespace

std::span<const FamilyRow> inkling_families() { return rows; }

}  // namespace llmcalc::models
