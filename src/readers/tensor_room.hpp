#pragma once
// What a model's tensors may take, over all its files: a budget for the whole set, as one for each file would be multiplied by the
// number of files.

#include "host/limits.hpp"

#include <cstdint>
#include <string>

namespace llmcalc::io {

/// What may still be read of one model's tensors: all its files share it.
struct TensorRoom {
  std::uint64_t tensors = most(Limit::Tensors);
  std::uint64_t name_bytes = most(Limit::TensorNames);

  /// Takes the room of a tensor; false when there is none.
  bool take(const std::string& name) {
    if (tensors == 0 || name.size() > name_bytes) return false;
    --tensors;
    name_bytes -= name.size();
    return true;
  }
  /// What is said then.
  static std::string problem() {
    return "has more than " + std::to_string(most(Limit::Tensors)) + " tensors, or names of more than " +
           std::to_string(most(Limit::TensorNames)) + " bytes: more than any model";
  }
};

}  // namespace llmcalc::io
