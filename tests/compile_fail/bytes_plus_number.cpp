// must not compile: no match for .operator\+.|invalid operands to binary expression
// Adding a count to an amount mixes units.
#include <llmcalc/base/units.hpp>

using namespace llmcalc;
#ifdef ALLOWED
Bytes sum = Bytes{1} + Bytes{24};
#else
Bytes sum = Bytes{1} + 24;
#endif
