#pragma once
// Small text files, read whole: presets, settings. Large or special files are refused before they are opened.

#include <llmcalc/base/issue.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace llmcalc::io {

/// Content of a regular file of at most `limit` bytes. Missing, unreadable, larger or special files give an Issue
/// that names the file.
Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t limit);

/// The same file opened, for a reader that needs little of it at a time.
Result<std::ifstream> open_text_file(const std::filesystem::path& path);

/// Path as text for messages and for people: UTF-8 on every system.
std::string shown(const std::filesystem::path& path);

/// The path that people typed, UTF-8 on every system.
std::filesystem::path path_of(std::string_view utf8);

}  // namespace llmcalc::io
