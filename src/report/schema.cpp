#include "report/schema.hpp"

#include "readers/scenario_json.hpp"

#include <llmcalc/base/words.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/model_slots.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

namespace llmcalc::io {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view dialect = "https://json-schema.org/draft/2020-12/schema";

ordered_json object(std::initializer_list<std::pair<std::string, ordered_json>> members) {
  ordered_json out = ordered_json::object();
  for (const auto& [key, value] : members) out[key] = value;
  return out;
}

ordered_json type(std::string_view name) { return object({{"type", name}}); }

ordered_json any_of(std::initializer_list<ordered_json> choices) {
  ordered_json list = ordered_json::array();
  for (const ordered_json& choice : choices) list.push_back(choice);
  return object({{"anyOf", list}});
}

ordered_json list_of(ordered_json items) { return object({{"type", "array"}, {"items", std::move(items)}}); }

/// An object whose members are all there and no others.
ordered_json exactly(const ordered_json& properties) {
  ordered_json required = ordered_json::array();
  for (const auto& [key, value] : properties.items()) required.push_back(key);
  return object({{"type", "object"}, {"properties", properties}, {"required", required}});
}

ordered_json whole_between(const Limits& limits) {
  ordered_json out = type("integer");
  out["minimum"] = std::llround(limits.low);
  out["maximum"] = std::llround(std::min(limits.high, 9e18));
  return out;
}

/// A model: a name, or an object with one of file, config and custom.
ordered_json model_schema() {
  const auto with = [](const char* key, const char* kind) {
    return object({{"type", "object"},
                   {"properties", object({{key, type(kind)}})},
                   {"required", ordered_json::array({key})},
                   {"additionalProperties", false}});
  };
  return any_of({type("string"), with("file", "string"), with("config", "object"), with("custom", "object")});
}

ordered_json device_schema() {
  ordered_json figures = object({{"id", type("string")}, {"count", object({{"type", "integer"}, {"minimum", 0}})}});
  for (const std::string& key : device_figure_keys()) figures[key] = ordered_json::object();
  const ordered_json one = any_of(
      {type("string"), object({{"type", "object"}, {"properties", figures}, {"additionalProperties", false}})});
  return any_of({one, list_of(one)});
}

/// Texts of a coded setting, and the other JSON forms of its shape.
ordered_json coded_schema(const CodedAccess& access) {
  ordered_json text = type("string");
  ordered_json examples = ordered_json::array();
  for (const std::string& option : access.options()) examples.push_back(option);
  text["examples"] = examples;
  switch (access.shape) {
    case CodedShape::Plain: return text;
    case CodedShape::KeyValue: return any_of({text, type("object")});
    case CodedShape::List: return any_of({text, list_of(type("string"))});
    case CodedShape::Counted:
    case CodedShape::Pairs: return any_of({text, type("object")});
    case CodedShape::Value:
      return any_of({text, type("null"), type("boolean"), type("number"), list_of(type("number"))});
  }
  return text;
}

ordered_json value_schema(const Field& field) {
  return std::visit(
      [&](const auto& access) -> ordered_json {
        using T = std::decay_t<decltype(access)>;
        if constexpr (std::is_same_v<T, Access<Count>>) {
          return whole_between(field.limits);
        } else if constexpr (std::is_same_v<T, Access<std::optional<Count>>>) {
          if (field.nothing.empty()) return any_of({whole_between(field.limits), type("null")});
          return any_of({whole_between(field.limits), type("null"), object({{"const", field.nothing}})});
        } else if constexpr (std::is_same_v<T, Access<bool>>) {
          return type("boolean");
        } else if constexpr (std::is_same_v<T, Access<double>>) {
          return object({{"type", "number"}, {"minimum", field.limits.low}, {"maximum", field.limits.high}});
        } else if constexpr (std::is_same_v<T, Access<std::string>>) {
          return any_of({type("string"), type("null")});
        } else if constexpr (std::is_same_v<T, ChoiceAccess>) {
          ordered_json keys = ordered_json::array();
          for (std::size_t i = 0; i < access.size; ++i) {
            const std::string_view key = access.row(i).key;
            // A switch that may be left open is null, true or false.
            const bool literal = key == "null" || key == "true" || key == "false";
            keys.push_back(literal ? ordered_json::parse(key) : ordered_json(key));
          }
          return object({{"enum", keys}});
        } else if constexpr (std::is_same_v<T, CodedAccess>) {
          return field.nothing.empty() ? coded_schema(access) : any_of({coded_schema(access), type("null")});
        } else {
          if (field.path == "device") return device_schema();
          return field.path == "model" ? model_schema() : any_of({model_schema(), type("null")});
        }
      },
      field.access);
}

template <class E>
ordered_json keys_of(E) {
  ordered_json keys = ordered_json::array();
  for (const auto& row : enum_table(E{})) keys.push_back(row.key);
  return object({{"enum", keys}});
}

/// The members of "name:kind name:kind": a kind is one of those below or a type of JSON.
ordered_json members(std::string_view text) {
  const ordered_json bytes = object({{"type", "integer"}, {"minimum", 0}});
  const ordered_json components = list_of(object({{"$ref", "#/$defs/component"}}));
  const ordered_json kinds = object({{"bytes", bytes},
                                     {"components", components},
                                     {"part", keys_of(Part{})},
                                     {"trust", keys_of(Trust{})},
                                     {"phase", keys_of(PhaseId{})},
                                     {"maybe", any_of({type("boolean"), type("null")})},
                                     {"room", any_of({type("integer"), type("null")})},
                                     {"texts", list_of(type("string"))}});
  ordered_json out = ordered_json::object();
  while (!text.empty()) {
    std::string_view kind = take_until(text, " ");
    const std::string name(take_until(kind, ":"));
    const auto known = kinds.find(kind);
    out[name] = known == kinds.end() ? type(kind) : *known;
  }
  return out;
}

}  // namespace

