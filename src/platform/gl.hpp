#pragma once
// OpenGL's functions: WebGL 2 in a browser, else through the loader, whichever generation of glad is at hand.

#if defined(__EMSCRIPTEN__)
#include <GLES3/gl3.h>
#elif __has_include(<glad/gl.h>)
#include <glad/gl.h>
#define LLMCALC_GLAD2 1
#else
#include <glad/glad.h>
#endif
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace llmcalc::platform {

#if !defined(__EMSCRIPTEN__)
/// Loads the functions of the current context. False when there is no OpenGL 3.3.
inline bool load_gl() {
#ifdef LLMCALC_GLAD2
  return gladLoadGL(glfwGetProcAddress) != 0;
#else
  return gladLoadGLLoader(reinterpret_cast<GLADloadproc>(glfwGetProcAddress)) != 0;
#endif
}
#endif

}  // namespace llmcalc::platform
