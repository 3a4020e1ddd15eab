#pragma once
// Which scenarios can be evaluated. Every problem is reported at once, each with its place, the value and what is
// allowed; warnings() (estimate/warnings.hpp) names what is unusual but can be computed.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <string>

namespace llmcalc {

/// What a field accepts, in words: "a whole number from 1 to 1,000,000,000".
[[nodiscard]] std::string expected_text(const Field& f);

/// Ranks that one copy of the training job, or one engine, occupies.
[[nodiscard]] Count ranks_of(const Parallelism& p);

/// All problems of a scenario; none means evaluate() can be called.
[[nodiscard]] Issues validate(const Scenario& s);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/scenario/validate_inl.hpp>
#endif
