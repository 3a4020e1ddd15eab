#include "readers/custom_json.hpp"

#include "readers/field_json.hpp"
#include "readers/json_text.hpp"

#include <llmcalc/base/suggest.hpp>

#include <array>
#include <string>
#include <vector>

namespace llmcalc::io {

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

}  // namespace llmcalc::io
