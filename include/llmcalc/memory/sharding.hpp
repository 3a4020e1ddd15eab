#pragma once
// What one rank holds of a tensor, and which layers a pipeline stage holds.
//
// Tensor parallelism: rows (column-parallel linears, vocabulary) or columns (row-parallel linears) / t; KV heads are
// replicated when there are fewer heads than ranks; norms, routers, latent down-projections and the biases of
// row-parallel linears are whole on every rank (Tensor::split says which). Expert parallelism: whole experts / e, and
// each expert's matrices / expert_tensor. Uneven shapes: the first rank, which holds the rounded-up share.
// Source: Megatron-LM core/tensor_parallel; vLLM model_executor/layers/linear.py, vocab_parallel_embedding.py.
// Not counted: buffers for communication (overhead.hpp).

#include <llmcalc/base/units.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>
#include <vector>

namespace llmcalc {

/// How tensors are cut for one rank.
struct ShardPlan {
  Count tensor = 1;                  ///< ranks that share a matrix
  Count expert = 1;                  ///< groups the experts are dealt to
  Count expert_tensor = 1;           ///< ranks that share one expert's matrices
  Count vocabulary_multiple = 1;     ///< vocabulary rows are padded to a multiple of this before they are cut
  Count expert_width_multiple = 1;   ///< an expert's inner width on a rank is padded to a multiple of this
  bool cuts_encoder = false;         ///< vision and audio towers are cut as well (vLLM), not held whole
  Count expert_hidden_multiple = 1;  ///< and so is its outer width
  bool without_towers = false;       ///< vision and audio towers are not loaded
  friend bool operator==(const ShardPlan&, const ShardPlan&) = default;
};

/// Ranks that share one expert's matrices when experts are dealt to `expert` of `tensor` ranks.
[[nodiscard]] constexpr Count expert_tensor_ranks(Count tensor, Count expert, Count expert_tensor) {
  if (expert <= 1) return std::max(tensor, expert_tensor);
  return std::max<Count>({1, expert_tensor, tensor / expert});
}

/// Shape of one tensor on a rank.
struct ShardShape {
  Count rows = 0;
  Count columns = 0;
  Count copies = 0;
  [[nodiscard]] constexpr Count elements() const { return product(rows, columns, copies); }
  friend bool operator==(const ShardShape&, const ShardShape&) = default;
};

/// KV heads that one of `tensor` ranks holds: at least one, replicated when there are fewer heads than ranks.
/// Source: vLLM config/model.py get_num_kv_heads.
[[nodiscard]] constexpr Count kv_heads_on_rank(Count kv_heads, Count tensor) {
  return kv_heads == 0 ? 0 : std::max<Count>(1, ceil_divide(kv_heads, std::max<Count>(tensor, 1)));
}

namespace sharding_detail {

/// An attention's rows, heads of `kv_heads` each: the share of one rank.
constexpr Count kv_rows(Count rows, Count kv_heads, Count tensor) {
  if (kv_heads == 0 || rows % kv_heads != 0) return ceil_divide(rows, tensor);
  return rows / kv_heads * kv_heads_on_rank(kv_heads, tensor);
}

/// Fused query, key and value projection: queries are cut, keys and values as kv_rows.
constexpr Count fused_qkv_rows(const Tensor& t, const AttentionShape& a, Count tensor) {
  const Count kv = multiply(a.kv_heads, add(a.head_dim, a.value_head_dim));
  if (kv >= t.rows) return ceil_divide(t.rows, tensor);
  return add(ceil_divide(t.rows - kv, tensor), kv_rows(kv, a.kv_heads, tensor));
}

constexpr ShardShape expert_shape(const Tensor& t, const ShardPlan& plan) {
  ShardShape s{t.rows, t.columns, t.copies > 1 ? ceil_divide(t.copies, plan.expert) : t.copies};
  const auto width = [&](Count n, Count halves) {
    return multiply(halves, round_up(ceil_divide(n / halves, plan.expert_tensor), plan.expert_width_multiple));
  };
  const auto hidden = [&](Count n) { return t.vector && n == 1 ? n : round_up(n, plan.expert_hidden_multiple); };
  using R = TensorRole;
  if (t.role == R::ExpertGate || t.role == R::ExpertUp) return {width(s.rows, 1), hidden(s.columns), s.copies};
  if (t.role == R::ExpertGateUp) return {width(s.rows, 2), hidden(s.columns), s.copies};
  if (t.role == R::ExpertDown) return {hidden(s.rows), width(s.columns, 1), s.copies};
  return s;  // routers and biases of all experts
}

}  // namespace sharding_detail

/// Shape of a tensor on the rank that holds most of it.
[[nodiscard]] constexpr ShardShape shard(const Tensor& t, const Model& model, const ShardPlan& plan) {
  if (plan.without_towers && t.part == ModelPart::Encoder) return {};
  const Count ranks = std::max<Count>(plan.tensor, 1);
  const bool vocabulary = t.role == TensorRole::Embedding || t.role == TensorRole::Head;
  const Count rows = vocabulary ? round_up(t.rows, plan.vocabulary_multiple) : t.rows;
  if (t.role == TensorRole::Encoder && plan.cuts_encoder) return {ceil_divide(rows, ranks), t.columns, t.copies};
  const AttentionShape* attention = t.kind >= 0 ? &model.kinds[static_cast<std::size_t>(t.kind)].attention : nullptr;
  switch (vocabulary && t.split == Split::Replicated ? Split::Rows : t.split) {
    case Split::Rows:
      if (t.role == TensorRole::QueryKeyValue && attention) {
        return {sharding_detail::fused_qkv_rows(t, *attention, ranks), t.columns, t.copies};
      }
      return {ceil_divide(rows, ranks), t.columns, t.copies};
    case Split::Columns: return {rows, ceil_divide(t.columns, ranks), t.copies};
    case Split::KvRows:
      return {sharding_detail::kv_rows(rows, attention ? attention->kv_heads : 0, ranks), t.columns, t.copies};
    case Split::Experts: return sharding_detail::expert_shape(t, plan);
    case Split::Replicated: break;
  }
  return {rows, t.columns, t.copies};
}

/// Who gets the layers that are left over when the stages do not divide them.
enum class UnevenLayers : std::uint8_t {
  FirstStages,  ///< one more on each of the first stages
  MiddleStages  ///< one more on the stages before the last, from the back (vLLM distributed/utils.py get_pp_indices)
};

/// Layers first .. first + count - 1.
struct LayerRange {
  Count first = 0;
  Count count = 0;
  friend constexpr bool operator==(LayerRange, LayerRange) = default;
};

/// Layers of pipeline stage `stage` of `stages`.
[[nodiscard]] constexpr LayerRange stage_layers(Count layers, Count stages, Count stage,
                                                UnevenLayers uneven = UnevenLayers::FirstStages) {
  stages = std::max<Count>(stages, 1);
  const Count each = layers / stages;
  const Count left = layers % stages;
  // Stages that get one more: [from, from + left).
  const Count from = uneven == UnevenLayers::MiddleStages && left != 0 ? stages - 1 - left : 0;
  const Count more_before = stage > from ? std::min(stage - from, left) : 0;
  const bool more = stage >= from && stage - from < left;
  return {each * stage + more_before, each + (more ? 1 : 0)};
}
static_assert(stage_layers(32, 4, 1) == LayerRange{8, 8});
static_assert(stage_layers(30, 4, 0) == LayerRange{0, 8} && stage_layers(30, 4, 3) == LayerRange{23, 7});
static_assert(stage_layers(61, 2, 0, UnevenLayers::MiddleStages) == LayerRange{0, 31});
static_assert(stage_layers(30, 4, 0, UnevenLayers::MiddleStages) == LayerRange{0, 7});
static_assert(stage_layers(30, 4, 1, UnevenLayers::MiddleStages) == LayerRange{7, 8});
static_assert(stage_layers(30, 4, 3, UnevenLayers::MiddleStages) == LayerRange{23, 7});

/// What a pipeline stage holds: how many layers of every kind, and the ends of the model.
struct Stage {
  std::vector<Count> layers_of_kind;  ///< by kind
  Count layers = 0;
  bool first = true;  ///< holds the embedding
  bool last = true;   ///< holds the final norm and the head

