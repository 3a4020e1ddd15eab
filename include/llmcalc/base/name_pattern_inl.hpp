#pragma once
// Bodies of base/name_pattern.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/name_pattern.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <utility>

namespace llmcalc {

namespace pattern_detail {

using Set = NamePattern::Set;

inline constexpr std::size_t longest_pattern = 4096;
inline constexpr std::size_t most_nodes = 4096;  ///< with each repetition written out
inline constexpr std::size_t most_work = 65536;  ///< nodes looked at for one name
inline constexpr std::size_t deepest_group = 32;
inline constexpr std::uint32_t most_repeats = 256;
inline constexpr std::uint32_t unlimited = UINT32_MAX;

inline std::size_t code(char c) { return static_cast<unsigned char>(c); }

inline Set range_of(char first, char last) {
  Set set;
  for (std::size_t c = code(first); c <= code(last); ++c) set.set(c);
  return set;
}

inline Set word_characters() {
  return range_of('0', '9') | range_of('a', 'z') | range_of('A', 'Z') | range_of('_', '_');
}

/// \d, \w, \s and their opposites; nothing for other letters, which mean something that is not known here.
inline std::optional<Set> escaped_class(char c) {
  const Set digits = range_of('0', '9');
  const Set word = word_characters();
  const Set space = range_of('\t', '\r') | range_of(' ', ' ');
  switch (c) {
    case 'd': return digits;
    case 'D': return ~digits;
    case 'w': return word;
    case 'W': return ~word;
    case 's': return space;
    case 'S': return ~space;
  }
  if (word.test(code(c))) return std::nullopt;
  return range_of(c, c);
}

}  // namespace pattern_detail

/// Parses a pattern into nodes.
class PatternCompiler {
  using Set = NamePattern::Set;
  using Node = NamePattern::Node;

 public:
  explicit PatternCompiler(std::string_view text) : text_(text) {}

  std::optional<NamePattern> expression() {
    if (text_.size() > pattern_detail::longest_pattern) return std::nullopt;
    const std::size_t root = either(0);
    if (failed_ || at_ != text_.size()) return std::nullopt;
    return finish(root);
  }

  std::optional<NamePattern> wildcard() {
    if (text_.size() > pattern_detail::longest_pattern) return std::nullopt;
    Node all;
    while (at_ < text_.size() && !failed_) {
      const char c = text_[at_++];
      Node one{.kind = Node::Kind::One, .set = c == '?' || c == '*' ? ~Set() : pattern_detail::range_of(c, c)};
      // An unclosed bracket stands for itself.
      if (c == '[' && text_.find(']', at_ + 1) != std::string_view::npos) one.set = set_of('!');
      std::size_t item = push(std::move(one));
      if (c == '*')
        item = push({.kind = Node::Kind::Repeat, .children = {item}, .least = 0, .most = pattern_detail::unlimited});
      all.children.push_back(item);
    }
    // A module's name stands for everything in it.
    const std::size_t end = push({.kind = Node::Kind::End});
    const std::size_t dot = push({.kind = Node::Kind::One, .set = pattern_detail::range_of('.', '.')});
    all.children.push_back(push({.kind = Node::Kind::Either, .children = {end, dot}}));
    if (failed_) return std::nullopt;
    return finish(push(std::move(all)));
  }

 private:
  std::size_t push(Node node) {
    if (failed_) return 0;
    std::size_t size = 1;
    for (const std::size_t child : node.children) size += sizes_[child];
    if (node.kind == Node::Kind::Repeat)
      size *= std::max<std::size_t>(node.most == pattern_detail::unlimited ? node.least : node.most, 1);
    if (size > pattern_detail::most_nodes) failed_ = true;
    sizes_.push_back(std::min(size, pattern_detail::most_nodes));
    out_.nodes_.push_back(std::move(node));
    return out_.nodes_.size() - 1;
  }
  std::size_t fail() {
    failed_ = true;
    return 0;
  }
  [[nodiscard]] bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  std::size_t either(std::size_t depth) {
    if (depth > pattern_detail::deepest_group) return fail();
    Node choice{.kind = Node::Kind::Either};
    choice.children.push_back(sequence(depth));
    while (!failed_ && next_is('|')) {
      ++at_;
      choice.children.push_back(sequence(depth));
    }
    return choice.children.size() == 1 ? choice.children.front() : push(std::move(choice));
  }

