// must not compile: no matching function for call to .key_of
// Only enumerations with a table have a key.
#include <llmcalc/estimate/estimate.hpp>

enum class Fruit { Apple, Pear };
#ifdef ALLOWED
constexpr auto key = llmcalc::key_of(llmcalc::Part::Weights);
#else
constexpr auto key = llmcalc::key_of(Fruit::Apple);
#endif
