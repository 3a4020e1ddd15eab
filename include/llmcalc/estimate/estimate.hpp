#pragma once
// The one output of the engine: ordered components with their explanation, per phase and per device. Totals are
// always sums.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/estimate/device_span.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc {

/// What memory is used for. The order is the order of bars and tables.
enum class Part : std::uint8_t {
  Weights,
  Adapters,
  KvCache,
  RecurrentState,
  ComputeBuffer,
  OutputBuffer,
  CudaGraphs,
  DraftModel,
  Activations,
  LossHead,
  Gradients,
  MasterWeights,
  EmaWeights,
  OptimizerStates,
  WeightCasts,
  Transient,
  GatheredWeights,
  CommBuffers,
  ReferenceModel,
  RewardModel,
  ValueModel,
  GenerationEngine,
  Overhead
};
inline constexpr std::array<EnumRow<Part>, 23> parts{{
    {Part::Weights, "weights", "Weights", "the model's own numbers"},
    {Part::Adapters, "adapters", "Adapters", "LoRA matrices"},
    {Part::KvCache, "kv_cache", "KV cache", "keys and values of all tokens so far"},
    {Part::RecurrentState, "recurrent_state", "Recurrent state",
     "fixed state of state-space and linear-attention layers"},
    {Part::ComputeBuffer, "compute_buffer", "Activations", "what the engine holds for a moment while it runs"},
    {Part::OutputBuffer, "output_buffer", "Output buffer", "logits handed to the sampler"},
    {Part::CudaGraphs, "cuda_graphs", "CUDA graphs", "captured launches"},
    {Part::DraftModel, "draft_model", "Draft model", "speculative decoding"},
    {Part::Activations, "activations", "Activations", "saved for the backward pass"},
    {Part::LossHead, "loss_head", "Logits and loss", "vocabulary-sized tensors"},
    {Part::Gradients, "gradients", "Gradients", "one number for every trained parameter"},
    {Part::MasterWeights, "master_weights", "Master weights", "fp32 copy the optimizer updates"},
    {Part::EmaWeights, "ema_weights", "Averaged weights", "a running average of the trained weights"},
    {Part::OptimizerStates, "optimizer_states", "Optimizer states", "moments"},
    {Part::WeightCasts, "weight_casts", "Weight casts", "16-bit copies that autocast keeps"},
    {Part::Transient, "transient", "Transient", "live only at the peak moment"},
    {Part::GatheredWeights, "gathered_weights", "Gathered weights", "layers assembled from shards"},
    {Part::CommBuffers, "comm_buffers", "Communication", "buckets and collective buffers"},
    {Part::ReferenceModel, "reference_model", "Reference model", "frozen copy whose log-probabilities are compared"},
    {Part::RewardModel, "reward_model", "Reward model", "frozen model that scores answers"},
    {Part::ValueModel, "value_model", "Value model", "PPO's critic with all it needs for training"},
    {Part::GenerationEngine, "generation_engine", "Generation engine", "what generates answers on the same device"},
    {Part::Overhead, "overhead", "Runtime overhead", "device context, kernels, workspaces, fragmentation"},
}};
static_assert(indexed_by_id(parts));
constexpr const auto& enum_table(Part) { return parts; }

/// One factor of a product: its symbol and value.
struct Term {
  std::string_view symbol{};  ///< "layers", "KV heads", "tokens"
  Count value = 0;
  friend bool operator==(const Term&, const Term&) = default;
};

/// One summand of a number: the product of its terms, stored in blocks of `width`, divided over `divisor`. A summand
/// without terms is not a product (a replayed allocation, a sum over tensors): then `label` says what it is.
struct Summand {
  std::string_view label{};     ///< what this part of the number is, "" when there is only one
  std::array<Term, 7> terms{};  ///< factors; unused ones have an empty symbol
  Block width{1, 1};            ///< bytes of `elements` values
  Count divisor = 1;            ///< ranks it is divided over
  Bytes result{};
  bool negative = false;  ///< subtracted instead of added

  /// Number of factors in use.
  [[nodiscard]] constexpr std::size_t size() const {
    return static_cast<std::size_t>(
        std::find_if(terms.begin(), terms.end(), [](const Term& t) { return t.symbol.empty(); }) - terms.begin());
  }
};

