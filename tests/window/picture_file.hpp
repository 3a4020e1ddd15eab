#pragma once
// Reading the pictures the program writes.

#include "support/temp_folder.hpp"

#include <imgui.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

// Implemented in screenshot_test.cpp.
#define STBI_ONLY_PNG
#include <stb_image.h>

namespace llmcalc::platform {

/// A picture in memory, four bytes a pixel.
struct Pixels {
  int width = 0;
  int height = 0;
  std::unique_ptr<stbi_uc, void (*)(void*)> data{nullptr, stbi_image_free};

  [[nodiscard]] const stbi_uc* pixel(int x, int y) const {
    return data.get() + 4 * (static_cast<std::ptrdiff_t>(y) * width + x);
  }
  [[nodiscard]] ImU32 at(ImVec2 p) const {
    const stbi_uc* c = pixel(static_cast<int>(p.x), static_cast<int>(p.y));
    return IM_COL32(c[0], c[1], c[2], 255);
  }
};

inline Pixels read_png(const std::filesystem::path& file) {
  Pixels pixels;
  int channels = 0;
  pixels.data.reset(stbi_load(file.string().c_str(), &pixels.width, &pixels.height, &channels, 4));
  return pixels;
}

}  // namespace llmcalc::platform
