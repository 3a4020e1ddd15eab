#pragma once
// What makes a scenario fit: one set of changes, the one that costs least, with what each of them gives. Copy the
// scenario, change it, evaluate.
//
//   inference   every weight format of the engine x every cache format, each whole on the devices, else with as little as
//               possible in RAM, else with a shorter context, else with fewer sequences; of those that fit the cheapest by
//                 a x loss of the weights (per cent) + a x loss of the cache + b x log2(slowdown) + c x log2(context lost)
//               with a, b, c by preference (`preferences`); where none fits, the same in the first engine that can leave
//               layers in RAM
//   training    the levers (levers.hpp) one after the other, cheap prices first, until it fits; what turns out not to be
//               needed is taken back
//
// Agrees with the other questions: where a lever, solve or a plan finds something short of more hardware, so does this.
// Range of validity: fit()'s; weights of the costs are judgement, figures they are put on are format_loss.hpp's and
// speed.hpp's; the loss of a smaller cache is assumed, no table is published. Already fits: no steps.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/speed.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

/// What is given up last.
enum class Preference : std::uint8_t { Quality, Speed, Context };
/// A preference with what each kind of loss weighs.
struct PreferenceRow {
  Preference id = Preference::Quality;
  std::string_view key{}, label{}, help{};
  double loss = 1;      ///< of a per cent of perplexity
  double slowdown = 1;  ///< of half the speed
  double context = 1;   ///< of half the context, or half the sequences
};
inline constexpr std::array<PreferenceRow, 3> preferences{{
    {.id = Preference::Quality,
     .key = "quality",
     .label = "Quality first",
     .help = "the largest formats, then speed, then context",
     .loss = 1,
     .slowdown = 0.6,
     .context = 4},
    {.id = Preference::Speed,
     .key = "speed",
     .label = "Speed first",
     .help = "everything on the devices where that is possible",
     .loss = 0.25,
     .slowdown = 3,
     .context = 4},
    {.id = Preference::Context,
     .key = "context",
     .label = "Context first",
     .help = "the context stays as long as it is wherever that is possible",
     .loss = 0.5,
     .slowdown = 0.5,
     .context = 100},
}};
static_assert(indexed_by_id(preferences));
constexpr const auto& enum_table(Preference) { return preferences; }

/// One change of the set.
struct AdviceStep {
  std::string what;   ///< "Weights: Q8_0 to Q5_K_M"
  std::string costs;  ///< "small quality loss (perplexity +0.9 %)", "slower", "nothing"
  Bytes gives;        ///< room gained on the device that decides, after the steps before it
};

/// The answer.
struct Advice {
  bool found = false;         ///< `scenario` fits
  bool fits_already = false;  ///< nothing has to change
  std::vector<AdviceStep> steps;
  Scenario scenario;  ///< with all of them
  FitAnswer before;
  FitAnswer after;
  Rate speed{};      ///< tokens per second with all changes; 0: training, or not known
  Bytes unjudged{};  ///< what then lies in host memory of unknown size
};

/// The cheapest set of changes that makes a valid scenario fit, without other hardware.
[[nodiscard]] Advice advise(const Scenario& s, Task task, Preference prefer = Preference::Quality,
                            Certainty certainty = Certainty::Typical);

/// "Fits with 2 changes: ..." or why nothing helps.
[[nodiscard]] std::string summary(const Advice& advice, ByteUnits units = ByteUnits::Binary);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/questions/advise_inl.hpp>
#endif
