#include "host/text_file.hpp"

#include <system_error>
#include <utility>

namespace llmcalc::io {
namespace {

/// True for what the caller opened before: standard input, or the pipe of a shell's <(command). Other pipes and devices
/// are not read: nobody may ever write into them.
bool is_open_stream(const std::filesystem::path& path) {
  const std::string name = shown(path.lexically_normal());
  return name == "/dev/stdin" || name.starts_with("/dev/fd/") || name.starts_with("/proc/self/fd/");
}

}  // namespace

std::string shown(const std::filesystem::path& path) {
  const auto text = path.u8string();
  return {text.begin(), text.end()};
}

std::filesystem::path path_of(std::string_view utf8) { return std::u8string(utf8.begin(), utf8.end()); }

Result<std::ifstream> open_text_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return Issue{shown(path), "no such file"};
  if (error) return Issue{shown(path), "cannot be reached: " + error.message()};
  if (!std::filesystem::is_regular_file(status) && !is_open_stream(path))
    return Issue{shown(path), "is not a regular file"};
  std::ifstream in(path, std::ios::binary);
  if (!in) return Issue{shown(path), "cannot be opened for reading"};
  return in;
}

Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t limit) {
  Result<std::ifstream> opened = open_text_file(path);
  if (!opened) return opened.issues();
  std::ifstream in = std::move(opened).value();
  std::string text;
  char buffer[16384];
  while (in) {
    in.read(buffer, sizeof buffer);
    text.append(buffer, static_cast<std::size_t>(in.gcount()));
    if (text.size() > limit)
      return Issue{shown(path), "is larger than the " + std::to_string(limit) + " bytes allowed for such a file"};
  }
  if (in.bad()) return Issue{shown(path), "cannot be read"};
  return text;
}

}  // namespace llmcalc::io
