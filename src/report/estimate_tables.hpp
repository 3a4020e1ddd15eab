#pragma once
// Estimates for spreadsheets and documents; speed and cost in a few lines for people: two digits and a range, because
// these are estimates.

#include "report/text_table.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/memory/stored_tensors.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/speed.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace llmcalc::io {

/// Every number of an estimate, or of one half, in one long table: what, where, component, bytes, range, trust, formula,
/// source.
std::string estimate_csv(const Estimate& estimate, std::optional<Task> half = std::nullopt);

/// Inference and training as two tables of Markdown with headings and verdicts.
std::string estimate_markdown(const Scenario& scenario, const Estimate& estimate, ByteUnits units = ByteUnits::Binary,
                              std::optional<Task> half = std::nullopt);

/// The verdict in words: "fits in 23.99 GiB, 7.05 GiB free"; "" when no capacity is known.
std::string verdict_text(const Fit& fit, ByteUnits units = ByteUnits::Binary);

/// The devices in words: "2 × H100 80 GB"; "host memory" when there is none.
std::string devices_text(const DeviceSet& devices);

/// The weight format in words, also when it is the publisher's: "bf16", "gguf:Q4_K_M".
std::string weights_text(const Scenario& scenario);

/// What inference and training are about, in a few words.
std::string inference_text(const Scenario& scenario);
std::string training_text(const Scenario& scenario);

/// One row per group of equal tensors: name, rows, columns, how many, parameters, format, bytes, part.
TextTable tensor_table(std::span<const StoredTensor> tensors);

/// Bytes of the stored tensors; a file has a header of some kilobytes besides.
[[nodiscard]] Bytes file_size(const Model& model, const Weights& weights);

/// Bits per parameter on average.
[[nodiscard]] double bits_per_parameter(const Model& model, Bytes size);

/// "51 (36 to 68)": the typical figure with its range, to two digits.
std::string rate_words(const Rate& rate);

/// Lines about the speed of inference; none when a device's figures are not known.
std::vector<std::string> inference_speed_lines(const Scenario& scenario, const InferenceEstimate& estimate);

/// Lines about the speed of training, its hours and its cost.
std::vector<std::string> training_speed_lines(const Scenario& scenario);

}  // namespace llmcalc::io
