#pragma once
// What a model is best run as on a machine: in which format, where (on the GPU, on GPU and RAM, in RAM), how fast, with how
// much context. A machine is a scenario whose devices, host memory and speeds count; copy it, set the model, change format
// and placement, evaluate.
//
//   inference   the largest format, of those the engine reads and not larger than the released one, in this order:
//                 1 whole on the devices        at least the wished bits per weight and tokens per second
//                 2 partly or wholly in RAM     at least the wished bits per weight and tokens per second
//                 3 as 2, slower than wished    the smallest format of at least the wished bits
//                 4 whole on the devices        fewer bits than wished
//               of formats above 9 bits only one is proposed that has no smaller rival of negligible loss (format_loss.hpp)
//   training    the first of the use's ways that fits, from the plainest to the most modest
//
// In RAM: the fewest routed experts' layers of a mixture, else the fewest layers, by an engine that can (llama.cpp).
// Range of validity: fit()'s; speeds are speed.hpp's and carry its range. A context that was not asked for is cut to what
// the model was trained for. Not counted: disk space, and whether somebody has published the format.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/model/format_loss.hpp>
#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/speed.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

/// What a machine is wanted for.
enum class Use : std::uint8_t { Chat, LongContext, Serve, Qlora, Lora, Full };
/// A use with what it asks for unless something else is wished.
struct UseRow {
  Use id = Use::Chat;
  std::string_view key{}, label{}, help{};
  Task task = Task::Inference;
  Count context = 8192;  ///< tokens of a sequence
  Count sequences = 1;   ///< at once; training: the micro-batch
  TrainingMethod method = TrainingMethod::Full;
  RecomputeKind recompute = RecomputeKind::Full;  ///< of training: nobody trains on one card without
};
inline constexpr std::array<UseRow, 6> uses{{
    {.id = Use::Chat, .key = "chat", .label = "Chat", .help = "one conversation of 8,192 tokens"},
    {.id = Use::LongContext,
     .key = "long",
     .label = "Long context",
     .help = "one conversation of 65,536 tokens",
     .context = 65536},
    {.id = Use::Serve,
     .key = "serve",
     .label = "Serve",
     .help = "8 conversations of 8,192 tokens at once",
     .sequences = 8},
    {.id = Use::Qlora,
     .key = "qlora",
     .label = "QLoRA",
     .help = "adapters on a 4-bit base, sequences of 2,048 tokens",
     .task = Task::Training,
     .context = 2048,
     .method = TrainingMethod::Qlora},
    {.id = Use::Lora,
     .key = "lora",
     .label = "LoRA",
     .help = "adapters on a 16-bit base, sequences of 2,048 tokens",
     .task = Task::Training,
     .context = 2048,
     .method = TrainingMethod::Lora},
    {.id = Use::Full,
     .key = "full",
     .label = "All weights",
     .help = "every weight is trained, sequences of 2,048 tokens",
     .task = Task::Training,
     .context = 2048},
}};
static_assert(indexed_by_id(uses));
constexpr const auto& enum_table(Use) { return uses; }

/// What is wished for.
struct Wish {
  Use use = Use::Chat;
  std::optional<Count> context{};    ///< tokens of a sequence, at least; nothing: the use's
  std::optional<Count> sequences{};  ///< at once; nothing: the use's
  double min_speed = 10;             ///< tokens per second of one sequence, at least; inference only
  double min_bits = 4;               ///< bits per weight, at least, where that is possible
  Certainty certainty = Certainty::Typical;

  [[nodiscard]] Task task() const { return row_of(use).task; }
  friend bool operator==(const Wish&, const Wish&) = default;
};

/// Where a model lies.
enum class Placement : std::uint8_t { Devices, Experts, Layers, Host, Nowhere };
inline constexpr std::array<EnumRow<Placement>, 5> placements{{
    {Placement::Devices, "devices", "GPU", "whole on the devices"},
    {Placement::Experts, "experts", "GPU + RAM", "routed experts of some layers are in RAM"},
    {Placement::Layers, "layers", "GPU + RAM", "some layers are in RAM"},
    {Placement::Host, "host", "RAM", "all of it is in RAM"},
    {Placement::Nowhere, "nowhere", "does not fit", "neither the devices nor the RAM are enough"},
}};
static_assert(indexed_by_id(placements));
constexpr const auto& enum_table(Placement) { return placements; }

/// A way to run a model that fits, or the one that misses least.
struct Candidate {
  FormatChoice format{};
  Placement placement = Placement::Nowhere;
  Scenario scenario{};
  FitAnswer fit{};
  Bytes on_devices{};  ///< of all devices together
  Bytes on_host{};
  Rate speed{};  ///< tokens per second of one sequence, in training of all devices; 0: not known
  FormatLoss loss{};

  /// True when it fits.
  [[nodiscard]] bool runs() const { return placement != Placement::Nowhere; }
  /// Room left on the device that decides; missing when it does not fit.
  [[nodiscard]] Bytes room() const;
};

/// A model's answer.
struct Recommendation {
  Candidate best{};
  bool fast_enough = false;  ///< as fast as wished
  bool fine_enough = false;  ///< as many bits per weight as wished
  std::string obstacle{};    ///< why it does not run, in words; "" when it does

  /// True when it runs as wished.
  [[nodiscard]] bool as_wished() const { return best.runs() && fast_enough && fine_enough; }
};

/// The engine that people use for this on such devices: a server with a pool on accelerators in data centres, else
/// the one that can leave layers in RAM.
[[nodiscard]] Runtime usual_engine(const DeviceSet& devices, Use use);

/// The machine's scenario with a model, asked what is wished.
[[nodiscard]] Scenario wished_scenario(const Scenario& machine, const ModelPtr& model, const ModelSource& source,
                                       const Wish& wish);

/// The best way to run a model on a machine.
[[nodiscard]] Recommendation recommend(const Scenario& machine, const ModelPtr& model, const ModelSource& source,
                                       const Wish& wish);

/// Every format of a model that fits, as large as released first; each with the best placement for it.
[[nodiscard]] std::vector<Candidate> formats_that_fit(const Scenario& machine, const ModelPtr& model,
                                                      const ModelSource& source, const Wish& wish);

/// The best placement of a scenario's inference, its formats as they are: whole on the devices, else as little as
/// possible in RAM.
[[nodiscard]] Candidate placed(const Scenario& s, Certainty certainty = Certainty::Typical);

/// The longest sequence that fits as the candidate is placed, at most what the model was trained for. Rounded down to
/// 256 tokens; 256 more do not fit. (Of llama.cpp with layers in RAM some lengths further on may: a compute buffer
/// shrinks where ggml's allocator can reuse a block that has become large enough.)
[[nodiscard]] Count reachable_context(const Candidate& candidate, const Wish& wish);

/// Why this format, in two sentences: what decided, and what the next larger one would need.
[[nodiscard]] std::string reason(const Recommendation& answer, const Wish& wish, ByteUnits units = ByteUnits::Binary);

/// The weights as they are stored in a file.
[[nodiscard]] Bytes stored_bytes(const Candidate& candidate);

/// "Q5_K_M", "MXFP4 as released", "NF4 double quant".
[[nodiscard]] std::string format_name(const Candidate& candidate);

/// Where it lies, in words: "GPU", "31 of 49 layers on the GPU", "experts of 12 of 48 layers in RAM".
[[nodiscard]] std::string place_text(const Candidate& candidate);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/questions/recommend_inl.hpp>
#endif
