#pragma once
// A folder that is gone after the test, and files in it that are large without taking space.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

namespace llmcalc::tests {

/// Removed with all it holds when it goes out of scope.
class TempFolder {
 public:
  TempFolder() {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() /
            ("llmcalc-test-" + std::to_string(random()) + std::to_string(random()));
    std::filesystem::create_directories(path_);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  /// Writes a file whose content is `head`, followed by a hole of `hole` bytes.
  std::filesystem::path write(const std::string& name, std::string_view head, std::uint64_t hole = 0) const {
    std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(head.data(), static_cast<std::streamsize>(head.size()));
    if (hole > 0) std::filesystem::resize_file(file, head.size() + hole);
    return file;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace llmcalc::tests
