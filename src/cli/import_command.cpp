// import: a scenario from another tool's configuration or command line. launch: the other way round. lookup: what a name
// means.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "cli/imported.hpp"
#include "host/limits.hpp"
#include "host/preset_folders.hpp"
#include "host/text_file.hpp"
#include "host/write_file.hpp"
#include "readers/field_text.hpp"
#include "readers/imports/import.hpp"
#include "readers/lookup.hpp"
#include "readers/scenario_json.hpp"
#include "report/json_output.hpp"
#include "report/launch_command.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

namespace llmcalc::cli {
namespace {

using nlohmann::ordered_json;

struct ImportRequest {
  std::string file;
  std::string device;
  OutputFormat format = OutputFormat::Table;
  bool format_given = false;
};

io::TextTable options_table(const io::Imported& imported) {
  io::TextTable table{{{"option"}, {"value"}, {"became"}, {""}}, {}};
  for (const io::ImportedOption& option : imported.options) {
    table.rows.push_back(
        {option.name, shortened(option.value, 60), std::string(label_of(option.outcome)), option.said});
  }
  return table;
}

ordered_json imported_json(const io::Imported& imported, const ordered_json& scenario, const Issues& issues) {
  ordered_json out{{"tool", imported.tool->id},
                   {"task", key_of(imported.tool->task)},
                   {"scenario", scenario},
                   {"options", ordered_json::array()}};
  for (const io::ImportedOption& option : imported.options) {
    ordered_json row{{"option", option.name}, {"value", option.value}, {"became", key_of(option.outcome)}};
    if (!option.said.empty()) row["said"] = option.said;
    out["options"].push_back(std::move(row));
  }
  out["notes"] = imported.notes;
  out["issues"] = ordered_json::array();
  for (const Issue& issue : issues) out["issues"].push_back({{"where", issue.where}, {"what", issue.what}});
  return out;
}

int import_settings(const ImportRequest& request, Streams streams) {
  const io::Resolver resolver = io::default_resolver();
  Result<io::Imported> result = import_argument(request.file, streams.in, resolver);
  if (!result) return refuse(result.issues(), streams);
  io::Imported imported = std::move(result).value();
  if (!request.device.empty()) {
    use_device(imported.scenario, io::value_of_text(field_at("device"), request.device));
  }
  const io::ReadScenario read = io::read_scenario_leniently(imported.scenario, resolver);
  const ordered_json scenario =
      read.issues.empty() ? io::write_scenario(read.scenario, io::Written::Changed) : ordered_json(imported.scenario);
  if (request.format_given && request.format != OutputFormat::Table) {
    print(Listing{options_table(imported), imported_json(imported, scenario, read.issues)}, request.format,
          streams.out);
  } else {
    // The scenario alone goes to standard output: llmcalc import x.sh | llmcalc estimate --scenario -
    streams.out << io::json_block(scenario) << "\n";
    streams.errors << printable_lines(summary(imported)) << "\n" << options_table(imported).plain();
    print_notes(imported.notes, streams.errors);
  }
  print_issues(read.issues, streams.errors);
  return read.issues.empty() ? success : bad_input;
}

struct LaunchRequest : QuestionOptions {
  std::string tool;
  std::string name;
  std::string folder;
};

Result<Answer> launch_answer(const Scenario& s, const LaunchRequest& request, const io::Resolver& resolver) {
  Answer out;
  const io::Tool* tool = io::find_tool(request.tool);
  // Who names a program that trains wants to train.
  const Task task = request.task_or(tool != nullptr ? tool->task : Task::Inference);
  const std::string model = request.name.empty() ? io::name_for_programs(s) : request.name;
  Result<io::Launch> launch = io::launch(s, task, model, resolver, request.tool);
  if (!launch) return launch.issues();
  out.sentence = io::launch_text(*launch);
  while (out.sentence.ends_with('\n')) out.sentence.pop_back();
  out.json = {{"task", key_of(task)}, {"command", launch->command}, {"files", ordered_json::array()}};
  for (const io::LaunchFile& file : launch->files) {
    out.json["files"].push_back({{"name", file.name}, {"content", file.content}});
    if (request.folder.empty()) continue;
    const auto written = io::write_file(io::path_of(request.folder) / io::path_of(file.name), file.content);
    if (!written) return written.issues();
  }
  out.json["unsaid"] = launch->unsaid;
  out.table.columns = {{"command"}};
  if (request.format == OutputFormat::Csv) out.table.rows.push_back({launch->command});
  return out;
}

int look_up(const std::vector<std::string>& names, OutputFormat format, Streams streams) {
  const io::ModelCatalogue models = io::read_model_catalogue(io::preset_folders());
  const io::DeviceCatalogue devices = io::read_device_catalogue(io::preset_folders());
  io::TextTable table{{{"name"}, {"kind"}, {"means"}, {"weights"}}, {}};
  ordered_json json = ordered_json::array();
  int status = success;
  for (const std::string& name : names) {
    const io::Meant model = io::meant_model(name, models.entries);
    const ordered_json written = io::value_of_text(field_at("device"), name);
    const auto* id_written = written.is_object() && written.contains("id") ? &written["id"] : nullptr;
    const bool named = id_written != nullptr && id_written->is_string();
    const std::string device_name = named ? id_written->get<std::string>() : name;
    const bool counted = named && written.contains("count") && written["count"].is_number_integer();
    const auto count = counted ? written["count"].get<std::int64_t>() : 1;
    const io::Meant device = io::meant_device(device_name, devices.devices);
    const bool found = model.found || device.found;
    const std::string id = model.found    ? models.entries[*model.found].id
                           : device.found ? devices.devices[*device.found].device.id
                                          : "";
    const std::string weights = model.found && id != name ? io::model_name(name).weights : "";
    std::vector<std::string> nearest = model.nearest;
    nearest.insert(nearest.end(), device.nearest.begin(), device.nearest.end());
    if (!found) {
      status = bad_input;
      print_issues({{"", "no model or device is called \"" + name + "\"" + io::did_you_mean_one_of(nearest)}},
                   streams.errors);
    }
    const std::string kind = model.found ? "model" : device.found ? "device" : "";
    const std::string times = kind == "device" && count > 1 ? grouped(static_cast<Count>(count)) + " × " : "";
    if (found) table.rows.push_back({name, kind, times + id, weights});
    ordered_json row{{"name", name},
                     {"kind", found ? ordered_json(kind) : ordered_json(nullptr)},
                     {"id", found ? ordered_json(id) : ordered_json(nullptr)}};
    if (!weights.empty()) row["weights"] = weights;
    if (!times.empty()) row["count"] = count;
    if (!found) row["nearest"] = nearest;
    json.push_back(std::move(row));
  }
  if (format != OutputFormat::Table || !table.rows.empty())
    print(Listing{std::move(table), std::move(json)}, format, streams.out);
  return status;
}

}  // namespace

Command import_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand(
      "import",
      "a scenario from another tool's command line, script or configuration; says what became of every option");
  const auto request = std::make_shared<ImportRequest>();
  parser
      ->add_option("file", request->file,
                   "file with the command or the configuration, or the command itself; - reads standard input")
      ->required()
      ->type_name("FILE");
  parser->add_option("-d,--device", request->device, "device to run on, which such settings do not name")
      ->option_text("DEVICE");
  add_format(*parser, request->format);
  return {parser, [request, parser](Streams streams) {
            request->format_given = parser->count("--format") != 0;
            return import_settings(*request, streams);
          }};
}

Command launch_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand(
      "launch", "the command, and the files, that start the scenario in its engine or framework");
  const auto request = std::make_shared<LaunchRequest>();
  request->add_to(*parser);
  parser->add_option("--tool", request->tool, "another program for the same: axolotl, llama-factory, trainer ...")
      ->option_text("NAME");
  parser->add_option("--model-name", request->name, "how the program names the model [default: its repository]")
      ->option_text("NAME");
  parser->add_option("--files", request->folder, "write the files into this folder")->option_text("FOLDER");
  return {parser, [request](Streams streams) {
            const io::Resolver resolver = io::default_resolver();
            return answer_all(*request, streams,
                              [&](const Scenario& s) { return launch_answer(s, *request, resolver); });
          }};
}

Command lookup_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("lookup", "which preset a model's or a device's name means");
  struct Request {
    std::vector<std::string> names;
    OutputFormat format = OutputFormat::Table;
  };
  const auto request = std::make_shared<Request>();
  parser->add_option("name", request->names, "a name as people write it")->required()->type_name("NAME");
  add_format(*parser, request->format);
  return {parser, [request](Streams streams) { return look_up(request->names, request->format, streams); }};
}

}  // namespace llmcalc::cli
