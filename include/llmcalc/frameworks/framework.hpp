#pragma once
// What is known of a training framework. Each has a file of its own in this folder with its row and the rows of its
// versions; frameworks.hpp is the table. Everybody else asks these rows and never compares frameworks.

#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/attention_kernel.hpp>
#include <llmcalc/scenario/training/layers.hpp>
#include <llmcalc/scenario/training/losses.hpp>
#include <llmcalc/scenario/training/optimizers.hpp>
#include <llmcalc/scenario/training/recipes.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace llmcalc {

/// Programs that train.
enum class TrainingFramework : std::uint8_t {
  Transformers,
  Torchtitan,
  Torchtune,
  LitGpt,
  Megatron,
  DeepSpeed,
  Unsloth,
  Trl,
  Axolotl,
  MsSwift,
  LlamaFactory,
  AutoModel,
  MegatronBridge,
  Verl,
  OpenRlhf,
  Mlx,
  Trainer
};

/// What "selective" recomputation recomputes.
enum class SelectiveKind : std::uint8_t {
  CoreAttention,      ///< the attention operation: drops the scores (Megatron; nothing to gain with flash)
  EverySecondMatmul,  ///< keeps every second matrix product and the attention output (torchtitan "op")
  SavedOperations     ///< keeps the operations of a list: every product when compiled, every second one otherwise,
                      ///< attention's output, what experts exchange (torchtitan since 2026)
};

/// How attention treats windows and grouped heads.
enum class WindowMasks : std::uint8_t {
  Tensors,      ///< a mask tensor, keys and values repeated for every head
  FlashKernel,  ///< the flash-attn package knows both; SDPA takes a mask tensor
  Kernel        ///< every kernel knows both
};

/// What a 4-bit base does with routed experts that are one tensor.
enum class QuantizedExperts : std::uint8_t {
  AsOthers,
  Skipped  ///< only linear modules are quantized: the experts stay in 16 bits (bitsandbytes in transformers 5)
};

/// What a base that is quantized while it is loaded does with the linear layers of towers: bitsandbytes in transformers
/// replaces every linear layer but the output head (quantizers/base.py get_keys_to_not_convert).
enum class QuantizedTowers : std::uint8_t { AsOthers, Skipped };

/// How a base that is quantized while it is loaded comes to the device.
enum class QuantizedLoading : std::uint8_t {
  OneByOne,   ///< a tensor at a time
  WholeFirst  ///< threads copy tensors in 16 bits faster than they are quantized
};

/// Whether all-linear adapters reach routed experts.
enum class ExpertAdapters : std::uint8_t {
  WhenModules,  ///< in a loop of modules, not in one tensor
  Always,
  OneForAll  ///< every rank has the same one for all experts of a layer
};

/// How the two matrices of an adapter are divided by tensor-parallel ranks.
enum class AdapterShards : std::uint8_t {
  AsTheBase,  ///< the one whose wide side is divided in the base
  Both
};

/// What a grouped product of routed experts keeps.
enum class RoutedWork : std::uint8_t {
  AsTheClass,
  Fused,        ///< one kernel for gate and up, whatever the class does (Megatron)
  SummedInFp32  ///< tokens, the four tensors of the block, and the outputs in fp32 for the weighted sum (torchtitan)
};

/// Attention of heads that are wider than fused kernels take.
enum class WideHeads : std::uint8_t {
  AsTheKernel,
  InSteps  ///< Transformer Engine: product, softmax, product; from 16,384 positions on the softmax is in fp32
};

/// GELUs that the model's class in transformers writes as several operations.
enum class GeluSteps : std::uint8_t {
  AsTheClass,
  One  ///< one operation of torch
};

/// Projections of queries, keys and values.
enum class QkvProjection : std::uint8_t { AsTheModel, Fused };

/// Where dropout acts in addition to the places the model's class has.
enum class DropoutPlaces : std::uint8_t { AsTheModel, ResidualToo };

/// What projections keep under sequence parallelism.
enum class SequenceInputs : std::uint8_t {
  Shard,
  Gathered,
  GatheredByAdapters  ///< only adapters gather theirs
};

/// Kernels of norms, feed-forward blocks and adapters.
enum class OwnKernels : std::uint8_t {
  None,
  Fused  ///< norms and feed-forward blocks always fused, adapters fused with their base
};

/// Buffers that gradients are in.
enum class GradientBuffers : std::uint8_t {
  Fresh,      ///< made in the backward pass, gone after the step
  Persistent  ///< allocated once and never freed
};

/// What becomes of the weights when data parallelism is set up.
enum class WeightBuffers : std::uint8_t {
  Stay,
  Moved  ///< copied into one buffer each for dense weights and experts, beside the gradients' buffer (optimizer sharded)
};

