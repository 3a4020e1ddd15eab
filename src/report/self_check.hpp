#pragma once
// A prediction compared with what was measured: every figure of a log with the estimate's number for it, the
// difference in per cent, and what may explain it.

#include "readers/logs/measured_log.hpp"
#include "report/text_table.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// One figure, measured and predicted; either may be missing.
struct CheckedFigure {
  std::string device;
  std::string key;  ///< of Figure, "total" for the sum of a device's parts
  std::string label;
  bool bytes = true;  ///< false: a number of tokens
  std::optional<Count> measured{};
  std::optional<Count> predicted{};
  Count low = 0;  ///< range of the prediction
  Count high = 0;
  Count rounding = 0;     ///< of what was printed
  bool at_least = false;  ///< measured before the peak: the truth is this or more
  std::string word{};     ///< what explains the difference

  /// Predicted against measured in per cent, + means too much; nothing when either is missing or 0.
  [[nodiscard]] std::optional<double> error_percent() const;
  /// True when the difference is within the printed digits.
  [[nodiscard]] bool same() const;
};

/// The whole comparison.
struct SelfCheck {
  LogKind kind = LogKind::Vllm;
  Task task = Task::Inference;
  std::string version;
  std::string model;
  std::string program{};  ///< a trainer that printed PyTorch's figures
  std::vector<CheckedFigure> figures;
  std::vector<std::string> settings;  ///< settings in which log and scenario differ, in words
  std::vector<std::string> notes;
};

/// Which half of the scenario a log is about: engines serve, PyTorch's figures are a training run's.
[[nodiscard]] Task usual_task(const MeasuredLog& log);

/// The scenario with what the log says of engine, version and settings; what does not fit the field is left as it is, and so
/// is what `keeps` says yes to. Ranges are not looked at: validate() before anything is estimated.
[[nodiscard]] Scenario adopted(const MeasuredLog& log, Scenario scenario,
                               const std::function<bool(std::string_view path)>& keeps = {});

/// Compares a log with what a valid scenario predicts.
SelfCheck self_check(const MeasuredLog& log, const Scenario& scenario, Task task);

/// The result in a sentence or two.
std::string sentence(const SelfCheck& check, ByteUnits units = ByteUnits::Binary);

/// The rows for people.
TextTable self_check_table(const SelfCheck& check, ByteUnits units = ByteUnits::Binary);

/// Texts of one figure, as the table and the window show them.
std::string amount_text(const CheckedFigure& figure, std::optional<Count> value, ByteUnits units);
std::string error_text(const CheckedFigure& figure);

}  // namespace llmcalc::io
