#pragma once
// Everything llama.cpp allocates for one scenario, device by device.

#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/llama_cpp/compute_shares.hpp>
#include <llmcalc/engines/llama_cpp/holdings.hpp>
#include <llmcalc/engines/llama_cpp/placement.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/model/gguf_mix.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace llmcalc::llama_cpp {

/// Where the rules come from.
inline constexpr std::string_view source =
    "llama.cpp build 10573 (2026-08-22), measured with llama_get_memory_breakdown";

/// The GGUF file type that stands for a scenario's weight format: formats llama.cpp does not know are taken as the
/// nearest mix.
[[nodiscard]] inline NearestMix file_type(const Scenario& s) {
  const WeightFormat format = s.weight_format();
  return format == WeightFormat::Gguf ? NearestMix{s.weights.mix, true} : row_of(format).gguf;
}

namespace detail {

/// A compute buffer; `known` when the graph is one that was compared, `exact` when the layout is replayed as a whole.
inline Component compute_component(const Model& m, const ComputeShare& share, bool known, bool exact) {
  Component c = component(Part::ComputeBuffer, share.parts, source);
  if (known && exact) return c;
  // Layouts on several devices or partly in host memory, measured with a 16-bit cache and flash attention only: equal
  // on all 56 of attention models, up to 11 % off on 13 of models with recurrent layers. Graphs taken for another are
  // assumed to be as far off as those.
  return known && !has_recurrence(m) ? with_range(std::move(c), Trust::Modelled, 980, 1020)
                                     : with_range(std::move(c), Trust::Modelled, 900, 1130);
}

inline void add_draft(InferenceEstimate& e, const Scenario& target);

}  // namespace detail

/// What one more token adds to the caches of all layers while no window is full.
[[nodiscard]] inline Bytes bytes_per_token(const Model& m, const Serving& s) {
  const Sizes one{.cells = 1};
  Bytes sum;
  for (const std::uint16_t kind : m.layers) sum += layer_cache(m.kinds[kind], s, one, false);
  for (const std::uint16_t kind : m.mtp_layers) sum += layer_cache(m.kinds[kind], s, one, false);
  return sum;
}

/// What llama.cpp allocates. Runtime overhead (device context) is added by engine.hpp.
[[nodiscard]] inline InferenceEstimate estimate(const Scenario& s) {
  const Model& m = *s.model;
  const bool measured = s.weights.format == WeightFormat::AsReleased && !m.gguf.empty();
  const NearestMix type = measured ? NearestMix{.exact = true} : file_type(s);
  const GgufFile file = measured ? GgufFile(&m.gguf) : GgufFile(gguf_mix(m, type.mix, s.weights.imatrix));
  const std::vector<GgufTensor>& tensors = *file;
  const Placement p = place(s);
  const Architecture& architecture = architecture_of(m.quirks.graph());
  const Sizes z = sizes_of(s.serving, architecture);
  const ComputeShares compute = compute_shares(s, tensors, p);
  const bool summarises = std::any_of(m.kinds.begin(), m.kinds.end(),
                                      [](const Layer& kind) { return kind.attention.compress_ratio != 0; });

  const Count drafted = drafts_itself(s) ? s.serving.draft_tokens : 0;

  InferenceEstimate e;
  const std::vector<Holding> held = holdings(m, tensors, p, s.serving);
  const auto fill = [&](std::int32_t where, DeviceUse& use) {
    const bool on_device = where != host;
    const Holding& here = held[place_index(where)];
    Component weights = component(Part::Weights, weight_summands(here.weights), source);
    if (!type.exact) weights = with_range(std::move(weights), Trust::Assumed, 900, 1100);
    use.breakdown.add(std::move(weights));
    Component cache = component(Part::KvCache, cache_summands(m, here.layers, s.serving, z, on_device), source);
    // How llama.cpp stores entries that summarise several tokens was not measured: every token is counted.
    if (summarises) cache = with_range(std::move(cache), Trust::Assumed, 100, 1000);
    use.breakdown.add(std::move(cache));
    use.breakdown.add(component(Part::RecurrentState, state_summands(m, here.layers, z.sequences, drafted), source));
    const ComputeShare& buffer = on_device ? compute.devices[static_cast<std::size_t>(where)] : compute.host;
    use.breakdown.add(detail::compute_component(m, buffer, architecture.verified, compute.exact));
    if (on_device) return;
    // Logits handed to the sampler, or the embedding of a text.
    const Term numbers = m.encodes() ? Term{"hidden", m.hidden} : Term{"vocabulary", m.head_vocabulary};
    use.breakdown.add(
        component(Part::OutputBuffer, {summand("", {{"sequences", z.sequences}, numbers}, {1, 4})}, source));
  };
  for (std::int32_t device = 0; device < p.devices; ++device) {
    const auto number = static_cast<Count>(device);
    e.devices.push_back({.name = device_name(number), .span = {.first = number}});
    fill(device, e.devices.back());
  }
  e.devices.push_back(DeviceUse::host());
  fill(host, e.devices.back());
  if (s.serving.draft_model) detail::add_draft(e, s);
  for (const DeviceUse& use : e.devices) {
    for (const Component& c : use.breakdown.components) e.breakdown.add(c);
  }
  e.kv_bytes_per_token = bytes_per_token(m, s.serving);
  return e;
}

/// The draft model is a context of its own: same devices, context, formats and file type as the target, all of its
/// layers on the devices (common/arg.cpp: --model-draft, --gpu-layers-draft "auto").
inline void detail::add_draft(InferenceEstimate& e, const Scenario& target) {
  Scenario draft = target;
  draft.model = target.serving.draft_model;
  draft.serving.draft_model = nullptr;
  draft.serving.draft_tokens = 0;
  draft.serving.gpu_layers.reset();
  draft.serving.moe_layers_on_cpu = 0;
  const InferenceEstimate own = estimate(draft);
  for (std::size_t i = 0; i < std::min(own.devices.size(), e.devices.size()); ++i) {
    for (const Component& c : own.devices[i].breakdown.components) {
      Component part = c;
      part.part = Part::DraftModel;
      if (c.part == Part::KvCache) {
        for (Summand& summand : part.summands) summand.label = "draft keys and values";
      } else if (c.part != Part::Weights) {
        part.summands = {amount(label_of(c.part), c.bytes)};
      }
      e.devices[i].breakdown.add(std::move(part));
    }
  }
}

}  // namespace llmcalc::llama_cpp
