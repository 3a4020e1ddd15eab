// A training step's memory.

#include <llmcalc/training/estimate_inl.hpp>
