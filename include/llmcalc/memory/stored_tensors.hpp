#pragma once
// The weights as a list that people can read, sort and export: every group of equal tensors with its shape, how it is
// stored and what it takes. The bytes add up to the stored weights (weights.hpp), because they are the same summands.
//
// bytes = occurrences x copies x bytes of one matrix (weight_formats.hpp); GGUF: blocks of the type llama-quantize
// gives each tensor (model/gguf_mix.hpp). Not counted: file headers, tokenizer.

#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace llmcalc {

/// A group of equal tensors as they are stored. Names belong to the model and to static tables.
struct StoredTensor {
  std::string_view name;
  Count rows = 0;
  Count columns = 1;
  Count how_many = 1;
  std::string_view format;  ///< "BF16", "NF4", "Q4_K"; "as stored" when a file was measured
  Bytes bytes;
  std::string_view part;  ///< "Attention", "Routed experts"

  /// Elements of the whole group.
  [[nodiscard]] constexpr Count parameters() const { return product(rows, columns, how_many); }
};

/// Every group of equal tensors of a model in the format of its weights.
[[nodiscard]] std::vector<StoredTensor> stored_tensors(const Model& model, const Weights& weights);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/memory/stored_tensors_inl.hpp>
#endif
