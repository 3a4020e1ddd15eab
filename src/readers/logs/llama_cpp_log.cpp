// llama.cpp's buffers as it prints them while loading, and its table of memory at the end.
//   load_tensors:        CUDA0 model buffer size =  4403.49 MiB        (llm_load_tensors: CUDA0 buffer size in 2024)
//   llama_kv_cache:      CUDA0 KV buffer size =  1024.00 MiB           (llama_kv_cache_init, llama_kv_cache_unified)
//   llama_context:  CUDA_Host  output buffer size =     0.49 MiB       (llama_new_context_with_model in 2024)
//   ..._memory_breakdown_print: |   - CUDA0 (RTX 4090) | 24080 = 9436 + (14193 = 13169 + 38 + 985) + 451 |
// Sizes of buffers are exact to the printed digits; the table is cut to whole MiB and is used where no line is.

#include "readers/logs/log_lines.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::io {
namespace {

/// What is known of one model and the context made for it.
struct Load {
  FigureList figures;
  Count weights = 0;
};

struct BufferWord {
  std::string_view word;
  Figure figure;
};
constexpr std::array buffer_words{
    BufferWord{"model", Figure::Weights},         BufferWord{"KV", Figure::KvCache},
    BufferWord{"RS", Figure::RecurrentState},     BufferWord{"output", Figure::OutputBuffer},
    BufferWord{"compute", Figure::ComputeBuffer}, BufferWord{"LoRA", Figure::Adapters},
};

/// Reads line by line.
class LlamaCppReader {
 public:
  void line(std::string_view text);
  std::optional<MeasuredLog> finish();

 private:
  void buffer_line(std::string_view text, std::size_t at);
  void breakdown_line(std::string_view text);
  void settings_line(std::string_view text);
  void new_context();
  std::string device_of(std::string_view backend);

