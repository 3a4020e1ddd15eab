// The picture that the window exports: the window, as it is without the dialogue that asked for it, and without what
// the mouse points at.

#include "hand.hpp"
#include "support/display.hpp"
#include "ui/driver.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

namespace llmcalc::platform {
namespace exported_picture_test {

constexpr int width = 1280;
constexpr int height = 800;
/// The status bar says how long the estimate took, and what was saved.
constexpr int left_out_at_the_bottom = 32;

/// Where the export dialogue has its button; the driver is gone before the window opens.
std::optional<ui::Box> picture_button() {
  ui::test::Driver d(width, height);
  d.press(ui::Key::E, true);
  d.frames(3);
  return d.find("export.png");
}

/// Share of the pixels, the status bar left out, that differ by more than a shade.
double difference(const Pixels& a, const Pixels& b) {
  if (!a.data || !b.data || a.width != b.width || a.height != b.height) return 1;
  int different = 0;
  for (int y = 0; y < a.height - left_out_at_the_bottom; ++y) {
    for (int x = 0; x < a.width; ++x) {
      int gap = 0;
      for (int c = 0; c < 3; ++c) gap = std::max(gap, std::abs(a.pixel(x, y)[c] - b.pixel(x, y)[c]));
      different += gap > 16 ? 1 : 0;
    }
  }
  return static_cast<double>(different) / (static_cast<double>(a.width) * (a.height - left_out_at_the_bottom));
}

TEST(ExportedPicture, ShowsTheWindowWithoutDialogueAndTooltip) {
  if (tests::no_display()) GTEST_SKIP() << "no display";
  const std::optional<ui::Box> button = picture_button();
  ASSERT_TRUE(button);
  const tests::TempFolder folder;
  std::vector<std::filesystem::path> files;
  ui::App end =
      play(width, height,
           {{"Ctrl+E", [](Hand& hand, ui::App& app) { hand.chord(GLFW_KEY_E), app.view.message.text.clear(); }},
            {"the button",
             [&](Hand& hand, ui::App& app) {
               app.preferences.export_folder = folder.path().string();
               hand.click(button->middle());
             }},
            {"a while", [](Hand&, ui::App&) {}},
            {"Ctrl+E again", [](Hand& hand, ui::App&) { hand.chord(GLFW_KEY_E); }},
            {"the button again", [&](Hand& hand, ui::App&) { hand.click(button->middle()); }},
            {"a while", [](Hand&, ui::App&) {}}},
           [](const Step&, const Pixels&) {});
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) files.push_back(entry.path());
  ASSERT_EQ(files.size(), 2U) << "the second export must not take the place of the first";
  end.requests = {};
  const auto expected = folder / "expected.png";
  {
    auto opened = Window::open({.width = 640, .height = 480, .visible = false, .title = "test"});
    ASSERT_TRUE(opened);
    Window window = std::move(opened).value();
    ASSERT_EQ(take_screenshot(window, end, {.file = expected, .width = width, .height = height, .scale = 1}), 0);
  }
  for (const auto& file : files) EXPECT_LT(difference(read_png(file), read_png(expected)), 0.002) << file;
}

}  // namespace exported_picture_test
}  // namespace llmcalc::platform
