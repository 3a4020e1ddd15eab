#include "report/self_check.hpp"

#include "readers/field_json.hpp"
#include "readers/field_text.hpp"
#include "readers/json_text.hpp"

#include <llmcalc/base/words.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <span>

namespace llmcalc::io {
namespace {

/// What figures cover.
namespace covered {
constexpr std::span<const Part> nothing{};
constexpr Part weights[] = {Part::Weights, Part::DraftModel};
constexpr Part draft[] = {Part::DraftModel};
constexpr Part adapters[] = {Part::Adapters};
constexpr Part cache[] = {Part::KvCache};
constexpr Part state[] = {Part::RecurrentState};
constexpr Part context[] = {Part::KvCache, Part::RecurrentState};
constexpr Part compute[] = {Part::ComputeBuffer};
constexpr Part output[] = {Part::OutputBuffer};
constexpr Part graphs[] = {Part::CudaGraphs};
constexpr Part overhead[] = {Part::Overhead, Part::CommBuffers};
constexpr Part consumed[] = {Part::Weights, Part::DraftModel, Part::Overhead, Part::CommBuffers};
}  // namespace covered

/// What a figure covers of an estimate, and what explains a prediction below or above the measurement.
struct FigureMeaning {
  Figure id;
  std::span<const Part> parts;
  std::string_view below;  ///< predicted less than measured
  std::string_view above;
};
constexpr std::array meanings{
    FigureMeaning{Figure::Weights, covered::weights, "another format, a vision tower or a draft model is loaded too",
                  "the log's model is smaller or in another format"},
    FigureMeaning{Figure::Adapters, covered::adapters, "more or larger adapters are loaded",
                  "fewer or smaller adapters are loaded"},
    FigureMeaning{Figure::KvCache, covered::cache, "more tokens, more sequences or a wider cache format",
                  "fewer tokens, fewer sequences or a narrower cache format"},
    FigureMeaning{Figure::RecurrentState, covered::state, "more sequences keep a state",
                  "fewer sequences keep a state"},
    FigureMeaning{Figure::Context, covered::context, "more tokens, more sequences or a wider cache format",
                  "fewer tokens, fewer sequences or a narrower cache format"},
    FigureMeaning{Figure::ComputeBuffer, covered::compute,
                  "a larger batch, no flash attention, or another version of the engine",
                  "a smaller batch, or another version of the engine"},
    FigureMeaning{Figure::OutputBuffer, covered::output, "more sequences or rows of logits",
                  "fewer sequences or rows of logits"},
    FigureMeaning{Figure::CudaGraphs, covered::graphs, "more graph sizes are captured",
                  "fewer graph sizes are captured, or none"},
    FigureMeaning{Figure::DraftModel, covered::draft, "a longer context, a wider cache format or a larger draft",
                  "a shorter context, a narrower cache format or a smaller draft"},
    FigureMeaning{Figure::NonTorch, covered::overhead,
                  "communication libraries, other processes or a larger driver context",
                  "the log leaves out the driver's context"},
    FigureMeaning{Figure::WeightsAndNonTorch, covered::consumed,
                  "a larger driver context, another format, or communication libraries",
                  "the log leaves out the driver's context, or the model is smaller"},
    FigureMeaning{Figure::KvPool, covered::nothing, "a larger share of the device, or less of it used by others",
                  "a smaller share of the device, or others use it too"},
    FigureMeaning{Figure::KvPoolTokens, covered::nothing, "a larger pool, or fewer bytes per token",
                  "a smaller pool, or more bytes per token"},
    FigureMeaning{Figure::Allocated, covered::nothing,
                  "a longer sequence, a larger batch or other tensors of the script",
                  "a shorter sequence, a smaller batch, or the peak was not reached"},
    FigureMeaning{Figure::Reserved, covered::nothing, "fragmentation, or a longer sequence earlier in the run",
                  "less fragmentation, or the peak was not reached"},
    FigureMeaning{Figure::DeviceUsed, covered::nothing, "other processes, the display, or memory the allocator keeps",
                  "the peak was not reached when this was printed"},
    FigureMeaning{
        Figure::DeviceMemory, {}, "another device than in the scenario", "another device than in the scenario"},
};
static_assert(indexed_by_id(meanings));

/// Parts of an estimate that a figure covers.
std::span<const Part> parts_of(Figure figure, bool drafts_apart) {
  const std::span<const Part> covered = meanings[static_cast<std::size_t>(figure)].parts;
  return figure == Figure::Weights && drafts_apart ? covered.first(1) : covered;
}

/// A prediction with its range.
struct Predicted {
  Count value = 0;
  Count low = 0;
  Count high = 0;
};

Predicted of_breakdown(const Breakdown& b) { return {b.total().count, b.low().count, b.high().count}; }

Predicted of_parts(const Breakdown& b, std::span<const Part> wanted) {
  Predicted p;
  for (const Part part : wanted) {
    if (const Component* c = b.find(part)) {
      p.value = add(p.value, c->bytes.count);
      p.low = add(p.low, c->low.count);
      p.high = add(p.high, c->high.count);
    }
  }
  return p;
}

/// What the scenario predicts, in the forms that figures ask for.
class Prediction {
 public:
  Prediction(const Scenario& scenario, Task task, const MeasuredLog& log)
      : scenario_(scenario), task_(task), e_(evaluate(scenario)) {
    drafts_apart = std::any_of(log.figures.begin(), log.figures.end(),
                               [](const MeasuredFigure& f) { return f.figure == Figure::DraftModel; });
  }

