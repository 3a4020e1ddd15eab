// This computer: its GPUs with the presets they are, its memory, and the models already on its disks.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "formats/device_preset.hpp"
#include "formats/preset_folders.hpp"
#include "formats/text_file.hpp"
#include "machine/local_models.hpp"
#include "machine/machine.hpp"
#include "machine/match_device.hpp"

#include <llmcalc/base/text.hpp>

#include <memory>
#include <ostream>
#include <string>

namespace llmcalc::cli {
namespace {

using nlohmann::ordered_json;

struct HereRequest {
  OutputFormat format = OutputFormat::Table;
  std::string folder;
};

void add_gpus(formats::TextTable& table, ordered_json& json, const machine::Machine& found) {
  const auto catalogue = formats::read_device_catalogue(formats::preset_folders());
  json["gpus"] = ordered_json::array();
  for (const machine::FoundGpu& gpu : found.gpus) {
    const formats::DevicePreset* preset = machine::match_device(gpu, catalogue.devices);
    const std::string id = preset ? preset->device.id : "";
    const std::string free = gpu.free ? ", " + text(*gpu.free) + " free" : "";
    table.rows.push_back({"GPU", gpu.name, text(gpu.total) + free, id.empty() ? "no preset" : "--device " + id});
    json["gpus"].push_back({{"name", gpu.name},
                            {"vendor", key_of(gpu.vendor)},
                            {"bytes", gpu.total.count},
                            {"free_bytes", gpu.free ? ordered_json(gpu.free->count) : ordered_json(nullptr)},
                            {"unified", gpu.unified},
                            {"preset", id.empty() ? ordered_json(nullptr) : ordered_json(id)}});
  }
}

void add_models(formats::TextTable& table, ordered_json& json, const machine::LocalModels& found) {
  json["models"] = ordered_json::array();
  json["models_complete"] = found.complete;
  for (const machine::LocalModel& model : found.models) {
    const std::string path = formats::shown(model.path);
    table.rows.push_back({std::string(label_of(model.store)), model.name, text(model.bytes), "--model " + path});
    json["models"].push_back(
        {{"name", model.name}, {"store", key_of(model.store)}, {"bytes", model.bytes.count}, {"path", path}});
  }
}

int here(const HereRequest& request, Streams streams) {
  const machine::Machine found = machine::look_at_this_machine();
  auto folders = machine::model_folders_of_this_user();
  if (!request.folder.empty()) folders.push_back({request.folder, machine::ModelStore::Folder});
  formats::TextTable table;
  table.columns = {{"what"}, {"name"}, {"size", true}, {"use it with"}};
  ordered_json json{
      {"memory", {{"bytes", found.memory.total.count}, {"available_bytes", found.memory.available.count}}}};
  table.rows.push_back(
      {"memory", "of this computer", text(found.memory.total) + ", " + text(found.memory.available) + " free", ""});
  add_gpus(table, json, found);
  add_models(table, json, machine::find_local_models(folders));
  switch (request.format) {
    case OutputFormat::Table:
      streams.out << table.plain();
      break;
    case OutputFormat::Json:
      streams.out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
      break;
    case OutputFormat::Csv:
      streams.out << table.csv();
      break;
    case OutputFormat::Markdown:
      streams.out << table.markdown();
      break;
  }
  return success;
}

}  // namespace

Command here_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("here", "this computer's GPUs and memory, and the models on its disks");
  const auto request = std::make_shared<HereRequest>();
  add_format(*parser, request->format);
  parser->add_option("--folder", request->folder, "search this folder for models too")->option_text("PATH");
  return {parser, [request](Streams streams) { return here(*request, streams); }};
}

}  // namespace llmcalc::cli
