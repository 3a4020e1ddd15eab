// The sheet of tensors: the inventory the weights are counted from, as it is stored in the chosen format, sorted.

#include "ui/answers.hpp"

#include <algorithm>
#include <utility>

namespace llmcalc::ui {
namespace {

bool before(const StoredTensor& a, const StoredTensor& b, SheetOrder order) {
  switch (order) {
    case SheetOrder::Name: return a.name < b.name;
    case SheetOrder::Shape: return std::pair(b.rows, b.columns) < std::pair(a.rows, a.columns);
    case SheetOrder::HowMany: return b.how_many < a.how_many;
    case SheetOrder::Parameters: return b.parameters() < a.parameters();
    case SheetOrder::Format: return a.format < b.format;
    case SheetOrder::Bytes: return b.bytes < a.bytes;
    case SheetOrder::Inventory: return false;
  }
  return false;
}

}  // namespace

void update_sheet(App& app) {
  if (app.preferences.tab != Tab::Tensors) return;
  Sheet& sheet = app.sheet;
  const SheetOrder order = app.view.sheet_order;
  if (sheet.revision == app.results.revision && sheet.sorted_by == order) return;
  if (sheet.revision != app.results.revision || order == SheetOrder::Inventory) {
    sheet.of = app.scenario.model;
    sheet.tensors = stored_tensors(*app.scenario.model, app.scenario.weights);
  }
  sheet.revision = app.results.revision;
  sheet.sorted_by = order;
  std::stable_sort(sheet.tensors.begin(), sheet.tensors.end(),
                   [&](const StoredTensor& a, const StoredTensor& b) { return before(a, b, order); });
}

}  // namespace llmcalc::ui
