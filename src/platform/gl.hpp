#pragma once
// The OpenGL loader, whichever generation of glad is at hand.

#if __has_include(<glad/gl.h>)
#include <glad/gl.h>
#define LLMCALC_GLAD2 1
#else
#include <glad/glad.h>
#endif
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace llmcalc::platform {

/// Loads the functions of the current context. False when there is no OpenGL 3.3.
inline bool load_gl() {
#ifdef LLMCALC_GLAD2
  return gladLoadGL(glfwGetProcAddress) != 0;
#else
  return gladLoadGLLoader(reinterpret_cast<GLADloadproc>(glfwGetProcAddress)) != 0;
#endif
}

}  // namespace llmcalc::platform
