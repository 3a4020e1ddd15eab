#pragma once
// How much of a file, of a text or of a folder is read: one table, which the readers ask and `llmcalc limits` prints. Each
// number is far above what real files reach and low enough that whatever a file claims costs a bounded amount of memory
// and time: below 256 MB for any one model, scenario, log or preset.

#include <llmcalc/base/enum_table.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc::io {

/// A bound of a reader.
enum class Limit : std::uint8_t {
  JsonDepth,
  JsonPieces,
  ConfigBytes,
  ConfigDepth,
  ConfigPieces,
  TensorListPieces,
  NumberedExperts,
  ScenarioBytes,
  UnknownKeys,
  DeviceGroups,
  Devices,
  PresetBytes,
  PresetFiles,
  FolderEntries,
  SafetensorsHeaderBytes,
  SafetensorsText,
  SafetensorsDepth,
  IndexBytes,
  IndexDepth,
  Parts,
  Tensors,
  TensorNames,
  GgufHeaderBytes,
  GgufEntries,
  GgufTexts,
  GgufDimensions,
  GgufDepth,
  LogBytes,
  LogLine,
  ImportBytes,
  ImportSettings,
  ImportDepth,
  ImportPieces,
  AddressBytes,
  PictureBytes,
  SessionBytes,
  SearchEntries,
  SearchModels,
  SearchDepth,
  SearchTime,
  GoldenBytes,
  RequestBytes,
  FontBytes,
};

/// A bound: what it is of, its unit, and the number.
struct LimitRow {
  Limit id = Limit::JsonDepth;
  std::string_view key{};    ///< name in JSON
  std::string_view label{};  ///< what is bounded
  std::string_view unit{};
  std::uint64_t most = 0;
  std::string_view help{};  ///< what happens beyond it
};

inline constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

