#pragma once
// Training against preferences and rewards: which models and which engine stand alongside the policy.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/model_source.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace llmcalc {

/// What is optimised, which decides the loss and the models alongside the policy.
enum class Objective : std::uint8_t { Sft, Dpo, Orpo, Reward, Ppo, Grpo };

/// What a sample of a batch is.
enum class Samples : std::uint8_t {
  Texts,
  Pairs,   ///< a chosen and a rejected answer, computed side by side
  Answers  ///< generated in the step, scored before it
};

/// What the loss is computed from.
enum class Scored : std::uint8_t {
  NextTokens,        ///< cross-entropy over the vocabulary
  LogProbabilities,  ///< of the tokens that were taken
  OneOutput          ///< one number instead of logits
};

/// Everything known of an objective.
struct ObjectiveRow {
  Objective id = Objective::Sft;
  std::string_view key{}, label{}, help{};
  Samples samples = Samples::Texts;
  Scored scored = Scored::NextTokens;
  bool reference = false;  ///< a frozen copy of the policy gives log-probabilities
  bool values = false;     ///< something estimates the value of a state
  bool groups = false;     ///< several answers to one prompt are compared
};

// clang-format off
inline constexpr std::array<ObjectiveRow, 6> objectives{{
    {.id = Objective::Sft, .key = "sft", .label = "Next token",
     .help = "pre-training and supervised fine-tuning: one model"},
    {.id = Objective::Dpo, .key = "dpo", .label = "DPO",
     .help = "chosen and rejected answers at once, with a frozen reference model", .samples = Samples::Pairs,
     .scored = Scored::LogProbabilities, .reference = true},
    {.id = Objective::Orpo, .key = "orpo", .label = "ORPO",
     .help = "chosen and rejected answers at once, without a reference", .samples = Samples::Pairs,
     .scored = Scored::LogProbabilities},
    {.id = Objective::Reward, .key = "reward", .label = "Reward model",
     .help = "chosen and rejected answers, one score instead of logits", .samples = Samples::Pairs,
     .scored = Scored::OneOutput},
    {.id = Objective::Ppo, .key = "ppo", .label = "PPO",
     .help = "policy, reference, reward and value model, and generation", .samples = Samples::Answers,
     .scored = Scored::LogProbabilities, .reference = true, .values = true},
    {.id = Objective::Grpo, .key = "grpo", .label = "GRPO",
     .help = "policy, reference and reward, and generation of groups", .samples = Samples::Answers,
     .scored = Scored::LogProbabilities, .reference = true, .groups = true},
}};
// clang-format on
static_assert(indexed_by_id(objectives));
constexpr const auto& enum_table(Objective) { return objectives; }

/// True when every sample is a pair of answers, computed side by side.
[[nodiscard]] constexpr bool trains_pairs(Objective o) { return row_of(o).samples == Samples::Pairs; }
/// True when a step begins with generating answers.
[[nodiscard]] constexpr bool generates(Objective o) { return row_of(o).samples == Samples::Answers; }
/// True when a frozen copy of the policy gives log-probabilities.
[[nodiscard]] constexpr bool refers(Objective o) { return row_of(o).reference; }

/// Where the reference's log-probabilities come from.
enum class ReferenceModel : std::uint8_t { Automatic, Copy, None };
inline constexpr std::array<EnumRow<ReferenceModel>, 3> reference_models{{
    {ReferenceModel::Automatic, "auto", "Automatic", "a frozen copy; with adapters the policy with its adapters off"},
    {ReferenceModel::Copy, "copy", "Frozen copy", "a second set of weights"},
    {ReferenceModel::None, "none", "None", "computed beforehand, or no divergence term"},
}};
static_assert(indexed_by_id(reference_models));
constexpr const auto& enum_table(ReferenceModel) { return reference_models; }

/// What scores the answers.
enum class RewardSource : std::uint8_t { Model, Function };
inline constexpr std::array<EnumRow<RewardSource>, 2> reward_sources{{
    {RewardSource::Model, "model", "Model", "a frozen model with one output"},
    {RewardSource::Function, "function", "Function", "rules or a remote service: no memory here"},
}};
static_assert(indexed_by_id(reward_sources));
constexpr const auto& enum_table(RewardSource) { return reward_sources; }

/// What estimates the value of a state in PPO.
enum class ValueSource : std::uint8_t { Model, Head };
inline constexpr std::array<EnumRow<ValueSource>, 2> value_sources{{
    {ValueSource::Model, "model", "Model", "a second trained model with one output"},
    {ValueSource::Head, "head", "Head", "one output more on the policy"},
}};
static_assert(indexed_by_id(value_sources));
constexpr const auto& enum_table(ValueSource) { return value_sources; }

/// Where answers are generated.
enum class Generator : std::uint8_t { Engine, EngineAsleep, Generate, Elsewhere };
inline constexpr std::array<EnumRow<Generator>, 4> generators{{
    {Generator::Engine, "engine", "Engine", "the serving engine on the same GPUs, resident all the time"},
    {Generator::EngineAsleep, "engine-asleep", "Engine, asleep in between", "gives its memory back after generating"},
    {Generator::Generate, "generate", "The policy itself", "transformers' generate(): only its cache comes and goes"},
    {Generator::Elsewhere, "elsewhere", "Other GPUs", "nothing here"},
}};
static_assert(indexed_by_id(generators));
constexpr const auto& enum_table(Generator) { return generators; }

/// Models alongside the policy. A model that is not named has the policy's shape.
struct OtherModels {
  ReferenceModel reference = ReferenceModel::Automatic;
  RewardSource reward = RewardSource::Model;
  ValueSource value = ValueSource::Model;
  ModelPtr reward_model;  ///< none: the policy's
  ModelSource reward_source;
  ModelPtr value_model;  ///< none: the policy's
  ModelSource value_source;
  friend bool operator==(const OtherModels&, const OtherModels&) = default;
};

/// Generation of answers inside a training step.
struct Rollout {
  Generator generator = Generator::Engine;
  double engine_share = 0.3;        ///< of the device's memory that the engine may take (TRL's default)
  Count engine_tensor = 1;          ///< ranks that share the engine's weights
  Count group = 8;                  ///< answers to one prompt
  std::optional<Count> completion;  ///< generated tokens of a sequence; nothing: all of it
  friend bool operator==(const Rollout&, const Rollout&) = default;
};

}  // namespace llmcalc
