#pragma once
// Optimizers, one row for each: how it is named here and elsewhere, the states it keeps of a tensor, what its step
// needs for a moment. A new optimizer is an enumerator, a row, and a function where shapes decide its states.
//
// States of one tensor of n elements of b bytes (the type the optimizer steps on), o rows (outputs), i columns
// (inputs):
//
//   adamw adam nadam radam adamax adadelta rprop sophia   2 b n (torch: states are zeros_like(parameter))
//   amsgrad, rmsprop with momentum and centered           3 b n
//   sgd                                                   0
//   sgd-momentum lion rmsprop adagrad                     b n
//   8-bit (bitsandbytes), each state                      n + 4 ceil(n / 256); below 4096 elements 4 n
//   adafactor (transformers)                              4 (o + i) for a matrix, 4 n for a vector; momentum 4 n more
//   adafactor-torch                                       the same in the parameter's type, without momentum
//   muon                                                  b n for hidden matrices, 2 b n for embedding, head, vectors
//   adam-mini                                             b n + 4 o
//   galore, rank r                                        hidden matrices b (2 r max(o, i) + r min(o, i)), else Adam
//   apollo, rank r                                        hidden matrices b 2 r max(o, i), else Adam
//   shampoo                                               b n + 8 (o'^2 + i'^2) for each block of at most 1024 x 1024
//   soap                                                  2 b n + 2 b (o^2 + i^2), a side above 10,000 skipped
//
// torch's own optimizers keep one fp32 step counter for each tensor alongside that, NAdam two. Sources: real state
// tensors of torch 2.14.1 after a step; each row's. Range of validity: any shape; a rank that is not below the shorter
// side of a matrix projects nothing. Not counted: master weights and gradients (recipes.hpp). Shapes of 0 give 0.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc {

enum class Optimizer : std::uint8_t {
  AdamW,
  AdamWFused,
  AdamWAmsgrad,
  AdamW8bit,
  AdamWPaged8bit,
  Adam,
  NAdam,
  RAdam,
  Adamax,
  Adafactor,
  AdafactorMomentum,
  AdafactorTorch,
  Sgd,
  SgdMomentum,
  Lion,
  Lion8bit,
  Muon,
  AdamMini,
  Galore,
  Apollo,
  Sophia,
  Shampoo,
  Soap,
  RmsProp,
  RmsPropMomentumCentered,
  Adagrad,
  Adadelta,
  Rprop,
  AdamW4bit,
  Lomo,
  AdamWForeach
};

/// Classes of parameters that some optimizers treat differently.
enum class ParameterClass : std::uint8_t {
  HiddenMatrix,  ///< a matrix inside the layers
  OuterMatrix,   ///< embedding, head and other tables
  Vector         ///< norms, biases: one-dimensional
};

/// A trained tensor as the optimizer sees it.
struct SteppedTensor {
  Count rows = 0;
  Count columns = 1;
  Count bytes = 4;  ///< of an element
  ParameterClass parameter = ParameterClass::HiddenMatrix;
  [[nodiscard]] constexpr Count elements() const { return multiply(rows, columns); }
  /// True when there are two sides to factor or project.
  [[nodiscard]] constexpr bool matrix() const {
    return parameter != ParameterClass::Vector && rows > 1 && columns > 1;
  }
  /// True for a matrix inside the layers.
  [[nodiscard]] constexpr bool hidden_matrix() const { return matrix() && parameter == ParameterClass::HiddenMatrix; }
};

/// States in a few bits with an fp32 scale for each block; tensors below `smallest` elements keep fp32.
struct BlockwiseStates {
  Count bits = 0;  ///< 0: states have the parameter's type
  Count block = 256;
  Count smallest = 4096;
};

/// One blockwise state of a tensor of n elements.
[[nodiscard]] constexpr Bytes blockwise_state(const BlockwiseStates& b, Count n) {
  if (n < b.smallest) return {multiply(4, n)};
  const Count numbers = b.bits >= 8 ? multiply(n, b.bits / 8) : ceil_divide(n, 8 / b.bits);
  return {add(numbers, multiply(4, ceil_divide(n, b.block)))};
}

