// Sources: llama_eagle.py, llama_eagle3.py, qwen3_dflash.py, qwen3_dspark.py, medusa.py, mlp_speculator.py and
// deepseek_mtp.py of vLLM; specforge/modeling/draft of SpecForge (2026-08-08) for EAGLE-3, P-EAGLE, DFlash, DSpark and
// Domino; sizes of the published heads (EAGLE3-LLaMA3.1-8B: 850 MB).

#include "models/blocks.hpp"
#include "models/class_names.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace llmcalc::models {

namespace {

using ReadDraft = void (*)(const Fields&, const FamilyRow&, Model&);

/// One way to draft.
struct DraftRow {
  std::string_view mark;  ///< in lower case, in the class's name or the model_type
  std::string_view name;  ///< for people
  ReadDraft read = nullptr;
  bool exact = true;  ///< every tensor was read from a published head or its class
};

void put(Model& m, std::string_view name, Count rows, Count columns, ModelPart part = ModelPart::Other) {
  add_tensor(m, name, rows, columns, columns == 1 ? TensorRole::Norm : TensorRole::Other, part);
}

/// The family's layers; embedding and head are the target's, whose vocabulary counts the logits.
void read_layers(const Fields& c, const FamilyRow& row, Model& m) {
  row.read(c.with_defaults_of(row.model_type), m);
  m.mtp_layers.clear();
  m.head_vocabulary = m.vocabulary;
  m.vocabulary = 0;
  m.tied_head = true;
}

/// EAGLE: the next embedding and the target's last state side by side, made one; no norm before the first layer and
/// none behind the last.
void read_eagle(const Fields& c, const FamilyRow& row, Model& m) {
  read_layers(c, row, m);
  m.final_norm = false;
  put(m, "model.fc.weight", m.hidden, multiply(2, m.hidden));
  if (c.flag("bias", false)) put(m, "model.fc.bias", m.hidden, 1);
}

/// How many layers of the target a draft takes the states of: listed in an object of its kind's or beside it.
Count target_layers(const Fields& c, std::string_view kind, Count otherwise) {
  for (const Fields& where : {c.object(kind), c}) {
    for (const char* key : {"target_layer_ids", "eagle_aux_hidden_state_layer_ids", "aux_hidden_state_layer_ids"}) {
      if (const std::vector<Count> ids = where.counts(key, range::some_layers); !ids.empty()) return ids.size();
    }
  }
  return otherwise;
}

/// EAGLE-3: states of several target layers made one; the first layer's attention reads it beside the embedding; a
/// head of its own for the commonest words, with tables between its words and the target's.
void read_eagle3(const Fields& c, const FamilyRow& row, Model& m) {
  read_layers(c, row, m);
  const Count all = m.head_vocabulary;
  const Count states = target_layers(c, "eagle_config", 3);
  put(m, "fc.weight", m.hidden, multiply(states, c.count("target_hidden_size", range::width, m.hidden)));
  const AttentionShape& a = m.kinds.front().attention;
  const Count heads = add(a.heads, multiply(2, a.kv_heads));
  add_tensor(m, "midlayer.self_attn.qkv_proj.rest.weight", multiply(heads, a.head_dim), m.hidden,
             TensorRole::QueryKeyValue, ModelPart::Attention);
  put(m, "midlayer.hidden_norm.weight", m.hidden, 1, ModelPart::Norms);
  m.tied_head = false;
  m.head_vocabulary = c.count("draft_vocab_size", range::vocabulary, all);
  if (m.head_vocabulary == all) return;
  // 64-bit differences and one byte a word, as 16-bit numbers.
  add_tensor(m, "d2t", multiply(4, m.head_vocabulary), 1, TensorRole::Other, ModelPart::Other);
  m.extra_tensors.back().buffer = true;
  add_tensor(m, "t2d", ceil_divide(all, 2), 1, TensorRole::Other, ModelPart::Other);
  m.extra_tensors.back().buffer = true;
}

/// P-EAGLE: EAGLE-3 with the target's embedding kept beside the layers and a learned state for tokens not seen yet.
void read_peagle(const Fields& c, const FamilyRow& row, Model& m) {
  read_eagle3(c, row, m);
  m.vocabulary = c.required("vocab_size", range::vocabulary);
  put(m, "mask_hidden", multiply(3, c.count("target_hidden_size", range::width, m.hidden)), 1, ModelPart::Other);
}

/// DFlash: a block of tokens at once; states of as many target layers as it has itself, made one.
void read_dflash(const Fields& c, const FamilyRow& row, Model& m) {
  read_layers(c, row, m);
  const Count states = target_layers(c, "dflash_config", m.layer_count());
  put(m, "fc.weight", m.hidden, multiply(states, c.count("target_hidden_size", range::width, m.hidden)));
  put(m, "hidden_norm.weight", m.hidden, 1, ModelPart::Norms);
}

/// DSpark: DFlash with a transition matrix of low rank between words, gated or recurrent, and a row that scores its own
/// confidence. SpecForge keeps these fields in dflash_config, where what is missing is not built.
void read_dspark(const Fields& c, const FamilyRow& row, Model& m) {
  read_dflash(c, row, m);
  const bool nested = c.object("dflash_config").has("projector_type");
  const Fields head = nested ? c.object("dflash_config") : c;
  const Count rank = head.count("markov_rank", range::optional_width, nested ? 0 : 256);
  const Count words = c.count("draft_vocab_size", range::vocabulary, m.head_vocabulary);
  if (rank != 0) {
    put(m, "markov_head.markov_w1.weight", m.head_vocabulary, rank);
    put(m, "markov_head.markov_w2.weight", words, rank);
  }
  const std::string kind = head.text("markov_head_type", "vanilla");
  if (rank != 0 && kind != "vanilla") {
    const Count times = kind == "rnn" ? 3 : 1;
    put(m, "markov_head.gate.weight", multiply(times, rank), add(m.hidden, multiply(kind == "rnn" ? 2 : 1, rank)));
    put(m, "markov_head.gate.bias", multiply(times, rank), 1);
  }
  if (!head.flag("enable_confidence_head", !nested || head.number("confidence_head_alpha", 0) > 0)) return;
  const Count more = head.flag("confidence_head_with_markov", false) ? rank : 0;
  put(m, "confidence_head.proj.weight", 1, add(m.hidden, more));
  put(m, "confidence_head.proj.bias", 1, 1);
}

/// Domino: DFlash whose logits a recurrent unit over the block's first words corrects through a narrow projection.
void read_domino(const Fields& c, const FamilyRow& row, Model& m) {
  read_dflash(c, row, m);
  const Fields head = c.object("dflash_config");
  const Count state = head.required("gru_hidden_dim", range::width);
  const Count narrow = head.required("emb_dim", range::width);
  put(m, "prefix_gru.weight_ih_l0", multiply(3, state), m.hidden);
  put(m, "prefix_gru.weight_hh_l0", multiply(3, state), state);
  put(m, "embed_proj.0.weight", narrow, add(m.hidden, state));
  put(m, "embed_proj.2.weight", m.head_vocabulary, narrow);
}

/// The prediction layers of a model as a checkpoint of their own.
void read_prediction(const Fields& c, const FamilyRow& row, Model& m) {
  row.read(c.with_defaults_of(row.model_type), m);
  if (m.layers.empty()) return;
  const std::uint16_t last = m.layers.back();
  m.layers = m.mtp_layers.empty() ? std::vector<std::uint16_t>{last} : m.mtp_layers;
  m.mtp_layers.clear();
  m.extra_tensors.clear();
  m.head_vocabulary = m.vocabulary;
  m.vocabulary = 0;
  m.tied_head = true;
  for (const char* name : {"enorm.weight", "hnorm.weight"}) {
    add_layer_tensors(m, name, m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
  }
  add_layer_tensors(m, "eh_proj.weight", m.hidden, multiply(2, m.hidden), TensorRole::Other, ModelPart::Other);
}

/// A model without attention: its one layer holds nothing.
void without_layers(Model& m) {
  Layer nothing;
  nothing.mixer = Mixer::None;
  nothing.shared_block = true;
  add_layers(m, 1, [&](Count) { return nothing; });
  m.positions = Positions::None;
  m.final_norm = false;
  m.tied_head = true;
  m.head_vocabulary = m.vocabulary;
  m.vocabulary = 0;
}

/// Medusa: a few residual blocks and a head for every token ahead.
void read_medusa(const Fields& c, const FamilyRow&, Model& m) {
  read_stream(c, m);
  const Count heads = c.count("num_heads", {1, 64}, c.count("medusa_num_heads", {1, 64}, 5));
  const Count blocks = c.count("medusa_num_layers", {1, 64}, c.count("num_hidden_layers", {1, 64}, 1));
  const Count words = c.count("truncated_vocab_size", range::vocabulary, m.vocabulary);
  without_layers(m);
  put(m, "medusa_head.blocks.weight", product(heads, blocks, m.hidden), m.hidden);
  put(m, "medusa_head.blocks.bias", product(heads, blocks, m.hidden), 1);
  put(m, "medusa_head.lm_heads.weight", multiply(heads, words), m.hidden, ModelPart::Head);
}

/// MLP speculator: for every token ahead an embedding, a projection, a norm and a head; tied, all share one but for
/// the first projection.
void read_speculator(const Fields& c, const FamilyRow&, Model& m) {
  m.hidden = c.count("emb_dim", range::width, 4096);
  m.vocabulary = c.required("vocab_size", range::vocabulary);
  const Count given = c.count("inner_dim", range::optional_width, 0);
  const Count inner = given != 0 ? given : m.hidden;
  const Count tokens = c.count("n_predict", {1, 64}, 3);
  const Count sets = c.flag("tie_weights", false) ? 1 : tokens;
  const Count words = m.vocabulary;
  without_layers(m);
  put(m, "speculator.emb.weight", multiply(sets, words), inner, ModelPart::Embedding);
  put(m, "speculator.proj.0.weight", inner, m.hidden);
  if (tokens > 1) put(m, "speculator.proj.rest.weight", multiply(sets == 1 ? 1 : tokens - 1, inner), inner);
  put(m, "speculator.ln.weight", multiply(sets, inner), 1, ModelPart::Norms);
  put(m, "speculator.ln.bias", multiply(sets, inner), 1, ModelPart::Norms);
  put(m, "speculator.head.weight", multiply(sets, words), inner, ModelPart::Head);
}

/// A draft of a kind that is not known, by the fields of its layers.
void read_other(const Fields& c, const FamilyRow& row, Model& m) { row.read(c.with_defaults_of(row.model_type), m); }

// The first mark that is found counts: the longer ones stand before the shorter. NVIDIA's Eagle 2 sees images.
constexpr auto rows = std::to_array<DraftRow>({
    {.mark = "eagle2", .name = "no draft"},
    {.mark = "eagle_2", .name = "no draft"},
    {.mark = "eagle_chat", .name = "no draft"},
    {.mark = "eagle3", .name = "EAGLE-3", .read = read_eagle3},
    {.mark = "peagle", .name = "P-EAGLE", .read = read_peagle, .exact = false},
    {.mark = "eagle", .name = "EAGLE", .read = read_eagle, .exact = false},
    {.mark = "dflash2", .name = "DFlash2", .read = read_dflash, .exact = false},
    {.mark = "dflash", .name = "DFlash", .read = read_dflash},
    {.mark = "dspark", .name = "DSpark", .read = read_dspark, .exact = false},
    {.mark = "domino", .name = "Domino", .read = read_domino},
    {.mark = "medusa", .name = "Medusa", .read = read_medusa},
    {.mark = "speculator", .name = "MLP speculator", .read = read_speculator},
    {.mark = "nextn", .name = "multi-token prediction", .read = read_prediction, .exact = false},
    {.mark = "mtp", .name = "multi-token prediction", .read = read_prediction, .exact = false},
    {.mark = "draftmodel", .name = "unknown kind", .read = read_other, .exact = false},
    {.mark = "assistant", .name = "unknown kind", .read = read_other, .exact = false},
});

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

const DraftRow* find_draft(const Fields& c, std::string_view model_type) {
  std::string names = lower(std::string(model_type));
  for (const std::string& name : c.texts("architectures")) names += ' ' + lower(name);
  for (const DraftRow& row : rows) {
    if (names.find(row.mark) != std::string::npos) return row.read == nullptr ? nullptr : &row;
  }
  return nullptr;
}

}  // namespace

bool is_draft(const Fields& c, std::string_view model_type) { return find_draft(c, model_type) != nullptr; }

bool draft_is_exact(const Fields& c, std::string_view model_type) {
  const DraftRow* draft = find_draft(c, model_type);
  return draft != nullptr && draft->exact;
}

void read_draft(const Fields& c, const FamilyRow* row, Model& m) {
  const DraftRow& draft = *find_draft(c, m.model_type);
  // vLLM keeps the draft's own config inside another.
  const Fields inner = c.has("model") && !c.has("hidden_size") ? c.object("model") : c;
  const FamilyRow& family = row != nullptr ? *row : *find_family("llama");
  draft.read(inner, family, m);
  m.family = family.family;
  m.draft = true;
  c.assume("a draft model of speculative decoding (" + std::string(draft.name) +
           "): it runs beside its target, whose embedding, and head where it has none, it uses");
  if (draft.exact && row != nullptr) return;
  m.trust = Trust::Modelled;
  if (row == nullptr && draft.read != read_medusa && draft.read != read_speculator) {
    c.assume("the draft's family is not known: its layers are counted like Llama's");
  }
}

}  // namespace llmcalc::models
