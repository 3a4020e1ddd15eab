// How long a frame takes while a slider is dragged: evaluate, layout and draw lists, without rendering.

#include "ui/driver.hpp"

#include <benchmark/benchmark.h>

#include <ctime>

namespace {

using namespace llmcalc;

/// A drag of the context slider, back and forth; every frame has another value and is evaluated anew.
void drag(benchmark::State& state, const char* model, Runtime runtime) {
  ui::test::Driver d(static_cast<float>(state.range(0)), static_cast<float>(state.range(1)));
  ui::use_model(d.app, {ModelSource::Kind::Preset, model});
  d.app.scenario.serving.runtime = runtime;
  d.frames(4);
  const auto box = d.find("serving.context");
  if (!box) return state.SkipWithError("no slider");
  d.move(box->middle());
  ui::compat::feed_mouse_button(0, true);
  d.frames(3);
  d.theme.audit = nullptr;  // the tests' own notes are not the program's
  const std::size_t evaluated = d.app.results.revision;
  int step = 0;
  for (auto _ : state) {
    step = (step + 1) % 200;
    const float share = static_cast<float>(step < 100 ? step : 200 - step) / 100.0f;
    ui::compat::feed_mouse_position({box->from.x + box->width() * share, box->middle().y});
    d.frame();
  }
  state.counters["evaluated"] = benchmark::Counter(static_cast<double>(d.app.results.revision - evaluated) /
                                                   static_cast<double>(state.iterations()));
  ui::compat::feed_mouse_button(0, false);
}

void BM_DragFrame(benchmark::State& state) { drag(state, "llama-3.1-8b", Runtime::Vllm); }
BENCHMARK(BM_DragFrame)->Args({1440, 900})->Args({3840, 2160})->Unit(benchmark::kMillisecond);
void BM_DragFrameLlamaCpp(benchmark::State& state) { drag(state, "llama-3.1-8b", Runtime::LlamaCpp); }
BENCHMARK(BM_DragFrameLlamaCpp)->Args({1440, 900})->Unit(benchmark::kMillisecond);
void BM_DragFrameHybrid(benchmark::State& state) { drag(state, "qwen3-next-80b-a3b", Runtime::LlamaCpp); }
BENCHMARK(BM_DragFrameHybrid)->Args({1440, 900})->Unit(benchmark::kMillisecond);

/// A frame in which nothing changed.
void BM_StillFrame(benchmark::State& state) {
  ui::test::Driver d(1440, 900);
  d.theme.audit = nullptr;
  for (auto _ : state) d.frame();
}
BENCHMARK(BM_StillFrame)->Unit(benchmark::kMillisecond);

}  // namespace
