#pragma once
// Bytes of a model's weights: of the stored model, and of what one rank holds.
//
// Sum over the tensor inventory of occurrences x copies x bytes of one matrix (weight_formats.hpp), each cut as
// sharding.hpp says. Exact as far as the inventory is. Worked (Llama 3.1 8B): bf16 16,060,522,496; NF4 6,027,761,664;
// GPTQ 5,732,835,328. Not counted: buffers computed at start (rotary tables: overhead.hpp), repacking by an engine.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/memory/sharding.hpp>
#include <llmcalc/memory/weight_formats.hpp>
#include <llmcalc/model/gguf_mix.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace llmcalc {

/// Bytes of one tensor of a shape: as released, what the model's file says, if it came from one. A buffer (router
/// correction bias) is stored in fp32.
[[nodiscard]] constexpr Bytes tensor_bytes(const WeightRules& rules, const Tensor& t, const ShardShape& shape) {
  if (rules.experts && t.part == ModelPart::Experts) return tensor_bytes(expert_rules(rules), t, shape);
  if (rules.measured && t.measured.count != 0) return scale(t.measured, shape.elements(), t.total());
  if (t.buffer) return Bytes{4} * shape.elements();
  if (!is_quantized(rules, t)) return storage(shape.elements(), plain_block(rules.format));
  const bool six_bits = row_of(rules.format).vocabulary == Vocabulary::SixBits && t.role == TensorRole::Head;
  if (six_bits) return storage(shape.elements(), {4, 3});
  return matrix_bytes(rules, shape.rows, shape.columns) * shape.copies;
}

/// Parameters and bytes of a part of the model on one rank.
struct PartWeights {
  Count parameters = 0;
  Bytes bytes;
};

/// Weights of one rank, by part of the model.
struct RankWeights {
  std::array<PartWeights, model_parts.size()> parts{};
  Bytes total;

  void add(ModelPart part, Count parameters, Bytes bytes) {
    PartWeights& p = parts[static_cast<std::size_t>(part)];
    p.parameters = llmcalc::add(p.parameters, parameters);
    p.bytes += bytes;
    total += bytes;
  }
};

/// Weights that a rank of a stage holds.
[[nodiscard]] inline RankWeights rank_weights(const Model& model, const WeightRules& rules, const ShardPlan& plan,
                                              const Stage& stage) {
  RankWeights sum;
  for (const Tensor& t : model.tensors) {
    const Count n = occurrences(t, model, stage);
    if (n == 0) continue;
    const ShardShape shape = shard(t, model, plan);
    sum.add(t.part, multiply(shape.elements(), n), tensor_bytes(rules, t, shape) * n);
  }
  if (stage.first && model.other_parameters != 0) {
    const Count other = ceil_divide(model.other_parameters, plan.tensor);
    sum.add(ModelPart::Other, other, storage(other, plain_block(rules.format)));
  }
  return sum;
}

/// Bytes of the stored tensors of the inventory, before placement, duplication and sharding.
[[nodiscard]] inline Bytes stored_weights(const Model& model, const WeightRules& rules) {
  Bytes sum = storage(model.other_parameters, plain_block(rules.format));
  for (const Tensor& t : model.tensors) {
    if (t.part != ModelPart::Mtp) sum += tensor_bytes(rules, t, {t.rows, t.columns, t.copies}) * t.count;
  }
  return sum;
}

/// The tensors of the GGUF file that a scenario's weights are: as measured in the model's own file, or as llama-quantize
/// makes them for the mix. The one place that says which of the two inventories counts.
class GgufFile {
 public:
  GgufFile() = default;
  explicit GgufFile(const std::vector<GgufTensor>* measured) : measured_(measured) {}
  explicit GgufFile(std::vector<GgufTensor>&& made) : made_(std::move(made)) {}

  /// False when the weights are no GGUF file.
  [[nodiscard]] bool known() const { return measured_ != nullptr || !made_.empty(); }
  [[nodiscard]] const std::vector<GgufTensor>& operator*() const { return measured_ ? *measured_ : made_; }

 private:
  const std::vector<GgufTensor>* measured_ = nullptr;
  std::vector<GgufTensor> made_;
};

