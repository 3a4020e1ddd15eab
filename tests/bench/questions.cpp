// How long questions take: what fits, levers, every setting that can be solved for, on every runtime and with a
// mixture of experts, and plans for 64 and 1,024 devices.

#include "host/preset_folders.hpp"
#include "readers/known_models.hpp"
#include "readers/resolve.hpp"
#include "report/recommended.hpp"

#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/plan.hpp>
#include <llmcalc/questions/solve.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace llmcalc;

Scenario scenario_of(const std::string& model, const char* device, Count count) {
  static const io::Resolver resolver = io::default_resolver();
  Scenario s;
  if (auto found = resolver.model({ModelSource::Kind::Preset, model})) s.model = *found;
  if (auto found = resolver.device(device)) s.devices.groups = {{*found, count}};
  return s;
}

void BM_Fit(benchmark::State& state) {
  const Scenario s = scenario_of("llama-3.1-8b", "rtx-4090", 1);
  for (auto _ : state) benchmark::DoNotOptimize(fit(s, Task::Inference));
}
BENCHMARK(BM_Fit)->Unit(benchmark::kMicrosecond);

/// Every target of a runtime; the counter is the slowest of them, each by its best time.
void solve_all(benchmark::State& state, const std::string& model) {
  Scenario s = scenario_of(model, "rtx-4090", 1);
  s.serving.runtime = static_cast<Runtime>(state.range(0));
  if (s.serving.runtime == Runtime::LlamaCpp) {
    s.weights.format = WeightFormat::Gguf;
    s.weights.mix = GgufMix::Q4_K_M;
  }
  s.training.method = TrainingMethod::Qlora;
  s.training.recompute = RecomputeKind::Full;
  using Clock = std::chrono::steady_clock;
  std::vector<Clock::duration> best(std::size(solve_targets), Clock::duration::max());
  for (auto _ : state) {
    for (std::size_t i = 0; i < best.size(); ++i) {
      const auto start = Clock::now();
      benchmark::DoNotOptimize(solve(s, solve_targets[i].path, solve_targets[i].task));
      best[i] = std::min(best[i], Clock::now() - start);
    }
  }
  const auto slowest = std::max_element(best.begin(), best.end());
  state.counters["slowest_ms"] = std::chrono::duration<double, std::milli>(*slowest).count();
  const std::string_view path = solve_targets[static_cast<std::size_t>(slowest - best.begin())].path;
  state.SetLabel(std::string(key_of(s.serving.runtime)) + ": " + std::string(path));
}
void BM_SolveDense(benchmark::State& state) { solve_all(state, "llama-3.1-8b"); }
BENCHMARK(BM_SolveDense)->DenseRange(0, static_cast<int>(runtimes.size()) - 1)->Unit(benchmark::kMillisecond);
void BM_SolveExperts(benchmark::State& state) { solve_all(state, "qwen3-30b-a3b"); }
BENCHMARK(BM_SolveExperts)->DenseRange(0, static_cast<int>(runtimes.size()) - 1)->Unit(benchmark::kMillisecond);
void BM_SolveHybrid(benchmark::State& state) { solve_all(state, "qwen3-next-80b-a3b"); }
BENCHMARK(BM_SolveHybrid)->DenseRange(0, static_cast<int>(runtimes.size()) - 1)->Unit(benchmark::kMillisecond);

void plan_training(benchmark::State& state, const char* model, TrainingFramework framework, Recipe recipe) {
  Scenario s = scenario_of(model, "h100-sxm-80gb", static_cast<Count>(state.range(0)));
  s.training.framework = framework;
  s.training.recipe = recipe;
  s.training.sequence = 8192;
  s.training.accumulation = 2048;
  std::size_t considered = 0;
  for (auto _ : state) considered = plan(s, Task::Training).considered;
  state.counters["considered"] = static_cast<double>(considered);
}
void BM_LayoutsOfDense(benchmark::State& state) {
  plan_training(state, "llama-3.1-70b", TrainingFramework::Megatron, Recipe::MegatronBf16);
}
BENCHMARK(BM_LayoutsOfDense)->Arg(64)->Arg(1024)->Unit(benchmark::kMillisecond);
void BM_LayoutsOfExperts(benchmark::State& state) {
  plan_training(state, "deepseek-v3", TrainingFramework::Megatron, Recipe::MegatronBf16);
}
BENCHMARK(BM_LayoutsOfExperts)->Arg(64)->Arg(1024)->Unit(benchmark::kMillisecond);

void BM_LayoutsOfServing(benchmark::State& state) {
  Scenario s = scenario_of("deepseek-v3", "h100-sxm-80gb", static_cast<Count>(state.range(0)));
  s.serving.sequences = 256;
  for (auto _ : state) benchmark::DoNotOptimize(plan(s, Task::Inference));
}
BENCHMARK(BM_LayoutsOfServing)->Arg(64)->Arg(1024)->Unit(benchmark::kMillisecond);

void BM_RecommendCatalogue(benchmark::State& state) {
  static const std::vector<io::KnownModel> models = io::known_models(io::preset_folders());
  Scenario machine = scenario_of("llama-3.1-8b", "rtx-3060-12gb", 1);
  machine.host.memory_bytes = (32_GiB).count;
  machine.serving.runtime = Runtime::LlamaCpp;
  for (auto _ : state) benchmark::DoNotOptimize(io::recommend_all(models, machine, {}, {}));
  state.counters["models"] = static_cast<double>(models.size());
}
BENCHMARK(BM_RecommendCatalogue)->Unit(benchmark::kMillisecond);

void BM_ReadKnownModels(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(io::known_models(io::preset_folders()));
}
BENCHMARK(BM_ReadKnownModels)->Unit(benchmark::kMillisecond);

void BM_LeversOfBoth(benchmark::State& state) {
  const Scenario s = scenario_of("llama-3.1-70b", "rtx-4090", 1);
  for (auto _ : state) {
    for (const auto& task : tasks) benchmark::DoNotOptimize(levers(s, task.id));
  }
}
BENCHMARK(BM_LeversOfBoth)->Unit(benchmark::kMillisecond);

}  // namespace
