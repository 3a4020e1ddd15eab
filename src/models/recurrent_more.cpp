// Recurrences of their own kind: RecurrentGemma (Griffin) and xLSTM.

#include "models/recurrent_tensors.hpp"
#include "models/registry.hpp"

#include <array>
#include <string>
#include <utility>

namespace llmcalc::models {

namespace {

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
  const Count width = c.count("lru_width", range::width, m.hidden);
  const Count kernel = c.count("conv1d_width", {1, 64}, 4);
  RecurrentShape unit;
  unit.inner = unit.head_dim = width;
  unit.heads = unit.state = 1;
  // The class keeps one column less than the convolution is wide.
  unit.conv_kernel = kernel - 1;
  add_layers(m, layer_count(c), [&](Count i) {
    const bool attends = pattern[i % pattern.size()] == "attention";
    layer.mixer = attends ? Mixer::Attention : Mixer::Recurrence;
    layer.attention = attends ? attention : AttentionShape{};
    layer.recurrent = attends ? RecurrentShape{} : unit;
    return layer;
  });
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (m.kinds[k].mixer == Mixer::Recurrence) add_griffin_block(m, k, width, attention.heads, kernel);
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
  m.names = {{"model.embed_tokens", "backbone.embeddings"},
             {"model.layers.", "backbone.blocks."},
             {"model.norm", "backbone.out_norm"},
             {"input_layernorm", "norm_mlstm"},
             {"post_attention_layernorm", "norm_ffn"},
             {"mlp.gate_proj", "ffn.proj_up_gate"},
             {"mlp.up_proj", "ffn.proj_up"},
             {"mlp.down_proj", "ffn.proj_down"}};
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

constexpr auto rows = std::to_array<FamilyRow>({
    {"recurrent_gemma", "Gemma", read_recurrent_gemma},
    {"xlstm", "xLSTM", read_xlstm},
});

}  // namespace

std::span<const FamilyRow> more_recurrent_families() { return rows; }

}  // namespace llmcalc::models
