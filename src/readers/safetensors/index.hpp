#pragma once
// model.safetensors.index.json: {"metadata": {"total_size": bytes}, "weight_map": {tensor name: file name}}.

#include "host/byte_source.hpp"
#include "readers/problems.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::io {

/// Which file each tensor is in.
struct SafetensorsIndex {
  std::vector<std::string> files;                              ///< in order of first mention
  std::vector<std::pair<std::string, std::uint32_t>> tensors;  ///< name, position in `files`
  std::optional<std::uint64_t> total_bytes;                    ///< as the index claims
};

/// Reads an index. File names are as written there: whoever opens them must check them (Folder::resolve).
SafetensorsIndex read_safetensors_index(const ByteSource& source, Problems& problems);

}  // namespace llmcalc::io
