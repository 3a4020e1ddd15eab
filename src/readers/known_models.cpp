#include "readers/known_models.hpp"

#include "host/text_file.hpp"
#include "readers/model_file.hpp"
#include "readers/preset_json.hpp"

#include <llmcalc/estimate/summary.hpp>

#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <thread>
#include <utility>

namespace llmcalc::io {
namespace {

namespace fs = std::filesystem;

void take_known(KnownModel& known, Model model) {
  known.parameters = parameter_count(model);
  known.active_parameters = active_parameter_count(model);
  known.model = std::make_shared<const Model>(std::move(model));
}

KnownModel read_known_preset(const fs::path& file) {
  KnownModel known;
  Result<ModelPreset> preset = read_model_preset(file);
  if (!preset) return known;
  Result<Model> model = model_from_preset(*preset);
  if (!model) return known;
  known.entry = std::move(preset).value().entry;
  known.source = {ModelSource::Kind::Preset, known.entry.id};
  take_known(known, std::move(model).value());
  return known;
}

KnownModel read_known_file(const host::LocalModel& local) {
  KnownModel known;
  Result<ModelFile> file = open_model_file(local.path);
  if (!file) return known;
  known.entry.id = known.entry.name = local.name;
  known.entry.family = label_of(local.store);
  known.source = {ModelSource::Kind::File, shown(local.path)};
  known.on_disk = true;
  take_known(known, std::move(file).value().model);
  return known;
}

/// Threads that are worth having; one in programs without threads (a page in a browser).
std::size_t processors() {
#if defined(__EMSCRIPTEN__) && !defined(__EMSCRIPTEN_PTHREADS__)
  return 1;
#else
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 16);
#endif
}

}  // namespace

void on_all_processors(std::size_t count, const std::function<void(std::size_t)>& work,
                       const std::atomic<bool>* stop) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count && !(stop != nullptr && *stop); i = next++) work(i);
  };
  std::vector<std::future<void>> helpers;  // each waits in its destructor
  for (std::size_t t = 1; t < std::min(processors(), count); ++t)
    helpers.push_back(std::async(std::launch::async, run));
  run();
}

std::vector<KnownModel> known_models(std::span<const fs::path> folders, std::span<const host::LocalModel> on_disk,
                                     const std::atomic<bool>* stop) {
  std::map<std::string, fs::path> presets;
  Issues issues;
  for (const fs::path& folder : folders) {
    for (const fs::path& file : preset_files(folder / "models", issues))
      presets.insert_or_assign(shown(file.stem()), file);
  }
  std::vector<fs::path> files;
  files.reserve(presets.size());
  for (auto& [id, file] : presets) files.push_back(std::move(file));
  std::vector<KnownModel> models(files.size() + on_disk.size());
  on_all_processors(
      models.size(),
      [&](std::size_t i) {
        models[i] = i < files.size() ? read_known_preset(files[i]) : read_known_file(on_disk[i - files.size()]);
      },
      stop);
  std::erase_if(models, [](const KnownModel& known) { return !known.model; });
  std::stable_sort(models.begin(), models.end(), [](const KnownModel& a, const KnownModel& b) {
    if (a.on_disk != b.on_disk) return b.on_disk;
    return a.entry.family != b.entry.family ? a.entry.family < b.entry.family : a.entry.name < b.entry.name;
  });
  return models;
}

}  // namespace llmcalc::io
