#pragma once
// The one input of the engine, a plain value. All defaults are here and nowhere else.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/device.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc {

enum class Method : std::uint8_t { Detailed, Article };
inline constexpr std::array<EnumRow<Method>, 2> methods{{
    {Method::Detailed, "detailed", "Exact", "what the software really allocates, tensor by tensor"},
    {Method::Article, "article", "As in the article", "the published article's formulas, exactly as written there"},
}};
static_assert(indexed_by_id(methods));
constexpr const auto& enum_table(Method) { return methods; }

enum class Runtime : std::uint8_t { Transformers, Vllm, Sglang, LlamaCpp, TensorRtLlm, Mlx, LitGpt };
inline constexpr std::array<EnumRow<Runtime>, 7> runtimes{{
    {Runtime::Transformers, "transformers", "Transformers", "Hugging Face generate()"},
    {Runtime::Vllm, "vllm", "vLLM", "paged cache taken from a fixed share of the GPU"},
    {Runtime::Sglang, "sglang", "SGLang", "paged cache with a static fraction"},
    {Runtime::LlamaCpp, "llama.cpp", "llama.cpp",
     "cache and compute buffers reserved at start; layers may stay in host memory"},
    {Runtime::TensorRtLlm, "tensorrt-llm", "TensorRT-LLM", "paged cache from what is free after the weights"},
    {Runtime::Mlx, "mlx", "MLX", "Apple's array framework, unified memory"},
    {Runtime::LitGpt, "litgpt", "LitGPT", "Lightning's generate script"},
}};
static_assert(indexed_by_id(runtimes));
constexpr const auto& enum_table(Runtime) { return runtimes; }

/// How attention is computed.
enum class AttentionKernel : std::uint8_t { Flash, Sdpa, Eager };
inline constexpr std::array<EnumRow<AttentionKernel>, 3> attention_kernels{{
    {AttentionKernel::Flash, "flash", "Flash", "never stores the score matrix"},
    {AttentionKernel::Sdpa, "sdpa", "SDPA", "PyTorch chooses: flash without a mask, memory-efficient with one"},
    {AttentionKernel::Eager, "eager", "Eager", "stores the score matrix: grows with the square of the sequence"},
}};
static_assert(indexed_by_id(attention_kernels));
constexpr const auto& enum_table(AttentionKernel) { return attention_kernels; }

/// Granularity of the scales of fp8 and int8 weights.
enum class Scales : std::uint8_t { Tensor, Channel };
inline constexpr std::array<EnumRow<Scales>, 2> scale_layouts{{
    {Scales::Tensor, "tensor", "one a tensor"},
    {Scales::Channel, "channel", "one a channel"},
}};
static_assert(indexed_by_id(scale_layouts));
constexpr const auto& enum_table(Scales) { return scale_layouts; }

/// Which positions get logits in a prefill.
enum class Logits : std::uint8_t { Last, All };
inline constexpr std::array<EnumRow<Logits>, 2> logits_scopes{{
    {Logits::Last, "last", "Last token", "one row a sequence: generate() and servers"},
    {Logits::All, "all", "Every token", "llama-bench, perplexity, a plain forward pass"},
}};
static_assert(indexed_by_id(logits_scopes));
constexpr const auto& enum_table(Logits) { return logits_scopes; }

/// How a model was named; what it turned out to be is a ModelPtr beside it. Kept so that a scenario can be written
/// back.
struct ModelSource {
  enum class Kind : std::uint8_t {
    None,
    Preset,  ///< text: id of a preset
    File,    ///< text: path of a config.json, .gguf, .safetensors or a folder
    Config,  ///< text: a Hugging Face config.json object
    Custom   ///< text: JSON object of model/custom.hpp's fields
  };
  Kind kind = Kind::None;
  std::string text;
  friend bool operator==(const ModelSource&, const ModelSource&) = default;
};

/// The preset model and device a program starts with.
inline constexpr std::string_view default_model_id = "llama-3.1-8b";
inline constexpr std::string_view default_device_id = "rtx-4090";

/// How the weights are stored.
struct Weights {
  WeightFormat format = WeightFormat::AsReleased;
  GgufMix mix = GgufMix::Q4_K_M;    ///< when format is Gguf
  Count group_size = 128;           ///< GPTQ, AWQ, int4
  Scales scales = Scales::Channel;  ///< fp8, int8
  double bits = 4;                  ///< EXL2, EXL3: average bits a weight
  bool imatrix = false;             ///< GGUF mix made with an importance matrix
  friend bool operator==(const Weights&, const Weights&) = default;
};

