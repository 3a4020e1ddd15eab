// Recurrences of their own kind: RWKV 4 to 7 (time mixing with a state of fixed size, channel mixing instead of a
// feed-forward block), RecurrentGemma (Griffin), xLSTM.
// Sources: modeling_rwkv.py, modeling_rwkv7.py and modeling_xlstm.py of Hugging Face transformers; the totals of the
// RWKV-5/6 paper (arXiv 2404.05892, 13 D^2 L + 14 D L + 4 D + 2 D V for version 5) and of the RWKV-7 paper (arXiv
// 2503.14456).

#include "models/blocks.hpp"

#include <string>
#include <utility>

namespace llmcalc::models {

namespace {

/// What every version has: LayerNorms, one more of them before the first layer, no positions.
Layer rwkv_layer(const Fields& c, Model& m, std::string_view prefix) {
  read_stream(c, m);
  m.norm = NormKind::LayerNorm;
  m.positions = Positions::None;
  m.embedding_norm = true;
  m.max_context = c.count("context_length", range::tokens, m.max_context);
  m.names = name_rules(
      "model.embed_norm>@.blocks.0.pre_ln model.layers.>@.blocks. model.embed_tokens>@.embeddings "
      "model.norm>@.ln_out "
      "lm_head>head input_layernorm>ln1 post_attention_layernorm>ln2 mlp.up_proj>feed_forward.key "
      "mlp.down_proj>feed_forward.value",
      prefix);
  Layer layer;
  layer.mixer = Mixer::Recurrence;
  layer.feed_forward.gated = false;
  layer.feed_forward.activation = Activation::ReluSquared;
  return layer;
}

/// A state of one matrix a head beside the two tokens that both mixings look back to.
RecurrentShape matrix_state(const Model& m, Count heads, Count head_dim) {
  RecurrentShape r;
  r.inner = m.hidden;
  r.conv_kernel = 2;
  r.heads = heads;
  r.head_dim = r.state = head_dim;
  return r;
}

/// RWKV 4: three numbers of state a channel.
void read_rwkv4(const Fields& c, Model& m) {
  Layer layer = rwkv_layer(c, m, "rwkv");
  const Count mixed = c.count("attention_hidden_size", range::width, m.hidden);
  layer.feed_forward.width = c.count("intermediate_size", range::width, multiply(4, m.hidden));
  RecurrentShape& r = layer.recurrent;
  r.inner = m.hidden;
  r.conv_kernel = 2;
  r.heads = 1;
  r.head_dim = mixed;
  r.state = 3;
  add_equal_layers(c, m, layer);
  add_layer_tensors(m, 0, R"(
      small attention.time_decay attention.time_first : mixed
      small attention.time_mix_key attention.time_mix_value attention.time_mix_receptance : hidden
      small feed_forward.time_mix_key feed_forward.time_mix_receptance : hidden
      in attention.key. attention.value. attention.receptance. : mixed x hidden
      out attention.output. : hidden x mixed; gate feed_forward.receptance. : hidden x hidden)",
                    {{"mixed", mixed}});
}

/// What RWKV 5 and 6 share: heads of head_size, a gate, a norm of every head, a channel mixing 3.5 times as wide.
Layer eagle_layer(const Fields& c, Model& m) {
  Layer layer = rwkv_layer(c, m, "rwkv");
  const Count head = c.count("head_size", range::width, 64);
  const Count mixed = c.count("attention_hidden_size", range::width, m.hidden);
  if (mixed % head != 0) {
    c.complain("head_size",
               "must divide the width of the attention (" + std::to_string(mixed) + "), got " + std::to_string(head));
  }
  layer.feed_forward.width = c.count("intermediate_size", range::width, multiply(7, m.hidden) / 2 / 32 * 32);
  layer.recurrent = matrix_state(m, mixed / head, head);
  return layer;
}

/// The weights of both; `more` what is one version's own.
void add_eagle_tensors(const Fields& c, Model& m, const std::string& more) {
  const Count doubled = m.hidden == 4096 ? 2 : 1;
  add_layer_tensors(m, 0, R"(
      in attention.key. attention.value. attention.receptance. attention.gate. : mixed x hidden
      out attention.output. : hidden x mixed
      small attention.time_decay attention.time_faaaa attention.ln_x.weight attention.ln_x.bias : mixed
      gate feed_forward.receptance. : hidden x hidden
)" + more,
                    {{"mixed", c.count("attention_hidden_size", range::width, m.hidden)},
                     {"mix", 32 * doubled},
                     {"decay", 64 * doubled}});
}

/// RWKV 5 (Eagle).
void read_rwkv5(const Fields& c, Model& m) {
  add_equal_layers(c, m, eagle_layer(c, m));
  add_eagle_tensors(c, m, R"(
      small feed_forward.time_mix_key feed_forward.time_mix_receptance : hidden
      small attention.time_mix_key attention.time_mix_value attention.time_mix_receptance : hidden
      small attention.time_mix_gate : hidden)");
}

