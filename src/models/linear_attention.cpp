// Hybrids of attention with linear attention or short convolutions: Qwen3-Next, Qwen3.5, Kimi Linear,
// MiniMax-Text-01, LFM2.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::models {

namespace {

/// Gated DeltaNet of the linear_* keys.
RecurrentShape delta_net(const Fields& c) {
  RecurrentShape r;
  r.groups = c.required("linear_num_key_heads", range::heads);
  r.heads = c.required("linear_num_value_heads", range::heads);
  r.state = c.required("linear_key_head_dim", range::width);
  r.head_dim = c.required("linear_value_head_dim", range::width);
  r.inner = multiply(r.heads, r.head_dim);
  r.conv_kernel = c.count("linear_conv_kernel_dim", {1, 64}, 4);
  if (r.groups == 0 || r.heads % r.groups != 0) {
    c.complain("linear_num_key_heads", "must divide linear_num_value_heads (" + std::to_string(r.heads) + "), got " +
                                           std::to_string(r.groups));
  }
  return r;
}

/// Which layers attend: layer_types, else every full_attention_interval-th.
std::vector<bool> full_layers(const Fields& c, Count n, Count interval) {
  const std::vector<std::string> types = layer_types(c, n);
  const Count step = c.count("full_attention_interval", range::layers, interval);
  std::vector<bool> full(n);
  for (Count i = 0; i < n; ++i) full[i] = types.empty() ? (i + 1) % step == 0 : types[i] == "full_attention";
  return full;
}

/// Qwen3-Next and Qwen3.5: three Gated DeltaNet layers to one of gated attention.
void read_qwen_next(const Fields& c, Model& m, bool experts, bool split_projection) {
  m.norm = NormKind::RmsPlusOne;
  read_stream(c, m);
  Layer layer;
  AttentionShape attention = grouped_attention(c, m, c.flag("attention_bias", false));
  attention.qk_norm = QkNorm::PerHead;
  attention.output_gate = c.flag("attn_output_gate", true);
  RecurrentShape linear = delta_net(c);
  linear.split_in_projection = split_projection;
  FeedForward mixture;
  if (experts && c.count("num_experts", range::experts, 0) != 0) {
    mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
    mixture.shared_width = c.count("shared_expert_intermediate_size", range::optional_width, 0);
    mixture.shared_gate = mixture.shared_width != 0;
  }
  const std::vector<Count> listed = c.counts("mlp_only_layers", range::some_layers);
  const bool needs_dense = mixture.experts == 0 || !listed.empty();
  const FeedForward dense = needs_dense ? dense_block(c) : FeedForward{};
  const Count step = c.count("decoder_sparse_step", range::layers, 1);
  const Count n = layer_count(c);
  const std::vector<bool> full = full_layers(c, n, 4);
  m.names = {{"mlp.shared_experts.", "mlp.shared_expert."}};
  const auto build = [&](Count i, bool attends) {
    layer.mixer = attends ? Mixer::Attention : Mixer::GatedDeltaNet;
    layer.attention = attends ? attention : AttentionShape{};
    layer.recurrent = attends ? RecurrentShape{} : linear;
    const bool dense_here = std::find(listed.begin(), listed.end(), i) != listed.end() || (i + 1) % step != 0;
    layer.feed_forward = mixture.experts == 0 || dense_here ? dense : mixture;
    return layer;
  };
  add_layers(m, n, [&](Count i) { return build(i, full[i]); });
  const Count prediction = c.count("mtp_num_hidden_layers", range::some_layers,
                                   c.count("num_nextn_predict_layers", range::some_layers, 0));
  add_mtp_layers(m, prediction, build(step - 1, true));
}

void read_qwen3_next(const Fields& c, Model& m) { read_qwen_next(c, m, true, false); }
void read_qwen3_5(const Fields& c, Model& m) { read_qwen_next(c, m, false, true); }
void read_qwen3_5_moe(const Fields& c, Model& m) { read_qwen_next(c, m, true, true); }

/// OLMo Hybrid: OLMo 3's attention (norms behind the blocks) every fourth layer, Gated DeltaNet (norms before)
/// elsewhere.
void read_olmo_hybrid(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  AttentionShape attention = layer.attention;
  attention.qk_norm = QkNorm::Full;
  RecurrentShape linear;
  linear.groups = c.count("linear_num_key_heads", range::heads, attention.heads);
  linear.heads = c.count("linear_num_value_heads", range::heads, attention.heads);
  linear.state = c.count("linear_key_head_dim", range::width, multiply(3, m.hidden) / multiply(4, linear.groups));
  linear.head_dim = c.count("linear_value_head_dim", range::width, multiply(2, linear.state));
  linear.inner = multiply(linear.heads, linear.head_dim);
  linear.conv_kernel = c.count("linear_conv_kernel_dim", {1, 64}, 4);
  linear.split_in_projection = true;
  const Count n = layer_count(c);
  const std::vector<bool> full = full_layers(c, n, 4);
  add_layers(m, n, [&](Count i) {
    layer.mixer = full[i] ? Mixer::Attention : Mixer::GatedDeltaNet;
    layer.attention = full[i] ? attention : AttentionShape{};
    layer.recurrent = full[i] ? RecurrentShape{} : linear;
    layer.norms = full[i] ? NormPlacement::Post : NormPlacement::Pre;
    return layer;
  });
}

/// LFM2's width of the feed-forward block: two thirds of the given one, times a factor, rounded up to a multiple.
Count lfm_width(const Fields& c) {
  // The class lets the older key win.
  Count width = c.required(c.has("block_ff_dim") ? "block_ff_dim" : "intermediate_size", range::width);
  if (!c.flag("block_auto_adjust_ff_dim", true)) return width;
  width = multiply(2, width) / 3;
  const double factor = c.number("block_ffn_dim_multiplier", 1.0);
  if (!(factor > 0 && factor <= 64)) {
    c.complain("block_ffn_dim_multiplier", "must be more than 0 and at most 64");
    return width;
  }
  width = static_cast<Count>(factor * static_cast<double>(width));
  return round_up(width, c.count("block_multiple_of", range::width, 256));
}

/// LFM2: short convolutions, attention where layer_types or full_attn_idxs says so; the MoE version has dense layers
/// first.
void read_lfm(const Fields& c, Model& m, bool experts) {
  read_stream(c, m);
  Layer layer;
  AttentionShape attention = grouped_attention(c, m);
  attention.qk_norm = QkNorm::PerHead;
  RecurrentShape convolution;
  convolution.inner = m.hidden;
  convolution.conv_kernel = c.count("conv_L_cache", {1, 64}, 3);
  convolution.conv_bias = convolution.projection_bias = c.flag("conv_bias", false);
  FeedForward dense;
  dense.width = experts ? c.required("intermediate_size", range::width) : lfm_width(c);
  FeedForward mixture;
  if (experts) {
    mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
    mixture.correction_bias = c.flag("use_expert_bias", true);
  }
  const Count first = experts ? c.count("num_dense_layers", range::some_layers, 2) : range::layers.high;
  const Count n = layer_count(c);
  const std::vector<std::string> types = layer_types(c, n);
  const std::vector<Count> listed = c.counts("full_attn_idxs", range::some_layers);
  m.names = {{"self_attn.q_norm", "self_attn.q_layernorm"},
             {"self_attn.k_norm", "self_attn.k_layernorm"},
             {"self_attn.o_proj", "self_attn.out_proj"},
             {"mlp.gate_proj", "feed_forward.w1"},
             {"mlp.up_proj", "feed_forward.w3"},
             {"mlp.down_proj", "feed_forward.w2"},
             {"mlp.experts.{}.gate_proj", "feed_forward.experts.{}.w1"},
             {"mlp.experts.{}.up_proj", "feed_forward.experts.{}.w3"},
             {"mlp.experts.{}.down_proj", "feed_forward.experts.{}.w2"},
             {"mlp.gate.e_score_correction_bias", "feed_forward.expert_bias"},
             {"mlp.gate.", "feed_forward.gate."},
             {"model.norm", "model.embedding_norm"},
             {"input_layernorm", "operator_norm"},
             {"post_attention_layernorm", "ffn_norm"}};
  add_layers(m, n, [&](Count i) {
    const bool attends =
        types.empty() ? std::find(listed.begin(), listed.end(), i) != listed.end() : types[i] == "full_attention";
    layer.mixer = attends ? Mixer::Attention : Mixer::ShortConvolution;
    layer.attention = attends ? attention : AttentionShape{};
    layer.recurrent = attends ? RecurrentShape{} : convolution;
    layer.feed_forward = i < first ? dense : mixture;
    return layer;
  });
}

void read_lfm2(const Fields& c, Model& m) { read_lfm(c, m, false); }
void read_lfm2_moe(const Fields& c, Model& m) { read_lfm(c, m, true); }

/// MiniMax-Text-01: lightning attention, every eighth layer softmax attention (attn_type_list 1 or layer_types).
void read_minimax(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  AttentionShape attention = grouped_attention(c, m);
  if (c.has("rotary_dim")) attention.rotary_dim = c.count("rotary_dim", range::width, 0);
  RecurrentShape lightning;
  lightning.heads = attention.heads;
  lightning.head_dim = lightning.state = attention.head_dim;
  lightning.inner = multiply(attention.heads, attention.head_dim);
  layer.feed_forward = routed_experts(c, "num_local_experts", "intermediate_size");
  layer.feed_forward.shared_width = c.count("shared_intermediate_size", range::optional_width, 0);
  const Count n = layer_count(c);
  const std::vector<std::string> types = layer_types(c, n);
  const std::vector<bool> softmax = c.flags("attn_type_list");
  if (!softmax.empty() && softmax.size() != n) {
    c.complain("attn_type_list", "must have " + std::to_string(n) + " entries (num_hidden_layers), has " +
                                     std::to_string(softmax.size()));
  }
  m.names = {{"mlp.gate.", "block_sparse_moe.gate."},
             {"mlp.experts.{}.gate_proj", "block_sparse_moe.experts.{}.w1"},
             {"mlp.experts.{}.down_proj", "block_sparse_moe.experts.{}.w2"},
             {"mlp.experts.{}.up_proj", "block_sparse_moe.experts.{}.w3"}};
  add_layers(m, n, [&](Count i) {
    bool attends = i % 2 == 1;  // the class default alternates
    if (!types.empty()) {
      attends = types[i] == "full_attention";
    } else if (softmax.size() == n) {
      attends = softmax[i];
    }
    layer.mixer = attends ? Mixer::Attention : Mixer::LightningAttention;
    layer.attention = attends ? attention : AttentionShape{};
    layer.recurrent = attends ? RecurrentShape{} : lightning;
    return layer;
  });
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"qwen3_next", "Qwen", read_qwen3_next, {LlamaGraph::Qwen3Next}},
    {"qwen3_5_text", "Qwen", read_qwen3_5, {LlamaGraph::Qwen35}},
    {"qwen3_5_moe_text", "Qwen", read_qwen3_5_moe, {LlamaGraph::Qwen35Moe}},
    {"olmo_hybrid", "OLMo", read_olmo_hybrid},
    {"lfm2", "LFM", read_lfm2},
    {"lfm2_moe", "LFM", read_lfm2_moe},
    {"minimax", "MiniMax", read_minimax},
    {"minimax_text_01", "MiniMax", read_minimax},
    {"minimax_m1", "MiniMax", read_minimax},
});

}  // namespace

std::span<const FamilyRow> linear_attention_families() { return rows; }

}  // namespace llmcalc::models
