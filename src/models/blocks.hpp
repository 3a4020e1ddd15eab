#pragma once
// Building blocks that families share: the stream, an attention, a feed-forward block, mixtures of experts, state
// spaces, windows, lists of layers; and the gate for sizes that no model has, which every reader's layers pass before
// anything is computed from them.

#include "models/fields.hpp"
#include "models/registry.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::models {

/// What a flag of a family's row says of this config.
[[nodiscard]] inline bool is(const Fields& c, const Flag& flag) {
  return flag.key.empty() ? flag.otherwise : c.flag(flag.key, flag.otherwise);
}
/// What a number of a family's row says of this config.
[[nodiscard]] inline Count value_of(const Fields& c, const Number& n, Range allowed) {
  return n.key.empty() ? n.otherwise : c.count(n.key, allowed, n.otherwise);
}
/// The rules of "from>to from>to"; `prefix` stands where a `to` has an "@".
[[nodiscard]] std::vector<NameRule> name_rules(std::string_view names, std::string_view prefix = {});

/// Hidden size, vocabulary, tied head, context: what every decoder has.
void read_stream(const Fields& c, Model& m);

/// Query heads, key-value heads and head width. A missing num_key_value_heads is num_attention_heads, a missing
/// head_dim is hidden_size / num_attention_heads. `bias` sets all four biases.
[[nodiscard]] AttentionShape grouped_attention(const Fields& c, const Model& m, bool bias = false);

/// Sets the biases of queries, keys and values; the output keeps its own.
inline void query_key_value_bias(AttentionShape& a, bool bias) { a.query_bias = a.key_bias = a.value_bias = bias; }

/// Multi-head latent attention; the rule has the head widths of the class.
[[nodiscard]] AttentionShape latent_attention(const Fields& c, const LatentRule& widths = {});

/// Reports heads that do not divide.
void check_heads(const Fields& c, const AttentionShape& a);

/// Dense block of intermediate_size with the config's activation.
[[nodiscard]] FeedForward dense_block(const Fields& c, bool bias = false);

/// The activation by its Hugging Face name; `fallback` when the key is absent.
[[nodiscard]] Activation activation(const Fields& c, Activation fallback = Activation::Silu);

/// Rotated part of a head of `head_dim`: partial_rotary_factor (also inside rope_parameters) or rotary_pct.
[[nodiscard]] Count rotary_width(const Fields& c, Count head_dim);

/// Sets the rotary frequency factors a GGUF file of this model stores: rope types llama3 and longrope.
void read_rope_factors(const Fields& c, Model& m);

/// layer_types of the config, one text a layer; empty when absent, an issue when the number is wrong.
[[nodiscard]] std::vector<std::string> layer_types(const Fields& c, Count layers,
                                                   std::string_view key = "layer_types");

/// True for the words that layer_types has for attention, of the whole text or a part of it.
[[nodiscard]] bool is_attention(std::string_view layer_type);

/// True when a list has one entry for each layer; else an issue.
bool has_one_per_layer(const Fields& c, std::string_view key, std::size_t entries, Count layers);
/// One number for each layer; when the list is of the wrong length an issue, and the lowest allowed number for all.
[[nodiscard]] std::vector<Count> one_per_layer(const Fields& c, std::string_view key, Count layers, Range allowed);
/// Which layers a condition is true of.
template <class Condition>
[[nodiscard]] std::vector<bool> layers_where(Count layers, Condition&& condition) {
  std::vector<bool> chosen(layers);
  for (Count i = 0; i < layers; ++i) chosen[i] = condition(i);
  return chosen;
}
/// True when a list of layer numbers holds this one.
[[nodiscard]] inline bool lists(const std::vector<Count>& layers, Count i) {
  return std::find(layers.begin(), layers.end(), i) != layers.end();
}
/// Which layers layer_types names like this; without it those of the condition.
template <class Condition>
[[nodiscard]] std::vector<bool> layers_named(const Fields& c, Count layers, std::string_view name,
                                             Condition&& otherwise) {
  const std::vector<std::string> types = layer_types(c, layers);
  return layers_where(layers, [&](Count i) { return types.empty() ? otherwise(i) : types[i] == name; });
}

/// Number of layers.
[[nodiscard]] Count layer_count(const Fields& c);

/// Appends layers; equal ones share a kind.
void add_layers(Model& m, Count layers, const std::function<Layer(Count)>& layer_at);
/// Appends multi-token-prediction layers of one shape.
void add_mtp_layers(Model& m, Count layers, const Layer& layer);

/// Layers of a hybrid: those that attend stay as they are, the others have a recurrent mixer.
[[nodiscard]] ChangeLayer recurrent_unless(std::vector<bool> attends, Mixer mixer, const RecurrentShape& recurrent);

/// Kimi Delta Attention as linear_attn_config has it.
[[nodiscard]] RecurrentShape kimi_delta_net(const Fields& c);

/// Equal layers, as many as the config says.
void add_equal_layers(const Fields& c, Model& m, const Layer& layer);

/// The stream and one layer as Llama has it: biases by attention_bias and mlp_bias, two RMS norms, a gated block.
[[nodiscard]] Layer llama_layer(const Fields& c, Model& m);

/// The stream and one layer as GPT-2 has it: LayerNorm, an ungated block, 4 x hidden wide when nothing else is given.
[[nodiscard]] Layer gpt_layer(const Fields& c, Model& m, bool attention_bias, bool mlp_bias);

/// A table of learned positions as long as the context, with extra rows before the first.
void learned_positions(Model& m, Count extra_rows);

