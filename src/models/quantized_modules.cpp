// Bytes of every matrix of the inventory under a quantization plan.

#include "host/limits.hpp"
#include "models/quantization.hpp"

#include <llmcalc/memory/weights.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::models {

namespace {

constexpr std::size_t most_numbered = io::most(io::Limit::NumberedExperts);

/// The name with its first and second "{}" replaced, without ".weight".
std::string numbered(std::string name, Count layer, Count expert) {
  for (const Count number : {layer, expert}) {
    const std::size_t at = name.find("{}");
    if (at != std::string::npos) name.replace(at, 2, std::to_string(number));
  }
  if (name.ends_with(".weight")) name.erase(name.size() - 7);
  return name;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 4; ++i)
    text += (i > 0 ? ", \"" : "\"") + names[i].substr(0, 60) + "\"";
  return names.size() > 4 ? text + " and " + std::to_string(names.size() - 4) + " more" : text;
}

class Placement {
 public:
  Placement(QuantizationPlan& plan, const Fields& c, Model& m) : plan_(plan), c_(c), model_(m) {
    numbers_.resize(m.kinds.size());
    for (std::size_t i = 0; i < m.layers.size(); ++i) numbers_[m.layers[i]].push_back(i);
    for (const Layer& kind : m.kinds) moe_ = moe_ || kind.is_moe();
    if (!moe_) plan_.otherwise.covered = Covered::Matrices;
  }

  void run() {
    std::vector<std::pair<Tensor*, Bytes>> placed;
    for (Tensor& t : model_.tensors) {
      if (t.vector || t.buffer || t.columns <= 1 || t.part == ModelPart::Encoder) continue;
      placed.emplace_back(&t, bytes_of(t));
    }
    choose_released_format();
    WeightRules general = weight_rules(model_, Weights{});
    general.measured = false;
    const bool differs = std::ranges::any_of(placed, [&](const auto& entry) {
      const Tensor& t = *entry.first;
      return tensor_bytes(general, t, {t.rows, t.columns, t.copies}) * t.count != entry.second;
    });
    for (auto& [tensor, bytes] : placed) {
      if (differs) tensor->measured = bytes;
    }
    if (differs) describe_mix();
    note_what_is_left();
  }

 private:
  /// Bytes of a group of equal tensors, each layer and, where they are named one by one, each expert for itself.
  Bytes bytes_of(const Tensor& t) {
    const bool mtp = t.part == ModelPart::Mtp && t.name.starts_with("mtp.layers.{}");
    const std::vector<Count>* layers = t.kind >= 0 ? &numbers_[static_cast<std::size_t>(t.kind)] : nullptr;
    const Count apart = layers != nullptr ? layers->size() : mtp ? std::min<Count>(t.count, 64) : 1;
    if (apart == 0) return {};
    const std::size_t first = t.name.find("{}");
    const bool two = first != std::string::npos && t.name.find("{}", first + 2) != std::string::npos;
    const bool each_expert = two && plan_.rules.numbers_experts() && multiply(apart, t.copies) <= most_numbered;
    const Count experts = each_expert ? t.copies : 1;
    asked_ = multiply(apart, experts);
    Bytes sum;
    for (Count i = 0; i < apart; ++i) {
      const Count layer = layers != nullptr ? (*layers)[i] : i;
      for (Count e = 0; e < experts; ++e) {
        const WeightRules format = format_of(t, layer, e, mtp);
        if (t.part == ModelPart::Experts) model_.released_experts = format.format;
        sum += bytes_in(format, t);
      }
    }
    // Groups may hold several equal tensors of a layer, or layers beyond those that were asked for.
    return scale(sum, multiply(t.copies, t.count), asked_);
  }

  Bytes bytes_in(const WeightRules& format, const Tensor& t) {
    const Count pieces = multiply(t.copies, t.count);
    elements_[format.format] =
        add(elements_[format.format], multiply(t.elements(), pieces / std::max<Count>(asked_, 1)));
    const WeightFormatRow& row = row_of(format.format);
    if (row.bits == 0) return storage(t.elements(), row.plain);
    return matrix_bytes(format, t.rows, t.columns);
  }

