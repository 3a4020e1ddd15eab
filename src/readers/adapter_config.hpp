#pragma once
// adapter_config.json of PEFT: an adapter names its base model and how it was trained. Opening an adapter opens the base
// with that training method set.
//
// Source: peft's config classes (src/peft/tuners/*/config.py), main, 2026-08. Methods that the program does not train
// are counted as LoRA of the rank with as many parameters, or of rank 1 where they have fewer still, and say so.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/training.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace llmcalc::io {

/// What an adapter_config.json says.
struct AdapterConfig {
  std::string type;  ///< PEFT's name: "LORA", "IA3", "VERA" ...
  std::string base;  ///< base_model_name_or_path
  TrainingMethod method = TrainingMethod::Lora;
  Lora lora;
  Count virtual_tokens = 0;        ///< prompt and prefix tuning
  std::vector<std::string> notes;  ///< what is counted otherwise, in words
};

/// True when an object is an adapter_config.json.
bool is_adapter_config(const nlohmann::json& config);

/// Reads it; all problems at once.
Result<AdapterConfig> read_adapter_config(const nlohmann::json& config, const std::string& place);

/// The training settings of an adapter laid over those of a scenario.
void set_training(const AdapterConfig& adapter, Training& training);

}  // namespace llmcalc::io