/// RWKV 6 (Finch): the mixing and the decay depend on the token, through low ranks that the class doubles at 4096.
void read_rwkv6(const Fields& c, Model& m) {
  add_equal_layers(c, m, eagle_layer(c, m));
  add_eagle_tensors(c, m, R"(
      small feed_forward.time_maa_key feed_forward.time_maa_receptance : hidden
      small attention.time_maa_x attention.time_maa_w attention.time_maa_k attention.time_maa_v : hidden
      small attention.time_maa_r attention.time_maa_g : hidden
      in attention.time_maa_w1. : hidden x 5*mix; in attention.time_maa_w2. : 5*mix x hidden
      in attention.time_decay_w1. : hidden x decay; in attention.time_decay_w2. : decay x mixed)");
}

/// RWKV 7 (Goose): decay, learning rate, value residual and gate through low ranks. flash-linear-attention's
/// checkpoints leave the value residual out of the first layer, which makes the values and never mixes them.
void read_rwkv7(const Fields& c, Model& m) {
  Layer layer = rwkv_layer(c, m, "model");
  if (!c.flag("norm_bias", true)) m.norm = NormKind::LayerNormNoBias;
  const Count head = c.count("head_dim", range::width, 64);
  if (m.hidden % head != 0) {
    c.complain("head_dim", "must divide hidden_size (" + std::to_string(m.hidden) + "), got " + std::to_string(head));
  }
  layer.feed_forward.width = c.count("intermediate_size", range::width, multiply(4, m.hidden));
  layer.recurrent = matrix_state(m, m.hidden / head, head);
  add_equal_layers(c, m, layer);
  const auto rank = [&](std::string_view key, Count usual) { return c.count(key, range::width, usual); };
  const Sizes ranks{{"w", rank("decay_low_rank_dim", 64)},
                    {"a", rank("a_low_rank_dim", 64)},
                    {"g", rank("gate_low_rank_dim", 128)},
                    {"v", rank("v_low_rank_dim", 32)}};
  add_layer_tensors(m, 0, R"(
      small attention.x_r attention.x_w attention.x_k attention.x_v attention.x_a attention.x_g : hidden
      small attention.w0 attention.a0 attention.k_k attention.k_a attention.r_k : hidden
      in attention.w1. : hidden x w; in attention.w2. : w x hidden
      in attention.a1. : hidden x a; in attention.a2. : a x hidden
      in attention.g1. : hidden x g; in attention.g2. : g x hidden
      in attention.receptance. attention.key. attention.value. : hidden x hidden
      out attention.output. : hidden x hidden; small attention.ln_x.weight : hidden)",
                    ranks);
  if (m.norm == NormKind::LayerNorm) add_layer_tensors(m, 0, "small attention.ln_x.bias : hidden");
  add_layer_tensors(m, 0, "small feed_forward.x_k : hidden");
  const std::size_t first = m.extra_tensors.size();
  add_layer_tensors(m, 0, R"(
      in attention.v1. : hidden x v; in attention.v2. : v x hidden; small attention.v0 : hidden)",
                    ranks);
  const bool flash_linear_attention = c.has("norm_first") || c.has("attn_mode") || c.has("fuse_norm");
  for (std::size_t i = first; flash_linear_attention && i < m.extra_tensors.size(); ++i) {
    m.extra_tensors[i].count = subtract(m.extra_tensors[i].count, 1);
  }
}

/// The real-gated linear recurrent unit with its convolution and three projections (Griffin).
void add_griffin_block(Model& m, std::size_t kind, Count width, Count heads, Count kernel) {
  add_layer_tensors(m, kind, R"(
      in temporal_block.linear_x. temporal_block.linear_y. : width x hidden +
      out temporal_block.linear_out. : hidden x width +; convolution temporal_block.conv_1d. : width x kernel +
      small temporal_block.rg_lru.recurrent_param : width
      small temporal_block.rg_lru.input_gate_weight : heads*block*block; small temporal_block.rg_lru.input_gate_bias : width
      small temporal_block.rg_lru.recurrent_gate_weight : heads*block*block
      small temporal_block.rg_lru.recurrent_gate_bias : width)",
                    {{"width", width}, {"heads", heads}, {"block", width / heads}, {"kernel", kernel}});
}

/// RecurrentGemma: the block is half as wide as intermediate_size.
void adjust_recurrent_gemma(const Fields&, Model&, Layer& layer, FeedForward&) { layer.feed_forward.width /= 2; }

/// block_types repeats.
ChangeLayer vary_recurrent_gemma(const Fields& c, Model& m, const Layer&, Count n) {
  std::vector<std::string> pattern = c.texts(c.has("_block_types") ? "_block_types" : "block_types");
  if (pattern.empty()) pattern = {"recurrent", "recurrent", "attention"};
  RecurrentShape unit;
  unit.inner = unit.head_dim = c.count("lru_width", range::width, m.hidden);
  unit.heads = unit.state = 1;
  // The class keeps one column less than the convolution is wide.
  unit.conv_kernel = c.count("conv1d_width", {1, 64}, 4) - 1;
  return recurrent_unless(layers_where(n, [&](Count i) { return pattern[i % pattern.size()] == "attention"; }),
                          Mixer::Recurrence, unit);
}

