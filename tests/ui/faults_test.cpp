// What the window does where something is missing or far too large.

#include "driver.hpp"
#include "support/temp_folder.hpp"
#include "ui/font_file.hpp"
#include "ui/intake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace llmcalc::ui::test {
namespace faults_test {

namespace fs = std::filesystem;
using testing::HasSubstr;
using tests::TempFolder;

/// A resolver that finds no preset, as without any preset folder.
io::Resolver without_presets() {
  io::Resolver resolver = io::default_resolver();
  resolver.model = [all = resolver.model](const ModelSource& source) -> Result<ModelPtr> {
    if (source.kind == ModelSource::Kind::Preset) return Issue{"/model", "no preset is called that"};
    return all(source);
  };
  resolver.device = [](std::string_view) -> Result<DevicePtr> {
    return Issue{"/device", "no preset is called that"};
  };
  return resolver;
}

TEST(WithoutPresets, TheWindowWorksAndSaysSo) {
  Driver d;
  d.app = make_app(without_presets(), {});
  EXPECT_THAT(d.app.view.message.text, HasSubstr("No presets were found"));
  ASSERT_TRUE(d.app.scenario.model);
  for (const auto& tab : tabs) {
    d.app.preferences.tab = tab.id;
    d.frames(4);
  }
  EXPECT_GT(d.app.results.estimate.inference.breakdown.total().count, 0U);
  EXPECT_TRUE(d.drag("model.layers", 0.2f));
  d.frames(2);
  EXPECT_TRUE(d.app.scenario.model);
}

TEST(Fonts, OfTheLibraryAreUsedWhereTheSystemHasNone) {
  Driver d;
  const TempFolder nothing;
  d.theme.fonts = load_fonts(1, {nothing.path()});
  compat::prepare_headless_fonts();
  EXPECT_TRUE(d.theme.fonts.built_in);
  d.frames(2);
  EXPECT_TRUE(d.shows("KV cache"));
}

TEST(Fonts, ThatAreBrokenArePassedOver) {
  Driver d;
  const TempFolder folder;
  const std::vector<fs::path> system = font_folders();
  fs::path good;
  for (const fs::path& place : system) {
    if (is_usable_font(place / "DejaVuSans.ttf")) good = place / "DejaVuSans.ttf";
  }
  if (good.empty()) GTEST_SKIP() << "no DejaVu here";
  folder.write("Inter-Regular.otf", "this is not a font, whatever its name says");
  folder.write("Inter-SemiBold.otf", "");
  fs::copy_file(good, folder / "Inter-Bold.otf");
  fs::resize_file(folder / "Inter-Bold.otf", fs::file_size(good) / 2);  // an interrupted download
  for (const char* name : {"Inter-Regular.otf", "Inter-SemiBold.otf", "Inter-Bold.otf", "missing.ttf"}) {
    EXPECT_FALSE(is_usable_font(folder / name)) << name;
  }
  fs::copy_file(good, folder / "DejaVuSans.ttf");
  d.theme.fonts = load_fonts(1, {folder.path()});
  compat::prepare_headless_fonts();
  EXPECT_FALSE(d.theme.fonts.built_in);
  d.frames(2);
  EXPECT_TRUE(d.shows("KV cache"));
}

TEST(Clipboard, OfManyMegabytesIsRefusedInWords) {
  Driver d;
  const std::string before = d.app.scenario.model->id;
  std::string text(std::size_t{48} << 20, '[');
  text[0] = '{';
  EXPECT_TRUE(take_text(d.app, text)) << "dealt with, in words";
  EXPECT_THAT(d.app.view.message.text, HasSubstr("The clipboard holds 48.00 MiB"));
  EXPECT_TRUE(d.app.view.message.is_bad);
  EXPECT_EQ(d.app.scenario.model->id, before);
}

}  // namespace faults_test
}  // namespace llmcalc::ui::test
