#pragma once
// Logits and cross-entropy. T tokens, V vocabulary rows on this rank, c bytes of the logits (2; 4 in fp32), h hidden.
//
//   loss                  saved                       moment in forward          loss backward
//   freed before backward 4 V T + labels              + c V T + (4 V T, c = 2)   12 V T
//   full                  the same + c V T            + 4 V T (c = 2)            12 V T + c V T
//   chunked, n chunks     2 c V T + 4 V T / n         + 4 V T / n                3 c V T + 8 V T / n
//   chunked, compiled     c V T + 4 V T / n           + 4 V T / n                2 c V T + 8 V T / n
//   fused (linear + loss) 2 h T, the head's gradient  chunk x V (c + 4)          nothing more
//   vocabulary-parallel   4 V T (in place)            + c V T                    4 V T + c V T      (Megatron)
//   loss parallel         4 V T + labels              + c V T + 4 V T            16 V T             (torch DTensor:
//   the
//                         log-softmax, its exponential, the gradient's start and their sum)
//   log-probabilities     c V T                       + c V T                    3 c V T     (TRL: one row at a time)
//   logits in place       c V T + labels              nothing                    c V T       (Unsloth's kernel)
// A reference's pass beside a policy's graph (DPO): its logits and one row of log-probabilities, c V T + c V T /
// rows. labels: 8 bytes a token, 8 more with one sequence; 4 bytes the loss itself. A final soft cap keeps its tanh:
// c V T. Fused: chunk = 2^ceil(log2(ceil(T / ceil(V / h)))) tokens.
//
// Source: PyTorch saved-tensor hooks and allocation ledger on the transformers classes (exact, 105 cases);
// Megatron-Core tensor_parallel/cross_entropy; Liger-Kernel fused_linear_cross_entropy; torchtune
// CEWithChunkedOutputLoss; TRL trainer/utils.py selective_log_softmax; Unsloth kernels/cross_entropy_loss.py.
// Chunked, fused, log-probabilities and Unsloth's are from source, not measured.

#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <bit>

