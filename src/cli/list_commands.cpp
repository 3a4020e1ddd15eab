// The catalogues: models, devices, number formats, training frameworks and the defaults of a scenario.

#include "cli/answer.hpp"
#include "host/limits.hpp"
#include "host/preset_folders.hpp"
#include "readers/device_preset.hpp"
#include "readers/field_json.hpp"
#include "readers/json_text.hpp"
#include "readers/model_preset.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/json_output.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/base/words.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::cli {

namespace {

using nlohmann::ordered_json;

struct ListRequest {
  OutputFormat format = OutputFormat::Table;
  std::string filter;
};

/// True when every word of the filter occurs in the text, upper or lower case.
bool matches(std::string_view filter, std::string text) {
  text = lower_case(text);
  while (!filter.empty()) {
    if (text.find(lower_case(take_until(filter, " "))) == std::string::npos) return false;
  }
  return true;
}

Listing list_models(const std::string& filter, Issues& issues) {
  const io::ModelCatalogue all = io::read_model_catalogue(io::preset_folders());
  issues = all.issues;
  Listing out;
  out.table.columns = {{"id"},     {"name"},   {"parameters", true}, {"context", true},
                       {"format"}, {"family"}, {"released"},         {"licence"}};
  for (const io::ModelEntry& m : all.entries) {
    if (!matches(filter, m.id + " " + m.name + " " + m.family + " " + m.hf_id)) continue;
    out.table.rows.push_back({m.id, m.name, m.parameters != 0 ? count_text(m.parameters) : "",
                              m.context != 0 ? grouped(m.context) : "", m.weights_format, m.family, m.released,
                              m.license});
    out.json.push_back({{"id", m.id},
                        {"name", m.name},
                        {"hf_id", m.hf_id},
                        {"family", m.family},
                        {"parameters", m.parameters != 0 ? ordered_json(m.parameters) : ordered_json(nullptr)},
                        {"context", m.context},
                        {"weights_format", m.weights_format},
                        {"released", m.released},
                        {"license", m.license},
                        {"source_quality", m.source_quality}});
  }
  return out;
}

/// A figure as JSON, null when it is not known.
ordered_json number_or_null(double value) { return value > 0 ? ordered_json(value) : ordered_json(nullptr); }

/// How well a device's figures are known, in a word or two.
std::string trust_text(const io::DevicePreset& row) {
  std::string doubtful;
  const auto add = [&](std::string_view figure) { doubtful.append(doubtful.empty() ? "" : " and ").append(figure); };
  if (row.device.reported.count != 0 && !row.reported_verified) add("driver's memory");
  if (!row.gpu_share_verified) add("GPU share");
  if (doubtful.empty()) return row.device.verified ? "verified" : "single source";
  return row.device.verified ? "verified, except " + doubtful : "single source, " + doubtful + " not verified";
}

/// Memory a program can address, marked when it was not read off a device.
std::string usable_text(const io::DevicePreset& row) {
  const Device& d = row.device;
  if (d.memory.count == 0) return "";
  const bool read = d.unified ? row.gpu_share_verified : row.reported_verified;
  return text(d.addressable()) + (read ? "" : "?");
}

ordered_json device_json(const io::DevicePreset& row) {
  const Device& d = row.device;
  ordered_json out{{"id", d.id},
                   {"aliases", row.aliases},
                   {"name", d.name},
                   {"family", row.family},
                   {"vendor", key_of(d.vendor)},
                   {"class", d.device_class},
                   {"memory_bytes", d.memory.count},
                   {"memory_type", row.memory_type},
                   {"memory_reported_bytes", d.reported.count != 0 ? ordered_json(d.reported.count) : ordered_json()},
                   {"memory_reported_verified", row.reported_verified},
                   {"memory_reported_source", row.reported_source},
                   {"usable_bytes", d.addressable().count},
                   {"memory_cuda_bytes", d.visible_to_cuda().count},
                   {"memory_cuda_source", row.cuda_source},
                   {"ecc_cost_bytes", d.ecc_cost.count},
                   {"unified", d.unified},
                   {"gpu_share", d.gpu_share},
                   {"gpu_share_verified", row.gpu_share_verified},
                   {"bandwidth_bytes_per_second", d.bandwidth}};
  out["flops"] = {{"fp16", number_or_null(d.operations.fp16)},
                  {"bf16", number_or_null(d.operations.bf16)},
                  {"fp8", number_or_null(d.operations.fp8)},
                  {"int8", number_or_null(d.operations.int8)},
                  {"fp4", number_or_null(d.operations.fp4)}};
  out["flops_basis"] = row.operations_basis;
  out["bf16_operations_per_second"] = d.operations.bf16;
  out["interconnect"] = {{"kind", d.link}, {"bytes_per_second", number_or_null(d.link_bandwidth)}};
  if (d.link_devices != 0) out["interconnect"]["devices"] = d.link_devices;
  out["power_watts"] = d.power;
  out["released"] = d.released;
  if (row.price_low > 0) {
    out["price_usd_per_hour"] = {
        {"low", row.price_low}, {"high", row.price_high}, {"read", d.price_date}, {"where", row.price_where}};
  }
  if (d.launch_price > 0)
    out["price_usd"] = {{"launch", d.launch_price}, {"date", row.launch_date}, {"where", row.launch_where}};
  out["verified"] = d.verified;
  out["single_source"] = !d.verified;
  out["rests_on"] = row.rests_on;
  out["sources"] = d.sources;
  out["notes"] = d.notes;
  return out;
}

/// The devices that match the filter; issues name presets that cannot be read.
Listing list_devices(const std::string& filter, Issues& issues) {
  const io::DeviceCatalogue all = io::read_device_catalogue(io::preset_folders());
  issues = all.issues;
  Listing out;
  out.table.columns = {{"id"},
                       {"name"},
                       {"class"},
                       {"memory", true},
                       {"usable", true},
                       {"bandwidth", true},
                       {"16 bits", true},
                       {"FP8", true},
                       {"link", true},
                       {"power", true},
                       {"year", true},
                       {"$/h", true},
                       {"figures"}};
  const auto flops = [](double rate) { return rate > 0 ? rate_text(rate, "FLOP") : std::string(); };
  for (const io::DevicePreset& row : all.devices) {
    const Device& d = row.device;
    if (!matches(filter, d.id + " " + d.name + " " + row.family + " " + trust_text(row))) continue;
    out.table.rows.push_back(
        {d.id, d.name, d.device_class, d.memory.count != 0 ? text(d.memory) : "", usable_text(row),
         d.bandwidth > 0 ? rate_text(d.bandwidth, "B") : "", flops(std::max(d.operations.bf16, d.operations.fp16)),
         flops(d.operations.fp8), d.link_bandwidth > 0 ? rate_text(d.link_bandwidth, "B") : "",
         d.power > 0 ? fixed(d.power, 0) + " W" : "", d.released != 0 ? std::to_string(d.released) : "",
         d.price_per_hour > 0 ? fixed(d.price_per_hour, 2) : "", trust_text(row)});
    out.json.push_back(device_json(row));
  }
  out.note =
      "usable: what the driver reports, or the GPU's share of unified memory; ? = not verified. link: both "
      "directions "
      "together. Preset prices; may be outdated: --format json has dates and sources.";
  return out;
}

/// What was read before a day: models by the day their sources were checked, or their month of release where that is not
/// known; prices by the day they were read.
Listing list_older(const std::string& filter, const std::string& date, Issues& issues) {
  Listing out;
  out.table.columns = {{"id"}, {"what"}, {"read"}, {"source"}};
  if (date.size() < 7 || date[4] != '-' || (date.size() != 7 && date.size() != 10)) {
    issues.push_back({"--check", "must be a day or month like 2026-08-01, got \"" + date.substr(0, 40) + "\""});
    return out;
  }
  const auto add = [&](const std::string& id, const char* what, const std::string& read, const std::string& source) {
    if ((!read.empty() && read >= date.substr(0, read.size())) || !matches(filter, id + " " + what)) return;
    out.table.rows.push_back({id, what, read.empty() ? "not known" : read, source});
    out.json.push_back({{"id", id}, {"what", what}, {"read", read}, {"source", source}});
  };
  const io::ModelCatalogue models = io::read_model_catalogue(io::preset_folders());
  for (const io::ModelEntry& m : models.entries)
    add(m.id, "model", m.checked.empty() ? m.released : m.checked, m.sources.empty() ? "" : m.sources.front());
  const io::DeviceCatalogue devices = io::read_device_catalogue(io::preset_folders());
  for (const io::DevicePreset& d : devices.devices) {
    if (d.device.price_per_hour > 0) add(d.device.id, "price", d.device.price_date, d.price_where);
  }
  issues = models.issues;
  issues.insert(issues.end(), devices.issues.begin(), devices.issues.end());
  return out;
}

void add_format_row(Listing& out, std::string_view use, const std::string& key, std::string_view label,
                    std::string_view help) {
  out.table.rows.push_back({std::string(use), key, std::string(label), std::string(help)});
  out.json.push_back({{"use", use}, {"key", key}, {"label", label}, {"help", help}});
}

Listing list_formats(const std::string& filter) {
  Listing out;
  out.table.columns = {{"use"}, {"key"}, {"label"}, {"description"}};
  for (const auto& row : weight_formats) {
    if (row.id == WeightFormat::Gguf || !matches(filter, std::string(row.key) + " " + std::string(row.label)))
      continue;
    add_format_row(out, "weights", std::string(row.key), row.label, row.help);
  }
  for (const auto& row : gguf_mixes) {
    const std::string key = format_text({WeightFormat::Gguf, row.id});
    if (!matches(filter, key)) continue;
    add_format_row(out, "weights", key, row.key,
                   "most matrices " + std::string(row_of(row.base).key) + ": " + text(block_of(row.base)));
  }
  for (const auto& row : kv_formats) {
    if (!matches(filter, "kv cache " + std::string(row.key))) continue;
    add_format_row(out, "kv cache", std::string(row.key), row.label, text(row.block));
  }
  return out;
}

/// The word for a choice, or nothing where there is none.
template <class Choice>
std::string word(const std::optional<Choice>& choice) {
  return choice ? std::string(key_of(*choice)) : std::string();
}

/// What each version of each framework does when its user says nothing.
Listing list_frameworks(const std::string& filter) {
  Listing out;
  out.table.columns = {{"framework"}, {"from"},        {"kernels"},           {"loss"},
                       {"attention"}, {"recipe"},      {"adapter recipe"},    {"recomputation"},
                       {"optimizer"}, {"batch", true}, {"k-bit preparation"}, {"vision tower"},
                       {"source"}};
  out.note = "Empty: the framework leaves it open; the default of llmcalc applies (llmcalc defaults).";
  for (const FrameworkRow& row : training_frameworks) {
    for (const FrameworkVersion& v : row.versions) {
      const UsualSettings& u = v.usual;
      const bool knows = u.recipe.has_value();
      std::vector<std::string> cells{std::string(row.key),
                                     v.from == "0" ? std::string() : std::string(v.from),
                                     word(u.kernels),
                                     word(u.loss),
                                     word(u.attention),
                                     word(u.recipe),
                                     word(u.adapter_recipe ? u.adapter_recipe : u.recipe),
                                     word(u.recompute),
                                     word(u.optimizer),
                                     u.micro_batch == 0 ? std::string() : grouped(u.micro_batch),
                                     !knows               ? ""
                                     : u.kbit_preparation ? "yes"
                                                          : "no",
                                     word(u.vision_tower),
                                     std::string(v.source)};
      std::string all = std::string(row.label) + " " + std::string(row.alike);
      for (const std::string& cell : cells) all.append(" ").append(cell);
      if (!matches(filter, all)) continue;
      ordered_json entry;
      for (std::size_t i = 0; i < cells.size(); ++i) entry[out.table.columns[i].title] = cells[i];
      entry["also"] = row.alike;
      out.json.push_back(std::move(entry));
      out.table.rows.push_back(std::move(cells));
    }
  }
  return out;
}

/// Every setting with its default, range and flag.
Listing list_settings(const Scenario& scenario, const std::string& filter) {
  Listing out;
  out.table.columns = {{"setting"}, {"default"}, {"flag"}, {"unit"}, {"description"}};
  const ordered_json all = io::write_scenario(scenario);
  for (const Field& field : fields) {
    if (!matches(filter, std::string(field.path) + " " + std::string(field.help))) continue;
    const ordered_json value = all.at(ordered_json::json_pointer(field.pointer()));
    out.table.rows.push_back({std::string(field.path),
                              value.is_string() ? value.get<std::string>() : io::compact(value),
                              std::string(field.flag), std::string(field.unit), std::string(field.help)});
  }
  out.json = all;
  return out;
}

/// How much of a file, a text or a folder is read.
Listing list_limits(const std::string& filter) {
  Listing out;
  out.table.columns = {{"limit"}, {"most", true}, {"unit"}, {"of"}, {"beyond it"}};
  for (const io::LimitRow& row : io::limits) {
    if (!matches(filter, std::string(row.key) + " " + std::string(row.label))) continue;
    out.table.rows.push_back({std::string(row.key), grouped(row.most), std::string(row.unit), std::string(row.label),
                              std::string(row.help)});
    out.json.push_back(
        {{"limit", row.key}, {"most", row.most}, {"unit", row.unit}, {"of", row.label}, {"beyond", row.help}});
  }
  return out;
}

/// A subcommand that prints one list.
template <class MakeListing>
Command list_command(CLI::App& program, const std::string& name, const std::string& help, MakeListing make) {
  CLI::App* parser = program.add_subcommand(name, help);
  const auto request = std::make_shared<ListRequest>();
  add_format(*parser, request->format);
  parser->add_option("filter", request->filter, "list only rows with all of these words");
  return {parser, [request, make](Streams streams) {
            Issues issues;
            const Listing listing = make(request->filter, issues);
            const bool empty = listing.table.rows.empty();
            if (!empty || issues.empty()) print(listing, request->format, streams.out);
            print_issues(issues, streams.errors);
            if (empty && issues.empty())
              print_notes({request->filter.empty() ? "nothing to list" : "no row has all of these words"},
                          streams.errors);
            return issues.empty() ? success : bad_input;
          }};
}

}  // namespace

