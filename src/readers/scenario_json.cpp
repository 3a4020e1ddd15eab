#include "readers/scenario_json.hpp"

#include "host/limits.hpp"
#include "host/preset_folders.hpp"
#include "readers/field_json.hpp"
#include "readers/json_text.hpp"
#include "readers/lookup.hpp"

#include <llmcalc/base/suggest.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/model_slots.hpp>
#include <llmcalc/scenario/usual_settings.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::io {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

/// Says how many unknown keys there are besides those that were named.
void count_unnamed(std::size_t unknown, const std::string& pointer, Issues& issues) {
  if (unknown <= most(Limit::UnknownKeys)) return;
  issues.push_back({pointer, "holds " + grouped(unknown - most(Limit::UnknownKeys)) + " more unknown keys"});
}

/// Unknown keys of an object, the first of them with the nearest allowed one: looking for it takes a while.
void reject_unknown(const json& object, const std::string& pointer, const std::vector<std::string>& allowed,
                    Issues& issues) {
  const std::vector<std::string_view> names(allowed.begin(), allowed.end());
  std::size_t unknown = 0;
  for (const auto& [key, value] : object.items()) {
    if (std::find(names.begin(), names.end(), key) != names.end() || ++unknown > most(Limit::UnknownKeys)) continue;
    issues.push_back({std::string(pointer).append("/").append(key), "unknown key" + did_you_mean(key, names)});
  }
  count_unnamed(unknown, pointer, issues);
}

/// Reads one scenario; collects issues on the way.
class Reader {
 public:
  Reader(const Resolver& resolver, ReadScenario& out) : resolver_(resolver), out_(out) {}

  void read(const json& document) {
    if (!document.is_object()) {
      issue("", "must be a JSON object, got " + got(document));
      return;
    }
    says_weights_ =
        document.contains("weights") && document["weights"].is_object() && document["weights"].contains("format");
    read_object(document, "");
    count_unnamed(unknown_, "", out_.issues);
    if (!document.contains("model")) issue("/model", "is missing: a preset id, or a file, config or custom object");
    host_bandwidth_given_ = document.contains("speed") && document["speed"].contains("host_bandwidth");
    // Last, because the number of devices defaults to what the parallel layout occupies.
    read_devices(document.contains("device") ? document["device"] : json(default_device_id));
    for (const UsualSetting& usual : usual_settings) {
      if (std::find(given_.begin(), given_.end(), usual.path) == given_.end()) usual.apply(out_.scenario);
    }
  }

 private:
  void issue(std::string where, std::string what) { out_.issues.push_back({std::move(where), std::move(what)}); }

  void read_object(const json& object, const std::string& prefix) {
    for (const auto& [key, value] : object.items()) {
      const std::string path = prefix + key;
      if (const Field* field = find_field(path)) {
        given_.push_back(path);
        read_field(*field, value);
      } else if (is_group(path)) {
        if (value.is_object()) {
          read_object(value, path + ".");
        } else {
          issue(pointer_of(path), "must be an object, got " + got(value));
        }
      } else if (++unknown_ <= most(Limit::UnknownKeys)) {
        issue(pointer_of(path), "unknown key" + suggestion(path, prefix));
      }
    }
  }

  static std::string pointer_of(std::string_view path) {
    return Field{.path = path, .access = std::monostate{}}.pointer();
  }

  static bool is_group(const std::string& path) {
    return std::any_of(fields.begin(), fields.end(), [&](const Field& f) { return f.path.starts_with(path + "."); });
  }

  /// The nearest key at the same place, else a key of that name at another place.
  static std::string suggestion(const std::string& path, const std::string& prefix) {
    std::vector<std::string> siblings, elsewhere;
    const std::string last = path.substr(prefix.size());
    for (const Field& f : fields) {
      if (f.path.starts_with(prefix)) {
        const std::string_view rest = f.path.substr(prefix.size());
        siblings.emplace_back(rest.substr(0, rest.find('.')));
      }
      if (edit_distance(f.path.substr(f.path.rfind('.') + 1), last) <= 1) elsewhere.emplace_back(f.path);
    }
    for (const std::string& full : elsewhere) {
      if (edit_distance(full.substr(full.rfind('.') + 1), last) == 0) return " (did you mean \"" + full + "\"?)";
    }
    if (std::string near = did_you_mean(last, siblings); !near.empty()) return near;
    return elsewhere.empty() ? "" : " (did you mean \"" + elsewhere.front() + "\"?)";
  }

