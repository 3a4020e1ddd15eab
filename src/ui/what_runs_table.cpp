// WHAT RUNS, middle column: the models in order, and their speed against their size.

#include "report/estimate_tables.hpp"
#include "ui/breakdowns.hpp"
#include "ui/chart_frame.hpp"
#include "ui/command_line.hpp"
#include "ui/tab_order.hpp"
#include "ui/what_runs_panels.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/usable_memory.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace llmcalc::ui {
namespace {

/// Where the columns of the list are; a width of 0: there is no room for it.
struct RowColumns {
  float name = 0, format = 0, bar = 0, memory = 0, context = 0, speed = 0, licence = 0, released = 0;
};

/// What a wide window has over goes to the bars and the licence: a name far from its figures is hard to follow.
RowColumns columns_of(const Theme& theme, float width) {
  width -= theme.px(12);  // the list's own scroll bar
  RowColumns c;
  const bool narrow = width < theme.px(680);
  c.memory = theme.px(92);
  c.context = theme.px(54);
  c.speed = theme.px(narrow ? 74 : 86);
  c.format = theme.px(narrow ? 62 : 132);
  float left = width - c.memory - c.context - c.speed - c.format;
  for (float* column : {&c.context, &c.format}) {
    if (left >= theme.px(140)) break;
    left += std::exchange(*column, 0.0f);
  }
  const auto take = [&](float& column, float wanted, float spared) {
    column = left - theme.px(wanted) >= theme.px(spared) ? theme.px(wanted) : 0;
    left -= column;
  };
  take(c.bar, narrow ? std::clamp(left / theme.scale - 200, 72.0f, 94.0f) : 94, 164);
  take(c.released, 62, 240);
  take(c.licence, 130, 330);
  c.name = std::min(left, theme.px(360));
  if (c.bar > 0) c.bar += left - c.name;
  return c;
}

ImU32 ink_of(const Theme& theme, io::RunMark mark) {
  switch (mark) {
    case io::RunMark::Fits: return theme.palette.good;
    case io::RunMark::Offloaded: return theme.palette.warn;
    case io::RunMark::Short:
    case io::RunMark::No: break;
  }
  return theme.palette.bad;
}

/// Shares of devices and RAM that a model takes.
void memory_bar(const Theme& theme, const Box& box, const Candidate& c) {
  const Scenario& s = c.scenario;
  const Device* device = s.devices.smallest();
  const double devices =
      device ? static_cast<double>(usable_memory(s, 0, *device).count) * static_cast<double>(s.devices.count()) : 0;
  const double host = static_cast<double>(usable_host_memory(s, {}).value_or(Bytes{}).count);
  const bool shared = device && device->unified;
  const float y = theme.px(5);
  const float split = shared || host <= 0 ? box.to.x : device ? box.from.x + box.width() * 0.66f : box.from.x;
  const auto part = [&](float from, float to, double share, ImU32 colour) {
    if (to - from < theme.px(3)) return;
    const Box track{{from, box.middle().y - y}, {to, box.middle().y + y}};
    fill(track, theme.palette.track, theme.px(2));
    const float end = from + (to - from) * static_cast<float>(std::clamp(share, 0.0, 1.0));
    if (end > from + 1) fill({track.from, {end, track.to.y}}, colour, theme.px(2));
  };
  if (device) {
    const double use = static_cast<double>(c.on_devices.count) + (shared ? static_cast<double>(c.on_host.count) : 0);
    part(box.from.x, split - (split < box.to.x ? theme.px(3) : 0), use / std::max(devices, 1.0),
         theme.colour(Part::Weights));
  }
  if (split < box.to.x)
    part(split, box.to.x, static_cast<double>(c.on_host.count) / std::max(host, 1.0), theme.palette.warn);
}

/// "12k", "1M".
std::string short_count(Count n) {
  if (n == 0) return "…";
  if (n >= 1'000'000) return fixed(static_cast<double>(n) / 1048576.0, n % 1048576 == 0 ? 0 : 1) + "M";
  return n < 1024 ? grouped(n) : grouped(n / 1024) + "k";
}

void head(const Theme& theme, const RowColumns& c, bool has_gpu, Task task, ByteUnits units) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  float x = at.x;
  const auto title = [&](float width, const std::string& text, Align align = Align::Left) {
    if (width > 0)
      draw_text(theme, theme.fonts.small, theme.palette.text_faint,
                {{x, at.y}, {x + width - theme.px(6), at.y + theme.px(20)}}, text, align);
    x += width;
  };
  title(c.name, "Model");
  title(c.format, "Format");
  title(c.bar, has_gpu ? "GPU | RAM" : "RAM");
  title(c.memory, "Memory, " + std::string(giga_name(units)), Align::Right);
  title(c.context, task == Task::Training ? "Length" : "Context", Align::Right);
  title(c.speed, "Tokens/s", Align::Right);
  title(c.licence, "  Licence");
  title(c.released, "Released", Align::Right);
  ImGui::Dummy({1, theme.px(20)});
}

