#include "host/limits.hpp"
#include "readers/logs/log_lines.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>

namespace llmcalc::io {
namespace {

using Reader = std::optional<MeasuredLog> (*)(std::string_view);
// Engines before PyTorch and nvidia-smi: their logs may contain what those print. Ollama's engine prints lines of
// llama.cpp's tensors as well.
constexpr std::array<Reader, 8> readers{read_ollama_log,       read_llama_cpp_log, read_vllm_log, read_sglang_log,
                                        read_tensorrt_llm_log, read_torch_memory,  read_mlx_log,  read_nvidia_smi};

/// Words that only these logs contain, with bars between them.
constexpr std::string_view marks =
    "buffer size|memory breakdown|KV cache memory|GPU KV cache size|Model loading took|model weights take|"
    "Loading model weights took|KV Cache is allocated|Mamba Cache is allocated|Load weight end|non-default args|"
    "[MemUsageChange]|msg=\"model weights\"|msg=\"kv cache\"|NVIDIA-SMI|memory.used|CUDA memory summary|"
    "CUDA out of memory|HIP out of memory|memory_allocated|memory_reserved|memory allocated|memory reserved|"
    "max allocated:|Peak reserved memory|Peak memory:|Peak mem |peak_memory_|memory(GiB)|memory/max_|"
    "memory/device_|Max_MA ";

/// The text without the colours of a terminal (ESC [ ... letter).
std::string without_colours(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b' || i + 1 >= text.size() || text[i + 1] != '[') {
      out.push_back(text[i]);
      continue;
    }
    constexpr std::size_t longest = 32;
    std::size_t end = i + 2;
    while (end < text.size() && end < i + longest && (text[end] == ';' || (text[end] >= '0' && text[end] <= '9')))
      ++end;
    i = end < text.size() ? end : text.size() - 1;  // the letter goes with it
  }
  return out;
}

/// The text without lines that are empty: a page of nothing else costs every reader a look at each.
std::string without_empty_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c != '\n' || (!out.empty() && out.back() != '\n')) out.push_back(c);
  }
  return out;
}

/// The first device that the text names.
std::string first_device(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (std::string name = device_named_in(line); !name.empty()) return name;
  }
  return {};
}

/// The first line that starts a server, from the program's name on: "llama-server -m ... -ub 2048".
std::string command_in(std::string_view text) {
  constexpr std::string_view programs =
      "llama-server|llama-cli|vllm serve|sglang.launch_server|trtllm-serve|koboldcpp";
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    for (std::string_view rest = programs; !rest.empty();) {
      const std::string_view program = take_until(rest, "|");
      const std::size_t at = line.find(program);
      if (at == std::string_view::npos) continue;
      std::string_view options = line.substr(at + program.size());
      for (const std::string_view ending : {".exe", ".py", "\"", "'"}) {
        if (options.starts_with(ending)) options.remove_prefix(ending.size());
      }
      if (!options.starts_with(' ') || !has(options, " -")) continue;
      std::string command(program);
      command += options;
      std::replace(command.begin(), command.end(), '\\', '/');  // folders of Windows
      return command;
    }
  }
  return {};
}

}  // namespace

bool looks_like_log(std::string_view text) {
  text = text.substr(0, most(Limit::LogBytes));
  for (std::string_view rest = marks; !rest.empty();) {
    if (has(text, take_until(rest, "|"))) return true;
  }
  return false;
}

Result<MeasuredLog> read_log(std::string_view text) {
  const bool cut = text.size() > most(Limit::LogBytes);
  text = text.substr(0, most(Limit::LogBytes));
  std::string plain;
  if (has(text, "\x1b[")) text = plain = without_colours(text);
  if (std::count(text.begin(), text.end(), '\n') > static_cast<std::ptrdiff_t>(text.size() / 2))
    text = plain = without_empty_lines(text);
  for (const Reader reader : readers) {
    if (std::optional<MeasuredLog> log = reader(text)) {
      if (log->device.empty()) log->device = first_device(text);
      if (log->kind != LogKind::Torch && log->kind != LogKind::NvidiaSmi) log->command = command_in(text);
      if (cut) note(*log, "Only the first 32 MiB of the text were read.");
      return *std::move(log);
    }
  }
  return Issue{"log", std::string("no memory figures found") + (cut ? " in the first 32 MiB" : "") +
                          ": expected the start-up log of vLLM, SGLang, llama.cpp, Ollama or "
                          "TensorRT-LLM, nvidia-smi, or what PyTorch or a trainer prints of its peak"};
}

}  // namespace llmcalc::io
