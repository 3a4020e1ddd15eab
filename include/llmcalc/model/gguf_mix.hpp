#pragma once
// Which GGML type llama-quantize gives each tensor for a file type such as Q4_K_M.
//
// Rules: by the tensor's role, its place among the layers, the number of experts, grouped-query ratio, and whether
// there is an importance matrix; each file type's are in its row (model/formats.hpp). A row that does not divide by
// the type's block falls back to a type with smaller blocks. Source: behaviour of llama.cpp d775b8967 (build 10573), llama-quant.cpp; checked against llama-quantize
// --dry-run, 650 files, every tensor. Not covered: hand-made mixes (--tensor-type, Unsloth dynamic): open the file
// itself for those.

#include <llmcalc/model/formats.hpp>
#include <llmcalc/model/gguf_tensors.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

namespace llmcalc {

namespace gguf_detail {

/// What the rules know about the model.
struct MixContext {
  GgufMix mix = GgufMix::Q4_K_M;
  bool imatrix = false;
  Count layers = 0;  ///< with next-token-prediction blocks
  Count experts = 0;
  Count query_groups = 0;  ///< query heads per KV head of the first layer; 0 when it has no attention
  bool size_70b = false;   ///< llama.cpp's model type "70B"
  bool tied = false;
  Count value_tensors = 0;  ///< attn_v, attn_qkv and attn_kv_b
};

/// Running counts of the tensors met so far.
struct MixCounters {
  Count value = 0;
  Count down = 0;
  Count gate = 0;
  Count up = 0;
};

constexpr bool more_bits(Count i, Count n) { return i < n / 8 || i >= 7 * n / 8 || (i - n / 8) % 3 == 2; }
constexpr bool divides(Count ne0, GgmlType type) { return ne0 % block_of(type).elements == 0; }

constexpr bool is_value(GgufRole role) {
  return role == GgufRole::Value || role == GgufRole::Qkv || role == GgufRole::KvB;
}

/// Place of a tensor among those of its role: number i, of n.
struct Place {
  Count i = 0;
  Count n = 0;
};

constexpr bool holds(When when, const MixContext& c, Place at) {
  switch (when) {
    case When::Never: return false;
    case When::Always: return true;
    case When::Imatrix: return c.imatrix;
    case When::NoImatrix: return !c.imatrix;
    case When::Grouped: return c.query_groups >= 4;
    case When::GroupedOrExperts: return c.query_groups >= 4 || c.experts >= 4;
    case When::EightExperts: return c.experts == 8;
    case When::FirstTwo: return at.i < 2;
    case When::FirstFour: return at.i < 4;
    case When::FirstSixteenth: return at.i < c.layers / 16;
    case When::FirstEighth: return at.i < c.layers / 8;
    case When::MiddleLayers: return at.i >= c.layers / 8 && at.i < 7 * c.layers / 8;
    case When::MoreBits: return more_bits(at.i, at.n);
    case When::EightExpertsMoreBits: return c.experts == 8 && more_bits(at.i, at.n);
  }
  return false;
}

/// The type of the first rule that holds, else the base type.
constexpr GgmlType chosen(std::span<const TypeRule> rules, const MixContext& c, Place at = {}) {
  for (const TypeRule& rule : rules) {
    if (holds(rule.when, c, at)) return rule.type;
  }
  return row_of(c.mix).base;
}
constexpr GgmlType chosen(const TypeRule& rule, const MixContext& c, Place at = {}) {
  return chosen(std::span(&rule, 1), c, at);
}

constexpr GgmlType value_type(const MixContext& c, Place at) {
  GgmlType t = chosen(row_of(c.mix).value, c, at);
  if (row_of(c.mix).lowest) return t;
  if (c.size_70b && (t == GgmlType::Q3_K || t == GgmlType::Q4_K)) t = GgmlType::Q5_K;
  return c.experts == 8 ? GgmlType::Q8_0 : t;
}

/// The type of one quantizable matrix before the fallback.
constexpr GgmlType matrix_type(const MixContext& c, const GgufTensor& t, MixCounters& n) {
  const GgufMixRow& row = row_of(c.mix);
  if (t.role == GgufRole::Output || (c.tied && t.role == GgufRole::TokenEmbedding)) {
    return divides(t.ne0, row.base) ? row.output : GgmlType::Q8_0;
  }
  if (row.experts_only) return t.depth > 1 ? row.base : GgmlType::Q8_0;
  // Mixtures of experts are counted by layer, dense models and the lowest mixes by tensors met so far.
  const Count layer = t.layer < 0 ? 0 : static_cast<Count>(t.layer);
  const auto next = [&](Count& counter) {
    const Count met = counter++;
    return Place{c.experts > 1 && !row.lowest ? layer : met, c.layers};
  };
  switch (t.role) {
    case GgufRole::TokenEmbedding: return chosen(row.embedding, c);
    case GgufRole::Value:
    case GgufRole::Qkv:
    case GgufRole::KvB: return value_type(c, {n.value++, c.value_tensors});
    case GgufRole::Key:
      if (c.experts == 8) return row.lowest ? GgmlType::Q4_K : GgmlType::Q8_0;
      return chosen(row.query_key, c);
    case GgufRole::Query: return chosen(row.query_key, c);
    case GgufRole::Down: return chosen(row.down, c, next(n.down));
    case GgufRole::AttentionOutput: return chosen(row.attention_output, c);
    case GgufRole::Gate: return chosen(row.gate_up, c, next(n.gate));
    case GgufRole::Up: return chosen(row.gate_up, c, next(n.up));
    case GgufRole::Output:
    case GgufRole::Matrix:
    case GgufRole::KeptF32: break;
  }
  return row.base;
}

inline MixContext mix_context(const Model& m, const std::vector<GgufTensor>& tensors, GgufMix mix, bool imatrix) {
  MixContext c{.mix = mix,
               .imatrix = imatrix,
               .layers = m.layers.size() + gguf_prediction_blocks(m).size(),
               .tied = m.tied_head};
  for (const Layer& kind : m.kinds) c.experts = std::max(c.experts, kind.feed_forward.experts);
  // Metadata give one number of heads for all layers, or, where some layers have none, a list of which the rule reads
  // the first. Delta-net hybrids are of the first kind.
  const auto attending = std::find_if(m.kinds.begin(), m.kinds.end(), [](const Layer& l) { return l.attends(); });
  if (attending == m.kinds.end() || m.layers.empty()) {
    c.query_groups = 1;
  } else if (m.layer(0).attends() || m.layer(0).mixer == Mixer::GatedDeltaNet) {
    const AttentionShape& a = m.layer(0).attends() ? m.layer(0).attention : attending->attention;
    const Count kv_heads = attending->mixer == Mixer::LatentAttention ? 1 : a.kv_heads;
    c.query_groups = kv_heads != 0 ? a.heads / kv_heads : 0;
    const bool grouped = m.quirks.has(Quirk::Called70bWhenGrouped) && a.heads != a.kv_heads;
    c.size_70b = c.layers == 80 && (m.quirks.has(Quirk::Called70b) || grouped);
  }
  for (const GgufTensor& t : tensors) c.value_tensors += is_value(t.role) ? Count{1} : Count{0};
  return c;
}

}  // namespace gguf_detail

/// The model's GGUF tensors with the type each gets in a file of type `mix`; with `experts` routed experts have that
/// type whatever the mix says.
[[nodiscard]] inline std::vector<GgufTensor> gguf_mix(const Model& m, GgufMix mix, bool imatrix,
                                                      std::optional<GgmlType> experts = std::nullopt) {
  std::vector<GgufTensor> tensors = gguf_tensors(m);
  const gguf_detail::MixContext context = gguf_detail::mix_context(m, tensors, mix, imatrix);
  const GgmlType base = row_of(mix).base;
  const bool quantized = block_of(base).elements > 1;
  gguf_detail::MixCounters counters;
  for (GgufTensor& t : tensors) {
    if (t.role == GgufRole::KeptF32) continue;
    t.type = quantized ? gguf_detail::matrix_type(context, t, counters) : base;
    if (experts && t.experts) t.type = *experts;
    if (!gguf_detail::divides(t.ne0, t.type)) t.type = row_of(t.type).fallback;
    if (!gguf_detail::divides(t.ne0, t.type)) t.type = GgmlType::F16;
  }
  return tensors;
}

/// Bytes of the tensors of a GGUF file (header and vocabulary not included).
[[nodiscard]] inline Bytes gguf_bytes(const std::vector<GgufTensor>& tensors) {
  Bytes sum;
  for (const GgufTensor& t : tensors) sum += t.bytes();
  return sum;
}

}  // namespace llmcalc
