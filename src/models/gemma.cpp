// Gemma: (1 + weight) norms, a scaled embedding, sliding windows; 3n and 4 add per-layer embeddings, shared caches,
// and layers of two shapes.

#include "models/blocks.hpp"

#include <algorithm>
#include <string>

namespace llmcalc::models {

namespace {

/// The embeddings that every layer gets for itself: one table for all layers, a projection of the hidden state, and
/// in each layer a gate, a projection back and a norm.
void add_per_layer_embedding(const Fields& c, Model& m) {
  const Count width = m.per_layer_width = c.count("hidden_size_per_layer_input", range::optional_width, 0);
  if (width == 0) return;
  const Count all = multiply(m.layer_count(), width);
  const Count table = c.count("vocab_size_per_layer_input", range::vocabulary, m.vocabulary);
  add_tensor(m, "model.embed_tokens_per_layer.weight", table, all, TensorRole::Embedding, ModelPart::Embedding);
  add_tensors(m, R"(
      other model.per_layer_model_projection. : all x hidden; norm model.per_layer_projection_norm. : width)",
              {{"all", all}, {"width", width}});
  add_layer_tensors(m, R"(
      linear per_layer_input_gate. : width x hidden; linear per_layer_projection. : hidden x width
      norm post_per_layer_input_norm. : hidden)",
                    {{"width", width}});
}

/// First of the last layers that read an earlier layer's keys and values.
Count first_shared_layer(const Fields& c, Count layers) {
  return subtract(layers, c.count("num_kv_shared_layers", {0, layers}, 0));
}

/// AltUp (several residual streams, one of them active) and LAuReL (a low-rank bypass) of Gemma 3n.
void add_altup_and_laurel(const Fields& c, Model& m) {
  const Count streams = m.residual_streams = c.count("altup_num_inputs", {1, 64}, 4);
  const Count rank = c.count("laurel_rank", range::width, 64);
  add_layer_tensors(m, R"(
      other altup.correct_output_scale : hidden; other altup.correction_coefs. : streams x streams
      other altup.prediction_coefs. : streams*streams x streams; other altup.modality_router. : streams x hidden
      norm altup.router_norm. : hidden
      other laurel.linear_left. : rank x hidden; other laurel.linear_right. : hidden x rank
      norm laurel.post_laurel_norm. : hidden)",
                    {{"streams", streams}, {"rank", rank}});
  for (Count i = 1; i < streams; ++i) {
    const std::string at = "." + std::to_string(i - 1) + ".";
    add_tensors(
        m, "other model.altup_projections" + at + " model.altup_unembed_projections" + at + " : hidden x hidden");
  }
}

/// Gemma 3n's text model: every layer its own feed-forward width, shared caches in the last layers.
void read_gemma3n(const Fields& c, Model& m) {
  m.scaled_embedding = true;
  read_stream(c, m);
  m.final_softcap = c.number("final_logit_softcapping", 0) > 0;
  Layer layer;
  layer.attention = grouped_attention(c, m, c.flag("attention_bias", false));
  layer.attention.qk_norm = QkNorm::PerHead;
  layer.norms = NormPlacement::Sandwich;
  layer.feed_forward.activation = activation(c, Activation::GeluTanh);
  const Count n = layer_count(c);
  const std::vector<Count> widths = c.counts("intermediate_size", range::width);
  if (widths.size() != n && widths.size() != 1) {
    c.complain("intermediate_size", "must be one number or one for each of " + std::to_string(n) + " layers, has " +
                                        std::to_string(widths.size()));
    return;
  }
  const std::vector<Count> window = windows(c, n, c.count("sliding_window", range::tokens, 512), 5);
  const Count shared = first_shared_layer(c, n);
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    layer.attention.shares_cache = i >= shared;
    layer.feed_forward.width = widths.size() == 1 ? widths[0] : widths[i];
    return layer;
  });
  add_per_layer_embedding(c, m);
  add_altup_and_laurel(c, m);
}

/// What Gemma 4's experts have beside the usual: scales of the router and three more norms.
void add_gemma4_router(Model& m) {
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const Count experts = m.kinds[k].feed_forward.experts;
    if (experts == 0) continue;
    add_layer_tensors(m, k, R"(
        router router.scale : hidden; router router.per_expert_scale : experts
        norm post_feedforward_layernorm_1. post_feedforward_layernorm_2. pre_feedforward_layernorm_2. : hidden)",
                      {{"experts", experts}});
  }
}

