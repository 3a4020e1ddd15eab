#include "models/blocks.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace llmcalc::models {

std::vector<NameRule> name_rules(std::string_view names, std::string_view prefix) {
  std::vector<NameRule> rules;
  while (!names.empty()) {
    std::string_view to = take_until(names, " ");
    NameRule& rule = rules.emplace_back();
    rule.from = take_until(to, ">");
    rule.to = to;
    if (const std::size_t at = rule.to.find('@'); at != std::string::npos) rule.to.replace(at, 1, prefix);
  }
  return rules;
}

void read_stream(const Fields& c, Model& m) {
  m.hidden = c.required("hidden_size", range::width);
  m.vocabulary = c.required("vocab_size", range::vocabulary);
  m.head_vocabulary = m.vocabulary;
  m.tied_head = c.flag("tie_word_embeddings", true);
  m.max_context = c.count("max_position_embeddings", range::tokens, 0);
}

Count layer_count(const Fields& c) { return c.required("num_hidden_layers", range::layers); }

AttentionShape grouped_attention(const Fields& c, const Model& m, bool bias) {
  AttentionShape a;
  a.heads = c.required("num_attention_heads", range::heads);
  a.kv_heads = c.count("num_key_value_heads", range::heads, a.heads);
  a.head_dim = c.count("head_dim", range::width,
                       c.count("attention_head_dim", range::width, c.count("kv_channels", range::width, 0)));
  if (a.head_dim == 0) {
    a.head_dim = a.heads == 0 ? 0 : m.hidden / a.heads;
    if (a.heads != 0 && m.hidden % a.heads != 0) {
      c.complain("num_attention_heads", "must divide hidden_size (" + std::to_string(m.hidden) +
                                            ") when head_dim is not given, got " + std::to_string(a.heads));
    }
  }
  a.value_head_dim = a.head_dim;
  a.query_bias = a.key_bias = a.value_bias = a.output_bias = bias;
  a.rotary_dim = rotary_width(c, a.head_dim);
  check_heads(c, a);
  return a;
}

AttentionShape latent_attention(const Fields& c, const LatentRule& widths) {
  AttentionShape a;
  a.heads = c.required("num_attention_heads", range::heads);
  a.kv_heads = c.count("num_key_value_heads", range::heads, a.heads);
  a.q_lora_rank = c.count("q_lora_rank", range::optional_width, 0);
  a.kv_lora_rank = c.required("kv_lora_rank", range::width);
  a.nope_head_dim = c.count("qk_nope_head_dim", range::optional_width, widths.nope);
  a.rope_head_dim = c.count("qk_rope_head_dim", range::optional_width, widths.rope);
  a.value_head_dim = c.count("v_head_dim", range::width, widths.value);
  a.head_dim = add(a.nope_head_dim, a.rope_head_dim);
  a.rotary_dim = a.rope_head_dim;
  a.query_bias = a.key_bias = a.output_bias = c.flag("attention_bias", false);
  if (widths.indexer) {
    a.indexer_heads = c.count("index_n_heads", range::heads, 64);
    a.indexer_head_dim = c.count("index_head_dim", range::width, 128);
    a.indexer_choices = c.count("index_topk", range::tokens, 2048);
  }
  check_heads(c, a);
  return a;
}

RecurrentShape kimi_delta_net(const Fields& c) {
  const Fields linear = c.object("linear_attn_config");
  RecurrentShape delta;
  delta.heads = delta.groups = linear.count("num_heads", range::heads, 32);
  delta.head_dim = delta.state = linear.count("head_dim", range::width, 128);
  delta.inner = multiply(delta.heads, delta.head_dim);
  delta.conv_kernel = linear.count("short_conv_kernel_size", {1, 64}, 4);
  delta.full_rank_gate = linear.flag("use_full_rank_gate", false);
  return delta;
}

void check_heads(const Fields& c, const AttentionShape& a) {
  if (a.head_dim == 0) {
    c.complain("num_attention_heads",
               "must leave every head at least one value of hidden_size, got " + std::to_string(a.heads));
  }
  if (a.kv_heads == 0 || a.heads % a.kv_heads != 0) {
    c.complain("num_key_value_heads", "must divide num_attention_heads (" + std::to_string(a.heads) + "), got " +
                                          std::to_string(a.kv_heads));
  }
}

FeedForward dense_block(const Fields& c, bool bias) {
  FeedForward f;
  f.width = c.required("intermediate_size", range::width);
  f.up_bias = f.down_bias = bias;
  f.activation = activation(c);
  return f;
}

