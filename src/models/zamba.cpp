// Zamba: a state space in every layer; some layers run an attention block first whose weights they share.
// Sources: modeling_zamba.py, modular_zamba2.py of Hugging Face transformers.

#include "models/blocks.hpp"
#include "models/mamba_shapes.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Writes what belongs to the shared blocks: `copies` of them.
class SharedBlock {
 public:
  SharedBlock(Model& m, Count copies) : model_(m), copies_(copies) {}

  void matrix(std::string_view name, Count rows, Count columns, TensorRole role, bool bias = false) {
    const bool feed_forward = role != TensorRole::Query && role != TensorRole::Key && role != TensorRole::Value &&
                              role != TensorRole::AttentionOutput;
    const ModelPart part = feed_forward ? ModelPart::FeedForward : ModelPart::Attention;
    add(std::string(name) + ".weight", rows, columns, role, part);
    if (bias) add(std::string(name) + ".bias", rows, 1, TensorRole::Bias, part);
  }
  void norm(std::string_view name, Count width) {
    add(std::string(name) + ".weight", width, 1, TensorRole::Norm, ModelPart::Norms);
  }

 private:
  void add(const std::string& name, Count rows, Count columns, TensorRole role, ModelPart part) {
    add_tensor(model_, "model.shared_transformer." + name, rows, columns, role, part);
    model_.extra_tensors.back().copies = copies_;
  }

  Model& model_;
  Count copies_;
};

/// The attention of the shared blocks: it reads the stream and the embedding side by side, so its input is twice as
/// wide as the hidden size, and so are all its heads together.
AttentionShape shared_attention(const Fields& c, const Model& m) {
  AttentionShape a;
  a.heads = c.required("num_attention_heads", range::heads);
  a.kv_heads = c.count("num_key_value_heads", range::heads, a.heads);
  a.head_dim = a.value_head_dim = c.count("attention_head_dim", range::width, multiply(2, m.hidden) / a.heads);
  check_heads(c, a);
  return a;
}

void add_shared_attention(SharedBlock& t, const Model& m, const AttentionShape& a) {
  const Count input = multiply(2, m.hidden);
  const Count keys = multiply(a.kv_heads, a.head_dim);
  const Count values = multiply(a.heads, a.head_dim);
  t.matrix("self_attn.q_proj", values, input, TensorRole::Query);
  t.matrix("self_attn.k_proj", keys, input, TensorRole::Key);
  t.matrix("self_attn.v_proj", keys, input, TensorRole::Value);
  t.matrix("self_attn.o_proj", m.hidden, values, TensorRole::AttentionOutput);
  t.norm("input_layernorm", input);
  t.norm("pre_ff_layernorm", m.hidden);
}

/// The layers; `hybrid` says which of them run a shared block and have a projection behind it.
Count add_zamba_layers(Model& m, const std::vector<bool>& hybrid, Layer layer, const RecurrentShape& mamba,
                       Mixer alone) {
  layer.recurrent = mamba;
  layer.also_recurrent = layer.shared_block = true;
  Layer plain;
  plain.mixer = alone;
  plain.norms = NormPlacement::MixerOnly;
  plain.recurrent = mamba;
  add_layers(m, hybrid.size(), [&](Count i) { return hybrid[i] ? layer : plain; });
  m.names = {{"model.norm", "model.final_layernorm"}};
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (!m.kinds[k].shared_block) continue;
    add_layer_tensor(m, k, "linear.weight", m.hidden, m.hidden, TensorRole::Other, ModelPart::Other);
  }
  return static_cast<Count>(std::count(hybrid.begin(), hybrid.end(), true));
}

/// layers_block_type when it is given; a word other than mamba is a layer with a shared block.
std::vector<bool> given_hybrids(const Fields& c, Count layers) {
  std::vector<bool> hybrid;
  for (const std::string& type : layer_types(c, layers, "layers_block_type")) hybrid.push_back(type != "mamba");
  return hybrid;
}

/// Zamba 1: Mamba-1 with several heads, one shared block; the third layer is the first that runs it.
void read_zamba(const Fields& c, Model& m) {
  read_stream(c, m);
  m.positions = Positions::None;
  Layer layer;
  layer.attention = shared_attention(c, m);
  layer.feed_forward = dense_block(c);
  const Count n = layer_count(c);
  const Count period = c.count("attn_layer_period", range::layers, 6);
  const Count offset = c.count("attn_layer_offset", range::some_layers, 4);
  std::vector<bool> hybrid = given_hybrids(c, n);
  for (Count i = hybrid.size(); i < n; ++i) hybrid.push_back(i == 2 || (i > 2 && (i - 3) % period == offset));
  add_zamba_layers(m, hybrid, layer, hybrid_mamba1_shape(c, m), Mixer::Mamba1);
  SharedBlock t(m, 1);
  add_shared_attention(t, m, layer.attention);
  t.matrix("feed_forward.gate_proj", layer.feed_forward.width, m.hidden, TensorRole::Gate);
  t.matrix("feed_forward.up_proj", layer.feed_forward.width, m.hidden, TensorRole::Up);
  t.matrix("feed_forward.down_proj", m.hidden, layer.feed_forward.width, TensorRole::Down);
}

