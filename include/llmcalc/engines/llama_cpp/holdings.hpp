#pragma once
// What each place (a device or the host) holds for good: weights, keys and values, recurrent states, as the factors
// they are made of.
//
//   weights = numbers of each GGML type x block; a tied output matrix is stored with the output as well
//   cache   = streams x layers x cells x width of keys and values
//   states  = sequences x layers x (channels x columns + elements) x 4 bytes; a layer that summarises r tokens keeps
//             sums and scores of the entry in the making, r tokens of one width, or 2 r of two where entries overlap
// Sizes are rounded up as the backends allocate; what that adds is a summand of its own. Rules and sources:
// placement.hpp, cache.hpp.

#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/llama_cpp/cache.hpp>
#include <llmcalc/engines/llama_cpp/placement.hpp>
#include <llmcalc/engines/llama_cpp/tensor_parallel.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/memory/kv_cache.hpp>
#include <llmcalc/memory/recurrent_state.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace llmcalc::llama_cpp {

/// Weights of one place.
struct PlaceWeights {
  std::array<Count, ggml_types.size()> numbers{};  ///< by type
  Bytes allocated;

  void add(const GgufTensor& t, bool on_device) {
    Count& n = numbers[static_cast<std::size_t>(t.type)];
    n = llmcalc::add(n, product(t.ne0, t.rows, t.depth));
    allocated += llmcalc::llama_cpp::allocated(t, on_device);
  }
};

/// What is held in one place.
struct Holding {
  PlaceWeights weights;
  std::vector<Layer> kinds{};
  std::vector<Count> layers{};  ///< how many of each kind

  /// One more layer, or a part of one.
  void add(const Layer& layer) {
    const auto at = static_cast<std::size_t>(std::find(kinds.begin(), kinds.end(), layer) - kinds.begin());
    if (at == kinds.size()) {
      kinds.push_back(layer);
      layers.push_back(0);
    }
    ++layers[at];
  }
};

/// Place of a list of holdings: the host comes first.
[[nodiscard]] constexpr std::size_t place_index(std::int32_t where) {
  return static_cast<std::size_t>(std::int64_t{where} + 1);
}

/// What the host and every device hold, the host first; `divided` when the devices share every layer. Prediction blocks
/// are loaded only to draft with them.
[[nodiscard]] inline std::vector<Holding> holdings(const Scenario& scenario, const std::vector<GgufTensor>& tensors,
                                                   const Placement& p, const TensorParallel* divided) {
  const Model& m = *scenario.model;
  const Serving& s = scenario.serving;
  const bool drafts = drafts_itself(scenario);
  std::vector<Holding> held(static_cast<std::size_t>(p.devices) + 1);
  std::vector<bool> has_layers(held.size());
  for (std::size_t i = 0; i < p.layers.size(); ++i) {
    const bool on_all = divided != nullptr && p.layers[i] != host;
    has_layers[place_index(p.layers[i])] = true;
    if (on_all) std::fill(has_layers.begin() + 1, has_layers.end(), true);
    const bool own = i < m.layers.size();
    if (!own && i - m.layers.size() >= gguf_prediction_blocks(m).size()) continue;  // cached by the second context
    for (std::size_t d = 1; on_all && d < held.size(); ++d) held[d].add(divided->part(i, d - 1));
    if (!on_all) held[place_index(p.layers[i])].add(m.kinds[own ? m.layers[i] : m.mtp_layers[i - m.layers.size()]]);
  }
  for (const GgufTensor& t : tensors) {
    const bool predicts = t.layer >= static_cast<std::int32_t>(m.layers.size());
    if (predicts && (!drafts || static_cast<std::size_t>(t.layer) >= p.layers.size())) continue;
    if (t.rope_table) {
      for (std::size_t i = 0; i < held.size(); ++i) {
        if (has_layers[i]) held[i].weights.add(t, i != place_index(host));
      }
      continue;
    }
    const std::int32_t where = place_of(t, p, s);
    const bool on_all = divided != nullptr && where != host;
    for (std::size_t d = 1; on_all && d < held.size(); ++d) held[d].weights.add(divided->part(t, d - 1), true);
    if (!on_all) held[place_index(where)].weights.add(t, where != host);
    // Only the token table is the head as well, not an embedding of the layers (Gemma 3n).
    const bool head =
        m.tied_head && !m.encodes() && t.role == GgufRole::TokenEmbedding && t.ne0 == m.embedding_columns();
    if (!head || p.output == host) continue;
    for (std::size_t d = 1; d < held.size(); ++d) {
      if (divided != nullptr || d == place_index(p.output)) held[d].weights.add(t, true);
    }
  }
  return held;
}

