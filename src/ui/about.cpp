#include "ui/about.hpp"

#include "build_info.hpp"
#include "ui/dialogue.hpp"
#include "ui/panels.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::ui {
namespace {

using io::ComponentError;

/// Runs the golden cases of this installation.
Result<std::vector<ComponentError>> measured_errors(const io::Resolver& resolver) {
  const auto folder = io::golden_folder();
  std::vector<std::filesystem::path> files = io::golden_files(folder);
  // The article's own arithmetic is no measurement.
  std::erase_if(files, [](const auto& file) { return file.filename() == "article.jsonl"; });
  if (files.empty()) return Issue{folder.string(), "holds no golden cases"};
  const auto outcomes = io::run_golden_files(files, resolver);
  if (!outcomes) return outcomes.issues();
  return io::component_errors(*outcomes, io::AccuracyBy::Component);
}

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
    table_line(theme, theme.fonts.body, theme.palette.text_soft,
               {e.component, grouped(e.figures), grouped(e.equal), io::error_text(e.median),
                io::error_text(e.worst)});
  }
  ImGui::EndChild();
}

}  // namespace

void about_dialogue(App& app, const Theme& theme) {
  if (app.view.about_open_now && !app.view.accuracy.valid()) {
    app.view.accuracy = std::async(std::launch::async, measured_errors, app.resolver).share();
  }
  if (!begin_dialogue(theme, "about", app.view.about_open_now, 680)) return;
  heading(theme, "About", "version " + std::string(build_info::version));
  dialogue_text(theme, theme.palette.text_soft,
                "llmcalc tells how much memory large language models need, for inference and training. It opens no "
                "network connection and runs nothing but its own code. MIT licence.");
  heading(theme, "How right it is", "estimates against what software allocated");
  if (app.view.accuracy.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    dialogue_text(theme, theme.palette.text_soft, "Running the cases that come with this version ...");
    app.requests.wake_after = 0.1;
  } else if (const auto& errors = app.view.accuracy.get(); errors) {
    errors_table(theme, *errors);
    dialogue_text(theme, theme.palette.text_faint,
                  "The same by file, with every case that fails: llmcalc verify --failures 10");
  } else {
    dialogue_text(theme, theme.palette.warn, errors.issues().front().where + " " + errors.issues().front().what);
  }
  ImGui::EndPopup();
}

}  // namespace llmcalc::ui
