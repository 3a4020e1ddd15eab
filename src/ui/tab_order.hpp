#pragma once
// Where Tab goes: from control to control in the order in which a frame draws them, inside what is open over the window
// while something is. Dear ImGui before 1.89 stops at text fields only.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace llmcalc::ui {

struct Theme;

/// The controls of a frame, counted as they are drawn.
struct TabOrder {
  /// What a frame drew.
  struct Stops {
    std::size_t count = 0;
    std::optional<std::size_t> focused{};  ///< the one that has the keyboard
    bool layered = false;                  ///< only what is open over the window counts
  };
  Stops last;
  Stops now;
  bool in_layer = false;
  std::optional<std::size_t> target;  ///< the stop that gets the keyboard in this frame
  bool seek = false;                  ///< the next stop gets it
  bool begun = false;                 ///< something was clicked or reached by Tab: before, Tab begins at the first
  std::string letters{};              ///< typed into an open list without a pause, in lower case
  double typed_at = 0;                ///< when the last one was
};

/// Begins a frame: where Tab leads is known from the last one.
void begin_tab_order(TabOrder& order);

/// The item drawn last is a stop; true in the frame in which it is sought.
bool tab_stop(const Theme& theme);

/// The item drawn last is no stop, but Tab goes on from it when it has the keyboard.
void tab_pass(const Theme& theme);

/// The next stop gets the keyboard and is scrolled into view.
void seek_next_stop(const Theme& theme);

/// What was typed into the open list, when this frame has a letter more; "" otherwise. A list that opens begins anew.
[[nodiscard]] std::string_view typed_letters(const Theme& theme);

/// What is drawn between these two is open over the window.
void begin_tab_layer(const Theme& theme);
void end_tab_layer(const Theme& theme);

}  // namespace llmcalc::ui
