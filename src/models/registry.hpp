#pragma once
// Families: one row for each model_type. A regular family is described by the columns of its row alone (regular.cpp
// reads it); an irregular one has functions in its row, or a reader of its own. Rows stand in files named by what
// their layers are built of: dense_families.cpp, mixture_families.cpp, latent_families.cpp, ...

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::models {

struct FamilyRow;

/// Fills a Model from the fields of its config; problems go to the fields' findings.
using ReadModel = void (*)(const Fields&, Model&);
/// Changes the layer, whose block is the dense one, and the mixture that a row describes, before they are repeated.
using AdjustLayer = void (*)(const Fields&, Model&, Layer&, FeedForward& mixture);
/// Changes the i-th layer.
using ChangeLayer = std::function<void(Count i, Layer&)>;
/// Makes the function that changes every layer, for families whose layers differ in their own way.
using VaryLayers = ChangeLayer (*)(const Fields&, Model&, const Layer&, Count layers);

/// A yes or no of a family: what a key of the config says, else `otherwise`; without a key a constant.
struct Flag {
  std::string_view key{};
  bool otherwise = false;
};
inline constexpr Flag yes{.otherwise = true};
inline constexpr Flag no{};

/// A number of a family: what a key of the config says, else `otherwise`; without a key a constant.
struct Number {
  std::string_view key{};
  Count otherwise = 0;
};

/// What a layer is built like where its row says nothing else.
enum class Base : std::uint8_t {
  Llama,  ///< RMS norms, a gated block of intermediate_size; biases by attention_bias and mlp_bias
  Gpt     ///< LayerNorm, biases everywhere, an ungated block of 4 x hidden_size, GELU
};

/// Which layers have a sliding window (the key sliding_window). layer_types wins, except over All.
enum class Windows : std::uint8_t {
  None,
  All,              ///< every layer
  Named,            ///< those that layer_types calls sliding_attention; without it none
  AllUnlessNamed,   ///< the same; without it every layer
  ButEveryNth,      ///< all but every n-th
  ButFirstOfFour,   ///< all but every fourth, the first one included
  FromLayer,        ///< those from max_window_layers on (Qwen)
  ButFourthFromEnd  ///< all but every fourth, counted from the last one
};

/// Windows of a family.
struct WindowRule {
  Windows layers = Windows::None;
  Number size{"sliding_window"};
  Number period{};                    ///< n of ButEveryNth
  std::string_view only_with{};       ///< a flag of the config without which there are no windows
  bool full_layers_have_rope = true;  ///< layers without a window have rotary positions
};

struct MixtureRule;
/// Says which layers are mixtures of experts.
using SparseLayers = std::vector<bool> (*)(const MixtureRule&, const Fields&, Count layers);

/// Mixture of experts of a family: the keys of its numbers. "a|b" is the first of several keys that the config has.
struct MixtureRule {
  std::string_view experts{};  ///< empty: there is no mixture
  std::string_view width = "moe_intermediate_size";
  std::string_view per_token = "num_experts_per_tok";
  Number shared{};                              ///< number of shared experts
  std::string_view shared_width{};              ///< width of each of them, or of all when `shared` has no key
  bool shared_gate = false;                     ///< a sigmoid gate of width 1 for the shared expert
  Flag correction{};                            ///< an expert-selection bias as a buffer
  bool router_bias = false;                     ///< that bias is a parameter, or the router has one
  bool expert_bias = false;                     ///< biases in every expert
  bool fused = false;                           ///< gate and up of all experts are one tensor
  bool optional = false;                        ///< without the key of the experts all layers are dense
  SparseLayers where = nullptr;                 ///< which layers are mixtures; null: all
  Number dense_first{"first_k_dense_replace"};  ///< dense layers before the first mixture
};

/// Multi-token-prediction layers: dense, mixtures, or dense with the attention of the last layer.
enum class Prediction : std::uint8_t { None, Dense, Sparse, DenseLikeLast };

/// Latent attention instead of grouped attention: widths of the parts of a head that the config does not give.
struct LatentRule {
  Count nope = 128;
  Count rope = 64;
  Count value = 128;
  bool indexer = false;  ///< with a sparse-attention indexer
};

/// One model_type.
struct FamilyRow {
  std::string_view model_type;
  std::string_view family;     ///< publisher's family name for people
  ReadModel reader = nullptr;  ///< reads the whole model when the columns below do not describe it
  Quirks quirks{};             ///< what other programs do with it alone
  std::string_view like{};     ///< model_type of the row whose columns apply; the defaults are its own

  Base base = Base::Llama;
  std::optional<NormKind> norm{};
  NormPlacement norms = NormPlacement::Pre;
  std::optional<Flag> bias{};         ///< of queries, keys, values and output
  std::optional<Flag> qkv_bias{};     ///< of queries, keys and values, when the output differs
  std::optional<Flag> output_bias{};  ///< of the output projection, when it differs
  std::optional<Flag> block_bias{};   ///< of the feed-forward block
  QkNorm qk_norm = QkNorm::None;
  Flag qk_norm_when = yes;
  bool qk_norm_bias = false;
  std::optional<LatentRule> latent{};
  Flag latent_when = yes;  ///< otherwise grouped attention
  bool fused_qkv = false;
  bool sinks = false;
  bool head_gates = false;            ///< a gate as wide as the attention's output
  std::optional<bool> gated_block{};  ///< gate and up; Llama's is, GPT's is not
  bool fused_gate_up = false;
  std::optional<Activation> activation{};  ///< when hidden_act is missing
  Number block_width{};                    ///< of the dense block in hidden sizes, instead of intermediate_size
  WindowRule windows{};
  MixtureRule mixture{};
  bool only_mixture = false;  ///< intermediate_size is not read: what is dense is made by `adjust`
  Prediction prediction = Prediction::None;
  std::string_view predicted = "num_nextn_predict_layers";  ///< key (or keys "a|b") of their number

  Positions positions = Positions::Rotary;
  Count extra_positions = 0;  ///< rows of learned positions before the first
  Number rotary_dim{};        ///< rotated part of a head
  Flag scaled_embedding = no;
  bool embedding_norm = false;
  bool final_norm = true;
  Flag head_bias = no;
  std::string_view attention_softcap{};  ///< key of the cap
  std::string_view final_softcap{};      ///< key of the cap
  bool transposed_weights = false;
  std::string_view names{};  ///< tensor names: "from>to from>to", each Llama's name and the family's

  AdjustLayer adjust = nullptr;
  VaryLayers vary = nullptr;
  ReadModel finish = nullptr;  ///< adds tensors that no column describes

  /// Reads a model of this family.
  void read(const Fields&, Model&) const;
};

/// Reads a model by the columns of its row.
void read_regular(const FamilyRow&, const Fields&, Model&);
/// Reads a config of unknown model_type by its fields.
void read_unknown(const Fields&, Model&);

/// The row of a model_type; null when unknown.
[[nodiscard]] const FamilyRow* find_family(std::string_view model_type);
/// The quirks of a model_type; none when it is unknown.
[[nodiscard]] Quirks quirks_of(std::string_view model_type);
/// All rows, sorted by model_type.
[[nodiscard]] const std::vector<FamilyRow>& families();

// The rows, by what the layers are built of.
[[nodiscard]] std::span<const FamilyRow> dense_families();
[[nodiscard]] std::span<const FamilyRow> gpt_families();
[[nodiscard]] std::span<const FamilyRow> gemma_families();
[[nodiscard]] std::span<const FamilyRow> mixture_families();
[[nodiscard]] std::span<const FamilyRow> uneven_families();
[[nodiscard]] std::span<const FamilyRow> latent_families();
[[nodiscard]] std::span<const FamilyRow> linear_attention_families();
[[nodiscard]] std::span<const FamilyRow> state_space_families();
[[nodiscard]] std::span<const FamilyRow> recurrence_families();
[[nodiscard]] std::span<const FamilyRow> multimodal_families();
[[nodiscard]] std::span<const FamilyRow> encoder_families();
[[nodiscard]] std::span<const FamilyRow> encoder_decoder_families();

// What is read beside the rows: original_layouts.cpp, drafts.cpp, unread.cpp, multimodal.cpp.

/// Reads a config in the layout of a publisher's own code (mamba_ssm, Meta's and Mistral's params.json); false when it
/// is none.
[[nodiscard]] bool read_original_layout(const Fields& c, Model& m);

/// True when the config is a draft's of speculative decoding: by its model_type or by the class it names.
[[nodiscard]] bool is_draft(const Fields&, std::string_view model_type);

/// True when every tensor of such a draft is known.
[[nodiscard]] bool draft_is_exact(const Fields&, std::string_view model_type);

/// Reads a draft; `row` is the family its layers are of, null when it is not known. What a draft takes from its
/// target (the embedding, mostly the head) is not counted.
void read_draft(const Fields&, const FamilyRow* row, Model&);

/// Names of the sizes in a config that nobody read: whole numbers above 1 whose key speaks of a size
/// ("ngram_vocab_size", "vision_config.num_layers"), and objects of which nothing was read ("vision_config"). Keys that are known not to
/// change any size (token ids, groups that a router chooses from, what training used) are left out.
[[nodiscard]] std::vector<std::string> unread_sizes(const nlohmann::json& config, const Findings&, Trust);

/// Names them in a note and lowers the model's trust, when there are any.
void note_unread_sizes(const nlohmann::json& config, Findings&, Model&);

/// Reads the text model: from `key`, or from the top level in configs of the older layout.
void read_text(const Fields& c, Model& m, std::string_view default_type, std::string_view key = "text_config");

/// Writes the towers of a model whose own way with them is not known: each as the tower that its type names is built,
/// else by its sizes, else as the published encoder that the config names. Returns what was counted and what was not,
/// in words; "" when the config has no towers.
std::string write_any_towers(const Fields& c, Model& m);

/// True when the towers of this model_type are counted in general or not at all.
[[nodiscard]] bool approximates_towers(std::string_view model_type);

/// True when this model_type is an encoder with a decoder that is read.
[[nodiscard]] bool is_encoder_decoder(std::string_view model_type);

}  // namespace llmcalc::models