ordered_json scenario_schema() {
  ordered_json properties = ordered_json::object();
  for (const Field& field : fields) {
    ordered_json value = value_schema(field);
    value["title"] = field.label;
    value["description"] = std::string(field.help) + (field.unit.empty() ? "" : " (" + std::string(field.unit) + ")");
    ordered_json* place = &properties;
    std::string_view path = field.path;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      ordered_json& group = (*place)[std::string(path.substr(0, dot))];
      if (group.is_null())
        group = object({{"type", "object"}, {"properties", ordered_json::object()}, {"additionalProperties", false}});
      place = &group["properties"];
      path.remove_prefix(dot + 1);
    }
    (*place)[std::string(path)] = std::move(value);
  }
  return object({{"$schema", dialect},
                 {"title", "Scenario"},
                 {"description",
                  "A model, how it is stored, served and trained, and on what. All but the model may be left out."},
                 {"type", "object"},
                 {"properties", properties},
                 {"required", ordered_json::array({"model"})},
                 {"additionalProperties", false}});
}

ordered_json estimate_schema() {
  const auto all_of = [](std::string_view text) { return exactly(members(text)); };
  const ordered_json component =
      all_of("id:part bytes:bytes trust:trust low:bytes high:bytes formula:string source:string");
  const ordered_json model = all_of(
      "id:string parameters:bytes active_parameters:bytes parameters_by_part:object weights_bytes:bytes trust:trust");
  const ordered_json use = all_of("name:string total_bytes:bytes components:components");
  ordered_json inference = members(
      "total_bytes:bytes kv_bytes_per_token:bytes kv_pool_bytes:bytes kv_pool_tokens:bytes components:components");
  inference["devices"] = list_of(use);
  inference.update(members("fits:maybe headroom_bytes:room"));
  ordered_json training = members("total_bytes:bytes peak_phase:phase worst_rank:string trainable_parameters:bytes");
  training["phases"] = list_of(all_of("id:phase total_bytes:bytes components:components"));
  training.update(members("components:components"));
  training["ranks"] = list_of(use);
  training.update(members("fits:maybe headroom_bytes:room"));
  const ordered_json names =
      object({{"type", "object"},
              {"properties", members("model:string weights:string runtime:string framework:string device:string")},
              {"required", ordered_json::array({"model", "weights", "device"})},
              {"additionalProperties", false}});
  ordered_json properties = object(
      {{"scenario", names}, {"model", model}, {"inference", exactly(inference)}, {"training", exactly(training)}});
  properties.update(members("speed:object cost:object warnings:texts"));
  return object({{"$schema", dialect},
                 {"title", "Estimate"},
                 {"description",
                  "Memory of a scenario in whole bytes, part by part; one half may be missing when only the other "
                  "was asked for."},
                 {"$defs", object({{"component", component}})},
                 {"type", "object"},
                 {"properties", properties},
                 {"required", ordered_json::array({"scenario", "model", "warnings"})},
                 {"additionalProperties", false}});
}

}  // namespace llmcalc::io
