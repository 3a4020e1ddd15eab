#pragma once
// How many parameters an adapter of PEFT trains in its base model.
//
// For every matrix [out, in] whose module the adapter's target_modules name, with r the rank of that matrix:
//   LORA r (in + out), with use_dora + out      ADALORA r (in + out) + r       LOHA 2 r (in + out)
//   LOKR in and out as products a b and c d: r (b + d), or b d from half the larger on, and a c; decompose_both: r (a + c)
//   IA3 out, or in where feedforward_modules name it      VERA out + r         HRA in r       MISS, BONE out r
//   OFT blocks of b: in / b of b (b - 1) / 2, with block_share one             FOURIERFT n_frequency
//   BOFT n in / b of b^2, and out               LN_TUNING the norm itself
// and without matrices, h hidden size, v virtual tokens, L layers, k kv heads x head width:
//   PROMPT_TUNING v h    P_TUNING v h and three matrices with biases    PREFIX_TUNING 2 v L k
// modules_to_save are trained whole and counted in.
//
// Source: peft, src/peft/tuners/*/layer.py, */model.py and config.py, main at 5d602fd (2026-08). Not counted: adapters of
// routed experts (target_parameters), biases that are trained too (bias), prefix_projection and LSTM encoders, and the
// frozen matrices that VeRA's adapters share. Bad input: no size.

#include <llmcalc/model/model.hpp>

#include <nlohmann/json.hpp>

#include <optional>

namespace llmcalc::io {

/// What an adapter trains.
struct AdapterSize {
  Count parameters = 0;  ///< all of it
  Count saved = 0;       ///< of which modules trained whole (modules_to_save)
  Count per_rank = 0;    ///< what LoRA of rank 1 on the same matrices would train
};

/// What the adapter of an adapter_config.json trains in this model; nothing when that cannot be said.
[[nodiscard]] std::optional<AdapterSize> adapter_size(const nlohmann::json& config, const Model& base);

}  // namespace llmcalc::io
