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

/// Writes the weights of recurrences that the inventory has no formula for, tensor by tensor, for one kind of layer.
class RecurrentTensors {
 public:
  RecurrentTensors(Model& m, std::size_t kind) : model_(m), kind_(kind) {}

  void matrix(std::string_view name, Count rows, Count columns, TensorRole role, bool bias = false) {
    const std::string text(name);
    add_layer_tensor(model_, kind_, text + ".weight", rows, columns, role, part(role));
    if (bias) add_layer_tensor(model_, kind_, text + ".bias", rows, 1, TensorRole::Bias, part(role));
  }
  void vector(std::string_view name, Count size) {
    add_layer_tensor(model_, kind_, name, size, 1, TensorRole::RecurrentSmall, ModelPart::Recurrent);
  }

 private:
  static ModelPart part(TensorRole role) {
    const bool block = role == TensorRole::Up || role == TensorRole::Down || role == TensorRole::Gate;
    return block ? ModelPart::FeedForward : ModelPart::Recurrent;
  }

  Model& model_;
  std::size_t kind_;
};

/// What every version has: LayerNorms, one more of them before the first layer, no positions.
Layer rwkv_layer(const Fields& c, Model& m, std::string_view prefix) {
  read_stream(c, m);
  m.norm = NormKind::LayerNorm;
  m.positions = Positions::None;
  m.embedding_norm = true;
  m.max_context = c.count("context_length", range::tokens, m.max_context);
  const std::string at(prefix);
  m.names = {{"model.embed_norm", at + ".blocks.0.pre_ln"},
             {"model.layers.", at + ".blocks."},
             {"model.embed_tokens", at + ".embeddings"},
             {"model.norm", at + ".ln_out"},
             {"lm_head", "head"},
             {"input_layernorm", "ln1"},
             {"post_attention_layernorm", "ln2"},
             {"mlp.up_proj", "feed_forward.key"},
             {"mlp.down_proj", "feed_forward.value"}};
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
  RecurrentTensors t(m, 0);
  t.vector("attention.time_decay", mixed);
  t.vector("attention.time_first", mixed);
  for (const char* name : {"attention.time_mix_key", "attention.time_mix_value", "attention.time_mix_receptance",
                           "feed_forward.time_mix_key", "feed_forward.time_mix_receptance"}) {
    t.vector(name, m.hidden);
  }
  for (const char* name : {"attention.key", "attention.value", "attention.receptance"}) {
    t.matrix(name, mixed, m.hidden, TensorRole::RecurrentIn);
  }
  t.matrix("attention.output", m.hidden, mixed, TensorRole::RecurrentOut);
  t.matrix("feed_forward.receptance", m.hidden, m.hidden, TensorRole::Gate);
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

void add_eagle_tensors(const Fields& c, Model& m, RecurrentTensors& t, std::string_view mix) {
  const Count mixed = c.count("attention_hidden_size", range::width, m.hidden);
  for (const char* name : {"attention.key", "attention.value", "attention.receptance", "attention.gate"}) {
    t.matrix(name, mixed, m.hidden, TensorRole::RecurrentIn);
  }
  t.matrix("attention.output", m.hidden, mixed, TensorRole::RecurrentOut);
  t.vector("attention.time_decay", mixed);
  t.vector("attention.time_faaaa", mixed);
  t.vector("attention.ln_x.weight", mixed);
  t.vector("attention.ln_x.bias", mixed);
  t.matrix("feed_forward.receptance", m.hidden, m.hidden, TensorRole::Gate);
  for (const char* name : {"key", "receptance"}) t.vector("feed_forward." + std::string(mix) + name, m.hidden);
}

/// RWKV 5 (Eagle).
void read_rwkv5(const Fields& c, Model& m) {
  add_equal_layers(c, m, eagle_layer(c, m));
  RecurrentTensors t(m, 0);
  add_eagle_tensors(c, m, t, "time_mix_");
  for (const char* name : {"key", "value", "receptance", "gate"}) {
    t.vector("attention.time_mix_" + std::string(name), m.hidden);
  }
}

/// RWKV 6 (Finch): the mixing and the decay depend on the token, through low ranks that the class doubles at 4096.
void read_rwkv6(const Fields& c, Model& m) {
  add_equal_layers(c, m, eagle_layer(c, m));
  RecurrentTensors t(m, 0);
  add_eagle_tensors(c, m, t, "time_maa_");
  for (const char* name : {"x", "w", "k", "v", "r", "g"})
    t.vector("attention.time_maa_" + std::string(name), m.hidden);
  const Count mixed = c.count("attention_hidden_size", range::width, m.hidden);
  const Count mix_rank = m.hidden == 4096 ? 64 : 32;
  const Count decay_rank = m.hidden == 4096 ? 128 : 64;
  t.matrix("attention.time_maa_w1", m.hidden, 5 * mix_rank, TensorRole::RecurrentIn);
  t.matrix("attention.time_maa_w2", 5 * mix_rank, m.hidden, TensorRole::RecurrentIn);
  t.matrix("attention.time_decay_w1", m.hidden, decay_rank, TensorRole::RecurrentIn);
  t.matrix("attention.time_decay_w2", decay_rank, mixed, TensorRole::RecurrentIn);
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
  const Count d = m.hidden;
  RecurrentTensors t(m, 0);
  for (const char* name : {"x_r", "x_w", "x_k", "x_v", "x_a", "x_g", "w0", "a0", "k_k", "k_a", "r_k"}) {
    t.vector("attention." + std::string(name), d);
  }
  const auto low_rank = [&](const std::string& name, std::string_view key, Count rank) {
    rank = c.count(key, range::width, rank);
    t.matrix(name + "1", d, rank, TensorRole::RecurrentIn);
    t.matrix(name + "2", rank, d, TensorRole::RecurrentIn);
  };
  low_rank("attention.w", "decay_low_rank_dim", 64);
  low_rank("attention.a", "a_low_rank_dim", 64);
  low_rank("attention.g", "gate_low_rank_dim", 128);
  for (const char* name : {"attention.receptance", "attention.key", "attention.value"}) {
    t.matrix(name, d, d, TensorRole::RecurrentIn);
  }
  t.matrix("attention.output", d, d, TensorRole::RecurrentOut);
  t.vector("attention.ln_x.weight", d);
  if (m.norm == NormKind::LayerNorm) t.vector("attention.ln_x.bias", d);
  t.vector("feed_forward.x_k", d);
  const std::size_t first = m.extra_tensors.size();
  low_rank("attention.v", "v_low_rank_dim", 32);
  t.vector("attention.v0", d);
  const bool flash_linear_attention = c.has("norm_first") || c.has("attn_mode") || c.has("fuse_norm");
  for (std::size_t i = first; flash_linear_attention && i < m.extra_tensors.size(); ++i) {
    m.extra_tensors[i].count = subtract(m.extra_tensors[i].count, 1);
  }
}

/// The real-gated linear recurrent unit with its convolution and three projections (Griffin).
void add_griffin_block(Model& m, std::size_t kind, Count width, Count heads, Count kernel) {
  const Count block = width / heads;
  RecurrentTensors t(m, kind);
  t.matrix("temporal_block.linear_x", width, m.hidden, TensorRole::RecurrentIn, true);
  t.matrix("temporal_block.linear_y", width, m.hidden, TensorRole::RecurrentIn, true);
  t.matrix("temporal_block.linear_out", m.hidden, width, TensorRole::RecurrentOut, true);
  t.matrix("temporal_block.conv_1d", width, kernel, TensorRole::Convolution, true);
  t.vector("temporal_block.rg_lru.recurrent_param", width);
  for (const char* gate : {"temporal_block.rg_lru.input_gate", "temporal_block.rg_lru.recurrent_gate"}) {
    t.vector(std::string(gate) + "_weight", product(heads, block, block));
    t.vector(std::string(gate) + "_bias", width);
  }
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
  RecurrentTensors t(m, 0);
  t.matrix("mlstm_layer.q", keys, m.hidden, TensorRole::RecurrentIn, bias);
  t.matrix("mlstm_layer.k", keys, m.hidden, TensorRole::RecurrentIn, bias);
  t.matrix("mlstm_layer.v", values, m.hidden, TensorRole::RecurrentIn, bias);
  t.matrix("mlstm_layer.ogate_preact", values, m.hidden, TensorRole::RecurrentIn, bias);
  t.matrix("mlstm_layer.igate_preact", r.heads, m.hidden, TensorRole::RecurrentIn, true);
  t.matrix("mlstm_layer.fgate_preact", r.heads, m.hidden, TensorRole::RecurrentIn, true);
  t.vector("mlstm_layer.multihead_norm.weight", values);
  if (bias) t.vector("mlstm_layer.multihead_norm.bias", values);
  t.matrix("mlstm_layer.out_proj", m.hidden, values, TensorRole::RecurrentOut, bias);
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
