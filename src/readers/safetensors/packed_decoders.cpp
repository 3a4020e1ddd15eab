#include "readers/safetensors/packed_decoders.hpp"

#include <llmcalc/base/units.hpp>

#include <array>
#include <initializer_list>

namespace llmcalc::io {

namespace {

constexpr bool is_fp8(StoredType type) {
  return type == StoredType::F8E4M3 || type == StoredType::F8E5M2 || type == StoredType::F8E4M3Fnuz ||
         type == StoredType::F8E5M2Fnuz;
}
constexpr bool is_byte(StoredType type) { return type == StoredType::U8 || type == StoredType::I8; }
constexpr bool is_32_bit(StoredType type) { return type == StoredType::I32 || type == StoredType::U32; }

/// `name` with its ending replaced.
std::string renamed(std::string_view name, std::string_view ending, std::string_view by) {
  return std::string(name.substr(0, name.size() - ending.size())).append(by);
}

/// The shape with another last size.
Shape with_last(const Shape& shape, std::uint64_t last) {
  Shape out;
  for (std::size_t i = 0; i + 1 < shape.rank(); ++i) out.push(shape[i]);
  out.push(last);
  return out;
}

std::uint64_t group_of(std::uint64_t columns, std::uint64_t scales) {
  return scales > 1 ? ceil_divide(columns, scales) : 0;
}

/// bitsandbytes 4 bit: the matrix is flattened, its shape is in the data of quant_state.
std::optional<Decoded> bitsandbytes_4bit(const StoredTensor& main, const CompanionList& with) {
  const StoredTensor* absmax = with.ending(".absmax");
  if (absmax == nullptr || with.ending(".quant_map") == nullptr) return std::nullopt;
  const bool fp4 = with.ending(".bitsandbytes__fp4") != nullptr, nested = with.ending(".nested_absmax") != nullptr;
  const std::uint64_t elements = multiply(main.bytes, 2);
  const std::uint64_t blocks = absmax->shape.elements().value_or(0);
  return Decoded{fp4      ? Packing::Fp4
                 : nested ? Packing::Nf4Dq
                          : Packing::Nf4,
                 main.name, Shape{elements}, 4, group_of(elements, blocks)};
}

std::optional<Decoded> int8_with_row_scales(const StoredTensor& main, const CompanionList& with) {
  if (main.type != StoredType::I8) return std::nullopt;
  if (with.ending(".SCB") != nullptr) return Decoded{Packing::BnbInt8, main.name, main.shape, 8};
  if (with.ending("_scale") != nullptr || with.ending("_scales") != nullptr)
    return Decoded{Packing::Int8, main.name, main.shape, 8};
  return std::nullopt;
}

/// GPTQ packs along the inputs: qweight [in x bits / 32, out]. AWQ along the outputs: qweight [in, out x bits / 32].
/// Both: scales [groups, out], qzeros [groups, out x bits / 32].
std::optional<Decoded> gptq_or_awq(const StoredTensor& main, const CompanionList& with) {
  if (!main.name.ends_with(".qweight") || main.shape.rank() != 2) return std::nullopt;
  const StoredTensor *scales = with.ending(".scales"), *zeros = with.ending(".qzeros"),
                     *groups = with.ending(".g_idx");
  if (scales == nullptr || scales->shape.rank() != 2) return std::nullopt;
  const std::string name = renamed(main.name, ".qweight", ".weight");
  const std::uint64_t out = scales->shape[1];
  if (out == 0 || scales->shape[0] == 0) return std::nullopt;
  if (main.shape[1] != out) {
    const std::uint64_t bits = multiply(main.shape[1], 32) / out;
    if (bits == 0 || bits > 8) return std::nullopt;
    return Decoded{Packing::Awq, name, Shape{out, main.shape[0]}, static_cast<std::uint32_t>(bits),
                   group_of(main.shape[0], scales->shape[0])};
  }
  std::uint64_t bits = zeros != nullptr && zeros->shape.rank() == 2 ? multiply(zeros->shape[1], 32) / out : 0;
  if (bits == 0 && groups != nullptr && groups->shape.rank() == 1 && groups->shape[0] > 0)
    bits = multiply(main.shape[0], 32) / groups->shape[0];
  const bool guessed = bits == 0 || bits > 8;
  if (guessed) bits = 4;
  const std::uint64_t in = multiply(main.shape[0], 32) / bits;
  return Decoded{
      Packing::Gptq, name, Shape{out, in}, static_cast<std::uint32_t>(bits), group_of(in, scales->shape[0]), guessed};
}

/// gpt-oss: blocks [.., groups, 16] of 32 values, scales [.., groups].
std::optional<Decoded> mxfp4_blocks(const StoredTensor& main, const CompanionList& with) {
  if (!main.name.ends_with("_blocks") || main.type != StoredType::U8 || with.ending("_scales") == nullptr)
    return std::nullopt;
  if (main.shape.rank() < 2 || main.shape.back() != 16) return std::nullopt;
  Shape shape;
  for (std::size_t i = 0; i + 2 < main.shape.rank(); ++i) shape.push(main.shape[i]);
  shape.push(multiply(main.shape[main.shape.rank() - 2], 32));
  return Decoded{Packing::Mxfp4, renamed(main.name, "_blocks", ""), shape, 4, 32};
}

/// Two 4-bit floats a byte along the last dimension; the scales' type and number tell MXFP4 (32) from NVFP4 (16).
std::optional<Decoded> fp4_pairs(const StoredTensor& main, const CompanionList& with, const std::string& name) {
  const StoredTensor* scale = nullptr;
  for (const std::string_view ending : {"_scale", ".scale", "_scales", ".scales"}) {
    if (scale == nullptr) scale = with.ending(ending);
  }
  if (scale == nullptr || scale->shape.rank() < 2 || scale->shape.back() == 0) return std::nullopt;
  const std::uint64_t columns = main.type == StoredType::F4 ? main.shape.back() : multiply(main.shape.back(), 2);
  const std::uint64_t group = columns / scale->shape.back();
  const Shape shape = with_last(main.shape, columns);
  const bool exponents = scale->type == StoredType::F8E8M0 || scale->type == StoredType::U8;
  if (exponents && group == 32) return Decoded{Packing::Mxfp4, name, shape, 4, 32};
  if (scale->type == StoredType::F8E4M3 && group == 16) return Decoded{Packing::Nvfp4, name, shape, 4, 16};
  return std::nullopt;
}

/// compressed-tensors pack-quantized: weight_packed I32 [out, in x bits / 32], weight_scale [out, groups].
std::optional<Decoded> packed_integers(const StoredTensor& main, const CompanionList& with,
                                       const QuantizationConfig& config) {
  if (!main.name.ends_with("_packed")) return std::nullopt;
  const std::string name = renamed(main.name, "_packed", "");
  if (is_byte(main.type) || main.type == StoredType::F4) return fp4_pairs(main, with, name);
  if (!is_32_bit(main.type) || main.shape.rank() < 2) return std::nullopt;
  const bool known = config.bits > 0 && config.bits <= 16;
  const std::uint32_t bits = known ? config.bits : 4;
  const std::uint64_t columns = multiply(main.shape.back(), 32 / bits);
  const StoredTensor* scale = with.ending("_scale");
  const std::uint64_t groups = scale == nullptr ? 0 : scale->shape.back();
  return Decoded{Packing::PackedInt, name, with_last(main.shape, columns), bits, group_of(columns, groups), !known};
}

std::optional<Decoded> fp8(const StoredTensor& main, const CompanionList& with) {
  if (!is_fp8(main.type)) return std::nullopt;
  const StoredTensor* scale = with.ending("_scale_inv");
  for (const std::string_view ending : {"_scale", ".scale"}) {
    if (scale == nullptr) scale = with.ending(ending);
  }
  if (scale == nullptr) return Decoded{Packing::Fp8, main.name, main.shape, 8};
  const bool blocks = scale->shape.rank() >= 2 && scale->shape.back() > 1;
  return Decoded{blocks ? Packing::Fp8Block : Packing::Fp8, main.name, main.shape, 8,
                 blocks ? group_of(main.shape.back(), scale->shape.back()) : 0};
}

/// MLX: weight U32 [out, in x bits / 32], scales and biases [out, groups].
std::optional<Decoded> mlx(const StoredTensor& main, const CompanionList& with, const QuantizationConfig& config) {
  if (main.type != StoredType::U32 || main.shape.rank() < 2) return std::nullopt;
  const StoredTensor* scales = with.ending("scales");
  if (scales == nullptr || scales->shape.rank() < 2 || scales->shape.back() == 0) return std::nullopt;
  const std::uint64_t groups = scales->shape.back(), stored_bits = multiply(main.shape.back(), 32);
  // config.json's bits may be those of most layers only; the ratio must come out even
  for (const std::uint64_t group : {std::uint64_t{config.group_size}, std::uint64_t{64}, std::uint64_t{32},
                                    std::uint64_t{128}, std::uint64_t{16}}) {
    const std::uint64_t columns = multiply(groups, group);
    if (columns == 0 || stored_bits % columns != 0) continue;
    const std::uint64_t bits = stored_bits / columns;
    if (bits < 2 || bits > 8 || bits == 7) continue;
    const bool exponents = scales->type == StoredType::U8 && bits == 4;
    return Decoded{exponents && group == 32 ? Packing::Mxfp4 : Packing::Mlx,
                   main.name,
                   with_last(main.shape, columns),
                   static_cast<std::uint32_t>(bits),
                   group,
                   config.group_size == 0};
  }
  return std::nullopt;
}

/// ExLlama: rows from the permutation, or 16 x 16 tiles.
std::optional<Decoded> exllama(const StoredTensor& main, const CompanionList& with) {
  if (main.name.ends_with(".q_weight") && main.shape.rank() == 2) {
    const StoredTensor* order = with.ending("perm");
    if (order == nullptr || order->shape.rank() != 1 || order->shape[0] == 0) return std::nullopt;
    const Shape shape{main.shape[1], order->shape[0]};
    const std::uint64_t bits = multiply(main.shape[0], 32) / order->shape[0];
    return Decoded{Packing::Exl2, renamed(main.name, ".q_weight", ".weight"), shape,
                   static_cast<std::uint32_t>(bits)};
  }
  if (main.name.ends_with(".trellis") && main.shape.rank() == 3) {
    const Shape shape{multiply(main.shape[1], 16), multiply(main.shape[0], 16)};
    return Decoded{Packing::Exl3, renamed(main.name, ".trellis", ".weight"), shape,
                   static_cast<std::uint32_t>(main.shape[2] / 16)};
  }
  return std::nullopt;
}

std::optional<Decoded> hqq(const StoredTensor& main, const CompanionList& with, const QuantizationConfig& config) {
  if (!main.name.ends_with(".W_q") || with.ending(".scale") == nullptr) return std::nullopt;
  const bool known = config.bits > 0 && config.bits <= 8;
  const std::uint32_t bits = known ? config.bits : 4;
  // 3 bit packs ten values into 32 bits, the others fill whole bytes (hqq/core/bitpack.py)
  const std::uint64_t elements = bits == 3 ? multiply(main.bytes / 4, 10) : multiply(main.bytes, 8 / bits);
  return Decoded{Packing::Hqq, renamed(main.name, ".W_q", ".weight"), Shape{elements}, bits, config.group_size,
                 !known};
}

/// BitNet: four ternary weights a byte along the rows.
std::optional<Decoded> ternary(const StoredTensor& main, const CompanionList& with,
                               const QuantizationConfig& config) {
  if (config.method != "bitnet" || main.type != StoredType::U8 || main.shape.rank() != 2 ||
      with.ending("_scale") == nullptr)
    return std::nullopt;
  return Decoded{Packing::Ternary, main.name, Shape{multiply(main.shape[0], 4), main.shape[1]}, 2};
}

}  // namespace

std::optional<Decoded> decode(const StoredTensor& main, const CompanionList& with, const QuantizationConfig& config) {
  if (auto found = bitsandbytes_4bit(main, with)) return found;
  if (auto found = gptq_or_awq(main, with)) return found;
  if (auto found = mxfp4_blocks(main, with)) return found;
  if (auto found = packed_integers(main, with, config)) return found;
  if (auto found = exllama(main, with)) return found;
  if (auto found = hqq(main, with, config)) return found;
  if (auto found = ternary(main, with, config)) return found;
  const bool weight = main.shape.rank() >= 2;
  if (weight && (is_byte(main.type) || main.type == StoredType::F4)) {
    if (auto found = fp4_pairs(main, with, main.name)) return found;
  }
  if (auto found = int8_with_row_scales(main, with)) return found;
  if (auto found = fp8(main, with)) return found;
  if (auto found = mlx(main, with, config)) return found;
  return std::nullopt;
}

}  // namespace llmcalc::io
