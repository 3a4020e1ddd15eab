// What opens over the window: one thing at a time, by button, key and palette; what stands in an error is kept.

#include "states.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace llmcalc::ui::test {
namespace opening_test {

/// True when a function may change everything.
template <class R, class... Parameters>
constexpr bool takes_everything(R (*)(Parameters...)) {
  return (std::is_same_v<std::remove_cvref_t<Parameters>, App> || ...);
}

TEST(Panels, SayInTheirSignaturesWhatTheyMayChange) {
  EXPECT_TRUE(takes_everything(&draw_window)) << "the window itself acts on what panels return";
  EXPECT_FALSE(takes_everything(&top_bar));
  EXPECT_FALSE(takes_everything(&status_bar));
  EXPECT_FALSE(takes_everything(&model_panel));
  EXPECT_FALSE(takes_everything(&serving_panel));
  EXPECT_FALSE(takes_everything(&training_panel));
  EXPECT_FALSE(takes_everything(&model_slot));
  EXPECT_FALSE(takes_everything(&parallelism_panel));
  EXPECT_FALSE(takes_everything(&assumptions_panel));
  EXPECT_FALSE(takes_everything(&first_hint));
  EXPECT_FALSE(takes_everything(&bars_panel));
  EXPECT_FALSE(takes_everything(&component_table));
  EXPECT_FALSE(takes_everything(&charts_panel));
  EXPECT_FALSE(takes_everything(&fits_panel));
  EXPECT_FALSE(takes_everything(&levers_panel));
  EXPECT_FALSE(takes_everything(&why_panel));
  EXPECT_FALSE(takes_everything(&speed_panel));
  EXPECT_FALSE(takes_everything(&model_chooser));
  EXPECT_FALSE(takes_everything(&device_chooser));
}

TEST(Opening, IsTakenOnce) {
  Opening opening{.dialogue = Dialogue::Help};
  EXPECT_FALSE(opening.take(Dialogue::About));
  EXPECT_TRUE(opening.take(Dialogue::Help));
  EXPECT_FALSE(opening.take(Dialogue::Help));
}

TEST(Opening, TheQuestionMarkShowsTheKeys) {
  Driver d;
  ASSERT_TRUE(d.click("help"));
  EXPECT_TRUE(d.shows("KEYS"));
}

TEST(Opening, APathThatCannotBeOpenedStaysToBeMended) {
  Driver d;
  d.press(Key::O, true);
  d.frames(3);
  d.type("/nowhere/x.gguf");
  d.press(Key::Enter);
  d.frames(4);
  EXPECT_TRUE(d.find("open.path")) << "the dialogue is still there";
  EXPECT_TRUE(d.app.view.message.is_bad);
  EXPECT_TRUE(d.shows(d.app.view.message.text));
  EXPECT_STREQ(d.app.view.open.path.data(), "/nowhere/x.gguf");
  d.type("/elsewhere.gguf");
  EXPECT_STREQ(d.app.view.open.path.data(), "/elsewhere.gguf") << "what is typed takes the place of the old text";
}

TEST(Opening, APlatformWithAChooserOfFilesIsAskedForIt) {
  Driver d;
  d.app.has_file_chooser = true;
  ASSERT_TRUE(d.click("open"));
  d.frames(3);
  EXPECT_TRUE(d.app.requests.choose_file);
  EXPECT_FALSE(d.find("open.path")) << "no path is typed";
}

TEST(Zoom, PlusAndMinusOfEitherKeyboardPart) {
  Driver d;
  for (const auto& [key, shift] : {std::pair{Key::Equal, false}, {Key::Equal, true}, {Key::KeypadAdd, false}}) {
    d.app.preferences.zoom = 1;
    d.press(key, true, shift);
    EXPECT_NEAR(d.app.preferences.zoom, 1.1f, 1e-4f);
  }
  d.press(Key::KeypadSubtract, true);
  EXPECT_NEAR(d.app.preferences.zoom, 1.0f, 1e-4f);
}

TEST(Zoom, WorksWhileAChooserIsOpen) {
  Driver d;
  d.press(Key::M, true);
  d.frames(3);
  ASSERT_TRUE(ImGui::GetIO().WantTextInput);
  d.press(Key::Equal, true);
  EXPECT_NEAR(d.app.preferences.zoom, 1.1f, 1e-4f);
  EXPECT_TRUE(ImGui::GetIO().WantTextInput) << "the chooser stays";
  const ThemeKind theme = d.app.preferences.theme;
  d.press(Key::T, true);
  EXPECT_EQ(d.app.preferences.theme, theme) << "other keys are the text field's";
}

TEST(Charts, TabsKeepTheirPlaceInEveryState) {
  for (const ImVec2 size : {ImVec2{1440, 900}, ImVec2{1366, 768}, ImVec2{1024, 700}}) {
    std::optional<float> place;
    for (const State& state : states) {
      Driver d(size.x, size.y);
      state.reach(d.app);
      d.app.view.first_start = false;  // its line is above everything until it is sent away
      d.frames(4);
      const auto tab = d.find("tab.context");
      ASSERT_TRUE(tab) << state.name;
      if (!place) place = tab->from.y;
      EXPECT_EQ(tab->from.y, *place) << state.name << " at " << size.x;
    }
  }
}

TEST(Charts, TabsKeepTheirPlaceWhenAWarningComes) {
  Driver d;
  const auto before = d.find("tab.context");
  ASSERT_TRUE(before);
  d.app.scenario.devices.groups.front().count = 4;  // more than the layout uses: the estimate warns
  d.frames(4);
  ASSERT_FALSE(d.app.results.estimate.warnings.empty());
  const auto after = d.find("tab.context");
  ASSERT_TRUE(after);
  EXPECT_EQ(before->from.y, after->from.y);
}

}  // namespace opening_test
}  // namespace llmcalc::ui::test
