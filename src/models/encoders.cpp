// Encoders: models that read a whole text in both directions and generate none, for embeddings, classes and masked
// words. What stands behind the last layer follows from the class named in "architectures".
// Source: modeling_*.py of Hugging Face transformers (main, 2026-08); totals of the released checkpoints in the
// tests.

#include "models/blocks.hpp"
#include "models/encoder_heads.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace llmcalc::models {

namespace {

/// An encoder built like BERT: norms behind the blocks and behind the embedding, biases everywhere, a table of
/// positions. Names of the bare model's tensors begin with `prefix` in models for a task.
struct BertRow {
  std::string_view model_type;
  std::string_view family;
  std::string_view prefix = {};
  std::optional<Count> token_types = {};  ///< default of type_vocab_size; none: the class has no such table
  /// Rows of the position table before the first position: RoBERTa counts from behind its padding.
  Count unused_positions = 0;
  /// The pooler stands behind the bare model and before choices among texts; BERT's also before classes and in
  /// pre-training.
  enum class Pooler : std::uint8_t { None, StatesAndChoices, ClassesToo } pooler = Pooler::None;
  /// The head of masked words: its projection, its norm, and what its bias is called ("": lm_head.bias).
  std::string_view masked_projection = {};
  std::string_view masked_norm = {};
  std::string_view masked_bias = {};
  std::string_view class_projection = {};                ///< a matrix of its own before the classifier; "": none
  std::string_view projected_classifier = "classifier";  ///< the classifier's name behind it
  std::string_view next_sentence = {};  ///< the classifier of pairs, also in pre-training; "": as of other classes
  bool distance_tables = false;         ///< relative positions are a table in every layer
  Layer (*layer)(const Fields&, Model&) = nullptr;  ///< stream and layer when they are not GPT-2's
  /// What the embedding has besides, and names that differ.
  void (*embedding)(const Fields&, Model&, const std::string& prefix, const Layer&) = nullptr;
  void (*pretraining)(const Fields&, Model&) = nullptr;  ///< heads of pre-training that are not those of masked words
};

/// BERT's names.
std::vector<NameRule> bert_names(const std::string& prefix) {
  return name_rules(
      "model.layers.{}.>@encoder.layer.{}. model.embed_tokens>@embeddings.word_embeddings "
      "model.embed_positions>@embeddings.position_embeddings model.embed_norm>@embeddings.LayerNorm "
      "self_attn.q_proj>attention.self.query self_attn.k_proj>attention.self.key "
      "self_attn.v_proj>attention.self.value self_attn.o_proj>attention.output.dense "
      "mlp.up_proj>intermediate.dense mlp.down_proj>output.dense "
      "post_attention_layernorm>attention.output.LayerNorm post_feedforward_layernorm>output.LayerNorm",
      prefix);
}

/// Gives names that differ from BERT's other replacements.
void rename(Model& m, std::string_view others, std::string_view prefix = {}) {
  for (const NameRule& other : name_rules(others, prefix)) {
    for (NameRule& rule : m.names) {
      if (rule.from == other.from) rule.to = other.to;
    }
  }
}

/// MPNet: one table of relative positions for all layers.
void add_mpnet_positions(const Fields& c, Model& m, const std::string& prefix, const Layer& layer) {
  add_tensor(m, prefix + "encoder.relative_attention_bias.weight",
             c.count("relative_attention_num_buckets", range::width, 32), layer.attention.heads,
             TensorRole::PositionTable, ModelPart::Attention);
  rename(m,
         "self_attn.q_proj>attention.attn.q self_attn.k_proj>attention.attn.k self_attn.v_proj>attention.attn.v "
         "self_attn.o_proj>attention.attn.o post_attention_layernorm>attention.LayerNorm");
  // Its class computes scores with a bias for every head and pair of tokens, whatever kernel is asked for.
  c.assume("MPNet has eager attention only: choose it, and add a position bias as large as the scores of one layer");
  m.trust = Trust::Modelled;
}

/// DistilBERT's config calls the widths dim and hidden_dim.
Layer distilbert_layer(const Fields& c, Model& m) {
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
  return layer;
}

void name_distilbert(const Fields&, Model& m, const std::string& prefix, const Layer&) {
  rename(m,
         "model.layers.{}.>@transformer.layer.{}. self_attn.q_proj>attention.q_lin self_attn.k_proj>attention.k_lin "
         "self_attn.v_proj>attention.v_lin self_attn.o_proj>attention.out_lin mlp.up_proj>ffn.lin1 "
         "mlp.down_proj>ffn.lin2 post_attention_layernorm>sa_layer_norm "
         "post_feedforward_layernorm>output_layer_norm",
         prefix);
}

/// ELECTRA: the embedding can be narrower than the stream and is projected; its positions and norm are as narrow.
void narrow_electra(const Fields& c, Model& m, const std::string& prefix, const Layer&) {
  const Count width = c.count("embedding_size", range::width, m.hidden);
  if (width == m.hidden) return;
  m.embedding_width = width;
  m.positions = Positions::None;
  m.embedding_norm = false;
  add_tensor(m, prefix + "embeddings.position_embeddings.weight", m.position_rows, width, TensorRole::PositionTable,
             ModelPart::Embedding);
  add_norm(m, prefix + "embeddings.LayerNorm", width);
  add_projection(m, prefix + "embeddings_project", m.hidden, width);
}

/// ELECTRA is trained to tell replaced words.
void add_discriminator(const Fields& c, Model& m) {
  add_projection(m, "discriminator_predictions.dense", m.hidden, m.hidden);
  m.output = Output::TokenClasses;
  m.classes = 1;
  m.head_bias = false;
  add_classifier(c, m, "discriminator_predictions.dense_prediction");
}

/// What RoBERTa's line has in common; the row says the rest.
constexpr BertRow roberta(BertRow row) {
  if (row.prefix.empty()) row.prefix = "roberta.";
  if (!row.token_types) row.token_types = 1;
  row.unused_positions = 2;
  row.pooler = BertRow::Pooler::StatesAndChoices;
  row.masked_projection = "lm_head.dense";
  row.masked_norm = "lm_head.layer_norm";
  row.class_projection = "classifier.dense";
  row.projected_classifier = "classifier.out_proj";
  return row;
}

// clang-format off
constexpr auto bert_rows = std::to_array<BertRow>({
    {.model_type = "bert", .family = "BERT", .prefix = "bert.", .token_types = 2,
     .pooler = BertRow::Pooler::ClassesToo, .masked_projection = "cls.predictions.transform.dense",
     .masked_norm = "cls.predictions.transform.LayerNorm", .masked_bias = "cls.predictions.bias",
     .next_sentence = "cls.seq_relationship", .distance_tables = true},
    roberta({.model_type = "camembert", .family = "CamemBERT"}),
    roberta({.model_type = "roberta", .family = "RoBERTa"}),
    roberta({.model_type = "xlm-roberta", .family = "XLM-RoBERTa"}),
    roberta({.model_type = "mpnet", .family = "MPNet", .prefix = "mpnet.", .token_types = 0,
             .embedding = add_mpnet_positions}),
    {.model_type = "distilbert", .family = "DistilBERT", .prefix = "distilbert.",
     .masked_projection = "vocab_transform", .masked_norm = "vocab_layer_norm", .masked_bias = "vocab_projector.bias",
     .class_projection = "pre_classifier", .layer = distilbert_layer, .embedding = name_distilbert},
    {.model_type = "electra", .family = "ELECTRA", .prefix = "electra.", .token_types = 2,
     .masked_projection = "generator_predictions.dense", .masked_norm = "generator_predictions.LayerNorm",
     .masked_bias = "generator_lm_head.bias", .class_projection = "classifier.dense",
     .projected_classifier = "classifier.out_proj", .embedding = narrow_electra, .pretraining = add_discriminator},
});
// clang-format on

/// What stands behind the last layer, by the class named in "architectures". A choice among several texts is made
/// from the pooler where there is one, classes from a projection where the class has it.
void add_bert_heads(const BertRow& row, const Fields& c, Model& m, const std::string& prefix) {
  if (row.pretraining != nullptr && pretrains(c)) return row.pretraining(c, m);
  const bool classes = m.output == Output::Classes, choice = built_for(c, "ForMultipleChoice");
  const bool pools_classes = row.pooler == BertRow::Pooler::ClassesToo && (classes || pretrains(c));
  if (row.pooler != BertRow::Pooler::None && (m.output == Output::States || choice || pools_classes)) {
    add_projection(m, prefix + "pooler.dense", m.hidden, m.hidden);
  }
  if (m.output == Output::MaskedTokens) {
    if (!row.masked_bias.empty()) m.names.push_back({"lm_head.bias", std::string(row.masked_bias)});
    add_masked_head(m, std::string(row.masked_projection), std::string(row.masked_norm), m.embedding_columns());
  }
  if (!row.next_sentence.empty() && pretrains(c)) add_projection(m, std::string(row.next_sentence), 2, m.hidden);
  const bool projects = classes && !row.class_projection.empty() && !(choice && row.pooler != BertRow::Pooler::None);
  if (projects) add_projection(m, std::string(row.class_projection), m.hidden, m.hidden);
  const bool pairs = !row.next_sentence.empty() && built_for(c, "ForNextSentencePrediction");
  add_classifier(c, m, std::string(pairs ? row.next_sentence : projects ? row.projected_classifier : "classifier"));
}

/// Reads an encoder by the row of its model_type; the registry calls it for those alone.
void read_bert_like(const Fields& c, Model& m) {
  const BertRow& row = *std::ranges::find(bert_rows, c.model_type(), &BertRow::model_type);
  read_output(c, m);
  const std::string prefix = task_prefix(m, row.prefix);
  Layer layer = row.layer != nullptr ? row.layer(c, m) : gpt_layer(c, m, true, true);
  layer.attention.bidirectional = true;
  layer.attention.rotary_dim = 0;
  layer.norms = NormPlacement::Post;
  m.final_norm = false;
  m.embedding_norm = true;
  m.max_context = subtract(m.max_context, row.unused_positions);
  learned_positions(m, row.unused_positions);
  m.names = bert_names(prefix);
  if (row.embedding != nullptr) row.embedding(c, m, prefix, layer);
  const Count types = row.token_types ? c.count("type_vocab_size", {0, 4096}, *row.token_types) : 0;
  if (types != 0) {
    add_tensor(m, prefix + "embeddings.token_type_embeddings.weight", types, m.embedding_columns(),
               TensorRole::PositionTable, ModelPart::Embedding);
  }
  add_bert_heads(row, c, m, prefix);
  add_equal_layers(c, m, layer);
  if (row.distance_tables && relative_positions(c)) {
    add_layer_tensors(m, "self_attn.distance_embedding.weight", subtract(multiply(2, m.max_context), 1),
                      layer.attention.head_dim, TensorRole::PositionTable, ModelPart::Attention);
  }
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
  m.names = name_rules(
      "model.layers.{}.>@layers.{}. model.embed_tokens>@embeddings.tok_embeddings model.embed_norm>@embeddings.norm "
      "model.norm>@final_norm lm_head>decoder self_attn.qkv_proj>attn.Wqkv self_attn.o_proj>attn.Wo "
      "mlp.gate_up_proj>mlp.Wi mlp.down_proj>mlp.Wo input_layernorm>attn_norm post_attention_layernorm>mlp_norm",
      prefix);
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

constexpr auto others = std::to_array<FamilyRow>({
    {.model_type = "eurobert", .family = "EuroBERT", .reader = read_eurobert},
    {.model_type = "modernbert", .family = "ModernBERT", .reader = read_modernbert},
});

}  // namespace

std::span<const FamilyRow> encoder_families() {
  static const auto all = [] {
    std::array<FamilyRow, bert_rows.size() + others.size()> families{};
    std::ranges::transform(bert_rows, families.begin(), [](const BertRow& row) {
      return FamilyRow{.model_type = row.model_type, .family = row.family, .reader = read_bert_like};
    });
    std::ranges::copy(others, families.begin() + bert_rows.size());
    return families;
  }();
  return all;
}

}  // namespace llmcalc::models