Activation activation(const Fields& c, Activation fallback) {
  static constexpr std::array<std::pair<std::string_view, Activation>, 14> names{{
      {"silu", Activation::Silu},
      {"swish", Activation::Silu},
      {"swiglu", Activation::Silu},
      {"gelu", Activation::Gelu},
      {"geglu", Activation::Gelu},
      {"gelu_new", Activation::GeluPython},
      {"gelu_fast", Activation::GeluPython},
      {"gelu_pytorch_tanh", Activation::GeluTanh},
      {"gelu_tanh", Activation::GeluTanh},
      {"gelu_python", Activation::Gelu},
      {"quick_gelu", Activation::GeluPython},
      {"relu", Activation::Relu},
      {"relu2", Activation::ReluSquared},
      {"relu_squared", Activation::ReluSquared},
  }};
  const std::string name = c.text("hidden_act", "");
  if (name.empty()) return fallback;
  const auto* found = std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.first == name; });
  if (found != names.end()) return found->second;
  c.assume("activation \"" + name.substr(0, 40) + "\" is not known: memory of training is taken as for SiLU");
  return fallback;
}

Count rotary_width(const Fields& c, Count head_dim) {
  double share = c.number("partial_rotary_factor", c.number("rotary_pct", 1.0));
  if (const auto* rope = c.find("rope_parameters"); rope && rope->is_object()) {
    const auto inner = rope->find("partial_rotary_factor");
    if (inner != rope->end() && inner->is_number()) share = inner->get<double>();
  }
  if (!(share >= 0 && share <= 1)) {
    c.complain("partial_rotary_factor", "must be a number from 0 to 1");
    share = 1;
  }
  return static_cast<Count>(static_cast<double>(head_dim) * share);
}

void read_rope_factors(const Fields& c, Model& m) {
  const auto* rope = c.find("rope_parameters");
  if (rope == nullptr || !rope->is_object()) return;
  Count rotary = 0;
  for (const Layer& kind : m.kinds) rotary = std::max(rotary, kind.attention.rotary_dim);
  for (const char* key : {"rope_type", "type"}) {
    const auto type = rope->find(key);
    if (type == rope->end() || !type->is_string()) continue;
    const bool longrope = *type == "longrope" || *type == "su";
    if (!longrope && *type != "llama3") continue;
    m.rope_factor_values = rotary / 2;
    m.rope_factor_tensors = longrope ? 2 : 1;
  }
}

std::vector<std::string> layer_types(const Fields& c, Count layers, std::string_view key) {
  std::vector<std::string> types = c.texts(key);
  if (!types.empty() && types.size() != layers) {
    c.complain(key, "must name " + std::to_string(layers) + " layers (num_hidden_layers), names " +
                        std::to_string(types.size()));
    types.clear();
  }
  return types;
}

bool is_attention(std::string_view layer_type) {
  static constexpr std::string_view words[] = {
      "full_attention", "sliding_attention", "chunked_attention", "attention", "global", "local"};
  return std::find(std::begin(words), std::end(words), layer_type) != std::end(words);
}

bool has_one_per_layer(const Fields& c, std::string_view key, std::size_t entries, Count layers) {
  if (entries == layers) return true;
  c.complain(key,
             "must have " + std::to_string(layers) + " entries (num_hidden_layers), has " + std::to_string(entries));
  return false;
}

std::vector<Count> one_per_layer(const Fields& c, std::string_view key, Count layers, Range allowed) {
  std::vector<Count> given = c.counts(key, allowed);
  if (!has_one_per_layer(c, key, given.size(), layers)) given.assign(layers, allowed.low);
  return given;
}

std::uint16_t kind_of(Model& m, const Layer& layer) {
  const auto found = std::find(m.kinds.begin(), m.kinds.end(), layer);
  if (found != m.kinds.end()) return static_cast<std::uint16_t>(found - m.kinds.begin());
  m.kinds.push_back(layer);
  return static_cast<std::uint16_t>(m.kinds.size() - 1);
}

void add_layers(Model& m, Count layers, const std::function<Layer(Count)>& layer_at) {
  for (Count i = 0; i < layers; ++i) m.layers.push_back(kind_of(m, layer_at(i)));
}

void add_equal_layers(const Fields& c, Model& m, const Layer& layer) {
  add_layers(m, layer_count(c), [&](Count) { return layer; });
}

