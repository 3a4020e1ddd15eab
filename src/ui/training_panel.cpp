// TRAINING: what is trained, with which batch, number formats, optimizer and kernels.

#include "ui/drawing.hpp"
#include "ui/first_settings.hpp"
#include "ui/panels.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <imgui.h>

#include <algorithm>
#include <string>

namespace llmcalc::ui {
namespace {

/// Sequences that one step sees on all ranks together; moving it moves the accumulation.
void global_batch(Controls& c) {
  Training& t = c.scenario.training;
  const Count per_pass = std::max<Count>(multiply(t.micro_batch, c.scenario.parallelism.data), 1);
  Count batch = multiply(per_pass, t.accumulation);
  constexpr std::string_view words =
      "Sequences per optimizer step: micro-batch × gradient accumulation × data parallel ranks. It sets the "
      "accumulation.";
  const ImVec2 row = ImGui::GetCursorScreenPos();
  const float width = row_label(c.theme, "Global batch", c.label_width, words);
  const CountRange range{
      .low = per_pass, .high = std::max<Count>(multiply(per_pass, 64), 4096), .logarithmic = true, .step = per_pass};
  const SliderLook look{
      .range = range, .shown = counted(batch, "sequence"), .typed = grouped(batch), .lowest = 1, .highest = 1U << 24};
  seek(c, "training.global_batch");
  const bool moved = count_slider(c.theme, c.typing, "training.global_batch", width, look, batch);
  veil_ignored(c, field_at("training.accumulation"), row);
  if (!moved) return;
  // The nearest that the ranks can share evenly.
  t.accumulation = std::max<Count>(add(batch, per_pass / 2) / per_pass, 1);
}

/// Which settings stand at the framework's defaults, as a line below the first ones.
void defaults_line(const Theme& theme, const Scenario& scenario) {
  std::string words = scenario.method == Method::Detailed ? usual_text(scenario, Task::Training) : "";
  if (words.empty()) return;
  words.front() = 'D';
  paragraph(theme, theme.fonts.small, theme.palette.text_faint, words, ImGui::GetContentRegionAvail().x);
}

}  // namespace

void further_settings(Controls& controls, SlotChoosers& slots, std::initializer_list<std::string_view> groups) {
  for (const Field& field : fields) {
    if (std::find(groups.begin(), groups.end(), field.group()) == groups.end() || is_always_shown(field)) continue;
    if (field.kind() == FieldKind::External) {
      model_slot(controls, slots, field);
    } else {
      setting(controls, field);
    }
  }
}

void training_panel(Controls& controls, SlotChoosers& slots) {
  heading(controls.theme, "Training");
  const Scenario before = controls.scenario;
  for (const Field* field : first_training) {
    setting(controls, *field);
    if (field->path == "training.micro_batch") global_batch(controls);
  }
  defaults_line(controls.theme, controls.scenario);
  if (controls.more) further_settings(controls, slots, {"training"});
  const Training& now = controls.scenario.training;
  if (now.framework != before.training.framework || now.version != before.training.version) {
    follow_choice(controls.scenario, before);
  }
}

}  // namespace llmcalc::ui
