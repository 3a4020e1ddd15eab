#include "cli/commands.hpp"

#include <llmcalc/base/printable.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::cli {

CLI::Validator one_of(std::vector<std::string> words) {
  const auto check = [words = std::move(words)](const std::string& word) {
    if (std::find(words.begin(), words.end(), word) != words.end()) return std::string();
    std::string list;
    for (const std::string& known : words) list += (list.empty() ? "" : ", ") + known;
    return "must be one of " + list + ", got \"" + word + "\"";
  };
  return CLI::Validator(check, "");
}

void add_choice(CLI::App& parser, const std::string& names, std::string& into, const std::string& help,
                const std::vector<std::string>& words) {
  parser.add_option(names, into, help)->check(one_of(words))->option_text("NAME");
}

void add_format(CLI::App& parser, OutputFormat& into) {
  const auto read = [&into](const std::string& name) {
    const std::optional<OutputFormat> format = from_key<OutputFormat>(name);
    if (!format)
      throw CLI::ValidationError("--format",
                                 "must be one of " + keys_of(OutputFormat::Table) + ", got \"" + name + "\"");
    into = *format;
  };
  parser.add_option_function<std::string>("--format", read, "form of the output: " + keys_of(OutputFormat::Table))
      ->type_name("NAME")
      ->option_text("NAME");
}

CLI::Option* add_count(CLI::App& parser, const std::string& name, Count& into, const std::string& help) {
  const auto read = [name, &into](const std::string& text) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    if (error != std::errc{} || end != text.data() + text.size())
      throw CLI::ValidationError(name, "must be a whole number, got \"" + text + "\"");
  };
  return parser.add_option_function<std::string>(name, read, help)->type_name("N")->option_text("N");
}

void add_conservative(CLI::App& parser, Certainty& into) {
  const auto set = [&into] { into = Certainty::Conservative; };
  parser.add_flag_callback("--conservative", set, "even the high end of the estimate's range must fit");
  parser.add_flag_callback("--surely", set, "the older name of --conservative")->group("");
}

bool is_listed(const CLI::Option& option) { return !option.get_group().empty(); }

void print_issues(const Issues& issues, std::ostream& out) {
  for (const Issue& issue : issues) {
    out << "llmcalc: ";
    if (!issue.where.empty()) out << printable(issue.where) << ": ";
    out << printable(issue.what) << "\n";
  }
}

int refuse(const Issues& issues, Streams streams) {
  print_issues(issues, streams.errors);
  return bad_input;
}

void print_notes(const std::vector<std::string>& notes, std::ostream& out) {
  for (const std::string& note : notes) out << "llmcalc: note: " << printable(note) << "\n";
}

}  // namespace llmcalc::cli
