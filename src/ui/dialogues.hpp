#pragma once
// Everything that opens over the window besides the choosers. Each draws itself while it is open, edits what it is
// given, and returns what was asked for; only the window acts on that.

#include "ui/actions.hpp"
#include "ui/jobs.hpp"
#include "ui/library.hpp"
#include "ui/view.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc::ui {

/// A path to type, and what there is to open: `before` are paths that were opened. The file or folder to open.
[[nodiscard]] std::optional<std::filesystem::path> open_dialogue(const Library& library,
                                                                 const std::vector<std::string>& before,
                                                                 Opening& opening, OpenView& view,
                                                                 const Theme& theme);

/// What was answered to a preview.
enum class PreviewDeed : std::uint8_t { None, Use, Cancel };
/// What was parsed of a model, before it is used.
[[nodiscard]] PreviewDeed preview_dialogue(const Preview* preview, Opening& opening, const Theme& theme);

/// Keys and marks; `skipped` are preset files that could not be read.
void help_dialogue(const Issues& skipped, Opening& opening, const Theme& theme);

/// Something to take away.
struct ExportDeed {
  enum class Kind : std::uint8_t {
    Picture,  ///< of the window, into a file
    File,     ///< with this content
    Copy      ///< of this content, to the clipboard
  };
  Kind kind = Kind::File;
  std::string name;  ///< of the file, or of what is copied
  std::string content{};
};
/// Files and texts; edits the folder that files go to. `documents` is where they go when none was typed.
[[nodiscard]] std::optional<ExportDeed> export_dialogue(const Shown& shown, const Library& library,
                                                        const io::Resolver& resolver, View& view, std::string& folder,
                                                        const std::filesystem::path& documents, const Theme& theme);

/// What was asked for next to a log.
enum class CheckDeed : std::uint8_t { None, Paste, UseSettings };
/// The self-check: what a log measured next to what is predicted, part by part.
[[nodiscard]] CheckDeed check_dialogue(const Shown& shown, const LogCheck* check, Opening& opening,
                                       const Theme& theme);

/// What to do with a named scenario.
struct ScenariosDeed {
  enum class Kind : std::uint8_t { Save, Rename, Open, Delete };
  Kind kind = Kind::Save;
  std::string name;        ///< which one
  std::string new_name{};  ///< of Rename
};
/// Saving the scenario under a name, and opening, renaming and deleting saved ones.
[[nodiscard]] std::optional<ScenariosDeed> scenarios_dialogue(const Scenario& scenario, View& view,
                                                              const Theme& theme);

/// Which version this is, and how accurate by the golden cases that come with it; null while these run.
void about_dialogue(const Accuracy* accuracy, Opening& opening, const Theme& theme);

/// What was chosen in the palette: one of these.
struct PaletteDeed {
  const Action* action = nullptr;
  const Field* setting = nullptr;  ///< to be shown with the keyboard on it
  std::string_view place{};        ///< its control
};
/// Every action by its name, every setting by any of its names.
[[nodiscard]] std::optional<PaletteDeed> command_palette(const Scenario& scenario, View& view, const Theme& theme);

}  // namespace llmcalc::ui
