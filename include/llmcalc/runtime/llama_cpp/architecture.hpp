#pragma once
// How llama.cpp builds the graph of each architecture. The graphs differ in small ways that move the peak: the order
// of projections, whether the softmax scale is a node of its own, which rows are dropped before the last layer's
// feed-forward block. Each difference is a trait.

#include <llmcalc/base/units.hpp>
#include <llmcalc/model/model.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc::llama_cpp {

/// How the blocks of a layer follow each other.
enum class Wiring : std::uint8_t {
  Sequential,
  Sandwich,
  Parallel,
  Mamba,
  Jamba,
  FalconH1,
  GraniteHybrid,
  NemotronH,
  Qwen3Next
};

/// How routed experts are weighted.
enum class ExpertWeights : std::uint8_t {
  Plain,
  Normalised,        ///< the chosen experts' weights are divided by their sum
  Biased,            ///< a correction bias is added before the choice
  BiasedNormalised,  ///< both, and the weights are scaled by a constant
  GptOss             ///< biases in router and experts, softmax over the chosen ones
};

/// The differences between graphs.
struct Architecture {
  std::string_view name;  ///< llama.cpp's name
  Wiring wiring = Wiring::Sequential;
  ExpertWeights expert_weights = ExpertWeights::Plain;
  bool layer_norm = false;      ///< LayerNorm never works in place, RMSNorm does
  bool scaled_queries = false;  ///< the softmax scale is applied to the queries in a node of its own
  bool scaled_embedding = false;
  bool keys_first = false;       ///< keys are computed before values when the cache is not rotated
  bool rotates_late = false;     ///< the Hadamard rotation of the output is undone beside the output projection
  bool drops_rows_late = false;  ///< unread rows are dropped after the last layer, whose output is kept
  bool keeps_hidden = false;     ///< the final norm's output is kept for a draft head, then rows are dropped
  bool residual_first = false;   ///< the residual is the first operand of the last sum
  bool positions = true;         ///< there is a position input
  bool windows = false;          ///< sliding windows are honoured: such layers keep only the cells they need
  bool capped_logits = false;    ///< a soft cap on the logits in three more nodes
  bool verified = true;          ///< replay compared with llama.cpp's own dry run
};

/// One row of the table: which model_type is built by which architecture.
struct ArchitectureRow {
  std::string_view model_type;
  Architecture architecture;
};

