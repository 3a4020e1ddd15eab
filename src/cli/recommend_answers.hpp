// What `recommend` was asked, and its two answers.
#pragma once

#include "cli/answer.hpp"
#include "cli/scenario_options.hpp"
#include "readers/resolve.hpp"
#include "report/recommended.hpp"

#include <string>

namespace llmcalc::cli {

/// The flags of `recommend`.
struct RecommendRequest {
  ScenarioOptions scenario;
  OutputFormat format = OutputFormat::Table;
  bool decimal = false;
  std::string use = "chat";
  std::string order = "size";
  std::string with;  ///< other devices to compare with
  Wish wish;
  io::RunFilter filter;
  Count top = 20;
  bool all = false;   ///< what does not run is listed too
  bool free = false;  ///< only what is free now counts

  [[nodiscard]] ByteUnits units() const { return decimal ? ByteUnits::Decimal : ByteUnits::Binary; }
};

/// The machine, and whether a model was named.
struct Asked {
  Scenario machine;
  bool one_model = false;
  bool ram_known = false;
};

/// The devices of a machine and the RAM that counts, in one line.
[[nodiscard]] std::string machine_text(const Scenario& machine, ByteUnits units);

/// Every format of one model.
void answer_model(const RecommendRequest& request, const Asked& asked, Answer& out);

/// Every known model, or what each of some other devices lets run beside them.
void answer_catalogue(const RecommendRequest& request, const Asked& asked, const io::Resolver& resolver, Answer& out);

}  // namespace llmcalc::cli
