// Where help stands: beside or below, never over what it explains nor over its neighbours; and how it is worded.

#include "driver.hpp"

#include <llmcalc/scenario/fields.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace llmcalc::ui::test {
namespace help_test {

bool overlap(const Box& a, const Box& b) {
  return a.from.x < b.to.x && b.from.x < a.to.x && a.from.y < b.to.y && b.from.y < a.to.y;
}

/// The help that is seen while the mouse rests on a control.
std::optional<Box> help_of_control(Driver& d, const std::string& name) {
  const auto box = d.find(name);
  if (!box) return std::nullopt;
  d.theme.mouse_rest_seconds = 1;
  d.move(box->middle());
  d.frames(3);
  return d.find("explanation");
}

struct Place {
  float width, height;
};
class HelpPlace : public ::testing::TestWithParam<Place> {};

TEST_P(HelpPlace, CoversNeitherItsControlNorItsNeighbours) {
  Driver d(GetParam().width, GetParam().height);
  // Rows of buttons: all of them stay readable while one is explained.
  for (const char* row : {"tab.", "method.", "units.", "screen."}) {
    std::vector<Audit::Control> all;
    for (const Audit::Control& c : d.audit.controls) {
      if (c.name.starts_with(row)) all.push_back(c);
    }
    for (const Audit::Control& one : all) {
      const auto help = help_of_control(d, one.name);
      if (!help) continue;  // only the last of joined buttons has one
      EXPECT_GE(help->from.x, 0);
      EXPECT_LE(help->to.x, GetParam().width);
      EXPECT_GE(help->from.y, 0);
      EXPECT_LE(help->to.y, GetParam().height);
      for (const Audit::Control& other : all)
        EXPECT_FALSE(overlap(*help, other.box)) << one.name << " " << other.name;
    }
  }
  ASSERT_TRUE(help_of_control(d, "tab.plan"));
}
INSTANTIATE_TEST_SUITE_P(Sizes, HelpPlace, ::testing::Values(Place{1440, 900}, Place{1024, 700}));

TEST(Help, OfASettingStandsBesideItsPanel) {
  Driver d;
  const auto slider = d.find("serving.context");
  ASSERT_TRUE(slider);
  d.theme.mouse_rest_seconds = 1;
  d.move({slider->from.x - 60, slider->middle().y});  // its label
  d.frames(3);
  const auto help = d.find("explanation");
  ASSERT_TRUE(help);
  const auto bar = d.find("inference.bar");
  ASSERT_TRUE(bar);
  EXPECT_GT(help->from.x, slider->to.x) << "every setting is still seen";
  EXPECT_LT(help->from.x, bar->from.x + 60);
}

TEST(Help, IsOneAtATime) {
  // A row that is not held at the peak has help, and its formula is too long for the column.
  Driver d;
  const auto row = d.find("row.gradients");
  ASSERT_TRUE(row);
  d.theme.mouse_rest_seconds = 1;
  int most = 0;
  for (float x = row->from.x + 4; x < row->to.x; x += 40) {
    d.move({x, row->middle().y});
    d.frames(3);
    const auto helps = static_cast<int>(std::ranges::count(d.audit.controls, "explanation", &Audit::Control::name));
    most = std::max(most, helps);
  }
  EXPECT_EQ(most, 1);
}

TEST(Help, IsASentence) {
  EXPECT_EQ(field_help(field_at("training.sequence")), "Tokens of a training sequence.");
  for (const Field& field : fields) {
    const std::string words = field_help(field);
    if (words.empty()) continue;
    EXPECT_NE(std::string(".:!?").find(words.back()), std::string::npos) << words;
    if (field.help.starts_with("llama.cpp")) {
      EXPECT_TRUE(words.starts_with("llama.cpp")) << words;
    }
  }
}

TEST(Settings, ATextThatIsNotSetIsNoVersion) {
  Driver d(1440, 4000);
  d.app.preferences.more_settings = true;
  d.app.scenario.serving.runtime = Runtime::LlamaCpp;
  d.frames(4);
  EXPECT_EQ(ui::setting_text(field_at("serving.version"), d.app.scenario), "newest");
  EXPECT_EQ(ui::setting_text(field_at("serving.mmproj"), d.app.scenario), "not set");
}

}  // namespace help_test
}  // namespace llmcalc::ui::test
