// evaluate(), its warnings and the article's method.

#include <llmcalc/estimate/article_inl.hpp>
#include <llmcalc/estimate/evaluate_inl.hpp>
#include <llmcalc/estimate/warnings_inl.hpp>
