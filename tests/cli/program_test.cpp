// The real program, as a shell runs it: what only a process can show.
#include "support/sanitized.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace llmcalc::cli {
namespace program_test {

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
  EXPECT_EQ(shell("$L > /dev/null"), 0);
}

TEST(RealProgram, ReadsStandardInput) {
  EXPECT_EQ(
      shell("echo '{\"model\": \"llama-3.2-1b\"}' | $L estimate --scenario - | grep -q '\"id\":\"llama-3.2-1b\"'"),
      0);
}

TEST(RealProgram, ReadsWhatTheShellOpened) {
  const std::string bash = "bash -c 'L=" LLMCALC_PROGRAM "; ";
  if (shell("command -v bash > /dev/null && test -e /dev/fd/0") != 0) GTEST_SKIP() << "no bash here";
  EXPECT_EQ(shell(bash + "$L estimate --scenario <(echo \"{\\\"model\\\": \\\"gpt2\\\"}\") > /dev/null'"), 0);
  EXPECT_EQ(shell("echo '{\"model\": \"gpt2\"}' | $L estimate --scenario /dev/stdin > /dev/null"), 0);
  // A pipe that only has a name may never be written into.
  const std::string pipe = testing::TempDir() + "llmcalc-pipe";
  EXPECT_EQ(shell("mkfifo '" + pipe + "' && timeout 10 $L estimate --scenario '" + pipe + "' 2> /dev/null"), 2);
  EXPECT_EQ(shell("rm '" + pipe + "'"), 0);
}

TEST(RealProgram, CompletesInTheShellsThatAreHere) {
  const std::string wanted = " \"$L\" | grep -qx adamw-8bit";
  if (shell("command -v bash > /dev/null") == 0) {
    const std::string script =
        R"sh('eval "$("$0" completion bash)"; COMP_WORDS=(llmcalc estimate --optimizer ""); COMP_CWORD=3
                                     _llmcalc; printf "%s\n" "${COMPREPLY[@]}"')sh";
    EXPECT_EQ(shell("bash -c " + script + wanted), 0);
  }
  if (shell("command -v zsh > /dev/null") == 0) {
    // Read by `source`, and found as a file by zsh itself.
    const std::string words = R"sh('compadd() { shift; print -l -- "$@" }; _files() { : }; compdef() { : }
                                    words=(llmcalc estimate --optimizer ""); CURRENT=4; )sh";
    EXPECT_EQ(shell("zsh -fc " + words + R"sh(eval "$($0 completion zsh)"; _llmcalc')sh" + wanted), 0);
    EXPECT_EQ(shell("zsh -fc " + words + R"sh(fpath=($(mktemp -d)); $0 completion zsh > $fpath/_llmcalc
                                              autoload -Uz _llmcalc; _llmcalc; rm -r $fpath')sh" +
                    wanted),
              0);
  }
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

TEST(RealProgram, WithoutPresetsSaysSo) {
  // An installation whose presets are gone; the source tree is not looked at then.
  const std::string folder = testing::TempDir() + "llmcalc-no-presets";
  const std::string copy = "D='" + folder + "'; mkdir -p \"$D/bin\" \"$D/share/llmcalc/presets\"; cp $L \"$D/bin\"; ";
  EXPECT_EQ(shell(copy + "\"$D/bin/llmcalc\" estimate 2> /dev/null"), 2);
  EXPECT_EQ(shell(copy + "\"$D/bin/llmcalc\" estimate 2>&1 | grep -q 'no presets were found.*LLMCALC_PRESETS'"), 0);
  EXPECT_EQ(shell(copy + "echo '{\"model\": {\"custom\": {}}, \"device\": {\"memory_bytes\": 1}}' | "
                         "\"$D/bin/llmcalc\" estimate --scenario - > /dev/null"),
            0);
  // Alone, without a folder of presets: where it was built anybody may have made one.
  EXPECT_EQ(shell(copy + "rm -r \"$D/share\"; \"$D/bin/llmcalc\" estimate 2>&1 | grep -q 'no presets were found'"),
            0);
  EXPECT_EQ(shell("rm -r '" + folder + "'"), 0);
}

TEST(RealProgram, EndsWithAMessageWhenThereIsNotEnoughMemory) {
  if (sanitized) GTEST_SKIP() << "a sanitizer starts programs and has addresses of its own";
  if (shell("command -v bash > /dev/null && test -r /proc/self/status") != 0) GTEST_SKIP() << "not on this system";
  const std::string file = testing::TempDir() + "llmcalc-many.json";
  ASSERT_EQ(shell("(printf '{\"model_type\": \"llama\", \"x\": [0'; yes ', {}' | head -n 99000; echo ']}') > '" +
                  file + "'"),
            0);
  EXPECT_EQ(shell("(ulimit -v 40000; $L inspect '" + file + "' > /dev/null 2> '" + file + ".said')"), 1);
  EXPECT_EQ(shell("grep -q 'llmcalc: there is not enough memory' '" + file + ".said'"), 0);
  EXPECT_EQ(shell("rm '" + file + "' '" + file + ".said'"), 0);
}

TEST(RealProgram, AnswersAnyNumberOfScenariosInLittleMemory) {
  if (sanitized) GTEST_SKIP() << "a sanitizer starts programs and has addresses of its own";
  if (shell("command -v bash > /dev/null && test -r /proc/self/status") != 0) GTEST_SKIP() << "not on this system";
  // 60 MB of lines.
  EXPECT_EQ(
      shell("long=$(head -c 20000 /dev/zero | tr '\\0' x); yes \"{\\\"model\\\": \\\"gpt2\\\", \\\"y\\\": "
            "\\\"$long\\\"}\" | "
            "head -n 3000 | (ulimit -v 50000; $L estimate --scenario - | grep -c 'unknown key' | grep -q '^3000$')"),
      0);
}

TEST(RealProgram, CanReachNoNetworkAndNoOtherProgram) {
  if (sanitized) GTEST_SKIP() << "a sanitizer starts programs and has addresses of its own";
  if (shell("command -v nm > /dev/null") != 0) GTEST_SKIP() << "no nm here";
  EXPECT_EQ(shell("nm -D --undefined-only $L | grep -q getenv"), 0);
  EXPECT_EQ(shell("nm -D --undefined-only $L | "
                  "grep -wE 'system|popen|v?fork|exec[vl]p?e?|posix_spawnp?|socket|connect|getaddrinfo'"),
            1);
}

#endif

}  // namespace program_test
}  // namespace llmcalc::cli
