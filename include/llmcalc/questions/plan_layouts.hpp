#pragma once
// What a search for a plan is made of: its options, its candidates, and the layouts of ranks to try.

#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/speed.hpp>
#include <llmcalc/questions/step_time.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <functional>
#include <vector>

namespace llmcalc {

/// What a search may do and how far it goes.
struct PlanOptions {
  std::size_t most = 8;       ///< layouts to return
  bool surely = false;        ///< even the high end of the range must fit
  bool other_formats = true;  ///< inference: smaller weights and cache when nothing fits as it is
  Cluster cluster;
  SpeedAssumptions speed;
  std::function<bool(double)> progress{};  ///< told how far it is, 0 to 1; false cancels
};

/// One way to run the job.
struct PlanCandidate {
  Scenario scenario;
  double tokens_per_second = 0;  ///< of all devices, typical
  double dollars_per_hour = 0;   ///< of all devices; 0: no price
  StepTime time;                 ///< training: where the step's time goes
  FitAnswer fit;
};

/// The layouts that fit, best first.
struct Plan {
  std::vector<PlanCandidate> candidates;
  std::size_t considered = 0;  ///< layouts made
  std::size_t evaluated = 0;   ///< layouts whose memory was computed
  bool cancelled = false;
};

namespace plan_detail {

/// Divisors of n, ascending.
[[nodiscard]] inline std::vector<Count> divisors(Count n) {
  std::vector<Count> all;
  for (Count i = 1; i <= n; ++i) {
    if (n % i == 0) all.push_back(i);
  }
  return all;
}

[[nodiscard]] inline double price_of(const Scenario& s) {
  double sum = 0;
  for (const DeviceGroup& g : s.devices.groups) {
    if (g.device) sum += static_cast<double>(g.count) * g.device->price_per_hour;
  }
  return sum;
}

/// A layout of ranks whose product is the number of devices.
struct Layout {
  Count tensor, pipeline, context, data;
};

[[nodiscard]] inline std::vector<Layout> layouts(const Scenario& s, Count devices, bool contexts,
                                                 const Cluster& cluster) {
  std::vector<Layout> all;
  const Count layers = s.model->layer_count();
  for (const Count t : divisors(devices)) {
    if (t > cluster.devices_per_node) break;
    for (const Count p : divisors(devices / t)) {
      if (p > std::min<Count>(layers, 64)) break;
      for (const Count c : divisors(devices / t / p)) {
        if (c > 1 && (!contexts || c > 16 || s.training.sequence / c < 4096)) break;
        all.push_back({t, p, c, devices / t / p / c});
      }
    }
  }
  return all;
}

/// ZeRO stages that the framework has for a layout. Megatron's distributed optimizer is stage 1; FSDP2 is stage 3,
/// and with a pipeline it keeps gathered weights (stage 2); elsewhere a pipeline goes with stage 1 at most.
[[nodiscard]] inline std::vector<Count> zero_stages(TrainingFramework framework, const Layout& l) {
  if (multiply(l.data, l.context) == 1) return {0};
  const bool pipeline = l.pipeline > 1;
  switch (framework) {
    case TrainingFramework::Unsloth:
      return {0};
    case TrainingFramework::Megatron:
      return {0, 1};
    case TrainingFramework::Torchtitan:
    case TrainingFramework::Torchtune:
    case TrainingFramework::LitGpt:
      return pipeline ? std::vector<Count>{0, 2} : std::vector<Count>{0, 3};
    case TrainingFramework::Transformers:
    case TrainingFramework::DeepSpeed:
      return pipeline ? std::vector<Count>{0, 1} : std::vector<Count>{0, 1, 2, 3};
  }
  return {0};
}

/// Gives the scenario a layout; experts are dealt to the tensor ranks as far as they divide.
inline void set_layout(Scenario& s, const Layout& l) {
  s.parallelism.tensor = l.tensor;
  s.parallelism.pipeline = l.pipeline;
  s.parallelism.context = l.context;
  s.parallelism.data = l.data;
  if (s.parallelism.pipeline == 1) s.parallelism.virtual_stages = 1;
  const Count shard = s.parallelism.shard_group.value_or(1);
  if (shard == 0 || multiply(l.data, l.context) % shard != 0) s.parallelism.shard_group = std::nullopt;
}

}  // namespace plan_detail

}  // namespace llmcalc
