#include "cli/commands.hpp"

#include <optional>
#include <ostream>
#include <string>

namespace llmcalc::cli {

namespace {

std::string format_names() {
  std::string names;
  for (const auto& row : output_formats) names += (names.empty() ? "" : ", ") + std::string(row.key);
  return names;
}

}  // namespace

void add_format(CLI::App& parser, OutputFormat& into) {
  const auto read = [&into](const std::string& name) {
    const std::optional<OutputFormat> format = from_key<OutputFormat>(name);
    if (!format)
      throw CLI::ValidationError("--format", "must be one of " + format_names() + ", got \"" + name + "\"");
    into = *format;
  };
  parser.add_option_function<std::string>("--format", read, "form of the output: " + format_names())
      ->type_name("NAME")
      ->option_text("NAME");
}

void print_issues(const Issues& issues, std::ostream& out) {
  for (const Issue& issue : issues) {
    out << "llmcalc: ";
    if (!issue.where.empty()) out << issue.where << ": ";
    out << issue.what << "\n";
  }
}

}  // namespace llmcalc::cli
