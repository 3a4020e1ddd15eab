// PyTorch's own figures: the table of torch.cuda.memory_summary() (its second column is the peak), printed results of
// max_memory_allocated() and max_memory_reserved(), what it says when memory is out, and what trainers print of it with
// every step or at the end. Of figures that are printed again and again the largest counts, of all ranks together.

#include "readers/logs/log_lines.hpp"

#include <llmcalc/base/words.hpp>

#include <array>

namespace llmcalc::io {
namespace {

constexpr Count mib = Count{1} << 20, gib = Count{1} << 30;

/// Words before a figure, in lower case.
struct TrainerPhrase {
  std::string_view words;
  Figure figure = Figure::Allocated;
  Count unit = 1;              ///< of a number without one; 1: such a number is passed over when it has decimals
  std::string_view program{};  ///< "": PyTorch itself
};

/// Longer words first. Sources: deepspeed/runtime/utils.py see_memory_usage; ms-swift swift/trainers (memory(GiB) is
/// the reserved peak); axolotl utils/callbacks (memory/... in GiB); Unsloth's notebooks (2^30 called GB); Megatron
/// training/utils.py report_memory (memory (MB) is 2^20); torchtune training/memory.py (GiB).
constexpr std::array phrases{
    TrainerPhrase{"max_memory_allocated", Figure::Allocated},
    TrainerPhrase{"max_memory_reserved", Figure::Reserved},
    TrainerPhrase{"peak_memory_allocated", Figure::Allocated},
    TrainerPhrase{"peak_memory_reserved", Figure::Reserved, gib, "torchtune"},
    TrainerPhrase{"peak_memory_alloc", Figure::Allocated, gib, "torchtune"},
    TrainerPhrase{"memory/max_mem_allocated(gib)", Figure::Allocated, gib, "Axolotl"},
    TrainerPhrase{"memory/max_allocated (gib)", Figure::Allocated, gib, "Axolotl"},
    TrainerPhrase{"memory/device_mem_reserved(gib)", Figure::Reserved, gib, "Axolotl"},
    TrainerPhrase{"memory/device_reserved (gib)", Figure::Reserved, gib, "Axolotl"},
    TrainerPhrase{"memory(gib)", Figure::Reserved, gib, "ms-swift"},
    TrainerPhrase{"max_ma ", Figure::Allocated, gib, "DeepSpeed"},
    TrainerPhrase{"max_ca ", Figure::Reserved, gib, "DeepSpeed"},
    TrainerPhrase{"peak reserved memory =", Figure::Reserved, gib, "Unsloth"},
    TrainerPhrase{"max memory allocated", Figure::Allocated},
    TrainerPhrase{"max memory reserved", Figure::Reserved},
    TrainerPhrase{"peak memory allocated", Figure::Allocated},
    TrainerPhrase{"peak memory reserved", Figure::Reserved},
    TrainerPhrase{"max allocated", Figure::Allocated, mib, "Megatron"},
    TrainerPhrase{"max reserved", Figure::Reserved, mib, "Megatron"},
};

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
std::optional<Amount> printed(std::string_view rest, Count unit) {
  // "()", "(0)", "(device):", " (GiB):" between the name and the number
  if (const std::size_t open = rest.find_first_not_of(' '); open != std::string_view::npos && rest[open] == '(') {
    const std::string_view inside = text_between(rest, "(", ")");
    if (has(lower_case(inside), "gib") || has(lower_case(inside), "gb")) unit = Count{1} << 30;
    if (has(lower_case(inside), "mib") || has(lower_case(inside), "mb")) unit = Count{1} << 20;
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

/// What PyTorch says when memory is out, in both wordings:
///   Tried to allocate 2.00 GiB (GPU 0; 23.69 GiB total capacity; 20.53 GiB already allocated; ... 20.71 GiB reserved in
///   total by PyTorch)
///   Tried to allocate 1.02 GiB. GPU 0 has a total capacity of 23.65 GiB of which 837.44 MiB is free. ... Of the
///   allocated memory 21.32 GiB is allocated by PyTorch, and 1.03 GiB is reserved by PyTorch but unallocated.
/// The run needed what it had and what it asked for, at least.
bool out_of_memory(std::string_view line, FigureList& figures) {
  if (!has(line, "out of memory") || !has(line, "Tried to allocate ")) return false;
  const auto tried = amount_after(line, "Tried to allocate ");
  const auto card = count_after(line, "GPU ");
  const std::string device = gpu_name(card && *card < 4096 ? static_cast<std::size_t>(*card) : 0);
  const auto before = [&](std::string_view words) -> std::optional<Amount> {
    const std::size_t at = line.find(words);
    if (at == std::string_view::npos) return std::nullopt;
    const std::size_t from = line.find_last_of(";,(", at);
    return from == std::string_view::npos ? std::nullopt : amount_at(line.substr(from + 1));
  };
  auto capacity = amount_after(line, "total capacity of ");
  if (!capacity) capacity = amount_after(line, "; ");
  auto allocated = amount_after(line, "Of the allocated memory ");
  if (!allocated) allocated = before(" already allocated");
  if (capacity) figures.set(Figure::DeviceMemory, device, *capacity);
  if (!tried || !allocated) return true;
  allocated->bytes = add(allocated->bytes, tried->bytes);
  allocated->rounding = add(allocated->rounding, tried->rounding);
  figures.set(Figure::Allocated, device, *allocated);
  return true;
}

}  // namespace

std::optional<MeasuredLog> read_torch_memory(std::string_view text) {
  MeasuredLog log{.kind = LogKind::Torch};
  FigureList figures;
  std::string device = gpu_name(0);
  bool ended = false;
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
        figures.raise(Figure::Reserved, device, *amount);
        if (log.program.empty()) log.program = "torchtitan";
      }
      continue;
    }
    if (out_of_memory(line, figures)) {
      ended = true;
      continue;
    }
    const std::string words = lower_case(line);
    if (!has(words, "memory") && !has(words, "max_ma") && !has(words, "allocated") && !has(words, "reserved"))
      continue;
    if (has(words, "gpu = ") && has(words, "max memory = ")) {  // Unsloth's first lines
      if (const auto total = amount_after(line, "Max memory = ", gib))
        figures.set(Figure::DeviceMemory, device, *total);
      continue;
    }
    std::array<bool, 2> found{};
    for (const TrainerPhrase& phrase : phrases) {
      const std::size_t at = words.find(phrase.words);
      bool& done = found[phrase.figure == Figure::Allocated ? 0 : 1];
      if (at == std::string::npos || done) continue;
      const auto amount = printed(line.substr(at + phrase.words.size()), phrase.unit);
      if (!amount) continue;
      done = true;
      figures.raise(phrase.figure, device, *amount);
      if (!phrase.program.empty() && log.program.empty()) log.program = phrase.program;
    }
  }
  if (ended) {
    figures.mark_at_least();
    note(log, "The run ran out of memory: it needed what it had and what it asked for, or more.");
  }
  return figures.with_figures(std::move(log));
}

}  // namespace llmcalc::io
