#pragma once
// Random scenarios of every kind: presets, models inline and in files, every engine, framework and setting, several kinds
// of devices, drafts, adapters and places in RAM. The same in every run; LLMCALC_LAW_SCENARIOS asks for more of them,
// LLMCALC_LAW_SEED for others.

#include "host/preset_folders.hpp"
#include "readers/device_preset.hpp"
#include "readers/field_text.hpp"
#include "readers/model_preset.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "support/file_text.hpp"
#include "support/sanitized.hpp"
#include "support/temp_folder.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::tests {

/// A whole number of the environment.
inline std::size_t number_from(const char* variable, std::size_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoul(text, nullptr, 10) : otherwise;
}

/// How many scenarios laws are put to.
inline std::size_t wanted_scenarios() { return number_from("LLMCALC_LAW_SCENARIOS", sanitized ? 60 : 300); }

/// One resolver, which keeps the models it has read.
inline const io::Resolver& shared_resolver() {
  static const io::Resolver shared = io::default_resolver();
  return shared;
}

/// A scenario three times: as a program has it, as JSON, and as the words of a command line.
struct Case {
  Scenario scenario;
  std::string line;
  std::vector<std::string> flags;  ///< none where its model is written inline
};

/// What is drawn of a generator that every standard library has alike; distributions are not.
class Draw {
 public:
  explicit Draw(std::size_t seed) : random_(static_cast<std::mt19937::result_type>(seed)) {}
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  bool once_in(std::size_t n) { return below(n) == 0; }
  double share() { return static_cast<double>(random_()) / static_cast<double>(std::mt19937::max()); }
  template <class T>
  const T& of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

  /// What somebody might type for a setting; "" for one that names a model or a device.
  std::string text_for(const Field& field) {
    return std::visit(
        [&](const auto& access) -> std::string {
          using A = std::decay_t<decltype(access)>;
          if constexpr (std::is_same_v<A, ChoiceAccess>) {
            return std::string(access.row(below(access.size)).key);
          } else if constexpr (std::is_same_v<A, CodedAccess>) {
            const std::vector<std::string> options = access.options();
            return options.empty() ? "" : of(options);
          } else if constexpr (std::is_same_v<A, Access<Count>> || std::is_same_v<A, Access<std::optional<Count>>>) {
            const double low = std::max(field.slider.low, 1.0), high = std::max(field.slider.high, low);
            return std::to_string(static_cast<Count>(low * std::pow(high / low, share())));
          } else if constexpr (std::is_same_v<A, Access<double>>) {
            return shortest(field.slider.low + (field.slider.high - field.slider.low) * share());
          } else if constexpr (std::is_same_v<A, Access<bool>>) {
            return once_in(2) ? "on" : "off";
          } else {
            return {};
          }
        },
        field.access);
  }

 private:
  std::mt19937 random_;
};

/// What random scenarios are made of.
struct Catalogue {
  std::vector<std::string> models, small_models, devices, configs, files;
  TempFolder folder{};  ///< of the files

  Catalogue() {
    const auto folders = io::preset_folders();
    for (const io::ModelEntry& entry : io::read_model_catalogue(folders).entries) {
      models.push_back(entry.id);
      if (entry.parameters != 0 && entry.parameters < 4'000'000'000) small_models.push_back(entry.id);
    }
    for (const io::DevicePreset& preset : io::read_device_catalogue(folders).devices)
      devices.push_back(preset.device.id);
    if (small_models.empty() || devices.empty()) throw std::runtime_error("the presets are not found");
    const std::filesystem::path corpus = std::filesystem::path(LLMCALC_SOURCE_DIR) / "tests/fuzz/corpus";
    for (const auto& entry : std::filesystem::directory_iterator(corpus / "config")) {
      if (std::string text = content_of(entry.path()); nlohmann::json::accept(text))
        configs.push_back(std::move(text));
    }
    for (const auto& entry : std::filesystem::directory_iterator(corpus / "gguf"))
      files.push_back(folder.write(entry.path().filename().string() + ".gguf", content_of(entry.path())).string());
    std::sort(configs.begin(), configs.end());  // a folder has no order
    std::sort(files.begin(), files.end(), [](const std::string& a, const std::string& b) {
      return std::filesystem::path(a).filename() < std::filesystem::path(b).filename();
    });
  }
};

/// Writes a random scenario, valid or not.
class ScenarioDraw {
 public:
  explicit ScenarioDraw(Draw& draw) : draw_(draw) {
    const bool inline_model = name_model();
    name_devices();
    // What weights alone ask for, the flags name too.
    say("serving.runtime", draw_.text_for(*find_field("serving.runtime")));
    std::set<std::size_t> chosen;
    for (std::size_t n = draw_.below(draw_.once_in(4) ? 16 : 6); n > 0; --n)
      chosen.insert(draw_.below(fields.size()));
    for (const std::string_view path : draw_.of(together()))
      chosen.insert(static_cast<std::size_t>(find_field(path) - fields.data()));
    for (const std::size_t i : chosen) set(fields[i]);
    line = document_.dump();
    if (inline_model) flags.clear();
  }

  std::string line;
  std::vector<std::string> flags;

 private:
  static const Catalogue& known() {
    static const Catalogue catalogue;
    return catalogue;
  }

