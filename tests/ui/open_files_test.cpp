// OPEN: folders can be walked through by keys alone, what was opened before is offered again.

#include "support/temp_folder.hpp"
#include "ui/driver.hpp"
#include "ui/folder_list.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace llmcalc::ui::test {
namespace open_files_test {

constexpr const char* config = R"({"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 64,
  "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 4,
  "vocab_size": 1000, "max_position_embeddings": 2048})";

void write(const std::filesystem::path& file, std::string_view text) { std::ofstream(file) << text; }

TEST(FolderList, ListsFoldersFirstAndCountsAsPeopleDo) {
  const tests::TempFolder folder;
  std::filesystem::create_directory(folder.path() / "zoo");
  for (const char* name : {"part-10.gguf", "part-2.gguf", "picture.png", ".hidden.json"})
    write(folder.path() / name, "x");
  const FolderList list = read_folder(folder.path());
  ASSERT_EQ(list.entries.size(), 3u) << "no picture, nothing hidden";
  EXPECT_EQ(list.entries[0].name, "zoo");
  EXPECT_TRUE(list.entries[0].is_folder);
  EXPECT_EQ(list.entries[1].name, "part-2.gguf");
  EXPECT_EQ(list.entries[2].name, "part-10.gguf");
  EXPECT_TRUE(list.holds_model);
  EXPECT_TRUE(list.problem.empty());
}

TEST(FolderList, SaysWhyItCannotBeRead) {
  const FolderList list = read_folder("/nowhere/at/all");
  EXPECT_TRUE(list.entries.empty());
  EXPECT_NE(list.problem.find("/nowhere/at/all"), std::string::npos);
}

TEST(OpenDialogue, AFolderIsWalkedIntoAndAModelOpenedByKeysAlone) {
  const tests::TempFolder folder;
  std::filesystem::create_directories(folder.path() / "models" / "tiny");
  write(folder.path() / "models" / "tiny" / "config.json", config);
  Driver d;
  d.press(Key::O, true);
  d.frames(3);
  d.type(folder.path().string() + "/mod");
  d.press(Key::Enter);  // the folder that is found
  d.frames(3);
  EXPECT_EQ(std::string(d.app.view.open.path.data()), (folder.path() / "models" / "").string());
  d.type("ti");
  EXPECT_EQ(std::string(d.app.view.open.path.data()), (folder.path() / "models" / "ti").string())
      << "typing goes on at the end of the path";
  d.press(Key::Enter);
  d.frames(3);
  EXPECT_TRUE(d.shows("Open this folder as a model"));
  d.press(Key::Down);
  d.press(Key::Down);  // past "..", to config.json
  d.press(Key::Enter);
  d.frames(4);
  ASSERT_TRUE(d.app.view.preview) << d.app.view.message.text;
  EXPECT_EQ(d.app.view.preview->model->hidden, 64u);
  ASSERT_FALSE(d.app.preferences.opened.empty());
  EXPECT_NE(d.app.preferences.opened.front().find("config.json"), std::string::npos);
}

TEST(OpenDialogue, OffersWhatWasOpenedBefore) {
  const tests::TempFolder folder;
  write(folder.path() / "config.json", config);
  Driver d;
  d.app.preferences.opened = {(folder.path() / "config.json").string()};
  d.press(Key::O, true);
  d.frames(3);
  EXPECT_TRUE(d.shows("OPENED BEFORE") || d.shows("Opened before"));
  d.press(Key::Enter);
  d.frames(4);
  EXPECT_TRUE(d.app.view.preview);
}

TEST(OpenDialogue, TheHomeFolderIsATilde) {
  const auto [folder, rest] = parts_of("~/mod");
  EXPECT_TRUE(folder.is_absolute());
  EXPECT_EQ(rest, "mod");
}

}  // namespace open_files_test
}  // namespace llmcalc::ui::test
