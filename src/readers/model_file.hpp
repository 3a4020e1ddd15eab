#pragma once
// Any file a model comes in -> Model, with what was measured in it: config.json, a safetensors file, shards or index,
// a GGUF file, or a folder of these (a Hugging Face cache snapshot too). The kind is told by content, not by name:
// Ollama's blobs have no extension.

#include "readers/adapter_config.hpp"

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/model.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc::io {

/// What kind of file a model was read from.
enum class ModelFileKind : std::uint8_t { Config, Safetensors, Gguf };
inline constexpr std::array<EnumRow<ModelFileKind>, 3> model_file_kinds{{
    {ModelFileKind::Config, "config", "config.json", "a description without weights"},
    {ModelFileKind::Safetensors, "safetensors", "safetensors", "weights with the config.json beside them"},
    {ModelFileKind::Gguf, "gguf", "GGUF", "weights and metadata in one"},
}};
static_assert(indexed_by_id(model_file_kinds));
constexpr const auto& enum_table(ModelFileKind) { return model_file_kinds; }

/// All tensors of one stored type.
struct StoredSum {
  std::string type;  ///< "BF16", "Q4_K", "GPTQ 4 bit"
  Count tensors = 0;
  Count parameters = 0;
  Bytes bytes;  ///< scales and zeros included
};

/// A tensor as people want to see it: logical shape, what it is stored as, what it takes.
struct FileTensor {
  std::string name;
  std::string type;
  std::vector<Count> shape;  ///< outputs first
  Count parameters = 0;
  Bytes bytes;
};

/// A model and the file it came from.
struct ModelFile {
  ModelFileKind kind = ModelFileKind::Config;
  std::filesystem::path path;
  Model model;
  Count files = 0;                       ///< files that hold tensors
  Bytes file_bytes;                      ///< their lengths
  Bytes tensor_bytes;                    ///< of all tensors in them
  Count parameters = 0;                  ///< of all tensors in them, packed ones unpacked
  Bytes scale_bytes;                     ///< part of tensor_bytes: scales, zeros, tables of packed weights
  std::vector<StoredSum> types;          ///< largest first
  std::vector<FileTensor> tensors;       ///< in the files' order; empty for a config alone
  std::vector<std::string> oddities;     ///< what a careful reader would want to know
  std::optional<AdapterConfig> adapter;  ///< when an adapter was opened: `model` is then its base
};

/// Opens whatever lies at `path`; an adapter opens its base model. All problems at once.
Result<ModelFile> open_model_file(const std::filesystem::path& path);

/// The adapter at `path` (adapter_config.json or its folder), also without its base model; nothing when there is none.
std::optional<AdapterConfig> adapter_at(const std::filesystem::path& path);

}  // namespace llmcalc::io
