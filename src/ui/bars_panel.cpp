// The two stacked bars on one scale, each with its headline, verdict, capacity line and range.

#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"

#include <llmcalc/estimate/explain.hpp>

#include <algorithm>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// Everything one bar shows.
struct Bar {
  Task task;
  const Breakdown& breakdown;
  const Fit& fit;
  const Device* device;
  std::string remedy;
};

/// Smallest width of a segment that is not empty.
constexpr float least_width = 3;

/// Widths of the segments: to scale, small ones widened at the cost of the large ones.
std::vector<float> segment_widths(const Theme& theme, const Breakdown& breakdown, double bytes_per_pixel) {
  std::vector<float> widths;
  float owed = 0;
  for (const Component& c : breakdown.components) {
    const float width = static_cast<float>(static_cast<double>(c.bytes.count) / bytes_per_pixel);
    const float shown = std::max(width, theme.px(least_width));
    owed += shown - width;
    widths.push_back(shown);
  }
  const auto widest = std::max_element(widths.begin(), widths.end());
  if (widest != widths.end() && *widest > owed * 4) *widest -= owed;
  return widths;
}

void segment_tooltip(const App& app, const Theme& theme, const Component& c, Bytes total) {
  begin_tooltip(theme);
  compat::push(theme.fonts.strong);
  ImGui::TextUnformatted(label_of(c.part).data());
  compat::pop_font();
  const std::string amount_line = text(c.bytes, app.preferences.units) + " · " + share_text(c.bytes, total) + " · " +
                                  std::string(label_of(c.trust));
  ImGui::TextUnformatted(amount_line.c_str());
  if (c.low != c.high) {
    const std::string range = text(c.low, app.preferences.units) + " to " + text(c.high, app.preferences.units);
    ImGui::TextUnformatted(range.c_str());
  }
  ImGui::PushStyleColor(ImGuiCol_Text, theme.palette.text_faint);
  ImGui::TextUnformatted(row_of(c.part).help.data());
  ImGui::TextUnformatted("Click for the whole calculation.");
  ImGui::PopStyleColor();
  end_tooltip();
}

/// Name, headline number and verdict above the bar.
void draw_headline(const App& app, const Theme& theme, const Bar& bar, const Box& line) {
  const Palette& p = theme.palette;
  const FitWords verdict = fit_words(app.scenario, bar.fit, app.preferences.units);
  const float name_width =
      draw_text(theme, theme.fonts.title, p.text, {line.from, {line.to.x, line.to.y}}, label_of(bar.task));
  std::string words = verdict.text;
  const std::string number = headline(bar.breakdown.total(), app.preferences.units);
  const std::string unit(giga_name(app.preferences.units));
  const float gap = theme.px(6);
  const float number_width = text_width(theme.fonts.big, number) + gap + text_width(theme.fonts.title, unit);
  const float room = line.width() - name_width - number_width - theme.px(40);
  if (!bar.remedy.empty() && text_width(theme.fonts.body, words + " · " + bar.remedy) <= room) {
    words += " · " + bar.remedy;
  }
  float right = line.to.x;
  if (verdict.known) {
    const float width = std::min(text_width(theme.fonts.title, words), std::max(room, 1.0f));
    const Typeface& face = text_width(theme.fonts.title, words) <= room ? theme.fonts.title : theme.fonts.body;
    const float used = std::min(text_width(face, words), std::max(room, width));
    draw_text(theme, face, verdict.fits ? p.good : p.bad,
              {{right - used, line.from.y + theme.px(2)}, {right, line.to.y}}, words, Align::Right);
    right -= used + theme.px(9);
  }
  draw_text(theme, theme.fonts.title, p.text_soft,
            {{right - text_width(theme.fonts.title, unit), line.from.y + theme.px(2)}, {right, line.to.y}}, unit);
  right -= text_width(theme.fonts.title, unit) + gap;
  draw_text(theme, theme.fonts.big, p.text,
            {{right - text_width(theme.fonts.big, number), line.from.y - theme.px(1)}, {right, line.to.y}}, number);
}

