#include "models/defaults.hpp"

#include "embedded/class_defaults_json.hpp"

#include <nlohmann/json.hpp>

namespace llmcalc::models {

const nlohmann::json& class_defaults(std::string_view model_type) {
  static const nlohmann::json nothing = nlohmann::json::object();
  static const nlohmann::json all = [] {
    const auto bytes = class_defaults_json();
    return nlohmann::json::parse(bytes.begin(), bytes.end());
  }();
  const auto found = all.find(model_type);
  return found == all.end() ? nothing : *found;
}

}  // namespace llmcalc::models
