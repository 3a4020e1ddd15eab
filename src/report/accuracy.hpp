#pragma once
// How far estimates are from what was measured, component by component: the table of `llmcalc verify`, of the README
// and of the window's About.

#include "readers/resolve.hpp"
#include "report/golden.hpp"
#include "report/text_table.hpp"

#include <llmcalc/base/issue.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// The outcomes of one file of golden cases.
struct GoldenFileOutcomes {
  std::string file;  ///< "kv.jsonl"
  std::vector<GoldenOutcome> outcomes;
};

/// Runs files of golden cases, only the groups whose name contains `group`.
Result<std::vector<GoldenFileOutcomes>> run_golden_files(const std::vector<std::filesystem::path>& files,
                                                         const Resolver& resolver, std::string_view group = {});

/// Errors of one component.
struct ComponentError {
  std::string component;    ///< "inference: KV cache"
  std::string file;         ///< of the cases; "" in a table over all files
  std::size_t figures = 0;  ///< that the cases state
  std::size_t equal = 0;    ///< of them met to the byte
  std::size_t held = 0;     ///< of them within the tolerance that their source allows
  double median = 0;        ///< absolute relative error
  double worst = 0;         ///< infinite: the estimate has no such number
};

/// Whether components of different files are told apart.
enum class AccuracyBy { ComponentAndFile, Component };

/// "inference: KV cache" for "inference.devices[GPU 1].components.kv_cache": what a figure's place names.
std::string component_at(std::string_view place);

/// Errors by component, in the order of an estimate; refused cases have no figures.
std::vector<ComponentError> component_errors(const std::vector<GoldenFileOutcomes>& files, AccuracyBy by);

/// The errors as a table.
TextTable accuracy_table(const std::vector<ComponentError>& errors);

/// Files with their numbers of cases that pass, fail and are refused.
TextTable score_table(const std::vector<GoldenFileOutcomes>& files);

/// Both tables as JSON; an infinite error is null.
nlohmann::ordered_json accuracy_json(const std::vector<GoldenFileOutcomes>& files);

/// A relative error for people: "0", "0.03 %", "absent".
std::string error_text(double error);

}  // namespace llmcalc::io
