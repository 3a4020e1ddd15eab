#include "readers/resolve.hpp"

#include "host/preset_folders.hpp"
#include "host/text_file.hpp"
#include "models/config_json.hpp"
#include "readers/custom_json.hpp"
#include "readers/device_preset.hpp"
#include "readers/field_text.hpp"
#include "readers/model_file.hpp"
#include "readers/model_preset.hpp"

#include <llmcalc/base/suggest.hpp>
#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::io {

namespace {

/// Names the preset that may have been meant.
template <class Names>
Issue unknown(std::string_view what, std::string_view id, const Names& names) {
  if (names.empty()) {
    return {"", "no presets were found, so no " + std::string(what) + " is called \"" + std::string(id) +
                    "\"; LLMCALC_PRESETS can name their folder"};
  }
  return {"", "no " + std::string(what) + " is called \"" + std::string(id) + "\"" + did_you_mean(id, names)};
}

Result<ModelPtr> shared(Result<Model> model) {
  if (!model) return model.issues();
  return std::make_shared<const Model>(std::move(model).value());
}

/// Any file a model comes in, or its folder.
Result<ModelPtr> file_model(const std::string& path) {
  Result<ModelFile> file = open_model_file(path);
  if (!file) return file.issues();
  ModelFile opened = std::move(file).value();
  Model& model = opened.model;
  model.notes.insert(model.notes.end(), opened.oddities.begin(), opened.oddities.end());
  return shared(std::move(model));
}

Result<ModelPtr> preset_model(const std::string& id) {
  const auto folders = preset_folders();
  Result<ModelPreset> preset = find_model_preset(folders, id);
  std::error_code error;
  if (!preset && std::filesystem::exists(path_of(id), error)) return file_model(id);  // a folder's bare name
  if (!preset) {
    const ModelCatalogue all = read_model_catalogue(folders);
    std::vector<std::string> ids;
    for (const ModelEntry& entry : all.entries) ids.push_back(entry.id);
    const bool broken = std::any_of(preset.issues().begin(), preset.issues().end(),
                                    [](const Issue& issue) { return issue.where != "/model"; });
    return broken ? preset.issues() : Issues{unknown("model", id, ids)};
  }
  return shared(model_from_preset(*preset));
}

Result<ModelPtr> custom_model(const std::string& text) {
  const Result<CustomModel> numbers = read_custom(text);
  if (!numbers) return numbers.issues();
  return shared(model_from_numbers(*numbers));
}

Result<ModelPtr> resolve_model(const ModelSource& source) {
  switch (source.kind) {
    case ModelSource::Kind::Preset:
      return preset_model(source.text);
    case ModelSource::Kind::Config:
      return shared(model_from_config_text(source.text, "config"));
    case ModelSource::Kind::Custom:
      return custom_model(source.text);
    case ModelSource::Kind::File:
      return file_model(source.text);
    case ModelSource::Kind::None:
      break;
  }
  return Issue{"", "is missing"};
}

Result<DevicePtr> resolve_device(std::string_view id) {
  const auto folders = preset_folders();
  if (bytes_of_text(id) || id.find_first_not_of("0123456789._'") == std::string_view::npos) {
    return Issue{"", "must be a preset id, or at least 1 MiB of memory with its unit, such as 24GiB; got \"" +
                         std::string(id) + "\""};
  }
  Result<DevicePreset> preset = find_device_preset(folders, id);
  if (preset) return std::make_shared<const Device>(preset->device);
  const DeviceCatalogue all = read_device_catalogue(folders);
  std::vector<std::string> ids;
  for (const DevicePreset& row : all.devices) {
    ids.push_back(row.device.id);
    ids.insert(ids.end(), row.aliases.begin(), row.aliases.end());
  }
  return unknown("device", id, ids);
}

/// Remembers good answers. Shared by copies of the resolver and safe to use from several threads.
template <class Key, class Value>
class Memory {
 public:
  template <class Find>
  Result<Value> get(const Key& key, Find find) {
    const std::lock_guard lock(mutex_);
    if (const auto known = values_.find(key); known != values_.end()) return known->second;
    Result<Value> found = find();
    if (found && values_.size() < most_values) values_.emplace(key, *found);
    return found;
  }

 private:
  static constexpr std::size_t most_values = 4096;
  std::mutex mutex_;
  std::map<Key, Value> values_;
};

}  // namespace

Resolver default_resolver() {
  using ModelKey = std::pair<ModelSource::Kind, std::string>;
  const auto models = std::make_shared<Memory<ModelKey, ModelPtr>>();
  const auto devices = std::make_shared<Memory<std::string, DevicePtr>>();
  return {
      .model =
          [models](const ModelSource& source) {
            // A file may have changed since it was read.
            if (source.kind == ModelSource::Kind::File) return resolve_model(source);
            return models->get({source.kind, source.text}, [&] { return resolve_model(source); });
          },
      .device =
          [devices](std::string_view id) {
            return devices->get(std::string(id), [&] { return resolve_device(id); });
          },
      .adapter = [](const ModelSource& source) { return adapter_at(path_of(source.text)); },
  };
}

DevicePtr device_of_memory(Bytes memory) {
  Device device;
  device.name = text(memory) + " device";
  device.vendor = Vendor::Nvidia;
  device.memory = memory;
  return std::make_shared<const Device>(std::move(device));
}

}  // namespace llmcalc::io
