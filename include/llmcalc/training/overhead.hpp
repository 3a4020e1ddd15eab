#pragma once
// Overhead of a training process, and what the parts of a training estimate rest on.
//
// device: context + cuBLAS workspace + NCCL + fragmentation; reserved: without context and NCCL, which the allocator
// does not see; allocated: nothing. Fragmentation is a share of what comes and goes (activations, loss, gradients,
// gathered weights, temporaries). Communication streams of FSDP do not give memory back to the compute stream:
// gradients count in full at every moment. Sources: FrameworkVersion; torchtitan's tables of 8 and 128 GPUs, whose
// difference is 16 bytes a parameter.

#include <llmcalc/training/models.hpp>

namespace llmcalc {

/// Adds the overhead of a moment whose parts are in `numbers`.
template <class Sink>
void put_overhead(const TrainingPlan& plan, const TrainingStage& stage, Moment moment, const NumberSink& numbers,
                  Sink& sink) {
  const Scenario& s = *plan.scenario;
  if (s.effective_measure() == Measure::Allocated) return;
  for (const Summand& part : plan.fixed_overhead.summands) sink.put(Part::Overhead, part);
  Bytes moving = numbers.of(Part::Activations) + numbers.of(Part::LossHead) + numbers.of(Part::Gradients) +
                 numbers.of(Part::Transient) + numbers.of(Part::WeightCasts) + numbers.of(Part::GatheredWeights) +
                 numbers.of(Part::CommBuffers);
  if (plan.gathers() && moment != Moment::Load && stage.trained_elements.total() != 0) {
    const Bytes all =
        ceil_divide(Bytes{multiply(stage.trained_elements.dense, plan.gradient_bytes)}, plan.dense_group) +
        ceil_divide(Bytes{multiply(stage.trained_elements.expert, plan.gradient_bytes)}, plan.expert_group);
    const Bytes pooled = all - numbers.of(Part::Gradients);
    sink.put(Part::Overhead, amount("gradients in the communication stream's pool", pooled));
    moving += pooled;
  }
  const Count share =
      plan.training().compile ? plan.profile->fragmentation.compiled : plan.profile->fragmentation.eager;
  sink.put(Part::Overhead, amount("allocator fragmentation", scale(moving, share - 1000, 1000)));
}

/// Sources, trust and ranges of the components.
inline void describe_parts(const TrainingPlan& plan, ExplainSink& sink) {
  const Training& t = plan.training();
  const bool fused = t.kernels == LayerKernels::Fused;
  Count low = 1000;
  Count high = 1000;
  bool recurrent = false;
  for (const KindPlan& kind : plan.kinds) recurrent = recurrent || kind.local.recurs();
  if (fused || plan.float8() || plan.profile->kernels == OwnKernels::Fused ||
      plan.profile->activations != ActivationsKnown::Measured)
    low = 950, high = 1050;
  if (t.compile) low = 800, high = 1150;
  if (recurrent) low = std::min(low, activations::recurrent_low), high = std::max(high, activations::recurrent_high);
  const Trust trust = high == 1000 ? Trust::Exact : Trust::Modelled;
  sink.describe(Part::Weights, "tensor inventory x bytes of the recipe");
  sink.describe(Part::Adapters, "PEFT lora/layer.py: rank x (in + out) a target");
  sink.describe(Part::Activations, "PyTorch saved-tensor hooks on the model classes", trust, low, high,
                "workspaces inside kernels");
  const bool measured_loss =
      !plan.loss.log_probabilities && plan.loss.kernel != LossKernel::OverLogits && row_of(t.loss).whole_logits;
  sink.describe(Part::LossHead, "allocation ledger of the cross-entropy",
                measured_loss ? Trust::Exact : Trust::Modelled, measured_loss ? 1000 : 700,
                measured_loss ? 1000 : 1300);
  sink.describe(Part::Gradients, "one number a trained parameter");
  sink.describe(Part::MasterWeights, "copy the optimizer updates");
  sink.describe(Part::EmaWeights, "one number a trained parameter (torch.optim.swa_utils.AveragedModel)");
  const bool states_exact = row_of(t.optimizer).known == StatesKnown::Measured;
  const bool paged = row_of(t.optimizer).pages == StatePages::Managed;
  sink.describe(Part::OptimizerStates, "states of the optimizer's tensors, from their shapes",
                states_exact ? Trust::Exact : Trust::Assumed, paged ? 0 : 1000, states_exact ? 1000 : 1200,
                paged ? "pages that have moved to the host" : "");
  if (plan.float8()) {
    sink.describe(Part::WeightCasts, "Transformer Engine docs: 8-bit copies by row and by column", Trust::Modelled,
                  500);
  } else {
    sink.describe(Part::WeightCasts, "autocast's 16-bit copies of linear weights");
  }
  sink.describe(Part::ReferenceModel, "tensor inventory x bytes of the recipe, cut as the policy");
  sink.describe(Part::RewardModel, "tensor inventory x bytes of the recipe, cut as the policy");
  sink.describe(Part::ValueModel, "TRL ppo_trainer; the moments of the policy", Trust::Modelled, 900, 1100);
  sink.describe(Part::GenerationEngine, "estimate of inference with the engine's share of the device",
                Trust::Modelled, 900, 1100);
  sink.describe(Part::Transient, "allocation ledger of the backward pass", Trust::Modelled, 950, 1050);
  sink.describe(Part::GatheredWeights, "FSDP2 on a fake process group", Trust::Modelled, 950, 1100);
  sink.describe(Part::CommBuffers, "buckets and reductions of the framework", Trust::Modelled, 900, 1100);
  sink.describe(Part::Overhead, "context, cuBLAS workspace, NCCL, allocator fragmentation", Trust::Assumed, 400,
                2500);
}

}  // namespace llmcalc
