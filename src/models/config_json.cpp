#include "models/config_json.hpp"

#include "host/limits.hpp"
#include "models/blocks.hpp"
#include "models/class_names.hpp"
#include "models/fields.hpp"
#include "models/quantization.hpp"
#include "models/registry.hpp"

#include <llmcalc/model/inventory.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace llmcalc {

namespace {

using models::FamilyRow;
using models::Fields;
using models::Findings;

/// The model_type when it is known, else the one that the class named in architectures belongs to, else what the config
/// calls itself.
std::string type_of(const Fields& c) {
  std::string type = c.text("model_type", "");
  // A model of several parts may carry the type of its text alone; its class says what it is.
  const bool of_text = !c.has("hidden_size") && c.object("text_config").text("model_type", "") == type;
  for (const std::string& name : of_text ? models::class_names(c) : std::vector<std::string>{}) {
    if (const auto known = models::model_type_of_class(name); !known.empty()) return std::string(known);
  }
  if (models::find_family(type) != nullptr || !models::refused_kind(type).empty()) return type;
  for (const std::string& name : models::class_names(c)) {
    const std::string_view known = models::model_type_of_class(name);
    if (known.empty()) continue;
    const std::string of_class = ": taken from architectures (" + name.substr(0, 60) + ")";
    c.assume(type.empty() ? "model_type is missing" + of_class
                          : "model_type \"" + type.substr(0, 60) + "\" is not known" + of_class);
    return std::string(known);
  }
  return type;
}

/// An unusual encoder, an encoder-decoder or no language model at all, which this program does not estimate.
bool refuse_other_model(const Fields& c, std::string_view type) {
  if (c.has("_diffusers_version")) {
    c.complain("_class_name", "\"" + c.text("_class_name", "").substr(0, 60) +
                                  "\" is a part of an image or video pipeline of diffusers, not a language model");
    return true;
  }
  std::string_view kind = models::refused_kind(type);
  if (kind.empty() && !models::is_encoder_decoder(type) && c.flag("is_encoder_decoder", false)) {
    kind = "an encoder-decoder model";
  }
  if (kind.empty()) return false;
  c.complain("model_type", "\"" + std::string(type.substr(0, 60)) + "\" is " + std::string(kind) +
                               " of a kind that is not estimated: decoders are, encoders like BERT, and "
                               "encoder-decoder models like T5, BART and Whisper");
  return true;
}

/// True when values are nested deeper than any config is: copying such a value recurses.
bool nested_too_deeply(const nlohmann::json& value) {
  std::vector<const nlohmann::json*> level{&value};
  for (std::uint64_t depth = 0; !level.empty(); ++depth) {
    if (depth > io::most(io::Limit::ConfigDepth)) return true;
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

/// The speculators library keeps a draft's layers in a config of their own; what is given beside it wins, but for the
/// type, which is theirs.
void unfold_draft(nlohmann::json& config) {
  const auto layers = config.find("transformer_layer_config");
  if (layers == config.end() || !layers->is_object()) return;
  nlohmann::json flat = std::move(*layers);
  config.erase(layers);
  for (const auto& [key, value] : config.items()) {
    if (!value.is_null() && (key != "model_type" || !flat.contains(key))) flat[key] = value;
  }
  config = std::move(flat);
}

}  // namespace

Result<Model> model_from_config(const nlohmann::json& config, std::string id) {
  if (!config.is_object()) return Issue{"", "a config must be a JSON object"};
  if (nested_too_deeply(config)) return Issue{"", "is nested too deeply for a config"};
  Findings findings;
  nlohmann::json read = config;
  unfold_draft(read);
  const models::QuantizationEntry quantization = models::take_quantization(read);
  const Fields plain(read, {}, {}, findings);
  const std::string type = type_of(plain);
  Model m;
  m.id = std::move(id);
  m.name = m.id;
  m.model_type = type;
  if (refuse_other_model(plain, type)) return findings.issues;
  const FamilyRow* row = models::find_family(type);
  const Fields c(read, row ? std::string_view(type) : std::string_view(), {}, findings);
  if (models::is_draft(plain, type)) {
    models::read_draft(c, row, m);
  } else if (row) {
    m.family = row->family;
    m.quirks = row->quirks;
    row->read(c, m);
  } else {
    models::read_unknown(c, m);
  }
  models::read_decoder_head(c, m);
  const Fields text = c.object("text_config");
  models::read_rope_factors(text.has("rope_parameters") ? text : c, m);
  models::QuantizationPlan plan = models::read_released_format(c, text, quantization, m);
  models::note_unread_sizes(read, findings, m);
  if (!findings.issues.empty()) return findings.issues;
  for (const Layer& kind : m.kinds) {
    for (Issue& issue : models::impossible_sizes(kind, {})) findings.issues.push_back(std::move(issue));
  }
  if (!findings.issues.empty()) return findings.issues;
  if (!m.has_logits()) m.head_vocabulary = 0;
  build_inventory(m);
  models::place_formats(plan, c, m);
  m.notes.insert(m.notes.end(), findings.notes.begin(), findings.notes.end());
  return m;
}

Result<Model> model_from_config_text(std::string_view text, std::string id) {
  try {
    return model_from_config(nlohmann::json::parse(models::without_python_numbers(text)), std::move(id));
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
