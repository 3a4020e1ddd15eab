#include "ui/command_line.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/model_slots.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <type_traits>

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

std::string command_line(const Scenario& scenario) {
  const UsualDefaults defaults{};
  std::string line = "llmcalc estimate";
  if (scenario.model) line += " --model " + scenario.model->id;
  for (const Field& field : fields) {
    if (!field.matters(scenario)) continue;
    if (const ModelSlot* slot = find_model_slot(field.path)) {
      if (const ModelPtr& model = slot->model.get(scenario)) {
        line.append(" ").append(field.flag).append(" ").append(model->id);
      }
    }
    if (field.kind() == FieldKind::External) continue;
    if (defaults.has(field, scenario) && field.path != "serving.context") continue;
    if (const std::string value = flag_value(field, scenario); !value.empty()) {
      line.append(" ").append(field.flag).append(" ").append(value);
    }
  }
  for (const DeviceGroup& group : scenario.devices.groups) {
    if (!group.device) continue;
    line += " --device " + group.device->id;
    if (group.count != 1 && group.device->id != host_only_id) line += ":" + std::to_string(group.count);
  }
  return line;
}

}  // namespace llmcalc::ui
