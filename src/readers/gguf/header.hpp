#pragma once
// The header of one GGUF file, version 2 or 3, little-endian:
//   "GGUF", u32 version, u64 tensors, u64 entries; entries {string key, u32 kind, value}; tensors {string name, u32
//   rank, u64 sizes[rank] (fastest first), u32 type, u64 offset}; padding to the alignment; tensor data.
// Source: the gguf reader and docs/gguf.md of ggml (kinds, alignment, checks). No tensor data is read; long lists
// (vocabularies) are walked over and only counted.

#include "host/byte_source.hpp"
#include "readers/problems.hpp"

#include <llmcalc/model/formats.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace llmcalc::io {

/// Kinds of metadata values, as numbered in the file.
enum class GgufKind : std::uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, String, Array, U64, I64, F64 };

/// A list of metadata values. Short lists of whole numbers and truth values are kept, of all others only their kind
/// and length.
struct GgufList {
  GgufKind of = GgufKind::U8;
  std::uint64_t count = 0;
  std::vector<std::int64_t> numbers;  ///< all of them, or none
};

/// A metadata value. Texts longer than 4096 bytes (chat templates) are cut.
using GgufValue = std::variant<std::uint64_t, std::int64_t, double, bool, std::string, GgufList>;

/// One metadata entry.
struct GgufEntry {
  std::string key;
  GgufKind kind = GgufKind::U8;
  GgufValue value;
};

/// One tensor.
struct GgufTensorInfo {
  std::string name;
  std::array<std::uint64_t, 4> sizes{1, 1, 1, 1};  ///< fastest first: [0] is the length of a row
  std::uint32_t rank = 0;
  std::uint32_t type_number = 0;  ///< as in the file
  std::optional<GgmlType> type;   ///< none for a type this program does not know
  std::uint64_t offset = 0;       ///< from the start of the tensor data
  std::uint64_t bytes = 0;        ///< by type and sizes; of an unknown type, the room up to the next tensor
  std::uint32_t file = 0;         ///< which of the files it is in

  /// Number of values; the reader has checked that it fits.
  std::uint64_t elements() const { return sizes[0] * sizes[1] * sizes[2] * sizes[3]; }
};

/// What one file's header says.
struct GgufHeader {
  std::uint32_t version = 0;
  std::uint64_t alignment = 32;
  std::vector<GgufEntry> metadata;
  std::vector<GgufTensorInfo> tensors;  ///< in the file's order
  std::uint64_t header_bytes = 0;       ///< up to the tensor data
  std::uint64_t data_bytes = 0;         ///< from there to the end of the file
  std::uint64_t unused_bytes = 0;       ///< tensor data in no tensor and not needed for alignment
};

/// True when the source starts like a GGUF file.
bool looks_like_gguf(const ByteSource& source);

/// Reads and checks the header. All that is wrong is added to `problems`. Its tensors take from `room`; where that is not
/// enough, a problem says so.
GgufHeader read_gguf_header(const ByteSource& source, Problems& problems, TensorRoom& room);
/// The same of a file that is a model by itself.
GgufHeader read_gguf_header(const ByteSource& source, Problems& problems);

/// The entry of that key; none when it is absent.
const GgufEntry* find_entry(std::span<const GgufEntry> metadata, std::string_view key);
/// The whole number of that key, whatever its width; none when absent, negative or of another kind.
std::optional<std::uint64_t> whole_number(std::span<const GgufEntry> metadata, std::string_view key);
/// The text of that key; "" when absent or of another kind.
std::string_view text_of(std::span<const GgufEntry> metadata, std::string_view key);

}  // namespace llmcalc::io
