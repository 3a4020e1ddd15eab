#pragma once
// The files of a preset folder, however the folder looks.

#include <llmcalc/base/issue.hpp>

#include <filesystem>
#include <vector>

namespace llmcalc::io {

/// The regular *.json files right inside `folder`, sorted by name. A missing folder has none; an unreadable or
/// overfull one is an issue.
std::vector<std::filesystem::path> preset_files(const std::filesystem::path& folder, Issues& issues);

}  // namespace llmcalc::io
