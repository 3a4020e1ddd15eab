#include "ui/driver.hpp"

#include <gtest/gtest.h>

namespace llmcalc::ui::test {
namespace device_chooser_test {

TEST(DeviceChooserKeys, TypedMemoryIsADeviceOfItsOwn) {
  Driver d;
  ASSERT_TRUE(d.click("device"));
  d.type("20 GB");
  d.press(Key::Enter);
  ASSERT_EQ(d.app.scenario.devices.groups.size(), 1u);
  EXPECT_EQ(d.app.scenario.devices.groups.front().device->memory, 20_GiB);
  EXPECT_TRUE(d.app.results.issues.empty());
}

TEST(DeviceChooserKeys, ShiftAddsToTheSet) {
  Driver d;
  ASSERT_TRUE(d.click("device"));
  d.type("rtx 3060 12");
  d.press(Key::Enter, false, true);
  ASSERT_EQ(d.app.scenario.devices.groups.size(), 2u);
  EXPECT_EQ(d.app.scenario.devices.count(), 2u);
  EXPECT_TRUE(d.shows("RTX 4090 24 GB + RTX 3060 12 GB"));
}

TEST(DeviceChooserKeys, TheListIsAsHighAsItsRows) {
  Driver d;
  ASSERT_TRUE(d.click("device"));
  d.frames(3);
  const float all = d.app.view.devices.wanted;
  d.type("h200 sxm");
  d.frames(3);
  EXPECT_LT(d.app.view.devices.wanted, all / 4);
}

TEST(DeviceChooser, HostMemorySetsTheHostsBandwidthAndIsNoDevice) {
  Driver d;
  const DeviceSet devices = d.app.scenario.devices;
  for (const char* query : {"ddr5-5600 dual", "ddr4-3200 dual"}) {
    ASSERT_TRUE(d.click("device"));
    d.type(query);
    d.press(Key::Enter);
    EXPECT_EQ(d.app.scenario.devices.groups, devices.groups) << query;
  }
  EXPECT_DOUBLE_EQ(d.app.scenario.speed.host_bandwidth, 51.2e9);
  ASSERT_TRUE(d.click("device"));
  d.type("ddr5-5600 dual");
  d.press(Key::Enter, false, true);
  EXPECT_EQ(d.app.scenario.devices.groups, devices.groups) << "nor does it join them";
  EXPECT_DOUBLE_EQ(d.app.scenario.speed.host_bandwidth, 89.6e9);
  EXPECT_NE(d.app.view.message.text.find("89.6 GB/s"), std::string::npos) << d.app.view.message.text;
}

TEST(DeviceChooser, NoRowHasNoughtGigabytes) {
  Driver d(1440, 3000);
  for (const char* query : {"", "ddr", "lpddr", "cpu", "ram"}) {
    ASSERT_TRUE(d.click("device"));
    d.type(query);
    d.frames(3);
    const bool found = *query == '\0' || d.shows("DDR");
    EXPECT_TRUE(found) << query;
    for (const Audit::Text& t : d.audit.texts) EXPECT_NE(t.text, "0 GB") << query;
    d.press(Key::Escape);
    d.press(Key::Escape);
  }
}

TEST(DeviceChooser, EveryPresetGivesADeviceThatHoldsSomething) {
  Driver d;
  for (const DeviceChoice& choice : d.app.library.devices) {
    use_device(d.app, choice.device, 1);
    ASSERT_EQ(d.app.scenario.devices.groups.size(), 1U);
    EXPECT_GT(d.app.scenario.devices.smallest()->addressable().count, 0U) << choice.device->name;
  }
}

TEST(Layout, FollowsFewerDevicesThanItHasRanks) {
  Driver d;
  use_device(d.app, d.app.scenario.devices.smallest() ? d.app.scenario.devices.groups.front().device : nullptr, 8);
  d.app.scenario.parallelism.tensor = 8;
  d.app.scenario.training.accumulation = 8;
  d.frames(2);
  ASSERT_TRUE(d.app.results.issues.empty());
  use_device(d.app, d.app.scenario.devices.groups.front().device, 4);
  d.frames(2);
  EXPECT_EQ(d.app.scenario.parallelism.tensor, 4U);
  use_device(d.app, d.app.scenario.devices.groups.front().device, 1);
  d.frames(2);
  EXPECT_EQ(d.app.scenario.parallelism.tensor, 1U);
  EXPECT_TRUE(d.app.results.issues.empty());
  undo(d.app);
  d.frames(2);
  EXPECT_EQ(d.app.scenario.devices.count(), 4U);
  EXPECT_EQ(d.app.scenario.parallelism.tensor, 4U);
}

TEST(Layout, KeepsTheReplicasThatFewerDevicesCanHold) {
  Driver d;
  use_device(d.app, d.app.scenario.devices.groups.front().device, 8);
  d.app.scenario.parallelism.data = 8;
  d.app.scenario.parallelism.zero = 3;
  d.frames(2);
  use_device(d.app, d.app.scenario.devices.groups.front().device, 4);
  d.frames(2);
  EXPECT_EQ(d.app.scenario.parallelism.data, 4U);
  EXPECT_EQ(d.app.scenario.parallelism.zero, 3U);
}

TEST(Layout, ASliderStopsWhereTheModelDividesAndKeepsTheDevicesAtHand) {
  Driver d;
  use_device(d.app, d.app.scenario.devices.groups.front().device, 16);
  d.app.scenario.parallelism.data = 16;
  d.app.scenario.training.accumulation = 16;
  d.frames(3);
  const auto box = d.find("parallelism.tensor");
  ASSERT_TRUE(box);
  d.move({box->from.x + 1, box->middle().y});
  compat::feed_mouse_button(0, true);
  d.frames(2);
  for (float x = box->from.x; x < box->to.x + 4; x += 1) {
    d.move({x, box->middle().y});
    const Scenario& s = d.app.scenario;
    for (const Issue& issue : d.app.results.issues) ADD_FAILURE() << issue.where << " " << issue.what;
    if (s.parallelism.tensor <= 16) {
      EXPECT_LE(s.devices.count(), 16U) << s.parallelism.tensor;
    }
    if (s.parallelism.tensor == 8) break;
  }
  compat::feed_mouse_button(0, false);
  d.frames(3);
  EXPECT_EQ(d.app.scenario.parallelism.tensor, 8U);
  EXPECT_EQ(d.app.scenario.parallelism.data, 2U) << "replicas give way";
  EXPECT_EQ(d.app.scenario.devices.count(), 16U);
  EXPECT_TRUE(d.shows("Data parallel set to 2, for 16 devices"));
  undo(d.app);
  EXPECT_EQ(d.app.scenario.parallelism.data, 16U);
}

TEST(Refused, SettingsAreSaidAboveTheFiguresOfTheSettingsBefore) {
  Driver d;
  d.app.scenario.serving.version = "abc";
  d.frames(3);
  EXPECT_TRUE(d.shows("These settings cannot be estimated: Engine version must be a version"));
}

TEST(Settings, ThatNeedAGpuOrExpertsAreShownWithThemOnly) {
  Driver d;
  ASSERT_TRUE(use_model(d.app, {ModelSource::Kind::Preset, "llama-3.1-8b"}));
  d.app.scenario.serving.runtime = Runtime::LlamaCpp;
  d.frames(2);
  EXPECT_TRUE(d.find("serving.gpu_layers"));
  EXPECT_FALSE(d.find("serving.moe_layers_on_cpu"));
  ASSERT_TRUE(use_model(d.app, {ModelSource::Kind::Preset, "gpt-oss-20b"}));
  d.frames(2);
  EXPECT_TRUE(d.find("serving.moe_layers_on_cpu"));
  use_device(d.app, nullptr, 0);
  d.frames(2);
  EXPECT_FALSE(d.find("serving.gpu_layers"));
  EXPECT_FALSE(d.find("serving.moe_layers_on_cpu"));
}

}  // namespace device_chooser_test
}  // namespace llmcalc::ui::test
