#pragma once
// In which format a publisher ships the weights: what quantization configs say, in the dialects of the libraries that
// write them, and what that means for every matrix of the inventory.

#include "models/fields.hpp"
#include "models/module_rules.hpp"

#include <llmcalc/memory/weight_formats.hpp>
#include <llmcalc/model/model.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace llmcalc::models {

/// How a checkpoint's matrices are stored.
struct QuantizationPlan {
  bool known = false;                    ///< the config says something of it
  WeightRules otherwise{};               ///< what no rule names, as far as this format quantizes it
  bool otherwise_plain = false;          ///< what no rule names stays in 16 bits: the config lists all that does not
  std::optional<WeightRules> experts{};  ///< routed experts that no rule names
  std::optional<WeightRules> tables{};   ///< tables of hashed words that no rule names
  bool head = false;                     ///< the output head is quantized like any linear layer
  ModuleRules rules;
};

/// What a config holds of its quantization; null when it holds nothing.
struct QuantizationEntry {
  nlohmann::json entry;
  std::string pointer;  ///< where it stood
};

/// Takes the entry out of a config, so that its readers need not carry lists of thousands of modules along.
[[nodiscard]] QuantizationEntry take_quantization(nlohmann::json& config);

/// Sets released_format, quantization_group and quantization_bits; `c` is the top level of the config without its
/// quantization, `inner` its text_config if it has one.
[[nodiscard]] QuantizationPlan read_released_format(const Fields& c, const Fields& inner,
                                                    const QuantizationEntry& quantization, Model& m);

/// Gives every tensor of the inventory its bytes, where they are not those of the released format alone. What the
/// config says and the inventory does not have becomes a note and lowers the trust.
void place_formats(QuantizationPlan& plan, const Fields& c, Model& m);

}  // namespace llmcalc::models
