// SGLang's start-up log; its "GB" is 2^30 bytes. Every rank prints its own lines; a draft (EAGLE, MTP) is loaded after
// the model and prints the same lines again.
//   Load weight end. type=..., dtype=..., avail mem=8.05 GB, mem usage=14.98 GB.
//   KV Cache is allocated. #tokens: 53392, K size: 3.26 GB, V size: 3.26 GB
// A draft's pool holds as many tokens as the model's; a pool of windows, which the model has beside the other, fewer.
//   Mamba Cache is allocated. max_mamba_cache_size: 232, conv_state size: 0.30GB, ssm_state size: 12.01GB
//   Capture cuda graph end. Time elapsed: 6.35 s. mem usage=0.21 GB. avail mem=1.20 GB.

#include "readers/logs/log_lines.hpp"

#include <array>

namespace llmcalc::io {
namespace {

constexpr Count gib = Count{1} << 30;

/// The rank of a line: "[2025-08-18 10:00:00 TP1]", whatever a collector of logs puts before it.
std::string device_of(std::string_view line) {
  for (std::size_t open = line.find('['); open != std::string_view::npos; open = line.find('[', open + 1)) {
    const std::string_view tag = line.substr(open, std::min<std::size_t>(line.find(']', open) - open, 64));
    if (const auto rank = count_after(tag, " TP"); rank && *rank < 4096)
      return gpu_name(static_cast<std::size_t>(*rank));
  }
  return gpu_name(0);
}

struct Argument {
  std::string_view words;
  std::string_view path;
};
constexpr std::array arguments{
    Argument{"tp_size=", "parallelism.tensor"},
    Argument{"pp_size=", "parallelism.pipeline"},
    Argument{"context_len=", "serving.max_model_len"},
    Argument{"max_running_requests=", "serving.max_num_seqs"},
};

/// True when the rank has this figure: then the line belongs to what drafts.
bool again(const FigureList& figures, Figure figure, const std::string& device) {
  return figures.find(figure, device) != nullptr;
}

}  // namespace

std::optional<MeasuredLog> read_sglang_log(std::string_view text) {
  MeasuredLog log{.kind = LogKind::Sglang};
  FigureList figures;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const std::string device = device_of(line);
    if (has(line, "Load weight end")) {
      const auto amount = amount_after(line, "mem usage=", gib);
      if (!amount) continue;
      if (again(figures, Figure::Weights, device)) {
        figures.add(Figure::DraftModel, device, *amount);
      } else {
        figures.set(Figure::Weights, device, *amount);
      }
    } else if (has(line, "KV Cache is allocated")) {
      const auto tokens = count_after(line, "#tokens:");
      const MeasuredFigure* before = figures.find(Figure::KvPoolTokens, device);
      const bool draft = before != nullptr && tokens && before->value == *tokens;
      const Figure into = draft ? Figure::DraftModel : Figure::KvPool;
      const auto keys = amount_after(line, "K size:", gib);
      const auto values = amount_after(line, "V size:", gib);
      if (keys) figures.add(into, device, *keys);
      if (values) figures.add(into, device, *values);
      if (const auto all = amount_after(line, "KV size:", gib); all && !keys) figures.add(into, device, *all);
      if (tokens && !draft)
        figures.raise(Figure::KvPoolTokens, device, {.bytes = *tokens, .rounding = 0, .negative = false, .end = 0});
    } else if (has(line, "Mamba Cache is allocated")) {
      for (const std::string_view words :
           {"conv_state size:", "ssm_state size:", "intermediate_ssm_state_cache size:",
            "intermediate_conv_window_cache size:"}) {
        if (const auto amount = amount_after(line, words, gib)) figures.add(Figure::RecurrentState, device, *amount);
      }
    } else if (has(line, "Capture cuda graph end") || has(line, "Capture draft cuda graph end")) {
      if (const auto amount = amount_after(line, "mem usage=", gib)) figures.add(Figure::CudaGraphs, device, *amount);
    } else if (has(line, "server_args=") || has(line, "max_total_num_tokens=")) {
      if (log.model.empty()) log.model = text_between(line, "model_path='", "'");
      for (const Argument& argument : arguments) {
        if (const auto n = count_after(line, argument.words); n && *n != 0) set_setting(log, argument.path, *n);
      }
    }
  }
  return figures.with_figures(std::move(log));
}

}  // namespace llmcalc::io
