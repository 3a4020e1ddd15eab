// What fits, what it takes, what would help.

#include <llmcalc/questions/advise_inl.hpp>
#include <llmcalc/questions/alternatives_inl.hpp>
#include <llmcalc/questions/fit_inl.hpp>
#include <llmcalc/questions/levers_inl.hpp>
#include <llmcalc/questions/recommend_inl.hpp>
#include <llmcalc/questions/solve_inl.hpp>