  bool drafts_apart = false;  ///< the log has a figure of its own for what drafts

  [[nodiscard]] const DeviceUse* device(std::string_view name) const { return row_of(e_.inference.devices, name); }
  [[nodiscard]] const Estimate& estimate() const { return e_; }

  [[nodiscard]] std::optional<Predicted> of(const MeasuredFigure& f) const {
    if (f.figure == Figure::KvPool || f.figure == Figure::KvPoolTokens) {
      const InferenceEstimate& e = e_.inference;
      const Count pool = f.figure == Figure::KvPool ? e.kv_pool_bytes.count : e.kv_pool_tokens;
      return pool == 0 ? std::nullopt : std::optional(exactly(pool));
    }
    if (f.figure == Figure::Allocated) return measured_as(Measure::Allocated, f.device);
    if (f.figure == Figure::Reserved) return measured_as(Measure::Reserved, f.device);
    if (f.figure == Figure::DeviceUsed) return used(f.device);
    if (f.figure == Figure::DeviceMemory) return capacity(f.device);
    if (f.device == all_gpus) return on_all_gpus(parts_of(f.figure, drafts_apart));
    const DeviceUse* use = device(f.device);
    if (!use) return std::nullopt;
    return of_parts(use->breakdown, parts_of(f.figure, drafts_apart));
  }

 private:
  static Predicted exactly(Count n) { return {n, n, n}; }

  /// The sum over all devices but the host.
  [[nodiscard]] Predicted on_all_gpus(std::span<const Part> wanted) const {
    Predicted sum;
    for (const DeviceUse& use : e_.inference.devices) {
      if (use.is_host()) continue;
      const Predicted one = of_parts(use.breakdown, wanted);
      sum = {add(sum.value, multiply(one.value, use.span.count())), add(sum.low, multiply(one.low, use.span.count())),
             add(sum.high, multiply(one.high, use.span.count()))};
    }
    return sum;
  }

