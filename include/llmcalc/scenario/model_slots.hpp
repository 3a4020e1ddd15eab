#pragma once
// Models that a scenario names besides its own: each may be left out.

#include <llmcalc/scenario/field.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <array>
#include <string_view>

namespace llmcalc {

/// One model besides the scenario's own: the setting that names it, and where it is kept.
struct ModelSlot {
  std::string_view path;  ///< of the field: "serving.draft_model"
  Access<ModelPtr> model;
  Access<ModelSource> source;
};
inline constexpr std::array model_slots{
    ModelSlot{"serving.draft_model", field_rows::access<&Scenario::serving, &Serving::draft_model>,
              field_rows::access<&Scenario::serving, &Serving::draft_source>},
    ModelSlot{"training.reward_model",
              field_rows::access<&Scenario::training, &Training::models, &OtherModels::reward_model>,
              field_rows::access<&Scenario::training, &Training::models, &OtherModels::reward_source>},
    ModelSlot{"training.value_model",
              field_rows::access<&Scenario::training, &Training::models, &OtherModels::value_model>,
              field_rows::access<&Scenario::training, &Training::models, &OtherModels::value_source>},
};

/// The slot that a field names; null for other fields.
[[nodiscard]] constexpr const ModelSlot* find_model_slot(std::string_view path) {
  for (const ModelSlot& slot : model_slots) {
    if (slot.path == path) return &slot;
  }
  return nullptr;
}

}  // namespace llmcalc
