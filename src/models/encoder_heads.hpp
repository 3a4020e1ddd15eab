#pragma once
// What stands behind an encoder's last layer: poolers, classifiers, heads for masked words.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <string>
#include <string_view>

namespace llmcalc::models {

/// True when a class named in the config is built for this task ("ForMaskedLM").
[[nodiscard]] bool built_for(const Fields& c, std::string_view task);

/// num_labels, else the entries of id2label, else the two that PretrainedConfig assumes.
[[nodiscard]] Count label_count(const Fields& c);

/// True when attention has learned tables of distances ("relative_key", "relative_key_query").
[[nodiscard]] bool relative_positions(const Fields& c);

/// Sets the model's output, its classes and its tie from the class named in "architectures".
void read_output(const Fields& c, Model& m);

/// True for a class with the heads of pre-training (BertForPreTraining, ElectraForPreTraining).
[[nodiscard]] bool pretrains(const Fields& c);

/// What the names of the bare model's tensors begin with: `prefix` in models for a task, nothing otherwise.
[[nodiscard]] std::string task_prefix(const Model& m, std::string_view prefix);

/// A projection with a bias behind the layers.
void add_projection(Model& m, const std::string& name, Count rows, Count columns);

/// A norm with weight and bias behind the layers or in the embedding.
void add_norm(Model& m, const std::string& name, Count width);

/// The projection and the norm before the tied head of masked words, `width` wide, and the head's bias.
void add_masked_head(Model& m, const std::string& projection, const std::string& norm, Count width);

/// The matrix and bias of the model's classes, if it has any; for questions and answers they have a name of their
/// own.
void add_classifier(const Fields& c, Model& m, const std::string& name);

}  // namespace llmcalc::models
