#pragma once
// Encoders with a decoder: T5, BART, Whisper and their kin.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <string_view>

namespace llmcalc::models {

/// True when this model_type is an encoder with a decoder that is read.
[[nodiscard]] bool is_encoder_decoder(std::string_view model_type);

}  // namespace llmcalc::models
