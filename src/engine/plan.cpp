// The best layout.

#include <llmcalc/questions/plan_inl.hpp>
