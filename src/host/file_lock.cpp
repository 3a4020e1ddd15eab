#include "host/file_lock.hpp"

#include <utility>

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#endif

namespace llmcalc::host {

FileLock::FileLock(FileLock&& other) noexcept : handle_(other.handle_), held_(std::exchange(other.held_, false)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    release();
    handle_ = other.handle_;
    held_ = std::exchange(other.held_, false);
  }
  return *this;
}

FileLock::~FileLock() { release(); }

#if defined(_WIN32)

std::optional<FileLock> FileLock::take(const std::filesystem::path& file, bool& taken) {
  void* handle = CreateFileW(file.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS,
                             FILE_ATTRIBUTE_NORMAL, nullptr);
  taken = handle == INVALID_HANDLE_VALUE && GetLastError() == ERROR_SHARING_VIOLATION;
  if (handle == INVALID_HANDLE_VALUE) return std::nullopt;
  return FileLock(handle);
}

void FileLock::release() {
  if (std::exchange(held_, false)) CloseHandle(handle_);
}

#else

std::optional<FileLock> FileLock::take(const std::filesystem::path& file, bool& taken) {
  taken = false;
  const int handle = open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (handle < 0) return std::nullopt;
  if (flock(handle, LOCK_EX | LOCK_NB) == 0) return FileLock(handle);
  taken = errno == EWOULDBLOCK;
  close(handle);
  return std::nullopt;
}

void FileLock::release() {
  if (std::exchange(held_, false)) close(handle_);
}

#endif

}  // namespace llmcalc::host
