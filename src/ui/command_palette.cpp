// The palette: every action by its name, every setting by any of its names.

#include "ui/actions.hpp"
#include "ui/choosers.hpp"
#include "ui/dialogues.hpp"
#include "ui/library.hpp"
#include "ui/setting_search.hpp"

#include <llmcalc/estimate/article.hpp>

#include <algorithm>
#include <utility>

namespace llmcalc::ui {
namespace {

bool begins_with(std::string_view name, std::string_view query) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return name.size() >= query.size() &&
         std::equal(query.begin(), query.end(), name.begin(), [&](char a, char b) { return lower(a) == lower(b); });
}

/// True when a setting can change the result by the method that is chosen.
bool matters(const Field& field, const Scenario& scenario) {
  return field.matters(scenario) && (scenario.method != Method::Article || article::reads_setting(field));
}

}  // namespace

std::optional<PaletteDeed> command_palette(const Scenario& scenario, View& view, const Theme& theme) {
  Chooser& chooser = view.palette;
  if (view.opening.take(Dialogue::Palette)) open_chooser(chooser, "palette");
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{theme.px(560), theme.px(430)};
  chooser.below = {(screen.x - size.x) / 2, screen.y * 0.12f};
  if (!begin_chooser(theme, chooser, "palette", size,
                     "An action, or a setting by any name: context, ngl, max-num-seqs"))
    return std::nullopt;
  std::vector<ChooserRow> rows;
  std::vector<PaletteDeed> deeds;
  const std::string_view query = chooser.query.data();
  const auto add_actions = [&](bool begins) {
    for (const Action& action : actions()) {
      if (action.name.empty() || !matches(action.name, query) || begins_with(action.name, query) != begins) continue;
      rows.push_back({.label = std::string(action.name), .note = {}, .right = std::string(action.keys)});
      deeds.push_back({.action = &action, .setting = nullptr});
    }
  };
  // A name that is exactly a setting's comes before actions that only have the letters.
  std::vector<SettingFound> found = search_settings(query);
  // Of settings named as well as each other those that do something now come first.
  std::stable_sort(found.begin(), found.end(), [&](const SettingFound& a, const SettingFound& b) {
    const auto rank = [&](const SettingFound& one) {
      const int name = one.rank == FoundBy::Exactly ? 0 : one.rank == FoundBy::HelpHas ? 2 : 1;
      return std::pair(name, matters(*one.field, scenario) ? 0 : 1);
    };
    return rank(a) < rank(b);
  });
  const bool settings_first = !found.empty() && found.front().rank == FoundBy::Exactly;
  if (!settings_first) {
    add_actions(true);
    add_actions(false);
  }
  for (const SettingFound& one : found) {
    std::string note = matters(*one.field, scenario) ? one.name : "no effect now · " + one.name;
    rows.push_back(
        {.label = std::string(one.label), .note = std::move(note), .right = std::string(group_name(*one.field))});
    deeds.push_back({.action = nullptr, .setting = one.field, .place = one.place});
  }
  if (settings_first) {
    add_actions(true);
    add_actions(false);
  }
  const auto chosen = chooser_list(theme, chooser, rows);
  end_popup(theme);
  if (!chosen) return std::nullopt;
  return deeds[*chosen];
}

}  // namespace llmcalc::ui
