#include "platform/motion.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#if defined(_WIN32)
#include <windows.h>
#endif

namespace llmcalc::platform {
namespace {

/// The value of `key` in an ini file; "" when there is none. Settings files are short: more than a thousand lines are
/// not looked at.
std::string setting_in(const std::filesystem::path& file, std::string_view key) {
  std::ifstream in(file);
  std::string line;
  for (int n = 0; n < 1000 && std::getline(in, line); ++n) {
    const std::size_t at = line.find('=');
    if (at == std::string::npos ||
        std::string_view(line).substr(0, line.find_last_not_of(" \t", at - 1) + 1) != key) {
      continue;
    }
    const std::size_t from = line.find_first_not_of(" \t", at + 1);
    return from == std::string::npos ? std::string{} : line.substr(from);
  }
  return {};
}

/// The user's configuration folder; "" when there is no home.
std::filesystem::path configuration() {
  if (const char* folder = std::getenv("XDG_CONFIG_HOME"); folder && *folder != '\0') return folder;
  const char* home = std::getenv("HOME");
  return home && *home != '\0' ? std::filesystem::path(home) / ".config" : std::filesystem::path{};
}

}  // namespace

bool animations_wanted() {
  if (std::getenv("LLMCALC_REDUCED_MOTION")) return false;
#if defined(_WIN32)
  BOOL on = TRUE;
  if (SystemParametersInfoW(SPI_GETCLIENTAREAANIMATION, 0, &on, 0) && !on) return false;
#endif
  const std::filesystem::path folder = configuration();
  if (folder.empty()) return true;
  for (const char* gtk : {"gtk-4.0", "gtk-3.0"}) {
    const std::string value = setting_in(folder / gtk / "settings.ini", "gtk-enable-animations");
    if (value.starts_with("0") || value.starts_with("false")) return false;
  }
  const std::string factor = setting_in(folder / "kdeglobals", "AnimationDurationFactor");
  return factor.empty() || std::strtod(factor.c_str(), nullptr) > 0;
}

}  // namespace llmcalc::platform
