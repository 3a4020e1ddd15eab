// Muse Glimmer: four norms, a gate on the attention's output, three of four layers slide.
// HRM-Text: two stacks of layers that run again and again, every run with a cache of its own.
// Sources: modular_muse_glimmer.py, modular_hrm_text.py of Hugging Face transformers.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Muse Glimmer's text model. Every fourth layer, counted from the last one, sees everything and has no positions.
void read_muse_text(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::RmsPlusOne;
  m.final_softcap = c.number("final_logit_softcapping", 20.0) > 0;
  layer.norms = NormPlacement::Sandwich;
  AttentionShape& a = layer.attention;
  a.gate_width = multiply(a.heads, a.head_dim);
  const Count rotary = a.rotary_dim;
  const Count n = layer_count(c);
  const Count window = c.count("sliding_window", range::tokens, 0);
  const std::vector<std::string> types = layer_types(c, n);
  add_layers(m, n, [&](Count i) {
    const bool slides = types.empty() ? (n - 1 - i) % 4 != 0 : types[i] == "sliding_attention";
    a.window = slides ? window : 0;
    a.rotary_dim = slides ? rotary : 0;
    return layer;
  });
}

/// HRM-Text: in each of H_cycles rounds the low stack runs L_cycles times and the high stack once. Each run of a
/// layer caches keys and values, so num_hidden_layers counts runs; only the first run of a stack brings weights.
void read_hrm_text(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNormNoWeight;
  m.scaled_embedding = true;
  AttentionShape& a = layer.attention;
  a.kv_heads = a.heads;
  a.gate_width = multiply(a.heads, a.head_dim);
  const Count high = c.count("H_cycles", {1, 64}, 2);
  const Count low = c.count("L_cycles", {1, 64}, 3);
  const Count stack = c.has("num_layers_per_stack") ? c.count("num_layers_per_stack", {1, 64}, 16)
                                                    : c.count("num_hidden_layers", {1, 64}, 16);
  m.names = {{"model.layers.", "model.stacks."}};
  add_layers(m, product(stack, high, add(low, 1)), [&](Count i) {
    const Count run = i / stack;
    layer.shared_block = run != 0 && run != low;
    return layer;
  });
  if (a.query_bias) {
    add_layer_tensor(m, 0, "self_attn.gate_proj.bias", a.gate_width, 1, TensorRole::Bias, ModelPart::Attention);
  }
  m.trust = Trust::Modelled;
  c.assume("training is counted as if every run kept its activations: the class keeps those of the last low runs");
  add_tensor(m, "model.z_L_init", m.hidden, 1, TensorRole::Other, ModelPart::Other);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"muse_glimmer_text", "Muse", read_muse_text},
    {"hrm_text", "HRM", read_hrm_text},
});

}  // namespace

std::span<const FamilyRow> muse_families() { return rows; }

}  // namespace llmcalc::models