void finish_recurrent_gemma(const Fields& c, Model& m) {
  const Count heads = c.required("num_attention_heads", range::heads);
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const RecurrentShape r = m.kinds[k].recurrent;
    if (m.kinds[k].mixer == Mixer::Recurrence) add_griffin_block(m, k, r.inner, heads, r.conv_kernel + 1);
  }
}

/// xLSTM 7B: a matrix memory, its normaliser and its maximum a head, all three in fp32; a gated block behind it.
/// Source: modeling_xlstm.py of Hugging Face transformers.
void read_xlstm(const Fields& c, Model& m) {
  read_stream(c, m);
  m.positions = Positions::None;
  const bool bias = c.flag("use_bias", false);
  const double key_share = c.number("qk_dim_factor", 0.5);
  const double value_share = c.number("v_dim_factor", 1.0);
  const double block_share = c.number("ffn_proj_factor", 2.667);
  for (const auto& [key, share] : {std::pair{"qk_dim_factor", key_share}, std::pair{"v_dim_factor", value_share},
                                   std::pair{"ffn_proj_factor", block_share}}) {
    if (!(share > 0 && share <= 64)) {
      c.complain(key, "must be more than 0 and at most 64");
      return;
    }
  }
  const auto part = [&](double share) { return static_cast<Count>(share * static_cast<double>(m.hidden)); };
  const Count keys = part(key_share);
  const Count values = part(value_share);
  Layer layer;
  layer.mixer = Mixer::Recurrence;
  RecurrentShape& r = layer.recurrent;
  r.heads = c.required("num_heads", range::heads);
  const Count key = keys / r.heads;
  r.inner = values;
  r.head_dim = add(multiply(key, values / r.heads), add(key, 1));
  r.state = 1;
  layer.feed_forward.width = round_up(part(block_share), c.count("ffn_round_up_to_multiple_of", {1, 65536}, 64));
  layer.feed_forward.up_bias = layer.feed_forward.down_bias = bias;
  m.names = name_rules(
      "model.embed_tokens>backbone.embeddings model.layers.>backbone.blocks. model.norm>backbone.out_norm "
      "input_layernorm>norm_mlstm post_attention_layernorm>norm_ffn mlp.gate_proj>ffn.proj_up_gate "
      "mlp.up_proj>ffn.proj_up mlp.down_proj>ffn.proj_down");
  m.final_norm = c.flag("add_out_norm", true);
  add_layers(m, c.has("num_hidden_layers") ? layer_count(c) : c.required("num_blocks", range::layers),
             [&](Count) { return layer; });
  const std::string plus = bias ? " +" : "";
  add_layer_tensors(m, 0,
                    "in mlstm_layer.q. mlstm_layer.k. : keys x hidden" + plus +
                        "; in mlstm_layer.v. mlstm_layer.ogate_preact. : values x hidden" + plus +
                        "; in mlstm_layer.igate_preact. mlstm_layer.fgate_preact. : heads x hidden +"
                        "; small mlstm_layer.multihead_norm.weight : values" +
                        (bias ? "; small mlstm_layer.multihead_norm.bias : values" : "") +
                        "; out mlstm_layer.out_proj. : hidden x values" + plus,
                    {{"keys", keys}, {"values", values}, {"heads", r.heads}});
}

constexpr std::string_view griffin_names =
    "input_layernorm>temporal_pre_norm post_attention_layernorm>channel_pre_norm self_attn.>temporal_block. "
    "mlp.>mlp_block. model.norm>model.final_norm";

// clang-format off
constexpr FamilyRow rows[] = {
    {.model_type = "rwkv", .family = "RWKV", .reader = read_rwkv4},
    {.model_type = "rwkv5", .family = "RWKV", .reader = read_rwkv5},
    {.model_type = "rwkv6", .family = "RWKV", .reader = read_rwkv6},
    {.model_type = "rwkv7", .family = "RWKV", .reader = read_rwkv7},
    {.model_type = "recurrent_gemma", .family = "Gemma", .norm = NormKind::RmsPlusOne, .output_bias = yes,
     .block_bias = yes, .windows = {.layers = Windows::All, .size = {"attention_window_size", 2048}},
     .scaled_embedding = yes, .final_softcap = "logits_soft_cap", .names = griffin_names,
     .adjust = adjust_recurrent_gemma, .vary = vary_recurrent_gemma, .finish = finish_recurrent_gemma},
    {.model_type = "xlstm", .family = "xLSTM", .reader = read_xlstm},
};
// clang-format on

}  // namespace

std::span<const FamilyRow> recurrence_families() { return rows; }

}  // namespace llmcalc::models
