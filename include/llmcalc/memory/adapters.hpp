#pragma once
// LoRA matrices of a tensor: A [rank, in] and B [out, rank]; DoRA adds a magnitude for every output.
//
//   parameters = rank (in + out) [+ out]        per target matrix
//
// Which matrices: the targets by name (q k v o gate up down head); "all linear" also takes the projections of
// recurrent mixers. A fused query-key-value projection is one matrix (PEFT); LitGPT keeps separate adapters for its
// parts. Routed experts that are one tensor (transformers 5) are not linear modules and get none unless they are
// asked for (PEFT target_parameters); in a loop of modules each has its own; Megatron's all-linear takes its grouped
// linears; its queries, keys and values are one matrix, and so are gate and up, which then share A. Tensor parallelism cuts the side that the base matrix is cut along. Source: PEFT
// lora/layer.py, dora.py; LitGPT lora.py. Worked: Llama 3.1 8B, rank 16, all linear 41,943,040 parameters.

#include <llmcalc/memory/sharding.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc {

/// Matrices by the names of LoRA's targets.
struct AdapterPlace {
  TensorRole role = TensorRole::Other;
  LoraTarget target = LoraTarget::Query;
};

/// Matrices that adapters go to, a row for each name that reaches them. Routed experts (Expert...) only as modules.
inline constexpr std::array<AdapterPlace, 25> adapter_places{{
    {.role = TensorRole::Query, .target = LoraTarget::Query},
    {.role = TensorRole::LatentQueryDown, .target = LoraTarget::Query},
    {.role = TensorRole::LatentQueryUp, .target = LoraTarget::Query},
    {.role = TensorRole::Key, .target = LoraTarget::Key},
    {.role = TensorRole::LatentKvDown, .target = LoraTarget::Key},
    {.role = TensorRole::Value, .target = LoraTarget::Value},
    {.role = TensorRole::LatentKvUp, .target = LoraTarget::Value},
    {.role = TensorRole::QueryKeyValue, .target = LoraTarget::Query},
    {.role = TensorRole::QueryKeyValue, .target = LoraTarget::Key},
    {.role = TensorRole::QueryKeyValue, .target = LoraTarget::Value},
    {.role = TensorRole::AttentionOutput, .target = LoraTarget::Output},
    {.role = TensorRole::Gate, .target = LoraTarget::Gate},
    {.role = TensorRole::SharedGate, .target = LoraTarget::Gate},
    {.role = TensorRole::ExpertGate, .target = LoraTarget::Gate},
    {.role = TensorRole::Up, .target = LoraTarget::Up},
    {.role = TensorRole::SharedUp, .target = LoraTarget::Up},
    {.role = TensorRole::ExpertUp, .target = LoraTarget::Up},
    {.role = TensorRole::GateUp, .target = LoraTarget::Gate},
    {.role = TensorRole::GateUp, .target = LoraTarget::Up},
    {.role = TensorRole::Down, .target = LoraTarget::Down},
    {.role = TensorRole::SharedDown, .target = LoraTarget::Down},
    {.role = TensorRole::ExpertDown, .target = LoraTarget::Down},
    {.role = TensorRole::ExpertGateUp, .target = LoraTarget::Gate},
    {.role = TensorRole::ExpertGateUp, .target = LoraTarget::Up},
    {.role = TensorRole::Head, .target = LoraTarget::Head},
}};

/// Whether adapters go to routed experts.
enum class RoutedExperts : std::uint8_t { Without, WithAdapters };

/// True when a matrix of a tower gets an adapter: all-linear takes what is neither a convolution of patches nor a table of
/// positions, which only the names tell; other targets take layers of their name.
[[nodiscard]] constexpr bool is_tower_target(const Tensor& t, const LoraTargets& targets) {
  constexpr std::array<std::string_view, 8> others{"patch_embed", "pos_emb", "position",   "class_embed",
                                                   "conv",        "table",   "embeddings", "newline"};
  std::string_view name = t.name;
  if (targets.is_all_linear()) {
    return std::none_of(others.begin(), others.end(),
                        [&](std::string_view part) { return name.find(part) != std::string_view::npos; });
  }
  constexpr std::string_view end = "_proj.weight";
  if (!name.ends_with(end)) return false;
  name.remove_suffix(end.size());
  const auto target = from_key<LoraTarget>(name.substr(name.rfind('.') + 1));
  return target && targets.has(*target);
}

/// True when a matrix gets an adapter; one of a tower only when the tower is trained.
[[nodiscard]] constexpr bool is_target(const Tensor& t, const LoraTargets& targets, RoutedExperts experts,
                                       VisionTower tower) {
  using R = TensorRole;
  if (t.vector || t.part == ModelPart::Mtp) return false;
  if (t.part == ModelPart::Encoder) return tower == VisionTower::Trained && is_tower_target(t, targets);
  if (t.role == R::RecurrentIn || t.role == R::RecurrentOut) return targets.is_all_linear();
  const bool routed =
      t.role == R::ExpertGate || t.role == R::ExpertUp || t.role == R::ExpertDown || t.role == R::ExpertGateUp;
  if (routed && experts == RoutedExperts::Without) return false;
  return std::any_of(adapter_places.begin(), adapter_places.end(),
                     [&](const AdapterPlace& p) { return p.role == t.role && targets.has(p.target); });
}

/// True when a matrix is part of one whose first part has an adapter: keys and values follow queries, up follows gate.
[[nodiscard]] constexpr bool follows(TensorRole role, const LoraTargets& targets) {
  using R = TensorRole;
  const bool key_value = role == R::Key || role == R::Value;
  const bool up = role == R::Up || role == R::SharedUp || role == R::ExpertUp;
  return (key_value && targets.has(LoraTarget::Query)) || (up && targets.has(LoraTarget::Gate));
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
