#pragma once
// How the names in a scenario become models and devices.

#include "readers/adapter_config.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <functional>
#include <optional>
#include <string_view>

namespace llmcalc::io {

/// The computer that the program runs on, as a scenario has it.
struct ThisComputer {
  DeviceSet devices;                  ///< its GPUs; host memory only when there are none
  std::optional<Count> memory_bytes;  ///< its RAM; nothing: unknown, or shared with its GPU
  double memory_bandwidth = 0;        ///< bytes per second of its RAM; 0: unknown
};

/// Looks up models and devices. Functions, so that tests and the window can put their own in place.
struct Resolver {
  std::function<Result<ModelPtr>(const ModelSource&)> model;
  std::function<Result<DevicePtr>(std::string_view id)> device;
  std::function<std::optional<AdapterConfig>(const ModelSource&)> adapter{};  ///< of a model file; may be empty
  /// What a name that is no preset's id means (readers/lookup.hpp); none: only ids are known.
  std::function<Result<ModelSource>(std::string_view name)> meant{};
  std::function<ThisComputer()> here = nullptr;  ///< null: the device "here" is unknown
};

/// Presets of this process, files, inline configurations and models set by hand. Answers are remembered, so that a
/// model named twice is the same object; presets are read from disk once per name.
Resolver default_resolver();

/// A device known only by its memory; taken for a CUDA card.
DevicePtr device_of_memory(Bytes memory);

}  // namespace llmcalc::io