  /// Layers of a kind on this stage.
  [[nodiscard]] Count of_kind(std::int32_t kind) const {
    return kind < 0 ? 0 : layers_of_kind[static_cast<std::size_t>(kind)];
  }
};

/// The stage's share of a model: these layers.
[[nodiscard]] inline Stage stage_of(const Model& model, Count stages, Count stage, const LayerRange& range) {
  Stage s{.layers_of_kind = std::vector<Count>(model.kinds.size(), 0)};
  for (Count i = range.first; i < range.first + range.count && i < model.layers.size(); ++i) {
    ++s.layers_of_kind[model.layers[i]];
  }
  s.layers = range.count;
  s.first = stage == 0;
  s.last = stage + 1 >= stages;
  return s;
}

/// The stage's share of a model.
[[nodiscard]] inline Stage stage_of(const Model& model, Count stages, Count stage,
                                    UnevenLayers uneven = UnevenLayers::FirstStages) {
  return stage_of(model, stages, stage, stage_layers(model.layer_count(), stages, stage, uneven));
}

/// How often a tensor group's shape occurs on a stage. Prediction layers are loaded nowhere (draft.hpp adds them);
/// a tied head is the embedding, which then lives on the first and on the last stage.
[[nodiscard]] inline Count occurrences(const Tensor& t, const Model& model, const Stage& stage) {
  if (t.part == ModelPart::Mtp) return 0;
  if (t.kind >= 0) {
    const Count on_stage = stage.of_kind(t.kind);
    const Count all = model.layers_of_kind(static_cast<std::size_t>(t.kind));
    // A group may hold several tensors of one shape per layer (two norms).
    return all == 0 ? 0 : t.count % all == 0 ? multiply(t.count / all, on_stage) : on_stage;
  }
  bool here = stage.first;
  if (t.role == TensorRole::Embedding) {
    // Only the token table is the head as well, not an embedding of the layers (Gemma 3n).
    here = stage.first || (stage.last && model.ties_head() && t.columns == model.embedding_columns());
  } else if (t.role == TensorRole::Norm) {
    here = t.part == ModelPart::Embedding ? stage.first : stage.last;
  } else if (t.role == TensorRole::Head || t.part == ModelPart::Head) {
    here = stage.last;  // poolers and classifiers stand behind the last layer
  }
  return here ? t.count : 0;
}

}  // namespace llmcalc
