// Commands and files of programs that train a model: one function a program, and the table of them.

#include "readers/imports/import.hpp"
#include "readers/json_text.hpp"
#include "report/launch_options.hpp"

#include <llmcalc/scenario/training.hpp>

#include <algorithm>
#include <array>

namespace llmcalc::io {

using nlohmann::ordered_json;

namespace {

constexpr std::string_view deepspeed_file = "llmcalc-deepspeed.json";

/// What every program needs of a scenario.
struct Job {
  const Scenario& s;
  const Tool& tool;
  const std::string& model;
  const Parallelism& p = s.parallelism;
  Count devices = std::max<Count>(product(p.data, p.tensor, p.pipeline, p.context), 1);
  bool adapters = trains_adapters(s.training.method);
  bool four_bit = row_of(s.training.method).base == BaseFormat::FourBit;
  bool all_linear = s.training.lora.targets.is_all_linear();
  /// Name of the optimizer in the program's words; "" when it has none.
  std::string_view optimizer = optimizer_name(s.training.framework, s.training.optimizer);

  [[nodiscard]] std::string torchrun() const { return "torchrun --nproc_per_node " + std::to_string(devices) + " "; }
  /// The model's name without its organisation.
  [[nodiscard]] std::string folder() const { return model.substr(model.rfind('/') + 1); }
  [[nodiscard]] Count global_batch() const {
    return product(s.training.micro_batch, p.data, s.training.accumulation);
  }
  void add_optimizer(Options& o, std::string_view option) const {
    if (!optimizer.empty()) o.add(option, optimizer);
  }
};

/// What a Trainer is told of the numbers' formats.
void add_precision(Options& o, Recipe recipe) {
  const std::string_view key = key_of(recipe);
  o.add("bf16",
        bool_word(key == "bf16-autocast" || key == "amp-bf16" || key == "bf16-master-fp32" || key == "fsdp-bf16"));
  if (key == "amp-fp16") o.add("fp16", "true");
  if (key == "fp32") o.add("fp16", "false");
  if (key == "amp-bf16") o.add("dtype", "float32");
  if (key == "bf16" || key == "bf16-autocast") o.add("dtype", "bfloat16");
}

std::string targets_of(const Scenario& s) {
  const LoraTargets& targets = s.training.lora.targets;
  if (targets.is_all_linear()) return "all-linear";
  std::string out;
  for (const auto& row : lora_targets) {
    if (!targets.has(row.id)) continue;
    out += out.empty() ? "" : ",";
    out += row.id == LoraTarget::Head ? std::string("lm_head") : std::string(row.key) + "_proj";
  }
  return out;
}

/// The shape of a model's layers as Megatron-LM takes it; layers that differ stand in the comment.
void add_shape(Options& o, const Model& m) {
  if (m.kinds.empty()) return;
  const Layer& layer = m.kinds.front();
  const AttentionShape& a = layer.attention;
  o.add("num_layers", m.layer_count());
  o.add("hidden_size", m.hidden);
  o.add("ffn_hidden_size", layer.feed_forward.width);
  o.add("num_attention_heads", a.heads);
  if (a.kv_heads != a.heads && a.kv_heads != 0) {
    o.add_switch("group_query_attention");
    o.add("num_query_groups", a.kv_heads);
  }
  if (a.head_dim != 0) o.add("kv_channels", a.head_dim);
  if (layer.feed_forward.experts != 0) {
    o.add("num_experts", layer.feed_forward.experts);
    o.add("moe_router_topk", layer.feed_forward.experts_per_token);
  }
  if (layer.feed_forward.gated) o.add_switch("swiglu");
  if (!m.ties_head()) o.add_switch("untie_embeddings_and_output_weights");
}

/// DeepSpeed's configuration.
std::string deepspeed_json(const Scenario& s) {
  const Parallelism& p = s.parallelism;
  ordered_json zero{{"stage", p.zero}};
  const OffloadRow& offload = row_of(s.training.offload);
  if (offload.states) zero["offload_optimizer"] = {{"device", "cpu"}};
  if (offload.parameters) zero["offload_param"] = {{"device", "cpu"}};
  if (p.bucket) zero["reduce_bucket_size"] = *p.bucket;
  if (p.prefetch) zero["stage3_prefetch_bucket_size"] = *p.prefetch;
  if (p.max_live) zero["stage3_max_live_parameters"] = *p.max_live;
  const std::string_view recipe = key_of(s.training.recipe);
  ordered_json out = ordered_json::object();
  if (recipe == "bf16-master-fp32") out["bf16"] = {{"enabled", true}};
  if (recipe == "amp-fp16") out["fp16"] = {{"enabled", true}};
  out["zero_optimization"] = std::move(zero);
  out["train_micro_batch_size_per_gpu"] = s.training.micro_batch;
  out["gradient_accumulation_steps"] = s.training.accumulation;
  return pretty(out);
}

/// DeepSpeed's configuration as a file that an option names.
void add_deepspeed(Launch& out, Options& o, const Job& job) {
  out.files.push_back({std::string(deepspeed_file), deepspeed_json(job.s)});
  o.add("deepspeed", deepspeed_file);
}

std::string accelerate_yaml(const Scenario& s, Count devices) {
  std::string out =
      "compute_environment: LOCAL_MACHINE\ndistributed_type: FSDP\nmixed_precision: bf16\nnum_processes: " +
      std::to_string(devices) + "\nfsdp_config:\n";
  out += "  fsdp_version: " + std::to_string(s.parallelism.fsdp) + "\n";
  if (s.parallelism.fsdp == 1)
    out +=
        "  fsdp_sharding_strategy: " + std::string(s.parallelism.zero == 3 ? "FULL_SHARD" : "SHARD_GRAD_OP") + "\n";
  else
    out += "  fsdp_reshard_after_forward: " + std::string(bool_word(s.parallelism.reshard_after_forward)) + "\n";
  const OffloadRow& offload = row_of(s.training.offload);
  out += "  fsdp_offload_params: " + std::string(bool_word(offload.states && offload.parameters)) + "\n";
  return out;
}

Launch megatron(const Job& job) {
  const Scenario& s = job.s;
  Options o(job.tool, s);
  o.add_rows();
  job.add_optimizer(o, "optimizer");
  if (job.p.zero > 0) o.add_switch("use_distributed_optimizer");
  if (job.p.sequence_parallel && job.p.tensor > 1) o.add_switch("sequence_parallel");
  const RecomputeKind kind = s.training.recompute;
  if (kind == RecomputeKind::Full || kind == RecomputeKind::EveryN || kind == RecomputeKind::Block) {
    o.add("recompute_granularity", "full");
    o.add("recompute_method", kind == RecomputeKind::Block ? "block" : "uniform");
    o.add("recompute_num_layers", kind == RecomputeKind::Full ? Count{1} : s.training.recompute_every);
  } else if (kind == RecomputeKind::Selective) {
    o.add("recompute_granularity", "selective");
  }
  if (job.p.virtual_stages > 1) o.add("num_virtual_stages_per_pipeline_rank", job.p.virtual_stages);
  o.add("global_batch_size", job.global_batch());
  add_shape(o, *s.model);
  o.add("max_position_embeddings", std::max(s.model->max_context, s.training.sequence));
  o.add("tokenizer_type", "HuggingFaceTokenizer");
  o.add("tokenizer_model", job.model);
  o.add_switch("bf16");
  return {.command = o.line(job.torchrun() + "pretrain_gpt.py")};
}

/// Megatron Bridge: a recipe of the model with places of its configuration set anew.
Launch megatron_bridge(const Job& job) {
  const Scenario& s = job.s;
  Options o(job.tool, s);
  o.add_rows();
  o.add("train.global_batch_size", job.global_batch());
  if (job.p.sequence_parallel && job.p.tensor > 1) o.add("model.sequence_parallel", "true");
  const std::string mode(!job.adapters ? "pretrain" : key_of(s.training.method) == "dora" ? "dora" : "lora");
  return {.command = o.line(job.torchrun() + "scripts/training/run_recipe.py --recipe RECIPE --mode " + mode),
          .needs = "RECIPE: Megatron Bridge's recipe for " + job.model + "."};
}

Launch torchtitan(const Job& job) {
  const Scenario& s = job.s;
  constexpr std::string_view file = "llmcalc-torchtitan.toml";
  Options o(job.tool, s);
  o.add("model.hf_assets_path", "./assets/hf/" + job.folder());
  o.add_rows();
  job.add_optimizer(o, "optimizer.name");
  const RecomputeKind kind = s.training.recompute;
  o.add("activation_checkpoint.mode", kind == RecomputeKind::None   ? "none"
                                      : kind == RecomputeKind::Full ? "full"
                                                                    : "selective");
  if (kind == RecomputeKind::OneOfN) o.add("activation_checkpoint.selective_ac_option", s.training.recompute_every);
  if (s.training.recipe == Recipe::Fp32) o.add("training.mixed_precision_param", "float32");
  return {.command = job.torchrun() + "-m torchtitan.train --job.config_file " + std::string(file),
          .files = {{std::string(file), o.toml()}},
          .needs =
              "torchtitan 0.2.2, its last release; the main branch since 2026-02-23 reads no TOML: there the same "
              "settings follow --module and --config."};
}

/// torchtune lists matrices of attention; those of the feed-forward and the head are switches.
void add_torchtune_targets(Options& o, const LoraTargets& targets) {
  constexpr std::array attention{std::pair{LoraTarget::Query, "q_proj"}, std::pair{LoraTarget::Key, "k_proj"},
                                 std::pair{LoraTarget::Value, "v_proj"},
                                 std::pair{LoraTarget::Output, "output_proj"}};
  const bool all = targets.is_all_linear();
  std::string list;
  for (const auto& [target, name] : attention) {
    if (all || targets.has(target)) list += (list.empty() ? "" : ",") + std::string(name);
  }
  const bool feed_forward =
      all || targets.has(LoraTarget::Gate) || targets.has(LoraTarget::Up) || targets.has(LoraTarget::Down);
  o.add("model.lora_attn_modules", "[" + list + "]");
  o.add("model.apply_lora_to_mlp", bool_word(feed_forward));
  o.add("model.apply_lora_to_output", bool_word(!all && targets.has(LoraTarget::Head)));
}

Launch torchtune(const Job& job) {
  Options o(job.tool, job.s);
  o.add("checkpointer.checkpoint_dir", "/tmp/" + job.folder());
  o.add("dtype", job.s.training.recipe == Recipe::Fp32 ? "fp32" : "bf16");
  o.add_rows();
  job.add_optimizer(o, "optimizer._component_");
  if (job.adapters) add_torchtune_targets(o, job.s.training.lora.targets);
  // Recipes for one device refuse to be distributed (torchtune/_cli/run.py).
  const bool distributed = job.devices > 1;
  return {.command = o.line("tune run " +
                            (distributed ? "--nproc_per_node " + std::to_string(job.devices) + " " : std::string()) +
                            (job.adapters ? "lora" : "full") + "_finetune_" +
                            (distributed ? "distributed" : "single_device") + " --config CONFIG"),
          .needs = "CONFIG: torchtune's configuration of " + job.model + ", one of those that \"tune ls\" prints."};
}

Launch mlx_lora(const Job& job) {
  Options o(job.tool, job.s);
  o.add("model", job.model);
  o.add_switch("train");
  o.add_rows();
  o.add("num_layers", "-1");
  if (!job.adapters) return {.command = o.line("mlx_lm.lora")};
  constexpr std::string_view file = "llmcalc-mlx.yaml";
  o.add("config", file);
  // All of them or none: lora.py takes its own three (rank 8, dropout 0, scale 20) only where the file says nothing.
  Options parameters(job.tool, job.s);
  parameters.add("lora_parameters.rank", job.s.training.lora.rank);
  parameters.add("lora_parameters.dropout", word_of(field_at("training.lora.dropout"), job.s));
  parameters.add("lora_parameters.scale", "20.0");
  return {.command = o.line("mlx_lm.lora"), .files = {{std::string(file), parameters.yaml()}}};
}

Launch litgpt(const Job& job) {
  Options o(job.tool, job.s);
  o.add_rows();
  o.add("devices", job.devices);
  job.add_optimizer(o, "optimizer");
  if (job.four_bit) o.add("quantize", "bnb.nf4");
  return {.command =
              o.line(std::string("litgpt finetune_") + (job.adapters ? "lora " : "full ") + shell_word(job.model))};
}

Launch axolotl(const Job& job) {
  const Scenario& s = job.s;
  constexpr std::string_view file = "llmcalc-axolotl.yaml";
  Launch out;
  Options o(job.tool, s);
  o.add("base_model", job.model);
  if (job.adapters) o.add("adapter", job.four_bit ? "qlora" : "lora");
  o.add_rows();
  job.add_optimizer(o, "optimizer");
  o.add("gradient_checkpointing", bool_word(s.training.recompute == RecomputeKind::Full));
  if (job.four_bit) o.add("load_in_4bit", "true");
  if (job.adapters && job.all_linear) o.add("lora_target_linear", "true");
  if (job.adapters && !job.all_linear) o.add("lora_target_modules", targets_of(s));
  const bool half = s.training.recipe == Recipe::AmpFp16;
  o.add("bf16", s.training.recipe == Recipe::Bf16 ? "full" : bool_word(s.training.recipe != Recipe::Fp32 && !half));
  if (half) o.add("fp16", "true");
  if (s.training.attention == AttentionKernel::Flash) o.add("attn_implementation", "flash_attention_2");
  if (s.training.attention == AttentionKernel::Eager) o.add("attn_implementation", "eager");
  if (s.training.framework == TrainingFramework::DeepSpeed || (job.p.zero != 0 && job.p.zero != 3)) {
    add_deepspeed(out, o, job);
  } else if (job.p.zero == 3 && job.p.fsdp == 1) {
    o.add("fsdp_version", Count{1});
    o.add("fsdp_config.fsdp_sharding_strategy", "FULL_SHARD");
    o.add("fsdp_config.fsdp_auto_wrap_policy", "TRANSFORMER_BASED_WRAP");
  } else if (job.p.zero == 3) {
    const OffloadRow& offload = row_of(s.training.offload);
    o.add("fsdp_version", Count{2});
    o.add("fsdp_config.reshard_after_forward", bool_word(job.p.reshard_after_forward));
    o.add("fsdp_config.auto_wrap_policy", "TRANSFORMER_BASED_WRAP");
    o.add("fsdp_config.offload_params", bool_word(offload.states && offload.parameters));
  }
  out.files.insert(out.files.begin(), {std::string(file), o.yaml()});
  out.command = "axolotl train " + std::string(file) + " --launcher torchrun -- --nproc_per_node " +
                std::to_string(job.devices);
  return out;
}

Launch llama_factory(const Job& job) {
  const Scenario& s = job.s;
  constexpr std::string_view file = "llmcalc-llama-factory.yaml";
  Launch out;
  Options o(job.tool, s);
  o.add("model_name_or_path", job.model);
  o.add_rows();
  job.add_optimizer(o, "optim");
  o.add("do_train", "true");
  o.add("stage", s.training.objective == Objective::Dpo      ? "dpo"
                 : s.training.objective == Objective::Reward ? "rm"
                                                             : "sft");
  o.add("finetuning_type", job.adapters ? "lora" : "full");
  if (job.four_bit) o.add("quantization_bit", Count{4});
  if (job.adapters) o.add("lora_target", job.all_linear ? "all" : targets_of(s));
  if (s.training.recompute == RecomputeKind::None) o.add("disable_gradient_checkpointing", "true");
  o.add("bf16", bool_word(s.training.recipe != Recipe::Fp32));
  if (s.training.recipe == Recipe::Bf16) o.add("pure_bf16", "true");
  if (s.training.framework == TrainingFramework::DeepSpeed || job.p.zero != 0) add_deepspeed(out, o, job);
  out.files.insert(out.files.begin(), {std::string(file), o.yaml()});
  out.command = "FORCE_TORCHRUN=1 NPROC_PER_NODE=" + std::to_string(job.devices) + " llamafactory-cli train " +
                std::string(file);
  return out;
}

/// What ms-swift and TRL call an objective; "" when they do not have it.
std::string_view alignment_of(Objective objective) {
  switch (objective) {
    case Objective::Dpo: return "dpo";
    case Objective::Orpo: return "orpo";
    case Objective::Ppo: return "ppo";
    case Objective::Grpo: return "grpo";
    case Objective::Reward: return "rm";
    case Objective::Sft: break;
  }
  return {};
}

Launch ms_swift(const Job& job) {
  const Scenario& s = job.s;
  Launch out;
  Options o(job.tool, s);
  const std::string_view alignment = alignment_of(s.training.objective);
  if (!alignment.empty()) o.add("rlhf_type", alignment);
  o.add("model", job.model);
  o.add("tuner_type", job.adapters ? "lora" : "full");
  if (job.four_bit) o.add("quant_method", "bnb");
  if (job.four_bit) o.add("quant_bits", Count{4});
  o.add("torch_dtype", s.training.recipe == Recipe::Fp32 ? "float32" : "bfloat16");
  o.add_rows();
  if (job.adapters) o.add("target_modules", targets_of(s));
  o.add("gradient_checkpointing", bool_word(s.training.recompute != RecomputeKind::None));
  o.add("attn_impl", s.training.attention == AttentionKernel::Flash  ? "flash_attn"
                     : s.training.attention == AttentionKernel::Sdpa ? "sdpa"
                                                                     : "eager");
  job.add_optimizer(o, "optim");
  if (s.training.framework == TrainingFramework::DeepSpeed || job.p.zero != 0) add_deepspeed(out, o, job);
  out.command =
      o.line("NPROC_PER_NODE=" + std::to_string(job.devices) + " swift " + (alignment.empty() ? "sft" : "rlhf"));
  return out;
}

Launch automodel(const Job& job) {
  const Scenario& s = job.s;
  constexpr std::string_view file = "llmcalc-automodel.yaml";
  Options o(job.tool, s);
  o.add("recipe", "TrainFinetuneRecipeForNextTokenPrediction");
  o.add("model._target_", "nemo_automodel.NeMoAutoModelForCausalLM.from_pretrained");
  o.add("model.pretrained_model_name_or_path", job.model);
  o.add("step_scheduler.local_batch_size", s.training.micro_batch);
  o.add("step_scheduler.global_batch_size", job.global_batch());
  o.add("dataset.seq_length", s.training.sequence);
  o.add("distributed.strategy", "fsdp2");
  o.add("distributed.tp_size", job.p.tensor);
  o.add("distributed.cp_size", job.p.context);
  o.add("distributed.pp_size", job.p.pipeline);
  o.add("distributed.ep_size", job.p.expert);
  o.add("distributed.activation_checkpointing", bool_word(s.training.recompute == RecomputeKind::Full));
  job.add_optimizer(o, "optimizer._target_");
  if (job.adapters) o.add("peft._target_", "nemo_automodel.components._peft.lora.PeftConfig");
  if (job.adapters) o.add("peft.dim", s.training.lora.rank);
  if (job.adapters && job.all_linear) o.add("peft.match_all_linear", "true");
  if (job.four_bit) o.add("quantization.load_in_4bit", "true");
  return {.command = "automodel " + std::string(file) + " --nproc-per-node " + std::to_string(job.devices),
          .files = {{std::string(file), o.yaml()}}};
}

Launch verl_sft(const Job& job) {
  const Scenario& s = job.s;
  Options o(job.tool, s);
  o.add("model.partial_pretrain", job.model);
  o.add("data.micro_batch_size_per_gpu", s.training.micro_batch);
  o.add("data.train_batch_size", job.global_batch());
  o.add("data.max_length", s.training.sequence);
  o.add("model.enable_gradient_checkpointing", bool_word(s.training.recompute != RecomputeKind::None));
  if (job.adapters) o.add("model.lora_rank", s.training.lora.rank);
  if (job.p.context > 1) o.add("ulysses_sequence_parallel_size", job.p.context);
  return {.command = o.line(job.torchrun() + "-m verl.trainer.fsdp_sft_trainer")};
}

Launch verl(const Job& job) {
  const Scenario& s = job.s;
  if (s.training.objective == Objective::Sft) return verl_sft(job);
  Options o(job.tool, s);
  const Count completion =
      std::min(s.training.rollout.completion.value_or(s.training.sequence / 2), s.training.sequence);
  o.add("algorithm.adv_estimator", s.training.objective == Objective::Ppo ? "gae" : "grpo");
  o.add("actor_rollout_ref.model.path", job.model);
  o.add("data.max_prompt_length", subtract(s.training.sequence, completion));
  o.add("data.max_response_length", completion);
  o.add("actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu", s.training.micro_batch);
  o.add("actor_rollout_ref.model.enable_gradient_checkpointing",
        bool_word(s.training.recompute != RecomputeKind::None));
  o.add("actor_rollout_ref.rollout.n", s.training.rollout.group);
  if (job.adapters) o.add("actor_rollout_ref.model.lora_rank", s.training.lora.rank);
  o.add("actor_rollout_ref.actor.strategy", "fsdp");
  o.add("trainer.n_gpus_per_node", job.devices);
  return {.command = o.line("python3 -m verl.trainer.main_ppo")};
}

Launch openrlhf(const Job& job) {
  const Scenario& s = job.s;
  Options o(job.tool, s);
  o.add("model.model_name_or_path", job.model);
  o.add_rows();
  o.add("train.batch_size", job.global_batch());
  o.add("ds.zero_stage", job.p.zero);
  if (s.training.recompute != RecomputeKind::None) o.add_switch("model.gradient_checkpointing_enable");
  if (job.four_bit) o.add_switch("ds.load_in_4bit");
  const std::string_view kind = s.training.objective == Objective::Dpo      ? "dpo"
                                : s.training.objective == Objective::Reward ? "rm"
                                                                            : "sft";
  return {.command = o.line("deepspeed --num_gpus " + std::to_string(job.devices) + " --module openrlhf.cli.train_" +
                            std::string(kind))};
}

/// TRL's own command for an objective; "" where a script has to call the trainer.
std::string_view trl_command(const Scenario& s) {
  if (s.training.framework != TrainingFramework::Trl) return {};
  switch (s.training.objective) {
    case Objective::Sft: return "trl sft";
    case Objective::Dpo: return "trl dpo";
    case Objective::Grpo: return "trl grpo";
    case Objective::Reward: return "trl reward";
    case Objective::Orpo:
    case Objective::Ppo: break;
  }
  return {};
}

/// A script around the Trainer, started by Accelerate or DeepSpeed, or by TRL's command.
Launch trainer(const Job& job) {
  const Scenario& s = job.s;
  constexpr std::string_view file = "llmcalc-accelerate.yaml";
  const std::string devices = std::to_string(job.devices);
  const std::string command(trl_command(s));
  Launch out;
  Options o(job.tool, s);
  o.add("model_name_or_path", job.model);
  o.add_rows();
  job.add_optimizer(o, "optim");
  if (job.adapters) o.add("use_peft", "true");
  if (job.adapters && job.four_bit) o.add("load_in_4bit", "true");
  if (job.adapters) o.add("lora_target_modules", targets_of(s));
  add_precision(o, s.training.recipe);
  const bool deepspeed = s.training.framework == TrainingFramework::DeepSpeed ||
                         (job.p.zero != 0 && s.training.recipe != Recipe::FsdpBf16);
  if (deepspeed) add_deepspeed(out, o, job);
  const bool sharded = !deepspeed && job.p.zero != 0;
  if (sharded) out.files.push_back({std::string(file), accelerate_yaml(s, job.devices)});
  if (!command.empty()) {
    out.needs = "--dataset_name names the data.";
    out.command =
        o.line(command + (sharded ? " --accelerate_config " + std::string(file) : " --num_processes " + devices));
    return out;
  }
  out.needs = "train.py: a script that gives these options to the Trainer" +
              std::string(s.training.framework == TrainingFramework::Unsloth
                              ? ", its model from unsloth.FastLanguageModel.from_pretrained."
                              : ".");
  out.command = o.line(deepspeed ? "deepspeed --num_gpus " + devices + " train.py"
                       : sharded ? "accelerate launch --config_file " + std::string(file) + " train.py"
                                 : "accelerate launch --num_processes " + devices + " train.py");
  return out;
}

/// Programs with a form of their own; the others are scripts around the Trainer.
struct TrainingWriter {
  std::string_view tool;
  Launch (*write)(const Job&);
};
constexpr std::array training_writers{
    TrainingWriter{"megatron", megatron},
    TrainingWriter{"megatron-bridge", megatron_bridge},
    TrainingWriter{"torchtitan", torchtitan},
    TrainingWriter{"torchtune", torchtune},
    TrainingWriter{"mlx-lora", mlx_lora},
    TrainingWriter{"litgpt-finetune", litgpt},
    TrainingWriter{"axolotl", axolotl},
    TrainingWriter{"llama-factory", llama_factory},
    TrainingWriter{"ms-swift", ms_swift},
    TrainingWriter{"automodel", automodel},
    TrainingWriter{"verl", verl},
    TrainingWriter{"openrlhf", openrlhf},
};

}  // namespace

Launch launch_training(const Scenario& s, const Tool& tool, const std::string& model) {
  const Job job{.s = s, .tool = tool, .model = model};
  const auto* writer = std::find_if(training_writers.begin(), training_writers.end(),
                                    [&](const TrainingWriter& w) { return w.tool == tool.id; });
  return writer == training_writers.end() ? trainer(job) : writer->write(job);
}

}  // namespace llmcalc::io
