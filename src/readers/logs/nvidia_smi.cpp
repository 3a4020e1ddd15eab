// nvidia-smi: the table people paste, and --query-gpu with --format=csv.
//   |   0  NVIDIA GeForce RTX 4090        Off | 00000000:4F:00.0 Off |                  Off |
//   | 31%   28C    P8              21W / 450W |    393MiB / 24564MiB |      0%      Default |

#include "readers/logs/log_lines.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>

namespace llmcalc::io {
namespace {

constexpr Count mib = Count{1} << 20;

/// Cells of a line of comma-separated values, without blanks around them.
std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  while (cells.size() < 128) {
    const std::size_t comma = line.find(',');
    cells.push_back(trimmed(line.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    line.remove_prefix(comma + 1);
  }
  return cells;
}

/// Place of a column whose title begins with this; none: the number of columns.
std::size_t column(const std::vector<std::string_view>& titles, std::string_view name) {
  return static_cast<std::size_t>(
      std::find_if(titles.begin(), titles.end(), [&](std::string_view title) { return title.starts_with(name); }) -
      titles.begin());
}

void read_csv(std::string_view text, FigureList& figures) {
  std::vector<std::string_view> titles;
  std::size_t row = 0;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const std::vector<std::string_view> cells = cells_of(line);
    if (has(line, "memory.used") || has(line, "memory.total")) {
      titles = cells;
      row = 0;
      continue;
    }
    if (titles.empty() || cells.size() != titles.size()) continue;
    const std::size_t index = column(titles, "index");
    const auto number = index < cells.size() ? count_after(cells[index], "") : std::nullopt;
    const std::string device = gpu_name(number && *number < 4096 ? static_cast<std::size_t>(*number) : row);
    ++row;
    const auto take = [&](std::string_view title, Figure figure) {
      const std::size_t at = column(titles, title);
      if (at >= cells.size()) return;
      if (const auto amount = amount_at(cells[at], mib)) figures.set(figure, device, *amount);
    };
    take("memory.used", Figure::DeviceUsed);
    take("memory.total", Figure::DeviceMemory);
  }
}

void read_table(std::string_view text, FigureList& figures, MeasuredLog& log) {
  std::optional<Count> gpu;
  std::size_t processes = 0;
  while (!text.empty()) {
    const std::string_view line = trimmed(next_line(text));
    if (has(line, "NVIDIA-SMI ")) log.version = trimmed(text_between(line, "Driver Version:", "C|"));
    if (!line.starts_with('|')) continue;
    const std::size_t slash = line.find("MiB /");
    if (slash == std::string_view::npos) {
      if (const auto n = count_after(line, "|"); n && has(line, ":")) gpu = *n;  // the row with name and bus
      if (has(line, "MiB |")) ++processes;
      continue;
    }
    const std::size_t bar = line.rfind('|', slash);
    const auto used = amount_at(line.substr(bar + 1), mib);
    const auto total = amount_after(line.substr(slash), "/", mib);
    if (!used || !total) continue;
    const std::string device = gpu_name(static_cast<std::size_t>(std::min<Count>(gpu.value_or(0), 4095)));
    figures.set(Figure::DeviceUsed, device, *used);
    figures.set(Figure::DeviceMemory, device, *total);
  }
  if (processes > 1) note(log, std::to_string(processes) + " processes share the devices in this table.");
}

}  // namespace

std::optional<MeasuredLog> read_nvidia_smi(std::string_view text) {
  MeasuredLog log{.kind = LogKind::NvidiaSmi};
  FigureList figures;
  if (has(text, "memory.used") || has(text, "memory.total")) {
    read_csv(text, figures);
  } else {
    read_table(text, figures, log);
  }
  return figures.with_figures(std::move(log));
}

}  // namespace llmcalc::io