/// Inference.
struct Serving {
  Runtime runtime = Runtime::Vllm;
  std::string version;          ///< "" means the newest profile known
  Count sequences = 1;          ///< resident at once
  Count context = 8192;         ///< tokens held per sequence (prompt + generated)
  std::optional<Count> prompt;  ///< tokens processed in the prefill; default: context
  KvFormat key_format = KvFormat::Fp16;
  KvFormat value_format = KvFormat::Fp16;
  AttentionKernel attention = AttentionKernel::Flash;
  Logits logits = Logits::Last;
  Count batch = 2048;               ///< llama.cpp n_batch
  Count ubatch = 512;               ///< llama.cpp n_ubatch
  bool kv_unified = true;           ///< llama.cpp: one cache stream for all sequences
  bool swa_full = false;            ///< llama.cpp: sliding-window layers keep the whole context
  std::optional<Count> gpu_layers;  ///< llama.cpp: nothing = all; 0: nothing on the GPU
  Count moe_layers_on_cpu = 0;      ///< llama.cpp: layers whose experts stay in host memory
  Count max_num_seqs = 256;
  Count max_num_batched_tokens = 8192;
  std::optional<Count> max_model_len;
  double gpu_memory_utilization = 0.9;
  std::optional<Count> kv_cache_memory_bytes;  ///< vLLM: the pool is given, not derived
  bool cuda_graphs = true;
  Count shared_prefix = 0;  ///< tokens all sequences have in common, stored once
  Count beams = 1;
  ModelPtr draft_model;      ///< speculative decoding; none by default
  ModelSource draft_source;  ///< how the draft model was named
  Count draft_tokens = 0;    ///< speculative tokens a step
  friend bool operator==(const Serving&, const Serving&) = default;
};

enum class TrainingFramework : std::uint8_t { Transformers, Torchtitan, Torchtune, LitGpt, Megatron, DeepSpeed };
inline constexpr std::array<EnumRow<TrainingFramework>, 6> training_frameworks{{
    {TrainingFramework::Transformers, "transformers", "Transformers", "Trainer, TRL, PEFT"},
    {TrainingFramework::Torchtitan, "torchtitan", "torchtitan", "FSDP2, pre-training"},
    {TrainingFramework::Torchtune, "torchtune", "torchtune"},
    {TrainingFramework::LitGpt, "litgpt", "LitGPT"},
    {TrainingFramework::Megatron, "megatron", "Megatron-LM", "Transformer Engine kernels, fp32 main gradients"},
    {TrainingFramework::DeepSpeed, "deepspeed", "DeepSpeed", "ZeRO partitions"},
}};
static_assert(indexed_by_id(training_frameworks));
constexpr const auto& enum_table(TrainingFramework) { return training_frameworks; }

enum class TrainingMethod : std::uint8_t { Full, Lora, Qlora, Dora, Freeze };
inline constexpr std::array<EnumRow<TrainingMethod>, 5> training_methods{{
    {TrainingMethod::Full, "full", "All weights", "every parameter gets a gradient and optimizer states"},
    {TrainingMethod::Lora, "lora", "LoRA", "small matrices beside frozen weights"},
    {TrainingMethod::Qlora, "qlora", "QLoRA", "LoRA beside a frozen 4-bit model"},
    {TrainingMethod::Dora, "dora", "DoRA", "LoRA with a trained magnitude per output"},
    {TrainingMethod::Freeze, "freeze", "Last layers", "train the last n layers, freeze the rest"},
}};
static_assert(indexed_by_id(training_methods));
constexpr const auto& enum_table(TrainingMethod) { return training_methods; }

enum class AdapterDtype : std::uint8_t { Fp32, Bf16, Fp16 };
inline constexpr std::array<EnumRow<AdapterDtype>, 3> adapter_dtypes{{
    {AdapterDtype::Fp32, "fp32", "FP32", "PEFT's default"},
    {AdapterDtype::Bf16, "bf16", "BF16"},
    {AdapterDtype::Fp16, "fp16", "FP16"},
}};
static_assert(indexed_by_id(adapter_dtypes));
constexpr const auto& enum_table(AdapterDtype) { return adapter_dtypes; }