  void read_field(const Field& field, const json& value) {
    if (field.kind() != FieldKind::External) {
      if (std::string problem = set_field(field, value, out_.scenario); !problem.empty())
        issue(field.pointer(), std::move(problem));
    } else if (field.path == "model") {
      read_model(value, "/model", out_.scenario.model, out_.scenario.model_source);
    } else if (const ModelSlot* slot = find_model_slot(field.path); slot && !value.is_null()) {
      read_model(value, field.pointer(), slot->model.edit(out_.scenario), slot->source.edit(out_.scenario));
    }
  }

  void read_model(const json& value, const std::string& pointer, ModelPtr& model, ModelSource& source) {
    ModelSource named;
    std::string place = pointer;
    if (value.is_string()) {
      named = {ModelSource::Kind::Preset, value.get<std::string>()};
    } else if (value.is_object() && value.size() == 1) {
      const std::string key = value.begin().key();
      const json& content = value.begin().value();
      place += "/" + key;
      if (key == "file" && content.is_string()) {
        named = {ModelSource::Kind::File, content.get<std::string>()};
      } else if (key == "config" && content.is_object()) {
        named = {ModelSource::Kind::Config, content.dump(-1, ' ', false, json::error_handler_t::replace)};
      } else if (key == "custom" && content.is_object()) {
        named = {ModelSource::Kind::Custom, content.dump(-1, ' ', false, json::error_handler_t::replace)};
      }
    }
    if (named.kind == ModelSource::Kind::None) {
      issue(pointer, "must be a preset id, or an object with one of file, config, custom; got " + got(value));
      return;
    }
    Result<ModelPtr> found = find_model(named, pointer);
    const bool inline_object = named.kind == ModelSource::Kind::Config || named.kind == ModelSource::Kind::Custom;
    for (const Issue& problem : found.issues()) {
      const bool inside = problem.where.empty() || (inline_object && problem.where.front() == '/');
      issue(inside ? place + problem.where : problem.where, problem.what);
    }
    if (!found) return;
    // What the scenario says of its training is read later and wins.
    if (pointer == "/model" && !inline_object && resolver_.adapter) {
      if (const auto adapter = resolver_.adapter(named)) set_training(*adapter, out_.scenario.training);
    }
    model = std::move(found).value();
    source = std::move(named);
  }

  /// The model of that source; a name that is no preset's id is looked up, and the source is then what it means.
  Result<ModelPtr> find_model(ModelSource& named, const std::string& pointer) {
    const bool name = named.kind == ModelSource::Kind::Preset && resolver_.meant != nullptr;
    // What cannot be an id need not be looked for among them.
    if (!name || is_preset_id(named.text)) {
      Result<ModelPtr> found = resolver_.model(named);
      // A preset of this name that cannot be read is meant too.
      bool unread = false;
      if (!found) {
        for (const Issue& issue : found.issues())
          unread = unread || (!issue.where.empty() && issue.where != "/model");
      }
      if (found || !name || unread) return found;
    }
    const Result<ModelSource> meant = resolver_.meant(named.text);
    if (!meant) {
      // The bare name of a folder that is here.
      Result<ModelPtr> here = resolver_.model(named);
      return here ? here : Result<ModelPtr>(meant.issues());
    }
    const std::string weights = model_name(named.text).weights;
    named = *meant;
    // "...-GGUF:Q4_K_M": the name says how the weights are stored, unless the scenario does.
    if (pointer == "/model" && named.kind == ModelSource::Kind::Preset && !says_weights_) {
      if (const Field* format = find_field("weights.format"); !weights.empty()) {
        set_field(*format, weights, out_.scenario);
        given_.emplace_back(format->path);
      }
    }
    return resolver_.model(named);
  }

  void read_devices(const json& value) {
    if (!value.is_array()) {
      add_device(value, "/device");
      return;
    }
    if (value.size() > most_device_groups) {
      issue("/device", "must list at most " + grouped(most_device_groups) + " groups, got " + grouped(value.size()));
      return;
    }
    for (std::size_t i = 0; i < value.size(); ++i) add_device(value[i], "/device/" + std::to_string(i));
  }

