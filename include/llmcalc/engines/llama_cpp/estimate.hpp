#pragma once
// Everything llama.cpp allocates for one scenario, device by device.

#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/llama_cpp/compute_shares.hpp>
#include <llmcalc/engines/llama_cpp/holdings.hpp>
#include <llmcalc/engines/llama_cpp/placement.hpp>
#include <llmcalc/engines/llama_cpp/prediction.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/model/gguf_mix.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::llama_cpp {

/// Where the rules come from.
inline constexpr std::string_view source =
    "llama.cpp build 10573 (2026-08-22), measured with llama_get_memory_breakdown";

/// The same of what ggml's allocator lays out.
inline constexpr std::string_view layout_source =
    "llama.cpp build 10573 (2026-08-22), measured with llama_get_memory_breakdown; blocks are reused by their size, "
    "so "
    "a larger load may need a smaller buffer";

/// Where the rules of a second context come from.
inline constexpr std::string_view prediction_source =
    "llama.cpp of 2026-08 (graph_mtp), logs of ollama issue 17482 and llama.cpp pull 23269";

/// The GGUF file type that stands for a scenario's weight format: formats llama.cpp does not know are taken as the
/// nearest mix.
[[nodiscard]] inline NearestMix file_type(const Scenario& s) {
  const WeightFormat format = s.weight_format();
  return format == WeightFormat::Gguf ? NearestMix{s.weights.mix, true} : row_of(format).gguf;
}

namespace detail {

/// True for layers whose graph follows llama.cpp's source but was not compared with a dry run: routed experts without a
/// gate or of a width of their own, latent attention that is expanded.
inline bool has_uncompared_layers(const Model& m) {
  return std::any_of(m.kinds.begin(), m.kinds.end(), [](const Layer& l) {
    return (l.is_moe() && (!l.feed_forward.gated || l.feed_forward.latent_width != 0)) || l.attention.expands_latent;
  });
}

/// A compute buffer; `known` when the graph is one that was compared, `exact` when the layout is replayed as a whole.
inline Component compute_component(const Model& m, const ComputeShare& share, bool known, bool exact) {
  Component c = component(Part::ComputeBuffer, share.parts, layout_source);
  known = known && !has_uncompared_layers(m);
  if (known && exact) return c;
  // Hyper-connections keep several residual streams, which no graph here has.
  if (m.residual_streams > 1) return with_range(std::move(c), Trust::Assumed, 700, 3000);
  // Layouts on several devices or partly in host memory, measured with a 16-bit cache and flash attention only: equal
  // on all 56 of attention models, up to 11 % off on 13 of models with recurrent layers. Graphs taken for another are
  // assumed to be as far off as those.
  return known && !has_recurrence(m) ? with_range(std::move(c), Trust::Modelled, 980, 1020)
                                     : with_range(std::move(c), Trust::Modelled, 900, 1130);
}

/// Keys and values. A window that is taken from the model and not from its graph may be cached in full.
inline Component cache_component(const Holding& held, const Serving& s, const Sizes& z, bool on_device) {
  Component c = component(Part::KvCache, cache_summands(held.kinds, held.layers, s, z, on_device), source);
  if (!z.guesses_windows || s.swa_full) return c;
  Sizes whole = z;
  whole.windows = false;
  c.trust = Trust::Assumed;
  c.high = component(Part::KvCache, cache_summands(held.kinds, held.layers, s, whole, on_device), source).bytes;
  return c;
}

inline void add_draft(InferenceEstimate& e, const Scenario& target);

/// The projector beside the model, on the first device: matrices of its towers in 16 bits, vectors in F32, and a graph
/// for one image whose size depends on the file (logs of 2026 print 150 to 1,200 MiB).
inline void add_projector(InferenceEstimate& e, const Model& m) {
  Bytes stored;
  for (const Tensor& t : m.tensors) {
    if (t.part == ModelPart::Encoder) stored += Bytes{t.vector ? 4U : 2U} * t.total();
  }
  if (stored.count == 0 || e.devices.empty()) return;
  constexpr std::string_view from = "llama.cpp tools/mtmd (mmproj files in F16); compute: logs of 2026";
  Breakdown& first = e.devices.front().breakdown;
  first.add(
      with_range(component(Part::Weights, {amount("image projector", stored)}, from), Trust::Modelled, 970, 1030));
  Component graph = component(Part::ComputeBuffer, {amount("image projector's graph", 300_MiB)}, from);
  graph.trust = Trust::Assumed;
  graph.low = 150_MiB;
  graph.high = 1200_MiB;
  first.add(std::move(graph));
}

}  // namespace detail