/// What a step allocates for a moment: tenths of all stepped parameters (torch's foreach kernels, the default on
/// CUDA), or copies of the largest tensor.
struct StepTemporary {
  Count tenths_of_all = 0;
  Count largest = 0;         ///< copies of the largest tensor when the step is in fp32
  Count largest_narrow = 0;  ///< copies when it is in 16 bits
  Count largest_bytes = 0;   ///< bytes of an element of these copies; 0: the stepped type's
};

/// What is known of an optimizer's states.
enum class StatesKnown : std::uint8_t {
  Measured,  ///< published source, or real state tensors after a step
  Paper      ///< its paper only
};

/// Where states live.
enum class StatePages : std::uint8_t {
  Device,
  Managed  ///< memory that moves to the host when the device is full (bitsandbytes' paged optimizers)
};

/// Whether a framework with fused kernels steps this optimizer in place.
enum class FusedStep : std::uint8_t { No, InPlace };

/// Names on the command lines of training programs; "" where a program has no name that gives exactly this.
struct OptimizerNames {
  std::string_view transformers{};  ///< --optim (transformers training_args.py OptimizerNames; Unsloth, DeepSpeed);
                                    ///< AdamW has none: it is what the trainer takes without the option
  std::string_view torchtitan{};    ///< --optimizer.name (torchtitan components/optimizer.py)
  std::string_view python{};        ///< class path (torchtune's optimizer._component_, LitGPT's --optimizer)
  std::string_view megatron{};      ///< --optimizer (Megatron-LM training/arguments.py)
};

/// Everything known of an optimizer.
struct OptimizerRow {
  Optimizer id = Optimizer::AdamW;
  std::string_view key{}, label{}, help{};
  Count states = 0;                                               ///< numbers kept of each parameter
  BlockwiseStates blockwise{};                                    ///< when they are stored in blocks
  Bytes (*of_shape)(const SteppedTensor&, Count rank) = nullptr;  ///< states where the shape decides, instead
  Count counters = 0;                                             ///< bytes of step counters of each tensor
  StepTemporary step{};
  FusedStep fused = FusedStep::No;
  bool low_rank = false;  ///< Training::optimizer_rank is its rank
  StatePages pages = StatePages::Device;
  bool in_backward = false;  ///< steps inside the backward pass, whatever is set
  StatesKnown known = StatesKnown::Measured;
  Count article_bytes = 8;  ///< state bytes of a parameter in the published article
  OptimizerNames names{};
  std::string_view source{};
};

