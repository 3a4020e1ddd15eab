#pragma once
// Bodies of stored_tensors.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/memory/stored_tensors.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/model/gguf_mix.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace llmcalc {

namespace stored_detail {

/// Name of a GGUF tensor's role, as files spell it.
[[nodiscard]] constexpr std::string_view name_of(const GgufTensor& t) {
  switch (t.role) {
    case GgufRole::Output: return "output.weight";
    case GgufRole::TokenEmbedding: return "token_embd.weight";
    case GgufRole::Qkv: return "blk.{}.attn_qkv.weight";
    case GgufRole::KvB: return "blk.{}.attn_kv_b.weight";
    case GgufRole::Value: return "blk.{}.attn_v.weight";
    case GgufRole::Key: return "blk.{}.attn_k.weight";
    case GgufRole::Query: return "blk.{}.attn_q.weight";
    case GgufRole::AttentionOutput: return "blk.{}.attn_output.weight";
    case GgufRole::Up: return t.experts ? "blk.{}.ffn_up_exps.weight" : "blk.{}.ffn_up.weight";
    case GgufRole::Gate: return t.experts ? "blk.{}.ffn_gate_exps.weight" : "blk.{}.ffn_gate.weight";
    case GgufRole::Down: return t.experts ? "blk.{}.ffn_down_exps.weight" : "blk.{}.ffn_down.weight";
    case GgufRole::Matrix: return "other matrices";
    case GgufRole::KeptF32: return "norms, biases, routers";
  }
  return {};
}

/// Part of the model that a GGUF tensor's role belongs to.
[[nodiscard]] constexpr ModelPart part_of(const GgufTensor& t) {
  switch (t.role) {
    case GgufRole::Output: return ModelPart::Head;
    case GgufRole::TokenEmbedding: return ModelPart::Embedding;
    case GgufRole::Up:
    case GgufRole::Gate:
    case GgufRole::Down: return t.experts ? ModelPart::Experts : ModelPart::FeedForward;
    case GgufRole::Matrix:
    case GgufRole::KeptF32: return ModelPart::Other;
    case GgufRole::Qkv:
    case GgufRole::KvB:
    case GgufRole::Value:
    case GgufRole::Key:
    case GgufRole::Query:
    case GgufRole::AttentionOutput: break;
  }
  return ModelPart::Attention;
}

/// Groups of equal GGUF tensors in the order they first appear.
[[nodiscard]] inline std::vector<StoredTensor> stored_gguf(const std::vector<GgufTensor>& tensors) {
  std::vector<StoredTensor> list;
  for (const GgufTensor& t : tensors) {
    const Count rows = multiply(t.rows, t.depth);
    const StoredTensor one{name_of(t), rows, t.ne0, 1, row_of(t.type).key, t.bytes(), label_of(part_of(t))};
    const auto equal = std::find_if(list.begin(), list.end(), [&](const StoredTensor& other) {
      return other.name == one.name && other.rows == one.rows && other.columns == one.columns &&
             other.format == one.format;
    });
    if (equal == list.end()) {
      list.push_back(one);
    } else {
      ++equal->how_many;
      equal->bytes += one.bytes;
    }
  }
  return list;
}

}  // namespace stored_detail

LLMCALC_INLINE std::vector<StoredTensor> stored_tensors(const Model& model, const Weights& weights) {
  const WeightRules rules = weight_rules(model, weights);
  if (const GgufFile file = gguf_file(model, weights); file.known()) return stored_detail::stored_gguf(*file);
  const bool named = rules.format == WeightFormat::Fp32 || rules.format == WeightFormat::Fp16;
  const WeightFormat plain = named ? rules.format : WeightFormat::Bf16;
  std::vector<StoredTensor> list;
  for (const Tensor& t : model.tensors) {
    if (t.part == ModelPart::Mtp) continue;
    const std::string_view format = rules.measured && t.measured.count != 0 ? std::string_view("as stored")
                                    : t.buffer                              ? label_of(WeightFormat::Fp32)
                                    : is_quantized(rules, t)                ? label_of(rules.format)
                                                                            : label_of(plain);
    list.push_back({t.name, t.rows, t.columns, multiply(t.copies, t.count), format,
                    tensor_bytes(rules, t, {t.rows, t.columns, t.copies}) * t.count, label_of(t.part)});
  }
  if (model.other_parameters != 0) {
    list.push_back({"not explained by the shapes", model.other_parameters, 1, 1, label_of(plain),
                    storage(model.other_parameters, plain_block(rules.format)), label_of(ModelPart::Other)});
  }
  return list;
}

}  // namespace llmcalc
