// This computer: its GPUs with the presets they are, its memory, and the models already on its disks.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "host/machine.hpp"
#include "host/preset_folders.hpp"
#include "host/text_file.hpp"
#include "readers/device_preset.hpp"
#include "readers/local_models.hpp"
#include "readers/match_device.hpp"
#include "report/estimate_tables.hpp"

#include <llmcalc/base/text.hpp>

#include <memory>
#include <string>
#include <utility>

namespace llmcalc::cli {
namespace {

using nlohmann::ordered_json;

struct HereRequest {
  OutputFormat format = OutputFormat::Table;
  std::string folder;
};

void add_gpus(io::TextTable& table, ordered_json& json, const host::Machine& found) {
  const auto catalogue = io::read_device_catalogue(io::preset_folders());
  json["gpus"] = ordered_json::array();
  json["looked_at"] = found.looked_at;
  for (const std::string& place : found.looked_at) table.rows.push_back({"checked", place, "", ""});
  const io::ThisComputer here = host::as_computer(found, catalogue.devices);
  table.rows.push_back({"used as", io::devices_text(here.devices),
                        here.memory_bytes ? text(Bytes{*here.memory_bytes}) + " RAM" : "", "--device here"});
  json["here"] = io::devices_text(here.devices);
  for (const host::FoundGpu& gpu : found.gpus) {
    const io::DevicePreset* preset = host::match_device(gpu, catalogue.devices);
    const std::string id = preset ? preset->device.id : "";
    const bool unknown = gpu.total.count == 0;
    const std::string free = unknown    ? " (memory not known: not used)"
                             : gpu.free ? ", " + text(*gpu.free) + " free"
                                        : "";
    table.rows.push_back({"GPU", gpu.name, text(gpu.total) + free, id.empty() ? "no preset" : "--device " + id});
    json["gpus"].push_back({{"name", gpu.name},
                            {"vendor", key_of(gpu.vendor)},
                            {"bytes", gpu.total.count},
                            {"free_bytes", gpu.free ? ordered_json(gpu.free->count) : ordered_json(nullptr)},
                            {"unified", gpu.unified},
                            {"preset", id.empty() ? ordered_json(nullptr) : ordered_json(id)}});
  }
}

void add_models(io::TextTable& table, ordered_json& json, const host::LocalModels& found) {
  json["models"] = ordered_json::array();
  json["models_complete"] = found.complete;
  for (const host::LocalModel& model : found.models) {
    const std::string path = io::shown(model.path);
    table.rows.push_back({std::string(label_of(model.store)), model.name, text(model.bytes), "--model " + path});
    json["models"].push_back(
        {{"name", model.name}, {"store", key_of(model.store)}, {"bytes", model.bytes.count}, {"path", path}});
  }
}

int here(const HereRequest& request, Streams streams) {
  const host::Machine found = host::look_at_this_machine();
  auto folders = host::model_folders_of_this_user();
  if (!request.folder.empty()) folders.push_back({request.folder, host::ModelStore::Folder});
  io::TextTable table;
  table.columns = {{"kind"}, {"name"}, {"size", true}, {"option"}};
  ordered_json json{
      {"memory", {{"bytes", found.memory.total.count}, {"available_bytes", found.memory.available.count}}}};
  table.rows.push_back(
      {"memory", "of this computer", text(found.memory.total) + ", " + text(found.memory.available) + " free", ""});
  const host::MemoryModules& modules = found.modules;
  json["memory"]["modules"] = modules.description;
  json["memory"]["bandwidth"] = modules.bandwidth > 0 ? ordered_json(modules.bandwidth) : ordered_json(nullptr);
  if (modules.bandwidth > 0) {
    table.rows.push_back({"modules", modules.description, rate_text(modules.bandwidth, "B"), "--device here"});
  } else {
    table.rows.push_back(
        {"modules", "not reported by udev (SMBIOS): " + rate_text(SpeedSettings{}.host_bandwidth, "B") + " assumed",
         "", "--host-bandwidth"});
  }
  add_gpus(table, json, found);
  add_models(table, json, host::find_local_models(folders));
  print(Listing{std::move(table), std::move(json)}, request.format, streams.out);
  return success;
}

}  // namespace

Command here_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand(
      "here", "this computer: its GPUs and memory, where they were looked for, and the models on its disks");
  const auto request = std::make_shared<HereRequest>();
  add_format(*parser, request->format);
  parser->add_option("--folder", request->folder, "also search this folder for models")->option_text("PATH");
  return {parser, [request](Streams streams) { return here(*request, streams); }};
}

}  // namespace llmcalc::cli
