#include "host/write_file.hpp"

#include "support/file_text.hpp"
#include "support/small_disk.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace llmcalc::io {
namespace write_file_test {

namespace fs = std::filesystem;
using tests::content_of;
using tests::names_in;
using tests::TempFolder;
using Names = std::vector<std::string>;

mode_t mode_of(const fs::path& file) {
  struct stat info {};
  EXPECT_EQ(::stat(file.c_str(), &info), 0);
  return info.st_mode & 0777U;
}

TEST(WriteFile, MakesFoldersAndReplacesWhatWasThere) {
  const TempFolder folder;
  const fs::path file = folder / "a/b/c.txt";
  ASSERT_TRUE(write_file(file, "one"));
  ASSERT_TRUE(write_file(file, "two"));
  EXPECT_EQ(content_of(file), "two");
  EXPECT_EQ(names_in(file.parent_path()), Names{"c.txt"});
}

TEST(WriteFile, KeepsTheOldContentWhenTheDiskIsFull) {
  const TempFolder folder;
  const fs::path file = folder.write("state.json", "precious");
  const tests::SmallDisk disk(1000);
  const auto written = write_file(file, std::string(5000, 'x'));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.issues().front().where, file.string());
  EXPECT_NE(written.issues().front().what.find("cannot be written: File too large"), std::string::npos);
  EXPECT_EQ(content_of(file), "precious");
  EXPECT_EQ(names_in(folder.path()), Names{"state.json"}) << "half a file was left behind";
}

TEST(WriteFile, OfStateIsForItsOwnerOnly) {
  const TempFolder folder;
  const mode_t before = ::umask(022);
  ASSERT_TRUE(write_file(folder / "config/state.json", "x", Readers::OwnerOnly));
  ASSERT_TRUE(write_file(folder / "export.csv", "x"));
  EXPECT_EQ(mode_of(folder / "config/state.json"), 0600U);
  EXPECT_EQ(mode_of(folder / "config"), 0700U);
  EXPECT_EQ(mode_of(folder / "export.csv"), 0644U);
  ::umask(before);
}

TEST(WriteFile, ReplacesALinkInsteadOfFollowingIt) {
  const TempFolder folder;
  const fs::path victim = folder.write("victim", "untouched");
  fs::create_symlink(victim, folder / "export.csv");
  ASSERT_TRUE(write_file(folder / "export.csv", "x"));
  EXPECT_EQ(content_of(victim), "untouched");
  EXPECT_FALSE(fs::is_symlink(folder / "export.csv"));
}

TEST(WriteFile, RefusesFoldersAndWhatIsNoRegularFile) {
  const TempFolder folder;
  fs::create_directory(folder / "folder");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(write_file(folder / "folder", "x"));
  EXPECT_FALSE(write_file(folder / "pipe", "x"));  // as root, renaming would replace even /dev/null
  EXPECT_TRUE(fs::is_fifo(folder / "pipe"));
  EXPECT_EQ(names_in(folder.path()), (Names{"folder", "pipe"}));
}

TEST(WriteFile, RefusesANameWithANul) {
  const TempFolder folder;
  std::ofstream(folder / "victim") << "kept";
  std::string name = (folder / "victim").string();
  name.push_back('\0');
  EXPECT_FALSE(write_file(fs::path(name + "x") / "a.csv", "lost"));
  EXPECT_FALSE(write_file(name + "x", "lost"));
  std::ifstream file(folder / "victim");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "kept");
}

TEST(WriteFile, SaysWhyAFolderCannotBeMade) {
  const TempFolder folder;
  const fs::path file = folder.write("file", "") / "below/state.json";
  const auto written = write_file(file, "x");
  ASSERT_FALSE(written);
  EXPECT_NE(written.issues().front().what.find("Not a directory"), std::string::npos);
}

}  // namespace write_file_test
}  // namespace llmcalc::io
