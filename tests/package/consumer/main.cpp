// A program that knows llmcalc only as an installed package.
#include <llmcalc/estimate/evaluate.hpp>

#include <cstdio>

int main() {
  using namespace llmcalc;
  static_assert(1_GiB != 1_GB);
  std::printf("%llu\n", static_cast<unsigned long long>((2_GiB).count));
}
