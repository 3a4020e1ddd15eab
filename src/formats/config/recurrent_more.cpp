// Recurrent layers that the estimate has no mixer for: RWKV 4 and RecurrentGemma. Their weights are counted tensor by
// tensor; the state they keep for a sequence (some vectors of the hidden size a layer) is not, and the model says so.

#include "formats/config/blocks.hpp"
#include "formats/config/registry.hpp"

#include <array>
#include <string>

namespace llmcalc::config {

namespace {

/// Writes the recurrent tensors of one kind of layer.
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

/// The note and the lower trust of a model whose state is left out.
void state_not_counted(const Fields& c, Model& m) {
  c.assume("the state that recurrent layers keep for a sequence is not counted: it is small and does not grow");
  m.trust = Trust::Modelled;
}

/// RWKV 4: time mixing and channel mixing, both with LayerNorm; one more norm before the first layer.
void read_rwkv(const Fields& c, Model& m) {
  read_stream(c, m);
  m.norm = NormKind::LayerNorm;
  m.positions = Positions::None;
  m.embedding_norm = true;
  m.max_context = c.count("context_length", range::tokens, m.max_context);
  Layer layer;
  layer.mixer = Mixer::None;
  add_equal_layers(c, m, layer);
  const Count mixed = c.count("attention_hidden_size", range::width, m.hidden);
  const Count width = c.count("intermediate_size", range::width, multiply(4, m.hidden));
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
  t.matrix("feed_forward.key", width, m.hidden, TensorRole::Up);
  t.matrix("feed_forward.receptance", m.hidden, m.hidden, TensorRole::Gate);
  t.matrix("feed_forward.value", m.hidden, width, TensorRole::Down);
  m.names = {{"model.embed_norm", "rwkv.blocks.0.pre_ln"},
             {"model.layers.", "rwkv.blocks."},
             {"model.embed_tokens", "rwkv.embeddings"},
             {"model.norm", "rwkv.ln_out"},
             {"lm_head", "head"},
             {"input_layernorm", "ln1"},
             {"post_attention_layernorm", "ln2"}};
  state_not_counted(c, m);
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

/// RecurrentGemma: block_types repeats; attention has a window and a bias on its output, the block is half as wide as
/// intermediate_size.
void read_recurrent_gemma(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::RmsPlusOne;
  m.scaled_embedding = true;
  m.final_softcap = c.number("logits_soft_cap", 0) > 0;
  AttentionShape attention = layer.attention;
  attention.output_bias = true;
  attention.window = c.count("attention_window_size", range::tokens, 2048);
  layer.feed_forward.width /= 2;
  layer.feed_forward.up_bias = layer.feed_forward.down_bias = true;
  std::vector<std::string> pattern = c.texts(c.has("_block_types") ? "_block_types" : "block_types");
  if (pattern.empty()) pattern = {"recurrent", "recurrent", "attention"};
  m.names = {{"input_layernorm", "temporal_pre_norm"},
             {"post_attention_layernorm", "channel_pre_norm"},
             {"self_attn.", "temporal_block."},
             {"mlp.", "mlp_block."},
             {"model.norm", "model.final_norm"}};
  add_layers(m, layer_count(c), [&](Count i) {
    const bool attends = pattern[i % pattern.size()] == "attention";
    layer.mixer = attends ? Mixer::Attention : Mixer::None;
    layer.attention = attends ? attention : AttentionShape{};
    return layer;
  });
  const Count width = c.count("lru_width", range::width, m.hidden);
  const Count kernel = c.count("conv1d_width", {1, 64}, 4);
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (m.kinds[k].mixer == Mixer::None) add_griffin_block(m, k, width, attention.heads, kernel);
  }
  state_not_counted(c, m);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"rwkv", "RWKV", read_rwkv},
    {"recurrent_gemma", "Gemma", read_recurrent_gemma},
});

}  // namespace

std::span<const FamilyRow> more_recurrent_families() { return rows; }

}  // namespace llmcalc::config
