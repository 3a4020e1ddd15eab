#include "ui/library.hpp"

#include "host/text_file.hpp"
#include "models/config_json.hpp"
#include "readers/match_device.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/summary.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

namespace llmcalc::ui {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// How well a search text matches: the number of words that begin where a word of the text begins, plus one;
/// 0 when a word is missing.
int match(std::string_view text, const std::vector<std::string>& words) {
  int score = 1;
  for (const std::string& word : words) {
    std::size_t at = text.find(word);
    if (at == std::string_view::npos) return 0;
    bool begins = false;
    while (at != std::string_view::npos && !begins) {
      begins = at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0;
      at = text.find(word, at + 1);
    }
    score += begins ? 1 : 0;
  }
  return score;
}

std::vector<std::string> query_words(std::string_view query) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : lower(query) + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

template <class Choices>
std::vector<std::size_t> search(const Choices& choices, std::string_view query) {
  const std::vector<std::string> words = query_words(query);
  std::vector<std::pair<int, std::size_t>> found;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (const int score = match(choices[i].search, words); score > 0) found.emplace_back(-score, i);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::size_t> result;
  result.reserve(found.size());
  for (const auto& [score, i] : found) result.push_back(i);
  return result;
}

/// Families together, the one with the newest model first; in a family the newest first, then from small to large.
void newest_families_first(std::vector<ModelChoice>& models) {
  std::map<std::string, std::string> newest;
  for (const ModelChoice& model : models) {
    std::string& month = newest[model.group];
    month = std::max(month, model.released);
  }
  std::stable_sort(models.begin(), models.end(), [&](const ModelChoice& a, const ModelChoice& b) {
    const std::string& x = newest[a.group];
    const std::string& y = newest[b.group];
    if (x != y) return x > y;
    if (a.group != b.group) return a.group < b.group;
    return std::tie(b.released, a.parameters) < std::tie(a.released, b.parameters);
  });
}

}  // namespace

Library read_library(std::vector<std::filesystem::path> folders) {
  Library library;
  library.folders = std::move(folders);
  io::ModelCatalogue models = io::read_model_catalogue(library.folders);
  for (io::ModelEntry& entry : models.entries) {
    ModelChoice choice{.id = entry.id,
                       .name = entry.name,
                       .group = entry.family,
                       .note = entry.license,
                       .released = entry.released,
                       .parameters = entry.parameters,
                       .path = {},
                       .repository = entry.hf_id,
                       .search = lower(entry.name + " " + entry.id + " " + entry.family + " " + entry.hf_id + " " +
                                       entry.license + " " + count_text(entry.parameters))};
    library.models.push_back(std::move(choice));
  }
  newest_families_first(library.models);
  io::DeviceCatalogue devices = io::read_device_catalogue(library.folders);
  for (io::DevicePreset& preset : devices.devices) {
    DeviceChoice choice;
    choice.group = preset.family;
    choice.search = lower(preset.device.name + " " + preset.device.id + " " + preset.family + " " +
                          preset.device.device_class + " " + std::string(label_of(preset.device.vendor)));
    for (const std::string& alias : preset.aliases) choice.search += " " + lower(alias);
    if (preset.device.memory.count == 0) choice.search += " ram cpu system host memory";
    if (preset.device.vendor == Vendor::Apple) choice.search += " mac";
    choice.device = std::make_shared<const Device>(std::move(preset.device));
    library.devices.push_back(std::move(choice));
  }
  // Makers in the order of their table, families together within each, first those that people have at home.
  std::map<std::string, bool> at_home;
  for (const DeviceChoice& choice : library.devices)
    at_home[choice.group] |= choice.device->device_class == "consumer";
  std::stable_sort(library.devices.begin(), library.devices.end(), [&](const DeviceChoice& a, const DeviceChoice& b) {
    return std::pair(a.device->vendor, !at_home[a.group]) < std::pair(b.device->vendor, !at_home[b.group]);
  });
  library.issues = std::move(models.issues);
  library.issues.insert(library.issues.end(), devices.issues.begin(), devices.issues.end());
  return library;
}

std::vector<std::pair<std::string, Count>> missing_sizes(const Library& library) {
  std::vector<std::pair<std::string, Count>> sizes;
  for (const ModelChoice& choice : library.models) {
    if (choice.id.empty() || choice.parameters != 0) continue;
    const Result<io::ModelPreset> preset = io::find_model_preset(library.folders, choice.id);
    if (!preset) continue;
    const Result<Model> model = io::model_from_preset(*preset);
    if (model) sizes.emplace_back(choice.id, parameter_count(*model));
  }
  return sizes;
}

void add_findings(Library& library, const Findings& findings) {
  for (const auto& [id, parameters] : findings.sizes) {
    for (ModelChoice& choice : library.models) {
      if (choice.id == id) choice.parameters = parameters;
    }
  }
  std::vector<io::DevicePreset> presets;
  for (const DeviceChoice& choice : library.devices) {
    io::DevicePreset preset;
    preset.device = *choice.device;
    presets.push_back(std::move(preset));
  }
  std::vector<DeviceChoice> devices;
  for (const host::FoundGpu& gpu : findings.machine.gpus) {
    const Device device = host::as_device(gpu, host::match_device(gpu, presets));
    devices.push_back(
        {std::make_shared<const Device>(device), "This computer", lower(device.name + " this computer")});
  }
  library.here = host::as_computer(findings.machine, presets);
  library.machine = findings.machine;
  library.on_disk = findings.models.models;
  library.local_devices = devices.size();
  library.devices.insert(library.devices.begin(), devices.begin(), devices.end());
  std::vector<ModelChoice> models;
  for (const host::LocalModel& model : findings.models.models) {
    models.push_back({.id = {},
                      .name = model.name,
                      .group = "This computer · " + std::string(label_of(model.store)),
                      .note = model.bytes.count == 0 ? std::string("configuration only") : text(model.bytes),
                      .parameters = 0,
                      .path = model.path,
                      .repository = {},
                      .search = lower(model.name + " this computer local " + std::string(label_of(model.store)))});
  }
  library.local_models = models.size();
  library.models.insert(library.models.begin(), models.begin(), models.end());
}

ModelSource source_of(const ModelChoice& choice) {
  if (!choice.path.empty()) return {ModelSource::Kind::File, io::shown(choice.path)};
  return {ModelSource::Kind::Preset, choice.id};
}

bool matches(std::string_view text, std::string_view query) { return match(lower(text), query_words(query)) > 0; }

std::vector<std::size_t> search_models(const Library& library, std::string_view query) {
  std::vector<std::size_t> found = search(library.models, query);
  if (query.empty()) return found;
  // Families stay together; in one the shortest name first: it is the closest to what was typed.
  std::map<std::string_view, std::size_t> rank;
  for (const std::size_t i : found) rank.emplace(library.models[i].group, rank.size());
  std::stable_sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) {
    const ModelChoice& x = library.models[a];
    const ModelChoice& y = library.models[b];
    return std::pair(rank[x.group], x.name.size()) < std::pair(rank[y.group], y.name.size());
  });
  return found;
}

std::vector<std::size_t> search_devices(const Library& library, std::string_view query) {
  return search(library.devices, query);
}

}  // namespace llmcalc::ui
