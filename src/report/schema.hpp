#pragma once
// JSON Schemas (draft 2020-12) of what the program reads and writes, made from the tables that read and write it.

#include <nlohmann/json.hpp>

namespace llmcalc::io {

/// Of a scenario, from the table of fields: every setting with its type, range and help.
nlohmann::ordered_json scenario_schema();

/// Of an estimate as `estimate --format json` prints it, from the tables of parts, phases and trust.
nlohmann::ordered_json estimate_schema();

}  // namespace llmcalc::io