/// What data parallelism reduces.
enum class GradientBuckets : std::uint8_t {
  Views,  ///< the gradients themselves
  Copies  ///< copies in buckets
};

/// Gradients of shards while micro-batches are accumulated.
enum class AccumulatedGradients : std::uint8_t {
  Sharded,      ///< every micro-batch's are reduced
  Whole,        ///< FSDP does not reduce before the last micro-batch (no_sync)
  WholeInFsdp1  ///< FSDP1 does not
};

/// What the step works on.
enum class StepGradients : std::uint8_t {
  AsStored,
  Fp32PerGroup  ///< where there are master weights an fp32 copy of a group of parameters at a time, in the step
};

/// How Adam steps.
enum class AdamKernel : std::uint8_t { Foreach, Fused };

/// What is known of the allocator's pool at a loss over whole logits, beside the measured share of fragmentation.
enum class LossPool : std::uint8_t {
  InTheShare,
  Replayed  ///< the gap that 16-bit logits leave between fp32 ones, and a layer's blocks, which are too small for either
};

/// Optimizer states of less than 32 bits while they are stepped.
enum class NarrowStates : std::uint8_t {
  InPlace,
  ScaledInFp32,  ///< those with a scale, fp16 and fp8, as fp32 copies
  AllInFp32      ///< bf16 too
};

/// What a ring of context-parallel ranks holds.
enum class RingKind : std::uint8_t {
  Blocks,   ///< two blocks of keys and values, and of their gradients
  Gathered  ///< keys and values of all ranks in one buffer, outputs merged in fp32 (torch's context_parallel)
};

/// How embedding, final norm and output head are sharded.
enum class RootGroups : std::uint8_t {
  Together,  ///< one group, gathered from the first layer's forward to the end of the backward pass
  Apart      ///< the embedding, and final norm with the head, are groups of their own
};

/// How adapters of projections that are one matrix in the framework are made.
enum class AdapterInputs : std::uint8_t {
  Each,   ///< every projection has its own two matrices
  Shared  ///< queries, keys and values share the first one, gate and up likewise
};

/// Norms of families that the framework writes itself.
enum class FamilyNorms : std::uint8_t {
  AsOthers,
  InSteps  ///< step by step in fp32, for families with Quirk::NormsInSteps
};

/// When optimizer states come to exist.
enum class StatesMade : std::uint8_t { InTheFirstStep, AtStart };

/// 8-bit products: whether copies of the weights are kept, and inputs stored in 8 bits.
enum class Float8Copies : std::uint8_t { None, Kept };

/// PPO: how the value model is updated.
enum class ValueUpdate : std::uint8_t { AfterThePolicy, WithThePolicy };

/// How what layers keep is known.
enum class ActivationsKnown : std::uint8_t { Measured, FromSource };

/// What a framework keeps alongside a quantized base.
struct QuantizedBase {
  bool head = false;           ///< the output head is quantized too
  bool inputs = false;         ///< a 4-bit linear keeps its input (bitsandbytes up to about 0.42)
  Count extra_stream = 0;      ///< bytes per token, layer and hidden unit
  Count dequantized_head = 0;  ///< bytes per weight of a quantized head while it is used
};

/// Reserved over allocated memory of what comes and goes, in per mille.
struct Fragmentation {
  Count compiled = 1060;  ///< with torch.compile
  Count eager = 1060;
};

/// Whether a quantized base is prepared for training.
enum class KbitPreparation : std::uint8_t { None, Done };

/// What a framework does when its user says nothing; nothing: the scenario's own default.
struct UsualSettings {
  std::optional<LayerKernels> kernels{};
  std::optional<Loss> loss{};
  std::optional<AttentionKernel> attention{};
  std::optional<Recipe> recipe{};          ///< when all weights are trained
  std::optional<Recipe> adapter_recipe{};  ///< when adapters are; nothing: the same
  std::optional<RecomputeKind> recompute{};
  std::optional<Offload> offload{};  ///< while layers are recomputed
  std::optional<Optimizer> optimizer{};
  std::optional<VisionTower> vision_tower{};  ///< trained: its weights, or adapters of its linear layers
  bool kbit_preparation = false;              ///< PEFT prepares a quantized base
  Count micro_batch = 0;                      ///< what importing takes; 0: it has to be said
};

/// Measured over estimated totals in per mille: smallest and largest of the golden runs, widened by what they do not
/// cover. Where nothing was measured it is wide.
struct TotalSpread {
  Count low = 850;
  Count high = 1200;
};

/// Spreads by layout.
struct MeasuredSpread {
  TotalSpread alone{};    ///< one device, or whole copies of the model
  TotalSpread sharded{};  ///< ZeRO and FSDP
  TotalSpread split{};    ///< tensor, pipeline, context or expert parallel
};

