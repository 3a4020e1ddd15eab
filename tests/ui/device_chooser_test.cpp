#include "ui/driver.hpp"

#include <gtest/gtest.h>

namespace llmcalc::ui::test {
namespace {

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

}  // namespace
}  // namespace llmcalc::ui::test
