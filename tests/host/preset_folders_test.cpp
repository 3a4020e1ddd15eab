#include "host/preset_folders.hpp"

#include "host/limits.hpp"
#include "readers/model_preset.hpp"
#include "readers/preset_json.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <string>
#include <sys/stat.h>

namespace llmcalc::io {
namespace preset_folders_test {

namespace fs = std::filesystem;
using tests::TempFolder;

TEST(PresetFolders, AreReadInTheDocumentedOrder) {
  const TempFolder root;
  for (const char* folder : {"source", "prefix/bin", "prefix/share/llmcalc/presets", "one", "two", "user"}) {
    fs::create_directories(root.path() / folder);
  }
  PresetPlaces places;
  places.source_tree = root.path() / "source";
  places.program = root.path() / "prefix/bin/llmcalc";
  places.environment = (root.path() / "one").string() + ":" + (root.path() / "missing").string() +
                       "::" + (root.path() / "two").string();
  places.user = root.path() / "user";
  const auto folders = preset_folders(places);
  ASSERT_EQ(folders.size(), 4U);
  EXPECT_TRUE(fs::equivalent(folders[0], root.path() / "prefix/share/llmcalc/presets"));
  EXPECT_EQ(folders[1], root.path() / "one");
  EXPECT_EQ(folders[2], root.path() / "two");
  EXPECT_EQ(folders[3], root.path() / "user");
  places.program = root.path() / "build/bin/llmcalc";
  EXPECT_EQ(preset_folders(places).front(), root.path() / "source") << "what is not installed reads the source tree";
}

TEST(PresetFolders, AreReadOnceEach) {
  const TempFolder root;
  fs::create_directories(root.path() / "a");
  fs::create_directories(root.path() / "b");
  PresetPlaces places;
  places.source_tree = root.path() / "a";
  places.environment = (root.path() / "b").string() + ":" + (root.path() / "b/../a").string();
  const auto folders = preset_folders(places);
  ASSERT_EQ(folders.size(), 2U);
  EXPECT_TRUE(fs::equivalent(folders[0], root.path() / "b"));
  EXPECT_TRUE(fs::equivalent(folders[1], root.path() / "a"));
}

TEST(PresetFolders, OfThisProcessHoldTheShippedPresets) {
  const auto folders = preset_folders();
  ASSERT_FALSE(folders.empty());
  EXPECT_TRUE(find_model_preset(folders, "llama-3.1-8b"));
}

TEST(PresetFiles, SkipLoopsPipesAndOtherKinds) {
  const TempFolder folder;
  folder.write(
      "models/good.json",
      R"({"id": "good", "name": "G", "family": "F", "weights_dtype": "bf16", "sources": ["s"], "config": {"a": 1}})");
  folder.write("models/readme.txt", "not a preset");
  folder.write("models/.hidden.json", "not a preset");
  fs::create_directories(folder.path() / "models/folder.json");
  fs::create_symlink("loop.json", folder.path() / "models/loop.json");
  fs::create_symlink("nowhere", folder.path() / "models/dangling.json");
  fs::create_directory_symlink("..", folder.path() / "models/up");
  ASSERT_EQ(::mkfifo((folder.path() / "models/pipe.json").c_str(), 0600), 0);
  const auto catalogue = read_model_catalogue(std::vector{folder.path()});
  ASSERT_EQ(catalogue.entries.size(), 1U);
  EXPECT_EQ(catalogue.issues.size(), 4U);  // folder, loop, dangling link, pipe
}

TEST(PresetFiles, OfAHundredThousandAreReadInBoundedTime) {
  const TempFolder folder;
  fs::create_directories(folder / "models");
  // A file has only so many names: 65,000 on ext4.
  const fs::path files[] = {folder.write("one", "{}"), folder.write("two", "{}")};
  for (int i = 0; i < 100'000; ++i) {
    fs::create_hard_link(files[i % 2], folder / ("models/" + std::to_string(i) + (i % 2 == 0 ? ".json" : ".txt")));
  }
  const std::clock_t start = std::clock();
  const auto catalogue = read_model_catalogue(std::vector{folder.path()});
  // Half a second without sanitizers; reading all of them takes more than ten times as long.
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 5.0);
  EXPECT_TRUE(catalogue.entries.empty());
  ASSERT_FALSE(catalogue.issues.empty());
  EXPECT_NE(catalogue.issues.front().what.find("too many files"), std::string::npos);
  EXPECT_LE(catalogue.issues.size(), std::size_t{8} * most(Limit::PresetFiles));
}

TEST(PresetFiles, OfAnOverfullFolderAreLimited) {
  const TempFolder folder;
  for (std::size_t i = 0; i < most(Limit::PresetFiles) + 10; ++i)
    folder.write("x/" + std::to_string(i) + ".json", "");
  Issues issues;
  EXPECT_EQ(preset_files(folder.path() / "x", issues).size(), most(Limit::PresetFiles));
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_NE(issues[0].what.find("too many files"), std::string::npos);
}

TEST(PresetFiles, OfHugeSizeAreRefusedUnread) {
  const TempFolder folder;
  folder.write("models/huge.json", "", std::uintmax_t{1} << 36);
  const auto catalogue = read_model_catalogue(std::vector{folder.path()});
  ASSERT_EQ(catalogue.issues.size(), 1U);
  EXPECT_NE(catalogue.issues[0].what.find("larger than"), std::string::npos);
}

TEST(PresetFiles, OfDeepNestingAreRefused) {
  const TempFolder folder;
  const std::string deep(400'000, '[');
  folder.write("models/deep.json", R"({"id": "deep", "config": )" + deep + std::string(400'000, ']') + "}");
  folder.write("models/open.json", deep);
  const auto catalogue = read_model_catalogue(std::vector{folder.path()});
  EXPECT_TRUE(catalogue.entries.empty());
  EXPECT_EQ(catalogue.issues.size(), 2U);
  const auto preset = find_model_preset(std::vector{folder.path()}, "deep");
  ASSERT_FALSE(preset);
  EXPECT_NE(preset.issues()[0].what.find("nested deeper"), std::string::npos) << preset.issues()[0].what;
}

TEST(PresetFiles, OfAFolderThatIsAFileAreAnIssue) {
  const TempFolder folder;
  folder.write("models", "a file");
  const auto catalogue = read_model_catalogue(std::vector{folder.path()});
  ASSERT_EQ(catalogue.issues.size(), 1U);
  EXPECT_EQ(catalogue.issues[0].what, "is not a folder");
}

}  // namespace preset_folders_test
}  // namespace llmcalc::io
