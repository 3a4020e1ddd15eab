// The program as people meet it: a process with a window, worked by mouse and keys. What happened is read from the
// session it saves. Where controls are is asked of the windowless driver, which draws the same window.

#include "program.hpp"
#include "ui/driver.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace llmcalc::platform {
namespace real_window_test {

using tests::TempFolder;

/// The middle of a control in a window of this size, after these steps; the driver is gone before the program starts.
ImVec2 middle_of(const char* control, float width, float height) {
  ui::test::Driver d(width, height);
  const auto box = d.find(control);
  return box ? box->middle() : ImVec2{-1, -1};
}

#define SKIP_WITHOUT_WINDOWS() \
  if (!can_work_windows()) GTEST_SKIP() << "no Xvfb, xdotool or import"

TEST(RealWindow, AModelIsChosenByTypingASliderIsDraggedAndUndone) {
  SKIP_WITHOUT_WINDOWS();
  const ImVec2 slider = middle_of("serving.context", 1440, 900);
  const ImVec2 chooser = middle_of("model", 1440, 900);
  ASSERT_GT(slider.x, 0);
  ASSERT_GT(chooser.x, 0);
  const TempFolder home;
  {
    Program program(home.path());
    ASSERT_TRUE(program.is_open());
    program.click(chooser.x, chooser.y);
    program.type("qwen3 32b");
    program.key("Return");
    program.move(slider.x, slider.y);
    program.press_button();
    program.move(slider.x + 20, slider.y);
    program.move(slider.x + 50, slider.y);
    program.release_button();
    ASSERT_EQ(program.quit(), 0);
    const auto json = program.session();
    ASSERT_TRUE(json.is_object());
    EXPECT_NE(json["scenario"]["model"].dump().find("qwen3-32b"), std::string::npos) << json["scenario"];
    ASSERT_TRUE(json["scenario"]["serving"].contains("context")) << json["scenario"];
    EXPECT_GT(json["scenario"]["serving"]["context"], 8192);
  }
  {  // The last state is there again; undo goes back over changes of this run only.
    Program program(home.path());
    ASSERT_TRUE(program.is_open());
    const auto before = program.session();
    program.move(slider.x + 50, slider.y);
    program.press_button();
    program.move(slider.x - 60, slider.y);
    program.release_button();
    program.key("ctrl+z");
    ASSERT_EQ(program.quit(), 0);
    EXPECT_EQ(program.session()["scenario"], before["scenario"]);
  }
}

TEST(RealWindow, ADoubleClickAtADesktopsPaceTypesIntoASlider) {
  SKIP_WITHOUT_WINDOWS();
  const ImVec2 slider = middle_of("serving.context", 1440, 900);
  const TempFolder home;
  Program program(home.path());
  ASSERT_TRUE(program.is_open());
  program.move(slider.x, slider.y);
  program.press_button();
  program.release_button();
  std::this_thread::sleep_for(std::chrono::milliseconds{320});
  program.press_button();
  program.release_button();
  program.type("12k");
  program.key("Return");
  ASSERT_EQ(program.quit(), 0);
  const auto json = program.session();
  ASSERT_TRUE(json["scenario"]["serving"].contains("context")) << json["scenario"];
  EXPECT_EQ(json["scenario"]["serving"]["context"], 12288);
}

TEST(RealWindow, ASmallWindowFoldsAndKeysStillWork) {
  SKIP_WITHOUT_WINDOWS();
  ImVec2 drawer{-1, -1};
  ImVec2 slider{-1, -1};
  {
    ui::test::Driver d(800, 600);
    ASSERT_TRUE(d.find("drawer"));
    drawer = d.find("drawer")->middle();
    d.click("drawer");
    ASSERT_TRUE(d.find("serving.context"));
    slider = d.find("serving.context")->middle();
  }
  const TempFolder home;
  Program program(home.path());
  ASSERT_TRUE(program.is_open());
  // The drawer is only there when the window has folded.
  ASSERT_TRUE(program.and_see(drawer, [&] { program.resize(800, 600); }));
  ASSERT_TRUE(program.and_see(slider, [&] { program.click(drawer.x, drawer.y); }));
  program.click(slider.x + 50, slider.y);
  program.key("ctrl+t");
  program.key("ctrl+g");
  program.key("ctrl+k");
  program.resize(320, 240);
  program.resize(1440, 900);
  ASSERT_EQ(program.quit(), 0);
  const auto json = program.session();
  ASSERT_TRUE(json.is_object());
  EXPECT_GT(json["scenario"]["serving"].value("context", 0), 8192) << json["scenario"];
  EXPECT_EQ(json["preferences"]["theme"], "light");
  EXPECT_EQ(json["preferences"]["units"], "gb");
  EXPECT_EQ(json["pins"].size(), 1U);
}

TEST(RealWindow, SavesWhatChangedWhileItRuns) {
  SKIP_WITHOUT_WINDOWS();
  const TempFolder home;
  Program program(home.path());
  ASSERT_TRUE(program.is_open());
  program.key("ctrl+g");
  EXPECT_TRUE(wait_until([&] {
    const auto json = program.session();
    return json.is_object() && json["preferences"]["units"] == "gb";
  }));
  EXPECT_EQ(program.quit(), 0);
}

TEST(RealWindow, SavesWhenItIsAskedToEnd) {
  SKIP_WITHOUT_WINDOWS();
  for (const int signal : {SIGTERM, SIGHUP}) {
    const TempFolder home;
    Program program(home.path());
    ASSERT_TRUE(program.is_open());
    program.key("ctrl+g");
    program.key("ctrl+p");  // seen once the palette is open: the keys before it are worked
    program.type("units");
    pause(300);
    kill(program.process(), signal);
    std::optional<int> status;
    wait_until([&] { return (status = program.ended()).has_value(); });
    EXPECT_EQ(status, 0) << signal;
    const auto json = program.session();
    ASSERT_TRUE(json.is_object()) << signal;
    EXPECT_EQ(json["preferences"]["units"], "gb") << signal;
  }
}

TEST(RealWindow, HelpAppearsUnderARestingMouse) {
  SKIP_WITHOUT_WINDOWS();
  ImVec2 pin{-1, -1};
  ImVec2 below{-1, -1};
  {
    ui::test::Driver d;
    ASSERT_TRUE(d.find("pin"));
    pin = d.find("pin")->middle();
    below = {pin.x + 30, pin.y + 24};  // the tooltip lies below the pointer
  }
  const TempFolder home;
  Program program(home.path());
  ASSERT_TRUE(program.is_open());
  program.move(700, 450);
  pause(1500);  // what the start brings is over
  program.move(pin.x, pin.y);
  const std::string at_once = program.look(below);
  // From here on nothing happens: no key, no motion.
  EXPECT_TRUE(wait_until([&] { return program.look(below) != at_once; }, 8000)) << "no help after 8 seconds of rest";
  const std::string shown = program.look(below);
  pause(1000);
  EXPECT_EQ(program.look(below), shown) << "and it stays";
  EXPECT_EQ(program.quit(), 0);
}

/// Clock ticks a process has used so far.
long ticks_of(int process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream rest(text.substr(text.rfind(')') + 1));
  std::string word;
  long ticks = 0;
  for (int i = 3; rest >> word && i <= 15; ++i) {
    if (i == 14 || i == 15) ticks += std::atol(word.c_str());  // user and system time
  }
  return ticks;
}

TEST(RealWindow, DoesNothingWhenNothingHappens) {
  SKIP_WITHOUT_WINDOWS();
  const TempFolder home;
  Program program(home.path());
  ASSERT_TRUE(program.is_open());
  program.move(700, 450);
  // Once the search for local models has ended and the last animation with it. A tick is 10 ms.
  bool idle = false;
  for (int attempt = 0; attempt < 6 && !idle; ++attempt) {
    const long before = ticks_of(program.process());
    pause(10'000);
    idle = ticks_of(program.process()) == before;
  }
  EXPECT_TRUE(idle) << "work in every span of 10 seconds";
  EXPECT_EQ(program.quit(), 0);
}

}  // namespace real_window_test
}  // namespace llmcalc::platform
