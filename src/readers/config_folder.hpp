#pragma once
// The config.json of a folder, with the quantization that tools write into files of their own beside it.

#include "readers/folder.hpp"

#include <llmcalc/base/issue.hpp>

#include <nlohmann/json.hpp>

#include <optional>

namespace llmcalc::io {

/// The folder's config.json, or params.json of the original Llama and Mistral layout; nothing and no issue when it has
/// neither. A quantization that stands in a file beside it is added.
Result<std::optional<nlohmann::json>> config_of_folder(const Folder& folder);

/// Adds to a config without quantization what hf_quant_config.json (NVIDIA ModelOpt), quantize_config.json (GPTQ),
/// quant_config.json (AWQ) or quantization_config.json (ExLlamaV3, AutoRound) in its folder say. An ExLlamaV3 config
/// gets its list of tensors.
void add_quantization_beside(nlohmann::json& config, const Folder& folder);

}  // namespace llmcalc::io
