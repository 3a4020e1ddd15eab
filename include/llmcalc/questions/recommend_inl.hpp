#pragma once
// Bodies of recommend.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/questions/choices.hpp>
#include <llmcalc/questions/recommend.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/usable_memory.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <utility>

namespace llmcalc {

LLMCALC_INLINE Bytes Candidate::room() const {
  const DeviceFit* tightest = fit.tightest();
  return tightest ? tightest->headroom() : Bytes{};
}

namespace recommend_detail {

/// Bits from which on nobody measures a loss: a larger format is not proposed beside one of these.
inline constexpr double most_bits = 9;
/// Sequences become longer in steps of so many tokens, as caches do.
inline constexpr Count context_step = 256;
/// Longest sequence of a model that does not say what it was trained for.
inline constexpr Count longest_context = 1U << 20;

inline bool has_devices(const Scenario& s) { return s.devices.count() != 0; }

/// What all devices together can hold.
inline Bytes device_capacity(const Scenario& s) {
  Bytes sum;
  Count i = 0;
  for (const DeviceGroup& group : s.devices.groups) {
    if (group.count == 0 || !group.device) continue;
    sum += usable_memory(s, i, *group.device) * group.count;
    i = add(i, group.count);
  }
  return sum;
}

/// What stored weights at least need on the devices when every layer is there.
inline Bytes least_on_devices(const Scenario& s, Bytes stored) {
  const Engine& engine = engine_of(s);
  if (!engine.embedding_on_host) return engine.host_tables ? stored - engine.host_tables(s) : stored;
  if (s.model->per_layer_width != 0) return {};
  return stored - Bytes{multiply(product(s.model->vocabulary, s.model->embedding_columns()), 4)};
}

/// Missing on the devices, the host left out.
inline Bytes missing_on_devices(const FitAnswer& answer, Certainty certainty) {
  Bytes most;
  for (const DeviceFit& d : answer.devices) {
    if (d.span == after_devices) continue;
    most = std::max(most, certainty == Certainty::Conservative ? d.high - d.capacity : d.excess());
  }
  return most;
}

/// Free on the device with least room, the host left out.
inline Bytes free_on_devices(const FitAnswer& answer) {
  std::optional<Bytes> least;
  for (const DeviceFit& d : answer.devices) {
    if (d.span == after_devices) continue;
    least = least ? std::min(*least, d.headroom()) : d.headroom();
  }
  return least.value_or(Bytes{});
}

/// The scenario's inference as it is.
inline Candidate as_it_is(Scenario s, Placement placement, Certainty certainty) {
  const InferenceEstimate e = evaluate_inference(s);
  Candidate c{.format = {s.weights.format, s.weights.mix}, .fit = fit(e)};
  for (const DeviceUse& use : e.devices)
    (use.is_host() ? c.on_host : c.on_devices) += use.breakdown.total() * use.span.count();
  if (fits(c.fit.verdict, certainty)) c.placement = placement;
  if (const auto speed = c.runs() ? inference_speed(s, e) : std::nullopt) c.speed = speed->tokens_per_second;
  c.loss = format_loss(c.format, s.weights.imatrix);
  c.scenario = std::move(s);
  return c;
}

/// The scenario's training as it is.
inline Candidate trained_as_it_is(Scenario s, Certainty certainty) {
  const TrainingEstimate e = evaluate_training(s);
  Candidate c{.format = {s.weight_format(), s.weights.mix}, .fit = fit(e)};
  c.on_devices = e.breakdown.total();
  c.on_host = e.host.total() * e.ranks_on_host;
  if (!has_devices(s)) std::swap(c.on_devices, c.on_host);
  if (fits(c.fit.verdict, certainty))
    c.placement = !has_devices(s) ? Placement::Host : c.on_host.count != 0 ? Placement::Layers : Placement::Devices;
  if (const auto speed = c.runs() ? training_speed(s) : std::nullopt) c.speed = speed->tokens_per_second;
  if (row_of(s.training.method).base == BaseFormat::FourBit) c.loss = format_loss(c.format);
  c.scenario = std::move(s);
  return c;
}

/// The smallest n of 1 to `most` with which the devices hold their part; what they hold shrinks with n, by about `each`.
template <class Set>
std::optional<Candidate> fewest(const Scenario& s, Placement placement, Count most, Bytes each, Bytes missing,
                                Certainty certainty, const Set& set) {
  std::optional<Candidate> found;
  each = std::max(each, Bytes{1});
  Count bad = 0, good = most + 1;
  Count next = ceil_divide(missing.count, each.count);
  for (int tries = 0; good - bad > 1; ++tries) {
    next = tries < 6 ? std::clamp<Count>(next, bad + 1, good - 1) : bad + (good - bad) / 2;
    Scenario there = s;
    set(there, next);
    Candidate c = as_it_is(std::move(there), placement, certainty);
    const Bytes still = missing_on_devices(c.fit, certainty);
    if (still.count == 0) {
      good = next;
      next = good - free_on_devices(c.fit).count / each.count;
      found = std::move(c);
    } else {
      bad = next;
      next = bad + std::max<Count>(1, still.count / each.count);
    }
  }
  return found;
}

/// The least of a model in RAM that leaves the devices enough: experts of a mixture, else layers.
inline Candidate offloaded(const Candidate& whole, Certainty certainty) {
  const Scenario& s = whole.scenario;
  const Count layers = s.model->layer_count();
  const Bytes missing = missing_on_devices(whole.fit, certainty);
  if (!engine_of(s).offloads_layers() || !has_devices(s) || missing.count == 0) return whole;
  const Bytes each{stored_weights(*s.model, s.weights).count / std::max<Count>(layers, 1)};
  Count routed = 0;
  for (std::size_t k = 0; k < s.model->kinds.size(); ++k) {
    if (s.model->kinds[k].is_moe()) routed += s.model->layers_of_kind(k);
  }
  if (routed != 0) {
    auto c = fewest(s, Placement::Experts, layers, scale(each, 9, 10), missing, certainty,
                    [](Scenario& x, Count n) { x.serving.moe_layers_on_cpu = n; });
    if (c && c->runs()) return *std::move(c);
  }
  auto c = fewest(s, Placement::Layers, layers + 1, each, missing, certainty,
                  [&](Scenario& x, Count n) { x.serving.gpu_layers = layers + 1 - n; });
  return c && c->runs() ? *std::move(c) : whole;
}

/// Formats to try, largest first: those of the engine below the released one, which comes first where it is quantized.
inline std::vector<FormatChoice> formats_of(const Scenario& s) {
  std::vector<FormatChoice> formats;
  const FormatChoice released{WeightFormat::AsReleased};
  const double bits = s.model->gguf.empty() ? typical_bits({s.model->released_format, s.weights.mix}) : 0;
  if (bits < 16) formats.push_back(released);
  for (const FormatChoice choice : weight_choices(s.serving.runtime)) {
    if (bits >= 16 || typical_bits(choice) < bits) formats.push_back(choice);
  }
  return formats;
}

/// Bits per weight that a format is compared by.
inline double bits_of(const Scenario& s, FormatChoice choice) {
  if (choice.format != WeightFormat::AsReleased) return typical_bits(choice);
  return s.model->gguf.empty() ? typical_bits({s.model->released_format, s.weights.mix}) : 16;
}

/// A format of a model with the size of its weights.
struct Sized {
  FormatChoice choice;
  double bits = 0;
  Bytes stored;
  Scenario scenario;
};

inline std::vector<Sized> sized_formats(const Scenario& s) {
  std::vector<Sized> sizes;
  for (const FormatChoice choice : formats_of(s)) {
    Sized size{choice, bits_of(s, choice), {}, s};
    set_format(size.scenario, choice);
    size.stored = stored_weights(*s.model, size.scenario.weights);
    sizes.push_back(std::move(size));
  }
  return sizes;
}

/// Why a model cannot be asked this at all; "" when it can.
inline std::string obstacle_of(const Scenario& s, const Wish& wish) {
  if (s.model->encodes() && wish.task() == Task::Inference) return "an encoder, which generates no text";
  if (s.model->has_encoder()) return "an encoder-decoder model, which is computed for Transformers only";
  if (wish.context && s.model->max_context != 0 && *wish.context > s.model->max_context)
    return "trained for at most " + counted(s.model->max_context, "token");
  const Issues issues = validate(s);
  return issues.empty() ? std::string() : issues.front().where + " " + issues.front().what;
}

inline Placement whole_placement(const Scenario& s) { return has_devices(s) ? Placement::Devices : Placement::Host; }

/// The search of recommend() for inference.
class Search {
 public:
  Search(const Scenario& s, const Wish& wish) : wish_(wish), sizes_(sized_formats(s)), devices_(device_capacity(s)) {
    const bool rival = std::any_of(sizes_.begin(), sizes_.end(), [](const Sized& f) { return f.bits <= most_bits; });
    if (rival)
      std::erase_if(sizes_,
                    [](const Sized& f) { return f.bits > most_bits && f.choice.format != WeightFormat::AsReleased; });
    if (const auto host = usable_host_memory(s, {})) {
      const Device* device = s.devices.smallest();
      host_known_ = true;
      all_ = device && device->unified ? *host : devices_ + *host;
    } else {
      all_ = devices_;
    }
    if (!has_devices(s)) devices_ = all_;
  }

