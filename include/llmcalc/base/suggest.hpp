#pragma once
// "Did you mean ...?": the known name nearest to a misspelt one.

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

/// Edits (insert, delete, replace, swap of neighbours) that lead from one word to the other; case does not count, nor
/// does '-' for '_'. Words are cut at 64 characters.
[[nodiscard]] inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, 64);
  b = b.substr(0, 64);
  const auto same = [](char x, char y) {
    const auto plain = [](char c) {
      return c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    };
    return plain(x) == plain(y);
  };
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (same(a[i - 1], b[j - 1]) ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]);
      if (swapped) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(now);
  }
  return last[b.size()];
}

/// The known name nearest to `word`: one it begins ("--tensor" of "--tensor-parallel"), else the one with the fewest
/// edits; "" when none is near enough to be meant.
template <class Names>
[[nodiscard]] std::string nearest(std::string_view word, const Names& names) {
  std::string best;
  for (const auto& name : names) {
    const std::string_view known(name);
    const bool begins = word.size() >= 4 && known.size() > word.size() && known.starts_with(word) &&
                        std::string_view("-_. ").find(known[word.size()]) != std::string_view::npos;
    if (begins && (best.empty() || known.size() < best.size())) best = known;
  }
  if (!best.empty()) return best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& name : names) {
    const std::size_t edits = edit_distance(word, name);
    if (edits < least && edits < std::max(word.size(), std::string_view(name).size())) {
      least = edits;
      best = std::string(name);
    }
  }
  return best;
}

/// " (did you mean "x"?)" for the nearest known name, or "".
template <class Names>
[[nodiscard]] std::string did_you_mean(std::string_view word, const Names& names) {
  const std::string best = nearest(word, names);
  return best.empty() ? best : " (did you mean \"" + best + "\"?)";
}

}  // namespace llmcalc
