#pragma once
// What a model file contains, as JSON: the form of `llmcalc inspect --format json`.

#include "readers/model_file.hpp"

#include <nlohmann/json_fwd.hpp>

#include <iosfwd>
#include <string>

namespace llmcalc::io {

/// Layers of one kind in words: "full attention, 32 heads of 128, 8 KV; dense 14336".
std::string describe_layer(const Layer& layer);

/// Everything that inspect prints but the list of tensors.
nlohmann::ordered_json model_file_json(const ModelFile& file);

/// The same as text with the list at its end. Tensors are printed one by one: as a document, some hundred thousand of them
/// would take more memory than any file may.
void print_with_tensors(const ModelFile& file, std::ostream& out);

}  // namespace llmcalc::io
