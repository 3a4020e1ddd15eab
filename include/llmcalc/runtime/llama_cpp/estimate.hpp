#pragma once
// Everything llama.cpp allocates for one scenario, device by device.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/model/gguf_mix.hpp>
#include <llmcalc/runtime/llama_cpp/compute_buffer.hpp>
#include <llmcalc/runtime/llama_cpp/placement.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace llmcalc::llama_cpp {

/// Where the rules come from.
inline constexpr std::string_view source =
    "llama.cpp build 10573 (2026-08-22), measured with llama_get_memory_breakdown";

/// With all layers on several devices, inputs are kept this many times so that micro-batches overlap
/// (ggml-backend.cpp, GGML_SCHED_MAX_COPIES).
inline constexpr Count pipeline_copies = 4;

/// The GGUF file type that stands for a scenario's weight format: formats llama.cpp does not know are taken as the
/// nearest mix.
struct FileType {
  GgufMix mix = GgufMix::F16;
  bool exact = true;
};
[[nodiscard]] inline FileType file_type(const Scenario& s) {
  switch (s.weight_format()) {
    case WeightFormat::Gguf:
      return {s.weights.mix, true};
    case WeightFormat::Fp32:
      return {GgufMix::F32, true};
    case WeightFormat::Fp16:
      return {GgufMix::F16, true};
    case WeightFormat::AsReleased:
    case WeightFormat::Bf16:
      return {GgufMix::BF16, true};
    case WeightFormat::Mxfp4:
      return {GgufMix::MXFP4_MOE, true};
    case WeightFormat::Fp8:
    case WeightFormat::Fp8Block:
    case WeightFormat::Int8:
    case WeightFormat::GptqInt8:
    case WeightFormat::MlxQ8:
    case WeightFormat::Mxfp8:
      return {GgufMix::Q8_0, false};
    case WeightFormat::Aqlm:
      return {GgufMix::Q2_K, false};
    case WeightFormat::MlxQ6:
      return {GgufMix::Q6_K, false};
    case WeightFormat::MlxQ5:
      return {GgufMix::Q5_K_M, false};
    default:
      return {GgufMix::Q4_K_M, false};
  }
}

/// Compute buffers of devices and host.
struct ComputeShares {
  std::vector<Bytes> devices;
  Bytes host;
  bool exact = true;  ///< replayed for this very layout
};

/// Compute buffers when the layers are divided over several devices: each device's part of the graph is replayed with
/// its own inputs. Two tensors cross from one device to the next: the residual stream and its norm, which has no
/// weight and so stays with its input.
[[nodiscard]] inline ComputeShares divided_compute(Replay replay, const Placement& p) {
  const Count layers = replay.model->layer_count();
  replay.copies = p.all_on_devices() && replay.serving->moe_layers_on_cpu == 0 ? pipeline_copies : 1;
  ComputeShares shares;
  shares.exact = false;
  for (std::int32_t device = 0; device < p.devices; ++device) {
    replay.first = layers;
    replay.end = 0;
    for (Count i = 0; i < layers; ++i) {
      if (p.layers[i] != device) continue;
      replay.first = std::min(replay.first, i);
      replay.end = i + 1;
    }
    replay.end = std::max(replay.end, replay.first);
    replay.has_output = p.output == device;
    const bool used = replay.end > replay.first || replay.has_output;
    const ComputeBuffers buffers = used ? compute_buffers(replay) : ComputeBuffers{};
    shares.devices.push_back(buffers.device);
    shares.host = max(shares.host, buffers.host);
  }
  return shares;
}

