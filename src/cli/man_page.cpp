#include "build_info.hpp"
#include "cli/commands.hpp"
#include "cli/manual.hpp"
#include "cli/run.hpp"

#include <string>
#include <string_view>

namespace llmcalc::cli {

namespace {

/// Text that troff prints as it is: no escapes, no control lines, hyphens that can be copied.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

/// Names of an option with its value: "--scenario FILE".
std::string heading(const CLI::Option& option) {
  std::string out;
  for (const std::string& name : option.get_lnames()) out += (out.empty() ? "--" : ", --") + name;
  for (const std::string& name : option.get_snames()) out += (out.empty() ? "-" : ", -") + name;
  if (out.empty()) return option.get_name(true);
  const std::string value = option.get_option_text().empty() ? option.get_type_name() : option.get_option_text();
  return value.empty() || option.get_items_expected_max() == 0 ? out : out + " " + value;
}

std::string title(std::string_view name) {
  return ".TH " + std::string(name) + R"( 1 "" "llmcalc )" + std::string(build_info::version) +
         "\" \"User Commands\"\n";
}

/// "Exit status: 0 when ..." under its heading.
std::string status_section(std::string_view sentence) {
  return ".SH EXIT STATUS\n" + plain(sentence.substr(sentence.find(": ") + 2)) + "\n";
}

constexpr std::string_view presets_variable =
    ".TP\n.B LLMCALC_PRESETS\nfolders with more models and devices, separated as in PATH\n";
constexpr std::string_view presets_folder = ".TP\n.I ~/.config/llmcalc/presets\nyour own models and devices\n";

void add_options(std::string& page, const CLI::App& parser) {
  for (const CLI::Option* option : parser.get_options()) {
    if (!is_listed(*option)) continue;
    page += ".TP\n\\fB" + plain(heading(*option)) + "\\fR\n" + plain(option->get_description()) + "\n";
  }
}

}  // namespace

std::string man_page(const CLI::App& program) {
  std::string page = title("LLMCALC");
  page += ".SH NAME\nllmcalc \\- memory, speed and cost of large language models\n";
  page += ".SH SYNOPSIS\n.B llmcalc\n.I COMMAND\n[\n.I OPTIONS\n]\n";
  page += ".SH DESCRIPTION\n" + plain(program.get_description()) + "\nAll questions take the same settings.\n";
  page += ".SH COMMANDS\n";
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    page += ".SS \"" + plain(command->get_name()) + "\"\n" + plain(command->get_description()) + "\n";
    // The settings of a scenario are the same everywhere, so they are listed once.
    const bool scenario = command->get_option_no_throw("--scenario") != nullptr;
    if (scenario && command->get_name() != "estimate") {
      page += "Takes the settings of\n.B llmcalc estimate\nas well.\n";
      for (const CLI::Option* option : command->get_options()) {
        const bool own = option->get_group() == "Options" && option->get_name() != "--help";
        if (own) page += ".TP\n\\fB" + plain(heading(*option)) + "\\fR\n" + plain(option->get_description()) + "\n";
      }
    } else {
      add_options(page, *command);
    }
  }
  page += status_section(exit_statuses);
  page += ".SH ENVIRONMENT\n" + std::string(presets_variable) + ".TP\n.B COLUMNS\nwidth of tables\n";
  page += ".SH FILES\n" + std::string(presets_folder);
  return page + ".SH SEE ALSO\n.BR llmcalc\\-gui (1)\n";
}

std::string window_man_page(const CLI::App& program) {
  std::string page = title("LLMCALC\\-GUI");
  page += ".SH NAME\nllmcalc\\-gui \\- memory, speed and cost of large language models, in a window\n";
  page += ".SH SYNOPSIS\n.B llmcalc\\-gui\n[\n.I OPTIONS\n]\n";
  page += ".SH DESCRIPTION\n" + plain(program.get_description()) + "\nF1 in the window lists its keys.\n";
  page += ".SH OPTIONS\n";
  add_options(page, program);
  page += status_section(window_exit_statuses);
  page += ".SH ENVIRONMENT\n" + std::string(presets_variable) +
          ".TP\n.B LLMCALC_FONTS\nfolder that is searched for fonts first\n";
  page +=
      ".SH FILES\n" + std::string(presets_folder) +
      ".TP\n.I ~/.config/llmcalc/session.json\nscenario, pins and preferences of the last window; further windows "
      "open at the same time have\n.IR session\\-2.json \nand so on\n.TP\n.I "
      "~/.config/llmcalc/session.kept\\-1.json\na session that this version could not read\n";
  return page + ".SH SEE ALSO\n.BR llmcalc (1)\n";
}

}  // namespace llmcalc::cli
