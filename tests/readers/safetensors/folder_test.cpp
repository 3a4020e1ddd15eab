// Shards, indexes and folders: what belongs together, and what may not be reached.

#include "readers/folder.hpp"

#include "readers/safetensors/file.hpp"
#include "support/issues.hpp"
#include "support/safetensors_builder.hpp"

#include <gtest/gtest.h>

namespace llmcalc::io {
namespace folder_test {

namespace fs = std::filesystem;
using tests::first_issue;
using tests::has_issue;
using tests::SafetensorsBuilder;
using tests::TempFolder;

constexpr const char* index_name = "model.safetensors.index.json";

std::string index_of(const std::string& map, const std::string& total = "0") {
  return R"({"metadata":{"total_size":)" + total + R"(},"weight_map":{)" + map + "}}";
}

/// Two shards of one tensor each, "a" and "b", 4 and 6 bytes.
void write_two_shards(const TempFolder& folder) {
  SafetensorsBuilder{}.bf16("a", {2}).write(folder, "model-00001-of-00002.safetensors");
  SafetensorsBuilder{}.bf16("b", {3}).write(folder, "model-00002-of-00002.safetensors");
}

const std::string two_shards = R"("a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors")";

TEST(SafetensorsFolder, ReadsShardsThroughTheirIndex) {
  const TempFolder folder;
  write_two_shards(folder);
  folder.write(index_name, index_of(two_shards, "10"));
  for (const fs::path& path : {folder.path(), folder / index_name, folder / "model-00002-of-00002.safetensors"}) {
    const auto set = read_safetensors(path);
    ASSERT_TRUE(set) << path << first_issue(set);
    EXPECT_EQ(set->tensors.size(), 2U);
    EXPECT_EQ(set->parts.size(), 2U);
    EXPECT_EQ(set->tensors[1].file, 1U);
  }
  EXPECT_TRUE(read_safetensors(folder.path())->oddities.empty());
}

TEST(SafetensorsFolder, FindsNumberedPartsWithoutAnIndex) {
  const TempFolder folder;
  write_two_shards(folder);
  const auto set = read_safetensors(folder.path());
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->tensors.size(), 2U);
  ASSERT_EQ(set->oddities.size(), 1U);
}

TEST(SafetensorsFolder, NamesEveryMissingShard) {
  const TempFolder folder;
  SafetensorsBuilder{}.bf16("a", {2}).write(folder, "model-00002-of-00004.safetensors");
  const auto set = read_safetensors(folder.path());
  EXPECT_TRUE(has_issue(set, "", "'model-00001-of-00004.safetensors' is missing"));
  EXPECT_TRUE(has_issue(set, "", "'model-00003-of-00004.safetensors' is missing"));
  EXPECT_TRUE(has_issue(set, "", "'model-00004-of-00004.safetensors' is missing"));
}

TEST(SafetensorsFolder, PrefersModelSafetensorsAndMentionsTheRest) {
  const TempFolder folder;
  SafetensorsBuilder{}.bf16("a", {2}).write(folder, "model.safetensors");
  SafetensorsBuilder{}.bf16("a", {2}).write(folder, "consolidated.safetensors");
  const auto set = read_safetensors(folder.path());
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->tensors.size(), 1U);
  EXPECT_NE(set->oddities.at(0).find("consolidated.safetensors"), std::string::npos);
}

TEST(SafetensorsFolder, RefusesIndexNamesThatLeaveTheFolder) {
  for (const std::string name : {"../x.safetensors", "/etc/passwd", "a/../../x.safetensors", "..", "", "C:\\\\x",
                                 "\\\\\\\\host\\\\x", "a\\u0000b"}) {
    const TempFolder folder;
    folder.write(index_name, index_of(R"("a":")" + name + "\""));
    const auto set = read_safetensors(folder.path());
    EXPECT_TRUE(has_issue(set, "", "names a file")) << name << ": " << first_issue(set);
  }
}

TEST(SafetensorsFolder, RefusesLinksThatLeadOut) {
  const TempFolder outside, folder;
  SafetensorsBuilder{}.bf16("a", {2}).write(outside, "secret.safetensors");
  fs::create_symlink(outside / "secret.safetensors", folder / "model.safetensors");
  fs::create_directory_symlink(outside.path(), folder / "sub");
  EXPECT_TRUE(has_issue(read_safetensors(folder.path()), "", "leads out of the folder"));
  folder.write(index_name, index_of(R"("a":"sub/secret.safetensors")"));
  EXPECT_TRUE(has_issue(read_safetensors(folder.path()), "", "leads out of the folder"));
}

TEST(SafetensorsFolder, FollowsALinkChosenByHand) {
  const TempFolder outside, folder;
  SafetensorsBuilder{}.bf16("a", {2}).write(outside, "real.safetensors");
  fs::create_symlink(outside / "real.safetensors", folder / "chosen.safetensors");
  const auto set = read_safetensors(folder / "chosen.safetensors");
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->parts[0].name, "chosen.safetensors");
}

TEST(SafetensorsFolder, FollowsTheLinksOfAHuggingFaceCache) {
  const TempFolder cache;
  fs::create_directories(cache / "models--o--m/blobs");
  fs::create_directories(cache / "models--o--m/snapshots/abc");
  write_two_shards(cache);
  const fs::path snapshot = cache / "models--o--m/snapshots/abc";
  for (const char* name : {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}) {
    fs::rename(cache / name, cache / ("models--o--m/blobs/hash-" + std::string(name)));
    fs::create_symlink("../../blobs/hash-" + std::string(name), snapshot / name);
  }
  cache.write("models--o--m/blobs/index", index_of(two_shards));
  fs::create_symlink("../../blobs/index", snapshot / index_name);
  const auto set = read_safetensors(snapshot);
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->tensors.size(), 2U);
}

