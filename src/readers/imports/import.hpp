#pragma once
// Scenarios from other tools: a command line, a script, a configuration file, a container's manifest. Every option is
// accounted for: taken, without effect on memory, or not understood. Nothing is dropped in silence.

#include "readers/imports/tool.hpp"
#include "readers/resolve.hpp"

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/issue.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// What became of an option.
enum class Outcome : std::uint8_t { Taken, NoEffect, NotUnderstood };
inline constexpr std::array<EnumRow<Outcome>, 3> outcomes{{
    {Outcome::Taken, "taken", "taken"},
    {Outcome::NoEffect, "no-effect", "no effect on memory"},
    {Outcome::NotUnderstood, "not-understood", "not understood"},
}};
static_assert(indexed_by_id(outcomes));
constexpr const auto& enum_table(Outcome) { return outcomes; }

/// An option and what became of it.
struct ImportedOption {
  std::string name;
  std::string value;
  Outcome outcome = Outcome::NotUnderstood;
  std::string said;  ///< "serving.max_model_len = 32768", or why not
};

/// A scenario from another tool.
// NOLINTNEXTLINE(bugprone-exception-escape): moving a json does not throw
struct Imported {
  const Tool* tool = nullptr;
  nlohmann::json scenario = nlohmann::json::object();  ///< for read_scenario()
  std::vector<ImportedOption> options;
  std::vector<std::string> notes;  ///< what was assumed where nothing was said
};

/// How the note begins that says which device was assumed.
inline constexpr std::string_view no_device_named = "the device is not part of these settings";

/// Reads a file that the text names; issues when it is not there.
using ReadBeside = std::function<Result<std::string>(const std::string& name)>;

/// What a text says; issues when it is of no tool that is known. `name` is that of its file, "" when it has none.
Result<Imported> import_settings(std::string_view text, const Resolver& resolver, const ReadBeside& read_beside = {},
                                 std::string_view name = {});

/// True when a text looks like something that import_settings() reads: quick, and wrong for no log.
[[nodiscard]] bool looks_importable(std::string_view text);

/// What the functions of rows work on.
class Importing {
 public:
  Importing(Imported& out, const Resolver& resolver, const ReadBeside& read_beside)
      : out_(out), resolver_(resolver), read_beside_(read_beside) {}

  /// Applies the tool to its options.
  void apply(const Tool& tool, const std::vector<Given>& given);
  /// Takes one option.
  void take(const Given& given);
  /// Takes every option of a file that is named; false when it cannot be read or is no document.
  bool take_file(const std::string& name);

  /// Sets a setting from text; false when there is no such setting or it does not take the value.
  bool set(std::string_view path, std::string_view text);
  /// Sets it unless it was set before.
  void set_default(std::string_view path, std::string_view text);
  /// Sets a setting to a number.
  void set(std::string_view path, Count value) { set(path, std::to_string(value)); }
  [[nodiscard]] bool has(std::string_view path) const;
  /// The setting's number so far, else `otherwise`.
  [[nodiscard]] Count count(std::string_view path, Count otherwise) const;
  [[nodiscard]] std::string text(std::string_view path) const;

  /// The value of an option that was given, by any of these names; "" when none was.
  [[nodiscard]] std::string given(std::string_view names) const;
  /// True when a switch was given and not switched off.
  [[nodiscard]] bool on(std::string_view names) const;
  /// What follows the name of the function in the option's row.
  [[nodiscard]] std::string_view argument() const { return argument_; }
  /// Remembers a value for finish(), as if it were an option.
  void remember(const std::string& name, std::string value) { given_[name] = std::move(value); }
  /// The model so far; null when it is not known.
  [[nodiscard]] ModelPtr model();
  /// The model of that name or path; null when it is not known.
  [[nodiscard]] ModelPtr model_named(std::string_view name) const;
  /// Says that an option's words were taken in this way, in addition to the last setting.
  void say(std::string words) { said_ = std::move(words); }
  void note(std::string words) { out_.notes.push_back(std::move(words)); }
  [[nodiscard]] Count& devices() { return devices_; }
  /// Takes a device by its name; false when none has it.
  bool name_device(const std::string& name);
  [[nodiscard]] const Tool& tool() const { return *out_.tool; }

 private:
  [[nodiscard]] bool take_by_row(const OptionRow& row, const Given& given);
  [[nodiscard]] bool without_effect(std::string_view name) const;

  Imported& out_;
  const Resolver& resolver_;
  const ReadBeside& read_beside_;
  std::map<std::string, std::string> given_;
  std::string said_;
  std::string_view argument_;
  Count devices_ = 0;  ///< 0: not said
  int depth_ = 0;
};

/// The settings of a document, place by place: YAML, JSON or TOML; issues when it is none of them.
Result<std::vector<Given>> document_settings(std::string_view text, std::string_view name);

/// One command of a shell script, its variables filled in.
struct ShellCommand {
  std::vector<std::string> words;
};

/// The commands of a shell script; `variables` gets what it assigns.
std::vector<ShellCommand> shell_commands(std::string_view text);

/// A word as a shell reads it back, in quotes when it needs them: a name that came from a file runs nothing.
std::string shell_word(std::string_view word);

}  // namespace llmcalc::io
