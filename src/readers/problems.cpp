#include "readers/problems.hpp"

#include <cstdio>
#include <iterator>

namespace llmcalc::io {

namespace {

/// Length of the UTF-8 sequence at the start of `text`; 0 when it is not one (overlong and surrogates included).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  if (first == 0xE0 && second < 0xA0) return 0;
  if (first == 0xED && second > 0x9F) return 0;
  if (first == 0xF0 && second < 0x90) return 0;
  if (first == 0xF4 && second > 0x8F) return 0;
  return length;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  for (std::size_t characters = 0; !text.empty(); ++characters) {
    if (characters == limit) return out + "...";
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0 || first < 0x20 || first == 0x7F) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02X", static_cast<unsigned>(first));
      out += escape;
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

}  // namespace

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
