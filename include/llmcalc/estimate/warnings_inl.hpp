#pragma once
// Bodies of warnings.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/engines/checks.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/estimate/warnings.hpp>
#include <llmcalc/memory/weight_formats.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/usual_settings.hpp>
#include <llmcalc/scenario/validate.hpp>
#include <llmcalc/scenario/validate_training.hpp>
#include <llmcalc/training/estimate.hpp>
#include <llmcalc/training/setup.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace llmcalc {

namespace warnings_detail {

/// Lengths the model was not made for.
inline void add_lengths(const Scenario& s, std::optional<Task> half, std::vector<std::string>& out) {
  const Count longest = s.model->max_context;
  if (wants(half, Task::Inference) && longest != 0 && s.serving.context > longest) {
    out.push_back("The context of " + grouped(s.serving.context) + " tokens is longer than the " + grouped(longest) +
                  " the model was made for.");
  }
  if (wants(half, Task::Training) && longest != 0 && s.training.sequence > longest) {
    out.push_back("The training sequence of " + grouped(s.training.sequence) + " tokens is longer than the " +
                  grouped(longest) + " the model was made for.");
  }
}

/// Devices that a layout leaves idle, and tensor parallelism over the network.
inline void add_layout(const Scenario& s, std::optional<Task> half, std::vector<std::string>& out) {
  const Count ranks = ranks_of(s.parallelism);
  const Count devices = s.devices.count();
  // Engines that deal layers to all devices have no ranks.
  const bool deals = !wants(half, Task::Training) && engine_of(s).deals_layers();
  if (ranks > 1 && devices != 0 && ranks != devices) {
    out.push_back("The parallel layout occupies " + grouped(ranks) + " devices, the scenario has " +
                  grouped(devices) +
                  (ranks < devices && !deals ? ": " + grouped(devices - ranks) + " idle, at no cost here." : "."));
  }
  const Count node = linked_devices(s);
  const Count tensor = s.parallelism.tensor;
  if (tensor > node && !deals) {
    out.push_back("Tensor parallelism of " + grouped(tensor) + " ranks spans " + grouped(ceil_divide(tensor, node)) +
                  " nodes of " + counted(node, "device") +
                  ": every layer waits for the network. Pipeline stages need it less.");
  }
}

/// A device that the engine has no build for.
inline void add_unsupported(const Scenario& s, std::vector<std::string>& out) {
  const std::span<const Vendor> makers = engine_of(s).vendors;
  for (const DeviceGroup& group : s.devices.groups) {
    if (group.count == 0 || !group.device || makers.empty()) continue;
    if (std::find(makers.begin(), makers.end(), group.device->vendor) != makers.end()) continue;
    out.push_back(std::string(label_of(s.serving.runtime)) + " has no build for " + group.device->name +
                  ": the figures are by its rules on other devices. Choose an engine that runs there.");
    return;
  }
}

/// A weight format whose published builds differ, when it was chosen by name.
inline void add_published_mix(const Scenario& s, std::vector<std::string>& out) {
  const bool gguf = s.weights.format == WeightFormat::Gguf;
  const GgufMixRow& mix = row_of(s.weights.mix);
  if (gguf && mix.low != mix.high) {
    out.push_back(std::string(mix.key) +
                  " chooses the type of every tensor by the model: the weights are a range from "
                  "published files. Open the file itself for its bytes.");
  } else if (s.weights.format != WeightFormat::AsReleased && weight_rules(*s.model, s.weights).varies) {
    out.push_back("Published builds in " + std::string(label_of(s.weights.format)) +
                  " differ in the modules that they "
                  "leave in 8 or 16 bits: the weights are a range. Open the checkpoint itself for its list.");
  }
}

/// What a trained tower keeps of images is not counted.
inline void add_trained_towers(const Scenario& s, std::vector<std::string>& out) {
  if (!training::trains_towers(s.training, *s.model)) return;
  out.emplace_back(s.training.image_patches == 0
                       ? "The towers are trained: their weights or adapters, gradients and states are counted; what "
                         "they keep of images for the backward pass is when the patches of a sequence are said "
                         "(training.image_patches)."
                       : "What trained towers keep is read from their tensors, with the fused attention kernel; "
                         "projectors and audio towers are not counted.");
}

/// What is not known about a framework that trains an encoder.
inline void add_trained_encoder(const Scenario& s, std::vector<std::string>& out) {
  const TrainingFramework f = s.training.framework;
  if (s.model->has_encoder()) {
    out.emplace_back(
        "Training of an encoder-decoder model is computed in part: weights, gradients and optimizer states are those "
        "of the whole model, activations those of the decoder without its attention over the encoder's output.");
  }
  if (!s.model->encodes() || row_of(f).can.encoders) return;
  out.push_back(std::string(label_of(f)) + " does not train encoders: the figures follow its rules for decoders.");
}

/// What an engine with a cache pool says when the pool does not suffice; nothing when it holds all sequences.
inline void add_pool(const Scenario& s, const InferenceEstimate& e, std::vector<std::string>& out) {
  if (!engine_of(s).has_pool() || s.devices.count() == 0 || e.kv_bytes_per_token.count == 0) return;
  const std::string name(label_of(s.serving.runtime));
  if (e.kv_pool_tokens == 0) {
    out.push_back(name + " would not start: no memory is left for the cache after weights and workspace.");
    return;
  }
  const Count longest = std::max(s.serving.context, s.serving.max_model_len.value_or(0));
  if (e.concurrency < 1.0) {
    out.push_back(name + " would not start: one sequence of " + grouped(longest) +
                  " tokens is larger than the cache pool, which holds " + grouped(e.kv_pool_tokens) + " tokens.");
    return;
  }
  const double wanted =
      static_cast<double>(s.serving.sequences) * static_cast<double>(std::max<Count>(s.serving.beams, 1));
  if (e.concurrency >= wanted || s.serving.shared_prefix != 0 || s.serving.context < longest) return;
  out.push_back(name + " grants a cache of " + grouped(e.kv_pool_tokens) + " tokens, enough for " +
                grouped(static_cast<Count>(e.concurrency)) + " of the " + grouped(static_cast<Count>(wanted)) +
                " sequences at once; the others wait.");
}

/// "training takes 1,320.00 instead of 980.51 GiB": two totals in one unit.
inline std::string instead_of(Bytes there, Bytes here) {
  return "training takes " + giga_text(there) + " instead of " + giga_text(here) + " GiB.";
}

/// The words for a setting that was left to the program and changes the total by more than a tenth; nothing otherwise.
inline void add_automatic(const Scenario& s, const TrainingEstimate& e, const Scenario& other, std::string_view now,
                          std::string_view then, std::vector<std::string>& out) {
  const Bytes here = e.breakdown.total();
  const Bytes there = estimate_training(other).breakdown.total();
  const Bytes less = min(here, there);
  if ((max(here, there) - less).count <= less.count / 10) return;
  out.push_back(std::string(now) + " with " + std::string(label_of(s.training.framework)) + ". " + std::string(then) +
                ", " + instead_of(there, here));
}

/// A base that is quantized while it is loaded, when that is the highest moment.
inline void add_loading(const Scenario& s, const TrainingEstimate& e, std::vector<std::string>& out) {
  if (e.peak_phase != PhaseId::Load || s.training.rules().loading != QuantizedLoading::WholeFirst) return;
  out.push_back(
      "Loading takes more than training: this version copies nearly all matrices to the device in 16 bits before "
      "they are quantized. With HF_DEACTIVATE_ASYNC_LOAD=1, or transformers 5.4, they are quantized one by one.");
}

/// A setting as people know it: “Recomputation”.
inline std::string quoted_label(std::string_view path) {
  const Field* field = find_field(path);
  return "“" + std::string(field == nullptr ? path : field->label) + "”";
}

/// Settings of training that stand at a default of the framework and decide the answer.
inline void add_usual(const Scenario& s, const TrainingEstimate& e, std::vector<std::string>& out) {
  const Bytes here = e.breakdown.total();
  for (const UsualSetting& usual : usual_settings) {
    const Field* field = find_field(usual.path);
    Scenario same = s, other = s;
    if (field == nullptr || field->group() != "training" || !usual.apply(same) || !same_setting(*field, s, same))
      continue;
    make_plain(*field, other);
    if (same_setting(*field, s, other) || !validate(other).empty()) continue;
    const Bytes there = estimate_training(other).breakdown.total();
    const Bytes less = min(here, there);
    if ((max(here, there) - less).count <= less.count / 10) continue;
    const std::string name = quoted_label(field->path);
    out.push_back(framework_text(s) + " sets " + name + " to " + setting_text(*field, s) +
                  " unless told otherwise. With " + name + " at " + setting_text(*field, other) + ", " +
                  instead_of(there, here));
  }
}

/// Settings of training that are only defaults and decide the answer.
inline void add_defaults(const Scenario& s, const TrainingEstimate& e, std::vector<std::string>& out) {
  const Training& t = s.training;
  add_usual(s, e, out);
  if (trains_adapters(t.method) && !t.kbit_preparation && row_of(t.framework).can.peft) {
    Scenario other = s;
    const bool usual = t.rules().usual.kbit_preparation;
    const std::string name = quoted_label("training.kbit_preparation");
    other.training.kbit_preparation = !usual;
    add_automatic(s, e, other,
                  usual ? "A quantized base is prepared for training (PEFT: norms, embedding and head in fp32)"
                        : "A quantized base is not prepared for training",
                  usual ? "With " + name + " off" : "With " + name + " on (PEFT: norms, embedding and head in fp32)",
                  out);
  }
  if (row_of(t.method).fixed_input) {
    out.push_back(
        "LoRA-FA: gradients of the first matrices and their inputs are counted, as PEFT's own benchmark shows: PEFT "
        "freezes them once, and whatever switches adapters off and on (a reference without adapters, "
        "disable_adapter) "
        "trains them again. As long as nothing does, their inputs are not kept.");
  }
  bool mixture = false;
  bool windows = false;
  for (const Layer& layer : s.model->kinds) {
    mixture = mixture || layer.is_moe();
    windows = windows || (layer.attention.window != 0 && layer.attention.window < t.sequence);
  }
  if (trains_adapters(t.method) && mixture && !t.lora.experts) {
    Scenario other = s;
    const bool always = t.rules().expert_adapters != ExpertAdapters::WhenModules;
    const std::string name = quoted_label("training.lora.experts");
    const bool usual = always ? t.lora.targets.is_all_linear() : t.experts == ExpertKernel::Loop;
    other.training.lora.experts = !usual;
    add_automatic(s, e, other, usual ? "Routed experts get adapters too" : "Routed experts get no adapters",
                  "With " + name + (usual ? " off" : " on"), out);
  }
  if (windows && t.attention == AttentionKernel::Flash && !t.sliding_attention) {
    Scenario other = s;
    other.training.sliding_attention = AttentionKernel::Flash;
    add_automatic(s, e, other, "Layers with a window take a mask: PyTorch's own flash kernel knows no windows",
                  "With the flash-attn package (attention full:flash,sliding:flash)", out);
  }
}

/// Optimizer states that grow when a model is divided, because the shape or the size of each piece decides.
inline void add_divided_states(const Scenario& s, const TrainingEstimate& e, std::vector<std::string>& out) {
  const OptimizerRow& optimizer = row_of(s.training.optimizer);
  const bool small_pieces = optimizer.of_shape == nullptr && optimizer.blockwise.bits != 0;
  if ((optimizer.of_shape == nullptr && !small_pieces) || ranks_of(s.parallelism) == 1 || e.phases.empty()) return;
  Scenario whole = s;
  whole.parallelism = {};
  const Bytes divided = e.phases.back().breakdown.bytes(Part::OptimizerStates);
  const Bytes undivided = estimate_training(whole).phases.back().breakdown.bytes(Part::OptimizerStates);
  if (divided <= undivided) return;
  out.push_back("Each rank holds " + text(divided) + " of optimizer states, more than an undivided model (" +
                text(undivided) + "): " +
                (small_pieces
                     ? std::string(optimizer.label) + " keeps fp32 states of tensors below " +
                           grouped(optimizer.blockwise.smallest) + " elements, and some pieces are that small."
                     : "what " + std::string(optimizer.label) +
                           " keeps depends on the shape of a rank's piece of each matrix."));
}

}  // namespace warnings_detail

