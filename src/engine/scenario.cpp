// Which scenarios can be evaluated, and what they are once normalised.

#include <llmcalc/scenario/normalised_inl.hpp>
#include <llmcalc/scenario/validate_inl.hpp>
