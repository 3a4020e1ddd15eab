#pragma once
// A folder that disappears with the test, and files in it.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace llmcalc::tests {

/// A new empty folder, removed at the end of its life.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> made{0};
    path_ = std::filesystem::temp_directory_path() /
            ("llmcalc-test-" + std::to_string(::getpid()) + "-" + std::to_string(made++));
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  /// The folder itself.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Writes a file below the folder, making the folders on the way.
  std::filesystem::path write(const std::filesystem::path& relative, std::string_view content) const {
    const std::filesystem::path file = path_ / relative;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

  /// Makes a file of this size that takes no room on the disk.
  std::filesystem::path write_sparse(const std::filesystem::path& relative, std::uintmax_t bytes) const {
    const std::filesystem::path file = write(relative, "");
    std::filesystem::resize_file(file, bytes);
    return file;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace llmcalc::tests