/// What was done to a row.
enum class RowDeed : std::uint8_t { None, Choose, Open };

/// One row. Arrows choose as a click does, Enter opens as a double click.
RowDeed model_row(const Theme& theme, const RowColumns& c, const io::RecommendedModel& row, bool chosen,
                  ByteUnits units) {
  const Palette& p = theme.palette;
  const Candidate& best = row.answer.best;
  const io::RunMark mark = io::mark_of(row.answer);
  const bool clicked = list_row("row", theme.px(26));
  const Box box = last_item();
  focus_ring_in_list(theme, box, chosen);
  const bool by_keys = ImGui::GetIO().NavVisible && ImGui::IsItemFocused();
  // A double click is one at its second press; the button answers when it is let go.
  const bool twice = ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0);
  const RowDeed deed = (clicked && by_keys) || twice     ? RowDeed::Open
                       : clicked || (by_keys && !chosen) ? RowDeed::Choose
                                                         : RowDeed::None;
  if (!ImGui::IsItemVisible()) return deed;
  ImGui::GetWindowDrawList()->AddLine({box.from.x, box.to.y}, box.to, faded(p.border, 0.6f));
  if (chosen || ImGui::IsItemHovered()) fill(box, chosen ? p.row : faded(p.row, 0.5f), theme.px(3));
  draw_mark(theme, {box.from.x + theme.px(8), box.middle().y}, mark);
  float x = box.from.x;
  const auto cell = [&](float w) {
    const Box room{{x, box.from.y}, {x + w - theme.px(6), box.to.y}};
    x += w;
    return room;
  };
  Box name = cell(c.name);
  name.from.x += theme.px(20);
  std::string note = row.known->is_mixture() ? count_text(row.known->active_parameters) + " active"
                     : row.known->sees()     ? "vision"
                                             : "";
  const float room = name.width();
  const float note_width = text_width(theme.fonts.small, note) + theme.px(6);
  const bool with_note = !note.empty() && text_width(theme.fonts.body, row.known->entry.name) + note_width <= room;
  const float drawn =
      draw_name(theme, theme.fonts.body, best.runs() ? p.text : p.text_faint, name, row.known->entry.name);
  if (with_note)
    draw_text(theme, theme.fonts.small, p.text_faint, {{name.from.x + drawn + theme.px(6), name.from.y}, name.to},
              note);
  if (!best.runs()) {
    draw_name(theme, theme.fonts.small, p.text_faint, {{x, box.from.y}, box.to}, row.answer.obstacle);
    return deed;
  }
  if (c.format > 0) {
    const Box format = cell(c.format);
    const std::string full = format_name(best);
    const float shown = draw_name(theme, theme.fonts.body, p.text, format,
                                  c.format < theme.px(100) ? full.substr(0, full.find(' ')) : full);
    const std::string bits = fixed(io::stored_bits(best, row.known->parameters), 1) + " bits";
    if (shown + text_width(theme.fonts.small, bits) + theme.px(6) <= format.width())
      draw_text(theme, theme.fonts.small, p.text_faint,
                {{format.from.x + shown + theme.px(6), format.from.y}, format.to}, bits);
  }
  if (c.bar > 0) memory_bar(theme, cell(c.bar), best);
  draw_text(theme, theme.fonts.body, p.text, cell(c.memory), io::memory_cell(best, units), Align::Right);
  if (c.context > 0)
    draw_text(theme, theme.fonts.body, p.text, cell(c.context), short_count(row.context), Align::Right);
  const Box speed = cell(c.speed);
  const std::string span = io::speed_span(best.speed);
  draw_text(theme, text_width(theme.fonts.body, span) <= speed.width() ? theme.fonts.body : theme.fonts.small,
            mark == io::RunMark::Short ? p.bad : p.text, speed, span, Align::Right);
  if (c.licence > 0) {
    Box licence = cell(c.licence);
    licence.from.x += theme.px(10);
    draw_name(theme, theme.fonts.small, p.text_faint, licence, row.known->entry.license);
  }
  if (c.released > 0)
    draw_text(theme, theme.fonts.small, p.text_faint, cell(c.released), row.known->entry.released, Align::Right);
  return deed;
}

