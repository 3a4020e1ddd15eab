#pragma once
// LoRA matrices of a tensor: A [rank, in] and B [out, rank]; DoRA a magnitude for every output beside.
//
//   parameters = rank (in + out) [+ out]        a target matrix
//
// Which matrices: the targets by name (q k v o gate up down head); "all linear" also takes the projections of
// recurrent mixers. A fused query-key-value projection is one matrix (PEFT); LitGPT keeps separate adapters for its
// parts. Routed experts that are one tensor (transformers 5) are not linear modules and get none; in a loop of
// modules each has its own. Tensor parallelism cuts the side that the base matrix is cut along. Source: PEFT
// lora/layer.py, dora.py; LitGPT lora.py. Worked: Llama 3.1 8B, rank 16, all linear 41,943,040 parameters.

#include <llmcalc/memory/sharding.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// The target a matrix belongs to; nothing when no adapter goes there.
[[nodiscard]] constexpr bool is_target(const Tensor& t, const LoraTargets& targets, ExpertKernel experts) {
  using R = TensorRole;
  const bool modules = experts == ExpertKernel::Loop;
  if (t.vector || t.part == ModelPart::Encoder || t.part == ModelPart::Mtp) return false;
  switch (t.role) {
    case R::Query:
    case R::LatentQueryDown:
    case R::LatentQueryUp:
      return targets.has(LoraTarget::Query);
    case R::Key:
    case R::LatentKvDown:
      return targets.has(LoraTarget::Key);
    case R::Value:
    case R::LatentKvUp:
      return targets.has(LoraTarget::Value);
    case R::QueryKeyValue:
      return targets.has(LoraTarget::Query) || targets.has(LoraTarget::Key) || targets.has(LoraTarget::Value);
    case R::AttentionOutput:
      return targets.has(LoraTarget::Output);
    case R::Gate:
    case R::SharedGate:
      return targets.has(LoraTarget::Gate);
    case R::Up:
    case R::SharedUp:
      return targets.has(LoraTarget::Up);
    case R::GateUp:
      return targets.has(LoraTarget::Gate) || targets.has(LoraTarget::Up);
    case R::Down:
    case R::SharedDown:
      return targets.has(LoraTarget::Down);
    case R::ExpertGate:
      return modules && targets.has(LoraTarget::Gate);
    case R::ExpertUp:
      return modules && targets.has(LoraTarget::Up);
    case R::ExpertDown:
      return modules && targets.has(LoraTarget::Down);
    case R::RecurrentIn:
    case R::RecurrentOut:
      return targets.is_all_linear();
    case R::Head:
      return targets.has(LoraTarget::Head);
    default:
      return false;
  }
}

/// Adapter matrices of one base tensor on a rank.
struct AdapterShape {
  Count in = 0;
  Count out = 0;
  Count copies = 1;  ///< base tensors of this shape in a layer
  Count parts = 1;   ///< separate adapters of one fused matrix: each has its own A
};

/// The adapter of a tensor. `separate`: a fused projection has one adapter for each targeted part (LitGPT).
[[nodiscard]] constexpr AdapterShape adapter_shape(const Tensor& t, const ShardShape& local, const Model& model,
                                                   const LoraTargets& targets, bool separate) {
  AdapterShape a{local.columns, local.rows, local.copies, 1};
  if (!separate || t.role != TensorRole::QueryKeyValue || t.kind < 0) return a;
  const AttentionShape& shape = model.kinds[static_cast<std::size_t>(t.kind)].attention;
  const Count share = t.rows == 0 ? 1 : std::max<Count>(1, t.rows / std::max<Count>(1, local.rows));
  a.out = 0;
  a.parts = 0;
  const auto take = [&](LoraTarget target, Count rows) {
    if (!targets.has(target)) return;
    a.out = add(a.out, rows / share);
    ++a.parts;
  };
  take(LoraTarget::Query, multiply(shape.heads, shape.head_dim));
  take(LoraTarget::Key, multiply(shape.kv_heads, shape.head_dim));
  take(LoraTarget::Value, multiply(shape.kv_heads, shape.value_head_dim));
  return a;
}

/// Parameters of an adapter of one matrix.
[[nodiscard]] constexpr Count adapter_parameters(const AdapterShape& a, Count rank, bool dora) {
  if (rank == 0) return 0;
  return add(multiply(rank, add(multiply(a.in, a.parts), a.out)), dora ? a.out : 0);
}

}  // namespace llmcalc