/// Summands of the weights of one place, largest blocks as the table of types lists them.
[[nodiscard]] inline std::vector<Summand> weight_summands(const PlaceWeights& w) {
  std::vector<Summand> parts;
  parts.reserve(6);
  Bytes rest = w.allocated;
  for (const GgmlTypeRow& row : ggml_types) {
    const Count n = w.numbers[static_cast<std::size_t>(row.id)];
    if (n == 0) continue;
    parts.push_back(summand(row.key, {{"parameters", n}}, row.block));
    rest -= parts.back().result;
  }
  if (rest.count != 0) parts.push_back(amount("padding of rows and tensors", rest));
  return parts;
}

/// Summands of the caches of one place, which has so many layers of each kind.
[[nodiscard]] inline std::vector<Summand> cache_summands(const std::vector<Layer>& kinds,
                                                         const std::vector<Count>& layers, const Serving& s,
                                                         const Sizes& z, bool on_device) {
  std::vector<Summand> parts;
  const KvStorage stored{.key = block_of(s.key_format), .value = block_of(s.value_format)};
  Bytes padding;
  std::vector<Count> left = layers;
  for (std::size_t k = 0; k < left.size(); ++k) {
    const Layer& layer = kinds[k];
    const std::vector<CacheRows> caches = cache_rows(layer, s, z);
    if (left[k] == 0 || caches.empty()) continue;
    // Kinds that differ in something else are counted together.
    for (std::size_t other = k + 1; other < left.size(); ++other) {
      if (kinds[other].mixer != layer.mixer || kinds[other].attention != layer.attention) continue;
      left[k] += left[other];
      left[other] = 0;
    }
    for (const CacheRows& rows : caches) {
      const std::size_t before = parts.size();
      add_kv_summands(parts, rows.label, left[k], {.sequences = rows.streams, .each = rows.cells}, rows.entry,
                      stored);
      padding += cache_bytes(rows, s, on_device) * left[k];
      for (std::size_t i = before; i < parts.size(); ++i) padding -= parts[i].result;
    }
  }
  if (padding.count != 0) parts.push_back(amount("padding of rows and tensors", padding));
  return parts;
}

/// Columns of a convolution's input that are kept: one less than its kernel is wide. Other recurrences keep the
/// tokens they look back to.
[[nodiscard]] constexpr Count kept_columns(const Layer& layer, const StateShape& shape) {
  return layer.recurrent_mixer() == Mixer::Recurrence ? shape.kernel : subtract(shape.kernel, 1);
}

/// Summands of the recurrent states of one place. With drafted tokens a sequence keeps a state for each of them on top
/// of its own, to go back to where a draft was refused (logs of llama.cpp pull 23269 and of ollama issue 17482).
[[nodiscard]] inline std::vector<Summand> state_summands(const std::vector<Layer>& kinds,
                                                         const std::vector<Count>& layers, Count sequences,
                                                         Count drafted = 0) {
  std::vector<Summand> parts;
  const Term all{"sequences", sequences};
  const Term copies{drafted == 0 ? std::string_view{} : state_copies, add(drafted, 1)};
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const Layer& layer = kinds[k];
    if (layers[k] == 0) continue;
    const AttentionShape& a = layer.attention;
    if (layer.attends() && a.compress_ratio != 0) {
      const Count overlaps = a.indexer_heads != 0 ? 2 : 1;  // llama-kv-cache-dsv4.cpp
      parts.push_back(summand("compressors",
                              {all,
                               {"layers", layers[k]},
                               {"tokens", overlaps * a.compress_ratio},
                               {"width", overlaps * add(a.head_dim, a.indexer_head_dim)},
                               {"sums and scores", 2},
                               copies},
                              {1, 4}));
    }
    if (!layer.recurs()) continue;
    const RecurrentShape& r = layer.recurrent;
    const StateShape shape = state_shape(layer, 1);
    const Term here{"layers", layers[k]};
    if (const Count columns = kept_columns(layer, shape); columns != 0) {
      parts.push_back(
          summand("convolution", {all, here, {"channels", shape.convolution}, {"columns", columns}, copies}, {1, 4}));
    }
    if (r.words_state != 0) {
      parts.push_back(summand("convolution of hashed words", {all, here, {"values", r.words_state}, copies}, {1, 4}));
    }
    if (shape.state == 0) continue;
    parts.push_back(
        multiply(r.inner, r.state) == shape.state
            ? summand("recurrent state", {all, here, {"inner width", r.inner}, {"state", r.state}, copies}, {1, 4})
            : summand("recurrent state", {all, here, {"elements", shape.state}, copies}, {1, 4}));
  }
  return parts;
}

}  // namespace llmcalc::llama_cpp
