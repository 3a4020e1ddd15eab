#include "cli/imported.hpp"

#include "cli/answer.hpp"
#include "host/limits.hpp"
#include "host/text_file.hpp"

#include <llmcalc/base/text.hpp>

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

namespace llmcalc::cli {
namespace {

constexpr std::size_t most_bytes = io::most(io::Limit::ImportBytes);

}  // namespace

Result<io::Imported> import_argument(const std::string& argument, std::istream& in, const io::Resolver& resolver) {
  const std::filesystem::path path = io::path_of(argument);
  std::error_code error;
  const bool is_command = argument.find(' ') != std::string::npos && !std::filesystem::exists(path, error) &&
                          io::looks_importable(argument);
  const Result<std::string> text = is_command ? Result<std::string>(argument) : read_input(argument, most_bytes, in);
  if (!text) return text.issues();
  const io::ReadBeside beside = [&path](const std::string& name) -> Result<std::string> {
    // What a configuration names lies where it is read, or next to it.
    const std::filesystem::path named = io::path_of(name);
    Result<std::string> here = io::read_text_file(named, most_bytes);
    if (here || named.is_absolute()) return here;
    for (std::filesystem::path folder = path.parent_path();; folder = folder.parent_path()) {
      Result<std::string> found = io::read_text_file(folder / named, most_bytes);
      if (found || folder.empty() || folder == folder.parent_path()) return found;
    }
  };
  return io::import_settings(*text, resolver, beside, argument == "-" || is_command ? "" : argument);
}

void use_device(nlohmann::json& scenario, nlohmann::json device) {
  const nlohmann::json& given = scenario.value("device", nlohmann::json());
  if (device.is_object() && !device.contains("count") && given.is_object() && given.contains("count"))
    device["count"] = given["count"];
  scenario["device"] = std::move(device);
}

std::string summary(const io::Imported& imported) {
  std::array<Count, 3> counts{};
  std::string missed;
  for (const io::ImportedOption& option : imported.options) {
    ++counts[static_cast<std::size_t>(option.outcome)];
    if (option.outcome == io::Outcome::NotUnderstood)
      missed.append(missed.empty() ? "" : ", ").append(option.name.empty() ? option.value : option.name);
  }
  std::string out = std::string(imported.tool->label) + ", " + std::string(label_of(imported.tool->task)) + ": " +
                    counted(counts[0], "option") + " taken, " + grouped(counts[1]) + " without effect on memory, " +
                    grouped(counts[2]) + " not understood";
  return out + (missed.empty() ? "." : ": " + missed + ".");
}

}  // namespace llmcalc::cli
