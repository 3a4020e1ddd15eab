// must not compile: conversion from .* to non-scalar type|no viable conversion
// A bare number is not an amount of memory: it could be GB, GiB, tokens or parameters.
#include <llmcalc/base/units.hpp>

#ifdef ALLOWED
llmcalc::Bytes memory{24};
#else
llmcalc::Bytes memory = 24;
#endif
