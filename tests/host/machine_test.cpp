#include "host/machine.hpp"

#include "host/machine_parts.hpp"
#include "host/memory_modules.hpp"
#include "readers/device_preset.hpp"
#include "readers/match_device.hpp"
#include "support/temp_folder.hpp"

#include <llmcalc/base/units.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>

namespace llmcalc::host {
namespace machine_test {

using tests::TempFolder;

constexpr HostMemory host{64_GiB, 50_GiB};

// A driver with one card of its own memory and one that shares the computer's.
int ok() { return 0; }
int failed() { return 9; }
int two(unsigned int* count) {
  *count = 2;
  return 0;
}
int far_too_many(unsigned int* count) {
  *count = std::numeric_limits<unsigned int>::max();
  return 0;
}
int by_index(unsigned int i, NvmlDevice* device) {
  static int handles[2];
  if (i > 1) return 6;
  *device = &handles[i];
  return 0;
}
NvmlDevice second() {
  NvmlDevice device = nullptr;
  by_index(1, &device);
  return device;
}
int name(NvmlDevice device, char* into, unsigned int size) {
  std::snprintf(into, size, "%s", device == second() ? "NVIDIA GB10" : "NVIDIA GeForce RTX 4090");
  return 0;
}
int memory(NvmlDevice device, NvmlMemory* into) {
  if (device == second()) return 3;
  *into = {(24564_MiB).count, (20_GiB).count, 0};
  return 0;
}

TEST(Nvml, ReportsCardsAndSharedMemory) {
  const auto gpus = nvidia_gpus({ok, ok, two, by_index, name, memory}, host);
  ASSERT_EQ(gpus.size(), 2U);
  EXPECT_EQ(gpus[0].name, "NVIDIA GeForce RTX 4090");
  EXPECT_EQ(gpus[0].total, 24564_MiB);
  EXPECT_EQ(gpus[0].free, 20_GiB);
  EXPECT_FALSE(gpus[0].unified);
  EXPECT_TRUE(gpus[1].unified);
  EXPECT_EQ(gpus[1].total, 64_GiB);
  EXPECT_EQ(gpus[1].free, 50_GiB);
}

TEST(Nvml, ThatDoesNotStartHasNoGpus) {
  EXPECT_TRUE(nvidia_gpus({failed, ok, two, by_index, name, memory}, host).empty());
}

TEST(Nvml, WithAnAbsurdCountEnds) {
  EXPECT_EQ(nvidia_gpus({ok, ok, far_too_many, by_index, name, memory}, host).size(), 2U);
}

TEST(HostMemory, IsReadFromMeminfo) {
  const HostMemory memory =
      parse_meminfo("MemTotal:       65536000 kB\nMemFree:  1 kB\nMemAvailable:   32768000 kB\n");
  EXPECT_EQ(memory.total.count, 67'108'864'000U);
  EXPECT_EQ(memory.available.count, 33'554'432'000U);
}

TEST(HostMemory, OfBrokenTextIsUnknown) {
  for (const char* text : {"", "MemTotal:", "MemTotal: x kB\n", "MemTotal: 99999999999999999999 kB", "\n\n\n"}) {
    EXPECT_EQ(parse_meminfo(text).total.count, 0U) << text;
  }
}

TEST(SysfsGpus, ReadsACardOfAmd) {
  const TempFolder root;
  const std::string card = "sys/class/drm/card1/device/";
  root.write(card + "vendor", "0x1002\n");
  root.write(card + "device", "0x744c\n");
  root.write(card + "revision", "0xc8\n");
  root.write(card + "mem_info_vram_total", "25753026560\n");
  root.write(card + "mem_info_vram_used", "1073741824\n");
  root.write(card + "mem_info_vram_vendor", "samsung\n");
  root.write(card + "mem_info_gtt_total", "33554432000\n");
  root.write("sys/class/drm/card1-DP-1/device/vendor", "0x1002\n");
  root.write("share/libdrm/amdgpu.ids", "# names\n744C,\tC4,\tother\n744C,\tC8,\tAMD Radeon RX 7900 XTX\n");
  const auto gpus = sysfs_gpus(root.path() / "sys", root.path() / "share");
  ASSERT_EQ(gpus.size(), 1U);
  EXPECT_EQ(gpus[0].name, "AMD Radeon RX 7900 XTX");
  EXPECT_EQ(gpus[0].vendor, Vendor::Amd);
  EXPECT_EQ(gpus[0].total.count, 25753026560U);
  EXPECT_EQ(gpus[0].free, Bytes{25753026560U} - 1_GiB);
  EXPECT_FALSE(gpus[0].unified);
}

TEST(SysfsGpus, AddsWhatAnApuMayMap) {
  const TempFolder root;
  const std::string card = "class/drm/card0/device/";
  root.write(card + "vendor", "0x1002\n");
  root.write(card + "device", "0x1586\n");
  root.write(card + "mem_info_vram_total", std::to_string((512_MiB).count));
  root.write(card + "mem_info_gtt_total", std::to_string((62_GiB).count));
  const auto gpus = sysfs_gpus(root.path(), root.path() / "none");
  ASSERT_EQ(gpus.size(), 1U);
  EXPECT_TRUE(gpus[0].unified);
  EXPECT_EQ(gpus[0].total, 62_GiB + 512_MiB);
  EXPECT_EQ(gpus[0].name, "AMD GPU 1586");
}

TEST(SysfsGpus, ReadsIntelCardsOfBothDrivers) {
  const TempFolder root;
  root.write("class/drm/card0/device/vendor", "0x8086\n");
  root.write("class/drm/card0/device/device", "0x56a0\n");
  root.write("class/drm/card0/lmem_total_bytes", "17095983104\n");
  root.write("class/drm/card1/device/vendor", "0x8086\n");
  root.write("class/drm/card1/device/device", "0xe20b\n");
  root.write("class/drm/card1/device/tile0/physical_vram_size_bytes", "0x2fa000000\n");
  root.write("class/drm/card2/device/vendor", "0x8086\n");  // shares memory: nothing to say
  root.write("share/misc/pci.ids",
             "1002  AMD\n\t56a0  wrong\n8086  Intel Corporation\n\t56a0  DG2 [Arc A770]\nffff  End\n");
  const auto gpus = sysfs_gpus(root.path(), root.path() / "share");
  ASSERT_EQ(gpus.size(), 2U);
  EXPECT_EQ(gpus[0].name, "DG2 [Arc A770]");
  EXPECT_EQ(gpus[0].total.count, 17095983104U);
  EXPECT_EQ(gpus[1].total.count, 0x2fa000000U);
}

TEST(SysfsGpus, WithHostileFilesAreSilent) {
  const TempFolder root;
  root.write("class/drm/card0/device/vendor", std::string(100'000, 'x'));
  root.write("class/drm/card1/device/vendor", "0x1002");
  root.write("class/drm/card1/device/mem_info_vram_total", "-1");
  std::filesystem::create_directories(root.path() / "class/drm/card2");
  std::filesystem::create_symlink("device", root.path() / "class/drm/card2/device");
  EXPECT_TRUE(sysfs_gpus(root.path(), root.path()).empty());
  EXPECT_TRUE(sysfs_gpus(root.path() / "missing", root.path()).empty());
}

TEST(Machine, WithoutAnythingIsSilent) {
  const TempFolder root;
  const Machine machine = look_at_this_machine({root.path(), root.path(), root.path(), root.path(), false});
  EXPECT_TRUE(machine.gpus.empty());
}

TEST(Machine, HasMemory) { EXPECT_GT(look_at_this_machine().memory.total, 64_MiB); }

/// The id of the preset that a driver's name and memory belong to, "" for none.
std::string matched(const std::string& driver_name, Vendor vendor, Bytes total, bool unified = false) {
  static const auto catalogue =
      io::read_device_catalogue(std::vector{std::filesystem::path(LLMCALC_SOURCE_DIR) / "presets"});
  FoundGpu gpu;
  gpu.name = driver_name;
  gpu.vendor = vendor;
  gpu.total = total;
  gpu.unified = unified;
  const auto* preset = match_device(gpu, catalogue.devices);
  return preset ? preset->device.id : "";
}

TEST(MatchDevice, FindsThePresetOfADriversName) {
  EXPECT_EQ(matched("NVIDIA GeForce RTX 4090", Vendor::Nvidia, 24564_MiB), "rtx-4090");
  EXPECT_EQ(matched("NVIDIA GeForce RTX 4090 Laptop GPU", Vendor::Nvidia, 16376_MiB), "rtx-4090-laptop");
  EXPECT_EQ(matched("NVIDIA GeForce RTX 4070 Ti SUPER", Vendor::Nvidia, 16376_MiB), "rtx-4070-ti-super");
  EXPECT_EQ(matched("NVIDIA H100 80GB HBM3", Vendor::Nvidia, 81559_MiB), "h100-sxm-80gb");
  EXPECT_EQ(matched("NVIDIA H100 PCIe", Vendor::Nvidia, 81559_MiB), "h100-pcie-80gb");
  EXPECT_EQ(matched("NVIDIA A100-SXM4-40GB", Vendor::Nvidia, 40960_MiB), "a100-sxm-40gb");
  EXPECT_EQ(matched("NVIDIA A100-SXM4-80GB", Vendor::Nvidia, 81920_MiB), "a100-sxm-80gb");
  EXPECT_EQ(matched("Tesla T4", Vendor::Nvidia, 15360_MiB), "t4");
  EXPECT_EQ(matched("NVIDIA L40S", Vendor::Nvidia, 46068_MiB), "l40s");
  EXPECT_EQ(matched("NVIDIA RTX A6000", Vendor::Nvidia, 49140_MiB), "rtx-a6000");
  EXPECT_EQ(matched("AMD Radeon RX 7900 XTX", Vendor::Amd, 24560_MiB), "radeon-rx-7900-xtx");
  EXPECT_EQ(matched("AMD Instinct MI300X", Vendor::Amd, 192_GiB), "mi300x");
  EXPECT_EQ(matched("NVIDIA GB10", Vendor::Nvidia, 119_GiB, true), "dgx-spark");
}

TEST(MatchDevice, TellsVariantsApartByTheirMemory) {
  EXPECT_EQ(matched("NVIDIA GeForce RTX 4060 Ti", Vendor::Nvidia, 8188_MiB), "rtx-4060-ti-8gb");
  EXPECT_EQ(matched("NVIDIA GeForce RTX 4060 Ti", Vendor::Nvidia, 16380_MiB), "rtx-4060-ti-16gb");
  EXPECT_EQ(matched("Apple M4 Max", Vendor::Apple, 64_GiB, true), "m4-max-64gb");
  EXPECT_EQ(matched("Apple M4 Max", Vendor::Apple, 128_GiB, true), "m4-max-128gb");
}

TEST(MatchDevice, GuessesNothing) {
  EXPECT_EQ(matched("NVIDIA GeForce RTX 3060", Vendor::Nvidia, 8192_MiB), "");  // another card of that name
  EXPECT_EQ(matched("NVIDIA GeForce RTX 9999", Vendor::Nvidia, 24564_MiB), "");
  EXPECT_EQ(matched("", Vendor::Nvidia, 24564_MiB), "");
  EXPECT_EQ(matched("NVIDIA GeForce RTX 4090", Vendor::Amd, 24564_MiB), "");
}

TEST(AsDevice, TakesTheMemoryThatWasFound) {
  FoundGpu gpu;
  gpu.name = "Some Card";
  gpu.vendor = Vendor::Nvidia;
  gpu.total = 10_GiB;
  const Device unknown = as_device(gpu, nullptr);
  EXPECT_EQ(unknown.addressable(), 10_GiB);
  EXPECT_FALSE(unknown.verified);
  io::DevicePreset preset;
  preset.device.id = "card";
  preset.device.memory = 12_GiB;
  preset.device.bandwidth = 1e12;
  EXPECT_EQ(as_device(gpu, &preset).addressable(), 10_GiB);
  EXPECT_EQ(as_device(gpu, &preset).id, "card");
}

FoundGpu found(std::string name, Bytes total) {
  FoundGpu gpu;
  gpu.name = std::move(name);
  gpu.vendor = Vendor::Nvidia;
  gpu.total = total;
  return gpu;
}

TEST(ThisComputer, HasItsCardsEqualOnesTogether) {
  Machine machine{{found("A", 24_GiB), found("A", 24_GiB), found("B", 12_GiB)}, {64_GiB, 50_GiB}};
  FoundGpu shares = found("C", 32_GiB);
  shares.unified = true;
  machine.gpus.push_back(shares);
  const io::ThisComputer here = as_computer(machine, {});
  ASSERT_EQ(here.devices.groups.size(), 2U);
  EXPECT_EQ(here.devices.groups[0].count, 2U);
  EXPECT_EQ(here.devices.groups[1].count, 1U);
  EXPECT_EQ(here.memory_bytes, (64_GiB).count);
}

TEST(ThisComputer, WithoutACardIsItsMemoryAlone) {
  const io::ThisComputer here = as_computer({{found("no memory known", {})}, {64_GiB, 50_GiB}}, {});
  EXPECT_EQ(here.devices.count(), 0U);
  ASSERT_EQ(here.devices.groups.size(), 1U);
  EXPECT_EQ(here.memory_bytes, (64_GiB).count);
}

TEST(ThisComputer, CountsSharedMemoryWithItsGpu) {
  FoundGpu shares = found("C", 32_GiB);
  shares.unified = true;
  const io::ThisComputer here = as_computer({{shares}, {32_GiB, 20_GiB}}, {});
  EXPECT_EQ(here.devices.count(), 1U);
  EXPECT_FALSE(here.memory_bytes.has_value());
}

// The record as systemd writes it, some lines of it.
std::string module(int index, const char* locator, const char* bank, const char* width, const char* speed) {
  const std::string key = "E:MEMORY_DEVICE_" + std::to_string(index) + "_";
  return key + "DATA_WIDTH=" + width + "\n" + key + "SIZE=17179869184\n" + key + "LOCATOR=" + locator + "\n" + key +
         "BANK_LOCATOR=" + bank + "\n" + key + "TYPE=DDR5\n" + key + "SPEED_MTS=5600\n" + key +
         "CONFIGURED_SPEED_MTS=" + speed + "\n";
}

TEST(MemoryModules, ChannelsFollowTheBoardsLabels) {
  // Four modules, two a channel: two channels; the slowest module sets the speed.
  const std::string two_each = "S:disk\n" + module(0, "Controller0-ChannelA-DIMM0", "BANK 0", "64", "5600") +
                               module(1, "Controller0-ChannelA-DIMM1", "BANK 0", "64", "5600") +
                               module(2, "Controller1-ChannelA-DIMM0", "BANK 0", "64", "4800") +
                               module(3, "Controller1-ChannelA-DIMM1", "BANK 0", "64", "5600");
  EXPECT_EQ(parse_memory_modules(two_each).bandwidth, 2 * 8 * 4800e6);
  EXPECT_EQ(parse_memory_modules(two_each).description, "DDR5-4800, 2 channels");
  std::string server;
  for (int i = 0; i < 8; ++i)
    server += module(i, "DIMM 0", ("P0 CHANNEL " + std::string(1, static_cast<char>('A' + i))).c_str(), "64", "4800");
  EXPECT_EQ(parse_memory_modules(server).bandwidth, 8 * 8 * 4800e6);
  // Soldered: devices of 32 bits.
  std::string laptop;
  for (int i = 0; i < 4; ++i)
    laptop +=
        module(i, "onboard", ("P0 CHANNEL " + std::string(1, static_cast<char>('A' + i))).c_str(), "32", "7500");
  EXPECT_EQ(parse_memory_modules(laptop).bandwidth, 128 / 8 * 7500e6);
}

TEST(MemoryModules, WithoutLabelsADesktopHasTwoChannels) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += module(i, "DIMM", "", "64", "3200");
  EXPECT_EQ(parse_memory_modules(text).bandwidth, 2 * 8 * 3200e6);
  EXPECT_EQ(parse_memory_modules(module(0, "DIMM", "", "64", "3200")).bandwidth, 8 * 3200e6);
}

TEST(MemoryModules, WhatIsMissingOrWrongIsUnknown) {
  EXPECT_EQ(parse_memory_modules("").bandwidth, 0);
  EXPECT_EQ(parse_memory_modules("E:MEMORY_DEVICE_=\nE:MEMORY_DEVICE_0\nE:MEMORY_DEVICE_0_SPEED_MTS=x\n").bandwidth,
            0);
  EXPECT_EQ(parse_memory_modules("E:MEMORY_DEVICE_0_SPEED_MTS=99999999999999999999\n").bandwidth, 0);
  EXPECT_EQ(parse_memory_modules("E:MEMORY_DEVICE_0_PRESENT=0\nE:MEMORY_DEVICE_0_SPEED_MTS=3200\n").bandwidth, 0);
  TempFolder folder;
  EXPECT_EQ(read_memory_modules(folder.path()).bandwidth, 0);
}

TEST(MemoryModules, GiveThisComputerItsBandwidth) {
  Machine machine;
  machine.memory = host;
  machine.modules = parse_memory_modules(module(0, "A1", "", "64", "3200") + module(1, "B1", "", "64", "3200"));
  EXPECT_EQ(as_computer(machine, {}).memory_bandwidth, 2 * 8 * 3200e6);
  // A GPU that shares the memory and is no preset reads at its rate.
  machine.gpus = {{"a new GPU", Vendor::Amd, 32_GiB, {}, true, false}};
  EXPECT_EQ(as_computer(machine, {}).devices.groups.front().device->bandwidth, 2 * 8 * 3200e6);
}

}  // namespace machine_test
}  // namespace llmcalc::host
