#pragma once
// Versions of runtimes and frameworks: "0.19.0", "v4.51", "b10573", "2024". Numbers compare part by part.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace llmcalc {

/// Up to four numbers of a version.
struct Version {
  std::array<std::uint32_t, 4> parts{};
  friend constexpr bool operator==(const Version&, const Version&) = default;
  /// Part by part; written out because not every standard library can compare arrays so.
  friend constexpr std::strong_ordering operator<=>(const Version& a, const Version& b) {
    for (std::size_t i = 0; i < a.parts.size(); ++i) {
      if (a.parts[i] != b.parts[i]) return a.parts[i] <=> b.parts[i];
    }
    return std::strong_ordering::equal;
  }
};

/// Reads the numbers in a version, whatever stands between them; leading letters are skipped. Numbers stop at nine
/// digits.
[[nodiscard]] constexpr Version parse_version(std::string_view text) {
  Version v;
  std::size_t part = 0;
  bool in_number = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (!in_number && part == v.parts.size()) break;
      in_number = true;
      std::uint32_t& n = v.parts[part];
      if (n < 100'000'000) n = n * 10 + static_cast<std::uint32_t>(c - '0');
    } else if (in_number) {
      in_number = false;
      ++part;
      if (c != '.' && c != '-') break;  // "0.19.0rc1": the rest is not a number of the version
    }
  }
  return v;
}
static_assert(parse_version("0.19.0") > parse_version("0.9.2") && parse_version("v0.17") >= parse_version("0.17.0"));
static_assert(parse_version("b10573") > parse_version("b9999") && parse_version("0.16.1") < parse_version("0.17"));
static_assert(parse_version("0.19.0rc1") == parse_version("0.19.0"));

/// The newest row whose `from` is not above the version; the last row when no version is given, the first when it is
/// older than all. Rows are in ascending order and there is at least one.
template <class Row, std::size_t N>
[[nodiscard]] constexpr const Row& profile_row(const std::array<Row, N>& rows, std::string_view version) {
  static_assert(N > 0);
  if (version.empty()) return rows[N - 1];
  const Version wanted = parse_version(version);
  std::size_t found = 0;
  for (std::size_t i = 0; i < N; ++i) {
    if (parse_version(rows[i].from) <= wanted) found = i;
  }
  return rows[found];
}

/// The first versions of rows, oldest first; that of the oldest row stands for all before the next.
template <class Row, std::size_t N>
[[nodiscard]] constexpr std::array<std::string_view, N> first_versions(const std::array<Row, N>& rows) {
  std::array<std::string_view, N> versions{};
  for (std::size_t i = 0; i < N; ++i) versions[i] = rows[i].from;
  return versions;
}

}  // namespace llmcalc
