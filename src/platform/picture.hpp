#pragma once
// Frames rendered off screen, in any size, and pictures written to PNG files.

#include <llmcalc/base/issue.hpp>

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace llmcalc::platform {

/// A picture, rows from the top, four bytes a pixel.
struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;
};

/// A render target of any size, independent of the window and the display.
class OffscreenTarget {
 public:
  OffscreenTarget(int width, int height);
  ~OffscreenTarget();
  OffscreenTarget(const OffscreenTarget&) = delete;
  OffscreenTarget& operator=(const OffscreenTarget&) = delete;

  /// True when OpenGL accepted the size.
  [[nodiscard]] bool complete() const { return complete_; }
  /// Makes it what is drawn into.
  void bind() const;
  /// What was drawn.
  [[nodiscard]] Picture read() const;

 private:
  int width_;
  int height_;
  unsigned int framebuffer_ = 0;
  unsigned int texture_ = 0;
  bool complete_ = false;
};

/// What the window shows now (the default framebuffer).
Picture read_window(int width, int height);

/// Writes a PNG; a failure leaves no half-written file behind. `shared` is the scenario's word (readers/share_text.hpp)
/// that opens it again; "" for none.
Result<std::filesystem::path> write_png(const Picture& picture, const std::filesystem::path& file,
                                        std::string_view shared = {});

}  // namespace llmcalc::platform
