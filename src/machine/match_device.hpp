#pragma once
// Which preset a found GPU is, and the device a scenario then gets.

#include "formats/device_preset.hpp"
#include "machine/machine.hpp"

#include <llmcalc/scenario/device.hpp>

#include <span>

namespace llmcalc::machine {

/// The preset that has the GPU's name and, within a tenth, its memory; null when none does.
const formats::DevicePreset* match_device(const FoundGpu& gpu, std::span<const formats::DevicePreset> presets);

/// The device for a scenario: the preset's figures with the memory that was found; without a preset only name and
/// memory are known.
Device as_device(const FoundGpu& gpu, const formats::DevicePreset* preset);

}  // namespace llmcalc::machine
