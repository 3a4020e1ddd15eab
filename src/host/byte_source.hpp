#pragma once
// Reading bytes at a place, from a file or from memory, without taking more than was asked for. All readers of model
// files go through this, so tests and fuzzers feed them memory and nothing else changes.

#include <llmcalc/base/issue.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace llmcalc::io {

/// Something of known size that can be read at any place.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Number of bytes when it was opened.
  virtual std::uint64_t size() const = 0;
  /// Fills `into` with the bytes from `offset`; false when they are not all there or cannot be read.
  virtual bool read(std::uint64_t offset, std::span<char> into) const = 0;
  /// True when somebody has written to it since it was opened.
  virtual bool changed() const { return false; }
};

/// What a reader says then.
inline constexpr std::string_view changed_text =
    "was changed while it was read; is it still being downloaded or written?";

/// Bytes that somebody else keeps alive.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  bool read(std::uint64_t offset, std::span<char> into) const override;

 private:
  std::string_view bytes_;
};

/// Opens a regular file for reading. Anything else (folder, device, pipe, missing, no permission) is an Issue.
Result<std::unique_ptr<ByteSource>> open_file(const std::filesystem::path& path);

/// Reads a source from a place onwards through a small buffer; counts what is left, and never reads past the end.
class Cursor {
 public:
  explicit Cursor(const ByteSource& source, std::uint64_t position = 0) : source_(source), position_(position) {}
  std::uint64_t position() const { return position_; }
  std::uint64_t left() const { return position_ < source_.size() ? source_.size() - position_ : 0; }
  /// Steps over `count` bytes; false when there are fewer.
  bool skip(std::uint64_t count);
  /// Copies the next bytes; false when there are fewer.
  bool read(std::span<char> into);
  /// The next little-endian number of type T.
  template <class T>
  bool number(T& value);

 private:
  bool fill(std::size_t wanted);

  const ByteSource& source_;
  std::uint64_t position_;
  std::uint64_t buffer_start_ = 0;
  std::size_t buffer_length_ = 0;
  std::size_t capacity_ = 0;  ///< of the buffer
  static constexpr std::size_t first_size = std::size_t{8} * 1024;
  static constexpr std::size_t buffer_size = std::size_t{256} * 1024;
  std::unique_ptr<char[]> buffer_;
};

/// The number written in `bytes` with its lowest byte first, on every machine.
template <class T>
T little_endian(std::span<const char, sizeof(T)> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return static_cast<T>(value);
}

template <class T>
bool Cursor::number(T& value) {
  static_assert(std::is_integral_v<T>);
  char bytes[sizeof(T)];
  if (!read(bytes)) return false;
  value = little_endian<T>(bytes);
  return true;
}

}  // namespace llmcalc::io
