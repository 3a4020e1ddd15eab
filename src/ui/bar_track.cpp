#include "ui/bar_track.hpp"

#include "ui/breakdowns.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// Smallest width of a segment that is not empty.
constexpr float least_width = 3;

/// Seconds in which a segment has come most of its way to a new width.
constexpr float glide_seconds = 0.06f;

/// Widths of the segments: to scale, small ones widened at the cost of the large ones.
std::vector<float> segment_widths(const Theme& theme, const Breakdown& breakdown, double bytes_per_pixel) {
  std::vector<float> widths;
  float owed = 0;
  for (const Component& c : breakdown.components) {
    const auto width = static_cast<float>(static_cast<double>(c.bytes.count) / bytes_per_pixel);
    const float shown = std::max(width, theme.px(least_width));
    owed += shown - width;
    widths.push_back(shown);
  }
  const auto widest = std::max_element(widths.begin(), widths.end());
  if (widest != widths.end() && *widest > owed * 4) *widest -= owed;
  return widths;
}

/// Lets every width come closer to where it belongs; at once while something is dragged or motion is off.
void glide(Motion& motion, const BarTrack& track, std::vector<float>& widths) {
  auto& shown = motion.widths[track.task == Task::Inference ? 0 : 1][track.index % motion.widths[0].size()];
  const std::vector<Component>& components = track.lane.breakdown->components;
  const bool glides = motion.on && motion.started && !ImGui::GetIO().MouseDown[0];
  const float share = 1 - std::exp(-ImGui::GetIO().DeltaTime / glide_seconds);
  bool moving = false;
  std::array<float, part_count> next{};
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const auto part = static_cast<std::size_t>(components[i].part);
    const float rest = widths[i] - shown[part];
    next[part] = glides && std::abs(rest) > 0.5f ? shown[part] + rest * share : widths[i];
    moving = moving || next[part] != widths[i];
    widths[i] = next[part];
  }
  shown = next;
  motion.moving = motion.moving || moving;
}

void segment_tooltip(ByteUnits units, const Theme& theme, const BarTrack& track, const Component& c) {
  begin_tooltip(theme);
  compat::push(theme.fonts.strong);
  const std::string where = track.lane.name.empty() ? std::string{} : " · " + track.lane.name;
  const std::string title = std::string(label_of(c.part)) + where;
  ImGui::TextUnformatted(title.c_str());
  compat::pop_font();
  const std::string amount_line = text(c.bytes, units) + " · " + share_text(c.bytes, track.lane.breakdown->total()) +
                                  " · " + std::string(label_of(c.trust));
  ImGui::TextUnformatted(amount_line.c_str());
  if (c.low != c.high) {
    const std::string range = text(c.low, units) + " to " + text(c.high, units);
    ImGui::TextUnformatted(range.c_str());
  }
  ImGui::PushStyleColor(ImGuiCol_Text, theme.palette.text_faint);
  ImGui::TextUnformatted(row_of(c.part).help.data());
  ImGui::TextUnformatted("Click for the whole calculation.");
  ImGui::PopStyleColor();
  end_tooltip();
}

float place(const BarTrack& track, Bytes bytes) {
  return std::round(track.box.from.x + static_cast<float>(static_cast<double>(bytes.count) / track.bytes_per_pixel));
}

/// The name of a segment, next to the capacity line rather than under it.
void draw_name(const Theme& theme, const BarTrack& track, const Box& box, std::string_view name) {
  Box room = box;
  if (track.lane.capacity) {
    const float line = place(track, *track.lane.capacity);
    const float gap = theme.px(4);
    const bool crossed = line > box.from.x - gap && line < box.to.x + gap;
    if (crossed && line - box.from.x > box.to.x - line) room.to.x = std::min(room.to.x, line - gap);
    if (crossed && line - box.from.x <= box.to.x - line) room.from.x = std::max(room.from.x, line + gap);
  }
  if (line_height(theme.fonts.heading) > box.height() + theme.px(1)) return;
  if (text_width(theme.fonts.heading, name) + theme.px(10) <= room.width()) {
    draw_text(theme, theme.fonts.heading, theme.palette.on_part, room, name, Align::Centre);
  }
}

