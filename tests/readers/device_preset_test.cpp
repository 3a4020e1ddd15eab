#include "readers/device_preset.hpp"

#include "support/temp_folder.hpp"

#include <llmcalc/base/units.hpp>

#include <gtest/gtest.h>

#include <string>

namespace llmcalc::io {
namespace device_preset_test {

using tests::TempFolder;

/// A device object; `more` are further members, each ending in a comma.
std::string device_text(const std::string& id, const std::string& more = {}) {
  return R"({"id": ")" + id + R"(", "name": "Card", "vendor": "NVIDIA", "class": "consumer",)" + more +
         R"("sources": ["A"]})";
}

std::string family_text(const std::string& devices) {
  return R"({"family": "Cards", "sources": {"A": "a data sheet"}, "devices": [)" + devices + "]}";
}

DeviceCatalogue read(const std::string& text) {
  const TempFolder folder;
  return read_device_family(folder.write("cards.json", text));
}

/// The one issue of a family holding this one device.
Issue only_issue(const std::string& device) {
  const auto catalogue = read(family_text(device));
  EXPECT_TRUE(catalogue.devices.empty());
  EXPECT_EQ(catalogue.issues.size(), 1U);
  return catalogue.issues.empty() ? Issue{} : catalogue.issues.front();
}

TEST(DevicePreset, IsReadInFull) {
  const auto catalogue = read(family_text(device_text("card-8gb", R"("aliases": ["card"], "memory_bytes": 8589934592,
      "memory_reported_bytes": 8585740288, "bandwidth_bytes_per_second": 448000000000, "flops": {"fp16": 50000000000000},
      "interconnect": {"kind": "PCIe 4.0 x16", "bytes_per_second": 64000000000}, "power_watts": 200, "released": 2023,
      "price_usd_per_hour": {"low": 0.2, "high": 0.4, "read": "2026-10"},
      "price_usd": {"launch": 999, "date": "2024-05", "where": "a paper"}, "single_source": false, "verified": true,)")));
  ASSERT_TRUE(catalogue.issues.empty()) << catalogue.issues[0].where << catalogue.issues[0].what;
  const DevicePreset& preset = catalogue.devices.at(0);
  EXPECT_EQ(preset.device.memory, 8_GiB);
  EXPECT_EQ(preset.device.reported, 8188_MiB);
  EXPECT_EQ(preset.device.addressable(), 8188_MiB);
  EXPECT_DOUBLE_EQ(preset.device.operations.fp16, 50e12);
  EXPECT_DOUBLE_EQ(preset.device.link_bandwidth, 64e9);
  EXPECT_DOUBLE_EQ(preset.device.price_per_hour, 0.2);
  EXPECT_DOUBLE_EQ(preset.price_high, 0.4);
  EXPECT_DOUBLE_EQ(preset.device.launch_price, 999);
  EXPECT_EQ(preset.launch_date, "2024-05");
  EXPECT_EQ(preset.device.sources, std::vector<std::string>{"a data sheet"});
  EXPECT_EQ(preset.family, "Cards");
}

TEST(DevicePreset, ThatIsBrokenLeavesTheOthersOfItsFile) {
  const auto catalogue =
      read(family_text(device_text("good") + "," + device_text("bad", R"("memory_bytes": "8 GB",)")));
  ASSERT_EQ(catalogue.devices.size(), 1U);
  EXPECT_EQ(catalogue.devices[0].device.id, "good");
  ASSERT_EQ(catalogue.issues.size(), 1U);
  EXPECT_NE(catalogue.issues[0].where.find("cards.json/devices/1/memory_bytes"), std::string::npos)
      << catalogue.issues[0].where;
  EXPECT_EQ(catalogue.issues[0].what, "must be a whole number, got \"8 GB\"");
}

TEST(DevicePreset, InWrongUnitsIsRefused) {
  EXPECT_NE(only_issue(device_text("x", R"("memory_bytes": 24,)")).what.find("must be from 1048576"),
            std::string::npos);
  EXPECT_NE(only_issue(device_text("x", R"("bandwidth_bytes_per_second": 1008,)")).what.find("must be from"),
            std::string::npos);
  EXPECT_NE(only_issue(device_text("x", R"("flops": {"bf16": 165.2},)")).where.find("/flops/bf16"),
            std::string::npos);
}

TEST(DevicePreset, WithAMisspeltKeyIsRefused) {
  EXPECT_NE(only_issue(device_text("x", R"("bandwith": 1,)")).where.find("/bandwith"), std::string::npos);
}

TEST(DevicePreset, CannotBeVerifiedOnASingleSource) {
  EXPECT_NE(only_issue(device_text("x", R"("single_source": true, "verified": true,)")).where.find("/verified"),
            std::string::npos);
}

TEST(DevicePreset, NamesOnlySourcesOfItsFile) {
  const std::string text =
      R"({"id": "x", "name": "Card", "vendor": "NVIDIA", "class": "consumer", "sources": ["B"]})";
  EXPECT_NE(only_issue(text).what.find("\"B\""), std::string::npos);
}

TEST(DevicePreset, ReportsMoreMemoryThanItHasIsRefused) {
  const Issue issue =
      only_issue(device_text("x", R"("memory_bytes": 8589934592, "memory_reported_bytes": 9589934592,)"));
  EXPECT_NE(issue.where.find("/memory_reported_bytes"), std::string::npos);
}

TEST(DevicePreset, WhatCudaSeesIsNoMoreThanTheDriverReports) {
  const Issue issue = only_issue(device_text(
      "x", R"("memory_bytes": 8589934592, "memory_reported_bytes": 8589934592, "memory_cuda_bytes": 9589934592,)"));
  EXPECT_NE(issue.where.find("/memory_cuda_bytes"), std::string::npos);
}

TEST(DevicePreset, OfALaterFolderReplacesOneOfTheSameId) {
  const TempFolder first;
  const TempFolder second;
  first.write("devices/a.json", family_text(device_text("one") + "," + device_text("two")));
  second.write("devices/z.json", family_text(device_text("one", R"("released": 2026,)")));
  const std::vector folders{first.path(), second.path()};
  const auto catalogue = read_device_catalogue(folders);
  ASSERT_EQ(catalogue.devices.size(), 2U);
  EXPECT_EQ(catalogue.devices[0].device.released, 2026);
  EXPECT_EQ(find_device_preset(folders, "one")->device.released, 2026);
}

TEST(DevicePreset, IsFoundByItsAliasUnlessTheIdIsTaken) {
  const TempFolder folder;
  folder.write("devices/a.json",
               family_text(device_text("card-8gb", R"("aliases": ["card", "other"],)") + "," + device_text("other")));
  const std::vector folders{folder.path()};
  EXPECT_EQ(find_device_preset(folders, "card")->device.id, "card-8gb");
  EXPECT_EQ(find_device_preset(folders, "other")->device.id, "other");
  EXPECT_FALSE(find_device_preset(folders, "cards"));
}

}  // namespace device_preset_test
}  // namespace llmcalc::io
