#pragma once
// What can be chosen: models and devices of the presets, and what this computer has.

#include "host/machine.hpp"
#include "readers/device_preset.hpp"
#include "readers/local_models.hpp"
#include "readers/model_preset.hpp"
#include "readers/resolve.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/device.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::ui {

/// A model in the chooser.
struct ModelChoice {
  std::string id;  ///< preset id; "" for a file on this computer
  std::string name;
  std::string group;       ///< family, or where it was found
  std::string note;        ///< licence, or size on disk
  std::string released{};  ///< "2024-07"; "" unknown
  Count parameters = 0;
  std::filesystem::path path;  ///< file or folder on this computer
  std::string repository;      ///< name on Hugging Face
  std::string search;          ///< lower case, everything that a search looks at
};

/// A device in the chooser.
struct DeviceChoice {
  DevicePtr device;
  std::string group;
  std::string search;
};

/// Everything the choosers list.
struct Library {
  std::vector<std::filesystem::path> folders;
  std::vector<ModelChoice> models;    ///< of this computer first, then presets by family
  std::vector<DeviceChoice> devices;  ///< of this computer first, then presets by family
  std::size_t local_models = 0;       ///< how many of `models` are on this computer
  std::size_t local_devices = 0;
  Issues issues;                         ///< broken preset files
  std::optional<io::ThisComputer> here;  ///< once this computer was looked at
  host::Machine machine;                 ///< as it was found then
  std::vector<host::LocalModel> on_disk;
};

/// The presets of these folders.
Library read_library(std::vector<std::filesystem::path> folders);

/// What was found on this computer, for add_findings().
struct Findings {
  host::Machine machine;
  host::LocalModels models;
  std::vector<std::pair<std::string, Count>> sizes;  ///< parameters of presets that do not state them
};

/// Counts the parameters of presets that do not state them. Takes a moment: call it off the drawing thread.
std::vector<std::pair<std::string, Count>> missing_sizes(const Library& library);

/// Puts this computer's devices and models in front.
void add_findings(Library& library, const Findings& findings);

/// How a scenario names the model of a choice.
ModelSource source_of(const ModelChoice& choice);

/// True when the text holds every word of the query.
bool matches(std::string_view text, std::string_view query);

/// Positions of the entries whose search text holds every word of `query`, best first: beginnings of words win.
std::vector<std::size_t> search_models(const Library& library, std::string_view query);
std::vector<std::size_t> search_devices(const Library& library, std::string_view query);

}  // namespace llmcalc::ui
