#include "report/text_table.hpp"

#include <llmcalc/base/decimal_streams.hpp>
#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <cctype>

namespace llmcalc::io {

namespace {

/// True for text that a spreadsheet reads as a plain number.
bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return real_of_text(text).has_value();
}

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string safe = printable(text);
  if (!safe.empty() && std::string_view("=+-@").find(safe.front()) != std::string_view::npos && !is_number(safe))
    safe.insert(safe.begin(), '\'');
  if (safe.find_first_of(",\"") == std::string::npos) return safe;
  std::string out = "\"";
  for (const char c : safe) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

std::string markdown_text(std::string_view text) {
  const std::string safe = printable(text);
  std::string out;
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const char next = i + 1 < safe.size() ? safe[i + 1] : ' ';
    // "<" begins a tag only before a letter or one of these; "<0.1 %" stays as it is.
    const bool tag = safe[i] == '<' && (std::isalpha(static_cast<unsigned char>(next)) != 0 || next == '/' ||
                                        next == '!' || next == '?');
    if (tag || std::string_view("\\`|[").find(safe[i]) != std::string_view::npos) out += '\\';
    out += safe[i];
  }
  return out;
}

std::string TextTable::plain() const {
  std::vector<std::size_t> widths(columns.size());
  const auto measure = [&](std::size_t i, std::string_view cell) {
    widths[i] = std::max(widths[i], display_width(printable(cell)));
  };
  for (std::size_t i = 0; i < columns.size(); ++i) {
    measure(i, columns[i].title);
    for (const auto& row : rows) measure(i, row[i]);
  }
  std::string out;
  const auto line = [&](const auto& cell) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i != 0) out += "  ";
      const std::string safe = printable(cell(i));
      out += columns[i].right ? pad_left(safe, widths[i]) : pad_right(safe, widths[i]);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += "\n";
  };
  line([&](std::size_t i) { return std::string_view(columns[i].title); });
  for (const auto& row : rows) line([&](std::size_t i) { return std::string_view(row[i]); });
  return out;
}

std::string TextTable::csv() const {
  std::string out;
  const auto line = [&](const auto& cell) {
    for (std::size_t i = 0; i < columns.size(); ++i) out.append(i == 0 ? "" : ",").append(csv_cell(cell(i)));
    out += "\r\n";
  };
  line([&](std::size_t i) { return columns[i].title; });
  for (const auto& row : rows) line([&](std::size_t i) { return row[i]; });
  return out;
}

std::string TextTable::markdown() const {
  std::string out = "|";
  for (const Column& column : columns) out += " " + markdown_text(column.title) + " |";
  out += "\n|";
  for (const Column& column : columns) out += column.right ? " ---: |" : " --- |";
  for (const auto& row : rows) {
    out += "\n|";
    for (const std::string& cell : row) out += " " + markdown_text(cell) + " |";
  }
  return out + "\n";
}

}  // namespace llmcalc::io
