#include "host/small_file.hpp"

#include <charconv>
#include <fstream>
#include <string_view>
#include <system_error>

namespace llmcalc::host {

std::optional<std::string> read_small_file(const std::filesystem::path& path, std::size_t limit) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) || error) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(limit, '\0');
  in.read(text.data(), static_cast<std::streamsize>(limit));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::string read_line(const std::filesystem::path& path) {
  const auto text = read_small_file(path);
  if (!text) return {};
  const std::size_t end = std::min(text->find('\n'), text->size());
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text->find_first_not_of(blanks);
  if (first == std::string::npos || first >= end) return {};
  const std::size_t last = text->find_last_not_of(blanks, end - 1);
  return text->substr(first, last - first + 1);
}

std::optional<std::uint64_t> read_number(const std::filesystem::path& path) {
  const std::string line = read_line(path);
  const bool hexadecimal = line.starts_with("0x") || line.starts_with("0X");
  const char* begin = line.data() + (hexadecimal ? 2 : 0);
  const char* end = line.data() + line.size();
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(begin, end, value, hexadecimal ? 16 : 10);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

}  // namespace llmcalc::host
