#pragma once
// Settings by any of their names: the label, our flag and path, and what engines and frameworks call them.

#include <llmcalc/scenario/field.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::ui {

/// How a setting was found, best first.
enum class FoundBy : std::uint8_t { Exactly, LabelBegins, OptionBegins, Value, LabelHas, HelpHas };

/// A setting that a search found.
struct SettingFound {
  const Field* field = nullptr;
  std::string name;  ///< the name that was found, as people type it: "-ngl of llama.cpp", "--context"
  FoundBy rank{};
  std::string_view label{};  ///< what the window calls it
  std::string_view place{};  ///< the control that shows it: the field's path, unless it moves the field indirectly
};

/// Settings with a name that the words begin, best first; none for an empty query.
[[nodiscard]] std::vector<SettingFound> search_settings(std::string_view query);

/// A setting's group as the window names it: "Inference".
[[nodiscard]] std::string_view group_name(const Field& field);

}  // namespace llmcalc::ui
