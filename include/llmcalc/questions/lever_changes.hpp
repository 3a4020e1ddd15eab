#pragma once
// The single changes that levers.hpp weighs: what can be done to a scenario, in words and as a changed copy.

#include <llmcalc/base/text.hpp>
#include <llmcalc/model/format_loss.hpp>
#include <llmcalc/questions/choices.hpp>
#include <llmcalc/questions/price.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc {

/// A scenario with one thing changed.
struct Change {
  std::string id;
  std::string label;
  std::string price;
  Price kind = Price::None;
  Scenario scenario;
};

namespace lever_detail {

/// Collects changed copies of one scenario.
class Changes {
 public:
  explicit Changes(const Scenario& s) : from_(s) {}

  template <class Edit>
  void add(std::string id, std::string label, Price kind, std::string_view price, const Edit& edit) {
    Change change{std::move(id), std::move(label), std::string(price), kind, from_};
    edit(change.scenario);
    list_.push_back(std::move(change));
  }
  [[nodiscard]] std::vector<Change> take() { return std::move(list_); }

 private:
  const Scenario& from_;
  std::vector<Change> list_;
};

/// What a smaller cache costs in quality: assumed, no table is published.
inline std::string_view cache_quality_loss(double bits) {
  return bits >= 8 ? "negligible quality loss" : "noticeable quality loss";
}

/// "Q4_K_M weights", "NVFP4 weights".
inline std::string weights_label(FormatChoice c) {
  const std::string_view name = c.format == WeightFormat::Gguf ? key_of(c.mix) : label_of(c.format);
  return std::string(name) + " weights";
}

inline void smaller_weights(Changes& changes, const Scenario& s, std::span<const FormatChoice> choices) {
  const double now = typical_bits({s.weight_format(), s.weights.mix});
  for (const FormatChoice& c : choices) {
    if (typical_bits(c) >= now) continue;
    changes.add("weights.format:" + format_text(c), weights_label(c), Price::Quality, loss_words(format_loss(c)),
                [&](Scenario& x) { set_format(x, c); });
  }
}

inline void smaller_cache(Changes& changes, const Scenario& s) {
  for (const KvFormat f : cache_choices(s.serving.runtime)) {
    if (bits_of(f) >= bits_of(s.serving.key_format) && bits_of(f) >= bits_of(s.serving.value_format)) continue;
    changes.add("serving.kv_format:" + std::string(key_of(f)), std::string(row_of(f).label) + " KV cache",
                Price::Quality, cache_quality_loss(bits_of(f)), [&](Scenario& x) {
                  x.serving.key_format = f;
                  x.serving.value_format = f;
                });
  }
}

/// Fewer tokens or sequences at once.
inline void less_at_once(Changes& changes, const Scenario& s) {
  if (s.serving.context > 1) {
    changes.add("serving.context:half", "Half the context", Price::Reach, "shorter context", [](Scenario& x) {
      x.serving.context /= 2;
      if (x.serving.prompt) x.serving.prompt = std::min(*x.serving.prompt, x.serving.context);
      x.serving.shared_prefix = std::min(x.serving.shared_prefix, x.serving.context);
    });
  }
  if (s.serving.sequences > 1) {
    changes.add("serving.sequences:half", "Half the sequences", Price::Reach, "fewer users at once",
                [](Scenario& x) { x.serving.sequences /= 2; });
  }
}

/// What only llama.cpp can do.
inline void llama_cpp_changes(Changes& changes, const Scenario& s) {
  const Count layers = s.model->layer_count();
  const Count on_gpu = std::min(s.serving.gpu_layers.value_or(layers + 1), layers + 1);
  const bool experts =
      std::any_of(s.model->kinds.begin(), s.model->kinds.end(), [](const Layer& l) { return l.is_moe(); });
  for (const Count quarters : {Count{3}, Count{2}, Count{1}}) {
    const Count n = on_gpu * quarters / 4;
    changes.add("serving.gpu_layers:" + std::to_string(n), counted(n, "layer") + " on the GPU", Price::Speed,
                "much slower", [n](Scenario& x) { x.serving.gpu_layers = n; });
  }
  if (experts) {
    for (const Count n : {layers / 2, layers}) {
      changes.add("serving.moe_layers_on_cpu:" + std::to_string(n),
                  "Experts of " + counted(n, "layer") + " on the host", Price::Speed, "slower",
                  [n](Scenario& x) { x.serving.moe_layers_on_cpu = std::max(n, x.serving.moe_layers_on_cpu); });
    }
  }
  if (s.serving.ubatch > 128) {
    changes.add("serving.ubatch:128", "Physical batch of 128", Price::Speed, "slower prompts",
                [](Scenario& x) { x.serving.ubatch = 128; });
  }
  changes.add("serving.swa_full:off", "Sliding-window cache no larger than the window", Price::Complexity,
              "no prompt reuse", [](Scenario& x) { x.serving.swa_full = false; });
}

/// Twice the devices, working together.
inline void more_devices(Changes& changes, const Scenario& s, Task task) {
  if (s.devices.groups.size() != 1) return;
  const bool copies = task == Task::Training && s.parallelism.zero == 0;
  const std::string label = copies ? "Twice the devices, sharded with ZeRO 3" : "Twice the devices";
  changes.add("device.count:double", label, Price::Hardware, "twice the devices", [&](Scenario& x) {
    x.devices.groups.front().count *= 2;
    if (task == Task::Training) {
      x.parallelism.data *= 2;
      if (copies) x.parallelism.zero = 3;
    } else if (!engine_of(x).deals_layers()) {
      x.parallelism.tensor *= 2;
    }
  });
}

}  // namespace lever_detail

