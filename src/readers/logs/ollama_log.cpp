// Ollama's own engine, which prints what it has allocated as key=value lines:
//   ... source=device.go:240 msg="model weights" device=CUDA0 size="11.8 GiB"      (2025-08 on)
//   ... source=device.go:251 msg="kv cache" device=CUDA0 size="1.2 GiB"
//   ... source=device.go:262 msg="compute graph" device=CUDA0 size="136.0 MiB"
//   ... source=ggml.go:367 msg="model weights" buffer=CUDA0 size="3.1 GiB"          (earlier)
//   ... source=ggml.go:553 msg="compute graph" backend=CUDA0 buffer_type=CUDA0 size="1.1 GiB"
// Its predictions before loading (msg=offload, memory.required...) are no measurements and are passed over. When Ollama
// runs llama.cpp instead, these lines are predictions too and llama.cpp's own lines follow: they are read. Its cache
// holds the states of recurrent layers as well.

#include "readers/logs/log_lines.hpp"

#include <llmcalc/base/words.hpp>

#include <array>

namespace llmcalc::io {
namespace {

constexpr std::array phrases{
    Phrase{"msg=\"model weights\"", Figure::Weights},
    Phrase{"msg=\"kv cache\"", Figure::Context},
    Phrase{"msg=\"compute graph\"", Figure::ComputeBuffer},
};

/// The value behind a key, with or without quotes.
std::string_view value_of(std::string_view line, std::string_view key) {
  const std::string_view value = text_between(line, key, " ");
  return value.starts_with('"') ? text_between(line, std::string(key) + "\"", "\"") : value;
}

/// "CUDA0" is the first GPU, Metal the only one, the processor the host; "" when no device is named.
std::string device_of(std::string_view line) {
  for (const std::string_view key : {" device=", " buffer_type=", " buffer=", " backend="}) {
    const std::string_view name = text_between(line, key, " ");
    if (name.empty()) continue;
    if (has(name, "CPU") || has(name, "Host") || has(name, "BLAS")) return "host";
    const std::size_t digit = name.find_first_of("0123456789");
    const auto number = digit == std::string_view::npos ? std::nullopt : count_after(name.substr(digit), "");
    return gpu_name(number && *number < 1024 ? static_cast<std::size_t>(*number) : 0);
  }
  return {};
}

}  // namespace

std::optional<MeasuredLog> read_ollama_log(std::string_view text) {
  if (!has(text, "msg=\"model weights\"")) return std::nullopt;
  // The last load was llama.cpp's.
  const std::size_t theirs = text.rfind("compute buffer size"), own = text.rfind("msg=\"compute graph\"");
  if (theirs != std::string_view::npos && (own == std::string_view::npos || theirs > own)) return std::nullopt;
  MeasuredLog log{.kind = LogKind::Ollama};
  log.version = ollama_version(text);
  FigureList figures;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (const auto n = count_after(line, "KvSize:"); n && *n != 0) set_setting(log, "serving.context", *n);
    if (const auto n = count_after(line, "Parallel:"); n && *n != 0) set_setting(log, "serving.sequences", *n);
    if (const auto n = count_after(line, "BatchSize:"); n && *n != 0) set_setting(log, "serving.ubatch", *n);
    if (const auto type = text_between(line, "KvCacheType:", " }"); !type.empty())
      set_setting(log, "serving.kv_format", type);
    for (const std::string_view key : {"general.name=", has(line, " architecture=") ? " name=" : "general.name="}) {
      if (const std::string_view name = value_of(line, key); !name.empty()) log.model = name;
    }
    set_offloaded_layers(log, line);
    for (const Phrase& phrase : phrases) {
      const auto size = has(line, phrase.words) ? amount_after(line, "size=\"", Count{1}) : std::nullopt;
      const std::string device = size ? device_of(line) : std::string{};
      if (!device.empty())
        figures.set(phrase.figure, device, *size);  // loaded again: the last layout is the one that runs
    }
  }
  if (figures.empty()) return std::nullopt;
  // KvSize is that of all sequences together.
  Count cells = 0, sequences = 1;
  for (const LogSetting& s : log.settings) {
    if (s.path == "serving.context") cells = s.value;
    if (s.path == "serving.sequences") sequences = s.value;
  }
  if (cells != 0) set_setting(log, "serving.context", cells / sequences);
  log.figures = figures.sorted();
  return log;
}

}  // namespace llmcalc::io
