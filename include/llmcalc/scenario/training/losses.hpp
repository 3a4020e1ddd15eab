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
//   in place                4 V T (a fp32 copy)        + c V T (c = 2)           4 V T + c V T
//   chunked linear          labels                     one chunk: n b V          the same, and the head's gradient
//
// In place: one kernel writes the gradient over the fp32 copy of the logits (Liger, Apex). Chunked linear: the head's
// product and the loss of a chunk of n tokens at a time, computed again in the backward pass; b bytes per logit of the
// chunk and the head's own amounts are columns of the framework's version (ChunkedLinear).
//
// Kernels of frameworks, in place of the first two rows (shifted: transformers before 4.50, and classes like Granite's that
// compute their loss themselves):
//
//   torch, shifted copy     4 V T + labels             + (c + 8) V T (c = 2)     12 V T           before 4.50
//   shifted, logits apart   4 V T + labels             + 8 V T (c = 2)           12 V T           losses of a class
//   vocabulary-parallel     4 V T                      + (4 + c) V T             8 V T + c V T    Megatron, fused: the
//                           softmax, the copy of it that the compiled gradient is scattered into, the gradient
//   loss parallel, compiled 4 V T + labels             + c V T                   4 V T + c V T    torchtitan 2026
//   torch's, compiled       c V T + 8 T + labels       nothing                   2 c V T          torchtitan 2025-04 on
//   loss parallel           4 V T + labels             + c V T + (4 V T, c = 2)  16 V T           torch's DTensor: the
//                           log-softmax, its exponential, the gradient's start and their sum
//   over the logits         c V T + labels             nothing                   c V T            Unsloth
//   log-probabilities       c V T                      + c V T                   3 c V T          TRL, row by row;
//                           c = 4 under autocast, which converts a model's outputs
//
// In place with these: Unsloth's and Transformer Engine's write over the 16-bit logits, c V T; with the shifted copy
// 4 V T more forward and 8 V T backward, and from transformers 4.46 on c V T more forward: the model's class refers to
// the 16-bit logits while a function computes the loss. (Before 4.46 torch's own loss has c V T less than is counted.)
// A trainer that measures entropy and accuracy copies the logits of several sequences without each one's last: c V T
// beside the logits and what the loss has saved.
// Chunked, where the training loop drops the logits before the backward pass (torchtune): saved 4 V T, compiled c V T;
// a chunk of c + 4, compiled c, more in the backward pass, or two gradients of a trained head, 2 c V h, when the second
// chunk's is added to the first one's.
//
// A reference's pass while the policy's graph is held (DPO): its logits and one row of log-probabilities, c V T + c V T
// / rows. Labels: 8 bytes per token, 8 more with one sequence; 4 bytes the loss itself. A final soft cap keeps its
// tanh: c V T. Fused: chunk = 2^ceil(log2(ceil(T / ceil(V / h)))) tokens.
//
// Source: PyTorch saved-tensor hooks and allocation ledger on the transformers classes (exact, 105 cases);
// Megatron-Core tensor_parallel/cross_entropy; Liger-Kernel fused_linear_cross_entropy; torchtune
// CEWithChunkedOutputLoss; TRL trainer/utils.py selective_log_softmax; Unsloth kernels/cross_entropy_loss.py; transformers
// loss/loss_utils.py; TRL sft_trainer.py _chunked_cross_entropy_loss and compute_loss, trainer/utils.py
// entropy_from_logits; torchtitan components/loss.py; torchtune 0.6 recipes (del logits) and README (LoRA of Llama 3.2
// 3B); Liger-Kernel cross_entropy.py (fms-acceleration's tables of max_memory_allocated: 8.07 bytes per logit with
// transformers 4.45.2, 10.0 with 4.48.1, 8.0 for Granite). Chunked, fused, log-probabilities and Unsloth's are from source, not measured. Shapes of 0 give the labels and the loss alone.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace llmcalc {

enum class Loss : std::uint8_t { Full, FreedBeforeBackward, Chunked, Fused, InPlace, ChunkedLinear };

