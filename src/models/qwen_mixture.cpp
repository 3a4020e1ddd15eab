// Mixtures of Qwen: experts in some layers, others dense.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Experts in every decoder_sparse_step-th layer but those of mlp_only_layers; the others are dense.
void add_qwen_mixture(const Fields& c, Model& m, Layer layer, const FeedForward& mixture) {
  const Count step = c.count("decoder_sparse_step", range::layers, 1);
  const std::vector<Count> dense_only = c.counts("mlp_only_layers", range::some_layers);
  const FeedForward dense = layer.feed_forward;
  add_layers(m, layer_count(c), [&](Count i) {
    const bool listed = std::find(dense_only.begin(), dense_only.end(), i) != dense_only.end();
    layer.feed_forward = listed || mixture.experts == 0 || (i + 1) % step != 0 ? dense : mixture;
    return layer;
  });
}

void read_qwen3_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  if (c.flag("use_sliding_window", false)) layer.attention.window = c.count("sliding_window", range::tokens, 0);
  add_qwen_mixture(c, m, layer, routed_experts(c, "num_experts", "moe_intermediate_size"));
}

/// Qwen1.5-MoE, Qwen2-57B: biases on queries, keys and values, one shared expert with a gate.
void read_qwen2_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  AttentionShape& a = layer.attention;
  a.query_bias = a.key_bias = a.value_bias = c.flag("qkv_bias", true);
  a.output_bias = false;
  if (c.flag("use_sliding_window", false)) a.window = c.count("sliding_window", range::tokens, 0);
  FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  mixture.shared_width = c.required("shared_expert_intermediate_size", range::width);
  mixture.shared_gate = true;
  m.names = {{"mlp.shared_experts.", "mlp.shared_expert."}};
  add_qwen_mixture(c, m, layer, mixture);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"qwen2_moe", "Qwen", read_qwen2_moe},
    {"qwen3_moe", "Qwen", read_qwen3_moe, {LlamaGraph::Qwen3Moe}},
    {"qwen3_vl_moe_text", "Qwen", read_qwen3_moe},
    {"qwen3_omni_moe_text", "Qwen", read_qwen3_moe},
});

}  // namespace

std::span<const FamilyRow> qwen_mixture_families() { return rows; }

}  // namespace llmcalc::models
