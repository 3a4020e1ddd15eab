#pragma once
// One table per enumeration: its key in JSON and on the command line, its label for people, one line of help.

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace llmcalc {

/// One row of an enumeration's table.
template <class Enum>
struct EnumRow {
  Enum id;                     ///< the enumerator this row describes; row i describes enumerator i
  std::string_view key;        ///< name in JSON and on the command line
  std::string_view label;      ///< name for people
  std::string_view help = {};  ///< one line of explanation
};

/// Overload per enumeration: `constexpr auto& enum_table(Enum)` gives its table.
template <class Enum>
concept Tabled = requires(Enum e) {
  enum_table(e);
};

/// True when row i describes enumerator i: a missing or misplaced row breaks the build.
template <class Rows>
[[nodiscard]] constexpr bool indexed_by_id(const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].id) != i) return false;
  }
  return true;
}

/// The table's row of an enumerator.
template <Tabled Enum>
[[nodiscard]] constexpr const auto& row_of(Enum value) {
  return enum_table(value)[static_cast<std::size_t>(value)];
}

/// The key of an enumerator.
template <Tabled Enum>
[[nodiscard]] constexpr std::string_view key_of(Enum value) {
  return row_of(value).key;
}

/// The label of an enumerator.
template <Tabled Enum>
[[nodiscard]] constexpr std::string_view label_of(Enum value) {
  return row_of(value).label;
}

/// The enumerator with this key, or nothing.
template <Tabled Enum>
[[nodiscard]] constexpr std::optional<Enum> from_key(std::string_view key) {
  for (const auto& row : enum_table(Enum{})) {
    if (row.key == key) return row.id;
  }
  return std::nullopt;
}

}  // namespace llmcalc
