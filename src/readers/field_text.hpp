#pragma once
// Settings as people type them, turned into the JSON that scenarios are made of.

#include <llmcalc/scenario/field.hpp>

#include <nlohmann/json.hpp>

#include <string_view>

namespace llmcalc::io {

/// JSON of a typed value: "8,192", "8k" and "24GiB" become numbers, "on" true, "rtx-4090:2" a device with its count, a path
/// a file. What fits nothing stays text, so that read_scenario() can say what is wrong with it.
nlohmann::json value_of_text(const Field& field, std::string_view text);

/// What "on", "yes", "0" and their like mean; nothing for other words.
std::optional<bool> flag_of_word(std::string_view text);

/// An amount of memory: "24GiB", "80 GB", "512MiB", "1000"; nothing when it is none.
std::optional<Bytes> bytes_of_text(std::string_view text);

/// A number of tokens: "8192", "8k" (8,192), "128K", "1M" (2^20); nothing when it is none.
std::optional<Count> tokens_of_text(std::string_view text);

}  // namespace llmcalc::io
