#include "ui/fonts.hpp"

#include "host/text_file.hpp"
#include "ui/font_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::ui {
namespace {

namespace fs = std::filesystem;

/// First of these files that the folders have and that can be used; "" when there is none.
std::string find_font(const std::vector<fs::path>& folders, std::initializer_list<std::string_view> names) {
  static_assert(sizeof(ImWchar) >= 2);
  for (const std::string_view name : names) {
    for (const fs::path& folder : folders) {
      const fs::path file = folder / name;
      if (is_usable_font(file)) return io::shown(file);
    }
  }
  return {};
}

/// Characters loaded: Latin, and the marks that figures and formulas use.
const ImWchar* glyph_ranges() {
  static constexpr ImWchar ranges[] = {
      0x0020, 0x017F,  // Latin with accents, × · ± ² µ
      0x02C6, 0x02DC,  // accents of their own
      0x03B1, 0x03C9,  // Greek lower case
      0x2010, 0x2027,  // dashes, quotes, bullet, …
      0x2030, 0x203A,  // per mille, guillemets
      0x2070, 0x2089,  // superscripts and subscripts
      0x20AC, 0x20AC,  // euro
      0x2190, 0x2193,  // arrows
      0x2208, 0x2212,  // ∈ ∑ −
      0x221A, 0x221E,  // √ ∞
      0x2248, 0x2248,  // ≈
      0x2260, 0x2265,  // ≠ ≤ ≥
      0,
  };
  return ranges;
}

struct Sources {
  std::string regular;
  std::string semibold;
  std::string bold;
  std::string mono;
  std::string fallback;
};

Sources find_sources(const std::vector<fs::path>& folders) {
  const auto first = [&](std::initializer_list<std::string_view> names) { return find_font(folders, names); };
  return {
      .regular = first(
          {"Inter-Regular.otf", "Inter-Regular.ttf", "DejaVuSans.ttf", "segoeui.ttf", "Helvetica.ttc", "Arial.ttf"}),
      .semibold =
          first({"Inter-SemiBold.otf", "Inter-SemiBold.ttf", "DejaVuSans-Bold.ttf", "seguisb.ttf", "Arial Bold.ttf"}),
      .bold = first({"Inter-Bold.otf", "Inter-Bold.ttf", "DejaVuSans-Bold.ttf", "segoeuib.ttf", "Arial Bold.ttf"}),
      .mono = first({"DejaVuSansMono.ttf", "consola.ttf", "Menlo.ttc"}),
      .fallback = first({"DejaVuSans.ttf", "segoeui.ttf"})};
}

/// Dear ImGui's size of a font is ascent plus descent; designs name the em size. Ratio of the two by font.
float em_ratio(std::string_view file) {
  if (file.find("Inter") != std::string_view::npos) return 1.21f;
  return 1.164f;  // DejaVu, and near enough for the others
}

Typeface load(const std::string& file, const std::string& fallback, float em_size) {
  ImFontAtlas* atlas = ImGui::GetIO().Fonts;
  if (file.empty()) {
    ImFontConfig config;
    config.SizePixels = static_cast<float>(static_cast<int>(em_size + 0.5f));
    return {atlas->AddFontDefault(&config), config.SizePixels};
  }
  const auto size = static_cast<float>(static_cast<int>(em_size * em_ratio(file) + 0.5f));
  ImFontConfig config;
  config.OversampleH = 2;
  config.PixelSnapH = false;
  config.RasterizerMultiply = 1.0f;
  ImFont* font = atlas->AddFontFromFileTTF(file.c_str(), size, &config, glyph_ranges());
  if (!fallback.empty() && fallback != file) {
    ImFontConfig merge;
    merge.MergeMode = true;
    atlas->AddFontFromFileTTF(fallback.c_str(), size, &merge, glyph_ranges());
  }
  return {font, size};
}

}  // namespace

/// Folders that systems keep fonts in.
std::vector<fs::path> font_folders() {
  std::vector<fs::path> folders;
  if (const char* own = std::getenv("LLMCALC_FONTS")) folders.emplace_back(own);
  if (const char* home = std::getenv("HOME")) {
    folders.push_back(fs::path(home) / ".local/share/fonts");
    folders.push_back(fs::path(home) / "Library/Fonts");
  }
  for (const char* folder :
       {"/usr/share/fonts/opentype/inter", "/usr/share/fonts/truetype/inter", "/usr/share/fonts/truetype/dejavu",
        "/usr/share/fonts/inter", "/usr/share/fonts/dejavu", "/usr/share/fonts/TTF", "/usr/share/fonts/OTF",
        "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts"}) {
    folders.emplace_back(folder);
  }
  return folders;
}

Fonts load_fonts(float scale, const std::vector<fs::path>& folders) {
  ImFontAtlas* atlas = ImGui::GetIO().Fonts;
  atlas->Clear();
  compat::choose_font_rasteriser(atlas);
  const Sources from = find_sources(folders);
  Fonts fonts;
  fonts.body = load(from.regular, from.fallback, 13 * scale);
  fonts.strong = load(from.semibold, from.fallback, 13 * scale);
  fonts.title = load(from.semibold, from.fallback, 15 * scale);
  fonts.big = load(from.bold, from.fallback, 22 * scale);
  fonts.heading = load(from.semibold, from.fallback, 11.5f * scale);
  fonts.small = load(from.regular, from.fallback, 11.5f * scale);
  fonts.mono = load(from.mono, from.fallback, 11.5f * scale);
  fonts.built_in = from.regular.empty();
  ImGui::GetIO().FontDefault = fonts.body.font;
  return fonts;
}

}  // namespace llmcalc::ui
