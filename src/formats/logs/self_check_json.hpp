#pragma once
// The comparison as JSON. Apart from self_check.hpp so that the window need not read the JSON library everywhere.

#include "formats/logs/self_check.hpp"

#include <nlohmann/json.hpp>

namespace llmcalc::formats {

/// {"log", "task", "figures": [...], "settings", "notes"}
nlohmann::ordered_json self_check_json(const SelfCheck& check);

}  // namespace llmcalc::formats
