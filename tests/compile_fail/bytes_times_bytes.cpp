// must not compile: no match for .operator\*.|invalid operands to binary expression
// An amount times an amount is not an amount.
#include <llmcalc/base/units.hpp>

using namespace llmcalc;
#ifdef ALLOWED
Bytes product_of_both = Bytes{2} * 3;
#else
Bytes product_of_both = Bytes{2} * Bytes{3};
#endif
