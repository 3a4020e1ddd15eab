#pragma once
// The parts every chooser is made of.

#include "ui/panels.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::ui {

/// A row of a chooser's list; a group's name is not chosen.
struct ChooserRow {
  std::string label;
  std::string note;   ///< quiet, at the right
  std::string right;  ///< size
  bool is_group = false;
  std::optional<io::RunMark> mark{};  ///< how it runs on the present machine; nothing: not known
};

/// Opens a chooser's popup with nothing typed yet.
void open_chooser(Chooser& chooser, const char* name);

/// Draws the popup, if it is open, with its search line. Pair with ImGui::EndPopup() when true.
bool begin_chooser(const Theme& theme, Chooser& chooser, const char* name, ImVec2 size, const char* hint);

/// Whether a choice closes the popup.
enum class Closes : std::uint8_t { WhenChosen, Never };
inline constexpr std::string_view nothing_found = "Nothing found. Try a shorter word.";
/// The list below the search line. The row that was chosen now. `nothing` is said in place of an empty list.
std::optional<std::size_t> chooser_list(const Theme& theme, Chooser& chooser, std::span<const ChooserRow> rows,
                                        std::string_view nothing = nothing_found, Closes closes = Closes::WhenChosen);

/// Rows of models, and what each stands for.
struct ModelRows {
  std::vector<ChooserRow> rows;
  std::vector<ModelDeed> deeds;
};
/// The models that a search finds, that of `meant` first; all of them under the names of their groups when there is no
/// search. `marks` say how each preset runs on the present machine, and in which format.
ModelRows model_rows(const Library& library, std::string_view query, const MeantModel& meant,
                     const ModelMarks& marks = {});

}  // namespace llmcalc::ui
