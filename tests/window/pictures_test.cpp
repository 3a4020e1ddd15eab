// The window against stored pictures of itself: averages over blocks of pixels, so that the way a font is rasterised
// does not matter, and what moved or changed its colour does.
//
// To renew them after a wanted change of the look, run in the repository
//   LLMCALC_RENEW_PICTURES=1 xvfb-run -a build/dev/tests/test_window --gtest_filter='*Pictures*'
// and look at the difference of tests/window/pictures before committing it.

#include "host/preset_folders.hpp"
#include "picture_file.hpp"
#include "platform/picture.hpp"
#include "platform/run.hpp"
#include "platform/window.hpp"
#include "support/display.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <tuple>

namespace llmcalc::platform {
namespace pictures_test {

constexpr int block = 10;
/// The status bar says how long the estimate took.
constexpr int left_out_at_the_bottom = 32;

struct Shot {
  const char* name;
  int width;
  int height;
  ui::ThemeKind theme;
  ui::Tab tab;
  Task task;
};
std::ostream& operator<<(std::ostream& out, const Shot& s) { return out << s.name; }

constexpr std::array shots{
    Shot{"1440x900-dark", 1440, 900, ui::ThemeKind::Dark, ui::Tab::Context, Task::Inference},
    Shot{"1440x900-light", 1440, 900, ui::ThemeKind::Light, ui::Tab::Timeline, Task::Training},
    Shot{"1440x900-contrast", 1440, 900, ui::ThemeKind::HighContrast, ui::Tab::Ranks, Task::Training},
    Shot{"1024x700-dark", 1024, 700, ui::ThemeKind::Dark, ui::Tab::Timeline, Task::Training},
    Shot{"1024x700-light", 1024, 700, ui::ThemeKind::Light, ui::Tab::Formats, Task::Inference},
    Shot{"1024x700-contrast", 1024, 700, ui::ThemeKind::HighContrast, ui::Tab::Sequences, Task::Inference},
};

/// Averages over blocks; blocks that do not fill are left out.
Picture averaged(const Pixels& pixels) {
  Picture small{pixels.width / block, (pixels.height - left_out_at_the_bottom) / block, {}};
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      std::array<int, 3> sum{};
      for (int i = 0; i < block * block; ++i) {
        const stbi_uc* p = pixels.pixel(x * block + i % block, y * block + i / block);
        for (std::size_t c = 0; c < 3; ++c) sum[c] += p[c];
      }
      for (const int s : sum) small.pixels.push_back(static_cast<std::uint8_t>(s / (block * block)));
      small.pixels.push_back(255);
    }
  }
  return small;
}

/// The window of a shot as blocks, after a change to the program; empty when it could not be drawn.
Picture drawn(const Shot& shot, const std::function<void(ui::App&)>& change = {}) {
  ui::App app = ui::make_app(io::default_resolver(), io::preset_folders());
  app.preferences.theme = shot.theme;
  app.preferences.tab = shot.tab;
  app.preferences.focus.task = shot.task;
  if (change) change(app);
  auto window = Window::open({.width = 640, .height = 480, .visible = false, .title = "test"});
  if (!window) return {};
  Window open = std::move(window).value();
  const tests::TempFolder folder;
  const auto file = folder / "shot.png";
  if (take_screenshot(open, app, {.file = file, .width = shot.width, .height = shot.height, .scale = 1}) != 0)
    return {};
  const Pixels pixels = read_png(file);
  return pixels.data ? averaged(pixels) : Picture{};
}

std::filesystem::path stored_file(const Shot& shot) {
  return std::filesystem::path(LLMCALC_SOURCE_DIR) / "tests" / "window" / "pictures" /
         (std::string(shot.name) + ".png");
}

/// How far two pictures of the same size are apart.
struct Gap {
  double different = 1;  ///< share of the blocks whose colour is another one
  double mean = 255;     ///< over the blocks, of the channel that is most apart
};

Gap gap_between(const Picture& now, const Pixels& stored) {
  if (!stored.data || now.pixels.empty() || stored.width != now.width || stored.height != now.height) return {};
  // Another version of a font changes blocks of text by a shade; a panel that moves changes many by much.
  constexpr int shade = 40;
  int different = 0;
  int sum = 0;
  for (int i = 0; i < now.width * now.height; ++i) {
    int gap = 0;
    for (int c = 0; c < 3; ++c) {
      gap = std::max(gap, std::abs(now.pixels[4 * static_cast<std::size_t>(i) + static_cast<std::size_t>(c)] -
                                   stored.pixel(i % now.width, i / now.width)[c]));
    }
    sum += gap;
    different += gap > shade ? 1 : 0;
  }
  const double blocks = now.width * now.height;
  return {different / blocks, sum / blocks};
}

bool alike(const Gap& gap) { return gap.different < 0.004 && gap.mean < 2; }

class Pictures : public ::testing::TestWithParam<Shot> {};

TEST_P(Pictures, LookAsTheyAreStored) {
  if (tests::no_display()) GTEST_SKIP() << "no display";
  const Picture now = drawn(GetParam());
  ASSERT_FALSE(now.pixels.empty());
  const auto file = stored_file(GetParam());
  if (std::getenv("LLMCALC_RENEW_PICTURES") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    ASSERT_TRUE(write_png(now, file));
    GTEST_SKIP() << "renewed " << file;
  }
  const Gap gap = gap_between(now, read_png(file));
  const auto seen = std::filesystem::temp_directory_path() / (std::string("llmcalc-") + GetParam().name + ".png");
  if (!alike(gap)) std::ignore = write_png(now, seen);
  EXPECT_TRUE(alike(gap)) << gap.different * 100 << " % of the blocks differ, by " << gap.mean << " on average; "
                          << seen << " is not as " << file << ": see the top of this file";
}
INSTANTIATE_TEST_SUITE_P(Window, Pictures, ::testing::ValuesIn(shots));

/// What must not pass as the stored picture.
void expect_seen(const char* what, const std::function<void(ui::App&)>& change) {
  const Gap gap = gap_between(drawn(shots.front(), change), read_png(stored_file(shots.front())));
  EXPECT_FALSE(alike(gap)) << what << ": only " << gap.different * 100 << " % of the blocks, " << gap.mean;
  EXPECT_LT(gap.different, 1) << what << ": could not be compared";
}

TEST(PicturesCompared, AChangedBarIsSeen) {
  if (tests::no_display()) GTEST_SKIP() << "no display";
  expect_seen("four times the sequences", [](ui::App& a) { a.scenario.serving.sequences *= 4; });
}

TEST(PicturesCompared, AnotherThemeOrChartIsSeen) {
  if (tests::no_display()) GTEST_SKIP() << "no display";
  expect_seen("light", [](ui::App& a) { a.preferences.theme = ui::ThemeKind::Light; });
  expect_seen("cost", [](ui::App& a) { a.preferences.tab = ui::Tab::Cost; });
}

}  // namespace pictures_test
}  // namespace llmcalc::platform
