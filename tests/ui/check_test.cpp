// The self-check in the window: a pasted log, its table, and the scenario taking the log's settings.

#include "driver.hpp"
#include "support/temp_folder.hpp"
#include "ui/intake.hpp"

#include <gtest/gtest.h>

namespace llmcalc::ui::test {
namespace check_test {

constexpr const char* log =
    "build: 6403 (1a2b3c4d) with cc\n"
    "load_tensors:        CUDA0 model buffer size =  4403.49 MiB\n"
    "load_tensors:   CPU_Mapped model buffer size =   281.81 MiB\n"
    "llama_context: n_seq_max     = 1\n"
    "llama_context: n_ctx         = 16384\n"
    "llama_context: n_batch       = 2048\n"
    "llama_context: n_ubatch      = 512\n"
    "llama_kv_cache:      CUDA0 KV buffer size =  2048.00 MiB\n"
    "llama_context:      CUDA0 compute buffer size =   258.50 MiB\n";

TEST(LogCheck, APastedLogOpensTheComparison) {
  Driver d;
  ImGui::SetClipboardText(log);
  d.press(Key::V, true);
  d.frames(3);
  EXPECT_TRUE(d.shows("CHECK AGAINST A LOG"));
  EXPECT_TRUE(d.shows("2.00 GiB")) << "the cache of the log";
  EXPECT_TRUE(d.shows("Differs: Runtime: llama.cpp in the log"));
  ASSERT_TRUE(d.find("check.settings"));
  const Scenario before = d.app.scenario;
  ASSERT_TRUE(d.click("check.settings"));
  EXPECT_EQ(d.app.scenario.serving.runtime, Runtime::LlamaCpp);
  EXPECT_EQ(d.app.scenario.serving.context, 16384U);
  EXPECT_EQ(d.app.scenario.weights, before.weights) << "only what the log says";
  EXPECT_FALSE(d.find("check.settings")) << "nothing differs any more";
  d.press(Key::Escape);
  d.press(Key::Z, true);
  EXPECT_EQ(d.app.scenario, before);
}

TEST(LogCheck, ADroppedLogDoesTheSame) {
  Driver d;
  const tests::TempFolder folder;
  take_path(d.app, folder.write("start.log", log));
  d.frames(3);
  EXPECT_TRUE(d.find("check.close"));
  ASSERT_TRUE(d.click("check.close"));
  EXPECT_FALSE(d.find("check.close"));
  take_path(d.app, folder.write("notes.txt", "nothing to see here"));
  d.frames(2);
  EXPECT_FALSE(d.find("check.close"));
  EXPECT_TRUE(d.app.view.message.is_bad);
}

TEST(LogCheck, IsOpenedFromThePaletteAndSaysWhatToPaste) {
  Driver d;
  d.press(Key::P, true);
  d.type("check against");
  d.press(Key::Enter);
  d.frames(3);
  ASSERT_TRUE(d.find("check.paste"));
  ImGui::SetClipboardText("hello");
  ASSERT_TRUE(d.click("check.paste"));
  EXPECT_FALSE(d.app.view.check);
  ImGui::SetClipboardText(log);
  ASSERT_TRUE(d.click("check.paste"));
  EXPECT_TRUE(d.app.view.check);
  EXPECT_TRUE(d.shows("b6403"));
}

TEST(LogCheck, FollowsTheScenario) {
  Driver d;
  ASSERT_TRUE(take_text(d.app, log));
  d.frames(3);
  const auto predicted = [&] {
    for (const auto& f : d.app.view.check->result.figures) {
      if (f.key == "kv_cache" && f.device == "GPU 0") return f.predicted.value_or(0);
    }
    return Count{0};
  };
  const Count before = predicted();
  ASSERT_GT(before, 0U);
  d.app.scenario.serving.context *= 2;
  d.frames(3);
  EXPECT_GE(predicted(), 2 * before);
}

}  // namespace check_test
}  // namespace llmcalc::ui::test
