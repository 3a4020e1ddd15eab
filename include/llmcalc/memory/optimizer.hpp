#pragma once
// Optimizer states of one tensor, from its shape. n elements of b bytes (the type the optimizer steps on), o rows
// (outputs), i columns (inputs).
//
//   adamw adam nadam radam adamax adadelta rprop sophia    2 b n          torch: states are zeros_like(parameter)
//   amsgrad, rmsprop with momentum and centered            3 b n
//   sgd 0; sgd-momentum lion rmsprop adagrad               b n
//   8-bit (bitsandbytes), a state                          n + 4 ceil(n / 256); below 4096 elements 4 n
//   adafactor (transformers)                               4 (o + i) a matrix, 4 n a vector; momentum 4 n more
//   adafactor-torch                                        the same in the parameter's type
//   muon                                                   b n hidden matrices, 2 b n embedding, head, vectors
//   adam-mini                                              b n + 4 a row
//   galore rank r                                          2 r max(o,i) b + r min(o,i) b hidden matrices, else Adam
//   apollo rank r                                          2 r max(o,i) b hidden matrices (random projection), else
//   Adam shampoo                                                b n + 8 (o'^2 + i'^2) a block of at most 1024 x 1024
//   soap                                                   2 b n + 2 b (o^2 + i^2), a side above 10,000 skipped
// torch's own optimizers keep one fp32 step counter a tensor beside (NAdam two).
//
// Sources: real state tensors of torch 2.14.1 after a step; transformers Adafactor; bitsandbytes optim (block 256,
// min_8bit_size 4096); KellerJordan/Muon; Adam-mini; galore_torch; apollo_torch; SOAP (max_precond_dim 10000); Sophia
// and Shampoo are not measured. Not counted: temporaries of the step (step_temporary_bytes).

#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>

namespace llmcalc {

/// A trained tensor as the optimizer sees it.
struct SteppedTensor {
  Count rows = 0;
  Count columns = 1;
  Count bytes = 4;      ///< bytes of an element
  bool vector = false;  ///< one-dimensional
  bool hidden = true;   ///< a matrix inside the layers, not embedding or head
  [[nodiscard]] constexpr Count elements() const { return multiply(rows, columns); }
  [[nodiscard]] constexpr bool matrix() const { return !vector && rows > 1 && columns > 1; }
};

/// One state of bitsandbytes' blockwise 8-bit optimizers.
[[nodiscard]] constexpr Bytes blockwise_state(Count n) {
  if (n < 4096) return {multiply(4, n)};
  return {add(n, multiply(4, ceil_divide(n, 256)))};
}

/// Fp32 step counters that torch keeps for a tensor.
[[nodiscard]] constexpr Bytes step_counters(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::NAdam:
      return {8};
    case Optimizer::AdamW:
    case Optimizer::AdamWFused:
    case Optimizer::AdamWAmsgrad:
    case Optimizer::Adam:
    case Optimizer::RAdam:
    case Optimizer::Adamax:
    case Optimizer::Adafactor:
    case Optimizer::AdafactorMomentum:
    case Optimizer::AdafactorTorch:
    case Optimizer::RmsProp:
    case Optimizer::RmsPropMomentumCentered:
    case Optimizer::Adagrad:
    case Optimizer::Adadelta:
    case Optimizer::Rprop:
      return {4};
    default:
      return {};
  }
}

namespace optimizer_detail {

/// Row and column statistics of a matrix, all of a vector.
[[nodiscard]] constexpr Count factored(const SteppedTensor& t) {
  return t.matrix() ? add(t.rows, t.columns) : t.elements();
}

/// Squares of both sides, sides above the limit skipped.
[[nodiscard]] constexpr Count squares(const SteppedTensor& t, Count limit) {
  const Count rows = t.rows <= limit ? multiply(t.rows, t.rows) : 0;
  const Count columns = t.columns <= limit ? multiply(t.columns, t.columns) : 0;
  return add(rows, columns);
}

/// Preconditioners of Shampoo over blocks of at most 1024 x 1024.
[[nodiscard]] constexpr Count blocked_squares(const SteppedTensor& t) {
  constexpr Count block = 1024;
  const Count side_rows = std::min(t.rows, block);
  const Count side_columns = std::min(t.columns, block);
  return product(ceil_divide(t.rows, block), ceil_divide(t.columns, block),
                 add(multiply(side_rows, side_rows), multiply(side_columns, side_columns)));
}

}  // namespace optimizer_detail

