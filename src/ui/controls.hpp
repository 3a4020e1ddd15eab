#pragma once
// Controls: what people move, choose and type. Settings come from the field table, so that a control knows its label,
// unit, help, range and default without being told.

#include "ui/drawing.hpp"
#include "ui/number_entry.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/field.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::ui {

/// A number being typed into a slider. At most one at a time.
struct Typing {
  std::string name;  ///< which control; "" none
  std::array<char, 48> text{};
  bool just_opened = false;
  std::string complaint;  ///< why the text was refused; shown under the control
};

/// What the panels of the left column edit, and what they need for it.
struct Controls {
  const Theme& theme;
  Scenario& scenario;
  const Scenario& reference;  ///< what "as it was" means: marks and resets go by it
  const Issues& issues;       ///< of the scenario; shown beside the fields they name
  Typing& typing;
  float label_width = 0;             ///< pixels
  bool more = false;                 ///< the further settings are shown too
  std::string_view* seek = nullptr;  ///< path of the setting that is to get the keyboard; emptied when it has it
  const Field* solve = nullptr;      ///< the setting whose best value that fits was asked for
};

/// Look of a button.
enum class Look : std::uint8_t { Plain, Accent, Quiet, Small, SmallOn };

/// A button with its text in the middle. Width 0: as wide as the text.
bool button(const Theme& theme, const char* name, std::string_view text, float width = 0, Look look = Look::Plain);

/// Buttons joined side by side of which one is chosen. Returns the one pressed, or the chosen one.
std::size_t segmented(const Theme& theme, const char* name, std::span<const std::string_view> texts,
                      std::size_t chosen);

/// Heading of a group of controls or a panel, with a hairline under it.
void heading(const Theme& theme, std::string_view title, std::string_view note = {});

/// Begins a row: label at the left; the cursor is where the control starts. Returns the width left for controls.
float row_label(const Theme& theme, std::string_view label, float label_width, std::string_view help_text = {},
                bool departs = false);

/// A slider for counts at the cursor. True when `value` changed.
struct SliderLook {
  CountRange range;
  std::string shown;         ///< text of the value
  std::string typed{};       ///< what typing begins with; "": `shown`
  bool binary = false;       ///< typed "k" means 1024
  bool thousandths = false;  ///< the count is a real number in thousandths: typed as such
  Count lowest = 0;          ///< accepted when typed
  Count highest = saturated;
};
bool count_slider(const Theme& theme, Typing& typing, std::string_view name, float width, const SliderLook& look,
                  Count& value);

/// One line of an open combo.
struct ComboOption {
  std::string label;
  std::string note;  ///< at the right, quieter
  std::string help;
};

/// The closed face of what opens a list, at the cursor. True when it was clicked.
bool closed_combo(const Theme& theme, std::string_view name, float width, std::string_view label,
                  std::string_view note = {});

/// A closed combo at the cursor; opens a list. Returns the option chosen now, or -1. `options` is called only while
/// the list is open.
int combo(const Theme& theme, std::string_view name, float width, std::string_view label, std::string_view note,
          int chosen, const std::function<std::vector<ComboOption>()>& options);

/// A check box at the cursor. True when it was switched.
bool check_box(const Theme& theme, std::string_view name, std::string_view text, bool& on);

/// Draws the row of one setting if it matters for the scenario, with help, mark, reset and issues. True when changed.
bool setting(Controls& controls, const Field& field);

/// Two settings in one row under a common label.
bool setting_pair(Controls& controls, std::string_view label, const Field& left, const Field& right);

/// Gives the control that is drawn next the keyboard if this place is sought.
void seek(Controls& controls, std::string_view place);

/// The control of one setting, without its label.
bool setting_control(Controls& controls, const Field& field, float width);

/// The list of a coded setting, with `shown` on it and `note` at its right end. True when something else was chosen.
bool coded_control(Controls& controls, const Field& field, float width, const std::string& shown,
                   std::string_view note);

/// A setting's help as a sentence: "Tokens of a training sequence."
[[nodiscard]] std::string field_help(const Field& field);

/// The value of a setting as people read it, with its unit.
[[nodiscard]] std::string setting_text(const Field& field, const Scenario& scenario);

/// Words for the text form of a coded setting: "gguf:Q4_K_M" is "GGUF Q4_K_M".
[[nodiscard]] std::string coded_label(const Field& field, std::string_view text);
[[nodiscard]] std::string coded_help(const Field& field, std::string_view text);

/// Greys the row from here on, at most one line, when the simple method does not look at the setting.
void veil_ignored(const Controls& controls, const Field& field, ImVec2 row);

/// Issues that name this place, as red lines.
void show_issues(const Theme& theme, const Issues& issues, std::string_view where);

}  // namespace llmcalc::ui
