#pragma once
// What the standard library of Debian's emscripten (libc++ 13) lacks of C++20: included before every file
// by third_party/cmake/llmcalc_emscripten.cmake, and nothing at all with a newer library. Only the forms that are used.

#include <algorithm>

#if defined(_LIBCPP_VERSION) && _LIBCPP_VERSION < 15000
#include <bit>
#include <functional>
#include <iterator>
#include <type_traits>
#include <utility>

_LIBCPP_BEGIN_NAMESPACE_STD

template <class To, class From>
constexpr To bit_cast(const From& from) noexcept {
  static_assert(sizeof(To) == sizeof(From) && is_trivially_copyable_v<To> && is_trivially_copyable_v<From>);
  return __builtin_bit_cast(To, from);
}

namespace ranges {

template <class Range, class Value, class Projection = identity>
constexpr auto find(Range&& range, const Value& value, Projection projection = {}) {
  return std::find_if(std::begin(range), std::end(range),
                      [&](auto&& item) { return std::invoke(projection, item) == value; });
}
template <class Range, class Test, class Projection = identity>
constexpr auto find_if(Range&& range, Test test, Projection projection = {}) {
  return std::find_if(std::begin(range), std::end(range),
                      [&](auto&& item) { return std::invoke(test, std::invoke(projection, item)); });
}
template <class Range, class Test, class Projection = identity>
constexpr bool any_of(Range&& range, Test test, Projection projection = {}) {
  return ranges::find_if(range, test, projection) != std::end(range);
}
template <class Range, class Test, class Projection = identity>
constexpr bool none_of(Range&& range, Test test, Projection projection = {}) {
  return !ranges::any_of(range, test, projection);
}
template <class Range, class Test, class Projection = identity>
constexpr bool all_of(Range&& range, Test test, Projection projection = {}) {
  return !ranges::any_of(
      range, [&](auto&& item) { return !std::invoke(test, item); }, projection);
}
template <class Range, class Test, class Projection = identity>
constexpr auto count_if(Range&& range, Test test, Projection projection = {}) {
  return std::count_if(std::begin(range), std::end(range),
                       [&](auto&& item) { return std::invoke(test, std::invoke(projection, item)); });
}

template <class Order, class Projection>
constexpr auto by_projection(Order order, Projection projection) {
  return
      [=](auto&& a, auto&& b) { return std::invoke(order, std::invoke(projection, a), std::invoke(projection, b)); };
}
template <class Range, class Order = std::less<>, class Projection = identity>
constexpr void sort(Range&& range, Order order = {}, Projection projection = {}) {
  std::sort(std::begin(range), std::end(range), by_projection(order, projection));
}
template <class Range, class Order = std::less<>, class Projection = identity>
void stable_sort(Range&& range, Order order = {}, Projection projection = {}) {
  std::stable_sort(std::begin(range), std::end(range), by_projection(order, projection));
}
template <class Range, class Order = std::less<>, class Projection = identity>
constexpr auto max_element(Range&& range, Order order = {}, Projection projection = {}) {
  return std::max_element(std::begin(range), std::end(range), by_projection(order, projection));
}
template <class Range, class Order = std::less<>, class Projection = identity>
constexpr auto min_element(Range&& range, Order order = {}, Projection projection = {}) {
  return std::min_element(std::begin(range), std::end(range), by_projection(order, projection));
}
template <class Range, class Value, class Order = std::less<>, class Projection = identity>
constexpr auto lower_bound(Range&& range, const Value& value, Order order = {}, Projection projection = {}) {
  return std::lower_bound(std::begin(range), std::end(range), value, [&](auto&& item, const Value& wanted) {
    return std::invoke(order, std::invoke(projection, item), wanted);
  });
}
template <class Range, class Output, class Function, class Projection = identity>
constexpr void transform(Range&& range, Output output, Function function, Projection projection = {}) {
  std::transform(std::begin(range), std::end(range), output,
                 [&](auto&& item) { return std::invoke(function, std::invoke(projection, item)); });
}
template <class Range, class Output>
constexpr void copy(Range&& range, Output output) {
  std::copy(std::begin(range), std::end(range), output);
}

template <class Range, class Taken, class Output>
constexpr void set_difference(Range&& range, Taken&& taken, Output output) {
  std::set_difference(std::begin(range), std::end(range), std::begin(taken), std::end(taken), output);
}

}  // namespace ranges
_LIBCPP_END_NAMESPACE_STD
#endif