  std::size_t sequence(std::size_t depth) {
    Node all;
    while (!failed_ && at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')') {
      const std::size_t item = repeated(atom(depth));
      all.children.push_back(item);
    }
    return push(std::move(all));
  }

  std::size_t atom(std::size_t depth) {
    const char c = text_[at_++];
    switch (c) {
      case '(': {
        const bool ahead = text_.substr(at_).starts_with("?="), not_ahead = text_.substr(at_).starts_with("?!");
        if (ahead || not_ahead || text_.substr(at_).starts_with("?:")) at_ += 2;
        if (next_is('?')) return fail();
        const std::size_t inner = either(depth + 1);
        if (!next_is(')')) return fail();
        ++at_;
        if (!ahead && !not_ahead) return inner;
        return push({.kind = ahead ? Node::Kind::Ahead : Node::Kind::NotAhead, .children = {inner}});
      }
      case '[': return push({.kind = Node::Kind::One, .set = set_of('^')});
      case '.': return push({.kind = Node::Kind::One, .set = ~pattern_detail::range_of('\n', '\n')});
      case '^': return push({.kind = Node::Kind::Begin});
      case '$': return push({.kind = Node::Kind::End});
      case '\\': {
        if (next_is('b')) return ++at_, push({.kind = Node::Kind::WordEdge});
        const auto set = at_ < text_.size() ? pattern_detail::escaped_class(text_[at_++]) : std::nullopt;
        return set ? push({.kind = Node::Kind::One, .set = *set}) : fail();
      }
      case '*':
      case '+':
      case '?': return fail();
    }
    return push({.kind = Node::Kind::One, .set = pattern_detail::range_of(c, c)});
  }

  /// What stands between brackets, the first of which has been read; `opposite` inverts it.
  Set set_of(char opposite) {
    Set set;
    const bool inverted = next_is(opposite);
    if (inverted) ++at_;
    for (bool first = true; at_ < text_.size() && (first || text_[at_] != ']'); first = false) {
      char c = text_[at_++];
      if (c == '\\' && opposite == '^' && at_ < text_.size()) {
        const auto known = pattern_detail::escaped_class(text_[at_]);
        if (!known) return fail(), set;
        c = text_[at_++];
        if (known->count() > 1) {
          set |= *known;
          continue;
        }
      }
      const bool span = next_is('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']';
      if (span && pattern_detail::code(text_[at_ + 1]) < pattern_detail::code(c)) return fail(), set;
      set |= pattern_detail::range_of(c, span ? text_[at_ + 1] : c);
      if (span) at_ += 2;
    }
    if (!next_is(']')) return fail(), set;
    ++at_;
    return inverted ? ~set : set;
  }

  /// The atom with the quantifiers that follow it; lazy ones fit the same names.
  std::size_t repeated(std::size_t item) {
    while (!failed_ && at_ < text_.size()) {
      Node repeat{.kind = Node::Kind::Repeat, .children = {item}};
      if (next_is('*')) {
        repeat.least = 0, repeat.most = pattern_detail::unlimited;
      } else if (next_is('+')) {
        repeat.least = 1, repeat.most = pattern_detail::unlimited;
      } else if (next_is('?')) {
        repeat.least = 0, repeat.most = 1;
      } else if (!next_is('{') || !counted(repeat)) {
        return item;
      }
      ++at_;
      if (next_is('?')) ++at_;
      item = push(std::move(repeat));
    }
    return item;
  }

