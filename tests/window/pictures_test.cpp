// The window against stored pictures of itself: averages over blocks of 8 x 8 pixels, so that the way a font is
// rasterised does not matter, and what moved or changed its colour does.
//
// To renew them after a wanted change of the look, run in the repository
//   LLMCALC_RENEW_PICTURES=1 xvfb-run -a build/dev/tests/test_window --gtest_filter='*Pictures*'
// and look at the difference of tests/window/pictures before committing it.

#include "formats/preset_folders.hpp"
#include "picture_file.hpp"
#include "platform/picture.hpp"
#include "platform/run.hpp"
#include "platform/window.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

namespace llmcalc::platform {
namespace {

constexpr int block = 8;
/// The status bar says how long the estimate took.
constexpr int left_out_at_the_bottom = 32;

struct Shot {
  const char* name;
  int width;
  int height;
  ui::ThemeKind theme;
  ui::Tab tab;
};
std::ostream& operator<<(std::ostream& out, const Shot& s) { return out << s.name; }

/// Averages over blocks; blocks that do not fill are left out.
Picture averaged(const Pixels& pixels) {
  Picture small{pixels.width / block, (pixels.height - left_out_at_the_bottom) / block, {}};
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      int sum[3] = {0, 0, 0};
      for (int v = 0; v < block; ++v) {
        for (int u = 0; u < block; ++u) {
          const stbi_uc* p = pixels.pixel(x * block + u, y * block + v);
          for (int c = 0; c < 3; ++c) sum[c] += p[c];
        }
      }
      for (const int s : sum) small.pixels.push_back(static_cast<std::uint8_t>(s / (block * block)));
      small.pixels.push_back(255);
    }
  }
  return small;
}

class Pictures : public ::testing::TestWithParam<Shot> {};

TEST_P(Pictures, LookAsTheyAreStored) {
  if (!std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY")) GTEST_SKIP() << "no display";
  const Shot shot = GetParam();
  ui::App app = ui::make_app(formats::default_resolver(), formats::preset_folders());
  app.preferences.theme = shot.theme;
  app.preferences.tab = shot.tab;
  auto window = Window::open({.width = 640, .height = 480, .visible = false, .title = "test"});
  ASSERT_TRUE(window) << window.issues().front().what;
  Window open = std::move(window).value();
  const tests::TempFolder folder;
  const auto file = folder / "shot.png";
  ASSERT_EQ(take_screenshot(open, app, {.file = file, .width = shot.width, .height = shot.height, .scale = 1}), 0);
  const Pixels pixels = read_png(file);
  ASSERT_TRUE(pixels.data);
  const Picture now = averaged(pixels);
  const std::filesystem::path stored_file =
      std::filesystem::path(LLMCALC_SOURCE_DIR) / "tests" / "window" / "pictures" / (std::string(shot.name) + ".png");
  if (std::getenv("LLMCALC_RENEW_PICTURES") != nullptr) {
    std::filesystem::create_directories(stored_file.parent_path());
    ASSERT_TRUE(write_png(now, stored_file));
    GTEST_SKIP() << "renewed " << stored_file;
  }
  const Pixels stored = read_png(stored_file);
  ASSERT_TRUE(stored.data) << stored_file << " is missing; see the top of this file";
  ASSERT_EQ(stored.width, now.width);
  ASSERT_EQ(stored.height, now.height);
  // Another version of the font changes blocks of text by a shade; a panel that moves changes many by much.
  constexpr int shade = 40;
  std::size_t different = 0;
  double sum = 0;
  for (int y = 0; y < now.height; ++y) {
    for (int x = 0; x < now.width; ++x) {
      int gap = 0;
      for (int c = 0; c < 3; ++c) {
        const int a = now.pixels[static_cast<std::size_t>(4 * (y * now.width + x) + c)];
        gap = std::max(gap, std::abs(a - stored.pixel(x, y)[c]));
      }
      sum += gap;
      different += gap > shade ? 1U : 0U;
    }
  }
  const auto blocks = static_cast<double>(now.width * now.height);
  RecordProperty("mean_gap", std::to_string(sum / blocks));
  EXPECT_LT(static_cast<double>(different) / blocks, 0.01) << different << " blocks differ; " << file;
  EXPECT_LT(sum / blocks, 4.0);
}
INSTANTIATE_TEST_SUITE_P(Window, Pictures,
                         ::testing::Values(Shot{"1440x900-dark", 1440, 900, ui::ThemeKind::Dark, ui::Tab::Context},
                                           Shot{"1440x900-light", 1440, 900, ui::ThemeKind::Light, ui::Tab::Timeline},
                                           Shot{"1024x700-dark", 1024, 700, ui::ThemeKind::Dark, ui::Tab::Formats}));

}  // namespace
}  // namespace llmcalc::platform