/// The type of routed experts in a model's GGUF file where it is not what the mix makes of them: as chosen, or MXFP4
/// where they were released so, because converters take them over and published mixes do not quantize them again.
/// Not for a configuration alone: it may be a master's, of which llama-quantize quantizes the experts too.
/// Source: the published files of gpt-oss (20b: F16 13.78 GB, Q6_K 12.0 GB; 120b: Q4_K_M 58.5 GB).
[[nodiscard]] inline std::optional<GgmlType> kept_experts(const Model& model, const Weights& weights) {
  if (!weights.experts) {
    if (model.gguf_of_master) return std::nullopt;
    const WeightFormat released =
        model.released_experts != WeightFormat::AsReleased ? model.released_experts : model.released_format;
    return released == WeightFormat::Mxfp4 ? std::optional(GgmlType::MXFP4) : std::nullopt;
  }
  if (weights.experts->format != WeightFormat::Gguf) return row_of(row_of(weights.experts->format).gguf.mix).base;
  return weights.experts->mix == weights.mix ? std::nullopt : std::optional(row_of(weights.experts->mix).base);
}

/// The tensors of the GGUF file that a mix makes of a model.
[[nodiscard]] inline std::vector<GgufTensor> gguf_mix(const Model& model, const Weights& weights, GgufMix mix) {
  return gguf_mix(model, mix, weights.imatrix, kept_experts(model, weights));
}

/// The GGUF file of a model in these weights; not known when they are in another format.
[[nodiscard]] inline GgufFile gguf_file(const Model& model, const Weights& weights) {
  const bool released = weights.format == WeightFormat::AsReleased;
  if (released && !model.gguf.empty()) return GgufFile(&model.gguf);
  const WeightFormat format = released ? model.released_format : weights.format;
  if (format != WeightFormat::Gguf) return {};
  return GgufFile(gguf_mix(model, weights, weights.mix));
}

/// Bytes of the stored model: of a GGUF file the tensors as its mix makes them, otherwise those of the inventory.
[[nodiscard]] inline Bytes stored_weights(const Model& model, const Weights& weights) {
  if (const GgufFile file = gguf_file(model, weights); file.known()) return gguf_bytes(*file);
  return stored_weights(model, weight_rules(model, weights));
}

/// The block in which all of a part's parameters are stored, {1, 0} when scales or mixed widths prevent that.
[[nodiscard]] constexpr Block uniform_block(const WeightRules& rules, const PartWeights& part) {
  const Block packed = row_of(rules.format).bits == 4 ? Block{32, 17} : Block{1, 2};  // MXFP4, or plain
  for (const Block block : {plain_block(rules.format), packed}) {
    if (storage(part.parameters, block) == part.bytes) return block;
  }
  return {1, 0};
}

/// Summands of a rank's weights: one per part, parameters x width where that is all there is to it.
[[nodiscard]] inline std::vector<Summand> weight_summands(const RankWeights& weights, const WeightRules& rules) {
  std::vector<Summand> result;
  result.reserve(8);
  for (const auto& row : model_parts) {
    const PartWeights& part = weights.parts[static_cast<std::size_t>(row.id)];
    if (part.bytes.count == 0) continue;
    const Block block = uniform_block(rules, part);
    result.push_back(block.bytes != 0 ? summand(row.label, {{"parameters", part.parameters}}, block)
                                      : amount(row.label, part.bytes));
  }
  return result;
}

/// The weights component of a rank. A format that publishers fill differently is a range: from every matrix that can
/// be quantized to the fewest that are.
[[nodiscard]] inline Component weights_component(const Model& model, const WeightRules& rules, const ShardPlan& plan,
                                                 const Stage& stage, Trust trust) {
  Component c = component(Part::Weights, weight_summands(rank_weights(model, rules, plan, stage), rules),
                          "tensor inventory x bytes of the format with its scales");
  c.trust = trust;
  c.not_counted = "copies an engine makes while it repacks weights";
  if (!rules.varies) return c;
  c.trust = std::max(trust, Trust::Modelled);
  c.high = max(c.bytes, rank_weights(model, fewest_quantized(model, rules), plan, stage).total);
  c.not_counted =
      "attention, shared experts and other modules that published builds of this format leave in 8 or 16 bits: the "
      "end of the range";
  return c;
}

}  // namespace llmcalc
