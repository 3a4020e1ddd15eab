#include "readers/resolve.hpp"

#include "host/preset_folders.hpp"
#include "host/text_file.hpp"
#include "models/config_json.hpp"
#include "readers/device_preset.hpp"
#include "readers/field_text.hpp"
#include "readers/local_models.hpp"
#include "readers/lookup.hpp"
#include "readers/match_device.hpp"
#include "readers/model_file.hpp"
#include "readers/model_preset.hpp"
#include "readers/scenario_json.hpp"

#include <llmcalc/base/suggest.hpp>
#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::io {

namespace {

/// What is said of a name that no preset has.
Issue unknown(std::string_view what, std::string_view id, bool has_presets, const std::vector<std::string>& nearest) {
  if (!has_presets) {
    return {"", "no presets were found, so no " + std::string(what) + " is called \"" + std::string(id) +
                    "\"; LLMCALC_PRESETS can name their folder"};
  }
  return {"", "no " + std::string(what) + " is called \"" + std::string(id) + "\"" + did_you_mean_one_of(nearest)};
}

Result<ModelPtr> shared(Result<Model> model) {
  if (!model) return model.issues();
  return std::make_shared<const Model>(std::move(model).value());
}

/// Any file a model comes in, or its folder.
Result<ModelPtr> file_model(const std::string& path) {
  Result<ModelFile> file = open_model_file(path_of(path));
  if (!file) return file.issues();
  ModelFile opened = std::move(file).value();
  Model& model = opened.model;
  model.notes.insert(model.notes.end(), opened.oddities.begin(), opened.oddities.end());
  return shared(std::move(model));
}

/// What there is to choose from, read when the first name that no preset has is looked for: not once for every line of a
/// file of scenarios. What programs downloaded meanwhile is seen some seconds later.
class Shelves {
 public:
  std::shared_ptr<const ModelCatalogue> models() {
    const std::lock_guard lock(mutex_);
    if (!models_) models_ = std::make_shared<const ModelCatalogue>(read_model_catalogue(preset_folders()));
    return models_;
  }
  std::shared_ptr<const DeviceCatalogue> devices() {
    const std::lock_guard lock(mutex_);
    if (!devices_) devices_ = std::make_shared<const DeviceCatalogue>(read_device_catalogue(preset_folders()));
    return devices_;
  }
  std::shared_ptr<const host::LocalModels> downloaded() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (!downloaded_ || now - looked_at_ > std::chrono::seconds(5)) {
      downloaded_ =
          std::make_shared<const host::LocalModels>(host::find_local_models(host::model_folders_of_this_user()));
      looked_at_ = now;
    }
    return downloaded_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const ModelCatalogue> models_;
  std::shared_ptr<const DeviceCatalogue> devices_;
  std::shared_ptr<const host::LocalModels> downloaded_;
  std::chrono::steady_clock::time_point looked_at_{};
};

Result<ModelPtr> preset_model(const std::string& id, Shelves& shelves) {
  const auto folders = preset_folders();
  Result<ModelPreset> preset = find_model_preset(folders, id);
  std::error_code error;
  if (!preset && std::filesystem::exists(path_of(id), error)) return file_model(id);  // a folder's bare name
  if (!preset) {
    const bool broken = std::any_of(preset.issues().begin(), preset.issues().end(),
                                    [](const Issue& issue) { return issue.where != "/model"; });
    if (broken) return preset.issues();
    const auto all = shelves.models();
    return unknown("model", id, !all->entries.empty(), meant_model(id, all->entries).nearest);
  }
  return shared(model_from_preset(*preset));
}

/// The model of this name in the caches of this computer; weight files before a lone configuration.
std::optional<std::string> local_model(const std::string& name, Shelves& shelves) {
  const auto same = [&](const std::string& other) {
    return edit_distance(name, other) == 0 && name.size() == other.size();
  };
  const auto downloaded = shelves.downloaded();
  for (const host::LocalModel& model : downloaded->models) {
    if (same(model.name) || same(model.name + ":latest")) return shown(model.path);
  }
  return std::nullopt;
}

/// A preset, else a file in this computer's caches, else what to do.
Result<ModelSource> model_meant_by(std::string_view written, Shelves& shelves) {
  const ModelName name = model_name(written);
  const auto shelf = shelves.models();
  const ModelCatalogue& all = *shelf;
  const Meant meant = meant_model(written, all.entries);
  if (meant.found) return ModelSource{ModelSource::Kind::Preset, all.entries[*meant.found].id};
  if (auto path = local_model(name.name, shelves)) return ModelSource{ModelSource::Kind::File, std::move(*path)};
  Issue issue = unknown("model", written, !all.entries.empty(), meant.nearest);
  if (is_repository_name(name.name) && !all.entries.empty()) {
    const std::string repository = name.name.substr(0, name.name.find(':'));
    const bool gguf = name.weights.starts_with("gguf:") || repository.ends_with("GGUF");
    issue.what = "no preset has the model \"" + name.name + "\", and this computer's caches do not hold it" +
                 did_you_mean_one_of(meant.nearest) +
                 (gguf ? ". Download one of the files at https://huggingface.co/" + repository +
                             "/tree/main and give it: --model FILE.gguf"
                       : ". Save https://huggingface.co/" + repository +
                             "/resolve/main/config.json and give that file: --model config.json");
  }
  return issue;
}

/// A configuration alone. What a GGUF file of it would hold is not said by it: of a model released with 4-bit experts it
/// may be the master's.
Result<ModelPtr> config_model(const std::string& text) {
  Result<Model> read = model_from_config_text(text, "config");
  if (!read) return read.issues();
  Model model = std::move(read).value();
  if (model.released_experts == WeightFormat::Mxfp4 || model.released_format == WeightFormat::Mxfp4) {
    model.gguf_of_master = true;
    model.notes.push_back(
        "a GGUF file is counted as llama-quantize makes it from 16-bit weights; published files keep the "
        "MXFP4 experts (weights.experts mxfp4)");
  }
  return shared(std::move(model));
}

Result<ModelPtr> custom_model(const std::string& text) {
  const Result<CustomModel> numbers = read_custom(text);
  if (!numbers) return numbers.issues();
  return shared(model_from_numbers(*numbers));
}

Result<ModelPtr> resolve_model(const ModelSource& source, Shelves& shelves) {
  switch (source.kind) {
    case ModelSource::Kind::Preset: return preset_model(source.text, shelves);
    case ModelSource::Kind::Config: return config_model(source.text);
    case ModelSource::Kind::Custom: return custom_model(source.text);
    case ModelSource::Kind::File: return file_model(source.text);
    case ModelSource::Kind::None: break;
  }
  return Issue{"", "is missing"};
}

Result<DevicePtr> resolve_device(std::string_view id, Shelves& shelves) {
  const auto folders = preset_folders();
  Result<DevicePreset> preset = find_device_preset(folders, id);
  if (preset) return std::make_shared<const Device>(preset->device);
  const auto shelf = shelves.devices();
  const DeviceCatalogue& all = *shelf;
  const Meant meant = meant_device(id, all.devices);
  if (meant.found) return std::make_shared<const Device>(all.devices[*meant.found].device);
  if (bytes_of_text(id) || id.find_first_not_of("0123456789._'") == std::string_view::npos) {
    return Issue{"", "must be a preset id, or at least 1 MiB of memory with its unit, such as 24GiB; got \"" +
                         std::string(id) + "\""};
  }
  return unknown("device", id, !all.devices.empty(), meant.nearest);
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
  const auto names = std::make_shared<Memory<std::string, ModelSource>>();
  const auto shelves = std::make_shared<Shelves>();
  return {
      .model =
          [models, shelves](const ModelSource& source) {
            // A file may have changed since it was read.
            if (source.kind == ModelSource::Kind::File) return resolve_model(source, *shelves);
            return models->get({source.kind, source.text}, [&] { return resolve_model(source, *shelves); });
          },
      .device =
          [devices, shelves](std::string_view id) {
            return devices->get(std::string(id), [&] { return resolve_device(id, *shelves); });
          },
      .adapter =
          [](const ModelSource& source) {
            auto found = adapter_at(path_of(source.text));
            // A preset of this name is meant before a folder of it.
            const bool may_be_preset = source.kind == ModelSource::Kind::Preset;
            if (found && may_be_preset && find_model_preset(preset_folders(), source.text)) found.reset();
            return found;
          },
      .meant =
          [names, shelves](std::string_view name) {
            return names->get(std::string(name), [&] { return model_meant_by(name, *shelves); });
          },
      .here = [shelves] { return host::as_computer(host::look_at_this_machine(), shelves->devices()->devices); },
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
