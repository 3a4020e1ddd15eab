// How fast, and what it costs.

#include <llmcalc/questions/cost_inl.hpp>
#include <llmcalc/questions/speed_inl.hpp>
#include <llmcalc/questions/step_time_inl.hpp>
#include <llmcalc/questions/sweep_inl.hpp>