Command models_command(CLI::App& program) {
  const auto date = std::make_shared<std::string>();
  Command command =
      list_command(program, "models", "the model presets", [date](const std::string& filter, Issues& issues) {
        Listing listing = date->empty() ? list_models(filter, issues) : list_older(filter, *date, issues);
        for (Issue& issue : io::missing_preset_folders()) issues.push_back(std::move(issue));
        return listing;
      });
  command.parser->add_option(
      "--check", *date, "list the models and prices whose sources were read before this day, such as 2026-08-01");
  return command;
}

Command devices_command(CLI::App& program) {
  return list_command(program, "devices", "the device presets", [](const std::string& filter, Issues& issues) {
    Listing listing = list_devices(filter, issues);
    for (Issue& issue : io::missing_preset_folders()) issues.push_back(std::move(issue));
    return listing;
  });
}

Command formats_command(CLI::App& program) {
  return list_command(program, "formats", "number formats of weights and of the KV cache",
                      [](const std::string& filter, Issues&) { return list_formats(filter); });
}

Command limits_command(CLI::App& program) {
  return list_command(program, "limits", "how much of a file, a text or a folder is read at most",
                      [](const std::string& filter, Issues&) { return list_limits(filter); });
}

Command frameworks_command(CLI::App& program) {
  return list_command(program, "frameworks", "training frameworks, with the defaults of each and their source",
                      [](const std::string& filter, Issues&) { return list_frameworks(filter); });
}

Command defaults_command(CLI::App& program) {
  return list_command(program, "defaults", "every setting of a scenario, with its default",
                      [](const std::string& filter, Issues& issues) {
                        const auto scenario = io::default_scenario(io::default_resolver());
                        issues = scenario.issues();
                        return scenario ? list_settings(*scenario, filter) : Listing{};
                      });
}

}  // namespace llmcalc::cli
