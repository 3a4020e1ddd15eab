// The program as people start it: what the command line asks for is what the window shows.

#include "support/display.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace llmcalc {
namespace {

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

}  // namespace
}  // namespace llmcalc
