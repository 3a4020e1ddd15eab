#pragma once
// The characters of JSON in a file, for a parser that takes them one after another: what is kept is a window of the file
// and one name or text, however long the whole is.

#include "host/byte_source.hpp"
#include "host/limits.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

namespace llmcalc::io {

/// The next `length` bytes of a file. They end early where the file cannot be read, or where a name, a text or a number is
/// longer than any may be; problem() then says so.
class Characters {
 public:
  Characters(const ByteSource& source, std::uint64_t from, std::uint64_t length)
      : cursor_(source, from), left_(length) {
    fill();
  }

  [[nodiscard]] bool ended() const { return at_ == filled_; }
  [[nodiscard]] char current() const { return window_[at_]; }
  void advance() {
    const char c = window_[at_];
    if (c == '\0') return end("is not valid JSON: holds a NUL byte");  // to the parser it is the end of the text
    if (++word_ > most(Limit::SafetensorsText))
      return end("holds a text longer than " + std::to_string(most(Limit::SafetensorsText)) + " bytes");
    if (escaped_) {
      escaped_ = false;
    } else if (in_text_ && c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_text_ = !in_text_;
      word_ = 0;
    } else if (!in_text_ && (c == ',' || c == ':' || c == '[' || c == ']' || c == '{' || c == '}')) {
      word_ = 0;
    }
    if (++at_ == filled_) fill();
  }
  /// Why the characters ended before their length; "" when they did not.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// A place in them; all copies move together, as in a stream.
  class Place {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = char;
    explicit Place(Characters* text = nullptr) : text_(text) {}
    char operator*() const { return text_->current(); }
    Place& operator++() {
      text_->advance();
      return *this;
    }
    Place operator++(int) {
      Place before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Place& a, const Place& b) { return a.at_end() == b.at_end(); }
    friend bool operator!=(const Place& a, const Place& b) { return !(a == b); }

   private:
    [[nodiscard]] bool at_end() const { return text_ == nullptr || text_->ended(); }
    Characters* text_;
  };
  Place begin() { return Place(this); }
  static Place end() { return Place(); }

 private:
  void end(std::string why) {
    problem_ = std::move(why);
    at_ = filled_ = 0;
    left_ = 0;
  }
  void fill() {
    at_ = filled_ = 0;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left_, window_.size()));
    if (wanted == 0) return;
    if (!cursor_.read({window_.data(), wanted})) return end("could not be read (was it changed meanwhile?)");
    left_ -= wanted;
    filled_ = wanted;
  }

  Cursor cursor_;
  std::uint64_t left_;
  std::array<char, 65536> window_{};
  std::size_t at_ = 0, filled_ = 0;
  std::uint64_t word_ = 0;  ///< characters of the text, number or blanks that are going on
  bool in_text_ = false, escaped_ = false;
  std::string problem_;
};

}  // namespace llmcalc::io