/// Which layers of Zamba 2 run a shared block when the config does not list them: the class's 54 layers.
std::vector<bool> zamba2_hybrids(const Fields& c, Count layers) {
  std::vector<bool> hybrid = given_hybrids(c, layers);
  if (!hybrid.empty()) return hybrid;
  const std::vector<Count> ids = c.counts("hybrid_layer_ids", range::some_layers);
  const bool listed = c.has("hybrid_layer_ids");
  for (Count i = 0; i < layers; ++i) {
    const bool by_class = (i != 0 && i <= 42 && i % 6 == 0) || i == 47 || i == 51;
    hybrid.push_back(listed ? std::find(ids.begin(), ids.end(), i) != ids.end() : by_class);
  }
  return hybrid;
}

/// Low-rank pairs of every layer with a shared block: one behind gate and up, and, when asked for, one each behind
/// queries, keys and values.
void add_adapters(const Fields& c, Model& m, const Layer& layer, Count layers) {
  const Count rank = c.count("adapter_rank", range::width, 128);
  const Count wide = multiply(2, m.hidden);
  const auto pair = [&](const std::string& name, Count out, Count in, TensorRole role, ModelPart part) {
    add_tensor(m, "model.shared_transformer." + name + ".0.weight", rank, in, role, part);
    m.extra_tensors.back().copies = layers;
    add_tensor(m, "model.shared_transformer." + name + ".1.weight", out, rank, role, part);
    m.extra_tensors.back().copies = layers;
  };
  pair("feed_forward.gate_up_proj_adapter_list.{}", multiply(2, layer.feed_forward.width), m.hidden,
       TensorRole::GateUp, ModelPart::FeedForward);
  if (!c.flag("use_shared_attention_adapter", false)) return;
  pair("self_attn.linear_q_adapter_list.{}", wide, wide, TensorRole::Query, ModelPart::Attention);
  pair("self_attn.linear_k_adapter_list.{}", wide, wide, TensorRole::Key, ModelPart::Attention);
  pair("self_attn.linear_v_adapter_list.{}", wide, wide, TensorRole::Value, ModelPart::Attention);
}

/// Zamba 2: Mamba-2, num_mem_blocks shared blocks in turn, each layer that runs one with its own adapters.
void read_zamba2(const Fields& c, Model& m) {
  read_stream(c, m);
  const bool bias = c.flag("add_bias_linear", false);
  Layer layer;
  layer.attention = shared_attention(c, m);
  if (c.flag("use_mem_rope", false)) {
    layer.attention.rotary_dim = layer.attention.head_dim;
  } else {
    m.positions = Positions::None;
  }
  FeedForward& f = layer.feed_forward;
  f.width = c.count("intermediate_size", range::width, multiply(4, m.hidden));
  f.activation = activation(c, Activation::Gelu);
  f.fused_gate_up = true;
  if (c.flag("use_long_context", false)) m.max_context = 16384;
  RecurrentShape mamba = mamba2_shape(c, m,
                                      {"n_mamba_heads", "mamba_headdim", "mamba_d_state", "mamba_ngroups",
                                       "mamba_d_conv", "mamba_conv_bias", "add_bias_linear"});
  const Count hybrids = add_zamba_layers(m, zamba2_hybrids(c, layer_count(c)), layer, mamba, Mixer::Mamba2);
  SharedBlock t(m, c.count("num_mem_blocks", {1, 64}, 1));
  add_shared_attention(t, m, layer.attention);
  t.matrix("feed_forward.gate_up_proj", multiply(2, f.width), m.hidden, TensorRole::GateUp, bias);
  t.matrix("feed_forward.down_proj", m.hidden, f.width, TensorRole::Down, bias);
  add_adapters(c, m, layer, hybrids);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"zamba", "Zamba", read_zamba},
    {"zamba2", "Zamba", read_zamba2},
});

}  // namespace

std::span<const FamilyRow> zamba_families() { return rows; }

}  // namespace llmcalc::models
