// A log as pasted text: what is read of it names known figures and settings, and reading it costs little.

#include "readers/logs/measured_log.hpp"
#include "structure.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmcalc;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)io::looks_like_log(text);
  const Result<io::MeasuredLog> log = io::read_log(text);
  if (!log) {
    if (log.issues().empty()) std::abort();  // a refusal says why
    return 0;
  }
  if (log->figures.empty()) std::abort();  // a log without a figure is none
  for (const io::MeasuredFigure& figure : log->figures) {
    if (figure.device.empty()) std::abort();
  }
  return 0;
}

LLMCALC_FUZZ_STRUCTURE(llmcalc::fuzz::LineStructure)