  void add_device(const json& value, const std::string& pointer) {
    DeviceGroup group{nullptr, default_device_count()};
    if (value.is_string()) {
      if (add_computer(value.get<std::string>())) return;
      group.device = find_device(value.get<std::string>(), pointer);
    } else if (value.is_object()) {
      std::vector<std::string> known{"id", "count"};
      known.insert(known.end(), device_figure_keys().begin(), device_figure_keys().end());
      reject_unknown(value, pointer, known, out_.issues);
      if (value.contains("id") && value["id"].is_string() && add_computer(value["id"].get<std::string>())) return;
      read_device_object(value, pointer, group);
    } else {
      issue(pointer, "must be a preset id or an object with id or memory_bytes, and count; got " + got(value));
    }
    if (group.device && group.device->whole().count == 0) return add_memory(*group.device);
    if (group.device) out_.scenario.devices.groups.push_back(std::move(group));
  }

  /// "cpu": no device. "here": this computer, its devices and its memory as far as they were not given. False for other
  /// names.
  bool add_computer(std::string_view id) {
    DeviceSet& devices = out_.scenario.devices;
    if (id == host_only_id) {
      if (devices.groups.empty()) devices.groups.push_back(host_memory_only());
      return true;
    }
    if (id != this_computer_id || !resolver_.here) return false;
    const ThisComputer here = resolver_.here();
    devices.groups.insert(devices.groups.end(), here.devices.groups.begin(), here.devices.groups.end());
    if (!out_.scenario.host.memory_bytes) out_.scenario.host.memory_bytes = here.memory_bytes;
    if (!host_bandwidth_given_ && here.memory_bandwidth > 0)
      out_.scenario.speed.host_bandwidth = here.memory_bandwidth;
    return true;
  }

  /// A computer's own memory as a device: no device, but the bandwidth of what stays on the host.
  void add_memory(const Device& memory) {
    if (!host_bandwidth_given_ && memory.bandwidth > 0) out_.scenario.speed.host_bandwidth = memory.bandwidth;
    if (out_.scenario.devices.groups.empty()) out_.scenario.devices.groups.push_back(host_memory_only());
  }

  void read_device_object(const json& value, const std::string& pointer, DeviceGroup& group) {
    if (value.contains("count")) {
      if (const auto n = whole_number(value["count"]); n && *n <= most_devices) {
        group.count = *n;
      } else {
        issue(pointer + "/count",
              "must be a whole number from 0 to " + grouped(most_devices) + ", got " + got(value["count"]));
      }
    }
    Device device;
    if (!value.contains("id")) {
      if (!value.contains("memory_bytes")) return issue(pointer, "needs an id or memory_bytes");
      const std::size_t before = out_.issues.size();
      read_device_figures(value, pointer, device, out_.issues);
      if (out_.issues.size() != before) return;
      if (device.name.empty()) device.name = device_of_memory(device.memory)->name;
      std::erase(device.adjusted, "memory_bytes");  // without an id it is the device itself
    } else if (!value["id"].is_string()) {
      return issue(pointer + "/id", "must be a preset id, got " + got(value["id"]));
    } else if (const DevicePtr found = find_device(value["id"].get<std::string>(), pointer + "/id")) {
      device = *found;
      read_device_figures(value, pointer, device, out_.issues);
    } else {
      return;
    }
    group.device = std::make_shared<const Device>(std::move(device));
  }

  DevicePtr find_device(const std::string& id, const std::string& pointer) {
    Result<DevicePtr> found = resolver_.device(id);
    for (const Issue& problem : found.issues()) issue(problem.where.empty() ? pointer : problem.where, problem.what);
    return found ? *found : nullptr;
  }

  /// As many as the parallel layout occupies.
  [[nodiscard]] Count default_device_count() const {
    return std::min(std::max<Count>(ranks_of(out_.scenario.parallelism), 1), most_devices);
  }

  static constexpr Count most_devices = most(Limit::Devices);
  static constexpr std::size_t most_device_groups = most(Limit::DeviceGroups);

  const Resolver& resolver_;
  ReadScenario& out_;
  std::size_t unknown_ = 0;  ///< keys of the whole document
  bool says_weights_ = false;
  bool host_bandwidth_given_ = false;
  std::vector<std::string> given_;  ///< paths of the settings that the document names
};

ordered_json model_json(const ModelSource& source) {
  switch (source.kind) {
    case ModelSource::Kind::Preset: return source.text;
    case ModelSource::Kind::File: return {{"file", source.text}};
    case ModelSource::Kind::Config: return {{"config", ordered_json::parse(source.text, nullptr, false)}};
    case ModelSource::Kind::Custom: return {{"custom", ordered_json::parse(source.text, nullptr, false)}};
    case ModelSource::Kind::None: break;
  }
  return nullptr;
}

}  // namespace

