#pragma once
// Which settings a deed in the window has changed.

#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <string_view>
#include <vector>

namespace llmcalc::ui::test {

/// Settings in which two scenarios differ, the model and the devices among them.
inline std::vector<std::string_view> differences(const Scenario& a, const Scenario& b) {
  std::vector<std::string_view> paths;
  for (const Field& field : fields) {
    if (!same_setting(field, a, b)) paths.push_back(field.path);
  }
  if (a.model != b.model) paths.emplace_back("model");
  if (!(a.devices == b.devices)) paths.emplace_back("device");
  return paths;
}

}  // namespace llmcalc::ui::test
