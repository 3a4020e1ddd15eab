#include "platform/picture.hpp"

#include "host/text_file.hpp"
#include "host/write_file.hpp"
#include "platform/gl.hpp"
#include "readers/share_text.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif
#include <stb_image_write.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace llmcalc::platform {
namespace {

Picture read_bound(int width, int height) {
  Picture picture{.width = width, .height = height, .pixels = {}};
  const std::size_t row = static_cast<std::size_t>(width) * 4;
  picture.pixels.resize(row * static_cast<std::size_t>(height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, picture.pixels.data());
  // OpenGL counts rows from below.
  for (std::size_t y = 0; y < static_cast<std::size_t>(height) / 2; ++y) {
    std::swap_ranges(picture.pixels.begin() + static_cast<std::ptrdiff_t>(y * row),
                     picture.pixels.begin() + static_cast<std::ptrdiff_t>((y + 1) * row),
                     picture.pixels.end() - static_cast<std::ptrdiff_t>((y + 1) * row));
  }
  for (std::size_t i = 3; i < picture.pixels.size(); i += 4) picture.pixels[i] = 255;
  return picture;
}

}  // namespace

OffscreenTarget::OffscreenTarget(int width, int height) : width_(width), height_(height) {
  glGenTextures(1, &texture_);
  glBindTexture(GL_TEXTURE_2D, texture_);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glGenFramebuffers(1, &framebuffer_);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture_, 0);
  // NOLINTNEXTLINE(cppcoreguidelines-prefer-member-initializer): asked of the framebuffer made above
  complete_ = glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
}

OffscreenTarget::~OffscreenTarget() {
  glDeleteFramebuffers(1, &framebuffer_);
  glDeleteTextures(1, &texture_);
}

void OffscreenTarget::bind() const { glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_); }

Picture OffscreenTarget::read() const {
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
  Picture picture = read_bound(width_, height_);
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  return picture;
}

Picture read_window(int width, int height) { return read_bound(width, height); }

Result<std::filesystem::path> write_png(const Picture& picture, const std::filesystem::path& file,
                                        std::string_view shared) {
  std::string png;
  const auto append = [](void* into, void* data, int size) {
    static_cast<std::string*>(into)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  };
  if (stbi_write_png_to_func(append, &png, picture.width, picture.height, 4, picture.pixels.data(),
                             picture.width * 4) == 0) {
    return Issue{io::shown(file), "the picture could not be made"};
  }
  return io::write_file(file, shared.empty() ? png : io::picture_with_share_text(std::move(png), shared));
}

}  // namespace llmcalc::platform
