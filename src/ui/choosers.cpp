// Choosers: a search line and a list, worked by mouse or keys alone.

#include "ui/choosers.hpp"

#include "report/estimate_tables.hpp"
#include "ui/breakdowns.hpp"
#include "ui/tab_order.hpp"
#include "ui/what_runs_panels.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/fields.hpp>

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

namespace {

/// Begins with the row that `is_present` finds, in the middle of the list.
template <class IsPresent>
void begin_at(Chooser& chooser, std::span<const ChooserRow> rows, IsPresent is_present) {
  std::size_t number = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].is_group) continue;
    if (is_present(i)) {
      chooser.chosen = number;
      chooser.scroll_now = true;
      return;
    }
    ++number;
  }
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
  const bool open = begin_popup(theme, name, ImGuiWindowFlags_NoNav);
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
  tab_stop(theme);
  note_control(theme, std::string(name) + ".query", last_item());
  return true;
}

std::optional<std::size_t> chooser_list(const Theme& theme, Chooser& chooser, std::span<const ChooserRow> rows,
                                        std::string_view nothing, Closes closes) {
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
    paragraph(theme, theme.fonts.body, p.text_faint, nothing, width);
  }
  const float needed = above + ImGui::GetCursorPosY() + theme.px(12);
  chooser.wanted = needed;
  ImGui::EndChild();
  ImGui::PopStyleVar();
  if (result && closes == Closes::WhenChosen) ImGui::CloseCurrentPopup();
  return result;
}

ModelRows model_rows(const Library& library, std::string_view query, const MeantModel& meant,
                     const ModelMarks& marks) {
  ModelRows found;
  const auto add = [&](const ModelChoice& choice) {
    found.rows.push_back({.label = choice.name,
                          .note = choice.note,
                          .right = choice.parameters == 0 ? std::string{} : count_text(choice.parameters)});
    if (const auto known = marks.find(choice.id); known != marks.end()) {
      found.rows.back().mark = known->second.mark;
      if (!known->second.format.empty()) found.rows.back().note = known->second.format + " · " + choice.note;
    }
    found.deeds.push_back({.source = source_of(choice), .name = choice.name, .weights = {}});
  };
  const bool has_meant = !query.empty() && meant.source.has_value();
  if (has_meant) {
    const auto choice = std::find_if(library.models.begin(), library.models.end(),
                                     [&](const ModelChoice& c) { return source_of(c) == *meant.source; });
    if (choice != library.models.end()) {
      add(*choice);
    } else {
      found.rows.push_back({.label = meant.source->text, .note = {}, .right = "this computer"});
      found.deeds.push_back({.source = *meant.source, .name = meant.source->text, .weights = {}});
    }
    found.deeds.back().weights = meant.weights;
  }
  std::string group;
  std::vector<std::size_t> listed = search_models(library, query);
  // A name with a format behind it.
  const bool with_format = listed.empty() && !meant.stem.empty();
  if (with_format) listed = search_models(library, meant.stem);
  for (const std::size_t i : listed) {
    const ModelChoice& choice = library.models[i];
    if (has_meant && source_of(choice) == *meant.source) continue;
    if (query.empty() && choice.group != group) {
      group = choice.group;
      found.rows.push_back({.label = group, .note = {}, .right = {}, .is_group = true});
      found.deeds.emplace_back();
    }
    add(choice);
    if (!with_format) continue;
    found.deeds.back().weights = meant.weights;
    found.rows.back().note = coded_label(field_at("weights.format"), meant.weights);
  }
  return found;
}

