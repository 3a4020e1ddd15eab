#pragma once
// Where a user keeps documents.

#include <filesystem>
#include <string_view>

namespace llmcalc::io {

/// This user's home folder; empty when there is none.
[[nodiscard]] std::filesystem::path home_folder();

/// XDG_DOCUMENTS_DIR as a user-dirs.dirs file gives it; empty when it gives none. Only absolute paths and paths below
/// $HOME are allowed there. Source: xdg-user-dirs, user-dirs.dirs(5).
[[nodiscard]] std::filesystem::path documents_folder_in(std::string_view user_dirs,
                                                        const std::filesystem::path& home);

/// This user's folder for documents: as the desktop has it, else "Documents" in the home folder; empty when there is
/// no such folder.
[[nodiscard]] std::filesystem::path documents_folder();

}  // namespace llmcalc::io
