#pragma once
// Single changes that save memory, ranked by what they save, each with what it costs in words. Copy the scenario, change
// a field, evaluate. A change that is not valid for this runtime or model, or saves nothing, is not proposed.
//
// "Saved" is the room gained on the device that decides (the one with least room, and the host only where what lies
// there does not fit: while all fits, what it has left says nothing about a job on devices). Range of validity: each lever is
// one change; savings of several do not simply add. Prices in quality and speed are words, not figures.

#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/price.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

/// What one lever does to a scenario.
struct LeverEffect {
  std::string id;     ///< "kv_cache_format:fp8"
  std::string label;  ///< "FP8 KV cache"
  std::string price;  ///< what it costs, in a word or two
  Price kind = Price::None;
  Scenario scenario;  ///< with the change made
  Bytes saved;        ///< room gained on the device that decides
  FitAnswer after;
};

/// Every lever that helps, the largest saving first.
[[nodiscard]] std::vector<LeverEffect> levers(const Scenario& s, Task task);

/// The cheapest lever that makes it fit: the lowest price, and among equals the smallest change. Null when none
/// suffices.
[[nodiscard]] const LeverEffect* smallest_remedy(const std::vector<LeverEffect>& effects);

/// A label inside a sentence: "weights in NVFP4", but "KV cache in FP8", "LoRA" and "Q8_0 KV cache": a word with
/// further capitals or figures in it is a name.
[[nodiscard]] inline std::string in_sentence(std::string_view label) {
  std::string words(label);
  const std::string_view first = label.substr(0, label.find(' '));
  const auto is_name = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  if (first.empty() || first[0] < 'A' || first[0] > 'Z') return words;
  for (const char c : first.substr(1)) {
    if (is_name(c)) return words;
  }
  words[0] = static_cast<char>(words[0] - 'A' + 'a');
  return words;
}

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/questions/levers_inl.hpp>
#endif
