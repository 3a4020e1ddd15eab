// Every preset in the tree loads, names its sources and holds plausible figures.

#include "readers/device_preset.hpp"
#include "readers/model_preset.hpp"
#include "readers/resolve.hpp"

#include <llmcalc/base/units.hpp>
#include <llmcalc/estimate/summary.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace llmcalc::io {
namespace shipped_presets_test {

const std::vector<std::filesystem::path> shipped{std::filesystem::path(LLMCALC_SOURCE_DIR) / "presets"};

std::string text_of(const Issues& issues) {
  std::string all;
  for (const Issue& issue : issues) all += issue.where + ": " + issue.what + "\n";
  return all;
}

TEST(ShippedModels, AllLoadWithoutAnIssue) {
  const auto catalogue = read_model_catalogue(shipped);
  EXPECT_TRUE(catalogue.issues.empty()) << text_of(catalogue.issues);
  EXPECT_GE(catalogue.entries.size(), 241U);
}

TEST(ShippedModels, HaveTheirConfigurationOnDemand) {
  for (const ModelEntry& entry : read_model_catalogue(shipped).entries) {
    const auto preset = find_model_preset(shipped, entry.id);
    ASSERT_TRUE(preset) << entry.id << ": " << text_of(preset.issues());
    EXPECT_NE(preset->config.find("\"model_type\""), std::string::npos) << entry.id;
    EXPECT_EQ(preset->entry.name, entry.name);
  }
}

TEST(ShippedModels, HaveUniqueNamesAndPlausibleFigures) {
  std::set<std::string> names;
  for (const ModelEntry& entry : read_model_catalogue(shipped).entries) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_NE(entry.hf_id.find('/'), std::string::npos) << entry.id;
    EXPECT_FALSE(entry.license.empty()) << entry.id;
    EXPECT_GE(entry.context, 448U) << entry.id;
    if (entry.parameters != 0) {
      EXPECT_GE(entry.parameters, 100'000'000U) << entry.id;
      EXPECT_LE(entry.parameters, 10'000'000'000'000U) << entry.id;
    }
    for (const std::string& source : entry.sources) EXPECT_GE(source.size(), 10U) << entry.id;
  }
}

TEST(ShippedModels, GiveTheTotalThatTheirShapesHave) {
  const Resolver resolver = default_resolver();
  for (const ModelEntry& entry : read_model_catalogue(shipped).entries) {
    const auto model = resolver.model({ModelSource::Kind::Preset, entry.id});
    ASSERT_TRUE(model) << entry.id << ": " << text_of(model.issues());
    ASSERT_NE(entry.parameters, 0U) << entry.id;
    // Some published totals count the router's correction biases, which are no parameters.
    const auto given = static_cast<double>(entry.parameters);
    EXPECT_NEAR(static_cast<double>(parameter_count(**model)), given, given * 1e-4) << entry.id;
  }
}

TEST(ShippedDevices, AllLoadWithoutAnIssue) {
  const auto catalogue = read_device_catalogue(shipped);
  EXPECT_TRUE(catalogue.issues.empty()) << text_of(catalogue.issues);
  EXPECT_GE(catalogue.devices.size(), 240U);
}

TEST(ShippedDevices, HaveIdsAndAliasesThatMeanOneDevice) {
  std::set<std::string> ids;
  for (const DevicePreset& preset : read_device_catalogue(shipped).devices) {
    EXPECT_TRUE(ids.insert(preset.device.id).second) << preset.device.id;
    for (const std::string& alias : preset.aliases) EXPECT_TRUE(ids.insert(alias).second) << alias;
  }
}

TEST(ShippedDevices, HavePlausibleFigures) {
  for (const DevicePreset& preset : read_device_catalogue(shipped).devices) {
    const Device& device = preset.device;
    EXPECT_FALSE(device.sources.empty()) << device.id;
    EXPECT_FALSE(preset.family.empty()) << device.id;
    if (device.device_class != "cpu") {
      EXPECT_GE(device.memory, 4_GiB) << device.id;
      EXPECT_LE(device.memory, 1024_GiB) << device.id;
    }
    if (device.reported.count != 0) {
      EXPECT_GE(device.reported, scale(device.memory, 90, 100)) << device.id;
      EXPECT_FALSE(preset.reported_source.empty()) << device.id;
    }
    if (device.bandwidth > 0) {
      EXPECT_GE(device.bandwidth, 40e9) << device.id;
      EXPECT_LE(device.bandwidth, 30e12) << device.id;  // HBM4 of 2026: 23.3 TB/s
    }
    if (device.operations.fp16 > 0) {
      EXPECT_GE(device.operations.fp16, 1e12) << device.id;
      EXPECT_LE(device.operations.fp16, 5e15) << device.id;
    }
    EXPECT_TRUE(device.verified || !preset.rests_on.empty()) << device.id;
  }
}

TEST(ShippedDevices, CarryThePublishedFiguresOfKnownCards) {
  const auto rtx_4090 = find_device_preset(shipped, "rtx-4090");
  ASSERT_TRUE(rtx_4090) << text_of(rtx_4090.issues());
  EXPECT_EQ(rtx_4090->device.memory, 24_GiB);
  EXPECT_EQ(rtx_4090->device.reported, 24564_MiB);
  EXPECT_DOUBLE_EQ(rtx_4090->device.bandwidth, 1008e9);
  EXPECT_EQ(rtx_4090->device.vendor, Vendor::Nvidia);
  EXPECT_TRUE(rtx_4090->device.verified);

  const auto h100 = find_device_preset(shipped, "h100");
  ASSERT_TRUE(h100);
  EXPECT_EQ(h100->device.id, "h100-sxm-80gb");
  EXPECT_EQ(h100->device.memory, 80_GiB);
  EXPECT_DOUBLE_EQ(h100->device.operations.bf16, 989e12);
  EXPECT_DOUBLE_EQ(h100->device.operations.fp8, 1979e12);
}

TEST(ShippedDevices, GiveAppleGpusTheirShareOfMemory) {
  const auto mac = find_device_preset(shipped, "m4-max-64gb");
  ASSERT_TRUE(mac);
  EXPECT_TRUE(mac->device.unified);
  EXPECT_EQ(mac->device.memory, 64_GiB);
  EXPECT_EQ(mac->device.addressable(), scale(64_GiB, 81, 100));
}

TEST(ShippedDevices, IncludeTheDevicesOfTheFirstScreen) {
  for (const char* id : {"rtx-3060-12gb", "rtx-4080", "rtx-4090", "rtx-5090", "h100-sxm-80gb", "m4-max-64gb"}) {
    EXPECT_TRUE(find_device_preset(shipped, id)) << id;
  }
}

}  // namespace shipped_presets_test
}  // namespace llmcalc::io
