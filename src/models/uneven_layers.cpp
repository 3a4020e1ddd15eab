// Models whose layers differ in heads and widths: Step 3.5, Nemotron-NAS.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Layer numbers written as "3,4,5".
std::vector<Count> listed_layers(const std::string& text) {
  std::vector<Count> numbers;
  Count number = 0;
  bool inside = false;
  for (const char ch : text + ",") {
    if (ch >= '0' && ch <= '9' && number < 100000) {
      number = number * 10 + static_cast<Count>(ch - '0');
      inside = true;
    } else if (inside) {
      numbers.push_back(number);
      number = 0;
      inside = false;
    }
  }
  return numbers;
}

/// Step 3.5: sliding layers have their own number of heads (attention_other_setting), a gate for every head, normed
/// queries and keys; the layers of moe_layers_enum are mixtures with one shared expert.
void read_step3p5(const Fields& c, Model& m) {
  m.norm = NormKind::RmsPlusOne;
  Layer layer = llama_layer(c, m);
  AttentionShape full = layer.attention;
  full.qk_norm = QkNorm::PerHead;
  AttentionShape sliding = full;
  const Fields other = c.object("attention_other_setting");
  sliding.heads = other.count("num_attention_heads", range::heads,
                              c.count("num_sliding_attention_heads", range::heads, full.heads));
  sliding.kv_heads = other.count("num_attention_groups", range::heads, full.kv_heads);
  sliding.head_dim = sliding.value_head_dim = sliding.rotary_dim =
      other.count("head_dim", range::width, full.head_dim);
  sliding.window = c.count("sliding_window", range::tokens, 512);
  check_heads(other, sliding);
  if (c.flag("use_head_wise_attn_gate", true)) {
    full.gate_width = full.heads;
    sliding.gate_width = sliding.heads;
  }
  const FeedForward dense = layer.feed_forward;
  FeedForward mixture =
      routed_experts(c, c.has("moe_num_experts") ? "moe_num_experts" : "n_routed_experts", "moe_intermediate_size",
                     c.has("moe_top_k") ? "moe_top_k" : "num_experts_per_tok");
  mixture.shared_width =
      c.count("share_expert_dims", range::optional_width, c.count("share_expert_dim", range::optional_width, 0));
  mixture.correction_bias = c.flag("use_moe_router_bias", true);
  const Count n = layer_count(c);
  const std::vector<std::string> blocks = c.texts("mlp_layer_types");
  // The lists go on for the prediction layers.
  const std::vector<std::string> types = c.texts("layer_types");
  const std::vector<Count> listed = listed_layers(c.text("moe_layers_enum", ""));
  m.names = {{"self_attn.gate_proj", "self_attn.g_proj"}, {"mlp.shared_experts.", "share_expert."}, {"mlp.", "moe."}};
  add_layers(m, n, [&](Count i) {
    layer.attention = i < types.size() && types[i] == "sliding_attention" ? sliding : full;
    bool sparse = listed.empty() ? i >= 3 : std::find(listed.begin(), listed.end(), i) != listed.end();
    if (i < blocks.size()) sparse = blocks[i] == "sparse";
    layer.feed_forward = sparse ? mixture : dense;
    return layer;
  });
  layer.feed_forward = dense;
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

/// Width that Nemotron-NAS makes of a multiple: two thirds, rounded up to 256.
Count nas_width(double multiple, Count hidden) {
  const auto width = static_cast<Count>(2.0 * multiple * static_cast<double>(hidden) / 3.0);
  return round_up(width, 256);
}

/// Nemotron Super and Ultra (pruned Llama): block_configs gives every layer its own groups and width, or leaves a
/// block out, or puts one matrix in its place.
void read_nemotron_nas(const Fields& c, Model& m) {
  read_stream(c, m);
  const AttentionShape whole = grouped_attention(c, m, c.flag("attention_bias", false));
  const Count n = layer_count(c);
  const auto* blocks = c.find("block_configs");
  if (!blocks || !blocks->is_array() || blocks->size() != n) {
    c.complain("block_configs", "must be a list of " + std::to_string(n) + " layers (num_hidden_layers)");
    return;
  }
  Count linear = 0;
  add_layers(m, n, [&](Count i) {
    const Fields block((*blocks)[i], {}, "/block_configs/" + std::to_string(i), c.findings());
    const Fields attention = block.object("attention");
    const Fields feed_forward = block.object("ffn");
    Layer layer;
    const bool no_attention = attention.flag("no_op", false);
    const bool no_block = feed_forward.flag("no_op", false);
    layer.mixer = Mixer::None;
    if (attention.flag("replace_with_linear", false)) {
      ++linear;
    } else if (!no_attention) {
      layer.mixer = Mixer::Attention;
      layer.attention = whole;
      layer.attention.kv_heads = whole.heads / attention.count("n_heads_in_group", {1, whole.heads}, 1);
    }
    if (feed_forward.flag("replace_with_linear", false)) {
      ++linear;
    } else if (!no_block) {
      const double multiple = feed_forward.number("ffn_mult", 2.625);
      if (multiple > 0 && multiple < 64) {
        layer.feed_forward.width = nas_width(multiple, m.hidden);
      } else {
        feed_forward.complain("ffn_mult", "must be more than 0 and less than 64");
      }
    }
    if (no_attention || no_block) layer.norms = NormPlacement::MixerOnly;
    return layer;
  });
  if (linear != 0) {
    add_tensor(m, "model.layers.linear_replacements.weight", multiply(linear, m.hidden), m.hidden, TensorRole::Other,
               ModelPart::Other);
  }
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"step3p5", "Step", read_step3p5},
    {"nemotron-nas", "Nemotron", read_nemotron_nas},
});

}  // namespace

std::span<const FamilyRow> uneven_layer_families() { return rows; }

}  // namespace llmcalc::models
