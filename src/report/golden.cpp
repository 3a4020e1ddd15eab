#include "report/golden.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace llmcalc::io {
namespace {

using nlohmann::json;

/// The element of a list whose id or name this is; of a rate's three numbers: low, typical or high.
const json* element(const json& list, std::string_view name) {
  static constexpr std::array<std::string_view, 3> ends{"low", "typical", "high"};
  const auto end = std::find(ends.begin(), ends.end(), name);
  if (list.size() == ends.size() && end != ends.end() && list.front().is_number())
    return &list[static_cast<std::size_t>(end - ends.begin())];
  for (const json& candidate : list) {
    if (!candidate.is_object()) continue;
    for (const char* key : {"id", "name"}) {
      const auto found = candidate.find(key);
      if (found != candidate.end() && found->is_string() && found->get_ref<const std::string&>() == name)
        return &candidate;
    }
  }
  return nullptr;
}

/// A place without " + ".
std::optional<long double> single_figure_at(const json& estimate, std::string_view at) {
  const json* here = &estimate;
  while (!at.empty()) {
    std::string_view step = take_until(at, ".");
    const std::string_view name = take_until(step, "[");
    if (here->is_array()) {
      const json* component = element(*here, name);
      if (component == nullptr) return 0;
      here = component->contains("bytes") ? &component->at("bytes") : nullptr;
    } else {
      here = here->is_object() && here->contains(std::string(name)) ? &here->at(std::string(name)) : nullptr;
    }
    if (here != nullptr && !step.empty()) here = here->is_array() ? element(*here, take_until(step, "]")) : nullptr;
    if (here == nullptr) return std::nullopt;
  }
  if (!here->is_number()) return std::nullopt;
  return here->get<long double>();
}

GoldenCase to_case(const json& object) {
  GoldenCase golden{.id = object.at("id").get<std::string>(),
                    .group = object.at("group").get<std::string>(),
                    .source = object.at("source").get<std::string>(),
                    .scenario = object.at("scenario"),
                    .figures = {}};
  for (const json& figure : object.at("expect")) {
    const json& value = figure.contains("bytes") ? figure.at("bytes") : figure.at("value");
    golden.figures.push_back({.at = figure.at("at").get<std::string>(),
                              .expected = value.get<long double>(),
                              .within = figure.at("within").get<long double>()});
  }
  return golden;
}

}  // namespace

Result<GoldenCase> read_golden_case(std::string_view line) {
  try {
    return to_case(json::parse(line));
  } catch (const json::exception& error) {
    return Issue{.where = "golden case", .what = error.what()};
  }
}

std::optional<long double> figure_at(const json& estimate, std::string_view at) {
  long double sum = 0;
  while (!at.empty()) {
    const auto figure = single_figure_at(estimate, take_until(at, " + "));
    if (!figure) return std::nullopt;
    sum += *figure;
  }
  return sum;
}

bool meets(const GoldenFigure& figure, const std::optional<long double>& found) {
  return found && std::abs(*found - figure.expected) <= figure.within * std::abs(figure.expected);
}

}  // namespace llmcalc::io
