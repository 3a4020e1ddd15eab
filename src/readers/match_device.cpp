#include "readers/match_device.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::host {
namespace {

/// Lower-case words of a name, without makers, marks and words that only some drivers print.
std::vector<std::string> words(std::string_view name) {
  static constexpr std::array<std::string_view, 13> noise{"nvidia",     "amd",     "intel",      "r",   "tm",
                                                          "c",          "geforce", "tesla",      "gpu", "graphics",
                                                          "generation", "edition", "corporation"};
  std::vector<std::string> found;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty() && std::find(noise.begin(), noise.end(), word) == noise.end()) found.push_back(word);
    word.clear();
  };
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '+') {
      word += lower_case(c);
    } else {
      end_word();
    }
  }
  end_word();
  return found;
}

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// The words of a preset's name without the memory size at its end ("... 24 GB").
std::vector<std::string> preset_words(std::string_view name) {
  auto all = words(name);
  if (all.size() > 2 && all.back() == "gb" && is_number(all[all.size() - 2])) all.resize(all.size() - 2);
  return all;
}

/// True when a is within a tenth of b.
bool close(Bytes a, Bytes b) { return b.count != 0 && a >= scale(b, 9, 10) && a <= scale(b, 11, 10); }

/// Unified memory: what the kernel reports lacks what firmware and kernel took, so the next larger size counts.
bool memory_agrees(const FoundGpu& gpu, const Device& device) {
  if (gpu.unified || device.unified)
    return gpu.total <= scale(device.memory, 101, 100) && gpu.total >= scale(device.memory, 40, 100);
  return close(gpu.total, device.reported) || close(gpu.total, device.memory);
}

bool name_agrees(const FoundGpu& gpu, const io::DevicePreset& preset) {
  const auto found = words(gpu.name);
  if (found.empty()) return false;
  for (const std::string& name : preset.driver_names) {
    if (words(name) == found) return true;
  }
  return preset_words(preset.device.name) == found;
}

Bytes distance(Bytes a, Bytes b) { return a > b ? a - b : b - a; }

}  // namespace

const io::DevicePreset* match_device(const FoundGpu& gpu, std::span<const io::DevicePreset> presets) {
  const io::DevicePreset* best = nullptr;
  for (const io::DevicePreset& preset : presets) {
    if (preset.device.vendor != gpu.vendor || !memory_agrees(gpu, preset.device) || !name_agrees(gpu, preset))
      continue;
    if (!best || distance(preset.device.memory, gpu.total) < distance(best->device.memory, gpu.total)) best = &preset;
  }
  return best;
}

Device as_device(const FoundGpu& gpu, const io::DevicePreset* preset) {
  Device device;
  if (preset) {
    device = preset->device;
  } else {
    device.name = gpu.name;
    device.vendor = gpu.vendor;
    device.device_class = gpu.unified ? "unified" : "consumer";
    device.memory = gpu.total;
    device.unified = gpu.unified;
    device.verified = false;
    device.notes = "Found on this computer; no preset has its speed.";
    device.sources = {"this computer's driver"};
  }
  device.reported = gpu.total;
  if (gpu.whole_share || !preset) device.gpu_share = 1.0;
  return device;
}

io::ThisComputer as_computer(const Machine& machine, std::span<const io::DevicePreset> presets) {
  const bool has_cards = std::any_of(machine.gpus.begin(), machine.gpus.end(),
                                     [](const FoundGpu& gpu) { return !gpu.unified && gpu.total.count != 0; });
  io::ThisComputer here;
  for (const FoundGpu& gpu : machine.gpus) {
    if (gpu.total.count == 0 || (gpu.unified && has_cards)) continue;
    Device device = as_device(gpu, match_device(gpu, presets));
    if (device.unified && device.bandwidth <= 0) device.bandwidth = machine.modules.bandwidth;
    auto& groups = here.devices.groups;
    if (!groups.empty() && *groups.back().device == device) {
      ++groups.back().count;
    } else {
      groups.push_back({std::make_shared<const Device>(device), 1});
    }
  }
  const bool shares = !has_cards && !here.devices.groups.empty();
  if (here.devices.groups.empty()) here.devices.groups.push_back(host_memory_only());
  if (!shares && machine.memory.total.count != 0) here.memory_bytes = machine.memory.total.count;
  here.memory_bandwidth = machine.modules.bandwidth;
  return here;
}

}  // namespace llmcalc::host
