#include "report/tensor_table.hpp"

namespace llmcalc::io {

TextTable tensor_table(std::span<const StoredTensor> tensors) {
  TextTable table{{{"tensor"},
                   {"rows", true},
                   {"columns", true},
                   {"how_many", true},
                   {"parameters", true},
                   {"format"},
                   {"bytes", true},
                   {"part"}},
                  {}};
  for (const StoredTensor& t : tensors) {
    table.rows.push_back({std::string(t.name), std::to_string(t.rows), std::to_string(t.columns),
                          std::to_string(t.how_many), std::to_string(t.parameters()), std::string(t.format),
                          std::to_string(t.bytes.count), std::string(t.part)});
  }
  return table;
}

}  // namespace llmcalc::io