  [[nodiscard]] Recommendation run() {
    if (whole(true) || in_ram() || slow_ || whole(false)) return std::move(answer_);
    return misses();
  }

 private:
  [[nodiscard]] bool enough_bits(const Sized& f) const { return f.bits >= wish_.min_bits; }
  [[nodiscard]] bool fast(const Candidate& c) const {
    return c.speed.typical <= 0 || c.speed.typical >= wish_.min_speed;
  }

  /// Takes a candidate that runs: as the answer when it is fast enough, else as the best of the slow ones.
  bool take(Candidate c) {
    const bool is_fast = fast(c);
    const bool better = answer_.fast_enough || answer_.best.speed.typical >= c.speed.typical;
    if (!is_fast && answer_.best.runs() && better) return false;
    slow_ = !is_fast;
    const bool fine = bits_of(c.scenario, c.format) >= wish_.min_bits;
    answer_ = {.best = std::move(c), .fast_enough = is_fast, .fine_enough = fine};
    return is_fast;
  }

  bool whole(bool enough) {
    for (const Sized& f : sizes_) {
      if (enough_bits(f) != enough || least_on_devices(f.scenario, f.stored) > devices_) continue;
      Candidate c = as_it_is(f.scenario, whole_placement(f.scenario), wish_.certainty);
      if (c.runs() && take(std::move(c))) return true;
      if (!enough && slow_) return true;
    }
    return false;
  }