/// What a framework does with memory from one version on, until its next row.
struct FrameworkVersion {
  std::string_view from{};  ///< first version of this row
  UsualSettings usual{};
  MeasuredSpread spread{};
  WindowMasks windows = WindowMasks::Tensors;
  QkvProjection projection = QkvProjection::AsTheModel;
  GeluSteps gelu = GeluSteps::AsTheClass;
  DropoutPlaces dropout = DropoutPlaces::AsTheModel;
  SequenceInputs inputs = SequenceInputs::Shard;
  OwnKernels kernels = OwnKernels::None;
  SelectiveKind selective = SelectiveKind::CoreAttention;
  LossKernel loss = LossKernel::Torch;
  ChunkedLinear chunked{};
  ChunksOfLogits chunks_of_logits = ChunksOfLogits::Held;
  LogitMetrics metrics = LogitMetrics::None;
  QuantizedExperts quantized_experts = QuantizedExperts::AsOthers;
  QuantizedTowers quantized_towers = QuantizedTowers::AsOthers;
  QuantizedLoading loading = QuantizedLoading::OneByOne;
  ExpertAdapters expert_adapters = ExpertAdapters::WhenModules;
  RoutedWork routed = RoutedWork::AsTheClass;
  WideHeads wide_heads = WideHeads::AsTheKernel;
  QuantizedBase base{};
  GradientBuffers gradients = GradientBuffers::Fresh;
  WeightBuffers weights = WeightBuffers::Stay;
  AccumulatedGradients accumulated = AccumulatedGradients::Sharded;
  GradientBuckets buckets = GradientBuckets::Views;
  StepGradients step = StepGradients::AsStored;
  AdamKernel adam = AdamKernel::Foreach;
  LossPool loss_pool = LossPool::InTheShare;
  NarrowStates narrow_states = NarrowStates::InPlace;
  RingKind ring = RingKind::Blocks;
  RootGroups root = RootGroups::Together;
  AdapterInputs adapter_inputs = AdapterInputs::Each;
  AdapterShards adapter_shards = AdapterShards::AsTheBase;
  FamilyNorms family_norms = FamilyNorms::AsOthers;
  StatesMade states = StatesMade::InTheFirstStep;
  Float8Copies float8 = Float8Copies::None;
  ValueUpdate value_model = ValueUpdate::AfterThePolicy;
  ActivationsKnown activations = ActivationsKnown::FromSource;
  Count vocabulary_multiple = 1;  ///< rows of the vocabulary are padded to this many x tensor-parallel ranks
  Fragmentation fragmentation{};
  std::string_view source{};
};

/// Elements that are reduced or gathered at once, where the framework has such a limit; 0: it has none.
struct ElementLimits {
  Count bucket = 0;    ///< of a gradient bucket
  Count prefetch = 0;  ///< gathered ahead
  Count max_live = 0;  ///< gathered at once
  Count group = 0;     ///< stepped at once
};

inline constexpr std::array<Count, 1> no_zero{0};
inline constexpr std::array<Count, 2> zero_1{0, 1};
inline constexpr std::array<Count, 2> zero_2{0, 2};
inline constexpr std::array<Count, 2> zero_3{0, 3};
inline constexpr std::array<Count, 4> every_zero{0, 1, 2, 3};

/// What a framework can do.
struct FrameworkAbilities {
  bool tensor = false;                         ///< tensor parallelism
  bool pipeline = false;                       ///< pipeline stages
  bool interleaves = false;                    ///< several pieces of the model on a pipeline rank
  bool context = false;                        ///< context parallelism
  bool encoders = false;                       ///< trains encoders
  bool peft = false;                           ///< adapters are PEFT's
  std::span<const Count> zero = no_zero;       ///< ZeRO stages without a pipeline
  std::span<const Count> zero_piped = zero_1;  ///< ZeRO stages with a pipeline
};

/// Shares that decide the time of a step. Source: questions/step_time.hpp.
struct FrameworkSpeed {
  double eight_bit = 0.6;  ///< of the 8-bit peak, of what 16-bit products reach of theirs
  double exposed = 1;      ///< of an exchange inside a layer that computing does not hide
  double context = 0.03;   ///< slowdown of computing for each doubling of the context-parallel ranks
};

/// Everything known of a framework.
struct FrameworkRow {
  TrainingFramework id = TrainingFramework::Transformers;
  std::string_view key{}, label{}, help{};
  std::string_view alike{};                      ///< other programs this row is nearest to, separated by blanks
  std::span<const FrameworkVersion> versions{};  ///< oldest first, at least one
  FrameworkAbilities can{};
  ElementLimits limits{};
  FrameworkSpeed speed{};
  std::string_view OptimizerNames::*optimizers = nullptr;  ///< column of its names of optimizers
  std::string_view optimizer_flag{};                       ///< what its command line names an optimizer with
};

}  // namespace llmcalc
