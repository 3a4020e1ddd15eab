#include "models/defaults.hpp"

#include <nlohmann/json.hpp>

namespace llmcalc::models {

nlohmann::json class_defaults(std::string_view model_type) {
  if (model_type.empty()) return nlohmann::json::object();
  for (const auto part : {dense_defaults(), sparse_defaults(), tower_defaults(), recent_defaults(),
                          unusual_defaults(), encoder_defaults()}) {
    for (const DefaultsRow& row : part) {
      if (row.model_type == model_type) return nlohmann::json::parse(row.json);
    }
  }
  return nlohmann::json::object();
}

}  // namespace llmcalc::models
