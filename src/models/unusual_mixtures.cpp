// Mixtures whose experts or routers are built unlike all others: JetMoE, Doge, ZAYA.
// Sources: modeling_jetmoe.py, modular_doge.py, modular_zaya.py of Hugging Face transformers.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <array>
#include <cmath>
#include <string>

namespace llmcalc::models {

namespace {

/// JetMoE: the queries and the output projection are experts, too; keys and values are shared by the chosen ones.
void read_jetmoe(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  FeedForward& f = layer.feed_forward;
  f = routed_experts(c, "num_local_experts", "intermediate_size");
  f.fused_expert_gate_up = true;
  AttentionShape& a = layer.attention;
  a.kv_heads = c.required("num_key_value_heads", range::heads);
  a.heads = multiply(a.kv_heads, f.experts_per_token);
  a.head_dim = a.value_head_dim = a.rotary_dim = c.count("kv_channels", range::width, 128);
  check_heads(c, a);
  m.names = {{"mlp.gate.", "mlp.router.layer."},
             {"mlp.experts.gate_up_proj", "mlp.input_linear"},
             {"mlp.experts.down_proj", "mlp.output_linear"}};
  add_equal_layers(c, m, layer);
  // Beside the projections of the chosen experts, which the inventory has, those of the others.
  const Count others = multiply(subtract(f.experts, f.experts_per_token), multiply(a.kv_heads, a.head_dim));
  constexpr auto part = ModelPart::Attention;
  add_layer_tensors(m, "self_attention.experts.input_linear.rest", others, m.hidden, TensorRole::Query, part);
  add_layer_tensors(m, "self_attention.experts.output_linear.rest", m.hidden, others, TensorRole::AttentionOutput,
                    part);
  add_layer_tensors(m, "self_attention.experts.router.layer.weight", f.experts, m.hidden, TensorRole::Router,
                    ModelPart::Router);
  add_layer_tensors(m, "self_attention.experts.bias", m.hidden, 1, TensorRole::Bias, part);
  add_layer_tensors(m, "mlp.bias", m.hidden, 1, TensorRole::Bias, ModelPart::FeedForward);
}

/// Doge: a mask made from the values, weighted residuals; with is_moe a table of experts of width one beside the
/// dense block.
void read_doge(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  AttentionShape& a = layer.attention;
  a.qk_norm = QkNorm::PerHead;
  add_equal_layers(c, m, layer);
  const auto attention = [&](std::string_view name, Count rows, Count columns, TensorRole role) {
    add_layer_tensors(m, name, rows, columns, role, ModelPart::Attention);
  };
  attention("self_attn.A", a.kv_heads, 1, TensorRole::Other);
  attention("self_attn.dt_proj.weight", a.kv_heads, multiply(a.kv_heads, a.head_dim), TensorRole::Other);
  if (a.query_bias) attention("self_attn.dt_proj.bias", a.kv_heads, 1, TensorRole::Bias);
  for (const char* name : {"input_residual", "post_attention_residual"}) {
    add_layer_tensors(m, name, m.hidden, 1, TensorRole::Other, ModelPart::Other);
  }
  if (!c.flag("is_moe", false)) return;
  const Count experts = c.required("num_experts", {1, range::width.high});
  const auto keys = static_cast<Count>(std::sqrt(static_cast<double>(experts)));
  add_layer_tensors(m, "mlp.router_gate.weight", multiply(2, keys), m.hidden, TensorRole::Router, ModelPart::Router);
  add_layer_tensors(m, "mlp.down_embed.weight", experts, m.hidden, TensorRole::ExpertDown, ModelPart::FeedForward);
  add_layer_tensors(m, "mlp.up_embed.weight", experts, m.hidden, TensorRole::ExpertUp, ModelPart::FeedForward);
}

/// The router of ZAYA: a small network with one more class than there are experts, which skips the block.
void add_zaya_router(const Fields& c, Model& m, const FeedForward& f) {
  const Count width = c.count("router_hidden_size", range::width, 256);
  if (width < f.experts) {
    c.complain("router_hidden_size",
               "must be at least num_experts (" + std::to_string(f.experts) + "), got " + std::to_string(width));
  }
  constexpr auto part = ModelPart::Router;
  constexpr auto role = TensorRole::Router;
  // The inventory's router [experts, hidden] is the first part of this projection.
  add_layer_tensors(m, "mlp.gate.down_proj.rest", subtract(width, f.experts), m.hidden, role, part);
  add_layer_tensors(m, "mlp.gate.down_proj.bias", width, 1, TensorRole::Bias, part);
  add_layer_tensors(m, "mlp.gate.router_mlp.norm.weight", width, 1, TensorRole::Norm, ModelPart::Norms);
  for (const char* name : {"mlp.gate.router_mlp.fc1", "mlp.gate.router_mlp.fc2"}) {
    add_layer_tensors(m, std::string(name) + ".weight", width, width, role, part);
    add_layer_tensors(m, std::string(name) + ".bias", width, 1, TensorRole::Bias, part);
  }
  add_layer_tensors(m, "mlp.gate.router_mlp.out_proj.weight", add(f.experts, 1), width, role, part);
  // Every layer but the first adds what the router before it thought.
  add_tensor(m, "model.layers.{}.mlp.gate.router_states_scale", width, 1, role, part);
  m.extra_tensors.back().count = subtract(m.layer_count(), 1);
  add_layer_tensors(m, "mlp.gate.balancing_biases", add(f.experts, 1), 1, role, part);
  for (Tensor& t : m.extra_tensors) t.buffer = t.buffer || t.name.ends_with("balancing_biases");
}

/// ZAYA: queries and keys pass two short convolutions, half of every value comes from the token before; a mixture in
/// every layer, scaled and shifted residuals.
void read_zaya(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  AttentionShape& a = layer.attention;
  a = grouped_attention(c, m, c.flag("attention_bias", false));
  // rope_parameters differ by kind of layer; both rotate half a head.
  a.rotary_dim = a.head_dim / 2;
  layer.feed_forward = routed_experts(c, "num_experts", "moe_intermediate_size");
  layer.feed_forward.fused_expert_gate_up = true;
  m.head_bias = c.flag("lm_head_bias", false);
  const Count n = layer_count(c);
  const std::vector<std::string> types = layer_types(c, n);
  const Count window = c.count("sliding_window", range::tokens, 0);
  m.names = {{"mlp.gate.weight", "mlp.gate.down_proj.weight"}};
  add_layers(m, n, [&](Count i) {
    a.window = !types.empty() && types[i] == "hybrid_sliding" ? window : 0;
    return layer;
  });
  const Count channels = multiply(add(a.heads, a.kv_heads), a.head_dim);
  constexpr auto part = ModelPart::Attention;
  const auto convolution = [&](const std::string& name, Count columns) {
    add_layer_tensors(m, name + ".weight", channels, columns, TensorRole::Convolution, part);
    add_layer_tensors(m, name + ".bias", channels, 1, TensorRole::Bias, part);
  };
  convolution("self_attn.qkv_proj.conv_qk_depthwise", c.count("cca_time0", {1, 64}, 2));
  convolution("self_attn.qkv_proj.conv_qk_grouped", multiply(a.head_dim, c.count("cca_time1", {1, 64}, 2)));
  add_layer_tensors(m, "self_attn.qk_norm.temp", a.kv_heads, 1, TensorRole::Other, part);
  add_zaya_router(c, m, layer.feed_forward);
  for (const char* block : {"post_attention_residual_scale", "post_mlp_residual_scale"}) {
    for (const char* name : {".hidden_states_scale", ".hidden_states_bias", ".residual_scale", ".residual_bias"}) {
      add_layer_tensors(m, std::string(block) + name, m.hidden, 1, TensorRole::Other, ModelPart::Other);
    }
  }
  for (const char* name : {"model.input_hidden_states_scale", "model.input_hidden_states_bias"}) {
    add_tensor(m, name, m.hidden, 1, TensorRole::Other, ModelPart::Other);
  }
  c.assume(
      "the columns that the convolutions of queries and keys look back to are not counted: three vectors a layer");
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"jetmoe", "JetMoE", read_jetmoe},
    {"doge", "Doge", read_doge},
    {"zaya", "ZAYA", read_zaya},
});

}  // namespace

std::span<const FamilyRow> unusual_mixture_families() { return rows; }

}  // namespace llmcalc::models
