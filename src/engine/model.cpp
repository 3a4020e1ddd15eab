// A model's tensors.

#include <llmcalc/memory/stored_tensors_inl.hpp>
#include <llmcalc/model/custom_inl.hpp>
#include <llmcalc/model/inventory_inl.hpp>
