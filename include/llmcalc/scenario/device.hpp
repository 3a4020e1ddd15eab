#pragma once
// Devices and sets of devices. Memory is whole bytes; bandwidth and operations are rates, for display and speed only.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc {

/// Who makes the device; decides driver overheads.
enum class Vendor : std::uint8_t { Nvidia, Amd, Intel, Apple, Google, Amazon, Other };
inline constexpr std::array<EnumRow<Vendor>, 7> vendors{{
    {Vendor::Nvidia, "nvidia", "NVIDIA"},
    {Vendor::Amd, "amd", "AMD"},
    {Vendor::Intel, "intel", "Intel"},
    {Vendor::Apple, "apple", "Apple"},
    {Vendor::Google, "google", "Google"},
    {Vendor::Amazon, "amazon", "Amazon"},
    {Vendor::Other, "other", "Other"},
}};
static_assert(indexed_by_id(vendors));
constexpr const auto& enum_table(Vendor) { return vendors; }

/// Dense operations per second by number format; 0: not published.
struct OperationRates {
  double fp16 = 0;
  double bf16 = 0;
  double fp8 = 0;
  double int8 = 0;
  double fp4 = 0;
  friend bool operator==(const OperationRates&, const OperationRates&) = default;
};

/// One kind of device.
struct Device {
  std::string id;                     ///< preset id; "" for one given by its memory
  std::vector<std::string> adjusted;  ///< figures set by hand, by their keys in JSON
  std::string name;
  Vendor vendor = Vendor::Nvidia;
  std::string device_class;   ///< "consumer", "datacenter", "workstation", "unified", ...
  Bytes memory;               ///< as marketed, in the vendor's unit
  Bytes reported;             ///< as the driver reports it; 0: unknown
  Bytes cuda_total;           ///< what CUDA tells a program on Linux (cudaMemGetInfo); 0: not read
  Bytes ecc_cost;             ///< what error correction takes when it is switched on; 0: nothing, or on already
  bool unified = false;       ///< processor and GPU share the memory
  double gpu_share = 1.0;     ///< unified memory: share the GPU may use by default (Apple's wired limit)
  double bandwidth = 0;       ///< bytes per second, theoretical peak
  OperationRates operations;  ///< per second
  std::string link;           ///< interconnect's name
  double link_bandwidth = 0;  ///< bytes per second, both directions together as marketed
  Count link_devices = 0;     ///< devices that it connects (72 of an NVL72); 0: those of a server
  double power = 0;           ///< watts
  int released = 0;           ///< year
  double price_per_hour = 0;  ///< US dollars, dated by `price_date`; 0: unknown
  std::string price_date;
  double launch_price = 0;  ///< US dollars that its maker asked for one when it was released; 0: not read
  bool verified = true;     ///< memory and bandwidth rest on at least two sources
  std::string notes;
  std::vector<std::string> sources;

  /// All of its memory: what the driver reports, else what is marketed.
  [[nodiscard]] Bytes whole() const { return reported.count != 0 ? reported : memory; }
  /// Memory a program can address; for unified memory the GPU's share of it.
  [[nodiscard]] Bytes addressable() const {
    if (!unified || gpu_share >= 1.0) return whole();
    return scale(whole(), static_cast<Count>(gpu_share * 10000.0 + 0.5), 10000);
  }
  /// The total that a CUDA program is told of, which torch and the servers take shares of. NVIDIA's driver keeps some
  /// of what it reports. Where that was not read it is taken for a fiftieth, at most 480 MiB: 0.24 to 0.25 of 8, 0.38
  /// of 16, 0.44 to 0.47 of 24, 0.48 of 32, 0.47 to 0.56 GiB of larger cards in out-of-memory texts and start-up logs.
  /// Memory given by hand is taken as it is.
  [[nodiscard]] Bytes visible_to_cuda() const {
    if (cuda_total.count != 0) return cuda_total;
    const Bytes all = addressable();
    if (vendor != Vendor::Nvidia || unified || reported.count == 0) return all;
    return all - min(scale(all, 1, 50), Bytes{Count{480} << 20});
  }
  friend bool operator==(const Device&, const Device&) = default;
};

/// Shared, immutable device.
using DevicePtr = std::shared_ptr<const Device>;

/// Some devices of one kind.
struct DeviceGroup {
  DevicePtr device;
  Count count = 1;
  /// Equal when they are as many of equal devices.
  friend bool operator==(const DeviceGroup& a, const DeviceGroup& b) {
    return a.count == b.count && (a.device == b.device || (a.device && b.device && *a.device == *b.device));
  }
};

/// The name of "no device": everything is in host memory.
inline constexpr std::string_view host_only_id = "cpu";
/// The name of the computer that the program runs on.
inline constexpr std::string_view this_computer_id = "here";

/// No device at all: everything is in host memory.
[[nodiscard]] inline DeviceGroup host_memory_only() {
  Device device;
  device.id = host_only_id;
  device.name = "Host memory only";
  device.vendor = Vendor::Other;
  device.device_class = "cpu";
  device.unified = true;
  return {std::make_shared<const Device>(std::move(device)), 0};
}

/// The devices a scenario runs on; several groups make an unequal set. No device at all (count 0) means host memory
/// only.
struct DeviceSet {
  std::vector<DeviceGroup> groups;

  /// Number of devices.
  [[nodiscard]] Count count() const {
    Count n = 0;
    for (const auto& group : groups) n = add(n, group.count);
    return n;
  }
  /// The i-th device, groups in order; null when there are fewer.
  [[nodiscard]] const Device* at(Count i) const {
    for (const auto& group : groups) {
      if (i < group.count) return group.device.get();
      i -= group.count;
    }
    return nullptr;
  }
  /// The same devices with error correction switched on, where that costs memory.
  [[nodiscard]] DeviceSet with_ecc() const {
    DeviceSet out = *this;
    for (DeviceGroup& group : out.groups) {
      if (!group.device || group.device->ecc_cost.count == 0) continue;
      Device device = *group.device;
      device.reported = (device.reported.count != 0 ? device.reported : device.memory) - device.ecc_cost;
      device.cuda_total = device.cuda_total - device.ecc_cost;
      group.device = std::make_shared<const Device>(std::move(device));
    }
    return out;
  }
  /// The device with the least addressable memory; null when there is none.
  [[nodiscard]] const Device* smallest() const {
    const Device* found = nullptr;
    for (const auto& group : groups) {
      if (group.count != 0 && group.device && (!found || group.device->addressable() < found->addressable())) {
        found = group.device.get();
      }
    }
    return found;
  }
  /// The one with the least memory among the first so many: those that a layout uses. All when there are fewer.
  [[nodiscard]] const Device* smallest_of(Count first) const {
    const Device* found = nullptr;
    for (const auto& group : groups) {
      if (first == 0) break;
      if (group.count == 0 || !group.device) continue;
      if (!found || group.device->addressable() < found->addressable()) found = group.device.get();
      first -= std::min(first, group.count);
    }
    return found;
  }
  friend bool operator==(const DeviceSet&, const DeviceSet&) = default;
};

}  // namespace llmcalc
