// Decoders built like GPT-2: LayerNorm, biases, an ungated block; positions are learned, rotary, ALiBi or sinusoidal
// (the last have no tensor).

#include "models/blocks.hpp"

namespace llmcalc::models {

namespace {

void adjust_gpt_neox(const Fields& c, Model&, Layer& layer, FeedForward&) {
  if (c.flag("use_parallel_residual", true)) layer.norms = NormPlacement::ParallelTwo;
}

/// GPT-NeoX Japanese: no biases but one vector behind the last layer's attention.
void finish_gpt_neox_japanese(const Fields&, Model& m) {
  add_tensor(m, "gpt_neox_japanese.layers.last.attention.dense_bias", m.hidden, 1, TensorRole::Bias,
             ModelPart::Attention);
}

/// OPT-350M embeds narrower and has its norms behind the blocks, without a final one.
void adjust_opt(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  if (!c.flag("layer_norm_elementwise_affine", true)) m.norm = NormKind::LayerNormNoWeight;
  const bool before = c.flag("do_layer_norm_before", true);
  if (!before) layer.norms = NormPlacement::Post;
  m.final_norm = before && !c.flag("_remove_final_layer_norm", false);
  const Count width = c.count("word_embed_proj_dim", range::width, m.hidden);
  if (width == m.hidden) return;
  m.embedding_width = width;
  add_tensor(m, "model.decoder.project_in.weight", m.hidden, width, TensorRole::Other, ModelPart::Embedding);
  add_tensor(m, "model.decoder.project_out.weight", width, m.hidden, TensorRole::Other, ModelPart::Embedding);
}

/// ModernBERT as a decoder (Ettin). Source: modeling_modernbert_decoder.py of Hugging Face transformers.
void adjust_modernbert_decoder(const Fields& c, Model& m, Layer&, FeedForward&) {
  m.norm = c.flag("norm_bias", false) ? NormKind::LayerNorm : NormKind::LayerNormNoBias;
}

/// Windows look half of local_attention back; there is no norm before the first attention.
ChangeLayer vary_modernbert_decoder(const Fields&, Model&, const Layer&, Count) {
  return [](Count i, Layer& layer) {
    layer.attention.window /= 2;
    if (i == 0) layer.norms = NormPlacement::MixerOnly;
  };
}

/// A projection and a norm before the tied head.
void finish_modernbert_decoder(const Fields& c, Model& m) {
  add_tensor(m, "lm_head.dense.weight", m.hidden, m.hidden, TensorRole::Other, ModelPart::Head);
  if (c.flag("classifier_bias", false)) {
    add_tensor(m, "lm_head.dense.bias", m.hidden, 1, TensorRole::Bias, ModelPart::Head);
  }
  add_tensor(m, "lm_head.norm.weight", m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
  if (m.norm != NormKind::LayerNorm) return;
  add_tensor(m, "lm_head.norm.bias", m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
}

/// Falcon: 7B multi-query with one norm, 40B and 180B grouped with two, RW models sequential with ALiBi.
void adjust_falcon(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  AttentionShape& a = layer.attention;
  const bool new_layout = c.flag("new_decoder_architecture", false);
  // Without the new layout num_kv_heads is not read: one head, or all of them.
  if (!new_layout) a.kv_heads = c.flag("multi_query", true) ? 1 : a.heads;
  a.head_dim = a.value_head_dim = m.hidden / a.heads;
  const Count norms = c.count("num_ln_in_parallel_attn", {1, 2}, new_layout ? 2 : 1);
  if (new_layout && norms == 2) {
    layer.norms = NormPlacement::ParallelTwo;
    m.names.push_back({"input_layernorm", "ln_attn"});
    m.names.push_back({"post_attention_layernorm", "ln_mlp"});
  } else if (new_layout || c.flag("parallel_attn", true)) {
    layer.norms = NormPlacement::ParallelOne;
  }
  if (!c.flag("alibi", false)) return;
  m.positions = Positions::Alibi;
  a.rotary_dim = 0;
}

void adjust_bloom(const Fields&, Model&, Layer& layer, FeedForward&) {
  layer.feed_forward.activation = Activation::GeluPython;
}

void adjust_mpt(const Fields& c, Model&, Layer& layer, FeedForward&) {
  AttentionShape& a = layer.attention;
  a.kv_heads = c.object("attn_config").count("kv_n_heads", range::heads, a.heads);
  check_heads(c, a);
}

/// GPT-Neo: every second layer is local.
ChangeLayer vary_gpt_neo(const Fields& c, Model&, const Layer&, Count) {
  return [window = c.count("window_size", range::tokens, 256)](Count i, Layer& layer) {
    layer.attention.window = i % 2 == 1 ? window : 0;
  };
}

/// GPTBigCode (StarCoder 1): one key-value head.
void adjust_gpt_bigcode(const Fields& c, Model&, Layer& layer, FeedForward&) {
  if (c.flag("multi_query", true)) layer.attention.kv_heads = 1;
}

/// Jais 1: ALiBi and a gated block unless the config says otherwise.
void adjust_jais1(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  layer.feed_forward.gated = c.text("hidden_act", "swiglu") == "swiglu";
  if (layer.feed_forward.gated) m.names.insert(m.names.begin(), {"mlp.gate_proj", "mlp.c_fc2"});
  if (c.text("position_embedding_type", "learned") != "alibi") return;
  m.positions = Positions::Alibi;
  m.position_rows = 0;
}

constexpr std::string_view gpt2_names =
    "model.layers.{}.>transformer.h.{}. model.embed_tokens>transformer.wte model.embed_positions>transformer.wpe "
    "model.norm>transformer.ln_f self_attn.qkv_proj>attn.c_attn self_attn.o_proj>attn.c_proj mlp.up_proj>mlp.c_fc "
    "mlp.down_proj>mlp.c_proj input_layernorm>ln_1 post_attention_layernorm>ln_2";
constexpr std::string_view neox_names =
    "model.layers.>gpt_neox.layers. model.embed_tokens>gpt_neox.embed_in model.norm>gpt_neox.final_layer_norm "
    "lm_head>embed_out self_attn.qkv_proj>attention.query_key_value self_attn.o_proj>attention.dense "
    "mlp.up_proj>mlp.dense_h_to_4h mlp.down_proj>mlp.dense_4h_to_h";
constexpr std::string_view neox_japanese_names =
    "model.layers.>gpt_neox_japanese.layers. model.embed_tokens>gpt_neox_japanese.embed_in "
    "model.norm>gpt_neox_japanese.final_layer_norm lm_head>embed_out "
    "self_attn.qkv_proj>attention.query_key_value self_attn.o_proj>attention.dense "
    "mlp.up_proj>mlp.dense_h_to_4h mlp.down_proj>mlp.dense_4h_to_h";
constexpr std::string_view opt_names =
    "model.>model.decoder. decoder.norm>decoder.final_layer_norm self_attn.o_proj>self_attn.out_proj "
    "mlp.up_proj>fc1 mlp.down_proj>fc2 input_layernorm>self_attn_layer_norm "
    "post_attention_layernorm>final_layer_norm";
constexpr std::string_view fairseq_names =
    "self_attn.o_proj>self_attn.out_proj mlp.up_proj>fc1 mlp.down_proj>fc2 input_layernorm>self_attn_layer_norm "
    "post_attention_layernorm>final_layer_norm";
constexpr std::string_view codegen_names =
    "model.layers.{}.>transformer.h.{}. model.embed_tokens>transformer.wte model.norm>transformer.ln_f "
    "self_attn.qkv_proj>attn.qkv_proj self_attn.o_proj>attn.out_proj mlp.up_proj>mlp.fc_in "
    "mlp.down_proj>mlp.fc_out input_layernorm>ln_1";
constexpr std::string_view gptj_names =
    "model.layers.{}.>transformer.h.{}. model.embed_tokens>transformer.wte model.norm>transformer.ln_f "
    "self_attn.o_proj>attn.out_proj self_attn.>attn. mlp.up_proj>mlp.fc_in mlp.down_proj>mlp.fc_out "
    "input_layernorm>ln_1";
constexpr std::string_view gpt_neo_names =
    "model.layers.{}.>transformer.h.{}. model.embed_tokens>transformer.wte model.embed_positions>transformer.wpe "
    "model.norm>transformer.ln_f self_attn.o_proj>attn.attention.out_proj self_attn.>attn.attention. "
    "mlp.up_proj>mlp.c_fc mlp.down_proj>mlp.c_proj input_layernorm>ln_1 post_attention_layernorm>ln_2";
constexpr std::string_view falcon_names =
    "model.layers.{}.>transformer.h.{}. model.embed_tokens>transformer.word_embeddings model.norm>transformer.ln_f "
    "self_attn.qkv_proj>self_attention.query_key_value self_attn.o_proj>self_attention.dense "
    "mlp.up_proj>mlp.dense_h_to_4h mlp.down_proj>mlp.dense_4h_to_h";
constexpr std::string_view bloom_names =
    "model.layers.{}.>transformer.h.{}. model.embed_tokens>transformer.word_embeddings "
    "model.embed_norm>transformer.word_embeddings_layernorm model.norm>transformer.ln_f "
    "self_attn.qkv_proj>self_attention.query_key_value self_attn.o_proj>self_attention.dense "
    "mlp.up_proj>mlp.dense_h_to_4h mlp.down_proj>mlp.dense_4h_to_h";
constexpr std::string_view mpt_names =
    "model.layers.{}.>transformer.blocks.{}. model.embed_tokens>transformer.wte model.norm>transformer.norm_f "
    "self_attn.qkv_proj>attn.Wqkv self_attn.o_proj>attn.out_proj mlp.>ffn. input_layernorm>norm_1 "
    "post_attention_layernorm>norm_2";
constexpr std::string_view modernbert_names =
    "model.embed_tokens>model.embeddings.tok_embeddings model.embed_norm>model.embeddings.norm "
    "model.norm>model.final_norm lm_head>decoder self_attn.o_proj>attn.Wo self_attn.>attn. mlp.gate_up_proj>mlp.Wi "
    "mlp.down_proj>mlp.Wo input_layernorm>attn_norm post_attention_layernorm>mlp_norm";
constexpr std::string_view phi_names =
    "self_attn.o_proj>self_attn.dense mlp.up_proj>mlp.fc1 mlp.down_proj>mlp.fc2 model.norm>model.final_layernorm";

using enum NormKind;
using enum NormPlacement;

// clang-format off
constexpr FamilyRow rows[] = {
    {.model_type = "gpt2", .family = "GPT-2", .quirks = {LlamaGraph::Unknown, {Quirk::NarrowSoftmax}},
     .base = Base::Gpt, .fused_qkv = true, .positions = Positions::Learned, .transposed_weights = true,
     .names = gpt2_names},
    {.model_type = "openai-gpt", .family = "GPT", .base = Base::Gpt, .norms = Post, .fused_qkv = true,
     .positions = Positions::Learned, .final_norm = false, .transposed_weights = true, .names = gpt2_names},
    {.model_type = "gpt_bigcode", .family = "StarCoder", .base = Base::Gpt, .fused_qkv = true,
     .positions = Positions::Learned, .names = gpt2_names, .adjust = adjust_gpt_bigcode},
    {.model_type = "jais", .family = "Jais", .base = Base::Gpt, .fused_qkv = true, .positions = Positions::Learned,
     .transposed_weights = true, .names = gpt2_names, .adjust = adjust_jais1},
    {.model_type = "gpt_neox", .family = "GPT-NeoX", .base = Base::Gpt, .bias = Flag{"attention_bias", true},
     .fused_qkv = true, .names = neox_names, .adjust = adjust_gpt_neox},
    {.model_type = "gpt_neox_japanese", .family = "GPT-NeoX", .base = Base::Gpt, .bias = no, .block_bias = no,
     .fused_qkv = true, .block_width = {"intermediate_multiple_size", 4}, .names = neox_japanese_names,
     .finish = finish_gpt_neox_japanese},
    {.model_type = "gpt_neo", .family = "GPT-Neo", .base = Base::Gpt, .bias = no, .output_bias = yes,
     .positions = Positions::Learned, .names = gpt_neo_names, .vary = vary_gpt_neo},
    {.model_type = "gptj", .family = "GPT-J", .base = Base::Gpt, .norms = ParallelOne, .bias = no,
     .rotary_dim = {"rotary_dim", 64}, .head_bias = yes, .names = gptj_names},
    {.model_type = "codegen", .family = "CodeGen", .base = Base::Gpt, .norms = ParallelOne, .bias = no,
     .fused_qkv = true, .rotary_dim = {"rotary_dim", 64}, .head_bias = yes, .names = codegen_names},
    {.model_type = "opt", .family = "OPT", .quirks = {LlamaGraph::Unknown, {Quirk::KeepsEmbedding}},
     .base = Base::Gpt, .bias = Flag{"enable_bias", true}, .block_bias = Flag{"enable_bias", true},
     .positions = Positions::Learned, .extra_positions = 2, .names = opt_names, .adjust = adjust_opt},
    {.model_type = "phi", .family = "Phi", .quirks = LlamaGraph::Phi2, .base = Base::Gpt, .norms = ParallelOne,
     .qk_norm = QkNorm::PerHead, .qk_norm_when = {"qk_layernorm"}, .qk_norm_bias = true, .head_bias = yes,
     .names = phi_names},
    {.model_type = "phi-msft", .family = "Phi", .quirks = LlamaGraph::Phi2, .like = "phi"},  // Phi's first own class
    {.model_type = "xglm", .family = "XGLM", .base = Base::Gpt, .positions = Positions::None,
     .scaled_embedding = {"scale_embedding", true}, .names = fairseq_names},
    {.model_type = "biogpt", .family = "BioGPT", .base = Base::Gpt, .positions = Positions::Learned,
     .extra_positions = 2, .scaled_embedding = {"scale_embedding", true}, .names = fairseq_names},
    {.model_type = "ctrl", .family = "CTRL", .base = Base::Gpt, .positions = Positions::None,
     .scaled_embedding = yes, .head_bias = yes,
     .names = "model.layers.>transformer.h. model.embed_tokens>transformer.w"},
    {.model_type = "falcon", .family = "Falcon", .base = Base::Gpt, .bias = Flag{"bias"}, .block_bias = Flag{"bias"},
     .fused_qkv = true, .names = falcon_names, .adjust = adjust_falcon},
    {.model_type = "RefinedWeb", .family = "Falcon", .like = "falcon"},
    {.model_type = "RefinedWebModel", .family = "Falcon", .like = "falcon"},
    {.model_type = "bloom", .family = "BLOOM", .base = Base::Gpt, .fused_qkv = true, .block_width = {.otherwise = 4},
     .positions = Positions::Alibi, .embedding_norm = true, .names = bloom_names, .adjust = adjust_bloom},
    // The class never makes a position table.
    {.model_type = "mpt", .family = "MPT", .base = Base::Gpt, .norm = LayerNormNoBias, .bias = no, .block_bias = no,
     .fused_qkv = true, .block_width = {"expansion_ratio", 4}, .positions = Positions::Alibi, .names = mpt_names,
     .adjust = adjust_mpt},
    {.model_type = "modernbert-decoder", .family = "ModernBERT", .base = Base::Gpt, .bias = Flag{"attention_bias"},
     .block_bias = Flag{"mlp_bias"}, .gated_block = true, .fused_gate_up = true,
     .windows = {.layers = Windows::ButEveryNth, .size = {"local_attention", 128},
                 .period = {"global_attn_every_n_layers", 3}},
     .embedding_norm = true, .head_bias = {"decoder_bias", true}, .names = modernbert_names,
     .adjust = adjust_modernbert_decoder, .vary = vary_modernbert_decoder, .finish = finish_modernbert_decoder},
};
// clang-format on

}  // namespace

std::span<const FamilyRow> gpt_families() { return rows; }

}  // namespace llmcalc::models
