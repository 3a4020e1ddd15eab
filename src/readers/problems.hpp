#pragma once
// What is wrong with a file, collected while reading on, and names out of hostile files made fit to be shown (base/printable.hpp).

#include <llmcalc/base/issue.hpp>

#include <cstddef>
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

}  // namespace llmcalc::io