std::optional<ModelDeed> model_chooser(const Library& library, const io::Resolver& resolver,
                                       const ModelSource& present, View& view, const Theme& theme) {
  Chooser& chooser = view.models;
  const bool opens = view.opening.take(Dialogue::Models);
  if (opens) {
    open_chooser(chooser, "models");
    view.marks_wanted = true;
  }
  const ImVec2 size{theme.px(620), theme.px(600)};
  if (!begin_chooser(theme, chooser, "models", size, "Name, family, size, licence; a Hugging Face id or page"))
    return std::nullopt;
  look_up_model(resolver, chooser.query.data(), view.meant_model);
  const ModelRows found = model_rows(library, chooser.query.data(), view.meant_model, view.marks);
  if (opens) begin_at(chooser, found.rows, [&](std::size_t i) { return found.deeds[i].source == present; });
  const std::string& refusal = view.meant_model.refusal;
  const auto chosen =
      chooser_list(theme, chooser, found.rows, refusal.empty() ? nothing_found : std::string_view(refusal));
  end_popup(theme);
  if (!chosen) return std::nullopt;
  return found.deeds[*chosen];
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

std::optional<DeviceDeed> device_chooser(const Library& library, const io::Resolver& resolver, DeviceSet& devices,
                                         View& view, const Theme& theme) {
  Chooser& chooser = view.devices;
  const bool opens = view.opening.take(Dialogue::Devices);
  if (opens) open_chooser(chooser, "devices");
  const ImVec2 size{theme.px(560), theme.px(600)};
  if (!begin_chooser(theme, chooser, "devices", size,
                     "Name, maker, memory: 2x 3090, m4 max 64, 24 GB. Shift+Enter adds")) {
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
  look_up_devices(resolver, query, view.meant_devices);
  const std::optional<DeviceSet>& typed_devices = view.meant_devices.devices;
  // One card of a kind that has a row of its own needs no second one.
  const Device* typed_device =
      typed_devices && typed_devices->count() == 1 && count == 1 ? typed_devices->smallest() : nullptr;
  const bool is_listed = typed_device != nullptr && !typed_device->id.empty();
  const bool has_meant = !query.empty() && typed_devices && !typed_memory(query) && !is_listed;
  if (has_meant) {
    rows.push_back({.label = io::devices_text(*typed_devices), .note = "as typed", .right = {}});
    meant.emplace_back();
  }
  if (query.empty()) {
    rows.push_back({.label = "Host memory only", .note = "no GPU", .right = {}});
    meant.emplace_back();
  }
  if (const std::optional<Bytes> typed = typed_memory(query)) {
    rows.push_back({.label = "A GPU with " + text(*typed), .note = "of any kind", .right = {}});
    meant.push_back(io::device_of_memory(*typed));
  }
  std::string group;
  std::vector<std::size_t> found = search_devices(library, query);
  if (is_listed && !query.empty()) {
    std::stable_partition(found.begin(), found.end(),
                          [&](std::size_t i) { return library.devices[i].device->id == typed_device->id; });
  }
  for (const std::size_t i : found) {
    const DeviceChoice& choice = library.devices[i];
    if (query.empty() && choice.group != group) {
      group = choice.group;
      rows.push_back({.label = group, .note = {}, .right = {}, .is_group = true});
      meant.emplace_back();
    }
    const double bandwidth = choice.device->bandwidth;
    rows.push_back({choice.device->name, bandwidth > 0 ? rate_text(bandwidth, "B") : std::string{},
                    is_host_memory(*choice.device) ? "host" : capacity_name(*choice.device), false});
    meant.push_back(choice.device);
  }
  const Device* present = devices.smallest();
  if (opens && present != nullptr)
    begin_at(chooser, rows, [&](std::size_t i) { return meant[i] && meant[i]->id == present->id; });
  const auto chosen = chooser_list(theme, chooser, rows);
  end_popup(theme);
  if (!chosen) return std::nullopt;
  const bool joins = ImGui::GetIO().KeyShift;
  if (has_meant && *chosen == 0) return DeviceDeed{.devices = typed_devices, .device = {}, .joins = joins};
  // A computer that shares its memory with its GPU is one, however many cards there were.
  const bool single = meant[*chosen] && meant[*chosen]->unified;
  return DeviceDeed{.devices = {}, .device = meant[*chosen], .count = single || joins ? 1 : count, .joins = joins};
}

}  // namespace llmcalc::ui
