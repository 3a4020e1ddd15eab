#include "ui/command_line.hpp"

#include "readers/imports/import.hpp"
#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/model_slots.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <nlohmann/json.hpp>

#include <string_view>
#include <type_traits>
#include <vector>

namespace llmcalc::ui {
namespace {

/// Text of a setting as its flag takes it; "" when it has none.
std::string flag_value(const Field& field, const Scenario& s) {
  return std::visit(
      [&](const auto& access) -> std::string {
        using A = std::decay_t<decltype(access)>;
        if constexpr (std::is_same_v<A, ChoiceAccess>) {
          return std::string(access.row(access.get(s)).key);
        } else if constexpr (std::is_same_v<A, CodedAccess> || std::is_same_v<A, Access<std::string>>) {
          return access.get(s);
        } else if constexpr (std::is_same_v<A, Access<Count>>) {
          return std::to_string(access.get(s));
        } else if constexpr (std::is_same_v<A, Access<std::optional<Count>>>) {
          return access.get(s) ? std::to_string(*access.get(s)) : std::string{};
        } else if constexpr (std::is_same_v<A, Access<double>>) {
          return shortest(access.get(s));
        } else if constexpr (std::is_same_v<A, Access<bool>>) {
          return access.get(s) ? "true" : "false";
        } else {
          return {};
        }
      },
      field.access);
}

}  // namespace

std::string devices_word(const DeviceSet& devices) {
  std::string words;
  for (const DeviceGroup& group : devices.groups) {
    if (!group.device) continue;
    const Device& device = *group.device;
    const bool by_memory = device.id.empty() && device.adjusted == std::vector<std::string>{"memory_bytes"};
    if (!device.adjusted.empty() && !by_memory) return io::shell_word(io::compact(io::devices_json(devices)));
    words +=
        (words.empty() ? "" : ",") + (device.id.empty() ? std::to_string(device.whole().count) + "B" : device.id);
    if (group.count != 1 && device.id != host_only_id) words += ":" + std::to_string(group.count);
  }
  return io::shell_word(words);
}

std::string command_line(const Scenario& scenario) {
  const UsualDefaults defaults{};
  const nlohmann::ordered_json written = io::write_scenario(scenario, io::Written::Changed);
  std::string line = "llmcalc estimate";
  const auto give = [&](std::string_view flag, std::string_view word) {
    line.append(" ").append(flag).append(" ").append(word);
  };
  for (const Field& field : fields) {
    const bool model = field.path == "model" || find_model_slot(field.path) != nullptr;
    if (model && written.contains(nlohmann::ordered_json::json_pointer(field.pointer()))) {
      // What has no id is written as it is in JSON.
      const auto& named = written.at(nlohmann::ordered_json::json_pointer(field.pointer()));
      give(field.flag, io::shell_word(named.is_string() ? named.get<std::string>() : io::compact(named)));
    }
    if (field.kind() == FieldKind::External) continue;
    // What the engine reads may count where it seems to have no effect: llama.cpp changes its layout at any override.
    const bool counts = field.read != nullptr ? field.read(field, scenario) : field.matters(scenario);
    // The engine is always named: weights alone may ask for another, and engines differ in their context.
    const bool always = field.path == "serving.runtime" || field.path == "serving.context";
    if (!counts || (!always && defaults.has(field, scenario))) continue;
    const std::string value = flag_value(field, scenario);
    if (!value.empty()) give(field.flag, io::shell_word(value));
  }
  if (const std::string devices = devices_word(scenario.devices); !scenario.devices.groups.empty())
    give("--device", devices);
  return line;
}

}  // namespace llmcalc::ui