/// States of one tensor.
[[nodiscard]] constexpr Bytes optimizer_state(Optimizer optimizer, const SteppedTensor& t, Count rank) {
  namespace d = optimizer_detail;
  const Count n = t.elements();
  const Bytes one = Bytes{t.bytes} * n;
  const Count shorter = std::min(t.rows, t.columns);
  const Count longer = std::max(t.rows, t.columns);
  const bool projected = t.matrix() && t.hidden && shorter > rank;
  const Bytes counters = step_counters(optimizer);
  switch (optimizer) {
    case Optimizer::Sgd:
      return {};
    case Optimizer::SgdMomentum:
    case Optimizer::Lion:
    case Optimizer::RmsProp:
    case Optimizer::Adagrad:
      return one + counters;
    case Optimizer::AdamWAmsgrad:
    case Optimizer::RmsPropMomentumCentered:
      return one * 3 + counters;
    case Optimizer::AdamW8bit:
    case Optimizer::AdamWPaged8bit:
      return blockwise_state(n) * 2;
    case Optimizer::Lion8bit:
      return blockwise_state(n);
    case Optimizer::Adafactor:
      return Bytes{4} * d::factored(t) + counters;
    case Optimizer::AdafactorMomentum:
      return Bytes{4} * add(n, d::factored(t)) + counters;
    case Optimizer::AdafactorTorch:
      return Bytes{t.bytes} * d::factored(t) + counters;
    case Optimizer::Muon:
      return t.matrix() && t.hidden ? one : one * 2;
    case Optimizer::AdamMini:
      return one + Bytes{4} * t.rows;
    case Optimizer::Galore:
      return projected ? Bytes{t.bytes} * multiply(rank, add(multiply(2, longer), shorter)) : one * 2;
    case Optimizer::Apollo:
      return projected ? Bytes{t.bytes} * product(2, rank, longer) : one * 2;
    case Optimizer::Shampoo:
      return one + (t.matrix() ? Bytes{8} * d::blocked_squares(t) : Bytes{});
    case Optimizer::Soap:
      return one * 2 + (t.matrix() ? Bytes{2 * t.bytes} * d::squares(t, 10'000) : Bytes{});
    default:
      return one * 2 + counters;
  }
}

/// How an optimizer's states are known: published source and measured state tensors, or only its paper.
[[nodiscard]] constexpr bool states_measured(Optimizer optimizer) {
  return optimizer != Optimizer::Shampoo && optimizer != Optimizer::Sophia && optimizer != Optimizer::AdamMini;
}

/// What a step allocates for a moment: `copies` tenths of the stepped parameters (torch's foreach kernels, the
/// default on CUDA), or `largest` times the largest tensor.
struct StepTemporary {
  Count tenths_of_all = 0;
  Count largest_tensor = 0;  ///< copies of the largest tensor
  bool largest_in_fp32 = false;
};

/// Temporaries of one step. Source: live bytes in torch 2.14.1's step; bitsandbytes and fused kernels work in place.
[[nodiscard]] constexpr StepTemporary step_temporary(Optimizer optimizer, Count bytes) {
  switch (optimizer) {
    case Optimizer::Sgd:
    case Optimizer::SgdMomentum:
    case Optimizer::AdamWFused:
    case Optimizer::AdamW8bit:
    case Optimizer::AdamWPaged8bit:
    case Optimizer::Lion8bit:
      return {};
    case Optimizer::Adagrad:
    case Optimizer::Adadelta:
      return {.tenths_of_all = 20};
    case Optimizer::Rprop:
      return {.tenths_of_all = 13};
    case Optimizer::AdamW:
    case Optimizer::AdamWAmsgrad:
    case Optimizer::Adam:
    case Optimizer::NAdam:
    case Optimizer::RAdam:
    case Optimizer::Adamax:
    case Optimizer::AdafactorTorch:
    case Optimizer::RmsProp:
    case Optimizer::RmsPropMomentumCentered:
      return {.tenths_of_all = 10};
    case Optimizer::Adafactor:
    case Optimizer::AdafactorMomentum:
      return {.largest_tensor = bytes == 4 ? Count{2} : Count{4}, .largest_in_fp32 = true};
    case Optimizer::Muon:
      return {.largest_tensor = bytes == 4 ? Count{2} : Count{3}};
    default:
      return {.largest_tensor = 1};
  }
}

}  // namespace llmcalc
