#pragma once
// Golden cases: scenarios whose memory was measured or counted elsewhere, and the judgement of an estimate against
// them. JSON Lines, one case per line; the layout is described in tests/golden/README.md.

#include <llmcalc/base/issue.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// One number that a case expects, and how far the estimate may be from it.
struct GoldenFigure {
  std::string at;            ///< where in the estimate: "inference.components.kv_cache + model.weights_bytes"
  long double expected = 0;  ///< bytes, or a plain number
  long double within = 0;    ///< allowed relative error; 0: equal
};

/// One case.
struct GoldenCase {
  std::string id = {};
  std::string group = {};  ///< kind of evidence, "llama.cpp logs"
  std::string source = {};
  nlohmann::json scenario = nullptr;
  std::vector<GoldenFigure> figures = {};
};

/// Reads one line.
Result<GoldenCase> read_golden_case(std::string_view line);

/// The number that `at` names in an estimate's JSON form. `list[x]` picks the element with that id or name; a name
/// behind a list picks the component with that id and its bytes, 0 when it is not listed; "a + b" adds. Nothing when
/// the place does not exist.
std::optional<long double> figure_at(const nlohmann::json& estimate, std::string_view at);

/// True when a found number is near enough; what was not found is not.
[[nodiscard]] bool meets(const GoldenFigure& figure, const std::optional<long double>& found);

}  // namespace llmcalc::io
