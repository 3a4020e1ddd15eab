#pragma once
// The comparison as JSON. Apart from self_check.hpp so that the window need not read the JSON library everywhere.

#include "report/self_check.hpp"

#include <nlohmann/json.hpp>

namespace llmcalc::io {

/// {"log", "task", "figures": [...], "settings", "notes"}
nlohmann::ordered_json self_check_json(const SelfCheck& check);

}  // namespace llmcalc::io
