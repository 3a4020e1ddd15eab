// Commands of a shell script as far as launch scripts need it: quotes, continued lines, variables with defaults, arrays.

#include "host/limits.hpp"
#include "readers/imports/import.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace llmcalc::io {
namespace {

constexpr std::size_t most_words = most(Limit::ImportSettings);
constexpr std::uint64_t most_number = 1'000'000'000;

bool name_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Reads one script; later commands see what earlier ones assigned.
class Shell {
 public:
  explicit Shell(std::string_view text) : text_(text) {}

  std::vector<ShellCommand> commands() {
    while (at_ < text_.size() && total_ < most_words && written_ <= most(Limit::ImportBytes)) {
      const char c = text_[at_];
      if (c == '\\' && line_end(at_ + 1) != 0) {
        end_word();
        at_ += 1 + line_end(at_ + 1);
      } else if (c == '\n' || c == ';' || c == '|' || c == '&') {
        separator(c);
      } else if (c == ' ' || c == '\t' || c == '\r') {
        end_word();
        ++at_;
      } else if (c == '#' && !in_word_) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '(' && word_.ends_with('=') && in_word_) {
        ++at_;
        array_ = word_.substr(0, word_.size() - 1);
        if (array_.ends_with('+'))
          array_.pop_back();
        else
          variables_[array_].clear();
        word_.clear();
        in_word_ = false;
      } else if (c == ')' && !array_.empty()) {
        end_word();
        array_.clear();
        ++at_;
      } else if (c == '\'') {
        const std::size_t end = std::min(text_.find('\'', at_ + 1), text_.size());
        add(text_.substr(at_ + 1, end - at_ - 1));
        at_ = std::min(end + 1, text_.size());
      } else if (c == '"') {
        double_quoted();
      } else if (c == '\\' && at_ + 1 < text_.size()) {
        add(text_.substr(at_ + 1, 1));
        at_ += 2;
      } else if (c == '$') {
        variable(false);
      } else {
        add(text_.substr(at_, 1));
        ++at_;
      }
    }
    end_command();
    return std::move(commands_);
  }

 private:
  void add(std::string_view piece) {
    word_ += piece;
    written_ += piece.size();
    in_word_ = true;
  }

  /// Length of a line's end there; 0 when there is none.
  [[nodiscard]] std::size_t line_end(std::size_t at) const {
    if (text_.substr(at, 2) == "\r\n") return 2;
    // A blank behind the backslash is a mistake that people make; what follows is the same command.
    std::size_t blanks = at;
    while (blanks < text_.size() && (text_[blanks] == ' ' || text_[blanks] == '\t')) ++blanks;
    return blanks < text_.size() && text_[blanks] == '\n' ? blanks + 1 - at : 0;
  }

  void separator(char c) {
    // "2>&1" and "&>": the sign belongs to a redirection.
    const bool redirection = c == '&' && ((at_ > 0 && text_[at_ - 1] == '>') || text_.substr(at_ + 1, 1) == ">");
    if (redirection) {
      add("&");
    } else if (array_.empty()) {
      end_command();
    } else {
      end_word();
    }
    ++at_;
  }

