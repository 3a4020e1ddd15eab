// Amounts and factors in words.

#include <llmcalc/base/printable_inl.hpp>
#include <llmcalc/base/text_inl.hpp>
#include <llmcalc/estimate/explain_inl.hpp>
