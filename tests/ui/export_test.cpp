// What the window writes, and where.

#include "readers/scenario_json.hpp"
#include "report/estimate_json.hpp"
#include "report/estimate_tables.hpp"
#include "support/temp_folder.hpp"
#include "ui/driver.hpp"
#include "ui/files.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

namespace llmcalc::ui {
namespace export_test {

using test::Driver;
using tests::TempFolder;
namespace fs = std::filesystem;

TEST(Export, WritesIntoTheFolderThatWasTyped) {
  const TempFolder folder;
  Driver d(1440, 900);
  d.app.preferences.export_folder = folder.path().string();
  d.press(Key::E, true);
  d.frames(3);
  d.click("export.csv");
  const std::string name = "llmcalc-" + d.app.scenario.model->id + ".csv";
  EXPECT_TRUE(fs::exists(folder / name));
  EXPECT_NE(d.app.view.message.text.find(name), std::string::npos) << d.app.view.message.text;
}

/// The whole of a file.
std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Export, EveryFileHoldsWhatIsShownAndNoneTakesThePlaceOfAnother) {
  const TempFolder folder;
  Driver d(1440, 900);
  d.app.preferences.export_folder = folder.path().string();
  const std::string name = "llmcalc-" + d.app.scenario.model->id;
  for (const char* run : {"", "-2"}) {
    if (*run != '\0') d.drag("serving.context", 0.9f);  // another scenario of the same model
    for (const char* button : {"export.csv", "export.json", "export.scenario", "export.markdown"}) {
      d.press(Key::E, true);
      d.frames(3);
      ASSERT_TRUE(d.click(button)) << button;
    }
    const Estimate& e = d.app.results.estimate;
    EXPECT_EQ(content(folder / (name + run + ".csv")), io::estimate_csv(e));
    EXPECT_EQ(content(folder / (name + run + ".md")), io::estimate_markdown(d.app.scenario, e, ByteUnits::Binary));
    const auto json = nlohmann::json::parse(content(folder / (name + run + ".json")), nullptr, false);
    EXPECT_EQ(json, nlohmann::json(io::estimate_json(d.app.scenario, e)));
    const auto scenario =
        io::read_scenario_text(content(folder / (name + "-scenario" + run + ".json")), d.app.resolver);
    ASSERT_TRUE(scenario);
    EXPECT_TRUE(*scenario == d.app.scenario);
  }
  EXPECT_NE(content(folder / (name + ".csv")), content(folder / (name + "-2.csv")));
}

TEST(Export, SaysWhatIsWrongWithAFolder) {
  const TempFolder folder;
  Driver d(1440, 900);
  std::ofstream(folder / "file") << "kept";
  d.app.preferences.export_folder = (folder / "file").string();
  export_file(d.app, "a.csv", "x");
  EXPECT_TRUE(d.app.view.message.is_bad);
  EXPECT_TRUE(fs::is_regular_file(folder / "file"));
}

TEST(Export, AHomeFolderMayBeWrittenShort) {
  Driver d(1440, 900);
  d.app.preferences.export_folder = "~/figures";
  EXPECT_EQ(export_folder(d.app.preferences).filename(), "figures");
  d.app.preferences.export_folder = "~";
  EXPECT_NE(export_folder(d.app.preferences).filename(), "~");
  EXPECT_TRUE(export_folder(d.app.preferences).is_absolute());
}

}  // namespace export_test
}  // namespace llmcalc::ui
