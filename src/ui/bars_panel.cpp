// The two stacked bars, on one scale unless one would be a sliver beside the other, each with its headline and verdict. Where devices hold different things, every
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
  std::string note;
  const Remedy& remedy;
};

/// Verdict and, as far as there is room, the remedy: what is said last is left out first.
std::string verdict_words(const Theme& theme, const Bar& bar, const FitWords& verdict, float room) {
  std::string remedy = bar.remedy.words;
  while (!remedy.empty()) {
    std::string both = verdict.text + ". " + remedy;
    if (text_width(theme.fonts.body, both) <= room) return both;
    const std::size_t last = remedy.rfind(", ");
    remedy.resize(last == std::string::npos ? 0 : last);
  }
  return verdict.text;
}

/// What the verdict means, for who rests on it.
std::string verdict_help(const Bar& bar, const FitWords& verdict) {
  std::string words = verdict.help;
  if (!bar.note.empty()) words += "\n" + bar.note + ".";
  if (!bar.remedy.words.empty()) words += "\n" + bar.remedy.words + ".";
  if (bar.remedy.scenario) words += " Click to make this change; Ctrl+Z takes it back.";
  return words;
}

/// The name of a bar, which makes charts and panels about its task. Its width.
float draw_bar_name(Task& task, const Theme& theme, const Bar& bar, const Box& line) {
  const float width = text_width(theme.fonts.title, label_of(bar.task));
  ImGui::SetCursorScreenPos(line.from);
  if (ImGui::InvisibleButton("name", {width, line.height()})) task = bar.task;
  const Box box = last_item();
  const bool on = task == bar.task;
  draw_text(theme, theme.fonts.title, on || ImGui::IsItemHovered() ? theme.palette.text : theme.palette.text_soft,
            box, label_of(bar.task));
  if (on) fill({{box.from.x, box.to.y - theme.px(2)}, box.to}, theme.palette.accent);
  help(theme, "Charts and panels about inference or about training.");
  focus_ring(theme, box);
  note_control(theme, std::string(key_of(bar.task)) + ".name", box);
  return width;
}

