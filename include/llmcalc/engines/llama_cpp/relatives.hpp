#pragma once
// Programs that run llama.cpp with defaults of their own: the same memory, another context and batch where nobody says.
//
//   Ollama      context 4,096 below 24 GiB of GPU memory in all, 32,768 below 48 GiB, 262,144 from there, at most what
//               the model was trained for; one sequence, each with a cache of its own; logical batch 512; cache F16;
//               flash attention where it can (server/routes.go, server/sched.go, llm/llama_server.go of 0.32.15). Since
//               0.30 (2026-06) it runs llama-server of the build in LLAMA_CPP_VERSION of its source and nothing else;
//               before, families it had ported ran in an engine of its own, whose recurrent states had 24 checkpoints
//               beside the one in use (kvcache/recurrent.go, DefaultCheckpointCount)
//   LM Studio   context 4,096; logical batch 512; cache F16; flash attention (0.3.31 on, load settings of a new model)
//   KoboldCpp   context 8,192; batch 512 (koboldcpp.py 1.102, --contextsize, --batchsize); cache F16, one for all
//               sequences, with 128 cells besides the context; it sets no n_outputs_max, so that the logits of every
//               token of a batch are reserved (gpttype_adapter.cpp, 2026-09); layers with a window cached the whole
//               context up to 1.113 unless --useswa was given (its issue 2235)
//   ik_llama.cpp  the fork of 2024, its source of 2026-08-15: flash attention, latent keys alone
//               (-mla 3) and fused experts (-fmoe), which hold no more, unless switched off; layers with a window cache
//               the whole context; the graph is reserved with the logits of every token of a physical batch, like
//               llama.cpp's builds before 2026-06 (GLM-4 32B, 308.00 MiB: its pull 344). Not counted: -mla 1 with its
//               second, transposed cache, -amb, matrices repacked by -rtr, --split-mode graph
//
// Weights of a model that is no GGUF file are Q4_K_M, which their catalogues offer first. Where the build of llama.cpp
// inside is not known, the newest rules are used, and what is computed in is assumed, a tenth more or less. Ollama's own
// engine (ollamarunner) places layers by rules of its own, which is not modelled, and its graphs were compared with four
// logs only. LM Studio's four slots share one cache; states of recurrent layers are counted for the sequences asked for.

#include <llmcalc/engines/llama_cpp/engine.hpp>
#include <llmcalc/scenario/version.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::llama_cpp {

/// An estimate of which a part is assumed: shares of it, per mille, to either side.
[[nodiscard]] inline InferenceEstimate with_assumed(InferenceEstimate e, Part part, Count least, Count most) {
  Bytes low, high;
  for (DeviceUse& use : e.devices) {
    for (Component& c : use.breakdown.components) {
      if (c.part != part) continue;
      c = with_range(std::move(c), Trust::Assumed, least, most);
      low += c.low * use.span.count();
      high += c.high * use.span.count();
    }
  }
  for (Component& c : e.breakdown.components) {
    if (c.part != part) continue;
    c.trust = Trust::Assumed;
    c.low = low;
    c.high = high;
  }
  return e;
}

/// What a range of releases of a program around llama.cpp does, from `from` until the next row's.
struct Release {
  std::string_view from;
  std::string_view build{};    ///< of llama.cpp inside; empty: not known
  bool own_cache = false;      ///< sequences never share a cache, whatever is asked
  bool whole_windows = false;  ///< layers with a window cache the whole context
  Count delta_states = 1;      ///< states of a delta net and sequence, in an engine of the program's own
  Count mamba_states = 1;      ///< the same of Nemotron's Mamba-2
  bool own_engine = false;     ///< ported families are not computed by llama.cpp
  Count cells_beside = 0;      ///< cells of the one cache besides the contexts'
  bool all_logits = false;     ///< the graph is reserved with the logits of every token of a physical batch
};

/// Families that Ollama ported to its engine, by llama.cpp's graph (fs/ggml/ggml.go, OllamaEngineRequired, 0.11.5 to
/// 0.24). Mistral 3 is one too, but has Llama's graph: it is taken for llama.cpp's.
inline constexpr std::array ported{LlamaGraph::Qwen3,     LlamaGraph::Qwen3Moe,  LlamaGraph::Gemma3,
                                   LlamaGraph::Gemma3n,   LlamaGraph::Gemma4,    LlamaGraph::GptOss,
                                   LlamaGraph::Llama4,    LlamaGraph::DeepSeek2, LlamaGraph::DeepSeek2Biased,
                                   LlamaGraph::NemotronH, LlamaGraph::Qwen3Next, LlamaGraph::Qwen35,
                                   LlamaGraph::Qwen35Moe};