/// A matrix that LoRA can be attached to.
enum class LoraTarget : std::uint8_t { Query, Key, Value, Output, Gate, Up, Down, Head };
inline constexpr std::array<EnumRow<LoraTarget>, 8> lora_targets{{
    {LoraTarget::Query, "q", "q"},
    {LoraTarget::Key, "k", "k"},
    {LoraTarget::Value, "v", "v"},
    {LoraTarget::Output, "o", "o"},
    {LoraTarget::Gate, "gate", "gate"},
    {LoraTarget::Up, "up", "up"},
    {LoraTarget::Down, "down", "down"},
    {LoraTarget::Head, "head", "head"},
}};
static_assert(indexed_by_id(lora_targets));
constexpr const auto& enum_table(LoraTarget) { return lora_targets; }

/// Set of LoRA targets, one bit each.
struct LoraTargets {
  std::uint16_t bits = 0x7F;  ///< all linear layers, not the head
  [[nodiscard]] constexpr bool has(LoraTarget t) const { return (bits >> static_cast<unsigned>(t)) & 1U; }
  constexpr void set(LoraTarget t, bool on) {
    const auto bit = static_cast<std::uint16_t>(1U << static_cast<unsigned>(t));
    bits = static_cast<std::uint16_t>(on ? bits | bit : bits & ~bit);
  }
  /// Every linear layer of the blocks ("all-linear").
  [[nodiscard]] static constexpr LoraTargets all_linear() { return {}; }
  [[nodiscard]] constexpr bool is_all_linear() const { return bits == 0x7F; }
  friend bool operator==(LoraTargets, LoraTargets) = default;
};

/// Adapter training.
struct Lora {
  Count rank = 16;
  LoraTargets targets;
  AdapterDtype adapter_dtype = AdapterDtype::Fp32;
  double dropout = 0.0;
  friend bool operator==(const Lora&, const Lora&) = default;
};

enum class Recipe : std::uint8_t { Fp32, Bf16, AmpBf16, AmpFp16, Bf16MasterFp32, MegatronBf16, FsdpBf16 };
inline constexpr std::array<EnumRow<Recipe>, 7> recipes{{
    {Recipe::Fp32, "fp32", "FP32", "weights, gradients and states in 32 bits"},
    {Recipe::Bf16, "bf16", "Pure BF16", "weights, gradients and states in 16 bits"},
    {Recipe::AmpBf16, "amp-bf16", "AMP BF16", "fp32 weights, bf16 autocast with its weight copies"},
    {Recipe::AmpFp16, "amp-fp16", "AMP FP16", "fp32 weights, fp16 autocast with loss scaling"},
    {Recipe::Bf16MasterFp32, "bf16-master-fp32", "BF16 + FP32 master",
     "16-bit weights and gradients, fp32 copy and states"},
    {Recipe::MegatronBf16, "megatron-bf16", "Megatron BF16",
     "16-bit weights, fp32 main gradients, master copy and states"},
    {Recipe::FsdpBf16, "fsdp-bf16", "FSDP BF16", "fp32 shards, gradients and states; bf16 compute"},
}};
static_assert(indexed_by_id(recipes));
constexpr const auto& enum_table(Recipe) { return recipes; }

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
  Rprop
};
inline constexpr std::array<EnumRow<Optimizer>, 28> optimizers{{
    {Optimizer::AdamW, "adamw", "AdamW", "two states a parameter"},
    {Optimizer::AdamWFused, "adamw-fused", "AdamW fused", "AdamW without the temporary copy in the step"},
    {Optimizer::AdamWAmsgrad, "adamw-amsgrad", "AdamW AMSGrad", "three states a parameter"},
    {Optimizer::AdamW8bit, "adamw-8bit", "AdamW 8-bit", "bitsandbytes: one byte a state, one scale for 256"},
    {Optimizer::AdamWPaged8bit, "adamw-paged-8bit", "AdamW 8-bit paged",
     "the same in memory that can move to the host"},
    {Optimizer::Adam, "adam", "Adam"},
    {Optimizer::NAdam, "nadam", "NAdam"},
    {Optimizer::RAdam, "radam", "RAdam"},
    {Optimizer::Adamax, "adamax", "Adamax"},
    {Optimizer::Adafactor, "adafactor", "Adafactor", "transformers': factored, always fp32, no momentum"},
    {Optimizer::AdafactorMomentum, "adafactor-momentum", "Adafactor + momentum", "with a full first moment"},
    {Optimizer::AdafactorTorch, "adafactor-torch", "Adafactor (torch)", "factored, in the parameter's type"},
    {Optimizer::Sgd, "sgd", "SGD", "no state"},
    {Optimizer::SgdMomentum, "sgd-momentum", "SGD + momentum", "one state"},
    {Optimizer::Lion, "lion", "Lion", "one state"},
    {Optimizer::Lion8bit, "lion-8bit", "Lion 8-bit"},
    {Optimizer::Muon, "muon", "Muon", "momentum on matrices, AdamW on the rest"},
    {Optimizer::AdamMini, "adam-mini", "Adam-mini", "one second moment a block"},
    {Optimizer::Galore, "galore", "GaLore", "states of a low-rank projection"},
    {Optimizer::Apollo, "apollo", "APOLLO", "states of a random low-rank projection"},
    {Optimizer::Sophia, "sophia", "Sophia"},
    {Optimizer::Shampoo, "shampoo", "Shampoo"},
    {Optimizer::Soap, "soap", "SOAP", "Adam in Shampoo's eigenbasis"},
    {Optimizer::RmsProp, "rmsprop", "RMSprop"},
    {Optimizer::RmsPropMomentumCentered, "rmsprop-momentum-centered", "RMSprop centered + momentum"},
    {Optimizer::Adagrad, "adagrad", "Adagrad"},
    {Optimizer::Adadelta, "adadelta", "Adadelta"},
    {Optimizer::Rprop, "rprop", "Rprop"},
}};
static_assert(indexed_by_id(optimizers));
constexpr const auto& enum_table(Optimizer) { return optimizers; }