  MeasuredLog log_{.kind = LogKind::LlamaCpp, .version = {}, .model = {}, .figures = {}, .settings = {}, .notes = {}};
  std::vector<Load> loads_;
  FigureList table_;
  std::vector<std::string> gpus_;  ///< backends without a number, in order of appearance
  bool tensors_seen_ = false;      ///< buffers of the present load were printed
  Count cells_ = 0;
  Count sequences_ = 0;
};

/// The last word of a text and what is before it.
std::string_view take_last_word(std::string_view& text) {
  text = trimmed(text);
  const std::size_t space = text.find_last_of(" \t");
  const std::string_view word = space == std::string_view::npos ? text : text.substr(space + 1);
  text = space == std::string_view::npos ? std::string_view{} : text.substr(0, space);
  return word;
}

std::string LlamaCppReader::device_of(std::string_view backend) {
  // Memory of the host, also as a device sees it (CUDA_Host) and as the CPU repacks it.
  for (const std::string_view word : {"CPU", "Host", "BLAS", "AMX", "KleidiAI"}) {
    if (has(backend, word)) return "host";
  }
  const std::size_t digit = backend.find_first_of("0123456789");
  if (digit != std::string_view::npos && !backend.starts_with("RPC")) {
    if (const auto number = count_after(backend.substr(digit), ""); number && *number < 1024) {
      return gpu_name(static_cast<std::size_t>(*number));
    }
  }
  const std::string base(backend.substr(0, backend.find('_')));  // Metal and Metal_Mapped are one device
  auto found = std::find(gpus_.begin(), gpus_.end(), base);
  if (found == gpus_.end() && gpus_.size() < 64) found = gpus_.insert(gpus_.end(), base);
  return gpu_name(static_cast<std::size_t>(found - gpus_.begin()));
}

void LlamaCppReader::new_context() {
  if (loads_.empty()) return;
  for (const Figure f : {Figure::KvCache, Figure::RecurrentState, Figure::OutputBuffer, Figure::ComputeBuffer}) {
    loads_.back().figures.forget(f);
  }
}

void LlamaCppReader::buffer_line(std::string_view text, std::size_t at) {
  const auto amount = amount_after(text.substr(at), "buffer size", Count{1} << 20);
  if (!amount) return;
  std::string_view before = text.substr(0, at);
  std::string_view backend = take_last_word(before);
  Figure figure = Figure::Weights;
  const auto known =
      std::find_if(buffer_words.begin(), buffer_words.end(), [&](const BufferWord& b) { return b.word == backend; });
  if (known != buffer_words.end()) {
    figure = known->figure;
    backend = take_last_word(before);
  } else if (!has(before, "load_tensors")) {
    return;
  }
  if (has(before, "clip") || has(before, "alloc_compute_meta")) {
    note(log_, "The buffers of a vision projector were skipped: the estimate does not count them.");
    return;
  }
  if (loads_.empty()) loads_.emplace_back();
  Load& load = loads_.back();
  const std::string device = device_of(backend);
  if (figure == Figure::Weights) {
    tensors_seen_ = true;
    load.weights = add(load.weights, amount->bytes);
  }
  // Reservations are printed again when they change; the other buffers are parts of a sum.
  if (figure == Figure::ComputeBuffer || figure == Figure::OutputBuffer) {
    load.figures.set(figure, device, *amount);
  } else {
    load.figures.add(figure, device, *amount);
  }
}

void LlamaCppReader::breakdown_line(std::string_view text) {
  const std::size_t dash = text.find("- ");
  const std::size_t equals = text.find('=');
  if (dash == std::string_view::npos || equals == std::string_view::npos) return;
  const std::string_view backend = text.substr(dash + 2, text.find_first_of(" :|", dash + 2) - dash - 2);
  // Names of devices hold digits and brackets: numbers start behind the bar, or the colon of the first version.
  const std::size_t start = text.find_last_of("|:", equals);
  if (start == std::string_view::npos || start < dash) return;
  std::vector<Amount> numbers;
  std::string_view rest = text.substr(start + 1);
  while (numbers.size() < 8) {
    const std::size_t digit = rest.find_first_of("-0123456789");
    if (digit == std::string_view::npos) break;
    rest.remove_prefix(digit);
    const auto amount = amount_at(rest, Count{1} << 20);
    if (!amount) {
      rest.remove_prefix(1);
      continue;
    }
    numbers.push_back(*amount);
    rest.remove_prefix(amount->end);
  }
  const std::string device = device_of(backend);
  const bool host = device == "host";
  if (numbers.size() < (host ? 4U : 7U)) return;
  // Host: [total] self = model + context + compute. GPU: total = free + (self = model + context + compute) + rest.
  const std::size_t self = host ? numbers.size() - 4 : 2;
  table_.set(Figure::Weights, device, numbers[self + 1]);
  table_.set(Figure::Context, device, numbers[self + 2]);
  table_.set(Figure::ComputeBuffer, device, numbers[self + 3]);
  if (host) return;
  table_.set(Figure::DeviceMemory, device, numbers[0]);
  // Negative or wrapped around when the table was printed before anything was loaded.
  if (!numbers[6].negative && numbers[6].bytes < numbers[0].bytes) {
    table_.set(Figure::NonTorch, device, numbers[6]);
  }
}

void LlamaCppReader::settings_line(std::string_view text) {
  if (has(text, "general.name") && has(text, "str")) log_.model = trimmed(text_between(text, " = ", "\r\n"));
  if (has(text, "build:") || has(text, "build =") || has(text, "build_info")) {
    if (const auto build = count_after(text, has(text, "build =") ? "build =" : ": b"); build && *build > 100) {
      log_.version = "b" + std::to_string(*build);
    } else if (const auto old = count_after(text, "build:"); old && *old > 100) {
      log_.version = "b" + std::to_string(*old);
    }
  }
  if (!has(text, " = ")) return;
  if (has(text, "n_seq_max ")) {
    new_context();
    sequences_ = count_after(text, "n_seq_max").value_or(sequences_);
  }
  if (has(text, "n_ctx ")) cells_ = count_after(text, "n_ctx ").value_or(cells_);
  if (const auto n = count_after(text, "n_batch "); n && has(text, "n_batch "))
    set_setting(log_, "serving.batch", *n);
  if (const auto n = count_after(text, "n_ubatch "); n) set_setting(log_, "serving.ubatch", *n);
}

void LlamaCppReader::line(std::string_view text) {
  if (has(text, "breakdown") && has(text, "- ")) {
    breakdown_line(text);
    return;
  }
  const bool starts_load = has(text, "loaded meta data with") || has(text, "loading model tensors");
  if (starts_load && (loads_.empty() || tensors_seen_) && loads_.size() < 256) {
    loads_.emplace_back();
    tensors_seen_ = false;
  }
  if (const std::size_t at = text.find("buffer size"); at != std::string_view::npos) {
    buffer_line(text, at);
    return;
  }
  if (has(text, "offloaded ") && has(text, " layers to GPU")) {
    const auto on = count_after(text, "offloaded ");
    const auto of = count_after(text, "/");
    if (on && of && *on < *of) set_setting(log_, "serving.gpu_layers", *on);
  }
  settings_line(text);
}

std::optional<MeasuredLog> LlamaCppReader::finish() {
  // Trial loads, reloads and draft models: the last load that is not small against the largest is the model's.
  Count largest = 0;
  for (const Load& load : loads_) largest = std::max(largest, load.weights);
  const Load* load = nullptr;
  for (const Load& l : loads_) {
    if (!l.figures.empty() && l.weights >= largest / 2) load = &l;
  }
  FigureList figures = load ? load->figures : FigureList{};
  const auto printed = static_cast<std::size_t>(
      std::count_if(loads_.begin(), loads_.end(), [](const Load& l) { return l.weights != 0; }));
  if (printed > 1) {
    note(log_,
         "The log contains " + std::to_string(printed) + " loads; the last one of a full-size model is compared.");
  }
  for (const MeasuredFigure& f : table_.sorted()) {
    const bool known = figures.find(f.figure, f.device) != nullptr ||
                       (f.figure == Figure::Context && (figures.find(Figure::KvCache, f.device) != nullptr ||
                                                        figures.find(Figure::RecurrentState, f.device) != nullptr));
    if (!known && (f.value != 0 || f.figure == Figure::NonTorch)) {
      figures.set(f.figure, f.device, {.bytes = f.value, .rounding = f.rounding, .negative = false, .end = 0});
    }
  }
  if (figures.empty()) return std::nullopt;
  if (sequences_ != 0 && cells_ != 0) {
    set_setting(log_, "serving.sequences", sequences_);
    set_setting(log_, "serving.context", cells_ / sequences_);
  } else if (cells_ != 0) {
    set_setting(log_, "serving.context", cells_);
  }
  log_.figures = figures.sorted();
  return std::move(log_);
}

}  // namespace

std::optional<MeasuredLog> read_llama_cpp_log(std::string_view text) {
  if (!has(text, "buffer size") && !has(text, "breakdown")) return std::nullopt;
  LlamaCppReader reader;
  while (!text.empty()) reader.line(next_line(text));
  return reader.finish();
}

}  // namespace llmcalc::io
