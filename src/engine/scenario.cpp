// Which scenarios can be evaluated.

#include <llmcalc/scenario/validate_inl.hpp>
