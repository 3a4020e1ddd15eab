#pragma once
// adapter_config.json of PEFT: an adapter names its base model and how it was trained. Opening an adapter opens the base
// with that training method set.
//
// Source: peft's config classes (src/peft/tuners/*/config.py), main, 2026-08. In the place of a method that the program
// does not train stands LoRA of the rank with as many parameters, at least 1, and a note says so.
//
// How many parameters an adapter of PEFT trains in its base model.
//
// For every matrix [out, in] whose module the adapter's target_modules name, with r the rank of that matrix:
//   LORA r (in + out), with use_dora and lora_bias + out each    ADALORA r (in + out) + r       LOHA 2 r (in + out)
//   LOKR in and out as products a b and c d: r (b + d), or b d from half the larger on, and a c; decompose_both: r (a + c)
//   IA3 out, or in where feedforward_modules name it      VERA out + r         HRA in r       MISS, BONE out r
//   OFT blocks of b: in / b of b (b - 1) / 2, with block_share one             FOURIERFT n_frequency
//   BOFT n in / b of b^2, and out               LN_TUNING the norm itself             WAVEFT n_frequency
//   C3A in out / block_size    ROAD out, 2 out, 4 out by its variant    SHIRA, HIRA r (in + out)    BEFT out
//   DELORA r (in + out) + 1    GRALORA (r + hybrid_r) (in + out)        PVERA out + 2 r
//   RANDLORA ceil(s / r) (r + s), s the smaller of in and out
//   VBLORA r n (in + out) / vector_length, n num_vectors, and n vector_length once
//   experts that are one tensor (target_parameters): LoRA's for every expert, gate and up as one matrix
// and without matrices, h hidden size, v virtual tokens, L layers, k kv heads x head width:
//   PROMPT_TUNING, CPT v h    P_TUNING v h and three matrices with biases    PREFIX_TUNING 2 v L k
//   TRAINABLE_TOKENS h per token    ADAPTION_PROMPT v h + 1 per adapted layer    XLORA a classifier of depth matrices
// modules_to_save are trained whole and counted in.
//
// Source: peft, src/peft/tuners/*/layer.py, */model.py and config.py, main at 5d602fd (2026-08). Not counted: biases that
// are trained too (bias), prefix_projection and LSTM encoders, X-LoRA's scalings of layers, and the frozen matrices that
// VeRA's adapters share. Bad input: no size.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/model.hpp>
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

/// What an adapter trains.
struct AdapterSize {
  Count parameters = 0;  ///< all of it
  Count saved = 0;       ///< of which modules trained whole (modules_to_save)
  Count per_rank = 0;    ///< what LoRA of rank 1 on the same matrices would train
};

/// What the adapter of an adapter_config.json trains in this model; nothing when that cannot be said.
[[nodiscard]] std::optional<AdapterSize> adapter_size(const nlohmann::json& config, const Model& base);

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
