#pragma once
// The one input of the engine, a plain value. All defaults are here and in the values it is made of (training.hpp,
// parallelism.hpp), and nowhere else.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/attention_kernel.hpp>
#include <llmcalc/scenario/device.hpp>
#include <llmcalc/scenario/model_source.hpp>
#include <llmcalc/scenario/parallelism.hpp>
#include <llmcalc/scenario/speed_settings.hpp>
#include <llmcalc/scenario/training.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc {

enum class Method : std::uint8_t { Detailed, Article };
inline constexpr std::array<EnumRow<Method>, 2> methods{{
    {Method::Detailed, "detailed", "Detailed", "what the software really allocates, tensor by tensor"},
    {Method::Article, "article", "Simple (article)",
     "the formulas of \"Memory Requirements for LLM Training and Inference\", exactly as written there"},
}};
static_assert(indexed_by_id(methods));
constexpr const auto& enum_table(Method) { return methods; }

enum class Runtime : std::uint8_t {
  Transformers,
  Vllm,
  Sglang,
  LlamaCpp,
  TensorRtLlm,
  Mlx,
  LitGpt,
  Ollama,
  LmStudio,
  KoboldCpp,
  IkLlamaCpp
};
inline constexpr std::array<EnumRow<Runtime>, 11> runtimes{{
    {Runtime::Transformers, "transformers", "Transformers", "Hugging Face generate()"},
    {Runtime::Vllm, "vllm", "vLLM", "paged cache taken from a fixed share of the GPU"},
    {Runtime::Sglang, "sglang", "SGLang", "paged cache with a static fraction"},
    {Runtime::LlamaCpp, "llama.cpp", "llama.cpp",
     "cache and compute buffers reserved at start; layers may stay in host memory"},
    {Runtime::TensorRtLlm, "tensorrt-llm", "TensorRT-LLM", "paged cache from what is free after the weights"},
    {Runtime::Mlx, "mlx", "MLX", "Apple's array framework, unified memory"},
    {Runtime::LitGpt, "litgpt", "LitGPT", "Lightning's generate script"},
    {Runtime::Ollama, "ollama", "Ollama", "llama.cpp with a context by the memory of the GPUs"},
    {Runtime::LmStudio, "lmstudio", "LM Studio", "llama.cpp with LM Studio's defaults"},
    {Runtime::KoboldCpp, "koboldcpp", "KoboldCpp", "llama.cpp with KoboldCpp's defaults"},
    {Runtime::IkLlamaCpp, "ik_llama.cpp", "ik_llama.cpp", "fork of llama.cpp (2024): sliding windows cached in full"},
}};
static_assert(indexed_by_id(runtimes));
constexpr const auto& enum_table(Runtime) { return runtimes; }

/// Granularity of the scales of fp8 and int8 weights.
enum class Scales : std::uint8_t { Tensor, Channel };
inline constexpr std::array<EnumRow<Scales>, 2> scale_layouts{{
    {Scales::Tensor, "tensor", "per tensor"},
    {Scales::Channel, "channel", "per channel"},
}};
static_assert(indexed_by_id(scale_layouts));
constexpr const auto& enum_table(Scales) { return scale_layouts; }

/// Which positions get logits in a prefill.
enum class Logits : std::uint8_t { Last, All };
inline constexpr std::array<EnumRow<Logits>, 2> logits_scopes{{
    {Logits::Last, "last", "Last token", "one row per sequence: generate() and servers"},
    {Logits::All, "all", "Every token", "llama-bench, perplexity, a plain forward pass"},
}};
static_assert(indexed_by_id(logits_scopes));
constexpr const auto& enum_table(Logits) { return logits_scopes; }

/// How transformers keeps its cache.
enum class CacheKind : std::uint8_t { Dynamic, Static };
inline constexpr std::array<EnumRow<CacheKind>, 2> cache_kinds{{
    {CacheKind::Dynamic, "dynamic", "Grows", "a layer's keys and values grow with every token"},
    {CacheKind::Static, "static", "Reserved",
     "room for the whole context from the start; sliding-window layers only for the window"},
}};
static_assert(indexed_by_id(cache_kinds));
constexpr const auto& enum_table(CacheKind) { return cache_kinds; }

/// What llama.cpp's GPUs share out.
enum class SplitMode : std::uint8_t { Layer, Tensor };
inline constexpr std::array<EnumRow<SplitMode>, 2> split_modes{{
    {SplitMode::Layer, "layer", "Whole layers", "every GPU has layers of its own"},
    {SplitMode::Tensor, "tensor", "Every layer", "every GPU has a part of every layer's matrices and heads"},
}};
static_assert(indexed_by_id(split_modes));
constexpr const auto& enum_table(SplitMode) { return split_modes; }

/// A switch that an engine sets itself unless it is told. The keys are JSON's own words.
enum class Switch : std::uint8_t { EngineDefault, On, Off };
inline constexpr std::array<EnumRow<Switch>, 3> switches{{
    {Switch::EngineDefault, "null", "Engine's default", "as the engine does unless told otherwise"},
    {Switch::On, "true", "On", "switched on"},
    {Switch::Off, "false", "Off", "switched off"},
}};
static_assert(indexed_by_id(switches));
constexpr const auto& enum_table(Switch) { return switches; }

