// The real program, as a shell runs it: what only a process can show.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace llmcalc::cli {
namespace {

#if defined(LLMCALC_PROGRAM) && !defined(_WIN32)

/// Exit status of a shell line in which $L is the program.
int shell(const std::string& line) {
  const std::string command = "L=" LLMCALC_PROGRAM "; " + line;
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(RealProgram, ReturnsItsStatus) {
  EXPECT_EQ(shell("$L estimate > /dev/null"), 0);
  EXPECT_EQ(shell("$L estimate --micro-batch 0 2> /dev/null"), 2);
  EXPECT_EQ(shell("$L --help > /dev/null"), 0);
  EXPECT_EQ(shell("$L 2> /dev/null"), 2);
}

TEST(RealProgram, ReadsStandardInput) {
  EXPECT_EQ(
      shell("echo '{\"model\": \"llama-3.2-1b\"}' | $L estimate --scenario - | grep -q '\"id\":\"llama-3.2-1b\"'"),
      0);
}

TEST(RealProgram, SaysWhenItsOutputCannotBeWritten) {
  if (shell("test -w /dev/full") != 0) GTEST_SKIP() << "no /dev/full on this system";
  EXPECT_EQ(shell("$L estimate 2> /dev/null > /dev/full"), 1);
}

TEST(RealProgram, NeedsNoHomeAndNoDisplay) { EXPECT_EQ(shell("env -i $L estimate > /dev/null"), 0); }

TEST(RealProgram, NamesABrokenPresetAndGoesOn) {
  const std::string folder = testing::TempDir() + "llmcalc-broken-presets";
  const std::string presets = "D='" + folder +
                              "'; mkdir -p \"$D/models\"; echo '{\"id\": \"broken\", \"name\": 7}' "
                              "> \"$D/models/broken.json\"; export LLMCALC_PRESETS=\"$D\"; ";
  EXPECT_EQ(shell(presets + "$L models 2>&1 > /dev/null | grep -q broken.json.*name"), 0);
  EXPECT_EQ(shell(presets + "$L models > /dev/null 2>&1"), 2);
  EXPECT_EQ(shell(presets + "$L estimate --model broken 2>&1 | grep -q broken.json"), 0);
  EXPECT_EQ(shell(presets + "$L estimate > /dev/null"), 0);
  EXPECT_EQ(shell("rm -r '" + folder + "'"), 0);
}

#endif

}  // namespace
}  // namespace llmcalc::cli
