// WHAT RUNS, left column: the machine, what it is wanted for, which models are listed, and other devices.

#include "report/estimate_tables.hpp"
#include "ui/breakdowns.hpp"
#include "ui/what_runs_panels.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/usable_memory.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace llmcalc::ui {
namespace {

/// A small button that is on or off.
void toggle(const Theme& theme, const char* name, std::string_view text, bool& on, std::string_view help_text) {
  if (button(theme, name, text, 0, on ? Look::SmallOn : Look::Small)) on = !on;
  help(theme, help_text);
}

/// Words as a sentence.
std::string as_sentence(std::string_view words) {
  std::string out(words);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out + ".";
}

void machine_part(const RunsShown& shown, Controls& controls, RunDeeds& deeds) {
  const Theme& theme = controls.theme;
  heading(theme, "Machine");
  float width = row_label(theme, "GPU", controls.label_width, "The devices of the scenario.");
  const Device* device = shown.scenario.devices.smallest();
  const std::string name = device ? io::devices_text(shown.scenario.devices) : "none";
  ImGui::PushID("runs.device");
  deeds.choose_device |= closed_combo(theme, "runs.device", width, name);
  ImGui::PopID();
  if (device) {
    row_label(theme, device->unified ? "Memory" : "GPU memory", controls.label_width,
              "What a program may use of each device.");
    const Bytes usable = usable_memory(shown.scenario, 0, *device);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_text(theme, theme.fonts.body, theme.palette.text, {at, {at.x + width, at.y + theme.px(22)}},
              text(usable, shown.units) + " of " + text(device->whole(), shown.units));
    ImGui::Dummy({1, theme.px(22)});
    setting(controls, field_at("overhead.display_bytes"));
  }
  if (!device || !device->unified) setting(controls, field_at("host.memory_bytes"));
  setting(controls, field_at("host.reserve_bytes"));
  if (!shown.library.here) return;
  deeds.this_computer = button(theme, "runs.here", "This computer", 0, Look::Small);
  help(theme, "Sets the machine back to what was found on this computer.");
  ImGui::SameLine(0, theme.px(6));
  deeds.free_now = button(theme, "runs.free", "What is free now", 0, Look::Small);
  help(theme, "Counts as available only what is free at the moment.");
}

void task_part(WhatRuns& runs, Controls& controls) {
  const Theme& theme = controls.theme;
  heading(theme, "Task");
  for (const UseRow& use : uses) {
    bool on = runs.wish.use == use.id;
    // Two rows: what serves, and what trains.
    if (use.id != Use::Chat && use.id != Use::Qlora) ImGui::SameLine(0, theme.px(6));
    toggle(theme, use.key.data(), use.label, on, as_sentence(use.help));
    if (on && runs.wish.use != use.id) {
      runs.wish.use = use.id;
      runs.wish.context.reset();
      runs.wish.sequences.reset();
    }
  }
  ImGui::Dummy({1, theme.px(1)});
  const bool inference = runs.wish.task() == Task::Inference;
  if (inference) {
    const float width = row_label(theme, "Engine", controls.label_width, "What runs the model.");
    const Runtime usual = usual_engine(controls.scenario.devices, runs.wish.use);
    const int chosen = combo(theme, "runs.engine", width, label_of(runs.engine.value_or(usual)),
                             runs.engine ? "" : "usual", runs.engine ? static_cast<int>(*runs.engine) + 1 : 0, [&] {
                               std::vector<ComboOption> all{{"The usual one", std::string(label_of(usual)),
                                                             "llama.cpp, or vLLM to serve from a data centre"}};
                               for (const auto& row : runtimes) {
                                 all.push_back({std::string(row.label), "", std::string(row.help)});
                               }
                               return all;
                             });
    if (chosen == 0) runs.engine.reset();
    if (chosen > 0) runs.engine = static_cast<Runtime>(chosen - 1);
  }
  Count context = runs.wish.context.value_or(row_of(runs.wish.use).context);
  float width =
      row_label(theme, inference ? "Context at least" : "Sequence", controls.label_width, "Tokens of one sequence.");
  SliderLook look{.range = {512, 262144},
                  .shown = counted(context, "token"),
                  .typed = grouped(context),
                  .binary = true,
                  .lowest = 1,
                  .highest = 1U << 24};
  if (count_slider(theme, controls.typing, "runs.context", width, look, context)) runs.wish.context = context;
  if (runs.wish.use == Use::Serve) {
    Count sequences = runs.wish.sequences.value_or(row_of(runs.wish.use).sequences);
    width = row_label(theme, "Users at once", controls.label_width, "Sequences held at once.");
    if (count_slider(theme, controls.typing, "runs.users", width,
                     {.range = {1, 512}, .shown = grouped(sequences), .lowest = 1, .highest = 65536}, sequences))
      runs.wish.sequences = sequences;
  }
  if (!inference) return;
  auto speed = static_cast<Count>(runs.wish.min_speed);
  width = row_label(theme, "Speed at least", controls.label_width, "Tokens per second of one sequence.");
  if (count_slider(theme, controls.typing, "runs.speed", width,
                   {.range = {1, 200},
                    .shown = grouped(speed) + " tokens/s",
                    .typed = grouped(speed),
                    .lowest = 1,
                    .highest = 100000},
                   speed))
    runs.wish.min_speed = static_cast<double>(speed);
  static constexpr std::array bits{2.0, 3.0, 4.0, 5.0, 6.0, 8.0};
  const auto words = [](double b) {
    const FormatLoss loss = format_loss({WeightFormat::Gguf, b >= 8   ? GgufMix::Q8_0
                                                             : b >= 6 ? GgufMix::Q6_K
                                                             : b >= 5 ? GgufMix::Q5_K_M
                                                             : b >= 4 ? GgufMix::Q4_K_M
                                                             : b >= 3 ? GgufMix::Q3_K_M
                                                                      : GgufMix::Q2_K});
    return ComboOption{shortest(b) + " bits", std::string(key_of(loss.in_words())) + " loss",
                       io::loss_sentence(loss)};
  };
  width = row_label(theme, "Format at least", controls.label_width, "Bits per weight, where that is possible.");
  const auto now = std::find(bits.begin(), bits.end(), runs.wish.min_bits);
  const ComboOption shown = words(runs.wish.min_bits);
  const int chosen =
      combo(theme, "runs.bits", width, shown.label, shown.note, static_cast<int>(now - bits.begin()), [&] {
        std::vector<ComboOption> all;
        for (const double b : bits) all.push_back(words(b));
        return all;
      });
  if (chosen >= 0) runs.wish.min_bits = bits[static_cast<std::size_t>(chosen)];
}

/// A combo over the texts that occur in the library; "" stands for all.
void text_filter(const Theme& theme, float label_width, const char* name, std::string_view label,
                 const std::set<std::string>& texts, std::string& value) {
  const float width = row_label(theme, label, label_width);
  std::vector<std::string> all(texts.begin(), texts.end());
  const auto now = std::find(all.begin(), all.end(), value);
  const int chosen = combo(theme, name, width, value.empty() ? "all" : value, "",
                           now == all.end() ? 0 : static_cast<int>(now - all.begin()) + 1, [&] {
                             std::vector<ComboOption> options{{"all", "", ""}};
                             for (const std::string& one : all) options.push_back({one, "", ""});
                             return options;
                           });
  if (chosen == 0) value.clear();
  if (chosen > 0) value = all[static_cast<std::size_t>(chosen) - 1];
}

void filter_part(const RunsShown& shown, WhatRuns& runs, Controls& controls) {
  const Theme& theme = controls.theme;
  heading(theme, "Show");
  std::set<std::string> families, licenses;
  for (const ModelChoice& model : shown.library.models) {
    if (model.id.empty()) continue;
    families.insert(model.group);
    if (!model.note.empty()) licenses.insert(model.note);
  }
  text_filter(theme, controls.label_width, "runs.family", "Family", families, runs.filter.family);
  text_filter(theme, controls.label_width, "runs.license", "Licence", licenses, runs.filter.license);
  ImGui::Dummy({1, 0});
  toggle(theme, "runs.vision", "Vision", runs.filter.vision, "Only models that read images.");
  ImGui::SameLine(0, theme.px(6));
  toggle(theme, "runs.moe", "Mixtures", runs.filter.mixture, "Only mixtures of experts.");
  ImGui::SameLine(0, theme.px(6));
  toggle(theme, "runs.slow", "Slow", runs.filter.compromises, "Also what is slower or has fewer bits than wished.");
  if (shown.library.local_models != 0) {
    ImGui::SameLine(0, theme.px(6));
    toggle(theme, "runs.disk", "On disk", runs.filter.on_disk, "Only models on this computer's disks.");
  }
}

/// "24 GB · 1.01 TB/s · $0.29 per hour (2026-08)": what other devices have and cost.
std::string facts_of(const DeviceGroup& devices, ByteUnits units) {
  const Device& device = *devices.device;
  std::string facts = text(device.addressable() * devices.count, units);
  if (device.bandwidth > 0) facts += " · " + rate_text(device.bandwidth, "B") + (devices.count > 1 ? " each" : "");
  if (device.price_per_hour > 0) {
    facts += " · $" + two_digits(device.price_per_hour * static_cast<double>(devices.count)) + " per hour to rent (" +
             device.price_date + ")";
  }
  return facts;
}

/// Models with their speed under what they have in common; nothing where there are none.
void upgraded(const Upgrade::Models& models, std::string_view title, const Theme& theme) {
  if (models.empty()) return;
  constexpr std::size_t most = 8;
  const Palette& p = theme.palette;
  const float width = ImGui::GetContentRegionAvail().x;
  paragraph(theme, theme.fonts.small, p.text_soft, title, width);
  for (std::size_t i = 0; i < std::min(models.size(), most); ++i) {
    ImGui::Dummy({width, theme.px(17)});
    const Box box = last_item();
    const float speed = draw_text(theme, theme.fonts.small, p.text_faint, box, models[i][1], Align::Right);
    draw_name(theme, theme.fonts.small, p.text, {box.from, {box.to.x - speed - theme.px(8), box.to.y}}, models[i][0]);
  }
  if (models.size() > most)
    paragraph(theme, theme.fonts.small, p.text_faint, "and " + grouped(models.size() - most) + " more", width);
}

/// What other devices newly run or run better, and a button that takes them.
void card_part(const Upgrade& upgrade, const Theme& theme, ByteUnits units, RunDeeds& deeds) {
  paragraph(theme, theme.fonts.small, theme.palette.text_soft, facts_of(upgrade.devices, units),
            ImGui::GetContentRegionAvail().x);
  if (button(theme, "runs.take", "Take it as the machine", 0, Look::Quiet)) deeds.card = upgrade.devices;
  upgraded(upgrade.models, "Do not run here; tokens/s there:", theme);
  upgraded(upgrade.better, "Too slow or coarse here; tokens/s there:", theme);
}

void upgrade_part(const RunsShown& shown, WhatRuns& runs, const Theme& theme, RunDeeds& deeds) {
  if (shown.answers.upgrades.empty()) return;
  heading(theme, "With another card", "new models, or better ones");
  for (const Upgrade& upgrade : shown.answers.upgrades) {
    const DeviceGroup& devices = upgrade.devices;
    const std::string name = (devices.count > 1 ? grouped(devices.count) + " × " : "") + devices.device->name;
    ImGui::PushID(name.c_str());
    if (list_row("card", theme.px(22))) runs.card = runs.card == name ? std::string() : name;
    const Box box = last_item();
    const bool open = runs.card == name;
    if (open || ImGui::IsItemHovered()) fill(box, faded(theme.palette.row, open ? 1.0f : 0.7f), theme.px(3));
    const std::string words = !upgrade.models.empty()   ? "+ " + counted(upgrade.models.size(), "model")
                              : !upgrade.better.empty() ? grouped(upgrade.better.size()) + " better"
                                                        : "nothing more";
    const ImU32 ink = upgrade.models.empty() ? theme.palette.text_faint : theme.palette.good;
    const float width = draw_text(theme, theme.fonts.body, ink, box, words, Align::Right);
    draw_name(theme, open ? theme.fonts.strong : theme.fonts.body, theme.palette.text,
              {box.from, {box.to.x - width - theme.px(8), box.to.y}}, name);
    help(theme, name + ", " + facts_of(devices, shown.units) + ".\nClick to see what newly runs.");
    focus_ring(theme, box);
    note_control(theme, "card." + name, box);
    if (open) card_part(upgrade, theme, shown.units, deeds);
    ImGui::PopID();
  }
}

}  // namespace

void runs_settings(const RunsShown& shown, WhatRuns& runs, Controls& controls, RunDeeds& deeds) {
  machine_part(shown, controls, deeds);
  ImGui::Dummy({1, controls.theme.px(3)});
  task_part(runs, controls);
  ImGui::Dummy({1, controls.theme.px(3)});
  filter_part(shown, runs, controls);
  ImGui::Dummy({1, controls.theme.px(3)});
  upgrade_part(shown, runs, controls.theme, deeds);
}

}  // namespace llmcalc::ui
