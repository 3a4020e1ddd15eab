#pragma once
// How fast: a roofline with stated efficiencies. These are estimates and carry a range; show two digits, never more.
//
//   decode step = max(bytes / (bandwidth x e_b), flops / (peak x e_c)) + layers x t_layer + t_step, summed over
//   pipeline
//                 stages (and the host), the slowest of the ranks of a stage
//   first token = prompt flops / (peak x e_p) of the ranks + one step's fixed time
//   training    = devices x peak x MFU / flops per token; x 3/4 with full recomputation
//
// The efficiencies' ranges were chosen so that published measurements of 2023 to 2026 lie inside
// (tests/unit/questions/ measured_speed.cpp names them): one token at a time on NVIDIA, AMD and Apple GPUs and
// processors. Not counted: queues, tokenizing, sampling, speculative decoding, other programs. Unknown device figures
// give no speed rather than a guess.

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/work.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc {

/// A figure with its range.
struct Rate {
  double low = 0;
  double typical = 0;
  double high = 0;
  friend bool operator==(const Rate&, const Rate&) = default;
};

/// What cannot be read from a data sheet. All of it may be edited; see the file's head for where it comes from.
struct SpeedAssumptions {
  Rate bandwidth_efficiency{0.45, 0.70, 0.93};  ///< share of the peak bandwidth while decoding
  Rate decode_compute{0.30, 0.55, 0.90};        ///< share of the peak rate while decoding large batches
  Rate prefill_compute{0.25, 0.50, 0.92};       ///< share of the peak rate in a prefill
  Rate training_mfu{0.22, 0.36, 0.50};          ///< share of the peak rate in training, causal count
  Rate layer_seconds{80e-6, 15e-6, 0};          ///< fixed time of a layer: launches and waits (low speed first)
  Rate step_seconds{1e-3, 0.2e-3, 0};           ///< fixed time of a step
  Rate exchange_seconds{30e-6, 12e-6, 6e-6};    ///< one all-reduce of a few kilobytes between tensor ranks
  double host_bandwidth = 60e9;                 ///< bytes per second of host memory, when layers stay there
};

/// What limits a phase.
enum class Bound : std::uint8_t { Bandwidth, Compute };

/// Speed of inference.
struct InferenceSpeed {
  Rate tokens_per_second;        ///< of one sequence
  Rate total_tokens_per_second;  ///< of all sequences
  Rate seconds_per_token;        ///< low is the slow end
  Rate first_token_seconds;      ///< of one prompt, nothing else running
  Rate prefill_tokens_per_second;
  Bound bound = Bound::Bandwidth;
  double bytes_per_step = 0;   ///< read in one step, over all devices
  double flops_per_token = 0;  ///< of one new token
  double prefill_flops = 0;
};

/// Speed of training.
struct TrainingSpeed {
  Rate tokens_per_second;  ///< of all devices
  double flops_per_token = 0;
  double tokens_per_step = 0;  ///< all replicas, with accumulation
};

namespace speed_detail {

inline constexpr double Rate::*sides[] = {&Rate::low, &Rate::typical, &Rate::high};

/// Dense operations per second that the scenario's products run at; 0: unknown.
[[nodiscard]] inline double peak_rate(const Device& d, const Scenario& s) {
  const double half = std::max(d.operations.bf16, d.operations.fp16);
  const WeightFormat f = s.weight_format();
  const bool eight_bit = f == WeightFormat::Fp8 || f == WeightFormat::Fp8Block;
  if (eight_bit && d.operations.fp8 > 0) return d.operations.fp8;
  return s.weight_format() == WeightFormat::Fp32 ? half / 2 : half;
}

/// Bytes that a step reads of one device, or of the host.
[[nodiscard]] inline double bytes_read(const DeviceUse& use, const ReadShares& shares) {
  const auto bytes = [&](Part part) { return static_cast<double>(use.breakdown.bytes(part).count); };
  const double cache = bytes(Part::KvCache) + 2 * bytes(Part::RecurrentState);
  if (use.name != "host") return bytes(Part::Weights) * shares.device + cache;
  const Bytes matrices = use.breakdown.bytes(Part::Weights) - shares.host_lookup;
  return static_cast<double>(matrices.count) * shares.host + cache;
}

/// How devices of an estimate work together: `tensor` side by side, stages one after the other.
struct Work {
  double reading = 0;    ///< seconds at full bandwidth
  double computing = 0;  ///< seconds at the full rate
  double bytes = 0;
  bool known = true;  ///< every device has a bandwidth
};

/// One step of one replica.
[[nodiscard]] inline Work step_work(const Scenario& s, const InferenceEstimate& e, const SpeedAssumptions& a,
                                    double flops) {
  const Count replica_sequences = ceil_divide(s.serving.sequences, std::max<Count>(1, s.parallelism.data));
  const ReadShares shares = read_shares(s, replica_sequences);
  const Count tensor = s.serving.runtime == Runtime::LlamaCpp ? 1 : std::max<Count>(1, s.parallelism.tensor);
  const Count world = std::max<Count>(1, e.devices.size() / std::max<Count>(1, s.parallelism.data));
  Work work;
  double slowest = 0;
  for (std::size_t i = 0; i < e.devices.size() && i < world + 1; ++i) {
    const DeviceUse& use = e.devices[i];
    const bool host = use.name == "host";
    if (!host && i >= world) break;
    const Device* device = host ? nullptr : (s.devices.at(i) ? s.devices.at(i) : s.devices.smallest());
    const double bandwidth = host ? a.host_bandwidth : device ? device->bandwidth : 0;
    if (bandwidth <= 0) {
      work.known = false;
      return work;
    }
    const double seconds = bytes_read(use, shares) / bandwidth;
    work.bytes += seconds * bandwidth;
    slowest = std::max(slowest, seconds);
    if ((i + 1) % tensor == 0 || host) {
      work.reading += slowest;
      slowest = 0;
    }
  }
  work.reading += slowest;
  if (const Device* device = s.devices.smallest(); device && peak_rate(*device, s) > 0) {
    work.computing = flops / (peak_rate(*device, s) * static_cast<double>(tensor));
  }
  return work;
}

}  // namespace speed_detail

/// Speed of a valid scenario's inference; nothing when a device's bandwidth is not known.
[[nodiscard]] inline std::optional<InferenceSpeed> inference_speed(const Scenario& s, const InferenceEstimate& e,
                                                                   const SpeedAssumptions& a = {}) {
  if (e.devices.empty()) return std::nullopt;
  const Model& m = *s.model;
  const Count replicas = std::max<Count>(1, s.parallelism.data);
  const auto sequences = static_cast<double>(ceil_divide(s.serving.sequences, replicas));
  const auto layers = static_cast<double>(m.layer_count());
  const double tensor =
      s.serving.runtime == Runtime::LlamaCpp ? 1.0 : static_cast<double>(std::max<Count>(1, s.parallelism.tensor));
  InferenceSpeed out;
  out.flops_per_token = decode_flops(m, s.serving.context);
  out.prefill_flops = prefill_flops(m, s.prompt());
  const auto work = speed_detail::step_work(s, e, a, out.flops_per_token * sequences);
  if (!work.known || work.reading <= 0) return std::nullopt;
  out.bytes_per_step = work.bytes;
  const Device* device = s.devices.smallest();
  const double peak = device ? speed_detail::peak_rate(*device, s) * tensor : 0;
  for (const auto side : speed_detail::sides) {
    const double exchange = tensor > 1 ? 2 * layers * a.exchange_seconds.*side : 0;
    const double fixed = layers * a.layer_seconds.*side + a.step_seconds.*side + exchange;
    const double reading = work.reading / a.bandwidth_efficiency.*side;
    const double computing = work.computing / a.decode_compute.*side;
    const double step = std::max(reading, computing) + fixed;
    out.seconds_per_token.*side = step;
    out.tokens_per_second.*side = 1 / step;
    out.total_tokens_per_second.*side = sequences * static_cast<double>(replicas) / step;
    if (side == &Rate::typical) out.bound = computing > reading ? Bound::Compute : Bound::Bandwidth;
    if (peak > 0) {
      const double first = std::max(out.prefill_flops / (peak * a.prefill_compute.*side), reading) + fixed;
      out.first_token_seconds.*side = first;
      out.prefill_tokens_per_second.*side = static_cast<double>(s.prompt()) / first;
    }
  }
  return out;
}

/// Speed of a valid scenario's training on all its devices; nothing when their rate is not known.
[[nodiscard]] inline std::optional<TrainingSpeed> training_speed(const Scenario& s, const TrainingEstimate& e,
                                                                 const SpeedAssumptions& a = {}) {
  const Device* device = s.devices.smallest();
  const double half = device ? std::max(device->operations.bf16, device->operations.fp16) : 0;
  if (half <= 0) return std::nullopt;
  const double peak = s.training.float8 && device->operations.fp8 > 0 ? device->operations.fp8
                      : s.training.recipe == Recipe::Fp32             ? half / 2
                                                                      : half;
  const Parallelism& p = s.parallelism;
  const Count parameters = parameter_count(*s.model);
  const double trained =
      parameters == 0 ? 1
                      : std::min(1.0, static_cast<double>(e.trainable_parameters) / static_cast<double>(parameters));
  TrainingSpeed out;
  out.flops_per_token = training_flops(*s.model, s.training.sequence, trained);
  out.tokens_per_step =
      static_cast<double>(product(s.training.micro_batch, s.training.sequence, s.training.accumulation, p.data));
  // Recomputing every layer repeats the forward pass; a pipeline idles while it fills and drains.
  const double repeats = 1 + repeated_share(s.training, s.model->layer_count() / std::max<Count>(1, p.pipeline)) / 3;
  const auto stages = static_cast<double>(std::max<Count>(1, p.pipeline));
  const auto virtual_stages = static_cast<double>(std::max<Count>(1, p.virtual_stages));
  const auto batches = static_cast<double>(std::max<Count>(1, s.training.accumulation));
  const double bubble = 1 + (stages - 1) / (batches * virtual_stages);
  const auto devices = static_cast<double>(std::max<Count>(1, s.devices.count()));
  for (const auto side : speed_detail::sides) {
    out.tokens_per_second.*side = devices * peak * a.training_mfu.*side / (out.flops_per_token * repeats * bubble);
  }
  return out;
}

}  // namespace llmcalc