ChangeLayer recurrent_unless(std::vector<bool> attends, Mixer mixer, const RecurrentShape& recurrent) {
  return [attends = std::move(attends), mixer, recurrent](Count i, Layer& layer) {
    if (attends[i]) return;
    layer.mixer = mixer;
    layer.attention = {};
    layer.recurrent = recurrent;
  };
}

Layer llama_layer(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  layer.attention = grouped_attention(c, m, c.flag("attention_bias", false));
  layer.feed_forward = dense_block(c, c.flag("mlp_bias", false));
  return layer;
}

Layer gpt_layer(const Fields& c, Model& m, bool attention_bias, bool mlp_bias) {
  read_stream(c, m);
  m.norm = NormKind::LayerNorm;
  Layer layer;
  layer.attention = grouped_attention(c, m, attention_bias);
  FeedForward& f = layer.feed_forward;
  f.width = c.count("intermediate_size", range::width, multiply(4, m.hidden));
  f.gated = false;
  f.up_bias = f.down_bias = mlp_bias;
  f.activation = activation(c, Activation::Gelu);
  return layer;
}

void learned_positions(Model& m, Count extra_rows) {
  m.positions = Positions::Learned;
  m.position_rows = add(m.max_context, extra_rows);
}

FeedForward routed_experts(const Fields& c, std::string_view experts_key, std::string_view width_key,
                           std::string_view per_token_key) {
  FeedForward f;
  f.activation = activation(c);
  f.experts = c.required(experts_key, range::experts);
  if (f.experts == 0) return f;
  f.experts_per_token = c.required(per_token_key, {1, f.experts});
  f.expert_width = c.required(width_key, range::width);
  return f;
}

void add_tensor(Model& m, std::string_view name, Count rows, Count columns, TensorRole role, ModelPart part) {
  m.extra_tensors.push_back({.name = std::string(name),
                             .rows = rows,
                             .columns = columns,
                             .role = role,
                             .part = part,
                             .vector = columns == 1});
}

void add_layer_tensor(Model& m, std::size_t kind, std::string_view name, Count rows, Count columns, TensorRole role,
                      ModelPart part) {
  const Count layers = m.layers_of_kind(kind);
  if (layers == 0) return;
  add_tensor(m, "model.layers.{}." + std::string(name), rows, columns, role, part);
  m.extra_tensors.back().count = layers;
  m.extra_tensors.back().kind = static_cast<std::int32_t>(kind);
}

void add_layer_tensors(Model& m, std::string_view name, Count rows, Count columns, TensorRole role, ModelPart part) {
  for (std::size_t k = 0; k < m.kinds.size(); ++k) add_layer_tensor(m, k, name, rows, columns, role, part);
}

void add_mixture_tensors(Model& m, std::string_view name, Count rows, Count columns, TensorRole role,
                         ModelPart part) {
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (m.kinds[k].is_moe()) add_layer_tensor(m, k, name, rows, columns, role, part);
  }
}

std::string_view cut(std::string_view& rest, std::string_view ends) {
  const std::size_t end = std::min(rest.find_first_of(ends), rest.size());
  const std::string_view piece = trimmed(rest.substr(0, end), " \n");
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return piece;
}

std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \n"), rest.size()));
  return cut(rest, " \n");
}

Count computed(std::string_view text, const Sizes& sizes, std::string_view* unknown) {
  const auto operand = [&](std::string_view name) {
    Count number = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), number).ec == std::errc{}) return number;
    // The latest of a name counts: a projector may read its own.
    const auto found = std::find_if(sizes.rbegin(), sizes.rend(), [&](const auto& s) { return s.first == name; });
    if (found != sizes.rend()) return found->second;
    if (unknown != nullptr) *unknown = name;
    return Count{0};
  };
  Count result = 0;
  char sign = '+';
  while (true) {
    const std::size_t end = std::min(text.find_first_of("+-*/"), text.size());
    const Count n = operand(text.substr(0, end));
    result = sign == '+'   ? add(result, n)
             : sign == '-' ? subtract(result, n)
             : sign == '*' ? multiply(result, n)
             : n == 0      ? 0
                           : result / n;
    if (end == text.size()) return result;
    sign = text[end];
    text.remove_prefix(end + 1);
  }
}

