// PLAN: the layouts of the job on the chosen devices that fit, best first, or how many of every kind of device it
// takes. A click takes a row.

#include "ui/answers.hpp"
#include "ui/breakdowns.hpp"
#include "ui/chart_frame.hpp"
#include "ui/controls.hpp"
#include "ui/plan_job.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace llmcalc::ui {
namespace {

/// A column of the table.
struct PlanColumn {
  std::string_view head;
  float width = 60;  ///< pixels at scale 1; 0: what is left
};

/// What a layout is, column by column; the rest of a row follows.
struct At {
  enum Place : std::size_t {
    Name,
    Devices,
    Tensor,
    Pipeline,
    Context,
    Data,
    Expert,
    Zero,
    Recompute,
    Micro,
    Weights,
    Places
  };
};
constexpr std::array<PlanColumn, At::Places> plan_columns{{{"", 0},
                                                           {"Devices", 58},
                                                           {"Tensor", 50},
                                                           {"Pipeline", 58},
                                                           {"Context", 54},
                                                           {"Data", 44},
                                                           {"Expert", 48},
                                                           {"ZeRO", 42},
                                                           {"Recompute", 78},
                                                           {"Micro-batch", 78},
                                                           {"Weights", 84}}};
using PlanCells = std::array<std::string, At::Places>;

/// A line of the table. PlanCells that say nothing are empty.
struct PlanRow {
  PlanCells cells;
  std::string speed;
  std::string price;
  std::string memory;
  bool certain = true;
  const Scenario* scenario = nullptr;
};

std::string memory_text(const PlanCandidate& c, ByteUnits units) {
  const DeviceFit* fullest = c.fit.deciding();
  if (fullest == nullptr) return {};
  return headline(fullest->use, units) + " of " + short_amount(fullest->capacity, units);
}

PlanRow row_of_candidate(const PlanCandidate& c, PlanCells cells, ByteUnits units) {
  return {.cells = std::move(cells),
          .speed = c.tokens_per_second > 0 ? two_digits(c.tokens_per_second) : "–",
          .price = c.dollars_per_hour > 0
                       ? "$" + (c.dollars_per_hour < 1000 ? fixed(c.dollars_per_hour, 2)
                                                          : grouped(static_cast<Count>(c.dollars_per_hour)))
                       : "–",
          .memory = memory_text(c, units),
          .certain = c.fit.verdict == Verdict::Fits,
          .scenario = &c.scenario};
}

PlanCells cells_of(const PlanCandidate& c, Task task, Count chosen_devices) {
  const Scenario& s = c.scenario;
  const Parallelism& p = s.parallelism;
  const auto unless = [](Count n, Count plain) { return n == plain ? std::string() : grouped(n); };
  PlanCells cells;
  cells[At::Devices] = unless(s.devices.count(), chosen_devices);
  cells[At::Tensor] = unless(p.tensor, 1);
  cells[At::Pipeline] = unless(p.pipeline, 1);
  cells[At::Data] = unless(p.data, 1);
  cells[At::Expert] = unless(p.expert, 1);
  if (task == Task::Inference) {
    if (s.weight_format() == WeightFormat::Gguf) {
      cells[At::Weights] = key_of(s.weights.mix);
    } else if (s.weights.format != WeightFormat::AsReleased) {
      cells[At::Weights] = label_of(s.weight_format());
    }
    return cells;
  }
  if (p.pipeline > 1 && p.virtual_stages > 1) cells[At::Pipeline] += " × " + grouped(p.virtual_stages);
  cells[At::Context] = unless(p.context, 1);
  cells[At::Zero] = unless(p.zero, 0);
  cells[At::Recompute] = key_of(s.training.recompute);
  cells[At::Micro] = grouped(s.training.micro_batch) + " × " + grouped(s.training.accumulation);
  return cells;
}

std::vector<PlanRow> rows_of(const Shown& shown, const PlanJob& job) {
  std::vector<PlanRow> rows;
  const ByteUnits units = shown.units;
  for (const PlanCandidate& c : job.answer().plan.candidates) {
    rows.push_back(row_of_candidate(c, cells_of(c, job.question().task, shown.scenario.devices.count()), units));
  }
  for (const DeviceNeed& need : job.answer().needs) {
    PlanCells cells;
    cells[At::Name] = grouped(need.count) + " × " + need.device->name;
    rows.push_back(row_of_candidate(need.best, std::move(cells), units));
  }
  return rows;
}

/// Progress while the search runs, with a way out. True when it is to be left.
bool draw_progress(const PlanJob& job, const Theme& theme, const Box& area) {
  const Box track{{area.from.x, area.from.y + theme.px(10)}, {area.to.x - theme.px(96), area.from.y + theme.px(18)}};
  fill(track, theme.palette.control, theme.px(4));
  const float share = static_cast<float>(std::clamp(job.progress(), 0.0, 1.0));
  fill({track.from, {track.from.x + track.width() * share, track.to.y}}, theme.palette.accent, theme.px(4));
  ImGui::SetCursorScreenPos({area.to.x - theme.px(84), area.from.y});
  return button(theme, "plan.cancel", "Cancel", theme.px(84));
}

/// The columns that some row says something in.
std::array<bool, At::Places> columns_said(const std::vector<PlanRow>& rows) {
  std::array<bool, At::Places> said{};
  for (const PlanRow& row : rows) {
    for (std::size_t i = 0; i < At::Places; ++i) said[i] = said[i] || !row.cells[i].empty();
  }
  return said;
}

void draw_cells(const Theme& theme, const Box& box, const std::array<bool, At::Places>& said, const PlanRow& row,
                const Typeface& face, ImU32 ink, ImU32 memory_ink) {
  const float memory = box.to.x - theme.px(8);
  const float price = memory - theme.px(126);
  const float speed = price - theme.px(66);
  const auto right = [&](float to, float width, std::string_view text, ImU32 colour) {
    draw_text(theme, face, colour, {{to - theme.px(width), box.from.y}, {to, box.to.y}}, text, Align::Right);
  };
  float x = box.from.x + theme.px(8);
  for (std::size_t i = 0; i < At::Places; ++i) {
    if (!said[i]) continue;
    const float to = plan_columns[i].width > 0 ? x + theme.px(plan_columns[i].width) : speed - theme.px(64);
    const std::string_view words = row.cells[i].empty() ? "–" : std::string_view(row.cells[i]);
    draw_name(theme, face, row.cells[i].empty() ? theme.palette.text_faint : ink,
              {{x, box.from.y}, {std::min(to, speed - theme.px(60)) - theme.px(6), box.to.y}}, words);
    x = to;
  }
  right(speed, 62, row.speed, ink);
  right(price, 64, row.price, ink);
  right(memory, 124, row.memory, memory_ink);
}

/// The names of the columns.
PlanRow head_row() {
  PlanRow head{.cells = {}, .speed = "tokens/s", .price = "per hour", .memory = "Memory per GPU"};
  for (std::size_t i = 0; i < At::Places; ++i) head.cells[i] = plan_columns[i].head;
  head.cells[At::Name] = "Devices";
  return head;
}

/// The table; the row that was clicked.
std::optional<Scenario> draw_rows(const Theme& theme, const std::vector<PlanRow>& rows, Task task,
                                  const std::array<bool, At::Places>& said) {
  const Palette& p = theme.palette;
  std::optional<Scenario> taken;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("plan", {ImGui::GetContentRegionAvail().x, theme.px(24)})) taken = *rows[i].scenario;
    const Box box = last_item();
    if (ImGui::IsItemHovered()) fill(box, p.row, theme.px(3));
    help(theme, layout_text(*rows[i].scenario, task) + ".\nClick to take it; Ctrl+Z takes it back.");
    focus_ring(theme, box);
    note_control(theme, "plan.row." + std::to_string(i), box);
    draw_cells(theme, box, said, rows[i], theme.fonts.body, p.text, rows[i].certain ? p.good : p.warn);
    ImGui::PopID();
  }
  return taken;
}

