#pragma once
// The window as a page in a browser: WebGL 2 instead of OpenGL, and a page (web/page.js) that calls the functions of
// browser.cpp when something happens.

namespace llmcalc::platform {

/// Makes the program and its first frame ready; the page asks for frames from then on. Returns the exit status: 0, or 1
/// when the canvas has no WebGL 2.
int open_page();

}  // namespace llmcalc::platform