namespace optimizer_detail {

/// States as wide as the parameters.
constexpr Bytes whole(const SteppedTensor& t, Count states) {
  return Bytes{t.bytes} * multiply(states, t.elements());
}

/// Row and column statistics of a matrix, all of a vector.
constexpr Count factored(const SteppedTensor& t) { return t.matrix() ? add(t.rows, t.columns) : t.elements(); }

constexpr Bytes adafactor(const SteppedTensor& t, Count) { return Bytes{4} * factored(t); }
constexpr Bytes adafactor_momentum(const SteppedTensor& t, Count) {
  return Bytes{4} * add(t.elements(), factored(t));
}
constexpr Bytes adafactor_torch(const SteppedTensor& t, Count) { return Bytes{t.bytes} * factored(t); }

/// Momentum of hidden matrices, Adam's two states of everything else.
constexpr Bytes muon(const SteppedTensor& t, Count) { return whole(t, t.hidden_matrix() ? 1 : 2); }

/// A whole first moment, one fp32 second moment for each row.
constexpr Bytes adam_mini(const SteppedTensor& t, Count) { return whole(t, 1) + Bytes{4} * t.rows; }

constexpr bool projects(const SteppedTensor& t, Count rank) {
  return t.hidden_matrix() && std::min(t.rows, t.columns) > rank;
}

/// Adam's states of the projection on the longer side, and the projector of the shorter one.
constexpr Bytes galore(const SteppedTensor& t, Count rank) {
  if (!projects(t, rank)) return whole(t, 2);
  const Count sides = add(multiply(2, std::max(t.rows, t.columns)), std::min(t.rows, t.columns));
  return Bytes{t.bytes} * multiply(rank, sides);
}

/// The same with a projector that is drawn again from its seed.
constexpr Bytes apollo(const SteppedTensor& t, Count rank) {
  if (!projects(t, rank)) return whole(t, 2);
  return Bytes{t.bytes} * product(2, rank, std::max(t.rows, t.columns));
}

/// Two fp32 matrices for each side of every block of at most 1024 x 1024.
constexpr Bytes shampoo(const SteppedTensor& t, Count) {
  constexpr Count block = 1024;
  if (!t.matrix()) return whole(t, 1);
  const Count rows = std::min(t.rows, block);
  const Count columns = std::min(t.columns, block);
  const Count squares = product(ceil_divide(t.rows, block), ceil_divide(t.columns, block),
                                add(multiply(rows, rows), multiply(columns, columns)));
  return whole(t, 1) + Bytes{8} * squares;
}

/// Adam's states, and the preconditioner with its eigenvectors for each side that is not too long.
constexpr Bytes soap(const SteppedTensor& t, Count) {
  constexpr Count longest = 10'000;
  if (!t.matrix()) return whole(t, 2);
  const auto square = [](Count side) { return side <= longest ? multiply(side, side) : 0; };
  return whole(t, 2) + Bytes{2 * t.bytes} * add(square(t.rows), square(t.columns));
}

inline constexpr StepTemporary one_copy_of_all{.tenths_of_all = 10};
inline constexpr StepTemporary largest_tensor{.largest = 1, .largest_narrow = 1};
inline constexpr StepTemporary adafactor_step{.largest = 2, .largest_narrow = 4, .largest_bytes = 4};
inline constexpr BlockwiseStates eight_bit{.bits = 8};
inline constexpr std::string_view torch_source = "torch.optim 2.14.1: state tensors after a step";
inline constexpr std::string_view bitsandbytes_source =
    "bitsandbytes optim/optimizer.py (block 256, min_8bit_size 4096)";
inline constexpr std::string_view transformers_source = "transformers optimization.py Adafactor";

}  // namespace optimizer_detail

