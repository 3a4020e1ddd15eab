#include "models/mixtures.hpp"

#include "models/blocks.hpp"

#include <algorithm>
#include <string>

namespace llmcalc::models {

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
