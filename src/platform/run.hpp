#pragma once
// The main loop, and a single settled frame for pictures.

#include "platform/window.hpp"
#include "ui/app.hpp"
#include "ui/session.hpp"

#include <filesystem>
#include <functional>

namespace llmcalc::platform {

/// A picture of the window without anybody looking at it.
struct ScreenshotOptions {
  std::filesystem::path file;
  int width = 1440;
  int height = 900;
  float scale = 1;
  ui::Audit* audit = nullptr;  ///< filled with what the last frame drew
};

/// What the main loop looks after besides drawing.
struct RunOptions {
  ui::Session* session = nullptr;      ///< kept up to date while the program runs
  std::function<bool()> context_lost;  ///< asked before each frame; empty: the window is asked
};

/// Shows the window until it is closed. Draws only when something happens. When the graphics driver loses the
/// context, a new window is opened; issues: that was not possible.
Issues run(Window& window, ui::App& app, const RunOptions& options = {});

/// Draws settled frames off screen and writes the last one. Returns the exit status: 0, 1 when the file cannot be
/// written, 2 when OpenGL refuses the size.
int take_screenshot(Window& window, ui::App& app, const ScreenshotOptions& options);

}  // namespace llmcalc::platform