inline constexpr std::array<LimitRow, 43> limits{{
    {Limit::JsonDepth, "json.depth", "JSON: objects and lists inside one another", "levels", 100, "refused"},
    {Limit::JsonPieces, "json.pieces", "JSON: values, keys and texts of a document", "pieces", 800'000, "refused"},
    {Limit::ConfigBytes, "config.bytes", "config.json and adapter_config.json", "bytes", 16 * mebibyte, "refused"},
    {Limit::ConfigDepth, "config.depth", "config.json: objects and lists inside one another", "levels", 32,
     "refused"},
    // Beside the most tensors: what is made of each on the way takes more than in other JSON.
    {Limit::ConfigPieces, "config.pieces", "config.json: values, keys and texts", "pieces", 200'000, "refused"},
    {Limit::TensorListPieces, "config.tensor_list.pieces",
     "quantization beside a config.json: values, keys and texts", "pieces", 1'600'000, "left out"},
    {Limit::NumberedExperts, "config.numbered_experts",
     "experts of all layers whose quantization is looked up one by one", "experts", 100'000, "counted as one"},
    {Limit::ScenarioBytes, "scenario.bytes", "a scenario, or a line of JSON Lines (of lines there may be any number)",
     "bytes", 16 * mebibyte, "refused"},
    {Limit::UnknownKeys, "scenario.unknown_keys", "unknown keys of a scenario that are named", "keys", 32, "counted"},
    {Limit::DeviceGroups, "scenario.device_groups", "kinds of devices of a scenario", "groups", 1024, "refused"},
    {Limit::Devices, "scenario.devices", "devices of one kind", "devices", 1'000'000, "refused"},
    {Limit::PresetBytes, "preset.bytes", "a preset file", "bytes", mebibyte, "refused"},
    {Limit::PresetFiles, "preset.files", "preset files of a folder", "files", 4096, "left out, with a note"},
    {Limit::FolderEntries, "folder.entries", "entries of a folder that are looked at", "entries", 200'000,
     "left out"},
    // MAX_HEADER_SIZE of safetensors/src/tensor.rs.
    {Limit::SafetensorsHeaderBytes, "safetensors.header_bytes", "a safetensors header, as the format allows", "bytes",
     100'000'000, "refused"},
    {Limit::SafetensorsText, "safetensors.text_bytes", "a name or text of a safetensors header or index", "bytes",
     16 * mebibyte, "refused"},
    {Limit::SafetensorsDepth, "safetensors.depth", "a safetensors header: objects and lists inside one another",
     "levels", 16, "refused"},
    {Limit::IndexBytes, "safetensors.index_bytes", "an index of safetensors files", "bytes", 100'000'000, "refused"},
    {Limit::IndexDepth, "safetensors.index_depth", "an index: objects and lists inside one another", "levels", 64,
     "refused"},
    {Limit::Parts, "model.parts", "files of one model", "files", 10'000, "refused"},
    // Kimi K2 (384 experts in 60 layers) has 69,000 matrices of experts; packed as GPTQ does each is four tensors.
    {Limit::Tensors, "model.tensors", "tensors of one model, all its files together", "tensors", 280'000, "refused"},
    {Limit::TensorNames, "model.name_bytes", "names of these tensors together", "bytes", 20 * mebibyte, "refused"},
    {Limit::GgufHeaderBytes, "gguf.header_bytes", "a GGUF header", "bytes", 128 * mebibyte, "refused"},
    {Limit::GgufEntries, "gguf.entries", "metadata entries of a GGUF file", "entries", 65'536, "refused"},
    {Limit::GgufTexts, "gguf.text_bytes", "names, texts and lists of a GGUF header that are kept", "bytes",
     32 * mebibyte, "refused"},
    {Limit::GgufDimensions, "gguf.dimensions", "dimensions of a GGUF tensor", "dimensions", 4, "refused"},
    {Limit::GgufDepth, "gguf.depth", "GGUF metadata: lists inside one another", "levels", 8, "refused"},
    {Limit::LogBytes, "log.bytes", "a log", "bytes", 32 * mebibyte, "refused; on standard input cut, with a note"},
    {Limit::LogLine, "log.line_bytes", "a line of a log", "bytes", 4096, "cut"},
    {Limit::ImportBytes, "import.bytes", "a command line or configuration of another tool", "bytes", 4 * mebibyte,
     "refused"},
    {Limit::ImportSettings, "import.settings", "its words and settings", "settings", 20'000, "left out"},
    {Limit::ImportDepth, "import.depth", "its objects and lists inside one another", "levels", 32, "refused"},
    {Limit::ImportPieces, "import.pieces", "its keys, values and lines as YAML or TOML", "pieces", 200'000,
     "refused"},
    {Limit::AddressBytes, "address.bytes", "a scenario in the address of the browser edition", "bytes", mebibyte,
     "refused"},
    {Limit::PictureBytes, "picture.bytes", "an exported picture that is opened", "bytes", 64 * mebibyte, "refused"},
    {Limit::SessionBytes, "session.bytes", "the window's session", "bytes", 8 * mebibyte, "kept aside"},
    {Limit::SearchEntries, "search.entries", "files and folders looked at in search of models", "entries", 50'000,
     "left out, with a note"},
    {Limit::SearchModels, "search.models", "models found on this computer", "models", 5000, "left out, with a note"},
    {Limit::SearchDepth, "search.depth", "folders below one that is searched", "levels", 6, "left out"},
    {Limit::SearchTime, "search.milliseconds", "time of the search", "milliseconds", 3000, "ended, with a note"},
    {Limit::GoldenBytes, "golden.bytes", "a file of golden cases", "bytes", 32 * mebibyte, "refused"},
    {Limit::RequestBytes, "request.bytes", "a request of an agent (of requests there may be any number)", "bytes",
     16 * mebibyte, "refused"},
    {Limit::FontBytes, "font.bytes", "a font of the window", "bytes", 64 * mebibyte, "not used"},
}};
static_assert(indexed_by_id(limits));
constexpr const auto& enum_table(Limit) { return limits; }

/// The most of it that is read.
[[nodiscard]] constexpr std::uint64_t most(Limit id) { return row_of(id).most; }

}  // namespace llmcalc::io
