#pragma once
// How llama.cpp builds the graph of each architecture. The graphs differ in small ways that move the peak: the order
// of projections, whether the softmax scale is a node of its own, which rows are dropped before the last layer's
// feed-forward block. Each difference is a trait.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/model/model.hpp>

#include <array>
#include <cstddef>
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
  Count position_ids = 1;        ///< per token: four where time, height and width of images turn parts of a head
  bool windows = false;          ///< sliding windows are honoured: such layers keep only the cells they need
  bool indexer_keys = false;     ///< attention that is not latent caches the keys of its indexer
  bool capped_logits = false;    ///< a soft cap on the logits in three more nodes
  bool verified = true;          ///< replay compared with llama.cpp's own dry run
};

/// One row of the table.
struct ArchitectureRow {
  LlamaGraph id = LlamaGraph::Unknown;
  Architecture architecture;
};

/// Graphs that several rows share.
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

/// The same graph under another name, or taken for a family it was not compared with.
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
/// Qwen3-Next's graph with positions of images.
constexpr Architecture with_image_positions(std::string_view name) {
  Architecture a = unverified(qwen3next, name);
  a.position_ids = 4;
  return a;
}
/// Attention that picks blocks of keys.
constexpr Architecture indexed(Architecture a) {
  a.indexer_keys = true;
  return a;
}
/// Gemma 2 caps its logits in three more nodes.
constexpr Architecture capped(Architecture a, std::string_view name) {
  a.capped_logits = true;
  return renamed(a, name);
}
}  // namespace graphs

/// Source: llama.cpp d775b8967 (build 10573), src/models/*.cpp; each verified row was replayed against its dry run.
inline constexpr auto architectures = std::to_array<ArchitectureRow>({
    {LlamaGraph::Unknown, graphs::unverified(graphs::llama, "")},
    {LlamaGraph::Llama, graphs::llama},
    {LlamaGraph::Qwen2, graphs::renamed({}, "qwen2")},
    {LlamaGraph::Qwen3, graphs::renamed({}, "qwen3")},
    {LlamaGraph::Qwen3Moe, graphs::renamed(graphs::llama, "qwen3moe")},
    {LlamaGraph::Gemma, {.name = "gemma", .scaled_queries = true, .scaled_embedding = true, .verified = false}},
    {LlamaGraph::Gemma2, graphs::capped(graphs::gemma3, "gemma2")},
    {LlamaGraph::Gemma3, graphs::gemma3},
    {LlamaGraph::Gemma3n, graphs::unverified(graphs::gemma3, "gemma3n")},
    {LlamaGraph::Gemma4, graphs::unverified(graphs::gemma3, "gemma4")},
    {LlamaGraph::Phi2,
     {.name = "phi2", .wiring = Wiring::Parallel, .layer_norm = true, .scaled_queries = true, .verified = false}},
    {LlamaGraph::Phi3, {.name = "phi3", .scaled_queries = true, .residual_first = true}},
    {LlamaGraph::CommandR,
     {.name = "command-r", .wiring = Wiring::Parallel, .layer_norm = true, .rotates_late = true}},
    {LlamaGraph::Cohere2,
     graphs::windowed({.wiring = Wiring::Parallel, .layer_norm = true, .rotates_late = true}, "cohere2")},
    {LlamaGraph::DeepSeek2, {.name = "deepseek2"}},
    {LlamaGraph::DeepSeek2Biased, graphs::deepseek2},
    {LlamaGraph::DeepSeek2Later, graphs::unverified(graphs::deepseek2, "deepseek2")},
    {LlamaGraph::Glm4Moe, {.name = "glm4moe", .expert_weights = ExpertWeights::Biased}},
    {LlamaGraph::GptOss,
     {.name = "gpt-oss",
      .expert_weights = ExpertWeights::GptOss,
      .keys_first = true,
      .drops_rows_late = true,
      .windows = true}},
    {LlamaGraph::Exaone4, graphs::windowed({}, "exaone4")},
    {LlamaGraph::Olmo2, graphs::windowed({}, "olmo2")},
    {LlamaGraph::Llama4, graphs::windowed({}, "llama4")},
    {LlamaGraph::Mimo2, graphs::windowed({}, "mimo2")},
    {LlamaGraph::Mamba, graphs::mamba},
    {LlamaGraph::Mamba2, graphs::renamed(graphs::mamba, "mamba2")},
    {LlamaGraph::FalconMamba, graphs::unverified(graphs::mamba, "mamba")},
    {LlamaGraph::Jamba, {.name = "jamba", .wiring = Wiring::Jamba, .rotates_late = true, .positions = false}},
    {LlamaGraph::FalconH1, {.name = "falcon-h1", .wiring = Wiring::FalconH1, .rotates_late = true}},
    {LlamaGraph::GraniteHybrid,
     {.name = "granitehybrid", .wiring = Wiring::GraniteHybrid, .expert_weights = ExpertWeights::Normalised}},
    {LlamaGraph::NemotronH,
     {.name = "nemotron_h",
      .wiring = Wiring::NemotronH,
      .rotates_late = true,
      .keeps_hidden = true,
      .positions = false}},
    {LlamaGraph::Qwen3Next, graphs::qwen3next},
    {LlamaGraph::Qwen35, graphs::with_image_positions("qwen35")},
    {LlamaGraph::Qwen35Moe, graphs::with_image_positions("qwen35moe")},
    {LlamaGraph::Qwen4Exp, graphs::indexed(graphs::with_image_positions("qwen4exp"))},
});
static_assert(architectures.size() == llama_graph_count && indexed_by_id(architectures));

/// What is known of a graph.
[[nodiscard]] constexpr const Architecture& architecture_of(LlamaGraph graph) {
  return architectures[static_cast<std::size_t>(graph)].architecture;
}

}  // namespace llmcalc::llama_cpp
