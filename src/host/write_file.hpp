#pragma once
// Files written so that a crash, a full disk or another program never leaves half a file in the place of a whole one.

#include <llmcalc/base/issue.hpp>

#include <filesystem>
#include <string_view>

namespace llmcalc::io {

/// Who may read a file that is written.
enum class Readers {
  Everybody,  ///< as the user's umask has it: exports
  OwnerOnly,  ///< mode 0600, in a folder that is made with mode 0700: saved state
};

/// Writes beside the file, flushes to the disk, then puts it in place; the old content stays until that moment, and
/// whatever fails leaves it there. A link in that place is replaced, not followed; a device or folder is refused.
Result<std::filesystem::path> write_file(const std::filesystem::path& file, std::string_view content,
                                         Readers readers = Readers::Everybody);

}  // namespace llmcalc::io
