#include "ui/breakdowns.hpp"

#include <llmcalc/estimate/explain.hpp>

namespace llmcalc::ui {

Part row_part(Part part) {
  if (part == Part::ComputeBuffer) return Part::Activations;
  if (part == Part::OutputBuffer) return Part::LossHead;
  return part;
}

std::vector<PartRow> part_rows(const Estimate& estimate) {
  std::vector<PartRow> rows;
  for (const auto& entry : parts) {
    if (row_part(entry.id) != entry.id) continue;
    PartRow row{.name = entry.label, .part = entry.id, .inference = nullptr, .training = nullptr};
    for (const Component& c : estimate.inference.breakdown.components) {
      if (row_part(c.part) == entry.id) row.inference = &c;
    }
    for (const Component& c : estimate.training.breakdown.components) {
      if (row_part(c.part) == entry.id) row.training = &c;
    }
    if (row.inference || row.training) rows.push_back(row);
  }
  return rows;
}

std::string short_formula(const Component& component) {
  const auto& all = component.summands;
  if (all.size() < 2 || all.front().size() != 1) return formula_text(component, 3);
  Summand merged = all.front();
  merged.label = {};
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Summand& s = all[i];
    const bool alike = s.size() == 1 && s.terms[0].symbol == merged.terms[0].symbol && s.width == merged.width &&
                       s.divisor == merged.divisor && !s.negative;
    if (!alike) return formula_text(component, 3);
    merged.terms[0].value = add(merged.terms[0].value, s.terms[0].value);
  }
  return formula_text(merged);
}

std::string headline(Bytes bytes, ByteUnits units) {
  const double unit = units == ByteUnits::Binary ? 1073741824.0 : 1e9;
  const double value = static_cast<double>(bytes.count) / unit;
  if (value >= 9999.5) return grouped(static_cast<Count>(value + 0.5));
  return fixed(value, value < 0.995 && bytes.count != 0 ? 2 : 1);
}

std::string short_amount(Bytes bytes, ByteUnits units) {
  const double unit = units == ByteUnits::Binary ? 1073741824.0 : 1e9;
  const double value = static_cast<double>(bytes.count) / unit;
  if (value < 0.0995 && bytes.count != 0) return text(bytes, units);
  return headline(bytes, units) + " " + std::string(giga_name(units));
}

FitWords fit_words(const Fit& fit, ByteUnits units) {
  if (!fit.known) return {};
  FitWords verdict{.text = {}, .known = true, .fits = fit.fits};
  if (fit.fits) {
    verdict.text = (fit.certain ? "fits, " : "fits barely, ") + short_amount(fit.headroom, units) + " free";
  } else {
    verdict.text = (fit.certain ? "over by " : "just over, by ") + short_amount(fit.excess, units);
  }
  return verdict;
}

std::string capacity_name(const Device& device) {
  const double gib = static_cast<double>(device.memory.count) / 1073741824.0;
  return shortest(static_cast<double>(static_cast<Count>(gib * 10 + 0.5)) / 10) + " GB";
}

}  // namespace llmcalc::ui