ReadScenario read_scenario_leniently(const json& document, const Resolver& resolver) {
  ReadScenario out;
  Reader(resolver, out).read(document);
  // A model that could not be read is not missing: its own issues say what is wrong.
  const bool unread =
      !out.scenario.model && !out.issues.empty() && document.is_object() && document.contains("model");
  for (Issue& issue : validate(out.scenario)) {
    const bool told = (unread && issue.where == "/model") ||
                      std::any_of(out.issues.begin(), out.issues.end(), [&](const Issue& known) {
                        return known.where == issue.where || known.where.starts_with(issue.where + "/");
                      });
    if (!told) out.issues.push_back(std::move(issue));
  }
  return out;
}

Result<Scenario> read_scenario(const json& document, const Resolver& resolver) {
  ReadScenario read = read_scenario_leniently(document, resolver);
  if (!read.issues.empty()) return std::move(read.issues);
  return std::move(read.scenario);
}

Result<Scenario> read_scenario_text(std::string_view text, const Resolver& resolver) {
  const Result<json> document = parse_unambiguous_json(text);
  if (!document) return document.issues();
  return read_scenario(*document, resolver);
}

ordered_json write_scenario(const Scenario& scenario, Written written) {
  const UsualDefaults defaults{};
  ordered_json document = ordered_json::object();
  for (const Field& field : fields) {
    if (field.path == "model") {
      place_of(document, field.path) = model_json(scenario.model_source);
    } else if (field.path == "device") {
      place_of(document, field.path) = devices_json(scenario.devices);
    } else if (const ModelSlot* slot = find_model_slot(field.path)) {
      const ModelSource& source = slot->source.get(scenario);
      if (written == Written::All || source.kind != ModelSource::Kind::None)
        place_of(document, field.path) = model_json(source);
    } else if (written == Written::All || !defaults.has(field, scenario)) {
      place_of(document, field.path) = field_json(field, scenario);
    }
  }
  return document;
}

Result<Scenario> default_scenario(const Resolver& resolver) {
  return read_scenario(json{{"model", default_model_id}}, resolver);
}

namespace {

struct Number {
  const char* key;
  Count CustomModel::*member;
};
constexpr std::array custom_numbers{
    Number{"parameters", &CustomModel::parameters},
    Number{"layers", &CustomModel::layers},
    Number{"hidden_size", &CustomModel::hidden_size},
    Number{"heads", &CustomModel::heads},
    Number{"kv_heads", &CustomModel::kv_heads},
    Number{"head_dim", &CustomModel::head_dim},
    Number{"intermediate_size", &CustomModel::intermediate_size},
    Number{"vocabulary", &CustomModel::vocabulary},
    Number{"experts", &CustomModel::experts},
    Number{"experts_per_token", &CustomModel::experts_per_token},
    Number{"expert_intermediate_size", &CustomModel::expert_intermediate_size},
    Number{"shared_intermediate_size", &CustomModel::shared_intermediate_size},
    Number{"window", &CustomModel::window},
    Number{"max_context", &CustomModel::max_context},
};

struct Switch {
  const char* key;
  bool CustomModel::*member;
};
constexpr std::array switches{Switch{"tied_head", &CustomModel::tied_head}, Switch{"gated", &CustomModel::gated}};

/// Sets one key; the problem in words when it cannot.
std::string set(CustomModel& model, const std::string& key, const nlohmann::json& value) {
  std::vector<std::string_view> known;
  for (const Number& row : custom_numbers) {
    known.emplace_back(row.key);
    if (key != row.key) continue;
    const auto n = whole_number(value);
    if (!n) return "must be a whole number, got " + got(value);
    model.*row.member = *n;
    return {};
  }
  for (const Switch& row : switches) {
    known.emplace_back(row.key);
    if (key != row.key) continue;
    if (!value.is_boolean()) return "must be true or false, got " + got(value);
    model.*row.member = value.get<bool>();
    return {};
  }
  return "unknown key" + did_you_mean(key, known);
}

}  // namespace

Result<CustomModel> read_custom(std::string_view text) {
  const Result<nlohmann::json> document = parse_json(text);
  if (!document) return document.issues();
  if (!document->is_object()) return Issue{"", "must be an object, got " + got(*document)};
  CustomModel model;
  Issues issues;
  for (const auto& [key, value] : document->items()) {
    if (std::string problem = set(model, key, value); !problem.empty())
      issues.push_back({"/" + key, std::move(problem)});
  }
  if (!issues.empty()) return issues;
  return model;
}