/// Every single change that could make inference smaller; not all apply or help.
[[nodiscard]] inline std::vector<Change> inference_changes(const Scenario& s) {
  using namespace lever_detail;
  Changes changes(s);
  smaller_weights(changes, s, weight_choices(s.serving.runtime));
  smaller_cache(changes, s);
  less_at_once(changes, s);
  changes.add("serving.attention:flash", "Flash attention", Price::None, "nothing",
              [](Scenario& x) { x.serving.attention = AttentionKernel::Flash; });
  changes.add("serving.logits:last", "Logits of the last token only", Price::None, "nothing",
              [](Scenario& x) { x.serving.logits = Logits::Last; });
  if (s.serving.draft_model) {
    changes.add("serving.draft_model:none", "No draft model", Price::Speed, "slower", [](Scenario& x) {
      x.serving.draft_model = nullptr;
      x.serving.draft_source = {};
      x.serving.draft_tokens = 0;
    });
  }
  if (engine_of(s).offloads_layers()) {
    llama_cpp_changes(changes, s);
  } else if (engine_of(s).has_pool()) {
    changes.add("serving.cuda_graphs:off", "No CUDA graphs", Price::Speed, "slower",
                [](Scenario& x) { x.serving.cuda_graphs = false; });
    const StepLimits limits = step_limits(s);
    if (limits.tokens > 2048) {
      changes.add("serving.max_num_batched_tokens:2048", "2,048 tokens per step", Price::Speed, "slower prompts",
                  [](Scenario& x) { x.serving.max_num_batched_tokens = 2048; });
    }
    if (limits.sequences > s.serving.sequences) {
      changes.add("serving.max_num_seqs:sequences", "Smaller max_num_seqs", Price::None, "nothing",
                  [](Scenario& x) { x.serving.max_num_seqs = x.serving.sequences; });
    }
  }
  more_devices(changes, s, Task::Inference);
  return changes.take();
}

