#include "cli/arguments.hpp"

#include "cli/commands.hpp"
#include "readers/field_text.hpp"
#include "readers/imports/import.hpp"
#include "readers/lookup.hpp"

#include <llmcalc/scenario/fields.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
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

std::string joined(Words::const_iterator first, Words::const_iterator last) {
  std::string out;
  for (; first != last; ++first) out += (out.empty() ? "" : " ") + *first;
  return out;
}

/// Words as the command that a shell made them of.
std::string command_of(Words::const_iterator first, Words::const_iterator last) {
  std::string out;
  for (; first != last; ++first) out += (out.empty() ? "" : " ") + io::shell_word(*first);
  return out;
}

bool is_option(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

/// The arguments of a command, words apart from options and their values.
struct Sorted {
  Words words, options;
};

Sorted sort_out(const CLI::App& command, Words::const_iterator first, Words::const_iterator last) {
  Sorted out;
  while (first != last) {
    if (!is_option(*first)) {
      out.words.push_back(*first++);
      continue;
    }
    const CLI::Option* option = first->find('=') == std::string::npos ? command.get_option_no_throw(*first) : nullptr;
    out.options.push_back(*first++);
    if (option == nullptr || first == last) continue;
    const bool takes_it = option->get_items_expected_min() > 0 ||
                          (option->get_items_expected_max() > 0 && io::flag_of_word(*first).has_value());
    if (takes_it) out.options.push_back(*first++);
  }
  return out;
}

/// How many words a command takes for itself; nothing when any number.
std::optional<std::size_t> own_words(const CLI::App& command) {
  std::size_t count = 0;
  for (const CLI::Option* option : command.get_options([](const CLI::Option* o) { return o->get_positional(); })) {
    if (option->get_items_expected_max() > 1) return std::nullopt;
    ++count;
  }
  return count;
}

/// How many of some words are the model's name: all of them, else the first alone.
Words::const_iterator end_of_model(Words::const_iterator first, Words::const_iterator last) {
  return std::distance(first, last) > 1 && !names_model(joined(first, last)) ? first + 1 : last;
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

/// The option and the setting that a word names to a command which asks about one; nothing when it does not.
Words option_of_setting(const CLI::App& command, const std::string& word) {
  if (command.get_option_no_throw("--for") != nullptr && !target_path(word).empty())
    return {"--for", std::string(target_path(word))};
  if (command.get_option_no_throw("--over") == nullptr) return {};
  for (const Field& field : fields) {
    if (field.path == word || field.flag == "--" + word) return {"--over", std::string(field.path)};
  }
  return {};
}

/// Arguments of a command in which the words that are not its own are what is solved for, and the model.
Words with_model(const CLI::App& command, Words::const_iterator first, Words::const_iterator last) {
  const Words unchanged(first, last);
  const auto own = own_words(command);
  const CLI::Option* model = command.get_option_no_throw("--model");
  if (model == nullptr || !own) return unchanged;
  const Sorted sorted = sort_out(command, first, last);
  const auto named = [](const std::string& option) {
    return option == "-m" || option == "--model" || option.starts_with("--model=");
  };
  if (sorted.words.size() <= *own) return unchanged;
  Words out(sorted.words.begin(), sorted.words.begin() + static_cast<std::ptrdiff_t>(*own));
  auto word = sorted.words.begin() + static_cast<std::ptrdiff_t>(*own);
  if (const Words setting = option_of_setting(command, *word); !setting.empty()) {
    out.insert(out.end(), setting.begin(), setting.end());
    ++word;
  }
  if (word != sorted.words.end() && std::none_of(sorted.options.begin(), sorted.options.end(), named)) {
    const auto end = end_of_model(word, sorted.words.end());
    const Words options = options_of_model(sorted.options, joined(word, end));
    out.insert(out.end(), options.begin(), options.end());
    word = end;
  }
  out.insert(out.end(), word, sorted.words.end());
  out.insert(out.end(), sorted.options.begin(), sorted.options.end());
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
    const std::string command = command_of(first, arguments.cend());
    if (!is_option(*first) && io::looks_importable(command)) return {"import", command};
    return arguments;
  }
  const auto answered_by = [&](const CLI::App& command, Words::const_iterator from) {
    Words out{command.get_name()};
    const Words rest = with_model(command, from, arguments.cend());
    out.insert(out.end(), rest.begin(), rest.end());
    return out;
  };
  if (!called.empty()) return answered_by(*called.front(), first);
  if (const auto end = end_of_model(first, last); names_model(joined(first, end)))
    return answered_by(*program.get_subcommand("estimate"), first);
  // Another tool's command: quoted, with options of ours behind it, or as it is.
  if (arguments.front().find(' ') != std::string::npos && io::looks_importable(arguments.front())) {
    Words out{"estimate", "--import"};
    out.insert(out.end(), arguments.begin(), arguments.end());
    return out;
  }
  const std::string command = command_of(first, arguments.cend());
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