  /// Whether a format runs with a part in RAM fast enough.
  bool partly(const Sized& f) {
    if (f.stored > all_) return false;
    const Candidate c = offloaded(as_it_is(f.scenario, Placement::Devices, wish_.certainty), wish_.certainty);
    return c.runs() && take(c);
  }

  /// The smallest allowed format first: when that is too slow, larger ones are slower.
  bool in_ram() {
    if (!host_known_) return false;
    std::vector<const Sized*> allowed;
    for (const Sized& f : sizes_) {
      if (enough_bits(f) && engine_of(f.scenario).offloads_layers() && has_devices(f.scenario)) allowed.push_back(&f);
    }
    if (allowed.empty() || !partly(*allowed.back())) return false;
    for (std::size_t i = 0; i + 1 < allowed.size(); ++i) {
      if (partly(*allowed[i])) break;
    }
    return true;
  }

  /// What the smallest allowed format misses.
  [[nodiscard]] Recommendation misses() const {
    Recommendation none;
    const Sized* smallest = nullptr;
    for (const Sized& f : sizes_) smallest = !smallest || enough_bits(f) ? &f : smallest;
    if (!smallest) return none;
    none.best.format = smallest->choice;
    none.best.scenario = smallest->scenario;
    none.best.on_devices = smallest->stored;
    none.best.loss = format_loss(smallest->choice);
    none.obstacle =
        "weights of " + text(smallest->stored) + " in " + format_name(none.best) + ", and there are " + text(all_);
    return none;
  }

