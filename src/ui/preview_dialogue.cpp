// PARSED MODEL: what was read of a model that was opened, dropped or pasted, before it is used.

#include "ui/controls.hpp"
#include "ui/dialogue.hpp"
#include "ui/dialogues.hpp"
#include "ui/intake.hpp"

namespace llmcalc::ui {

PreviewDeed preview_dialogue(const Preview* preview, Opening& opening, const Theme& theme) {
  if (!begin_dialogue(theme, Dialogue::Preview, opening, 560)) return PreviewDeed::None;
  PreviewDeed deed = preview == nullptr ? PreviewDeed::Cancel : PreviewDeed::None;
  if (preview != nullptr) {
    const Model& model = *preview->model;
    heading(theme, "Parsed model", model.model_type);
    paragraph(theme, theme.fonts.title, theme.palette.text, model.name.empty() ? model.id : model.name,
              ImGui::GetContentRegionAvail().x);
    for (const std::string& line : parsed_lines(model)) dialogue_text(theme, theme.palette.text_soft, line);
    for (const std::string& note : model.notes) dialogue_text(theme, theme.palette.warn, note);
    if (model.trust != Trust::Exact) {
      dialogue_text(theme, theme.palette.warn,
                    "Not everything is exact: " + std::string(row_of(model.trust).help) + ".");
    }
    if (button(theme, "preview.use", "Use this model", 0, Look::Accent)) deed = PreviewDeed::Use;
    ImGui::SameLine();
    if (button(theme, "preview.cancel", "Cancel")) deed = PreviewDeed::Cancel;
  }
  if (deed != PreviewDeed::None) ImGui::CloseCurrentPopup();
  end_popup(theme);
  return deed;
}

}  // namespace llmcalc::ui
