// OPEN: a path to type.

#include "host/text_file.hpp"
#include "ui/controls.hpp"
#include "ui/dialogue.hpp"
#include "ui/dialogues.hpp"
#include "ui/files.hpp"

namespace llmcalc::ui {

std::optional<std::filesystem::path> open_dialogue(View& view, const Theme& theme) {
  const bool appearing = view.opening.dialogue == Dialogue::OpenFile;
  std::optional<std::filesystem::path> chosen;
  if (!begin_dialogue(theme, Dialogue::OpenFile, view.opening, 560)) return chosen;
  heading(theme, "Open");
  dialogue_text(theme, theme.palette.text_soft,
                "Path of a config.json, a .gguf or .safetensors file, a folder of them, a saved scenario or a log. "
                "Dropping it on the window does the same.");
  if (appearing) ImGui::SetKeyboardFocusHere();
  ImGui::SetNextItemWidth(-1);
  const bool entered = ImGui::InputText("##path", view.path.data(), view.path.size(),
                                        ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  note_control(theme, "open.field", last_item());
  if (view.message.is_bad && !view.message.text.empty()) {
    dialogue_text(theme, theme.palette.bad, view.message.text);
  }
  const bool clicked = button(theme, "open.path", "Open", 0, Look::Accent);
  if ((entered || clicked) && view.path[0] != '\0') {
    chosen = typed_path(view.path.data());
    ImGui::CloseCurrentPopup();
  }
  ImGui::EndPopup();
  return chosen;
}

}  // namespace llmcalc::ui