  /// Settings that only mean something together: a layout, answers that an engine generates, a draft, places in RAM.
  static const std::vector<std::vector<std::string_view>>& together() {
    static const std::vector<std::vector<std::string_view>> groups{
        {},
        {},
        {},
        {"weights.format", "serving.kv_format", "serving.context"},
        {"parallelism.data", "parallelism.zero", "training.optimizer", "training.framework"},
        {"parallelism.tensor", "parallelism.pipeline", "training.optimizer", "training.recipe"},
        {"parallelism.data", "parallelism.zero", "training.method", "training.offload"},
        {"parallelism.tensor", "parallelism.expert", "serving.context", "serving.sequences"},
        {"training.method", "training.framework", "training.lora.rank", "training.lora.targets"},
        {"training.objective", "training.rollout.generator", "training.value", "serving.max_num_seqs"},
        {"serving.draft_model", "serving.draft_tokens", "serving.draft_kv_format"},
        {"serving.adapters", "serving.adapter_rank", "serving.max_num_seqs"},
        {"serving.gpu_layers", "serving.ubatch", "serving.batch", "host.memory_bytes"},
        {"serving.moe_layers_on_cpu", "serving.kv_unified", "serving.sequences", "weights.format"},
        {"serving.cpu_offload_bytes", "serving.max_model_len", "serving.gpu_memory_utilization"}};
    return groups;
  }

  void say(std::string_view path, const std::string& text) {
    const Field* field = find_field(path);
    document_[nlohmann::json::json_pointer(field->pointer())] = io::value_of_text(*field, text);
    if (field->kind() == FieldKind::Flag) {
      flags.push_back(std::string(field->flag) + "=" + text);
    } else if (draw_.once_in(2)) {
      flags.insert(flags.end(), {std::string(field->flag), text});
    } else {
      flags.insert(flags.end(), {"--set", std::string(path) + "=" + text});
    }
  }

  /// True when it is written inline, as no flag can.
  bool name_model() {
    switch (draw_.below(12)) {
      case 0: document_["model"]["custom"] = custom(); return true;
      case 1: document_["model"]["config"] = nlohmann::json::parse(draw_.of(known().configs)); return true;
      case 2: say("model", draw_.of(known().files)); return false;
      default: say("model", draw_.of(known().models)); return false;
    }
  }

  nlohmann::json custom() {
    static const std::vector<Count> heads{8, 16, 32, 64}, experts{0, 0, 8, 64};
    nlohmann::json numbers{{"layers", 1 + draw_.below(60)}, {"heads", draw_.of(heads)}, {"kv_heads", 8}};
    numbers["hidden_size"] = 128 * (1 + draw_.below(64));
    numbers["vocabulary"] = 1000 * (1 + draw_.below(200));
    if (const Count n = draw_.of(experts); n != 0) {
      numbers["experts"] = n;
      numbers["experts_per_token"] = 1 + draw_.below(8);
    }
    if (draw_.once_in(3)) numbers["parameters"] = 1'000'000'000 * (1 + draw_.below(700));
    return numbers;
  }

  std::string some_devices() {
    static const std::vector<std::string> counts{"", "", ":2", ":4", ":8"};
    std::string name = draw_.of(known().devices);
    return name + draw_.of(counts);
  }

  void name_devices() {
    std::string names = some_devices();
    switch (draw_.below(12)) {
      case 0: names = "80GiB"; break;
      case 1: names = "cpu"; break;
      case 2:
        for (std::size_t more = 1 + draw_.below(2); more > 0; --more) names += "," + some_devices();
        break;
      default: break;
    }
    say("device", names);
  }

  void set(const Field& field) {
    static const std::vector<std::string> versions{"0.6.6", "0.8.5", "0.10.2", "0.12.0", "0.19.0",
                                                   "b5000", "b7000", "4.57",   "5.12",   "1.13"};
    if (field.path == "model" || field.path == "device" || field.path == "serving.runtime") return;
    std::string text = draw_.text_for(field);
    if (field.kind() == FieldKind::External) text = draw_.of(known().small_models);
    if (field.path.ends_with(".version")) text = draw_.of(versions);
    if (field.path == "serving.mmproj") text = "released";
    if (!text.empty()) say(field.path, text);
  }

  Draw& draw_;
  nlohmann::json document_ = nlohmann::json::object();
};

/// Valid scenarios, the same in every run.
inline const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    Draw draw(number_from("LLMCALC_LAW_SEED", 20261130));
    std::vector<Case> out;
    const std::size_t wanted = wanted_scenarios();
    for (std::size_t tries = 0; out.size() < wanted && tries < 50 * wanted; ++tries) {
      ScenarioDraw drawn(draw);
      Result<Scenario> read = io::read_scenario_text(drawn.line, shared_resolver());
      if (read) out.push_back({std::move(read).value(), std::move(drawn.line), std::move(drawn.flags)});
    }
    return out;
  }();
  return all;
}

/// The scenario as it is written and read again: what another command is given of an answer.
inline Result<Scenario> written_and_read(const Scenario& s) {
  const nlohmann::ordered_json written = io::write_scenario(s, io::Written::Changed);
  return io::read_scenario(
      nlohmann::json::parse(written.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)),
      shared_resolver());
}

/// JSON that is laid out over lines, as it is written into one.
inline std::string in_one_line(std::string_view json) {
  std::string out;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') in_text = !in_text;
    if (in_text || (c != ' ' && c != '\n')) out += c;
    if (in_text && c == '\\') out += json[++i];
  }
  return out;
}

}  // namespace llmcalc::tests