enum class RecomputeKind : std::uint8_t { None, Selective, Full, EveryN };
inline constexpr std::array<EnumRow<RecomputeKind>, 4> recompute_kinds{{
    {RecomputeKind::None, "none", "None", "keep every activation"},
    {RecomputeKind::Selective, "selective", "Selective", "recompute what is large and cheap"},
    {RecomputeKind::Full, "full", "Every layer", "keep a layer's input, recompute the rest"},
    {RecomputeKind::EveryN, "every", "Every n layers", "keep one input for n layers"},
}};
static_assert(indexed_by_id(recompute_kinds));
constexpr const auto& enum_table(RecomputeKind) { return recompute_kinds; }

enum class LayerKernels : std::uint8_t { Framework, Fused };
inline constexpr std::array<EnumRow<LayerKernels>, 2> layer_kernels{{
    {LayerKernels::Framework, "framework", "Framework", "the framework's own operators"},
    {LayerKernels::Fused, "fused", "Fused", "Liger or Transformer Engine norms and SwiGLU"},
}};
static_assert(indexed_by_id(layer_kernels));
constexpr const auto& enum_table(LayerKernels) { return layer_kernels; }

enum class Loss : std::uint8_t { Full, FreedBeforeBackward, Chunked, Fused };
inline constexpr std::array<EnumRow<Loss>, 4> losses{{
    {Loss::Full, "full", "Full", "logits are held during the backward pass"},
    {Loss::FreedBeforeBackward, "freed-before-backward", "Logits freed",
     "logits are dropped before the backward pass"},
    {Loss::Chunked, "chunked", "Chunked", "cross-entropy over chunks of the sequence"},
    {Loss::Fused, "fused", "Fused", "fused linear cross-entropy: logits never exist as a whole"},
}};
static_assert(indexed_by_id(losses));
constexpr const auto& enum_table(Loss) { return losses; }

enum class ExpertKernel : std::uint8_t { GroupedMm, Loop };
inline constexpr std::array<EnumRow<ExpertKernel>, 2> expert_kernels{{
    {ExpertKernel::GroupedMm, "grouped_mm", "Grouped product", "all experts in one call"},
    {ExpertKernel::Loop, "loop", "Loop", "one expert after the other"},
}};
static_assert(indexed_by_id(expert_kernels));
constexpr const auto& enum_table(ExpertKernel) { return expert_kernels; }

enum class Offload : std::uint8_t { None, Optimizer, OptimizerAndParameters, Activations };
inline constexpr std::array<EnumRow<Offload>, 4> offloads{{
    {Offload::None, "none", "None"},
    {Offload::Optimizer, "optimizer", "Optimizer", "states and master weights in host memory"},
    {Offload::OptimizerAndParameters, "optimizer+parameters", "Optimizer and parameters"},
    {Offload::Activations, "activations", "Activations", "checkpointed inputs in host memory"},
}};
static_assert(indexed_by_id(offloads));
constexpr const auto& enum_table(Offload) { return offloads; }