  /// The worst rank of training, or one device of inference, counted in this way.
  [[nodiscard]] std::optional<Predicted> measured_as(Measure measure, const std::string& name) const {
    Scenario s = scenario_;
    s.measure = measure;
    s.include_overhead = measure != Measure::Allocated;
    if (task_ == Task::Training) return of_breakdown(evaluate_training(s).breakdown);
    const InferenceEstimate e = evaluate_inference(s);
    const DeviceUse* use = row_of(e.devices, name);
    return use ? std::optional(of_breakdown(use->breakdown)) : std::nullopt;
  }

  /// Everything on a device. An engine with a pool fills it whatever the sequences need.
  [[nodiscard]] std::optional<Predicted> used(const std::string& name) const {
    if (task_ == Task::Training) return of_breakdown(e_.training.breakdown);
    const DeviceUse* use = device(name);
    if (!use) return std::nullopt;
    Predicted p = of_breakdown(use->breakdown);
    if (e_.inference.kv_pool_bytes.count == 0) return p;
    const Count cache = use->breakdown.bytes(Part::KvCache).count;
    for (Count* n : {&p.value, &p.low, &p.high}) *n = add(subtract(*n, cache), e_.inference.kv_pool_bytes.count);
    return p;
  }

  [[nodiscard]] std::optional<Predicted> capacity(const std::string& name) const {
    std::size_t index = 0;
    for (const DeviceGroup& group : scenario_.devices.groups) {
      for (Count i = 0; i < std::min<Count>(group.count, 4096); ++i, ++index) {
        if (name == "GPU " + std::to_string(index)) return exactly(group.device->visible_to_cuda().count);
      }
    }
    return std::nullopt;
  }

