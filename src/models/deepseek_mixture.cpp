#include "models/deepseek_mixture.hpp"

#include "models/blocks.hpp"

#include <string>

namespace llmcalc::models {

FeedForward deepseek_mixture(const Fields& c, bool correction) {
  FeedForward f = routed_experts(c, "n_routed_experts", "moe_intermediate_size");
  f.shared_width = multiply(c.count("n_shared_experts", range::experts, 0), f.expert_width);
  f.correction_bias = correction;
  return f;
}

std::vector<bool> deepseek_mixture_layers(const Fields& c, Count layers, Count first_dense_default) {
  std::vector<bool> mixture(layers);
  if (c.is_list("moe_layer_freq")) {
    std::vector<bool> given = c.flags("moe_layer_freq");
    if (given.size() == layers) return given;
    c.complain("moe_layer_freq", "must have " + std::to_string(layers) + " entries (num_hidden_layers), has " +
                                     std::to_string(given.size()));
    return mixture;
  }
  const Count first = c.count("first_k_dense_replace", range::some_layers, first_dense_default);
  const Count step = c.count("moe_layer_freq", range::layers, 1);
  for (Count i = 0; i < layers; ++i) mixture[i] = i >= first && i % step == 0;
  return mixture;
}

void add_deepseek_layers(const Fields& c, Model& m, Layer layer, const FeedForward& mixture, Count first_dense) {
  const Count n = layer_count(c);
  const std::vector<bool> sparse = deepseek_mixture_layers(c, n, first_dense);
  const FeedForward dense = layer.feed_forward;
  add_layers(m, n, [&](Count i) {
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
  layer.feed_forward = mixture;
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

}  // namespace llmcalc::models
