// The program as people start it: what the command line asks for is what the window shows.

#include "support/display.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace llmcalc {
namespace start_test {

/// Exit status of llmcalc-gui with these arguments; what it says goes to `said`.
int start(const std::string& arguments, const std::filesystem::path& said) {
  const std::string line = std::string(LLMCALC_GUI_PROGRAM) + " " + arguments + " >" + said.string() + " 2>&1";
  const int status = std::system(line.c_str());
  return status < 0 ? status : status / 256;
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Start, DrawsTheScenarioOfAFile) {
  if (tests::no_display()) GTEST_SKIP() << "no display";
  const tests::TempFolder folder;
  const auto at = [&](const char* name) { return folder.path() / name; };
  std::ofstream(at("s.json")) << R"({"model": "qwen3-30b-a3b", "serving": {"runtime": "llama.cpp"}})";
  const std::string size = " --size 640x480 --screenshot ";
  ASSERT_EQ(start("--scenario " + at("s.json").string() + size + at("with.png").string(), at("said")), 0)
      << contents(at("said"));
  ASSERT_EQ(start(size + at("without.png").string(), at("said")), 0) << contents(at("said"));
  EXPECT_NE(contents(at("with.png")), contents(at("without.png"))) << "the scenario changes the picture";
}

TEST(Start, RefusesABrokenScenarioWithEveryProblem) {
  const tests::TempFolder folder;
  std::ofstream(folder.path() / "s.json") << R"({"model": "llama-3.1-8b", "serving": {"contxt": 1, "sequences": 0}})";
  EXPECT_EQ(start("--screenshot x.png --scenario " + (folder.path() / "s.json").string(), folder.path() / "said"), 2);
  const std::string said = contents(folder.path() / "said");
  EXPECT_NE(said.find("/serving/contxt"), std::string::npos) << said;
  EXPECT_NE(said.find("/serving/sequences"), std::string::npos) << said;
}

/// Exit status of a shell line in which $P is the program, $D its session's folder and $M the marker of a start.
int shell(const std::filesystem::path& home, const std::string& line) {
  const std::string whole = "P=" LLMCALC_GUI_PROGRAM "; D='" + home.string() +
                            "/llmcalc'; M=\"$D/session.starting\"; export XDG_CONFIG_HOME='" + home.string() + "'; " +
                            line;
  const int status = std::system(whole.c_str());
  return status < 0 ? status : status / 256;
}

/// Opens the window, waits for its first frame and closes it by a signal, as a desktop does at its end.
const std::string once =
    "$P 2> \"$D/said\" & p=$!; i=0; sleep 1; "
    "while [ -e \"$M\" ] && [ $i -lt 600 ]; do sleep 0.1; i=$((i + 1)); done; kill -TERM $p; wait $p";

TEST(Start, AfterOneThatWasEndedIsWithoutTheSession) {
  if (tests::no_display()) GTEST_SKIP() << "no display";
  const tests::TempFolder home;
  std::filesystem::create_directory(home / "llmcalc");
  const std::string session = R"({"version": 1, "scenario": {"model": "gpt2"}, "preferences": {"theme": "light"}})";
  std::ofstream(home / "llmcalc/session.json") << session;
  // The marker is there while the session is read and the first frame is drawn: the program is killed as soon as it shows.
  ASSERT_EQ(shell(home.path(),
                  "$P 2> \"$D/said\" & p=$!; until [ -e \"$M\" ] || ! kill -0 $p 2> /dev/null; do :; done; "
                  "kill -9 $p; test -e \"$M\""),
            0)
      << contents(home / "llmcalc/said");
  EXPECT_EQ(shell(home.path(), once), 0) << contents(home / "llmcalc/said");
  EXPECT_NE(contents(home / "llmcalc/said").find("last start ended"), std::string::npos)
      << contents(home / "llmcalc/said");
  EXPECT_EQ(contents(home / "llmcalc/session.kept-1.json"), session);
  EXPECT_EQ(contents(home / "llmcalc/session.json").find("gpt2"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(home / "llmcalc/session.starting"));
  EXPECT_EQ(shell(home.path(), once), 0) << contents(home / "llmcalc/said");
  EXPECT_EQ(contents(home / "llmcalc/said"), "") << "said once";
}

}  // namespace start_test
}  // namespace llmcalc
