// mlx-lm. Its "GB" is 10^9 bytes (mx.get_peak_memory() / 1e9 in generate.py and tuner/trainer.py).
//   Peak memory: 4.512 GB                                         after a generation
//   Iter 10: Train loss 2.186, ..., Trained Tokens 3911, Peak mem 6.215 GB       while fine-tuning

#include "readers/logs/log_lines.hpp"

namespace llmcalc::io {

std::optional<MeasuredLog> read_mlx_log(std::string_view text) {
  MeasuredLog log{.kind = LogKind::Mlx};
  FigureList figures;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    for (const std::string_view words : {"Peak memory:", "Peak mem "}) {
      const std::string_view number = text_between(line, words, "G");
      const auto peak = number.size() + line.find(words) + words.size() < line.size()
                            ? amount_at(number, Count{1'000'000'000})
                            : std::nullopt;
      if (peak) figures.raise(Figure::Allocated, gpu_name(0), *peak);
    }
  }
  return figures.with_figures(std::move(log));
}

}  // namespace llmcalc::io
