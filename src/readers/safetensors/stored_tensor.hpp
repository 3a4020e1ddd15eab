#pragma once
// A tensor as a file's header describes it: name, element type, shape, place. No tensor data is ever read.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace llmcalc::io {

// clang-format off
/// Element types of safetensors files. Source: `enum Dtype` of huggingface/safetensors, safetensors/src/tensor.rs.
enum class StoredType : std::uint8_t {
  Bool, F4, F6E2M3, F6E3M2, U8, I8, F8E5M2, F8E4M3, F8E8M0, F8E4M3Fnuz, F8E5M2Fnuz, I16, U16, F16, BF16, I32, U32,
  F32, C64, F64, I64, U64
};
// clang-format on

/// Name in the file and width of an element type.
struct StoredTypeInfo {
  StoredType id;
  std::string_view key;
  std::uint32_t bits;
};

// clang-format off
inline constexpr auto stored_types = std::to_array<StoredTypeInfo>({
    {StoredType::Bool, "BOOL", 8}, {StoredType::F4, "F4", 4}, {StoredType::F6E2M3, "F6_E2M3", 6},
    {StoredType::F6E3M2, "F6_E3M2", 6}, {StoredType::U8, "U8", 8}, {StoredType::I8, "I8", 8},
    {StoredType::F8E5M2, "F8_E5M2", 8}, {StoredType::F8E4M3, "F8_E4M3", 8}, {StoredType::F8E8M0, "F8_E8M0", 8},
    {StoredType::F8E4M3Fnuz, "F8_E4M3FNUZ", 8}, {StoredType::F8E5M2Fnuz, "F8_E5M2FNUZ", 8},
    {StoredType::I16, "I16", 16}, {StoredType::U16, "U16", 16}, {StoredType::F16, "F16", 16},
    {StoredType::BF16, "BF16", 16}, {StoredType::I32, "I32", 32}, {StoredType::U32, "U32", 32},
    {StoredType::F32, "F32", 32}, {StoredType::C64, "C64", 64}, {StoredType::F64, "F64", 64},
    {StoredType::I64, "I64", 64}, {StoredType::U64, "U64", 64},
});
// clang-format on

/// The row of an element type.
constexpr const StoredTypeInfo& info(StoredType type) { return stored_types[static_cast<std::size_t>(type)]; }

/// The element type of that name in a file; none when it is unknown.
constexpr std::optional<StoredType> stored_type(std::string_view key) {
  for (const StoredTypeInfo& row : stored_types) {
    if (row.key == key) return row.id;
  }
  return std::nullopt;
}

/// Sizes of a tensor, slowest first as in safetensors. Holds six without memory of its own; sizes past the sixth are
/// multiplied into it, so the number of elements stays right whatever a file says.
class Shape {
 public:
  constexpr Shape() = default;
  constexpr Shape(std::initializer_list<std::uint64_t> sizes) {
    for (const std::uint64_t size : sizes) push(size);
  }
  /// Appends a size; false when the product no longer fits 64 bits.
  constexpr bool push(std::uint64_t size) {
    if (elements_ && size > 0 && *elements_ > UINT64_MAX / size) {
      elements_.reset();
    } else if (elements_) {
      *elements_ *= size;
    }
    if (rank_ < sizes_.size()) {
      sizes_[rank_++] = size;
    } else {
      sizes_.back() = sizes_.back() > 0 && size > UINT64_MAX / sizes_.back() ? UINT64_MAX : sizes_.back() * size;
    }
    return elements_.has_value();
  }
  constexpr std::size_t rank() const { return rank_; }
  constexpr std::uint64_t operator[](std::size_t i) const { return sizes_[i]; }
  constexpr std::uint64_t back() const { return rank_ == 0 ? 1 : sizes_[rank_ - 1]; }
  constexpr std::span<const std::uint64_t> sizes() const { return {sizes_.data(), rank_}; }
  /// Product of all sizes; none when it does not fit 64 bits. 1 without sizes.
  constexpr std::optional<std::uint64_t> elements() const { return elements_; }
  friend constexpr bool operator==(const Shape& a, const Shape& b) = default;

 private:
  std::array<std::uint64_t, 6> sizes_{};
  std::size_t rank_ = 0;
  std::optional<std::uint64_t> elements_ = 1;
};

/// One tensor of a safetensors file.
struct StoredTensor {
  std::string name;
  StoredType type = StoredType::F32;
  Shape shape;
  std::uint64_t begin = 0;  ///< first byte, counted from the start of the tensor data
  std::uint64_t bytes = 0;  ///< length; equals the shape's elements times the type's width (checked by the reader)
  std::uint32_t file = 0;   ///< which of the files it is in
};

}  // namespace llmcalc::io
