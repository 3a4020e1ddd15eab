#pragma once
// Compute buffers of every device and of the host, whatever the placement of the layers.

#include <llmcalc/engines/llama_cpp/compute_buffer.hpp>
#include <llmcalc/engines/llama_cpp/placement.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace llmcalc::llama_cpp {

/// With all layers on several devices, inputs are kept this many times so that micro-batches overlap
/// (ggml-backend.cpp, GGML_SCHED_MAX_COPIES).
inline constexpr Count pipeline_copies = 4;

/// A compute buffer and what fills it.
struct ComputeShare {
  Bytes bytes;
  std::vector<Summand> parts{};
};

/// Compute buffers of devices and host.
struct ComputeShares {
  std::vector<ComputeShare> devices;
  ComputeShare host;
  bool exact = true;  ///< replayed for this very layout
};

namespace detail {

/// True when two devices run the same graph: layers of the same kinds in the same order, with the same ends.
inline bool same_graph(const Replay& a, const Replay& b) {
  const Model& m = *a.model;
  if (a.end - a.first != b.end - b.first || a.has_output || b.has_output || (a.first == 0) != (b.first == 0))
    return false;
  if (a.host_side != nullptr) return false;
  // What crosses a boundary depends on the next layers that mix tokens: a device's replay sees those behind its end.
  const Builder here(a), there(b);
  for (const auto& [x, y] : {std::pair{a.first, b.first}, std::pair{a.end, b.end}}) {
    const Count from = here.crossing(x), to = there.crossing(y), none = m.layer_count();
    if ((from == none) != (to == none)) return false;
    if (from != none && (x - from != y - to || m.layers[from] != m.layers[to])) return false;
  }
  const auto first = m.layers.begin() + static_cast<std::ptrdiff_t>(a.first);
  return std::equal(first, first + static_cast<std::ptrdiff_t>(a.end - a.first),
                    m.layers.begin() + static_cast<std::ptrdiff_t>(b.first));
}

/// The layers of one device.
inline void take_layers(Replay& replay, const Placement& p, std::int32_t device) {
  const Count layers = replay.model->layer_count();
  replay.first = layers;
  replay.end = 0;
  for (Count i = 0; i < layers; ++i) {
    if (p.layers[i] != device) continue;
    replay.first = std::min(replay.first, i);
    replay.end = i + 1;
  }
  replay.end = std::max(replay.end, replay.first);
  replay.has_output = p.output == device;
}

}  // namespace detail

/// True when parts of a layer are kept elsewhere than the layer.
[[nodiscard]] inline bool splits_layers(const Placement& p, const Serving& s) {
  return s.moe_layers_on_cpu > 0 || p.named != nullptr;
}

/// Compute buffers when the layers are divided over several devices: each device's part of the graph is replayed with
/// its own inputs. Two tensors cross from one device to the next: the residual stream and its norm, which has no
/// weight and so stays with its input. Devices with the same graph are replayed once.
[[nodiscard]] inline ComputeShares divided_compute(Replay replay, const Placement& p) {
  replay.copies = p.all_on_devices() && !splits_layers(p, *replay.serving) ? pipeline_copies : 1;
  ComputeShares shares;
  shares.exact = false;
  shares.devices.resize(static_cast<std::size_t>(p.devices));
  std::vector<std::pair<Replay, std::size_t>> done;
  for (std::int32_t device = 0; device < p.devices; ++device) {
    detail::take_layers(replay, p, device);
    if (replay.end == replay.first && !replay.has_output) continue;
    ComputeShare& share = shares.devices[static_cast<std::size_t>(device)];
    const auto same =
        std::find_if(done.begin(), done.end(), [&](const auto& d) { return detail::same_graph(d.first, replay); });
    if (same != done.end()) {
      share = shares.devices[same->second];
      continue;
    }
    ComputeBuffers buffers = compute_buffers(replay);
    share = {buffers.device, std::move(buffers.device_parts)};
    if (buffers.host > shares.host.bytes) shares.host = {buffers.host, std::move(buffers.host_parts)};
    done.emplace_back(replay, static_cast<std::size_t>(device));
  }
  return shares;
}

/// Compute buffers of any placement.
[[nodiscard]] inline ComputeShares compute_shares(const Scenario& s, const std::vector<GgufTensor>& tensors,
                                                  const Placement& p) {
  Replay replay{.model = s.model.get(), .serving = &s.serving, .sizes = sizes_of(s)};
  replay.on_device = p.devices > 0;
  const bool some_on_host = replay.on_device && (p.uses(host) || splits_layers(p, s.serving));
  HostSide side;
  if (some_on_host) {
    side = host_side(*s.model, tensors, p, s.serving);
    replay.host_side = &side;
  }
  const BuildRules& rules = rules_of(s.serving.version);
  if (!rules.replayed) {
    const OldBuffers old = old_buffers(*s.model, s.serving, replay.sizes);
    const ComputeShare device{old.device.result, {old.device}}, pinned{old.host.result, {old.host}};
    if (!replay.on_device) return {.devices = {}, .host = device, .exact = false};
    return {.devices = std::vector<ComputeShare>(static_cast<std::size_t>(p.devices), device),
            .host = pinned,
            .exact = false};
  }
  if (p.devices > 1 && !p.together) return divided_compute(replay, p);
  ComputeBuffers buffers = compute_buffers(replay);
  ComputeShare own{buffers.device, std::move(buffers.device_parts)};
  if (!replay.on_device) return {.devices = {}, .host = std::move(own)};
  return {.devices = std::vector<ComputeShare>(static_cast<std::size_t>(p.devices), own),
          .host = {buffers.host, std::move(buffers.host_parts)},
          .exact = !some_on_host && rules.narrow_masks && !rules.mixes};
}

}  // namespace llmcalc::llama_cpp
