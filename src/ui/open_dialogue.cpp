// OPEN: a path to type, and a list of what there is: files opened before, models of this computer, folders.

#include "host/text_file.hpp"
#include "ui/choosers.hpp"
#include "ui/dialogues.hpp"
#include "ui/files.hpp"
#include "ui/tab_order.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <cctype>
#include <system_error>
#include <utility>

namespace llmcalc::ui {
namespace {

namespace fs = std::filesystem;

/// What a row of the list leads to.
struct OpenRow {
  fs::path path;
  bool enters = false;  ///< a folder that is listed next; else it is opened
};

struct OpenRows {
  std::vector<ChooserRow> rows;
  std::vector<OpenRow> deeds;

  void group(std::string name) {
    rows.push_back({.label = std::move(name), .note = {}, .right = {}, .is_group = true});
    deeds.emplace_back();
  }
  void add(std::string label, std::string note, std::string right, OpenRow deed) {
    rows.push_back({.label = std::move(label), .note = std::move(note), .right = std::move(right)});
    deeds.push_back(std::move(deed));
  }
};

/// Where to begin: nothing is typed yet.
OpenRows beginnings(const Library& library, const std::vector<std::string>& before) {
  OpenRows list;
  if (!before.empty()) list.group("Opened before");
  for (const std::string& path : before) {
    const fs::path file = io::path_of(path);
    list.add(io::shown(file.filename().empty() ? file : file.filename()), io::shown(file.parent_path()), {}, {file});
  }
  list.group("Folders");
  for (const auto& [name, path] : starting_folders()) list.add(name, io::shown(path), "folder", {path, true});
  if (!library.on_disk.empty()) list.group("Models on this computer");
  for (const host::LocalModel& model : library.on_disk) {
    list.add(model.name, std::string(llmcalc::label_of(model.store)),
             model.bytes.count == 0 ? "configuration" : text(model.bytes), {model.path});
  }
  return list;
}

bool holds(std::string_view name, std::string_view part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(name.begin(), name.end(), part.begin(), part.end(), same) != name.end();
}

/// What a folder holds; names that begin with `rest` come first.
OpenRows entries_of(const FolderList& folder, std::string_view rest) {
  OpenRows list;
  if (rest.empty() && folder.holds_model) list.add("Open this folder as a model", {}, {}, {folder.folder});
  const fs::path up =
      folder.folder.has_filename() ? folder.folder.parent_path() : folder.folder.parent_path().parent_path();
  if (rest.empty() && !up.empty() && up != folder.folder) list.add("..", "the folder above", "folder", {up, true});
  for (const bool begins : {true, false}) {
    for (const FolderEntry& entry : folder.entries) {
      if (!holds(entry.name, rest) || holds(entry.name.substr(0, rest.size()), rest) != begins) continue;
      list.add(entry.name, {}, entry.is_folder ? "folder" : text(entry.bytes),
               {folder.folder / io::path_of(entry.name), entry.is_folder});
    }
  }
  if (folder.is_cut) list.group("There is more than can be listed: type its name");
  return list;
}

void set_path(OpenView& view, std::string_view text) {
  view.path.fill('\0');
  std::copy_n(text.begin(), std::min(text.size(), view.path.size() - 1), view.path.begin());
  view.list.focus_now = true;
  view.list.chosen = 0;
  view.cursor = OpenView::Cursor::End;
}

/// A cursor that goes to the end of a path that was put in place; a path from last time is selected whole.
int place_cursor(ImGuiInputTextCallbackData* data) {
  auto& cursor = *static_cast<OpenView::Cursor*>(data->UserData);
  switch (std::exchange(cursor, OpenView::Cursor::Typed)) {
    case OpenView::Cursor::All: data->SelectAll(); break;
    case OpenView::Cursor::End:
      data->CursorPos = data->BufTextLen;
      data->ClearSelection();
      break;
    case OpenView::Cursor::Typed: break;
  }
  return 0;
}

/// The line to type into, and its button. True when the button was pressed.
bool path_line(OpenView& view, const Theme& theme) {
  if (view.list.focus_now) ImGui::SetKeyboardFocusHere();
  view.list.focus_now = false;
  const float width = theme.px(76);
  ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x - width - theme.px(8));
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2{theme.px(8), (theme.px(30) - ImGui::GetFontSize()) / 2});
  if (ImGui::InputTextWithHint("##path", "Path, or choose below: Enter opens, arrows choose", view.path.data(),
                               view.path.size(), ImGuiInputTextFlags_CallbackAlways, place_cursor, &view.cursor)) {
    view.list.chosen = 0;
    view.list.scroll_now = true;
    view.problem.clear();
  }
  ImGui::PopStyleVar();
  tab_stop(theme);
  note_control(theme, "open.field", last_item());
  ImGui::SameLine(0, theme.px(8));
  return button(theme, "open.path", "Open", width, Look::Accent);
}

}  // namespace

std::optional<fs::path> open_dialogue(const Library& library, const std::vector<std::string>& before,
                                      Opening& opening, OpenView& view, const Theme& theme) {
  if (opening.take(Dialogue::OpenFile)) {
    ImGui::OpenPopup("open.files");
    view.list = {.focus_now = true};
    view.cursor = OpenView::Cursor::All;
    view.folder = {};
  }
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{std::min(theme.px(680), screen.x - theme.px(16)), std::min(theme.px(520), screen.y * 0.8f)};
  ImGui::SetNextWindowPos({(screen.x - size.x) / 2, screen.y * 0.1f});
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{theme.px(14), theme.px(12)});
  const bool open = begin_popup(theme, "open.files", ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  if (!open) return std::nullopt;
  if (compat::pressed(Key::Escape)) ImGui::CloseCurrentPopup();
  heading(theme, "Open", "models, scenarios, logs, settings of other tools");
  const bool pressed = path_line(view, theme);
  if (!view.problem.empty())
    paragraph(theme, theme.fonts.body, theme.palette.bad, view.problem, size.x - theme.px(28));
  const std::string typed(view.path.data());
  const TypedPath parts = parts_of(typed);
  if (!parts.folder.empty() && view.folder.folder != parts.folder) view.folder = read_folder(parts.folder);
  const OpenRows list = parts.folder.empty() ? beginnings(library, before) : entries_of(view.folder, parts.rest);
  std::error_code unreadable;
  const bool enter = compat::pressed(Key::Enter) || compat::pressed(Key::KeypadEnter);
  const bool exact = !typed.empty() && fs::is_regular_file(typed_path(typed), unreadable);
  // The list would take Enter too: what is typed whole, or found nowhere, is opened as it stands.
  const bool as_typed = !typed.empty() && (pressed || (enter && (exact || list.rows.empty())));
  std::string nothing = view.folder.problem.empty() ? "Nothing here can be opened." : view.folder.problem;
  const auto chosen = chooser_list(theme, view.list, list.rows, nothing, Closes::Never);
  std::optional<fs::path> result;
  if (as_typed) {
    result = typed_path(typed);
  } else if (chosen) {
    const OpenRow& row = list.deeds[*chosen];
    if (row.enters) {
      set_path(view, io::shown(row.path / ""));
    } else {
      result = row.path;
    }
  }
  if (result) ImGui::CloseCurrentPopup();
  end_popup(theme);
  return result;
}

}  // namespace llmcalc::ui
