// How long evaluate() takes: Llama 3.1 8B on every runtime, its two halves, and the slowest of all presets.

#include "host/preset_folders.hpp"
#include "readers/model_preset.hpp"
#include "scenarios.hpp"

#include <llmcalc/estimate/evaluate.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace {

using namespace llmcalc;

using bench::scenario_of;

void BM_Evaluate(benchmark::State& state) {
  const Scenario s = scenario_of("llama-3.1-8b", static_cast<Runtime>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(evaluate(s));
  state.SetLabel(std::string(key_of(s.serving.runtime)));
}
BENCHMARK(BM_Evaluate)->DenseRange(0, static_cast<int>(runtimes.size()) - 1);

void BM_EvaluateInference(benchmark::State& state) {
  const Scenario s = scenario_of("llama-3.1-8b", Runtime::Vllm);
  for (auto _ : state) benchmark::DoNotOptimize(evaluate_inference(s));
}
BENCHMARK(BM_EvaluateInference);

void BM_EvaluateTraining(benchmark::State& state) {
  const Scenario s = scenario_of("llama-3.1-8b", Runtime::Vllm);
  for (auto _ : state) benchmark::DoNotOptimize(evaluate_training(s));
}
BENCHMARK(BM_EvaluateTraining);

/// The slowest preset on a runtime, by the best of some repetitions each.
void BM_SlowestPreset(benchmark::State& state) {
  const auto runtime = static_cast<Runtime>(state.range(0));
  std::vector<Scenario> all;
  for (const auto& entry : io::read_model_catalogue(io::preset_folders()).entries) {
    Scenario s = scenario_of(entry.id.c_str(), runtime);
    if (s.model) all.push_back(std::move(s));
  }
  using Clock = std::chrono::steady_clock;
  std::vector<Clock::duration> best(all.size(), Clock::duration::max());
  for (auto _ : state) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto start = Clock::now();
      benchmark::DoNotOptimize(evaluate_inference(all[i]));
      best[i] = std::min(best[i], Clock::now() - start);
    }
  }
  const auto slowest = std::max_element(best.begin(), best.end());
  if (slowest == best.end()) return state.SkipWithError("no presets found");
  state.counters["slowest_us"] = std::chrono::duration<double, std::micro>(*slowest).count();
  state.SetLabel(std::string(key_of(runtime)) + ": " +
                 all[static_cast<std::size_t>(slowest - best.begin())].model->id);
}
BENCHMARK(BM_SlowestPreset)->DenseRange(0, static_cast<int>(runtimes.size()) - 1)->Iterations(20);

/// Layouts and objectives that make training estimates long.
struct TrainingCase {
  const char* name;
  void (*set)(Scenario&);
};
constexpr std::array training_cases{
    TrainingCase{"one device", [](Scenario&) {}},
    TrainingCase{"ZeRO-3 of 64", [](Scenario& s) { s.parallelism = {.data = 64, .zero = 3}; }},
    TrainingCase{"8 x 16 stages",
                 [](Scenario& s) { s.parallelism = {.data = 8, .zero = 1, .tensor = 8, .pipeline = 16}; }},
    TrainingCase{"LoRA", [](Scenario& s) { s.training.method = TrainingMethod::Lora; }},
    TrainingCase{"PPO", [](Scenario& s) { s.training.objective = Objective::Ppo; }},
};

/// The slowest preset in a training layout, by the best of some repetitions each.
void BM_SlowestTraining(benchmark::State& state) {
  const TrainingCase& row = training_cases[static_cast<std::size_t>(state.range(0))];
  std::vector<Scenario> all;
  for (const auto& entry : io::read_model_catalogue(io::preset_folders()).entries) {
    Scenario s = scenario_of(entry.id.c_str(), Runtime::Vllm);
    if (!s.model) continue;
    row.set(s);
    all.push_back(std::move(s));
  }
  using Clock = std::chrono::steady_clock;
  std::vector<Clock::duration> best(all.size(), Clock::duration::max());
  for (auto _ : state) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto start = Clock::now();
      benchmark::DoNotOptimize(evaluate_training(all[i]));
      best[i] = std::min(best[i], Clock::now() - start);
    }
  }
  const auto slowest = std::max_element(best.begin(), best.end());
  if (slowest == best.end()) return state.SkipWithError("no presets found");
  state.counters["slowest_us"] = std::chrono::duration<double, std::micro>(*slowest).count();
  state.SetLabel(std::string(row.name) + ": " + all[static_cast<std::size_t>(slowest - best.begin())].model->id);
}
BENCHMARK(BM_SlowestTraining)->DenseRange(0, static_cast<int>(training_cases.size()) - 1)->Iterations(20);

}  // namespace
