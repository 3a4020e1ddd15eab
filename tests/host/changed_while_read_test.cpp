// A model file that somebody still writes to.

#include "host/byte_source.hpp"
#include "readers/gguf/header.hpp"
#include "readers/safetensors/header.hpp"
#include "readers/safetensors/index.hpp"
#include "support/gguf_builder.hpp"
#include "support/issues.hpp"
#include "support/safetensors_builder.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

namespace llmcalc::io {
namespace changed_while_read_test {

namespace fs = std::filesystem;
using tests::TempFolder;

/// Bytes that are written to while they are read.
class ChangingSource final : public ByteSource {
 public:
  explicit ChangingSource(std::string bytes) : bytes_(std::move(bytes)), source_(bytes_) {}
  std::uint64_t size() const override { return source_.size(); }
  bool read(std::uint64_t offset, std::span<char> into) const override { return source_.read(offset, into); }
  bool changed() const override { return true; }

 private:
  std::string bytes_;
  MemorySource source_;
};

bool says_changed(Problems& problems) {
  const Issues issues = problems.take();
  return !issues.empty() && issues.back().what.find("was changed while it was read") != std::string::npos;
}

TEST(ChangedWhileRead, IsToldFromTheFileItself) {
  const TempFolder folder;
  const fs::path path = folder.write("model.gguf", "0123456789");
  for (const bool grows : {true, false}) {
    const auto file = open_file(path);
    ASSERT_TRUE(file);
    EXPECT_FALSE((*file)->changed());
    fs::resize_file(path, grows ? 20 : 4);
    EXPECT_TRUE((*file)->changed());
    std::string bytes(10, ' ');
    EXPECT_EQ((*file)->read(0, bytes), grows) << "what is not there any more is not made up";
  }
  const auto file = open_file(path);
  ASSERT_TRUE(file);
  std::ofstream(path, std::ios::binary) << "abcd";  // as long as before
  fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(1));
  EXPECT_TRUE((*file)->changed());
  fs::remove(path);
  EXPECT_TRUE((*file)->changed());
}

TEST(ChangedWhileRead, IsSaidByEveryReader) {
  {
    Problems problems("model.gguf");
    tests::GgufBuilder builder;
    builder.string("general.architecture", "llama").tensor("a", GgmlType::F16, {32});
    (void)read_gguf_header(ChangingSource(builder.header() + std::string(builder.data_bytes(), '\0')), problems);
    EXPECT_TRUE(says_changed(problems));
  }
  {
    Problems problems("model.safetensors");
    tests::SafetensorsBuilder builder;
    builder.bf16("a", {8, 8});
    (void)read_safetensors_header(ChangingSource(builder.header() + std::string(builder.data_bytes(), '\0')),
                                  problems);
    EXPECT_TRUE(says_changed(problems));
  }
  {
    Problems problems("model.safetensors.index.json");
    (void)read_safetensors_index(ChangingSource(R"({"weight_map": {"a": "b.safetensors"}})"), problems);
    EXPECT_TRUE(says_changed(problems));
  }
}

}  // namespace changed_while_read_test
}  // namespace llmcalc::io
