#pragma once
// Size of llama.cpp's compute buffer: the whole graph of one micro-batch is built and its allocation replayed.
//
// Source: llama.cpp d775b8967 (build 10573); the CUDA backend's sizing rules. On one device or none equal to the byte
// on 882 of 882 measured cases but one, which is 32 bytes off, hybrids included. Not counted: CUDA context, cuBLAS
// workspaces and CUDA graphs, which llama.cpp prints as "unaccounted". An architecture without a verified row gives
// the nearest graph's size, as a modelled number.

#include <llmcalc/engines/llama_cpp/replay.hpp>
#include <llmcalc/estimate/estimate.hpp>

#include <vector>

namespace llmcalc::llama_cpp {

/// Compute memory of one run, each side as the summands it is made of.
struct ComputeBuffers {
  Bytes device;  ///< on the device, or on the host when there is none
  Bytes host;    ///< pinned host memory that goes with a device
  std::vector<Summand> device_parts{};
  std::vector<Summand> host_parts{};
};

/// Replays the allocation of one micro-batch for the layers of one device (or of the processor).
[[nodiscard]] ComputeBuffers compute_buffers(const Replay& replay);

}  // namespace llmcalc::llama_cpp

#ifndef LLMCALC_COMPILED
#include <llmcalc/engines/llama_cpp/compute_buffer_inl.hpp>
#endif
