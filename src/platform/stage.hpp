#pragma once
// What every frame is drawn with, on a desktop as in a browser: fonts and measures for the display, the theme, the
// mouse's rest, and the picture that was asked for.

#include "ui/app.hpp"
#include "ui/jobs.hpp"

#include <imgui.h>

#include <chrono>

namespace llmcalc::platform {

/// Frames drawn after every event and every timed wake, so that hovers, popups, tooltips (Dear ImGui hides them in
/// their first frame) and layouts that need a second pass settle.
inline constexpr int settle_frames = 3;

/// Everything a frame is drawn with.
struct Stage {
  using Clock = std::chrono::steady_clock;

  ui::Theme theme;
  float scale = 1;        ///< of measures and text, in window coordinates
  float pixel_ratio = 1;  ///< pixels per window coordinate
  Clock::time_point mouse_moved = Clock::now();
  ImVec2 mouse{-1, -1};
  int posing = 0;  ///< frames drawn for the picture that was asked for, with the mouse out of the way
};

/// Settings of Dear ImGui that both have.
void set_up_imgui();

/// The renderer of the current context, begun, and begun again so that everything it made is dropped and made anew:
/// needed when fonts change. (Deleting its objects alone would not do: Dear ImGui 1.86 forgets the buffers but
/// remembers how large they were.)
void start_renderer();
void renew_renderer();

/// Fonts and measures for this scale. Fonts are rasterised in pixels and drawn in window coordinates.
void load_stage(Stage& stage, ui::App& app);

/// Colours as the preferences have them.
void refresh_theme(Stage& stage, const ui::App& app);

/// Empties what is drawn into.
void clear(const ui::Theme& theme, int width, int height);

/// Draws the window between NewFrame() and the buffers' swap, into a framebuffer of this size in pixels, and writes the
/// picture that was asked for. `poses`: the frame is for that picture.
void draw(Stage& stage, ui::App& app, ui::Jobs& jobs, int width, int height, bool poses);

}  // namespace llmcalc::platform
