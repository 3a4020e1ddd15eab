#include "ui/files.hpp"

#include "formats/text_file.hpp"
#include "formats/write_file.hpp"

#include <filesystem>
#include <system_error>

namespace llmcalc::ui {

void export_file(App& app, const std::string& name, std::string_view content) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::current_path(error) / name;
  const Result<std::filesystem::path> written = formats::write_file(file, content);
  if (written) {
    say(app, "Saved as " + formats::shown(*written));
  } else {
    say(app, written.issues().front().where + " " + written.issues().front().what, true);
  }
}

}  // namespace llmcalc::ui
