#include "readers/model_preset.hpp"

#include "host/limits.hpp"
#include "readers/preset_json.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmcalc::io {
namespace model_preset_test {

using tests::TempFolder;

std::string preset_text(const std::string& id, const std::string& name = "Tiny", const std::string& more = {}) {
  return R"({"id": ")" + id + R"(", "name": ")" + name +
         R"(", "family": "Test", "weights_dtype": "bf16", "sources": ["a report"],)" + more +
         R"("config": {"model_type": "llama", "hidden_size": 64}})";
}

/// The one issue of reading a single file with this content.
Issue only_issue(const std::string& content) {
  const TempFolder folder;
  folder.write("models/x.json", content);
  const std::vector folders{folder.path()};
  const auto catalogue = read_model_catalogue(folders);
  EXPECT_TRUE(catalogue.entries.empty());
  EXPECT_EQ(catalogue.issues.size(), 1U);
  return catalogue.issues.empty() ? Issue{} : catalogue.issues.front();
}

TEST(ModelPreset, IsReadWithItsConfiguration) {
  const TempFolder folder;
  folder.write("models/tiny-1b.json",
               preset_text("tiny-1b", "Tiny 1B", R"("parameters": 1000, "released": "2024-07", "context": 4096,)"));
  const auto preset = find_model_preset(std::vector{folder.path()}, "tiny-1b");
  ASSERT_TRUE(preset);
  EXPECT_EQ(preset->entry.name, "Tiny 1B");
  EXPECT_EQ(preset->entry.parameters, 1000U);
  EXPECT_EQ(preset->entry.context, 4096U);
  EXPECT_EQ(preset->config, R"({"hidden_size":64,"model_type":"llama"})");
}

TEST(ModelPreset, OfALaterFolderReplacesOneOfTheSameId) {
  const TempFolder first;
  const TempFolder second;
  first.write("models/a.json", preset_text("a", "shipped"));
  first.write("models/b.json", preset_text("b", "other"));
  second.write("models/a.json", preset_text("a", "mine"));
  const std::vector folders{first.path(), second.path()};
  const auto catalogue = read_model_catalogue(folders);
  ASSERT_EQ(catalogue.entries.size(), 2U);
  EXPECT_EQ(catalogue.entries[0].name, "mine");
  EXPECT_EQ(find_model_preset(folders, "a")->entry.name, "mine");
  EXPECT_EQ(find_model_preset(folders, "b")->entry.name, "other");
}

TEST(ModelPreset, ThatIsBrokenIsSkippedAndNamed) {
  const TempFolder folder;
  folder.write("models/good.json", preset_text("good"));
  folder.write("models/bad.json", R"({"id": "bad", )");
  const auto catalogue = read_model_catalogue(std::vector{folder.path()});
  ASSERT_EQ(catalogue.entries.size(), 1U);
  ASSERT_EQ(catalogue.issues.size(), 1U);
  EXPECT_NE(catalogue.issues[0].where.find("bad.json"), std::string::npos);
  EXPECT_NE(catalogue.issues[0].what.find("parse error at line 1"), std::string::npos) << catalogue.issues[0].what;
}

TEST(ModelPreset, ThatIsBrokenDoesNotHideTheShippedOne) {
  const TempFolder first;
  const TempFolder second;
  first.write("models/a.json", preset_text("a", "shipped"));
  second.write("models/a.json", "[]");
  const auto catalogue = read_model_catalogue(std::vector{first.path(), second.path()});
  ASSERT_EQ(catalogue.entries.size(), 1U);
  EXPECT_EQ(catalogue.entries[0].name, "shipped");
  EXPECT_EQ(catalogue.issues.size(), 1U);
}

TEST(ModelPreset, OfHugeSizeIsRefusedUnread) {
  const TempFolder folder;
  const auto preset = read_model_preset(folder.write("huge.json", "{}", most(Limit::PresetBytes)));
  ASSERT_FALSE(preset);
  EXPECT_NE(preset.issues()[0].what.find("is larger than"), std::string::npos);
}

TEST(ModelPreset, WithATextWhereANumberBelongsIsRefused) {
  const Issue issue = only_issue(preset_text("x", "X", R"("context": "8k",)"));
  EXPECT_NE(issue.where.find("x.json/context"), std::string::npos);
  EXPECT_EQ(issue.what, "must be a whole number, got \"8k\"");
}

TEST(ModelPreset, WithAMisspeltKeyIsRefused) {
  const Issue issue = only_issue(preset_text("x", "X", R"("licence": "mit",)"));
  EXPECT_NE(issue.where.find("/licence"), std::string::npos);
  EXPECT_EQ(issue.what, "is not a known key");
}

TEST(ModelPreset, WithAnUnknownFormatIsRefused) {
  const Issue issue = only_issue(
      R"({"id": "x", "name": "X", "family": "F", "weights_dtype": "fp7", "sources": ["s"], "config": {"a": 1}})");
  EXPECT_NE(issue.what.find("fp7"), std::string::npos);
}

TEST(ModelPreset, WithoutSourcesIsRefused) {
  const Issue issue =
      only_issue(R"({"id": "x", "name": "X", "family": "F", "weights_dtype": "bf16", "config": {"a": 1}})");
  EXPECT_NE(issue.where.find("/sources"), std::string::npos);
}

TEST(ModelPreset, WhoseIdIsNotItsFileNameIsRefused) {
  EXPECT_NE(only_issue(preset_text("y")).where.find("/id"), std::string::npos);
}

TEST(ModelPreset, WithoutAConfigurationGivesAnIssueWhenItIsAskedFor) {
  const TempFolder folder;
  folder.write("models/x.json",
               R"({"id": "x", "name": "X", "family": "F", "weights_dtype": "bf16", "sources": ["s"]})");
  const auto preset = find_model_preset(std::vector{folder.path()}, "x");
  ASSERT_FALSE(preset);
  EXPECT_NE(preset.issues()[0].where.find("/config"), std::string::npos);
}

TEST(ModelPreset, IdsCannotLeaveTheFolder) {
  const TempFolder folder;
  folder.write("secret.json", preset_text("secret"));
  folder.write("models/x.json", preset_text("x"));
  for (const char* id : {"../secret", "/etc/passwd", "..", "", "a b", "X"}) {
    EXPECT_FALSE(find_model_preset(std::vector{folder.path()}, id)) << id;
  }
}

TEST(ModelPreset, ThatIsUnknownIsNamed) {
  const TempFolder folder;
  const auto preset = find_model_preset(std::vector{folder.path()}, "nonsense");
  ASSERT_FALSE(preset);
  EXPECT_EQ(preset.issues()[0].where, "/model");
  EXPECT_NE(preset.issues()[0].what.find("nonsense"), std::string::npos);
}

}  // namespace model_preset_test
}  // namespace llmcalc::io
