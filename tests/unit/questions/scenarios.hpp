#pragma once
// Scenarios for questions: a Llama-like model of 8 billion parameters on cards of a given size.

#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <memory>
#include <string>
#include <utility>

namespace llmcalc::tests {

/// A model as Llama 3.1 8B, or with fewer layers.
inline ModelPtr dense_model(Count layers = 32) {
  CustomModel custom;
  custom.layers = layers;
  custom.kv_heads = 8;
  custom.max_context = 131072;
  return std::make_shared<const Model>(model_from_numbers(custom).value());
}

/// A card with this memory.
inline DevicePtr card(Bytes memory, std::string name = "card") {
  Device device;
  device.name = std::move(name);
  device.memory = memory;
  return std::make_shared<const Device>(std::move(device));
}

/// The model on `count` cards of this size.
inline Scenario on_cards(Bytes memory, Count count = 1, Method method = Method::Detailed) {
  Scenario s;
  s.model = dense_model();
  s.method = method;
  s.devices.groups = {{card(memory), count}};
  return s;
}

}  // namespace llmcalc::tests
