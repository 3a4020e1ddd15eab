#pragma once
// Where a training step's time goes, so that layouts can be ranked: computing, exchanging activations between tensor
// ranks, idling in the pipeline, exchanging gradients and shards between replicas.
//
//   compute  = flops x repeats / (devices x peak x e)                       e: kernels alone, without any waiting
//   tensor   = micro-batches x layers / p x 8 x (t - 1) / t x b s / c h x 2 bytes / link      (4 all-reduces a layer)
//   pipeline = (p - 1) / (m v) of compute and tensor time
//   context  = micro-batches x layers / p x 2 x (c - 1) / c x b s / c x kv width x 2 bytes x 3 / link
//   data     = ZeRO 0 to 2: gradients reduced and weights gathered once a step; ZeRO 3: weights gathered twice and
//   gradients
//              reduced in every micro-batch; the part that does not hide behind 80 % of the computing
//
// Link: half of the marketed two-way figure inside a node, the network between nodes, both at 70 %. Source: volumes
// from Megatron-LM (arXiv 2205.05198, 2104.04473), ZeRO (arXiv 1910.02054) and FSDP2. Good for ranking layouts of one
// job, not for absolute times; not counted: expert all-to-all, stragglers, checkpoints. Bad input gives zeros.

#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/questions/work.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>

namespace llmcalc {

/// The machines around the devices.
struct Cluster {
  Count devices_per_node = 8;
  double network_bandwidth = 50e9;  ///< bytes per second of one device to other nodes, one way (400 Gbit/s)
  double link_efficiency = 0.7;
  double kernel_efficiency = 0.5;  ///< share of the peak rate while computing
  double hidden = 0.8;             ///< share of the computing time that communication of replicas can hide behind
};

/// Seconds of one optimizer step by what they are spent on.
struct StepTime {
  double compute = 0;
  double tensor = 0;
  double pipeline = 0;
  double context = 0;
  double data = 0;
  [[nodiscard]] double total() const { return compute + tensor + pipeline + context + data; }
};

/// Time of one optimizer step of a valid scenario on `devices` equal devices; all zero when the rate is not known.
[[nodiscard]] inline StepTime step_time(const Scenario& s, const Device& device, const Cluster& cluster = {}) {
  const double peak = std::max(device.operations.bf16, device.operations.fp16);
  if (peak <= 0) return {};
  const Model& m = *s.model;
  const Parallelism& p = s.parallelism;
  const auto t = static_cast<double>(p.tensor);
  const auto stages = static_cast<double>(p.pipeline);
  const auto c = static_cast<double>(p.context);
  const auto d = static_cast<double>(p.data);
  const auto micro_batches = static_cast<double>(s.training.accumulation);
  const double tokens = static_cast<double>(s.training.micro_batch) * static_cast<double>(s.training.sequence);
  const double repeated = repeated_share(s.training, m.layer_count() / std::max<Count>(1, p.pipeline));
  const bool again = repeated > 0;
  const double network = cluster.network_bandwidth * cluster.link_efficiency;
  const double inside = device.link_bandwidth > 0 ? device.link_bandwidth / 2 * cluster.link_efficiency : network;
  // Ranks are dealt tensor first, then context, then data, then pipeline: a group that is wider than a node uses the
  // network.
  const auto link = [&](Count width) {
    return width <= cluster.devices_per_node ? inside : std::min(inside, network);
  };

  StepTime time;
  const double flops = training_flops(m, s.training.sequence) * tokens * micro_batches * d;
  // Small pieces of matrices run less efficiently: halving a rank's share costs about a twentieth.
  const double width_loss = 1 + 0.05 * std::log2(std::max(1.0, t));
  const double size_gain = tokens / c < 4096 ? 1.15 : 1.0;
  const double repeats = again ? 1 + repeated / 3 : s.training.recompute == RecomputeKind::Selective ? 1.03 : 1.0;
  time.compute = flops * repeats * width_loss * size_gain / (d * t * stages * c * peak * cluster.kernel_efficiency);
  const double layers = static_cast<double>(m.layer_count()) / stages;
  const double activation = tokens / c * static_cast<double>(m.hidden) * 2;
  if (t > 1) {
    time.tensor = micro_batches * layers * 8 * (t - 1) / t * activation * (again ? 1.5 : 1.0) / link(p.tensor);
  }
  if (c > 1) {
    double kv_width = 0;
    for (const Layer& kind : m.kinds) {
      const AttentionShape& a = kind.attention;
      kv_width = std::max(kv_width, static_cast<double>(a.kv_heads * (a.head_dim + a.value_head_dim)));
    }
    const double volume = 2 * (c - 1) / c * tokens / c * kv_width * 2 * 3 / t;
    // Half hides behind attention; halved blocks of attention run about 3 % less efficiently.
    time.context = 0.5 * micro_batches * layers * volume / link(multiply(p.tensor, p.context));
    time.context += 0.03 * std::log2(c) * time.compute;
  }
  if (stages > 1) {
    const double batches = micro_batches * static_cast<double>(std::max<Count>(1, p.virtual_stages));
    time.pipeline = (time.compute + time.tensor + time.context) * (stages - 1) / batches;
    time.pipeline += 2 * (stages - 1) * activation / std::min(inside, network);
  }
  const double replicas = d * c;
  if (replicas > 1) {
    const double weights = static_cast<double>(parameter_count(m)) / (t * stages) * 2;
    const double share = (replicas - 1) / replicas;
    const double rounds = p.zero >= 3 ? 3 * micro_batches : p.zero >= 1 ? 2 : 2;
    const double exchange = rounds * weights * share / link(product(p.tensor, p.context, p.data));
    time.data = std::max(0.05 * exchange, exchange - cluster.hidden * time.compute);
  }
  return time;
}

}  // namespace llmcalc
