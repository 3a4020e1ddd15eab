#pragma once
// adapter_config.json of PEFT: an adapter names its base model and how it was trained. Opening an adapter opens the base
// with that training method set.
//
// Source: peft's config classes (src/peft/tuners/*/config.py), main, 2026-08. In the place of a method that the program
// does not train stands LoRA of the rank with as many parameters (adapter_size.hpp), at least 1, and a note says so.

#include "readers/adapter_size.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/training.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// What an adapter_config.json says.
struct AdapterConfig {
  std::string type;  ///< PEFT's name: "LORA", "IA3", "VERA" ...
  std::string base;  ///< base_model_name_or_path
  TrainingMethod method = TrainingMethod::Lora;
  Lora lora;
  std::string_view what;           ///< what it trains when it is neither LoRA nor prompt tuning
  Count parameters = 0;            ///< that it trains; 0: not known
  Count virtual_tokens = 0;        ///< prompt and prefix tuning
  std::vector<std::string> notes;  ///< what is counted otherwise, in words
};

/// True when an object is an adapter_config.json, of PEFT or of mlx-lm.
bool is_adapter_config(const nlohmann::json& config);

/// An adapter of mlx-lm (mlx_lm/tuner/utils.py, 2026-08) in PEFT's words; PEFT's own as it is.
nlohmann::json as_peft(const nlohmann::json& config);

/// Reads it; all problems at once.
Result<AdapterConfig> read_adapter_config(const nlohmann::json& config, const std::string& place);

/// Says what an adapter trains in its base model, of which it trains `size`, and gives another method the rank of LoRA
/// with as many parameters. `stored`: parameters in its own file; 0: not known.
void fit_rank(AdapterConfig& adapter, std::optional<AdapterSize> size, Count stored);

/// The training settings of an adapter laid over those of a scenario.
void set_training(const AdapterConfig& adapter, Training& training);

}  // namespace llmcalc::io
