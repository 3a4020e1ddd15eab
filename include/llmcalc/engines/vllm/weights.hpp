#pragma once
// Weights of a rank as vLLM loads them.
//
// The stored tensors, the vocabulary padded to 64 rows; MXFP4 experts padded; 16-bit copies of the latent
// up-projections; a rotary table of max_position_embeddings rows; the tokens that indexers chose. Towers are left out of a
// text-only server; with --cpu-offload-gb so many bytes of the layers stay in host memory (model_executor/offloader: whole
// parameters until the bytes are reached, so up to one parameter more). Tables of hashed words (Engram, PLE) lie in pinned
// host memory unless --engram-config.cpu_offload is false; PyTorch rounds a pinned tensor up to a power of two (vLLM
// issues 56410 and 58178). Source: v1/attention/backends/mla/common.py, layers/quantization/mxfp4.py, rotary_embedding,
// docs/features/engram.md, models/qwen4_exp/nvidia. Not counted: copies while weights are repacked.

#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/engines/vllm/versions.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace llmcalc::vllm {

/// Rotary table that a rank keeps among its weights.
[[nodiscard]] inline Count rotary_width(const Model& m) {
  Count width = 0;
  for (const Layer& kind : m.kinds) {
    if (kind.attends()) width = std::max(width, kind.attention.rotary_dim);
  }
  return m.positions == Positions::Rotary ? width : 0;
}

/// 16-bit copies of the latent up-projections, split for absorbed attention, which vLLM keeps with the weights
/// (v1/attention/backends/mla/common.py, W_UK_T and W_UV; DeepSeek V2 Lite's log is 0.15 GiB above its tensors).
[[nodiscard]] inline Summand absorbed_projections(const Model& m, const ShardPlan& plan, const Stage& stage) {
  Count parameters = 0;
  for (const Tensor& t : m.tensors) {
    if (t.role != TensorRole::LatentKvUp) continue;
    parameters = add(parameters, multiply(shard(t, m, plan).elements(), occurrences(t, m, stage)));
  }
  return summand("absorbed latent projections, copied", {{"parameters", parameters}}, {1, 2});
}

/// True for NVIDIA's cards before Hopper, on which MXFP4 experts are computed by Marlin's kernels
/// (quantization/mxfp4.py): no 8-bit operations before Ada, and none of 4 bits and no NVLink on Ada.
[[nodiscard]] inline bool takes_marlin(const Device& d) {
  const OperationRates& rates = d.operations;
  const bool ada = rates.fp8 != 0 && rates.fp4 == 0 && d.link.starts_with("PCIe");
  return d.vendor == Vendor::Nvidia && rates.fp16 != 0 && rates.fp4 == 0 && (ada || rates.fp8 == 0);
}

/// How a rank cuts the tensors.
[[nodiscard]] inline ShardPlan weight_plan(const Scenario& s, const RankLayout& l, const Profile& profile) {
  ShardPlan plan = shard_plan(l);
  plan.cuts_encoder = true;
  plan.without_towers = s.serving.text_only;
  plan.vocabulary_multiple = profile.vocabulary_multiple;
  if (weight_rules(*s.model, s.weights).format == WeightFormat::Mxfp4) {
    // MXFP4 kernels want experts of a multiple of 256 (gpt-oss: 2880 -> 3072).
    plan.expert_width_multiple = 256;
    plan.expert_hidden_multiple = profile.pads_expert_hidden ? 256 : 1;
    // Marlin wants 128 there (gpt-oss: 2944), and 256 of the outer width: 13.72 GiB on an A100 (vLLM 0.19).
    if (const Device* device = s.devices.smallest(); device && takes_marlin(*device)) {
      plan.expert_width_multiple = 128;
      plan.expert_hidden_multiple = 256;
    }
  }
  return plan;
}

/// Tables of hashed words that a rank keeps in host memory: on NVIDIA's and AMD's cards.
[[nodiscard]] inline Bytes host_tables(const Scenario& s, const ShardPlan& plan, const Stage& stage) {
  const Model& m = *s.model;
  const Device* device = s.devices.smallest();
  const bool cards = device && (device->vendor == Vendor::Nvidia || device->vendor == Vendor::Amd);
  if (!m.quirks.has(Quirk::HostTables) || !profile_of(s.serving.version).tables_on_host || !cards) return {};
  const WeightRules rules = weight_rules(m, s.weights);
  Bytes sum;
  for (const Tensor& t : m.tensors) {
    if (m.hashes_words(t)) sum += tensor_bytes(rules, t, shard(t, m, plan)) * occurrences(t, m, stage);
  }
  return sum;
}

