#pragma once
// Header-only or compiled, from one text. Headers named *_inl.hpp hold bodies. Without LLMCALC_COMPILED each header
// includes its own bodies, as inline functions; with it (the target llmcalc::engine) they are compiled once, in
// src/engine.

#ifdef LLMCALC_COMPILED
#define LLMCALC_INLINE
#else
#define LLMCALC_INLINE inline
#endif
