#pragma once
// Losses: logits and cross-entropy at the three moments of a step, one row for each way to compute them.
//
// T tokens, V vocabulary rows on this rank, c bytes of the logits (2; 4 in fp32), h hidden:
//
//   loss                    saved                      moment in forward         loss backward
//   freed before backward   4 V T + labels             + c V T + (4 V T, c = 2)  12 V T
//   full                    the same + c V T           + 4 V T (c = 2)           12 V T + c V T
//   chunked, n chunks       2 c V T + 4 V T / n        + 4 V T / n               3 c V T + 8 V T / n
//   chunked, compiled       c V T + 4 V T / n          + 4 V T / n               2 c V T + 8 V T / n
//   fused (linear + loss)   c h T, the head's gradient chunk x V (c + 4)         nothing more
//
// Kernels of frameworks, in place of the first two rows:
//
//   vocabulary-parallel     4 V T (in place)           + c V T                   4 V T + c V T    Megatron
//   loss parallel           4 V T + labels             + c V T + (4 V T, c = 2)  16 V T           torch's DTensor: the
//                           log-softmax, its exponential, the gradient's start and their sum
//   over the logits         c V T + labels             nothing                   c V T            Unsloth
//   log-probabilities       c V T                      + c V T                   3 c V T          TRL, row by row
//
// A reference's pass while the policy's graph is held (DPO): its logits and one row of log-probabilities, c V T + c V T
// / rows. Labels: 8 bytes per token, 8 more with one sequence; 4 bytes the loss itself. A final soft cap keeps its
// tanh: c V T. Fused: chunk = 2^ceil(log2(ceil(T / ceil(V / h)))) tokens.
//
// Source: PyTorch saved-tensor hooks and allocation ledger on the transformers classes (exact, 105 cases);
// Megatron-Core tensor_parallel/cross_entropy; Liger-Kernel fused_linear_cross_entropy; torchtune
// CEWithChunkedOutputLoss; TRL trainer/utils.py selective_log_softmax; Unsloth kernels/cross_entropy_loss.py. Chunked,
// fused, log-probabilities and Unsloth's are from source, not measured. Shapes of 0 give the labels and the loss alone.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace llmcalc {

enum class Loss : std::uint8_t { Full, FreedBeforeBackward, Chunked, Fused };

/// How a framework computes the cross-entropy of whole logits.
enum class LossKernel : std::uint8_t {
  Torch,
  VocabularyParallel,  ///< Megatron: over vocabulary shards, in place
  LossParallel,        ///< torch's DTensor: over vocabulary shards
  OverLogits           ///< Unsloth: the gradient is written over the logits
};

/// What decides the size of the loss.
struct LossShape {
  Count tokens = 0;
  Count sequences = 1;
  Count vocabulary = 0;  ///< rows on this rank
  Count hidden = 0;
  Count compute = 2;  ///< bytes of the logits
  Count chunks = 8;
  Loss loss = Loss::FreedBeforeBackward;
  LossKernel kernel = LossKernel::Torch;
  bool softcap = false;
  bool compiled = false;           ///< torch.compile: a chunk's log-softmax is not kept
  bool log_probabilities = false;  ///< of the tokens taken, as preference and reward objectives need
  bool rescaled = false;           ///< logits are divided by a temperature first
  bool reference_beside = false;   ///< a reference's forward pass runs while the policy's graph is held
};

