// Amounts and factors in words.

#include <llmcalc/base/name_pattern_inl.hpp>
#include <llmcalc/base/printable_inl.hpp>
#include <llmcalc/base/text_inl.hpp>
#include <llmcalc/estimate/explain_inl.hpp>