LLMCALC_INLINE std::vector<std::string> warnings(const Scenario& s, const Estimate& e, std::optional<Task> half) {
  std::vector<std::string> out = s.model->notes;
  warnings_detail::add_lengths(s, half, out);
  if (s.method == Method::Article) return out;  // the article knows neither layouts nor engines nor frameworks
  warnings_detail::add_layout(s, half, out);
  if (wants(half, Task::Training)) validation::add_training_warnings(s, out);
  if (wants(half, Task::Inference)) warnings_detail::add_unsupported(s, out);
  if (wants(half, Task::Inference)) warnings_detail::add_published_mix(s, out);
  if (wants(half, Task::Inference)) add_engine_warnings(s, engine_of(s), out);
  if (wants(half, Task::Training)) warnings_detail::add_trained_encoder(s, out);
  if (wants(half, Task::Training)) warnings_detail::add_trained_towers(s, out);
  if (wants(half, Task::Training)) warnings_detail::add_defaults(s, e.training, out);
  if (wants(half, Task::Training)) warnings_detail::add_loading(s, e.training, out);
  if (wants(half, Task::Training)) warnings_detail::add_divided_states(s, e.training, out);
  if (wants(half, Task::Inference)) warnings_detail::add_pool(s, e.inference, out);
  if (wants(half, Task::Inference)) out.insert(out.end(), e.inference.notes.begin(), e.inference.notes.end());
  return out;
}

}  // namespace llmcalc