/// Bytes of the loss at its three moments, per token and logit where possible.
struct LossBytes {
  Bytes saved;          ///< kept from the end of the forward pass
  Bytes forward_extra;  ///< alongside `saved` while the loss is computed
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

/// The loss itself, in fp32.
inline constexpr Bytes scalar{4};

/// Bytes of the tanh that a final soft cap keeps for each logit.
[[nodiscard]] constexpr Count cap(const LossShape& s) { return s.softcap ? s.compute : 0; }

/// The log-softmax of every row in the logits' type; its gradient; and the rows put together again.
[[nodiscard]] constexpr LossBytes log_probabilities(const LossShape& s) {
  const Count c = s.compute;
  const Count logits = multiply(s.tokens, s.vocabulary);
  LossBytes r;
  r.saved_per_logit = c + cap(s);
  r.backward_per_logit = 3 * c + cap(s);
  r.saved = Bytes{multiply(r.saved_per_logit, logits)} + label_bytes(s) + scalar;
  const Bytes own{multiply(s.rescaled ? 2 * c : c, logits)};
  const Bytes row{ceil_divide(multiply(c, logits), std::max<Count>(s.sequences, 1))};
  const Bytes reference = s.reference_beside ? Bytes{multiply(c, logits)} + row : Bytes{};
  r.forward_extra = max(own, reference);
  r.backward = Bytes{multiply(r.backward_per_logit, logits)} + scalar;
  return r;
}

/// Logits and their gradient in one place.
[[nodiscard]] constexpr LossBytes over_logits(const LossShape& s) {
  LossBytes r;
  r.saved_per_logit = r.backward_per_logit = s.compute + cap(s);
  r.saved = r.backward = Bytes{product(r.saved_per_logit, s.tokens, s.vocabulary)} + label_bytes(s) + scalar;
  return r;
}

/// An fp32 softmax in place of a copy of the logits, and the gradient in their type.
[[nodiscard]] constexpr LossBytes vocabulary_parallel(const LossShape& s) {
  const Count c = s.compute;
  const Count logits = multiply(s.tokens, s.vocabulary);
  LossBytes r;
  r.saved_per_logit = 4 + cap(s);
  r.backward_per_logit = 4 + c + cap(s);
  r.saved = Bytes{multiply(r.saved_per_logit, logits)} + label_bytes(s) + scalar;
  r.forward_extra_per_logit = c;
  r.forward_extra = {multiply(c, logits)};
  r.backward = Bytes{multiply(r.backward_per_logit, logits)} + label_bytes(s) + scalar;
  return r;
}

/// torch's cross-entropy; `held` bytes of each logit stay referred to, `gradient` bytes of it exist at once backward.
[[nodiscard]] constexpr LossBytes torch_cross_entropy(const LossShape& s, Count held, Count gradient) {
  const Count c = s.compute;
  const Count logits = multiply(s.tokens, s.vocabulary);
  const Count upcast = c == 2 ? 4 : 0;
  LossBytes r;
  r.saved_per_logit = 4 + cap(s) + held;
  r.backward_per_logit = gradient + cap(s) + held;
  r.saved = Bytes{multiply(r.saved_per_logit, logits)} + label_bytes(s) + scalar;
  r.forward_extra_per_logit = upcast + c - held;
  r.forward_extra = {multiply(r.forward_extra_per_logit, logits)};
  if (s.sequences > 1) r.forward_extra += Bytes{multiply(8, add(s.tokens, s.sequences))};
  r.backward = Bytes{multiply(r.backward_per_logit, logits)} + scalar;
  return r;
}

/// All logits at once, by the framework's kernel.
[[nodiscard]] constexpr LossBytes whole_logits(const LossShape& s, Count held) {
  if (s.log_probabilities) return log_probabilities(s);
  switch (s.kernel) {
    case LossKernel::Torch:
      break;
    case LossKernel::VocabularyParallel:
      return vocabulary_parallel(s);
    case LossKernel::LossParallel:
      return torch_cross_entropy(s, held, 16);
    case LossKernel::OverLogits:
      return over_logits(s);
  }
  return torch_cross_entropy(s, held, 12);
}
[[nodiscard]] constexpr LossBytes full(const LossShape& s) { return whole_logits(s, s.compute); }
[[nodiscard]] constexpr LossBytes freed(const LossShape& s) { return whole_logits(s, 0); }

/// Logits chunk by chunk, their gradients kept until all of them are there.
[[nodiscard]] constexpr LossBytes chunked(const LossShape& s) {
  const Count c = s.compute;
  const Count logits = multiply(s.tokens, s.vocabulary);
  const Bytes chunk{multiply(4, ceil_divide(logits, std::max<Count>(s.chunks, 1)))};
  LossBytes r;
  r.saved_per_logit = s.compiled ? c : 2 * c;
  r.backward_per_logit = s.compiled ? 2 * c : 3 * c;
  r.saved = Bytes{multiply(r.saved_per_logit, logits)} + chunk + label_bytes(s) + scalar;
  r.forward_extra = chunk;
  r.backward = Bytes{multiply(r.backward_per_logit, logits)} + chunk * 2 + scalar;
  return r;
}

/// The head's product and the loss in one kernel, which makes the gradients in the forward pass.
[[nodiscard]] constexpr LossBytes fused(const LossShape& s) {
  LossBytes r;
  r.saved = Bytes{product(s.compute, s.hidden, s.tokens)} + scalar;
  r.forward_extra = {product(fused_chunk(s), s.vocabulary, s.compute + 4)};
  r.backward = r.saved;
  return r;
}

}  // namespace loss_detail

/// Everything known of a loss.
struct LossRow {
  Loss id = Loss::Full;
  std::string_view key{}, label{}, help{};
  LossBytes (*bytes)(const LossShape&) = nullptr;
  bool holds_logits = false;     ///< the training loop refers to the logits until the step
  bool whole_logits = false;     ///< logits of all tokens exist at once, so that a framework's kernel matters
  bool makes_gradients = false;  ///< the head's gradient is made in the forward pass
};

inline constexpr std::array<LossRow, 4> losses{{
    {.id = Loss::Full,
     .key = "full",
     .label = "Full",
     .help = "logits are held during the backward pass",
     .bytes = loss_detail::full,
     .holds_logits = true,
     .whole_logits = true},
    {.id = Loss::FreedBeforeBackward,
     .key = "freed-before-backward",
     .label = "Logits freed",
     .help = "logits are dropped before the backward pass",
     .bytes = loss_detail::freed,
     .whole_logits = true},
    {.id = Loss::Chunked,
     .key = "chunked",
     .label = "Chunked",
     .help = "cross-entropy over chunks of the sequence",
     .bytes = loss_detail::chunked},
    {.id = Loss::Fused,
     .key = "fused",
     .label = "Fused",
     .help = "fused linear cross-entropy: logits never exist as a whole",
     .bytes = loss_detail::fused,
     .makes_gradients = true},
}};
static_assert(indexed_by_id(losses));
constexpr const auto& enum_table(Loss) { return losses; }

/// The loss at its moments.
[[nodiscard]] constexpr LossBytes loss_bytes(const LossShape& s) { return row_of(s.loss).bytes(s); }

}  // namespace llmcalc
