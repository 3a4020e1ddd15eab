#pragma once
// Every model at hand, read: the presets and what is on this computer's disks. Reading is shared among threads; a file
// that cannot be read hides no other.

#include "readers/local_models.hpp"
#include "readers/model_preset.hpp"

#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/model_source.hpp>

#include <atomic>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

namespace llmcalc::io {

/// A model with what lists show of it.
struct KnownModel {
  ModelEntry entry;  ///< of a file on disk only id, name and parameters
  ModelSource source;
  ModelPtr model;
  Count parameters = 0;
  Count active_parameters = 0;
  bool on_disk = false;

  [[nodiscard]] bool sees() const { return model->image_tokens != 0 || model->has_towers(); }
  [[nodiscard]] bool is_mixture() const { return active_parameters != parameters; }
};

/// Runs `work(0)` to `work(count - 1)` on as many threads as there are processors; no more are begun once `stop` is set.
void on_all_processors(std::size_t count, const std::function<void(std::size_t)>& work,
                       const std::atomic<bool>* stop = nullptr);

/// The presets of these folders and the models on disk that can be read, presets by family and name first.
std::vector<KnownModel> known_models(std::span<const std::filesystem::path> folders,
                                     std::span<const host::LocalModel> on_disk = {},
                                     const std::atomic<bool>* stop = nullptr);

}  // namespace llmcalc::io
