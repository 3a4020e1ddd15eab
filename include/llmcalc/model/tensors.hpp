#pragma once
// The exact inventory of a model's tensors. Shapes matter: quantization blocks, tensor parallelism, 8-bit optimizers,
// LoRA and shape-dependent optimizers all work on rows and columns, not on a total.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace llmcalc {

/// Which part of the model a tensor belongs to (the lines people read).
enum class ModelPart : std::uint8_t {
  Embedding,
  Attention,
  Recurrent,
  FeedForward,
  Experts,
  Router,
  Norms,
  Head,
  Encoder,
  Mtp,
  Other
};
inline constexpr std::array<EnumRow<ModelPart>, 11> model_parts{{
    {ModelPart::Embedding, "embedding", "Embedding", "token and position tables"},
    {ModelPart::Attention, "attention", "Attention", "query, key, value and output projections"},
    {ModelPart::Recurrent, "recurrent", "Recurrent mixers", "state-space, linear-attention and convolution layers"},
    {ModelPart::FeedForward, "feed_forward", "Feed-forward", "dense blocks and shared experts"},
    {ModelPart::Experts, "experts", "Routed experts", "of which each token uses a few"},
    {ModelPart::Router, "router", "Routers", "expert selection"},
    {ModelPart::Norms, "norms", "Norms", "scales and shifts"},
    {ModelPart::Head, "head", "Output head", "hidden state to vocabulary, when not tied"},
    {ModelPart::Encoder, "encoder", "Vision and audio", "towers and projectors"},
    {ModelPart::Mtp, "mtp", "Multi-token prediction",
     "extra layers for speculative decoding, not counted in the total"},
    {ModelPart::Other, "other", "Other", "given total minus what the shapes explain"},
}};
static_assert(indexed_by_id(model_parts));
constexpr const auto& enum_table(ModelPart) { return model_parts; }

/// What a tensor does; decides exemptions from quantization, sharding and LoRA targets.
enum class TensorRole : std::uint8_t {
  Embedding,
  PositionTable,
  Head,
  Norm,
  Bias,
  Query,
  Key,
  Value,
  QueryKeyValue,
  AttentionOutput,
  LatentQueryDown,
  LatentQueryUp,
  LatentKvDown,
  LatentKvUp,
  Indexer,
  Gate,
  Up,
  GateUp,
  Down,
  ExpertGate,
  ExpertUp,
  ExpertGateUp,
  ExpertDown,
  LatentExpertProjection,
  SharedGate,
  SharedUp,
  SharedDown,
  SharedExpertGate,
  Router,
  RecurrentIn,
  RecurrentOut,
  RecurrentSmall,
  Convolution,
  Sinks,
  Encoder,
  Other
};

/// How tensor parallelism cuts a tensor.
enum class Split : std::uint8_t {
  Rows,       ///< output features (column-parallel linears, vocabulary)
  Columns,    ///< input features (row-parallel linears)
  KvRows,     ///< output features by KV heads: replicated when there are fewer heads than ranks
  Experts,    ///< whole experts by expert parallelism, else inside as the role says
  Replicated  ///< every rank holds all of it
};

/// A group of equal tensors: `copies` tensors of rows x columns in each of `count` layers.
struct Tensor {
  std::string name;   ///< Hugging Face name with {} for the layer and expert number
  Count rows = 0;     ///< output features
  Count columns = 1;  ///< input features; 1 for vectors
  Count copies = 1;   ///< tensors of this shape in one layer (experts)
  Count count = 1;    ///< layers that hold them
  TensorRole role = TensorRole::Other;
  ModelPart part = ModelPart::Other;
  Split split = Split::Replicated;
  std::int32_t kind = -1;   ///< index of the layer kind, -1 outside the layers
  bool vector = false;      ///< one-dimensional (norm weights, biases): never quantized
  bool buffer = false;      ///< in the checkpoint but not a parameter of the model (router correction bias)
  bool transposed = false;  ///< stored as [in, out] (GPT-2's Conv1D)
  Bytes measured = {};      ///< what the whole group takes in the file the model was read from; 0: not measured

  /// Elements of one tensor.
  [[nodiscard]] constexpr Count elements() const { return multiply(rows, columns); }
  /// Elements of the whole group.
  [[nodiscard]] constexpr Count total() const { return product(rows, columns, copies, count); }
};

}  // namespace llmcalc
