#pragma once
// Counts as people move and type them: where a value stands on a slider, which values a slider stops at, and what a
// typed text means.

#include <llmcalc/base/units.hpp>

#include <optional>
#include <string_view>

namespace llmcalc::ui {

/// What a slider covers. Typed values may lie outside.
struct CountRange {
  Count low = 1;
  Count high = 1;
  bool logarithmic = true;
  Count step = 1;  ///< distance of the stops of a linear slider
};

/// Place of a value on the slider, 0 to 1.
[[nodiscard]] float position_of(const CountRange& range, Count value);

/// The value a slider stops at there: whole numbers; on a logarithmic slider eight stops an octave.
[[nodiscard]] Count value_at(const CountRange& range, float position);

/// The next stop above or below a value.
[[nodiscard]] Count next_stop(const CountRange& range, Count value, bool up);

/// A typed count: digits with commas, a decimal point, and k, m, b, t behind it. With `binary`, k is 1024 (tokens are
/// counted that way), otherwise 1000. "50k x 2048" is their product. Nothing when it is not a number.
[[nodiscard]] std::optional<Count> parse_count(std::string_view typed, bool binary);

/// A typed real number: digits with a decimal point, and k, m, b or g, t (thousands) or a percent sign behind it.
/// Nothing when it is not a number.
[[nodiscard]] std::optional<double> parse_real(std::string_view typed);

}  // namespace llmcalc::ui