/// A summand whose result is its factors multiplied.
[[nodiscard]] constexpr Summand summand(std::string_view label, std::initializer_list<Term> terms,
                                        Block width = {1, 1}, Count divisor = 1) {
  Summand s{.label = label, .width = width, .divisor = divisor};
  Count n = 1;
  std::size_t i = 0;
  for (const Term& t : terms) {
    n = multiply(n, t.value);
    if (i < s.terms.size()) s.terms[i++] = t;
  }
  s.result = ceil_divide(storage(n, width), divisor);
  return s;
}

/// A summand that is an amount of its own, not a product.
[[nodiscard]] constexpr Summand amount(std::string_view label, Bytes result) {
  return {.label = label, .result = result};
}

/// Memory for one purpose.
struct Component {
  Part part = Part::Weights;
  Bytes bytes{};
  Trust trust = Trust::Exact;
  Bytes low{};                      ///< = bytes when exact
  Bytes high{};                     ///< = bytes when exact
  std::vector<Summand> summands{};  ///< what `bytes` is made of; they add up to it
  std::string_view source{};        ///< where the formula or constant comes from
  std::string_view not_counted{};   ///< what it leaves out, in words
};

/// A component made of summands, exact.
[[nodiscard]] inline Component component(Part part, std::vector<Summand> summands, std::string_view source = {}) {
  Component c{.part = part, .summands = std::move(summands), .source = source};
  for (const Summand& s : c.summands) c.bytes = s.negative ? c.bytes - s.result : c.bytes + s.result;
  c.low = c.high = c.bytes;
  return c;
}

/// The same component with a range: low and high in per mille of the value.
[[nodiscard]] inline Component with_range(Component c, Trust trust, Count low_per_mille, Count high_per_mille) {
  c.trust = trust;
  c.low = scale(c.bytes, low_per_mille, 1000);
  c.high = scale(c.bytes, high_per_mille, 1000);
  return c;
}

/// An ordered list of components; the total is their sum.
struct Breakdown {
  std::vector<Component> components;
  Count spread_low = 1000;   ///< of the total in per mille, as measured: the range is at least this wide
  Count spread_high = 1000;  ///< the same upwards

  [[nodiscard]] Bytes total() const {
    Bytes sum;
    for (const Component& c : components) sum += c.bytes;
    return sum;
  }
  [[nodiscard]] Bytes low() const {
    Bytes sum;
    for (const Component& c : components) sum += c.low;
    return min(sum, scale(total(), spread_low, 1000));
  }
  [[nodiscard]] Bytes high() const {
    Bytes sum;
    for (const Component& c : components) sum += c.high;
    return max(sum, scale(total(), spread_high, 1000));
  }
  /// The component of this part; null when there is none.
  [[nodiscard]] const Component* find(Part part) const {
    for (const Component& c : components) {
      if (c.part == part) return &c;
    }
    return nullptr;
  }
  /// Bytes of a part, 0 when absent.
  [[nodiscard]] Bytes bytes(Part part) const {
    const Component* c = find(part);
    return c ? c->bytes : Bytes{};
  }
  /// Adds a component unless it is empty; one of the same part grows.
  void add(Component c) {
    if (c.bytes.count == 0) return;
    for (Component& old : components) {
      if (old.part != c.part) continue;
      old.bytes += c.bytes;
      old.low += c.low;
      old.high += c.high;
      old.trust = std::max(old.trust, c.trust);
      old.summands.insert(old.summands.end(), c.summands.begin(), c.summands.end());
      return;
    }
    const auto after =
        std::find_if(components.begin(), components.end(), [&](const Component& o) { return o.part > c.part; });
    components.insert(after, std::move(c));
  }
};

/// Memory of one device (or of each of several that hold the same), or of the host.
struct DeviceUse {
  std::string name;  ///< of the first: "GPU 0", "GPU 1", ..., "host"
  Breakdown breakdown{};
  std::optional<Bytes> capacity{};  ///< nothing: unknown
  std::optional<Bytes> limit{};     ///< what the runtime lets this device hold; nothing: all of its capacity
  DeviceSpan span{};                ///< which devices these are

  /// The host's memory, which has no number.
  [[nodiscard]] static DeviceUse host(Breakdown breakdown = {}) {
    return {.name = "host", .breakdown = std::move(breakdown), .span = after_devices};
  }
  [[nodiscard]] bool is_host() const { return span == after_devices; }
};

/// Whether something fits, when a capacity is known.
struct Fit {
  bool known = false;  ///< a capacity was given
  bool fits = false;
  bool certain = true;  ///< false when the range straddles the capacity
  Bytes capacity{};     ///< of the tightest device
  Bytes headroom{};     ///< free on the tightest device, when it fits
  Bytes excess{};       ///< missing on the tightest device, when it does not
};

