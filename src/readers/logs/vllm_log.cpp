// vLLM's start-up log. Its "GB" and "GiB" are both 2^30 bytes.
//   0.4 to 0.8   "Loading model weights took 14.9889 GB"; "model weights take 14.99GiB; non_torch_memory takes
//                0.07GiB; PyTorch activation peak memory takes 1.23GiB; the rest ... reserved for KV Cache is 5.00GiB"
//   0.8 to 0.2x  "Model loading took 14.9889 GiB [memory] and ...", "Available KV cache memory: 5.12 GiB",
//                "GPU KV cache size: 41,984 tokens", "Graph capturing finished in 20 secs, took 0.52 GiB"
//   0.10 on      "Actual usage is 14.99 GiB for weight, 1.23 GiB for peak activation, 0.07 GiB for non-torch memory,
//                and 0.52 GiB for CUDAGraph memory"; later "... for consumed memory (weights + non-torch)"

#include "readers/logs/log_lines.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>

namespace llmcalc::io {
namespace {

constexpr Count gib = Count{1} << 30;

constexpr std::array phrases{
    Phrase{"Loading model weights took ", Figure::Weights},
    Phrase{"Model loading took ", Figure::Weights},
    Phrase{"model weights take ", Figure::Weights},
    Phrase{"weights memory: ", Figure::Weights},
    Phrase{"non_torch_memory takes ", Figure::NonTorch},
    Phrase{"non_torch_memory=", Figure::NonTorch},
    Phrase{"non-torch forward increase memory: ", Figure::NonTorch},
    Phrase{"PyTorch activation peak memory takes ", Figure::ComputeBuffer},
    Phrase{"torch peak memory increase: ", Figure::ComputeBuffer},
    Phrase{"reserved for KV Cache is ", Figure::KvPool},
    Phrase{"kv_cache_size=", Figure::KvPool},
    Phrase{"Available KV cache memory: ", Figure::KvPool},
    Phrase{"Current kv cache memory in use is ", Figure::KvPool},
    Phrase{"CUDA graph pool memory: ", Figure::CudaGraphs},
};

/// Figures whose number comes before the words.
constexpr std::array trailing_phrases{
    Phrase{"for weight,", Figure::Weights},
    Phrase{"for weights,", Figure::Weights},
    Phrase{"for consumed memory", Figure::WeightsAndNonTorch},
    Phrase{"for peak activation", Figure::ComputeBuffer},
    Phrase{"for non-torch memory", Figure::NonTorch},
    Phrase{"for CUDAGraph memory", Figure::CudaGraphs},
};

/// An argument of the server as its log prints what was given: 'max_num_seqs': 16.
struct Argument {
  std::string_view name;
  std::string_view path;
};
constexpr std::array arguments{
    Argument{"max_model_len", "serving.max_model_len"},
    Argument{"tensor_parallel_size", "parallelism.tensor"},
    Argument{"pipeline_parallel_size", "parallelism.pipeline"},
    Argument{"data_parallel_size", "parallelism.data"},
    Argument{"max_num_seqs", "serving.max_num_seqs"},
    Argument{"max_num_batched_tokens", "serving.max_num_batched_tokens"},
    Argument{"kv_cache_memory_bytes", "serving.kv_cache_memory_bytes"},
    Argument{"num_speculative_tokens", "serving.draft_tokens"},
    Argument{"gpu_memory_utilization", "serving.gpu_memory_utilization"},
    Argument{"kv_cache_dtype", "serving.kv_format"},
    Argument{"enable_prefix_caching", "serving.prefix_caching"},
    Argument{"decode_context_parallel_size", "parallelism.decode_context"},
};

/// The value behind 'name': in a printed dictionary, without quotes; "" when it is not there.
std::string_view argument_of(std::string_view line, std::string_view name) {
  for (std::size_t at = line.find(name); at != std::string_view::npos; at = line.find(name, at + 1)) {
    std::string_view rest = line.substr(at + name.size());
    if (rest.size() < 3 || (rest[0] != '\'' && rest[0] != '"') || rest[1] != ':') continue;
    rest = trimmed(rest.substr(2));
    if (rest.starts_with('\'') || rest.starts_with('"')) return text_between(rest, rest.substr(0, 1), "'\"");
    return rest.substr(0, rest.find_first_of(",}"));
  }
  return {};
}

/// The process that wrote a line: "Worker_TP1", "VllmWorker rank=1", "RayWorkerWrapper"; "" for the engine itself.
std::string_view worker_of(std::string_view line) {
  // "(EngineCore_DP0 pid=9) (Worker_TP1 pid=11) INFO ...": tags stand before the message.
  const std::string_view head = line.substr(0, 160);
  for (std::size_t open = head.find('('); open != std::string_view::npos; open = head.find('(', open + 1)) {
    const std::string_view tag = head.substr(open + 1, head.find(')', open) - open - 1);
    if (!has(tag, "orker")) continue;
    if (has(tag, "TP") || has(tag, "rank=")) return trimmed(tag.substr(0, tag.find(" pid")));
    return tag;
  }
  return {};
}

class VllmReader {
 public:
  void line(std::string_view text);
  std::optional<MeasuredLog> finish();