  const Scenario& scenario_;
  Task task_;
  Estimate e_;
};

std::string explain(Figure figure, const CheckedFigure& row) {
  if (!row.measured) return "not in this log";
  if (!row.predicted) return figure == Figure::DeviceMemory ? "no such device in the scenario" : "not predicted";
  if (row.same()) return "the same to the printed digits";
  if (row.at_least && *row.predicted >= *row.measured) return "the run needed at least what was measured";
  constexpr double next_to_nothing = 0.5;  // per cent
  const auto error = row.error_percent();
  if (error && std::fabs(*error) < next_to_nothing) return "within 0.5 %";
  const Count least = subtract(*row.measured, row.rounding), most = add(*row.measured, row.rounding);
  const auto amount = [&](Count n) { return row.bytes ? text(Bytes{n}) : grouped(n); };
  const FigureMeaning& meaning = meanings[static_cast<std::size_t>(figure)];
  const std::string reason(*row.predicted < *row.measured ? meaning.below : meaning.above);
  if (row.low == row.high || *row.measured == 0) return reason;
  if (most >= row.low && least <= row.high)
    return "inside the range of " + amount(row.low) + " to " + amount(row.high);
  const bool above = least > row.high;
  const double edge = static_cast<double>(above ? row.high : row.low);
  const double gap = 100 * std::fabs(static_cast<double>(*row.measured) - edge) / static_cast<double>(*row.measured);
  return "measured " + fixed(gap, gap < 9.95 ? 1 : 0) + " % " + (above ? "above" : "below") + " the range of " +
         amount(row.low) + " to " + amount(row.high) + ": " + reason;
}

CheckedFigure checked(const MeasuredFigure& f, const Prediction& prediction) {
  CheckedFigure row{
      .device = f.device, .key = std::string(key_of(f.figure)), .label = std::string(label_of(f.figure))};
  row.bytes = f.figure != Figure::KvPoolTokens;
  row.measured = f.value;
  row.rounding = f.rounding;
  row.at_least = f.at_least;
  if (const auto p = prediction.of(f)) {
    row.predicted = p->value;
    row.low = p->low;
    row.high = p->high;
  }
  row.word = explain(f.figure, row);
  return row;
}

/// Adds what is predicted for this device and absent from the log.
void complete_device(SelfCheck& check, const std::string& device, const std::vector<MeasuredFigure>& all,
                     const Prediction& prediction) {
  const DeviceUse* use = prediction.device(device);
  if (!use) return;
  std::array<bool, parts.size()> covered{};
  for (const MeasuredFigure& f : all) {
    if (f.device != device || !is_part(f.figure)) continue;
    for (const Part part : parts_of(f.figure, prediction.drafts_apart))
      covered[static_cast<std::size_t>(part)] = true;
  }
  const bool pooled = prediction.estimate().inference.kv_pool_bytes.count != 0;
  for (const Component& c : use->breakdown.components) {
    if (covered[static_cast<std::size_t>(c.part)] || (pooled && c.part == Part::KvCache)) continue;
    check.figures.push_back({.device = device,
                             .key = std::string(key_of(c.part)),
                             .label = std::string(label_of(c.part)),
                             .bytes = true,
                             .measured = std::nullopt,
                             .predicted = c.bytes.count,
                             .low = c.low.count,
                             .high = c.high.count,
                             .rounding = 0,
                             .word = "not in this log"});
  }
}

/// The sum over the parts that were both measured and predicted.
void add_total(SelfCheck& check, const std::string& device, std::size_t from) {
  CheckedFigure total{.device = device, .key = "total", .label = "Total of the parts both report"};
  total.measured = total.predicted = 0;
  std::size_t parts_added = 0;
  for (std::size_t i = from; i < check.figures.size(); ++i) {
    const CheckedFigure& row = check.figures[i];
    const auto figure = from_key<Figure>(row.key);
    if (!figure || !is_part(*figure) || !row.measured || !row.predicted) continue;
    total.measured = add(*total.measured, *row.measured);
    total.predicted = add(*total.predicted, *row.predicted);
    total.low = add(total.low, row.low);
    total.high = add(total.high, row.high);
    total.rounding = add(total.rounding, row.rounding);
    ++parts_added;
  }
  if (parts_added < 2) return;
  total.word = total.same() ? "the same to the printed digits" : "parts in both";
  check.figures.push_back(std::move(total));
}

/// A field's value as people read it: "8,192", "q8_0", "none".
std::string shown(const Field& field, const Scenario& s) {
  const nlohmann::ordered_json value = field_json(field, s);
  if (const auto n = whole_number(value)) return grouped(*n);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "none";
  if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
  return compact(value);
}

/// The scenario with one setting of a log.
Scenario with_setting(Scenario s, const LogSetting& setting) {
  const Field* field = find_field(setting.path);
  if (field != nullptr) {
    Scenario changed = s;
    if (set_field(*field, value_of_text(*field, setting.text), changed).empty()) return changed;
  }
  return s;
}

/// Settings in which the log and the scenario differ.
std::vector<std::string> differences(const MeasuredLog& log, const Scenario& s) {
  std::vector<std::string> words;
  for (const LogSetting& setting : log.settings) {
    const Field* field = find_field(setting.path);
    const Scenario there = with_setting(s, setting);
    if (field == nullptr || there == s) continue;
    words.push_back(std::string(field->label) + ": " + shown(*field, there) + " in the log, " + shown(*field, s) +
                    " in the scenario");
  }
  return words;
}

/// Words of a name in lower case: "RTX 3090 Ti" is rtx, 3090, ti.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      words.back().push_back(lower_case(c));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// True for a word that tells devices apart: one with a digit that is no amount of memory, or a variant's name.
bool tells_apart(const std::string& word) {
  static constexpr std::array<std::string_view, 9> variants{"ti",  "super", "laptop", "max", "ultra",
                                                            "pro", "xt",    "xtx",    "nvl"};
  const bool digit = std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool number = std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool memory = word.ends_with("gb") || word.starts_with("hbm") || (number && word.size() <= 3);
  return (digit && !memory) || std::find(variants.begin(), variants.end(), word) != variants.end();
}

/// True when two names may be of one device: each one's telling words are in the other.
bool same_device(std::string_view in_log, const Device& device) {
  const std::vector<std::string> theirs = words_of(in_log), ours = words_of(device.name + " " + device.id);
  const auto among = [](const std::string& word, const std::vector<std::string>& words) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& other) {
      return word == other || (other.size() > 2 && word.starts_with(other)) ||
             (word.size() > 2 && other.starts_with(word));
    });
  };
  if (among("gb10", theirs) && among("spark", ours)) return true;  // the chip's name and the machine's
  const auto told = [&](const std::vector<std::string>& words, const std::vector<std::string>& others) {
    return std::all_of(words.begin(), words.end(),
                       [&](const std::string& w) { return !tells_apart(w) || among(w, others); });
  };
  return told(theirs, ours);
}

