#pragma once
// Values of a config that speak of sizes and that no reader looked at.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <string>
#include <vector>

namespace llmcalc::models {

/// Names of the sizes in a config that nobody read: whole numbers above 1 whose key speaks of a size ("ngram_vocab_size",
/// "vision_config.num_layers"), and objects of which nothing was read ("vision_config"). Keys that are known not to
/// change any size (token ids, groups that a router chooses from, what training used) are left out.
[[nodiscard]] std::vector<std::string> unread_sizes(const nlohmann::json& config, const Findings&, Trust);

/// Names them in a note and lowers the model's trust, when there are any.
void note_unread_sizes(const nlohmann::json& config, Findings&, Model&);

}  // namespace llmcalc::models
