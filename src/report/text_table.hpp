#pragma once
// A table of texts, printed for people, for spreadsheets or for documents. Cells may hold any text, also names out of
// hostile files: each form makes them safe for whoever reads it.

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

  /// Columns of equal width, two blanks between them, for a terminal.
  [[nodiscard]] std::string plain() const;
  /// Comma-separated values (RFC 4180), for spreadsheets.
  [[nodiscard]] std::string csv() const;
  /// A table of Markdown.
  [[nodiscard]] std::string markdown() const;
};

/// A cell of comma-separated values, in quotes when it needs them. Text that a spreadsheet would run as a formula
/// (= + - @ at its start, unless it is a number) gets an apostrophe before it.
std::string csv_cell(std::string_view text);

/// Text in a line of Markdown: printable, and nothing in it is a tag, code, a link, or the end of a table's cell.
std::string markdown_text(std::string_view text);

}  // namespace llmcalc::io
