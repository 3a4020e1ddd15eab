#pragma once
// Devices that hold the same are one row of an estimate, however many they are: a run of 16,384 devices costs no more
// to estimate than its stages do.

#include <llmcalc/base/text.hpp>
#include <llmcalc/base/units.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

/// Numbers of devices that hold the same: `run` of them in a row, and the same again every `stride`, `repeats` times.
struct DeviceSpan {
  Count first = 0;
  Count run = 1;
  Count repeats = 1;
  Count stride = 1;  ///< at least `run`

  [[nodiscard]] constexpr Count count() const { return multiply(run, repeats); }
  /// The k-th of them.
  [[nodiscard]] constexpr Count at(Count k) const { return first + k / run * stride + k % run; }
  [[nodiscard]] constexpr Count last() const { return at(count() - 1); }
  [[nodiscard]] constexpr bool contains(Count i) const {
    return i >= first && (i - first) % stride < run && (i - first) / stride < repeats;
  }
  /// True when their numbers follow one another.
  [[nodiscard]] constexpr bool neighbours() const { return repeats == 1 || run == stride; }
  friend constexpr bool operator==(const DeviceSpan&, const DeviceSpan&) = default;
};
static_assert(DeviceSpan{4, 2, 3, 8}.at(3) == 13 && DeviceSpan{4, 2, 3, 8}.contains(13) &&
              !DeviceSpan{4, 2, 3, 8}.contains(14));
static_assert(DeviceSpan{4, 2, 3, 8}.last() == 21 && !DeviceSpan{4, 2, 3, 8}.contains(28));

/// What has no number among the devices (the host) comes after all of them.
inline constexpr DeviceSpan after_devices{.first = ~Count{0}};

/// True when both can be written as one; `b` has the higher numbers.
[[nodiscard]] constexpr bool can_join(const DeviceSpan& a, const DeviceSpan& b) {
  if (a.repeats != b.repeats) return false;
  const bool same_step = a.repeats == 1 || (a.stride == b.stride && a.run + b.run <= a.stride);
  return same_step && a.first + a.run == b.first;
}
/// Both as one.
[[nodiscard]] constexpr DeviceSpan joined(DeviceSpan a, const DeviceSpan& b) {
  a.run += b.run;
  a.stride = std::max(a.stride, a.run);
  return a;
}

/// The same devices in pieces, none of which has numbers on both sides of `boundary`.
[[nodiscard]] inline std::vector<DeviceSpan> split(const DeviceSpan& a, Count boundary) {
  if (boundary <= a.first || boundary > a.last()) return {a};
  const Count whole = std::min((boundary - a.first) / a.stride, a.repeats);  // repeats that lie before the boundary
  const Count within = std::min(boundary - a.first - whole * a.stride, a.run);
  const Count next = a.first + whole * a.stride;
  std::vector<DeviceSpan> pieces;
  const auto put = [&](DeviceSpan piece) {
    if (piece.count() != 0) pieces.push_back(piece);
  };
  put({a.first, a.run, whole, a.stride});
  put({next, within, 1, std::max<Count>(within, 1)});
  put({next + within, a.run - within, 1, std::max<Count>(a.run - within, 1)});
  if (whole + 1 < a.repeats) put({next + a.stride, a.run, a.repeats - whole - 1, a.stride});
  return pieces;
}

/// "GPU 4".
[[nodiscard]] inline std::string device_name(Count i) { return "GPU " + std::to_string(i); }

/// Name of a row of an estimate: "GPU 4", "GPU 0–7", "8 like GPU 5", "host".
[[nodiscard]] inline std::string shared_name(const std::string& first, const DeviceSpan& span) {
  if (span.count() <= 1) return first;
  if (span.neighbours()) return first + "–" + std::to_string(span.last());
  return grouped(span.count()) + " like " + first;
}
/// The same of a row of an estimate.
template <class Row>
[[nodiscard]] std::string shared_name(const Row& row) {
  return shared_name(row.name, row.span);
}

/// Most devices that a listing names one by one.
inline constexpr Count most_listed = 1024;

/// A row for every device, in the order of their numbers, what has no number (the host) last; the rows as they are
/// when the devices are more than `most_listed`.
template <class Row>
[[nodiscard]] std::vector<Row> listed(const std::vector<Row>& rows) {
  Count all = 0;
  for (const Row& row : rows) all = add(all, row.span.count());
  if (all == rows.size() || all > most_listed) return rows;
  std::vector<Row> out;
  out.reserve(static_cast<std::size_t>(all));
  for (const Row& row : rows) {
    for (Count k = 0; k < row.span.count(); ++k) {
      out.push_back(row);
      if (row.span.count() == 1) continue;
      out.back().span = {.first = row.span.at(k)};
      out.back().name = device_name(row.span.at(k));
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Row& a, const Row& b) { return a.span.first < b.span.first; });
  return out;
}

/// The row that a name is part of: "GPU 5" of "GPU 0–7"; null when there is none.
template <class Row>
[[nodiscard]] const Row* row_of(const std::vector<Row>& rows, std::string_view name) {
  for (const Row& row : rows) {
    if (row.name == name) return &row;
    if (row.span.count() == 1) continue;
    // Numbers as device_name() writes them: what does not lead back to the same name is none.
    Count number = 0;
    for (const char c : name.substr(std::min(name.size(), std::string_view("GPU ").size()))) {
      number = add(multiply(number, 10), static_cast<Count>(c >= '0' && c <= '9' ? c - '0' : 0));
    }
    if (device_name(number) == name && row.span.contains(number)) return &row;
  }
  return nullptr;
}

}  // namespace llmcalc
