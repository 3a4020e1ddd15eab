#pragma once
// Whether a file can be given to a font rasteriser. Those trust the tables of a font, so a truncated download or a
// text file under a font's name must not reach them.

#include <filesystem>

namespace llmcalc::ui {

/// True for a TrueType or OpenType font, or a collection of them, whose tables all lie in the file and of which none
/// is missing that drawing needs.
bool is_usable_font(const std::filesystem::path& path);

}  // namespace llmcalc::ui