/// The coloured segments with their labels; hover and click. True when one was clicked.
bool draw_segments(ByteUnits units, Focus& focus, Motion& motion, const Theme& theme, const BarTrack& track) {
  bool chosen = false;
  const Palette& p = theme.palette;
  const Breakdown& breakdown = *track.lane.breakdown;
  std::vector<float> widths = segment_widths(theme, breakdown, track.bytes_per_pixel);
  glide(motion, track, widths);
  const std::string prefix = std::string(key_of(track.task)) + ".bar." +
                             (track.index == 0 ? std::string{} : std::to_string(track.index) + ".");
  float x = track.box.from.x;
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const Component& c = breakdown.components[i];
    const Box box{{std::round(x), track.box.from.y}, {std::round(x + widths[i]), track.box.to.y}};
    x += widths[i];
    ImGui::SetCursorScreenPos(box.from);
    ImGui::PushID(static_cast<int>(i));
    if (box.width() >= 1 && ImGui::InvisibleButton("segment", box.size())) {
      focus = {track.task, c.part, track.lane.device};
      chosen = true;
    }
    const bool hovered = ImGui::IsItemHovered();
    focus_ring(theme, box);
    ImGui::PopID();
    const bool focused = focus == Focus{track.task, c.part, focus.device ? track.lane.device : std::nullopt};
    const ImU32 colour = hovered ? mixed(theme.colour(c.part), p.text, 0.15f) : theme.colour(c.part);
    const ImDrawFlags corners = widths.size() == 1       ? ImDrawFlags_RoundCornersAll
                                : i == 0                 ? ImDrawFlags_RoundCornersLeft
                                : i + 1 == widths.size() ? ImDrawFlags_RoundCornersRight
                                                         : ImDrawFlags_RoundCornersNone;
    list->AddRectFilled(box.from, box.to, colour, theme.px(4), corners);
    if (i != 0) list->AddLine(box.from, {box.from.x, box.to.y}, faded(p.centre, 0.35f));
    const float line = focused ? theme.px(box.height() < theme.px(24) ? 2 : 3) : 0;
    if (focused) list->AddRectFilled({box.from.x, box.to.y - line}, box.to, p.mark);
    const float clear = box.height() < theme.px(24) ? line : 0;
    draw_name(theme, track, {box.from, {box.to.x, box.to.y - clear}}, label_of(c.part));
    note_control(theme, prefix + std::string(key_of(c.part)), box);
    if (hovered) segment_tooltip(units, theme, track, c);
  }
  return chosen;
}

/// The range of the total as a whisker.
void draw_range(const Theme& theme, const BarTrack& track) {
  const Bytes low = track.lane.breakdown->low();
  const Bytes high = track.lane.breakdown->high();
  const float left = place(track, low);
  const float right = std::min(place(track, high), track.box.to.x);
  if (high <= low || right - left < 2) return;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float y = track.box.to.y - theme.px(7);
  const ImU32 ink = mixed(theme.palette.mark, theme.palette.centre, 0.25f);
  list->AddLine({left, y}, {right, y}, ink, theme.px(1.5f));
  list->AddLine({left, y - theme.px(3)}, {left, y + theme.px(4)}, ink, theme.px(1.5f));
  list->AddLine({right, y - theme.px(3)}, {right, y + theme.px(4)}, ink, theme.px(1.5f));
}

/// The capacity line with its label, and the engine's own limit before it.
void draw_capacity_line(const Theme& theme, const BarTrack& track) {
  if (!track.lane.capacity) return;
  const Palette& p = theme.palette;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float x = place(track, *track.lane.capacity);
  if (x > track.box.to.x) return;
  const float over = track.index == 0 ? theme.px(5) : 0;
  list->AddRectFilled({x - theme.px(1), track.box.from.y - over}, {x + theme.px(1), track.box.to.y + theme.px(5)},
                      p.mark);
  const Bytes all = *track.lane.capacity;
  if (track.lane.limit && track.lane.limit->count <= all.count - all.count / 200) {
    const float at = place(track, *track.lane.limit);
    const int dashes = static_cast<int>(std::ceil(track.box.height() / theme.px(6)));
    for (int i = 0; i < dashes; ++i) {
      const float y = track.box.from.y + theme.px(6) * static_cast<float>(i);
      list->AddLine({at, y}, {at, std::min(y + theme.px(3), track.box.to.y)}, faded(p.mark, 0.8f), theme.px(1));
    }
  }
  const float used = place(track, track.lane.breakdown->total());
  const float width = text_width(theme.fonts.small, track.capacity);
  if (x > used && x + width + theme.px(6) < track.box.to.x) {
    draw_text(theme, theme.fonts.small, p.text_soft, {{x + theme.px(5), track.box.from.y}, track.box.to},
              track.capacity);
  }
}

}  // namespace

bool draw_track(ByteUnits units, Focus& focus, Motion& motion, const Theme& theme, const BarTrack& track) {
  fill(track.box, theme.palette.track, theme.px(4));
  const bool chosen = draw_segments(units, focus, motion, theme, track);
  if (track.box.height() >= theme.px(18)) draw_range(theme, track);
  draw_capacity_line(theme, track);
  return chosen;
}

}  // namespace llmcalc::ui
