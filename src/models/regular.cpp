// Reads a regular family: the columns of its row say what its layers are built of.

#include "models/blocks.hpp"
#include "models/registry.hpp"

namespace llmcalc::models {

namespace {

/// One grouped or latent attention and a dense block.
Layer base_layer(const FamilyRow& f, const Fields& c, Model& m) {
  const bool gpt = f.base == Base::Gpt;
  const Flag bias = f.bias.value_or(gpt ? yes : Flag{"attention_bias"});
  Layer layer;
  layer.norms = f.norms;
  AttentionShape& a = layer.attention;
  if (f.latent && is(c, f.latent_when)) {
    layer.mixer = Mixer::LatentAttention;
    a = latent_attention(c, *f.latent);
  } else {
    a = grouped_attention(c, m, is(c, bias));
    if (f.qkv_bias) query_key_value_bias(a, is(c, *f.qkv_bias));
    if (f.output_bias) a.output_bias = is(c, *f.output_bias);
  }
  if (f.qk_norm != QkNorm::None && is(c, f.qk_norm_when)) {
    a.qk_norm = f.qk_norm;
    a.qk_norm_bias = f.qk_norm_bias;
  }
  a.fused_qkv = f.fused_qkv;
  if (!c.flag("is_causal", true)) a.bidirectional = true;  // embedding models made of decoders
  a.sinks = f.sinks;
  // Qwen's gated attention names both gates; Spark has the one per head.
  if (f.head_gates || c.flag("elementwise_attn_output_gate", false)) a.gate_width = multiply(a.heads, a.head_dim);
  if (c.flag("headwise_attn_output_gate", false)) a.gate_width = a.heads;
  if (!f.rotary_dim.key.empty() && (f.rotary_dim.otherwise != 0 || c.has(f.rotary_dim.key))) {
    a.rotary_dim = value_of(c, f.rotary_dim, range::width);
  }
  if (f.positions != Positions::Rotary) a.rotary_dim = 0;
  FeedForward& block = layer.feed_forward;
  if (f.only_mixture) return layer;
  if (f.block_width.otherwise != 0) {
    block.width = multiply(value_of(c, f.block_width, {1, 64}), m.hidden);
  } else {
    block.width = gpt ? c.count("intermediate_size", range::width, multiply(4, m.hidden))
                      : c.required("intermediate_size", range::width);
  }
  block.gated = f.gated_block.value_or(!gpt);
  block.fused_gate_up = f.fused_gate_up;
  block.up_bias = block.down_bias = is(c, f.block_bias.value_or(gpt ? yes : Flag{"mlp_bias"}));
  block.activation = activation(c, f.activation.value_or(gpt ? Activation::Gelu : Activation::Silu));
  return layer;
}

/// Layers that the config calls something else than attention, in a family whose layers are all attention.
void note_unknown_layers(const Fields& c, Model& m, Count layers) {
  for (const std::string& type : layer_types(c, layers)) {
    if (is_attention(type)) continue;
    c.assume("layer_types names \"" + type.substr(0, 40) +
             "\", which this family is not known to have: such layers are counted as attention");
    m.trust = Trust::Assumed;
    return;
  }
}

/// What stands beside the layers.
void set_stream(const FamilyRow& f, const Fields& c, Model& m) {
  m.norm = f.norm.value_or(f.base == Base::Gpt ? NormKind::LayerNorm : NormKind::Rms);
  m.positions = f.positions;
  if (f.positions == Positions::Learned) m.position_rows = add(m.max_context, f.extra_positions);
  m.scaled_embedding = is(c, f.scaled_embedding);
  m.embedding_norm = f.embedding_norm;
  m.final_norm = f.final_norm;
  m.head_bias = is(c, f.head_bias);
  m.attention_softcap = !f.attention_softcap.empty() && c.number(f.attention_softcap, 0) > 0;
  m.final_softcap = !f.final_softcap.empty() && c.number(f.final_softcap, 0) > 0;
  m.transposed_weights = f.transposed_weights;
  m.names = name_rules(f.names);
}

Layer predicted_layer(const FamilyRow& f, Layer base, const Layer& last, const FeedForward& mixture) {
  if (f.prediction == Prediction::Sparse) base.feed_forward = mixture;
  if (f.prediction == Prediction::DenseLikeLast) base.attention = last.attention;
  return base;
}

}  // namespace

void read_regular(const FamilyRow& f, const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer = base_layer(f, c, m);
  set_stream(f, c, m);
  const bool mixes = !f.mixture.experts.empty() && (!f.mixture.optional || c.has(present_key(c, f.mixture.experts)));
  FeedForward mixture = mixes ? mixture_of(f.mixture, c) : FeedForward{};
  if (f.adjust != nullptr) f.adjust(c, m, layer, mixture);
  const Count n = layer_count(c);
  const std::vector<Count> window = windows_of(f.windows, c, n);
  if (f.vary == nullptr) note_unknown_layers(c, m, n);
  std::vector<bool> sparse(n, mixes);
  if (mixes && f.mixture.where != nullptr) sparse = f.mixture.where(f.mixture, c, n);
  const ChangeLayer change = f.vary != nullptr ? f.vary(c, m, layer, n) : ChangeLayer{};
  Layer last;
  add_layers(m, n, [&](Count i) {
    last = layer;
    last.attention.window = window[i];
    if (!f.windows.full_layers_have_rope && window[i] == 0) last.attention.rotary_dim = 0;
    if (sparse[i] && mixture.experts != 0) last.feed_forward = mixture;
    if (change) change(i, last);
    return last;
  });
  if (f.prediction != Prediction::None) {
    add_mtp_layers(m, c.count(present_key(c, f.predicted), range::some_layers, 0),
                   predicted_layer(f, layer, last, mixes ? mixture : layer.feed_forward));
  }
  if (f.finish != nullptr) f.finish(c, m);
}

}  // namespace llmcalc::models
