// Mixtures of experts of 2025 and 2026 whose layers differ more from Mixtral's: shared blocks, shortcut experts,
// gated attention, fused projections, layers of their own sizes.

#include "formats/config/blocks.hpp"
#include "formats/config/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::config {

namespace {

/// A number that some configs repeat for every layer: the first of the list; `fallback` when absent.
Count first_of(const Fields& c, std::string_view key, Range allowed, Count fallback) {
  const std::vector<Count> values = c.counts(key, allowed);
  if (values.empty()) return fallback;
  if (std::any_of(values.begin(), values.end(), [&](Count v) { return v != values.front(); })) {
    c.assume(std::string(key) + " differs between layers: the first layer's value is taken for all");
  }
  return values.front();
}

/// Hunyuan MoE (A13B): every layer a mixture, its shared block as wide as an expert.
void read_hunyuan_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = c.flag("use_qk_norm", true) ? QkNorm::PerHead : QkNorm::None;
  FeedForward& f = layer.feed_forward;
  f.expert_width = first_of(c, "moe_intermediate_size", range::width, f.width);
  f.shared_width = multiply(f.expert_width, first_of(c, "num_shared_expert", range::experts, 1));
  f.width = 0;
  f.experts = first_of(c, "num_experts", range::experts, 1);
  f.experts_per_token = first_of(c, "moe_topk", {1, std::max<Count>(f.experts, 1)}, 1);
  m.names = {{"self_attn.q_norm", "self_attn.query_layernorm"},
             {"self_attn.k_norm", "self_attn.key_layernorm"},
             {"mlp.gate.", "mlp.gate.wg."},
             {"mlp.shared_experts.", "mlp.shared_mlp."}};
  add_equal_layers(c, m, layer);
}

/// K-EXAONE: EXAONE 4's attention with DeepSeek's mixture.
void read_exaone_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  const FeedForward dense = layer.feed_forward;
  FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  mixture.shared_width = multiply(c.count("num_shared_experts", range::experts, 1), mixture.expert_width);
  mixture.correction_bias = true;
  const Count n = layer_count(c);
  const std::vector<std::string> blocks = layer_types(c, n, "mlp_layer_types");
  const Count first = c.count("first_k_dense_replace", range::some_layers, 1);
  const std::string letters = c.is_text("sliding_window_pattern") ? c.text("sliding_window_pattern", "") : "";
  const Count step = letters.empty() ? c.count("sliding_window_pattern", range::layers, 4) : letters.size();
  const std::vector<Count> window = windows(c, n, c.count("sliding_window", range::tokens, 0), step);
  const Count rotary = layer.attention.rotary_dim;
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    layer.attention.rotary_dim = window[i] != 0 ? rotary : 0;
    const bool sparse = blocks.empty() ? i >= first : blocks[i] == "sparse";
    layer.feed_forward = sparse ? mixture : dense;
    return layer;
  });
  layer.feed_forward = dense;
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

/// Solar Open: GLM-4.5 without norms of queries and keys, a mixture in every layer.
void read_solar_open(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  layer.attention = grouped_attention(c, m, c.flag("attention_bias", false));
  layer.attention.output_bias = false;
  FeedForward& f = layer.feed_forward;
  f = routed_experts(c, "n_routed_experts", "moe_intermediate_size");
  f.shared_width = multiply(c.count("n_shared_experts", range::experts, 1), f.expert_width);
  f.correction_bias = true;
  add_equal_layers(c, m, layer);
}

/// Arcee Trinity (AFMoE): four norms, a gate on the attention's output, every fourth layer sees everything and has no
/// positions; the expert bias is a parameter.
void read_afmoe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.norms = NormPlacement::Sandwich;
  AttentionShape& a = layer.attention;
  a.qk_norm = QkNorm::PerHead;
  a.gate_width = multiply(a.heads, a.head_dim);
  m.scaled_embedding = c.flag("mup_enabled", false);
  const FeedForward dense = layer.feed_forward;
  FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  mixture.shared_width = multiply(c.count("num_shared_experts", range::experts, 2), mixture.expert_width);
  mixture.router_bias = true;
  const Count n = layer_count(c);
  const Count first = c.count("num_dense_layers", range::some_layers, 1);
  const std::vector<Count> window = windows(c, n, c.count("sliding_window", range::tokens, 1024),
                                            c.count("global_attn_every_n_layers", range::layers, 4));
  const Count rotary = a.rotary_dim;
  m.names = {{"pre_feedforward_layernorm", "pre_mlp_layernorm"},
             {"post_feedforward_layernorm", "post_mlp_layernorm"},
             {"mlp.gate.bias", "mlp.expert_bias"},
             {"mlp.gate.", "mlp.router.gate."}};
  add_layers(m, n, [&](Count i) {
    a.window = window[i];
    a.rotary_dim = window[i] != 0 ? rotary : 0;
    layer.feed_forward = i < first ? dense : mixture;
    return layer;
  });
}

