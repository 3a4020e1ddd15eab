#pragma once
// What is known of another tool's options, as options.txt says it: which setting of a scenario each is, in which words. The
// same rows read a command line or a configuration (import.hpp) and write one (report/launch_command.hpp), so that the two
// cannot disagree.

#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/task.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

class Importing;

/// An option as it was given. Names are written with '_' for '-' and without leading dashes; a place in a document is
/// its keys joined by dots.
struct Given {
  std::string name;
  std::optional<std::string> value;  ///< none: a switch
};

/// How an option's value becomes the value of a setting; options.txt describes each.
enum class As : std::uint8_t { Value, Words, Switch, Times, Model };

/// When an option is written.
enum class InLaunch : std::uint8_t {
  Never,     ///< another row or a function writes it
  Changed,   ///< when the setting differs from its default
  Adapters,  ///< when adapters are trained
  Always
};

/// A function that takes an option; false: the value is not understood.
using Take = bool (*)(Importing&, const Given&);
/// A function that sets what follows from several options together.
using Finish = void (*)(Importing&);

/// One option.
struct OptionRow {
  std::string_view names{};  ///< all its names, separated by blanks; the first is written
  std::string_view path{};   ///< the setting; "" when only `take` knows
  As as = As::Value;
  std::string_view words{};
  InLaunch launch = InLaunch::Never;
  Take take = nullptr;         ///< instead of the above, with `words` as its argument
  std::string_view affects{};  ///< not "": it changes memory in a way that no setting says
};

/// How a tool writes its options.
enum class Style : std::uint8_t { Dashes, Underscores, Equals, Document };

/// One tool.
struct Tool {
  std::string_view id{};
  std::string_view label{};
  Task task = Task::Inference;
  Style style = Style::Dashes;
  std::size_t short_names = 0;  ///< names up to this length have one dash
  std::string_view choose{};    ///< "serving.runtime=vllm": what naming the tool says
  std::vector<OptionRow> rows{};
  std::span<const OptionRow> shared{};  ///< rows of what starts it
  /// Options without effect on memory, separated by blanks: "port=" takes a value, "x+" several, "wandb_*" all that begin so.
  std::string_view no_effect{};
  Finish finish = nullptr;
  std::string_view source{};  ///< documentation and version that the rows were checked against
  std::string_view asks{};    ///< what it must be told besides, without effect on memory
};

/// Words that name a program, or part of an image's name, and its tool.
struct ProgramRow {
  std::string_view words;
  std::string_view tool;
};

/// The tool that a document's keys are of.
struct Signature {
  std::string_view tool;
  std::string_view all;  ///< every one of these is there
  std::string_view any;  ///< and one of these
};

/// options.txt, taken apart.
struct OptionTable {
  std::vector<Tool> tools;  ///< what serves, then what trains
  std::vector<Tool> parts;  ///< what several of them share
  std::vector<ProgramRow> programs;
  std::vector<ProgramRow> images;
  std::vector<Signature> signatures;
  std::vector<std::string> faults;  ///< lines that are not understood
};
[[nodiscard]] const OptionTable& option_table();

/// Options and variables without effect on memory of a part: "everywhere", "starters".
[[nodiscard]] std::string_view no_effect_of(std::string_view part);
/// The tool with this id; null when there is none.
[[nodiscard]] const Tool* find_tool(std::string_view id);

/// Functions by the names that options.txt has for them.
struct TakeRow {
  std::string_view name;
  Take take;
};
struct FinishRow {
  std::string_view name;
  Finish finish;
};
struct ToolFunctions {
  std::span<const TakeRow> takes;
  std::span<const FinishRow> finishes;
};
[[nodiscard]] ToolFunctions shared_functions();
[[nodiscard]] ToolFunctions serving_functions();
[[nodiscard]] ToolFunctions training_functions();

/// A whole number; 0 when it is none.
[[nodiscard]] Count whole_number(std::string_view text);
/// Takes every option of the file that an option names.
bool take_file(Importing& in, const Given& g);

/// A name as rows have it: without leading dashes, '_' for '-'.
[[nodiscard]] std::string plain_option(std::string_view name);
/// A name as the tool is given it: with its dashes, a place or a variable as it is.
[[nodiscard]] std::string written_option(const Tool& tool, std::string_view name);
/// Calls `each(word)` for the words of a list, separated by blanks or lines, until it returns true; whether it did.
template <class Each>
bool any_word(std::string_view list, Each&& each) {
  while (!list.empty()) {
    const std::size_t end = list.find_first_of(" \n");
    const std::string_view word = list.substr(0, end);
    if (!word.empty() && each(word)) return true;
    list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
  }
  return false;
}
/// Calls `each(name)` for the names that a tool has for a setting.
template <class Each>
void options_of(const Tool& tool, std::string_view path, Each&& each) {
  for (const std::span<const OptionRow> rows : {std::span<const OptionRow>(tool.rows), tool.shared}) {
    for (const OptionRow& row : rows) {
      if (row.path != path) continue;
      any_word(row.names, [&](std::string_view name) {
        each(name);
        return false;
      });
    }
  }
}

/// The row of an option; null when the tool has none of that name.
[[nodiscard]] const OptionRow* find_row(const Tool& tool, std::string_view name);

/// The row of an option that was abbreviated, as argparse allows: the only one that has a name beginning so.
[[nodiscard]] const OptionRow* find_abbreviated(const Tool& tool, std::string_view name);

/// What a word of a row's list means; nothing when it is not among them. "true" and "True" are the same word.
[[nodiscard]] std::optional<std::string_view> meaning_of(std::string_view words, std::string_view word);

}  // namespace llmcalc::io
