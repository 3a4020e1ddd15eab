#pragma once
// Bodies of inventory.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/model/inventory.hpp>
#include <llmcalc/model/inventory_layers.hpp>
#include <llmcalc/model/model.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

namespace detail {

/// Layers of kind k among the multi-token-prediction layers.
[[nodiscard]] inline Count mtp_layers_of_kind(const Model& model, std::size_t k) {
  Count n = 0;
  for (const auto index : model.mtp_layers) n += index == k ? 1 : 0;
  return n;
}

/// Token and position tables, and what stands between the embedding and the first layer.
inline void write_embedding(TensorWriter& w) {
  const Model& m = w.model();
  w.matrix("model.embed_tokens", m.vocabulary, m.embedding_columns(), TensorRole::Embedding, ModelPart::Embedding,
           Split::Rows);
  if (m.positions == Positions::Learned && m.position_rows > 0) {
    w.matrix("model.embed_positions", m.position_rows, m.hidden, TensorRole::PositionTable, ModelPart::Embedding,
             Split::Replicated);
  }
  if (m.embedding_norm) w.norm("model.embed_norm", m.hidden, ModelPart::Embedding);
}

/// Final norm and output head.
inline void write_head(TensorWriter& w) {
  const Model& m = w.model();
  if (m.final_norm) w.norm("model.norm", m.hidden);
  if (!m.has_logits()) return;
  const Count rows = m.head_vocabulary != 0 ? m.head_vocabulary : m.vocabulary;
  if (!m.tied_head) {
    w.matrix("lm_head", rows, m.embedding_columns(), TensorRole::Head, ModelPart::Head, Split::Rows, 1, m.head_bias);
  } else if (m.head_bias) {
    w.vector("lm_head.bias", rows, TensorRole::Bias, ModelPart::Head, Split::Rows);
  }
}

/// What a multi-token-prediction module has beside its layer: two norms, a projection of both halves, a final norm.
inline void write_mtp_module(TensorWriter& w) {
  const Count hidden = w.model().hidden;
  w.norm("enorm", hidden);
  w.norm("hnorm", hidden);
  w.matrix("eh_proj", hidden, multiply(2, hidden), TensorRole::Other, ModelPart::Mtp, Split::Replicated);
  w.norm("shared_head.norm", hidden);
}

}  // namespace detail

LLMCALC_INLINE std::vector<Tensor> inventory(const Model& model) {
  std::vector<Tensor> tensors;
  tensors.reserve(16 + 16 * model.kinds.size() + model.extra_tensors.size());
  detail::TensorWriter w(model, tensors);
  detail::write_embedding(w);
  for (std::size_t k = 0; k < model.kinds.size(); ++k) {
    const Count count = model.layers_of_kind(k);
    if (count == 0) continue;
    w.enter_layers("model.layers.{}.", count, static_cast<std::int32_t>(k), false);
    detail::write_layer(w, model.kinds[k]);
  }
  w.leave_layers();
  detail::write_head(w);
  if (model.mtp_modules != 0) {
    w.enter_layers("mtp.layers.{}.", model.mtp_modules, -1, true);
    detail::write_mtp_module(w);
  }
  for (std::size_t k = 0; k < model.kinds.size(); ++k) {
    const Count count = detail::mtp_layers_of_kind(model, k);
    if (count == 0) continue;
    w.enter_layers("mtp.layers.{}.", count, -1, true);
    if (model.mtp_modules == 0) detail::write_mtp_module(w);
    detail::write_layer(w, model.kinds[k]);
  }
  w.leave_layers();
  tensors.insert(tensors.end(), model.extra_tensors.begin(), model.extra_tensors.end());
  return tensors;
}

LLMCALC_INLINE void build_inventory(Model& model) {
  model.tensors = inventory(model);
  Count encoder = 0;
  for (const Tensor& t : model.tensors) {
    if (t.part == ModelPart::Encoder && !t.buffer) encoder = add(encoder, t.total());
  }
  if (encoder != 0) model.encoder_parameters = encoder;
}

}  // namespace llmcalc
