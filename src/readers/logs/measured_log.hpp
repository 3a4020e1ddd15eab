#pragma once
// What engines and tools print about memory, read from pasted text: vLLM, SGLang, llama.cpp and its relatives, Ollama's
// own engine, TensorRT-LLM, MLX, nvidia-smi, PyTorch and what trainers print of it.
// Only lines that are recognised count; everything else in the text is skipped. Text of any size and content is
// accepted: the reader looks at a limited number of lines of limited length.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/issue.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// Who printed a log.
enum class LogKind : std::uint8_t { Vllm, Sglang, LlamaCpp, Ollama, TensorRtLlm, Mlx, NvidiaSmi, Torch };
inline constexpr std::array<EnumRow<LogKind>, 8> log_kinds{{
    {LogKind::Vllm, "vllm", "vLLM"},
    {LogKind::Sglang, "sglang", "SGLang"},
    {LogKind::LlamaCpp, "llama.cpp", "llama.cpp"},
    {LogKind::Ollama, "ollama", "Ollama"},
    {LogKind::TensorRtLlm, "tensorrt-llm", "TensorRT-LLM"},
    {LogKind::Mlx, "mlx", "MLX"},
    {LogKind::NvidiaSmi, "nvidia-smi", "nvidia-smi"},
    {LogKind::Torch, "torch", "PyTorch"},
}};
static_assert(indexed_by_id(log_kinds));
constexpr const auto& enum_table(LogKind) { return log_kinds; }

// clang-format off
/// What a figure of a log measures.
enum class Figure : std::uint8_t {
  Weights, Adapters, KvCache, RecurrentState, Context, ComputeBuffer, OutputBuffer, CudaGraphs, DraftModel, NonTorch,
  WeightsAndNonTorch, KvPool, KvPoolTokens, Allocated, Reserved, DeviceUsed, DeviceMemory
};
// clang-format on
inline constexpr std::array<EnumRow<Figure>, 17> figure_rows{{
    {Figure::Weights, "weights", "Weights", "what loading the model took"},
    {Figure::Adapters, "adapters", "Adapters", "LoRA matrices"},
    {Figure::KvCache, "kv_cache", "KV cache", "keys and values, allocated at start"},
    {Figure::RecurrentState, "recurrent_state", "Recurrent state", "fixed state of recurrent layers"},
    {Figure::Context, "context", "KV cache and state", "cache and recurrent state together"},
    {Figure::ComputeBuffer, "compute_buffer", "Activations", "the engine's buffer or profiled peak"},
    {Figure::OutputBuffer, "output_buffer", "Output buffer", "logits handed to the sampler"},
    {Figure::CudaGraphs, "cuda_graphs", "CUDA graphs", "captured launches"},
    {Figure::DraftModel, "draft_model", "Draft", "what proposes tokens: a model or a context of its own"},
    {Figure::NonTorch, "overhead", "Runtime overhead", "what the engine's own accounting does not include"},
    {Figure::WeightsAndNonTorch, "weights_and_overhead", "Weights and overhead", "consumed before the profile run"},
    {Figure::KvPool, "kv_pool", "KV cache pool", "granted to the cache"},
    {Figure::KvPoolTokens, "kv_pool_tokens", "KV cache pool, tokens", "tokens the cache holds"},
    {Figure::Allocated, "allocated", "Peak of tensors", "PyTorch's largest allocated memory"},
    {Figure::Reserved, "reserved", "Peak reserved", "PyTorch's largest reserved memory"},
    {Figure::DeviceUsed, "device_used", "Used on the device", "of all processes together"},
    {Figure::DeviceMemory, "device_memory", "Memory of the device", "as the driver reports it"},
}};
static_assert(indexed_by_id(figure_rows));
constexpr const auto& enum_table(Figure) { return figure_rows; }

/// True for figures that are one purpose of memory and can be added up.
[[nodiscard]] constexpr bool is_part(Figure f) { return f <= Figure::NonTorch; }

/// Name of the device of what is printed of all GPUs together.
inline constexpr std::string_view all_gpus = "all GPUs";

/// One figure of one device.
struct MeasuredFigure {
  Figure figure = Figure::Weights;
  std::string device;     ///< "GPU 0", "host", as in an estimate
  Count value = 0;        ///< bytes, or tokens for KvPoolTokens
  Count rounding = 0;     ///< how far the printed digits may be from the truth
  bool at_least = false;  ///< the run ended before its peak: it needed this much or more
};

/// A setting the log reveals, to be compared with the scenario's.
struct LogSetting {
  std::string path;  ///< of the field table: "serving.context"
  Count value = 0;   ///< when it is a whole number
  std::string text;  ///< as people type it
};

/// A log as it was understood.
struct MeasuredLog {
  LogKind kind = LogKind::Vllm;
  std::string version{};  ///< of the program, "" when not printed
  std::string model{};    ///< as the log names it, "" when not printed
  std::string weights{};  ///< format of its weights as people type it ("Q4_K_M"), "" when not printed
  std::string drafter{};  ///< model that drafts, as the log names it; "" when none is named
  std::string program{};  ///< a trainer that printed PyTorch's figures; "": the kind says it
  std::string command{};  ///< that started the program, from its name on; "" when the log has none
  std::string device{};   ///< name of the first device that is named, "" when none is
  std::vector<MeasuredFigure> figures{};
  std::vector<LogSetting> settings{};
  std::vector<std::string> notes{};  ///< what the reader skipped or assumed
};

/// The figures of a log; an Issue when there is none in it.
Result<MeasuredLog> read_log(std::string_view text);

/// The name of a GPU in a line, without its maker: "GeForce RTX 3090", "A100-SXM4-80GB"; "" when there is none.
std::string device_named_in(std::string_view line);

/// True when a text has the marks of one of the known logs. Cheaper than reading it.
bool looks_like_log(std::string_view text);

}  // namespace llmcalc::io
