#pragma once
// A file that one program at a time may hold, so that two windows do not write over each other's state.

#include <filesystem>
#include <optional>

namespace llmcalc::host {

/// Held from take() to the end of its life; the system lets go of it when the process dies.
class FileLock {
 public:
  /// Nothing when somebody else holds it or the file cannot be made; `taken` tells which of the two.
  static std::optional<FileLock> take(const std::filesystem::path& file, bool& taken);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
#if defined(_WIN32)
  using Handle = void*;
#else
  using Handle = int;
#endif
  explicit FileLock(Handle handle) : handle_(handle) {}
  void release();
  Handle handle_;
  bool held_ = true;
};

}  // namespace llmcalc::host
