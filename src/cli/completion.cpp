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

std::string bash_script(const CLI::App& program) {
  std::vector<std::string> names;
  std::string cases;
  for (const CLI::App* command : commands_of(program)) {
    names.push_back(command->get_name());
    std::vector<std::string> flags;
    for (const CLI::Option* option : command->get_options()) {
      if (!is_listed(*option)) continue;
      for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    }
    cases += "    " + command->get_name() + ") words=\"" + joined(flags) + "\" ;;\n";
  }
  std::string values;
  for (const Field& field : fields) {
    std::string words = joined(values_of(field));
    if (field.path == "model" || find_model_slot(field.path)) words = names_in("models");
    if (field.path == "device") words = names_in("devices");
    if (!words.empty()) values += "    " + std::string(field.flag) + ") words=\"" + words + "\" ;;\n";
  }
  return "_llmcalc() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then words=\"" +
         joined(names) +
         " --help --version\"; else\n  case $before in\n"
         "    --format) words=\"table json csv markdown\" ;;\n" +
         values + "  esac\n  fi\n  [ -n \"$words\" ] || case ${COMP_WORDS[1]} in\n" + cases +
         "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\") $(compgen -f -- \"$word\"))\n}\n"
         "complete -F _llmcalc llmcalc\n";
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
  if (shell == "zsh") return "autoload -U +X bashcompinit && bashcompinit\n" + bash_script(program);
  if (shell == "fish") return fish_script(program);
  return {};
}

}  // namespace llmcalc::cli
