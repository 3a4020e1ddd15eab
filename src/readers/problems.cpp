#include "readers/problems.hpp"

#include <llmcalc/base/printable.hpp>

#include <iterator>

namespace llmcalc::io {

std::string clean_text(std::string_view text, std::size_t limit) { return printable(text, limit); }

std::string in_quotes(std::string_view text) { return "'" + printable(text, 80) + "'"; }

std::string json_problem(std::string_view message) {
  if (const auto prefix = message.find("] ");
      message.starts_with("[json.exception.") && prefix != std::string_view::npos) {
    message.remove_prefix(prefix + 2);
  }
  if (const auto token = message.find("; last read"); token != std::string_view::npos)
    message = message.substr(0, token);
  return printable(message, 200);
}

void Problems::add(std::string_view where, std::string what) {
  if (issues_.size() == kept) {
    ++dropped_;
    return;
  }
  issues_.push_back({where.empty() ? place_ : place_ + ": " + printable(where, 120), std::move(what)});
}

std::vector<Issue> Problems::take() {
  if (dropped_ > 0) issues_.push_back({place_, "and " + std::to_string(dropped_) + " more problems of this kind"});
  dropped_ = 0;
  return std::exchange(issues_, {});
}

void append(std::vector<Issue>& all, std::vector<Issue> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace llmcalc::io
