#pragma once
// One lane of a stacked bar: coloured segments with their names, the capacity line and the range of the total.

#include "ui/bar_lanes.hpp"
#include "ui/drawing.hpp"

#include <string>

namespace llmcalc::ui {

/// A lane and where it is drawn.
struct BarTrack {
  Task task = Task::Inference;
  std::size_t index = 0;  ///< of the lane in its bar
  const BarLane& lane;
  Box box;
  double bytes_per_pixel = 1;
  std::string capacity;  ///< words beside the capacity line; "" none
};

/// Draws a lane. True when a segment was clicked: `focus` is set to it.
[[nodiscard]] bool draw_track(ByteUnits units, Focus& focus, Motion& motion, const Theme& theme,
                              const BarTrack& track);

}  // namespace llmcalc::ui
