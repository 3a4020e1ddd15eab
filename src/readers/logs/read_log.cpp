#include "readers/logs/log_lines.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::io {
namespace {

using Reader = std::optional<MeasuredLog> (*)(std::string_view);
// Engines before PyTorch and nvidia-smi: their logs may contain what those print.
constexpr std::array<Reader, 5> readers{read_llama_cpp_log, read_vllm_log, read_sglang_log, read_torch_memory,
                                        read_nvidia_smi};

/// Words that only these logs contain.
constexpr std::array<std::string_view, 16> marks{"buffer size",
                                                 "memory breakdown",
                                                 "KV cache memory",
                                                 "GPU KV cache size",
                                                 "Model loading took",
                                                 "model weights take",
                                                 "Loading model weights took",
                                                 "KV Cache is allocated",
                                                 "Load weight end",
                                                 "NVIDIA-SMI",
                                                 "memory.used",
                                                 "CUDA memory summary",
                                                 "memory_allocated",
                                                 "memory_reserved",
                                                 "memory allocated",
                                                 "memory reserved"};

}  // namespace

bool looks_like_log(std::string_view text) {
  text = text.substr(0, log_limit);
  return std::any_of(marks.begin(), marks.end(), [&](std::string_view mark) { return has(text, mark); });
}

Result<MeasuredLog> read_log(std::string_view text) {
  const bool cut = text.size() > log_limit;
  text = text.substr(0, log_limit);
  for (const Reader reader : readers) {
    if (std::optional<MeasuredLog> log = reader(text)) {
      if (cut) note(*log, "Only the first 32 MiB of the text were read.");
      return *std::move(log);
    }
  }
  return Issue{"log", std::string("no memory figures found") + (cut ? " in the first 32 MiB" : "") +
                          ": expected the start-up log of vLLM, SGLang or llama.cpp, nvidia-smi, or "
                          "PyTorch's memory summary"};
}

}  // namespace llmcalc::io