/// What is searched for: two switches.
void draw_question(PlanQuestion& question, const Theme& theme, const Box& line) {
  constexpr std::array<std::string_view, 2> what{"Layouts", "Devices"};
  constexpr std::array<std::string_view, 2> by{plan_ranks[0].label, plan_ranks[1].label};
  ImGui::SetCursorScreenPos(line.from);
  question.kind = static_cast<PlanKind>(segmented(theme, "plan.what", what, static_cast<std::size_t>(question.kind)));
  if (question.kind == PlanKind::Devices) return;
  ImGui::SetCursorScreenPos({line.from.x + theme.px(176), line.from.y});
  question.rank = static_cast<PlanRank>(segmented(theme, "plan.rank", by, static_cast<std::size_t>(question.rank)));
}

/// Why no layout was found.
std::string no_layout(const Scenario& s, const PlanJob& job) {
  const Count tried = job.answer().plan.considered;
  if (tried != 0) return "No layout fits: " + counted(tried, "layout") + " tried. “Devices” finds what it takes.";
  if (job.question().task == Task::Inference)
    return "No layout is possible on " + counted(s.devices.count(), "device") + ".";
  return "No layout is possible: " + counted(s.training.accumulation, "micro-batch", "micro-batches") +
         " per step cannot be shared by " + counted(s.devices.count(), "device") +
         ". Raise Gradient accumulation (the global batch).";
}

