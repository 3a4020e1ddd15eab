#pragma once
// What a main tensor and its companions stand for: one rule a packing.

#include "readers/safetensors/packed_companions.hpp"
#include "readers/safetensors/packed_tensors.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace llmcalc::io {

/// The logical tensor behind a packed one.
struct Decoded {
  Packing packing = Packing::Plain;
  std::string name;
  Shape shape;
  std::uint32_t bits = 0;
  std::uint64_t group_size = 0;
  bool bits_guessed = false;
};

/// Recognises a packed tensor; none when it is stored as it is.
std::optional<Decoded> decode(const StoredTensor& main, const CompanionList& with, const QuantizationConfig& config);

}  // namespace llmcalc::io
