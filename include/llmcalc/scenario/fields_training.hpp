#pragma once
// Settings of training and of how work is divided. Part of the table in fields.hpp.

#include <llmcalc/scenario/field.hpp>
#include <llmcalc/scenario/field_codecs.hpp>
#include <llmcalc/scenario/fields_serving.hpp>

#include <array>

namespace llmcalc::field_detail {

// What decides whether a setting matters.
constexpr bool has_adapters(const Scenario& s) {
  return s.training.method == TrainingMethod::Lora || s.training.method == TrainingMethod::Qlora ||
         s.training.method == TrainingMethod::Dora;
}
constexpr bool freezes(const Scenario& s) { return s.training.method == TrainingMethod::Freeze; }
constexpr bool projects_gradients(const Scenario& s) {
  return s.training.optimizer == Optimizer::Galore || s.training.optimizer == Optimizer::Apollo;
}
constexpr bool chunks_loss(const Scenario& s) { return s.training.loss == Loss::Chunked; }
inline bool has_experts(const Scenario& s) {
  if (!s.model) return false;
  for (const Layer& layer : s.model->kinds) {
    if (layer.is_moe()) return true;
  }
  return false;
}
constexpr bool splits_tensors(const Scenario& s) { return s.parallelism.tensor > 1; }
constexpr bool has_stages(const Scenario& s) { return s.parallelism.pipeline > 1; }
constexpr bool shards(const Scenario& s) { return s.parallelism.zero >= 2; }

/// More ranks than the largest machines have.
inline constexpr double most_ranks = 65536;

inline constexpr auto training_member = &Scenario::training;
inline constexpr auto parallelism_member = &Scenario::parallelism;

inline constexpr std::array training_fields{
    choice<training_member, &Training::framework>(
        {"training.framework", "--framework", "Framework", "", "program that trains the model"}),
    text<training_member, &Training::version>({"training.version", "--framework-version", "Framework version", "",
                                               "version whose behaviour applies; empty: the newest that is known"},
                                              64),
    choice<training_member, &Training::method>(
        {"training.method", "--training-method", "Training method", "", "what is trained"}),
    only(has_adapters,
         whole<training_member, &Training::lora, &Lora::rank>(
             {"training.lora.rank", "--lora-rank", "LoRA rank", "", "inner width of the adapter matrices"},
             {1, 65536}, logarithmic(1, 1024))),
    only(has_adapters, field({"training.lora.targets", "--lora-targets", "LoRA targets", "",
                              "matrices that get an adapter: all-linear, or a list of q k v o gate up down head"},
                             lora_target_set)),
    only(has_adapters, choice<training_member, &Training::lora, &Lora::adapter_dtype>(
                           {"training.lora.adapter_dtype", "--adapter-dtype", "Adapter format", "",
                            "number format of the adapter matrices"})),
    only(has_adapters, real<training_member, &Training::lora, &Lora::dropout>(
                           {"training.lora.dropout", "--lora-dropout", "Adapter dropout", "",
                            "dropout before the adapters; any above 0 keeps a mask and a copy"},
                           {0, 0.99}, linear(0, 0.5))),
    only(freezes, whole<training_member, &Training::trained_layers>(
                      {"training.trained_layers", "--trained-layers", "Trained layers", "layers",
                       "method freeze: how many of the last layers are trained"},
                      {1, 10000}, linear(1, 128))),
    whole<training_member, &Training::micro_batch>(
        {"training.micro_batch", "--micro-batch", "Micro-batch", "sequences", "sequences a device computes at once"},
        {1, most_sequences}, logarithmic(1, 256)),
    whole<training_member, &Training::sequence>(
        {"training.sequence", "--sequence", "Sequence", "tokens", "tokens of a training sequence"}, {1, most_tokens},
        logarithmic(128, 1048576)),
    whole<training_member, &Training::accumulation>(
        {"training.accumulation", "--accumulation", "Gradient accumulation", "steps",
         "micro-batches before the optimizer steps"},
        {1, most_sequences}, logarithmic(1, 256)),
    choice<training_member, &Training::recipe>(
        {"training.recipe", "--recipe", "Precision recipe", "", "number formats of weights, gradients and states"}),
    choice<training_member, &Training::optimizer>(
        {"training.optimizer", "--optimizer", "Optimizer", "", "decides the states kept for each parameter"}),
    only(projects_gradients, whole<training_member, &Training::optimizer_rank>(
                                 {"training.optimizer_rank", "--optimizer-rank", "Projection rank", "",
                                  "rank of GaLore's and APOLLO's projection"},
                                 {1, 65536}, logarithmic(4, 2048))),
    field({"training.recompute", "--recompute", "Recomputation", "",
           "activations that are dropped and computed again: none, selective, full, every:N layers"},
          recompute),
    choice<training_member, &Training::attention>({"training.attention", "--training-attention", "Attention", "",
                                                   "kernel that computes attention in training"}),
    choice<training_member, &Training::kernels>(
        {"training.kernels", "--kernels", "Layer kernels", "", "whether norms and feed-forward blocks are fused"}),
    choice<training_member, &Training::loss>(
        {"training.loss", "--loss", "Loss", "", "how long vocabulary-sized tensors live"}),
    only(chunks_loss, whole<training_member, &Training::loss_chunks>(
                          {"training.loss_chunks", "--loss-chunks", "Loss chunks", "", "pieces of a chunked loss"},
                          {1, 65536}, logarithmic(1, 64))),
    only(has_experts,
         choice<training_member, &Training::experts>(
             {"training.experts", "--expert-kernel", "Expert kernel", "", "how routed experts are computed"})),
    flag<training_member, &Training::compile>(
        {"training.compile", "--compile", "torch.compile", "", "layers are compiled"}),
    flag<training_member, &Training::float8>(
        {"training.float8", "--float8", "Float8 products", "", "matrix products of the layers in 8 bits"}),
    real<training_member, &Training::dropout>(
        {"training.dropout", "--dropout", "Dropout", "", "dropout inside the layers; any above 0 keeps masks"},
        {0, 0.99}, linear(0, 0.5)),
    choice<training_member, &Training::offload>(
        {"training.offload", "--offload", "Offload", "", "what is moved to host memory"}),
    flag<training_member, &Training::gradient_release>(
        {"training.gradient_release", "--gradient-release", "Step in backward", "",
         "the optimizer steps inside the backward pass, gradients are freed at once"}),
};

inline constexpr std::array parallelism_fields{
    whole<parallelism_member, &Parallelism::data>(
        {"parallelism.data", "--data-parallel", "Data parallel", "ranks", "copies of the model, or shards with ZeRO"},
        {1, most_ranks}, logarithmic(1, 1024)),
    whole<parallelism_member, &Parallelism::zero>(
        {"parallelism.zero", "--zero", "ZeRO stage", "",
         "1 shards optimizer states, 2 gradients too, 3 (FSDP) weights too"},
        {0, 3}, linear(0, 3)),
    whole<parallelism_member, &Parallelism::tensor>(
        {"parallelism.tensor", "--tensor-parallel", "Tensor parallel", "ranks", "ranks that share every layer"},
        {1, most_ranks}, logarithmic(1, 16)),
    only(splits_tensors, flag<parallelism_member, &Parallelism::sequence_parallel>(
                             {"parallelism.sequence_parallel", "--sequence-parallel", "Sequence parallel", "",
                              "norms and dropouts are split over the tensor-parallel ranks too"})),
    whole<parallelism_member, &Parallelism::pipeline>(
        {"parallelism.pipeline", "--pipeline-parallel", "Pipeline stages", "stages", "groups of layers, one a rank"},
        {1, most_ranks}, logarithmic(1, 64)),
    only(has_stages, choice<parallelism_member, &Parallelism::schedule>(
                         {"parallelism.schedule", "--schedule", "Pipeline schedule", "",
                          "decides how many micro-batches are in flight"})),
    only(has_stages, whole<parallelism_member, &Parallelism::virtual_stages>(
                         {"parallelism.virtual_stages", "--virtual-stages", "Virtual stages", "",
                          "pieces of the model on a rank with the interleaved schedule"},
                         {1, 1024}, linear(1, 16))),
    whole<parallelism_member, &Parallelism::context>(
        {"parallelism.context", "--context-parallel", "Context parallel", "ranks", "ranks that share a sequence"},
        {1, most_ranks}, logarithmic(1, 64)),
    only(has_experts, whole<parallelism_member, &Parallelism::expert>(
                          {"parallelism.expert", "--expert-parallel", "Expert parallel", "ranks",
                           "ranks that share the routed experts"},
                          {1, most_ranks}, logarithmic(1, 256))),
    only(has_experts, whole<parallelism_member, &Parallelism::expert_tensor>(
                          {"parallelism.expert_tensor", "--expert-tensor-parallel", "Expert tensor parallel", "ranks",
                           "ranks that share one expert"},
                          {1, most_ranks}, logarithmic(1, 16))),
    only(shards, flag<parallelism_member, &Parallelism::reshard_after_forward>(
                     {"parallelism.reshard_after_forward", "--reshard-after-forward", "Reshard after forward", "",
                      "gathered weights are dropped after the forward pass"})),
};

}  // namespace llmcalc::field_detail
