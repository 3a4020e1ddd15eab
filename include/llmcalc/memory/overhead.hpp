#pragma once
// What a device holds apart from tensors: context, library workspaces, communication buffers.
//
// CUDA context with lazily loaded kernels: 0.51 GiB on H100 (vLLM 0.19 logs, "context before load"), 300 to 700 MB
// elsewhere (pytorch issues 20532, 28113, 107667); more than 1 GiB before CUDA 11.7. cuBLAS workspace: 32 MiB on
// Hopper and later, 8,519,680 bytes before (pytorch CublasHandlePool). NCCL: 342 MB per communicator of two ranks,
// 392 MB of more (aiconfigurator systems/*.yaml). `measure` decides what counts: allocated nothing, reserved no context.
// Range of validity: CUDA; Metal and the processor hold next to nothing. Not counted: kernels compiled later. A given
// context of 0 bytes counts nothing.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <initializer_list>

namespace llmcalc {

/// An amount with the range it was seen in.
struct Range {
  Bytes value{};
  Bytes low{};
  Bytes high{};
};

/// A range around a value given in MiB.
[[nodiscard]] constexpr Range mebibytes(Count value, Count low, Count high) {
  return {Bytes{value << 20}, Bytes{low << 20}, Bytes{high << 20}};
}

/// Size of the device context, unless the scenario gives it.
inline constexpr Range context_default = mebibytes(522, 300, 700);
/// Workspace of one cuBLAS handle and stream on Hopper and later.
inline constexpr Bytes cublas_workspace{32ULL << 20};

/// NCCL buffers of a communicator.
[[nodiscard]] constexpr Bytes nccl_buffers(Count ranks) {
  if (ranks <= 1) return {};
  return ranks == 2 ? 342_MB : 392_MB;
}

/// Adds an amount to a component and widens its range.
inline void add_range(Component& c, std::string_view label, const Range& r) {
  if (r.value.count == 0 && r.high.count == 0) return;
  c.summands.push_back(amount(label, r.value));
  c.bytes += r.value;
  c.low += r.low;
  c.high += r.high;
  c.trust = Trust::Assumed;
}

/// The context of a device as the scenario has it.
inline void add_context(Component& c, const Scenario& s, const Range& usual = context_default) {
  if (s.effective_measure() != Measure::Device) return;
  if (s.context_bytes) {
    add_range(c, "device context (given)",
              {Bytes{*s.context_bytes}, Bytes{*s.context_bytes}, Bytes{*s.context_bytes}});
  } else {
    add_range(c, "device context", usual);
  }
}

/// Overhead of a torch process: context, cuBLAS workspace, NCCL buffers of one communicator for every group of ranks.
[[nodiscard]] inline Component torch_overhead(const Scenario& s, std::initializer_list<Count> groups) {
  Component c{.part = Part::Overhead, .source = "pytorch issues 20532, 107667; CublasHandlePool; aiconfigurator"};
  if (s.effective_measure() == Measure::Allocated) return c;
  c.summands.reserve(3);
  add_context(c, s);
  add_range(c, "cuBLAS workspace", {cublas_workspace, Bytes{8'519'680}, cublas_workspace});
  if (s.effective_measure() == Measure::Device) {
    Bytes nccl;
    for (const Count ranks : groups) nccl += nccl_buffers(ranks);
    add_range(c, "NCCL buffers", {nccl, nccl, nccl * 2});
  }
  return c;
}

/// The same for ranks that form one group.
[[nodiscard]] inline Component torch_overhead(const Scenario& s, Count ranks) { return torch_overhead(s, {ranks}); }

}  // namespace llmcalc
