// RWKV 4 to 7: time mixing with a state of fixed size, channel mixing instead of a feed-forward block.
// Sources: modeling_rwkv.py and modeling_rwkv7.py of Hugging Face transformers; the totals of the RWKV-5/6 paper
// (arXiv 2404.05892, 13 D^2 L + 14 D L + 4 D + 2 D V for version 5) and of the RWKV-7 paper (arXiv 2503.14456).

#include "models/recurrent_tensors.hpp"
#include "models/registry.hpp"

#include <array>
#include <string>

namespace llmcalc::models {

namespace {

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

constexpr auto rows = std::to_array<FamilyRow>({
    {"rwkv", "RWKV", read_rwkv4},
    {"rwkv5", "RWKV", read_rwkv5},
    {"rwkv6", "RWKV", read_rwkv6},
    {"rwkv7", "RWKV", read_rwkv7},
});

}  // namespace

std::span<const FamilyRow> rwkv_families() { return rows; }

}  // namespace llmcalc::models