/// The coloured segments with their labels; hover and click.
void draw_segments(App& app, const Theme& theme, const Bar& bar, const Box& track, double bytes_per_pixel) {
  const Palette& p = theme.palette;
  const std::vector<float> widths = segment_widths(theme, bar.breakdown, bytes_per_pixel);
  const Bytes total = bar.breakdown.total();
  float x = track.from.x;
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const Component& c = bar.breakdown.components[i];
    const Box box{{std::round(x), track.from.y}, {std::round(x + widths[i]), track.to.y}};
    x += widths[i];
    ImGui::SetCursorScreenPos(box.from);
    ImGui::PushID(static_cast<int>(i));
    if (box.width() >= 1 && ImGui::InvisibleButton("segment", box.size())) {
      app.preferences.focus = {bar.task, c.part};
      app.view.side = SidePanel::Why;
    }
    const bool hovered = ImGui::IsItemHovered();
    focus_ring(theme, box);
    ImGui::PopID();
    const bool focused = app.preferences.focus == Focus{bar.task, c.part};
    const ImU32 colour = hovered ? mixed(theme.colour(c.part), p.text, 0.15f) : theme.colour(c.part);
    const ImDrawFlags corners = widths.size() == 1       ? ImDrawFlags_RoundCornersAll
                                : i == 0                 ? ImDrawFlags_RoundCornersLeft
                                : i + 1 == widths.size() ? ImDrawFlags_RoundCornersRight
                                                         : ImDrawFlags_RoundCornersNone;
    list->AddRectFilled(box.from, box.to, colour, theme.px(4), corners);
    if (i != 0) list->AddLine(box.from, {box.from.x, box.to.y}, faded(p.centre, 0.35f));
    if (focused) {
      list->AddRectFilled({box.from.x, box.to.y - theme.px(3)}, box.to, p.mark);
    }
    const std::string_view name = label_of(c.part);
    if (text_width(theme.fonts.heading, name) + theme.px(10) <= box.width()) {
      draw_text(theme, theme.fonts.heading, p.on_part, box, name, Align::Centre);
    }
    note_control(theme, std::string(key_of(bar.task)) + ".bar." + std::string(key_of(c.part)), box);
    if (hovered) segment_tooltip(app, theme, c, total);
  }
}

/// The capacity line with its label, and the range of the total as a whisker.
void draw_marks(const App& app, const Theme& theme, const Bar& bar, const Box& track, double bytes_per_pixel) {
  const Palette& p = theme.palette;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const auto place = [&](Bytes bytes) {
    return std::round(track.from.x + static_cast<float>(static_cast<double>(bytes.count) / bytes_per_pixel));
  };
  const Bytes low = bar.breakdown.low();
  const Bytes high = bar.breakdown.high();
  if (high > low && place(high) - place(low) >= 2) {
    const float y = track.to.y - theme.px(7);
    const float right = std::min(place(high), track.to.x);
    const ImU32 ink = mixed(p.mark, p.centre, 0.25f);
    list->AddLine({place(low), y}, {right, y}, ink, theme.px(1.5f));
    list->AddLine({place(low), y - theme.px(3)}, {place(low), y + theme.px(4)}, ink, theme.px(1.5f));
    list->AddLine({right, y - theme.px(3)}, {right, y + theme.px(4)}, ink, theme.px(1.5f));
  }
  if (!bar.device || !bar.fit.known) return;
  const float x = place(bar.device->addressable());
  if (x > track.to.x) return;
  list->AddRectFilled({x - theme.px(1), track.from.y - theme.px(5)}, {x + theme.px(1), track.to.y + theme.px(5)},
                      p.mark);
  if (const auto limit = engine_limit(app.scenario, bar.fit)) {
    const float at = place(*limit);
    for (float y = track.from.y; y < track.to.y; y += theme.px(6)) {
      list->AddLine({at, y}, {at, std::min(y + theme.px(3), track.to.y)}, faded(p.mark, 0.8f), theme.px(1));
    }
  }
  const std::string name = capacity_name(*bar.device);
  const float used = place(bar.breakdown.total());
  const float width = text_width(theme.fonts.small, name);
  if (x > used && x + width + theme.px(6) < track.to.x) {
    draw_text(theme, theme.fonts.small, p.text_soft, {{x + theme.px(5), track.from.y}, {track.to.x, track.to.y}},
              name);
  }
}

void draw_bar(App& app, const Theme& theme, const Bar& bar, double scale_bytes) {
  ImGui::PushID(static_cast<int>(bar.task));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const Box line{at, {at.x + width, at.y + theme.px(28)}};
  const Box track{{at.x, line.to.y + theme.px(4)}, {at.x + width, line.to.y + theme.px(48)}};
  draw_headline(app, theme, bar, line);
  fill(track, theme.palette.track, theme.px(4));
  const double bytes_per_pixel = std::max(scale_bytes / static_cast<double>(width), 1e-9);
  note_control(theme, std::string(key_of(bar.task)) + ".bar", track);
  draw_segments(app, theme, bar, track, bytes_per_pixel);
  draw_marks(app, theme, bar, track, bytes_per_pixel);
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({width, track.to.y - at.y});
  ImGui::PopID();
}

}  // namespace

void bars_panel(App& app, const Theme& theme) {
  const Estimate& e = app.results.estimate;
  const Device* device = app.scenario.devices.smallest();
  const Bytes capacity = device ? device->addressable() : Bytes{};
  const Bytes largest = max(max(e.inference.breakdown.high(), e.training.breakdown.high()), capacity);
  const double scale_bytes = std::max(static_cast<double>(largest.count) * 1.02, 1.0);
  draw_bar(app, theme, {Task::Inference, e.inference.breakdown, e.inference.fit, device, app.answers.remedy[0]},
           scale_bytes);
  ImGui::Dummy({1, theme.px(4)});
  draw_bar(app, theme, {Task::Training, e.training.breakdown, e.training.fit, device, app.answers.remedy[1]},
           scale_bytes);
}

}  // namespace llmcalc::ui
