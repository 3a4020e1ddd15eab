#include "readers/device_preset.hpp"

#include "host/limits.hpp"
#include "host/preset_folders.hpp"
#include "host/text_file.hpp"
#include "readers/preset_json.hpp"

#include <llmcalc/base/enum_table.hpp>

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace llmcalc::io {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Bounds that only catch wrong units: a device has 1 MiB to 1 PiB, up to 1 EB/s, 1e21 operations per second, 1 MW.
constexpr Count least_memory = Count{1} << 20;
constexpr Count most_memory = Count{1} << 50;
constexpr double least_rate = 1e9;
constexpr double most_bandwidth = 1e18;
constexpr double most_operations = 1e21;
constexpr double most_power = 1e6;

/// The maker by the name written in the preset; anybody else is Other.
Vendor vendor_named(std::string_view name) {
  for (const auto& row : vendors) {
    if (row.label == name) return row.id;
  }
  return name == "AWS" ? Vendor::Amazon : Vendor::Other;
}

/// A rate, or 0 when the preset gives none.
void rate(PresetObject& from, std::string_view key, double& into, double most) {
  from.number(key, into, least_rate, most);
}

/// Checks an object inside the device and hands it to `read`.
template <class Read>
void nested(PresetObject& parent, std::string_view key, Issues& issues, const Read& read) {
  const json* value = parent.find(key);
  if (!value) return;
  if (!value->is_object()) return parent.issue(key, "must be an object");
  PresetObject inner(*value, parent.place(key), issues);
  read(inner);
  inner.report_unknown_keys();
}

void read_memory(PresetObject& from, DevicePreset& preset) {
  Device& device = preset.device;
  from.count("memory_bytes", device.memory.count, least_memory, most_memory);
  from.count("memory_reported_bytes", device.reported.count, least_memory, most_memory);
  from.flag("memory_reported_verified", preset.reported_verified);
  from.text("memory_reported_source", preset.reported_source);
  from.count("memory_cuda_bytes", device.cuda_total.count, least_memory, most_memory);
  from.text("memory_cuda_source", preset.cuda_source);
  from.text("memory_type", preset.memory_type);
  from.flag("unified", device.unified);
  from.number("gpu_share", device.gpu_share, 0.1, 1.0);
  from.flag("gpu_share_verified", preset.gpu_share_verified);
  // A sixteenth of GDDR6 on NVIDIA's professional cards, which ship with it off (RTX A6000: 49,140 and 46,068 MiB);
  // the data centre's ship with it on, and the driver reports what is left.
  if (device.vendor == Vendor::Nvidia && device.device_class == "workstation" && preset.memory_type == "GDDR6")
    device.ecc_cost = scale(device.memory, 1, 16);
  if (device.reported.count > device.memory.count && device.memory.count != 0)
    from.issue("memory_reported_bytes", "is more than memory_bytes");
  if (device.cuda_total > device.whole() && device.memory.count != 0)
    from.issue("memory_cuda_bytes", "is more than the driver reports");
}

void read_rates(PresetObject& from, DevicePreset& preset, Issues& issues) {
  Device& device = preset.device;
  rate(from, "bandwidth_bytes_per_second", device.bandwidth, most_bandwidth);
  nested(from, "flops", issues, [&](PresetObject& flops) {
    rate(flops, "fp16", device.operations.fp16, most_operations);
    rate(flops, "bf16", device.operations.bf16, most_operations);
    rate(flops, "fp8", device.operations.fp8, most_operations);
    rate(flops, "int8", device.operations.int8, most_operations);
    rate(flops, "fp4", device.operations.fp4, most_operations);
  });
  from.text("flops_basis", preset.operations_basis);
  nested(from, "interconnect", issues, [&](PresetObject& link) {
    link.text("kind", device.link, true);
    rate(link, "bytes_per_second", device.link_bandwidth, most_bandwidth);
    link.count("devices", device.link_devices, 2, 4096);
  });
  from.number("power_watts", device.power, 1, most_power);
  nested(from, "price_usd_per_hour", issues, [&](PresetObject& price) {
    price.number("low", preset.price_low, 0, 1e6);
    price.number("high", preset.price_high, 0, 1e6);
    price.text("read", device.price_date, true);
    price.text("where", preset.price_where);
    if (preset.price_high < preset.price_low) price.issue("high", "is less than low");
  });
  nested(from, "price_usd", issues, [&](PresetObject& price) {
    price.number("launch", device.launch_price, 1, 1e6);
    price.text("date", preset.launch_date, true);
    price.text("where", preset.launch_where, true);
  });
  device.price_per_hour = preset.price_low;
}

void read_sources(PresetObject& from, DevicePreset& preset, const json& references) {
  std::vector<std::string> keys;
  from.texts("sources", keys, 1);
  for (const std::string& key : keys) {
    const auto found = references.find(key);
    if (found == references.end() || !found->is_string()) {
      from.issue("sources", "\"" + key + "\" is not among the file's sources");
    } else {
      preset.device.sources.push_back(found->get<std::string>());
    }
  }
  bool single = false;
  from.flag("single_source", single);
  from.flag("verified", preset.device.verified);
  if (preset.device.verified && single) from.issue("verified", "cannot be true with a single source");
  from.text("rests_on", preset.rests_on);
  from.text("notes", preset.device.notes);
}

/// Reads one device of a family; issues tell when it must be left out.
DevicePreset read_device(const json& object, const std::string& place, const json& references, Issues& issues) {
  PresetObject from(object, place, issues);
  DevicePreset preset;
  Device& device = preset.device;
  from.text("id", device.id, true);
  if (!device.id.empty() && !is_preset_id(device.id))
    from.issue("id", "must be lower case letters, digits, '.', '-', '_' or '+'");
  from.texts("aliases", preset.aliases, 0);
  from.text("name", device.name, true);
  std::string vendor;
  from.text("vendor", vendor, true);
  device.vendor = vendor_named(vendor);
  from.text("class", device.device_class, true);
  from.texts("driver_names", preset.driver_names, 0);
  read_memory(from, preset);
  read_rates(from, preset, issues);
  Count released = 0;
  from.count("released", released, 1990, 2100);
  device.released = static_cast<int>(released);
  read_sources(from, preset, references);
  from.report_unknown_keys();
  return preset;
}

/// The text's own mention of an id, in quotes as JSON writes it.
bool mentions(std::string_view text, std::string_view id) {
  return text.find('"' + std::string(id) + '"') != std::string_view::npos;
}

DeviceCatalogue parse_family(std::string_view text, const fs::path& file) {
  DeviceCatalogue catalogue;
  const auto parsed = parse_preset(text, shown(file));
  if (!parsed) {
    catalogue.issues = parsed.issues();
    return catalogue;
  }
  PresetObject top(*parsed, shown(file), catalogue.issues);
  std::string family;
  std::string units;
  top.text("family", family, true);
  top.text("units", units);
  const json* references = top.find("sources");
  const json* devices = top.find("devices");
  top.report_unknown_keys();
  if (!references || !references->is_object()) top.issue("sources", "must be an object of references");
  if (!devices || !devices->is_array()) top.issue("devices", "must be a list of devices");
  if (!catalogue.issues.empty()) return catalogue;
  for (std::size_t i = 0; i < devices->size(); ++i) {
    const std::string place = shown(file) + "/devices/" + std::to_string(i);
    const json& object = (*devices)[i];
    if (!object.is_object()) {
      catalogue.issues.push_back({place, "must be an object"});
      continue;
    }
    Issues issues;
    DevicePreset preset = read_device(object, place, *references, issues);
    if (issues.empty()) {
      preset.family = family;
      preset.file = file;
      catalogue.devices.push_back(std::move(preset));
    }
    catalogue.issues.insert(catalogue.issues.end(), issues.begin(), issues.end());
  }
  return catalogue;
}

}  // namespace

