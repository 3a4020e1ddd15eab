#include "ui/files.hpp"

#include "formats/documents_folder.hpp"
#include "formats/environment.hpp"
#include "formats/text_file.hpp"
#include "formats/write_file.hpp"

#include <filesystem>
#include <system_error>

namespace llmcalc::ui {

std::filesystem::path export_folder(const App& app) {
  const std::string& typed = app.preferences.export_folder;
  if (typed.substr(0, 2) == "~/") {
    return std::filesystem::path(formats::environment_variable("HOME")) / typed.substr(2);
  }
  if (!typed.empty()) return typed;
  const std::filesystem::path documents = formats::documents_folder();
  std::error_code error;
  return documents.empty() ? std::filesystem::current_path(error) : documents;
}

void export_file(App& app, const std::string& name, std::string_view content) {
  const std::filesystem::path file = export_folder(app) / name;
  const Result<std::filesystem::path> written = formats::write_file(file, content);
  if (written) {
    say(app, "Saved as " + formats::shown(*written));
  } else {
    say(app, written.issues().front().where + " " + written.issues().front().what, true);
  }
}

}  // namespace llmcalc::ui
