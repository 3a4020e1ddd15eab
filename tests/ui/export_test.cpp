// What the window writes, and where.

#include "support/temp_folder.hpp"
#include "ui/driver.hpp"
#include "ui/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace llmcalc::ui {
namespace {

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
  EXPECT_NE(d.app.view.message.find(name), std::string::npos) << d.app.view.message;
}

TEST(Export, SaysWhatIsWrongWithAFolder) {
  const TempFolder folder;
  Driver d(1440, 900);
  std::ofstream(folder / "file") << "kept";
  d.app.preferences.export_folder = (folder / "file").string();
  export_file(d.app, "a.csv", "x");
  EXPECT_TRUE(d.app.view.message_is_bad);
  EXPECT_TRUE(fs::is_regular_file(folder / "file"));
}

TEST(Export, AHomeFolderMayBeWrittenShort) {
  Driver d(1440, 900);
  d.app.preferences.export_folder = "~/figures";
  EXPECT_EQ(export_folder(d.app).filename(), "figures");
  d.app.preferences.export_folder = "~";
  EXPECT_NE(export_folder(d.app).filename(), "~");
  EXPECT_TRUE(export_folder(d.app).is_absolute());
}

}  // namespace
}  // namespace llmcalc::ui
