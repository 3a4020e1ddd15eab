#include "readers/safetensors/quantization_config.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace llmcalc::io {

namespace {

using nlohmann::json;

const json* object_at(const json& parent, std::string_view key) {
  const auto found = parent.is_object() ? parent.find(std::string(key)) : parent.end();
  return found != parent.end() && found->is_object() ? &*found : nullptr;
}

std::uint32_t small_number(const json& object, std::string_view key) {
  const auto found = object.find(std::string(key));
  if (found == object.end() || !found->is_number_unsigned()) return 0;
  const auto value = found->get<std::uint64_t>();
  return value <= 1U << 20 ? static_cast<std::uint32_t>(value) : 0;
}

std::string short_text(const json& object, std::string_view key) {
  const auto found = object.find(std::string(key));
  return found != object.end() && found->is_string() ? found->get_ref<const std::string&>().substr(0, 64)
                                                     : std::string{};
}

bool flag(const json& object, std::string_view key) {
  const auto found = object.find(std::string(key));
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

/// compressed-tensors: config_groups.NAME.weights of the first group that has weights.
void read_groups(const json& entry, QuantizationConfig& out) {
  const json* groups = object_at(entry, "config_groups");
  if (groups == nullptr) return;
  for (const auto& [name, group] : groups->items()) {
    const json* weights = object_at(group, "weights");
    if (weights == nullptr) continue;
    out.bits = small_number(*weights, "num_bits");
    out.group_size = small_number(*weights, "group_size");
    if (out.format.empty()) out.format = short_text(group, "format");
    return;
  }
}

}  // namespace

QuantizationConfig quantization_config(const json& config) {
  QuantizationConfig out;
  const json* entry = object_at(config, "quantization_config");
  const json* text = object_at(config, "text_config");
  if (entry == nullptr && text != nullptr) entry = object_at(*text, "quantization_config");
  const json* mlx = object_at(config, "quantization");
  if (entry == nullptr && mlx == nullptr) return out;
  if (entry != nullptr) {
    out.method = short_text(*entry, "quant_method");
    out.format = short_text(*entry, "format");
    out.bits = small_number(*entry, "bits");
    out.group_size = small_number(*entry, "group_size");
    if (flag(*entry, "load_in_4bit")) out.bits = 4;
    if (flag(*entry, "load_in_8bit")) out.bits = 8;
    if (out.bits == 0) read_groups(*entry, out);
    if (const json* hqq = object_at(*entry, "quant_config"); hqq != nullptr && out.bits == 0) {
      if (const json* weights = object_at(*hqq, "weight_quant_params")) {
        out.bits = small_number(*weights, "nbits");
        out.group_size = small_number(*weights, "group_size");
      }
    }
  }
  // mlx-lm writes its own entry, and a copy without quant_method under the usual name
  if (mlx != nullptr && out.method.empty() && small_number(*mlx, "bits") > 0) {
    out = {"mlx", "", small_number(*mlx, "bits"), small_number(*mlx, "group_size")};
  }
  return out;
}

}  // namespace llmcalc::io
