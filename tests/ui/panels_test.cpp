// Every panel in every state, theme and size: it is drawn, its texts fit and lie beside each other.

#include "ui/panels.hpp"

#include "states.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace llmcalc::ui::test {
namespace panels_test {

std::string place(const Box& b) {
  return "[" + fixed(static_cast<double>(b.from.x), 0) + "," + fixed(static_cast<double>(b.from.y), 0) + " " +
         fixed(static_cast<double>(b.width()), 0) + "x" + fixed(static_cast<double>(b.height()), 0) + "]";
}

/// Texts of the last frame that do not fit, reach out of what their window shows, or lie over each other. Lists that
/// scroll up and down may show a part of a line; sideways nothing may be lost.
std::vector<std::string> faults(const Driver& d) {
  constexpr float slack = 1.5f;  // antialiasing and whole pixels
  std::vector<std::string> found;
  std::vector<const Audit::Text*> seen;
  for (const Audit::Text& t : d.audit.texts) {
    const bool hidden = t.drawn.to.y <= t.clip.from.y || t.drawn.from.y >= t.clip.to.y ||
                        t.clip.from.x >= t.clip.to.x || t.clip.from.y >= t.clip.to.y;
    if (hidden) continue;
    seen.push_back(&t);
    if (t.cut && !t.formula && !t.shortens) {
      found.push_back("cut: \"" + t.text + "\" is " + fixed(static_cast<double>(t.width), 0) + " wide in " +
                      place(t.box));
    }
    if (t.drawn.from.x < t.clip.from.x - slack || t.drawn.to.x > t.clip.to.x + slack) {
      found.push_back("out of its window: \"" + t.text + "\" at " + place(t.drawn) + " in " + place(t.clip));
    }
    if (t.drawn.height() > t.box.height() + 2 * slack && t.box.height() > 0) {
      found.push_back("too high: \"" + t.text + "\" at " + place(t.drawn) + " in " + place(t.box));
    }
  }
  std::sort(seen.begin(), seen.end(),
            [](const Audit::Text* a, const Audit::Text* b) { return a->drawn.from.y < b->drawn.from.y; });
  for (std::size_t i = 0; i < seen.size(); ++i) {
    for (std::size_t k = i + 1; k < seen.size() && seen[k]->drawn.from.y < seen[i]->drawn.to.y; ++k) {
      const Box& a = seen[i]->drawn;
      const Box& b = seen[k]->drawn;
      // Letters do not fill their line: two lines may touch by a fifth of one.
      const float high = std::min(a.to.y, b.to.y) - std::max(a.from.y, b.from.y);
      const float wide = std::min(a.to.x, b.to.x) - std::max(a.from.x, b.from.x);
      if (seen[i]->layer != seen[k]->layer || wide <= slack) continue;
      if (high <= 0.2f * std::min(a.height(), b.height())) continue;
      found.push_back("over each other: \"" + seen[i]->text + "\" " + place(a) + " and \"" + seen[k]->text + "\" " +
                      place(b));
    }
  }
  return found;
}

/// Faults under every chart, the three tasks' switches left as they are.
void expect_no_faults(Driver& d, const std::string& where) {
  for (const auto& tab : tabs) {
    d.app.preferences.tab = tab.id;
    d.frames(2);
    for (const std::string& fault : faults(d)) ADD_FAILURE() << where << ", " << tab.key << ": " << fault;
  }
}

/// Presets with the widest names.
std::vector<ModelChoice> longest_models(const App& app, std::size_t n) {
  std::vector<ModelChoice> models = app.library.models;
  std::stable_sort(models.begin(), models.end(),
                   [](const ModelChoice& a, const ModelChoice& b) { return a.name.size() > b.name.size(); });
  models.resize(std::min(models.size(), n));
  return models;
}
std::vector<DevicePtr> longest_devices(const App& app, std::size_t n) {
  std::vector<DevicePtr> devices;
  for (const DeviceChoice& choice : app.library.devices) devices.push_back(choice.device);
  std::stable_sort(devices.begin(), devices.end(),
                   [](const DevicePtr& a, const DevicePtr& b) { return a->name.size() > b->name.size(); });
  devices.resize(std::min(devices.size(), n));
  return devices;
}

struct Size {
  float width, height, scale;
};
std::ostream& operator<<(std::ostream& out, const Size& s) { return out << s.width << "x" << s.height; }

class LongNames : public ::testing::TestWithParam<Size> {};

TEST_P(LongNames, FitTheirBoxes) {
  const Size size = GetParam();
  Driver d(size.width, size.height, size.scale);
  const std::vector<ModelChoice> models = longest_models(d.app, 10);
  const std::vector<DevicePtr> devices = longest_devices(d.app, 10);
  ASSERT_EQ(models.size(), devices.size());
  for (std::size_t i = 0; i < models.size(); ++i) {
    ASSERT_TRUE(use_model(d.app, source_of(models[i]))) << models[i].id;
    use_device(d.app, devices[i], i % 2 == 0 ? 1 : 16);
    d.app.preferences.theme = i % 2 == 0 ? ThemeKind::Dark : ThemeKind::Light;
    d.app.preferences.units = i % 2 == 0 ? ByteUnits::Binary : ByteUnits::Decimal;
    d.frames(3);
    for (const std::string& fault : faults(d)) {
      ADD_FAILURE() << models[i].name << " on " << devices[i]->name << ": " << fault;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Sizes, LongNames,
                         ::testing::Values(Size{1440, 900, 1}, Size{1024, 700, 1}, Size{3840, 2160, 2}));

class InEveryState : public ::testing::TestWithParam<State> {};

TEST_P(InEveryState, TextsFitUnderEveryChart) {
  Driver d;
  GetParam().reach(d.app);
  ASSERT_TRUE(d.app.scenario.model) << "the state was not reached";
  d.frames(4);
  expect_no_faults(d, GetParam().name);
}

TEST_P(InEveryState, EveryThemeAndSidePanelIsDrawnInANarrowWindow) {
  Driver d(1024, 700);
  GetParam().reach(d.app);
  ASSERT_TRUE(d.app.scenario.model) << "the state was not reached";
  for (const auto& theme : theme_kinds) {
    d.app.preferences.theme = theme.id;
    for (const SidePanel& panel : side_panels()) {
      d.app.view.side = panel.key;
      d.frames(2);
      EXPECT_GT(ImGui::GetDrawData()->TotalVtxCount, 1000) << theme.label << panel.label;
      for (const std::string& fault : faults(d))
        ADD_FAILURE() << GetParam().name << ", " << panel.key << ": " << fault;
    }
  }
}

TEST_P(InEveryState, AllSettingsAreDrawnWithoutFault) {
  Driver d(1440, 2600);
  d.app.preferences.more_settings = true;
  GetParam().reach(d.app);
  d.frames(4);
  for (const std::string& fault : faults(d)) ADD_FAILURE() << GetParam().name << ": " << fault;
}
/// The state's name as a test may be called.
std::string test_name(const ::testing::TestParamInfo<State>& state) {
  std::string name = state.param.name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(States, InEveryState, ::testing::ValuesIn(states), test_name);

TEST(Panels, AChartNeverShowsTheBarsOfAnother) {
  Driver d;
  d.app.preferences.tab = Tab::Formats;
  d.frames(2);
  const std::size_t formats = d.app.chart.samples.size();
  ASSERT_NE(formats, d.app.results.estimate.training.phases.size());
  d.app.scenario.serving.context = 0;  // from here on the scenario cannot be evaluated
  d.app.preferences.tab = Tab::Timeline;
  d.frames(2);
  EXPECT_EQ(d.app.chart.samples.size(), d.app.results.estimate.training.phases.size());
  d.app.scenario.serving.context = 4096;
  d.app.preferences.tab = Tab::Formats;
  d.frames(2);
  EXPECT_EQ(d.app.chart.samples.size(), formats);
}

TEST(Panels, AmountsOfMillionsAreNotCutInASmallWindow) {
  Driver d(1024, 700);
  d.app.scenario.method = Method::Article;
  d.app.scenario.serving.context = 1'000'000;
  d.app.scenario.serving.sequences = 64;
  d.app.scenario.training.sequence = 1'000'000;
  d.frames(3);
  d.press(Key::K, true);
  for (const auto& task : tasks) {
    d.app.preferences.focus.task = task.id;
    expect_no_faults(d, std::string(task.key));
  }
}

TEST(Panels, NoNameOfABarIsCut) {
  Driver d(1024, 700);
  d.app.preferences.focus.task = Task::Training;
  expect_no_faults(d, "training");
  d.app.preferences.tab = Tab::Formats;
  d.frames(2);
  EXPECT_TRUE(d.shows("Megatron") && d.shows("BF16"));
}

TEST(Panels, WhatFitsNamesAsManyOfEveryDevice) {
  Driver d;
  for (const DeviceChoice& choice : d.app.library.devices) {
    if (choice.device->id == "h100-sxm-80gb") use_device(d.app, choice.device, 4);
  }
  d.frames(4);
  const auto& rows = d.app.answers.fits[0];
  ASSERT_GT(rows.size(), 4u);
  for (const FitRow& row : rows) EXPECT_TRUE(d.shows("4 × " + row.device->name)) << row.device->name;
}

TEST(Panels, EachIsDrawnWithItsOwnWords) {
  Driver d;
  for (const char* words : {"MODEL", "INFERENCE", "TRAINING", "PARALLELISM", "WHAT FITS", "LEVERS", "SPEED", "WHY"}) {
    EXPECT_TRUE(std::any_of(d.audit.texts.begin(), d.audit.texts.end(), [&](const Audit::Text& t) {
      return t.text.starts_with(words);
    })) << words;
  }
}

TEST(Panels, ChoosersDialoguesAndThePaletteFit) {
  for (const Size size : {Size{1440, 900, 1}, Size{1024, 700, 1}, Size{640, 480, 1}}) {
    Driver d(size.width, size.height, size.scale);
    const auto check = [&](const char* what) {
      d.frames(3);
      for (const std::string& fault : faults(d)) ADD_FAILURE() << size << ", " << what << ": " << fault;
      d.press(Key::Escape);
      d.press(Key::Escape);
    };
    d.press(Key::P, true);
    check("palette");
    d.press(Key::F1);
    check("help");
    d.press(Key::E, true);
    check("export");
    d.press(Key::S, true);
    check("scenarios");
    d.press(Key::O, true);
    check("open");
    d.app.view.opening.dialogue = Dialogue::Check;
    check("check");
  }
}

}  // namespace panels_test
}  // namespace llmcalc::ui::test