namespace lever_detail {

inline void training_shape(Changes& changes, const Scenario& s) {
  if (s.training.micro_batch > 1) {
    changes.add("training.micro_batch:half", "Half the micro-batch, twice the accumulation", Price::Speed, "slower",
                [](Scenario& x) {
                  x.training.micro_batch /= 2;
                  x.training.accumulation *= 2;
                });
  }
  if (s.training.sequence > 1) {
    changes.add("training.sequence:half", "Half the sequence", Price::Reach, "shorter sequences",
                [](Scenario& x) { x.training.sequence /= 2; });
  }
  changes.add("training.attention:flash", "Flash attention", Price::None, "nothing", [](Scenario& x) {
    x.training.attention = AttentionKernel::Flash;
    x.training.sliding_attention = std::nullopt;
  });
  changes.add("training.kernels:fused", "Fused kernels", Price::Complexity, "another dependency",
              [](Scenario& x) { x.training.kernels = LayerKernels::Fused; });
  changes.add("training.loss:fused", "Fused cross-entropy", Price::Complexity, "another dependency",
              [](Scenario& x) { x.training.loss = Loss::Fused; });
  changes.add("training.loss:chunked", "Chunked cross-entropy", Price::Speed, "a little slower",
              [](Scenario& x) { x.training.loss = Loss::Chunked; });
  if (s.training.recompute == RecomputeKind::None) {
    changes.add("training.recompute:selective", "Recompute attention", Price::Speed, "a little slower",
                [](Scenario& x) { x.training.recompute = RecomputeKind::Selective; });
  }
  changes.add("training.recompute:full", "Recompute every layer", Price::Speed, "a third slower",
              [](Scenario& x) { x.training.recompute = RecomputeKind::Full; });
  changes.add("training.dropout:0", "No dropout", Price::Quality, "no regularization", [](Scenario& x) {
    x.training.dropout = 0;
    x.training.lora.dropout = 0;
  });
}

inline void training_states(Changes& changes, const Scenario& s) {
  const auto optimizer = [&](Optimizer o, std::string_view price, Price kind) {
    changes.add("training.optimizer:" + std::string(key_of(o)), std::string(label_of(o)), kind, price,
                [o](Scenario& x) { x.training.optimizer = o; });
  };
  optimizer(Optimizer::AdamW8bit, "negligible quality loss", Price::Quality);
  optimizer(Optimizer::AdamWPaged8bit, "negligible quality loss", Price::Quality);
  optimizer(Optimizer::Adafactor, "small quality loss", Price::Quality);
  optimizer(Optimizer::Lion, "needs new tuning", Price::Quality);
  optimizer(Optimizer::Sgd, "large quality loss", Price::Quality);
  changes.add("training.recipe:bf16", "Pure BF16", Price::Quality, "small quality loss",
              [](Scenario& x) { x.training.recipe = Recipe::Bf16; });
  changes.add("training.offload:optimizer", "Optimizer states on the host", Price::Speed, "slower",
              [](Scenario& x) { x.training.offload = Offload::Optimizer; });
  changes.add("training.gradient_release", "Release gradients in the backward pass", Price::Complexity,
              "no accumulation", [](Scenario& x) { x.training.gradient_release = true; });
  if (s.training.method == TrainingMethod::Full) {
    changes.add("training.method:lora", "LoRA", Price::Quality, "quality loss that depends on the task",
                [](Scenario& x) { x.training.method = TrainingMethod::Lora; });
  }
  if (s.training.method == TrainingMethod::Full || s.training.method == TrainingMethod::Lora) {
    changes.add("training.method:qlora", "QLoRA", Price::Quality, "small quality loss; slower", [](Scenario& x) {
      x.training.method = TrainingMethod::Qlora;
      set_format(x, {WeightFormat::Nf4Dq, x.weights.mix});
    });
  } else if (s.training.lora.rank > 1) {
    changes.add("training.lora.rank:half", "Half the rank", Price::Quality, "small quality loss",
                [](Scenario& x) { x.training.lora.rank /= 2; });
  }
}

inline void training_layout(Changes& changes, const Scenario& s) {
  if (s.parallelism.data > 1) {
    for (Count stage = s.parallelism.zero + 1; stage <= 3; ++stage) {
      changes.add("parallelism.zero:" + std::to_string(stage), "ZeRO stage " + std::to_string(stage), Price::Speed,
                  stage == 3 ? "more communication" : "little communication",
                  [stage](Scenario& x) { x.parallelism.zero = stage; });
    }
  }
  if (s.parallelism.data % 2 == 0) {
    changes.add("parallelism.tensor:double", "Twice the tensor parallelism", Price::Speed, "more communication",
                [](Scenario& x) {
                  x.parallelism.tensor *= 2;
                  x.parallelism.data /= 2;
                });
    changes.add("parallelism.pipeline:double", "Twice the pipeline stages", Price::Speed, "pipeline bubbles",
                [](Scenario& x) {
                  x.parallelism.pipeline *= 2;
                  x.parallelism.data /= 2;
                });
  }
  more_devices(changes, s, Task::Training);
}

}  // namespace lever_detail

/// Every single change that could make training smaller; not all apply or help.
[[nodiscard]] inline std::vector<Change> training_changes(const Scenario& s) {
  lever_detail::Changes changes(s);
  lever_detail::training_shape(changes, s);
  lever_detail::training_states(changes, s);
  lever_detail::training_layout(changes, s);
  return changes.take();
}

}  // namespace llmcalc