namespace {

/// A role by its word in a statement, and the part it belongs to when the statement names none.
struct RoleWord {
  std::string_view word;
  TensorRole role;
  ModelPart part;
};
// clang-format off
constexpr auto role_words = std::to_array<RoleWord>({
    {"norm", TensorRole::Norm, ModelPart::Norms}, {"other", TensorRole::Other, ModelPart::Other},
    {"query", TensorRole::Query, ModelPart::Attention}, {"key", TensorRole::Key, ModelPart::Attention},
    {"value", TensorRole::Value, ModelPart::Attention}, {"output", TensorRole::AttentionOutput, ModelPart::Attention},
    {"indexer", TensorRole::Indexer, ModelPart::Attention}, {"bias", TensorRole::Bias, ModelPart::Attention},
    {"router", TensorRole::Router, ModelPart::Router}, {"gate", TensorRole::Gate, ModelPart::FeedForward},
    {"up", TensorRole::Up, ModelPart::FeedForward}, {"down", TensorRole::Down, ModelPart::FeedForward},
    {"gate_up", TensorRole::GateUp, ModelPart::FeedForward}, {"in", TensorRole::RecurrentIn, ModelPart::Recurrent},
    {"out", TensorRole::RecurrentOut, ModelPart::Recurrent}, {"small", TensorRole::RecurrentSmall, ModelPart::Recurrent},
    {"convolution", TensorRole::Convolution, ModelPart::Recurrent},
    // Like a shared expert's gate: quantized by formats of every linear layer alone.
    {"linear", TensorRole::SharedExpertGate, ModelPart::Other},
    {"expert_up", TensorRole::ExpertUp, ModelPart::FeedForward},
    {"expert_down", TensorRole::ExpertDown, ModelPart::FeedForward},
});
// clang-format on

/// Calls `put(name, rows, columns, role, part)` for each tensor of the statements.
template <class Put>
void each_tensor(std::string_view statements, const Sizes& sizes, Put&& put) {
  while (!statements.empty()) {
    std::string_view shape = cut(statements, ";\n");
    if (shape.empty()) continue;
    std::string_view names = cut(shape, ":"), words = next_word(names);
    const auto row = std::ranges::find(role_words, cut(words, "/"), &RoleWord::word);
    if (row == role_words.end()) continue;
    const ModelPart part = words.empty() ? row->part : from_key<ModelPart>(words).value_or(row->part);
    const Count rows = computed(next_word(shape), sizes);
    const bool matrix = next_word(shape) == "x";
    const Count columns = matrix ? computed(next_word(shape), sizes) : 1;
    const bool biased = next_word(shape) == "+";
    while (!names.empty()) {
      const std::string name(next_word(names));
      put(name.ends_with('.') ? name + "weight" : name, rows, columns, row->role, part);
      if (biased) put(name + "bias", rows, Count{1}, TensorRole::Bias, part);
    }
  }
}

}  // namespace

void add_layer_tensors(Model& m, std::size_t kind, std::string_view statements, Sizes sizes) {
  sizes.emplace_back("hidden", m.hidden);
  each_tensor(statements, sizes,
              [&](std::string_view name, Count rows, Count columns, TensorRole role, ModelPart part) {
                add_layer_tensor(m, kind, name, rows, columns, role, part);
              });
}

void add_layer_tensors(Model& m, std::string_view statements, const Sizes& sizes) {
  Sizes all = sizes;
  all.emplace_back("hidden", m.hidden);
  each_tensor(statements, all,
              [&](std::string_view name, Count rows, Count columns, TensorRole role, ModelPart part) {
                add_layer_tensors(m, name, rows, columns, role, part);
              });
}

void add_tensors(Model& m, std::string_view statements, Sizes sizes) {
  sizes.emplace_back("hidden", m.hidden);
  each_tensor(statements, sizes,
              [&](std::string_view name, Count rows, Count columns, TensorRole role, ModelPart part) {
                add_tensor(m, name, rows, columns, role, part);
              });
}

void add_mtp_layers(Model& m, Count layers, const Layer& layer) {
  if (layers == 0) return;
  m.mtp_layers.insert(m.mtp_layers.end(), layers, kind_of(m, layer));
}

std::vector<Count> windows(const Fields& c, Count layers, Count window, Count pattern) {
  const auto every = pattern == 0 ? Windows::AllUnlessNamed : Windows::ButEveryNth;
  return windows_of({.layers = every, .size = {.otherwise = window}, .period = {.otherwise = pattern}}, c, layers);
}

