#pragma once
// Fixed state of state-space, linear-attention and convolution layers: independent of the context.
//
// Mamba-2: convolution (d_inner + 2 groups x d_state) x columns + heads x head_dim x d_state.
// Mamba-1: d_inner x columns + d_inner x d_state. Gated delta nets: (2 key width + value width) x columns + value
// heads x value head width x key head width. Lightning attention: heads x head_dim^2. Short convolution: inner x
// columns. Other recurrences: inner x columns + heads x head_dim x state (RWKV: two shifted tokens and a matrix per
// head). Columns: the kernel's width in transformers and mamba_ssm, one less in vLLM. Tensor parallelism divides all
// of it; Mamba-2's groups are first extended to one for each rank when the ranks do not divide them. Source: vLLM
// model_executor/layers/mamba/mamba_utils.py; mamba_ssm allocate_inference_cache; the cache objects of the
// transformers classes. Worked: Qwen3-Next, one delta layer in transformers: 65,536 + 2,097,152 bytes.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/memory/sharding.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace llmcalc {

/// The factor of a state's summand that says how many copies an engine keeps for a sequence. A step reads one of them.
inline constexpr std::string_view state_copies = "copies per sequence";

/// Bytes of one copy of the states in a breakdown.
[[nodiscard]] inline Bytes one_state(const Breakdown& breakdown) {
  Bytes sum;
  const Component* states = breakdown.find(Part::RecurrentState);
  if (states == nullptr) return sum;
  for (const Summand& s : states->summands) {
    const auto copies =
        std::find_if(s.terms.begin(), s.terms.end(), [](const Term& t) { return t.symbol == state_copies; });
    sum += copies == s.terms.end() ? s.result : scale(s.result, 1, std::max<Count>(1, copies->value));
  }
  return sum;
}

/// Elements of one layer's state on one rank.
struct StateShape {
  Count convolution = 0;  ///< channels of the causal convolution
  Count kernel = 0;       ///< its width
  Count state = 0;        ///< recurrent state
  friend bool operator==(const StateShape&, const StateShape&) = default;
};

/// State of a layer on one of `tensor` ranks; empty when it keeps none.
[[nodiscard]] constexpr StateShape state_shape(const Layer& layer, Count tensor) {
  if (!layer.recurs()) return {};
  const RecurrentShape& r = layer.recurrent;
  tensor = std::max<Count>(tensor, 1);
  StateShape s{.kernel = r.conv_kernel};
  switch (layer.recurrent_mixer()) {
    case Mixer::Mamba1:
      s.convolution = r.inner;
      s.state = multiply(r.inner, r.state);
      break;
    case Mixer::Mamba2:
      // Every rank needs the groups of its heads: a rank without one of its own holds a copy.
      s.convolution = add(r.inner, product(2, r.groups % tensor == 0 ? r.groups : tensor, r.state));
      s.state = product(r.heads, r.head_dim, r.state);
      break;
    case Mixer::GatedDeltaNet:
    case Mixer::KimiDeltaNet:
      s.convolution = add(r.inner, product(2, r.groups, r.state));
      s.state = product(r.heads, r.head_dim, r.state);
      break;
    case Mixer::LightningAttention:
      s.kernel = 0;
      s.state = product(r.heads, r.head_dim, r.head_dim);
      break;
    case Mixer::ShortConvolution: s.convolution = r.inner; break;
    case Mixer::Recurrence:
      s.convolution = r.inner;
      s.state = product(r.heads, r.head_dim, r.state);
      break;
    case Mixer::None:
    case Mixer::Attention:
    case Mixer::LatentAttention:
    case Mixer::CrossAttention: return {};
  }
  s.convolution = ceil_divide(s.convolution, tensor);
  s.state = ceil_divide(s.state, tensor);
  return s;
}

/// How states are stored.
struct StateStorage {
  Block convolution{1, 2};
  Block state{1, 4};
  Count columns_less = 0;   ///< 1: a column less than the kernel's width
  Count extra_columns = 0;  ///< speculative tokens
};

/// Columns of the convolution that are kept.
[[nodiscard]] constexpr Count state_columns(const StateShape& s, const StateStorage& storage) {
  return s.kernel == 0 ? 0 : add(subtract(s.kernel, storage.columns_less), storage.extra_columns);
}

/// Bytes of one layer's state for one sequence.
[[nodiscard]] constexpr Bytes state_bytes(const StateShape& s, const StateStorage& how) {
  return storage(multiply(s.convolution, state_columns(s, how)), how.convolution) + storage(s.state, how.state);
}
static_assert(state_bytes({.convolution = 8192, .kernel = 4, .state = 524'288}, {}) == Bytes{2'162'688});

/// Summands of the states of a stage for `sequences` sequences. `width(layer)` gives the block of its recurrent
/// state.
template <class StateBlock>
[[nodiscard]] std::vector<Summand> state_summands(const Model& model, const Stage& stage, Count tensor,
                                                  Count sequences, StateStorage how, StateBlock state_block) {
  std::vector<Summand> out;
  for (std::size_t k = 0; k < model.kinds.size(); ++k) {
    const Layer& layer = model.kinds[k];
    const Count n = stage.layers_of_kind[k];
    const StateShape s = state_shape(layer, tensor);
    if (n == 0 || s == StateShape{}) continue;
    const Term all{"sequences", sequences};
    const Term layers{"layers", n};
    if (const Count columns = state_columns(s, how); columns != 0) {
      out.push_back(
          summand("convolution", {all, layers, {"channels", s.convolution}, {"columns", columns}}, how.convolution));
    }
    if (s.state != 0) {
      out.push_back(summand("recurrent state", {all, layers, {"elements", s.state}}, state_block(layer)));
    }
  }
  return out;
}

}  // namespace llmcalc
