#pragma once
// States of the program that every panel must draw: what people meet, and what rarely happens.

#include "driver.hpp"

#include <array>
#include <ostream>
#include <string_view>

namespace llmcalc::ui::test {

/// One state: its name and how it is reached.
struct State {
  const char* name;
  void (*reach)(App&);
};
inline std::ostream& operator<<(std::ostream& out, const State& state) { return out << state.name; }

/// A model by its preset; tests fail when it is not there.
inline void preset(App& app, std::string_view id) {
  if (!use_model(app, {ModelSource::Kind::Preset, std::string(id)})) app.scenario.model.reset();
}

inline void device(App& app, std::string_view id, Count count) {
  for (const DeviceChoice& choice : app.library.devices) {
    if (choice.device->id == id) return use_device(app, choice.device, count);
  }
  app.scenario.model.reset();
}

inline constexpr std::array<State, 13> states{{
    {"default", [](App&) {}},
    {"article method", [](App& a) { a.scenario.method = Method::Article; }},
    {"issues", [](App& a) { a.scenario.serving.context = 0; }},
    {"llama.cpp with host layers",
     [](App& a) {
       a.scenario.serving.runtime = Runtime::LlamaCpp;
       a.scenario.serving.gpu_layers = 12;
     }},
    {"several GPUs",
     [](App& a) {
       device(a, "h100-sxm-80gb", 8);
       a.scenario.parallelism.tensor = 4;
       a.scenario.parallelism.pipeline = 2;
     }},
    {"many ranks",
     [](App& a) {
       device(a, "h100-sxm-80gb", 64);
       a.scenario.parallelism.pipeline = 16;
       a.scenario.parallelism.data = 4;
       a.scenario.parallelism.zero = 1;
     }},
    {"experts", [](App& a) { preset(a, "mixtral-8x7b-v0.1"); }},
    {"hybrid", [](App& a) { preset(a, "qwen3-next-80b-a3b"); }},
    {"host memory only",
     [](App& a) {
       a.scenario.devices.groups.clear();
       a.scenario.serving.runtime = Runtime::LlamaCpp;
     }},
    {"LoRA",
     [](App& a) {
       a.scenario.training.method = TrainingMethod::Qlora;
       a.scenario.training.recompute = RecomputeKind::Full;
     }},
    {"very large",
     [](App& a) {
       a.scenario.serving.context = 1'000'000;
       a.scenario.serving.sequences = 256;
       a.scenario.training.sequence = 1'000'000;
     }},
    {"first start", [](App& a) { a.view.first_start = true; }},
    {"empty library",
     [](App& a) {
       a.library.models.clear();
       a.library.devices.clear();
     }},
}};

}  // namespace llmcalc::ui::test