/// Of these the windows of two keep so many tokens there, to find prefixes again (NewSWAMemCache in model/models).
inline constexpr std::array remembering{LlamaGraph::Gemma4, LlamaGraph::GptOss};
inline constexpr Count remembered = 4096;
/// llama.cpp's build whose rules that engine's graphs are nearest to: masks of 16 bits, logits of the rows that are read.
inline constexpr std::string_view nearest_build = "b9550";

/// True when a model runs in the engine of the release's own.
[[nodiscard]] inline bool runs_apart(const Model& m, const Release& r) {
  return r.own_engine && std::ranges::find(ported, m.quirks.graph()) != ported.end();
}

/// Ollama's LLAMA_CPP_VERSION where a rule of llama.cpp changes; before 0.30 the vendored commit is given by its date
/// (Makefile.sync: 0.11.5 of 2025-08-14, 0.13.5 of 2025-12-17).
inline constexpr std::array ollama_releases{
    Release{.from = "0", .build = "b5300", .own_engine = true},
    Release{.from = "0.11.5", .build = "b6150", .own_engine = true},
    Release{.from = "0.13.5", .build = "b7450", .own_engine = true},
    Release{.from = "0.15.5", .build = "b7450", .delta_states = 25, .own_engine = true},
    Release{.from = "0.17.1", .build = "b7450", .delta_states = 25, .mamba_states = 25, .own_engine = true},
    Release{.from = "0.30.0", .build = "b9452", .own_cache = true},
    Release{.from = "0.30.1", .build = "b9479", .own_cache = true},
    Release{.from = "0.30.5", .build = "b9509", .own_cache = true},
    Release{.from = "0.30.9", .build = "b9626", .own_cache = true},
    Release{.from = "0.31.2", .build = "b9888", .own_cache = true},
    Release{.from = "0.32.8", .build = "b10353", .own_cache = true},
    Release{.from = "0.32.15", .build = "b10488", .own_cache = true}};
inline constexpr std::array koboldcpp_releases{
    Release{.from = "0", .whole_windows = true, .cells_beside = koboldcpp_cells, .all_logits = true},
    Release{.from = "1.114", .cells_beside = koboldcpp_cells, .all_logits = true}};
inline constexpr std::array lm_studio_releases{Release{.from = "0"}};

/// Versions from which the rows hold.
inline constexpr auto ollama_versions = first_versions(ollama_releases);
inline constexpr auto koboldcpp_versions = first_versions(koboldcpp_releases);

/// States of a sequence that each recurrent layer keeps.
[[nodiscard]] inline Count kept_states(const Model& m, const Release& r) {
  const Wiring wiring = architecture_of(m.quirks.graph()).wiring;
  return wiring == Wiring::Qwen3Next ? r.delta_states : wiring == Wiring::NemotronH ? r.mamba_states : 1;
}

/// The scenario as the release's own engine takes it: one pool of cells, longer windows.
[[nodiscard]] inline Scenario apart(Scenario s) {
  s.serving.version = nearest_build;
  s.serving.kv_unified = true;
  if (std::ranges::find(remembering, s.model->quirks.graph()) == remembering.end()) return s;
  Model longer = *s.model;
  for (Layer& kind : longer.kinds) {
    if (kind.attention.window != 0) kind.attention.window = std::max(kind.attention.window, remembered);
  }
  s.model = std::make_shared<const Model>(std::move(longer));
  return s;
}

/// The estimate with `copies` of every recurrent state.
[[nodiscard]] inline InferenceEstimate with_states(InferenceEstimate e, Count copies) {
  const auto repeat = [&](Breakdown& b) {
    for (Component& c : b.components) {
      if (c.part != Part::RecurrentState || c.bytes.count == 0) continue;
      c = component(c.part, {summand("", {{"states kept", copies}, {"bytes of one", c.bytes.count}})},
                    "ollama kvcache/recurrent.go, DefaultCheckpointCount (0.24)");
    }
  };
  for (DeviceUse& use : e.devices) repeat(use.breakdown);
  repeat(e.breakdown);
  return e;
}

/// What a release allocates. A version that is a build of llama.cpp ("b10488", as its lines in a log say) is that build.
template <const auto& releases>
[[nodiscard]] InferenceEstimate estimate_inside(const Scenario& s) {
  const bool names_build = s.serving.version.starts_with('b');
  const Release& release = profile_row(releases, names_build ? std::string_view{} : s.serving.version);
  Scenario inside = s;
  if (!names_build) inside.serving.version = release.build;
  inside.serving.swa_full = s.serving.swa_full || release.whole_windows;
  if (release.own_cache) inside.serving.kv_unified = false;
  if (release.all_logits) inside.serving.logits = Logits::All;
  if (release.cells_beside != 0) {
    inside.serving.kv_unified = true;
    inside.serving.context =
        add(s.serving.context, ceil_divide(release.cells_beside, std::max<Count>(s.serving.sequences, 1)));
  }
  if (runs_apart(*s.model, release)) inside = apart(std::move(inside));
  InferenceEstimate e = estimate_with_context(inside);
  if (const Count copies = kept_states(*s.model, release); copies > 1) e = with_states(std::move(e), copies);
  // Its logs say 88 MiB (Qwen3-Coder 30B) where this says 92, and 122 (gpt-oss 120B) where this says 96.
  if (runs_apart(*s.model, release)) return with_assumed(std::move(e), Part::ComputeBuffer, 700, 1400);
  return release.build.empty() && !names_build ? with_assumed(std::move(e), Part::ComputeBuffer, 900, 1100)
                                               : std::move(e);
}

