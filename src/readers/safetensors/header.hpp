#pragma once
// The header of one safetensors file: 8 bytes little-endian length N, then N bytes of JSON
//   {"__metadata__": {text: text}, name: {"dtype": ..., "shape": [...], "data_offsets": [begin, end]}, ...}
// then the tensor data. Source: https://huggingface.co/docs/safetensors (format) and safetensors/src/tensor.rs
// (limits, checks). Only the header is read; everything it claims is checked against the file's size.

#include "host/byte_source.hpp"
#include "readers/problems.hpp"
#include "readers/safetensors/stored_tensor.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::io {

/// What one file's header says.
struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;                          ///< by place in the file
  std::vector<std::pair<std::string, std::string>> metadata;  ///< the first short entries of __metadata__
  std::uint64_t header_bytes = 0;                             ///< length and JSON
  std::uint64_t data_bytes = 0;                               ///< rest of the file
  std::uint64_t unused_bytes = 0;                             ///< tensor data that belongs to no tensor
};

/// True when the first bytes can only be a safetensors header: a length that fits the file, then "{".
bool looks_like_safetensors(const ByteSource& source);

/// Reads and checks the header. All that is wrong is added to `problems`; the result then holds the sound tensors
/// only. Its tensors take from `room`; where that is not enough, a problem says so.
SafetensorsHeader read_safetensors_header(const ByteSource& source, Problems& problems, TensorRoom& room);
/// The same of a file that is a model by itself.
SafetensorsHeader read_safetensors_header(const ByteSource& source, Problems& problems);

}  // namespace llmcalc::io
