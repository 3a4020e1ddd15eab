#pragma once
// Every model that the program ships, for laws that must hold for each.

#include "readers/model_preset.hpp"
#include "readers/resolve.hpp"

#include <filesystem>
#include <vector>

namespace llmcalc::tests {

/// All presets of the source tree, read once.
inline const std::vector<ModelPtr>& shipped_models() {
  static const std::vector<ModelPtr> all = [] {
    std::vector<ModelPtr> found;
    const io::Resolver resolver = io::default_resolver();
    const std::vector<std::filesystem::path> folders{std::filesystem::path(LLMCALC_SOURCE_DIR) / "presets"};
    for (const auto& entry : io::read_model_catalogue(folders).entries) {
      if (auto model = resolver.model({ModelSource::Kind::Preset, entry.id})) found.push_back(*model);
    }
    return found;
  }();
  return all;
}

}  // namespace llmcalc::tests
