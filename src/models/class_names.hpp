#pragma once
// Classes by their names in "architectures": which family a class belongs to, what stands behind its last layer.

#include "models/registry.hpp"

#include <llmcalc/model/model.hpp>

#include <string_view>
#include <vector>

namespace llmcalc::models {

/// The model_type of a class, also of one that is refused; "" when it is not known. "LlamaForCausalLM" and "LlamaModel"
/// are both llama.
[[nodiscard]] std::string_view model_type_of_class(std::string_view class_name);

/// The classes that a config names, or the "architectures" of its text model.
[[nodiscard]] std::vector<std::string> class_names(const Fields&);

/// What the class named in the config puts behind the last layer of a decoder instead of the head: nothing (embedding
/// models), a row for every class, a reward. Without such a class the model stays as it is. Source: the generic
/// classes of modeling_layers.py of Hugging Face transformers (main, 2026-08), and for reward models the classes
/// published with them.
void read_decoder_head(const Fields&, Model&);

/// What a model_type is when it is refused, with its article ("an encoder"); "" for all others.
[[nodiscard]] std::string_view refused_kind(std::string_view model_type);

/// Every model_type that is refused.
[[nodiscard]] std::vector<std::string_view> refused_types();

}  // namespace llmcalc::models
