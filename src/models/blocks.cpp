#include "models/blocks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace llmcalc::models {

std::vector<NameRule> name_rules(std::string_view names) {
  std::vector<NameRule> rules;
  while (!names.empty()) {
    const std::string_view rule = names.substr(0, names.find(' '));
    const std::size_t arrow = rule.find('>');
    rules.push_back({std::string(rule.substr(0, arrow)), std::string(rule.substr(arrow + 1))});
    names.remove_prefix(std::min(names.size(), rule.size() + 1));
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
  }
  check_heads(c, a);
  return a;
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
      case Windows::Named:
        return false;
      case Windows::All:
      case Windows::AllUnlessNamed:
        return true;
      case Windows::ButEveryNth:
        return (i + 1) % period != 0;
      case Windows::ButFirstOfFour:
        return i % 4 != 0;
      case Windows::FromLayer:
        return i >= first;
      case Windows::ButFourthFromEnd:
        return (layers - 1 - i) % 4 != 0;
    }
    return false;
  };
  std::vector<Count> result(layers);
  for (Count i = 0; i < layers; ++i) result[i] = slides(i) ? window : 0;
  return result;
}

}  // namespace llmcalc::models
