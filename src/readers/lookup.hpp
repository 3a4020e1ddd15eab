#pragma once
// What a person means by the name of a model or a device: a Hugging Face id or page, an Ollama or LM Studio name, the
// name as people write it ("Llama 3.1 8B", "2x 3090", "m4 max 64"). Window, command line and scenarios ask here.
//
// Names are compared as sets of words. A name that leaves nothing open means its preset: all its words are the preset's,
// and what the preset has in addition ("Instruct", a month, a version of the weights) does not change a size. Where two
// presets could be meant, nothing is chosen: the three nearest are named.

#include "readers/device_preset.hpp"
#include "readers/model_preset.hpp"

#include <llmcalc/scenario/scenario.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// A model's name taken apart.
struct ModelName {
  std::string name;     ///< without the address of a site: "Qwen/Qwen3-8B-AWQ"
  std::string plain;    ///< without organisation and words about the file: "Qwen3-8B"
  std::string weights;  ///< weight format that the name states ("awq-int4", "gguf:Q4_K_M"); "" when it states none
};

/// Takes a name apart: "https://huggingface.co/Qwen/Qwen3-8B-AWQ/tree/main", "hf.co/unsloth/Qwen3-8B-GGUF:Q4_K_M".
[[nodiscard]] ModelName model_name(std::string_view written);

/// True for "organisation/name" and for pages of Hugging Face and Ollama; false for paths.
[[nodiscard]] bool is_repository_name(std::string_view written);

/// The weight format that a word means in any spelling ("q4_k_m", "Q4KM", "AWQ", "4bit"); "" when it means none.
[[nodiscard]] std::string weight_format_of_word(std::string_view word);

/// Which of the catalogue was meant.
struct Meant {
  std::optional<std::size_t> found;  ///< place in the catalogue
  std::vector<std::string> nearest;  ///< ids of up to three others that come near, when none was found
};

/// The preset that a model's name means.
[[nodiscard]] Meant meant_model(std::string_view written, std::span<const ModelEntry> entries);

/// The preset that a device's name means.
[[nodiscard]] Meant meant_device(std::string_view written, std::span<const DevicePreset> devices);

/// " (did you mean "a", "b" or "c"?)", or "" without names.
[[nodiscard]] std::string did_you_mean_one_of(const std::vector<std::string>& names);

/// The engine of that name, however its words are joined and by its short names; nothing when it is none of them.
[[nodiscard]] std::optional<Runtime> engine_named(std::string_view name);

}  // namespace llmcalc::io
