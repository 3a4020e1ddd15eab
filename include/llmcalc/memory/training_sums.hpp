#pragma once
// What one layer of a kind, or a part outside of the layers, has in parameters, trained parameters, optimizer states
// and 16-bit copies on one tensor- and expert-parallel rank. Everything a pipeline stage holds is a sum of these.

#include <llmcalc/memory/adapters.hpp>
#include <llmcalc/memory/sharding.hpp>
#include <llmcalc/memory/weight_formats.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <vector>

namespace llmcalc {

/// Amounts that are sharded over data-parallel ranks; experts over fewer of them.
struct DenseExpert {
  Count dense = 0;
  Count expert = 0;
  [[nodiscard]] constexpr Count total() const { return add(dense, expert); }
  constexpr Count& of(bool is_expert) { return is_expert ? expert : dense; }
  friend constexpr DenseExpert operator*(Count n, const DenseExpert& a) {
    return {multiply(n, a.dense), multiply(n, a.expert)};
  }
  constexpr DenseExpert& operator+=(const DenseExpert& o) {
    dense = add(dense, o.dense);
    expert = add(expert, o.expert);
    return *this;
  }
};

/// Sums over the tensors of a group.
struct GroupSums {
  DenseExpert parameters;       ///< of the base model
  DenseExpert base_bytes;       ///< stored bytes of the base model
  DenseExpert trained;          ///< elements that get gradients
  DenseExpert state_bytes;      ///< optimizer states of them
  Count adapters = 0;           ///< elements of adapters
  Count saved = 0;              ///< elements of whole matrices that are trained as copies alongside adapters
  Count saved_state_bytes = 0;  ///< optimizer states of them
  Count linear_weights = 0;     ///< elements of matrices that autocast copies to 16 bits
  Count linear_biases = 0;      ///< and of their biases
  Count first_projections = 0;  ///< of those, the ones that read the layer's input (queries, keys, values)
  Count adapter_inputs = 0;     ///< elements of the adapters' A matrices of those projections
  Count unstepped = 0;          ///< elements of adapters that get gradients and no optimizer states
  Count last_projection = 0;    ///< elements of the matrix whose gradient comes first (down projection, experts' too)
  Count expert_inner = 0;       ///< elements of the experts' gate and up matrices
  Count feed_forward = 0;       ///< elements of the feed-forward block
  Count largest = 0;            ///< elements of the largest trained tensor
  Count largest_quantized = 0;  ///< elements of the largest matrix that is stored quantized
  Count quantized_experts = 0;  ///< elements of a layer's experts that are stored quantized, as one tensor each