  WeightRules format_of(const Tensor& t, Count layer, Count expert, bool mtp) {
    ModuleVerdict verdict = plan_.rules.find(numbered(t.name, layer, expert));
    if (mtp && verdict.kind == ModuleVerdict::Kind::Unnamed) {
      // Checkpoints may number prediction layers after the others.
      const std::string rest = t.name.substr(std::string_view("mtp.layers.{}").size());
      verdict = plan_.rules.find(
          numbered("model.layers." + std::to_string(add(model_.layers.size(), layer)) + rest, expert, expert));
    }
    switch (verdict.kind) {
      case ModuleVerdict::Kind::Left: return plain();
      case ModuleVerdict::Kind::Stored: return fits(verdict.format, t) ? verdict.format : plain();
      case ModuleVerdict::Kind::Unnamed: break;
    }
    if (plan_.experts && t.part == ModelPart::Experts) return *plan_.experts;
    if (plan_.tables && model_.hashes_words(t)) return *plan_.tables;
    if (plan_.otherwise_plain) return plain();
    const bool head = t.role == TensorRole::Head && plan_.head && row_of(plan_.otherwise.format).bits != 0;
    if (!head && !is_quantized(plan_.otherwise, t)) return plain();
    const bool six_bits =
        t.role == TensorRole::Head && row_of(plan_.otherwise.format).vocabulary == Vocabulary::SixBits;
    return six_bits ? WeightRules{.format = plan_.otherwise.format, .bits = 6} : plan_.otherwise;
  }

  static bool fits(const WeightRules& format, const Tensor& t) {
    return !row_of(format.format).whole_groups || t.columns % format.group == 0;
  }
  [[nodiscard]] WeightRules plain() const {
    const WeightFormat format = plan_.otherwise.format;
    const bool wide = format == WeightFormat::Fp32 || format == WeightFormat::Fp16;
    return {.format = wide ? format : WeightFormat::Bf16};
  }

  /// The format of most of what is quantized is the released one.
  void choose_released_format() {
    Count most = 0;
    WeightFormat format = model_.released_format;
    for (const auto& [candidate, elements] : elements_) {
      if (row_of(candidate).bits == 0 || elements <= most) continue;
      most = elements;
      format = candidate;
    }
    if (format == model_.released_format) return;
    model_.released_format = format;
    model_.quantization_bits = 0;
    model_.quantization_group = 0;
  }

  /// "NVFP4 88 %, FP8 9 %, BF16 3 %" of the matrices' parameters.
  void describe_mix() {
    Count all = 0;
    std::vector<std::pair<Count, WeightFormat>> shares;
    for (const auto& [format, elements] : elements_) {
      all = add(all, elements);
      shares.emplace_back(elements, format);
    }
    std::ranges::sort(shares, std::greater<>{});
    if (shares.size() < 2) return;
    for (const auto& [elements, format] : shares) {
      const Count percent = scale(Bytes{elements}, 100, all).count;
      model_.released_mix += (model_.released_mix.empty() ? "" : ", ") + std::string(label_of(format)) + " " +
                             (percent == 0 ? "less than 1" : std::to_string(percent)) + " %";
    }
  }

  void note_what_is_left() {
    if (const std::vector<std::string> names = plan_.rules.unplaced(model_.layers.size()); !names.empty()) {
      c_.assume("the quantization names modules that were not found in the model or not understood: " +
                listed(names));
      model_.trust = std::max(model_.trust, Trust::Modelled);
    }
    const bool tower = std::ranges::any_of(
        model_.tensors, [](const Tensor& t) { return t.part == ModelPart::Encoder && !t.vector && t.columns > 1; });
    if (!tower || !plan_.head || plan_.rules.names_towers()) return;
    c_.assume("the vision or audio tower is not among the modules that are left alone: it is counted in 16 bits");
    model_.trust = std::max(model_.trust, Trust::Modelled);
  }

  QuantizationPlan& plan_;
  const Fields& c_;
  Model& model_;
  std::vector<std::vector<Count>> numbers_;  ///< layers of each kind
  std::map<WeightFormat, Count> elements_;   ///< by format
  Count asked_ = 1;                          ///< pieces of the tensor at hand that were asked for
  bool moe_ = false;
};

}  // namespace

void place_formats(QuantizationPlan& plan, const Fields& c, Model& m) {
  if (plan.known) Placement(plan, c, m).run();
}

}  // namespace llmcalc::models
