// Granite MoE and Granite 4: mixtures, with or without state spaces between the attention layers.

#include "models/blocks.hpp"
#include "models/mamba_shapes.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Granite MoE and Granite 4: experts of intermediate_size, shared block of shared_intermediate_size, Mamba-2 or
/// attention by layer_types.
void read_granite_moe(const Fields& c, Model& m, bool hybrid, bool shared) {
  Layer layer;
  read_stream(c, m);
  const bool rotary = !hybrid || c.text("position_embedding_type", "rope") == "rope";
  AttentionShape attention = grouped_attention(c, m, c.flag("attention_bias", false));
  if (!rotary) {
    attention.rotary_dim = 0;
    m.positions = Positions::None;
  }
  const Count experts = c.count("num_local_experts", range::experts, 0);
  if (experts != 0) layer.feed_forward = routed_experts(c, "num_local_experts", "intermediate_size");
  layer.feed_forward.activation = activation(c);
  const Count width = shared ? c.count("shared_intermediate_size", range::optional_width, 0) : 0;
  (experts != 0 ? layer.feed_forward.shared_width : layer.feed_forward.width) = width;
  layer.feed_forward.fused_gate_up = true;
  layer.feed_forward.fused_expert_gate_up = true;
  const Count n = layer_count(c);
  const char* key = c.has("layer_types") ? "layer_types" : "layers_block_type";
  const std::vector<std::string> types = hybrid ? layer_types(c, n, key) : std::vector<std::string>{};
  const bool any_mamba = std::find(types.begin(), types.end(), "mamba") != types.end() || (hybrid && types.empty());
  const RecurrentShape mamba = any_mamba ? mamba2_shape(c, m, mamba_prefix) : RecurrentShape{};
  m.names = {{"mlp.gate_up_proj", "shared_mlp.input_linear"},
             {"mlp.down_proj", "shared_mlp.output_linear"},
             {"mlp.gate.", "block_sparse_moe.router.layer."},
             {"mlp.experts.gate_up_proj", "block_sparse_moe.input_linear"},
             {"mlp.experts.down_proj", "block_sparse_moe.output_linear"},
             {"mlp.shared_experts.", "shared_mlp."}};
  add_layers(m, n, [&](Count i) {
    const bool recurs = hybrid && (types.empty() || types[i] == "mamba");
    layer.mixer = recurs ? Mixer::Mamba2 : Mixer::Attention;
    layer.attention = recurs ? AttentionShape{} : attention;
    layer.recurrent = recurs ? mamba : RecurrentShape{};
    return layer;
  });
}

void read_granitemoe(const Fields& c, Model& m) { read_granite_moe(c, m, false, false); }
void read_granitemoeshared(const Fields& c, Model& m) { read_granite_moe(c, m, false, true); }
void read_granitemoehybrid(const Fields& c, Model& m) { read_granite_moe(c, m, true, true); }

/// Granite MoE with windows and sinks; every fourth layer, the first one included, sees everything.
void read_granitemoe_swa(const Fields& c, Model& m) {
  read_granite_moe(c, m, false, true);
  if (m.kinds.empty()) return;
  Layer layer = m.kinds.front();
  layer.attention.sinks = true;
  const Count n = m.layer_count();
  const std::vector<Count> window = windows_after_first(c, n);
  m.kinds.clear();
  m.layers.clear();
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    return layer;
  });
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"granitemoe", "Granite", read_granitemoe},
    {"granitemoeshared", "Granite", read_granitemoeshared},
    {"granitemoe_swa", "Granite", read_granitemoe_swa},
    {"granitemoehybrid", "Granite", read_granitemoehybrid, {LlamaGraph::GraniteHybrid}},
});

}  // namespace

std::span<const FamilyRow> granite_moe_families() { return rows; }

}  // namespace llmcalc::models
