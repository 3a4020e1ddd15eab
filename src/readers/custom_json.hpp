#pragma once
// Models set by hand, as the object behind "custom" in a scenario.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <string_view>

namespace llmcalc::io {

/// Reads the object's text; unknown keys and wrong types are issues. Ranges are model_from_numbers()' matter.
Result<CustomModel> read_custom(std::string_view text);

/// The source that names a model set by hand; only what differs from the defaults is written.
ModelSource custom_source(const CustomModel& model);

}  // namespace llmcalc::io
