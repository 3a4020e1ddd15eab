#pragma once
// Writes tensors of a model one by one: keeps track of the layers they stand in and of the family's names.

#include <llmcalc/model/model.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::detail {

/// Appends tensors of `model` to `out`.
class TensorWriter {
 public:
  TensorWriter(const Model& model, std::vector<Tensor>& out) : model_(model), out_(out) {}

  [[nodiscard]] const Model& model() const { return model_; }

  /// The following tensors stand in `count` layers of this kind; `mtp` counts them as multi-token prediction.
  void enter_layers(std::string_view prefix, Count count, std::int32_t kind, bool mtp) {
    prefix_ = prefix;
    count_ = count;
    kind_ = kind;
    mtp_ = mtp;
  }
  /// The following tensors stand outside the layers.
  void leave_layers() { enter_layers({}, 1, -1, false); }

  /// A weight matrix [rows, columns], `copies` times a layer, with a bias of `rows` if asked for.
  void matrix(std::string_view name, Count rows, Count columns, TensorRole role, ModelPart part, Split split,
              Count copies = 1, bool bias = false) {
    if (rows == 0 || columns == 0) return;
    push({.name = std::string(name) + ".weight",
          .rows = rows,
          .columns = columns,
          .copies = copies,
          .role = role,
          .part = part,
          .split = split});
    if (!bias) return;
    const Split bias_split = split == Split::Columns ? Split::Replicated : split;
    push({.name = std::string(name) + ".bias",
          .rows = rows,
          .copies = copies,
          .role = TensorRole::Bias,
          .part = part,
          .split = bias_split,
          .vector = true});
  }
  /// A one-dimensional parameter; the name is the whole name.
  void vector(std::string_view name, Count size, TensorRole role, ModelPart part, Split split) {
    if (size == 0) return;
    push({.name = std::string(name), .rows = size, .role = role, .part = part, .split = split, .vector = true});
  }
  /// A one-dimensional tensor that is in the checkpoint but is no parameter.
  void buffer(std::string_view name, Count size, TensorRole role, ModelPart part) {
    if (size == 0) return;
    push({.name = std::string(name), .rows = size, .role = role, .part = part, .vector = true, .buffer = true});
  }
  /// A norm of the model's kind.
  void norm(std::string_view name, Count width, ModelPart part = ModelPart::Norms) {
    if (model_.norm == NormKind::LayerNormNoWeight) return;
    vector(std::string(name) + ".weight", width, TensorRole::Norm, part, Split::Replicated);
    if (model_.norm == NormKind::LayerNorm) {
      vector(std::string(name) + ".bias", width, TensorRole::Norm, part, Split::Replicated);
    }
  }

 private:
  void push(Tensor t) {
    t.name = prefix_ + t.name;
    for (const NameRule& rule : model_.names) {
      const std::size_t at = rule.from.empty() ? std::string::npos : t.name.find(rule.from);
      if (at != std::string::npos) t.name.replace(at, rule.from.size(), rule.to);
    }
    t.count = count_;
    t.kind = kind_;
    t.transposed = model_.transposed_weights && !prefix_.empty() && !t.vector;
    if (mtp_) t.part = ModelPart::Mtp;
    out_.push_back(std::move(t));
  }

  const Model& model_;
  std::vector<Tensor>& out_;
  std::string prefix_;
  Count count_ = 1;
  std::int32_t kind_ = -1;
  bool mtp_ = false;
};

}  // namespace llmcalc::detail
