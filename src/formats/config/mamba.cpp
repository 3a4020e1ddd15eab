// State-space models and their hybrids with attention: Mamba, Jamba, Falcon-H1, Bamba, Granite 4, Nemotron-H.

#include "formats/config/blocks.hpp"
#include "formats/config/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::config {

namespace {

/// ceil(hidden / 16): what "auto" means for the rank of dt.
Count time_step_rank(const Fields& c, std::string_view key, Count hidden) {
  const Count automatic = ceil_divide(hidden, 16);
  return c.is_text(key) ? automatic : c.count(key, range::width, automatic);
}

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

/// Mamba-2 with the given key names; inner width = heads x head width.
struct Mamba2Keys {
  std::string_view heads, head_dim, state, groups, conv, conv_bias, bias;
};
constexpr Mamba2Keys mamba_prefix{"mamba_n_heads", "mamba_d_head",    "mamba_d_state",  "mamba_n_groups",
                                  "mamba_d_conv",  "mamba_conv_bias", "mamba_proj_bias"};

RecurrentShape mamba2_shape(const Fields& c, const Model& m, const Mamba2Keys& keys) {
  RecurrentShape r;
  r.heads = c.required(keys.heads, range::heads);
  // "auto" and a missing width are expand x hidden / heads.
  const Count expanded = multiply(c.count("mamba_expand", {1, 64}, c.count("expand", {1, 64}, 2)), m.hidden);
  const bool automatic = c.is_text(keys.head_dim) || !c.has(keys.head_dim);
  r.head_dim = automatic ? expanded / r.heads : c.required(keys.head_dim, range::width);
  r.inner = multiply(r.heads, r.head_dim);
  r.state = c.required(keys.state, range::width);
  r.groups = c.count(keys.groups, range::heads, 1);
  r.conv_kernel = c.count(keys.conv, {1, 64}, 4);
  r.conv_bias = c.flag(keys.conv_bias, true);
  r.projection_bias = c.flag(keys.bias, false);
  if (r.heads % std::max<Count>(r.groups, 1) != 0) {
    c.complain(keys.groups,
               "must divide the number of heads (" + std::to_string(r.heads) + "), got " + std::to_string(r.groups));
  }
  return r;
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
  RecurrentShape mamba;
  mamba.inner = multiply(c.count("mamba_expand", {1, 64}, 2), m.hidden);
  mamba.state = c.count("mamba_d_state", range::width, 16);
  mamba.conv_kernel = c.count("mamba_d_conv", {1, 64}, 4);
  mamba.time_step_rank = time_step_rank(c, "mamba_dt_rank", m.hidden);
  mamba.conv_bias = c.flag("mamba_conv_bias", true);
  mamba.projection_bias = c.flag("mamba_proj_bias", false);
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

/// One letter a layer: M Mamba-2, * attention, - dense block, E mixture; from the pattern or the list of words.
std::string nemotron_pattern(const Fields& c, std::string_view pattern_key, std::string_view words_key) {
  if (!c.has(words_key)) return c.text(pattern_key, "");
  std::string letters;
  for (const std::string& word : c.texts(words_key)) {
    if (word == "mamba" || word == "mamba2" || word == "M") {
      letters += 'M';
    } else if (word == "attention" || word == "*") {
      letters += '*';
    } else if (word == "moe" || word == "E") {
      letters += 'E';
    } else if (word == "mlp" || word == "-") {
      letters += '-';
    } else {
      letters += '?';
    }
  }
  return letters;
}

/// Nemotron-H: one mixer or one block a layer, each with one norm; ungated blocks with squared ReLU.
class NemotronLayers {
 public:
  NemotronLayers(const Fields& c, const Model& m, std::string_view letters) : c_(c) {
    const auto uses = [&](char letter) { return letters.find(letter) != std::string_view::npos; };
    if (uses('M')) {
      mamba_ = mamba2_shape(c, m,
                            {"mamba_num_heads", "mamba_head_dim", "ssm_state_size", "n_groups", "conv_kernel",
                             "use_conv_bias", "use_bias"});
    }
    if (uses('*')) read_attention(m);
    const bool bias = c.flag("mlp_bias", false);
    if (uses('-')) {
      dense_.width = c.required("intermediate_size", range::width);
      dense_.up_bias = dense_.down_bias = bias;
    }
    if (uses('E')) {
      mixture_ = routed_experts(c, "n_routed_experts", "moe_intermediate_size");
      mixture_.expert_bias = bias;
      mixture_.correction_bias = true;
      mixture_.latent_width = c.count("moe_latent_size", range::optional_width, 0);
      if (c.count("n_shared_experts", range::experts, 0) != 0) {
        mixture_.shared_width = c.required("moe_shared_expert_intermediate_size", range::width);
      }
    }
    dense_.gated = mixture_.gated = false;
    dense_.activation = mixture_.activation = Activation::ReluSquared;
  }

  /// The layer a letter stands for.
  [[nodiscard]] Layer layer(char letter) const {
    Layer layer;
    layer.norms = NormPlacement::MixerOnly;
    layer.mixer = Mixer::None;
    switch (letter) {
      case 'M':
        layer.mixer = Mixer::Mamba2;
        layer.recurrent = mamba_;
        break;
      case '*':
        layer.mixer = Mixer::Attention;
        layer.attention = attention_;
        break;
      case 'E':
        layer.feed_forward = mixture_;
        break;
      case '-':
        layer.feed_forward = dense_;
        break;
      default:
        c_.complain(c_.has("layers_block_type") ? "layers_block_type" : "hybrid_override_pattern",
                    "may only hold M (Mamba), * (attention), - (dense block), E (experts)");
        break;
    }
    return layer;
  }

 private:
  void read_attention(const Model& m) {
    attention_.heads = c_.required("num_attention_heads", range::heads);
    attention_.kv_heads = c_.count("num_key_value_heads", range::heads, attention_.heads);
    const char* key = c_.has("attention_head_dim") ? "attention_head_dim" : "head_dim";
    attention_.head_dim = c_.count(key, range::width, m.hidden / attention_.heads);
    attention_.value_head_dim = attention_.head_dim;
    const bool bias = c_.flag("attention_bias", false);
    attention_.query_bias = attention_.key_bias = attention_.value_bias = attention_.output_bias = bias;
    check_heads(c_, attention_);
  }

  const Fields& c_;
  RecurrentShape mamba_;
  AttentionShape attention_;
  FeedForward dense_;
  FeedForward mixture_;
};

void read_nemotron_h(const Fields& c, Model& m) {
  read_stream(c, m);
  m.positions = Positions::None;
  const std::string letters = nemotron_pattern(c, "hybrid_override_pattern", "layers_block_type");
  if (letters.empty()) c.complain("hybrid_override_pattern", "is missing: one letter a layer is needed");
  if (letters.size() > range::layers.high) {
    c.complain("hybrid_override_pattern", "must name at most " + std::to_string(range::layers.high) + " layers");
    return;
  }
  if (c.given("num_hidden_layers") && layer_count(c) != letters.size() && !letters.empty()) {
    c.complain("num_hidden_layers",
               "must be the number of layers in the pattern (" + std::to_string(letters.size()) + ")");
  }
  const Count prediction = c.count("num_nextn_predict_layers", range::some_layers, 0);
  const std::string mtp =
      prediction == 0 ? "" : nemotron_pattern(c, "mtp_hybrid_override_pattern", "mtp_layers_block_type");
  const NemotronLayers layers(c, m, letters + mtp);
  m.names = {{"model.", "backbone."},
             {"embed_tokens", "embeddings"},
             {"backbone.norm", "backbone.norm_f"},
             {"input_layernorm", "norm"},
             {".mamba.", ".mixer."},
             {".self_attn.", ".mixer."},
             {".mlp.", ".mixer."},
             {"latent_down_proj", "fc1_latent_proj"},
             {"latent_up_proj", "fc2_latent_proj"}};
  add_layers(m, letters.size(), [&](Count i) { return layers.layer(letters[i]); });
  for (Count i = 0; i < prediction; ++i) {
    for (const char letter : mtp) add_mtp_layers(m, 1, layers.layer(letter));
    if (m.mtp_layers.size() > range::layers.high) break;
  }
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"mamba", "Mamba", read_mamba},
    {"mamba2", "Mamba", read_mamba2},
    {"falcon_mamba", "Falcon", read_falcon_mamba},
    {"jamba", "Jamba", read_jamba},
    {"falcon_h1", "Falcon", read_falcon_h1},
    {"bamba", "Bamba", read_bamba},
    {"granitemoe", "Granite", read_granitemoe},
    {"granitemoeshared", "Granite", read_granitemoeshared},
    {"granitemoehybrid", "Granite", read_granitemoehybrid},
    {"nemotron_h", "Nemotron", read_nemotron_h},
});

}  // namespace

std::span<const FamilyRow> mamba_families() { return rows; }

}  // namespace llmcalc::config
