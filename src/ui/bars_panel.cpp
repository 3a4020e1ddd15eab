// The two stacked bars on one scale, each with its headline and verdict. Where devices hold different things, every
// kind has a lane of its own against its own capacity.

#include "ui/bar_track.hpp"
#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"

#include <llmcalc/scenario/usable_memory.hpp>

#include <algorithm>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// Everything one bar shows.
struct Bar {
  Task task;
  std::vector<BarLane> lanes;  ///< the first is the one the headline speaks of
  const Fit& fit;
  std::string note;
  std::string remedy;
};

/// Verdict and, where there is room, the remedy.
std::string verdict_words(const Theme& theme, const Bar& bar, const FitWords& verdict, float room) {
  if (bar.remedy.empty()) return verdict.text;
  std::string both = verdict.text + " · " + bar.remedy;
  return text_width(theme.fonts.title, both) <= room || text_width(theme.fonts.body, both) <= room ? both
                                                                                                   : verdict.text;
}

/// Name, headline number and verdict above the bar.
void draw_headline(const App& app, const Theme& theme, const Bar& bar, const Box& line) {
  const Palette& p = theme.palette;
  const FitWords verdict = fit_words(app.scenario, bar.fit, app.preferences.units);
  const float name = draw_text(theme, theme.fonts.title, p.text, line, label_of(bar.task));
  const std::string number = headline(bar.lanes.front().breakdown->total(), app.preferences.units);
  const std::string unit(giga_name(app.preferences.units));
  const float gap = theme.px(6);
  const float number_width = text_width(theme.fonts.big, number) + gap + text_width(theme.fonts.title, unit);
  const float room = std::max(line.width() - name - number_width - theme.px(40), 1.0f);
  const std::string words = verdict_words(theme, bar, verdict, room);
  float right = line.to.x;
  if (verdict.known) {
    const Typeface& face = text_width(theme.fonts.title, words) <= room ? theme.fonts.title : theme.fonts.body;
    const float used = std::min(text_width(face, words), room);
    draw_text(theme, face, verdict.fits ? p.good : p.bad,
              {{right - used, line.from.y + theme.px(2)}, {right, line.to.y}}, words, Align::Right);
    right -= used + theme.px(9);
  }
  draw_text(theme, theme.fonts.title, p.text_soft,
            {{right - text_width(theme.fonts.title, unit), line.from.y + theme.px(2)}, {right, line.to.y}}, unit);
  right -= text_width(theme.fonts.title, unit) + gap;
  const float left = right - text_width(theme.fonts.big, number);
  draw_text(theme, theme.fonts.big, p.text, {{left, line.from.y - theme.px(1)}, {right, line.to.y}}, number);
  const float from = line.from.x + name + theme.px(10);
  if (!bar.note.empty() && from + text_width(theme.fonts.small, bar.note) + theme.px(14) <= left) {
    draw_text(theme, theme.fonts.small, p.text_faint, {{from, line.from.y + theme.px(3)}, line.to}, bar.note);
  }
}

/// Measures that both bars share.
struct BarScale {
  float track = 44;      ///< height of all lanes together
  float lane_names = 0;  ///< width kept free beside the tracks
  double bytes = 1;      ///< what the whole width of a track stands for
};

float lanes_height(const Theme& theme, const BarScale& scale, std::size_t lanes) {
  return std::max(theme.px(scale.track),
                  theme.px(16) * static_cast<float>(lanes) + theme.px(2) * static_cast<float>(lanes - 1));
}

void draw_lanes(App& app, const Theme& theme, const Bar& bar, const Box& all, const BarScale& scale) {
  const auto lanes = static_cast<float>(bar.lanes.size());
  const float gap = theme.px(2);
  const float height = std::floor((all.height() - gap * (lanes - 1)) / lanes);
  const Device* smallest = app.scenario.devices.smallest();
  float y = all.from.y;
  for (std::size_t i = 0; i < bar.lanes.size(); ++i) {
    const BarLane& lane = bar.lanes[i];
    const Box box{{all.from.x, y}, {all.to.x - scale.lane_names, y + height}};
    y += height + gap;
    const bool mixed_sizes = lane.capacity && smallest != nullptr && *lane.capacity != smallest->addressable();
    const std::string words = !lane.capacity                  ? std::string{}
                              : mixed_sizes                   ? short_amount(*lane.capacity, app.preferences.units)
                              : i == 0 && smallest != nullptr ? capacity_name(*smallest)
                                                              : std::string{};
    ImGui::PushID(static_cast<int>(i));
    draw_track(app, theme,
               {.task = bar.task,
                .index = i,
                .lane = lane,
                .box = box,
                .bytes_per_pixel = scale.bytes / std::max(static_cast<double>(box.width()), 1.0),
                .capacity = words});
    ImGui::PopID();
    if (!lane.name.empty()) {
      draw_text(theme, theme.fonts.small, theme.palette.text_soft,
                {{box.to.x + theme.px(8), box.from.y}, {all.to.x, box.to.y}}, lane.name);
    }
  }
}

void draw_bar(App& app, const Theme& theme, const Bar& bar, const BarScale& scale) {
  ImGui::PushID(static_cast<int>(bar.task));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const Box line{at, {at.x + width, at.y + theme.px(28)}};
  const float top = line.to.y + theme.px(4);
  const Box all{{at.x, top}, {at.x + width, top + lanes_height(theme, scale, bar.lanes.size())}};
  draw_headline(app, theme, bar, line);
  note_control(theme, std::string(key_of(bar.task)) + ".bar", all);
  draw_lanes(app, theme, bar, all, scale);
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({width, all.to.y - at.y});
  ImGui::PopID();
}

}  // namespace

void bars_panel(App& app, const Theme& theme, bool compact) {
  const Estimate& e = app.results.estimate;
  const std::optional<Bytes> capacity = usable_memory(app.scenario);
  const Bar inference{Task::Inference, inference_lanes(e), e.inference.fit, inference_note(e, app.preferences.units),
                      app.answers.remedy[0]};
  const Bar training{Task::Training, training_lanes(e, capacity), e.training.fit, training_note(e),
                     app.answers.remedy[1]};
  BarScale scale{.track = compact ? 30.0f : 44.0f};
  Bytes largest = capacity.value_or(Bytes{});
  for (const Bar* bar : {&inference, &training}) {
    for (const BarLane& lane : bar->lanes) {
      largest = max(largest, lane.breakdown->high());
      if (!lane.name.empty()) {
        scale.lane_names = std::max(scale.lane_names, text_width(theme.fonts.small, lane.name) + theme.px(10));
      }
    }
  }
  scale.bytes = std::max(static_cast<double>(largest.count) * 1.02, 1.0);
  draw_bar(app, theme, inference, scale);
  ImGui::Dummy({1, theme.px(compact ? 1 : 4)});
  draw_bar(app, theme, training, scale);
  app.view.motion.started = true;
}

}  // namespace llmcalc::ui
