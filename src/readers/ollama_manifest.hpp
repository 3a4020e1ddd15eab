#pragma once
// Ollama's manifests: which blob of a model is the GGUF file.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/base/units.hpp>

#include <string>
#include <string_view>

namespace llmcalc::io {

/// The blob that holds a model's weights.
struct OllamaBlob {
  std::string file_name;  ///< "sha256-0123...", inside Ollama's folder blobs
  Bytes size;             ///< as the manifest says
};

/// Finds the model layer of a manifest; `place` names the file in issues.
Result<OllamaBlob> read_ollama_manifest(std::string_view text, const std::string& place);

}  // namespace llmcalc::io
