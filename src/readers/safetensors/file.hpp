#pragma once
// Safetensors on disk: one file, shards with their index, or a folder of either. Headers only; no tensor data is
// read.

#include "readers/safetensors/stored_tensor.hpp"

#include <llmcalc/base/issue.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::io {

/// One of the files that make a model.
struct SafetensorsPart {
  std::string name;
  std::uint64_t file_bytes = 0;
  std::uint64_t header_bytes = 0;
  std::uint64_t unused_bytes = 0;  ///< in no tensor
};

/// All tensors of a model, from one file or many.
struct SafetensorsSet {
  std::vector<SafetensorsPart> parts;
  std::vector<StoredTensor> tensors;                          ///< StoredTensor::file counts in `parts`
  std::vector<std::pair<std::string, std::string>> metadata;  ///< of the first file
  std::vector<std::string> oddities;                          ///< what is unusual but does not make a number wrong
};

/// Reads a .safetensors file (of a set of shards: the whole set), a *.safetensors.index.json, or a folder that holds
/// them.
Result<SafetensorsSet> read_safetensors(const std::filesystem::path& path);

}  // namespace llmcalc::io
