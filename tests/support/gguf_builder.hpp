#pragma once
// Writes GGUF files for tests. Tensor data is a hole, so a file of any size costs nothing.

#include "support/temp_folder.hpp"

#include <llmcalc/model/formats.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::tests {

/// Collects metadata and tensors.
class GgufBuilder {
 public:
  /// `value` in the file's bytes, lowest first.
  template <class T>
  static std::string number(T value) {
    std::string out;
    for (unsigned i = 0; i < sizeof(T); ++i)
      out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xFF);
    return out;
  }
  static std::string text(std::string_view value) { return number<std::uint64_t>(value.size()).append(value); }

  /// An entry whose value is given in the file's bytes.
  GgufBuilder& raw(std::string_view key, std::uint32_t kind, std::string_view value) {
    metadata_ += text(key) + number(kind) + std::string(value);
    ++entries_;
    return *this;
  }
  GgufBuilder& u32(std::string_view key, std::uint32_t value) { return raw(key, 4, number(value)); }
  GgufBuilder& flag(std::string_view key, bool value) { return raw(key, 7, std::string(1, value ? '\1' : '\0')); }
  GgufBuilder& string(std::string_view key, std::string_view value) { return raw(key, 8, text(value)); }
  GgufBuilder& i32_list(std::string_view key, const std::vector<std::int32_t>& values) {
    std::string bytes = number<std::uint32_t>(5) + number<std::uint64_t>(values.size());
    for (const std::int32_t value : values) bytes += number(static_cast<std::uint32_t>(value));
    return raw(key, 9, bytes);
  }
  GgufBuilder& string_list(std::string_view key, std::size_t count, std::string_view each) {
    std::string bytes = number<std::uint32_t>(8) + number<std::uint64_t>(count);
    for (std::size_t i = 0; i < count; ++i) bytes += text(each);
    return raw(key, 9, bytes);
  }

  /// A tensor behind the one before, sizes fastest first.
  GgufBuilder& tensor(std::string_view name, GgmlType type, const std::vector<std::uint64_t>& sizes) {
    const Block block = block_of(type);
    std::uint64_t elements = 1;
    for (const std::uint64_t size : sizes) elements *= size;
    raw_tensor(name, sizes, row_of(type).file_id, end_);
    end_ = round_up(end_ + storage(elements, block).count, alignment_);
    return *this;
  }
  /// A tensor as given, right or wrong.
  GgufBuilder& raw_tensor(std::string_view name, const std::vector<std::uint64_t>& sizes, std::uint32_t type,
                          std::uint64_t offset) {
    descriptions_ += text(name) + number(static_cast<std::uint32_t>(sizes.size()));
    for (const std::uint64_t size : sizes) descriptions_ += number(size);
    descriptions_ += number(type) + number(offset);
    ++tensors_;
    return *this;
  }
  GgufBuilder& alignment(std::uint32_t value) {
    alignment_ = value;
    return u32("general.alignment", value);
  }
  GgufBuilder& version(std::uint32_t value) { return version_ = value, *this; }

  /// Everything before the tensor data.
  std::string header() const {
    std::string out = "GGUF" + number(version_) + number(tensors_) + number(entries_) + metadata_ + descriptions_;
    if (alignment_ > 0) out.resize(round_up(out.size(), alignment_), '\0');
    return out;
  }
  std::uint64_t data_bytes() const { return end_; }
  std::filesystem::path write(const TempFolder& folder, const std::string& name) const {
    return folder.write(name, header(), end_);
  }

 private:
  std::string metadata_, descriptions_;
  std::uint64_t entries_ = 0, tensors_ = 0, end_ = 0, alignment_ = 32;
  std::uint32_t version_ = 3;
};

}  // namespace llmcalc::tests
