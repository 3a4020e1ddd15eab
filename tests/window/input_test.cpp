// What a hand did between two frames, as a slow frame gathers it: chords, keys and clicks that were over before the
// frame came. Events are given to the callbacks the window has set, as GLFW would.

#include "hand.hpp"
#include "support/display.hpp"
#include "ui/driver.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace llmcalc::platform {
namespace input_test {

/// Runs the program for some frames; before the tenth the hand does all of `deeds` at once.
ui::App after(const std::function<void(Hand&)>& deeds) {
  ui::App app = ui::make_app(io::default_resolver(), io::preset_folders());
  auto opened = Window::open({.width = 800, .height = 600, .visible = true, .title = "test"});
  if (!opened) throw std::runtime_error(opened.issues().front().what);
  Window window = std::move(opened).value();
  int frame = 0;
  const auto before_frame = [&] {
    Hand hand(window.handle());
    if (++frame == 10) deeds(hand);
    app.requests.quit = frame == 40;
    glfwPostEmptyEvent();
    return false;
  };
  EXPECT_TRUE(run(window, app, {.session = nullptr, .context_lost = before_frame}).empty());
  return app;
}

#define SKIP_WITHOUT_DISPLAY() \
  if (tests::no_display()) GTEST_SKIP() << "no display"

TEST(SlowFrame, AChordIsReadThoughControlIsLetGoBeforeTheFrame) {
  SKIP_WITHOUT_DISPLAY();
  const ui::App app = after([](Hand& hand) {
    hand.key(GLFW_KEY_LEFT_CONTROL, GLFW_PRESS);
    hand.key(GLFW_KEY_G, GLFW_PRESS, GLFW_MOD_CONTROL);
    hand.key(GLFW_KEY_LEFT_CONTROL, GLFW_RELEASE, GLFW_MOD_CONTROL);
  });
  EXPECT_EQ(app.preferences.units, ByteUnits::Decimal);
}

TEST(SlowFrame, ChordsInOneFrameAreAllReadInTheirOrder) {
  SKIP_WITHOUT_DISPLAY();
  const ui::App app = after([](Hand& hand) {
    hand.chord(GLFW_KEY_T);
    hand.chord(GLFW_KEY_T);
    hand.chord(GLFW_KEY_G);
    hand.chord(GLFW_KEY_K);
  });
  EXPECT_EQ(app.preferences.theme, ui::ThemeKind::HighContrast);
  EXPECT_EQ(app.preferences.units, ByteUnits::Decimal);
  ASSERT_TRUE(app.pins[0]);
  EXPECT_FALSE(app.pins[1]);
}

TEST(SlowFrame, AKeyWithoutControlIsNoChord) {
  SKIP_WITHOUT_DISPLAY();
  const ui::App app = after([](Hand& hand) {
    hand.key(GLFW_KEY_LEFT_CONTROL, GLFW_PRESS);
    hand.key(GLFW_KEY_LEFT_CONTROL, GLFW_RELEASE, GLFW_MOD_CONTROL);
    hand.key(GLFW_KEY_G, GLFW_PRESS);
    hand.letter('g');
    hand.key(GLFW_KEY_G, GLFW_RELEASE);
  });
  EXPECT_EQ(app.preferences.units, ByteUnits::Binary);
}

TEST(SlowFrame, WhatIsTypedAfterAChooserWasAskedForGoesIntoIt) {
  SKIP_WITHOUT_DISPLAY();
  const ui::App app = after([](Hand& hand) {
    hand.chord(GLFW_KEY_P);
    for (const char c : {'G', 'I', 'B'}) {
      hand.key(c, GLFW_PRESS);
      hand.letter(static_cast<unsigned int>(c));
      hand.key(c, GLFW_RELEASE);
    }
    hand.key(GLFW_KEY_ENTER, GLFW_PRESS);
    hand.key(GLFW_KEY_ENTER, GLFW_RELEASE);
  });
  EXPECT_EQ(app.preferences.units, ByteUnits::Decimal);
}

TEST(SlowFrame, AClickCountsWhereItWasMadeThoughTheMouseMovedOn) {
  SKIP_WITHOUT_DISPLAY();
  ImVec2 drawer{-1, -1};
  {
    ui::test::Driver d(800, 600);
    const auto box = d.find("drawer");
    ASSERT_TRUE(box);
    drawer = box->middle();
  }
  const ui::App app = after([&](Hand& hand) {
    hand.move(drawer);
    hand.button(GLFW_PRESS);
    hand.button(GLFW_RELEASE);
    hand.move({700, 500});
  });
  EXPECT_TRUE(app.view.drawer_open);
}

}  // namespace input_test
}  // namespace llmcalc::platform