  const Wish& wish_;
  std::vector<Sized> sizes_;
  Bytes devices_;
  Bytes all_;
  bool host_known_ = false;
  bool slow_ = false;  ///< `answer_` runs, slower than wished
  Recommendation answer_;
};

/// The ways of a training, from the plainest to the most modest.
inline std::vector<Scenario> training_ways(const Scenario& s) {
  std::vector<Scenario> ways{s};
  const auto add = [&](auto edit) {
    ways.push_back(ways.back());
    edit(ways.back().training);
  };
  add([](Training& t) { t.loss = Loss::Fused; });
  add([](Training& t) { t.optimizer = Optimizer::AdamW8bit; });
  if (s.training.method == TrainingMethod::Full && usable_host_memory(s, {}) && has_devices(s)) {
    add([](Training& t) {
      t.optimizer = Optimizer::AdamW;
      t.offload = Offload::Optimizer;
    });
  }
  std::erase_if(ways, [](const Scenario& way) { return !validate(way).empty(); });
  return ways;
}

inline Recommendation recommend_training(const Scenario& s, const Wish& wish) {
  Recommendation answer;
  for (const Scenario& way : training_ways(s)) {
    Candidate c = trained_as_it_is(way, wish.certainty);
    const bool runs = c.runs();
    answer.best = std::move(c);
    answer.fast_enough = answer.fine_enough = runs;
    if (runs) return answer;
  }
  answer.obstacle = "needs " + text(answer.best.on_devices) + " on each device";
  return answer;
}

}  // namespace recommend_detail

LLMCALC_INLINE Runtime usual_engine(const DeviceSet& devices, Use use) {
  const Device* device = devices.smallest();
  const bool accelerator = device && device->device_class == "datacenter" &&
                           (device->vendor == Vendor::Nvidia || device->vendor == Vendor::Amd);
  return accelerator && use == Use::Serve ? Runtime::Vllm : Runtime::LlamaCpp;
}

LLMCALC_INLINE Scenario wished_scenario(const Scenario& machine, const ModelPtr& model, const ModelSource& source,
                                        const Wish& wish) {
  const UseRow& use = row_of(wish.use);
  Scenario s = machine;
  s.model = model;
  s.model_source = source;
  s.method = Method::Detailed;
  s.weights.format = WeightFormat::AsReleased;
  const Count trained_for = model->max_context != 0 ? model->max_context : use.context;
  const Count context = wish.context.value_or(std::min(use.context, trained_for));
  const Count sequences = std::max<Count>(wish.sequences.value_or(use.sequences), 1);
  if (use.task == Task::Inference) {
    s.serving.context = context;
    s.serving.sequences = sequences;
    s.serving.prompt.reset();
    s.serving.max_model_len.reset();
    s.serving.shared_prefix = 0;
    s.serving.gpu_layers.reset();
    s.serving.moe_layers_on_cpu = 0;
  } else {
    s.training.method = use.method;
    s.training.sequence = context;
    s.training.micro_batch = sequences;
    s.training.recompute = use.recompute;
    if (row_of(use.method).base == BaseFormat::FourBit) s.weights.format = WeightFormat::Nf4Dq;
  }
  if (s.devices.groups.size() == 1 && s.devices.count() > 1) set_devices(s, use.task, s.devices.count());
  return s;
}

LLMCALC_INLINE Candidate placed(const Scenario& s, Certainty certainty) {
  using namespace recommend_detail;
  const Candidate whole = as_it_is(s, whole_placement(s), certainty);
  return whole.runs() ? whole : offloaded(whole, certainty);
}

LLMCALC_INLINE Recommendation recommend(const Scenario& machine, const ModelPtr& model, const ModelSource& source,
                                        const Wish& wish) {
  const Scenario s = wished_scenario(machine, model, source, wish);
  if (std::string obstacle = recommend_detail::obstacle_of(s, wish); !obstacle.empty()) {
    Recommendation none;
    none.best.scenario = s;
    none.obstacle = std::move(obstacle);
    return none;
  }
  if (wish.task() == Task::Training) return recommend_detail::recommend_training(s, wish);
  return recommend_detail::Search(s, wish).run();
}

LLMCALC_INLINE std::vector<Candidate> formats_that_fit(const Scenario& machine, const ModelPtr& model,
                                                       const ModelSource& source, const Wish& wish) {
  using namespace recommend_detail;
  std::vector<Candidate> all;
  const Scenario s = wished_scenario(machine, model, source, wish);
  if (!obstacle_of(s, wish).empty()) return all;
  const auto keep = [&](Candidate c) {
    if (c.runs()) all.push_back(std::move(c));
  };
  if (wish.task() == Task::Training) {
    for (const Scenario& way : training_ways(s)) keep(trained_as_it_is(way, wish.certainty));
    return all;
  }
  const bool ram = usable_host_memory(s, {}).has_value();
  for (const Sized& f : sized_formats(s)) {
    Candidate whole = as_it_is(f.scenario, whole_placement(s), wish.certainty);
    keep(ram && !whole.runs() ? offloaded(whole, wish.certainty) : std::move(whole));
  }
  return all;
}

LLMCALC_INLINE Count reachable_context(const Candidate& candidate, const Wish& wish) {
  using namespace recommend_detail;
  if (!candidate.runs()) return 0;
  const bool training = wish.task() == Task::Training;
  Scenario s = candidate.scenario;
  Count& length = training ? s.training.sequence : s.serving.context;
  const Count most = s.model->max_context != 0 ? s.model->max_context : longest_context;
  const auto answer_at = [&](Count n) {
    length = n;
    return fit(s, wish.task());
  };
  const auto needs = [](const FitAnswer& a) { return a.tightest() ? a.tightest()->use.count : 0; };
  const auto limit = [](const FitAnswer& a) { return a.tightest() ? a.tightest()->capacity.count : 0; };
  Count good = length, bad = most;
  if (good >= most) return good;
  FitAnswer high = answer_at(most);
  if (fits(high.verdict, wish.certainty)) return most;
  FitAnswer low = candidate.fit;
  // Lengths on a grid: along the line between the two ends, then by halves, as memory grows almost evenly.
  for (int tries = 0; (good / context_step + 1) * context_step < bad; ++tries) {
    Count next = good + (bad - good) / 2;
    if (tries < 6 && needs(high) > needs(low) && limit(high) > needs(low)) {
      const double share =
          static_cast<double>(limit(high) - needs(low)) / static_cast<double>(needs(high) - needs(low));
      next = good + static_cast<Count>(static_cast<double>(bad - good) * std::min(share, 1.0));
      // The line ends a little too high or too low: every other time one step further.
      if (tries % 2 != 0) next = add(next, context_step);
    }
    const Count lowest = (good / context_step + 1) * context_step;
    const Count highest = (bad - 1) / context_step * context_step;
    next = std::clamp(next / context_step * context_step, lowest, highest);
    FitAnswer answer = answer_at(next);
    const bool ok = fits(answer.verdict, wish.certainty);
    (ok ? good : bad) = next;
    (ok ? low : high) = std::move(answer);
  }
  return good;
}

LLMCALC_INLINE Bytes stored_bytes(const Candidate& c) {
  return c.scenario.model ? stored_weights(*c.scenario.model, c.scenario.weights) : Bytes{};
}

LLMCALC_INLINE std::string format_name(const Candidate& c) {
  const Scenario& s = c.scenario;
  if (c.format.format != WeightFormat::AsReleased)
    return std::string(c.format.format == WeightFormat::Gguf ? key_of(c.format.mix) : label_of(c.format.format));
  if (!s.model || !s.model->gguf.empty()) return "as in the file";
  const WeightFormat released = s.model->released_format;
  return std::string(released == WeightFormat::Gguf ? key_of(s.weights.mix) : label_of(released)) + " as released";
}

LLMCALC_INLINE std::string place_text(const Candidate& c) {
  const Scenario& s = c.scenario;
  const Count layers = s.model ? s.model->layer_count() : 0;
  switch (c.placement) {
    case Placement::Devices: return s.devices.smallest() && s.devices.smallest()->unified ? "shared memory" : "GPU";
    case Placement::Experts:
      return "experts of " + grouped(s.serving.moe_layers_on_cpu) + " of " + counted(layers, "layer") + " in RAM";
    case Placement::Layers:
      if (!s.serving.gpu_layers) return "GPU, states in RAM";
      return grouped(*s.serving.gpu_layers) + " of " + counted(layers + 1, "layer") + " on the GPU";
    case Placement::Host: return "RAM";
    case Placement::Nowhere: break;
  }
  return "does not fit";
}

namespace recommend_detail {

/// What the next larger format would need or bring.
inline std::string larger_text(const Recommendation& answer, const Wish& wish, ByteUnits units) {
  const Candidate& best = answer.best;
  const double bits = bits_of(best.scenario, best.format);
  const Sized* larger = nullptr;
  const std::vector<Sized> sizes = sized_formats(best.scenario);
  for (const Sized& f : sizes) {
    if (f.bits > bits && f.choice != best.format) larger = &f;
  }
  if (!larger) return {};
  Scenario there = larger->scenario;
  there.serving.gpu_layers.reset();
  there.serving.moe_layers_on_cpu = 0;
  const Candidate whole = as_it_is(there, whole_placement(there), wish.certainty);
  std::string name = " " + format_name(whole);
  if (whole.runs()) {
    const std::string speed = whole.speed.typical > 0 ? " at " + two_digits(whole.speed.typical) + " tokens/s" : "";
    const bool nothing = best.loss.in_words() <= LossClass::Negligible;
    return name + " fits too" + speed + (nothing ? "; what the smaller one loses is negligible." : ".");
  }
  const Bytes missing = missing_on_devices(whole.fit, wish.certainty);
  std::string out =
      missing == Bytes{} ? name + " does not fit into memory" : name + " needs " + text(missing, units) + " more";
  const Candidate part = usable_host_memory(there, {}) ? offloaded(whole, wish.certainty) : whole;
  if (part.runs() && part.speed.typical > 0)
    out += "; with " + place_text(part) + " it runs at " + two_digits(part.speed.typical) + " tokens/s";
  return out + ".";
}

}  // namespace recommend_detail

LLMCALC_INLINE std::string reason(const Recommendation& answer, const Wish& wish, ByteUnits units) {
  const Candidate& best = answer.best;
  if (!best.runs()) return "Does not run here: " + answer.obstacle + ".";
  if (wish.task() == Task::Training)
    return "The plainest way that fits, with sequences of " + counted(best.scenario.training.sequence, "token") + ".";
  const std::string with = " with " + counted(best.scenario.serving.context, "token");
  const std::string speed = " at " + two_digits(wish.min_speed) + " tokens/s or more";
  std::string out;
  switch (best.placement) {
    case Placement::Devices:
    case Placement::Host:
      out = std::string("The largest format that fits ") +
            (best.placement == Placement::Host ? "in RAM" : "whole on the GPU") + with;
      if (!answer.fine_enough) out += " (" + shortest(wish.min_bits) + " bits per weight do not)";
      out += answer.fast_enough ? speed + "."
                                : ", slower than the " + two_digits(wish.min_speed) + " tokens/s wished for.";
      break;
    case Placement::Experts:
    case Placement::Layers:
      out = answer.fast_enough
                ? "Does not fit whole on the GPU at " + shortest(wish.min_bits) +
                      " bits per weight; the largest format that runs partly in RAM" + with + speed + "."
                : "Fits only with a part in RAM, and then is slower than the " + two_digits(wish.min_speed) +
                      " tokens/s wished for.";
      break;
    case Placement::Nowhere: break;
  }
  return out + recommend_detail::larger_text(answer, wish, units);
}

}  // namespace llmcalc
