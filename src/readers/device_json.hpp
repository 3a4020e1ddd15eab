#pragma once
// Devices of a scenario as JSON: a preset, a preset with other figures, or one described by its figures alone.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/device.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace llmcalc::io {

/// Keys that a device object may have beside id and count.
const std::vector<std::string>& device_figure_keys();

/// Changes the device's figures to those of the object; issues name what is wrong.
void read_device_figures(const nlohmann::json& object, const std::string& pointer, Device& device, Issues& issues);

/// {"id", "count"}, with every figure that was set by hand; a list when the set is unequal.
nlohmann::ordered_json devices_json(const DeviceSet& devices);

}  // namespace llmcalc::io
