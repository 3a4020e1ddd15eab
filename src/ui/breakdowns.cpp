#include "ui/breakdowns.hpp"

#include "ui/bar_lanes.hpp"

#include <llmcalc/estimate/explain.hpp>
#include <llmcalc/scenario/usable_memory.hpp>

#include <algorithm>

namespace llmcalc::ui {

Part row_part(Part part) {
  if (part == Part::ComputeBuffer) return Part::Activations;
  if (part == Part::OutputBuffer) return Part::LossHead;
  return part;
}

namespace {

/// The component shown in this row.
const Component* in_row(const Breakdown& breakdown, Part row) {
  const Component* found = nullptr;
  for (const Component& c : breakdown.components) {
    if (row_part(c.part) == row) found = &c;
  }
  return found;
}

/// Where training holds most of a part that its peak does not hold; nothing worth a line gives no component.
Found off_peak(const TrainingEstimate& training, Part row) {
  Found found{.component = nullptr, .task = Task::Training, .phase = std::nullopt};
  const Count least = training.breakdown.total().count / 100;
  for (const Phase& phase : training.phases) {
    const Component* c = in_row(phase.breakdown, row);
    if (!c || c->bytes.count < least || (found.component && c->bytes <= found.component->bytes)) continue;
    found.component = c;
    found.phase = phase.id;
  }
  return found;
}

}  // namespace

Summand without_ones(const Summand& summand) {
  Summand shorter = summand;
  shorter.terms = {};
  std::size_t n = 0;
  for (std::size_t i = 0; i < summand.size(); ++i) {
    if (summand.terms[i].value != 1) shorter.terms[n++] = summand.terms[i];
  }
  return n == 0 ? summand : shorter;
}

std::vector<PartRow> part_rows(const Estimate& estimate) {
  std::vector<PartRow> rows;
  const Breakdown& lead = leading(estimate.inference);
  for (const auto& entry : parts) {
    if (row_part(entry.id) != entry.id) continue;
    PartRow row{.name = entry.label, .part = entry.id};
    row.inference = in_row(lead, entry.id);
    row.training = in_row(estimate.training.breakdown, entry.id);
    if (!row.training) {
      const Found later = off_peak(estimate.training, entry.id);
      row.elsewhere = later.component;
      row.phase = later.phase.value_or(PhaseId::Load);
    }
    for (const Component& c : estimate.inference.breakdown.components) {
      if (row_part(c.part) == entry.id) row.in_all += c.bytes;
    }
    if (row.inference || row.training || row.elsewhere || row.in_all.count != 0) rows.push_back(row);
  }
  return rows;
}

Found find_part(const Estimate& estimate, const Focus& focus) {
  const Task task = focus.task;
  const Part row = row_part(focus.part);
  // The device whose bar was clicked, while there is one of that number that holds such a part.
  if (focus.device && task == Task::Training && *focus.device == after_devices.first) {
    if (const Component* c = in_row(estimate.training.host, row)) return {c, task, std::nullopt, "host"};
  }
  for (const DeviceUse& use : estimate.inference.devices) {
    if (!focus.device || task == Task::Training || !use.span.contains(*focus.device)) continue;
    if (const Component* c = in_row(use.breakdown, row)) return {c, task, std::nullopt, shared_name(use)};
  }
  const auto find = [&](Task in) -> Found {
    if (in == Task::Training) {
      const Component* c = in_row(estimate.training.breakdown, row);
      return c ? Found{c, in, std::nullopt} : off_peak(estimate.training, row);
    }
    const Component* c = in_row(leading(estimate.inference), row);
    return {c ? c : in_row(estimate.inference.breakdown, row), in, std::nullopt};
  };
  const Found found = find(task);
  return found.component ? found : find(task == Task::Inference ? Task::Training : Task::Inference);
}

std::string short_formula(const Component& component) {
  Component merged = component;
  merged.summands.clear();
  for (const Summand& whole : component.summands) {
    const Summand s = without_ones(whole);
    const auto alike = std::find_if(merged.summands.begin(), merged.summands.end(), [&](const Summand& other) {
      return s.size() == 1 && other.size() == 1 && s.terms[0].symbol == other.terms[0].symbol &&
             s.width == other.width && s.divisor == other.divisor && s.negative == other.negative;
    });
    if (alike == merged.summands.end()) {
      merged.summands.push_back(s);
    } else {
      alike->terms[0].value = add(alike->terms[0].value, s.terms[0].value);
      alike->result += s.result;
      alike->label = {};
    }
  }
  if (merged.summands.size() == 1 && merged.summands[0].size() != 0) merged.summands[0].label = {};
  return formula_text(merged, 3);
}

std::string headline(Bytes bytes, ByteUnits units) {
  const double unit = units == ByteUnits::Binary ? 1073741824.0 : 1e9;
  const double value = static_cast<double>(bytes.count) / unit;
  if (value >= 999.95) return grouped(static_cast<Count>(value + 0.5));
  return fixed(value, value < 0.995 && bytes.count != 0 ? 2 : 1);
}

std::string short_amount(Bytes bytes, ByteUnits units) {
  const double unit = units == ByteUnits::Binary ? 1073741824.0 : 1e9;
  const double value = static_cast<double>(bytes.count) / unit;
  if (value < 0.0995 && bytes.count != 0) return text(bytes, units);
  return headline(bytes, units) + " " + std::string(giga_name(units));
}

namespace {

/// The device or host whose memory decides; null when nothing is known of any.
const DeviceUse* deciding(const InferenceEstimate& e) {
  for (const DeviceUse& use : e.devices) {
    if (!use.capacity || use.limit.value_or(*use.capacity) != e.fit.capacity) continue;
    const Bytes total = use.breakdown.total();
    if (e.fit.capacity - total == e.fit.headroom && total - e.fit.capacity == e.fit.excess) return &use;
  }
  return nullptr;
}

/// The device with the least memory left; null when none is known. While everything fits, what is left of the host's
/// memory says nothing about a job on devices with memory of their own.
const DeviceUse* fullest_device(const InferenceEstimate& e) {
  const DeviceUse* fullest = nullptr;
  const auto left = [](const DeviceUse& use) { return use.limit.value_or(*use.capacity) - use.breakdown.total(); };
  for (const DeviceUse& use : e.devices) {
    if (use.is_host() || !use.capacity || use.breakdown.total().count == 0) continue;
    if (fullest == nullptr || left(use) < left(*fullest)) fullest = &use;
  }
  return fullest;
}

}  // namespace

std::optional<Bytes> engine_limit(const InferenceEstimate& estimate) {
  const DeviceUse* use = deciding(estimate);
  if (use == nullptr || !use->limit || use->limit->count > use->capacity->count - use->capacity->count / 200)
    return std::nullopt;
  return use->limit;
}

FitWords fit_words(const Scenario& scenario, const Estimate& estimate, Task task, ByteUnits units) {
  const Fit& fit = task == Task::Inference ? estimate.inference.fit : estimate.training.fit;
  if (!fit.known) return {};
  std::string where;
  Bytes headroom = fit.headroom;
  if (task == Task::Inference) {
    const DeviceUse* use = deciding(estimate.inference);
    bool host = use != nullptr && use->is_host() && scenario.devices.count() != 0;
    if (host && fit.fits && !scenario.devices.smallest()->unified) {
      if (const DeviceUse* device = fullest_device(estimate.inference)) {
        headroom = device->limit.value_or(*device->capacity) - device->breakdown.total();
        host = false;
      }
    }
    where = host ? " in host memory" : engine_limit(estimate.inference) ? " in its pool" : "";
  }
  if (fit.fits) {
    return {.text = (fit.certain ? "Fits, " : "Probably fits, ") + short_amount(headroom, units) + " free" + where,
            .help = fit.certain ? "It fits even at the upper end of every range."
                                : "It fits by the likely figures, but not at the upper end of every range.",
            .colour = fit.certain ? FitColour::Good : FitColour::Warn};
  }
  const double held = estimate.inference.concurrency;
  if (task == Task::Inference && held >= 1) {
    return {
        .text = "Room for " + grouped(static_cast<Count>(held)) + " of " +
                counted(scenario.serving.sequences, "sequence"),
        .help =
            "The engine starts. Its cache holds that many sequences of the whole context at once; the others wait.",
        .colour = FitColour::Warn};
  }
  return {.text = (fit.certain ? "" : "Probably ") + short_amount(fit.excess, units) + " too much" +
                  (where == " in host memory" ? where : ""),
          .help = fit.certain ? "It does not fit even at the lower end of every range."
                              : "It does not fit by the likely figures; at the lower end of the ranges it may.",
          .colour = FitColour::Bad};
}

std::optional<Bytes> memory_limit(const Scenario& scenario) {
  return scenario.devices.count() != 0 ? usable_memory(scenario) : usable_host_memory(scenario, {});
}

std::string capacity_name(const Device& device) {
  if (device.memory.count == 0) return {};
  const double gib = static_cast<double>(device.memory.count) / 1073741824.0;
  return shortest(static_cast<double>(static_cast<Count>(gib * 10 + 0.5)) / 10) + " GB";
}

}  // namespace llmcalc::ui
