// WHAT RUNS, right column: the chosen model.

#include "ui/bar_lanes.hpp"
#include "ui/breakdowns.hpp"
#include "ui/what_runs_panels.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/levers.hpp>

#include <algorithm>

namespace llmcalc::ui {
namespace {

/// The memory of the device that decides, part by part.
void use_bar(const Theme& theme, const Candidate& best, Task task, ByteUnits units) {
  const float width = ImGui::GetContentRegionAvail().x;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Box box{at, {at.x + width, at.y + theme.px(24)}};
  fill(box, theme.palette.track, theme.px(4));
  const DeviceFit* tightest = best.fit.tightest();
  const Breakdown use = task == Task::Training ? evaluate_training(best.scenario).breakdown
                                               : leading(evaluate_inference(best.scenario));
  Bytes capacity = use.total();
  for (const DeviceFit& d : best.fit.devices) {
    if (d.use == use.total()) capacity = max(capacity, d.capacity);
  }
  const auto whole = static_cast<double>(capacity.count);
  float x = box.from.x;
  std::string words;
  for (const Component& c : use.components) {
    const float end = x + box.width() * static_cast<float>(static_cast<double>(c.bytes.count) / std::max(whole, 1.0));
    fill({{x, box.from.y}, {std::min(end, box.to.x), box.to.y}}, theme.colour(c.part),
         x == box.from.x ? theme.px(4) : 0);
    x = end;
    if (c.bytes.count * 50 > use.total().count) {
      words += (words.empty() ? "" : " · ") + std::string(label_of(c.part)) + " " + short_amount(c.bytes, units);
    }
  }
  if (best.on_devices.count != 0 && best.on_host.count * 50 > use.total().count)
    words += " · in RAM " + short_amount(best.on_host, units);
  ImGui::Dummy({width, theme.px(26)});
  paragraph(theme, theme.fonts.small, theme.palette.text_soft, words, width);
  if (tightest) {
    const bool single = best.scenario.devices.count() == 1;
    const std::string place = tightest->name == "host" ? "in RAM" : single ? "on the GPU" : "on " + tightest->name;
    paragraph(theme, theme.fonts.small, theme.palette.good,
              short_amount(tightest->headroom(), units) + " free " + place, width);
  }
}

/// How a model is trained in a way: its format says nothing, all ways have the same.
std::string way_name(const Candidate& c) {
  const Training& t = c.scenario.training;
  const Training plain;
  std::string name(label_of(t.optimizer));
  if (t.offload != plain.offload) name += " in RAM";
  if (t.loss != plain.loss) name += ", " + in_sentence(label_of(t.loss)) + " loss";
  return name;
}

/// A format with what it reaches; true when it was clicked.
bool format_row(const Theme& theme, const Candidate& c, Count context, const Candidate& present, Task task,
                std::size_t i) {
  const Palette& p = theme.palette;
  const bool trains = task == Task::Training;
  const bool best = trains ? c.scenario == present.scenario : c.format == present.format;
  const std::string title = trains ? way_name(c) : format_name(c);
  ImGui::PushID(static_cast<int>(i));
  const bool clicked = list_row("format", theme.px(22));
  const Box box = last_item();
  if (ImGui::IsItemHovered()) fill(box, faded(p.row, 0.7f), theme.px(3));
  const bool whole = c.placement == Placement::Devices || c.placement == Placement::Host;
  std::string right = context >= 1024 ? grouped(context / 1024) + "k" : grouped(context);
  if (c.speed.typical > 0) right += " · " + two_digits(c.speed.typical) + " tokens/s";
  const float width = draw_text(theme, theme.fonts.body, whole ? p.good : p.warn, box, right, Align::Right);
  const Typeface& face = best ? theme.fonts.strong : theme.fonts.body;
  const float room = box.width() - width - theme.px(8);
  const bool small = !best && text_width(face, title) > room;
  const float name =
      draw_name(theme, small ? theme.fonts.small : face, p.text, {box.from, {box.from.x + room, box.to.y}}, title);
  const std::string loss = io::loss_text(c.loss);
  if (!trains && c.loss.in_words() != LossClass::None &&
      name + text_width(theme.fonts.small, loss) + theme.px(8) <= room) {
    draw_text(theme, theme.fonts.small, p.text_faint,
              {{box.from.x + name + theme.px(8), box.from.y}, {box.from.x + room, box.to.y}}, loss);
  }
  help(theme, (trains ? title + ", " : "") + format_name(c) + ", " + place_text(c) + ".\n" +
                  io::loss_sentence(c.loss) +
                  (trains ? "\nClick to open it this way." : "\nClick to open it in this format."));
  focus_ring(theme, box);
  note_control(theme, "format." + title, box);
  ImGui::PopID();
  return clicked;
}

}  // namespace

void runs_details(const RunsShown& shown, const WhatRuns& runs, const Theme& theme, RunDeeds& deeds) {
  const Palette& p = theme.palette;
  const std::vector<io::RecommendedModel> rows = listed_rows(shown.answers, runs);
  const io::RecommendedModel* row = chosen_row(rows, runs);
  if (row == nullptr) {
    heading(theme, "No model chosen");
    return;
  }
  const float width = ImGui::GetContentRegionAvail().x;
  const Candidate& best = row->answer.best;
  const io::ModelEntry& entry = row->known->entry;
  paragraph(theme, theme.fonts.title, p.text, entry.name, width);
  std::string facts = count_text(row->known->parameters) + " parameters";
  if (!entry.license.empty()) facts += " · " + entry.license;
  if (!entry.released.empty()) facts += " · " + entry.released;
  paragraph(theme, theme.fonts.small, p.text_faint, facts, width);
  if (!best.runs()) {
    paragraph(theme, theme.fonts.body, p.bad, "Does not run here: " + row->answer.obstacle + ".", width);
    return;
  }
  const auto part = [&](std::string_view title) {
    ImGui::Dummy({1, theme.px(4)});
    heading(theme, title);
  };
  use_bar(theme, best, runs.wish.task(), shown.units);
  part(runs.wish.task() == Task::Training ? "Ways that fit" : "Formats that fit");
  const FormatAnswers* formats = shown.formats != nullptr && shown.formats->of == entry.id ? shown.formats : nullptr;
  if (formats == nullptr) paragraph(theme, theme.fonts.small, p.text_faint, "…", width);
  bool interpolated = false;
  for (std::size_t i = 0; formats != nullptr && i < formats->formats.size(); ++i) {
    const Candidate& c = formats->formats[i];
    interpolated = interpolated || c.loss.interpolated;
    if (format_row(theme, c, formats->contexts[i], best, runs.wish.task(), i)) deeds.open = c.scenario;
  }
  if (runs.wish.task() == Task::Inference && best.loss.in_words() != LossClass::None) {
    paragraph(theme, theme.fonts.small, p.text_faint,
              "Loss: rise of the perplexity on " + std::string(best.loss.source.model) +
                  (interpolated ? "; ≈ is interpolated by bits per weight." : "."),
              width);
  }
  part("Start it");
  const std::string command = formats != nullptr ? formats->command : std::string();
  card(theme, command.empty() ? "…" : command);
  ImGui::Dummy({1, 0});
  if (button(theme, "runs.open", "Open", 0, Look::Accent)) deeds.open = best.scenario;
  help(theme, "Makes it the scenario, with every number and setting.");
  ImGui::SameLine(0, theme.px(8));
  if (button(theme, "runs.copy", "Copy command")) deeds.command = command;
  part(runs.wish.task() == Task::Training ? "Why this way" : "Why this format");
  paragraph(theme, theme.fonts.small, p.text_soft, formats != nullptr ? formats->reason : place_text(best), width);
}

}  // namespace llmcalc::ui
