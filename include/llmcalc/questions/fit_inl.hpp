#pragma once
// Bodies of fit.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/fit.hpp>

namespace llmcalc {

namespace fit_detail {

/// Adds a device and lets the overall verdict be that of the worst.
inline void add(FitAnswer& answer, std::string name, const Breakdown& use, Bytes capacity, DeviceSpan span = {}) {
  DeviceFit d{std::move(name), use.total(), use.low(), use.high(), capacity, Verdict::Unknown, span};
  d.verdict = verdict_of(d.low, d.use, d.high, d.capacity);
  answer.verdict = answer.devices.empty() ? d.verdict : std::max(answer.verdict, d.verdict);
  answer.devices.push_back(std::move(d));
}

/// "GPU 0", "the host".
inline std::string place(const DeviceFit& d) { return d.span == after_devices ? "the host" : shared_name(d); }

}  // namespace fit_detail

LLMCALC_INLINE FitAnswer fit(const InferenceEstimate& e) {
  FitAnswer answer;
  for (const DeviceUse& d : e.devices) {
    if (d.capacity) fit_detail::add(answer, d.name, d.breakdown, d.limit.value_or(*d.capacity), d.span);
  }
  return answer;
}

LLMCALC_INLINE FitAnswer fit(const TrainingEstimate& e) {
  FitAnswer answer;
  if (e.capacity) {
    for (const RankUse& rank : e.ranks) fit_detail::add(answer, rank.name, rank.breakdown, *e.capacity);
    if (e.ranks.empty()) fit_detail::add(answer, e.worst_rank, e.breakdown, *e.capacity);
  }
  if (e.host_capacity)
    fit_detail::add(answer, "host", e.host, Bytes{e.host_capacity->count / e.ranks_on_host}, after_devices);
  return answer;
}

LLMCALC_INLINE FitAnswer fit(const Scenario& s, Task task) {
  return task == Task::Inference ? fit(evaluate_inference(s)) : fit(evaluate_training(s));
}

LLMCALC_INLINE std::string sentence(const FitAnswer& answer, ByteUnits units) {
  const DeviceFit* d = answer.tightest();
  if (!d) return "No device to compare with.";
  std::string out(label_of(answer.verdict));
  if (d->excess().count != 0) {
    out += ": " + text(d->excess(), units) + " too much";
    return d->name.empty() ? out + "." : out + " for " + fit_detail::place(*d) + ".";
  }
  out += ": " + text(d->headroom(), units) + " free";
  return d->name.empty() ? out + "." : out + " on " + fit_detail::place(*d) + ".";
}

}  // namespace llmcalc
