#pragma once
// Bodies of scenario/engines.hpp: the one list of engines.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/inline.hpp>
#include <llmcalc/engines/litgpt.hpp>
#include <llmcalc/engines/llama_cpp/engine.hpp>
#include <llmcalc/engines/llama_cpp/relatives.hpp>
#include <llmcalc/engines/mlx.hpp>
#include <llmcalc/engines/sglang.hpp>
#include <llmcalc/engines/tensorrt_llm.hpp>
#include <llmcalc/engines/transformers.hpp>
#include <llmcalc/engines/vllm/engine.hpp>
#include <llmcalc/scenario/engines.hpp>

#include <array>

namespace llmcalc {

/// Every engine, in the order of Runtime.
inline constexpr std::array<Engine, runtimes.size()> engines{
    transformers::engine, vllm::engine,         sglang::engine,         llama_cpp::engine,
    tensorrt_llm::engine, mlx::engine,          litgpt::engine,         llama_cpp::ollama,
    llama_cpp::lm_studio, llama_cpp::koboldcpp, llama_cpp::ik_llama_cpp};
static_assert(indexed_by_id(engines));

LLMCALC_INLINE const Engine& engine_of(Runtime runtime) { return engines[static_cast<std::size_t>(runtime)]; }

}  // namespace llmcalc
