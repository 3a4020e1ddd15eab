// must not compile: static assertion failed|static_assert failed
// Row i of an enumeration's table describes enumerator i; a misplaced row must stop the build.
#include <llmcalc/base/enum_table.hpp>

enum class Fruit { Apple, Pear };
#ifdef ALLOWED
inline constexpr std::array<llmcalc::EnumRow<Fruit>, 2> fruits{
    {{Fruit::Apple, "apple", "Apple"}, {Fruit::Pear, "pear", "Pear"}}};
#else
inline constexpr std::array<llmcalc::EnumRow<Fruit>, 2> fruits{
    {{Fruit::Pear, "pear", "Pear"}, {Fruit::Apple, "apple", "Apple"}}};
#endif
static_assert(llmcalc::indexed_by_id(fruits));