TEST(SafetensorsFolder, RefusesLinksInACircleAndDanglingOnes) {
  const TempFolder folder;
  fs::create_symlink("model-00002-of-00002.safetensors", folder / "model-00001-of-00002.safetensors");
  fs::create_symlink("model-00001-of-00002.safetensors", folder / "model-00002-of-00002.safetensors");
  EXPECT_TRUE(has_issue(read_safetensors(folder.path()), "", "in a circle"));
  EXPECT_TRUE(has_issue(read_safetensors(folder / "model-00001-of-00002.safetensors"), "", "in a circle"));
  const TempFolder dangling;
  fs::create_symlink("../blobs/gone", dangling / "model.safetensors");
  EXPECT_TRUE(has_issue(read_safetensors(dangling.path()), "", "link to a file that does not exist"));
}

TEST(SafetensorsFolder, RefusesAnIndexThatNamesItselfOrAFileTwice) {
  const TempFolder folder;
  folder.write(index_name, index_of(R"("a":"model.safetensors.index.json")"));
  EXPECT_TRUE(has_issue(read_safetensors(folder.path()), "", "is not one"));
  SafetensorsBuilder{}.bf16("a", {2}).write(folder, "x.safetensors");
  folder.write(index_name, index_of(R"("a":"x.safetensors","b":"./x.safetensors")"));
  EXPECT_TRUE(has_issue(read_safetensors(folder.path()), "", "are the same file"));
}

TEST(SafetensorsFolder, ComparesIndexAndFilesNameByName) {
  const TempFolder folder;
  write_two_shards(folder);
  folder.write(
      index_name,
      index_of(
          R"("a":"model-00002-of-00002.safetensors","b":"model-00002-of-00002.safetensors","c":"model-00001-of-00002.safetensors")"));
  const auto set = read_safetensors(folder.path());
  EXPECT_TRUE(has_issue(set, "a", "the index says 'model-00002-of-00002.safetensors'"));
  EXPECT_TRUE(has_issue(set, "c", "does not hold it"));
}

TEST(SafetensorsFolder, NotesTensorsTheIndexLeavesOutAndWrongTotals) {
  const TempFolder folder;
  SafetensorsBuilder{}.bf16("a", {2}).bf16("b", {2}).write(folder, "x.safetensors");
  folder.write(index_name, index_of(R"("a":"x.safetensors")", "4.0"));
  const auto set = read_safetensors(folder.path());
  ASSERT_TRUE(set) << first_issue(set);
  ASSERT_EQ(set->oddities.size(), 2U);
  EXPECT_NE(set->oddities[0].find("1 tensors are in the files but not in the index"), std::string::npos);
  EXPECT_NE(set->oddities[1].find("claims 4 bytes"), std::string::npos);
}

TEST(SafetensorsFolder, RefusesTheSameTensorInTwoFiles) {
  const TempFolder folder;
  SafetensorsBuilder{}.bf16("a", {2}).write(folder, "x.safetensors");
  SafetensorsBuilder{}.bf16("a", {2}).write(folder, "y.safetensors");
  EXPECT_TRUE(
      has_issue(read_safetensors(folder.path()), "a", "is in two files: 'x.safetensors' and 'y.safetensors'"));
}

TEST(SafetensorsFolder, RefusesBrokenIndexes) {
  const TempFolder folder;
  const auto read = [&](const std::string& text) {
    folder.write(index_name, text);
    return read_safetensors(folder.path());
  };
  EXPECT_TRUE(has_issue(read("{"), "index.json", "not valid JSON"));
  EXPECT_TRUE(has_issue(read("{}"), "index.json", "has no weight_map"));
  EXPECT_TRUE(has_issue(read(R"({"weight_map":[]})"), "weight_map", "must be an object"));
  EXPECT_TRUE(has_issue(read(R"({"weight_map":{"a":3}})"), "a", "must name a file"));
  EXPECT_TRUE(has_issue(read(R"({"weight_map":{"a":"x","a":"x"}})"), "a", "named twice"));
  EXPECT_TRUE(has_issue(read(R"({"x":)" + std::string(500'000, '[')), "", "nested deeper"));
}

TEST(SafetensorsFolder, SaysWhatIsNotThere) {
  const TempFolder folder;
  EXPECT_TRUE(has_issue(read_safetensors(folder.path()), "", "no .safetensors file"));
  EXPECT_TRUE(has_issue(read_safetensors(folder / "none.safetensors"), "", "'none.safetensors' is missing"));
  EXPECT_TRUE(has_issue(read_safetensors(folder / "no/folder/x.safetensors"), "", "cannot be opened"));
}

TEST(PartName, IsReadAndWritten) {
  const PartName part = part_name("my-model-00002-of-00010.safetensors");
  EXPECT_EQ(part.number, 2U);
  EXPECT_EQ(part.count, 10U);
  EXPECT_EQ(part_name_of(part, 10), "my-model-00010-of-00010.safetensors");
  for (const char* name : {"model.safetensors", "a-00000-of-00002.gguf", "a-00003-of-00002.gguf", "-of-.x", "-of-1.x",
                           "x-1-of-99999999999.x", "a-1-of-2"}) {
    EXPECT_EQ(part_name(name).count, 0U) << name;
  }
}

}  // namespace folder_test
}  // namespace llmcalc::io
