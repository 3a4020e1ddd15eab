#include "report/self_check_json.hpp"

#include <cmath>

namespace llmcalc::io {
namespace {

using nlohmann::ordered_json;

ordered_json number(std::optional<Count> value) { return value ? ordered_json(*value) : ordered_json(nullptr); }

}  // namespace

ordered_json self_check_json(const SelfCheck& check) {
  ordered_json out{{"log", key_of(check.kind)}, {"task", key_of(check.task)}};
  if (!check.program.empty()) out["program"] = check.program;
  if (!check.version.empty()) out["version"] = check.version;
  if (!check.model.empty()) out["model"] = check.model;
  ordered_json rows = ordered_json::array();
  for (const CheckedFigure& row : check.figures) {
    ordered_json r{{"device", row.device},
                   {"figure", row.key},
                   {"unit", row.bytes ? "bytes" : "tokens"},
                   {"measured", number(row.measured)},
                   {"predicted", number(row.predicted)}};
    if (row.predicted) {
      r["low"] = row.low;
      r["high"] = row.high;
    }
    r["rounding"] = row.rounding;
    if (row.at_least) r["at_least"] = true;
    const auto error = row.error_percent();
    r["error_percent"] = error ? ordered_json(std::round(*error * 100) / 100) : ordered_json(nullptr);
    r["why"] = row.word;
    rows.push_back(std::move(r));
  }
  out["figures"] = std::move(rows);
  out["settings"] = check.settings;
  out["notes"] = check.notes;
  return out;
}

}  // namespace llmcalc::io
