// The real window under a display: a picture whose bars are where the estimate says.

#include "host/preset_folders.hpp"
#include "platform/run.hpp"
#include "platform/window.hpp"
#include "ui/answers.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#define STB_IMAGE_IMPLEMENTATION
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif
#include "picture_file.hpp"
#include "support/display.hpp"
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace llmcalc::platform {
namespace screenshot_test {

/// The widest text-free point of a segment: near its left edge, under the label.
ImVec2 plain_point(const ui::Box& box) { return {box.from.x + 3, box.from.y + 6}; }

TEST(Screenshot, BarsHaveTheColourAndWidthOfTheEstimate) {
  if (tests::no_display()) GTEST_SKIP() << "no display";
  ui::App app = ui::make_app(io::default_resolver(), io::preset_folders());
  auto window = Window::open({.width = 800, .height = 600, .visible = false, .title = "test"});
  ASSERT_TRUE(window) << window.issues().front().what;
  Window open = std::move(window).value();
  const auto file =
      std::filesystem::temp_directory_path() / ("llmcalc-screenshot-" + std::to_string(std::rand()) + ".png");
  ui::Audit audit;
  ASSERT_EQ(take_screenshot(open, app, {.file = file, .width = 1440, .height = 900, .scale = 1, .audit = &audit}), 0);
  const Pixels pixels = read_png(file);
  std::filesystem::remove(file);
  ASSERT_TRUE(pixels.data);
  EXPECT_EQ(pixels.width, 1440);
  EXPECT_EQ(pixels.height, 900);
  const ui::Palette palette = ui::palette_of(app.preferences.theme);
  std::size_t checked = 0;
  for (const auto& task : tasks) {
    const Breakdown& b = task.id == Task::Inference ? app.results.estimate.inference.breakdown
                                                    : app.results.estimate.training.breakdown;
    for (const Component& c : b.components) {
      const std::string name = std::string(task.key) + ".bar." + std::string(key_of(c.part));
      for (const ui::Audit::Control& control : audit.controls) {
        if (control.name != name || control.box.width() < 12) continue;
        EXPECT_EQ(pixels.at(plain_point(control.box)), palette.part[static_cast<std::size_t>(c.part)]) << name;
        ++checked;
      }
    }
  }
  EXPECT_GE(checked, 4u);
}

TEST(Screenshot, TwoRunsGiveTheSamePicture) {
  if (tests::no_display()) GTEST_SKIP() << "no display";
  std::string first;
  for (int run = 0; run < 2; ++run) {
    ui::App app = ui::make_app(io::default_resolver(), io::preset_folders());
    app.preferences.tab = ui::Tab::Tensors;  // nothing in it depends on time
    app.results.seconds = 0;
    auto window = Window::open({.width = 640, .height = 480, .visible = false, .title = "test"});
    ASSERT_TRUE(window);
    Window open = std::move(window).value();
    const auto file =
        std::filesystem::temp_directory_path() / ("llmcalc-same-" + std::to_string(std::rand()) + ".png");
    ui::Audit audit;
    ASSERT_EQ(take_screenshot(open, app, {.file = file, .width = 1024, .height = 700, .scale = 1, .audit = &audit}),
              0);
    const Pixels pixels = read_png(file);
    std::filesystem::remove(file);
    ASSERT_TRUE(pixels.data);
    // The status bar says how long the estimate took: left out.
    const std::string bytes(reinterpret_cast<const char*>(pixels.data.get()),
                            static_cast<std::size_t>(1024 * 4 * 660));
    if (run == 0) first = bytes;
    EXPECT_TRUE(first == bytes);
  }
}

}  // namespace screenshot_test
}  // namespace llmcalc::platform
