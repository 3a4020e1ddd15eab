// A log as pasted text: what is read of it names known figures and settings, reading it costs little, and so does comparing
// it with the scenario that it makes of a valid one.

#include "readers/logs/measured_log.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/self_check.hpp"
#include "structure.hpp"

#include <llmcalc/scenario/validate.hpp>

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
  static const Scenario asked =
      io::read_scenario_text(R"({"model": {"custom": {}}, "device": {"memory_bytes": 24000000000}})",
                             io::default_resolver())
          .value();
  const Scenario taken = io::adopted(*log, asked);
  if (validate(taken).empty()) (void)io::self_check(*log, taken, io::usual_task(*log));
  return 0;
}

LLMCALC_FUZZ_STRUCTURE(llmcalc::fuzz::LineStructure)
