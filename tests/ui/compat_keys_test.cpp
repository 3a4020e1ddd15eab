// Keys by GLFW's numbers, as the window gives them to Dear ImGui.

#include "ui/compat.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace llmcalc::ui {
namespace compat_keys_test {

/// A Dear ImGui without a window, for one frame at a time.
class Frames {
 public:
  Frames() : context_(ImGui::CreateContext()) {
    ImGui::GetIO().DisplaySize = {100, 100};
    ImGui::GetIO().IniFilename = nullptr;
    compat::prepare_headless_fonts();
    compat::take_input_as_dealt();
    step();
  }
  Frames(const Frames&) = delete;
  Frames& operator=(const Frames&) = delete;
  ~Frames() { ImGui::DestroyContext(context_); }
  static void step() {
    compat::new_frame();
    ImGui::EndFrame();
    compat::finish_headless_frame();
  }

 private:
  ImGuiContext* context_;
};

TEST(CompatKeys, EveryKeyTheWindowAsksForArrivesUnderItsNumber) {
  for (const auto& [number, key] : {std::pair{256, Key::Escape},
                                    {257, Key::Enter},
                                    {335, Key::KeypadEnter},
                                    {258, Key::Tab},
                                    {265, Key::Up},
                                    {264, Key::Down},
                                    {263, Key::Left},
                                    {262, Key::Right},
                                    {268, Key::Home},
                                    {269, Key::End},
                                    {266, Key::PageUp},
                                    {267, Key::PageDown},
                                    {259, Key::Backspace},
                                    {261, Key::Delete},
                                    {290, Key::F1},
                                    {'R', Key::R},
                                    {' ', Key::Space},
                                    {'=', Key::Equal},
                                    {'-', Key::Minus},
                                    {'0', Key::Zero},
                                    {'A', Key::A},
                                    {'Z', Key::Z}}) {
    Frames frames;
    compat::feed_glfw_key(number, true, {});
    Frames::step();
    EXPECT_TRUE(compat::pressed(key)) << number;
    compat::feed_glfw_key(number, false, {});
    Frames::step();
    EXPECT_FALSE(compat::pressed(key)) << number;
  }
}

TEST(CompatKeys, ModifiersAreThoseOfTheKeyThatIsGiven) {
  Frames frames;
  compat::feed_glfw_key('G', true, {false, true, false, false});
  Frames::step();
  EXPECT_TRUE(ImGui::GetIO().KeyCtrl);
  EXPECT_FALSE(ImGui::GetIO().KeyShift);
  compat::feed_glfw_key('G', false, {});
  Frames::step();
  EXPECT_FALSE(ImGui::GetIO().KeyCtrl);
}

TEST(CompatKeys, UnknownNumbersAreIgnored) {
  Frames frames;
  for (const int number : {-1, 512, 1 << 20}) compat::feed_glfw_key(number, true, {});
  Frames::step();
  EXPECT_FALSE(compat::pressed(Key::Space));
}

}  // namespace compat_keys_test
}  // namespace llmcalc::ui
