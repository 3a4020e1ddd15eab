// State-space models and their hybrids with attention: Mamba, Jamba, Falcon-H1, Bamba.

#include "models/blocks.hpp"
#include "models/mamba_shapes.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Mamba-1 as Mamba and Falcon-Mamba name it.
Layer mamba1_layer(const Fields& c, Model& m) {
  read_stream(c, m);
  m.positions = Positions::None;
  Layer layer;
  layer.mixer = Mixer::Mamba1;
  layer.norms = NormPlacement::MixerOnly;
  RecurrentShape& r = layer.recurrent;
  r.inner = c.count("intermediate_size", range::width, multiply(c.count("expand", {1, 64}, 2), m.hidden));
  r.state = c.count("state_size", range::width, 16);
  r.conv_kernel = c.count("conv_kernel", {1, 64}, 4);
  r.time_step_rank = time_step_rank(c, "time_step_rank", m.hidden);
  r.conv_bias = c.flag("use_conv_bias", true);
  r.projection_bias = c.flag("use_bias", false);
  m.names = {{"model.embed_tokens", "backbone.embeddings"},
             {"model.layers.", "backbone.layers."},
             {"model.norm", "backbone.norm_f"},
             {".mamba.", ".mixer."},
             {"input_layernorm", "norm"}};
  return layer;
}

void read_mamba(const Fields& c, Model& m) { add_equal_layers(c, m, mamba1_layer(c, m)); }

/// Falcon-Mamba: norms of B, C and dt without weights.
void read_falcon_mamba(const Fields& c, Model& m) {
  Layer layer = mamba1_layer(c, m);
  layer.recurrent.inner_norms = true;
  layer.recurrent.inner_norm_weights = false;
  add_equal_layers(c, m, layer);
}

/// Mamba-2 (Codestral Mamba).
void read_mamba2(const Fields& c, Model& m) {
  read_stream(c, m);
  m.positions = Positions::None;
  Layer layer;
  layer.mixer = Mixer::Mamba2;
  layer.norms = NormPlacement::MixerOnly;
  layer.recurrent = mamba2_shape(
      c, m,
      {"num_attention_heads", "head_dim", "state_size", "n_groups", "conv_kernel", "use_conv_bias", "use_bias"});
  m.names = {{"model.embed_tokens", "backbone.embeddings"},
             {"model.layers.", "backbone.layers."},
             {"model.norm", "backbone.norm_f"},
             {".mamba.", ".mixer."},
             {"input_layernorm", "norm"}};
  add_equal_layers(c, m, layer);
}

/// Jamba: attention and experts each at their own period and offset, Mamba-1 in between, no positions.
void read_jamba(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.positions = Positions::None;
  layer.attention.rotary_dim = 0;
  RecurrentShape mamba = hybrid_mamba1_shape(c, m);
  mamba.inner_norms = true;
  const AttentionShape attention = layer.attention;
  const FeedForward dense = layer.feed_forward;
  const FeedForward mixture = routed_experts(c, "num_experts", "intermediate_size");
  const Count n = layer_count(c);
  const Count attention_period = c.count("attn_layer_period", range::layers, 8);
  const Count attention_offset = c.count("attn_layer_offset", range::some_layers, 4);
  const Count expert_period = c.count("expert_layer_period", range::layers, 2);
  const Count expert_offset = c.count("expert_layer_offset", range::some_layers, 1);
  m.names = {{"mlp.gate.", "feed_forward.router."},
             {"mlp.", "feed_forward."},
             {"post_attention_layernorm", "pre_ff_layernorm"},
             {"model.norm", "model.final_layernorm"}};
  add_layers(m, n, [&](Count i) {
    const bool attends = i % attention_period == attention_offset;
    layer.mixer = attends ? Mixer::Attention : Mixer::Mamba1;
    layer.attention = attends ? attention : AttentionShape{};
    layer.recurrent = attends ? RecurrentShape{} : mamba;
    const bool sparse = mixture.experts > 1 && i % expert_period == expert_offset;
    layer.feed_forward = sparse ? mixture : dense;
    return layer;
  });
}

/// Falcon-H1: attention and Mamba-2 side by side in every layer.
void read_falcon_h1(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.also_recurrent = true;
  RecurrentShape& r = layer.recurrent;
  r = mamba2_shape(c, m, mamba_prefix);
  if (c.has("mamba_d_ssm")) r.inner = c.count("mamba_d_ssm", range::width, r.inner);
  r.gated_norm = c.flag("mamba_rms_norm", false);
  m.names = {{"mlp.", "feed_forward."},
             {"post_attention_layernorm", "pre_ff_layernorm"},
             {"model.norm", "model.final_layernorm"}};
  if (c.flag("projectors_bias", false) != r.projection_bias) {
    c.assume("projectors_bias differs from mamba_proj_bias: the output projection's bias is taken like the input's");
  }
  add_equal_layers(c, m, layer);
}

/// Bamba: attention in the layers of attn_layer_indices, Mamba-2 elsewhere, a dense block in all.
void read_bamba(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  const AttentionShape attention = layer.attention;
  const RecurrentShape mamba = mamba2_shape(c, m, mamba_prefix);
  const Count n = layer_count(c);
  const std::vector<Count> attends = c.counts("attn_layer_indices", range::some_layers);
  m.names = {{"mlp.", "feed_forward."},
             {"post_attention_layernorm", "pre_ff_layernorm"},
             {"model.norm", "model.final_layernorm"}};
  add_layers(m, n, [&](Count i) {
    const bool here = std::find(attends.begin(), attends.end(), i) != attends.end();
    layer.mixer = here ? Mixer::Attention : Mixer::Mamba2;
    layer.attention = here ? attention : AttentionShape{};
    layer.recurrent = here ? RecurrentShape{} : mamba;
    return layer;
  });
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"mamba", "Mamba", read_mamba, {LlamaGraph::Mamba}},
    {"mamba2", "Mamba", read_mamba2, {LlamaGraph::Mamba2}},
    {"falcon_mamba", "Falcon", read_falcon_mamba, {LlamaGraph::FalconMamba}},
    {"jamba", "Jamba", read_jamba, {LlamaGraph::Jamba}},
    {"falcon_h1", "Falcon", read_falcon_h1, {LlamaGraph::FalconH1}},
    {"bamba", "Bamba", read_bamba},
});

}  // namespace

std::span<const FamilyRow> mamba_families() { return rows; }

}  // namespace llmcalc::models