/// What PyTorch takes of host memory for a pinned tensor.
[[nodiscard]] constexpr Bytes pinned_bytes(Bytes tensor) {
  return tensor.count == 0 ? tensor : Bytes{std::bit_ceil(std::min(tensor.count, Count{1} << 62))};
}

/// The tokens that indexers chose for each token of a step, in 4 bytes: a buffer for all layers, or one for each
/// (deepseek_v2.py and models/qwen4_exp/nvidia/qsa.py, topk_indices_buffer, there with the tokens of an open pool).
[[nodiscard]] inline Summand chosen_tokens(const Model& m, const Stage& stage, Count step) {
  const bool own = m.quirks.has(Quirk::OwnChoices);
  Count width = 0, layers = 0;
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const AttentionShape& a = m.kinds[k].attention;
    const Count here = m.kinds[k].attends() ? stage.layers_of_kind[k] : 0;
    if (a.indexer_choices == 0 || here == 0) continue;
    width = std::max(width, add(a.indexer_choices, own ? a.indexer_pool : 0));
    layers = add(layers, here);
  }
  const Term buffers{"layers", own ? layers : std::min<Count>(layers, 1)};
  return summand("tokens that indexers chose", {{"tokens of a step", step}, {"choices", width}, buffers}, {1, 4});
}

/// Weights of a rank, and what of them stays in host memory.
struct LoadedWeights {
  Component device;
  Bytes host;    ///< layers
  Bytes tables;  ///< of hashed words
};

/// Weights of a rank, padded as vLLM pads them; with the rotary table as its log counts them when overheads count.
[[nodiscard]] inline LoadedWeights weights(const Scenario& s, const ShardPlan& plan, const Stage& stage, Count step) {
  const Model& m = *s.model;
  const WeightRules rules = weight_rules(m, s.weights);
  const RankWeights all = rank_weights(m, rules, plan, stage);
  Component c = weights_component(m, rules, plan, stage, weights_trust(s));
  const auto add = [&c](const Summand& part) {
    if (part.result.count == 0) return;
    for (Bytes* figure : {&c.bytes, &c.low, &c.high}) {
      *figure = part.negative ? *figure - part.result : *figure + part.result;
    }
    c.summands.push_back(part);
  };
  add(absorbed_projections(m, plan, stage));
  if (const Count width = rotary_width(m); width != 0 && s.effective_measure() != Measure::Allocated) {
    add(summand("rotary table", {{"positions", m.max_context}, {"rotary width", width}},
                {1, static_cast<std::uint32_t>(activation_bytes(s))}));
  }
  add(chosen_tokens(m, stage, step));
  Summand tables = amount("tables kept in host memory", host_tables(s, plan, stage));
  tables.negative = true;
  add(tables);
  Bytes in_layers = all.total;
  for (const ModelPart part : {ModelPart::Embedding, ModelPart::Head, ModelPart::Encoder, ModelPart::Other}) {
    in_layers = in_layers - all.parts[static_cast<std::size_t>(part)].bytes;
  }
  Summand kept = amount("layers kept in host memory", min(Bytes{s.serving.cpu_offload_bytes}, in_layers));
  kept.negative = true;
  add(kept);
  if (kept.result.count != 0) c.trust = std::max(c.trust, Trust::Modelled);
  // What mixes several residual streams is whole on every rank (models/qwen4_exp/nvidia/hyperconnection.py), padded to
  // 16 rows there; the one log of it, Qwen3.8-Flash-Next on eight H100, has 0.3 % more than is counted.
  if (m.residual_streams > 1 && s.parallelism.tensor > 1) {
    c.trust = std::max(c.trust, Trust::Modelled);
    c.high = max(c.high, scale(c.bytes, 1010, 1000));
  }
  return {.device = std::move(c), .host = kept.result, .tables = tables.result};
}

}  // namespace llmcalc::vllm
