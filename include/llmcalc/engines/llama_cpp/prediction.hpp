#pragma once
// The second context that llama.cpp opens when a model's own prediction layers draft (--spec-type draft-mtp).
//
//   weights  = the block's layer, its projection of embeddings and hidden states [2 h, h], three norms; embedding and
//              head are the model's unless the file has its own
//   cache    = keys and values of the block's layer for the whole context, in a format of its own: F16 unless
//              --spec-draft-type-k and -v say otherwise (a scenario's draft_kv_format, for both)
//   compute  = the block's graph on its own scheduler, replayed: one micro-batch, logits of one row per sequence
// Source: llama.cpp of 2026-08 (src/models/qwen35.cpp graph_mtp; issue 28433: its context is the model's whole n_ctx).
// Cache and buffer are equal to what four runs of 2026-08 print, to the digit: 411.00 + 170.77 MiB (27B, 105,216 cells,
// ollama issue 17482), and together 552.06 (27B, 8,192 cells, n_ubatch 2048), 682.02 (4B, 131,072), 56.02 (2B, 4,096).
// Graphs other than Qwen3.5's were not compared; before 2026-09 those of DeepSeek, GLM-4.5 and Cohere cached all layers
// of the model a second time (issue 28626), which is the range's upper end. Not counted: the copy of
// the hidden states that is handed over. A model without prediction layers gives nothing.

#include <llmcalc/engines/llama_cpp/compute_buffer.hpp>
#include <llmcalc/engines/llama_cpp/holdings.hpp>
#include <llmcalc/model/gguf_mix.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace llmcalc::llama_cpp {

/// The prediction layers as a model of their own, without an inventory.
[[nodiscard]] inline Model prediction_model(const Model& m) {
  Model p = m;
  p.layers.clear();
  p.mtp_layers.clear();
  p.kinds.clear();
  p.extra_tensors.clear();
  p.tensors.clear();
  p.gguf.clear();
  for (const std::uint16_t kind : m.mtp_layers) {
    p.layers.push_back(static_cast<std::uint16_t>(p.kinds.size()));
    p.kinds.push_back(m.kinds[kind]);
  }
  return p;
}

/// Tensors of the prediction blocks of a file made by llama-quantize. Publishers' mixes of this block differ.
[[nodiscard]] inline std::vector<GgufTensor> prediction_tensors(const Model& m, const Weights& weights, GgufMix mix) {
  std::vector<GgufTensor> tensors;
  const auto first = static_cast<std::int32_t>(m.layers.size());
  const Model block = prediction_model(m);
  for (GgufTensor t : gguf_mix(block, weights, mix)) {
    if (t.layer < 0) continue;
    t.layer += first;
    tensors.push_back(t);
  }
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(block.layers.size()); ++i) {
    tensors.push_back({.layer = first + i, .type = row_of(mix).base, .ne0 = 2 * m.hidden, .rows = m.hidden});
    tensors.push_back(
        {.role = GgufRole::KeptF32, .layer = first + i, .type = GgmlType::F32, .ne0 = m.hidden, .rows = 3});
  }
  return tensors;
}

/// What the second context holds, on the device of its last block and on the host.
struct SecondContext {
  std::int32_t place = host;
  Bytes second_cache;  ///< of all the model's layers, where builds before 2026-09 cache those as well
  std::vector<std::vector<Summand>> devices;  ///< that place, or every device where all of them share it
  std::vector<Summand> host_side;
};

/// The settings of the second context: a cache format of its own, no drafts.
[[nodiscard]] inline Serving prediction_serving(const Serving& s) {
  Serving own = s;
  own.key_format = own.value_format = s.draft_kv_format.value_or(KvFormat::Fp16);
  own.draft_tokens = 0;
  own.override_tensor.clear();
  own.gpu_layers.reset();
  own.moe_layers_on_cpu = 0;
  return own;
}

/// The second context of a scenario that drafts with the model's own layers.
[[nodiscard]] inline SecondContext second_context(const Scenario& s, const Placement& p,
                                                  const TensorParallel* divided) {
  const Model block = prediction_model(*s.model);
  const Serving own = prediction_serving(s.serving);
  const Sizes z = sizes_of(own, architecture_of(block.quirks.graph()));
  SecondContext c;
  c.place = p.layers.empty() ? host : p.layers.back();
  const bool on_device = c.place != host;
  const std::vector<Count> one_each(block.kinds.size(), 1);
  c.devices.resize(divided != nullptr && on_device ? static_cast<std::size_t>(p.devices) : 1);
  for (std::size_t d = 0; d < c.devices.size(); ++d) {
    std::vector<Layer> kinds = block.kinds;
    for (std::size_t k = 0; c.devices.size() > 1 && k < kinds.size(); ++k)
      kinds[k] = divided->part(s.model->layers.size() + k, d);
    c.devices[d] = cache_summands(kinds, one_each, own, z, on_device);
    for (Summand& part : c.devices[d]) part.label = "draft keys and values";
  }
  if (architecture_of(block.quirks.graph()).wiring == Wiring::Sequential) {
    for (const std::uint16_t kind : s.model->layers) {
      c.second_cache += layer_cache(s.model->kinds[kind], own, z, on_device);
    }
  }
  const ComputeBuffers buffers =
      compute_buffers({.model = &block, .serving = &own, .sizes = z, .on_device = on_device, .predicts = true});
  for (std::vector<Summand>& parts : c.devices)
    parts.push_back(amount("compute buffer of the prediction layer", buffers.device));
  if (on_device) c.host_side.push_back(amount("inputs of the prediction layer", buffers.host));
  c.host_side.push_back(summand("logits of the prediction layer",
                                {{"sequences", z.sequences}, {"vocabulary", block.head_vocabulary}}, {1, 4}));
  return c;
}

}  // namespace llmcalc::llama_cpp
