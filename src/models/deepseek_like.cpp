// DeepSeek's mixture with ordinary attention: DeepSeek MoE, GLM-4.5, dots.llm1.

#include "models/blocks.hpp"
#include "models/deepseek_mixture.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// DeepSeek MoE 16B: the mixture with ordinary attention.
void read_deepseek_moe(const Fields& c, Model& m) {
  const Layer layer = llama_layer(c, m);
  add_deepseek_layers(c, m, layer, deepseek_mixture(c, false), 0);
}

/// GLM-4.5 to 4.7: biases on queries, keys and values; norms of both when use_qk_norm.
void read_glm4_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.output_bias = false;
  if (c.flag("use_qk_norm", false)) layer.attention.qk_norm = QkNorm::PerHead;
  add_deepseek_layers(c, m, layer, deepseek_mixture(c, true), 1);
}

/// dots.llm1: norms of queries and keys, correction bias.
void read_dots1(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  add_deepseek_layers(c, m, layer, deepseek_mixture(c, true), 0);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"deepseek", "DeepSeek", read_deepseek_moe},
    {"glm4_moe", "GLM", read_glm4_moe, {LlamaGraph::Glm4Moe, {Quirk::PredictionInGguf}}},
    {"glm4v_moe_text", "GLM", read_glm4_moe},
    {"dots1", "dots", read_dots1},
});

}  // namespace

std::span<const FamilyRow> deepseek_like_families() { return rows; }

}  // namespace llmcalc::models
