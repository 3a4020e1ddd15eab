#include "ui/font_file.hpp"

#include "host/byte_source.hpp"
#include "host/limits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::ui {
namespace {

/// Big-endian number of the font's tables: https://learn.microsoft.com/typography/opentype/spec/otff
std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::string bytes_of(const io::ByteSource& file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  return file.read(offset, bytes) ? bytes : std::string{};
}

bool holds(const std::vector<std::string>& tags, std::initializer_list<std::string_view> wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](std::string_view tag) { return std::find(tags.begin(), tags.end(), tag) != tags.end(); });
}

/// The font whose table directory begins at `offset`.
bool is_usable_at(const io::ByteSource& file, std::uint64_t offset) {
  constexpr std::size_t header_size = 12;
  constexpr std::size_t record_size = 16;
  const std::string header = bytes_of(file, offset, header_size);
  if (header.empty()) return false;
  const std::string_view kind = std::string_view(header).substr(0, 4);
  if (kind != std::string_view("\0\1\0\0", 4) && kind != "OTTO" && kind != "true") return false;
  const std::size_t count = number_at(header, 4, 2);
  const std::string directory = bytes_of(file, offset + header_size, count * record_size);
  if (count == 0 || directory.empty()) return false;
  std::vector<std::string> tags;
  for (std::size_t at = 0; at < directory.size(); at += record_size) {
    const std::uint64_t end = std::uint64_t{number_at(directory, at + 8, 4)} + number_at(directory, at + 12, 4);
    if (end > file.size()) return false;
    tags.push_back(directory.substr(at, 4));
  }
  return holds(tags, {"cmap", "head", "hhea", "hmtx", "maxp"}) &&
         (holds(tags, {"glyf", "loca"}) || holds(tags, {"CFF "}) || holds(tags, {"CFF2"}));
}

}  // namespace

bool is_usable_font(const std::filesystem::path& path) {
  const auto file = io::open_file(path);
  if (!file || (*file)->size() > io::most(io::Limit::FontBytes)) return false;
  const std::string head = bytes_of(**file, 0, 16);
  const bool collection = std::string_view(head).starts_with("ttcf");
  return is_usable_at(**file, collection ? number_at(head, 12, 4) : 0);
}

}  // namespace llmcalc::ui
