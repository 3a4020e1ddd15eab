#pragma once
// llama.cpp's architecture names, and what neither metadata nor tensors of a file say of them.

#include <llmcalc/model/model.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace llmcalc::io {

/// One architecture.
struct GgufArchitecture {
  std::string_view name;        ///< general.architecture
  std::string_view model_type;  ///< of the Hugging Face config it was converted from (models/registry.hpp)
  std::string_view family{};    ///< of one that the registry does not have
  Activation activation = Activation::Silu;
  /// Sliding windows when the file has no pattern: every n-th layer is full (the last of n); 0: no layer has one;
  /// 1: every layer has one. Source: llama.cpp d775b8967 (build 10573), set_swa_pattern() in src/models/*.cpp.
  std::uint32_t window_period = 0;
  bool full_first = false;  ///< the full layer is the first of n, not the last
  std::uint32_t chunk = 0;  ///< windows are chunks of this length (Llama 4)
  bool plus_one_norm = false;
  Positions positions = Positions::Rotary;
};

/// An architecture; nothing when it is not known (its files are read all the same).
std::optional<GgufArchitecture> find_architecture(std::string_view name);

/// Why files of this architecture are not language models that generate text; "" when they are.
std::string_view why_not_a_decoder(std::string_view name);

}  // namespace llmcalc::io