namespace llmcalc {

/// What decides the size of the loss.
struct LossShape {
  Count tokens = 0;
  Count sequences = 1;
  Count vocabulary = 0;  ///< rows on this rank
  Count hidden = 0;
  Count compute = 2;  ///< bytes of the logits
  Count chunks = 8;
  Loss loss = Loss::FreedBeforeBackward;
  bool softcap = false;
  bool in_place = false;           ///< Megatron's vocabulary-parallel loss
  bool compiled = false;           ///< torch.compile: a chunk's log-softmax is not kept
  bool parallel = false;           ///< torch's loss parallel over vocabulary shards
  bool log_probabilities = false;  ///< of the tokens taken, as preference and reward objectives need
  bool rescaled = false;           ///< logits are divided by a temperature first
  bool reference_beside = false;   ///< a reference's forward pass runs while the policy's graph is held
  bool logits_in_place = false;    ///< the kernel writes the gradient over the logits
};

/// Bytes of the loss at its three moments, per token and logit where possible.
struct LossBytes {
  Bytes saved;          ///< kept from the end of the forward pass
  Bytes forward_extra;  ///< beside `saved` while the loss is computed
  Bytes backward;       ///< all of the loss while its gradient is computed
  Count saved_per_logit = 0;
  Count forward_extra_per_logit = 0;
  Count backward_per_logit = 0;
};

/// Bytes of the integer labels and the loss.
[[nodiscard]] constexpr Bytes label_bytes(const LossShape& s) {
  return {add(multiply(8, s.tokens), s.sequences == 1 ? 8 : 0)};
}

/// Tokens that a fused linear cross-entropy handles at once.
[[nodiscard]] constexpr Count fused_chunk(const LossShape& s) {
  if (s.hidden == 0 || s.vocabulary == 0 || s.tokens == 0) return 0;
  const Count share = ceil_divide(s.tokens, ceil_divide(s.vocabulary, s.hidden));
  return std::min(s.tokens, share > (Count{1} << 62) ? s.tokens : std::bit_ceil(share));
}

namespace loss_detail {

/// The log-softmax of every row in the logits' type; its gradient; and the rows put together again.
[[nodiscard]] constexpr LossBytes log_probabilities(const LossShape& s, Count logits, Count cap) {
  const Count c = s.compute;
  LossBytes r;
  r.saved_per_logit = c + cap;
  r.backward_per_logit = 3 * c + cap;
  r.saved = Bytes{multiply(r.saved_per_logit, logits)} + label_bytes(s) + Bytes{4};
  const Bytes own{multiply(s.rescaled ? 2 * c : c, logits)};
  const Bytes row{ceil_divide(multiply(c, logits), std::max<Count>(s.sequences, 1))};
  const Bytes reference = s.reference_beside ? Bytes{multiply(c, logits)} + row : Bytes{};
  r.forward_extra = max(own, reference);
  r.backward = Bytes{multiply(r.backward_per_logit, logits)} + Bytes{4};
  return r;
}

}  // namespace loss_detail

/// The loss at its moments.
[[nodiscard]] constexpr LossBytes loss_bytes(const LossShape& s) {
  const Count logits = multiply(s.tokens, s.vocabulary);
  const Count c = s.compute;
  const Count upcast = c == 2 ? 4 : 0;
  LossBytes r;
  const Bytes scalar{4};
  if (s.loss == Loss::Fused) {
    r.saved = Bytes{product(c, s.hidden, s.tokens)} + scalar;
    r.forward_extra = {product(fused_chunk(s), s.vocabulary, c + 4)};
    r.backward = r.saved;
    return r;
  }
  if (s.loss == Loss::Chunked) {
    const Bytes chunk{multiply(4, ceil_divide(logits, std::max<Count>(s.chunks, 1)))};
    r.saved_per_logit = s.compiled ? c : 2 * c;
    r.backward_per_logit = s.compiled ? 2 * c : 3 * c;
    r.saved = Bytes{multiply(r.saved_per_logit, logits)} + chunk + label_bytes(s) + scalar;
    r.forward_extra = chunk;
    r.backward = Bytes{multiply(r.backward_per_logit, logits)} + chunk * 2 + scalar;
    return r;
  }
  const Count cap = s.softcap ? c : 0;
  if (s.log_probabilities) return loss_detail::log_probabilities(s, logits, cap);
  if (s.logits_in_place) {
    r.saved_per_logit = r.backward_per_logit = c + cap;
    r.saved = r.backward = Bytes{multiply(r.saved_per_logit, logits)} + label_bytes(s) + scalar;
    return r;
  }
  if (s.in_place) {
    r.saved_per_logit = 4 + cap;
    r.backward_per_logit = 4 + c + cap;
    r.saved = Bytes{multiply(r.saved_per_logit, logits)} + label_bytes(s) + scalar;
    r.forward_extra_per_logit = c;
    r.forward_extra = {multiply(c, logits)};
    r.backward = Bytes{multiply(r.backward_per_logit, logits)} + label_bytes(s) + scalar;
    return r;
  }
  const Count held = s.loss == Loss::Full ? c : 0;
  r.saved_per_logit = 4 + cap + held;
  r.backward_per_logit = (s.parallel ? 16 : 12) + cap + held;
  r.saved = Bytes{multiply(r.saved_per_logit, logits)} + label_bytes(s) + scalar;
  r.forward_extra_per_logit = upcast + c - held;
  r.forward_extra = {multiply(r.forward_extra_per_logit, logits)};
  if (s.sequences > 1) r.forward_extra += Bytes{multiply(8, add(s.tokens, s.sequences))};
  r.backward = Bytes{multiply(r.backward_per_logit, logits)} + scalar;
  return r;
}

}  // namespace llmcalc
