#pragma once
// The table of training frameworks. A new one: an enumerator, its file, and a line here; a new version: a row in its
// file. Sources: each row's. Fragmentation: torchtitan's tables of reserved memory of 2024-12 against what is allocated
// (1.06 compiled, 1.10 to 1.15 eager); elsewhere 1.04 to 1.06 with sequences of one length, 1.15 with varying lengths.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/frameworks/automodel.hpp>
#include <llmcalc/frameworks/axolotl.hpp>
#include <llmcalc/frameworks/deepspeed.hpp>
#include <llmcalc/frameworks/framework.hpp>
#include <llmcalc/frameworks/litgpt.hpp>
#include <llmcalc/frameworks/llama_factory.hpp>
#include <llmcalc/frameworks/megatron.hpp>
#include <llmcalc/frameworks/megatron_bridge.hpp>
#include <llmcalc/frameworks/mlx.hpp>
#include <llmcalc/frameworks/ms_swift.hpp>
#include <llmcalc/frameworks/openrlhf.hpp>
#include <llmcalc/frameworks/torchtitan.hpp>
#include <llmcalc/frameworks/torchtune.hpp>
#include <llmcalc/frameworks/trainer.hpp>
#include <llmcalc/frameworks/transformers.hpp>
#include <llmcalc/frameworks/trl.hpp>
#include <llmcalc/frameworks/unsloth.hpp>
#include <llmcalc/frameworks/verl.hpp>
#include <llmcalc/scenario/version.hpp>

#include <array>
#include <string_view>

namespace llmcalc {

inline constexpr std::array<FrameworkRow, 17> training_frameworks{
    frameworks::transformers,    frameworks::torchtitan, frameworks::torchtune,     frameworks::litgpt,
    frameworks::megatron,        frameworks::deepspeed,  frameworks::unsloth,       frameworks::trl,
    frameworks::axolotl,         frameworks::ms_swift,   frameworks::llama_factory, frameworks::automodel,
    frameworks::megatron_bridge, frameworks::verl,       frameworks::openrlhf,      frameworks::mlx,
    frameworks::trainer};
static_assert(indexed_by_id(training_frameworks));
constexpr const auto& enum_table(TrainingFramework) { return training_frameworks; }

/// What a version of a framework does. Without a number ("main") or with one older than all rows (another program's):
/// the newest.
[[nodiscard]] constexpr const FrameworkVersion& framework_version(TrainingFramework framework,
                                                                  std::string_view version) {
  const std::span<const FrameworkVersion> rows = row_of(framework).versions;
  const Version wanted = parse_version(version);
  if (wanted == Version{}) return rows.back();
  const FrameworkVersion* found = &rows.back();
  for (const FrameworkVersion& row : rows) {
    if (parse_version(row.from) <= wanted) found = &row;
  }
  return *found;
}
static_assert(framework_version(TrainingFramework::Transformers, "4.19").gradients == GradientBuffers::Persistent);
static_assert(framework_version(TrainingFramework::Transformers, "").gradients == GradientBuffers::Fresh);
static_assert(framework_version(TrainingFramework::Transformers, "main").gradients == GradientBuffers::Fresh);
static_assert(framework_version(TrainingFramework::Transformers, "trl 0.20").gradients == GradientBuffers::Fresh);
static_assert(framework_version(TrainingFramework::LitGpt, "2023-10").base.extra_stream == 0);
static_assert(framework_version(TrainingFramework::LitGpt, "").base.extra_stream == 16);

/// An optimizer's name on the framework's command line; "" when it has none that gives exactly this optimizer.
[[nodiscard]] constexpr std::string_view optimizer_name(TrainingFramework framework, Optimizer optimizer) {
  return row_of(optimizer).names.*(row_of(framework).optimizers);
}
static_assert(optimizer_name(TrainingFramework::Transformers, Optimizer::AdamW8bit) == "adamw_bnb_8bit");
static_assert(optimizer_name(TrainingFramework::Megatron, Optimizer::AdamW) == "adam");
static_assert(optimizer_name(TrainingFramework::Megatron, Optimizer::AdamW8bit).empty());

}  // namespace llmcalc
