#pragma once
// The files of a preset folder, however the folder looks.

#include <llmcalc/base/issue.hpp>

#include <cstddef>
#include <filesystem>
#include <vector>

namespace llmcalc::io {

/// Largest preset file that is read; a whole device family is a twentieth of it.
inline constexpr std::size_t preset_file_limit = std::size_t{1} << 20;
/// Preset files read from one folder; shipped folders hold some two hundred.
inline constexpr std::size_t preset_count_limit = 4096;
/// Entries of a folder that are looked at, files of other kinds included.
inline constexpr std::size_t folder_entry_limit = 200'000;

/// The regular *.json files right inside `folder`, sorted by name. A missing folder has none; an unreadable or
/// overfull one is an issue.
std::vector<std::filesystem::path> preset_files(const std::filesystem::path& folder, Issues& issues);

}  // namespace llmcalc::io
