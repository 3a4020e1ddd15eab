#pragma once
// Whole bytes and saturating arithmetic. A sum or product that does not fit 64 bits stays at the largest value, so
// that absurd input gives an absurdly large answer instead of a small wrong one. GiB and GB are different literals.

#include <compare>
#include <cstdint>
#include <limits>

namespace llmcalc {

/// A number of things: tokens, layers, heads, elements.
using Count = std::uint64_t;

/// The largest count; the value at which arithmetic saturates.
inline constexpr Count saturated = std::numeric_limits<Count>::max();

/// a + b, or `saturated` when it does not fit.
[[nodiscard]] constexpr Count add(Count a, Count b) noexcept { return a > saturated - b ? saturated : a + b; }

/// a * b, or `saturated` when it does not fit.
[[nodiscard]] constexpr Count multiply(Count a, Count b) noexcept {
#if defined(__GNUC__)  // one instruction instead of a division
  Count result = 0;
  return __builtin_mul_overflow(a, b, &result) ? saturated : result;
#else
  if (a == 0 || b == 0) return 0;
  return a > saturated / b ? saturated : a * b;
#endif
}

/// Product of several counts, saturating.
template <class... More>
[[nodiscard]] constexpr Count product(Count first, More... more) noexcept {
  ((first = multiply(first, static_cast<Count>(more))), ...);
  return first;
}

/// a - b, or 0 when b is larger.
[[nodiscard]] constexpr Count subtract(Count a, Count b) noexcept { return a > b ? a - b : 0; }

/// ceil(a / b); 0 when b is 0.
[[nodiscard]] constexpr Count ceil_divide(Count a, Count b) noexcept {
  return b == 0 ? 0 : a / b + (a % b != 0 ? 1 : 0);
}

/// a rounded up to a multiple of b; a itself when b is 0.
[[nodiscard]] constexpr Count round_up(Count a, Count b) noexcept {
  return b == 0 ? a : multiply(ceil_divide(a, b), b);
}

/// An amount of memory in whole bytes.
struct Bytes {
  Count count = 0;  ///< bytes

  friend constexpr auto operator<=>(Bytes, Bytes) = default;
  friend constexpr Bytes operator+(Bytes a, Bytes b) noexcept { return {add(a.count, b.count)}; }
  /// Difference, 0 at the least.
  friend constexpr Bytes operator-(Bytes a, Bytes b) noexcept { return {subtract(a.count, b.count)}; }
  friend constexpr Bytes operator*(Bytes a, Count n) noexcept { return {multiply(a.count, n)}; }
  friend constexpr Bytes operator*(Count n, Bytes a) noexcept { return a * n; }
  constexpr Bytes& operator+=(Bytes other) noexcept { return *this = *this + other; }
  constexpr Bytes& operator-=(Bytes other) noexcept { return *this = *this - other; }
};

/// Larger of two amounts.
[[nodiscard]] constexpr Bytes max(Bytes a, Bytes b) noexcept { return a < b ? b : a; }
/// Smaller of two amounts.
[[nodiscard]] constexpr Bytes min(Bytes a, Bytes b) noexcept { return a < b ? a : b; }
/// a rounded up to a multiple of `alignment` bytes.
[[nodiscard]] constexpr Bytes round_up(Bytes a, Count alignment) noexcept { return {round_up(a.count, alignment)}; }
/// ceil(a / parts); 0 when parts is 0.
[[nodiscard]] constexpr Bytes ceil_divide(Bytes a, Count parts) noexcept { return {ceil_divide(a.count, parts)}; }

namespace units_detail {

/// a * n / d with a product of 128 bits, rounded down, saturating; d is not 0. For compilers without such a type.
[[nodiscard]] constexpr Count multiply_divide(Count a, Count n, Count d) noexcept {
  constexpr Count half = 0xFFFF'FFFF;
  const Count low = (a & half) * (n & half);
  const Count middle = (a >> 32) * (n & half) + (low >> 32);
  const Count other = (a & half) * (n >> 32) + (middle & half);
  const Count high = (a >> 32) * (n >> 32) + (middle >> 32) + (other >> 32);
  const Count rest = (other << 32) | (low & half);
  if (high >= d) return saturated;
  Count quotient = 0;
  Count remainder = high;
  for (int bit = 63; bit >= 0; --bit) {
    const bool carry = (remainder >> 63) != 0;
    remainder = (remainder << 1) | ((rest >> bit) & 1);
    if (!carry && remainder < d) continue;
    remainder -= d;
    quotient |= Count{1} << bit;
  }
  return quotient;
}
static_assert(multiply_divide(10, 3, 4) == 7 && multiply_divide(saturated, saturated, saturated) == saturated);
static_assert(multiply_divide(saturated, 9, 10) == 16'602'069'666'338'596'453U);
static_assert(multiply_divide(saturated, 2, 1) == saturated && multiply_divide(saturated, 0, 1) == 0);
static_assert(multiply_divide(Count{1} << 63, 6, 1 + (Count{1} << 63)) == 5);

}  // namespace units_detail

/// a * numerator / denominator without overflow in between, rounded down; saturates. 0 when the denominator is 0.
[[nodiscard]] constexpr Bytes scale(Bytes a, Count numerator, Count denominator) noexcept {
  if (denominator == 0) return {0};
#if defined(__SIZEOF_INT128__)  // one multiplication and one division
  __extension__ using Wide = unsigned __int128;
  const Wide wide = static_cast<Wide>(a.count) * numerator / denominator;
  return {wide > saturated ? saturated : static_cast<Count>(wide)};
#else
  return {units_detail::multiply_divide(a.count, numerator, denominator)};
#endif
}
static_assert(scale({saturated}, 9, 10).count == units_detail::multiply_divide(saturated, 9, 10));
static_assert(scale({saturated - 1}, saturated - 2, saturated).count ==
              units_detail::multiply_divide(saturated - 1, saturated - 2, saturated));
static_assert(scale({85'029'615'042}, 950'000, 1'000'000).count ==
              units_detail::multiply_divide(85'029'615'042, 950'000, 1'000'000));

/// Storage of elements in blocks: `bytes` per `elements`, a started block counts whole. {1, 2} is a 16-bit
/// number.
struct Block {
  std::uint32_t elements = 1;  ///< values in a block
  std::uint32_t bytes = 0;     ///< bytes of a block
  friend constexpr bool operator==(Block, Block) = default;
};

/// Bytes of n elements stored in blocks.
[[nodiscard]] constexpr Bytes storage(Count n, Block block) noexcept {
  return Bytes{block.bytes} * ceil_divide(n, block.elements);
}

inline namespace literals {
constexpr Bytes operator""_B(unsigned long long n) { return {n}; }
constexpr Bytes operator""_KiB(unsigned long long n) { return {multiply(n, Count{1} << 10)}; }
constexpr Bytes operator""_MiB(unsigned long long n) { return {multiply(n, Count{1} << 20)}; }
constexpr Bytes operator""_GiB(unsigned long long n) { return {multiply(n, Count{1} << 30)}; }
constexpr Bytes operator""_MB(unsigned long long n) { return {multiply(n, 1'000'000)}; }
constexpr Bytes operator""_GB(unsigned long long n) { return {multiply(n, 1'000'000'000)}; }
}  // namespace literals

}  // namespace llmcalc
