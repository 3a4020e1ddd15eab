#pragma once
// A model from a few numbers set by hand, for when no config is at hand.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace llmcalc {

/// The numbers of a model set by hand: a decoder built like Llama, dense or with experts. 0 means "not given" where a
/// field's comment says so.
struct CustomModel {
  Count parameters = 0;  ///< total; 0: what the shapes give
  Count layers = 32;
  Count hidden_size = 4096;
  Count heads = 32;
  Count kv_heads = 0;  ///< 0: as many as heads
  Count head_dim = 0;  ///< 0: hidden_size / heads
  Count intermediate_size = 14336;
  Count vocabulary = 128256;
  Count experts = 0;  ///< routed experts; 0: dense
  Count experts_per_token = 2;
  Count expert_intermediate_size = 0;  ///< 0: intermediate_size
  Count shared_intermediate_size = 0;  ///< total width of shared experts; 0: none
  Count window = 0;                    ///< sliding window in tokens on every layer; 0: none
  Count max_context = 0;               ///< 0: unknown
  bool tied_head = false;
  bool gated = true;
  friend bool operator==(const CustomModel&, const CustomModel&) = default;
};

/// A model from numbers set by hand. A given total wins over the shapes: what it has more than the shapes is
/// Model::other_parameters; when it is less, the feed-forward width shrinks until the shapes fit into it (a note says
/// so), and if they never do, that is an issue naming the smallest total these shapes allow.
[[nodiscard]] Result<Model> model_from_numbers(CustomModel c);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/model/custom_inl.hpp>
#endif
