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
  std::string_view name{};  ///< llama.cpp's name
  Wiring wiring = Wiring::Sequential;
  ExpertWeights expert_weights = ExpertWeights::Plain;
  bool layer_norm = false;      ///< LayerNorm never works in place, RMSNorm does
  bool scaled_queries = false;  ///< the softmax scale is applied to the queries in a node of its own
  bool scaled_embedding = false;
  bool keys_first = false;       ///< keys are computed before values when the cache is not rotated
  bool rotates_late = false;     ///< the Hadamard rotation of the output is undone at the output projection
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

/// Graphs that several model types share.
namespace graphs {
inline constexpr Architecture llama{.name = "llama", .expert_weights = ExpertWeights::Normalised};
inline constexpr Architecture gemma3{.name = "gemma3",
                                     .wiring = Wiring::Sandwich,
                                     .scaled_queries = true,
                                     .scaled_embedding = true,
                                     .keys_first = true,
                                     .windows = true};
inline constexpr Architecture deepseek2{.name = "deepseek2", .expert_weights = ExpertWeights::BiasedNormalised};
inline constexpr Architecture mamba{.name = "mamba", .wiring = Wiring::Mamba, .positions = false};
inline constexpr Architecture qwen3next{.name = "qwen3next",
                                        .wiring = Wiring::Qwen3Next,
                                        .expert_weights = ExpertWeights::Normalised,
                                        .keeps_hidden = true};

/// The same graph under another name, or taken for a model type it was not compared with.
constexpr Architecture renamed(Architecture a, std::string_view name) {
  a.name = name;
  return a;
}
constexpr Architecture unverified(Architecture a, std::string_view name) {
  a.verified = false;
  return renamed(a, name);
}
/// A graph whose sliding windows are honoured, not compared.
constexpr Architecture windowed(Architecture a, std::string_view name) {
  a.windows = true;
  return unverified(a, name);
}
/// Gemma 2 caps its logits in three more nodes.
constexpr Architecture capped(Architecture a, std::string_view name) {
  a.capped_logits = true;
  return renamed(a, name);
}
}  // namespace graphs

/// Source: llama.cpp d775b8967 (build 10573), src/models/*.cpp; each verified row was replayed against its dry run.
/// The last row is used for every other model_type.
inline constexpr auto architectures = std::to_array<ArchitectureRow>({
    {"llama", graphs::llama},
    {"mistral", graphs::llama},
    {"mixtral", graphs::llama},
    {"qwen2", graphs::renamed({}, "qwen2")},
    {"qwen3", graphs::renamed({}, "qwen3")},
    {"qwen3_moe", graphs::renamed(graphs::llama, "qwen3moe")},
    {"gemma", {.name = "gemma", .scaled_queries = true, .scaled_embedding = true, .verified = false}},
    {"gemma2", graphs::capped(graphs::gemma3, "gemma2")},
    {"gemma3", graphs::gemma3},
    {"gemma3_text", graphs::gemma3},
    {"gemma3n", graphs::unverified(graphs::gemma3, "gemma3n")},
    {"gemma4", graphs::unverified(graphs::gemma3, "gemma4")},
    {"phi",
     {.name = "phi2", .wiring = Wiring::Parallel, .layer_norm = true, .scaled_queries = true, .verified = false}},
    {"phi3", {.name = "phi3", .scaled_queries = true, .residual_first = true}},
    {"cohere", {.name = "command-r", .wiring = Wiring::Parallel, .layer_norm = true, .rotates_late = true}},
    {"cohere2", graphs::windowed({.wiring = Wiring::Parallel, .layer_norm = true, .rotates_late = true}, "cohere2")},
    {"deepseek_v2", {.name = "deepseek2"}},
    {"deepseek_v3", graphs::deepseek2},
    {"kimi_k2", graphs::deepseek2},
    {"deepseek_v32", graphs::unverified(graphs::deepseek2, "deepseek2")},
    {"glm4_moe_lite", graphs::unverified(graphs::deepseek2, "deepseek2")},
    {"glm4_moe", {.name = "glm4moe", .expert_weights = ExpertWeights::Biased}},
    {"gpt_oss",
     {.name = "gpt-oss",
      .expert_weights = ExpertWeights::GptOss,
      .keys_first = true,
      .drops_rows_late = true,
      .windows = true}},
    {"exaone4", graphs::windowed({}, "exaone4")},
    {"olmo3", graphs::windowed({}, "olmo2")},
    {"llama4", graphs::windowed({}, "llama4")},
    {"llama4_text", graphs::windowed({}, "llama4")},
    {"mimo_v2_flash", graphs::windowed({}, "mimo2")},
    {"mamba", graphs::mamba},
    {"mamba2", graphs::renamed(graphs::mamba, "mamba2")},
    {"falcon_mamba", graphs::unverified(graphs::mamba, "mamba")},
    {"jamba", {.name = "jamba", .wiring = Wiring::Jamba, .rotates_late = true, .positions = false}},
    {"falcon_h1", {.name = "falcon-h1", .wiring = Wiring::FalconH1, .rotates_late = true}},
    {"granitemoehybrid",
     {.name = "granitehybrid", .wiring = Wiring::GraniteHybrid, .expert_weights = ExpertWeights::Normalised}},
    {"nemotron_h",
     {.name = "nemotron_h",
      .wiring = Wiring::NemotronH,
      .rotates_late = true,
      .keeps_hidden = true,
      .positions = false}},
    {"qwen3_next", graphs::qwen3next},
    {"qwen3_5", graphs::unverified(graphs::qwen3next, "qwen35")},
    {"qwen3_5_text", graphs::unverified(graphs::qwen3next, "qwen35")},
    {"qwen3_5_moe", graphs::unverified(graphs::qwen3next, "qwen35moe")},
    {"qwen3_5_moe_text", graphs::unverified(graphs::qwen3next, "qwen35moe")},
    {"", graphs::unverified(graphs::llama, "")},
});

/// The architecture llama.cpp uses for a model.
[[nodiscard]] constexpr const Architecture& architecture_of(std::string_view model_type) {
  for (const ArchitectureRow& row : architectures) {
    if (row.model_type == model_type) return row.architecture;
  }
  return architectures.back().architecture;
}

}  // namespace llmcalc::llama_cpp