std::vector<Count> windows_of(const WindowRule& rule, const Fields& c, Count layers) {
  if (rule.layers == Windows::None) return std::vector<Count>(layers, 0);
  const bool on = rule.only_with.empty() || c.flag(rule.only_with, false);
  const Count window = on ? value_of(c, rule.size, range::tokens) : 0;
  if (rule.layers == Windows::All) return std::vector<Count>(layers, window);
  const Count first = rule.layers == Windows::FromLayer ? c.count("max_window_layers", range::some_layers, 0) : 0;
  const bool letters = c.is_text(rule.period.key);  // one for each layer of the pattern, the last one sees everything
  const Count period =
      letters ? std::max<Count>(c.text(rule.period.key, "").size(), 1) : value_of(c, rule.period, range::layers);
  const std::vector<std::string> types = layer_types(c, layers);
  const auto slides = [&](Count i) {
    if (!types.empty()) return types[i] == "sliding_attention";
    switch (rule.layers) {
      case Windows::None:
      case Windows::Named: return false;
      case Windows::All:
      case Windows::AllUnlessNamed: return true;
      case Windows::ButEveryNth: return (i + 1) % period != 0;
      case Windows::ButFirstOfFour: return i % 4 != 0;
      case Windows::FromLayer: return i >= first;
      case Windows::ButFourthFromEnd: return (layers - 1 - i) % 4 != 0;
    }
    return false;
  };
  std::vector<Count> result(layers);
  for (Count i = 0; i < layers; ++i) result[i] = slides(i) ? window : 0;
  return result;
}

Issues impossible_sizes(const Layer& layer, const std::string& where) {
  const AttentionShape& a = layer.attention;
  const FeedForward& f = layer.feed_forward;
  const RecurrentShape& r = layer.recurrent;
  Issues issues;
  const auto limit = [&](const char* what, Count value, Count most) {
    if (value > most) {
      issues.push_back(
          {where, std::string(what) + " is " + std::to_string(value) + ", more than " + std::to_string(most)});
    }
  };
  if (layer.attends() && (a.heads == 0 || a.head_dim == 0)) {
    issues.push_back({where, "has attention, but no number of heads or no head size is given"});
  }
  limit("the number of heads", a.heads, 1 << 16);
  limit("the number of KV heads", a.kv_heads, 1 << 16);
  limit("the head size", std::max(a.head_dim, a.value_head_dim), 1 << 16);
  limit("the latent width", std::max(a.kv_lora_rank, a.q_lora_rank), widest);
  limit("the feed-forward width", std::max({f.width, f.expert_width, f.shared_width, f.latent_width}), widest);
  limit("the number of experts", std::max(f.experts, f.experts_per_token), 1 << 16);
  limit("the recurrent width",
        std::max({r.inner, r.state, r.heads, r.groups, r.conv_kernel, r.time_step_rank, r.head_dim}), widest);
  return issues;
}

Count time_step_rank(const Fields& c, std::string_view key, Count hidden) {
  const Count automatic = ceil_divide(hidden, 16);
  return c.is_text(key) ? automatic : c.count(key, range::width, automatic);
}

RecurrentShape hybrid_mamba1_shape(const Fields& c, const Model& m) {
  RecurrentShape mamba;
  mamba.inner = multiply(c.count("mamba_expand", {1, 64}, 2), m.hidden);
  mamba.state = c.count("mamba_d_state", range::width, 16);
  mamba.conv_kernel = c.count("mamba_d_conv", {1, 64}, 4);
  mamba.time_step_rank = time_step_rank(c, "mamba_dt_rank", m.hidden);
  mamba.conv_bias = c.flag("mamba_conv_bias", true);
  mamba.projection_bias = c.flag("mamba_proj_bias", false);
  return mamba;
}

RecurrentShape mamba2_shape(const Fields& c, const Model& m, const Mamba2Keys& keys) {
  RecurrentShape r;
  r.heads = c.required(keys.heads, range::heads);
  // "auto" and a missing width are expand x hidden / heads.
  const Count expanded = multiply(c.count("mamba_expand", {1, 64}, c.count("expand", {1, 64}, 2)), m.hidden);
  const bool automatic = c.is_text(keys.head_dim) || !c.has(keys.head_dim);
  r.head_dim = automatic ? expanded / r.heads : c.required(keys.head_dim, range::width);
  r.inner = multiply(r.heads, r.head_dim);
  r.state = c.required(keys.state, range::width);
  r.groups = c.count(keys.groups, range::heads, 1);
  r.conv_kernel = c.count(keys.conv, {1, 64}, 4);
  r.conv_bias = c.flag(keys.conv_bias, true);
  r.projection_bias = c.flag(keys.bias, false);
  if (r.heads % std::max<Count>(r.groups, 1) != 0) {
    c.complain(keys.groups,
               "must divide the number of heads (" + std::to_string(r.heads) + "), got " + std::to_string(r.groups));
  }
  return r;
}