/// ik_llama.cpp's memory; a single log of it was compared, of one kind of cache.
[[nodiscard]] inline InferenceEstimate estimate_fork(const Scenario& s) {
  Scenario forked = s;
  forked.serving.version = "b1";
  forked.serving.swa_full = true;
  forked.serving.split_mode = SplitMode::Layer;
  return with_assumed(with_assumed(estimate_with_context(forked), Part::ComputeBuffer, 700, 1500), Part::KvCache,
                      1000, 1100);
}

/// A context no longer than the model's.
[[nodiscard]] inline Count at_most_trained(const Scenario& s, Count context) {
  return s.model->max_context == 0 ? context : std::min(context, s.model->max_context);
}

/// Ollama's context by the memory of all GPUs.
[[nodiscard]] inline Count ollama_context(const Scenario& s) {
  Bytes memory;
  for (const DeviceGroup& group : s.devices.groups) {
    if (group.device) memory += group.device->addressable() * group.count;
  }
  return at_most_trained(s, memory < 23_GiB ? 4096 : memory < 47_GiB ? 32'768 : 262'144);
}

/// llama.cpp's warnings, and what is not known of the program around it.
template <const auto& releases>
void add_warnings_inside(const Scenario& s, std::vector<std::string>& out) {
  add_warnings(s, out);
  const bool names_build = s.serving.version.starts_with('b');
  const Release& release = profile_row(releases, names_build ? std::string_view{} : s.serving.version);
  const std::string program(row_of(s.serving.runtime).label);
  if (runs_apart(*s.model, release)) {
    out.emplace_back("Before 0.30 " + program +
                     " ran this family in an engine of its own: compute buffers are those of llama.cpp's graph, and "
                     "what it reserves for an image is not counted.");
  } else if (release.build.empty() && !names_build) {
    out.emplace_back("Which build of llama.cpp " + program +
                     " runs is not known: compute buffers are those of the newest that was measured.");
  }
}

/// llama.cpp's row under another name.
template <const auto& releases>
[[nodiscard]] constexpr Engine relative(Runtime id, std::string_view program, Count (*context)(const Scenario&)) {
  Engine e = engine;
  e.id = id;
  e.program = program;
  e.versions = {};
  e.estimate = estimate_inside<releases>;
  e.add_warnings = add_warnings_inside<releases>;
  e.usual = {.context = context, .batch = 512, .weights = FormatChoice{WeightFormat::Gguf, GgufMix::Q4_K_M}};
  return e;
}

inline constexpr Engine ollama = [] {
  Engine e = relative<ollama_releases>(Runtime::Ollama, "ollama run", ollama_context);
  e.versions = ollama_versions;
  return e;
}();
inline constexpr Engine lm_studio = relative<lm_studio_releases>(
    Runtime::LmStudio, "lms load", [](const Scenario& s) { return at_most_trained(s, 4096); });
/// llama.cpp's warnings, and what is not known of the fork.
inline void add_fork_warnings(const Scenario& s, std::vector<std::string>& out) {
  add_warnings(s, out);
  out.emplace_back(
      "ik_llama.cpp: weights and cache follow its source of 2026-08; compute buffers were compared with one log.");
}

inline constexpr Engine ik_llama_cpp = [] {
  // Windows are always cached in full.
  constexpr std::string_view cache_reads = "serving.batch serving.ubatch serving.kv_unified";
  constexpr std::string_view place_reads =
      "serving.gpu_layers serving.moe_layers_on_cpu serving.override_tensor serving.tensor_split serving.mmproj";
  Engine e = engine;
  e.id = Runtime::IkLlamaCpp;
  e.program = "llama-server -mla 3 -m";
  e.versions = {};  // one date of its source was read
  e.reads = {cache_reads, place_reads};
  e.estimate = estimate_fork;
  e.add_warnings = add_fork_warnings;
  return e;
}();
inline constexpr Engine koboldcpp = [] {
  Engine e = relative<koboldcpp_releases>(Runtime::KoboldCpp, "koboldcpp --model",
                                          [](const Scenario& s) { return at_most_trained(s, 8192); });
  e.versions = koboldcpp_versions;
  return e;
}();

}  // namespace llmcalc::llama_cpp