/// Letters and digits of a name.
std::string letters(std::string_view name) {
  std::string out;
  for (const std::string& word : words_of(name)) out += word;
  return out;
}

/// True when two names may be of one model.
bool same_model(std::string_view in_log, const Model& model) {
  const std::string theirs = letters(in_log.substr(in_log.find_last_of("/\\") + 1));
  for (const std::string& name : {model.id, model.name}) {
    const std::string ours = letters(name.substr(name.find_last_of('/') + 1));
    if (!ours.empty() && (theirs.find(ours) != std::string::npos || ours.find(theirs) != std::string::npos))
      return true;
  }
  return false;
}

/// True for logs of an engine.
bool is_engine(LogKind kind) { return kind != LogKind::NvidiaSmi && kind != LogKind::Torch; }

/// True when the scenario's engine prints such logs.
bool prints_as(const Scenario& s, LogKind kind) {
  return key_of(s.serving.runtime) == key_of(kind) || key_of(engine_of(s).prints) == key_of(kind);
}

/// Model and device, when the log names another than the scenario.
void name_others(const MeasuredLog& log, const Scenario& s, std::vector<std::string>& words) {
  const Device* device = s.devices.at(0);
  if (!log.device.empty() && device && !device->id.empty() && !same_device(log.device, *device))
    words.push_back("Device: " + log.device + " in the log, " + device->name + " in the scenario");
  if (!log.model.empty() && s.model && !s.model->id.empty() && !same_model(log.model, *s.model))
    words.push_back("Model: " + log.model + " in the log, " + s.model->name + " in the scenario");
}

}  // namespace

std::optional<double> CheckedFigure::error_percent() const {
  if (!measured || !predicted || *measured == 0) return std::nullopt;
  const auto m = static_cast<double>(*measured);
  return 100.0 * (static_cast<double>(*predicted) - m) / m;
}

bool CheckedFigure::same() const {
  if (!measured || !predicted) return false;
  const Count gap = *measured > *predicted ? *measured - *predicted : *predicted - *measured;
  return gap <= rounding;
}

Task usual_task(const MeasuredLog& log) { return log.kind == LogKind::Torch ? Task::Training : Task::Inference; }

Scenario adopted(const MeasuredLog& log, Scenario scenario, const std::function<bool(std::string_view)>& keeps) {
  const auto kept = [&](std::string_view path) { return keeps && keeps(path); };
  const auto runtime = from_key<Runtime>(key_of(log.kind));
  if (runtime && !prints_as(scenario, log.kind) && !kept("serving.runtime"))
    scenario = with_engine(std::move(scenario), *runtime);
  if (!log.version.empty() && is_engine(log.kind) && !kept("serving.version")) {
    const Scenario before = scenario;
    scenario.serving.version = log.version;
    follow_choice(scenario, before);  // a version has defaults of its own
    if (kept("serving.gpu_memory_utilization"))
      scenario.serving.gpu_memory_utilization = before.serving.gpu_memory_utilization;
  }
  for (const LogSetting& setting : log.settings) {
    if (kept(setting.path)) continue;
    // Tokens that a model of its own drafts would be taken for the model's own layers'.
    if (setting.path == "serving.draft_tokens" && !log.drafter.empty() && !scenario.serving.draft_model) continue;
    scenario = with_setting(std::move(scenario), setting);
  }
  return scenario;
}

