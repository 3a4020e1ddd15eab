// The window's session: whatever the file holds, the window opens with a model, and what it then saves is read again.

#include "ui/session.hpp"

#include "host/preset_folders.hpp"
#include "readers/resolve.hpp"
#include "structure.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

namespace {

/// A folder of this process, gone at its end; in memory where there is such a place, as each save is flushed to the disk.
struct SessionFolder {
  std::filesystem::path path =
      (std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path()) /
      ("llmcalc-fuzz-session-" + std::to_string(std::random_device{}()));
  SessionFolder() { std::filesystem::create_directories(path); }
  SessionFolder(const SessionFolder&) = delete;
  SessionFolder& operator=(const SessionFolder&) = delete;
  ~SessionFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmcalc;
  static const SessionFolder folder;
  // Presets and what scenarios hold, but no file that a mutation names.
  static const io::Resolver resolver = [] {
    io::Resolver all = io::default_resolver();
    const auto known = all.model;
    all.model = [known](const ModelSource& source) {
      return source.kind == ModelSource::Kind::File ? Result<ModelPtr>(Issue{"", "no such file"}) : known(source);
    };
    all.meant = nullptr;
    all.here = nullptr;
    return all;
  }();
  static const ui::App fresh = ui::make_app(resolver, io::preset_folders());
  const std::filesystem::path file = folder.path / "session.json";
  for (const auto& entry : std::filesystem::directory_iterator(folder.path)) std::filesystem::remove(entry.path());
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  ui::App app = fresh;
  ui::Session session(ui::SessionPlace{.file = file, .begin_with = file, .lock = {}});
  (void)session.restore(app);
  if (!app.scenario.model) std::abort();
  if (!session.save(app).empty()) std::abort();
  session.started();
  ui::App again = fresh;
  ui::Session next(ui::SessionPlace{.file = file, .begin_with = file, .lock = {}});
  if (!next.restore(again).empty() || !(again.preferences == app.preferences)) std::abort();
  return 0;
}

LLMCALC_FUZZ_STRUCTURE(llmcalc::fuzz::JsonStructure)
