#include "cli/commands.hpp"
#include "cli/manual.hpp"

#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/model_slots.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::cli {

namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& program) {
  return program.get_subcommands([](const CLI::App*) { return true; });
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// Words a setting takes; none when they cannot be listed.
std::vector<std::string> values_of(const Field& field) {
  std::vector<std::string> words;
  if (const auto* choice = std::get_if<ChoiceAccess>(&field.access)) {
    for (std::size_t i = 0; i < choice->size; ++i) words.emplace_back(choice->row(i).key);
  } else if (const auto* coded = std::get_if<CodedAccess>(&field.access)) {
    words = coded->options();
  } else if (field.kind() == FieldKind::Flag) {
    words = {"on", "off"};
  }
  return words;
}

/// Shell code that lists the names of a catalogue.
std::string names_in(std::string_view list) {
  return "$(llmcalc " + std::string(list) + " --format csv 2>/dev/null | cut -d, -f1 | tail -n +2)";
}

/// What both shells below choose from: the commands, lines of a `case` with the options of each, and lines with the words an
/// option takes. Each line sets `list`.
struct Cases {
  std::string commands;
  std::string options;
  std::string values = "    --format) list=\"table json csv markdown\" ;;\n";
};

Cases cases_of(const CLI::App& program) {
  Cases cases;
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(program)) {
    names.push_back(command->get_name());
    std::vector<std::string> flags;
    for (const CLI::Option* option : command->get_options()) {
      if (!is_listed(*option)) continue;
      for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    }
    cases.options += "    " + command->get_name() + ") list=\"" + joined(flags) + "\" ;;\n";
  }
  cases.commands = joined(names) + " --help --version";
  for (const Field& field : fields) {
    std::string words = joined(values_of(field));
    if (field.path == "model" || find_model_slot(field.path)) words = names_in("models");
    if (field.path == "device") words = names_in("devices");
    if (!words.empty()) cases.values += "    " + std::string(field.flag) + ") list=\"" + words + "\" ;;\n";
  }
  return cases;
}

std::string bash_script(const CLI::App& program) {
  const Cases cases = cases_of(program);
  return "_llmcalc() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} list=\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then list=\"" +
         cases.commands + "\"; else\n  case $before in\n" + cases.values +
         "  esac\n  fi\n  [ -n \"$list\" ] || case ${COMP_WORDS[1]} in\n" + cases.options +
         "  esac\n  COMPREPLY=($(compgen -W \"$list\" -- \"$word\") $(compgen -f -- \"$word\"))\n}\n"
         "complete -F _llmcalc llmcalc\n";
}

/// Works as a file `_llmcalc` of zsh's own path, where the first call finds it, and read by `source`.
std::string zsh_script(const CLI::App& program) {
  const Cases cases = cases_of(program);
  return "#compdef llmcalc\n"
         "_llmcalc() {\n"
         "  local list=\n"
         "  if (( CURRENT == 2 )); then list=\"" +
         cases.commands + "\"; else\n  case ${words[CURRENT-1]} in\n" + cases.values +
         "  esac\n  fi\n  [[ -n $list ]] || case ${words[2]} in\n" + cases.options +
         "  esac\n  compadd -- ${=list}\n  _files\n}\n"
         "if [[ ${funcstack[1]} == _llmcalc ]]; then _llmcalc \"$@\"; else compdef _llmcalc llmcalc; fi\n";
}

std::string fish_text(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '\'' || c == '\\' ? std::string{'\\', c} : std::string(1, c));
  return "'" + out + "'";
}

std::string fish_script(const CLI::App& program) {
  std::string script;
  for (const CLI::App* command : commands_of(program)) {
    script += "complete -c llmcalc -n __fish_use_subcommand -a " + command->get_name() + " -d " +
              fish_text(command->get_description()) + "\n";
    for (const CLI::Option* option : command->get_options()) {
      if (option->get_lnames().empty() || !is_listed(*option)) continue;
      const std::string& name = option->get_lnames().front();
      script += "complete -c llmcalc -n '__fish_seen_subcommand_from " + command->get_name() + "' -l " + name +
                " -d " + fish_text(option->get_description());
      for (const Field& field : fields) {
        if (field.flag != "--" + name) continue;
        std::string words = joined(values_of(field));
        if (field.path == "model") words = "(llmcalc models --format csv 2>/dev/null | cut -d, -f1)";
        if (field.path == "device") words = "(llmcalc devices --format csv 2>/dev/null | cut -d, -f1)";
        if (!words.empty()) script += " -xa " + fish_text(words);
      }
      script += "\n";
    }
  }
  return script;
}

}  // namespace

std::string completion_script(const CLI::App& program, const std::string& shell) {
  if (shell == "bash") return bash_script(program);
  if (shell == "zsh") return zsh_script(program);
  if (shell == "fish") return fish_script(program);
  return {};
}

}  // namespace llmcalc::cli
