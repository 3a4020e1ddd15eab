#include "ui/examples.hpp"

#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"

#include <array>
#include <utility>

namespace llmcalc::ui {
namespace {

constexpr std::array shown_first{
    Example{.name = "Chat on this computer",
            .help = "Every model that runs here, each with its best format, context and speed.",
            .scenario = ""},
    Example{.name = "QLoRA of 8B on 24 GB",
            .help = "Fine-tuning Llama 3.1 8B in 4 bits with Unsloth on one RTX 4090.",
            .scenario = R"({"model": "llama-3.1-8b", "device": "rtx-4090",
              "training": {"framework": "unsloth", "method": "qlora", "lora": {"rank": 16}, "micro_batch": 2,
                           "sequence": 4096, "accumulation": 4, "optimizer": "adamw-8bit", "recompute": "full"}})",
            .task = Task::Training},
    Example{.name = "70B on 4 × H100",
            .help = "Serving Llama 3.3 70B to 32 users with vLLM, tensor parallel over four GPUs.",
            .scenario = R"({"model": "llama-3.3-70b-instruct", "device": {"id": "h100-sxm-80gb", "count": 4},
              "serving": {"runtime": "vllm", "sequences": 32, "context": 8192}, "parallelism": {"tensor": 4}})"},
};

}  // namespace

std::span<const Example> examples() { return shown_first; }

void show_example(App& app, const Example& example) {
  if (example.scenario.empty()) {
    use_this_computer(app);
    app.view.screen = Screen::WhatRuns;
    return;
  }
  const Result<nlohmann::json> json = io::parse_json(example.scenario);
  if (!json) return complain(app, json.issues().front().what);
  Result<Scenario> scenario = io::read_scenario(*json, app.resolver);
  if (!scenario) return complain(app, issue_words(scenario.issues().front()));
  use_scenario(app, std::move(scenario).value());
  app.view.screen = Screen::OneModel;
  app.preferences.focus.task = example.task;
  app.preferences.tab = Tab::Context;
  say(app, std::string(example.name) + " · Ctrl+Z takes it back");
}

}  // namespace llmcalc::ui
