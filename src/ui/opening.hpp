#pragma once
// What opens over the window.

#include <cstddef>
#include <cstdint>
#include <optional>

namespace llmcalc::ui {

/// Everything that opens over the window.
enum class Dialogue : std::uint8_t {
  Models,     ///< the chooser of the scenario's model
  Devices,    ///< the chooser of its devices
  Slot,       ///< the chooser of another model, such as a draft model
  Palette,    ///< every action by its name
  OpenFile,   ///< a path to type
  Preview,    ///< what was parsed of a model
  Export,     ///< files and texts to take away
  Scenarios,  ///< named scenarios
  Check,      ///< a log against the prediction
  Help,
  About
};

/// What is to open in this frame; nothing mostly.
struct Opening {
  std::optional<Dialogue> dialogue;
  std::size_t slot = 0;  ///< which one, of Dialogue::Slot

  /// True, once, when this is to open.
  bool take(Dialogue which) {
    if (dialogue != which) return false;
    dialogue.reset();
    return true;
  }
};

}  // namespace llmcalc::ui