/// Compute buffers of any placement.
[[nodiscard]] inline ComputeShares compute_shares(const Scenario& s, const std::vector<GgufTensor>& tensors,
                                                  const Placement& p) {
  Replay replay{.model = s.model.get(),
                .serving = &s.serving,
                .sizes = sizes_of(s.serving, architecture_of(s.model->model_type))};
  replay.on_device = p.devices > 0;
  const bool some_on_host = replay.on_device && (p.uses(host) || s.serving.moe_layers_on_cpu > 0);
  HostSide side;
  if (some_on_host) {
    side = host_side(*s.model, tensors, p, s.serving);
    replay.host_side = &side;
  }
  if (!rules_of(s.serving.version).replayed) {
    const OldBuffers old = old_buffers(*s.model, s.serving, replay.sizes);
    if (!replay.on_device) return {.devices = {}, .host = old.device, .exact = false};
    return {.devices = std::vector<Bytes>(static_cast<std::size_t>(p.devices), old.device),
            .host = old.host,
            .exact = false};
  }
  if (p.devices > 1) return divided_compute(replay, p);
  const ComputeBuffers buffers = compute_buffers(replay);
  if (!replay.on_device) return {.devices = {}, .host = buffers.device};
  return {.devices = {buffers.device}, .host = buffers.host, .exact = !some_on_host};
}

namespace detail {

/// Component with one labelled amount.
inline Component whole(Part part, std::string_view label, Bytes bytes) {
  return component(part, {amount(label, bytes)}, source);
}

/// A compute buffer; `known` when the graph is one that was compared, `exact` when the layout is replayed as a whole.
inline Component compute_component(const Model& m, Bytes bytes, bool known, bool exact) {
  Component c = whole(Part::ComputeBuffer, "replay of the graph allocator", bytes);
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

/// What llama.cpp allocates. Runtime overhead (device context) is added by the caller, which knows what is to be
/// counted.
[[nodiscard]] inline InferenceEstimate estimate(const Scenario& s) {
  const Model& m = *s.model;
  const bool measured = s.weights.format == WeightFormat::AsReleased && !m.gguf.empty();
  const FileType type = measured ? FileType{} : file_type(s);
  const std::vector<GgufTensor> tensors = measured ? m.gguf : gguf_mix(m, type.mix, s.weights.imatrix);
  const Placement p = place(s);
  const Architecture& architecture = architecture_of(m.model_type);
  const Sizes z = sizes_of(s.serving, architecture);
  const ComputeShares compute = compute_shares(s, tensors, p);
  const bool summarises = std::any_of(m.kinds.begin(), m.kinds.end(),
                                      [](const Layer& kind) { return kind.attention.compress_ratio != 0; });

  InferenceEstimate e;
  const auto fill = [&](std::int32_t where, DeviceUse& use) {
    const bool on_device = where != host;
    Component weights =
        detail::whole(Part::Weights, "tensors of the GGUF file", weights_at(where, m, tensors, p, s.serving));
    if (!type.exact) weights = with_range(std::move(weights), Trust::Assumed, 900, 1100);
    use.breakdown.add(std::move(weights));
    Bytes cache, state;
    for (std::size_t i = 0; i < p.layers.size(); ++i) {
      if (p.layers[i] != where) continue;
      const Layer& layer = m.kinds[i < m.layers.size() ? m.layers[i] : m.mtp_layers[i - m.layers.size()]];
      cache += layer_cache(layer, s.serving, z, on_device);
      state += layer_state(layer, z.sequences);
    }
    Component keys_and_values = detail::whole(Part::KvCache, "keys and values of every layer here", cache);
    // How llama.cpp stores entries that summarise several tokens was not measured: every token is counted.
    if (summarises) keys_and_values = with_range(std::move(keys_and_values), Trust::Assumed, 100, 1000);
    use.breakdown.add(std::move(keys_and_values));
    use.breakdown.add(
        detail::whole(Part::RecurrentState, "convolution and state of every recurrent layer here", state));
    const Bytes buffer = on_device ? compute.devices[static_cast<std::size_t>(where)] : compute.host;
    use.breakdown.add(detail::compute_component(m, buffer, architecture.verified, compute.exact));
    if (!on_device) use.breakdown.add(detail::whole(Part::OutputBuffer, "logits", output_buffer(m, z.sequences)));
  };
  for (std::int32_t device = 0; device < p.devices; ++device) {
    const auto number = static_cast<Count>(device);
    e.devices.push_back({.name = device_name(number), .alike = {.first = number}});
    fill(device, e.devices.back());
  }
  e.devices.push_back({.name = "host", .alike = after_devices});
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
      part.summands = {amount(label_of(c.part), c.bytes)};
      e.devices[i].breakdown.add(std::move(part));
    }
  }
}

}  // namespace llmcalc::llama_cpp
