#pragma once
// Weights of recurrences that the inventory has no formula for, tensor by tensor.

#include "models/blocks.hpp"

#include <string>
#include <string_view>

namespace llmcalc::models {

/// Writes the recurrent tensors of one kind of layer.
class RecurrentTensors {
 public:
  RecurrentTensors(Model& m, std::size_t kind) : model_(m), kind_(kind) {}

  void matrix(std::string_view name, Count rows, Count columns, TensorRole role, bool bias = false) {
    const std::string text(name);
    add_layer_tensor(model_, kind_, text + ".weight", rows, columns, role, part(role));
    if (bias) add_layer_tensor(model_, kind_, text + ".bias", rows, 1, TensorRole::Bias, part(role));
  }
  void vector(std::string_view name, Count size) {
    add_layer_tensor(model_, kind_, name, size, 1, TensorRole::RecurrentSmall, ModelPart::Recurrent);
  }

 private:
  static ModelPart part(TensorRole role) {
    const bool block = role == TensorRole::Up || role == TensorRole::Down || role == TensorRole::Gate;
    return block ? ModelPart::FeedForward : ModelPart::Recurrent;
  }

  Model& model_;
  std::size_t kind_;
};

}  // namespace llmcalc::models