/// A block of routed experts without a dense block; the counts stand under these keys.
[[nodiscard]] FeedForward routed_experts(const Fields& c, std::string_view experts_key, std::string_view width_key,
                                         std::string_view per_token_key = "num_experts_per_tok");

/// A tensor of one kind of layer that no field of Layer implies; the name is without "model.layers.{}.".
void add_layer_tensor(Model& m, std::size_t kind, std::string_view name, Count rows, Count columns, TensorRole role,
                      ModelPart part);

/// Sizes by their names, the latest of a name last.
using Sizes = std::vector<std::pair<std::string_view, Count>>;
/// A size computed from numbers and names from left to right, without precedence, by + - * /. `unknown` becomes a name
/// that is not among the sizes, which counts as 0.
[[nodiscard]] Count computed(std::string_view text, const Sizes& sizes, std::string_view* unknown = nullptr);
/// Cuts the text up to the first of these characters off the front of `rest`, without blanks around it.
[[nodiscard]] std::string_view cut(std::string_view& rest, std::string_view ends);
/// Cuts the next word off the front of `rest`; "" at the end.
[[nodiscard]] std::string_view next_word(std::string_view& rest);

/// Tensors of one kind of layer that no field of Layer implies, one statement a line or several between semicolons:
///   role name name : rows x columns +     matrices; "+": each with a bias
///   role name : size                      a vector
/// A name that ends in a dot is that of a module, whose tensors are its weight and, with "+", its bias. The roles, some
/// with the part they belong to ("bias/router"), are in blocks.cpp; `hidden` is a size of every model.
void add_layer_tensors(Model& m, std::size_t kind, std::string_view statements, Sizes sizes = {});
/// The same for every kind of layer in use.
void add_layer_tensors(Model& m, std::string_view statements, const Sizes& sizes = {});
/// The same outside the layers; names are whole.
void add_tensors(Model& m, std::string_view statements, Sizes sizes = {});
/// The same for every kind of layer in use.
void add_layer_tensors(Model& m, std::string_view name, Count rows, Count columns, TensorRole role, ModelPart part);
/// The same for every kind of layer that is a mixture of experts.
void add_mixture_tensors(Model& m, std::string_view name, Count rows, Count columns, TensorRole role, ModelPart part);
/// A tensor outside the layers that no field of Model implies; the name is the whole name.
void add_tensor(Model& m, std::string_view name, Count rows, Count columns, TensorRole role, ModelPart part);

/// Index of the kind equal to `layer`, made if there is none.
[[nodiscard]] std::uint16_t kind_of(Model& m, const Layer& layer);

/// The window of every layer by a family's rule; 0: none.
[[nodiscard]] std::vector<Count> windows_of(const WindowRule& rule, const Fields& c, Count layers);
/// Which layers slide: layer_types says so, else every layer but each `pattern`-th; 0: all of them slide.
[[nodiscard]] std::vector<Count> windows(const Fields& c, Count layers, Count window, Count pattern);

/// What cannot be: attention without heads or with heads of size 0, and sizes beyond any model, each an issue of
/// `where`. Sizes of a mixer or block that the layer does not have are 0 and pass.
[[nodiscard]] Issues impossible_sizes(const Layer& layer, const std::string& where);

/// The widest stream, block or vocabulary that is taken for real.
inline constexpr Count widest = Count{1} << 24;

/// ceil(hidden / 16): what "auto" means for the rank of dt.
[[nodiscard]] Count time_step_rank(const Fields& c, std::string_view key, Count hidden);

/// Mamba-1 under the keys that hybrids with attention use (Jamba, Zamba): mamba_expand, mamba_d_state, ...
[[nodiscard]] RecurrentShape hybrid_mamba1_shape(const Fields& c, const Model& m);

/// Names of Mamba-2's fields.
struct Mamba2Keys {
  std::string_view heads, head_dim, state, groups, conv, conv_bias, bias;
};
/// The names that Falcon-H1, Bamba and Granite 4 use.
inline constexpr Mamba2Keys mamba_prefix{"mamba_n_heads", "mamba_d_head",    "mamba_d_state",  "mamba_n_groups",
                                         "mamba_d_conv",  "mamba_conv_bias", "mamba_proj_bias"};

/// Mamba-2 with the given key names; inner width = heads x head width.
[[nodiscard]] RecurrentShape mamba2_shape(const Fields& c, const Model& m, const Mamba2Keys& keys);

/// The first of several keys "a|b" that the config has; the first one when it has none.
[[nodiscard]] std::string_view present_key(const Fields& c, std::string_view keys);

/// The routed and shared experts that a rule describes.
[[nodiscard]] FeedForward mixture_of(const MixtureRule&, const Fields&);

// Which layers are mixtures (MixtureRule::where).

/// Every moe_layer_freq-th from the first one that is not dense on, or those that a list of that name says (DeepSeek).
[[nodiscard]] std::vector<bool> deepseek_layers(const MixtureRule&, const Fields&, Count layers);
/// Those that mlp_layer_types calls sparse; without it all but the dense ones at the beginning.
[[nodiscard]] std::vector<bool> named_layers(const MixtureRule&, const Fields&, Count layers);
/// All but the dense ones at the beginning.
[[nodiscard]] std::vector<bool> layers_after_dense(const MixtureRule&, const Fields&, Count layers);
/// Every decoder_sparse_step-th but those of mlp_only_layers (Qwen).
[[nodiscard]] std::vector<bool> every_nth_layer(const MixtureRule&, const Fields&, Count layers);

}  // namespace llmcalc::models
