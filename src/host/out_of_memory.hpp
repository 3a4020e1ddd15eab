#pragma once
// The end of a program that gets no more memory.

namespace llmcalc::host {

/// From now on a program that gets no memory says so, under its name, and ends with this status. Nothing is thrown: much
/// of what is on the stack then cannot be left without memory either.
void end_when_out_of_memory(const char* program, int status);

}  // namespace llmcalc::host
