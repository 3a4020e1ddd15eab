#pragma once
// GGUF on disk: one file, the parts of a split model (NAME-00001-of-00003.gguf), or a folder that holds one model.

#include "readers/gguf/header.hpp"

#include <llmcalc/base/issue.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace llmcalc::io {

/// One of the files of a model.
struct GgufPart {
  std::string name;
  std::uint64_t file_bytes = 0;
  std::uint64_t header_bytes = 0;  ///< metadata, vocabulary and tensor descriptions
};

/// A whole model.
struct GgufSet {
  std::uint32_t version = 0;
  std::vector<GgufPart> parts;
  std::vector<GgufEntry> metadata;      ///< of the first part
  std::vector<GgufTensorInfo> tensors;  ///< of all parts; GgufTensorInfo::file counts in `parts`
  std::vector<std::string> oddities;    ///< what is unusual but does not make a number wrong

  /// Bytes of all tensors, without padding and headers.
  std::uint64_t tensor_bytes() const;
};

/// Reads a GGUF file (of a split model: all its parts), whatever its name, or a folder that holds one GGUF model.
Result<GgufSet> read_gguf(const std::filesystem::path& path);

}  // namespace llmcalc::io
