// The engines: their rows and their memory.

#include <llmcalc/engines/engines_inl.hpp>
#include <llmcalc/estimate/inference_inl.hpp>
