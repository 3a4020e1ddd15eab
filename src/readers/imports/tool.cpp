#include "readers/imports/tool.hpp"

#include <algorithm>
#include <cctype>

namespace llmcalc::io {

std::string plain_option(std::string_view name) {
  while (name.starts_with('-')) name.remove_prefix(1);
  std::string out(name);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

std::string written_option(const Tool& tool, std::string_view name) {
  std::string out(name);
  const bool variable = !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
  if (variable || tool.style == Style::Document || tool.style == Style::Equals) return out;
  if (tool.style == Style::Dashes) std::replace(out.begin(), out.end(), '_', '-');
  return (out.size() <= tool.short_names ? "-" : "--") + out;
}

const OptionRow* find_row(const Tool& tool, std::string_view name) {
  for (const std::span<const OptionRow> rows : {tool.rows, tool.shared}) {
    for (const OptionRow& row : rows) {
      // A word that is no option has the row without a name.
      if (name.empty() ? row.names.empty()
                       : any_word(row.names, [&](std::string_view known) { return known == name; })) {
        return &row;
      }
    }
  }
  return nullptr;
}

const OptionRow* find_abbreviated(const Tool& tool, std::string_view name) {
  constexpr std::size_t shortest = 5;
  const OptionRow* found = nullptr;
  for (const OptionRow& row : tool.rows) {
    if (name.size() < shortest ||
        !any_word(row.names, [&](std::string_view known) { return known.starts_with(name); }))
      continue;
    if (found != nullptr) return nullptr;
    found = &row;
  }
  return found;
}

std::optional<std::string_view> meaning_of(std::string_view words, std::string_view word) {
  const auto same = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
      return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
    });
  };
  std::optional<std::string_view> found;
  any_word(words, [&](std::string_view pair) {
    const std::size_t equals = pair.rfind('=');
    if (!same(pair.substr(0, equals), word)) return false;
    found = pair.substr(equals + 1);
    return true;
  });
  return found;
}

const Tool* find_tool(std::string_view id) {
  for (const std::span<const Tool> tools : {serving_tools(), training_tools()}) {
    for (const Tool& tool : tools) {
      if (tool.id == id) return &tool;
    }
  }
  return nullptr;
}

}  // namespace llmcalc::io
