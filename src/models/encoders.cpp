// Encoders: models that read a whole text in both directions and generate none, for embeddings, classes and masked
// words. What stands behind the last layer follows from the class named in "architectures".
// Source: modeling_*.py of Hugging Face transformers (main, 2026-08); totals of the released checkpoints in the
// tests.

#include "models/blocks.hpp"
#include "models/encoder_heads.hpp"
#include "models/registry.hpp"

#include <array>
#include <string>
#include <utility>

namespace llmcalc::models {

namespace {

/// BERT's names; task models have them behind `prefix`.
std::vector<NameRule> bert_names(const std::string& prefix) {
  return {{"model.layers.{}.", prefix + "encoder.layer.{}."},
          {"model.embed_tokens", prefix + "embeddings.word_embeddings"},
          {"model.embed_positions", prefix + "embeddings.position_embeddings"},
          {"model.embed_norm", prefix + "embeddings.LayerNorm"},
          {"self_attn.q_proj", "attention.self.query"},
          {"self_attn.k_proj", "attention.self.key"},
          {"self_attn.v_proj", "attention.self.value"},
          {"self_attn.o_proj", "attention.output.dense"},
          {"mlp.up_proj", "intermediate.dense"},
          {"mlp.down_proj", "output.dense"},
          {"post_attention_layernorm", "attention.output.LayerNorm"},
          {"post_feedforward_layernorm", "output.LayerNorm"}};
}

/// What all encoders built like BERT share: norms behind the blocks and behind the embedding, biases everywhere.
Layer post_norm(Model& m, Layer layer) {
  layer.attention.bidirectional = true;
  layer.attention.rotary_dim = 0;
  layer.norms = NormPlacement::Post;
  m.final_norm = false;
  m.embedding_norm = true;
  return layer;
}

void add_token_types(const Fields& c, Model& m, const std::string& prefix, Count fallback) {
  const Count types = c.count("type_vocab_size", {0, 4096}, fallback);
  if (types == 0) return;
  add_tensor(m, prefix + "embeddings.token_type_embeddings.weight", types, m.embedding_columns(),
             TensorRole::PositionTable, ModelPart::Embedding);
}

/// `unused` rows of the position table stand before the first position: RoBERTa counts from behind its padding.
Layer bert_like(const Fields& c, Model& m, const std::string& prefix, Count token_types, Count unused) {
  Layer layer = post_norm(m, gpt_layer(c, m, true, true));
  m.max_context = subtract(m.max_context, unused);
  learned_positions(m, unused);
  m.names = bert_names(prefix);
  add_token_types(c, m, prefix, token_types);
  return layer;
}

void read_bert(const Fields& c, Model& m) {
  read_output(c, m);
  const std::string prefix = task_prefix(m, "bert.");
  const Layer layer = bert_like(c, m, prefix, 2, 0);
  const bool pools = m.output == Output::States || m.output == Output::Classes || pretrains(c);
  if (pools) add_projection(m, prefix + "pooler.dense", m.hidden, m.hidden);
  if (m.output == Output::MaskedTokens) {
    m.names.push_back({"lm_head.bias", "cls.predictions.bias"});
    add_masked_head(m, "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", m.hidden);
  }
  if (pretrains(c)) add_projection(m, "cls.seq_relationship", 2, m.hidden);
  add_classifier(c, m, built_for(c, "ForNextSentencePrediction") ? "cls.seq_relationship" : "classifier");
  add_equal_layers(c, m, layer);
  if (relative_positions(c)) {
    add_layer_tensors(m, "self_attn.distance_embedding.weight", subtract(multiply(2, m.max_context), 1),
                      layer.attention.head_dim, TensorRole::PositionTable, ModelPart::Attention);
  }
}

/// What stands behind RoBERTa's and MPNet's layers. A choice among several texts is made from the pooler, classes
/// from a projection of the classifier's own.
void add_roberta_heads(const Fields& c, Model& m, const std::string& prefix) {
  const bool choice = built_for(c, "ForMultipleChoice");
  const bool classes = m.output == Output::Classes && !choice;
  if (m.output == Output::States || choice) add_projection(m, prefix + "pooler.dense", m.hidden, m.hidden);
  if (m.output == Output::MaskedTokens) add_masked_head(m, "lm_head.dense", "lm_head.layer_norm", m.hidden);
  if (classes) add_projection(m, "classifier.dense", m.hidden, m.hidden);
  add_classifier(c, m, classes ? "classifier.out_proj" : "classifier");
}

/// RoBERTa and XLM-RoBERTa: as BERT with one token type; the classifier has a projection of its own.
void read_roberta(const Fields& c, Model& m) {
  read_output(c, m);
  const std::string prefix = task_prefix(m, "roberta.");
  const Layer layer = bert_like(c, m, prefix, 1, 2);
  add_roberta_heads(c, m, prefix);
  add_equal_layers(c, m, layer);
}

/// MPNet: as BERT without token types; one table of relative positions for all layers.
void read_mpnet(const Fields& c, Model& m) {
  read_output(c, m);
  const std::string prefix = task_prefix(m, "mpnet.");
  const Layer layer = bert_like(c, m, prefix, 0, 2);
  add_tensor(m, prefix + "encoder.relative_attention_bias.weight",
             c.count("relative_attention_num_buckets", range::width, 32), layer.attention.heads,
             TensorRole::PositionTable, ModelPart::Attention);
  for (NameRule& rule : m.names) {
    if (rule.to.substr(0, 15) == "attention.self.") rule.to = "attention.attn." + rule.to.substr(15, 1);
    if (rule.from == "self_attn.o_proj") rule.to = "attention.attn.o";
    if (rule.from == "post_attention_layernorm") rule.to = "attention.LayerNorm";
  }
  // Its class computes scores with a bias for every head and pair of tokens, whatever kernel is asked for.
  c.assume("MPNet has eager attention only: choose it, and expect a bias as large as the scores of one layer beside");
  m.trust = Trust::Modelled;
  add_roberta_heads(c, m, prefix);
  add_equal_layers(c, m, layer);
}

/// DistilBERT: no token types, no pooler; its config calls the widths dim and hidden_dim.
void read_distilbert(const Fields& c, Model& m) {
  read_output(c, m);
  const std::string prefix = task_prefix(m, "distilbert.");
  m.hidden = c.required("dim", range::width);
  m.vocabulary = m.head_vocabulary = c.required("vocab_size", range::vocabulary);
  m.tied_head = c.flag("tie_word_embeddings", true);
  m.max_context = c.count("max_position_embeddings", range::tokens, 512);
  m.norm = NormKind::LayerNorm;
  Layer layer;
  layer.attention = grouped_attention(c, m, true);
  layer.feed_forward = {.width = c.required("hidden_dim", range::width),
                        .gated = false,
                        .up_bias = true,
                        .down_bias = true,
                        .activation = activation(c, Activation::Gelu)};
  layer = post_norm(m, layer);
  learned_positions(m, 0);
  m.names = {{"model.layers.{}.", prefix + "transformer.layer.{}."},
             {"model.embed_tokens", prefix + "embeddings.word_embeddings"},
             {"model.embed_positions", prefix + "embeddings.position_embeddings"},
             {"model.embed_norm", prefix + "embeddings.LayerNorm"},
             {"self_attn.q_proj", "attention.q_lin"},
             {"self_attn.k_proj", "attention.k_lin"},
             {"self_attn.v_proj", "attention.v_lin"},
             {"self_attn.o_proj", "attention.out_lin"},
             {"mlp.up_proj", "ffn.lin1"},
             {"mlp.down_proj", "ffn.lin2"},
             {"post_attention_layernorm", "sa_layer_norm"},
             {"post_feedforward_layernorm", "output_layer_norm"}};
  if (m.output == Output::MaskedTokens) {
    m.names.push_back({"lm_head.bias", "vocab_projector.bias"});
    add_masked_head(m, "vocab_transform", "vocab_layer_norm", m.hidden);
  }
  if (m.output == Output::Classes) add_projection(m, "pre_classifier", m.hidden, m.hidden);
  add_classifier(c, m, "classifier");
  add_equal_layers(c, m, layer);
}

/// ELECTRA: the embedding can be narrower than the stream and is projected; its masked head works in that width.
void read_electra(const Fields& c, Model& m) {
  read_output(c, m);
  const std::string prefix = task_prefix(m, "electra.");
  Layer layer = post_norm(m, gpt_layer(c, m, true, true));
  const Count width = c.count("embedding_size", range::width, m.hidden);
  learned_positions(m, 0);
  m.names = bert_names(prefix);
  if (width != m.hidden) {
    m.embedding_width = width;
    // The position table and the norm behind the embedding are as narrow.
    m.positions = Positions::None;
    m.embedding_norm = false;
    add_tensor(m, prefix + "embeddings.position_embeddings.weight", m.position_rows, width, TensorRole::PositionTable,
               ModelPart::Embedding);
    add_norm(m, prefix + "embeddings.LayerNorm", width);
    add_projection(m, prefix + "embeddings_project", m.hidden, width);
  }
  add_token_types(c, m, prefix, 2);
  if (pretrains(c)) {
    add_projection(m, "discriminator_predictions.dense", m.hidden, m.hidden);
    m.output = Output::TokenClasses;
    m.classes = 1;
    m.head_bias = false;
    add_classifier(c, m, "discriminator_predictions.dense_prediction");
  } else {
    if (m.output == Output::MaskedTokens) {
      m.names.push_back({"lm_head.bias", "generator_lm_head.bias"});
      add_masked_head(m, "generator_predictions.dense", "generator_predictions.LayerNorm", width);
    }
    if (m.output == Output::Classes) add_projection(m, "classifier.dense", m.hidden, m.hidden);
    add_classifier(c, m, m.output == Output::Classes ? "classifier.out_proj" : "classifier");
  }
  add_equal_layers(c, m, layer);
}

/// ModernBERT: gated blocks, windows of local_attention but in every third layer, no norm before the first attention.
void read_modernbert(const Fields& c, Model& m) {
  read_output(c, m);
  const std::string prefix = task_prefix(m, "model.");
  Layer layer = gpt_layer(c, m, c.flag("attention_bias", false), c.flag("mlp_bias", false));
  const bool bias = c.flag("norm_bias", false);
  m.norm = bias ? NormKind::LayerNorm : NormKind::LayerNormNoBias;
  m.embedding_norm = true;
  m.head_bias = m.output == Output::MaskedTokens && c.flag("decoder_bias", true);
  layer.attention.bidirectional = layer.attention.fused_qkv = true;
  layer.feed_forward.gated = layer.feed_forward.fused_gate_up = true;
  const Count n = layer_count(c);
  const Count every = c.count("global_attn_every_n_layers", range::layers, 3);
  const Count local = c.count("local_attention", range::tokens, 128);
  m.names = {{"model.layers.{}.", prefix + "layers.{}."},
             {"model.embed_tokens", prefix + "embeddings.tok_embeddings"},
             {"model.embed_norm", prefix + "embeddings.norm"},
             {"model.norm", prefix + "final_norm"},
             {"lm_head", "decoder"},
             {"self_attn.qkv_proj", "attn.Wqkv"},
             {"self_attn.o_proj", "attn.Wo"},
             {"mlp.gate_up_proj", "mlp.Wi"},
             {"mlp.down_proj", "mlp.Wo"},
             {"input_layernorm", "attn_norm"},
             {"post_attention_layernorm", "mlp_norm"}};
  const std::vector<std::string> types = layer_types(c, n);
  add_layers(m, n, [&](Count i) {
    const bool slides = types.empty() ? i % every != 0 : types[i] == "sliding_attention";
    layer.attention.window = slides ? local : 0;
    layer.norms = i == 0 ? NormPlacement::MixerOnly : NormPlacement::Pre;
    return layer;
  });
  if (m.output != Output::States) {
    add_tensor(m, "head.dense.weight", m.hidden, m.hidden, TensorRole::Other, ModelPart::Head);
    if (c.flag("classifier_bias", false)) {
      add_tensor(m, "head.dense.bias", m.hidden, 1, TensorRole::Bias, ModelPart::Head);
    }
    add_tensor(m, "head.norm.weight", m.hidden, 1, TensorRole::Norm, ModelPart::Head);
    if (bias) add_tensor(m, "head.norm.bias", m.hidden, 1, TensorRole::Norm, ModelPart::Head);
  }
  add_classifier(c, m, "classifier");
}

/// EuroBERT: Llama's layers in both directions.
void read_eurobert(const Fields& c, Model& m) {
  read_output(c, m);
  Layer layer = llama_layer(c, m);
  layer.attention.bidirectional = true;
  if (m.output == Output::Classes) {
    add_projection(m, "dense", m.hidden, m.hidden);
  }
  add_classifier(c, m, "classifier");
  add_equal_layers(c, m, layer);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"bert", "BERT", read_bert},
    {"camembert", "CamemBERT", read_roberta},
    {"distilbert", "DistilBERT", read_distilbert},
    {"electra", "ELECTRA", read_electra},
    {"eurobert", "EuroBERT", read_eurobert},
    {"modernbert", "ModernBERT", read_modernbert},
    {"mpnet", "MPNet", read_mpnet},
    {"roberta", "RoBERTa", read_roberta},
    {"xlm-roberta", "XLM-RoBERTa", read_roberta},
});

}  // namespace

std::span<const FamilyRow> encoder_families() { return rows; }

}  // namespace llmcalc::models
