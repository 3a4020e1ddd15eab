// The comparison for people and for programs.

#include "formats/logs/self_check.hpp"

#include <cmath>

namespace llmcalc::formats {
namespace {

using nlohmann::ordered_json;

ordered_json number(std::optional<Count> value) { return value ? ordered_json(*value) : ordered_json(nullptr); }

/// The row a reader wants first: the sum, else the first with both numbers.
const CheckedFigure* headline(const SelfCheck& check) {
  const CheckedFigure* first = nullptr;
  for (const CheckedFigure& row : check.figures) {
    if (!row.error_percent() || !row.bytes || row.key == "device_memory") continue;
    if (row.key == "total") return &row;
    if (!first) first = &row;
  }
  return first;
}

}  // namespace

std::string amount_text(const CheckedFigure& figure, std::optional<Count> value, ByteUnits units) {
  if (!value) return "–";
  return figure.bytes ? text(Bytes{*value}, units) : grouped(*value);
}

std::string error_text(const CheckedFigure& figure) {
  const auto error = figure.error_percent();
  if (!error) return "";
  if (figure.same()) return "0 %";
  const double size = std::fabs(*error);
  if (size < 0.05) return "<0.1 %";
  if (size > 9999) return *error > 0 ? "> +9999 %" : "< -9999 %";
  return (*error < 0 ? "−" : "+") + fixed(size, size < 9.95 ? 1 : 0) + " %";
}

std::string sentence(const SelfCheck& check, ByteUnits units) {
  std::string out(label_of(check.kind));
  if (!check.version.empty()) out += " " + check.version;
  if (!check.model.empty()) out += ", " + check.model;
  out += ": ";
  const CheckedFigure* row = headline(check);
  if (!row) return out + "nothing in the log has a prediction to be held against.";
  out += amount_text(*row, row->predicted, units) + " predicted, " + amount_text(*row, row->measured, units) +
         " measured on " + row->device + " (" + row->label + "), " + error_text(*row) + ".";
  return out;
}

TextTable self_check_table(const SelfCheck& check, ByteUnits units) {
  TextTable table;
  table.columns = {{"device"}, {"what"}, {"measured", true}, {"predicted", true}, {"error", true}, {"why"}};
  for (const CheckedFigure& row : check.figures) {
    table.rows.push_back({row.device, row.label, amount_text(row, row.measured, units),
                          amount_text(row, row.predicted, units), error_text(row), row.word});
  }
  return table;
}

ordered_json self_check_json(const SelfCheck& check) {
  ordered_json out{{"log", key_of(check.kind)}, {"task", key_of(check.task)}};
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

}  // namespace llmcalc::formats