/// Inference. For a runtime that takes a fixed share of the device, `devices` hold what is needed for the sequences
/// asked for; what the runtime grants itself is in kv_pool_bytes and kv_pool_tokens.
struct InferenceEstimate {
  Breakdown breakdown;             ///< sum over devices
  std::vector<DeviceUse> devices;  ///< in the order of their first numbers; listed() names each
  Bytes kv_bytes_per_token;        ///< over all devices
  Bytes kv_pool_bytes;             ///< vLLM, SGLang: granted to the cache on one device
  Bytes kv_pool_low;               ///< vLLM: the pool with every part at its highest
  Bytes kv_pool_high;              ///< and at its lowest; 0: no range is known
  Count kv_pool_tokens = 0;        ///< as the engine prints it
  double concurrency = 0;          ///< sequences of the full context the pool holds; 0: no pool
  std::vector<std::string> notes;  ///< what the engine says of these figures, in whole sentences
  Fit fit;
};

/// The moments of a training step.
enum class PhaseId : std::uint8_t {
  Load,
  Generation,
  Scoring,
  ForwardEnd,
  BackwardStart,
  BackwardLayers,
  BackwardEnd,
  Step
};
inline constexpr std::array<EnumRow<PhaseId>, 8> phase_ids{{
    {PhaseId::Load, "load", "load", "weights alone"},
    {PhaseId::Generation, "generation", "generation", "answers are generated (PPO, GRPO)"},
    {PhaseId::Scoring, "scoring", "scoring", "log-probabilities, rewards and values, no gradients (PPO, GRPO)"},
    {PhaseId::ForwardEnd, "forward-end", "forward end", "all activations saved"},
    {PhaseId::BackwardStart, "backward-start", "loss, backward start",
     "vocabulary-sized gradients on top of the activations"},
    {PhaseId::BackwardLayers, "backward-layers", "inside backward", "activations shrink while gradients grow"},
    {PhaseId::BackwardEnd, "backward-end", "backward end", "all gradients"},
    {PhaseId::Step, "step", "optimizer step", "states and temporaries of the update"},
}};
static_assert(indexed_by_id(phase_ids));
constexpr const auto& enum_table(PhaseId) { return phase_ids; }

/// Memory at one moment.
struct Phase {
  PhaseId id = PhaseId::Load;
  Breakdown breakdown;
};

/// Memory of one pipeline stage (all its ranks hold the same) at its own peak.
struct RankUse {
  std::string name;  ///< "stage 0"
  Breakdown breakdown;
  PhaseId peak = PhaseId::Load;
  Count devices = 1;  ///< that hold the same: data, tensor and context-parallel ranks
};

/// The highest moment of the first step, before the optimizer has made its states.
struct FirstStep {
  Bytes total;
  PhaseId peak = PhaseId::Load;
};

/// Training. `breakdown` is the worst rank at the peak moment.
struct TrainingEstimate {
  Breakdown breakdown;
  PhaseId peak_phase = PhaseId::Load;
  std::string worst_rank;
  Count trainable_parameters = 0;
  std::vector<Phase> phases;  ///< of the worst rank
  std::vector<RankUse> ranks;
  FirstStep first_step;                ///< `breakdown` and `phases` are of every later one
  std::string bytes_per_parameter;     ///< of a trained one, by role: "2 weights + 2 gradients + 4 states"
  Breakdown host;                      ///< what offloading puts into host memory, for one rank
  Count ranks_on_host = 1;             ///< that share one computer's memory
  std::optional<Bytes> host_capacity;  ///< of that computer; nothing: unknown, or nothing is offloaded
  std::optional<Bytes> capacity;       ///< of the smallest device, which every rank is held to
  Fit fit;
};

/// Parameters of one part of the model.
struct PartCount {
  ModelPart part = ModelPart::Other;
  Count parameters = 0;
};

/// What the model itself is.
struct ModelSummary {
  Count parameters = 0;
  Count active_parameters = 0;
  std::vector<PartCount> parameters_by_part;
  Bytes weights_bytes;  ///< stored tensors in the chosen format, before placement, duplication and sharding
};

/// The whole output.
struct Estimate {
  ModelSummary model;
  InferenceEstimate inference;
  TrainingEstimate training;
  std::vector<std::string> warnings;
};

}  // namespace llmcalc