  /// {m}, {m,}, {,n} or {m,n}; leaves `at_` on the closing brace. Anything else in braces stands for itself.
  bool counted(Node& repeat) {
    const std::size_t end = text_.find('}', at_);
    if (end == std::string_view::npos) return false;
    const std::string_view inner = text_.substr(at_ + 1, end - at_ - 1);
    const std::size_t comma = std::min(inner.find(','), inner.size());
    const auto read = [](std::string_view text, std::uint32_t& n) {
      if (text.empty()) return true;
      const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), n);
      return error == std::errc{} && stop == text.data() + text.size() && n <= pattern_detail::most_repeats;
    };
    std::uint32_t least = 0, most = pattern_detail::unlimited;
    if (inner.empty() || !read(inner.substr(0, comma), least)) return false;
    if (comma == inner.size()) {
      most = least;
    } else if (!read(inner.substr(comma + 1), most)) {
      return false;
    }
    if (most < least) return false;
    repeat.least = least, repeat.most = most;
    at_ = end;
    return true;
  }

  /// The longest run of single characters that every name must hold.
  [[nodiscard]] std::string literal(std::size_t root) const {
    std::string best, run;
    const Node& node = out_.nodes_[root];
    if (node.kind != Node::Kind::Sequence) return best;
    for (const std::size_t child : node.children) {
      const Node& item = out_.nodes_[child];
      if (item.kind == Node::Kind::One && item.set.count() == 1) {
        for (std::size_t c = 0; c < item.set.size(); ++c) {
          if (item.set.test(c)) run += static_cast<char>(c);
        }
      } else if (item.kind != Node::Kind::Begin && item.kind != Node::Kind::End) {
        run.clear();
      }
      if (run.size() > best.size()) best = run;
    }
    return best;
  }

  std::optional<NamePattern> finish(std::size_t root) {
    if (failed_) return std::nullopt;
    out_.root_ = root;
    out_.literal_ = literal(root);
    return std::move(out_);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
  std::vector<std::size_t> sizes_;  ///< of the nodes, each repetition written out
  NamePattern out_;
};

LLMCALC_INLINE std::optional<NamePattern> NamePattern::expression(std::string_view text) {
  return PatternCompiler(text).expression();
}

LLMCALC_INLINE std::optional<NamePattern> NamePattern::wildcard(std::string_view text) {
  return PatternCompiler(text).wildcard();
}

LLMCALC_INLINE NamePattern::Places NamePattern::follow(std::size_t index, Places from, std::string_view name,
                                                       std::size_t& work) const {
  const Node& node = nodes_[index];
  const auto none = [](const Places& places) { return places.find('\1') == Places::npos; };
  if (work == 0 || none(from)) return Places(from.size(), '\0');
  --work;
  // Places that are not in `all` yet, which then holds them too.
  const auto fresh = [](Places places, Places& all) {
    for (std::size_t at = 0; at < places.size(); ++at) {
      places[at] = static_cast<char>(places[at] & ~all[at]);
      all[at] = static_cast<char>(all[at] | places[at]);
    }
    return places;
  };
  Places to(from.size(), '\0');
  switch (node.kind) {
    case Node::Kind::One:
      for (std::size_t at = 0; at < name.size(); ++at) {
        if (from[at] != 0 && node.set.test(pattern_detail::code(name[at]))) to[at + 1] = '\1';
      }
      return to;
    case Node::Kind::Begin: to.front() = from.front(); return to;
    case Node::Kind::End: to.back() = from.back(); return to;
    case Node::Kind::WordEdge: {
      const Set word = pattern_detail::word_characters();
      const auto in_word = [&](std::size_t at) {
        return at < name.size() && word.test(pattern_detail::code(name[at]));
      };
      for (std::size_t at = 0; at < from.size(); ++at) {
        if (in_word(at) != (at != 0 && in_word(at - 1))) to[at] = from[at];
      }
      return to;
    }
    case Node::Kind::Ahead:
    case Node::Kind::NotAhead:
      for (std::size_t at = 0; at < from.size(); ++at) {
        if (from[at] == 0) continue;
        Places here(from.size(), '\0');
        here[at] = '\1';
        const bool fits = !none(follow(node.children.front(), std::move(here), name, work));
        if (work != 0 && fits == (node.kind == Node::Kind::Ahead)) to[at] = '\1';
      }
      return to;
    case Node::Kind::Sequence:
      for (const std::size_t child : node.children) from = follow(child, std::move(from), name, work);
      return from;
    case Node::Kind::Either:
      for (const std::size_t child : node.children) fresh(follow(child, from, name, work), to);
      return to;
    case Node::Kind::Repeat: {
      const std::size_t child = node.children.front();
      for (std::uint32_t i = 0; i < node.least; ++i) from = follow(child, std::move(from), name, work);
      from = fresh(std::move(from), to);
      for (std::uint32_t i = node.least; i < node.most && !none(from); ++i)
        from = fresh(follow(child, std::move(from), name, work), to);
      return to;
    }
  }
  return to;
}

LLMCALC_INLINE bool NamePattern::matches(std::string_view name) const {
  if (name.find(literal_) == std::string_view::npos) return false;
  Places start(name.size() + 1, '\0');
  start.front() = '\1';
  std::size_t work = pattern_detail::most_work;
  return follow(root_, std::move(start), name, work).find('\1') != Places::npos;
}

}  // namespace llmcalc
