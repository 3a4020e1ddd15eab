// ABOUT: which version this is, and how accurate by the golden cases that come with it.

#include "build_commit.hpp"
#include "ui/controls.hpp"
#include "ui/dialogue.hpp"
#include "ui/dialogues.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace llmcalc::ui {
namespace {

using io::ComponentError;

/// One line of the table: a name and four figures at the right.
void table_line(const Theme& theme, const Typeface& font, ImU32 colour, const std::vector<std::string>& cells) {
  ImGui::Dummy({ImGui::GetContentRegionAvail().x, theme.px(17)});
  const Box box = last_item();
  const float column = theme.px(84);
  const float figures = box.to.x - column * static_cast<float>(cells.size() - 1);
  draw_text(theme, font, colour, {box.from, {figures, box.to.y}}, cells.front());
  for (std::size_t i = 1; i < cells.size(); ++i) {
    const float right = figures + column * static_cast<float>(i);
    const float width = text_width(font, cells[i]);
    draw_text(theme, font, colour, {{right - width, box.from.y}, {right, box.to.y}}, cells[i]);
  }
}

void errors_table(const Theme& theme, const std::vector<ComponentError>& errors) {
  table_line(theme, theme.fonts.strong, theme.palette.text, {"", "figures", "to the byte", "median", "worst"});
  const float wanted = theme.px(22) * static_cast<float>(errors.size());
  const float height = std::min(wanted, ImGui::GetIO().DisplaySize.y * 0.5f);
  ImGui::BeginChild("errors", {0, height}, false);
  for (const ComponentError& e : errors) {
    table_line(
        theme, theme.fonts.body, theme.palette.text_soft,
        {e.component, grouped(e.figures), grouped(e.equal), io::error_text(e.median), io::error_text(e.worst)});
  }
  ImGui::EndChild();
}

}  // namespace

void about_dialogue(const Accuracy* accuracy, Opening& opening, const Theme& theme) {
  if (!begin_dialogue(theme, Dialogue::About, opening, 680)) return;
  heading(theme, "About", "version " + std::string(build_info::full_version));
  dialogue_text(theme, theme.palette.text_soft,
                "llmcalc says how much memory large language models need, for inference and training. It opens no "
                "network connection and runs nothing but its own code. MIT licence.");
  heading(theme, "How accurate it is", "estimates against what software allocated");
  if (accuracy == nullptr) {
    dialogue_text(theme, theme.palette.text_soft, "Running the cases that come with this version ...");
  } else if (*accuracy) {
    errors_table(theme, **accuracy);
    dialogue_text(theme, theme.palette.text_faint,
                  "The same by file, with every case that fails: llmcalc verify --failures 10");
  } else {
    const Issue& why = accuracy->issues().front();
    dialogue_text(theme, theme.palette.warn, why.where + " " + why.what);
  }
  end_popup(theme);
}

}  // namespace llmcalc::ui