/// "8 B", "100 M": a round number of parameters on an axis.
std::string parameters_text(double n) { return n >= 1e9 ? shortest(n / 1e9) + " B" : shortest(n / 1e6) + " M"; }

/// Speed against size; a click chooses a model.
void speed_chart(const Theme& theme, const Box& area, const std::vector<io::RecommendedModel>& rows, WhatRuns& runs) {
  const Palette& p = theme.palette;
  fill(area, p.chart, theme.px(4));
  const Box plot{{area.from.x + theme.px(38), area.from.y + theme.px(8)},
                 {area.to.x - theme.px(12), area.to.y - theme.px(18)}};
  double least = 1e30, most = 0, slow = 1e30, fast = 0;
  for (const io::RecommendedModel& row : rows) {
    if (row.answer.best.speed.typical <= 0) continue;
    const auto n = static_cast<double>(row.known->parameters);
    least = std::min(least, n);
    most = std::max(most, n);
    slow = std::min(slow, row.answer.best.speed.typical);
    fast = std::max(fast, row.answer.best.speed.typical);
  }
  if (most <= 0) {
    draw_text(theme, theme.fonts.small, p.text_faint, area,
              rows.empty() ? "" : "No speed is known: this device has no published bandwidth.", Align::Centre);
    return;
  }
  const bool inference = runs.wish.task() == Task::Inference;
  slow = (inference ? std::min(slow, runs.wish.min_speed) : slow) / 1.3;
  fast *= 1.3;
  least /= 1.2;
  most *= 1.2;
  const auto at = [&](double n, double speed) {
    const double fx = std::log(n / least) / std::log(most / least);
    const double fy = std::log(speed / slow) / std::log(fast / slow);
    return ImVec2{plot.from.x + static_cast<float>(fx) * plot.width(),
                  plot.to.y - static_cast<float>(fy) * plot.height()};
  };
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (const double mark : {1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4}) {
    if (mark < slow || mark > fast) continue;
    const float y = at(least, mark).y;
    list->AddLine({plot.from.x, y}, {plot.to.x, y}, p.border);
    draw_text(theme, theme.fonts.small, p.text_faint,
              {{area.from.x, y - theme.px(8)}, {plot.from.x - theme.px(6), y + theme.px(8)}},
              mark < 1e3 ? shortest(mark) : shortest(mark / 1e3) + "k", Align::Right);
  }
  const std::string_view axis = "tokens/s";
  const float axis_end = area.from.x + theme.px(14) + text_width(theme.fonts.small, axis);
  draw_text(theme, theme.fonts.small, p.text_faint, {{area.from.x + theme.px(6), plot.to.y}, {axis_end, area.to.y}},
            axis);
  for (const double mark : {1e8, 1e9, 3e9, 8e9, 30e9, 100e9, 400e9}) {
    if (mark < least || mark > most) continue;
    const float x = at(mark, slow).x;
    if (x - theme.px(30) < axis_end) continue;
    draw_text(theme, theme.fonts.small, p.text_faint, {{x - theme.px(30), plot.to.y}, {x + theme.px(30), area.to.y}},
              parameters_text(mark), Align::Centre);
  }
  if (inference) dashed_line(theme, plot.from.x, plot.to.x, at(least, runs.wish.min_speed).y, p.mark);
  const float wished = at(least, runs.wish.min_speed).y;
  ImGui::SetCursorScreenPos(area.from);
  const bool clicked = ImGui::InvisibleButton("runs.chart", area.size());
  const bool hovered = ImGui::IsItemHovered();
  note_control(theme, "runs.chart", area);
  const io::RecommendedModel* shown = chosen_row(rows, runs);
  const io::RecommendedModel* nearest = nullptr;
  float nearest_distance = theme.px(14);
  for (const io::RecommendedModel& row : rows) {
    if (row.answer.best.speed.typical <= 0) continue;
    const ImVec2 here = at(static_cast<double>(row.known->parameters), row.answer.best.speed.typical);
    const bool chosen = &row == shown;
    list->AddCircleFilled(here, theme.px(4), faded(ink_of(theme, io::mark_of(row.answer)), 0.9f), 16);
    if (chosen) list->AddCircle(here, theme.px(7), p.text, 20, theme.px(1.4f));
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const float distance = std::hypot(mouse.x - here.x, mouse.y - here.y);
    if (hovered && distance < nearest_distance) {
      nearest = &row;
      nearest_distance = distance;
    }
  }
  if (inference) {
    draw_plated(theme, theme.fonts.small, p.text_soft,
                {{plot.from.x + theme.px(4), wished - theme.px(17)}, {plot.to.x, wished - theme.px(1)}},
                "at least " + shortest(runs.wish.min_speed) + " tokens/s", Align::Left);
  }
  if (nearest != nullptr) {
    begin_tooltip(theme);
    paragraph(theme, theme.fonts.body, p.text,
              nearest->known->entry.name + ", " + format_name(nearest->answer.best) + ": " +
                  io::speed_span(nearest->answer.best.speed) + " tokens/s, " + place_text(nearest->answer.best),
              theme.px(320));
    end_tooltip();
    if (clicked) runs.chosen = nearest->known->entry.id;
  }
}

}  // namespace

