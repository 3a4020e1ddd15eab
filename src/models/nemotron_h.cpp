// Nemotron-H and Nemotron 3: one mixer or one block a layer.

#include "models/blocks.hpp"
#include "models/mamba_shapes.hpp"
#include "models/registry.hpp"

#include <array>
#include <string>
#include <string_view>

namespace llmcalc::models {

namespace {

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
    {"nemotron_h", "Nemotron", read_nemotron_h, {LlamaGraph::NemotronH, {Quirk::Fp32States}}},
});

}  // namespace

std::span<const FamilyRow> nemotron_h_families() { return rows; }

}  // namespace llmcalc::models
