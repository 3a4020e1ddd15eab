#pragma once
// Text and shapes inside boxes. Every text of the program goes through draw_text(), so that nothing can be cut
// without a mark, and so that tests can read what is on the screen.

#include "ui/theme.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::ui {

/// A rectangle on the screen.
struct Box {
  ImVec2 from;
  ImVec2 to;
  [[nodiscard]] float width() const { return to.x - from.x; }
  [[nodiscard]] float height() const { return to.y - from.y; }
  [[nodiscard]] ImVec2 size() const { return {width(), height()}; }
  [[nodiscard]] ImVec2 middle() const { return {(from.x + to.x) / 2, (from.y + to.y) / 2}; }
  [[nodiscard]] bool contains(ImVec2 p) const { return p.x >= from.x && p.x < to.x && p.y >= from.y && p.y < to.y; }
};

/// The same box, smaller by these margins on each side.
[[nodiscard]] Box shrunk(const Box& box, float horizontal, float vertical);

/// What was drawn, for tests: every text with its box, every control with its name.
struct Audit {
  struct Text {
    std::string text;
    Box box;
    float width = 0;
    bool cut = false;             ///< wider than its box: shown with an ellipsis
    bool formula = false;         ///< in the font of formulas, which may end in an ellipsis
    bool shortens = false;        ///< a name that may end in an ellipsis; the tooltip has it whole
    Box drawn;                    ///< where its letters are
    Box clip;                     ///< what the window shows of that place
    const void* layer = nullptr;  ///< the window it is in: others may lie over it
  };
  struct Control {
    std::string name;
    Box box;
  };
  std::vector<Text> texts;
  std::vector<Control> controls;
};

enum class Align : std::uint8_t { Left, Centre, Right };

/// Width of a text in a typeface.
[[nodiscard]] float text_width(const Typeface& typeface, std::string_view text);

/// Height of a line in a typeface.
[[nodiscard]] float line_height(const Typeface& typeface);

/// Draws one line, vertically centred in the box; too wide a text ends in an ellipsis and is shown whole in a
/// tooltip. Returns the width drawn.
float draw_text(const Theme& theme, const Typeface& typeface, ImU32 colour, const Box& box, std::string_view text,
                Align align = Align::Left);

/// Draws a name where there may be little room for it: without what is in brackets, then with an ellipsis. The
/// tooltip has it whole.
float draw_name(const Theme& theme, const Typeface& typeface, ImU32 colour, const Box& box, std::string_view name);

/// Draws a paragraph from the cursor on, broken between words at `width`, and moves the cursor below it.
void paragraph(const Theme& theme, const Typeface& typeface, ImU32 colour, std::string_view text, float width);
[[nodiscard]] float paragraph_height(const Typeface& typeface, std::string_view text, float width);

/// A text in one line, or broken at the last blank that leaves the first line narrow enough.
[[nodiscard]] std::array<std::string_view, 2> two_lines(const Typeface& typeface, std::string_view text, float width);

/// Filled rectangle with rounded corners.
void fill(const Box& box, ImU32 colour, float rounding = 0);

/// Downward triangle in the middle of a box.
void draw_arrow(const Theme& theme, ImVec2 middle, ImU32 colour);

/// A tick in the middle of a box.
void draw_tick(const Theme& theme, const Box& box, ImU32 colour);

/// A cross in the middle of a box.
void draw_cross(const Theme& theme, const Box& box, ImU32 colour);

/// A tick, an exclamation mark or a cross: the verdict for who cannot tell the colours.
void draw_verdict_mark(const Theme& theme, const Box& box, FitColour verdict);

/// Lays a colour over all that was drawn in a box, what its panels hold included. What is done there goes to them.
void draw_veil(const char* name, const Box& box, ImU32 colour);

/// The same over what waits until something is closed: what is done there does nothing. True when it was clicked.
[[nodiscard]] bool draw_curtain(const char* name, const Box& box, ImU32 colour);

/// What opens over the window; Tab then stays inside it. Pair with end_popup() when true.
[[nodiscard]] bool begin_popup(const Theme& theme, const char* name, ImGuiWindowFlags flags = 0);
void end_popup(const Theme& theme);

/// Tells tests that this control was drawn here.
void note_control(const Theme& theme, std::string_view name, const Box& box);

/// A row of a list as wide as its panel. It takes the gap to the next one too: no click falls between two rows.
[[nodiscard]] bool list_row(const char* name, float height);

/// The box of the item drawn last.
[[nodiscard]] Box last_item();

/// A line of explanation when the mouse rests on the last item or the keyboard is on it.
void help(const Theme& theme, std::string_view text);

/// An explanation of what is in a box. It stands beside the panel, or below the box where the panel is wide: never over
/// what it explains, nor over the next setting or tab.
void explain(const Theme& theme, const Box& box, std::string_view text);

/// Lines of a fixed pitch on a card, broken at blanks.
void card(const Theme& theme, std::string_view lines);

/// A tooltip with any content between these two.
void begin_tooltip(const Theme& theme);
void end_tooltip();

/// Makes the last item a stop of Tab, with a ring around it while it has the keyboard.
void focus_ring(const Theme& theme, const Box& box);

/// The same for one of many in a list or grid, of which only one is a stop; arrows reach the others.
void focus_ring_in_list(const Theme& theme, const Box& box, bool is_stop);

}  // namespace llmcalc::ui
