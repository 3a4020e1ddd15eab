#pragma once
// A scenario as a word that fits into an address: what stands behind '#' in the browser edition's.

#include "readers/resolve.hpp"

#include <llmcalc/scenario/scenario.hpp>

#include <string>
#include <string_view>

namespace llmcalc::io {

/// Letters, digits, '-' and '_' only: what departs from the defaults as JSON, in base64url (RFC 4648, section 5).
[[nodiscard]] std::string share_text(const Scenario& scenario);

/// The scenario of such a word. Cut, changed and foreign ones are issues that say so.
[[nodiscard]] Result<Scenario> read_share_text(std::string_view word, const Resolver& resolver);

}  // namespace llmcalc::io