namespace {

/// Keys of one meaning. A config without any key that its family's row names is asked for the others.
constexpr std::string_view same_meaning[] = {
    "n_routed_experts|num_experts|num_local_experts|moe_num_experts|n_experts|num_moe_experts",
    "moe_intermediate_size|expert_intermediate_size|moe_ffn_hidden_size|expert_ffn_hidden_size|ffn_dim_expert",
    "num_experts_per_tok|moe_top_k|moe_topk|moe_k|top_k_experts|num_selected_experts|router_top_k",
    "n_shared_experts|num_shared_experts|moe_num_shared_experts|num_shared_expert",
};

/// The first of several keys "a|b" that is there; "" when none is.
template <class IsThere>
std::string_view first_of(std::string_view keys, IsThere&& is_there) {
  for (std::string_view left = keys; !left.empty();) {
    const std::string_view key = left.substr(0, left.find('|'));
    if (is_there(key)) return key;
    left.remove_prefix(std::min(left.size(), key.size() + 1));
  }
  return {};
}

/// The keys of the same meaning as one; "" when only it has that meaning.
std::string_view synonyms_of(std::string_view key) {
  for (const std::string_view group : same_meaning) {
    if (!first_of(group, [&](std::string_view other) { return other == key; }).empty()) return group;
  }
  return {};
}

}  // namespace

std::string_view present_key(const Fields& c, std::string_view keys) {
  const std::string_view first = keys.substr(0, keys.find('|'));
  const auto given = [&](std::string_view key) { return c.given(key); };
  const auto there = [&](std::string_view key) { return c.has(key); };
  // What the config itself says counts before a default of its class.
  for (const std::string_view key :
       {first_of(keys, given), first_of(synonyms_of(first), given), first_of(keys, there)}) {
    if (!key.empty()) return key;
  }
  return first;
}

FeedForward mixture_of(const MixtureRule& rule, const Fields& c) {
  FeedForward f =
      routed_experts(c, present_key(c, rule.experts), present_key(c, rule.width), present_key(c, rule.per_token));
  if (!rule.shared.key.empty()) {
    const bool own_width = !rule.shared_width.empty();
    const Count width = own_width ? c.count(rule.shared_width, range::width, f.expert_width) : f.expert_width;
    const Number shared{present_key(c, rule.shared.key), rule.shared.otherwise};
    f.shared_width = multiply(value_of(c, shared, range::experts), width);
  } else if (!rule.shared_width.empty()) {
    f.shared_width = c.required(rule.shared_width, range::width);
  }
  f.shared_gate = rule.shared_gate;
  f.correction_bias = is(c, rule.correction);
  f.router_bias = rule.router_bias;
  f.expert_bias = rule.expert_bias;
  f.fused_expert_gate_up = rule.fused;
  return f;
}

std::vector<bool> deepseek_layers(const MixtureRule& rule, const Fields& c, Count layers) {
  if (c.is_list("moe_layer_freq")) {
    std::vector<bool> given = c.flags("moe_layer_freq");
    if (!has_one_per_layer(c, "moe_layer_freq", given.size(), layers)) given.assign(layers, false);
    return given;
  }
  const Count first = value_of(c, rule.dense_first, range::some_layers);
  const Count step = c.count("moe_layer_freq", range::layers, 1);
  return layers_where(layers, [&](Count i) { return i >= first && i % step == 0; });
}

std::vector<bool> named_layers(const MixtureRule& rule, const Fields& c, Count layers) {
  const std::vector<std::string> types = layer_types(c, layers, "mlp_layer_types");
  if (types.empty()) return layers_after_dense(rule, c, layers);
  return layers_where(layers, [&](Count i) { return types[i] == "sparse"; });
}

std::vector<bool> layers_after_dense(const MixtureRule& rule, const Fields& c, Count layers) {
  const Count first = value_of(c, rule.dense_first, range::some_layers);
  return layers_where(layers, [&](Count i) { return i >= first; });
}

std::vector<bool> every_nth_layer(const MixtureRule&, const Fields& c, Count layers) {
  const Count step = c.count("decoder_sparse_step", range::layers, 1);
  const std::vector<Count> dense = c.counts("mlp_only_layers", range::some_layers);
  return layers_where(layers, [&](Count i) { return (i + 1) % step == 0 && !lists(dense, i); });
}

}  // namespace llmcalc::models