/// Ling and Ring (Bailing): fused queries, keys and values; version 2 norms queries and keys and has a correction
/// bias.
void read_bailing(const Fields& c, Model& m, bool version2) {
  Layer layer = llama_layer(c, m);
  AttentionShape& a = layer.attention;
  a.fused_qkv = true;
  const bool bias = c.flag("use_bias", false);
  a.query_bias = a.key_bias = a.value_bias = bias || c.flag("use_qkv_bias", false);
  a.output_bias = bias;
  if (c.flag("use_qk_norm", version2)) a.qk_norm = QkNorm::PerHead;
  const FeedForward dense = layer.feed_forward;
  FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  const Count shared = c.count("moe_shared_expert_intermediate_size", range::width, mixture.expert_width);
  mixture.shared_width = multiply(c.count("num_shared_experts", range::experts, 0), shared);
  mixture.correction_bias = version2 && c.flag("moe_router_enable_expert_bias", true);
  const Count n = layer_count(c);
  const Count first = c.count("first_k_dense_replace", range::some_layers, 0);
  m.names = {
      {"model.embed_tokens", "model.word_embeddings"}, {"self_attn.qkv_proj", "attention.query_key_value"},
      {"self_attn.o_proj", "attention.dense"},         {"self_attn.q_norm", "attention.query_layernorm"},
      {"self_attn.k_norm", "attention.key_layernorm"}, {"mlp.gate.e_score_correction_bias", "mlp.gate.expert_bias"}};
  add_layers(m, n, [&](Count i) {
    layer.feed_forward = i < first ? dense : mixture;
    return layer;
  });
  layer.feed_forward = mixture;
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

void read_bailing1(const Fields& c, Model& m) { read_bailing(c, m, false); }
void read_bailing2(const Fields& c, Model& m) { read_bailing(c, m, true); }

/// LongCat-Flash: every layer has two attentions and two dense blocks, with routed experts bridging the first dense
/// block; some experts do nothing ("zero experts"), but the router scores them too. Here one layer is two.
void read_longcat(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  layer.mixer = Mixer::LatentAttention;
  AttentionShape& a = layer.attention;
  a.heads = a.kv_heads = c.required("num_attention_heads", range::heads);
  a.q_lora_rank = c.count("q_lora_rank", range::optional_width, 1536);
  a.kv_lora_rank = c.required("kv_lora_rank", range::width);
  a.nope_head_dim = c.count("qk_nope_head_dim", range::optional_width, 128);
  a.rope_head_dim = a.rotary_dim = c.count("qk_rope_head_dim", range::optional_width, 64);
  a.value_head_dim = c.count("v_head_dim", range::width, 128);
  a.head_dim = add(a.nope_head_dim, a.rope_head_dim);
  FeedForward plain;
  plain.width = c.required("intermediate_size", range::width);
  FeedForward bridged = routed_experts(c, "n_routed_experts", "expert_ffn_hidden_size", "moe_topk");
  bridged.width = plain.width;
  bridged.correction_bias = true;
  const Count zero = c.count("zero_expert_num", range::experts, 0);
  if (zero != 0) {
    const Count all = add(bridged.experts, zero);
    bridged.experts_per_token = std::max<Count>(1, multiply(bridged.experts_per_token, bridged.experts) / all);
    c.assume(
        "of the experts a token chooses, those that do nothing are taken as chosen in proportion to their number");
  }
  const Count n = c.given("num_layers") ? c.required("num_layers", range::layers) : layer_count(c);
  add_layers(m, multiply(2, n), [&](Count i) {
    layer.feed_forward = i % 2 == 0 ? bridged : plain;
    return layer;
  });
  if (zero != 0 && !m.kinds.empty()) {
    add_layer_tensor(m, 0, "mlp.router.zero_experts.weight", zero, m.hidden, TensorRole::Router, ModelPart::Router);
  }
}

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
    {"hunyuan_v1_moe", "Hunyuan", read_hunyuan_moe},
    {"exaone_moe", "EXAONE", read_exaone_moe},
    {"solar_open", "Solar", read_solar_open},
    {"afmoe", "Arcee", read_afmoe},
    {"bailing_moe", "Ling", read_bailing1},
    {"bailing_moe_v2", "Ling", read_bailing2},
    {"longcat_flash", "LongCat", read_longcat},
    {"step3p5", "Step", read_step3p5},
    {"nemotron-nas", "Nemotron", read_nemotron_nas},
});

}  // namespace

std::span<const FamilyRow> recent_mixture_families() { return rows; }

}  // namespace llmcalc::config