/// Training.
struct Training {
  TrainingFramework framework = TrainingFramework::Transformers;
  std::string version;  ///< "" means the newest profile known
  TrainingMethod method = TrainingMethod::Full;
  Lora lora;
  Count trained_layers = 2;  ///< method freeze: how many of the last layers are trained
  Count micro_batch = 1;
  Count sequence = 4096;
  Count accumulation = 1;
  Recipe recipe = Recipe::Bf16;
  Optimizer optimizer = Optimizer::AdamW;
  Count optimizer_rank = 128;  ///< GaLore, APOLLO
  RecomputeKind recompute = RecomputeKind::None;
  Count recompute_every = 1;  ///< layers between kept inputs, when recompute is EveryN
  AttentionKernel attention = AttentionKernel::Flash;
  LayerKernels kernels = LayerKernels::Framework;
  Loss loss = Loss::Full;
  Count loss_chunks = 8;  ///< when loss is Chunked
  ExpertKernel experts = ExpertKernel::GroupedMm;
  bool compile = false;
  bool float8 = false;
  double dropout = 0.0;
  Offload offload = Offload::None;
  bool gradient_release = false;  ///< the optimizer steps inside the backward pass
  friend bool operator==(const Training&, const Training&) = default;
};

enum class PipelineSchedule : std::uint8_t { Gpipe, OneFOneB, Interleaved, ZeroBubble, ZeroBubble2, DualPipe };
inline constexpr std::array<EnumRow<PipelineSchedule>, 6> pipeline_schedules{{
    {PipelineSchedule::Gpipe, "gpipe", "GPipe", "all micro-batches in flight"},
    {PipelineSchedule::OneFOneB, "1f1b", "1F1B", "at most one micro-batch a stage in flight"},
    {PipelineSchedule::Interleaved, "interleaved", "Interleaved 1F1B", "several virtual stages a rank"},
    {PipelineSchedule::ZeroBubble, "zero-bubble", "Zero bubble H1", "memory of 1F1B"},
    {PipelineSchedule::ZeroBubble2, "zero-bubble-h2", "Zero bubble H2", "twice the memory of 1F1B"},
    {PipelineSchedule::DualPipe, "dualpipe", "DualPipe", "two directions, weights twice"},
}};
static_assert(indexed_by_id(pipeline_schedules));
constexpr const auto& enum_table(PipelineSchedule) { return pipeline_schedules; }

/// How work is divided. Inference uses tensor, pipeline, data and expert.
struct Parallelism {
  Count data = 1;
  Count zero = 0;  ///< ZeRO stage 0 to 3; 3 is FSDP
  Count tensor = 1;
  bool sequence_parallel = true;  ///< matters when tensor > 1
  Count pipeline = 1;
  PipelineSchedule schedule = PipelineSchedule::OneFOneB;
  Count virtual_stages = 1;
  Count context = 1;
  Count expert = 1;
  Count expert_tensor = 1;
  bool reshard_after_forward = true;
  friend bool operator==(const Parallelism&, const Parallelism&) = default;
};

/// What is counted.
enum class Measure : std::uint8_t { Device, Reserved, Allocated };
inline constexpr std::array<EnumRow<Measure>, 3> measures{{
    {Measure::Device, "device", "Device", "all, as nvidia-smi shows it"},
    {Measure::Reserved, "reserved", "Reserved", "with the allocator's fragmentation, without the device context"},
    {Measure::Allocated, "allocated", "Allocated", "live tensors only"},
}};
static_assert(indexed_by_id(measures));
constexpr const auto& enum_table(Measure) { return measures; }

/// The whole input. Two scenarios are equal when every setting is and their models are the same objects.
struct Scenario {
  ModelPtr model;            ///< never null in a valid scenario
  ModelSource model_source;  ///< how it was named
  Method method = Method::Detailed;
  Weights weights;
  Serving serving;
  Training training;
  Parallelism parallelism;
  DeviceSet devices;
  Measure measure = Measure::Device;
  bool include_overhead = true;        ///< false means measure = allocated
  std::optional<Count> context_bytes;  ///< overrides the device context's size

  /// What is counted once `include_overhead` has been looked at.
  [[nodiscard]] Measure effective_measure() const { return include_overhead ? measure : Measure::Allocated; }
  /// The weight format once "as released" has been looked up.
  [[nodiscard]] WeightFormat weight_format() const {
    if (weights.format != WeightFormat::AsReleased) return weights.format;
    return model ? model->released_format : WeightFormat::Bf16;
  }
  /// Tokens processed in the prefill of one sequence.
  [[nodiscard]] Count prompt() const { return serving.prompt.value_or(serving.context); }
  friend bool operator==(const Scenario&, const Scenario&) = default;
};

}  // namespace llmcalc
