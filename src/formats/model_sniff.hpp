#pragma once
// What a file is, by its first bytes.

#include "formats/byte_source.hpp"
#include "formats/model_file.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace llmcalc::formats {

/// The kind of model file these bytes start; none when they start none.
std::optional<ModelFileKind> sniff(const ByteSource& source);

/// What a file that is none of them seems to be, and what to do about it, for a message.
std::string explain_foreign(const ByteSource& source, const std::filesystem::path& path);

}  // namespace llmcalc::formats
