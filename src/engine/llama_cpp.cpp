// llama.cpp's graphs and what their allocator gives them.

#include <llmcalc/engines/llama_cpp/compute_buffer_inl.hpp>
