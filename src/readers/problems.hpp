#pragma once
// What is wrong with a file, collected while reading on; names out of hostile files made fit to be shown
// (base/printable.hpp); and how much of one may be read.

#include "host/limits.hpp"

#include <llmcalc/base/issue.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::io {

/// Text from a file for a message: in quotes, control characters and broken UTF-8 as \xNN, cut after 80 characters.
std::string in_quotes(std::string_view text);

/// Text from a file made fit for people and for JSON: control characters and broken UTF-8 as \xNN, cut after `limit`
/// characters.
std::string clean_text(std::string_view text, std::size_t limit = 120);

/// Reason and byte of a JSON error, without nlohmann's own prefixes and without unprintable bytes.
std::string json_problem(std::string_view message);

/// Issues of one file. A broken file can have millions; the first are kept, the others counted.
class Problems {
 public:
  /// `place` stands before every `where`: the file's name.
  explicit Problems(std::string place) : place_(std::move(place)) {}
  /// Records one problem of the thing called `where` inside the file ("" = the file itself).
  void add(std::string_view where, std::string what);
  bool empty() const { return issues_.empty(); }
  std::size_t count() const { return issues_.size() + dropped_; }
  /// All problems, the number of those left out as the last one.
  std::vector<Issue> take();

  static constexpr std::size_t kept = 32;

 private:
  std::string place_;
  std::vector<Issue> issues_;
  std::size_t dropped_ = 0;
};

/// Appends `more` to `all`.
void append(std::vector<Issue>& all, std::vector<Issue> more);

/// What may still be read of one model's tensors: all its files share it, as a budget for each would be multiplied by
/// their number.
struct TensorRoom {
  std::uint64_t tensors = most(Limit::Tensors);
  std::uint64_t name_bytes = most(Limit::TensorNames);

  /// Takes the room of a tensor; false when there is none.
  bool take(const std::string& name) {
    if (tensors == 0 || name.size() > name_bytes) return false;
    --tensors;
    name_bytes -= name.size();
    return true;
  }
  /// What is said then.
  static std::string problem() {
    return "has more than " + std::to_string(most(Limit::Tensors)) + " tensors, or names of more than " +
           std::to_string(most(Limit::TensorNames)) + " bytes: more than any model";
  }
};

}  // namespace llmcalc::io
