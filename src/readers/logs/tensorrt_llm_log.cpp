// TensorRT-LLM's executor:
//   [TensorRT-LLM][INFO] Loaded engine size: 15325 MiB
//   [TensorRT-LLM][INFO] [MemUsageChange] Allocated 1158.88 MiB for execution context memory.
//   [TensorRT-LLM][INFO] [MemUsageChange] Allocated 43.10 GiB for max tokens in paged KV cache (353088).
// and its PyTorch backend:
//   Peak memory during memory usage profiling (torch + non-torch): 16.42 GiB, available KV cache memory when calculating
//   max tokens: 55.08 GiB, ...
// Every rank prints "[TensorRT-LLM][INFO] Rank 1 ..." or nothing at all: lines without a rank are the first one's.

#include "readers/logs/log_lines.hpp"

#include <llmcalc/base/words.hpp>

namespace llmcalc::io {
namespace {

constexpr Count mib = Count{1} << 20, gib = Count{1} << 30;

std::string device_of(std::string_view line) {
  if (has(line, " is using GPU ")) return gpu_name(0);
  for (const std::string_view words : {"[RANK ", "[Rank ", "Rank "}) {
    if (const auto rank = count_after(line, words); rank && *rank < 4096)
      return gpu_name(static_cast<std::size_t>(*rank));
  }
  return gpu_name(0);
}

}  // namespace

std::optional<MeasuredLog> read_tensorrt_llm_log(std::string_view text) {
  if (!has(text, "[MemUsageChange]") && !has(text, "during memory usage profiling")) return std::nullopt;
  MeasuredLog log{.kind = LogKind::TensorRtLlm};
  FigureList figures;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const std::string device = device_of(line);
    if (has(line, "TensorRT-LLM version:"))
      log.version = trimmed(text_between(line, "TensorRT-LLM version:", "\r\n"));
    if (const auto size = amount_after(line, "Loaded engine size:", mib)) figures.set(Figure::Weights, device, *size);
    if (const auto pool = amount_after(line, "available KV cache memory when calculating max tokens:", gib))
      figures.set(Figure::KvPool, device, *pool);
    if (has(line, "for k/v cache")) {  // until 0.8: bytes and tokens on two lines
      if (const auto pool = amount_after(line, "Allocate ")) figures.set(Figure::KvPool, device, *pool);
    } else if (has(line, "tokens in paged KV cache")) {
      if (const auto tokens = count_after(line, "Using "))
        figures.set(Figure::KvPoolTokens, device, {.bytes = *tokens, .rounding = 0, .negative = false, .end = 0});
    }
    const auto allocated = amount_after(line, "[MemUsageChange] Allocated ", mib);
    if (!allocated) continue;
    if (has(line, "for execution context memory")) figures.set(Figure::ComputeBuffer, device, *allocated);
    if (!has(line, "in paged KV cache")) continue;
    figures.set(Figure::KvPool, device, *allocated);
    if (const auto tokens = count_after(line, "in paged KV cache"))
      figures.set(Figure::KvPoolTokens, device, {.bytes = *tokens, .rounding = 0, .negative = false, .end = 0});
  }
  return figures.with_figures(std::move(log));
}

}  // namespace llmcalc::io
