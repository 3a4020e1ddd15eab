// Random input: no crash, no invalid scenario shown as an estimate. Twenty seconds in every run; set
// LLMCALC_MONKEY_SECONDS for longer ones. A tour comes first, so that every run has met every chooser and dialogue.

#include "driver.hpp"
#include "support/temp_folder.hpp"

#include <llmcalc/scenario/validate.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <random>
#include <set>
#include <string>

namespace llmcalc::ui::test {
namespace monkey_test {

/// What may be in the clipboard when somebody presses Ctrl+V.
constexpr std::array<const char*, 7> pastes{
    "",
    "hello",
    R"({"model_type": "llama", "hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 32,
        "num_key_value_heads": 8, "intermediate_size": 8192, "vocab_size": 128256})",
    R"({"model": "qwen3-8b", "serving": {"context": 4096}})",
    R"({"model": "qwen3-8b", "serving": {"context": -1}})",
    "load_tensors: CUDA0 model buffer size = 4403.49 MiB\nllama_kv_cache: CUDA0 KV buffer size = 1024.00 MiB\n",
    "|   0  NVIDIA GeForce RTX 4090 | 00000000:4F:00.0 Off |\n| 31%  21W / 450W | 393MiB / 24564MiB |\n",
};

/// Hands on the keyboard and the mouse, with a memory of what was met.
class Monkey {
 public:
  Monkey(Driver& driver, unsigned seed) : d(driver), random_(seed) {}

  /// Opens everything that opens, types into it, and closes it.
  void tour() {
    for (const Key key : {Key::M, Key::D, Key::P, Key::S, Key::E, Key::O}) {
      d.press(key, true);
      look();
      d.type("a8");
      look();
      d.press(Key::Escape);
      d.press(Key::Escape);
    }
    d.press(Key::F1);
    look();
    d.press(Key::Escape);
    for (const char* text : pastes) {
      ImGui::SetClipboardText(text);
      d.press(Key::V, true);
      look();
      d.press(Key::Escape);
    }
    d.press(Key::K, true);
    d.drag("serving.context", 0.7f);
    d.press(Key::K, true);
    look();
    d.press(Key::Z, true);
    look();  // there is something to do again
    d.press(Key::Y, true);
  }

  /// One random thing a user could do.
  void poke() {
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    switch (below(13)) {
      case 0:
      case 1:
      case 2:
        d.click({static_cast<float>(below(static_cast<int>(size.x))),
                 static_cast<float>(below(static_cast<int>(size.y)))});
        break;
      case 3:
      case 4:
      case 5: {
        if (d.audit.controls.empty()) break;
        const std::string name =
            d.audit.controls[static_cast<std::size_t>(below(static_cast<int>(d.audit.controls.size())))].name;
        d.drag(name, static_cast<float>(below(120)) / 100.0f);
        break;
      }
      case 6:
        compat::feed_mouse_wheel(static_cast<float>(below(5) - 2));
        d.frame();
        break;
      case 7: d.press(static_cast<Key>(below(static_cast<int>(Key::Count))), below(3) == 0, below(4) == 0); break;
      case 8: d.type(below(2) == 0 ? "7k" : "qw-+e0"); break;
      case 9:
        ImGui::SetClipboardText(pastes[static_cast<std::size_t>(below(static_cast<int>(pastes.size())))]);
        d.press(Key::V, true);
        break;
      case 10: {
        constexpr std::array openers{Key::M, Key::D, Key::P, Key::S, Key::E, Key::O, Key::K, Key::Z, Key::Y};
        d.press(openers[static_cast<std::size_t>(below(static_cast<int>(openers.size())))], true);
        break;
      }
      case 11: resize(); break;
      default: d.press(below(2) == 0 ? Key::Escape : Key::Enter); break;
    }
    look();
  }

  [[nodiscard]] const std::set<std::string>& met() const { return met_; }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  void resize() {
    const std::array<ImVec2, 4> sizes{ImVec2{1280, 800}, {1024, 700}, {700, 480}, {1920, 1100}};
    ImGui::GetIO().DisplaySize = sizes[static_cast<std::size_t>(below(4))];
    d.frames(2);
  }
  void look() {
    for (const char* name : {"models.query", "devices.query", "palette.query", "scenarios.name", "export.png",
                             "open.path", "preview.use", "check.close"}) {
      if (d.find(name)) met_.insert(name);
    }
    if (!d.app.history.undo.empty()) met_.insert("undo");
    if (!d.app.history.redo.empty()) met_.insert("redo");
    if (d.app.pins[0] && d.app.pins[1]) met_.insert("pins");
    if (d.shows("KEYS")) met_.insert("help");
  }

  Driver& d;
  std::mt19937 random_;
  std::set<std::string> met_;
};

TEST(Monkey, FindsNoWayToBreakTheWindow) {
  const char* wish = std::getenv("LLMCALC_MONKEY_SECONDS");
  const double seconds = wish ? std::atof(wish) : 20.0;
  const char* seed_wish = std::getenv("LLMCALC_MONKEY_SEED");
  const unsigned seed = seed_wish ? static_cast<unsigned>(std::atoi(seed_wish)) : 20261122u;
  const tests::TempFolder folder;
  // What it exports lands in the working folder.
  const std::filesystem::path before = std::filesystem::current_path();
  Driver d(1280, 800);
  d.app.scenario_folder = folder / "scenarios";
  std::filesystem::current_path(folder.path());
  Monkey monkey(d, seed);
  monkey.tour();
  const auto start = std::chrono::steady_clock::now();
  std::size_t steps = 0;
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds) {
    monkey.poke();
    d.app.requests = {};  // neither quits nor writes pictures
    ASSERT_NE(d.app.scenario.model, nullptr) << "seed " << seed << ", step " << steps;
    ASSERT_GT(ImGui::GetDrawData()->TotalVtxCount, 0);
    // An estimate is only ever shown of a valid scenario; what is wrong is named.
    ASSERT_TRUE(d.app.results.of) << "seed " << seed << ", step " << steps;
    ASSERT_EQ(d.app.results.issues.empty(), validate(d.app.scenario).empty())
        << "seed " << seed << ", step " << steps;
    ++steps;
  }
  std::filesystem::current_path(before);
  RecordProperty("steps", static_cast<int>(steps));
  EXPECT_GT(steps, 10u);
  for (const char* name : {"models.query", "devices.query", "palette.query", "scenarios.name", "export.png",
                           "open.path", "preview.use", "check.close", "undo", "redo", "pins", "help"}) {
    EXPECT_TRUE(monkey.met().contains(name)) << "the tour did not meet " << name;
  }
}

}  // namespace monkey_test
}  // namespace llmcalc::ui::test
