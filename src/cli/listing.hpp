#pragma once
// A catalogue as the list commands print it.

#include "report/text_table.hpp"

#include <llmcalc/base/issue.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace llmcalc::cli {

/// What a list prints: a table for people and the same as JSON.
struct Listing {
  io::TextTable table;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::string note;  ///< printed below the table
};

/// True when every word of the filter occurs in the text, upper or lower case.
bool matches(std::string_view filter, std::string text);

/// The devices that match the filter; issues name presets that cannot be read.
Listing list_devices(const std::string& filter, Issues& issues);

}  // namespace llmcalc::cli
