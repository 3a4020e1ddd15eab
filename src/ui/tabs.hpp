#pragma once
// Charts and sheets of the middle column, and the number that the window is about.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/task.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace llmcalc::ui {

/// Charts and sheets of the middle column.
enum class Tab : std::uint8_t {
  Context,
  Sequences,
  Gpus,
  Formats,
  Timeline,
  Ranks,
  Tensors,
  Speed,
  Cost,
  Plan,
  Map,
  Compare
};

/// A tab: its words in inference and, where they differ, in training.
struct TabRow {
  Tab id;
  std::string_view key;
  std::string_view label;
  std::string_view help;
  std::string_view training_label{};
  std::string_view training_help{};
};
inline constexpr std::array<TabRow, 12> tabs{{
    {.id = Tab::Context,
     .key = "context",
     .label = "Context",
     .help = "Memory of inference over the length of a sequence.",
     .training_label = "Sequence",
     .training_help = "Memory of training over the length of a sequence."},
    {.id = Tab::Sequences,
     .key = "sequences",
     .label = "Batch",
     .help = "Memory of inference over the number of sequences held.",
     .training_label = "Micro-batch",
     .training_help = "Memory of training over the micro-batch."},
    {.id = Tab::Gpus,
     .key = "gpus",
     .label = "GPUs",
     .help = "Memory of one GPU when the work is divided among more."},
    {.id = Tab::Formats,
     .key = "formats",
     .label = "Precision",
     .help = "Memory of inference in every weight format.",
     .training_label = "Recipe",
     .training_help = "Memory of training in every precision recipe."},
    {.id = Tab::Timeline,
     .key = "timeline",
     .label = "Timeline",
     .help = "Memory of training at every moment of a step."},
    {.id = Tab::Ranks, .key = "ranks", .label = "Ranks", .help = "Memory of every GPU and pipeline stage."},
    {.id = Tab::Tensors, .key = "tensors", .label = "Tensors", .help = "Every tensor of the model."},
    {.id = Tab::Speed,
     .key = "speed",
     .label = "Speed",
     .help = "Tokens per second over the number of sequences.",
     .training_help = "Tokens per second over the number of devices."},
    {.id = Tab::Cost,
     .key = "cost",
     .label = "Cost",
     .help = "Dollars per million tokens over the number of sequences.",
     .training_help = "Dollars for the whole training over the number of devices."},
    {.id = Tab::Plan,
     .key = "plan",
     .label = "Plan",
     .help = "The best layouts on these devices, or how many devices it takes."},
    {.id = Tab::Map,
     .key = "map",
     .label = "Map",
     .help = "What fits of context and number of sequences together.",
     .training_help = "What fits of sequence length and micro-batch together."},
    {.id = Tab::Compare, .key = "compare", .label = "Pins", .help = "Pinned scenarios side by side."},
}};
static_assert(indexed_by_id(tabs));
constexpr const auto& enum_table(Tab) { return tabs; }

/// What a tab is called, and what it shows.
[[nodiscard]] constexpr std::string_view tab_label(const TabRow& tab, Task task) {
  return task == Task::Training && !tab.training_label.empty() ? tab.training_label : tab.label;
}
[[nodiscard]] constexpr std::string_view help_of(const TabRow& tab, Task task) {
  return task == Task::Training && !tab.training_help.empty() ? tab.training_help : tab.help;
}

/// The number whose WHY is shown.
struct Focus {
  Task task = Task::Inference;
  Part part = Part::KvCache;
  std::optional<Count> device{};  ///< number of the device whose bar was clicked; nothing: the one that decides
  friend bool operator==(const Focus&, const Focus&) = default;
};

}  // namespace llmcalc::ui
