// The real program where a display, a driver or a disk is missing: what it says, and its exit status.

#include "host/preset_folders.hpp"
#include "platform/gl.hpp"
#include "platform/run.hpp"
#include "support/display.hpp"
#include "support/file_text.hpp"
#include "support/shell.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace llmcalc::platform {
namespace faults_test {

using testing::HasSubstr;
using tests::Ran;
using tests::TempFolder;

#if defined(LLMCALC_GUI_PROGRAM)

/// The program with these words before and after it; both of its outputs.
Ran gui(const std::string& before, const std::string& after) {
  return tests::run("env " + before + " ASAN_OPTIONS=detect_leaks=0 " LLMCALC_GUI_PROGRAM " " + after + " 2>&1");
}

TEST(WindowProgram, WithoutADisplaySaysSo) {
  const Ran ran = gui("-u DISPLAY -u WAYLAND_DISPLAY", "");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.output, HasSubstr("llmcalc-gui: window: no display can be opened"));
  EXPECT_THAT(ran.output, HasSubstr("The command line, llmcalc, needs none"));
}

TEST(WindowProgram, WithoutOpenGl33SaysSo) {
  if (tests::no_display()) GTEST_SKIP() << "no display";
  const Ran ran = gui("__GLX_VENDOR_LIBRARY_NAME=mesa LIBGL_ALWAYS_SOFTWARE=1 MESA_GL_VERSION_OVERRIDE=2.1", "");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.output, HasSubstr("llmcalc-gui: window: OpenGL 3.3 is not available"));
  EXPECT_THAT(ran.output, HasSubstr("A newer graphics driver helps"));
}

TEST(WindowProgram, SaysItsVersionHelpAndManualWithoutADisplay) {
  const std::string none = "-u DISPLAY -u WAYLAND_DISPLAY";
  const Ran version = gui(none, "--version");
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.output, HasSubstr("llmcalc-gui "));
  const Ran help = gui(none, "--help");
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, HasSubstr("Exit status: 0"));
  const Ran manual = gui(none, "--manual");
  EXPECT_EQ(manual.status, 0);
  for (const char* option : {"\\-\\-screenshot", "\\-\\-scenario", "EXIT STATUS", "session.json"}) {
    EXPECT_THAT(manual.output, HasSubstr(option));
  }
}

TEST(WindowProgram, RefusesWrongInputWithStatusTwo) {
  EXPECT_EQ(gui("", "--no-such-option").status, 2);
  EXPECT_EQ(gui("", "--size 10x10").status, 2);
  EXPECT_EQ(gui("", "--theme pink --screenshot x.png").status, 2);
  EXPECT_EQ(gui("", "--scale nan --screenshot x.png").status, 2);
  EXPECT_EQ(gui("", "--scenario /does/not/exist").status, 2);
}

TEST(WindowProgram, SaysWhenAPictureCannotBeWritten) {
  if (tests::no_display()) GTEST_SKIP() << "no display";
  const TempFolder folder;
  const auto file = folder.write("file", "");
  const Ran ran = gui("", "--size 640x480 --screenshot " + (file / "below.png").string());
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.output, HasSubstr("below.png cannot be written"));
}

#endif

TEST(LostContext, OpensTheWindowAgain) {
  if (tests::no_display()) GTEST_SKIP() << "no display";
  ui::App app = ui::make_app(io::default_resolver(), io::preset_folders());
  auto opened = Window::open({.width = 640, .height = 480, .visible = false, .title = "test"});
  ASSERT_TRUE(opened) << opened.issues().front().what;
  Window window = std::move(opened).value();
  EXPECT_FALSE(Window::context_lost());
  const Scenario before = app.scenario;
  int frames = 0;
  const auto lost = [&] {
    glfwPostEmptyEvent();
    app.requests.quit = ++frames == 12;
    return frames == 5;
  };
  EXPECT_TRUE(run(window, app, {.session = nullptr, .context_lost = lost}).empty());
  EXPECT_EQ(frames, 12);
  EXPECT_THAT(app.view.message.text, HasSubstr("the window was opened again"));
  EXPECT_TRUE(app.scenario == before);
  EXPECT_NE(window.handle(), nullptr);
}

TEST(LostContext, WithTheDisplayGoneTooEndsInWordsAndLosesNothing) {
  const std::string display = tests::x_display();
  if (display.empty()) GTEST_SKIP() << "no X display";
  const TempFolder folder;
  ui::App app = ui::make_app(io::default_resolver(), io::preset_folders());
  auto opened = Window::open({.width = 640, .height = 480, .visible = false, .title = "test"});
  ASSERT_TRUE(opened) << opened.issues().front().what;
  Window window = std::move(opened).value();
  ui::Session session(ui::take_session_place(folder.path()));
  const auto lost = [&] {
    app.scenario.serving.context = 4321;
    ::setenv("DISPLAY", ":32101", 1);
    return true;
  };
  const Issues issues = run(window, app, {.session = &session, .context_lost = lost});
  ::setenv("DISPLAY", display.c_str(), 1);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_THAT(issues.front().what, HasSubstr("no display can be opened"));
  EXPECT_TRUE(session.save(app).empty());
  EXPECT_THAT(tests::content_of(folder / "session.json"), HasSubstr("4321"));
}

}  // namespace faults_test
}  // namespace llmcalc::platform