/// The preset model and device a program starts with.
inline constexpr std::string_view default_model_id = "llama-3.1-8b";
inline constexpr std::string_view default_device_id = "rtx-4090";

/// How the weights are stored.
struct Weights {
  WeightFormat format = WeightFormat::AsReleased;
  GgufMix mix = GgufMix::Q4_K_M;          ///< when format is Gguf
  Count group_size = 128;                 ///< GPTQ, AWQ, int4
  Scales scales = Scales::Channel;        ///< fp8, int8
  double bits = 4;                        ///< EXL2, EXL3: average bits per weight
  bool imatrix = false;                   ///< GGUF mix made with an importance matrix
  std::optional<FormatChoice> experts{};  ///< of the routed experts; nothing: as released and as the tool quantizes
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
  CacheKind cache = CacheKind::Dynamic;  ///< transformers
  AttentionKernel attention = AttentionKernel::Flash;
  Logits logits = Logits::Last;
  Count batch = 2048;               ///< llama.cpp n_batch
  Count ubatch = 512;               ///< llama.cpp n_ubatch
  bool kv_unified = true;           ///< llama.cpp: one cache stream for all sequences
  bool swa_full = false;            ///< llama.cpp: sliding-window layers keep the whole context
  std::optional<Count> gpu_layers;  ///< llama.cpp: nothing = all; 0: nothing on the GPU
  Count moe_layers_on_cpu = 0;      ///< llama.cpp: layers whose experts stay in host memory
  std::string override_tensor;      ///< llama.cpp: where tensors by name are kept, "exps=CPU"; "": with their layer
  SplitMode split_mode = SplitMode::Layer;  ///< llama.cpp: what several GPUs share out
  std::string tensor_split;                 ///< llama.cpp: shares of the GPUs, "3,1"; "": by their memory
  std::string mmproj;                       ///< llama.cpp: projector beside the model, "released" or a file; "": none
  std::optional<Count> max_num_seqs;        ///< nothing: the engine's default, step_limits() in engines.hpp
  std::optional<Count> max_num_batched_tokens;  ///< the same
  std::optional<Count> max_model_len;
  double gpu_memory_utilization = 0.92;        ///< vLLM's default; what others take is in usual_settings.hpp
  std::optional<Count> kv_cache_memory_bytes;  ///< vLLM: the pool is given, not derived
  bool cuda_graphs = true;
  Switch prefix_caching = Switch::EngineDefault;
  bool text_only = false;       ///< vLLM: a model's towers are not loaded
  Count adapters = 0;           ///< vLLM: LoRA adapters with a slot on the device
  Count adapter_rank = 16;      ///< rank the slots are made for
  Count cpu_offload_bytes = 0;  ///< vLLM: weights that stay in host memory, for each device
  Count shared_prefix = 0;      ///< tokens all sequences have in common, stored once
  Count beams = 1;
  ModelPtr draft_model;                     ///< speculative decoding; none by default
  ModelSource draft_source;                 ///< how the draft model was named
  Count draft_tokens = 0;                   ///< speculative tokens per step
  std::optional<KvFormat> draft_kv_format;  ///< cache of a draft model; nothing: the engine's default
  friend bool operator==(const Serving&, const Serving&) = default;
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

/// The computer around the devices.
struct Host {
  std::optional<Count> memory_bytes;   ///< its memory; nothing: unknown, and what lies there is not judged
  std::optional<Count> reserve_bytes;  ///< of it, what the system and other programs use; nothing: none
  friend bool operator==(const Host&, const Host&) = default;
};

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
  Host host;
  Measure measure = Measure::Device;
  bool include_overhead = true;        ///< false means measure = allocated
  std::optional<Count> context_bytes;  ///< overrides the device context's size
  Count display_bytes = 0;             ///< what a desktop takes of the first device
  bool ecc = false;                    ///< error correction is on where it costs memory
  SpeedSettings speed;
  CostSettings cost;

  /// What is counted once `include_overhead` has been looked at.
  [[nodiscard]] Measure effective_measure() const { return include_overhead ? measure : Measure::Allocated; }
  /// The weight format once "as released" has been looked up.
  [[nodiscard]] WeightFormat weight_format() const {
    if (weights.format != WeightFormat::AsReleased) return weights.format;
    return model ? model->released_format : WeightFormat::Bf16;
  }
  /// Tokens processed in the prefill of one sequence.
  [[nodiscard]] Count prompt() const {
    return model && model->encodes() ? serving.context : serving.prompt.value_or(serving.context);
  }
  friend bool operator==(const Scenario&, const Scenario&) = default;
};

/// Devices that the fast link connects: what the user says, else those of the device's rack or of a server.
[[nodiscard]] inline Count linked_devices(const Scenario& s) {
  const Count said = std::max<Count>(s.speed.devices_per_node, 1);
  const Device* device = s.devices.smallest();
  return said != SpeedSettings{}.devices_per_node || !device ? said : std::max(said, device->link_devices);
}

}  // namespace llmcalc
