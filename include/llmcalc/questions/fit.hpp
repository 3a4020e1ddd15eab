#pragma once
// Does it fit? Device by device, with the room that is left or missing, and how sure that is: an estimate has a
// range, and when the capacity lies inside it the answer is only probable.
//
// Capacity is what a program can address of a device (Device::addressable), or less where the runtime grants the
// cache a smaller pool (DeviceUse::limit). Host memory is judged where its size is known (host.memory_bytes, or a device
// that shares it), per computer. Nothing is estimated in this file: the amounts are evaluate()'s.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/estimate/device_span.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

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

/// How much of an estimate's range has to fit.
enum class Certainty : std::uint8_t {
  Typical,      ///< the estimate itself
  Conservative  ///< even the high end of its range
};

/// True when the verdict is good enough.
[[nodiscard]] constexpr bool fits(Verdict v, Certainty certainty) {
  return certainty == Certainty::Conservative ? v == Verdict::Fits : fits(v);
}

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

/// One device (or each of several with the same use), or one pipeline stage of a training job: what it needs and has.
struct DeviceFit {
  std::string name;  ///< of the first of them: "GPU 0", "stage 0"
  Bytes use;
  Bytes low;
  Bytes high;
  Bytes capacity;
  Verdict verdict = Verdict::Unknown;
  DeviceSpan span{};  ///< which devices these are

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

  /// The device that a question about devices is about: the tightest, and the host only when what lies there does not fit.
  [[nodiscard]] const DeviceFit* deciding() const {
    const DeviceFit* worst = tightest();
    if (!worst || worst->span != after_devices || worst->excess() != Bytes{}) return worst;
    for (const DeviceFit& d : devices) {
      if (d.span != after_devices && (worst->span == after_devices || d.headroom() < worst->headroom())) worst = &d;
    }
    return worst;
  }
};

/// Verdict of an inference estimate; what has no known capacity (a host of unknown size) is left out.
[[nodiscard]] FitAnswer fit(const InferenceEstimate& e);

/// Verdict of a training estimate. Every rank of a job is held to the smallest device, because any rank may be on it; the host
/// is one more row where something is offloaded and its size is known, as the share of one rank.
[[nodiscard]] FitAnswer fit(const TrainingEstimate& e);

/// Verdict of a valid scenario; evaluates only the half that is asked for.
[[nodiscard]] FitAnswer fit(const Scenario& s, Task task);

/// The verdict in a sentence: "Fits: 3.21 GiB free on GPU 0." "Does not fit: 12.4 GiB too much for stage 0."
[[nodiscard]] std::string sentence(const FitAnswer& answer, ByteUnits units = ByteUnits::Binary);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/questions/fit_inl.hpp>
#endif