DeviceCatalogue read_device_family(const fs::path& file) {
  const auto text = read_text_file(file, most(Limit::PresetBytes));
  if (!text) return {{}, text.issues()};
  return parse_family(*text, file);
}

DeviceCatalogue read_device_catalogue(std::span<const fs::path> folders) {
  DeviceCatalogue all;
  std::unordered_map<std::string, std::size_t> position;
  for (const fs::path& folder : folders) {
    for (const fs::path& file : preset_files(folder / "devices", all.issues)) {
      DeviceCatalogue family = read_device_family(file);
      all.issues.insert(all.issues.end(), family.issues.begin(), family.issues.end());
      for (DevicePreset& preset : family.devices) {
        const auto [at, is_new] = position.try_emplace(preset.device.id, all.devices.size());
        if (is_new) {
          all.devices.push_back(std::move(preset));
        } else {
          all.devices[at->second] = std::move(preset);
        }
      }
    }
  }
  return all;
}

Result<DevicePreset> find_device_preset(std::span<const fs::path> folders, std::string_view id) {
  if (!is_preset_id(id)) return Issue{"/device", "is not the id of a preset"};
  Issues issues;
  // The last file that has the id wins; an id proper goes before an alias of the same name.
  std::vector<DevicePreset> by_alias;
  for (std::size_t i = folders.size(); i-- > 0;) {
    const auto files = preset_files(folders[i] / "devices", issues);
    for (std::size_t f = files.size(); f-- > 0;) {
      const auto text = read_text_file(files[f], most(Limit::PresetBytes));
      if (!text || !mentions(*text, id)) continue;
      DeviceCatalogue family = parse_family(*text, files[f]);
      for (DevicePreset& preset : family.devices) {
        if (preset.device.id == id) return std::move(preset);
        if (std::find(preset.aliases.begin(), preset.aliases.end(), id) != preset.aliases.end())
          by_alias.push_back(preset);
      }
      issues.insert(issues.end(), family.issues.begin(), family.issues.end());
    }
  }
  if (!by_alias.empty()) return std::move(by_alias.front());
  issues.insert(issues.begin(), Issue{"/device", "no preset is called \"" + std::string(id) + "\""});
  return issues;
}

namespace {

bool is_of(const Device& device, const DeviceKind& kind) {
  // Cards are sold in GB and have GiB; some accelerators really have GB.
  const bool as_large =
      device.memory == Bytes{kind.gigabytes << 30U} || device.memory == Bytes{kind.gigabytes * 1'000'000'000};
  return as_large && device.vendor == kind.vendor && device.device_class == kind.device_class && device.bandwidth > 0;
}

bool is_faster(const Device& a, const Device& b) {
  const auto rank = [](const Device& d) {
    return std::tuple(d.operations.bf16, d.bandwidth, d.link_bandwidth, d.released);
  };
  return rank(a) > rank(b);
}

}  // namespace

std::vector<DevicePtr> fastest_devices(std::span<const DevicePtr> devices, std::span<const DeviceKind> kinds) {
  std::vector<DevicePtr> found;
  for (const DeviceKind& kind : kinds) {
    DevicePtr best;
    for (const DevicePtr& device : devices) {
      if (is_of(*device, kind) && (!best || is_faster(*device, *best))) best = device;
    }
    if (best) found.push_back(std::move(best));
  }
  return found;
}

}  // namespace llmcalc::io
