#include "readers/device_json.hpp"

#include "readers/field_json.hpp"

#include <llmcalc/base/text.hpp>

#include <array>

namespace llmcalc::io {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr Count most_device_memory = Count{1} << 60;
constexpr std::size_t longest_name = 200;

/// A real figure of a device: its key, where it is kept, and the ends of what is no mistake of units. 0 is "not known".
struct Figure {
  const char* key;
  double& (*of)(Device&);
  double most;
  double least = 0;
};
constexpr std::array figures{
    Figure{"bandwidth_bytes_per_second", [](Device& d) -> double& { return d.bandwidth; }, 1e18, 1e3},
    Figure{"fp16_flops", [](Device& d) -> double& { return d.operations.fp16; }, 1e21, 1e3},
    Figure{"bf16_flops", [](Device& d) -> double& { return d.operations.bf16; }, 1e21, 1e3},
    Figure{"fp8_flops", [](Device& d) -> double& { return d.operations.fp8; }, 1e21, 1e3},
    Figure{"int8_flops", [](Device& d) -> double& { return d.operations.int8; }, 1e21, 1e3},
    Figure{"fp4_flops", [](Device& d) -> double& { return d.operations.fp4; }, 1e21, 1e3},
    Figure{"link_bytes_per_second", [](Device& d) -> double& { return d.link_bandwidth; }, 1e18, 1e3},
    Figure{"power_watts", [](Device& d) -> double& { return d.power; }, 1e6},
    Figure{"price_usd_per_hour", [](Device& d) -> double& { return d.price_per_hour; }, 1e6},
};

ordered_json group_json(const DeviceGroup& group) {
  Device device = *group.device;
  ordered_json out = ordered_json::object();
  if (!device.id.empty()) out["id"] = device.id;
  for (const std::string& key : device.adjusted) {
    if (key == "memory_bytes") out[key] = device.memory.count;
    if (key == "name") out[key] = device.name;
    for (const Figure& figure : figures) {
      if (key == figure.key) out[key] = figure.of(device);
    }
  }
  // A device found on this computer, or made by hand in a program.
  if (device.id.empty()) out["memory_bytes"] = device.memory.count;
  out["count"] = group.count;
  return out;
}

}  // namespace

const std::vector<std::string>& device_figure_keys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> all{"memory_bytes", "name"};
    for (const Figure& figure : figures) all.emplace_back(figure.key);
    return all;
  }();
  return keys;
}

void read_device_figures(const json& object, const std::string& pointer, Device& device, Issues& issues) {
  if (const auto found = object.find("memory_bytes"); found != object.end()) {
    const auto memory = whole_number(*found);
    if (memory && *memory != 0 && *memory <= most_device_memory) {
      device.memory = {*memory};
      device.reported = {0};
      device.cuda_total = {0};
      device.ecc_cost = {0};
      device.adjusted.emplace_back("memory_bytes");
    } else {
      issues.push_back({pointer + "/memory_bytes",
                        "must be a whole number from 1 to " + grouped(most_device_memory) + ", got " + got(*found)});
    }
  }
  if (const auto found = object.find("name"); found != object.end()) {
    if (found->is_string() && found->get_ref<const std::string&>().size() <= longest_name) {
      device.name = found->get<std::string>();
      device.adjusted.emplace_back("name");
    } else {
      issues.push_back({pointer + "/name",
                        "must be text of at most " + grouped(longest_name) + " characters, got " + got(*found)});
    }
  }
  for (const Figure& figure : figures) {
    const auto found = object.find(figure.key);
    if (found == object.end()) continue;
    const double value = found->is_number() ? found->get<double>() : -1;
    if (value == 0 || (value > 0 && value >= figure.least && value <= figure.most)) {
      figure.of(device) = value;
      device.adjusted.emplace_back(figure.key);
    } else {
      issues.push_back({pointer + "/" + figure.key,
                        "must be " + std::string(figure.least > 0 ? "0 (not known) or " : "") + "a number from " +
                            shortest(figure.least) + " to " + shortest(figure.most) + ", got " + got(*found)});
    }
  }
}

ordered_json devices_json(const DeviceSet& devices) {
  if (devices.groups.size() == 1) return group_json(devices.groups.front());
  ordered_json list = ordered_json::array();
  for (const DeviceGroup& group : devices.groups) list.push_back(group_json(group));
  return list;
}

}  // namespace llmcalc::io
