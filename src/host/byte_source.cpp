#include "host/byte_source.hpp"

#include "host/text_file.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <system_error>

namespace llmcalc::io {

namespace {

using Time = std::filesystem::file_time_type;

class FileSource final : public ByteSource {
 public:
  FileSource(std::ifstream file, std::filesystem::path path, std::uint64_t size, Time written)
      : file_(std::move(file)), path_(std::move(path)), size_(size), written_(written) {}
  std::uint64_t size() const override { return size_; }
  bool read(std::uint64_t offset, std::span<char> into) const override {
    if (offset > size_ || into.size() > size_ - offset) return false;
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(into.data(), static_cast<std::streamsize>(into.size()));
    return file_.good() || (file_.eof() && static_cast<std::size_t>(file_.gcount()) == into.size());
  }
  bool changed() const override {
    std::error_code error;
    return std::filesystem::file_size(path_, error) != size_ || error ||
           std::filesystem::last_write_time(path_, error) != written_ || error;
  }

 private:
  mutable std::ifstream file_;  // its place in the file is not a state that anybody can see
  std::filesystem::path path_;
  std::uint64_t size_;
  Time written_;
};

}  // namespace

bool MemorySource::read(std::uint64_t offset, std::span<char> into) const {
  if (offset > bytes_.size() || into.size() > bytes_.size() - offset) return false;
  if (!into.empty()) std::memcpy(into.data(), bytes_.data() + offset, into.size());
  return true;
}

Result<std::unique_ptr<ByteSource>> open_file(const std::filesystem::path& path) {
  const auto refuse = [&](std::string what) { return std::vector<Issue>{{shown(path), std::move(what)}}; };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return refuse("does not exist");
  if (error) return refuse("cannot be read: " + error.message());
  if (std::filesystem::is_directory(status)) return refuse("is a folder, not a file");
  if (!std::filesystem::is_regular_file(status)) return refuse("is not a regular file");
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error) return refuse("cannot be read: " + error.message());
  const Time written = std::filesystem::last_write_time(path, error);
  if (error) return refuse("cannot be read: " + error.message());
  std::ifstream file;
  file.rdbuf()->pubsetbuf(nullptr,
                          0);  // whoever reads has a buffer; a second one would only read ahead into tensor data
  file.open(path, std::ios::binary);
  if (!file) return refuse("cannot be opened (is it readable for you?)");
  return std::unique_ptr<ByteSource>(std::make_unique<FileSource>(std::move(file), path, size, written));
}

bool Cursor::fill(std::size_t wanted) {
  if (wanted > left()) return false;
  // Headers are mostly short: a small buffer first, larger ones for who reads on.
  const std::size_t next = std::min(buffer_size, std::max(wanted, capacity_ == 0 ? first_size : capacity_ * 4));
  if (next > capacity_) {
    buffer_ = std::make_unique<char[]>(next);
    capacity_ = next;
  }
  buffer_start_ = position_;
  buffer_length_ = static_cast<std::size_t>(std::min<std::uint64_t>(capacity_, left()));
  if (source_.read(buffer_start_, {buffer_.get(), buffer_length_})) return true;
  buffer_length_ = 0;
  return false;
}

bool Cursor::skip(std::uint64_t count) {
  if (count > left()) return false;
  position_ += count;
  return true;
}

bool Cursor::read(std::span<char> into) {
  if (into.empty()) return true;
  if (into.size() > left()) return false;
  const bool buffered = position_ >= buffer_start_ && position_ - buffer_start_ <= buffer_length_ &&
                        into.size() <= buffer_length_ - (position_ - buffer_start_);
  if (!buffered) {
    if (into.size() > buffer_size) {
      if (!source_.read(position_, into)) return false;
      position_ += into.size();
      return true;
    }
    if (!fill(into.size())) return false;
  }
  std::memcpy(into.data(), buffer_.get() + (position_ - buffer_start_), into.size());
  position_ += into.size();
  return true;
}

}  // namespace llmcalc::io
