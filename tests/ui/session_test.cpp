// What is saved between two starts, and that nothing saved is ever lost.

#include "ui/session.hpp"

#include "host/preset_folders.hpp"
#include "readers/scenario_json.hpp"
#include "support/file_text.hpp"
#include "support/odd_numbers.hpp"
#include "support/small_disk.hpp"
#include "support/temp_folder.hpp"
#include "ui/answers.hpp"

#include <llmcalc/base/text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <sys/stat.h>

namespace llmcalc::ui {
namespace session_test {

namespace fs = std::filesystem;
using testing::HasSubstr;
using tests::content_of;
using tests::TempFolder;

App fresh_app() { return make_app(io::default_resolver(), io::preset_folders()); }

/// A scenario as it is written: two programs have models and devices of their own.
std::string written(const Scenario& scenario) { return io::write_scenario(scenario).dump(); }

/// Saves a state that differs from the defaults into this folder and returns it.
App saved_in(const fs::path& folder) {
  App app = fresh_app();
  app.scenario.serving.context = 12345;
  app.preferences.theme = ThemeKind::Light;
  app.preferences.export_folder = "~/figures";
  app.preferences.width = 1200;
  app.preferences.height = 800;
  app.pins[0] = pin_of(app.scenario);
  Session session(take_session_place(folder));
  EXPECT_TRUE(session.save(app).empty());
  return app;
}

TEST(Session, KeepsScenarioPreferencesAndPins) {
  const TempFolder folder;
  const App before = saved_in(folder.path());
  App after = fresh_app();
  Session session(take_session_place(folder.path()));
  EXPECT_TRUE(session.restore(after).empty());
  EXPECT_EQ(written(after.scenario), written(before.scenario));
  EXPECT_EQ(after.preferences, before.preferences);
  ASSERT_TRUE(after.pins[0]);
  EXPECT_EQ(written(after.pins[0]->scenario), written(before.scenario));
  EXPECT_EQ(after.pins[0]->estimate.inference.breakdown.total(),
            before.pins[0]->estimate.inference.breakdown.total());
}

TEST(Session, IsForItsOwnerOnly) {
  const TempFolder folder;
  (void)saved_in(folder / "llmcalc");
  struct stat info {};
  ASSERT_EQ(::stat((folder / "llmcalc/session.json").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((folder / "llmcalc").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
}

/// Puts `text` in the session's place, restores and saves; returns what restoring said.
std::string said_of(const TempFolder& folder, const std::string& text) {
  folder.write("session.json", text);
  App app = fresh_app();
  Session session(take_session_place(folder.path()));
  const Issues issues = session.restore(app);
  EXPECT_TRUE(session.save(app).empty());
  EXPECT_NE(content_of(folder / "session.json"), text);
  return issues.empty() ? "" : issues.front().what;
}

TEST(Session, OfANewerVersionIsKept) {
  const TempFolder folder;
  const std::string newer = R"({"version": 99, "scenario": {"model": "llama-3.2-1b"}, "clever": true})";
  EXPECT_THAT(said_of(folder, newer), HasSubstr("newer llmcalc; it was kept as session.kept-1.json"));
  EXPECT_EQ(content_of(folder / "session.kept-1.json"), newer);
}

TEST(Session, ThatIsBrokenIsKeptEveryTime) {
  const TempFolder folder;
  for (const char* text : {R"({"version": 1, "scen)", "", "[1, 2]"}) said_of(folder, text);
  EXPECT_EQ(content_of(folder / "session.kept-1.json"), R"({"version": 1, "scen)");
  EXPECT_EQ(content_of(folder / "session.kept-2.json"), "");
  EXPECT_EQ(content_of(folder / "session.kept-3.json"), "[1, 2]");
}

TEST(Session, ThatCanBeReadInPartIsKeptAndUsed) {
  const TempFolder folder;
  const std::string text =
      R"({"version": 1, "preferences": {"theme": "light"}, "scenario": {"model": {"file": "/gone/model.gguf"}},
          "pins": [{"model": "llama-3.2-1b"}]})";
  folder.write("session.json", text);
  App app = fresh_app();
  Session session(take_session_place(folder.path()));
  const Issues issues = session.restore(app);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_THAT(issues.front().what, HasSubstr("could not be restored as a whole"));
  EXPECT_THAT(issues.front().what, HasSubstr("/gone/model.gguf"));
  EXPECT_EQ(app.preferences.theme, ThemeKind::Light);
  EXPECT_TRUE(app.pins[0]);
  EXPECT_TRUE(app.scenario.model) << "the default scenario stays";
  EXPECT_EQ(content_of(folder / "session.kept-1.json"), text);
}

/// Every width, count and dimension of a session as 0, 1, 2^31 and 2^63: the window starts with a scenario that adds up,
/// says which number it could not take over, keeps that file, and what it then saves is read without a word.
TEST(Session, WithAnOddSizeStartsAndNamesWhatItLeftOut) {
  std::size_t taken = 0, left_out = 0;
  for (const char* seed : {"two-pins", "inline"}) {
    const std::string text = content_of(fs::path(LLMCALC_SOURCE_DIR) / "tests/fuzz/corpus/session" / seed);
    const App fresh = fresh_app();
    for (const tests::NumberPlace& place : tests::json_numbers(text)) {
      for (const std::uint64_t size : tests::odd_sizes) {
        SCOPED_TRACE(seed + (", " + place.name) + " = " + std::to_string(size));
        const TempFolder folder;
        folder.write("session.json", place.with(size).head);
        App app = fresh;
        Session session({.file = folder / "session.json", .begin_with = folder / "session.json", .lock = {}});
        const Issues issues = session.restore(app);
        ASSERT_TRUE(app.scenario.model);
        update_results(app);
        ASSERT_TRUE(app.results.issues.empty()) << app.results.issues.front().what;
        Bytes devices;
        for (const DeviceUse& use : app.results.estimate.inference.devices)
          devices += use.breakdown.total() * use.span.count();
        EXPECT_EQ(devices, app.results.estimate.inference.breakdown.total());
        ++(issues.empty() ? taken : left_out);
        if (!issues.empty()) {
          const std::string number = size > 1 ? grouped(size) : place.name;  // 0 and 1 are in many a message
          EXPECT_THAT(issues.front().what, testing::AnyOf(HasSubstr(place.name), HasSubstr(number),
                                                          HasSubstr("/device"), HasSubstr("newer llmcalc")));
          EXPECT_EQ(content_of(folder / "session.kept-1.json"), place.with(size).head);
        }
        ASSERT_TRUE(session.save(app).empty());
        session.started();
        App again = fresh;
        Session next({.file = folder / "session.json", .begin_with = folder / "session.json", .lock = {}});
        ASSERT_TRUE(next.restore(again).empty());
        EXPECT_EQ(again.preferences, app.preferences);
        EXPECT_EQ(written(again.scenario), written(app.scenario));
      }
    }
  }
  EXPECT_GT(taken, 20U);
  EXPECT_GT(left_out, 20U);
}

TEST(Session, ThatCannotBeCopiedIsNotOverwritten) {
  const TempFolder folder;
  const std::string newer = R"({"version": 99})";
  folder.write("session.json", newer);
  App app = fresh_app();
  Session session(take_session_place(folder.path()));
  {
    const tests::SmallDisk full(1);
    const Issues issues = session.restore(app);
    ASSERT_EQ(issues.size(), 1U);
    EXPECT_THAT(issues.front().what, HasSubstr("will not be saved"));
  }
  EXPECT_TRUE(session.save(app).empty());
  EXPECT_EQ(content_of(folder / "session.json"), newer);
}

TEST(Session, OnAFullDiskIsSaidAndTheOldOneStays) {
  const TempFolder folder;
  (void)saved_in(folder.path());
  const std::string before = content_of(folder / "session.json");
  App app = fresh_app();
  Session session(take_session_place(folder.path()));
  EXPECT_TRUE(session.restore(app).empty());
  app.scenario.serving.context = 777;
  const tests::SmallDisk full(10);
  const Issues issues = session.save(app);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_THAT(issues.front().what, HasSubstr("cannot be written"));
  EXPECT_EQ(content_of(folder / "session.json"), before);
}

TEST(Session, InAFolderThatCannotBeWrittenIsSaidInTheStatusBar) {
  const TempFolder folder;
  // A file in the place of the folder: also root cannot write below it.
  App app = fresh_app();
  Session session(take_session_place(folder.write("config", "") / "llmcalc"));
  EXPECT_TRUE(session.restore(app).empty());
  EXPECT_EQ(session.keep(app, 0), -1);
  app.scenario.serving.context = 777;
  EXPECT_GT(session.keep(app, 1), 0);
  EXPECT_EQ(session.keep(app, 4), -1);
  EXPECT_THAT(app.view.message.text, HasSubstr("The session is not saved"));
  EXPECT_TRUE(app.view.message.is_bad);
}

TEST(Session, IsSavedWhileTheProgramRuns) {
  const TempFolder folder;
  App app = fresh_app();
  Session session(take_session_place(folder.path()));
  EXPECT_EQ(session.keep(app, 0), -1) << "nothing has changed";
  app.scenario.serving.context = 777;
  EXPECT_GT(session.keep(app, 10), 0);
  app.scenario.serving.context = 778;
  EXPECT_GT(session.keep(app, 11.9), 0) << "still being changed";
  EXPECT_GT(session.keep(app, 12.1), 0);
  EXPECT_FALSE(fs::exists(folder / "session.json"));
  EXPECT_EQ(session.keep(app, 14), -1);
  EXPECT_THAT(content_of(folder / "session.json"), HasSubstr("778"));
  EXPECT_EQ(session.keep(app, 20), -1);
}

TEST(Session, OfTwoWindowsAtOnceAreTwo) {
  const TempFolder folder;
  const App before = saved_in(folder.path());
  App one = fresh_app();
  App two = fresh_app();
  Session first(take_session_place(folder.path()));
  Session second(take_session_place(folder.path()));
  EXPECT_TRUE(first.restore(one).empty());
  EXPECT_TRUE(second.restore(two).empty());
  EXPECT_EQ(written(two.scenario), written(before.scenario)) << "the second begins with the state of the first";
  EXPECT_NE(first.file(), second.file());
  one.scenario.serving.context = 111;
  two.scenario.serving.context = 222;
  EXPECT_TRUE(first.save(one).empty());
  EXPECT_TRUE(second.save(two).empty());
  EXPECT_THAT(content_of(folder / "session.json"), HasSubstr("111"));
  EXPECT_THAT(content_of(folder / "session-2.json"), HasSubstr("222"));
}

TEST(Session, PlaceIsFreeAgainWhenAWindowCloses) {
  const TempFolder folder;
  { const SessionPlace first = take_session_place(folder.path()); }
  EXPECT_EQ(take_session_place(folder.path()).file.filename(), "session.json");
}

TEST(Session, ThatEndedTheLastStartIsNotOpenedAgain) {
  const TempFolder folder;
  (void)saved_in(folder.path());
  const std::string saved = content_of(folder / "session.json");
  const fs::path marker = folder / "session.starting";
  {
    App app = fresh_app();
    Session session(take_session_place(folder.path()));
    EXPECT_TRUE(session.restore(app).empty());
    EXPECT_TRUE(fs::exists(marker)) << "from before the session is read until a frame is drawn";
  }  // as if the program had ended there
  App app = fresh_app();
  const std::string defaults = written(app.scenario);
  Session session(take_session_place(folder.path()));
  const Issues issues = session.restore(app);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_THAT(issues.front().what, HasSubstr("last start ended"));
  EXPECT_THAT(issues.front().what, HasSubstr("session.kept-1.json"));
  EXPECT_EQ(written(app.scenario), defaults);
  EXPECT_EQ(content_of(folder / "session.kept-1.json"), saved);
  (void)session.keep(app, 0);
  EXPECT_FALSE(fs::exists(marker));
  EXPECT_FALSE(fs::exists(folder / "session.json")) << "even when this window ends before it saves";
}

TEST(Session, OfAStartThatEndedForAnotherReasonIsOpenedAgain) {
  const TempFolder folder;
  const App before = saved_in(folder.path());
  {
    App app = fresh_app();
    Session session(take_session_place(folder.path()));
    EXPECT_TRUE(session.restore(app).empty());
    session.started();  // no display
  }
  App app = fresh_app();
  Session session(take_session_place(folder.path()));
  EXPECT_TRUE(session.restore(app).empty());
  EXPECT_EQ(written(app.scenario), written(before.scenario));
}

TEST(Session, WithoutAFolderIsNotKept) {
  App app = fresh_app();
  Session session(take_session_place({}));
  EXPECT_TRUE(session.restore(app).empty());
  app.scenario.serving.context = 777;
  EXPECT_EQ(session.keep(app, 0), -1);
  EXPECT_EQ(session.keep(app, 9), -1);
  EXPECT_TRUE(session.save(app).empty());
}

}  // namespace session_test
}  // namespace llmcalc::ui
