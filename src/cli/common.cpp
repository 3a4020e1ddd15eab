#include "cli/commands.hpp"

#include <map>
#include <ostream>
#include <string>

namespace llmcalc::cli {

void add_format(CLI::App& parser, OutputFormat& into) {
  const std::map<std::string, OutputFormat> names{{"table", OutputFormat::Table},
                                                  {"json", OutputFormat::Json},
                                                  {"csv", OutputFormat::Csv},
                                                  {"markdown", OutputFormat::Markdown}};
  parser.add_option("--format", into, "form of the output: table, json, csv, markdown")
      ->transform(CLI::CheckedTransformer(names).description(""))
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
