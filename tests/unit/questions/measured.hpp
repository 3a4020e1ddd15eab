#pragma once
// What published measurements of speed were made on: shapes of models and figures of chips.

#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <memory>
#include <string_view>

namespace llmcalc::tests {

/// The shapes of the models that were measured.
inline CustomModel llama_2_7b() { return {.kv_heads = 32, .intermediate_size = 11008, .vocabulary = 32000}; }
inline CustomModel llama_3_8b() { return {.kv_heads = 8}; }
inline CustomModel llama_3_2_3b() {
  return {.layers = 28,
          .hidden_size = 3072,
          .heads = 24,
          .kv_heads = 8,
          .head_dim = 128,
          .intermediate_size = 8192,
          .tied_head = true};
}
inline CustomModel llama_3_70b() {
  return {.layers = 80, .hidden_size = 8192, .heads = 64, .kv_heads = 8, .intermediate_size = 28672};
}
inline CustomModel tiny_llama() {
  return {
      .layers = 22, .hidden_size = 2048, .heads = 32, .kv_heads = 4, .intermediate_size = 5632, .vocabulary = 32000};
}
inline CustomModel qwen_3_8b() {
  return {.layers = 36, .kv_heads = 8, .intermediate_size = 12288, .vocabulary = 151936};
}
inline CustomModel mistral_7b() { return {.kv_heads = 8, .vocabulary = 32768}; }
inline CustomModel mixtral_8x7b() { return {.kv_heads = 8, .vocabulary = 32000, .experts = 8}; }
inline CustomModel qwen_3_600m() {
  return {.layers = 28,
          .hidden_size = 1024,
          .heads = 16,
          .kv_heads = 8,
          .head_dim = 128,
          .intermediate_size = 3072,
          .vocabulary = 151936,
          .tied_head = true};
}
inline CustomModel llama_3_405b() {
  return {.layers = 126, .hidden_size = 16384, .heads = 128, .kv_heads = 8, .intermediate_size = 53248};
}

struct Chip {
  std::string_view name;
  double bandwidth;  ///< GB/s
  double half;       ///< TFLOP/s
  double eight_bit = 0;
  double link = 0;  ///< GB/s, both directions
};
inline constexpr Chip p40{"P40", 345.6, 0};
inline constexpr Chip rtx_3080{"RTX 3080 10 GB", 760, 59.5};
inline constexpr Chip rtx_4090{"RTX 4090", 1008, 165.2};
inline constexpr Chip rtx_5090{"RTX 5090", 1792, 209.6};
inline constexpr Chip rx_9070_xt{"RX 9070 XT", 640, 194.6};
inline constexpr Chip m1_max{"M1 Max", 400, 10.4};
inline constexpr Chip m2_max{"M2 Max", 400, 13.49};
inline constexpr Chip m3_max{"M3 Max", 400, 14.2};
inline constexpr Chip m4{"M4", 120, 4.6};
inline constexpr Chip m4_pro{"M4 Pro", 273, 9.2};
inline constexpr Chip m1_ultra{"M1 Ultra", 800, 21};
inline constexpr Chip m2_ultra{"M2 Ultra", 800, 27.2};
inline constexpr Chip m3_ultra{"M3 Ultra", 819, 28.4};
inline constexpr Chip a100_40gb{"A100 40 GB", 1555, 312, 0, 600};
inline constexpr Chip a100_80gb{"A100 80 GB", 2039, 312, 0, 600};
inline constexpr Chip h100{"H100", 3350, 989, 1979, 900};
inline constexpr Chip h200{"H200", 4800, 989, 1979, 900};

/// A model on so many of a chip, with more memory than it needs.
inline Scenario measured_on(const CustomModel& model, const Chip& chip, Count count = 1) {
  Scenario s;
  s.model = std::make_shared<const Model>(model_from_numbers(model).value());
  Device device;
  device.name = chip.name;
  device.memory = 512_GiB;
  device.bandwidth = chip.bandwidth * 1e9;
  device.operations.fp16 = device.operations.bf16 = chip.half * 1e12;
  device.operations.fp8 = chip.eight_bit * 1e12;
  device.link_bandwidth = chip.link * 1e9;
  s.devices.groups = {{std::make_shared<const Device>(device), count}};
  return s;
}

}  // namespace llmcalc::tests