void draw_mark(const Theme& theme, ImVec2 middle, io::RunMark mark) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float radius = theme.px(4.5f);
  const ImU32 ink = ink_of(theme, mark);
  if (mark == io::RunMark::Fits) return list->AddCircleFilled(middle, radius, ink, 20);
  list->AddCircle(middle, radius, mark == io::RunMark::No ? theme.palette.text_faint : ink, 20, theme.px(1.4f));
  if (mark != io::RunMark::Offloaded) return;
  list->PathArcTo(middle, radius, 1.5708f, 4.7124f, 16);
  list->PathFillConvex(ink);
}

std::vector<io::RecommendedModel> listed_rows(const RunAnswers& answers, const WhatRuns& runs) {
  std::vector<io::RecommendedModel> rows;
  for (const io::RecommendedModel& row : answers.rows) {
    const io::RunMark mark = io::mark_of(row.answer);
    if (mark == io::RunMark::No && !runs.failures) continue;
    if (mark == io::RunMark::Short && !runs.filter.compromises) continue;
    rows.push_back(row);
  }
  io::sort_recommended(rows, runs.order);
  return rows;
}

const io::RecommendedModel* chosen_row(const std::vector<io::RecommendedModel>& rows, const WhatRuns& runs) {
  for (const io::RecommendedModel& row : rows) {
    if (row.known->entry.id == runs.chosen) return &row;
  }
  return rows.empty() ? nullptr : &rows.front();
}

namespace {

/// "129 whole · 25 with RAM · 27 too slow or coarse · 84 do not": how the models run, as far as any do so.
std::string marks_in_words(const std::array<std::size_t, 4>& counts) {
  constexpr std::array<std::string_view, 4> words{" whole", " with RAM", " too slow or coarse", " do not"};
  std::string note;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    note += (note.empty() ? "" : " · ") + grouped(counts[i]) + std::string(words[i]);
  }
  return note;
}

}  // namespace