// clang-format off
inline constexpr std::array<OptimizerRow, 31> optimizers{{
    {.id = Optimizer::AdamW, .key = "adamw", .label = "AdamW",
     .help = "two states per parameter, stepped as the framework's own AdamW", .states = 2, .counters = 4,
     .step = optimizer_detail::one_copy_of_all, .fused = FusedStep::InPlace,
     .names = {.torchtitan = "AdamW", .python = "torch.optim.AdamW", .megatron = "adam"},
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::AdamWFused,
     .key = "adamw-fused",
     .label = "AdamW fused",
     .help = "AdamW without the temporary copy in the step",
     .states = 2,
     .counters = 4,
     .names = {.transformers = "adamw_torch_fused",
               .torchtitan = "AdamW",
               .python = "torch.optim.AdamW",
               .megatron = "adam"},
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::AdamWAmsgrad, .key = "adamw-amsgrad", .label = "AdamW AMSGrad",
     .help = "three states per parameter", .states = 3, .counters = 4, .step = optimizer_detail::one_copy_of_all,
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::AdamW8bit, .key = "adamw-8bit", .label = "AdamW 8-bit",
     .help = "bitsandbytes: one byte per state, one scale for 256", .states = 2,
     .blockwise = optimizer_detail::eight_bit, .article_bytes = 2,
     .names = {.transformers = "adamw_bnb_8bit", .python = "bitsandbytes.optim.AdamW8bit"},
     .source = optimizer_detail::bitsandbytes_source},
    {.id = Optimizer::AdamWPaged8bit, .key = "adamw-paged-8bit", .label = "AdamW 8-bit paged",
     .help = "the same in memory that can move to the host", .states = 2, .blockwise = optimizer_detail::eight_bit,
     .pages = StatePages::Managed, .article_bytes = 2,
     .names = {.transformers = "paged_adamw_8bit", .python = "bitsandbytes.optim.PagedAdamW8bit"},
     .source = optimizer_detail::bitsandbytes_source},
    {.id = Optimizer::Adam, .key = "adam", .label = "Adam", .states = 2, .counters = 4,
     .step = optimizer_detail::one_copy_of_all, .fused = FusedStep::InPlace,
     .names = {.torchtitan = "Adam", .python = "torch.optim.Adam"}, .source = optimizer_detail::torch_source},
    {.id = Optimizer::NAdam, .key = "nadam", .label = "NAdam", .states = 2, .counters = 8,
     .step = optimizer_detail::one_copy_of_all, .names = {.python = "torch.optim.NAdam"},
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::RAdam, .key = "radam", .label = "RAdam", .states = 2, .counters = 4,
     .step = optimizer_detail::one_copy_of_all, .names = {.python = "torch.optim.RAdam"},
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::Adamax, .key = "adamax", .label = "Adamax", .states = 2, .counters = 4,
     .step = optimizer_detail::one_copy_of_all, .names = {.python = "torch.optim.Adamax"},
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::Adafactor, .key = "adafactor", .label = "Adafactor",
     .help = "transformers': factored, always fp32, no momentum", .of_shape = optimizer_detail::adafactor,
     .counters = 4, .step = optimizer_detail::adafactor_step,
     .names = {.transformers = "adafactor", .python = "transformers.optimization.Adafactor"},
     .source = optimizer_detail::transformers_source},
    {.id = Optimizer::AdafactorMomentum, .key = "adafactor-momentum", .label = "Adafactor + momentum",
     .help = "with a full first moment", .of_shape = optimizer_detail::adafactor_momentum, .counters = 4,
     .step = optimizer_detail::adafactor_step, .source = optimizer_detail::transformers_source},
    {.id = Optimizer::AdafactorTorch, .key = "adafactor-torch", .label = "Adafactor (torch)",
     .help = "factored, in the parameter's type", .of_shape = optimizer_detail::adafactor_torch, .counters = 4,
     .step = optimizer_detail::one_copy_of_all, .names = {.python = "torch.optim.Adafactor"},
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::Sgd, .key = "sgd", .label = "SGD", .help = "no state", .article_bytes = 4,
     .names = {.transformers = "sgd", .python = "torch.optim.SGD"}, .source = optimizer_detail::torch_source},
    {.id = Optimizer::SgdMomentum, .key = "sgd-momentum", .label = "SGD + momentum", .help = "one state", .states = 1,
     .article_bytes = 4, .names = {.megatron = "sgd"}, .source = optimizer_detail::torch_source},
    {.id = Optimizer::Lion, .key = "lion", .label = "Lion", .help = "one state", .states = 1,
     .step = optimizer_detail::largest_tensor,
     .names = {.transformers = "lion_32bit", .python = "bitsandbytes.optim.Lion"},
     .source = "bitsandbytes optim/lion.py"},
    {.id = Optimizer::Lion8bit, .key = "lion-8bit", .label = "Lion 8-bit", .states = 1,
     .blockwise = optimizer_detail::eight_bit, .article_bytes = 2,
     .names = {.transformers = "lion_8bit", .python = "bitsandbytes.optim.Lion8bit"},
     .source = optimizer_detail::bitsandbytes_source},
    {.id = Optimizer::Muon, .key = "muon", .label = "Muon", .help = "momentum on matrices, AdamW on the rest",
     .of_shape = optimizer_detail::muon, .step = {.largest = 2, .largest_narrow = 3}, .names = {.megatron = "muon"},
     .source = "KellerJordan/Muon"},
    {.id = Optimizer::AdamMini, .key = "adam-mini", .label = "Adam-mini", .help = "one second moment per block",
     .of_shape = optimizer_detail::adam_mini, .step = optimizer_detail::largest_tensor, .known = StatesKnown::Paper,
     .source = "zyushun/Adam-mini"},
    {.id = Optimizer::Galore, .key = "galore", .label = "GaLore", .help = "states of a low-rank projection",
     .of_shape = optimizer_detail::galore, .step = optimizer_detail::largest_tensor, .low_rank = true,
     .names = {.transformers = "galore_adamw", .python = "galore_torch.GaLoreAdamW"},
     .source = "jiaweizzhao/GaLore galore_projector.py (std)"},
    {.id = Optimizer::Apollo, .key = "apollo", .label = "APOLLO", .help = "states of a random low-rank projection",
     .of_shape = optimizer_detail::apollo, .step = optimizer_detail::largest_tensor, .low_rank = true,
     .names = {.transformers = "apollo_adamw", .python = "apollo_torch.APOLLOAdamW"},
     .source = "zhuhanqing/APOLLO apollo.py"},
    {.id = Optimizer::Sophia, .key = "sophia", .label = "Sophia", .states = 2,
     .step = optimizer_detail::largest_tensor, .known = StatesKnown::Paper, .source = "Sophia (arXiv 2305.14342)"},
    {.id = Optimizer::Shampoo, .key = "shampoo", .label = "Shampoo", .of_shape = optimizer_detail::shampoo,
     .step = optimizer_detail::largest_tensor, .known = StatesKnown::Paper,
     .source = "Distributed Shampoo (arXiv 2309.06497)"},
    {.id = Optimizer::Soap, .key = "soap", .label = "SOAP", .help = "Adam in Shampoo's eigenbasis",
     .of_shape = optimizer_detail::soap, .step = optimizer_detail::largest_tensor,
     .source = "nikhilvyas/SOAP soap.py (max_precond_dim 10000)"},
    {.id = Optimizer::RmsProp, .key = "rmsprop", .label = "RMSprop", .states = 1, .counters = 4,
     .step = optimizer_detail::one_copy_of_all, .names = {.transformers = "rmsprop", .python = "torch.optim.RMSprop"},
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::RmsPropMomentumCentered, .key = "rmsprop-momentum-centered",
     .label = "RMSprop centered + momentum", .states = 3, .counters = 4, .step = optimizer_detail::one_copy_of_all,
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::Adagrad, .key = "adagrad", .label = "Adagrad", .states = 1, .counters = 4,
     .step = {.tenths_of_all = 20}, .names = {.transformers = "adagrad", .python = "torch.optim.Adagrad"},
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::Adadelta, .key = "adadelta", .label = "Adadelta", .states = 2, .counters = 4,
     .step = {.tenths_of_all = 20}, .names = {.python = "torch.optim.Adadelta"},
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::Rprop, .key = "rprop", .label = "Rprop", .states = 2, .counters = 4,
     .step = {.tenths_of_all = 13}, .names = {.python = "torch.optim.Rprop"},
     .source = optimizer_detail::torch_source},
    {.id = Optimizer::AdamW4bit, .key = "adamw-4bit", .label = "AdamW 4-bit",
     .help = "torchao: half a byte per state, one scale for 128", .states = 2, .blockwise = {.bits = 4, .block = 128},
     .counters = 4, .names = {.transformers = "adamw_torch_4bit", .python = "torchao.optim.AdamW4bit"},
     .source = "torchao optim/adam.py, subclass_4bit.py"},
    {.id = Optimizer::Lomo, .key = "lomo", .label = "LOMO",
     .help = "no states; steps inside the backward pass, each gradient is freed at once", .in_backward = true,
     .names = {.transformers = "lomo"},
     .source = "LOMO (Lv et al. 2023); transformers trainer: lomo_optim fuses the update into the backward pass"},
    {.id = Optimizer::AdamWForeach, .key = "adamw-foreach", .label = "AdamW foreach",
     .help = "AdamW with a temporary copy of all trained parameters in the step: PyTorch's own default on CUDA",
     .states = 2, .counters = 4, .step = optimizer_detail::one_copy_of_all, .names = {.transformers = "adamw_torch"},
     .source = optimizer_detail::torch_source},
}};
// clang-format on
static_assert(indexed_by_id(optimizers));
constexpr const auto& enum_table(Optimizer) { return optimizers; }

/// States of one tensor, step counters included.
[[nodiscard]] constexpr Bytes optimizer_state(Optimizer optimizer, const SteppedTensor& t, Count rank) {
  const OptimizerRow& row = row_of(optimizer);
  const Bytes counters{row.counters};
  if (row.of_shape != nullptr) return row.of_shape(t, rank) + counters;
  if (row.blockwise.bits != 0) return blockwise_state(row.blockwise, t.elements()) * row.states + counters;
  return optimizer_detail::whole(t, row.states) + counters;
}

}  // namespace llmcalc
