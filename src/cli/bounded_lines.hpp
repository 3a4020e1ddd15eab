#pragma once
// Lines of a stream that may have any number of them and never an end: scenarios, requests of agents.

#include <algorithm>
#include <array>
#include <istream>
#include <string>
#include <string_view>

namespace llmcalc::cli {

/// The lines of a stream, one after another; of a line that is too long one byte more than the most
/// is kept, whatever its length.
class BoundedLines {
 public:
  BoundedLines(std::istream& in, std::size_t most) : in_(in), most_(most) {}

  /// The next line, without its break; false at the end.
  bool next(std::string& line) {
    line.clear();
    bool any = false;
    while (at_ != filled_ || fill()) {
      any = true;
      const std::string_view rest(buffer_.data() + at_, filled_ - at_);
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      line.append(rest.substr(0, std::min(end, most_ + 1 - line.size())));
      at_ += std::min(end + 1, rest.size());
      if (end != rest.size()) break;
    }
    return any;
  }

 private:
  /// What is there by now, so that somebody who writes a line gets its answer.
  bool fill() {
    at_ = filled_ = 0;
    if (in_.peek() == std::istream::traits_type::eof()) return false;
    filled_ = static_cast<std::size_t>(in_.readsome(buffer_.data(), static_cast<std::streamsize>(buffer_.size())));
    return filled_ != 0;
  }

  std::istream& in_;
  std::size_t most_;
  std::array<char, 65536> buffer_{};
  std::size_t at_ = 0, filled_ = 0;
};

}  // namespace llmcalc::cli
