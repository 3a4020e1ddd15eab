#pragma once
// The settings that are always shown, in this order; the rest of their groups follows with "more settings".

#include <llmcalc/scenario/fields.hpp>

#include <algorithm>
#include <array>

namespace llmcalc::ui {

inline constexpr std::array first_serving{&field_at("serving.sequences"),  &field_at("serving.context"),
                                          &field_at("serving.kv_format"),  &field_at("serving.runtime"),
                                          &field_at("serving.gpu_layers"), &field_at("serving.moe_layers_on_cpu")};

inline constexpr std::array first_training{&field_at("training.framework"),       &field_at("training.method"),
                                           &field_at("training.trainable_share"), &field_at("training.lora.rank"),
                                           &field_at("training.micro_batch"),     &field_at("training.sequence"),
                                           &field_at("training.recipe"),          &field_at("training.optimizer"),
                                           &field_at("training.recompute"),       &field_at("training.attention")};

/// Two in a row.
inline constexpr std::array first_parallelism{&field_at("parallelism.tensor"),  &field_at("parallelism.pipeline"),
                                              &field_at("parallelism.data"),    &field_at("parallelism.zero"),
                                              &field_at("parallelism.context"), &field_at("parallelism.expert")};

/// True when the setting has its place without "more settings".
[[nodiscard]] inline bool is_always_shown(const Field& field) {
  const auto among = [&](const auto& list) { return std::find(list.begin(), list.end(), &field) != list.end(); };
  return field.path == "weights.format" || among(first_serving) || among(first_training) || among(first_parallelism);
}

}  // namespace llmcalc::ui
