#pragma once
// The main loop, and a single settled frame for pictures.

#include "platform/window.hpp"
#include "ui/app.hpp"

#include <filesystem>

namespace llmcalc::platform {

/// A picture of the window without anybody looking at it.
struct ScreenshotOptions {
  std::filesystem::path file;
  int width = 1440;
  int height = 900;
  float scale = 1;
  ui::Audit* audit = nullptr;  ///< filled with what the last frame drew
};

/// Shows the window until it is closed. Draws only when something happens.
int run(Window& window, ui::App& app);

/// Draws settled frames off screen and writes the last one.
int take_screenshot(Window& window, ui::App& app, const ScreenshotOptions& options);

}  // namespace llmcalc::platform
