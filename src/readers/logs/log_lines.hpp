#pragma once
// Finding amounts in lines of text, without regular expressions: time and memory are linear in the text.

#include "readers/logs/measured_log.hpp"

#include <llmcalc/base/words.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// A printed amount of memory.
struct Amount {
  Count bytes = 0;
  Count rounding = 0;
  bool negative = false;  ///< then bytes is 0
  std::size_t end = 0;    ///< where in the text it ended
};

/// A number with an optional unit at the beginning of a text, blanks before it allowed: "14.99GiB", "1,024 MiB",
/// "24564MiB". kB, MB and GB are powers of 1024 as in all of these tools. Without a unit: `unit_bytes` each.
std::optional<Amount> amount_at(std::string_view text, Count unit_bytes = 1);

/// The amount behind the first occurrence of `words` in a line.
std::optional<Amount> amount_after(std::string_view line, std::string_view words, Count unit_bytes = 1);

/// The whole number behind the first occurrence of `words`, blanks and "=" or ":" between allowed.
std::optional<Count> count_after(std::string_view line, std::string_view words);

/// The whole number that ends where `words` begin: 2 in "1 seqs 2 rs_seq" before " rs_seq".
std::optional<Count> count_before(std::string_view line, std::string_view words);

/// Ollama's version as its server prints it; "" when it does not.
std::string_view ollama_version(std::string_view text);

/// The text behind `words` up to one of `ends`; "" when `words` is not there.
std::string_view text_between(std::string_view line, std::string_view words, std::string_view ends);

/// True when the line contains the words.
inline bool has(std::string_view line, std::string_view words) { return line.find(words) != std::string_view::npos; }

/// The next line of `rest`, without its end and cut to the limit.
std::string_view next_line(std::string_view& rest);

/// Name of a GPU in an estimate.
std::string gpu_name(std::size_t index);

/// Collects figures: a later one of the same kind and device replaces the earlier, or adds to it.
class FigureList {
 public:
  void set(Figure figure, std::string_view device, const Amount& amount);
  /// Sets it unless a larger one was seen.
  void raise(Figure figure, std::string_view device, const Amount& amount);
  void forget(Figure figure, std::string_view device);
  void mark_at_least();
  void add(Figure figure, std::string_view device, const Amount& amount);
  void forget(Figure figure);
  [[nodiscard]] const MeasuredFigure* find(Figure figure, std::string_view device) const;
  [[nodiscard]] bool empty() const { return all_.empty(); }
  /// The figures in the order of devices, then of Figure.
  [[nodiscard]] std::vector<MeasuredFigure> sorted() const;
  /// The log with these figures; nothing when there are none.
  [[nodiscard]] std::optional<MeasuredLog> with_figures(MeasuredLog log) const;

 private:
  MeasuredFigure* slot(Figure figure, std::string_view device);
  std::vector<MeasuredFigure> all_;
};

/// Sets a setting, replacing an earlier value.
void set_setting(MeasuredLog& log, std::string_view path, Count value);
/// The same for one that is no whole number, as people type it.
void set_setting(MeasuredLog& log, std::string_view path, std::string_view text);

/// Sets the layers on the GPU when a line says that not all are: "offloaded 20/33 layers to GPU".
void set_offloaded_layers(MeasuredLog& log, std::string_view line);

/// A figure and the words before its number.
struct Phrase {
  std::string_view words;
  Figure figure;
};

/// Adds a note unless it is there.
void note(MeasuredLog& log, std::string_view words);

/// One reader for each program: the log when at least one figure was found in it.
std::optional<MeasuredLog> read_vllm_log(std::string_view text);
std::optional<MeasuredLog> read_sglang_log(std::string_view text);
std::optional<MeasuredLog> read_llama_cpp_log(std::string_view text);
std::optional<MeasuredLog> read_ollama_log(std::string_view text);
std::optional<MeasuredLog> read_tensorrt_llm_log(std::string_view text);
std::optional<MeasuredLog> read_mlx_log(std::string_view text);
std::optional<MeasuredLog> read_nvidia_smi(std::string_view text);
std::optional<MeasuredLog> read_torch_memory(std::string_view text);

}  // namespace llmcalc::io
