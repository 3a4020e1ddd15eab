// llama.cpp's buffers as it prints them while loading, and its table of memory at the end.
//   load_tensors:        CUDA0 model buffer size =  4403.49 MiB        (llm_load_tensors: CUDA0 buffer size in 2024)
//   llama_kv_cache:      CUDA0 KV buffer size =  1024.00 MiB           (llama_kv_cache_init, llama_kv_cache_unified)
//   llama_context:  CUDA_Host  output buffer size =     0.49 MiB       (llama_new_context_with_model in 2024)
//   llama_dsv4_comp_state:      CUDA0 DSV4 csa state buffer size =     1.31 MiB
//   ..._memory_breakdown_print: |   - CUDA0 (RTX 4090) | 24080 = 9436 + (14193 = 13169 + 38 + 985) + 451 |
// Sizes of buffers are exact to the printed digits; the table is cut to whole MiB and is used where no line is.
// A load may have several contexts: the last full one is the model's; one that is announced as a draft's, or is small
// beside it, and a small model that is announced as one are what drafts. With --log-verbosity 4 a context begins at its
// n_ctx. Relatives (ik_llama.cpp, KoboldCpp, Ollama's
// llama-server) print the same lines; ik_llama.cpp books what it splits over all GPUs as one buffer, CUDA_Split. With
// --split-mode tensor all GPUs are one device, Meta(), whose lines are of the first. Weights that a GPU reads from the
// mapped file (MTL0_Mapped) are printed as the part of the file between the first and the last of them.

#include "readers/logs/log_lines.hpp"

#include <llmcalc/base/words.hpp>
#include <llmcalc/scenario/engine.hpp>

#include <algorithm>
#include <array>

namespace llmcalc::io {
namespace {

/// A context: its buffers and its settings.
struct Context {
  FigureList figures;
  Count cache = 0;
  Count cells = 0;
  Count cached_cells = 0;  ///< of its longest cache, where the lines above it are missing
  Count sequences = 0;
  std::vector<LogSetting> settings{};
  bool draft = false;  ///< announced as a draft's
};

/// What is known of one model and the contexts made for it.
struct Load {
  FigureList figures;
  Count weights = 0;
  std::vector<Context> contexts{};
  bool draft = false;            ///< announced as a draft model
  std::optional<Amount> file{};  ///< size of its file
  std::string mapped{};          ///< GPU that reads its weights from the mapped file
  std::string name{};            ///< of its model
  std::string mix{};

