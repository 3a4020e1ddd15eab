// The engines' memory.

#include <llmcalc/estimate/inference_inl.hpp>
