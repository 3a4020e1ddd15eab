#pragma once
// Which GGML type llama-quantize gives each tensor for a file type such as Q4_K_M.
//
// Rules: by the tensor's role, its place among the layers, the number of experts, grouped-query ratio, and whether
// there is an importance matrix; a row that does not divide by the type's block falls back to a type with smaller
// blocks. Source: behaviour of llama.cpp d775b8967 (build 10573), llama-quant.cpp; checked against llama-quantize
// --dry-run, 650 files, every tensor. Not covered: hand-made mixes (--tensor-type, Unsloth dynamic): open the file
// itself for those.

#include <llmcalc/model/formats.hpp>
#include <llmcalc/model/gguf_tensors.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>
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

constexpr bool is_low(GgufMix m) {
  using enum GgufMix;
  return m == IQ1_S || m == IQ1_M || m == IQ2_XXS || m == IQ2_XS || m == IQ2_S || m == IQ2_M;
}
constexpr bool is_middle_two(GgufMix m) { return m == GgufMix::IQ2_S || m == GgufMix::IQ2_M; }
constexpr bool more_bits(Count i, Count n) { return i < n / 8 || i >= 7 * n / 8 || (i - n / 8) % 3 == 2; }
constexpr bool divides(Count ne0, GgmlType type) { return ne0 % block_of(type).elements == 0; }

/// The type a row falls back to when it does not divide by the block of `type`.
constexpr GgmlType fallback(GgmlType type) {
  using enum GgmlType;
  switch (type) {
    case IQ1_S:
    case IQ1_M:
    case IQ2_XXS:
    case IQ2_XS:
    case IQ2_S:
    case IQ3_XXS:
    case IQ3_S:
    case IQ4_XS:
      return IQ4_NL;
    case Q2_K:
    case Q3_K:
    case TQ1_0:
    case TQ2_0:
      return Q4_0;
    case Q4_K:
      return Q5_0;
    case Q5_K:
      return Q5_1;
    case Q6_K:
      return Q8_0;
    default:
      return F16;
  }
}

constexpr bool is_value(GgufRole role) {
  return role == GgufRole::Value || role == GgufRole::Qkv || role == GgufRole::KvB;
}

constexpr GgmlType output_type(const MixContext& c, GgmlType base, Count ne0) {
  if (c.mix == GgufMix::MXFP4_MOE || !divides(ne0, base)) return GgmlType::Q8_0;
  if (is_low(c.mix) || c.mix == GgufMix::IQ3_XXS) return GgmlType::Q5_K;
  return base == GgmlType::Q8_0 ? base : GgmlType::Q6_K;
}

constexpr GgmlType embedding_type(const MixContext& c, GgmlType base) {
  using enum GgufMix;
  switch (c.mix) {
    case IQ2_XXS:
    case IQ2_XS:
    case IQ1_S:
    case IQ1_M:
      return GgmlType::Q2_K;
    case IQ2_S:
    case IQ2_M:
    case IQ3_XXS:
      return GgmlType::IQ3_S;
    case TQ1_0:
    case TQ2_0:
      return GgmlType::Q4_K;
    default:
      return base;
  }
}

/// The mixes of one and two bits have rules of their own.
constexpr GgmlType low_type(const MixContext& c, GgmlType base, GgufRole role, MixCounters& n) {
  const bool middle = is_middle_two(c.mix);
  if (is_value(role)) {
    ++n.value;
    return c.query_groups >= 4 || c.experts >= 4 ? GgmlType::Q4_K : middle ? GgmlType::IQ3_S : GgmlType::Q2_K;
  }
  if (c.experts == 8 && role == GgufRole::Key) return GgmlType::Q4_K;
  if (role == GgufRole::Down) {
    const bool early = n.down++ < c.layers / 8;
    return !early ? base : middle ? GgmlType::IQ3_S : GgmlType::Q2_K;
  }
  if (role == GgufRole::AttentionOutput) {
    if (c.experts == 8) return GgmlType::Q5_K;
    if (c.mix == GgufMix::IQ1_S || c.mix == GgufMix::IQ1_M) return GgmlType::IQ2_XXS;
    if (middle) return GgmlType::IQ3_S;
  }
  return base;
}

constexpr GgmlType value_type(const MixContext& c, GgmlType base, MixCounters& n) {
  using enum GgufMix;
  const Count i = n.value++;
  const bool grouped = c.query_groups >= 4;
  GgmlType t = base;
  switch (c.mix) {
    case Q2_K:
      t = grouped ? GgmlType::Q4_K : GgmlType::Q3_K;
      break;
    case Q2_K_S:
      t = grouped ? GgmlType::Q4_K : base;
      break;
    case IQ3_XXS:
      t = grouped ? GgmlType::Q4_K : c.imatrix ? GgmlType::IQ3_XXS : GgmlType::IQ3_S;
      break;
    case IQ3_XS:
    case IQ3_S:
      t = grouped ? GgmlType::Q4_K : base;
      break;
    case IQ3_M:
      t = GgmlType::Q4_K;
      break;
    case Q3_K_M:
      t = i < 2 ? GgmlType::Q5_K : GgmlType::Q4_K;
      break;
    case Q3_K_L:
      t = GgmlType::Q5_K;
      break;
    case IQ4_NL:
    case IQ4_XS:
      t = grouped ? GgmlType::Q5_K : base;
      break;
    case Q4_K_M:
    case Q5_K_M:
      t = more_bits(i, c.value_tensors) ? GgmlType::Q6_K : base;
      break;
    case Q4_K_S:
      t = i < 4 ? GgmlType::Q5_K : base;
      break;
    default:
      break;
  }
  if (c.size_70b && (t == GgmlType::Q3_K || t == GgmlType::Q4_K)) t = GgmlType::Q5_K;
  return c.experts == 8 ? GgmlType::Q8_0 : t;
}

