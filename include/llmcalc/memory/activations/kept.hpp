#pragma once
// What one operation or one layer keeps for the backward pass, as coefficients: so that the same numbers serve any
// micro-batch, sequence, pipeline stage and sequence-parallel split, and the explanation can show the product.

#include <llmcalc/base/units.hpp>

namespace llmcalc {

/// Bytes kept, by what they are multiplied with.
struct Kept {
  Count stream = 0;  ///< per token, tensors as wide as the residual stream: divided by sequence parallelism
  Count inner = 0;   ///< per token, tensors inside a block, widths already divided by tensor parallelism
  Count scores = 0;  ///< per token and attended position (attention probabilities, masks)
  Count fixed = 0;   ///< per call

  friend constexpr bool operator==(const Kept&, const Kept&) = default;
  constexpr Kept& operator+=(const Kept& other) {
    stream = add(stream, other.stream);
    inner = add(inner, other.inner);
    scores = add(scores, other.scores);
    fixed = add(fixed, other.fixed);
    return *this;
  }
  friend constexpr Kept operator+(Kept a, const Kept& b) { return a += b; }
  friend constexpr Kept operator*(Count n, const Kept& k) {
    return {multiply(n, k.stream), multiply(n, k.inner), multiply(n, k.scores), multiply(n, k.fixed)};
  }
};

/// Tokens one rank works on in one micro-batch.
struct TokenCounts {
  Count tokens = 0;  ///< micro-batch x sequence, divided by context parallelism
  Count stream_divisor =
      1;               ///< ranks that share the residual stream (tensor parallel ranks with sequence parallelism)
  Count attended = 0;  ///< positions a token's scores cover
};

/// Bytes of `kept` for one call.
[[nodiscard]] constexpr Bytes bytes_of(const Kept& kept, const TokenCounts& t) {
  return ceil_divide(Bytes{multiply(kept.stream, t.tokens)}, t.stream_divisor) +
         Bytes{multiply(kept.inner, t.tokens)} + Bytes{product(kept.scores, t.tokens, t.attended)} +
         Bytes{kept.fixed};
}

/// What a layer keeps, by block.
struct LayerKept {
  Kept norms;
  Kept mixer;         ///< attention or recurrent mixer, inputs of its projections included
  Kept feed_forward;  ///< inputs of its projections included
  Kept adapters;      ///< inputs and low-rank products of LoRA

  [[nodiscard]] constexpr Kept total() const { return norms + mixer + feed_forward + adapters; }
};

}  // namespace llmcalc
