#include "host/write_file.hpp"

#include "host/text_file.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#if defined(_WIN32)
#include <fstream>
#include <process.h>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace llmcalc::io {
namespace {

namespace fs = std::filesystem;

#if defined(_WIN32)

std::string unique_ending() { return ".part-" + std::to_string(_getpid()); }

std::error_code write_new(const fs::path& file, std::string_view content, Readers) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.flush();
  return out ? std::error_code{} : std::make_error_code(std::errc::io_error);
}

#else

std::string unique_ending() { return ".part-" + std::to_string(getpid()); }

std::error_code last_error() { return {errno, std::generic_category()}; }

/// Opens a file that was not there before: never one that somebody else has put in the way.
int open_new(const fs::path& file, Readers readers) {
  const mode_t mode = readers == Readers::OwnerOnly ? 0600 : 0666;  // the umask takes its share
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const int handle = open(file.c_str(), flags, mode);
  if (handle >= 0 || errno != EEXIST) return handle;
  // Left by a process of the same number that was killed.
  unlink(file.c_str());
  return open(file.c_str(), flags, mode);
}

std::error_code write_all(int handle, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(handle, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return last_error();
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  // Without this, a power cut after the renaming can leave an empty file. Some file systems cannot do it.
  if (fsync(handle) != 0 && errno != EINVAL && errno != ENOTSUP) return last_error();
  return {};
}

std::error_code write_new(const fs::path& file, std::string_view content, Readers readers) {
  const int handle = open_new(file, readers);
  if (handle < 0) return last_error();
  std::error_code error = write_all(handle, content);
  if (close(handle) != 0 && !error) error = last_error();
  return error;
}

#endif

}  // namespace

Result<fs::path> write_file(const fs::path& file, std::string_view content, Readers readers) {
  const auto refuse = [&](const std::string& what) { return Issue{shown(file), "cannot be written: " + what}; };
  // For the system the path would end there, at another file.
  if (file.native().find(fs::path::value_type{}) != fs::path::string_type::npos) return refuse("a NUL in the name");
  std::error_code error;
  const fs::file_status there = fs::symlink_status(file, error);
  if (fs::is_directory(there)) return refuse("it is a folder");
  if (fs::exists(there) && !fs::is_regular_file(there) && !fs::is_symlink(there))
    return refuse("it is not a regular file");
  if (file.has_parent_path() && fs::create_directories(file.parent_path(), error)) {
    if (readers == Readers::OwnerOnly) fs::permissions(file.parent_path(), fs::perms::owner_all, error);
  }
  fs::path partial = file;
  partial += unique_ending();
  error = write_new(partial, content, readers);
  if (!error) fs::rename(partial, file, error);
  if (!error) return file;
  std::error_code ignored;
  fs::remove(partial, ignored);
  return refuse(error.message());
}

}  // namespace llmcalc::io
