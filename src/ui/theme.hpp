#pragma once
// Colours, fonts and measures. One Theme value is passed to every panel; nothing is global.

#include "ui/compat.hpp"

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/estimate/estimate.hpp>

#include <array>
#include <cstdint>

namespace llmcalc::ui {

enum class ThemeKind : std::uint8_t { Dark, Light, HighContrast };
inline constexpr std::array<EnumRow<ThemeKind>, 3> theme_kinds{{
    {ThemeKind::Dark, "dark", "Dark"},
    {ThemeKind::Light, "light", "Light"},
    {ThemeKind::HighContrast, "high-contrast", "High contrast"},
}};
static_assert(indexed_by_id(theme_kinds));
constexpr const auto& enum_table(ThemeKind) { return theme_kinds; }

/// How good a verdict is: it runs; it runs, but somebody waits or it may be too tight; it does not run.
enum class FitColour : std::uint8_t { Good, Warn, Bad };

/// Number of parts of an estimate; every part has its own place in the palette.
inline constexpr std::size_t part_count = parts.size();

/// All colours of a theme.
struct Palette {
  ImU32 bar = 0;      ///< top and status bar
  ImU32 side = 0;     ///< left and right column
  ImU32 centre = 0;   ///< middle column
  ImU32 border = 0;   ///< hairlines
  ImU32 control = 0;  ///< closed combos, buttons, slider backgrounds
  ImU32 control_hover = 0;
  ImU32 control_fill = 0;  ///< filled part of a slider
  ImU32 fill_hover = 0;
  ImU32 track = 0;  ///< background of stacked bars, cards, code
  ImU32 chart = 0;  ///< background of charts
  ImU32 tab = 0;    ///< tab that is not chosen
  ImU32 popup = 0;
  ImU32 row = 0;  ///< chosen row
  ImU32 text = 0;
  ImU32 text_soft = 0;   ///< labels
  ImU32 text_faint = 0;  ///< secondary text
  ImU32 accent = 0;
  ImU32 on_accent = 0;
  ImU32 on_part = 0;  ///< text on a coloured segment
  ImU32 good = 0;
  ImU32 bad = 0;
  ImU32 warn = 0;
  ImU32 mark = 0;  ///< capacity line
  std::array<ImU32, part_count> part{};

  /// Colour of a verdict.
  [[nodiscard]] ImU32 of(FitColour verdict) const {
    return verdict == FitColour::Good ? good : verdict == FitColour::Warn ? warn : bad;
  }
};

/// Fonts by role.
struct Fonts {
  Typeface body;
  Typeface strong;   ///< semibold body
  Typeface title;    ///< names of the bars
  Typeface big;      ///< headline numbers
  Typeface heading;  ///< section headings
  Typeface small;
  Typeface mono;
  bool built_in = false;  ///< no font was found on this system: Dear ImGui's own, which is small and plain
};

struct Audit;
struct TabOrder;

/// Everything about the looks.
struct Theme {
  ThemeKind kind = ThemeKind::Dark;
  float scale = 1;  ///< display scale times the user's zoom
  Palette palette;
  Fonts fonts;
  float mouse_rest_seconds = 0;   ///< how long the mouse has not moved: help appears when it rests
  Audit* audit = nullptr;         ///< tests read here what was drawn
  TabOrder* tab_order = nullptr;  ///< where Tab goes; null: nowhere

  /// Measure in pixels of a length at scale 1, whole pixels.
  [[nodiscard]] float px(float length) const { return static_cast<float>(static_cast<int>(length * scale + 0.5f)); }
  /// Colour of a part.
  [[nodiscard]] ImU32 colour(Part part) const { return palette.part[static_cast<std::size_t>(part)]; }
};

/// Colours of a theme.
Palette palette_of(ThemeKind kind);

/// Sets Dear ImGui's own style to match; call when the theme, the scale or the context changes.
void apply_style(const Theme& theme);

/// A colour with its opacity multiplied.
ImU32 faded(ImU32 colour, float opacity);

/// The colour of `from` moved towards `to`; amount 0 to 1.
ImU32 mixed(ImU32 from, ImU32 to, float amount);

}  // namespace llmcalc::ui