  constexpr GroupSums& operator+=(const GroupSums& o) {
    parameters += o.parameters;
    base_bytes += o.base_bytes;
    trained += o.trained;
    state_bytes += o.state_bytes;
    adapters = add(adapters, o.adapters);
    unstepped = add(unstepped, o.unstepped);
    saved = add(saved, o.saved);
    saved_state_bytes = add(saved_state_bytes, o.saved_state_bytes);
    linear_weights = add(linear_weights, o.linear_weights);
    linear_biases = add(linear_biases, o.linear_biases);
    largest = std::max(largest, o.largest);
    largest_quantized = std::max(largest_quantized, o.largest_quantized);
    return *this;
  }
};

/// What decides the sums apart from the tensors.
struct SumRules {
  ShardPlan shard;
  RecipeBytes bytes;
  WeightRules weights;     ///< of a quantized base
  bool quantized = false;  ///< the base is stored in `weights.format`
  bool quantizes_head = false;
  bool adapters = false;  ///< only adapters are trained
  bool dora = false;
  bool fixed_input = false;     ///< LoRA-FA: only the second matrix of an adapter is stepped
  Count saved_state_width = 2;  ///< bytes of a state of a matrix that is trained as a copy
  AdapterInputs adapter_inputs = AdapterInputs::Each;
  AdapterShards adapter_shards = AdapterShards::AsTheBase;
  bool separate_parts = false;  ///< LitGPT: adapters of a fused projection are separate
  Lora lora;
  Count adapter_bytes = 4;
  Count adapter_state_bytes = 4;
  Count virtual_tokens = 0;  ///< prompt tuning: trained rows before every sequence
  bool scalar_head = false;  ///< one output instead of logits: reward and value models
  bool value_head = false;   ///< one output alongside the logits
  RoutedExperts expert_adapters = RoutedExperts::Without;
  bool one_for_experts = false;   ///< all routed experts of a layer share an adapter
  bool plain_experts = false;     ///< a quantized base leaves its routed experts in 16 bits
  bool quantizes_towers = false;  ///< matrices of towers too; their patch embeddings, a few MB, count as matrices
  bool whole_experts = false;     ///< a layer's routed experts are one tensor, and quantized
  VisionTower tower = VisionTower::Trained;
  Optimizer optimizer = Optimizer::AdamW;
  Count optimizer_rank = 128;
};

/// Sums of a model: per layer of every kind, and what stands outside.
struct TrainingSums {
  std::vector<GroupSums> kinds;  ///< one layer of each kind
  std::vector<Count> layers;     ///< layers of each kind
  GroupSums embedding;           ///< token table
  GroupSums head;                ///< output matrix when it is not tied
  GroupSums final_norm;
  GroupSums other;  ///< position table, encoder, what the inventory does not explain: on the first stage
};

namespace sums_detail {

[[nodiscard]] constexpr bool is_linear(const Tensor& t) {
  using R = TensorRole;
  return !t.vector && t.role != R::Embedding && t.role != R::PositionTable && t.role != R::Convolution &&
         t.role != R::RecurrentSmall && t.role != R::Sinks && t.role != R::Norm;
}

[[nodiscard]] constexpr bool reads_input(TensorRole role) {
  using R = TensorRole;
  return role == R::Query || role == R::Key || role == R::Value || role == R::QueryKeyValue;
}

[[nodiscard]] constexpr bool is_down(TensorRole role) {
  return role == TensorRole::Down || role == TensorRole::ExpertDown;
}

[[nodiscard]] constexpr bool is_expert_inner(TensorRole role) {
  using R = TensorRole;
  return role == R::ExpertGate || role == R::ExpertUp || role == R::ExpertGateUp;
}

/// States of `copies` tensors of a shape.
[[nodiscard]] constexpr Bytes states(const SumRules& r, const SteppedTensor& t, Count copies) {
  if (t.rows == 0 || t.columns == 0) return {};
  return optimizer_state(r.optimizer, t, r.optimizer_rank) * copies;
}

/// How the optimizer sees a tensor of the model.
[[nodiscard]] constexpr ParameterClass class_of(const Tensor& t) {
  if (t.vector) return ParameterClass::Vector;
  return t.kind >= 0 ? ParameterClass::HiddenMatrix : ParameterClass::OuterMatrix;
}

/// Adds the adapter of one tensor.
constexpr void add_adapter(GroupSums& g, const SumRules& r, const Tensor& t, const ShardShape& local,
                           const Model& model, Count count) {
  if (r.lora.rank == 0 || !is_target(t, r.lora.targets, r.expert_adapters, r.tower)) return;
  AdapterShape a = adapter_shape(t, local, model, r.lora.targets, r.separate_parts);
  if (a.parts == 0) return;
  const bool expert = t.split == Split::Experts;
  if (r.adapter_shards == AdapterShards::Both) {
    const Count ranks = expert ? r.shard.expert_tensor : r.shard.tensor;
    if (local.columns == t.columns) a.in = ceil_divide(a.in, ranks);
    if (local.rows == t.rows) a.out = ceil_divide(a.out, ranks);
  }
  if (r.one_for_experts && expert) a.copies = 1;
  if (r.adapter_inputs == AdapterInputs::Shared && follows(t.role, r.lora.targets)) a.in = 0;
  const Count copies = multiply(a.copies, count);
  const Count elements = multiply(adapter_parameters(a, r.lora.rank, r.dora), copies);
  const Count rank = r.lora.rank;
  g.adapters = add(g.adapters, elements);
  if (r.fixed_input) g.unstepped = add(g.unstepped, product(rank, a.parts, a.in, copies));
  g.trained.of(expert) = add(g.trained.of(expert), elements);
  const Count bytes = r.adapter_state_bytes;
  const Count in = r.fixed_input ? 0 : a.in;
  Bytes state = states(r, {.rows = multiply(rank, a.parts), .columns = in, .bytes = bytes}, copies) +
                states(r, {.rows = a.out, .columns = rank, .bytes = bytes}, copies);
  if (r.dora) state += states(r, {.rows = a.out, .bytes = bytes, .parameter = ParameterClass::Vector}, copies);
  g.state_bytes.of(expert) = add(g.state_bytes.of(expert), state.count);
  g.largest = std::max(g.largest, multiply(rank, std::max(a.in, a.out)));
  g.linear_weights = add(g.linear_weights, elements);
  if (reads_input(t.role)) g.adapter_inputs = add(g.adapter_inputs, product(rank, a.parts, a.in, copies));
}

/// Adds one tensor of the inventory, `count` times.
constexpr void add_tensor(GroupSums& g, const SumRules& r, const Tensor& t, const Model& model, Count count) {
  const ShardShape local = shard(t, model, r.shard);
  const Count elements = multiply(local.elements(), count);
  const bool expert = t.split == Split::Experts;
  const bool head = t.role == TensorRole::Head;
  // What the checkpoint says of a module wins over the format in general: 16 bits, or bytes of its own.
  const bool known = r.quantized && r.weights.measured && t.measured.count != 0;
  const bool left = known && t.measured >= storage(t.total(), plain_block(r.weights.format));
  const bool left_out = expert && r.plain_experts;
  const bool tower = r.quantizes_towers && t.part == ModelPart::Encoder && t.columns > 1;
  const bool quantized = r.quantized && !t.vector && !left && !left_out &&
                         (is_quantized(r.weights, t) || (head && r.quantizes_head) || tower);
  g.parameters.of(expert) = add(g.parameters.of(expert), elements);
  const Bytes bytes = t.buffer             ? Bytes{4} * elements
                      : quantized && known ? scale(t.measured, elements, t.total())
                      : quantized ? matrix_bytes(r.weights, local.rows, local.columns) * multiply(local.copies, count)
                      : left_out  ? Bytes{2} * elements
                                  : Bytes{r.bytes.weight} * elements;
  g.base_bytes.of(expert) = add(g.base_bytes.of(expert), bytes.count);
  if (quantized) g.largest_quantized = std::max(g.largest_quantized, multiply(local.rows, local.columns));
  if (quantized && expert && r.whole_experts) g.quantized_experts = add(g.quantized_experts, elements);
  if (is_linear(t) && !r.adapters) g.linear_weights = add(g.linear_weights, elements);
  if (is_linear(t) && r.adapters && !quantized) g.linear_weights = add(g.linear_weights, elements);
  if (t.role == TensorRole::Bias) g.linear_biases = add(g.linear_biases, elements);
  if (reads_input(t.role)) g.first_projections = add(g.first_projections, elements);
  if (is_down(t.role)) g.last_projection = add(g.last_projection, elements);
  if (is_expert_inner(t.role)) g.expert_inner = add(g.expert_inner, elements);
  if (t.part == ModelPart::FeedForward || t.part == ModelPart::Experts || t.part == ModelPart::Router) {
    g.feed_forward = add(g.feed_forward, elements);
  }
  if (t.buffer) return;
  if (r.adapters) {
    add_adapter(g, r, t, local, model, count);
    const SavedModulesRow& whole = row_of(r.lora.modules_to_save);
    const bool table = t.role == TensorRole::Embedding;
    const Count heads = whole.head && (head || (table && model.ties_head())) ? 1 : 0;
    const Count matrices = heads + (whole.embedding && table ? 1 : 0);
    if (matrices != 0) {
      g.saved = add(g.saved, multiply(matrices, elements));
      const SteppedTensor copy{.rows = local.rows,
                               .columns = local.columns,
                               .bytes = r.saved_state_width,
                               .parameter = ParameterClass::OuterMatrix};
      g.saved_state_bytes = add(g.saved_state_bytes, states(r, copy, product(matrices, local.copies, count)).count);
      g.largest = std::max(g.largest, multiply(local.rows, local.columns));
    }
    return;
  }
  if (t.part == ModelPart::Encoder && r.tower == VisionTower::Frozen) return;
  g.trained.of(expert) = add(g.trained.of(expert), elements);
  const Bytes state =
      states(r, {.rows = local.rows, .columns = local.columns, .bytes = r.bytes.state, .parameter = class_of(t)},
             multiply(local.copies, count));
  g.state_bytes.of(expert) = add(g.state_bytes.of(expert), state.count);
  g.largest = std::max(g.largest, multiply(local.rows, local.columns));
}

/// Adds what some methods and objectives have in addition to the inventory: the rows of prompt tuning, and the one
/// output of reward and value models, which is trained with the policy but gets no adapter of its own.
inline void add_extras(TrainingSums& sums, const SumRules& r, const Model& model) {
  if (r.virtual_tokens != 0) {
    const Count n = multiply(r.virtual_tokens, model.hidden);
    sums.embedding.adapters = add(sums.embedding.adapters, n);
    sums.embedding.trained.dense = add(sums.embedding.trained.dense, n);
    sums.embedding.largest = std::max(sums.embedding.largest, n);
    const SteppedTensor tokens{.rows = r.virtual_tokens,
                               .columns = model.hidden,
                               .bytes = r.adapter_state_bytes,
                               .parameter = ParameterClass::OuterMatrix};
    const Bytes state = states(r, tokens, 1);
    sums.embedding.state_bytes.dense = add(sums.embedding.state_bytes.dense, state.count);
  }
  if (r.scalar_head || r.value_head) {
    Tensor score;
    score.role = TensorRole::Other;
    score.part = ModelPart::Head;
    score.rows = 1;
    score.columns = model.hidden;
    add_tensor(sums.head, r, score, model, 1);
  }
}

}  // namespace sums_detail

/// Sums over a model's tensors. Multi-token-prediction layers are not trained.
[[nodiscard]] inline TrainingSums training_sums(const Model& model, const SumRules& rules) {
  TrainingSums sums;
  sums.kinds.resize(model.kinds.size());
  sums.layers.resize(model.kinds.size());
  for (const auto kind : model.layers) ++sums.layers[kind];
  for (const Tensor& t : model.tensors) {
    if (t.part == ModelPart::Mtp || (t.part == ModelPart::Encoder && rules.tower == VisionTower::Absent)) continue;
    if (t.kind >= 0) {
      const auto k = static_cast<std::size_t>(t.kind);
      if (sums.layers[k] == 0) continue;
      sums_detail::add_tensor(sums.kinds[k], rules, t, model, std::max<Count>(1, t.count / sums.layers[k]));
      continue;
    }
    // A score takes the place of logits; what an encoder pools with stays.
    if (rules.scalar_head && (t.role == TensorRole::Head || (t.part == ModelPart::Head && model.has_logits())))
      continue;
    GroupSums& group = t.role == TensorRole::Embedding                            ? sums.embedding
                       : t.role == TensorRole::Head || t.part == ModelPart::Head  ? sums.head
                       : t.role == TensorRole::Norm && t.part == ModelPart::Norms ? sums.final_norm
                                                                                  : sums.other;
    sums_detail::add_tensor(group, rules, t, model, t.count);
  }
  if (model.other_parameters != 0) {
    Tensor rest;
    rest.rows = ceil_divide(model.other_parameters, rules.shard.tensor);
    rest.vector = true;
    sums_detail::add_tensor(sums.other, rules, rest, model, 1);
  }
  sums_detail::add_extras(sums, rules, model);
  return sums;
}

}  // namespace llmcalc
