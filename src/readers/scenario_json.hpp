#pragma once
// Scenarios as JSON: command line, saved states, undo and golden cases all use this one form.

#include "readers/resolve.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace llmcalc::io {

/// What could be read, and everything that could not. Settings with an issue keep their default.
struct ReadScenario {
  Scenario scenario;
  Issues issues;
};

/// Reads a scenario and checks it (validate()); every problem is in `issues`. Reads all it can.
ReadScenario read_scenario_leniently(const nlohmann::json& document, const Resolver& resolver);

/// A scenario that can be evaluated, or every problem.
Result<Scenario> read_scenario(const nlohmann::json& document, const Resolver& resolver);

/// Text would silently become a JSON string: it goes through read_scenario_text().
Result<Scenario> read_scenario(const std::string& text, const Resolver& resolver) = delete;
Result<Scenario> read_scenario(std::string_view text, const Resolver& resolver) = delete;
Result<Scenario> read_scenario(const char* text, const Resolver& resolver) = delete;

/// The same from text.
Result<Scenario> read_scenario_text(std::string_view text, const Resolver& resolver);

/// Which settings are written.
enum class Written {
  All,     ///< every setting
  Changed  ///< model, device and what differs from the defaults
};

/// The scenario as JSON; read_scenario() gives the same scenario back.
nlohmann::ordered_json write_scenario(const Scenario& scenario, Written written = Written::All);

/// The default scenario: model and device by their preset ids.
Result<Scenario> default_scenario(const Resolver& resolver);

}  // namespace llmcalc::io
