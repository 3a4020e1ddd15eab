#pragma once
// Looking at what was read from a log.

#include "readers/logs/measured_log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace llmcalc::tests {

/// A printed number of MiB or GiB in whole bytes.
inline Count MiB(double n) { return static_cast<Count>(n * 1048576.0); }
inline Count GiB(double n) { return static_cast<Count>(n * 1073741824.0); }

/// A figure of a log; 0 when it is not there.
inline Count figure(const io::MeasuredLog& log, io::Figure wanted, std::string_view device) {
  for (const io::MeasuredFigure& f : log.figures) {
    if (f.figure == wanted && f.device == device) return f.value;
  }
  return 0;
}

/// A setting of a log; 0 when it is not there.
inline Count setting(const io::MeasuredLog& log, std::string_view path) {
  for (const io::LogSetting& s : log.settings) {
    if (s.path == path) return s.value;
  }
  return 0;
}

/// The text of a setting of a log; "" when it is not there.
inline std::string setting_text(const io::MeasuredLog& log, std::string_view path) {
  for (const io::LogSetting& s : log.settings) {
    if (s.path == path) return s.text;
  }
  return {};
}

}  // namespace llmcalc::tests
