#pragma once
// Scenarios as JSON: command line, saved states, undo and golden cases all use this one form. Models set by hand are the
// object behind "custom"; a device is a preset, a preset with other figures, or one described by its figures alone.

#include "readers/resolve.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/device.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// What could be read, and everything that could not. Settings with an issue keep their default.
struct ReadScenario {
  Scenario scenario;
  Issues issues;
};

/// Reads a scenario and checks it (validate()); every problem is in `issues`. Reads all it can.
ReadScenario read_scenario_leniently(const nlohmann::json& document, const Resolver& resolver);

/// A scenario that can be evaluated, or every problem.
Result<Scenario> read_scenario(const nlohmann::json& document, const Resolver& resolver);

/// Text would silently become a JSON string: it goes through read_scenario_text().
Result<Scenario> read_scenario(const std::string& text, const Resolver& resolver) = delete;
Result<Scenario> read_scenario(std::string_view text, const Resolver& resolver) = delete;
Result<Scenario> read_scenario(const char* text, const Resolver& resolver) = delete;

/// The same from text.
Result<Scenario> read_scenario_text(std::string_view text, const Resolver& resolver);

/// Which settings are written.
enum class Written {
  All,     ///< every setting
  Changed  ///< model, device and what differs from the defaults
};

/// The scenario as JSON; read_scenario() gives the same scenario back.
nlohmann::ordered_json write_scenario(const Scenario& scenario, Written written = Written::All);

/// The default scenario: model and device by their preset ids.
Result<Scenario> default_scenario(const Resolver& resolver);

/// Reads the object's text; unknown keys and wrong types are issues. Ranges are model_from_numbers()' matter.
Result<CustomModel> read_custom(std::string_view text);

/// The source that names a model set by hand; only what differs from the defaults is written.
ModelSource custom_source(const CustomModel& model);

/// Keys that a device object may have beside id and count.
const std::vector<std::string>& device_figure_keys();

/// Changes the device's figures to those of the object; issues name what is wrong.
void read_device_figures(const nlohmann::json& object, const std::string& pointer, Device& device, Issues& issues);

/// {"id", "count"}, with every figure that was set by hand; a list when the set is unequal.
nlohmann::ordered_json devices_json(const DeviceSet& devices);

}  // namespace llmcalc::io
