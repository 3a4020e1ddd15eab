#pragma once
// A scenario as a word that fits into an address: what stands behind '#' in the browser edition's, and inside exported
// pictures.

#include "readers/resolve.hpp"

#include <llmcalc/scenario/scenario.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace llmcalc::io {

/// Letters, digits, '-' and '_' only: what departs from the defaults as JSON, in base64url (RFC 4648, section 5).
[[nodiscard]] std::string share_text(const Scenario& scenario);

/// The scenario of such a word. Cut, changed and foreign ones are issues that say so.
[[nodiscard]] Result<Scenario> read_share_text(std::string_view word, const Resolver& resolver);

/// A PNG with the word in a text chunk before its end ("llmcalc"; PNG specification, 11.3.4.3), so that a picture of an
/// estimate opens as its scenario. What is no PNG comes back as it is.
[[nodiscard]] std::string picture_with_share_text(std::string png, std::string_view word);

/// The word in a PNG; nothing when it holds none.
[[nodiscard]] std::optional<std::string> share_text_of_picture(std::string_view png);

}  // namespace llmcalc::io