constexpr GgmlType down_type(const MixContext& c, GgmlType base, Count i) {
  using enum GgufMix;
  const bool first_eighth = i < c.layers / 8;
  switch (c.mix) {
    case Q2_K:
      return GgmlType::Q3_K;
    case Q2_K_S:
      return first_eighth ? GgmlType::Q4_K : base;
    case IQ3_XXS:
      return c.imatrix ? base : first_eighth ? GgmlType::Q4_K : GgmlType::Q3_K;
    case Q3_K_M:
      return i < c.layers / 16 ? GgmlType::Q5_K : GgmlType::Q4_K;
    case IQ3_M:
      return first_eighth || (c.experts == 8 && more_bits(i, c.layers)) ? GgmlType::Q4_K : base;
    case Q3_K_L:
      return GgmlType::Q5_K;
    case Q4_K_M:
    case Q5_K_M:
      return more_bits(i, c.layers) ? GgmlType::Q6_K : base;
    case IQ4_NL:
    case IQ4_XS:
      return first_eighth && !c.imatrix ? GgmlType::Q5_K : base;
    case Q4_K_S:
      return first_eighth ? GgmlType::Q5_K : base;
    case Q4_0:
      return first_eighth && c.imatrix ? GgmlType::Q4_1 : base;
    case Q5_0:
      return first_eighth && c.imatrix ? GgmlType::Q5_1 : base;
    default:
      return base;
  }
}

constexpr GgmlType attention_output_type(const MixContext& c, GgmlType base) {
  using enum GgufMix;
  if (c.experts == 8) {
    switch (c.mix) {
      case Q2_K:
      case IQ3_XS:
      case IQ3_XXS:
      case Q3_K_S:
      case Q3_K_M:
      case IQ4_NL:
      case Q4_K_S:
      case Q4_K_M:
      case IQ3_S:
      case IQ3_M:
      case IQ4_XS:
        return GgmlType::Q5_K;
      default:
        return base;
    }
  }
  switch (c.mix) {
    case Q2_K:
      return GgmlType::Q3_K;
    case IQ3_XXS:
      return GgmlType::IQ3_S;
    case Q3_K_M:
    case IQ3_M:
      return GgmlType::Q4_K;
    case Q3_K_L:
      return GgmlType::Q5_K;
    default:
      return base;
  }
}

constexpr GgmlType query_key_type(const MixContext& c, GgmlType base) {
  return c.mix == GgufMix::IQ3_XS ? GgmlType::IQ3_XXS : c.mix == GgufMix::IQ3_XXS ? GgmlType::IQ2_S : base;
}

/// The type of one quantizable matrix before the fallback.
constexpr GgmlType matrix_type(const MixContext& c, GgmlType base, const GgufTensor& t, MixCounters& n) {
  if (t.role == GgufRole::Output || (c.tied && t.role == GgufRole::TokenEmbedding))
    return output_type(c, base, t.ne0);
  if (c.mix == GgufMix::MXFP4_MOE) return t.depth > 1 ? GgmlType::MXFP4 : GgmlType::Q8_0;
  if (t.role == GgufRole::TokenEmbedding) return embedding_type(c, base);
  if (is_low(c.mix)) return low_type(c, base, t.role, n);
  if (is_value(t.role)) return value_type(c, base, n);
  // Mixtures of experts are counted by layer, dense models by tensors met so far.
  const Count layer = t.layer < 0 ? 0 : static_cast<Count>(t.layer);
  const auto place = [&](Count& counter) { return c.experts > 1 ? layer : counter; };
  switch (t.role) {
    case GgufRole::Key:
      return c.experts == 8 ? GgmlType::Q8_0 : query_key_type(c, base);
    case GgufRole::Query:
      return query_key_type(c, base);
    case GgufRole::Down: {
      const Count i = place(n.down);
      ++n.down;
      return down_type(c, base, i);
    }
    case GgufRole::AttentionOutput:
      return attention_output_type(c, base);
    case GgufRole::Gate:
    case GgufRole::Up: {
      Count& counter = t.role == GgufRole::Gate ? n.gate : n.up;
      const Count i = place(counter);
      ++counter;
      return c.mix == GgufMix::IQ3_XS && i >= c.layers / 8 && i < 7 * c.layers / 8 ? GgmlType::IQ3_XXS : base;
    }
    default:
      return base;
  }
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

/// The model's GGUF tensors with the type each gets in a file of type `mix`.
[[nodiscard]] inline std::vector<GgufTensor> gguf_mix(const Model& m, GgufMix mix, bool imatrix) {
  std::vector<GgufTensor> tensors = gguf_tensors(m);
  const gguf_detail::MixContext context = gguf_detail::mix_context(m, tensors, mix, imatrix);
  const GgmlType base = row_of(mix).base;
  const bool quantized = block_of(base).elements > 1;
  gguf_detail::MixCounters counters;
  for (GgufTensor& t : tensors) {
    if (t.role == GgufRole::KeptF32) continue;
    t.type = quantized ? gguf_detail::matrix_type(context, base, t, counters) : base;
    if (!gguf_detail::divides(t.ne0, t.type)) t.type = gguf_detail::fallback(t.type);
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
