#pragma once
// What is remembered between starts besides the scenario.

#include "ui/tabs.hpp"
#include "ui/theme.hpp"

#include <llmcalc/base/text.hpp>

#include <string>
#include <vector>

namespace llmcalc::ui {

/// Bytes of the longest path that can be typed into a field.
inline constexpr std::size_t longest_path = 4096;

/// Paths that are remembered.
inline constexpr std::size_t most_opened = 8;

/// How the window looks and what it shows.
struct Preferences {
  ThemeKind theme = ThemeKind::Dark;
  ByteUnits units = ByteUnits::Binary;
  Tab tab = Tab::Context;
  Focus focus;  ///< its task is the one that charts, WHAT FITS, LEVERS and WHY are about
  float zoom = 1;
  bool more_settings = false;
  std::string export_folder{};        ///< as typed; empty: the user's documents
  std::vector<std::string> opened{};  ///< paths that were opened, the last one first
  int width = 0;                      ///< of the window, in its coordinates; 0: as it opens first
  int height = 0;
  friend bool operator==(const Preferences&, const Preferences&) = default;
};

}  // namespace llmcalc::ui
