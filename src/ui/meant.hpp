#pragma once
// What a name means that is typed into a chooser, by the same lookup as the command line's: "2x 3090", "m4 max 64", a
// Hugging Face id or the address of its page.

#include "readers/resolve.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace llmcalc::ui {

/// A model that was meant.
struct MeantModel {
  std::string query;  ///< what was typed
  std::optional<ModelSource> source{};
  std::string weights{};  ///< weight format that the name states; "" when it states none
  std::string stem{};     ///< what was typed without the format behind it: "qwen3 235b" of "qwen3 235b fp8"
  std::string refusal{};  ///< why nothing was meant, and what to do; "" when the list of presets says enough
};
/// Looks the name up unless `meant` is of it already.
void look_up_model(const io::Resolver& resolver, std::string_view query, MeantModel& meant);

/// Devices that were meant.
struct MeantDevices {
  std::string query;
  std::optional<DeviceSet> devices{};
};
void look_up_devices(const io::Resolver& resolver, std::string_view query, MeantDevices& meant);

}  // namespace llmcalc::ui
