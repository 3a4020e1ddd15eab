#pragma once
// Whether the system asks for reduced motion.

namespace llmcalc::platform {

/// False when the desktop's settings switch animations off: GNOME and GTK ("gtk-enable-animations"), KDE
/// ("AnimationDurationFactor"), Windows (client area animation), or the environment variable LLMCALC_REDUCED_MOTION.
bool animations_wanted();

}  // namespace llmcalc::platform