SelfCheck self_check(const MeasuredLog& log, const Scenario& scenario, Task task) {
  SelfCheck check{.kind = log.kind,
                  .task = task,
                  .version = log.version,
                  .model = log.model,
                  .program = log.program,
                  .figures = {},
                  .settings = differences(log, scenario),
                  .notes = log.notes};
  name_others(log, scenario, check.settings);
  if (!log.drafter.empty() && !scenario.serving.draft_model) {
    std::erase_if(check.settings, [](const std::string& words) { return words.starts_with("Draft tokens"); });
    check.settings.push_back("Draft model: " + log.drafter + " in the log, none in the scenario (--draft-model)");
  }
  const Prediction prediction(scenario, task, log);
  const bool engine = is_engine(log.kind);
  for (std::size_t i = 0; i < log.figures.size();) {
    const std::string device = log.figures[i].device;
    const std::size_t from = check.figures.size();
    for (; i < log.figures.size() && log.figures[i].device == device; ++i)
      check.figures.push_back(checked(log.figures[i], prediction));
    if (!engine) continue;
    add_total(check, device, from);
    complete_device(check, device, log.figures, prediction);
  }
  if (engine && !prints_as(scenario, log.kind)) {
    check.settings.insert(check.settings.begin(), "Runtime: " + std::string(label_of(log.kind)) + " in the log, " +
                                                      std::string(label_of(scenario.serving.runtime)) +
                                                      " in the scenario");
  }
  return check;
}

namespace {

/// The row a reader wants first: the sum, else the first with both numbers.
const CheckedFigure* headline(const SelfCheck& check) {
  const CheckedFigure* first = nullptr;
  for (const CheckedFigure& row : check.figures) {
    if (!row.error_percent() || !row.bytes || row.key == "device_memory") continue;
    if (row.key == "total") return &row;
    if (!first) first = &row;
  }
  return first;
}

}  // namespace

std::string amount_text(const CheckedFigure& figure, std::optional<Count> value, ByteUnits units) {
  if (!value) return "–";
  return figure.bytes ? text(Bytes{*value}, units) : grouped(*value);
}

std::string error_text(const CheckedFigure& figure) {
  const auto error = figure.error_percent();
  if (!error) return "";
  if (figure.same()) return "0 %";
  const double size = std::fabs(*error);
  if (size < 0.05) return "<0.1 %";
  if (size > 9999) return *error > 0 ? "> +9999 %" : "< -9999 %";
  return (*error < 0 ? "−" : "+") + fixed(size, size < 9.95 ? 1 : 0) + " %";
}

std::string sentence(const SelfCheck& check, ByteUnits units) {
  std::string out = check.program.empty() ? std::string(label_of(check.kind)) : check.program;
  if (!check.version.empty()) out += " " + check.version;
  if (!check.model.empty()) out += ", " + check.model;
  out += ": ";
  const CheckedFigure* row = headline(check);
  if (!row) return out + "no figure of the log has a prediction to compare it with.";
  out += amount_text(*row, row->predicted, units) + " predicted, " + amount_text(*row, row->measured, units) +
         " measured on " + row->device + " (" + row->label + "), " + error_text(*row) + ".";
  return out;
}

TextTable self_check_table(const SelfCheck& check, ByteUnits units) {
  TextTable table;
  table.columns = {{"device"},          {"figure"},      {"measured", true},
                   {"predicted", true}, {"error", true}, {"likely reason"}};
  for (const CheckedFigure& row : check.figures) {
    table.rows.push_back({row.device, row.label, amount_text(row, row.measured, units),
                          amount_text(row, row.predicted, units), error_text(row), row.word});
  }
  return table;
}

}  // namespace llmcalc::io
