// The comparison for people.

#include "report/self_check.hpp"

#include <cmath>

namespace llmcalc::io {
namespace {

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
  std::string out = check.program.empty() ? std::string(label_of(check.kind)) : check.program;
  if (!check.version.empty()) out += " " + check.version;
  if (!check.model.empty()) out += ", " + check.model;
  out += ": ";
  const CheckedFigure* row = headline(check);
  if (!row) return out + "no figure of the log has a prediction to compare it with.";
  out += amount_text(*row, row->predicted, units) + " predicted, " + amount_text(*row, row->measured, units) +
         " measured on " + row->device + " (" + row->label + "), " + error_text(*row) + ".";
  return out;
}

TextTable self_check_table(const SelfCheck& check, ByteUnits units) {
  TextTable table;
  table.columns = {{"device"},          {"figure"},      {"measured", true},
                   {"predicted", true}, {"error", true}, {"likely reason"}};
  for (const CheckedFigure& row : check.figures) {
    table.rows.push_back({row.device, row.label, amount_text(row, row.measured, units),
                          amount_text(row, row.predicted, units), error_text(row), row.word});
  }
  return table;
}

}  // namespace llmcalc::io
