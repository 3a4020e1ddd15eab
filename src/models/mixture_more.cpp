// Mixtures of experts of 2026: Hunyuan 3, Laguna, Mellum 2, Command A+, ERNIE 4.5 VL.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Which layers are mixtures: mlp_layer_types says so, else all but the first `dense_first`.
std::vector<bool> sparse_layers(const Fields& c, Count layers, Count dense_first) {
  const std::vector<std::string> types = layer_types(c, layers, "mlp_layer_types");
  const Count first = c.count("first_k_dense_replace", range::some_layers, dense_first);
  std::vector<bool> sparse(layers);
  for (Count i = 0; i < layers; ++i) sparse[i] = types.empty() ? i >= first : types[i] == "sparse";
  return sparse;
}

/// Windows of the layers that layer_types calls sliding; without it there are none.
std::vector<Count> named_windows(const Fields& c, Count layers) {
  const std::vector<std::string> types = layer_types(c, layers);
  const Count window = c.count("sliding_window", range::tokens, 0);
  std::vector<Count> result(layers, 0);
  for (Count i = 0; i < types.size(); ++i) result[i] = types[i] == "sliding_attention" ? window : 0;
  return result;
}

/// Hunyuan 3: normed queries and keys, the first layer dense, shared experts, an expert-selection bias as a buffer.
void read_hunyuan3(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  const FeedForward dense = layer.feed_forward;
  FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  mixture.shared_width = multiply(c.count("num_shared_experts", range::experts, 1), mixture.expert_width);
  mixture.correction_bias = true;
  const Count n = layer_count(c);
  const std::vector<bool> sparse = sparse_layers(c, n, 1);
  m.names = {{"mlp.gate.e_score_correction_bias", "mlp.e_score_correction_bias"}};
  add_layers(m, n, [&](Count i) {
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
  layer.feed_forward = mixture;
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

/// Laguna: layers may differ in query heads, a gate for every head, normed queries and keys, one shared expert; the
/// expert-selection bias is a parameter.
void read_laguna(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  AttentionShape& a = layer.attention;
  a.qk_norm = QkNorm::PerHead;
  const FeedForward dense = layer.feed_forward;
  FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  mixture.shared_width = c.required("shared_expert_intermediate_size", range::width);
  mixture.router_bias = true;
  const Count n = layer_count(c);
  const std::vector<bool> sparse = sparse_layers(c, n, 1);
  const std::vector<Count> window = named_windows(c, n);
  std::vector<Count> heads = c.counts("num_attention_heads_per_layer", range::heads);
  if (!heads.empty() && heads.size() != n) {
    c.complain(
        "num_attention_heads_per_layer",
        "must have " + std::to_string(n) + " entries (num_hidden_layers), has " + std::to_string(heads.size()));
    heads.clear();
  }
  m.names = {{"self_attn.gate_proj", "self_attn.g_proj"}, {"mlp.gate.bias", "mlp.gate.e_score_correction_bias"}};
  add_layers(m, n, [&](Count i) {
    if (!heads.empty()) a.heads = heads[i];
    a.gate_width = a.heads;
    a.window = window[i];
    check_heads(c, a);
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
}

/// Mellum 2: Qwen3's mixture, windows in the layers that layer_types names.
void read_mellum(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  const FeedForward dense = layer.feed_forward;
  const FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  const Count n = layer_count(c);
  const std::vector<bool> sparse = sparse_layers(c, n, 0);
  const std::vector<Count> window = named_windows(c, n);
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
}

/// Command A+: Command A's layer with experts of intermediate_size; dense layers of their own width come first.
void read_cohere2_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = c.has("rms_norm_eps") ? NormKind::Rms : NormKind::LayerNormNoBias;
  layer.norms = NormPlacement::ParallelOne;
  FeedForward mixture = routed_experts(c, "num_experts", "intermediate_size");
  mixture.shared_width = multiply(c.count("num_shared_experts", range::experts, 0), mixture.expert_width);
  FeedForward dense = layer.feed_forward;
  dense.width = c.count("prefix_dense_intermediate_size", range::width, dense.width);
  const Count n = layer_count(c);
  const Count first = c.count("first_k_dense_replace", range::some_layers, 0);
  const Count dense_step = c.count("prefix_dense_sliding_window_pattern", range::layers, 1);
  const Count step = c.count("sliding_window_pattern", range::layers, 4);
  const Count window = c.count("sliding_window", range::tokens, 0);
  const std::vector<bool> sparse = sparse_layers(c, n, 0);
  const std::vector<std::string> types = layer_types(c, n);
  const Count rotary = layer.attention.rotary_dim;
  add_layers(m, n, [&](Count i) {
    bool slides = i < first ? (i + 1) % dense_step != 0 : (i - first + 1) % step != 0;
    if (!types.empty()) slides = types[i] == "sliding_attention";
    layer.attention.window = slides ? window : 0;
    const bool rotates = (slides && window != 0) || (!sparse[i] && dense_step == 1);
    layer.attention.rotary_dim = rotates ? rotary : 0;
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
}

/// Vision experts of ERNIE 4.5 VL: as many as there are for text, with a router and a selection bias of their own.
void add_vision_experts(Model& m, std::size_t kind, Count experts, Count width) {
  constexpr auto part = ModelPart::Experts;
  add_layer_tensor(m, kind, "mlp.vision_moe.gate.weight", experts, m.hidden, TensorRole::Router, ModelPart::Router);
  add_layer_tensor(m, kind, "mlp.vision_moe.gate.moe_statics.e_score_correction_bias", experts, 1, TensorRole::Bias,
                   ModelPart::Router);
  const auto expert = [&](std::string_view name, Count rows, Count columns, TensorRole role) {
    add_layer_tensor(m, kind, name, rows, columns, role, part);
    m.extra_tensors.back().copies = experts;
    m.extra_tensors.back().split = Split::Experts;
  };
  expert("mlp.vision_moe.experts.{}.gate_proj.weight", width, m.hidden, TensorRole::ExpertGate);
  expert("mlp.vision_moe.experts.{}.up_proj.weight", width, m.hidden, TensorRole::ExpertUp);
  expert("mlp.vision_moe.experts.{}.down_proj.weight", m.hidden, width, TensorRole::ExpertDown);
}

/// ERNIE 4.5 VL's text model: ERNIE 4.5's mixture for text tokens and a narrower one for image tokens, the first
/// layer dense; moe_intermediate_size holds both widths.
void read_ernie_vl_text(const Fields& c, Model& m) {
  read_stream(c, m);
  const bool bias = c.flag("use_bias", false);
  Layer layer;
  layer.attention = grouped_attention(c, m, bias);
  const FeedForward dense = dense_block(c, bias);
  FeedForward mixture;
  mixture.activation = dense.activation;
  // Older configs give the number of experts for both kinds of tokens.
  const std::vector<Count> experts = c.counts("moe_num_experts", {1, range::experts.high});
  mixture.experts = experts.empty() ? 64 : experts.front();
  mixture.experts_per_token = c.count("moe_k", {1, mixture.experts}, std::min<Count>(6, mixture.experts));
  const std::vector<Count> widths = c.counts("moe_intermediate_size", range::width);
  mixture.expert_width = widths.empty() ? 1536 : widths.front();
  mixture.shared_width = multiply(c.count("moe_num_shared_experts", range::experts, 2), mixture.expert_width);
  mixture.router_bias = true;
  const Count n = layer_count(c);
  const std::vector<bool> sparse = sparse_layers(c, n, 1);
  m.names = {{"mlp.gate.bias", "mlp.text_moe.gate.moe_statics.e_score_correction_bias"},
             {"mlp.gate.", "mlp.text_moe.gate."},
             {"mlp.experts.", "mlp.text_moe.experts."}};
  add_layers(m, n, [&](Count i) {
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (!m.kinds[k].is_moe()) continue;
    add_vision_experts(m, k, mixture.experts, widths.size() < 2 ? 512 : widths[1]);
  }
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"hy_v3", "Hunyuan", read_hunyuan3},
    {"laguna", "Laguna", read_laguna},
    {"mellum", "Mellum", read_mellum},
    {"cohere2_moe", "Command", read_cohere2_moe},
    {"ernie4_5_vl_moe_text", "ERNIE", read_ernie_vl_text},
});

}  // namespace

std::span<const FamilyRow> more_mixture_families() { return rows; }

}  // namespace llmcalc::models
