// Choosers: a search line and a list, worked by mouse or keys alone.

#include "ui/choosers.hpp"

#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"
#include "ui/what_runs_panels.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace llmcalc::ui {
namespace {

/// Moves the chosen row by the keys of this frame. True when Enter chooses it.
bool keys(Chooser& chooser, std::size_t count) {
  if (count == 0) return false;
  const auto go = [&](std::ptrdiff_t by) {
    const auto last = static_cast<std::ptrdiff_t>(count) - 1;
    chooser.chosen = static_cast<std::size_t>(
        std::clamp(static_cast<std::ptrdiff_t>(chooser.chosen) + by, std::ptrdiff_t{0}, last));
    chooser.scroll_now = true;
  };
  constexpr std::ptrdiff_t page = 10;
  if (compat::pressed(Key::Down, true)) go(1);
  if (compat::pressed(Key::Up, true)) go(-1);
  if (compat::pressed(Key::PageDown, true)) go(page);
  if (compat::pressed(Key::PageUp, true)) go(-page);
  chooser.chosen = std::min(chooser.chosen, count - 1);
  return compat::pressed(Key::Enter) || compat::pressed(Key::KeypadEnter);
}

}  // namespace

void open_chooser(Chooser& chooser, const char* name) {
  ImGui::OpenPopup(name);
  chooser = {.below = chooser.below, .focus_now = true};
}

bool begin_chooser(const Theme& theme, Chooser& chooser, const char* name, ImVec2 size, const char* hint) {
  const ImVec2 at = chooser.below;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  size = {std::min(size.x, screen.x - theme.px(16)), std::min(size.y, screen.y - at.y - theme.px(12))};
  if (chooser.wanted > 0) size.y = std::clamp(chooser.wanted, theme.px(120), size.y);
  ImGui::SetNextWindowPos({std::min(at.x, screen.x - size.x - theme.px(8)), at.y});
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{theme.px(10), theme.px(10)});
  const bool open = ImGui::BeginPopup(name, ImGuiWindowFlags_NoNav);
  ImGui::PopStyleVar();
  if (!open) return false;
  if (compat::pressed(Key::Escape)) ImGui::CloseCurrentPopup();
  if (chooser.focus_now) ImGui::SetKeyboardFocusHere();
  chooser.focus_now = false;
  ImGui::SetNextItemWidth(-1);
  if (ImGui::InputTextWithHint("##query", hint, chooser.query.data(), chooser.query.size())) {
    chooser.chosen = 0;
    chooser.scroll_now = true;
  }
  note_control(theme, std::string(name) + ".query", last_item());
  return true;
}

std::optional<std::size_t> chooser_list(const Theme& theme, Chooser& chooser, std::span<const ChooserRow> rows) {
  std::optional<std::size_t> result;
  std::size_t count = 0;
  for (const ChooserRow& row : rows) count += row.is_group ? 0 : 1;
  const bool entered = keys(chooser, count);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2{0, theme.px(1)});
  const float above = ImGui::GetCursorPosY();
  ImGui::BeginChild("rows", {0, 0}, false, ImGuiWindowFlags_NoNav);
  const Palette& p = theme.palette;
  const float width = ImGui::GetContentRegionAvail().x;
  std::size_t number = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ChooserRow& row = rows[i];
    const float height = theme.px(row.is_group ? 22 : 24);
    if (row.is_group) {
      ImGui::Dummy({width, height});
      draw_text(theme, theme.fonts.heading, p.text_faint, shrunk(last_item(), theme.px(6), 0), row.label);
      continue;
    }
    const bool chosen = number == chooser.chosen;
    if (chosen && chooser.scroll_now) ImGui::SetScrollFromPosY(ImGui::GetCursorPosY() - ImGui::GetScrollY(), 0.5f);
    ImGui::PushID(static_cast<int>(i));
    const bool clicked = ImGui::InvisibleButton("row", {width, height});
    const Box box = last_item();
    if (ImGui::IsItemVisible()) {
      const bool hovered = ImGui::IsItemHovered();
      if (chosen || hovered) fill(box, chosen ? p.control_fill : p.control_hover, theme.px(3));
      Box room = shrunk(box, theme.px(8), 0);
      if (row.mark) {
        draw_mark(theme, {room.from.x + theme.px(5), box.middle().y}, *row.mark);
        room.from.x += theme.px(18);
      }
      const float right = text_width(theme.fonts.small, row.right);
      const float note = std::min(text_width(theme.fonts.small, row.note), room.width() * 0.42f);
      draw_text(theme, theme.fonts.small, p.text_soft, room, row.right, Align::Right);
      const float note_right = room.to.x - std::max(right + theme.px(14), theme.px(76));
      draw_text(theme, theme.fonts.small, p.text_faint,
                {{note_right - note - 1, room.from.y}, {note_right, room.to.y}}, row.note, Align::Right);
      draw_text(theme, theme.fonts.body, p.text, {room.from, {note_right - note - theme.px(10), room.to.y}},
                row.label);
      note_control(theme, "chooser." + row.label, box);
    }
    if (clicked || (entered && chosen)) result = i;
    ImGui::PopID();
    ++number;
  }
  chooser.scroll_now = false;
  if (count == 0) {
    paragraph(theme, theme.fonts.body, p.text_faint, "Nothing found. Try a shorter word.", width);
  }
  const float needed = above + ImGui::GetCursorPosY() + theme.px(12);
  chooser.wanted = needed;
  ImGui::EndChild();
  ImGui::PopStyleVar();
  if (result) ImGui::CloseCurrentPopup();
  return result;
}

