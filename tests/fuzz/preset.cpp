// A preset of a model or of devices, and Ollama's manifests: what is accepted can be estimated.

#include "estimate_laws.hpp"
#include "readers/device_preset.hpp"
#include "readers/model_preset.hpp"
#include "readers/ollama_manifest.hpp"
#include "readers/resolve.hpp"
#include "structure.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <string_view>

namespace {

/// A file of this process, whose content each input replaces.
std::filesystem::path file_with(std::string_view text) {
  static const std::filesystem::path file =
      std::filesystem::temp_directory_path() /
      ("llmcalc-fuzz-preset-" + std::to_string(std::random_device{}()) + ".json");
  static const struct Removal {
    ~Removal() {
      std::error_code ignored;
      std::filesystem::remove(file, ignored);
    }
  } removal;
  std::ofstream(file, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmcalc;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)io::read_ollama_manifest(text, "fuzz");
  const std::filesystem::path file = file_with(text);
  Scenario scenario;
  scenario.devices.groups = {{io::device_of_memory(24_GiB), 1}};
  if (const Result<io::ModelPreset> preset = io::read_model_preset(file)) {
    Result<Model> model = io::model_from_preset(*preset);
    if (!model || model->layer_count() > 256) return 0;  // estimates are linear in the layers: nothing new, only slow
    scenario.model = std::make_shared<const Model>(std::move(model).value());
    if (validate(scenario).empty()) fuzz::expect_laws(evaluate(scenario));
    return 0;
  } else if (preset.issues().empty()) {
    std::abort();  // a refusal says why
  }
  for (const io::DevicePreset& preset : io::read_device_family(file).devices) {
    if (preset.device.id.empty() || preset.device.addressable() > preset.device.whole()) std::abort();
  }
  return 0;
}

LLMCALC_FUZZ_STRUCTURE(llmcalc::fuzz::JsonStructure)