/// Source: llama.cpp d775b8967 (build 10573), src/models/*.cpp; each verified row was replayed against its dry run.
/// The last row is used for every other model_type.
inline constexpr std::array<ArchitectureRow, 41> architectures{{
    {"llama", {.name = "llama", .expert_weights = ExpertWeights::Normalised}},
    {"mistral", {.name = "llama", .expert_weights = ExpertWeights::Normalised}},
    {"mixtral", {.name = "llama", .expert_weights = ExpertWeights::Normalised}},
    {"qwen2", {.name = "qwen2"}},
    {"qwen3", {.name = "qwen3"}},
    {"qwen3_moe", {.name = "qwen3moe", .expert_weights = ExpertWeights::Normalised}},
    {"gemma2",
     {.name = "gemma2",
      .wiring = Wiring::Sandwich,
      .scaled_queries = true,
      .scaled_embedding = true,
      .keys_first = true,
      .windows = true,
      .capped_logits = true}},
    {"gemma3_text",
     {.name = "gemma3",
      .wiring = Wiring::Sandwich,
      .scaled_queries = true,
      .scaled_embedding = true,
      .keys_first = true,
      .windows = true}},
    {"gemma3",
     {.name = "gemma3",
      .wiring = Wiring::Sandwich,
      .scaled_queries = true,
      .scaled_embedding = true,
      .keys_first = true,
      .windows = true}},
    {"phi3", {.name = "phi3", .scaled_queries = true, .residual_first = true}},
    {"cohere", {.name = "command-r", .wiring = Wiring::Parallel, .layer_norm = true, .rotates_late = true}},
    {"deepseek_v2", {.name = "deepseek2"}},
    {"deepseek_v3", {.name = "deepseek2", .expert_weights = ExpertWeights::BiasedNormalised}},
    {"kimi_k2", {.name = "deepseek2", .expert_weights = ExpertWeights::BiasedNormalised}},
    {"gpt_oss",
     {.name = "gpt-oss",
      .expert_weights = ExpertWeights::GptOss,
      .keys_first = true,
      .drops_rows_late = true,
      .windows = true}},
    {"glm4_moe", {.name = "glm4moe", .expert_weights = ExpertWeights::Biased}},
    {"mamba", {.name = "mamba", .wiring = Wiring::Mamba, .positions = false}},
    {"mamba2", {.name = "mamba2", .wiring = Wiring::Mamba, .positions = false}},
    {"falcon_mamba", {.name = "mamba", .wiring = Wiring::Mamba, .positions = false, .verified = false}},
    {"jamba", {.name = "jamba", .wiring = Wiring::Jamba, .positions = false}},
    {"falcon_h1", {.name = "falcon-h1", .wiring = Wiring::FalconH1, .rotates_late = true}},
    {"granitemoehybrid",
     {.name = "granitehybrid", .wiring = Wiring::GraniteHybrid, .expert_weights = ExpertWeights::Normalised}},
    {"nemotron_h", {.name = "nemotron_h", .wiring = Wiring::NemotronH, .keeps_hidden = true, .positions = false}},
    {"qwen3_next",
     {.name = "qwen3next",
      .wiring = Wiring::Qwen3Next,
      .expert_weights = ExpertWeights::Normalised,
      .keeps_hidden = true}},
    {"qwen3_5", {.name = "qwen35", .wiring = Wiring::Qwen3Next, .keeps_hidden = true, .verified = false}},
    {"qwen3_5_text", {.name = "qwen35", .wiring = Wiring::Qwen3Next, .keeps_hidden = true, .verified = false}},
    {"qwen3_5_moe",
     {.name = "qwen35moe",
      .wiring = Wiring::Qwen3Next,
      .expert_weights = ExpertWeights::Normalised,
      .keeps_hidden = true,
      .verified = false}},
    {"qwen3_5_moe_text",
     {.name = "qwen35moe",
      .wiring = Wiring::Qwen3Next,
      .expert_weights = ExpertWeights::Normalised,
      .keeps_hidden = true,
      .verified = false}},
    {"gemma", {.name = "gemma", .scaled_queries = true, .scaled_embedding = true, .verified = false}},
    {"cohere2",
     {.name = "cohere2",
      .wiring = Wiring::Parallel,
      .layer_norm = true,
      .rotates_late = true,
      .windows = true,
      .verified = false}},
    {"exaone4", {.name = "exaone4", .windows = true, .verified = false}},
    {"olmo3", {.name = "olmo2", .windows = true, .verified = false}},
    {"llama4_text", {.name = "llama4", .windows = true, .verified = false}},
    {"llama4", {.name = "llama4", .windows = true, .verified = false}},
    {"mimo_v2_flash", {.name = "mimo2", .windows = true, .verified = false}},
    {"gemma3n",
     {.name = "gemma3n",
      .wiring = Wiring::Sandwich,
      .scaled_embedding = true,
      .keys_first = true,
      .windows = true,
      .verified = false}},
    {"gemma4",
     {.name = "gemma4",
      .wiring = Wiring::Sandwich,
      .scaled_embedding = true,
      .keys_first = true,
      .windows = true,
      .verified = false}},
    {"phi",
     {.name = "phi2", .wiring = Wiring::Parallel, .layer_norm = true, .scaled_queries = true, .verified = false}},
    {"glm4_moe_lite", {.name = "deepseek2", .expert_weights = ExpertWeights::BiasedNormalised, .verified = false}},
    {"deepseek_v32", {.name = "deepseek2", .expert_weights = ExpertWeights::BiasedNormalised, .verified = false}},
    {"", {.name = "", .expert_weights = ExpertWeights::Normalised, .verified = false}},
}};

/// The architecture llama.cpp uses for a model.
[[nodiscard]] constexpr const Architecture& architecture_of(std::string_view model_type) {
  for (const ArchitectureRow& row : architectures) {
    if (row.model_type == model_type) return row.architecture;
  }
  return architectures.back().architecture;
}

}  // namespace llmcalc::llama_cpp