ModelSource custom_source(const CustomModel& model) {
  const CustomModel defaults;
  nlohmann::json object = nlohmann::json::object();
  for (const Number& row : custom_numbers) {
    if (model.*row.member != defaults.*row.member) object[row.key] = model.*row.member;
  }
  for (const Switch& row : switches) {
    if (model.*row.member != defaults.*row.member) object[row.key] = model.*row.member;
  }
  return {ModelSource::Kind::Custom, compact(object)};
}

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr Count most_device_memory = Count{1} << 60;
constexpr std::size_t longest_name = 200;

/// A real figure of a device: its key, where it is kept, and the ends of what is no mistake of units. 0 is "not known".
struct Figure {
  const char* key;
  double& (*of)(Device&);
  double most;
  double least = 0;
};
constexpr std::array figures{
    Figure{"bandwidth_bytes_per_second", [](Device& d) -> double& { return d.bandwidth; }, 1e18, 1e3},
    Figure{"fp16_flops", [](Device& d) -> double& { return d.operations.fp16; }, 1e21, 1e3},
    Figure{"bf16_flops", [](Device& d) -> double& { return d.operations.bf16; }, 1e21, 1e3},
    Figure{"fp8_flops", [](Device& d) -> double& { return d.operations.fp8; }, 1e21, 1e3},
    Figure{"int8_flops", [](Device& d) -> double& { return d.operations.int8; }, 1e21, 1e3},
    Figure{"fp4_flops", [](Device& d) -> double& { return d.operations.fp4; }, 1e21, 1e3},
    Figure{"link_bytes_per_second", [](Device& d) -> double& { return d.link_bandwidth; }, 1e18, 1e3},
    Figure{"power_watts", [](Device& d) -> double& { return d.power; }, 1e6},
    Figure{"price_usd_per_hour", [](Device& d) -> double& { return d.price_per_hour; }, 1e6},
};

ordered_json group_json(const DeviceGroup& group) {
  Device device = *group.device;
  ordered_json out = ordered_json::object();
  if (!device.id.empty()) out["id"] = device.id;
  for (const std::string& key : device.adjusted) {
    if (key == "memory_bytes") out[key] = device.memory.count;
    if (key == "name") out[key] = device.name;
    for (const Figure& figure : figures) {
      if (key == figure.key) out[key] = figure.of(device);
    }
  }
  // A device found on this computer, or made by hand in a program.
  if (device.id.empty()) out["memory_bytes"] = device.memory.count;
  out["count"] = group.count;
  return out;
}

}  // namespace

const std::vector<std::string>& device_figure_keys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> all{"memory_bytes", "name"};
    for (const Figure& figure : figures) all.emplace_back(figure.key);
    return all;
  }();
  return keys;
}

void read_device_figures(const json& object, const std::string& pointer, Device& device, Issues& issues) {
  if (const auto found = object.find("memory_bytes"); found != object.end()) {
    const auto memory = whole_number(*found);
    if (memory && *memory != 0 && *memory <= most_device_memory) {
      device.memory = {*memory};
      device.reported = {0};
      device.cuda_total = {0};
      device.ecc_cost = {0};
      device.adjusted.emplace_back("memory_bytes");
    } else {
      issues.push_back({pointer + "/memory_bytes",
                        "must be a whole number from 1 to " + grouped(most_device_memory) + ", got " + got(*found)});
    }
  }
  if (const auto found = object.find("name"); found != object.end()) {
    if (found->is_string() && found->get_ref<const std::string&>().size() <= longest_name) {
      device.name = found->get<std::string>();
      device.adjusted.emplace_back("name");
    } else {
      issues.push_back({pointer + "/name",
                        "must be text of at most " + grouped(longest_name) + " characters, got " + got(*found)});
    }
  }
  for (const Figure& figure : figures) {
    const auto found = object.find(figure.key);
    if (found == object.end()) continue;
    const double value = found->is_number() ? found->get<double>() : -1;
    if (value == 0 || (value > 0 && value >= figure.least && value <= figure.most)) {
      figure.of(device) = value;
      device.adjusted.emplace_back(figure.key);
    } else {
      issues.push_back({pointer + "/" + figure.key,
                        "must be " + std::string(figure.least > 0 ? "0 (not known) or " : "") + "a number from " +
                            shortest(figure.least) + " to " + shortest(figure.most) + ", got " + got(*found)});
    }
  }
}

ordered_json devices_json(const DeviceSet& devices) {
  if (devices.groups.size() == 1) return group_json(devices.groups.front());
  ordered_json list = ordered_json::array();
  for (const DeviceGroup& group : devices.groups) list.push_back(group_json(group));
  return list;
}

}  // namespace llmcalc::io
