#pragma once
// Which preset a found GPU is, and the device a scenario then gets.

#include "host/machine.hpp"
#include "readers/device_preset.hpp"
#include "readers/resolve.hpp"

#include <llmcalc/scenario/device.hpp>

#include <span>

namespace llmcalc::host {

/// The preset that has the GPU's name and, within a tenth, its memory; null when none does.
const io::DevicePreset* match_device(const FoundGpu& gpu, std::span<const io::DevicePreset> presets);

/// The device for a scenario: the preset's figures with the memory that was found; without a preset only name and
/// memory are known.
Device as_device(const FoundGpu& gpu, const io::DevicePreset* preset);

/// The machine as a scenario has it: its GPUs, equal ones together; those that share memory only when there is no
/// other, and none whose memory is unknown. Without a GPU: host memory only.
io::ThisComputer as_computer(const Machine& machine, std::span<const io::DevicePreset> presets);

}  // namespace llmcalc::host
