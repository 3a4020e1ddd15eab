#include "report/accuracy.hpp"

#include "host/text_file.hpp"

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/base/words.hpp>
#include <llmcalc/estimate/estimate.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

namespace llmcalc::io {
namespace {

/// Part of a place after its last dot, in words: a component's own label, else the name without its unit.
std::string words_of(std::string_view term) {
  const std::size_t dot = term.rfind('.');
  std::string name(term.substr(dot == std::string_view::npos ? 0 : dot + 1));
  name.resize(std::min(name.find('['), name.size()));  // "tokens_per_second[typical]"
  if (const auto part = from_key<Part>(name)) {
    const std::string_view label = label_of(*part);
    return std::string(label);
  }
  constexpr std::string_view unit = "_bytes";
  if (name.ends_with(unit)) name.resize(name.size() - unit.size());
  std::replace(name.begin(), name.end(), '_', ' ');
  if (name.starts_with("kv ")) name.replace(0, 2, "KV");
  return name;
}

/// Model, then inference, then training; within each by name.
std::pair<std::size_t, std::string> rank_of(const std::string& component) {
  constexpr std::array<std::string_view, 4> order{"model", "inference", "training", "speed"};
  const auto at = std::find(order.begin(), order.end(), component.substr(0, component.find(':')));
  return {static_cast<std::size_t>(at - order.begin()), component};
}

/// What is collected of one component before it is summed up.
struct Collected {
  std::vector<double> errors;
  std::size_t equal = 0;
  std::size_t held = 0;
};

ComponentError summed(std::string component, std::string file, Collected collected) {
  std::vector<double>& errors = collected.errors;
  std::sort(errors.begin(), errors.end());
  return {.component = std::move(component),
          .file = std::move(file),
          .figures = errors.size(),
          .equal = collected.equal,
          .held = collected.held,
          .median = errors[errors.size() / 2],
          .worst = errors.back()};
}

}  // namespace

Result<std::vector<GoldenFileOutcomes>> run_golden_files(const std::vector<std::filesystem::path>& files,
                                                         const Resolver& resolver, std::string_view group) {
  std::vector<GoldenFileOutcomes> all;
  for (const std::filesystem::path& file : files) {
    auto outcomes = run_golden_file(file, resolver, group);
    if (!outcomes) return outcomes.issues();
    all.push_back({shown(file.filename()), std::move(outcomes).value()});
  }
  return all;
}

std::string component_at(std::string_view place) {
  const std::string task(place.substr(0, place.find('.')));
  std::vector<std::string> parts;
  for (std::string_view rest = place; !rest.empty();) {
    std::string words = words_of(take_until(rest, " + "));
    if (std::find(parts.begin(), parts.end(), words) == parts.end()) parts.push_back(std::move(words));
  }
  std::string out = task + ": ";
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : " + ") + parts[i];
  return place.find("[host]") != std::string_view::npos && parts.size() == 1 ? out + " in host memory" : out;
}

std::vector<ComponentError> component_errors(const std::vector<GoldenFileOutcomes>& files, AccuracyBy by) {
  std::map<std::pair<std::string, std::string>, Collected> collected;
  for (const GoldenFileOutcomes& file : files) {
    for (const GoldenOutcome& outcome : file.outcomes) {
      for (const GoldenReading& reading : outcome.readings) {
        const std::string name = by == AccuracyBy::Component ? std::string{} : file.file;
        Collected& one = collected[{component_at(reading.figure.at), name}];
        const double error = std::fabs(reading.error());
        one.errors.push_back(error);
        one.equal += error == 0 ? 1U : 0U;
        one.held += reading.held ? 1U : 0U;
      }
    }
  }
  std::vector<ComponentError> errors;
  errors.reserve(collected.size());
  for (auto& [key, one] : collected) errors.push_back(summed(key.first, key.second, std::move(one)));
  std::stable_sort(errors.begin(), errors.end(), [](const ComponentError& a, const ComponentError& b) {
    return rank_of(a.component) < rank_of(b.component);
  });
  return errors;
}

std::string error_text(double error) {
  if (std::isinf(error)) return "absent";
  if (error == 0) return "0";
  const double percent = 100 * error;
  return percent < 0.005 ? "< 0.01 %" : fixed(percent, percent < 10 ? 2 : 1) + " %";
}

TextTable accuracy_table(const std::vector<ComponentError>& errors) {
  const bool files = std::any_of(errors.begin(), errors.end(), [](const auto& e) { return !e.file.empty(); });
  TextTable table;
  table.columns.push_back({"component", false});
  if (files) table.columns.push_back({"cases", false});
  for (const char* title : {"figures", "to the byte", "within tolerance", "median error", "worst error"})
    table.columns.push_back({title, true});
  for (const ComponentError& e : errors) {
    std::vector<std::string> row{e.component};
    if (files) row.push_back(e.file);
    row.insert(row.end(),
               {grouped(e.figures), grouped(e.equal), grouped(e.held), error_text(e.median), error_text(e.worst)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

TextTable score_table(const std::vector<GoldenFileOutcomes>& files) {
  TextTable table{{{"cases"}, {"pass", true}, {"fail", true}, {"refused", true}}, {}};
  for (const GoldenFileOutcomes& file : files) {
    const GoldenScore s = score(file.outcomes);
    table.rows.push_back({file.file, grouped(s.passed), grouped(s.failed), grouped(s.refused)});
  }
  return table;
}

nlohmann::ordered_json accuracy_json(const std::vector<GoldenFileOutcomes>& files) {
  using nlohmann::ordered_json;
  const auto finite = [](double error) { return std::isinf(error) ? ordered_json(nullptr) : ordered_json(error); };
  ordered_json scores = ordered_json::array();
  for (const GoldenFileOutcomes& file : files) {
    const GoldenScore s = score(file.outcomes);
    scores.push_back({{"file", file.file}, {"passed", s.passed}, {"failed", s.failed}, {"refused", s.refused}});
  }
  ordered_json components = ordered_json::array();
  for (const ComponentError& e : component_errors(files, AccuracyBy::ComponentAndFile)) {
    components.push_back({{"component", e.component},
                          {"file", e.file},
                          {"figures", e.figures},
                          {"equal", e.equal},
                          {"held", e.held},
                          {"median_error", finite(e.median)},
                          {"worst_error", finite(e.worst)}});
  }
  return {{"files", std::move(scores)}, {"components", std::move(components)}};
}

}  // namespace llmcalc::io
