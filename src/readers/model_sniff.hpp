#pragma once
// What a file is, by its first bytes.

#include "host/byte_source.hpp"
#include "readers/model_file.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace llmcalc::io {

/// The kind of model file these bytes start; none when they start none.
std::optional<ModelFileKind> sniff(const ByteSource& source);

/// What a file that is none of them seems to be, and what to do about it, for a message.
std::string explain_foreign(const ByteSource& source, const std::filesystem::path& path);

}  // namespace llmcalc::io