void runs_table(const RunsShown& shown, WhatRuns& runs, const Theme& theme, bool has_details, RunDeeds& deeds) {
  const Palette& p = theme.palette;
  const std::vector<io::RecommendedModel> rows = listed_rows(shown.answers, runs);
  const auto counts = io::count_marks(shown.answers.rows);
  const std::size_t run = counts[0] + counts[1] + counts[2];
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const Box line{at, {at.x + width, at.y + theme.px(24)}};
  const std::string title = counted(run, "model") + (run == 1 ? " runs here" : " run here");
  const float drawn = draw_text(theme, theme.fonts.title, p.text, line, title);
  std::array<std::string_view, io::run_orders.size()> orders{};
  float order_width = 0;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    orders[i] = io::run_orders[i].label;
    order_width += text_width(theme.fonts.body, orders[i]) + theme.px(22);
  }
  std::string note = marks_in_words(counts);
  if (!shown.answers.done)
    note = "asked " + grouped(shown.answers.rows.size()) +
           (shown.answers.asked == 0 ? "" : " of " + grouped(shown.answers.asked)) + " …";
  const float left = line.from.x + drawn + theme.px(12);
  const float note_room = line.to.x - order_width - theme.px(8) - left;
  const Typeface& note_face = text_width(theme.fonts.body, note) <= note_room ? theme.fonts.body : theme.fonts.small;
  // Where there is less room the end is left out: what does not run is counted below the list too.
  for (std::size_t dot = note.rfind(" · "); dot != std::string::npos && text_width(note_face, note) > note_room;
       dot = note.rfind(" · "))
    note.erase(dot);
  if (text_width(note_face, note) <= note_room)
    draw_text(theme, note_face, p.text_faint, {{left, line.from.y}, line.to}, note);
  ImGui::SetCursorScreenPos({line.to.x - order_width, at.y - theme.px(3)});
  runs.order =
      static_cast<io::RunOrder>(segmented(theme, "runs.order", orders, static_cast<std::size_t>(runs.order)));
  help(theme, "What the list is sorted by.");
  ImGui::SetCursorScreenPos({at.x, line.to.y + theme.px(6)});
  const RowColumns columns = columns_of(theme, width);
  head(theme, columns, shown.scenario.devices.count() != 0, runs.wish.task(), shown.units);
  const float room = ImGui::GetContentRegionAvail().y;
  const float chart = has_details && room > theme.px(420) ? std::min(room * 0.32f, theme.px(230)) : 0;
  const float under = has_details ? chart : std::max(theme.px(190), room * 0.4f);
  ImGui::BeginChild("rows", {width, std::max(room - under - theme.px(under > 0 ? 38 : 4), theme.px(120))});
  const io::RecommendedModel* chosen = chosen_row(rows, runs);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ImGui::PushID(rows[i].known->entry.id.c_str());
    if (runs.seek && shown.answers.done && &rows[i] == chosen) {
      seek_next_stop(theme);
      runs.seek = false;
    }
    const RowDeed deed = model_row(theme, columns, rows[i], &rows[i] == chosen, shown.units);
    if (deed != RowDeed::None) runs.chosen = rows[i].known->entry.id;
    if (deed == RowDeed::Open && rows[i].answer.best.runs()) deeds.open = rows[i].answer.best.scenario;
    note_control(theme, "run." + rows[i].known->entry.id, last_item());
    ImGui::PopID();
  }
  if (rows.empty() && shown.answers.done) {
    paragraph(theme, theme.fonts.body, p.text_faint,
              shown.answers.asked == 0
                  ? "No models are known: no presets were found."
                  : "Nothing runs here as it is asked for. Lower the speed or the bits, or ask for less context.",
              width);
  }
  if (counts[3] != 0 && shown.answers.done) {
    const std::string words =
        runs.failures ? "Hide what does not run" : grouped(counts[3]) + " more do not run: show why";
    if (button(theme, "runs.failures", words, 0, Look::Quiet)) runs.failures = !runs.failures;
  }
  ImGui::EndChild();
  if (chart <= 0) return;
  heading(theme, "Speed against size", "a click chooses");
  const ImVec2 from = ImGui::GetCursorScreenPos();
  speed_chart(theme, {from, {from.x + width, from.y + chart - theme.px(4)}}, rows, runs);
}

std::string recommend_command_line(const RunQuestion& q, io::RunOrder order) {
  std::string line = "llmcalc recommend";
  if (!q.machine.devices.groups.empty()) line += " -d " + devices_word(q.machine.devices);
  if (q.machine.host.memory_bytes) line += " --ram " + std::to_string(*q.machine.host.memory_bytes);
  line += " --task " + std::string(key_of(q.wish.use));
  if (q.wish.context)
    line += (q.wish.task() == Task::Training ? " --sequence " : " --context ") + std::to_string(*q.wish.context);
  if (q.wish.task() == Task::Inference) line += " --min-speed " + shortest(q.wish.min_speed);
  if (order != io::RunOrder::Size) line += " --sort " + std::string(key_of(order));
  return line;
}

}  // namespace llmcalc::ui
