#pragma once
// How an estimate's components are shown together: rows that inference and training share, and the words around them.

#include "ui/results.hpp"

#include <llmcalc/estimate/estimate.hpp>

#include <optional>
#include <string>
#include <vector>

namespace llmcalc::ui {

/// A row of the component table: what inference and training have under one name.
struct PartRow {
  std::string_view name;
  Part part = Part::Weights;             ///< gives the colour
  const Component* inference = nullptr;  ///< on the device that decides
  const Component* training = nullptr;   ///< at the peak
  const Component* elsewhere = nullptr;  ///< not at the peak: where training holds most of it
  PhaseId phase = PhaseId::Load;         ///< when, for `elsewhere`
  Bytes in_all{};                        ///< inference on all devices and the host together
};

/// Rows of both estimates in the order of parts. Transient activations of inference share the row of the
/// activations of training, output logits that of logits and loss.
[[nodiscard]] std::vector<PartRow> part_rows(const Estimate& estimate);

/// The part whose row a part is shown in.
[[nodiscard]] Part row_part(Part part);

/// "Fits, 6.6 GiB free", "105.6 GiB too much".
struct FitWords {
  std::string text;  ///< "" when it is not known
  std::string help;  ///< what it rests on
  FitColour colour = FitColour::Bad;
  [[nodiscard]] bool known() const { return !text.empty(); }
};
[[nodiscard]] FitWords fit_words(const Scenario& scenario, const Estimate& estimate, Task task, ByteUnits units);

/// The amount up to which sequences are served when the engine grants its cache less than the device has; nothing
/// when the device itself is the limit.
[[nodiscard]] std::optional<Bytes> engine_limit(const InferenceEstimate& estimate);

/// What limits a job: the memory of the smallest device, or the host's where there is none; nothing when neither is
/// known.
[[nodiscard]] std::optional<Bytes> memory_limit(const Scenario& scenario);

/// Name of a device's capacity: "24 GB"; "" for host memory, which is as large as what is fitted.
[[nodiscard]] std::string capacity_name(const Device& device);

/// A part in the calculation that is shown: at the peak, else at the moment of training that holds most of it.
struct Found {
  const Component* component = nullptr;
  Task task = Task::Inference;
  std::optional<PhaseId> phase;  ///< when it is not the peak
  std::string device{};          ///< the one whose bar was clicked; "": the one that decides
};
[[nodiscard]] Found find_part(const Estimate& estimate, const Focus& focus);

/// The same amount with the factors that are one left out, so that what matters is seen first.
[[nodiscard]] Summand without_ones(const Summand& summand);

/// The component's factors in one line, ones left out. Products of one factor that differ only in its value are added
/// up: "8,030,261,248 parameters × 2 B".
[[nodiscard]] std::string short_formula(const Component& component);

/// An amount with one decimal in GiB or GB, for headlines: "17.4".
[[nodiscard]] std::string headline(Bytes bytes, ByteUnits units);

/// An amount with unit in the chosen units, one decimal: "6.6 GiB".
[[nodiscard]] std::string short_amount(Bytes bytes, ByteUnits units);

}  // namespace llmcalc::ui
