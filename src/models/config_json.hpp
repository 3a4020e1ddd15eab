#pragma once
// A Hugging Face config.json -> Model.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/model.hpp>

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

/// The model a config describes, with its inventory. Missing keys take the defaults of the model's own configuration
/// class. An unknown model_type is read by its fields with lowered trust and a note for every assumption.
/// All issues at once: wrong types, values out of range, heads that do not divide, an encoder-only model.
[[nodiscard]] Result<Model> model_from_config(const nlohmann::json& config, std::string id);

/// The same from the text of a config.json.
[[nodiscard]] Result<Model> model_from_config_text(std::string_view text, std::string id);

/// Every model_type that is read by the rules of its own class, sorted.
[[nodiscard]] std::vector<std::string_view> known_model_types();

}  // namespace llmcalc
