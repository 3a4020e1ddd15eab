#pragma once
// A table of texts, printed for people, for spreadsheets or for documents.

#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// A column's title and side.
struct Column {
  std::string title;
  bool right = false;  ///< numbers stand at the right
};

/// Rows of texts under columns.
struct TextTable {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;

  /// Columns of equal width, two blanks between them.
  [[nodiscard]] std::string plain() const;
  /// Comma-separated values (RFC 4180).
  [[nodiscard]] std::string csv() const;
  /// A table of Markdown.
  [[nodiscard]] std::string markdown() const;
};

/// A cell of comma-separated values, in quotes when it needs them.
std::string csv_cell(std::string_view text);

}  // namespace llmcalc::io
