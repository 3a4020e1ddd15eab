// The window keeps what it shows: after every zoom, theme, scale and size, and whatever a monkey does to it, the
// picture of it holds content.

#include "hand.hpp"
#include "support/display.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>

namespace llmcalc::platform {
namespace content_test {

/// Letters have many colours at their edges, and panels another one than the ground.
void expect_content(const Step& step, const Pixels& pixels) {
  const Content content = content_of(pixels);
  EXPECT_GT(content.colours, 60U) << "after " << step.what;
  EXPECT_GT(content.drawn, 0.05) << "after " << step.what;
}

#define SKIP_WITHOUT_DISPLAY() \
  if (tests::no_display()) GTEST_SKIP() << "no display"

Step chord(const std::string& what, int key) {
  return {what, [key](Hand& hand, ui::App&) { hand.chord(key); }};
}
Step size(int width, int height) {
  return {std::to_string(width) + "x" + std::to_string(height),
          [=](Hand& hand, ui::App&) { hand.resize(width, height); }};
}
/// What happens when the window comes to a display of another scale.
Step other_scale() {
  return {"another scale", [](Hand&, ui::App& app) { app.requests.reload_fonts = true; }};
}

TEST(WindowContent, StaysAfterEveryZoomThemeScaleAndSize) {
  SKIP_WITHOUT_DISPLAY();
  std::vector<Step> steps{{"the start", [](Hand&, ui::App&) {}}};
  for (int i = 0; i < 3; ++i) steps.push_back(chord("larger", GLFW_KEY_EQUAL));
  for (int i = 0; i < 5; ++i) steps.push_back(chord("smaller", GLFW_KEY_MINUS));
  steps.push_back(chord("normal size", GLFW_KEY_0));
  for (int i = 0; i < 3; ++i) steps.push_back(chord("another theme", GLFW_KEY_T));
  for (const auto& [width, height] : {std::pair{1024, 700}, {640, 480}, {1366, 768}, {1100, 760}}) {
    steps.push_back(size(width, height));
    steps.push_back(chord("larger", GLFW_KEY_EQUAL));
    steps.push_back(other_scale());
  }
  const ui::App app = play(1100, 760, steps, expect_content);
  EXPECT_NEAR(app.preferences.zoom, 1.4f, 1e-3f) << "the keys arrived";
}

/// A random deed of somebody who looks at the window.
Step random_step(std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  constexpr std::array keys{GLFW_KEY_EQUAL, GLFW_KEY_EQUAL, GLFW_KEY_MINUS, GLFW_KEY_MINUS, GLFW_KEY_0, GLFW_KEY_T,
                            GLFW_KEY_G,     GLFW_KEY_K,     GLFW_KEY_M,     GLFW_KEY_D,     GLFW_KEY_P, GLFW_KEY_Z};
  switch (below(6)) {
    case 0: return size(400 + below(900), 300 + below(600));
    case 1: {
      const ImVec2 at{static_cast<float>(below(1200)), static_cast<float>(below(700))};
      return {"a click", [at](Hand& hand, ui::App&) { hand.click(at); }};
    }
    case 2: return {"Escape", [](Hand& hand, ui::App&) { hand.tap(GLFW_KEY_ESCAPE); }};
    case 3: return other_scale();
    default: {
      const int key = keys[static_cast<std::size_t>(below(static_cast<int>(keys.size())))];
      return chord("Ctrl+" + std::string(1, static_cast<char>(key)), key);
    }
  }
}

TEST(WindowContent, StaysWhateverAMonkeyDoes) {
  SKIP_WITHOUT_DISPLAY();
  std::mt19937 random(20261129);
  std::vector<Step> steps;
  for (int i = 0; i < 40; ++i) steps.push_back(random_step(random));
  play(1024, 700, steps, expect_content);
}

/// The brightest red of a part of the picture: that of its letters, in a dark theme.
int brightest(const Pixels& pixels, ImVec2 from, ImVec2 to) {
  int most = 0;
  for (float y = from.y; y < to.y; ++y) {
    for (float x = from.x; x < to.x; ++x) most = std::max(most, static_cast<int>(pixels.at({x, y}) & 0xffU));
  }
  return most;
}

TEST(WindowContent, FiguresOfRefusedSettingsAreVeiledInEverySheet) {
  SKIP_WITHOUT_DISPLAY();
  std::vector<Step> steps;
  for (const ui::Tab tab : {ui::Tab::Compare, ui::Tab::Tensors, ui::Tab::Context}) {
    steps.push_back({"shown", [tab](Hand&, ui::App& app) {
                       if (!app.pins[0]) ui::pin_scenario(app);
                       app.preferences.tab = tab;
                       app.scenario.serving.context = 8192;
                     }});
    steps.push_back({"refused", [](Hand&, ui::App& app) { app.scenario.serving.context = 0; }});
  }
  int shown = 0;
  play(1440, 900, steps, [&](const Step& step, const Pixels& pixels) {
    const int now = brightest(pixels, {360, 600}, {1100, 860});
    if (step.what == "shown") {
      shown = now;
    } else {
      EXPECT_LT(now, shown * 7 / 10);
    }
  });
}

}  // namespace content_test
}  // namespace llmcalc::platform
