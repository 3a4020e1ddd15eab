#include "models/encoder_heads.hpp"

#include "models/blocks.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace llmcalc::models {

namespace {

constexpr std::string_view positions_key = "position_embedding_type";
constexpr std::string_view usual_positions = "absolute";

/// Models of other shapes that are published under BERT's model_type with code of their own (Jina, Nomic, ...).
void refuse_other_shapes(const Fields& c) {
  constexpr std::array usual{std::pair{positions_key, usual_positions},
                             std::pair{std::string_view("feed_forward_type"), std::string_view("original")}};
  for (const auto& [key, value] : usual) {
    const std::string given = c.text(key, value);
    if (given == value || (key == positions_key && relative_positions(c))) continue;
    c.complain(key, "must be \"" + std::string(value) +
                        "\": other shapes under this model_type are not read, got \"" + given.substr(0, 60) + "\"");
  }
}

}  // namespace

Count label_count(const Fields& c) {
  constexpr Range allowed{1, Count{1} << 24};
  Count named = 2;
  if (const nlohmann::json* names = c.find("id2label"); names && names->is_object() && !names->empty()) {
    named = names->size();
  }
  return c.count("num_labels", allowed, named);
}

bool built_for(const Fields& c, std::string_view task) {
  const std::vector<std::string> classes = c.texts("architectures");
  return std::any_of(classes.begin(), classes.end(),
                     [&](const std::string& name) { return name.find(task) != std::string::npos; });
}

bool relative_positions(const Fields& c) {
  return c.text(positions_key, usual_positions).starts_with("relative_key");
}

bool pretrains(const Fields& c) { return built_for(c, "ForPreTraining"); }

void read_output(const Fields& c, Model& m) {
  if (c.flag("is_decoder", false))
    c.complain("is_decoder", "must be false: decoders of this class are not estimated");
  refuse_other_shapes(c);
  m.output = Output::States;
  if (built_for(c, "ForSequenceClassification") || built_for(c, "ForMultipleChoice") ||
      built_for(c, "ForNextSentencePrediction")) {
    m.output = Output::Classes;
    m.classes = built_for(c, "ForSequenceClassification") ? label_count(c)
                : built_for(c, "ForMultipleChoice")       ? 1
                                                          : 2;
  } else if (built_for(c, "ForQuestionAnswering")) {
    m.output = Output::TokenClasses;
    m.classes = 2;
  } else if (built_for(c, "ForTokenClassification")) {
    m.output = Output::TokenClasses;
    m.classes = label_count(c);
  } else if (built_for(c, "ForMaskedLM") || pretrains(c)) {
    m.output = Output::MaskedTokens;
  } else if (built_for(c, "ForCausalLM") || built_for(c, "LMHeadModel")) {
    c.complain("architectures", "must not name a decoder: decoders of this class are not estimated");
  }
}

std::string task_prefix(const Model& m, std::string_view prefix) {
  return m.output == Output::States ? std::string() : std::string(prefix);
}

void add_projection(Model& m, const std::string& name, Count rows, Count columns) {
  add_tensor(m, name + ".weight", rows, columns, TensorRole::Other, ModelPart::Head);
  add_tensor(m, name + ".bias", rows, 1, TensorRole::Bias, ModelPart::Head);
}

void add_norm(Model& m, const std::string& name, Count width) {
  add_tensor(m, name + ".weight", width, 1, TensorRole::Norm, ModelPart::Norms);
  add_tensor(m, name + ".bias", width, 1, TensorRole::Norm, ModelPart::Norms);
}

void add_masked_head(Model& m, const std::string& projection, const std::string& norm, Count width) {
  add_projection(m, projection, width, m.hidden);
  add_tensor(m, norm + ".weight", width, 1, TensorRole::Norm, ModelPart::Head);
  add_tensor(m, norm + ".bias", width, 1, TensorRole::Norm, ModelPart::Head);
  m.head_bias = true;
}

void add_classifier(const Fields& c, Model& m, const std::string& name) {
  const std::string usual = built_for(c, "ForQuestionAnswering") ? "qa_outputs" : name;
  if (m.classes != 0) add_projection(m, usual, m.classes, m.hidden);
}

}  // namespace llmcalc::models
