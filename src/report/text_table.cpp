#include "report/text_table.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>

namespace llmcalc::io {

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

std::string TextTable::plain() const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns) widths.push_back(display_width(column.title));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string out;
  const auto line = [&](const auto& cell) {
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i != 0) text += "  ";
      text += columns[i].right ? pad_left(cell(i), widths[i]) : pad_right(cell(i), widths[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  line([&](std::size_t i) { return columns[i].title; });
  for (const auto& row : rows) line([&](std::size_t i) { return row[i]; });
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
  for (const Column& column : columns) out += " " + column.title + " |";
  out += "\n|";
  for (const Column& column : columns) out += column.right ? " ---: |" : " --- |";
  for (const auto& row : rows) {
    out += "\n|";
    for (const std::string& cell : row) {
      out += ' ';
      for (const char c : cell) out.append(c == '|' ? "\\|" : std::string(1, c));
      out += " |";
    }
  }
  return out + "\n";
}

}  // namespace llmcalc::io