/// Name, headline number and verdict above the bar. True when the verdict was clicked.
bool draw_headline(const Shown& shown, Task& task, const Theme& theme, const Bar& bar, const Box& line) {
  const Palette& p = theme.palette;
  const FitWords verdict = fit_words(shown.scenario, shown.results.estimate, bar.task, shown.units);
  bool clicked = false;
  const float name = draw_bar_name(task, theme, bar, line);
  const Estimate& e = shown.results.estimate;
  const Breakdown& deciding = bar.task == Task::Training ? e.training.breakdown : leading(e.inference);
  const std::string number = headline(deciding.total(), shown.units);
  const std::string unit(giga_name(shown.units));
  const float gap = theme.px(6);
  const float number_width = text_width(theme.fonts.big, number) + gap + text_width(theme.fonts.title, unit);
  const float mark_width = theme.px(18);
  const float room = std::max(line.width() - name - number_width - theme.px(40), mark_width + 1);
  // Beside the note where there is room for both.
  const float note_width = bar.note.empty() ? 0 : text_width(theme.fonts.small, bar.note) + theme.px(24);
  float space = room - mark_width - note_width;
  std::string words = verdict_words(theme, bar, verdict, space);
  if (words == verdict.text) words = verdict_words(theme, bar, verdict, space = room - mark_width);
  float right = line.to.x;
  if (verdict.known()) {
    const Typeface& face = text_width(theme.fonts.title, words) <= space ? theme.fonts.title : theme.fonts.body;
    const float used = std::min(text_width(face, words) + mark_width, room);
    const Box box{{right - used, line.from.y + theme.px(2)}, {right, line.to.y}};
    ImGui::SetCursorScreenPos(box.from);
    clicked = ImGui::InvisibleButton("verdict", {std::max(used, 1.0f), box.height()});
    help(theme, verdict_help(bar, verdict));
    focus_ring(theme, box);
    note_control(theme, std::string(key_of(bar.task)) + ".verdict", box);
    const ImU32 ink = p.of(verdict.colour);
    draw_text(theme, face, ink, {{box.from.x + mark_width, box.from.y}, box.to}, words, Align::Right);
    draw_verdict_mark(theme, {box.from, {box.from.x + theme.px(12), box.to.y}}, verdict.colour);
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
  return clicked;
}

/// Measures that both bars share.
struct BarScale {
  float track = 44;      ///< height of all lanes together
  float lane_names = 0;  ///< width kept free beside the tracks
  double bytes = 1;      ///< what the whole width of a track stands for
};

/// The most that a bar has to show: its highest lane or the device.
Bytes reach(const Bar& bar, Bytes capacity) {
  for (const BarLane& lane : bar.lanes) capacity = max(capacity, lane.breakdown->high());
  return capacity;
}

/// Below this share of the other bar a bar is drawn on a scale of its own: its segments could not be told apart.
constexpr double smallest_share = 0.125;

float lanes_height(const Theme& theme, const BarScale& scale, std::size_t lanes) {
  return std::max(theme.px(scale.track),
                  theme.px(16) * static_cast<float>(lanes) + theme.px(2) * static_cast<float>(lanes - 1));
}

/// The lanes of a bar; true when a segment was chosen.
bool draw_lanes(const Shown& shown, Focus& focus, Motion& motion, const Theme& theme, const Bar& bar, const Box& all,
                const BarScale& scale) {
  bool chosen = false;
  const auto lanes = static_cast<float>(bar.lanes.size());
  const float gap = theme.px(2);
  const float height = std::floor((all.height() - gap * (lanes - 1)) / lanes);
  const Device* smallest = shown.scenario.devices.smallest();
  float y = all.from.y;
  for (std::size_t i = 0; i < bar.lanes.size(); ++i) {
    const BarLane& lane = bar.lanes[i];
    const Box box{{all.from.x, y}, {all.to.x - scale.lane_names, y + height}};
    y += height + gap;
    const bool mixed_sizes = lane.capacity && smallest != nullptr && *lane.capacity != smallest->addressable();
    const std::string words = !lane.capacity                  ? std::string{}
                              : mixed_sizes                   ? short_amount(*lane.capacity, shown.units)
                              : i == 0 && smallest != nullptr ? capacity_name(*smallest)
                                                              : std::string{};
    ImGui::PushID(static_cast<int>(i));
    chosen |= draw_track(shown.units, focus, motion, theme,
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
  return chosen;
}

void draw_bar(const Shown& shown, Focus& focus, Motion& motion, const Theme& theme, const Bar& bar,
              const BarScale& scale, BarDeeds& deeds) {
  ImGui::PushID(static_cast<int>(bar.task));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const Box line{at, {at.x + width, at.y + theme.px(28)}};
  const float top = line.to.y + theme.px(4);
  const Box all{{at.x, top}, {at.x + width, top + lanes_height(theme, scale, bar.lanes.size())}};
  if (draw_headline(shown, focus.task, theme, bar, line) && bar.remedy.scenario) deeds.remedy = bar.remedy.scenario;
  note_control(theme, std::string(key_of(bar.task)) + ".bar", all);
  deeds.focus |= draw_lanes(shown, focus, motion, theme, bar, all, scale);
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({width, all.to.y - at.y});
  ImGui::PopID();
}

}  // namespace

BarDeeds bars_panel(const Shown& shown, Focus& focus, Motion& motion, const Theme& theme, Density density) {
  const Estimate& e = shown.results.estimate;
  const std::optional<Bytes> capacity = usable_memory(shown.scenario);
  Bar inference{Task::Inference, inference_lanes(e), inference_note(e, shown.units), shown.answers.remedy[0]};
  Bar training{Task::Training, training_lanes(e, capacity), training_note(shown.scenario, e),
               shown.answers.remedy[1]};
  BarScale scale{.track = density == Density::Compact ? 30.0f : 44.0f};
  for (const Bar* bar : {&inference, &training}) {
    for (const BarLane& lane : bar->lanes) {
      if (lane.name.empty()) continue;
      scale.lane_names = std::max(scale.lane_names, text_width(theme.fonts.small, lane.name) + theme.px(10));
    }
  }
  const Bytes both = max(reach(inference, capacity.value_or(Bytes{})), reach(training, Bytes{}));
  const auto draw = [&](Bar& bar, BarDeeds& deeds) {
    const Bytes own = reach(bar, capacity.value_or(Bytes{}));
    const bool sliver = static_cast<double>(own.count) < smallest_share * static_cast<double>(both.count);
    scale.bytes = std::max(static_cast<double>((sliver ? own : both).count) * 1.02, 1.0);
    if (sliver) bar.note += bar.note.empty() ? "on a scale of its own" : " · on a scale of its own";
    draw_bar(shown, focus, motion, theme, bar, scale, deeds);
  };
  BarDeeds deeds;
  motion.moving = false;
  draw(inference, deeds);
  ImGui::Dummy({1, theme.px(density == Density::Compact ? 1 : 4)});
  draw(training, deeds);
  motion.started = true;
  return deeds;
}

}  // namespace llmcalc::ui
