#include "host/preset_folders.hpp"

#include "build_info.hpp"
#include "host/environment.hpp"
#include "host/text_file.hpp"

#include <algorithm>
#include <system_error>

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#elif defined(__APPLE__)
#include <mach-o/dyld.h>
#elif defined(__linux__)
#include <sys/auxv.h>
#endif

namespace llmcalc::io {
namespace {

namespace fs = std::filesystem;

#if defined(_WIN32)
constexpr char path_separator = ';';
#else
constexpr char path_separator = ':';
#endif

/// Adds a folder that exists and is not there yet.
void add_folder(std::vector<fs::path>& folders, const fs::path& folder) {
  std::error_code error;
  if (folder.empty() || !fs::is_directory(folder, error) || error) return;
  const auto same = [&](const fs::path& other) {
    std::error_code unequal;
    return fs::equivalent(folder, other, unequal) && !unequal;
  };
  // The same folder named again moves to its later place, because later folders win.
  folders.erase(std::remove_if(folders.begin(), folders.end(), same), folders.end());
  folders.push_back(folder);
}

/// The folders in the value of a variable.
std::vector<std::string> parts_of(const std::string& value) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < value.size();) {
    const std::size_t end = std::min(value.find(path_separator, begin), value.size());
    parts.push_back(value.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// True when `program` lies in the folder it was built in.
bool is_build_of(const fs::path& folder, const fs::path& program) {
  std::error_code error;
  const fs::path inside =
      fs::weakly_canonical(program, error).lexically_relative(fs::weakly_canonical(folder, error));
  return !error && !inside.empty() && *inside.begin() != "..";
}

}  // namespace

fs::path program_file() {
#if defined(_WIN32)
  wchar_t buffer[32768];
  const DWORD length = GetModuleFileNameW(nullptr, buffer, 32768);
  return length == 0 || length == 32768 ? fs::path{} : fs::path{std::wstring(buffer, length)};
#elif defined(__APPLE__)
  char buffer[4096];
  std::uint32_t size = sizeof buffer;
  return _NSGetExecutablePath(buffer, &size) == 0 ? fs::path{buffer} : fs::path{};
#else
  std::error_code error;
  fs::path program = fs::read_symlink("/proc/self/exe", error);
#if defined(__linux__)
  if (error) {  // /proc is not mounted, as in a plain chroot: what the kernel was asked to run
    error.clear();
    const auto* name = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
    program = name != nullptr ? fs::canonical(name, error) : fs::path{};
  }
#endif
  return error ? fs::path{} : program;
#endif
}

fs::path user_config_folder() {
  const std::string xdg = environment_variable("XDG_CONFIG_HOME");
  if (!xdg.empty() && path_of(xdg).is_absolute()) return path_of(xdg) / "llmcalc";
#if defined(_WIN32)
  const std::string app_data = environment_variable("APPDATA");
  return app_data.empty() ? fs::path{} : path_of(app_data) / "llmcalc";
#else
  const std::string home = environment_variable("HOME");
  return home.empty() ? fs::path{} : path_of(home) / ".config" / "llmcalc";
#endif
}

PresetPlaces places_of_this_process() {
  PresetPlaces places;
  places.program = program_file();
  // Elsewhere anybody may have made a folder of the name of the source tree.
  if (is_build_of(build_info::build_folder, places.program)) places.source_tree = build_info::source_presets;
  places.environment = environment_variable("LLMCALC_PRESETS");
  const fs::path config = user_config_folder();
  if (!config.empty()) places.user = config / "presets";
  return places;
}

std::vector<fs::path> preset_folders(const PresetPlaces& places) {
  std::vector<fs::path> folders;
  if (!places.program.empty())
    add_folder(folders, places.program.parent_path().parent_path() / build_info::installed_presets);
  if (folders.empty()) add_folder(folders, places.source_tree);
  for (const std::string& named : parts_of(places.environment)) add_folder(folders, path_of(named));
  add_folder(folders, places.user);
  return folders;
}

std::vector<fs::path> preset_folders() { return preset_folders(places_of_this_process()); }

Issues missing_preset_folders() {
  Issues issues;
  for (const std::string& named : parts_of(environment_variable("LLMCALC_PRESETS"))) {
    std::error_code error;
    if (!named.empty() && !fs::is_directory(named, error))
      issues.push_back({"LLMCALC_PRESETS", "names no folder: " + named});
  }
  return issues;
}

bool is_preset_id(std::string_view id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '+';
  };
  return !id.empty() && id.size() <= 100 && id.front() != '.' && std::all_of(id.begin(), id.end(), allowed);
}

}  // namespace llmcalc::io
