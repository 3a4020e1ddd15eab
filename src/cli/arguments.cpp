#include "cli/arguments.hpp"

#include "cli/commands.hpp"
#include "readers/imports/import.hpp"
#include "readers/lookup.hpp"

#include <llmcalc/scenario/fields.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

namespace llmcalc::cli {
namespace {

using Words = std::vector<std::string>;

/// Names that people try, and ours.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> other_names{{
    {"--gpu", "--device"},
    {"--gpus", "--device"},
    {"--vram", "--device"},
    {"--quant", "--weights"},
    {"--quantization", "--weights"},
    {"--ctx", "--context"},
    {"--ctx-size", "--context"},
    {"--users", "--sequences"},
    {"--concurrency", "--sequences"},
    {"--kv", "--kv-format"},
    {"--engine", "--runtime"},
    {"--memory", "--ram"},
    {"--seq-len", "--sequence"},
}};

/// A word as a shell reads it back.
std::string quoted(const std::string& word) {
  if (!word.empty() && word.find_first_of(" \t\n\"'\\$`;&|<>()*?#~") == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string joined(Words::const_iterator first, Words::const_iterator last, std::string (*each)(const std::string&)) {
  std::string out;
  for (; first != last; ++first) out += (out.empty() ? "" : " ") + (each != nullptr ? each(*first) : *first);
  return out;
}

bool is_option(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

/// True when a command takes a model and no words of its own, so that its first words can only be the model.
bool takes_model_first(const CLI::App& command) {
  return command.get_option_no_throw("--model") != nullptr &&
         command.get_options([](const CLI::Option* o) { return o->get_positional(); }).empty();
}

/// How many of some words are the model's name: all of them, else the first alone.
Words::const_iterator end_of_model(Words::const_iterator first, Words::const_iterator last) {
  return std::distance(first, last) > 1 && !names_model(joined(first, last, nullptr)) ? first + 1 : last;
}

/// True for "qwen3:8b" and pages of Ollama's library: what Ollama runs then is known, format and context included.
bool is_name_of_ollama(const std::string& name) {
  if (name.find("ollama.com/") != std::string::npos) return true;
  return name.find(':') != std::string::npos && name.find_first_of(" /\\{") == std::string::npos;
}

/// The option that names a model, in an engine that its name asks for unless the arguments name one.
Words options_of_model(const Words& arguments, const std::string& name) {
  const bool says_engine = std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
    return argument.starts_with("--runtime") || argument.starts_with("--scenario") ||
           argument.starts_with("--import");
  });
  if (says_engine || !is_name_of_ollama(name)) return {"--model", name};
  return {"--import", "ollama run " + io::model_name(name).name};
}

/// The words after a command as the options they stand for: what is solved for, then the model.
Words options_of_words(const CLI::App& command, const Words& arguments, Words::const_iterator first,
                       Words::const_iterator last) {
  Words out;
  if (first != last && command.get_option_no_throw("--for") != nullptr && !target_path(*first).empty()) {
    out.insert(out.end(), {"--for", *first});
    ++first;
  }
  if (first == last) return out;
  const auto end = end_of_model(first, last);
  const Words model = options_of_model(arguments, joined(first, end, nullptr));
  out.insert(out.end(), model.begin(), model.end());
  out.insert(out.end(), end, last);
  return out;
}

}  // namespace

std::vector<std::string> spelled_out(const CLI::App& program, std::vector<std::string> arguments) {
  for (std::string& argument : arguments) {
    const std::size_t end = std::min(argument.find('='), argument.size());
    for (const auto& [theirs, ours] : other_names) {
      if (argument.compare(0, end, theirs) == 0) argument.replace(0, end, ours);
    }
  }
  if (arguments.empty() || is_option(arguments.front())) return arguments;
  const auto called = program.get_subcommands([&](const CLI::App* c) { return c->get_name() == arguments.front(); });
  const auto first = arguments.cbegin() + (called.empty() ? 0 : 1);
  const auto last = std::find_if(first, arguments.cend(), is_option);
  if (!called.empty() && called.front()->get_name() == "import" && std::distance(first, arguments.cend()) > 1) {
    // A command that was not quoted.
    const std::string command = joined(first, arguments.cend(), quoted);
    if (!is_option(*first) && io::looks_importable(command)) return {"import", command};
    return arguments;
  }
  if (!called.empty()) {
    if (first == last || !takes_model_first(*called.front())) return arguments;
    Words out{arguments.front()};
    const Words options = options_of_words(*called.front(), arguments, first, last);
    out.insert(out.end(), options.begin(), options.end());
    out.insert(out.end(), last, arguments.cend());
    return out;
  }
  const auto end = end_of_model(first, last);
  if (const std::string model = joined(first, end, nullptr); names_model(model)) {
    Words out{"estimate"};
    const Words options = options_of_model(arguments, model);
    out.insert(out.end(), options.begin(), options.end());
    out.insert(out.end(), end, arguments.cend());
    return out;
  }
  if (io::looks_importable(arguments.front())) {
    Words out{"estimate", "--import", arguments.front()};
    out.insert(out.end(), first + 1, arguments.cend());
    return out;
  }
  const std::string command = joined(first, arguments.cend(), quoted);
  return io::looks_importable(command) ? Words{"estimate", "--import", command} : arguments;
}

std::string known_elsewhere(const std::string& option) {
  const std::string name = io::plain_option(option);
  for (const io::Tool& tool : io::option_table().tools) {
    const io::OptionRow* row = io::find_row(tool, name);
    const Field* field = row == nullptr || row->path.empty() ? nullptr : find_field(row->path);
    if (field != nullptr)
      return " (" + io::written_option(tool, name) + " of " + std::string(tool.label) + " is " +
             std::string(field->flag) + " here)";
  }
  return {};
}

}  // namespace llmcalc::cli
