#include "models/config_json.hpp"

#include "models/blocks.hpp"
#include "models/possible_sizes.hpp"
#include "models/quantization.hpp"
#include "models/refusals.hpp"
#include "models/registry.hpp"

#include <llmcalc/model/inventory.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace llmcalc {

namespace {

using models::FamilyRow;
using models::Fields;
using models::Findings;

/// Lower case without anything but letters and digits.
std::string bare(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

/// The model_type, or what "LlamaForCausalLM" in architectures stands for; "" when neither says.
std::string type_of(const Fields& c) {
  std::string type = c.text("model_type", "");
  if (!type.empty()) return type;
  for (const std::string& architecture : c.texts("architectures")) {
    const std::string name = bare(architecture.substr(0, architecture.find("For")));
    for (const FamilyRow& row : models::families()) {
      if (bare(row.model_type) == name) {
        c.assume("model_type is missing: taken from architectures (" + architecture.substr(0, 60) + ")");
        return std::string(row.model_type);
      }
    }
  }
  return {};
}

/// An unusual encoder, an encoder-decoder or no language model at all, which this program does not estimate.
bool refuse_other_model(const Fields& c, std::string_view type) {
  std::string_view kind = models::refused_kind(type);
  if (kind.empty() && c.flag("is_encoder_decoder", false)) kind = "an encoder with a decoder";
  if (kind.empty()) return false;
  c.complain("model_type", "\"" + std::string(type.substr(0, 60)) + "\" is " + std::string(kind) +
                               ", which is not estimated: decoders are, and encoders like BERT");
  return true;
}

/// True when values are nested deeper than any config is: copying such a value recurses.
bool nested_too_deeply(const nlohmann::json& value) {
  constexpr int limit = 32;
  std::vector<const nlohmann::json*> level{&value};
  for (int depth = 0; !level.empty(); ++depth) {
    if (depth > limit) return true;
    std::vector<const nlohmann::json*> next;
    for (const nlohmann::json* item : level) {
      if (!item->is_structured()) continue;
      for (const nlohmann::json& inner : *item) {
        if (inner.is_structured()) next.push_back(&inner);
      }
    }
    level = std::move(next);
  }
  return false;
}

}  // namespace

Result<Model> model_from_config(const nlohmann::json& config, std::string id) {
  if (!config.is_object()) return Issue{"", "a config must be a JSON object"};
  if (nested_too_deeply(config)) return Issue{"", "is nested too deeply for a config"};
  Findings findings;
  const Fields plain(config, {}, {}, findings);
  const std::string type = type_of(plain);
  Model m;
  m.id = std::move(id);
  m.name = m.id;
  m.model_type = type;
  if (refuse_other_model(plain, type)) return findings.issues;
  const FamilyRow* row = models::find_family(type);
  const Fields c(config, row ? std::string_view(type) : std::string_view(), {}, findings);
  if (row) {
    m.family = row->family;
    m.quirks = row->quirks;
    row->read(c, m);
  } else {
    models::read_unknown(c, m);
  }
  const Fields text = c.object("text_config");
  models::read_rope_factors(text.has("rope_parameters") ? text : c, m);
  models::read_released_format(c, text, m);
  m.notes.insert(m.notes.end(), findings.notes.begin(), findings.notes.end());
  if (!findings.issues.empty()) return findings.issues;
  for (const Layer& kind : m.kinds) {
    for (Issue& issue : models::impossible_sizes(kind, {})) findings.issues.push_back(std::move(issue));
  }
  if (!findings.issues.empty()) return findings.issues;
  if (!m.has_logits()) m.head_vocabulary = 0;
  build_inventory(m);
  return m;
}

Result<Model> model_from_config_text(std::string_view text, std::string id) {
  try {
    return model_from_config(nlohmann::json::parse(text), std::move(id));
  } catch (const nlohmann::json::exception& error) {
    return Issue{"", "not valid JSON: " + std::string(error.what())};
  }
}

std::vector<std::string_view> known_model_types() {
  std::vector<std::string_view> types;
  for (const FamilyRow& row : models::families()) types.push_back(row.model_type);
  return types;
}

}  // namespace llmcalc