 private:
  std::string device_of(std::string_view line);
  void usage_line(std::string_view text, const std::string& device);
  void cache_line(std::string_view text);
  void settings_line(std::string_view text);

  MeasuredLog log_{.kind = LogKind::Vllm};
  FigureList figures_;
  std::vector<std::string> workers_;
  Count block_ = 16;  ///< tokens of a block unless the log says otherwise (vLLM's default on CUDA)
  bool own_marks_ = false;
};

std::string VllmReader::device_of(std::string_view line) {
  const std::string_view worker = worker_of(line);
  if (worker.empty()) return gpu_name(0);
  if (const auto rank = count_after(worker, "rank="); rank && *rank < 4096) return gpu_name(*rank);
  const auto tensor = count_after(worker, "TP");
  if (tensor && !has(worker, "PP") && *tensor < 4096) return gpu_name(*tensor);
  // Pipeline stages and processes without a number: in order of appearance. The driver of old versions has no tag.
  auto found = std::find(workers_.begin(), workers_.end(), worker);
  if (found == workers_.end() && workers_.size() < 4096) found = workers_.insert(workers_.end(), std::string(worker));
  const bool driver_apart = has(worker, "VllmWorkerProcess") || has(worker, "RayWorkerWrapper");
  return gpu_name(static_cast<std::size_t>(found - workers_.begin()) + (driver_apart ? 1 : 0));
}

void VllmReader::usage_line(std::string_view text, const std::string& device) {
  for (const Phrase& phrase : phrases) {
    const auto amount = amount_after(text, phrase.words, gib);
    if (!amount) continue;
    own_marks_ = true;
    if (amount->negative)
      note(log_, std::string(label_of(phrase.figure)) + " is negative in the log; it is taken as 0.");
    // One line gives the same figure with four decimals, another with two: keep the finer.
    const MeasuredFigure* old = figures_.find(phrase.figure, device);
    const bool same = old != nullptr && old->rounding < amount->rounding &&
                      old->value + amount->rounding >= amount->bytes &&
                      amount->bytes + amount->rounding >= old->value;
    if (!same) figures_.set(phrase.figure, device, *amount);
  }
  if (!has(text, "Actual usage")) return;
  for (const Phrase& phrase : trailing_phrases) {
    const std::size_t at = text.find(phrase.words);
    if (at == std::string_view::npos) continue;
    const std::size_t unit = text.rfind(" GiB", at);
    const std::size_t number = unit == std::string_view::npos ? unit : text.find_last_of(' ', unit - 1);
    if (number == std::string_view::npos) continue;
    const auto amount = amount_at(text.substr(number), gib);
    if (!amount) continue;
    own_marks_ = true;
    const MeasuredFigure* old = figures_.find(phrase.figure, device);
    if (!old || phrase.figure != Figure::Weights) figures_.set(phrase.figure, device, *amount);
  }
}

void VllmReader::cache_line(std::string_view text) {
  const auto tokens = count_after(text, "GPU KV cache size:");
  const auto blocks =
      has(text, "CPU blocks") || has(text, "# GPU blocks") ? count_after(text, " blocks:") : std::nullopt;
  if (!tokens && !blocks) return;
  own_marks_ = true;
  const Count value = tokens ? *tokens : multiply(*blocks, block_);
  if (!tokens) note(log_, "Tokens of the pool: blocks of " + std::to_string(block_) + " tokens.");
  figures_.set(Figure::KvPoolTokens, gpu_name(0), {.bytes = value, .rounding = 0, .negative = false, .end = 0});
}

void VllmReader::settings_line(std::string_view text) {
  if (has(text, "non-default args")) {
    own_marks_ = true;
    for (const Argument& argument : arguments) {
      const std::string_view value = argument_of(text, argument.name);
      const auto number = count_after(value, "");
      if (value.empty() || value == "None" || value == "auto") continue;
      if (number && !has(value, ".") && !has(argument.path, "kv_format")) {
        set_setting(log_, argument.path, *number);
      } else {
        set_setting(log_, argument.path, value == "True" ? "on" : value == "False" ? "off" : value);
      }
    }
    if (const auto name = argument_of(text, "model_tag"); !name.empty()) log_.model = name;
    if (const auto name = argument_of(text, "model"); !name.empty() && log_.model.empty()) log_.model = name;
    // A model that drafts stands behind the method; 'mtp' drafts with layers of the model's own.
    if (const std::string_view drafts = text_between(text, "'speculative_config': {", "}"); !drafts.empty())
      log_.drafter = argument_of(drafts, "model");
    if (argument_of(text, "enforce_eager") == "True") set_setting(log_, "serving.cuda_graphs", "off");
    return;
  }
  if (has(text, "API server version ")) log_.version = text_between(text, "API server version ", ", \r\n");
  for (const std::string_view words : {"Maximum concurrency for ", "Using max model len "}) {
    if (const auto n = has(text, words) ? count_after(text, words) : std::nullopt; n && *n != 0)
      set_setting(log_, "serving.max_model_len", *n);
  }
  if (const auto share = text_between(text, "Desired GPU memory utilization is (", ","); !share.empty())
    set_setting(log_, "serving.gpu_memory_utilization", share);
  if (has(text, "LLM engine (v")) {
    // The configuration says what was decided for what nobody gave: whether prefixes are cached above all.
    log_.version = text_between(text, "LLM engine (v", ")+ ");
    if (const auto word = text_between(text, "enable_prefix_caching=", ",)"); word == "True" || word == "False")
      set_setting(log_, "serving.prefix_caching", word == "True" ? "on" : "off");
    if (const auto format = text_between(text, "kv_cache_dtype=", ",)"); !format.empty() && format != "auto")
      set_setting(log_, "serving.kv_format", format);
    if (const auto n = count_after(text, "max_seq_len="); n && *n != 0)
      set_setting(log_, "serving.max_model_len", *n);
    if (const auto n = count_after(text, "num_spec_tokens="); n && *n != 0)
      set_setting(log_, "serving.draft_tokens", *n);
    if (has(text, "enforce_eager=True")) set_setting(log_, "serving.cuda_graphs", "off");
  }
  if (const auto name = text_between(text, "model='", "'"); !name.empty() && log_.model.empty()) log_.model = name;
  if (const auto n = count_after(text, "tensor_parallel_size="); n && *n != 0)
    set_setting(log_, "parallelism.tensor", *n);
  if (const auto n = count_after(text, "pipeline_parallel_size="); n && *n != 0)
    set_setting(log_, "parallelism.pipeline", *n);
  if (const auto n = count_after(text, "block_size="); n && *n != 0 && *n < 65536) block_ = *n;
  if (const auto n = count_after(text, "max_num_batched_tokens="); n && *n != 0)
    set_setting(log_, "serving.max_num_batched_tokens", *n);
  if (const auto n = count_after(text, "max_num_seqs="); n && *n != 0) set_setting(log_, "serving.max_num_seqs", *n);
}

void VllmReader::line(std::string_view text) {
  settings_line(text);
  const std::string device = device_of(text);
  usage_line(text, device);
  cache_line(text);
  if (has(text, "Graph capturing finished")) {
    if (const auto amount = amount_after(text, "took ", gib); amount && !figures_.find(Figure::CudaGraphs, device)) {
      own_marks_ = true;
      figures_.set(Figure::CudaGraphs, device, *amount);
    }
  }
  if (const auto total = amount_after(text, "total_gpu_memory (", gib)) {
    figures_.set(Figure::DeviceMemory, device, *total);
  }
  if (const std::size_t at = text.find("Free memory on device"); at != std::string_view::npos) {
    if (const auto total = amount_after(text.substr(at), "/", gib))
      figures_.set(Figure::DeviceMemory, device, *total);
  }
}

std::optional<MeasuredLog> VllmReader::finish() {
  if (!own_marks_) return std::nullopt;
  return figures_.with_figures(std::move(log_));
}

}  // namespace

std::optional<MeasuredLog> read_vllm_log(std::string_view text) {
  VllmReader reader;
  while (!text.empty()) reader.line(next_line(text));
  return reader.finish();
}

}  // namespace llmcalc::io
