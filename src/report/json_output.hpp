#pragma once
// JSON as it is printed: valid whatever the names in it hold, and safe on a terminal.

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace llmcalc::io {

/// The document on one line, without a line break. Bytes that are no UTF-8 are replaced; characters that a terminal
/// obeys are written as \uNNNN, which means the same to every reader.
std::string json_line(const nlohmann::ordered_json& document);

/// The same over several lines, indented.
std::string json_block(const nlohmann::ordered_json& document);

}  // namespace llmcalc::io
