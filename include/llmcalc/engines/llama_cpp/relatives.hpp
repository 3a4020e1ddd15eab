#pragma once
// Programs that run llama.cpp with defaults of their own: the same memory, another context and batch where nobody says.
//
//   Ollama      context 4,096 below 24 GiB of GPU memory in all, 32,768 below 48 GiB, 262,144 from there, at most what
//               the model was trained for; one sequence; logical batch 512; cache F16; flash attention where it can
//               (0.15.5 of 2026-02: server/routes.go, api/types.go; ollama issue 14116)
//   LM Studio   context 4,096; logical batch 512; cache F16; flash attention (0.3.31 on, load settings of a new model)
//   KoboldCpp   context 8,192; batch 512 (koboldcpp.py 1.100, --contextsize, --batchsize); cache F16
//   ik_llama.cpp  the fork of 2024, its source of 2026-08-15: flash attention, latent keys alone
//               (-mla 3) and fused experts (-fmoe), which hold no more, unless switched off; layers with a window cache
//               the whole context; the graph is reserved with the logits of every token of a physical batch, like
//               llama.cpp's builds before 2026-06 (GLM-4 32B, 308.00 MiB: its pull 344). Not counted: -mla 1 with its
//               second, transposed cache, -amb, matrices repacked by -rtr, --split-mode graph
//
// Weights of a model that is no GGUF file are Q4_K_M, which their catalogues offer first. Their versions are not
// llama.cpp's builds: the newest rules are used, and what is computed in is assumed, a tenth more or less. Ollama's own
// engine of 2025 (ollamarunner) places layers by rules of its own and is not modelled. LM Studio's four slots share one
// cache; states of recurrent layers are counted for the sequences asked for.

#include <llmcalc/engines/llama_cpp/engine.hpp>

#include <algorithm>
#include <string>
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

/// What the build of llama.cpp that is known best allocates; which one is inside is not known, and no build of another
/// date was compared: compute buffers are assumed, with a tenth to either side.
[[nodiscard]] inline InferenceEstimate estimate_inside(const Scenario& s) {
  Scenario newest = s;
  newest.serving.version.clear();
  return with_assumed(estimate_with_context(newest), Part::ComputeBuffer, 900, 1100);
}

/// ik_llama.cpp's memory; a single log of it was compared, of one kind of cache.
[[nodiscard]] inline InferenceEstimate estimate_fork(const Scenario& s) {
  Scenario forked = s;
  forked.serving.version = "b1";
  forked.serving.swa_full = true;
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
inline void add_warnings_inside(const Scenario& s, std::vector<std::string>& out) {
  add_warnings(s, out);
  out.emplace_back("Which build of llama.cpp " + std::string(row_of(s.serving.runtime).label) +
                   " runs is not known: compute buffers are those of the newest that was measured.");
}

/// llama.cpp's row under another name.
[[nodiscard]] constexpr Engine relative(Runtime id, std::string_view program, Count (*context)(const Scenario&)) {
  Engine e = engine;
  e.id = id;
  e.program = program;
  e.estimate = estimate_inside;
  e.add_warnings = add_warnings_inside;
  e.usual = {.context = context, .batch = 512, .weights = FormatChoice{WeightFormat::Gguf, GgufMix::Q4_K_M}};
  return e;
}

/// Ollama's own engine keeps 24 states to go back to beside the one in use (its logs of Qwen3-Coder-Next, 2026-04:
/// 785 MiB in 15 layers of 2.09 MiB).
inline void add_ollama_warnings(const Scenario& s, std::vector<std::string>& out) {
  add_warnings_inside(s, out);
  if (std::ranges::none_of(s.model->kinds, &Layer::recurs)) return;
  out.emplace_back(
      "Ollama's own engine, where it runs the model instead of llama.cpp, keeps 25 copies of the recurrent states; "
      "one is counted.");
}

inline constexpr Engine ollama = [] {
  Engine e = relative(Runtime::Ollama, "ollama run", ollama_context);
  e.add_warnings = add_ollama_warnings;
  return e;
}();
inline constexpr Engine lm_studio =
    relative(Runtime::LmStudio, "lms load", [](const Scenario& s) { return at_most_trained(s, 4096); });
/// llama.cpp's warnings, and what is not known of the fork.
inline void add_fork_warnings(const Scenario& s, std::vector<std::string>& out) {
  add_warnings(s, out);
  out.emplace_back(
      "ik_llama.cpp: weights and cache follow its source of 2026-08; compute buffers were compared with one log.");
}

inline constexpr Engine ik_llama_cpp = [] {
  // Windows are always cached in full.
  constexpr std::string_view cache_reads = "serving.batch serving.ubatch serving.kv_unified";
  Engine e = engine;
  e.id = Runtime::IkLlamaCpp;
  e.program = "llama-server -mla 3 -m";
  e.versions = {};  // one date of its source was read
  e.reads[0] = cache_reads;
  e.estimate = estimate_fork;
  e.add_warnings = add_fork_warnings;
  return e;
}();
inline constexpr Engine koboldcpp =
    relative(Runtime::KoboldCpp, "koboldcpp --model", [](const Scenario& s) { return at_most_trained(s, 8192); });

}  // namespace llmcalc::llama_cpp
