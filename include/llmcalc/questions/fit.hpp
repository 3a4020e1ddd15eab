#pragma once
// Does it fit? Device by device, with the room that is left or missing, and how sure that is: an estimate has a
// range, and when the capacity lies inside it the answer is only probable.
//
// Capacity is what a program can address of a device (Device::addressable), or less where the runtime grants the
// cache a smaller pool (DeviceUse::limit); host memory has none here. Nothing is estimated in this file: the amounts
// are evaluate()'s.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/task.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace llmcalc {

/// Answer to "does it fit?".
enum class Verdict : std::uint8_t { Fits, Probably, ProbablyNot, DoesNot, Unknown };
inline constexpr std::array<EnumRow<Verdict>, 5> verdicts{{
    {Verdict::Fits, "fits", "Fits", "even the high end of the range fits"},
    {Verdict::Probably, "probably", "Probably fits", "the estimate fits, the high end of its range does not"},
    {Verdict::ProbablyNot, "probably-not", "Probably not",
     "the estimate does not fit, the low end of its range does"},
    {Verdict::DoesNot, "does-not-fit", "Does not fit", "even the low end of the range does not fit"},
    {Verdict::Unknown, "unknown", "No device", "no device to compare with"},
}};
static_assert(indexed_by_id(verdicts));
constexpr const auto& enum_table(Verdict) { return verdicts; }

/// True for the verdicts under which the estimate itself fits.
[[nodiscard]] constexpr bool fits(Verdict v) { return v == Verdict::Fits || v == Verdict::Probably; }

/// Verdict for an amount with its range against a capacity.
[[nodiscard]] constexpr Verdict verdict_of(Bytes low, Bytes use, Bytes high, Bytes capacity) {
  if (high <= capacity && use <= capacity) return Verdict::Fits;
  if (use <= capacity) return Verdict::Probably;
  return low <= capacity ? Verdict::ProbablyNot : Verdict::DoesNot;
}
static_assert(verdict_of({8}, {10}, {12}, {12}) == Verdict::Fits);
static_assert(verdict_of({8}, {10}, {12}, {11}) == Verdict::Probably);
static_assert(verdict_of({8}, {10}, {12}, {9}) == Verdict::ProbablyNot);
static_assert(verdict_of({8}, {10}, {12}, {7}) == Verdict::DoesNot);

/// One device (or each of several alike), or one pipeline stage of a training job: what it needs and what it has.
struct DeviceFit {
  std::string name;  ///< of the first of those alike: "GPU 0", "stage 0"
  Bytes use;
  Bytes low;
  Bytes high;
  Bytes capacity;
  Verdict verdict = Verdict::Unknown;
  Alike alike{};  ///< which devices these are

  [[nodiscard]] Bytes headroom() const { return capacity - use; }  ///< 0 when it does not fit
  [[nodiscard]] Bytes excess() const { return use - capacity; }    ///< 0 when it fits
};

/// The verdict of the worst device and all the others.
struct FitAnswer {
  Verdict verdict = Verdict::Unknown;
  std::vector<DeviceFit> devices;

  /// The device that decides: the one missing most, else the one with least room. Null when none has a capacity.
  [[nodiscard]] const DeviceFit* tightest() const {
    const DeviceFit* worst = nullptr;
    for (const DeviceFit& d : devices) {
      if (!worst || d.excess() > worst->excess() ||
          (d.excess() == worst->excess() && d.headroom() < worst->headroom())) {
        worst = &d;
      }
    }
    return worst;
  }
};

namespace fit_detail {

/// Adds a device and lets the overall verdict be that of the worst.
inline void add(FitAnswer& answer, std::string name, const Breakdown& use, Bytes capacity, Alike alike = {}) {
  DeviceFit d{std::move(name), use.total(), use.low(), use.high(), capacity, Verdict::Unknown, alike};
  d.verdict = verdict_of(d.low, d.use, d.high, d.capacity);
  answer.verdict = answer.devices.empty() ? d.verdict : std::max(answer.verdict, d.verdict);
  answer.devices.push_back(std::move(d));
}

}  // namespace fit_detail

/// Verdict of an inference estimate; devices without a known capacity (the host) are left out.
[[nodiscard]] inline FitAnswer fit(const InferenceEstimate& e) {
  FitAnswer answer;
  for (const DeviceUse& d : e.devices) {
    if (d.capacity) fit_detail::add(answer, d.name, d.breakdown, d.limit.value_or(*d.capacity), d.alike);
  }
  return answer;
}

/// Verdict of a training estimate. Every rank of a job is held to the smallest device, because any rank may be on it.
[[nodiscard]] inline FitAnswer fit(const TrainingEstimate& e) {
  FitAnswer answer;
  if (!e.fit.known) return answer;
  for (const RankUse& rank : e.ranks) fit_detail::add(answer, rank.name, rank.breakdown, e.fit.capacity);
  if (e.ranks.empty()) fit_detail::add(answer, e.worst_rank, e.breakdown, e.fit.capacity);
  return answer;
}

/// Verdict of a valid scenario; evaluates only the half that is asked for.
[[nodiscard]] inline FitAnswer fit(const Scenario& s, Task task) {
  return task == Task::Inference ? fit(evaluate_inference(s)) : fit(evaluate_training(s));
}

/// The verdict in a sentence: "Fits: 3.21 GiB free on GPU 0." "Does not fit: 12.4 GiB too much for stage 0."
[[nodiscard]] inline std::string sentence(const FitAnswer& answer, ByteUnits units = ByteUnits::Binary) {
  const DeviceFit* d = answer.tightest();
  if (!d) return "No device to compare with.";
  std::string out(label_of(answer.verdict));
  if (d->excess().count != 0) {
    out += ": " + text(d->excess(), units) + " too much";
    return d->name.empty() ? out + "." : out + " for " + shared_name(*d) + ".";
  }
  out += ": " + text(d->headroom(), units) + " free";
  return d->name.empty() ? out + "." : out + " on " + shared_name(*d) + ".";
}

}  // namespace llmcalc