/// What the search has to say above its table.
std::string words_of(const Scenario& s, const PlanJob& job, bool empty) {
  if (job.cancelled()) return "Cancelled.";
  if (job.question().kind == PlanKind::Devices) {
    return empty ? "No known device fits." : "Fewest of every kind, cheapest first. Preset prices; may be outdated.";
  }
  if (empty) return no_layout(s, job);
  const std::string tried = counted(job.answer().plan.considered, "layout") + " tried.";
  return job.answer().reason.empty() ? tried : tried + " The first " + job.answer().reason + ".";
}

}  // namespace

PlanDeeds plan_panel(const Shown& shown, PlanQuestion& question, const PlanJob* job, const Theme& theme,
                     const Box& area) {
  PlanDeeds deeds;
  const Palette& p = theme.palette;
  const Box inner = shrunk(area, theme.px(14), theme.px(10));
  draw_question(question, theme, inner);
  const Box body{{inner.from.x, inner.from.y + theme.px(38)}, inner.to};
  if (shown.scenario.devices.groups.size() != 1) {
    draw_text(theme, theme.fonts.body, p.text_faint, {body.from, {body.to.x, body.from.y + theme.px(22)}},
              "A plan needs devices of one kind. Choose them at the top.");
    return deeds;
  }
  if (job == nullptr) return deeds;
  if (!job->done()) {
    deeds.cancel = draw_progress(*job, theme, body);
    return deeds;
  }
  const std::vector<PlanRow> rows = rows_of(shown, *job);
  draw_name(theme, theme.fonts.small, p.text_faint, {body.from, {body.to.x, body.from.y + theme.px(20)}},
            words_of(shown.scenario, *job, rows.empty()));
  if (rows.empty()) return deeds;
  // The names stand over their columns, which a scroll bar moves.
  const float line = theme.px(24);
  const float height = body.height() - theme.px(44);
  const float bar = line * static_cast<float>(rows.size()) > height ? ImGui::GetStyle().ScrollbarSize : 0;
  const Box head{{body.from.x, body.from.y + theme.px(22)}, {body.to.x - bar, body.from.y + theme.px(42)}};
  std::array<bool, At::Places> said = columns_said(rows);
  if (std::none_of(said.begin(), said.end(), [](bool one) { return one; })) said[At::Tensor] = true;
  draw_cells(theme, head, said, head_row(), theme.fonts.small, p.text_faint, p.text_faint);
  ImGui::GetWindowDrawList()->AddLine({head.from.x, head.to.y}, {body.to.x, head.to.y}, p.border);
  ImGui::SetCursorScreenPos({body.from.x, head.to.y + theme.px(2)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2{0, 0});
  compat::begin_padded_child("plan", {body.width(), height});
  deeds.taken = draw_rows(theme, rows, job->question().task, said);
  ImGui::EndChild();
  ImGui::PopStyleVar(2);
  return deeds;
}

}  // namespace llmcalc::ui
