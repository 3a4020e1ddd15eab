#pragma once
// The inventory of stored tensors for spreadsheets.

#include "report/text_table.hpp"

#include <llmcalc/memory/stored_tensors.hpp>

#include <span>

namespace llmcalc::io {

/// One row per group of equal tensors: name, rows, columns, how many, parameters, format, bytes, part.
TextTable tensor_table(std::span<const StoredTensor> tensors);

}  // namespace llmcalc::io