  void double_quoted() {
    in_word_ = true;
    for (++at_; at_ < text_.size() && text_[at_] != '"';) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        if (const std::size_t end = line_end(at_ + 1); end != 0) {
          at_ += 1 + end;
        } else {
          add(text_.substr(at_ + 1, 1));
          at_ += 2;
        }
      } else if (text_[at_] == '$') {
        variable(true);
      } else {
        add(text_.substr(at_, 1));
        ++at_;
      }
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  /// "$((A * B))" and "$(expr A / B)" of numbers and variables, from left to right; nothing when it is something else.
  [[nodiscard]] std::optional<std::uint64_t> arithmetic(std::string_view text) const {
    if (text.starts_with("$((") && text.ends_with("))")) {
      text = text.substr(3, text.size() - 5);
    } else if (text.starts_with("$(expr ")) {
      text = text.substr(7, text.size() - 8);
    } else {
      return std::nullopt;
    }
    std::optional<std::uint64_t> result;
    char sign = 0;
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] == ' ' || text[i] == '$' || text[i] == '{' || text[i] == '}' || text[i] == '\\') {
        ++i;
      } else if (std::string_view("+-*/").find(text[i]) != std::string_view::npos) {
        sign = text[i++];
      } else {
        std::string word;
        while (i < text.size() && name_character(text[i])) word += text[i++];
        if (const auto found = variables_.find(word); found != variables_.end() && found->second.size() == 1)
          word = found->second[0];
        std::uint64_t n = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
        if (word.empty() || error != std::errc{} || end != word.data() + word.size() || n > most_number)
          return std::nullopt;
        if (!result) {
          result = n;
        } else if (sign == '+') {
          *result += n;
        } else if (sign == '-' && n <= *result) {
          *result -= n;
        } else if (sign == '*' && *result <= most_number) {
          *result *= n;
        } else if (sign == '/' && n != 0) {
          *result /= n;
        } else {
          return std::nullopt;
        }
        sign = 0;
      }
    }
    return result;
  }

  /// $NAME, ${NAME}, ${NAME:-default}, ${NAME[@]}; others stay as they are written.
  void variable(bool quoted) {
    const std::size_t begin = at_++;
    std::string name;
    std::string otherwise;
    bool has_default = false;
    bool list = false;
    if (at_ < text_.size() && text_[at_] == '{') {
      const std::size_t end = text_.find('}', at_);
      if (end == std::string_view::npos) return add(text_.substr(begin, 1));
      std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
      std::size_t length = 0;
      while (length < inside.size() && name_character(inside[length])) ++length;
      name = std::string(inside.substr(0, length));
      inside.remove_prefix(length);
      list = inside.starts_with("[@]") || inside.starts_with("[*]");
      if (inside.starts_with(":-") || inside.starts_with(":=")) {
        has_default = true;
        inside.remove_prefix(2);
        if (inside.size() > 1 && inside.front() == '"' && inside.back() == '"')
          inside = inside.substr(1, inside.size() - 2);
        otherwise = std::string(inside);
      }
    } else if (at_ < text_.size() && text_[at_] == '(') {
      int open = 0;
      do {
        if (text_[at_] == '(') ++open;
        if (text_[at_] == ')') --open;
        ++at_;
      } while (at_ < text_.size() && open > 0);
      const std::string_view whole = text_.substr(begin, at_ - begin);
      const auto number = arithmetic(whole);
      return add(number ? std::to_string(*number) : std::string(whole));
    } else {
      while (at_ < text_.size() && name_character(text_[at_])) name += text_[at_++];
    }
    const auto found = variables_.find(name);
    if (name.empty() || (found == variables_.end() && !has_default)) {
      if (name.empty() && text_.substr(begin, 2) == "$@") ++at_;
      if (!name.empty()) add(text_.substr(begin, at_ - begin));
      return;
    }
    if (found == variables_.end()) return add(otherwise);
    const std::vector<std::string> words = found->second;  // the list that is being filled may name itself
    if (quoted && !list) {
      for (std::size_t i = 0; i < words.size(); ++i) add((i == 0 ? "" : " ") + words[i]);
      return;
    }
    // Unquoted, a value with blanks is several words.
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (i != 0) end_word();
      if (quoted) {
        add(words[i]);
        continue;
      }
      for (const char c : words[i]) {
        if (c == ' ' || c == '\n' || c == '\t') {
          end_word();
        } else {
          add(std::string_view(&c, 1));
        }
      }
    }
  }

  void end_word() {
    if (!in_word_) return;
    in_word_ = false;
    std::string word = std::move(word_);
    word_.clear();
    ++total_;
    if (!array_.empty()) {
      variables_[array_].push_back(std::move(word));
      return;
    }
    // NAME=value before a command.
    const std::size_t equals = word.find('=');
    bool name = equals != std::string::npos && equals != 0 && !std::isdigit(static_cast<unsigned char>(word[0]));
    for (std::size_t i = 0; name && i < equals; ++i) name = name_character(word[i]);
    if (name && words_.empty()) {
      variables_[word.substr(0, equals)] = {word.substr(equals + 1)};
      assigned_.push_back(word);
      return;
    }
    static constexpr std::string_view before[] = {"export", "exec",  "nohup", "sudo", "time",
                                                  "env",    "local", "then",  "do",   "else"};
    if (words_.empty() && std::find(std::begin(before), std::end(before), word) != std::end(before)) {
      exports_ = exports_ || word == "export";
      return;
    }
    words_.push_back(std::move(word));
  }

  void end_command() {
    end_word();
    if (!words_.empty()) {
      // What it is started with belongs to it: CUDA_VISIBLE_DEVICES=0,1 vllm serve ...
      for (const std::vector<std::string>* before : {&exported_, &assigned_}) {
        total_ += before->size();
        for (const std::string& word : *before) written_ += word.size();
        words_.insert(words_.end(), before->begin(), before->end());
      }
      commands_.push_back({std::move(words_)});
    } else if (exports_) {
      exported_.insert(exported_.end(), assigned_.begin(), assigned_.end());
    }
    words_.clear();
    assigned_.clear();
    exports_ = false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t total_ = 0;    ///< words
  std::size_t written_ = 0;  ///< characters of them, each time a variable is named
  std::string word_;
  bool in_word_ = false;
  std::string array_;  ///< the array being filled; "": none
  std::vector<std::string> words_;
  std::vector<std::string> assigned_;  ///< by this command, before its program
  std::vector<std::string> exported_;  ///< by commands before
  bool exports_ = false;
  std::map<std::string, std::vector<std::string>> variables_;
  std::vector<ShellCommand> commands_;
};

}  // namespace

std::vector<ShellCommand> shell_commands(std::string_view text) { return Shell(text).commands(); }

std::string shell_word(std::string_view word) {
  if (!word.empty() && word.find_first_of(" \t\n\r{'\"\\()|*$;&<>`?#") == std::string_view::npos)
    return std::string(word);
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace llmcalc::io
