// One budget of tensors and of their names for all files of a model, and texts of a header that have an end.

#include "readers/gguf/header.hpp"
#include "readers/problems.hpp"
#include "readers/safetensors/header.hpp"
#include "readers/safetensors/index.hpp"
#include "support/gguf_builder.hpp"
#include "support/safetensors_builder.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

namespace llmcalc::io {
namespace tensor_room_test {

using tests::GgufBuilder;
using tests::safetensors_header;
using tests::SafetensorsBuilder;

/// The first problem that reading a text gives; "" when there is none.
std::string problem_of(const std::function<void(const ByteSource&, Problems&)>& read, std::string_view bytes) {
  Problems problems("file");
  read(MemorySource(bytes), problems);
  const std::vector<Issue> all = problems.take();
  return all.empty() ? "" : all.front().what;
}

TEST(TensorRoom, IsSharedByTheFilesOfAModel) {
  const std::string one = SafetensorsBuilder{}.bf16("a", {0}).bf16("b", {0}).header();
  GgufBuilder gguf;
  gguf.string("general.architecture", "llama").tensor("a", GgmlType::F32, {0}).tensor("b", GgmlType::F32, {0});
  TensorRoom room{.tensors = 3};
  const auto safetensors = [&](const ByteSource& source, Problems& problems) {
    (void)read_safetensors_header(source, problems, room);
  };
  const auto ggufs = [&](const ByteSource& source, Problems& problems) {
    (void)read_gguf_header(source, problems, room);
  };
  EXPECT_EQ(problem_of(safetensors, one), "");
  EXPECT_EQ(problem_of(safetensors, one), TensorRoom::problem());
  room = {.tensors = 3};
  EXPECT_EQ(problem_of(ggufs, gguf.header()), "");
  EXPECT_EQ(problem_of(ggufs, gguf.header()), TensorRoom::problem());
  room = {.name_bytes = 1};
  EXPECT_EQ(problem_of(safetensors, one), TensorRoom::problem());
}

TEST(TensorRoom, HoldsEveryModelThereIs) {
  // DeepSeek V3 in FP8: 58 layers of 256 experts, three matrices each with its scales; Kimi K2 as GPTQ packs it.
  EXPECT_GT(most(Limit::Tensors), 58U * 256 * 3 * 2 + 2000);
  EXPECT_GT(most(Limit::Tensors), 60U * 384 * 3 * 4 + 2000);
}

TEST(SafetensorsText, OfAnyLengthIsNotHeld) {
  const auto header = [](const ByteSource& source, Problems& problems) {
    (void)read_safetensors_header(source, problems);
  };
  const auto index = [](const ByteSource& source, Problems& problems) {
    (void)read_safetensors_index(source, problems);
  };
  const std::string longer(most(Limit::SafetensorsText) + 1, '1');
  EXPECT_NE(problem_of(header, safetensors_header("{\"" + longer + "\":{}}")).find("text longer than"),
            std::string::npos);
  EXPECT_NE(
      problem_of(header, safetensors_header(R"({"a":{"dtype":"F32","shape":[)" + longer + "]}}")).find("longer"),
      std::string::npos);
  EXPECT_NE(problem_of(index, "{\"weight_map\":{\"a\":\"" + longer + "\"}}").find("longer"), std::string::npos);
  // The end of a window of the file may fall anywhere: into a name, a number or an escape.
  for (std::size_t blanks = 65470; blanks < 65540; ++blanks) {
    const std::string text =
        "{" + std::string(blanks, ' ') + R"("na\"me\\":{"dtype":"F32","shape":[16,2],"data_offsets":[0,128]}})";
    const std::string file = safetensors_header(text) + std::string(128, 'x');
    Problems problems("file");
    const SafetensorsHeader read = read_safetensors_header(MemorySource(file), problems);
    ASSERT_TRUE(problems.empty()) << problems.take().front().what;
    ASSERT_EQ(read.tensors.size(), 1U);
    ASSERT_EQ(read.tensors.front().name, "na\"me\\");
    ASSERT_EQ(read.tensors.front().bytes, 128U);
  }
}

TEST(SafetensorsText, EndsAtNoNulByte) {
  using namespace std::string_literals;
  const auto header = [](const ByteSource& source, Problems& problems) {
    (void)read_safetensors_header(source, problems);
  };
  EXPECT_NE(problem_of(header, safetensors_header("{}\0{}"s)).find("NUL"), std::string::npos);
}

TEST(GgufTexts, ThatTakeTooMuchTogetherAreRefused) {
  GgufBuilder gguf;
  const std::string text(4096, 'x');
  for (std::size_t i = 0; i <= most(Limit::GgufTexts) / 4096; ++i) gguf.string("key" + std::to_string(i), text);
  const auto header = [](const ByteSource& source, Problems& problems) { (void)read_gguf_header(source, problems); };
  EXPECT_NE(problem_of(header, gguf.header()).find("take more than"), std::string::npos);
}

}  // namespace tensor_room_test
}  // namespace llmcalc::io