/// What one more token adds to the caches of all layers while no window is full: of the model, of the prediction blocks
/// that its context caches as well, and of a second context.
[[nodiscard]] inline Bytes bytes_per_token(const Scenario& s, const Sizes& z) {
  const Model& m = *s.model;
  Bytes sum;
  const auto add = [&](std::span<const std::uint16_t> layers, const Serving& settings) {
    for (const std::uint16_t kind : layers) sum += layer_growth(m.kinds[kind], settings, z);
  };
  add(m.layers, s.serving);
  add(gguf_prediction_blocks(m), s.serving);
  if (drafts_itself(s)) add(m.mtp_layers, prediction_serving(s.serving));
  return sum;
}

/// What llama.cpp allocates. Runtime overhead (device context) is added by engine.hpp.
[[nodiscard]] inline InferenceEstimate estimate(const Scenario& s) {
  const Model& m = *s.model;
  const bool measured = s.weights.format == WeightFormat::AsReleased && !m.gguf.empty();
  const NearestMix type = measured ? NearestMix{.exact = true} : file_type(s);
  const bool drafts = drafts_itself(s);
  const bool block_made = drafts && !measured && gguf_prediction_blocks(m).empty();
  std::vector<GgufTensor> made;
  if (!measured) made = gguf_mix(m, s.weights, type.mix);
  if (block_made) {
    const std::vector<GgufTensor> block = prediction_tensors(m, s.weights, type.mix);
    made.insert(made.end(), block.begin(), block.end());
  }
  const std::vector<GgufTensor>& tensors = measured ? m.gguf : made;
  const Placement p = place(s);
  const Architecture& architecture = architecture_of(m.quirks.graph());
  const Sizes z = sizes_of(s);
  const ComputeShares compute = compute_shares(s, tensors, p);
  // A state to go back to for each drafted token, whatever drafts it.
  const Count drafted = s.serving.draft_tokens;

  InferenceEstimate e;
  std::optional<TensorParallel> divided;
  if (p.together) divided.emplace(s, tensors, static_cast<Count>(p.devices));
  const std::vector<Holding> held = holdings(s, tensors, p, divided ? &*divided : nullptr);
  const auto fill = [&](std::int32_t where, DeviceUse& use) {
    const bool on_device = where != host;
    const Holding& here = held[place_index(where)];
    Component weights = component(Part::Weights, weight_summands(here.weights), source);
    if (!type.exact) {
      weights = with_range(std::move(weights), Trust::Assumed, 900, 1100);
    } else if (const GgufMixRow& mix = row_of(type.mix); !measured && mix.low != mix.high) {
      weights = with_range(std::move(weights), Trust::Modelled, mix.low, mix.high);
    } else if (block_made) {
      // A prediction block of 2 % of the weights was 11 % larger in a published file than llama-quantize makes it.
      weights = with_range(std::move(weights), Trust::Modelled, 995, 1005);
    } else if (p.named != nullptr) {
      // Places by name follow the loader's source; no run with --override-tensor was compared.
      weights = with_range(std::move(weights), Trust::Assumed, 950, 1050);
    } else if (divided && on_device) {
      // Vectors that are cut as well are counted whole.
      weights = with_range(std::move(weights), Trust::Modelled, 990, 1002);
    }
    use.breakdown.add(std::move(weights));
    use.breakdown.add(detail::cache_component(here, s.serving, z, on_device));
    use.breakdown.add(
        component(Part::RecurrentState, state_summands(here.kinds, here.layers, z.sequences, drafted), source));
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
  if (!s.serving.mmproj.empty()) detail::add_projector(e, m);
  if (drafts) {
    SecondContext second = second_context(s, p, divided ? &*divided : nullptr);
    const std::size_t at = second.place == host ? e.devices.size() - 1 : static_cast<std::size_t>(second.place);
    const auto counted = [](std::vector<Summand> parts) {
      return with_range(component(Part::DraftModel, std::move(parts), prediction_source), Trust::Modelled, 950, 1050);
    };
    for (std::size_t d = 0; d < second.devices.size(); ++d) {
      Component device = counted(std::move(second.devices[d]));
      device.high += second.second_cache;
      e.devices[at + d].breakdown.add(std::move(device));
    }
    e.devices.back().breakdown.add(counted(std::move(second.host_side)));
  }
  for (const DeviceUse& use : e.devices) {
    for (const Component& c : use.breakdown.components) e.breakdown.add(c);
  }
  e.kv_bytes_per_token = bytes_per_token(s, z);
  return e;
}

/// The draft model is a context of its own: same devices, context and file type as the target, all of its layers on the
/// devices, its cache in F16 unless it is told otherwise (common/arg.cpp: --model-draft, --gpu-layers-draft "auto",
/// --cache-type-k-draft f16).
inline void detail::add_draft(InferenceEstimate& e, const Scenario& target) {
  Scenario draft = target;
  draft.model = target.serving.draft_model;
  draft.serving.draft_model = nullptr;
  draft.serving = prediction_serving(draft.serving);
  draft.serving.mmproj.clear();
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
