#pragma once
// The kernel's one-line files.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace llmcalc::host {

/// The beginning of a file, at most `limit` bytes; nothing when it is not a readable regular file.
std::optional<std::string> read_small_file(const std::filesystem::path& path, std::size_t limit = 4096);

/// First line without surrounding blanks; "" when there is none.
std::string read_line(const std::filesystem::path& path);

/// A file's number, decimal or with 0x in front.
std::optional<std::uint64_t> read_number(const std::filesystem::path& path);

}  // namespace llmcalc::host