  /// The context that is being made.
  Context& context() { return contexts.empty() ? contexts.emplace_back() : contexts.back(); }
  /// What a GPU has of the mapped file is no more than the host leaves of it.
  void leave_out_the_hosts_part() {
    const MeasuredFigure* gpu = mapped.empty() ? nullptr : figures.find(Figure::Weights, mapped);
    const MeasuredFigure* rest = figures.find(Figure::Weights, "host");
    if (gpu == nullptr || rest == nullptr || !file || add(gpu->value, rest->value) <= file->bytes) return;
    figures.set(
        Figure::Weights, mapped,
        {.bytes = subtract(file->bytes, rest->value), .rounding = file->rounding, .negative = false, .end = 0});
  }
  /// The model's own: the last that is not a draft's and not small beside the largest; none: null.
  [[nodiscard]] const Context* main() const {
    Count largest = 0;
    for (const Context& c : contexts) largest = std::max(largest, c.draft ? 0 : c.cache);
    const Context* found = nullptr;
    for (const Context& c : contexts) {
      if (!c.draft && !c.figures.empty() && c.cache >= largest / 2) found = &c;
    }
    return found;
  }
};

struct BufferWord {
  std::string_view word;
  Figure figure;
};
constexpr std::array buffer_words{
    BufferWord{"model", Figure::Weights},         BufferWord{"KV", Figure::KvCache},
    BufferWord{"RS", Figure::RecurrentState},     BufferWord{"output", Figure::OutputBuffer},
    BufferWord{"compute", Figure::ComputeBuffer}, BufferWord{"LoRA", Figure::Adapters},
    BufferWord{"state", Figure::RecurrentState},
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
  void context_line(std::string_view text);
  Load& load() { return loads_.empty() ? loads_.emplace_back() : loads_.back(); }
  std::string device_of(std::string_view backend);

  MeasuredLog log_{.kind = LogKind::LlamaCpp};
  std::vector<Load> loads_;
  FigureList table_;
  std::vector<std::string> gpus_;  ///< backends without a number, in order of appearance
  bool tensors_seen_ = false;      ///< buffers of the present load were printed
  Count slots_ = 0;                ///< sequences, as the server says at the end
  bool draft_named_ = false;       ///< the next load or context was announced as a draft's
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
  if (has(backend, "_Split")) return std::string(all_gpus);
  // Memory of the host, also as a device sees it (CUDA_Host) and as the CPU repacks it.
  for (const std::string_view word : {"CPU", "Host", "BLAS", "AMX", "KleidiAI"}) {
    if (has(backend, word)) return "host";
  }
  const std::size_t digit = backend.find_first_of("0123456789");
  if (digit != std::string_view::npos && !backend.starts_with("RPC")) {
    if (const auto number = count_after(backend.substr(digit), ""); number && *number < 1024)
      return gpu_name(static_cast<std::size_t>(*number));
  }
  const std::string base(backend.substr(0, backend.find('_')));  // Metal and Metal_Mapped are one device
  auto found = std::find(gpus_.begin(), gpus_.end(), base);
  if (found == gpus_.end() && gpus_.size() < 64) found = gpus_.insert(gpus_.end(), base);
  return gpu_name(static_cast<std::size_t>(found - gpus_.begin()));
}

/// A device that holds nothing, such as an integrated GPU beside the card, is none of the estimate's: those behind it
/// move up.
void close_gaps(std::vector<MeasuredFigure>& figures) {
  std::vector<Count> used;
  for (const MeasuredFigure& f : figures) {
    if (f.device == all_gpus) return;  // every GPU holds something
    const auto number = count_after(f.device, "GPU");
    if (number && std::find(used.begin(), used.end(), *number) == used.end()) used.push_back(*number);
  }
  std::sort(used.begin(), used.end());
  for (MeasuredFigure& f : figures) {
    const auto number = count_after(f.device, "GPU");
    if (!number) continue;
    f.device = gpu_name(static_cast<std::size_t>(std::find(used.begin(), used.end(), *number) - used.begin()));
  }
}

/// A setting of the context that is being made.
void put(Context& c, std::string_view path, std::string_view text) {
  for (LogSetting& s : c.settings) {
    if (s.path != path) continue;
    s.text = text;
    return;
  }
  c.settings.push_back({.path = std::string(path), .value = 0, .text = std::string(text)});
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
    before = before.substr(0, before.find(" DSV4 "));  // "CUDA0 DSV4 csa state": which compressor's
    backend = take_last_word(before);
  } else if (!has(before, "load_tensors")) {
    return;
  }
  if (has(before, "clip") || has(before, "alloc_compute_meta")) {
    note(log_, "The buffers of a vision projector were skipped: the estimate does not count them.");
    return;
  }
  Load& load = this->load();
  const std::string device = device_of(backend);
  if (figure == Figure::Weights) {
    tensors_seen_ = true;
    load.weights = add(load.weights, amount->bytes);
    if (has(backend, "_Mapped") && device != "host") load.mapped = device;
  }
  if (has(backend, "Meta(")) set_setting(log_, "serving.split_mode", "tensor");
  if (figure == Figure::Weights || figure == Figure::Adapters) return load.figures.add(figure, device, *amount);
  // A context's caches are made before its graph is: caches after a graph are the next one's.
  const bool begins = figure == Figure::KvCache || figure == Figure::RecurrentState;
  if (begins && load.context().figures.find(Figure::ComputeBuffer, device) != nullptr && load.contexts.size() < 64) {
    load.contexts.emplace_back().draft = draft_named_;
    draft_named_ = false;
  }
  Context& context = load.context();
  if (figure == Figure::KvCache) context.cache = add(context.cache, amount->bytes);
  // Reservations are printed again when they change; the other buffers are parts of a sum.
  if (figure == Figure::ComputeBuffer || figure == Figure::OutputBuffer) {
    context.figures.set(figure, device, *amount);
  } else {
    context.figures.add(figure, device, *amount);
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
  if (!numbers[6].negative && numbers[6].bytes < numbers[0].bytes) table_.set(Figure::NonTorch, device, numbers[6]);
}

/// The mix that "file type = Q4_K - Medium" or "IQ4_XS - 4.25 bpw" names (llama_model_ftype_name).
std::string mix_named(std::string_view text) {
  std::string_view all = trimmed(text);
  if (constexpr std::string_view guessed = "(guessed)"; all.starts_with(guessed))
    all = trimmed(all.substr(guessed.size()));
  all = trimmed(all.substr(0, all.find('(')));
  // Names that are not those of the files.
  constexpr std::pair<std::string_view, std::string_view> others[] = {
      {"Q2_K - Medium", "Q2_K"}, {"IQ3_S mix", "IQ3_M"}, {"MXFP4 MoE", "MXFP4_MOE"}};
  for (const auto& [words, key] : others) {
    if (all.starts_with(words)) return std::string(key);
  }
  std::string name(all.substr(0, all.find(' ')));
  for (const std::string_view size : {"Small", "Medium", "Large"}) {
    if (all.ends_with(size)) name += {'_', size.front()};
  }
  return name;
}

void LlamaCppReader::settings_line(std::string_view text) {
  for (const std::string_view words : {"file type", "model ftype"}) {
    if (const std::string_view mix = has(text, words) ? text_between(text, " = ", "\r\n") : ""; !mix.empty())
      (loads_.empty() ? log_.weights : loads_.back().mix) = mix_named(mix);
  }
  if (has(text, "general.name") && has(text, "str"))
    (loads_.empty() ? log_.model : loads_.back().name) = trimmed(text_between(text, " = ", "\r\n"));
  if (has(text, "build:") || has(text, "build =") || has(text, "build_info")) {
    if (const auto build = count_after(text, has(text, "build =") ? "build =" : ": b"); build && *build > 100) {
      log_.version = "b" + std::to_string(*build);
    } else if (const auto old = count_after(text, "build:"); old && *old > 100) {
      log_.version = "b" + std::to_string(*old);
    }
  }
  if (has(text, " = ")) context_line(text);
}

void LlamaCppReader::context_line(std::string_view text) {
  const bool begins = has(text, "n_seq_max ") || has(text, "llama_new_context_with_model: n_ctx ") ||
                      has(text, "llama_context: n_ctx ");
  const bool full = !load().contexts.empty() && !load().contexts.back().figures.empty();
  if (begins && full && load().contexts.size() < 64) load().contexts.emplace_back();
  if (begins && draft_named_) {
    load().context().draft = true;
    draft_named_ = false;
  }
  const bool own = has(text, "llama_context") || has(text, "llama_new_context") || has(text, "llama_init_from_model");
  if (!own) return;
  Context& c = load().context();
  if (const auto n = count_after(text, "n_seq_max"); n && has(text, "n_seq_max ")) c.sequences = *n;
  if (const auto n = count_after(text, "n_ctx "); n && has(text, "n_ctx ")) c.cells = *n;
  const auto whole = [&](std::string_view words, std::string_view path) {
    if (const auto n = has(text, words) ? count_after(text, words) : std::nullopt) put(c, path, std::to_string(*n));
  };
  if (has(text, "mla_attn ")) put(c, "serving.runtime", "ik_llama.cpp");  // nobody else prints it
  whole("n_batch ", "serving.batch");
  whole("n_ubatch ", "serving.ubatch");
  if (const auto n = has(text, "n_rs_seq ") ? count_after(text, "n_rs_seq ") : std::nullopt; n && *n != 0)
    put(c, "serving.draft_tokens", std::to_string(*n));
  const std::string_view value = trimmed(text_between(text, "= ", "\r\n"));
  if (has(text, "flash_attn ") && (value == "disabled" || value == "0")) put(c, "serving.attention", "eager");
  if (has(text, "flash_attn ") && (value == "enabled" || value == "1")) put(c, "serving.attention", "flash");
  if (has(text, "kv_unified ")) put(c, "serving.kv_unified", value == "true" || value == "1" ? "on" : "off");
}

void LlamaCppReader::line(std::string_view text) {
  if (has(text, "breakdown") && has(text, "- ")) {
    breakdown_line(text);
    return;
  }
  if (has(text, "MTP draft context") || has(text, "loading draft model")) draft_named_ = true;
  const bool starts_load = has(text, "loaded meta data with") || has(text, "loading model tensors");
  if (starts_load && (loads_.empty() || tensors_seen_) && loads_.size() < 256) {
    loads_.emplace_back().draft = draft_named_;
    draft_named_ = false;
    tensors_seen_ = false;
  }
  // Where few lines are printed only these say how many sequences there are, and how many tokens are drafted.
  if (has(text, " seqs")) {
    Context& c = load().context();
    const auto sequences = count_before(text, has(text, "/1 seqs") ? "/1 seqs" : " seqs");
    if (sequences && c.sequences == 0) c.sequences = *sequences;
    if (const auto drafted = count_before(text, " rs_seq"); drafted && *drafted != 0)
      put(c, "serving.draft_tokens", std::to_string(*drafted));
  }
  if (has(text, "using full-size SWA cache")) put(load().context(), "serving.swa_full", "on");
  if (has(text, "file size")) {
    if (const auto size = amount_after(text, "file size", Count{1} << 30); size && size->bytes != 0)
      load().file = *size;
  }
  if (const auto slots = count_after(text, "n_slots ="); slots && slots_ == 0) slots_ = *slots;
  if ((has(text, "size =") || has(text, "size  =")) && has(text, "K (") &&
      has(text, "V (")) {  // the cache and its formats
    const std::string keys(text_between(text, "K (", ")")), values(text_between(text, "V (", ")"));
    const bool typed = !keys.empty() && !values.empty() && !loads_.empty() && !loads_.back().contexts.empty();
    if (const auto cells = count_before(text, " cells")) {
      Context& c = load().context();
      c.cached_cells = std::max(c.cached_cells, multiply(*cells, count_before(text, " seqs").value_or(1)));
    }
    if (typed) put(loads_.back().contexts.back(), "serving.kv_format", keys == values ? keys : keys + "/" + values);
  }
  if (const std::size_t at = text.find("buffer size"); at != std::string_view::npos) {
    buffer_line(text, at);
    return;
  }
  set_offloaded_layers(log_, text);
  settings_line(text);
}

std::optional<MeasuredLog> LlamaCppReader::finish() {
  // Trial loads, reloads and draft models: the last load that is not small against the largest is the model's.
  Count largest = 0;
  for (const Load& load : loads_) largest = std::max(largest, load.draft ? 0 : load.weights);
  std::size_t at = loads_.size();
  for (std::size_t i = 0; i < loads_.size(); ++i) {
    const bool anything = !loads_[i].figures.empty() || loads_[i].main() != nullptr;
    if (anything && !loads_[i].draft && loads_[i].weights >= largest / 2) at = i;
  }
  // What the load that is compared says of itself; without one, what any says.
  for (std::size_t i = 0; i < loads_.size(); ++i) {
    if (at < loads_.size() && i != at) continue;
    if (!loads_[i].name.empty()) log_.model = loads_[i].name;
    if (!loads_[i].mix.empty()) log_.weights = loads_[i].mix;
  }
  FigureList figures;
  const auto take = [&](const FigureList& from, std::optional<Figure> as) {
    for (const MeasuredFigure& f : from.sorted()) {
      figures.add(as.value_or(f.figure), f.device,
                  {.bytes = f.value, .rounding = f.rounding, .negative = false, .end = 0});
    }
  };
  const Context* main = at < loads_.size() ? loads_[at].main() : nullptr;
  if (at < loads_.size()) {
    loads_[at].leave_out_the_hosts_part();
    take(loads_[at].figures, std::nullopt);
    bool behind = false;
    for (const Context& c : loads_[at].contexts) {
      if (&c == main) take(c.figures, std::nullopt);
      if (behind || c.draft) take(c.figures, Figure::DraftModel);
      if (behind && !c.draft) note(log_, "A second, smaller context of the same model is taken for a draft's.");
      behind = behind || &c == main;
    }
  }
  std::size_t printed = 0;
  for (std::size_t i = 0; i < loads_.size(); ++i) {
    if (loads_[i].weights == 0) continue;
    if (!loads_[i].draft) {
      ++printed;
    } else if (i > at || at == loads_.size()) {
      take(loads_[i].figures, Figure::DraftModel);
      for (const Context& c : loads_[i].contexts) take(c.figures, Figure::DraftModel);
    }
  }
  if (printed > 1) {
    note(log_,
         "The log contains " + std::to_string(printed) + " loads; the last one of a full-size model is compared.");
  }
  for (const MeasuredFigure& f : table_.sorted()) {
    const bool known = figures.find(f.figure, f.device) != nullptr ||
                       (f.figure == Figure::Context && (figures.find(Figure::KvCache, f.device) != nullptr ||
                                                        figures.find(Figure::RecurrentState, f.device) != nullptr));
    if (!known && (f.value != 0 || f.figure == Figure::NonTorch))
      figures.set(f.figure, f.device, {.bytes = f.value, .rounding = f.rounding, .negative = false, .end = 0});
  }
  if (figures.empty()) return std::nullopt;
  if (main != nullptr) {
    for (const LogSetting& setting : main->settings) {
      const auto number = count_after(setting.text, "");
      if (number && std::to_string(*number) == setting.text) {
        set_setting(log_, setting.path, *number);
      } else {
        set_setting(log_, setting.path, setting.text);
      }
    }
    const Count sequences = main->sequences != 0 ? main->sequences : slots_;
    if (sequences != 0) set_setting(log_, "serving.sequences", sequences);
    const Count cells = main->cells != 0 ? main->cells : main->cached_cells;
    if (cells != 0) set_setting(log_, "serving.context", cells / std::max<Count>(1, sequences));
  }
  log_.figures = figures.sorted();
  close_gaps(log_.figures);
  return std::move(log_);
}

/// The program that runs llama.cpp, and its version, where it writes lines of its own between llama.cpp's.
struct Around {
  std::string_view runtime{};
  std::string version{};
};

Around program_around(std::string_view text) {
  if (has(text, "source=server.go") || has(text, "source=sched.go"))
    return {"ollama", std::string(ollama_version(text))};
  if (has(text, "LlamaV4::load") || has(text, "[LM Studio]")) return {.runtime = "lmstudio"};
  if (has(text, "Welcome to KoboldCpp") || has(text, "Load Text Model OK"))
    return {"koboldcpp", std::string(text_between(text, "Welcome to KoboldCpp - Version ", " \r\n"))};
  return {};
}

/// KoboldCpp's cache is longer than its context.
void leave_out_cells(MeasuredLog& log) {
  Count sequences = 1, context = 0;
  for (const LogSetting& s : log.settings) {
    if (s.path == "serving.sequences") sequences = std::max<Count>(s.value, 1);
    if (s.path == "serving.context") context = s.value;
  }
  if (context != 0) set_setting(log, "serving.context", subtract(context, ceil_divide(koboldcpp_cells, sequences)));
}

}  // namespace

std::optional<MeasuredLog> read_llama_cpp_log(std::string_view text) {
  if (!has(text, "buffer size") && !has(text, "breakdown")) return std::nullopt;
  LlamaCppReader reader;
  const Around around = program_around(text);
  while (!text.empty()) reader.line(next_line(text));
  std::optional<MeasuredLog> log = reader.finish();
  if (!log || around.runtime.empty()) return log;
  set_setting(*log, "serving.runtime", around.runtime);
  if (around.runtime == "koboldcpp") leave_out_cells(*log);
  if (!around.version.empty()) log->version = around.version;
  return log;
}

}  // namespace llmcalc::io
