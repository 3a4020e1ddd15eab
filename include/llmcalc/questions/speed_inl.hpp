#pragma once
// Bodies of speed.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/memory/kv_cache.hpp>
#include <llmcalc/memory/recurrent_state.hpp>
#include <llmcalc/questions/speed.hpp>
#include <llmcalc/questions/training_work.hpp>
#include <llmcalc/questions/work.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/normalised.hpp>
#include <llmcalc/scenario/validate.hpp>

namespace llmcalc {

namespace speed_detail {

inline constexpr double Rate::*sides[] = {&Rate::low, &Rate::typical, &Rate::high};

/// Dense operations per second that the scenario's products run at; 0: unknown.
[[nodiscard]] inline double peak_rate(const Device& d, const Scenario& s) {
  const double half = std::max(d.operations.bf16, d.operations.fp16);
  const WeightFormat f = halves_released_weights(s) ? WeightFormat::Fp16 : s.weight_format();
  const Arithmetic arithmetic = row_of(f).arithmetic;
  if (arithmetic == Arithmetic::Fp8 && d.operations.fp8 > 0) return d.operations.fp8;
  return arithmetic == Arithmetic::Fp32 ? half / 2 : half;
}

/// Tensor ranks that work side by side; an engine that deals layers has none.
[[nodiscard]] inline Count tensor_ranks(const Scenario& s) {
  return engine_of(s).deals_layers() ? 1 : std::max<Count>(1, s.parallelism.tensor);
}

/// Sequences of one replica.
[[nodiscard]] inline Count replica_sequences(const Scenario& s) {
  return ceil_divide(s.serving.sequences, std::max<Count>(1, s.parallelism.data));
}

/// What a step reads of one device, or of the host: bytes, and how many that would be at the full rate.
struct Reading {
  double bytes = 0;
  double effort = 0;
};

[[nodiscard]] inline Reading reading_of(const DeviceUse& use, const ReadShares& shares) {
  const auto bytes = [&](Part part) { return static_cast<double>(use.breakdown.bytes(part).count); };
  // A state is read and written.
  const Bytes kept = cache_read(use.breakdown) + one_state(use.breakdown) * 2;
  const auto cache = static_cast<double>(kept.count);
  const Bytes matrices = use.breakdown.bytes(Part::Weights) - shares.host_lookup;
  const double weights =
      use.is_host() ? static_cast<double>(matrices.count) * shares.host : bytes(Part::Weights) * shares.device;
  return {weights + cache, weights * (1 - shares.experts + shares.experts / expert_reading) + cache};
}

/// What the i-th device holds; null when there are fewer.
[[nodiscard]] inline const DeviceUse* on_device(const InferenceEstimate& e, Count i) {
  const auto found =
      std::find_if(e.devices.begin(), e.devices.end(), [i](const DeviceUse& use) { return use.span.contains(i); });
  return found == e.devices.end() ? nullptr : &*found;
}

/// How devices of an estimate work together: `tensor` side by side, stages one after the other.
struct Work {
  double reading = 0;       ///< seconds at full bandwidth
  double host_reading = 0;  ///< the same of host memory
  double computing = 0;     ///< seconds at the full rate
  double bytes = 0;
  bool known = true;  ///< every device has a bandwidth
};

/// One step of one replica.
[[nodiscard]] inline Work step_work(const Scenario& s, const InferenceEstimate& e, double flops) {
  // A rank that has whole experts computes the tokens of all replicas that share them.
  const bool shared = s.parallelism.expert > tensor_ranks(s);
  const ReadShares shares = read_shares(s, shared ? s.serving.sequences : replica_sequences(s));
  const Count tensor = tensor_ranks(s);
  Work work;
  // Seconds that the i-th device, or the host, reads its share.
  const auto read = [&](const DeviceUse& use, double bandwidth) {
    work.known = work.known && bandwidth > 0;
    const Reading reading = reading_of(use, shares);
    work.bytes += reading.bytes;
    return work.known ? reading.effort / bandwidth : 0;
  };
  Count world = 0;
  for (const DeviceUse& use : e.devices) world = add(world, use.is_host() ? 0 : use.span.count());
  world /= std::max<Count>(1, s.parallelism.data);
  for (Count stage = 0; stage < world; stage += tensor) {
    double slowest = 0;
    for (Count i = stage; i < stage + tensor; ++i) {
      const DeviceUse* use = on_device(e, i);
      if (!use) break;
      const Device* device = s.devices.at(i) ? s.devices.at(i) : s.devices.smallest();
      slowest = std::max(slowest, read(*use, device ? device->bandwidth : 0));
    }
    work.reading += slowest;
  }
  for (const DeviceUse& use : e.devices) {
    if (use.is_host()) work.host_reading += read(use, s.speed.host_bandwidth);
  }
  if (const Device* device = s.devices.smallest(); device && peak_rate(*device, s) > 0)
    work.computing = flops / (peak_rate(*device, s) * static_cast<double>(tensor));
  return work;
}

/// Bytes per second between so many ranks: the devices' own link within a node, at most the network's beyond.
[[nodiscard]] inline double link_of(const Scenario& s, const Device& device, Count ranks) {
  const double own = device.link_bandwidth / 2;
  return (ranks <= linked_devices(s) ? own : std::min(s.speed.network_bandwidth, own)) * s.speed.link_efficiency;
}

/// Seconds that `tokens` tokens' activations take between the tensor ranks, in one all-reduce.
[[nodiscard]] inline double exchange_of(const Scenario& s, double tokens) {
  const auto t = static_cast<double>(tensor_ranks(s));
  const Device* device = s.devices.smallest();
  if (t <= 1 || !device || device->link_bandwidth <= 0) return 0;
  const double link = link_of(s, *device, tensor_ranks(s));
  return 2 * (t - 1) / t * tokens * static_cast<double>(s.model->hidden) * 2 / link;
}

/// Seconds of sending a step's tokens to the ranks of their experts and back, when these are spread over replicas.
/// The volume is that of the hidden states to k experts; every rank sends to every other.
[[nodiscard]] inline double dispatch_of(const Scenario& s, double tokens, double latency) {
  const Count ranks = s.parallelism.expert;
  const Device* device = s.devices.smallest();
  if (ranks <= tensor_ranks(s) || !device || device->link_bandwidth <= 0) return 0;
  const auto e = static_cast<double>(ranks);
  const double link = link_of(s, *device, ranks);
  double seconds = 0;
  for (std::size_t k = 0; k < s.model->kinds.size(); ++k) {
    const FeedForward& f = s.model->kinds[k].feed_forward;
    if (f.experts == 0) continue;
    const double volume = (e - 1) / e * tokens * static_cast<double>(f.experts_per_token) *
                          static_cast<double>(s.model->hidden) * 2 / static_cast<double>(tensor_ranks(s));
    seconds += static_cast<double>(s.model->layers_of_kind(k)) * 2 * (2 * latency + volume / link);
  }
  return seconds;
}

/// The range of an inference whose work is known.
inline void fill(InferenceSpeed& out, const Scenario& s, const Work& work) {
  const auto layers = static_cast<double>(s.model->layer_count());
  const auto launches = static_cast<double>(launches_of(*s.model));
  const auto sequences = static_cast<double>(replica_sequences(s));
  const auto replicas = static_cast<double>(std::max<Count>(1, s.parallelism.data));
  const Count tensor = tensor_ranks(s);
  const Device* device = s.devices.smallest();
  const double peak = device ? peak_rate(*device, s) * static_cast<double>(tensor) : 0;
  const Rate launch = launch_times[static_cast<std::size_t>(device ? device->vendor : Vendor::Other)].seconds;
  const Rate bandwidth = around(std::min(1.0, s.speed.bandwidth_efficiency * matrix_reading), spreads.bandwidth);
  const Rate host = around(host_reading, spreads.bandwidth);
  const Rate decode = around(s.speed.decode_efficiency, spreads.decode);
  const Rate prefill = around(s.speed.prefill_efficiency, spreads.prefill);
  // A decoder's step makes one token of each sequence; an encoder's reads each text as a prompt is read.
  const bool encodes = s.model->encodes();
  const double each = encodes ? static_cast<double>(s.prompt()) : 1;
  for (const auto side : sides) {
    const auto exchange = [&](double tokens) {
      const double latency = spreads.exchange_seconds.*side;
      const double reduced = tensor > 1 ? 2 * layers * (latency + exchange_of(s, tokens)) : 0;
      return reduced + dispatch_of(s, tokens, latency);
    };
    const double fixed = launches * launch.*side + spreads.step_seconds.*side;
    const double reading = work.reading / bandwidth.*side + work.host_reading / host.*side;
    const double computing = work.computing / (encodes ? prefill : decode).*side;
    const double step = std::max(reading, computing) + fixed + exchange(sequences * each);
    out.seconds_per_token.*side = step / each;
    out.tokens_per_second.*side = each / step;
    out.total_tokens_per_second.*side = sequences * replicas * each / step;
    if (side == &Rate::typical) out.bound = computing > reading ? Bound::Compute : Bound::Bandwidth;
    if (peak <= 0) continue;
    const auto prompt = static_cast<double>(s.prompt());
    const double first = std::max(out.prefill_flops / (peak * prefill.*side), reading) + fixed + exchange(prompt);
    out.first_token_seconds.*side = first;
    out.prefill_tokens_per_second.*side = prompt / first;
  }
}

/// Speed of a scenario as it is placed.
[[nodiscard]] inline std::optional<InferenceSpeed> speed_of(const Scenario& s, const InferenceEstimate& e) {
  InferenceSpeed out;
  out.prefill_flops = prefill_flops(*s.model, s.prompt());
  const auto prompt = static_cast<double>(std::max<Count>(1, s.prompt()));
  const double each = s.model->encodes() ? prompt : 1;
  out.flops_per_token = s.model->encodes() ? out.prefill_flops / prompt : decode_flops(*s.model, s.serving.context);
  const auto sequences = static_cast<double>(replica_sequences(s));
  const Work work = step_work(s, e, out.flops_per_token * sequences * each);
  if (!work.known || work.reading + work.host_reading <= 0) return std::nullopt;
  out.bytes_per_step = work.bytes;
  fill(out, s, work);
  return out;
}

}  // namespace speed_detail

LLMCALC_INLINE std::optional<Scenario> offloaded(const Scenario& s) {
  const Device* device = s.devices.smallest();
  const bool placed = s.serving.gpu_layers || s.serving.moe_layers_on_cpu != 0 || !s.serving.override_tensor.empty();
  if (!engine_of(s).offloads_layers() || placed || !device || device->unified) return std::nullopt;
  const auto with = [&](Count layers, Count experts) {
    Scenario there = s;
    there.serving.gpu_layers = layers;
    there.serving.moe_layers_on_cpu = experts;
    return there;
  };
  const auto fits = [&](Count layers, Count experts) {
    const Fit fit = evaluate_inference(with(layers, experts)).fit;
    return fit.fits && fit.headroom >= 1_GiB;
  };
  const Count layers = add(s.model->layer_count(), 1);
  const bool mixture =
      std::any_of(s.model->kinds.begin(), s.model->kinds.end(), [](const Layer& l) { return l.is_moe(); });
  Count experts = mixture ? layers : 0;
  if (mixture && fits(layers, layers)) {
    Count fewest = 1;
    while (fewest < experts) {
      const Count middle = fewest + (experts - fewest) / 2;
      if (fits(layers, middle)) {
        experts = middle;
      } else {
        fewest = middle + 1;
      }
    }
    return with(layers, experts);
  }
  Count most = 0, too_many = layers + 1;
  while (most + 1 < too_many) {
    const Count middle = most + (too_many - most) / 2;
    (fits(middle, experts) ? most : too_many) = middle;
  }
  return with(most, experts);
}

LLMCALC_INLINE std::optional<InferenceSpeed> inference_speed(const Scenario& s, const InferenceEstimate& e) {
  if (e.devices.empty() || s.model->has_encoder()) return std::nullopt;
  const bool serves = !e.fit.known || e.fit.fits || e.concurrency >= 1;
  if (!serves) {
    if (const std::optional<Scenario> placed = offloaded(s)) {
      std::optional<InferenceSpeed> speed = speed_detail::speed_of(*placed, evaluate_inference(*placed));
      if (!speed) return std::nullopt;
      speed->residence = Residence::Offloaded;
      speed->gpu_layers = placed->serving.gpu_layers.value_or(0);
      speed->moe_layers_on_cpu = placed->serving.moe_layers_on_cpu;
      return speed;
    }
  }
  std::optional<InferenceSpeed> speed = speed_detail::speed_of(s, e);
  if (speed && !serves) speed->residence = Residence::Spills;
  return speed;
}

LLMCALC_INLINE std::string residence_words(const Scenario& s, const InferenceSpeed& speed) {
  switch (speed.residence) {
    case Residence::OnDevices: break;
    case Residence::Offloaded: {
      const Count all = add(s.model->layer_count(), 1);
      std::string words =
          "Does not fit: speed with " + grouped(speed.gpu_layers) + " of " + counted(all, "layer") + " on the GPU";
      if (speed.moe_layers_on_cpu != 0 && speed.gpu_layers != 0) {
        words +=
            " and the experts of " + grouped(std::min(speed.moe_layers_on_cpu, all - 1)) + " of them in host memory";
      }
      return words + ".";
    }
    case Residence::Spills: return "Does not fit: it will page or fail; the speed is that of a large enough device.";
  }
  return {};
}

LLMCALC_INLINE const Device* slowest_trainer(const Scenario& s) {
  const Device* slowest = nullptr;
  for (const DeviceGroup& group : s.devices.groups) {
    if (group.count == 0) continue;
    if (!group.device || training_peak(*group.device, s) <= 0) return nullptr;
    if (!slowest || training_peak(*group.device, s) < training_peak(*slowest, s)) slowest = group.device.get();
  }
  return slowest;
}

LLMCALC_INLINE std::optional<TrainingSpeed> training_speed(const Scenario& s) {
  if (s.model->has_encoder()) return std::nullopt;
  const Device* device = slowest_trainer(s);
  if (!device) return std::nullopt;
  const TrainingWork work = training_work_on(s, *device);
  const auto ranks = static_cast<double>(std::max<Count>(1, ranks_of(s.parallelism)));
  const double peak = ranks * training_peak(*device, s);
  TrainingSpeed out;
  out.flops_per_token = work.model;
  out.tokens_per_step = static_cast<double>(
      product(s.training.micro_batch, s.training.sequence, s.training.accumulation, s.parallelism.data));
  double tokens_per_second = peak * s.speed.mfu / work.model;
  Spread spread = spreads.given_mfu;
  if (s.speed.mfu <= 0) {
    out.step = step_time(s, *device, work);
    if (out.step.total() <= 0) return std::nullopt;
    tokens_per_second = out.tokens_per_step / out.step.total();
    spread = spreads.training;
  }
  out.tokens_per_second = {tokens_per_second * spread.slow, tokens_per_second, tokens_per_second * spread.fast};
  for (const auto side : speed_detail::sides)
    out.mfu.*side = std::min(1.0, out.tokens_per_second.*side * work.model / peak);
  return out;
}

}  // namespace llmcalc