ModelRows model_rows(const Library& library, std::string_view query, const ModelMarks& marks) {
  ModelRows found;
  std::string group;
  for (const std::size_t i : search_models(library, query)) {
    const ModelChoice& choice = library.models[i];
    if (query.empty() && choice.group != group) {
      group = choice.group;
      found.rows.push_back({group, {}, {}, true});
      found.index.push_back(i);
    }
    found.rows.push_back(
        {choice.name, choice.note, choice.parameters == 0 ? std::string{} : count_text(choice.parameters), false});
    if (const auto known = marks.find(choice.id); known != marks.end()) {
      found.rows.back().mark = known->second.mark;
      if (!known->second.format.empty()) found.rows.back().note = known->second.format + " · " + choice.note;
    }
    found.index.push_back(i);
  }
  return found;
}

const ModelChoice* model_chooser(const Library& library, View& view, const Theme& theme) {
  Chooser& chooser = view.models;
  if (view.opening.take(Dialogue::Models)) {
    open_chooser(chooser, "models");
    view.marks_wanted = true;
  }
  const ImVec2 size{theme.px(620), theme.px(600)};
  if (!begin_chooser(theme, chooser, "models", size, "Search: name, family, size, licence")) return nullptr;
  const ModelRows found = model_rows(library, chooser.query.data(), view.marks);
  const auto chosen = chooser_list(theme, chooser, found.rows);
  ImGui::EndPopup();
  return chosen ? &library.models[found.index[*chosen]] : nullptr;
}

namespace {

/// "24 GB", "24gib" or "24" typed into the search: memory of a GPU that no preset has.
std::optional<Bytes> typed_memory(std::string_view query) {
  const std::size_t end = query.find_first_not_of("0123456789.");
  if (query.empty() || end == 0) return std::nullopt;
  std::string unit;
  for (const char c : end == std::string_view::npos ? std::string_view{} : query.substr(end)) {
    if (c != ' ') unit += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  if (unit != "gb" && unit != "gib" && unit != "g") return std::nullopt;
  const double amount = std::strtod(std::string(query.substr(0, end)).c_str(), nullptr);
  if (amount < 0.1 || amount > 1e6) return std::nullopt;
  // Cards are sold in GB and have GiB.
  return Bytes{static_cast<Count>(amount * 1073741824.0)};
}

}  // namespace

std::optional<DeviceDeed> device_chooser(const Library& library, DeviceSet& devices, View& view, const Theme& theme) {
  Chooser& chooser = view.devices;
  if (view.opening.take(Dialogue::Devices)) open_chooser(chooser, "devices");
  const ImVec2 size{theme.px(560), theme.px(600)};
  if (!begin_chooser(theme, chooser, "devices", size, "Search: name, maker, memory; or type 24 GB. Shift adds")) {
    return std::nullopt;
  }
  Count count = devices.groups.empty() ? 1 : std::max<Count>(devices.groups.front().count, 1);
  const float label = row_label(theme, "How many", theme.px(80), "Devices of this kind that work together.");
  const SliderLook look{.range = {1, 1024}, .shown = grouped(count), .lowest = 1, .highest = 65536};
  if (count_slider(theme, view.typing, "device.count", label, look, count) && devices.count() != 0) {
    devices.groups.front().count = count;
  }
  const std::string_view query(chooser.query.data());
  /// What a row stands for: a preset, memory that was typed, or no device at all.
  std::vector<ChooserRow> rows;
  std::vector<DevicePtr> meant;
  if (query.empty()) {
    rows.push_back({"Host memory only", "no GPU", "", false});
    meant.emplace_back();
  }
  if (const std::optional<Bytes> typed = typed_memory(query)) {
    rows.push_back({"A GPU with " + text(*typed), "of any kind", {}, false});
    meant.push_back(io::device_of_memory(*typed));
  }
  std::string group;
  for (const std::size_t i : search_devices(library, query)) {
    const DeviceChoice& choice = library.devices[i];
    if (query.empty() && choice.group != group) {
      group = choice.group;
      rows.push_back({group, {}, {}, true});
      meant.emplace_back();
    }
    const double bandwidth = choice.device->bandwidth;
    rows.push_back({choice.device->name, bandwidth > 0 ? rate_text(bandwidth, "B") : std::string{},
                    is_host_memory(*choice.device) ? "host" : capacity_name(*choice.device), false});
    meant.push_back(choice.device);
  }
  const auto chosen = chooser_list(theme, chooser, rows);
  ImGui::EndPopup();
  if (!chosen) return std::nullopt;
  return DeviceDeed{.device = meant[*chosen], .count = count, .joins = ImGui::GetIO().KeyShift};
}

}  // namespace llmcalc::ui
