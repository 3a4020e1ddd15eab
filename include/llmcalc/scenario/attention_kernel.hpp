#pragma once
// Kernels that compute attention, in inference and in training.

#include <llmcalc/base/enum_table.hpp>

#include <array>
#include <cstdint>

namespace llmcalc {

/// How attention is computed.
enum class AttentionKernel : std::uint8_t { Flash, Sdpa, Eager };
inline constexpr std::array<EnumRow<AttentionKernel>, 3> attention_kernels{{
    {AttentionKernel::Flash, "flash", "Flash", "never stores the score matrix"},
    {AttentionKernel::Sdpa, "sdpa", "SDPA", "PyTorch chooses: flash without a mask, memory-efficient with one"},
    {AttentionKernel::Eager, "eager", "Eager", "stores the score matrix: grows with the square of the sequence"},
}};
static_assert(indexed_by_id(attention_kernels));
constexpr const auto& enum_table(AttentionKernel) { return attention_kernels; }

}  // namespace llmcalc