/// How a framework computes the cross-entropy of whole logits.
enum class LossKernel : std::uint8_t {
  Torch,
  TorchShifted,        ///< a contiguous copy of the logits without each sequence's last, in fp32
  TorchShiftedHeld,    ///< the same, with 16-bit logits that are referred to until the loss is there
  TorchShiftedAlone,   ///< the same, without the 16-bit logits
  VocabularyParallel,  ///< Megatron: over vocabulary shards, in place
  LossParallel,        ///< torch's DTensor: over vocabulary shards
  LossParallelOnce,    ///< torchtitan since 2026: the same as one function, which torch.compile fuses
  CompiledToo,         ///< the same; torch.compile fuses the function of whole vocabularies as well
  OverLogits           ///< Unsloth: the gradient is written over the logits
};

/// What becomes of the chunks of logits when their loss is there.
enum class ChunksOfLogits : std::uint8_t { Held, Dropped };

/// What a trainer makes of the logits beyond the loss.
enum class LogitMetrics : std::uint8_t { None, Entropy };

/// The head and the loss a chunk of tokens at a time.
struct ChunkedLinear {
  Count tokens = 256;      ///< of a chunk; 0: `chunks` of equal size
  Count chunks = 8;        ///< when `tokens` is 0
  Count per_logit = 16;    ///< bytes of the chunk that is computed
  Count head = 0;          ///< bytes per weight of the head until the backward pass ends
  Count trained_head = 2;  ///< the same when the head is trained
  Count hidden = 0;        ///< bytes per hidden number of the gradient that chunks are gathered in
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
  ChunkedLinear linear{};
  ChunksOfLogits chunks_of_logits = ChunksOfLogits::Held;
  LogitMetrics metrics = LogitMetrics::None;
  bool head_trained = true;
  bool softcap = false;
  bool compiled = false;           ///< torch.compile: a chunk's log-softmax is not kept
  bool log_probabilities = false;  ///< of the tokens taken, as preference and reward objectives need
  bool rescaled = false;           ///< logits are divided by a temperature first
  bool fp32_outputs = false;       ///< autocast converts what the model returns
  bool reference_beside = false;   ///< a reference's forward pass runs while the policy's graph is held
};

