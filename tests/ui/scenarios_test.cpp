// Named scenarios: files in a folder, and the dialogue that works on them.

#include "ui/scenarios.hpp"

#include "driver.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace llmcalc::ui::test {
namespace scenarios_test {

App app_in(const tests::TempFolder& folder) {
  App app = make_app(io::default_resolver(), io::preset_folders());
  app.scenario_folder = folder / "scenarios";
  return app;
}

TEST(SavedScenarios, ComeBackAsTheyWere) {
  const tests::TempFolder folder;
  App app = app_in(folder);
  app.scenario.serving.context = 12345;
  app.scenario.parallelism.tensor = 4;
  app.scenario.devices.groups.front().count = 4;
  ASSERT_TRUE(save_named(app, "four cards"));
  EXPECT_EQ(saved_names(app.scenario_folder), std::vector<std::string>{"four cards"});
  const Result<Scenario> opened = open_named(app, "four cards");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->serving, app.scenario.serving);
  EXPECT_EQ(opened->parallelism, app.scenario.parallelism);
  EXPECT_EQ(opened->model->id, app.scenario.model->id);
}

TEST(SavedScenarios, AreReplacedWholeOrNotAtAll) {
  const tests::TempFolder folder;
  App app = app_in(folder);
  ASSERT_TRUE(save_named(app, "one"));
  app.scenario.serving.context = 777;
  ASSERT_TRUE(save_named(app, "one"));
  EXPECT_EQ(open_named(app, "one")->serving.context, 777U);
  EXPECT_FALSE(std::filesystem::exists(app.scenario_folder / "one.json.part"));
  // A folder in the way of the file: an issue, and what was there stays.
  std::filesystem::create_directories(app.scenario_folder / "two.json");
  EXPECT_FALSE(save_named(app, "two"));
  EXPECT_EQ(saved_names(app.scenario_folder), std::vector<std::string>{"one"});
}

TEST(SavedScenarios, AreRenamedAndDeleted) {
  const tests::TempFolder folder;
  App app = app_in(folder);
  ASSERT_TRUE(save_named(app, "a"));
  ASSERT_TRUE(save_named(app, "b"));
  EXPECT_FALSE(rename_named(app, "a", "b")) << "b is another scenario";
  EXPECT_FALSE(rename_named(app, "nothing", "c"));
  ASSERT_TRUE(rename_named(app, "a", "c"));
  EXPECT_EQ(saved_names(app.scenario_folder), (std::vector<std::string>{"b", "c"}));
  EXPECT_TRUE(delete_named(app, "b"));
  EXPECT_FALSE(delete_named(app, "b"));
  EXPECT_EQ(saved_names(app.scenario_folder), std::vector<std::string>{"c"});
}

TEST(SavedScenarios, NamesNeverLeaveTheFolder) {
  EXPECT_EQ(clean_name("../../etc/passwd"), "_.._etc_passwd");
  EXPECT_EQ(clean_name("  a: b?  "), "a_ b_");
  EXPECT_EQ(clean_name("..."), "");
  EXPECT_EQ(clean_name("größer"), "größer");
  EXPECT_EQ(clean_name("a\x1b[31m\xe2\x80\xae"
                       "b"),
            "a_x1B[31mU+202Eb")
      << "a listing of the folder is text too";
  EXPECT_EQ(clean_name("con"), "_con") << "devices of Windows";
  EXPECT_EQ(clean_name("Lpt1.x"), "_Lpt1.x");
  EXPECT_EQ(clean_name("console"), "console");
  const std::string long_name = clean_name(std::string(79, 'x') + "ö" + std::string(400, 'y'));
  EXPECT_EQ(long_name, std::string(79, 'x'));
  const tests::TempFolder folder;
  App app = app_in(folder);
  EXPECT_FALSE(save_named(app, " . "));
  ASSERT_TRUE(save_named(app, "../up"));
  EXPECT_EQ(saved_names(app.scenario_folder).size(), 1U);
  app.scenario_folder.clear();
  EXPECT_FALSE(save_named(app, "x"));
  EXPECT_TRUE(saved_names(app.scenario_folder).empty());
}

TEST(SavedScenarios, ADamagedFileChangesNothing) {
  const tests::TempFolder folder;
  App app = app_in(folder);
  folder.write("scenarios/broken.json", R"({"model": "llama-3.1-8b", "serving": {"context": -3}})");
  folder.write("scenarios/notes.txt", "not one of ours");
  const Result<Scenario> opened = open_named(app, "broken");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.issues().front().where, "/serving/context");
  EXPECT_EQ(saved_names(app.scenario_folder), std::vector<std::string>{"broken"});
}

TEST(SavedScenarios, TheDialogueSavesOpensRenamesAndDeletes) {
  const tests::TempFolder folder;
  Driver d;
  d.app.scenario_folder = folder / "scenarios";
  d.app.scenario.serving.context = 5000;
  d.press(Key::S, true);
  d.frames(3);
  ASSERT_TRUE(d.find("scenarios.name"));
  d.press(Key::A, true);
  d.type("mine");
  d.press(Key::Enter);
  EXPECT_EQ(saved_names(d.app.scenario_folder), std::vector<std::string>{"mine"});
  d.frames(2);
  ASSERT_TRUE(d.click("saved.rename.mine"));
  d.click(d.find("scenarios.name")->middle());
  d.press(Key::A, true);
  d.type("yours");
  ASSERT_TRUE(d.click("scenarios.save"));
  EXPECT_EQ(saved_names(d.app.scenario_folder), std::vector<std::string>{"yours"});
  d.app.scenario.serving.context = 6000;
  d.frames(2);
  ASSERT_TRUE(d.click("saved.yours"));
  EXPECT_EQ(d.app.scenario.serving.context, 5000U);
  d.press(Key::Z, true);
  EXPECT_EQ(d.app.scenario.serving.context, 6000U) << "opening can be undone";
  d.press(Key::S, true);
  d.frames(3);
  ASSERT_TRUE(d.click("saved.delete.yours"));
  EXPECT_EQ(saved_names(d.app.scenario_folder).size(), 1U) << "asks first";
  ASSERT_TRUE(d.click("saved.delete.yours"));
  EXPECT_TRUE(saved_names(d.app.scenario_folder).empty());
}

}  // namespace scenarios_test
}  // namespace llmcalc::ui::test
