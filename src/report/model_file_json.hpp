#pragma once
// What a model file contains, as JSON: the form of `llmcalc inspect --format json`.

#include "readers/model_file.hpp"

#include <nlohmann/json_fwd.hpp>

namespace llmcalc::io {

/// Layers of one kind in words: "full attention, 32 heads of 128, 8 KV; dense 14336".
std::string describe_layer(const Layer& layer);

/// Everything that inspect prints. The list of tensors only when `tensors` asks for it.
nlohmann::ordered_json model_file_json(const ModelFile& file, bool with_tensors);

}  // namespace llmcalc::io
