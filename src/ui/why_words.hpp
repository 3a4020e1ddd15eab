#pragma once
// What the published article's method makes of the same quantity, and why it differs.

#include "ui/app.hpp"

namespace llmcalc::ui {

/// One or two sentences; "" when the article's method is the one shown or has nothing to say.
[[nodiscard]] std::string article_words(const Scenario& scenario, const Results& results, const Component& component,
                                        Task task, ByteUnits units);

}  // namespace llmcalc::ui
