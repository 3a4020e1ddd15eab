
#include "readers/device_preset.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <utility>

namespace llmcalc::io {
namespace device_kinds_test {

std::vector<DevicePtr> catalogue() {
  const std::vector<std::filesystem::path> folders{std::filesystem::path(LLMCALC_SOURCE_DIR) / "presets"};
  std::vector<DevicePtr> devices;
  for (DevicePreset& preset : read_device_catalogue(folders).devices) {
    devices.push_back(std::make_shared<const Device>(std::move(preset.device)));
  }
  return devices;
}

TEST(DeviceKinds, EachHasAFastestDeviceInTheCatalogue) {
  const auto devices = catalogue();
  const auto common = fastest_devices(devices, common_kinds);
  const auto proposed = fastest_devices(devices, proposed_kinds);
  ASSERT_EQ(common.size(), common_kinds.size());
  ASSERT_EQ(proposed.size(), proposed_kinds.size());
  for (std::size_t i = 0; i < proposed.size(); ++i) {
    EXPECT_EQ(proposed[i]->vendor, proposed_kinds[i].vendor);
    EXPECT_GT(proposed[i]->bandwidth, 0);
  }
  EXPECT_EQ(common[2]->name, "RTX 4090 24 GB");
}

TEST(DeviceKinds, AKindThatNobodySellsIsLeftOut) {
  const std::array kinds{DeviceKind{.vendor = Vendor::Nvidia, .device_class = "consumer", .gigabytes = 7777}};
  EXPECT_TRUE(fastest_devices(catalogue(), kinds).empty());
}

}  // namespace device_kinds_test
}  // namespace llmcalc::io
