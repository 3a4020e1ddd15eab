#pragma once
// How fast: a roofline with stated efficiencies. These are estimates and carry a range; show two digits, never more.
//
//   decode step = max(bytes / (1.17 bandwidth x e_b), flops / (peak x e_c)) + launches x t_launch + t_step, summed over
//                 pipeline stages (and the host), the slowest of the ranks of a stage; routed experts' matrices are
//                 small and read at 0.8 of that rate, host memory at 0.7 of its bandwidth; and for tensor ranks
//                 2 layers x (t_exchange + 2 (t - 1) / t x B h x 2 bytes / link); for experts spread over replicas
//                 2 routed layers x (2 t_exchange + (e - 1) / e x B k h x 2 bytes / (t link))
//   first token = prompt flops / (peak x e_p) of the ranks + one step's fixed time + the exchanges of the prompt
//   training    = tokens of a step / step_time.hpp's seconds, or devices x peak x MFU / flops per token with a given
//                 MFU
//
// The efficiencies are the scenario's (speed.*); `spreads` is the range around each. Both were chosen so that
// published measurements of 2023 to 2026 lie inside (measured_speed_test.cpp and
// measured_training_test.cpp in tests/unit/questions name them), on NVIDIA, AMD and Apple GPUs and processors. Flops of training are counted
// causally. Not counted: queues, tokenizing, sampling, speculative decoding, other programs. Unknown device figures
// give no speed rather than a guess.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/questions/step_time.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace llmcalc {

/// A figure with its range.
struct Rate {
  double low = 0;
  double typical = 0;
  double high = 0;
  friend bool operator==(const Rate&, const Rate&) = default;
};

/// How far reality lies from an efficiency, as factors: the slow and the fast end.
struct Spread {
  double slow = 1;
  double fast = 1;
};

/// Ranges around the scenario's efficiencies, and the times of a step that hardly depend on its size.
struct SpeedSpreads {
  Spread bandwidth{0.55, 1.20};
  Spread decode{0.55, 1.64};
  Spread prefill{0.50, 1.84};
  Spread training{0.55, 1.30};
  Spread given_mfu{0.90, 1.10};
  Rate step_seconds{1e-3, 0.15e-3, 0};        ///< fixed time of a step (low speed first)
  Rate exchange_seconds{30e-6, 12e-6, 6e-6};  ///< one all-reduce of a few kilobytes between tensor ranks
};
inline constexpr SpeedSpreads spreads{};

/// Time of one launch: an operation of a few microseconds with its wait, by who makes the device.
struct LaunchTime {
  Vendor id = Vendor::Nvidia;
  Rate seconds;  ///< low speed first
};

/// Middle of what tests/golden/speed.jsonl leaves beside the reading of matrices: models of 1 to 3 billion parameters on
/// five devices (llmfit's community benchmarks, 2026, llama.cpp). Others than three makers' are assumed.
inline constexpr std::array<LaunchTime, 7> launch_times{{
    {Vendor::Nvidia, {5.5e-6, 1.8e-6, 0}},
    {Vendor::Amd, {7e-6, 3.0e-6, 0}},
    {Vendor::Intel, {8e-6, 3.0e-6, 0}},
    {Vendor::Apple, {11e-6, 3.2e-6, 0}},
    {Vendor::Google, {8e-6, 3.0e-6, 0}},
    {Vendor::Amazon, {8e-6, 3.0e-6, 0}},
    {Vendor::Other, {8e-6, 3.0e-6, 0}},
}};
static_assert(indexed_by_id(launch_times));

/// The scenario's bandwidth efficiency is that of whole steps of middling models; matrices alone, without the launches
/// between them, are read at this many times that rate (0.82 of the bandwidth at the default of 0.70).
inline constexpr double matrix_reading = 1.17;

/// Rate at which routed experts' matrices are read, and host memory, against the bandwidth's.
inline constexpr double expert_reading = 0.8;
inline constexpr double host_reading = 0.7;

/// An efficiency with its range; nothing is faster than the hardware.
[[nodiscard]] constexpr Rate around(double typical, Spread spread) {
  return {typical * spread.slow, typical, std::min(1.0, typical * spread.fast)};
}

/// What limits a phase.
enum class Bound : std::uint8_t { Bandwidth, Compute };

/// Where a model is that is too large for its devices.
enum class Residence : std::uint8_t {
  OnDevices,  ///< it fits
  Offloaded,  ///< partly in host memory, as the engine places it
  Spills      ///< the engine fails, or the driver pages
};

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
  Residence residence = Residence::OnDevices;
  Count gpu_layers = 0;         ///< offloaded: layers on the devices
  Count moe_layers_on_cpu = 0;  ///< offloaded: of these, layers whose experts are in host memory
};

/// Speed of training.
struct TrainingSpeed {
  Rate tokens_per_second;  ///< of all devices
  Rate mfu;                ///< share of the peak rate that the model's own flops make, causal count
  double flops_per_token = 0;
  double tokens_per_step = 0;  ///< all replicas, with accumulation
  StepTime step;               ///< where the time goes; all zero when the MFU was given
};

/// Speed of a valid scenario's inference; nothing when a device's bandwidth is not known.
[[nodiscard]] std::optional<InferenceSpeed> inference_speed(const Scenario& s, const InferenceEstimate& e);

/// The placement in which llmcalc expects an engine to run what does not fit; nothing when it offloads no layers, was
/// told how many, or the device has no memory but the host's.
[[nodiscard]] std::optional<Scenario> offloaded(const Scenario& s);

/// What a speed does not say by itself, in a sentence; "" when the model fits.
[[nodiscard]] std::string residence_words(const Scenario& s, const InferenceSpeed& speed);

/// The device that all others wait for in training; null when a rate is not known.
[[nodiscard]] const Device* slowest_trainer(const Scenario& s);

/// Speed of a valid scenario's training on the devices its layout occupies; nothing when their rate is not known.
[[nodiscard]] std::optional<TrainingSpeed> training_speed(const Scenario& s);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/questions/speed_inl.hpp>
#endif
