#pragma once
// Errors as data. Reading and checking report every problem they find, each with its place.

#include <cassert>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace llmcalc {

/// One problem: where (a JSON pointer, a flag or a file) and what (the value and the allowed range in words).
struct Issue {
  std::string where;  ///< "/training/micro_batch", "--context", "presets/models/x.json"
  std::string what;   ///< "must be at least 1, got 0"
  friend bool operator==(const Issue&, const Issue&) = default;
};

/// All problems found at once.
using Issues = std::vector<Issue>;

/// A value, or all the issues that prevented it.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}              // NOLINT(google-explicit-constructor)
  Result(Issues issues) : content_(std::move(issues)) {}       // NOLINT(google-explicit-constructor)
  Result(Issue issue) : content_(Issues{std::move(issue)}) {}  // NOLINT(google-explicit-constructor)

  /// True when there is a value.
  explicit operator bool() const { return std::holds_alternative<T>(content_); }
  /// The value; only when there is one.
  const T& value() const& {
    assert(*this);
    return *std::get_if<T>(&content_);
  }
  /// The value, moved out; only when there is one.
  T&& value() && {
    assert(*this);
    return std::move(*std::get_if<T>(&content_));
  }
  const T& operator*() const& { return value(); }
  const T* operator->() const { return &value(); }
  /// The issues; empty when there is a value.
  const Issues& issues() const {
    static const Issues none;
    const Issues* found = std::get_if<Issues>(&content_);
    return found ? *found : none;
  }

 private:
  std::variant<T, Issues> content_;
};

}  // namespace llmcalc