/// Gemma 4's text model: full-attention layers have their own head width and number of key-value heads, with
/// attention_k_eq_v no value projection; experts beside a dense block; E models as Gemma 3n without AltUp.
void read_gemma4(const Fields& c, Model& m) {
  m.scaled_embedding = true;
  read_stream(c, m);
  m.final_softcap = c.number("final_logit_softcapping", 0) > 0;
  Layer layer;
  layer.norms = NormPlacement::Sandwich;
  AttentionShape sliding = grouped_attention(c, m, c.flag("attention_bias", false));
  sliding.qk_norm = QkNorm::PerHead;
  AttentionShape full = sliding;
  full.head_dim = full.value_head_dim = c.count("global_head_dim", range::width, 512);
  full.rotary_dim = full.head_dim;
  full.values_are_keys = c.flag("attention_k_eq_v", false);
  if (full.values_are_keys) full.kv_heads = c.count("num_global_key_value_heads", range::heads, full.kv_heads);
  check_heads(c, full);
  FeedForward& f = layer.feed_forward;
  f = dense_block(c);
  f.activation = activation(c, Activation::GeluTanh);
  if (c.flag("enable_moe_block", false)) {
    f.experts = c.required("num_experts", range::experts);
    f.experts_per_token = c.required("top_k_experts", {1, std::max<Count>(f.experts, 1)});
    f.expert_width = c.required("moe_intermediate_size", range::width);
    f.fused_expert_gate_up = true;
  }
  const Count width = f.width;
  const Count n = layer_count(c);
  const Count shared = first_shared_layer(c, n);
  const bool wide = c.flag("use_double_wide_mlp", false);
  const std::vector<std::string> types = layer_types(c, n);
  const Count window = c.count("sliding_window", range::tokens, 512);
  m.names = {{"mlp.gate.", "router.proj."},
             {"mlp.experts.gate_up_proj.weight", "experts.gate_up_proj"},
             {"mlp.experts.down_proj.weight", "experts.down_proj"}};
  add_layers(m, n, [&](Count i) {
    // The last layer always sees everything.
    const bool slides = i + 1 != n && (types.empty() ? (i + 1) % 6 != 0 : types[i] == "sliding_attention");
    layer.attention = slides ? sliding : full;
    layer.attention.window = slides ? window : 0;
    layer.attention.shares_cache = layer.attention.no_kv_weights = i >= shared;
    f.width = wide && i >= shared ? multiply(2, width) : width;
    return layer;
  });
  add_gemma4_router(m);
  add_per_layer_embedding(c, m);
}

/// DiffusionGemma: Gemma 4 with a block that reads what the last step guessed.
void read_diffusion_gemma(const Fields& c, Model& m) {
  read_gemma4(c, m);
  add_tensors(m, R"(
      norm model.self_conditioning.pre_norm. : hidden; other model.self_conditioning.down_proj. : hidden x width
      other model.self_conditioning.gate_proj. model.self_conditioning.up_proj. : width x hidden)",
              {{"width", c.required("intermediate_size", range::width)}});
}

using enum NormKind;
using enum NormPlacement;

// clang-format off
constexpr FamilyRow rows[] = {
    {.model_type = "gemma", .family = "Gemma", .quirks = LlamaGraph::Gemma, .norm = RmsPlusOne,
     .scaled_embedding = yes},
    {.model_type = "gemma2", .family = "Gemma", .quirks = LlamaGraph::Gemma2, .norm = RmsPlusOne, .norms = Sandwich,
     .windows = {.layers = Windows::ButEveryNth, .period = {.otherwise = 2}}, .scaled_embedding = yes,
     .attention_softcap = "attn_logit_softcapping", .final_softcap = "final_logit_softcapping"},
    {.model_type = "vaultgemma", .family = "Gemma", .norm = RmsPlusOne,
     .windows = {.layers = Windows::ButEveryNth, .period = {.otherwise = 2}}, .scaled_embedding = yes,
     .attention_softcap = "attn_logit_softcapping", .final_softcap = "final_logit_softcapping"},
    {.model_type = "gemma3_text", .family = "Gemma", .quirks = LlamaGraph::Gemma3, .norm = RmsPlusOne,
     .norms = Sandwich, .qk_norm = QkNorm::PerHead,
     .windows = {.layers = Windows::ButEveryNth, .period = {"sliding_window_pattern", 6}}, .scaled_embedding = yes,
     .attention_softcap = "attn_logit_softcapping", .final_softcap = "final_logit_softcapping"},
    {.model_type = "gemma3n_text", .family = "Gemma", .reader = read_gemma3n},
    {.model_type = "gemma4_text", .family = "Gemma", .reader = read_gemma4,
     .quirks = {LlamaGraph::Unknown, {Quirk::NormsInSteps, Quirk::WindowPool}}},
    {.model_type = "diffusion_gemma_text", .family = "Gemma", .reader = read_diffusion_gemma,
     .quirks = {LlamaGraph::Unknown, {Quirk::NormsInSteps, Quirk::WindowPool}}},
    {.model_type = "gemma4_unified_text", .family = "Gemma", .reader = read_gemma4,
     .quirks = {LlamaGraph::Unknown, {Quirk::NormsInSteps, Quirk::WindowPool}}},
};
// clang-format on

}  // namespace

std::span<const FamilyRow> gemma_families() { return rows; }

}  // namespace llmcalc::models
