#pragma once
// Settings of training. Part of the table in fields.hpp.

#include <llmcalc/scenario/field.hpp>
#include <llmcalc/scenario/field_codecs.hpp>
#include <llmcalc/scenario/fields_serving.hpp>

#include <array>

namespace llmcalc::field_rows {

// What decides whether a setting matters.
constexpr bool has_adapters(const Scenario& s) { return trains_adapters(s.training.method); }
constexpr bool tunes_prompt(const Scenario& s) { return row_of(s.training.method).trained == Trained::VirtualTokens; }
constexpr bool uses_reference(const Scenario& s) { return refers(s.training.objective); }
constexpr bool uses_rewards(const Scenario& s) { return generates(s.training.objective); }
constexpr bool uses_reward_model(const Scenario& s) {
  return uses_rewards(s) && s.training.models.reward == RewardSource::Model;
}
constexpr bool uses_values(const Scenario& s) { return row_of(s.training.objective).values; }
constexpr bool uses_value_model(const Scenario& s) {
  return uses_values(s) && s.training.models.value == ValueSource::Model;
}
constexpr bool uses_engine(const Scenario& s) {
  const Generator g = s.training.rollout.generator;
  return uses_rewards(s) && (g == Generator::Engine || g == Generator::EngineAsleep);
}
constexpr bool has_masters(const Scenario& s) { return recipe_bytes(s.training.recipe).master != 0; }
constexpr bool in_float8(const Scenario& s) { return s.training.float8; }
constexpr bool splits_experts(const Scenario& s) { return s.parallelism.expert > 1; }
constexpr bool freezes(const Scenario& s) {
  const Trained trained = row_of(s.training.method).trained;
  return trained == Trained::LastLayers || trained == Trained::SomeLayers;
}
constexpr bool projects_gradients(const Scenario& s) { return row_of(s.training.optimizer).low_rank; }
constexpr bool chunks_loss(const Scenario& s) { return s.training.loss == Loss::Chunked; }
constexpr bool article_method(const Scenario& s) { return s.method == Method::Article; }
/// The model or one beside it.
inline bool some_has_towers(const Scenario& s) {
  const auto has = [](const ModelPtr& m) { return m && m->has_towers(); };
  const OtherModels& others = s.training.models;
  return has(s.model) || (uses_value_model(s) && has(others.value_model)) ||
         (uses_reward_model(s) && has(others.reward_model));
}
inline bool reads_patches(const Scenario& s) {
  return some_has_towers(s) && s.training.vision_tower == VisionTower::Trained;
}
/// More ranks than the largest machines have.
inline constexpr double most_ranks = 65536;

inline constexpr auto training_member = &Scenario::training;

inline constexpr std::array training_fields{
    choice<training_member, &Training::framework>(
        {"training.framework", "--framework", "Framework", "", "program that trains the model"}),
    text<training_member, &Training::version>({"training.version", "--framework-version", "Framework version", "",
                                               "version whose behaviour applies; empty: the newest that is known"},
                                              64),
    choice<training_member, &Training::method>(
        {"training.method", "--training-method", "Training method", "", "what is trained"}),
    choice<training_member, &Training::objective>({"training.objective", "--objective", "Objective", "",
                                                   "what is optimized: decides the loss and the other models"}),
    only(uses_reference, choice<training_member, &Training::models, &OtherModels::reference>(
                             {"training.reference", "--reference", "Reference", "",
                              "where the reference's log-probabilities come "
                              "from"})),
    only(uses_rewards, choice<training_member, &Training::models, &OtherModels::reward>(
                           {"training.reward", "--reward-source", "Reward source", "", "what scores the answers"})),
    only(uses_reward_model, field({"training.reward_model", "--reward-model", "Reward model", "",
                                   "model that scores the answers; none: one of the policy's shape"},
                                  std::monostate{})),
    only(uses_values,
         choice<training_member, &Training::models, &OtherModels::value>(
             {"training.value", "--value-source", "Value source", "", "what estimates the value of a state in PPO"})),
    only(uses_value_model, field({"training.value_model", "--value-model", "Value model", "",
                                  "model that estimates values; none: one of the policy's shape"},
                                 std::monostate{})),
    only(uses_rewards,
         choice<training_member, &Training::rollout, &Rollout::generator>(
             {"training.rollout.generator", "--generator", "Generation", "", "where answers are generated"})),
    only(uses_engine, real<training_member, &Training::rollout, &Rollout::engine_share>(
                          {"training.rollout.engine_share", "--engine-share", "Engine's share", "",
                           "share of the device's memory that the generating engine may take"},
                          {0.01, 1.0}, linear(0.1, 0.9))),
    only(uses_engine, whole<training_member, &Training::rollout, &Rollout::engine_tensor>(
                          {"training.rollout.engine_tensor", "--engine-tensor", "Engine's ranks", "ranks",
                           "tensor-parallel ranks that share the generating engine's weights"},
                          {1, most_ranks}, logarithmic(1, 16))),
    only(uses_rewards, whole<training_member, &Training::rollout, &Rollout::group>(
                           {"training.rollout.group", "--answers", "Answers per prompt", "answers",
                            "answers generated per prompt (GRPO's group); 1 for PPO"},
                           {1, most_sequences}, logarithmic(1, 64))),
    only(uses_rewards, whole<training_member, &Training::rollout, &Rollout::completion>(
                           {"training.rollout.completion", "--completion", "Completion", "tokens",
                            "generated tokens of a sequence, the ones that get logits [default: all]"},
                           {1, most_tokens}, logarithmic(64, 65536), "all")),
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
    only(has_adapters, field({"training.lora.experts", "--lora-experts", "Adapters on experts", "",
                              "routed experts get adapters too [default: what the framework's all-linear means]"},
                             automatic_flag<training_member, &Training::lora, &Lora::experts>)),
    only(has_adapters, choice<training_member, &Training::lora, &Lora::modules_to_save>(
                           {"training.lora.modules_to_save", "--modules-to-save", "Modules to save", "",
                            "matrices trained as whole copies alongside the adapters (PEFT modules_to_save)"})),
    only(has_adapters,
         field({"training.kbit_preparation", "--kbit-preparation", "k-bit preparation", "",
                "PEFT's preparation of a quantized base: norms, embedding, head and residual stream in fp32 "
                "[default: the framework's]"},
               automatic_flag<training_member, &Training::kbit_preparation>)),
    only(some_has_towers, choice<training_member, &Training::vision_tower>(
                              {"training.vision_tower", "--vision-tower", "Vision tower", "",
                               "whether vision and audio towers are frozen, trained or left out"})),
    only(reads_patches,
         whole<training_member, &Training::image_patches>(
             {"training.image_patches", "--image-patches", "Image patches", "patches",
              "patches of a sequence's images, which a trained tower reads (pixels / patch side squared)"},
             {0, most_tokens}, logarithmic(1, 65536))),
    only(article_method, field({"training.trainable_share", "--trainable-share", "Trained share", "",
                                "the article's method: share of the parameters that are trained, 0 to 1"},
                               trainable_share)),
    only(tunes_prompt, whole<training_member, &Training::virtual_tokens>(
                           {"training.virtual_tokens", "--virtual-tokens", "Virtual tokens", "tokens",
                            "prompt tuning: trained tokens before every sequence"},
                           {1, 65536}, logarithmic(1, 1024))),
    only(freezes,
         whole<training_member, &Training::trained_layers>(
             {"training.trained_layers", "--trained-layers", "Trained layers", "layers",
              "method freeze: how many of the last layers are trained; lisa, badam: layers trained at a time"},
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
    choice<training_member, &Training::state_format>(
        {"training.state_format", "--state-format", "State format", "", "number format of the optimizer's moments"}),
    only(has_masters, choice<training_member, &Training::master_format>(
                          {"training.master_format", "--master-format", "Master format", "",
                           "number format of the weights the optimizer updates"})),
    choice<training_member, &Training::gradient_format>({"training.gradient_format", "--gradient-format",
                                                         "Gradient format", "", "number format of stored gradients"}),
    flag<training_member, &Training::ema>(
        {"training.ema", "--ema", "EMA copy of weights", "", "a running average of the weights is kept with them"}),
    field({"training.recompute", "--recompute", "Recomputation", "",
           "activations that are dropped and computed again: none, selective, full, every:N layers, block:N first "
           "layers of a stage, one-of:N"},
          recompute),
    field(
        {"training.attention", "--training-attention", "Attention", "",
         "kernel that computes attention in training; full:sdpa,sliding:flash gives layers with a window their own"},
        training_attention),
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
    only(splits_experts, real<training_member, &Training::expert_imbalance>(
                             {"training.expert_imbalance", "--expert-imbalance", "Expert imbalance", "",
                              "tokens of the busiest expert rank over the average; a capacity factor's bound"},
                             {1, 1024}, linear(1, 4))),
    whole<training_member, &Training::mlp_tiles>(
        {"training.mlp_tiles", "--mlp-tiles", "Feed-forward tiles", "tiles",
         "pieces of the sequence that dense feed-forward blocks work on one by one (tiled MLP); 1: whole"},
        {1, 65536}, logarithmic(1, 64)),
    choice<training_member, &Training::batching>(
        {"training.batching", "--batching", "Batching", "", "how sequences of different lengths share a batch"}),
    flag<training_member, &Training::compile>(
        {"training.compile", "--compile", "torch.compile", "", "layers are compiled"}),
    flag<training_member, &Training::float8>(
        {"training.float8", "--float8", "FP8 matrix products", "", "matrix products of the layers in 8 bits"}),
    only(in_float8, choice<training_member, &Training::float8_recipe>(
                        {"training.float8_recipe", "--float8-recipe", "FP8 scaling", "",
                         "scales of 8-bit products, which decide how many copies of a weight exist"})),
    only(in_float8, flag<training_member, &Training::float8_weights>(
                        {"training.float8_weights", "--float8-weights", "FP8 weights", "",
                         "linear weights are stored in 8 bits only, alongside the master copy"})),
    real<training_member, &Training::dropout>(
        {"training.dropout", "--dropout", "Dropout", "", "dropout inside the layers; any above 0 keeps masks"},
        {0, 0.99}, linear(0, 0.5)),
    choice<training_member, &Training::offload>(
        {"training.offload", "--offload", "Offload", "", "what is moved to host memory"}),
    flag<training_member, &Training::gradient_release>(
        {"training.gradient_release", "--gradient-release", "Optimizer in backward", "",
         "the optimizer steps inside the backward pass, gradients are freed at once"}),
};

}  // namespace llmcalc::field_rows