/// Bytes of the loss at its three moments, per token and logit where possible.
struct LossBytes {
  Bytes saved;          ///< kept from the end of the forward pass
  Bytes forward_extra;  ///< alongside `saved` while the loss is computed
  Bytes backward;       ///< all of the loss while its gradient is computed
  Bytes metrics;        ///< alongside `saved` after the forward pass, while the trainer measures entropy
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
  const Count c = s.fp32_outputs ? 4 : s.compute;
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

/// An fp32 softmax beside a copy of the logits while it is made; in the backward pass the softmax, a copy of it and the
/// gradient in the logits' type. `held` bytes of each logit stay referred to. Both copies are those of Megatron's fused
/// kernel; unfused it works in place, which is 4 V T less in both passes. Measured: 10.1 bytes beyond the logits against
/// 6.1 (SkyRL pull request 1841), 12 with them against 8 (Liger-Kernel pull request 1260).
[[nodiscard]] constexpr LossBytes vocabulary_parallel(const LossShape& s, Count held) {
  const Count c = s.compute;
  const Count logits = multiply(s.tokens, s.vocabulary);
  LossBytes r;
  r.saved_per_logit = 4 + cap(s) + held;
  r.backward_per_logit = 8 + c + cap(s) + held;
  r.saved = Bytes{multiply(r.saved_per_logit, logits)} + label_bytes(s) + scalar;
  r.forward_extra_per_logit = 4 + c - held;
  r.forward_extra = {multiply(r.forward_extra_per_logit, logits)};
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

/// The same with a contiguous copy of the fp32 logits without each sequence's last: the 16-bit logits, the fp32 ones and
/// the copy are there when the log-softmax is made. One sequence is contiguous already.
[[nodiscard]] constexpr LossBytes torch_shifted(const LossShape& s, Count held) {
  LossBytes r = torch_cross_entropy(s, held, 12);
  if (s.sequences <= 1) return r;
  const bool alone = s.kernel == LossKernel::TorchShiftedAlone;
  const Count copied = s.compute == 2 ? (alone ? 8 : 8 + s.compute) : 8;
  const Count more = copied - held - r.forward_extra_per_logit;
  r.forward_extra_per_logit += more;
  r.forward_extra += Bytes{product(more, s.tokens, s.vocabulary)};
  return r;
}

/// torchtitan's function for vocabulary shards when it is compiled: the log-softmax beside the 16-bit logits, and their
/// gradient.
[[nodiscard]] constexpr LossBytes loss_parallel_compiled(const LossShape& s, Count held) {
  LossBytes r = torch_cross_entropy(s, held, 4 + s.compute);
  r.forward_extra = r.forward_extra - Bytes{product(r.forward_extra_per_logit, s.tokens, s.vocabulary)};
  r.forward_extra_per_logit = s.compute - held;
  r.forward_extra += Bytes{product(r.forward_extra_per_logit, s.tokens, s.vocabulary)};
  return r;
}

/// torch's function when it is compiled: it reads the 16-bit logits again instead of keeping a log-softmax, and writes
/// their gradient. Two fp32 numbers a position stay.
[[nodiscard]] constexpr LossBytes compiled_cross_entropy(const LossShape& s) {
  const Count logits = multiply(s.tokens, s.vocabulary);
  LossBytes r;
  r.saved_per_logit = s.compute + cap(s);
  r.backward_per_logit = r.saved_per_logit + s.compute;
  r.saved = Bytes{add(multiply(r.saved_per_logit, logits), multiply(8, s.tokens))} + label_bytes(s) + scalar;
  r.backward = r.saved + Bytes{multiply(s.compute, logits)};
  return r;
}

/// All logits at once, by the framework's kernel.
[[nodiscard]] constexpr LossBytes whole_logits(const LossShape& s, Count held) {
  if (s.log_probabilities) return log_probabilities(s);
  switch (s.kernel) {
    case LossKernel::Torch: break;
    case LossKernel::TorchShifted:
    case LossKernel::TorchShiftedHeld:
    case LossKernel::TorchShiftedAlone: return torch_shifted(s, held);
    case LossKernel::VocabularyParallel: return vocabulary_parallel(s, held);
    case LossKernel::LossParallel: return torch_cross_entropy(s, held, 16);
    case LossKernel::LossParallelOnce:
      return s.compiled ? loss_parallel_compiled(s, held) : torch_cross_entropy(s, held, 16);
    case LossKernel::CompiledToo: return compiled_cross_entropy(s);
    case LossKernel::OverLogits: return over_logits(s);
  }
  return torch_cross_entropy(s, held, 12);
}
[[nodiscard]] constexpr LossBytes full(const LossShape& s) { return whole_logits(s, s.compute); }
[[nodiscard]] constexpr LossBytes freed(const LossShape& s) { return whole_logits(s, 0); }

/// One kernel that writes the gradient over the logits: over their fp32 copy, or over themselves.
[[nodiscard]] constexpr LossBytes in_place(const LossShape& s) {
  if (s.log_probabilities) return log_probabilities(s);
  if (s.kernel == LossKernel::OverLogits || s.kernel == LossKernel::VocabularyParallel) return over_logits(s);
  const Count logits = multiply(s.tokens, s.vocabulary);
  const Count narrow = s.compute == 4 ? 0 : s.compute;
  const bool shifts = s.kernel == LossKernel::TorchShifted || s.kernel == LossKernel::TorchShiftedHeld ||
                      s.kernel == LossKernel::TorchShiftedAlone;
  const Count shifted = shifts && s.sequences > 1 ? 4 : 0;
  const Count held = s.kernel == LossKernel::TorchShiftedHeld ? narrow : 0;
  LossBytes r;
  r.saved_per_logit = 4 + cap(s);
  r.forward_extra_per_logit = std::max(narrow, shifted + held);
  r.backward_per_logit = 4 + cap(s) + std::max(narrow, shifted);
  r.saved = Bytes{multiply(r.saved_per_logit, logits)} + label_bytes(s) + scalar;
  r.forward_extra = {multiply(r.forward_extra_per_logit, logits)};
  r.backward = Bytes{multiply(r.backward_per_logit, logits)} + label_bytes(s) + scalar;
  return r;
}

/// The head's product and the loss of one chunk at a time.
[[nodiscard]] constexpr LossBytes chunked_linear(const LossShape& s) {
  const ChunkedLinear& l = s.linear;
  const Count chunk =
      std::min(s.tokens, l.tokens != 0 ? l.tokens : ceil_divide(s.tokens, std::max<Count>(1, l.chunks)));
  LossBytes r;
  r.saved = label_bytes(s) + scalar;
  r.forward_extra = {product(add(l.per_logit, cap(s)), chunk, s.vocabulary)};
  r.backward = r.saved + r.forward_extra +
               Bytes{product(s.head_trained ? l.trained_head : l.head, s.vocabulary, s.hidden)} +
               Bytes{product(l.hidden, s.tokens, s.hidden)};
  return r;
}

/// Logits chunk by chunk, their gradients kept until all of them are there.
[[nodiscard]] constexpr LossBytes chunked(const LossShape& s) {
  const Count c = s.compute;
  const Count logits = multiply(s.tokens, s.vocabulary);
  if (s.chunks_of_logits == ChunksOfLogits::Dropped) {
    const Count work = s.compiled ? c : c + 4;
    LossBytes dropped;
    dropped.saved_per_logit = dropped.backward_per_logit = s.compiled ? c : 4;
    dropped.forward_extra = {multiply(work, ceil_divide(logits, std::max<Count>(s.chunks, 1)))};
    dropped.saved = Bytes{multiply(dropped.saved_per_logit, logits)} + label_bytes(s) + scalar;
    // Every chunk makes a whole gradient of the head, which is added to those before: two of them beside the rest.
    const Bytes tables{product(s.head_trained ? 2 * c : 0, s.vocabulary, s.hidden)};
    const Bytes done{multiply(dropped.saved_per_logit, ceil_divide(logits, std::max<Count>(s.chunks, 1)))};
    dropped.backward = dropped.saved + max(dropped.forward_extra, tables - done);
    return dropped;
  }
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

// clang-format off
inline constexpr std::array<LossRow, 6> losses{{
    {.id = Loss::Full, .key = "full", .label = "Full", .help = "logits are held during the backward pass",
     .bytes = loss_detail::full, .holds_logits = true, .whole_logits = true},
    {.id = Loss::FreedBeforeBackward, .key = "freed-before-backward", .label = "Logits freed",
     .help = "logits are dropped before the backward pass", .bytes = loss_detail::freed, .whole_logits = true},
    {.id = Loss::Chunked, .key = "chunked", .label = "Chunked", .help = "cross-entropy over chunks of the sequence",
     .bytes = loss_detail::chunked},
    {.id = Loss::Fused, .key = "fused", .label = "Fused",
     .help = "fused linear cross-entropy: logits never exist as a whole", .bytes = loss_detail::fused,
     .makes_gradients = true},
    {.id = Loss::InPlace, .key = "in-place", .label = "In place",
     .help = "one kernel over whole logits that writes the gradient over them", .bytes = loss_detail::in_place,
     .whole_logits = true},
    {.id = Loss::ChunkedLinear, .key = "chunked-linear", .label = "Chunked linear",
     .help = "head and loss of a chunk of tokens at a time, computed again in the backward pass",
     .bytes = loss_detail::chunked_linear},
}};
// clang-format on
static_assert(indexed_by_id(losses));
constexpr const auto& enum_table(Loss) { return losses; }

/// The loss at its moments.
[[nodiscard]] constexpr LossBytes loss_bytes(const LossShape& s) {
  LossBytes r = row_of(s.loss).bytes(s);
  if (s.metrics == LogitMetrics::Entropy && s.sequences > 1 && row_of(s.loss).whole_logits && !s.log_probabilities) {
    const Count c = s.fp32_outputs ? 4 : s.compute;  // autocast's outputs are fp32, and so is the copy of them
    const Count held = row_of(s.loss).holds_logits ? 0 : c;
    r.metrics = {product(add(held, c), s.tokens, s.vocabulary)};
  }
  return r;
}

}  // namespace llmcalc
