// PyTorch's own figures: the table of torch.cuda.memory_summary() (its second column is the peak), printed results of
// max_memory_allocated() and max_memory_reserved(), and the memory that torchtitan writes with every step.

#include "readers/logs/log_lines.hpp"

#include <array>

namespace llmcalc::io {
namespace {

struct Phrase {
  std::string_view words;
  Figure figure;
};
// In lower case. Longer words first.
constexpr std::array phrases{
    Phrase{"max_memory_allocated", Figure::Allocated},  Phrase{"max_memory_reserved", Figure::Reserved},
    Phrase{"peak_memory_allocated", Figure::Allocated}, Phrase{"peak_memory_reserved", Figure::Reserved},
    Phrase{"max memory allocated", Figure::Allocated},  Phrase{"max memory reserved", Figure::Reserved},
    Phrase{"peak memory allocated", Figure::Allocated}, Phrase{"peak memory reserved", Figure::Reserved},
    Phrase{"max allocated", Figure::Allocated},         Phrase{"max reserved", Figure::Reserved},
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// The peak of a row of the summary: "| Allocated memory | now | peak | ... |".
std::optional<Amount> peak_of_row(std::string_view line, std::string_view title) {
  const std::size_t at = line.find(title);
  if (at == std::string_view::npos) return std::nullopt;
  std::size_t bar = line.find('|', at);
  if (bar != std::string_view::npos) bar = line.find('|', bar + 1);
  if (bar == std::string_view::npos) return std::nullopt;
  return amount_at(line.substr(bar + 1));
}

/// A printed result. A number with decimals but without a unit could be anything and is passed over.
std::optional<Amount> printed(std::string_view line, std::string_view words) {
  const std::size_t at = line.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = line.substr(at + words.size());
  // "()", "(0)", "(device):", " (GiB):" between the name and the number
  Count unit = 1;
  if (const std::size_t open = rest.find_first_not_of(' '); open != std::string_view::npos && rest[open] == '(') {
    const std::string_view inside = text_between(rest, "(", ")");
    if (has(lower(inside), "gib") || has(lower(inside), "gb")) unit = Count{1} << 30;
    if (has(lower(inside), "mib") || has(lower(inside), "mb")) unit = Count{1} << 20;
    const std::size_t close = rest.find(')');
    if (close == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(close + 1);
  }
  const std::size_t digit = rest.find_first_not_of(" :=>-\t'\"");
  if (digit > 24) return std::nullopt;  // none, or too far away
  rest.remove_prefix(digit);
  const auto amount = amount_at(rest, unit);
  if (!amount) return std::nullopt;
  const bool bare = amount->rounding == 0 && has(rest.substr(0, amount->end), ".");
  return bare ? std::nullopt : amount;
}

}  // namespace

std::optional<MeasuredLog> read_torch_memory(std::string_view text) {
  MeasuredLog log{.kind = LogKind::Torch, .version = {}, .model = {}, .figures = {}, .settings = {}, .notes = {}};
  FigureList figures;
  std::string device = gpu_name(0);
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (has(line, "memory summary, device ID")) {
      const auto id = count_after(line, "device ID");
      device = gpu_name(id && *id < 4096 ? static_cast<std::size_t>(*id) : 0);
      continue;
    }
    if (line.starts_with("| Allocated memory")) {
      if (const auto peak = peak_of_row(line, "Allocated memory")) figures.set(Figure::Allocated, device, *peak);
      continue;
    }
    if (line.starts_with("| GPU reserved memory")) {
      if (const auto peak = peak_of_row(line, "GPU reserved memory")) figures.set(Figure::Reserved, device, *peak);
      continue;
    }
    if (has(line, "step:") && has(line, "loss:")) {  // torchtitan: "memory: 30.13GiB(37.86%)", the peak reserved
      if (const auto amount = amount_after(line, "memory:"); amount && amount->rounding != 0) {
        figures.set(Figure::Reserved, device, *amount);
      }
      continue;
    }
    const std::string words = lower(line);
    if (!has(words, "allocated") && !has(words, "reserved")) continue;
    for (const Phrase& phrase : phrases) {
      const std::size_t at = words.find(phrase.words);
      if (at == std::string::npos) continue;
      if (const auto amount = printed(line.substr(at), line.substr(at, phrase.words.size()))) {
        figures.set(phrase.figure, device, *amount);
      }
    }
  }
  if (figures.empty()) return std::nullopt;
  log.figures = figures.sorted();
  return log;
}

}  // namespace llmcalc::io
