#pragma once
// What the tensors of a graph are, for the explanation of a compute buffer: which of them are in use at its peak.

#include <llmcalc/base/enum_table.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc::llama_cpp {

/// Tensors that can fill a compute buffer; everything small is `Other`.
enum class TensorName : std::uint8_t {
  Other,
  Hidden,
  Queries,
  KeysAndValues,
  Projection,
  AttentionOutput,
  AttentionAndCopies,
  Scores,
  Mask,
  NarrowMask,
  FeedForward,
  ExpertForward,
  ExpertOutputs,
  RecurrentInput,
  Convolution,
  Scan,
  State,
  Logits,
  HostMatrix,
  HostCache
};

/// A tensor's name and the factor by which it is wider than one number for every token.
struct TensorNameRow {
  TensorName id;
  std::string_view key;    ///< name for people
  std::string_view width;  ///< symbol of its numbers per token; empty: it is not made of tokens
};

inline constexpr std::array<TensorNameRow, 20> tensor_names{{
    {TensorName::Other, "other tensors", "width"},
    {TensorName::Hidden, "hidden states", "hidden"},
    {TensorName::Queries, "queries", "width of all heads"},
    {TensorName::KeysAndValues, "new keys and values", "width of all KV heads"},
    {TensorName::Projection, "fused projection", "width"},
    {TensorName::AttentionOutput, "attention output", "width of all heads"},
    {TensorName::AttentionAndCopies, "attention output, cache in 16 bits", ""},
    {TensorName::Scores, "attention scores", "cells of all heads"},
    {TensorName::Mask, "attention mask", "cells"},
    {TensorName::NarrowMask, "attention mask in 16 bits", "cells"},
    {TensorName::FeedForward, "feed-forward activations", "feed-forward width"},
    {TensorName::ExpertForward, "activations of the chosen experts", "width of all chosen experts"},
    {TensorName::ExpertOutputs, "outputs of the chosen experts", "hidden of all chosen experts"},
    {TensorName::RecurrentInput, "input of the recurrence", "inner width"},
    {TensorName::Convolution, "convolution", "channels"},
    {TensorName::Scan, "scan with the new states", "width"},
    {TensorName::State, "recurrent states", ""},
    {TensorName::Logits, "logits", "vocabulary"},
    {TensorName::HostMatrix, "matrix copied from host memory", ""},
    {TensorName::HostCache, "cache copied from host memory", ""},
}};
static_assert(indexed_by_id(tensor_names));

/// How a node of the graph is named: `few` when it holds only the rows whose logits are wanted.
struct Tag {
  TensorName name = TensorName::Other;
  bool few = false;
  friend constexpr bool operator==(const Tag&, const Tag&) = default;
};

}  // namespace llmcalc::llama_cpp
