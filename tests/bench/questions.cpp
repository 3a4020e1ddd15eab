// How long answers take: what fits, the longest context, levers, and the best layout of 8 and 64 cards.

#include "scenarios.hpp"

#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/plan.hpp>
#include <llmcalc/questions/solve.hpp>

#include <benchmark/benchmark.h>

namespace {

using namespace llmcalc;
using bench::scenario_of;

void BM_Fit(benchmark::State& state) {
  const Scenario s = scenario_of("llama-3.1-8b");
  for (auto _ : state) benchmark::DoNotOptimize(fit(s, Task::Inference));
}
BENCHMARK(BM_Fit)->Unit(benchmark::kMicrosecond);

void BM_SolveContext(benchmark::State& state, Runtime runtime) {
  const Scenario s = scenario_of("llama-3.1-8b", runtime);
  for (auto _ : state) benchmark::DoNotOptimize(solve(s, "serving.context"));
}
BENCHMARK_CAPTURE(BM_SolveContext, vllm, Runtime::Vllm)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_SolveContext, llama.cpp, Runtime::LlamaCpp)->Unit(benchmark::kMicrosecond);

void BM_Levers(benchmark::State& state, Task task) {
  const Scenario s = scenario_of("llama-3.1-8b");
  for (auto _ : state) benchmark::DoNotOptimize(levers(s, task));
}
BENCHMARK_CAPTURE(BM_Levers, inference, Task::Inference)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Levers, training, Task::Training)->Unit(benchmark::kMicrosecond);

void BM_Plan(benchmark::State& state, Task task, const char* model) {
  Scenario s = scenario_of(model, Runtime::Vllm, static_cast<Count>(state.range(0)));
  s.training.accumulation = 64;  // the batch of a step, which layouts divide over data ranks
  if (plan(s, task).candidates.empty()) return state.SkipWithError("no layout");
  for (auto _ : state) benchmark::DoNotOptimize(plan(s, task));
}
BENCHMARK_CAPTURE(BM_Plan, inference, Task::Inference, "llama-3.1-70b")->Arg(8)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Plan, training, Task::Training, "llama-3.1-8b")->Arg(8)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Plan, training, Task::Training, "llama-3.1-70b")->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace
