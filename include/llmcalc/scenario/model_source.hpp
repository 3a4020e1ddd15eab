#pragma once
// How a scenario names a model.

#include <cstdint>
#include <string>

namespace llmcalc {

/// How a model was named; the model itself is a ModelPtr next to it. Kept so that a scenario can be written back.
struct ModelSource {
  enum class Kind : std::uint8_t {
    None,
    Preset,  ///< text: id of a preset
    File,    ///< text: path of a config.json, .gguf, .safetensors or a folder
    Config,  ///< text: a Hugging Face config.json object
    Custom   ///< text: JSON object of model/custom.hpp's fields
  };
  Kind kind = Kind::None;
  std::string text;
  friend bool operator==(const ModelSource&, const ModelSource&) = default;
};

}  // namespace llmcalc
