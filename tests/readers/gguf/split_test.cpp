// Split GGUF models and folders of GGUF files.

#include "readers/gguf/file.hpp"
#include "support/gguf_builder.hpp"
#include "support/issues.hpp"

#include <gtest/gtest.h>

namespace llmcalc::io {
namespace split_test {

namespace fs = std::filesystem;
using tests::first_issue;
using tests::GgufBuilder;
using tests::has_issue;
using tests::TempFolder;

GgufBuilder part(unsigned number, unsigned count, const std::string& tensor, unsigned tensors) {
  GgufBuilder file;
  if (number == 0) file.string("general.architecture", "llama");
  const auto u16 = [](unsigned value) { return GgufBuilder::number(static_cast<std::uint16_t>(value)); };
  file.raw("split.no", 2, u16(number)).raw("split.count", 2, u16(count)).u32("split.tensors.count", tensors);
  file.tensor(tensor, GgmlType::F32, {8});
  return file;
}

TEST(GgufSplit, ReadsAllPartsFromAnyOfThem) {
  const TempFolder folder;
  for (unsigned i = 0; i < 3; ++i) {
    part(i, 3, "t" + std::to_string(i), 3).write(folder, "m-0000" + std::to_string(i + 1) + "-of-00003.gguf");
  }
  for (const fs::path& path : {folder / "m-00001-of-00003.gguf", folder / "m-00003-of-00003.gguf", folder.path()}) {
    const auto set = read_gguf(path);
    ASSERT_TRUE(set) << first_issue(set);
    EXPECT_EQ(set->tensors.size(), 3U);
    EXPECT_EQ(set->tensors[2].file, 2U);
    EXPECT_EQ(text_of(set->metadata, "general.architecture"), "llama");
  }
}

TEST(GgufSplit, NamesEveryMissingPart) {
  const TempFolder folder;
  part(1, 3, "t1", 3).write(folder, "m-00002-of-00003.gguf");
  const auto set = read_gguf(folder.path());
  EXPECT_TRUE(has_issue(set, "", "'m-00001-of-00003.gguf' is missing"));
  EXPECT_TRUE(has_issue(set, "", "'m-00003-of-00003.gguf' is missing"));
}

TEST(GgufSplit, ComparesNamesMetadataAndTensorCounts) {
  const TempFolder folder;
  part(0, 2, "a", 2).write(folder, "m-00001-of-00002.gguf");
  part(0, 3, "a", 2).write(folder, "m-00002-of-00002.gguf");
  const auto set = read_gguf(folder.path());
  EXPECT_TRUE(has_issue(set, "m-00002-of-00002.gguf: split.count", "is 3, the file's name says 2"));
  EXPECT_TRUE(has_issue(set, "m-00002-of-00002.gguf: split.no", "is 0"));
  part(1, 2, "a", 2).write(folder, "m-00002-of-00002.gguf");
  EXPECT_TRUE(has_issue(read_gguf(folder.path()), "a", "in two of the parts"));
  part(1, 2, "b", 2).write(folder, "m-00002-of-00002.gguf");
  part(0, 2, "a", 5).write(folder, "m-00001-of-00002.gguf");
  EXPECT_TRUE(has_issue(read_gguf(folder.path()), "split.tensors.count", "is 5, the parts hold 2"));
}

TEST(GgufSplit, SaysWhyARenamedPartCannotBeCompleted) {
  const TempFolder folder;
  EXPECT_TRUE(has_issue(read_gguf(part(0, 3, "a", 3).write(folder, "renamed.gguf")), "split.count",
                        "the others cannot be found"));
}

TEST(GgufSplit, AFolderOfSeveralModelsIsAChoice) {
  const TempFolder folder;
  GgufBuilder{}.tensor("a", GgmlType::F32, {1}).write(folder, "a-Q4_K_M.gguf");
  GgufBuilder{}.tensor("a", GgmlType::F32, {1}).write(folder, "mmproj-a.gguf");
  const auto one = read_gguf(folder.path());
  ASSERT_TRUE(one) << first_issue(one);
  EXPECT_EQ(one->oddities.size(), 1U);
  GgufBuilder{}.tensor("a", GgmlType::F32, {1}).write(folder, "a-Q8_0.gguf");
  EXPECT_TRUE(has_issue(read_gguf(folder.path()), "",
                        "holds 2 GGUF models, choose one of them: 'a-Q4_K_M.gguf', 'a-Q8_0.gguf'"));
}

TEST(GgufSplit, PartsMayNotLeadOutOfTheFolder) {
  const TempFolder outside, folder;
  part(0, 2, "a", 2).write(folder, "m-00001-of-00002.gguf");
  part(1, 2, "b", 2).write(outside, "m-00002-of-00002.gguf");
  fs::create_symlink(outside / "m-00002-of-00002.gguf", folder / "m-00002-of-00002.gguf");
  EXPECT_TRUE(has_issue(read_gguf(folder.path()), "", "leads out of the folder"));
}

}  // namespace split_test
}  // namespace llmcalc::io
