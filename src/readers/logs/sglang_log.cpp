// SGLang's start-up log; its "GB" is 2^30 bytes.
//   Load weight end. type=..., dtype=..., avail mem=8.05 GB, mem usage=14.98 GB.
//   KV Cache is allocated. #tokens: 53392, K size: 3.26 GB, V size: 3.26 GB
//   Capture cuda graph end. Time elapsed: 6.35 s. mem usage=0.21 GB. avail mem=1.20 GB.

#include "readers/logs/log_lines.hpp"

namespace llmcalc::io {
namespace {

constexpr Count gib = Count{1} << 30;

/// The rank of a line: "[2025-08-18 10:00:00 TP1]".
std::string device_of(std::string_view line) {
  const std::string_view tag = line.substr(0, line.find(']'));
  const auto rank = line.starts_with('[') ? count_after(tag, " TP") : std::nullopt;
  return gpu_name(rank && *rank < 4096 ? static_cast<std::size_t>(*rank) : 0);
}

}  // namespace

std::optional<MeasuredLog> read_sglang_log(std::string_view text) {
  MeasuredLog log{.kind = LogKind::Sglang, .version = {}, .model = {}, .figures = {}, .settings = {}, .notes = {}};
  FigureList figures;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const std::string device = device_of(line);
    if (has(line, "Load weight end")) {
      if (const auto amount = amount_after(line, "mem usage=", gib)) figures.set(Figure::Weights, device, *amount);
    } else if (has(line, "KV Cache is allocated")) {
      const auto keys = amount_after(line, "K size:", gib);
      const auto values = amount_after(line, "V size:", gib);
      figures.forget(Figure::KvPool);
      if (keys) figures.add(Figure::KvPool, device, *keys);
      if (values) figures.add(Figure::KvPool, device, *values);
      if (const auto all = amount_after(line, "KV size:", gib); all && !keys) {
        figures.add(Figure::KvPool, device, *all);
      }
      if (const auto tokens = count_after(line, "#tokens:")) {
        figures.set(Figure::KvPoolTokens, device, {.bytes = *tokens, .rounding = 0, .negative = false, .end = 0});
      }
    } else if (has(line, "Capture cuda graph end")) {
      if (const auto amount = amount_after(line, "mem usage=", gib)) figures.set(Figure::CudaGraphs, device, *amount);
    }
  }
  if (figures.empty()) return std::nullopt;
  log.figures = figures.sorted();
  return log;
}

}  // namespace llmcalc::io
