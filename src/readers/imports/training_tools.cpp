// Options of the programs that train models. What optimizes quality (learning rates, schedules, data) is in `no_effect`.
// What several options decide together, the recipe above all, is in each tool's finish(). Sources: each tool's.

#include "readers/field_text.hpp"
#include "readers/imports/import.hpp"
#include "readers/lookup.hpp"

#include <llmcalc/base/decimal_streams.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/training.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace llmcalc::io {
namespace {

Count number(std::string_view text) {
  Count n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// --- What many of them share ---

/// Names of attention kernels, the first of each the one that is written.
constexpr std::string_view attention_words =
    "flash_attention_2=flash flash_attention_3=flash flash_attn=flash flash=flash fa2=flash fa3=flash "
    "kernels-community/flash-attn2=flash "
    "kernels-community/flash-attn3=flash kernels-community/vllm-flash-attn3=flash sdpa=sdpa eager=eager "
    "flex_attention=flash";

/// An optimizer by the name that the program has for it.
bool take_optimizer(Importing& in, const Given& g) {
  if (!g.value) return false;
  std::string name = *g.value;
  for (std::string_view start : {"OptimizerNames."}) {
    if (name.starts_with(start)) name = name.substr(start.size());
  }
  // Names of transformers for what is the same to memory (training_args.py, OptimizerNames), and of PyTorch's classes.
  constexpr std::string_view others =
      "adamw_hf=adamw adamw_torch_8bit=adamw-8bit adamw_8bit=adamw-8bit adamw_bnb_8bit=adamw-8bit "
      "paged_adamw_32bit=adamw paged_adamw=adamw "
      "adamw_apex_fused=adamw-fused adamw_anyprecision=adamw adamw=adamw adam=adam AdamW=adamw Adam=adam "
      "fused_adam=adamw-fused FusedAdam=adamw-fused "
      "muon=muon dist_muon=muon Muon=muon sgd=sgd SGD=sgd ao_adamw_8bit=adamw-8bit adamw_torch_4bit=adamw-4bit "
      "ao_adamw_4bit=adamw-4bit came_pytorch=came "
      "galore_adamw_8bit=galore-8bit galore_adamw_layerwise=galore galore_adafactor=galore lion=lion lion_32bit=lion "
      "paged_lion_8bit=lion-8bit "
      "torchao.optim.AdamW8bit=adamw-8bit bitsandbytes.optim.AdamW=adamw q_galore_adamw8bit=galore";
  for (const auto& row : optimizers) {
    for (const auto column : {&OptimizerNames::transformers, &OptimizerNames::python, &OptimizerNames::torchtitan}) {
      // A name that two optimizers share means the first.
      if (!(row.names.*column).empty() && row.names.*column == name) return in.set("training.optimizer", row.key);
    }
  }
  const auto meaning = meaning_of(others, name);
  return meaning && in.set("training.optimizer", *meaning);
}

/// Whole matrices that are trained alongside adapters, by their modules' names.
bool take_saved_modules(Importing& in, const Given& g) {
  if (!g.value) return false;
  const auto names = [&](std::string_view part) { return g.value->find(part) != std::string::npos; };
  const bool head = names("lm_head") || names("output_layer");
  const bool embedding = names("embed") || names("wte");
  if (!head && !embedding) return false;
  in.set("training.lora.modules_to_save", head && embedding ? "embedding+head" : head ? "head" : "embedding");
  return true;
}

/// "q_proj,v_proj", "all-linear", "['q_proj', 'k_proj']".
bool take_targets(Importing& in, const Given& g) {
  if (!g.value) return false;
  std::string word;
  std::string targets;
  bool all = false;
  bool understood = true;
  // A regular expression holds names of other things as well.
  const bool pattern = g.value->find('(') != std::string::npos || g.value->find('\\') != std::string::npos;
  const auto end = [&] {
    const auto meaning = meaning_of(
        "q_proj=q k_proj=k v_proj=v o_proj=o gate_proj=gate up_proj=up down_proj=down lm_head=head q=q k=k v=v o=o "
        "gate=gate up=up down=down "
        "output_proj=o w1=gate w2=down w3=up all-linear=all all_linear=all all=all linear_qkv=q,k,v linear_proj=o "
        "linear_fc1=gate,up linear_fc2=down "
        "qkv_proj=q,k,v gate_up_proj=gate,up _proj=all",
        word);
    if (!word.empty() && !meaning && !pattern) understood = false;
    if (meaning == "all" && !pattern) all = true;
    if (meaning && meaning != "all") targets.append(targets.empty() ? "" : ",").append(*meaning);
    word.clear();
  };
  for (const char c : *g.value) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-') {
      word += c;
    } else {
      end();
    }
  }
  end();
  if (!understood || (pattern && targets.empty())) return false;
  return in.set("training.lora.targets", all || targets.empty() ? "all-linear" : targets);
}

bool take_sequence(Importing& in, const Given& g) {
  const auto tokens = g.value ? tokens_of_text(*g.value) : std::nullopt;
  return tokens && (*tokens == 0 || in.set("training.sequence", std::to_string(*tokens)));
}

/// A DeepSpeed configuration: read where it is, else what its name says.
bool take_deepspeed(Importing& in, const Given& g) {
  if (!g.value || *g.value == "null" || g.value->empty()) return true;
  if (in.take_file(*g.value)) {
    in.say("read");
    return true;
  }
  constexpr std::string_view stages[] = {"0", "1", "2", "3"};
  for (std::string_view stage : stages) {
    for (std::string_view start : {"zero", "z", "stage", "zero_", "stage_", "zero-"}) {
      if (!contains(*g.value, std::string(start) + std::string(stage))) continue;
      in.set("parallelism.zero", stage);
      in.remember("zero_optimization.stage", std::string(stage));
      if (contains(*g.value, "offload")) in.remember("zero_optimization.offload_optimizer.device", "cpu");
      in.say("parallelism.zero = " + std::string(stage) + ", from the file's name; the file is not here");
      return true;
    }
  }
  return false;
}
bool take_file_option(Importing& in, const Given& g) {
  if (!g.value || !in.take_file(*g.value)) return false;
  in.say("read");
  return true;
}

/// "full_shard auto_wrap offload", or a list of these.
bool take_fsdp(Importing& in, const Given& g) {
  if (!g.value || g.value->empty() || *g.value == "null" || *g.value == "false") return true;
  const std::string& words = *g.value;
  if (contains(words, "offload")) in.set("training.offload", "optimizer+parameters");
  const std::string before = in.given("fsdp_config.fsdp_version fsdp_version");
  if (before.empty() && contains(words, "fsdp2")) in.remember("fsdp_version", "2");
  return in.set("parallelism.zero", contains(words, "grad_op") || contains(words, "SHARD_GRAD") ? "2" : "3");
}
bool take_fsdp_strategy(Importing& in, const Given& g) {
  const auto zero = meaning_of(
      "FULL_SHARD=3 SHARD_GRAD_OP=2 NO_SHARD=0 HYBRID_SHARD=3 1=3 2=2 3=0 4=3 ddp=0 fsdp=3 fsdp2=3 megatron=0",
      g.value.value_or(""));
  return zero && in.set("parallelism.zero", *zero);
}
bool take_offload(Importing& in, const Given& g) {
  if (!g.value || *g.value == "none" || *g.value == "null" || *g.value == "false" || *g.value == "False") return true;
  const bool parameters = contains(g.name, "param") || contains(g.name, "fsdp_offload") ||
                          contains(g.name, "cpu_offload") || contains(g.name, "offload_policy");
  if (in.text("training.offload") == "optimizer+parameters") return true;
  return in.set("training.offload", parameters ? "optimizer+parameters" : "optimizer");
}
bool take_activation_offload(Importing& in, const Given& g) {
  return !g.value || *g.value == "false" || *g.value == "False" || in.set("training.offload", "activations");
}
/// The script that is started.
bool script_or_module(Importing&, const Given& g) { return g.value && contains(*g.value, "."); }
bool remembered(Importing& in, const Given&) {
  in.say("decides the recipe or the method");
  return true;
}
/// How many processes, nodes and cards there are is put together in share_devices().
bool take_world(Importing& in, const Given& g) {
  if (!g.value || (number(*g.value) == 0 && *g.value != "-1" && *g.value != "gpu" && *g.value != "auto"))
    return false;
  in.say("part of device.count");
  return true;
}
bool take_cards(Importing& in, const Given& g) {
  if (!g.value || g.value->empty() || g.value->starts_with('$')) return false;
  in.devices() = std::max(in.devices(), static_cast<Count>(std::count(g.value->begin(), g.value->end(), ',')) + 1);
  in.say("device.count = " + std::to_string(in.devices()));
  return true;
}
bool take_zero(Importing& in, const Given& g) { return g.value && in.set("parallelism.zero", *g.value); }
bool take_elements(Importing& in, const Given& g, std::string_view path) {
  if (!g.value || *g.value == "auto") return true;
  const auto value = real_of_text(*g.value);
  if (!value || *value < 0 || *value > 1e15) return false;
  return in.set(path, std::to_string(static_cast<Count>(*value)));
}
bool take_bucket(Importing& in, const Given& g) { return take_elements(in, g, "parallelism.bucket"); }
bool take_prefetch(Importing& in, const Given& g) { return take_elements(in, g, "parallelism.prefetch"); }
bool take_max_live(Importing& in, const Given& g) { return take_elements(in, g, "parallelism.max_live"); }
bool take_not_auto(Importing& in, const Given& g) {
  return g.value && (*g.value == "auto" || in.set("training.micro_batch", *g.value));
}
bool take_accumulation(Importing& in, const Given& g) {
  return g.value && (*g.value == "auto" || in.set("training.accumulation", *g.value));
}

/// What starts a training: launchers, Accelerate's and DeepSpeed's configurations.
constexpr std::array starters{
    OptionRow{
        .names =
            "nproc_per_node num_gpus gpus_per_node nproc NPROC_PER_NODE NGPU trainer.devices trainer.n_gpus_per_node",
        .take = take_world},
    OptionRow{.names = "nnodes num_nodes trainer.num_nodes trainer.nnodes NNODES", .take = take_world},
    OptionRow{.names = "num_processes", .take = take_world},
    OptionRow{.names = "accelerate_config", .take = take_file_option},
    OptionRow{.names = "CUDA_VISIBLE_DEVICES ASCEND_RT_VISIBLE_DEVICES gpu_ids include", .take = take_cards},
    OptionRow{.names = "config_file job.config_file", .take = take_file_option},
    OptionRow{.names = "deepspeed deepspeed_config deepspeed_config.deepspeed_config_file deepspeed_config_file",
              .take = take_deepspeed},
    OptionRow{.names = "zero_optimization.stage deepspeed_config.zero_stage zero_stage", .take = take_zero},
    OptionRow{.names = "zero_optimization.offload_optimizer.device deepspeed_config.offload_optimizer_device "
                       "offload_optimizer_device",
              .take = take_offload},
    OptionRow{
        .names = "zero_optimization.offload_param.device deepspeed_config.offload_param_device offload_param_device",
        .take = take_offload},
    OptionRow{.names = "zero_optimization.reduce_bucket_size",
              .path = "parallelism.bucket",
              .launch = InLaunch::Changed,
              .take = take_bucket},
    OptionRow{.names = "zero_optimization.stage3_prefetch_bucket_size",
              .path = "parallelism.prefetch",
              .launch = InLaunch::Changed,
              .take = take_prefetch},
    OptionRow{.names = "zero_optimization.stage3_max_live_parameters",
              .path = "parallelism.max_live",
              .launch = InLaunch::Changed,
              .take = take_max_live},
    OptionRow{.names = "train_micro_batch_size_per_gpu", .take = take_not_auto},
    OptionRow{.names = "gradient_accumulation_steps deepspeed_config.gradient_accumulation_steps",
              .take = take_accumulation},
    OptionRow{.names = "fsdp", .take = take_fsdp},
    OptionRow{.names = "fsdp_config.fsdp_sharding_strategy fsdp_config.sharding_strategy fsdp_sharding_strategy",
              .take = take_fsdp_strategy},
    OptionRow{.names = "fsdp_config.fsdp_offload_params fsdp_config.offload_params fsdp_offload_params",
              .take = take_offload},
    OptionRow{.names = "fsdp_config.fsdp_reshard_after_forward fsdp_config.reshard_after_forward",
              .path = "parallelism.reshard_after_forward",
              .as = As::Words,
              .words = "true=true false=false FULL_SHARD=true SHARD_GRAD_OP=false"},
    OptionRow{.names = "fsdp_config.fsdp_version fsdp_version", .path = "parallelism.fsdp"},
    OptionRow{.names = "fsdp_config.fsdp_activation_checkpointing fsdp_config.activation_checkpointing",
              .path = "training.recompute",
              .as = As::Words,
              .words = "true=full false=-"},
    OptionRow{.names = "distributed_type mixed_precision bf16.enabled fp16.enabled", .take = remembered},
    OptionRow{.names = "activation_checkpointing.cpu_checkpointing", .take = take_activation_offload},
};
constexpr std::string_view starters_no_effect =
    "m= launcher= compute_environment debug downcast_bf16 machine_rank main_training_function num_machines "
    "rdzv_backend= "
    "rdzv_endpoint= rdzv_id= rdzv_conf= same_network tpu_* use_cpu dynamo_backend= main_process_ip= "
    "main_process_port= "
    "master_addr= master_port= node_rank= standalone max_restarts= monitor_interval= role= log_dir= redirects= tee= "
    "hostfile= include= exclude= enable_cpu_affinity fp16.* bf16.* "
    "zero_optimization.overlap_comm zero_optimization.contiguous_gradients zero_optimization.sub_group_size "
    "zero_optimization.reduce_scatter zero_optimization.allgather_partitions zero_optimization.allgather_bucket_size "
    "zero_optimization.round_robin_gradients zero_optimization.stage3_param_persistence_threshold "
    "zero_optimization.stage3_max_reuse_distance zero_optimization.stage3_gather_16bit_weights_on_model_save "
    "zero_optimization.offload_optimizer.* zero_optimization.offload_param.* "
    "zero_optimization.stage3_gather_fp16_weights_on_model_save zero_allow_untested_optimizer wall_clock_breakdown "
    "steps_per_print gradient_clipping train_batch_size "
    "optimizer.* scheduler.* prescale_gradients deepspeed_config.* fsdp_config.fsdp_auto_wrap_policy "
    "fsdp_config.fsdp_transformer_layer_cls_to_wrap fsdp_config.transformer_layer_cls_to_wrap "
    "fsdp_config.auto_wrap_policy "
    "fsdp_config.fsdp_backward_prefetch* fsdp_config.fsdp_cpu_ram_efficient_loading "
    "fsdp_config.cpu_ram_efficient_loading fsdp_config.fsdp_forward_prefetch fsdp_config.fsdp_state_dict_type "
    "fsdp_config.state_dict_type "
    "fsdp_config.final_state_dict_type fsdp_config.fsdp_final_state_dict_type fsdp_config.fsdp_sync_module_states "
    "fsdp_config.sync_module_states fsdp_config.fsdp_use_orig_params fsdp_config.use_orig_params "
    "fsdp_config.fsdp_limit_all_gathers "
    "fsdp_config.limit_all_gathers fsdp_config.fsdp_min_num_params fsdp_config.min_num_params "
    "fsdp_config.fsdp_mixed_precision* local_rank= MASTER_PORT= MASTER_ADDR= WORLD_SIZE= RANK= NODE_RANK= ";

/// Ranks that are not data-parallel; the rest of the processes are. Cards alone make no replicas, but a launcher starts a
/// process on each.
void share_devices(Importing& in) {
  const Count per_node =
      number(in.given("nproc_per_node num_gpus gpus_per_node nproc NPROC_PER_NODE NGPU trainer.devices "
                      "trainer.n_gpus_per_node devices"));
  const Count nodes =
      std::max<Count>(1, number(in.given("nnodes num_nodes trainer.num_nodes trainer.nnodes NNODES")));
  Count processes = number(in.given("num_processes"));
  if (processes == 0) processes = multiply(per_node, nodes);
  const std::string program = in.given("(program)");
  const bool named = !in.given("include").empty();  // DeepSpeed's cards by number
  if (processes == 0 && (named || contains(program, "accelerate") || contains(program, "llamafactory")))
    processes = in.devices();
  const Count layout = product(in.count("parallelism.tensor", 1), in.count("parallelism.pipeline", 1),
                               in.count("parallelism.context", 1));
  if (!in.has("parallelism.data") && processes > 1)
    in.set("parallelism.data", std::max<Count>(1, processes / std::max<Count>(layout, 1)));
  if (in.count("parallelism.zero", 0) != 0 && !in.has("parallelism.data")) {
    in.note("how many GPUs share the work is not part of these settings: --set parallelism.data=N says it");
  }
  in.devices() = std::max({in.devices(), processes, multiply(layout, in.count("parallelism.data", 1))});
}

/// Micro-batches of a step, where the sizes say it and the number of replicas is known.
void share_batch(Importing& in, std::string_view global_names) {
  const Count global = number(in.given(global_names));
  const Count step = multiply(in.count("training.micro_batch", 1), in.count("parallelism.data", 1));
  if (in.has("parallelism.data") && global > step && step != 0) in.set("training.accumulation", global / step);
}

/// Whether adapters are trained, and on what.
void choose_method(Importing& in, bool adapters) {
  if (in.has("training.method")) return;
  const bool four = in.on("load_in_4bit model_args.load_in_4bit") || in.given("quantization_bit quant_bits") == "4" ||
                    in.given("adapter") == "qlora" || in.given("quantization_config.load_in_4bit") == "true" ||
                    in.given("peft.quantization") == "nf4";
  const bool eight = in.on("load_in_8bit") || in.given("quantization_bit quant_bits") == "8";
  if (adapters && four) in.set("training.method", "qlora");
  if (adapters && !four)
    in.set("training.method", in.on("use_dora lora_use_dora peft_use_dora peft.use_dora") ? "dora" : "lora");
  if (eight && adapters) in.set("weights.format", "int8");
}

enum class Loaded { Narrow, Wide };  // weights in 16 bits, or in fp32 under autocast

/// The recipe of a Trainer: who shards decides over who casts.
void choose_recipe(Importing& in, Loaded loaded) {
  if (in.has("training.recipe")) return;
  const bool fp16 = in.on("fp16 fp16.enabled") && in.given("fp16 fp16.enabled") != "auto";
  const bool bf16 = in.on("bf16 bf16.enabled") || in.given("mixed_precision") == "bf16";
  const bool shards = in.on("fsdp") || in.given("distributed_type") == "FSDP" ||
                      !in.given("fsdp_config.fsdp_version fsdp_version").empty();
  const bool deepspeed = !in.given("zero_optimization.stage deepspeed_config.zero_stage").empty() ||
                         in.given("distributed_type") == "DEEPSPEED" || in.on("deepspeed");
  const bool adapters = in.text("training.method") == "lora" || in.text("training.method") == "qlora" ||
                        in.text("training.method") == "dora";
  if (deepspeed) in.set("training.framework", "deepspeed");
  if (shards) in.set_default("parallelism.zero", "3");
  if (fp16) {
    in.set("training.recipe", "amp-fp16");
  } else if (in.on("pure_bf16")) {
    in.set("training.recipe", "bf16");
  } else if (deepspeed && (bf16 || !in.given("bf16.enabled").empty())) {
    in.set("training.recipe", "bf16-master-fp32");
  } else if (bf16 && shards && !adapters) {
    in.set("training.recipe", "fsdp-bf16");
  } else if (bf16) {
    in.set("training.recipe", loaded == Loaded::Wide && !adapters ? "amp-bf16" : "bf16-autocast|bf16");
  } else if (in.given("bf16") == "false" && in.given("fp16") == "false" && in.given("torch_dtype dtype").empty()) {
    in.set("training.recipe", "fp32");
  }
}

// --- transformers' Trainer, TRL ---

void objective_of_program(Importing& in) {
  const auto objective = meaning_of(
      "sft=sft pt=sft dpo=dpo kto=dpo orpo=orpo reward=reward rm=reward ppo=ppo grpo=grpo cpo=orpo simpo=orpo",
      in.given("(program)").substr(in.given("(program)").find_last_of(" _") + 1));
  if (objective) in.set_default("training.objective", *objective);
}

void trainer_finish(Importing& in) {
  objective_of_program(in);
  if (in.given("(program)").starts_with("trl ")) in.set("training.framework", "trl|transformers");
  choose_method(in, in.on("use_peft use_lora") || !in.given("lora_r lora_rank lora_target_modules").empty());
  const std::string dtype = in.given("torch_dtype dtype model_init_kwargs.torch_dtype model_init_kwargs.dtype");
  choose_recipe(in, dtype == "float32" || dtype == "fp32" ? Loaded::Wide : Loaded::Narrow);
  share_devices(in);
}

constexpr std::array trainer_rows{
    OptionRow{.names = "model_name_or_path model model_id model_name", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = script_or_module},
    OptionRow{.names = "per_device_train_batch_size micro_batch_size train_batch_size_per_device",
              .path = "training.micro_batch",
              .launch = InLaunch::Always},
    OptionRow{.names = "gradient_accumulation_steps",
              .path = "training.accumulation",
              .launch = InLaunch::Always,
              .take = take_accumulation},
    OptionRow{.names = "max_length max_seq_length max_seq_len model_max_length cutoff_len block_size",
              .path = "training.sequence",
              .launch = InLaunch::Always,
              .take = take_sequence},
    OptionRow{.names = "optim", .path = "training.optimizer", .take = take_optimizer},
    OptionRow{.names = "gradient_checkpointing",
              .path = "training.recompute",
              .as = As::Words,
              .words = "true=full false=none",
              .launch = InLaunch::Changed},
    OptionRow{.names = "use_liger_kernel use_liger",
              .path = "training.kernels",
              .as = As::Words,
              .words = "true=fused false=framework",
              .launch = InLaunch::Changed},
    OptionRow{.names = "torch_compile",
              .path = "training.compile",
              .as = As::Words,
              .words = "true=true false=false",
              .launch = InLaunch::Changed},
    OptionRow{.names = "attn_implementation",
              .path = "training.attention",
              .as = As::Words,
              .words = attention_words,
              .launch = InLaunch::Changed},
    OptionRow{.names = "use_peft", .take = remembered},
    OptionRow{.names = "load_in_4bit load_in_8bit bf16 fp16 torch_dtype dtype use_dora pure_bf16",
              .take = remembered},
    OptionRow{.names = "lora_r lora_rank", .path = "training.lora.rank", .launch = InLaunch::Changed},
    OptionRow{.names = "lora_dropout", .path = "training.lora.dropout", .launch = InLaunch::Changed},
    OptionRow{.names = "lora_target_modules", .path = "training.lora.targets", .words = "list", .take = take_targets},
    OptionRow{.names = "lora_modules_to_save", .path = "training.lora.modules_to_save", .take = take_saved_modules},
    OptionRow{.names = "packing",
              .path = "training.batching",
              .as = As::Words,
              .words = "true=packed false=-",
              .launch = InLaunch::Never},
    OptionRow{.names = "num_generations", .path = "training.rollout.group", .launch = InLaunch::Changed},
    OptionRow{.names = "max_completion_length", .path = "training.rollout.completion", .launch = InLaunch::Changed},
    OptionRow{
        .names = "vllm_gpu_memory_utilization", .path = "training.rollout.engine_share", .launch = InLaunch::Changed},
    OptionRow{
        .names = "vllm_tensor_parallel_size", .path = "training.rollout.engine_tensor", .launch = InLaunch::Changed},
    OptionRow{.names = "use_vllm",
              .path = "training.rollout.generator",
              .as = As::Words,
              .words = "true=engine false=generate"},
    OptionRow{
        .names = "loss_type",
        .path = "training.loss",
        .as = As::Words,
        .words = "chunked_nll=chunked-linear|chunked nll=- dft=- grpo=- dapo=- dr_grpo=- bnpo=- sigmoid=- ipo=-"},
    OptionRow{.names = "activation_offloading", .take = take_activation_offload},
    OptionRow{.names = "precompute_ref_log_probs",
              .path = "training.reference",
              .as = As::Words,
              .words = "true=none false=-"},
};
constexpr std::string_view trainer_no_effect =
    "dataset_* output_dir= learning_rate= lr_* num_train_epochs= epochs= max_steps= warmup_* weight_decay= logging_* "
    "save_* eval_* do_eval do_train report_to= run_name= push_to_hub hub_* seed= data_* lora_alpha= lora_bias= "
    "lora_task_type= "
    "adam_* max_grad_norm= tf32 ddp_* remove_unused_columns group_by_length per_device_eval_batch_size= dataloader_* "
    "overwrite_output_dir resume_from_checkpoint= bf16_full_eval gradient_checkpointing_kwargs* train_file= "
    "validation_file= "
    "preprocessing_num_workers= trust_remote_code beta= temperature= reward_funcs= reward_model_path= "
    "use_fast_tokenizer local_rank= model_revision= bnb_4bit_* use_bnb_nested_quant neftune_noise_alpha= "
    "completion_only_loss assistant_only_loss "
    "eos_token= chat_template_path= max_prompt_length= num_iterations= epsilon* log_completions vllm_mode= "
    "vllm_server_* scale_rewards mask_truncated_completions average_tokens_across_devices include_* use_cache "
    "cache_dir= "
    "low_cpu_mem_usage dataset= optim_args= ddp_find_unused_parameters attention_dropout prediction_loss_only "
    "ignore_data_skip skip_memory_metrics no_cuda disable_tqdm label_names label_smoothing_factor past_index ";

// --- Axolotl ---

bool axolotl_plugins(Importing& in, const Given& g) {
  return !g.value || !contains(*g.value, "CutCrossEntropy") || in.set("training.loss", "fused");
}
bool axolotl_hybrid_attention(Importing& in, const Given& g) {
  if (g.value != "true") return true;
  in.remember("(hybrid)", "true");
  return in.set("training.attention", "{\"full\": \"sdpa\", \"sliding\": \"flash\"}");
}
void axolotl_finish(Importing& in) {
  if (!in.given("fsdp_config.fsdp_version fsdp_version fsdp_config.offload_params fsdp_config.state_dict_type")
           .empty())
    in.set_default("parallelism.zero", "3");
  if (in.on("(hybrid)")) in.set("training.attention", "{\"full\": \"sdpa\", \"sliding\": \"flash\"}");
  const std::string adapter = in.given("adapter");
  choose_method(in, adapter == "lora" || adapter == "qlora");
  const std::string bf16 = in.given("bf16 bfloat16");
  if (bf16 == "full") in.set("training.recipe", "bf16");  // 16-bit weights without autocast
  if (bf16 == "auto") in.remember("bf16", "true");
  if (in.given("bf16").empty() && in.given("fp16").empty()) in.remember("bf16", "true");
  choose_recipe(in, Loaded::Narrow);
  if (in.on("sample_packing")) in.set_default("training.batching", "packed");
  if (in.text("training.attention").empty() && in.on("flash_attention")) in.set("training.attention", "flash");
  if (in.on("flash_attention sdp_attention") && !in.has("training.attention"))
    in.set("training.attention", in.on("flash_attention") ? "flash" : "sdpa");
  share_devices(in);
}
bool axolotl_checkpoint(Importing& in, const Given& g) {
  if (!g.value || *g.value == "false") return in.set("training.recompute", "none");
  if (*g.value == "offload") in.set("training.offload", "activations");
  return in.set("training.recompute", "full");
}
bool take_dataset_sequence(Importing& in, const Given& g) { return take_sequence(in, g); }
constexpr std::array axolotl_rows{
    OptionRow{.names = "base_model", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = take_file_option},
    OptionRow{.names = "sequence_len",
              .path = "training.sequence",
              .launch = InLaunch::Always,
              .take = take_dataset_sequence},
    OptionRow{.names = "micro_batch_size", .path = "training.micro_batch", .launch = InLaunch::Always},
    OptionRow{.names = "gradient_accumulation_steps", .path = "training.accumulation", .launch = InLaunch::Always},
    OptionRow{.names = "optimizer", .path = "training.optimizer", .take = take_optimizer},
    OptionRow{.names = "gradient_checkpointing", .path = "training.recompute", .take = axolotl_checkpoint},
    OptionRow{.names = "activation_offloading", .take = take_activation_offload},
    OptionRow{
        .names = "adapter load_in_4bit load_in_8bit bf16 fp16 bfloat16 sample_packing flash_attention peft_use_dora",
        .take = remembered},
    OptionRow{.names = "lora_r", .path = "training.lora.rank", .launch = InLaunch::Changed},
    OptionRow{.names = "lora_dropout", .path = "training.lora.dropout", .launch = InLaunch::Changed},
    OptionRow{.names = "lora_target_modules", .path = "training.lora.targets", .take = take_targets},
    OptionRow{.names = "lora_target_linear",
              .path = "training.lora.targets",
              .as = As::Words,
              .words = "true=all-linear false=-"},
    OptionRow{
        .names = "attn_implementation", .path = "training.attention", .as = As::Words, .words = attention_words},
    OptionRow{.names = "sdp_attention xformers_attention flex_attention eager_attention", .take = remembered},
    OptionRow{.names = "liger_fused_linear_cross_entropy",
              .path = "training.loss",
              .as = As::Words,
              .words = "true=fused false=-"},
    OptionRow{.names = "cut_cross_entropy", .path = "training.loss", .as = As::Words, .words = "true=fused false=-"},
    OptionRow{.names = "tiled_mlp_num_shards", .path = "training.mlp_tiles"},
    OptionRow{.names = "liger_cross_entropy",
              .path = "training.loss",
              .as = As::Words,
              .words = "true=in-place|fused false=-"},
    OptionRow{
        .names = "chunked_cross_entropy", .path = "training.loss", .as = As::Words, .words = "true=chunked false=-"},
    OptionRow{.names = "liger_rms_norm liger_glu_activation liger_layer_norm",
              .path = "training.kernels",
              .as = As::Words,
              .words = "true=fused false=-"},
    OptionRow{.names = "torch_compile",
              .path = "training.compile",
              .as = As::Words,
              .words = "true=true false=false auto=-"},
    OptionRow{.names = "tensor_parallel_size", .path = "parallelism.tensor", .launch = InLaunch::Changed},
    OptionRow{.names = "context_parallel_size sequence_parallel_degree",
              .path = "parallelism.context",
              .launch = InLaunch::Changed},
    OptionRow{.names = "dp_shard_size", .path = "parallelism.data"},
    OptionRow{.names = "expert_parallel_size", .path = "parallelism.expert", .launch = InLaunch::Changed},
    OptionRow{.names = "rl",
              .path = "training.objective",
              .as = As::Words,
              .words = "dpo=dpo ipo=dpo kto=dpo orpo=orpo grpo=grpo simpo=orpo null=-"},
    OptionRow{.names = "reward_model", .path = "training.objective", .as = As::Words, .words = "true=reward false=-"},
    OptionRow{.names = "fsdp_version", .path = "parallelism.fsdp"},
    OptionRow{.names = "plugins", .take = axolotl_plugins},
    OptionRow{.names = "gemma4_hybrid_attn_impl", .take = axolotl_hybrid_attention},
    OptionRow{.names = "model_quantization_config_kwargs.dequantize",
              .path = "weights.format",
              .as = As::Words,
              .words = "true=bf16 false=-"},
    OptionRow{.names = "quantize_moe_experts lora_target_parameters",
              .affects = "how the experts of a 4-bit base are stored and adapted"},
    OptionRow{.names = "unfrozen_parameters", .affects = "which parameters are trained"},
    OptionRow{.names = "dp_replicate_size", .affects = "groups of shards (HSDP)"},
    OptionRow{.names = "lora_modules_to_save", .path = "training.lora.modules_to_save", .take = take_saved_modules},
    OptionRow{.names = "fp8", .path = "training.float8", .as = As::Words, .words = "true=true false=false"},
};
constexpr std::string_view axolotl_no_effect =
    "datasets.* dataset_* eot_tokens liger_* use_cce experimental_* model_quantization_config val_set_size "
    "output_dir wandb_* learning_rate lr_* num_epochs max_steps warmup_* "
    "weight_decay logging_steps eval* save* seed tokenizer* model_type special_tokens.* special_tokens tokens "
    "tokens.* lora_alpha lora_model_dir "
    "lora_on_cpu lora_fan_in_fan_out chat_template* strict hub_* is_* trust_remote_code tf32 group_by_length "
    "train_on_inputs early_stopping_patience resume_from_checkpoint auto_resume_from_checkpoints local_rank "
    "pad_to_sequence_len "
    "gradient_checkpointing_kwargs.* cosine_* xformers debug hf_use_auth_token base_model_* "
    "revision_of_model test_datasets.* pretraining_dataset* streaming* skip_prepare_dataset roles_to_train "
    "train_on_eos shuffle_* max_grad_norm "
    "adam_* loss_watchdog_* ddp_* dataloader_* overrides_* rl_* trl.* neftune_noise_alpha peft_* lora_mlp_kernel "
    "lora_qkv_kernel lora_o_kernel lora_embedding_kernel use_tensorboard mlflow_* comet_* do_causal_lm_eval "
    "multipack_* sample_packing_* "
    "eval_sample_packing remove_unused_columns processor_type image_size bnb_config_kwargs.* model_config.* "
    "use_kernels experts_implementation use_scattermoe use_sonicmoe ddp field_messages message_* freeze_mm_modules "
    "heads_k_stride "
    "include_tokens_per_second fix_untrained_tokens dion_* muon_* flash_attn_* unsloth_* s2_attention "
    "excess_length_strategy generate_samples batch_flattening gc_steps trackio_* swanlab_* merge_lora profiler_* "
    "axolotl_config_path "
    "cpu_* device_map low_cpu_mem_usage quantization.* ring_attn_func ";

// --- LLaMA-Factory, ms-swift ---

void factory_finish(Importing& in) {
  const std::string type = in.given("finetuning_type");
  choose_method(in, type == "lora" || type.empty());
  if (type == "freeze") in.set("training.method", "freeze");
  if (in.text("training.method") == "lora" || in.text("training.method") == "qlora") {
    // LoraArguments: "all" when nothing is named; kbit preparation and checkpointing are its defaults (model/patcher.py).
    in.set_default("training.lora.rank", "8");
    in.set_default("training.lora.targets", "all-linear");
  }
  if (!in.on("disable_gradient_checkpointing")) in.set_default("training.recompute", "full");
  in.set_default("training.sequence", "2048");  // DataArguments.cutoff_len
  if (in.on("use_galore")) in.set("training.optimizer", "galore");
  if (in.on("use_apollo")) in.set("training.optimizer", "apollo");
  if (in.on("use_adam_mini")) in.set("training.optimizer", "adam-mini");
  if (in.on("use_muon")) in.set("training.optimizer", "muon");
  choose_recipe(in, Loaded::Wide);
  share_devices(in);
}
constexpr std::array factory_rows{
    OptionRow{.names = "model_name_or_path", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = take_file_option},
    OptionRow{.names = "per_device_train_batch_size", .path = "training.micro_batch", .launch = InLaunch::Always},
    OptionRow{.names = "gradient_accumulation_steps", .path = "training.accumulation", .launch = InLaunch::Always},
    OptionRow{.names = "cutoff_len", .path = "training.sequence", .launch = InLaunch::Always, .take = take_sequence},
    OptionRow{.names = "stage",
              .path = "training.objective",
              .as = As::Words,
              .words = "pt=sft sft=sft rm=reward ppo=ppo dpo=dpo kto=dpo"},
    OptionRow{.names = "pref_loss",
              .path = "training.objective",
              .as = As::Words,
              .words = "sigmoid=- orpo=orpo simpo=orpo hinge=- ipo=- kto_pair=-"},
    OptionRow{.names = "finetuning_type quantization_bit bf16 fp16 pure_bf16 use_galore use_apollo use_adam_mini "
                       "use_muon use_dora disable_gradient_checkpointing quantization_method double_quantization",
              .take = remembered},
    OptionRow{.names = "lora_rank", .path = "training.lora.rank"},
    OptionRow{.names = "lora_dropout", .path = "training.lora.dropout", .launch = InLaunch::Changed},
    OptionRow{.names = "lora_target", .path = "training.lora.targets", .take = take_targets},
    OptionRow{.names = "optim", .path = "training.optimizer", .take = take_optimizer},
    OptionRow{.names = "flash_attn",
              .path = "training.attention",
              .as = As::Words,
              .words = "fa2=flash fa3=flash sdpa=sdpa disabled=eager auto=sdpa"},
    OptionRow{
        .names = "enable_liger_kernel", .path = "training.kernels", .as = As::Words, .words = "true=fused false=-"},
    OptionRow{.names = "gradient_checkpointing",
              .path = "training.recompute",
              .as = As::Words,
              .words = "true=full false=none"},
    OptionRow{
        .names = "use_unsloth_gc", .path = "training.offload", .as = As::Words, .words = "true=activations false=-"},
    OptionRow{.names = "galore_rank apollo_rank", .path = "training.optimizer_rank"},
    OptionRow{.names = "galore_layerwise",
              .path = "training.gradient_release",
              .as = As::Words,
              .words = "true=true false=-"},
    OptionRow{.names = "packing", .path = "training.batching", .as = As::Words, .words = "true=packed false=-"},
    OptionRow{.names = "freeze_trainable_layers", .path = "training.trained_layers"},
    OptionRow{.names = "freeze_vision_tower",
              .path = "training.vision_tower",
              .as = As::Words,
              .words = "true=frozen false=trained"},
    OptionRow{.names = "fp8", .path = "training.float8", .as = As::Words, .words = "true=true false=-"},
    OptionRow{.names = "tensor_model_parallel_size", .path = "parallelism.tensor"},
    OptionRow{.names = "pipeline_model_parallel_size", .path = "parallelism.pipeline"},
    OptionRow{.names = "expert_model_parallel_size", .path = "parallelism.expert"},
    OptionRow{.names = "use_badam", .path = "training.method", .as = As::Words, .words = "true=badam false=-"},
    OptionRow{.names = "additional_target upcast_layernorm mixture_of_depths use_llama_pro",
              .affects = "which parameters are trained or how they are kept"},
};
constexpr std::string_view factory_no_effect =
    "do_* dataset* template= max_samples= val_size= lora_alpha= loraplus_* use_rslora plot_loss "
    "preprocessing_* overwrite_* mix_strategy interleave_probs streaming buffer_size media_dir image_* video_* eval* "
    "mask_history train_on_prompt "
    "pref_beta= pref_ftx galore_* apollo_* pissa_* freeze_multi_modal_projector freeze_trainable_modules badam_* "
    "trust_remote_code use_swanlab swanlab_* flash_attn_ compute_accuracy neat_packing_ ref_model* reward_model* "
    "enable_thinking resize_vocab "
    "use_dft_loss use_eaft_loss eaft_* use_asft_loss asft_* moe_aux_loss_coef early_stopping_steps "
    "adapter_name_or_path export_* infer_* use_fp8 fp8_* oft_* module_dropout";

void swift_finish(Importing& in) {
  objective_of_program(in);
  const std::string type = in.given("tuner_type train_type sft_type");
  choose_method(in, type == "lora" || type == "qlora" || type.empty());
  if (in.text("training.method") == "lora" || in.text("training.method") == "qlora") {
    in.set_default("training.lora.rank",
                   "8");  // ms-swift docs, command-line-parameters: lora_rank 8, target_modules all-linear
  }
  in.set_default("training.recompute", "full");  // gradient_checkpointing defaults to true
  const std::string dtype = in.given("torch_dtype dtype");
  if (in.given("bf16").empty() && in.given("fp16").empty() && (dtype.empty() || dtype == "bfloat16"))
    in.remember("bf16", "true");
  choose_recipe(in, Loaded::Narrow);
  share_devices(in);
}
constexpr std::array swift_rows{
    OptionRow{.names = "model model_id_or_path", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = script_or_module},
    OptionRow{.names = "per_device_train_batch_size", .path = "training.micro_batch", .launch = InLaunch::Always},
    OptionRow{.names = "gradient_accumulation_steps", .path = "training.accumulation", .launch = InLaunch::Always},
    OptionRow{.names = "max_length", .path = "training.sequence", .launch = InLaunch::Always, .take = take_sequence},
    OptionRow{.names = "tuner_type train_type sft_type quant_bits quant_method torch_dtype dtype bf16 fp16 use_dora",
              .take = remembered},
    OptionRow{.names = "rlhf_type",
              .path = "training.objective",
              .as = As::Words,
              .words = "dpo=dpo kto=dpo orpo=orpo simpo=orpo cpo=orpo rm=reward ppo=ppo grpo=grpo gkd=-"},
    OptionRow{.names = "lora_rank", .path = "training.lora.rank", .launch = InLaunch::Changed},
    OptionRow{.names = "lora_dropout", .path = "training.lora.dropout", .launch = InLaunch::Changed},
    OptionRow{.names = "target_modules", .path = "training.lora.targets", .words = "list", .take = take_targets},
    OptionRow{.names = "optim", .path = "training.optimizer", .take = take_optimizer},
    OptionRow{.names = "attn_impl", .path = "training.attention", .as = As::Words, .words = attention_words},
    OptionRow{.names = "gradient_checkpointing",
              .path = "training.recompute",
              .as = As::Words,
              .words = "true=full false=none"},
    OptionRow{
        .names = "use_liger_kernel", .path = "training.kernels", .as = As::Words, .words = "true=fused false=-"},
    OptionRow{.names = "packing", .path = "training.batching", .as = As::Words, .words = "true=packed false=-"},
    OptionRow{.names = "sequence_parallel_size", .path = "parallelism.context"},
    OptionRow{.names = "num_generations", .path = "training.rollout.group"},
    OptionRow{.names = "max_completion_length", .path = "training.rollout.completion"},
    OptionRow{.names = "vllm_gpu_memory_utilization", .path = "training.rollout.engine_share"},
    OptionRow{.names = "vllm_tensor_parallel_size", .path = "training.rollout.engine_tensor"},
    OptionRow{.names = "use_vllm",
              .path = "training.rollout.generator",
              .as = As::Words,
              .words = "true=engine false=generate"},
    OptionRow{.names = "freeze_vit",
              .path = "training.vision_tower",
              .as = As::Words,
              .words = "true=frozen false=trained"},
    OptionRow{.names = "modules_to_save", .path = "training.lora.modules_to_save", .take = take_saved_modules},
};
constexpr std::string_view swift_no_effect =
    "add_non_thinking_prefix dataset_num_proc= model_kwargs= val_strategy= dataset+ val_dataset+ "
    "split_dataset_ratio= lora_alpha= system= model_author= model_name+ template= loss_scale= "
    "load_from_cache_file freeze_aligner freeze_llm sleep_level= offload_model offload_optimizer_ vllm_* "
    "reward_funcs+ "
    "experts_impl= use_hf add_version router_aux_loss_coef= group_by_length columns= task_type= num_labels= "
    "model_type= agent_template= strict max_pixels= MAX_PIXELS= VIDEO_* FPS_MAX_FRAMES= IMAGE_* use_chat_template "
    "custom_* "
    "external_plugins+ rlhf_ quant_method bnb_4bit_* attn_implementation_ padding_free enable_thinking quant_bits_ "
    "PYTORCH_* PYTORCH_CUDA_ALLOC_CONF= ASYNC_* deepspeed_ ";

// --- torchtitan, torchtune, LitGPT ---

std::string titan_model(const std::string& name, const std::string& flavor) {
  const std::string family = name == "llama3" || name == "llama3_ft" ? "llama 3.1"
                             : name == "llama4"                      ? "llama 4"
                                                                     : name;
  return family + " " + flavor;
}
void titan_finish(Importing& in) {
  std::string flavor = in.given("model.flavor");
  std::string name = in.given("model.name module MODULE");
  const std::string config = in.given("config CONFIG");
  if (flavor.empty() && !config.empty()) {
    const std::size_t bar = config.find('_');
    if (name.empty()) name = config.substr(0, bar);
    flavor = bar == std::string::npos ? "" : config.substr(bar + 1);
  }
  const std::string assets = in.given("model.hf_assets_path hf_assets_path");
  if (!name.empty() && !flavor.empty()) in.set("model", titan_model(name, flavor));
  if (!in.has("model") && !assets.empty()) in.set("model", assets);
  in.set("training.recipe", in.given("training.mixed_precision_param") == "float32" ? "fp32" : "fsdp-bf16");
  const std::string mode = in.given("activation_checkpoint.mode");
  const std::string option = in.given("activation_checkpoint.selective_ac_option");
  if (mode == "selective" && !option.empty() && number(option) != 0) in.set("training.recompute", "one-of:" + option);
  in.set_default("training.recompute", "selective");  // torchtitan config/job_config.py: activation_checkpoint.mode
  share_devices(in);
  in.set_default("parallelism.zero", "3");
}
bool titan_shards(Importing& in, const Given& g) {
  return g.value && (*g.value == "-1" || in.set("parallelism.data", *g.value));
}
bool titan_checkpoint(Importing& in, const Given& g) {
  const auto kind =
      meaning_of("none=none full=full selective=selective memory_budget=selective", g.value.value_or(""));
  return kind && in.set("training.recompute", *kind);
}
constexpr std::string_view schedules =
    "1F1B=1f1b Interleaved1F1B=interleaved GPipe=gpipe InterleavedZeroBubble=zero-bubble ZBVZeroBubble=zero-bubble-2 "
    "DualPipeV=dualpipe";
constexpr std::array titan_rows{
    OptionRow{.names = "model.name model.flavor module config MODULE CONFIG", .take = remembered},
    OptionRow{.names = "training.local_batch_size training.batch_size",
              .path = "training.micro_batch",
              .launch = InLaunch::Always},
    OptionRow{
        .names = "training.seq_len", .path = "training.sequence", .launch = InLaunch::Always, .take = take_sequence},
    OptionRow{.names = "optimizer.name", .path = "training.optimizer", .take = take_optimizer},
    OptionRow{.names = "optimizer.implementation", .as = As::Words, .words = "fused=- foreach=- for-loop=-"},
    OptionRow{.names = "activation_checkpoint.mode", .path = "training.recompute", .take = titan_checkpoint},
    OptionRow{.names = "activation_checkpoint.selective_ac_option training.mixed_precision_param",
              .take = remembered},
    OptionRow{.names = "parallelism.data_parallel_shard_degree training.data_parallel_shard_degree",
              .path = "parallelism.data",
              .launch = InLaunch::Always,
              .take = titan_shards},
    OptionRow{.names = "parallelism.tensor_parallel_degree training.tensor_parallel_degree",
              .path = "parallelism.tensor",
              .launch = InLaunch::Always},
    OptionRow{.names = "parallelism.pipeline_parallel_degree experimental.pipeline_parallel_degree",
              .path = "parallelism.pipeline",
              .launch = InLaunch::Always},
    OptionRow{.names = "parallelism.context_parallel_degree experimental.context_parallel_degree",
              .path = "parallelism.context",
              .launch = InLaunch::Always},
    OptionRow{
        .names = "parallelism.expert_parallel_degree", .path = "parallelism.expert", .launch = InLaunch::Changed},
    OptionRow{.names = "parallelism.expert_tensor_parallel_degree",
              .path = "parallelism.expert_tensor",
              .launch = InLaunch::Changed},
    OptionRow{.names = "parallelism.pipeline_parallel_schedule experimental.pipeline_parallel_schedule",
              .path = "parallelism.schedule",
              .as = As::Words,
              .words = schedules,
              .launch = InLaunch::Changed},
    OptionRow{.names = "parallelism.fsdp_reshard_after_forward",
              .path = "parallelism.reshard_after_forward",
              .as = As::Words,
              .words = "always=true never=false default=-",
              .launch = InLaunch::Changed},
    OptionRow{.names = "compile.enable training.compile",
              .path = "training.compile",
              .as = As::Words,
              .words = "true=true false=false",
              .launch = InLaunch::Changed},
    OptionRow{.names = "float8.enable_float8_linear",
              .path = "training.float8",
              .as = As::Words,
              .words = "true=true false=false"},
    OptionRow{.names = "model.converters", .path = "training.float8", .as = As::Words, .words = "float8=true"},
    OptionRow{.names = "parallelism.data_parallel_replicate_degree training.data_parallel_replicate_degree",
              .as = As::Words,
              .words = "1=-"},
    OptionRow{.names = "training.enable_cpu_offload", .take = take_offload},
};
constexpr std::string_view titan_no_effect =
    "job.* profiling.* metrics.* optimizer.lr optimizer.eps optimizer.beta1 optimizer.beta2 optimizer.weight_decay "
    "optimizer.early_step_in_backward_ lr_scheduler.* training.max_norm training.steps training.warmup_steps "
    "training.dataset* checkpoint.* "
    "parallelism.enable_async_tensor_parallel experimental.enable_async_tensor_parallel "
    "parallelism.pipeline_parallel_microbatch_size parallelism.disable_loss_parallel comm.* validation.* "
    "fault_tolerance.* model.tokenizer_path model.norm_type "
    "model.hf_assets_path model.print_after_conversion float8.* quantize.* compile.components training.gc_freq "
    "training.deterministic training.seed debug.* activation_checkpoint.per_op_* activation_checkpoint.early_stop "
    "metrics* "
    "training.global_batch_size training.dtype training.mixed_precision_reduce hf_assets_path= dump_folder= "
    "LOG_RANK= TORCHFT_LIGHTHOUSE= CONFIG_FILE= training.debug_moe_force_load_balance "
    "parallelism.context_parallel_rotate_method "
    "memory_estimation.* experimental.* ";

void tune_finish(Importing& in) {
  std::string model = in.given("model._component_");
  model = model.substr(model.rfind('.') == std::string::npos ? 0 : model.rfind('.') + 1);
  bool adapters = contains(in.given("(recipe)"), "lora");
  for (std::string_view start : {"qlora_", "lora_", "dora_"}) {
    if (!model.starts_with(start)) continue;
    in.set("training.method", start == "qlora_" ? "qlora" : start == "dora_" ? "dora" : "lora");
    model = model.substr(start.size());
    adapters = true;
    break;
  }
  in.set_default("training.method", adapters ? "lora" : "full");
  if (model.ends_with("_instruct")) model.resize(model.size() - 9);
  if (!in.has("model")) {
    // The checkpoint's folder is named as its repository.
    const std::string folder = in.given("checkpointer.checkpoint_dir");
    if (!model.empty())
      in.set("model", model);
    else if (!folder.empty())
      in.set("model", folder);
  }
  in.set("training.recipe", in.given("dtype") == "fp32" ? "fp32" : "bf16");
  if (in.devices() > 1) in.set_default("parallelism.zero", "3");
  share_devices(in);
}
bool tune_positional(Importing& in, const Given& g) {
  if (!g.value) return false;
  if (contains(*g.value, "finetune") || contains(*g.value, "recipe") || contains(*g.value, "dpo")) {
    if (in.given("(recipe)").empty()) in.remember("(recipe)", *g.value);
    if (contains(*g.value, "dpo")) in.set("training.objective", "dpo");
    return true;
  }
  return false;
}
bool tune_config(Importing& in, const Given& g) {
  if (!g.value) return false;
  if (in.take_file(*g.value)) {
    in.say("read");
    return true;
  }
  // "llama3_1/8B_lora_single_device": the name of one of its own.
  const std::size_t slash = g.value->find('/');
  if (slash == std::string::npos) return false;
  const std::string rest = g.value->substr(slash + 1);
  const std::string size = rest.substr(0, rest.find('_'));
  if (contains(rest, "qlora"))
    in.set("training.method", "qlora");
  else if (contains(rest, "lora"))
    in.set("training.method", "lora");
  return in.set("model", g.value->substr(0, slash) + "_" + size);
}
constexpr std::array tune_rows{
    OptionRow{.names = "", .take = tune_positional},
    OptionRow{.names = "config", .take = tune_config},
    OptionRow{.names = "model._component_ dtype", .take = remembered},
    OptionRow{.names = "batch_size", .path = "training.micro_batch", .launch = InLaunch::Always},
    OptionRow{.names = "gradient_accumulation_steps", .path = "training.accumulation", .launch = InLaunch::Always},
    OptionRow{.names = "tokenizer.max_seq_len",
              .path = "training.sequence",
              .launch = InLaunch::Always,
              .take = take_sequence},
    OptionRow{.names = "optimizer._component_ optimizer", .path = "training.optimizer", .take = take_optimizer},
    OptionRow{.names = "enable_activation_checkpointing",
              .path = "training.recompute",
              .as = As::Words,
              .words = "true=full false=none",
              .launch = InLaunch::Always},
    OptionRow{.names = "enable_activation_offloading", .take = take_activation_offload},
    OptionRow{.names = "compile",
              .path = "training.compile",
              .as = As::Words,
              .words = "true=true false=false",
              .launch = InLaunch::Changed},
    OptionRow{.names = "model.lora_rank", .path = "training.lora.rank", .launch = InLaunch::Changed},
    OptionRow{.names = "model.lora_dropout", .path = "training.lora.dropout", .launch = InLaunch::Changed},
    OptionRow{.names = "model.lora_attn_modules", .take = take_targets},
    OptionRow{.names = "model.apply_lora_to_mlp model.apply_lora_to_output", .take = remembered},
    OptionRow{.names = "loss._component_",
              .path = "training.loss",
              .as = As::Words,
              .words = "torchtune.modules.loss.CEWithChunkedOutputLoss=chunked "
                       "torchtune.modules.loss.LinearCrossEntropyLoss=chunked-linear|chunked "
                       "torch.nn.CrossEntropyLoss=full torchtune.rlhf.loss.DPOLoss=-"},
    OptionRow{.names = "optimizer_in_bwd",
              .path = "training.gradient_release",
              .as = As::Words,
              .words = "true=true false=false"},
    OptionRow{.names = "fsdp_cpu_offload", .take = take_offload},
    OptionRow{.names = "fsdp_reshard_after_forward",
              .path = "parallelism.reshard_after_forward",
              .as = As::Words,
              .words = "true=true false=false"},
    OptionRow{.names = "tensor_parallel_dim", .path = "parallelism.tensor", .launch = InLaunch::Changed},
    OptionRow{.names = "context_parallel_dim", .path = "parallelism.context", .launch = InLaunch::Changed},
    OptionRow{
        .names = "dataset.packed", .path = "training.batching", .as = As::Words, .words = "true=packed false=-"},
};
constexpr std::string_view tune_no_effect =
    "tokenizer.* checkpointer.* dataset.* dataset* resume_from_checkpoint save_adapter_weights_only seed shuffle "
    "optimizer.* optimizer_* lr_scheduler.* loss.* epochs max_steps_per_epoch device metric_logger.* output_dir "
    "log_* profiler.* model.* "
    "clip_grad_norm custom_sharded_layers data_parallel_* val_* run_val_every_n_steps checkpoint_* collate* ac_* "
    "tensor_parallel_plan* enable_async_checkpointing cudnn_deterministic_mode parallelize_plan* ";

void litgpt_finish(Importing& in) {
  const std::string program = in.given("(program)");
  const bool full = contains(program, "full") || contains(program, "pretrain");
  const std::string quantize = in.given("quantize");
  in.set_default("training.method", full ? "full" : quantize.starts_with("bnb.nf4") ? "qlora" : "lora");
  share_devices(in);
}
constexpr std::array litgpt_rows{
    OptionRow{.names = "checkpoint_dir model_name", .path = "model", .as = As::Model},
    OptionRow{.names = "", .path = "model", .as = As::Model},
    OptionRow{.names = "train.micro_batch_size", .path = "training.micro_batch", .launch = InLaunch::Always},
    OptionRow{.names = "train.max_seq_length data.max_seq_length",
              .path = "training.sequence",
              .launch = InLaunch::Always,
              .take = take_sequence},
    OptionRow{.names = "precision",
              .path = "training.recipe",
              .as = As::Words,
              .words = "bf16-true=bf16 32-true=fp32 bf16-mixed=amp-bf16 16-mixed=amp-fp16",
              .launch = InLaunch::Changed},
    OptionRow{.names = "optimizer", .path = "training.optimizer", .take = take_optimizer},
    OptionRow{.names = "lora_r", .path = "training.lora.rank", .launch = InLaunch::Changed},
    OptionRow{.names = "lora_dropout", .path = "training.lora.dropout", .launch = InLaunch::Changed},
    OptionRow{.names = "quantize", .take = remembered},
    OptionRow{.names = "devices", .take = take_world},
};
constexpr std::string_view litgpt_no_effect =
    "data* out_dir= lora_alpha= lora_query lora_key lora_value lora_projection lora_mlp lora_head train.* eval.* "
    "logger_name= seed= access_token= ";

// --- OpenRLHF ---

void openrlhf_finish(Importing& in) {
  objective_of_program(in);
  choose_method(in, number(in.given("lora_rank")) > 0);
  in.set_default("training.micro_batch", "8");  // cli/train_sft.py: micro_train_batch_size 8, max_len 2048
  in.set_default("training.sequence", "2048");
  in.set_default("training.recompute", "none");
  in.set("training.recipe", "bf16-master-fp32");
  share_devices(in);
  share_batch(in, "train_batch_size");
}
constexpr std::array openrlhf_rows{
    OptionRow{.names = "pretrain", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = script_or_module},
    OptionRow{.names = "micro_train_batch_size", .path = "training.micro_batch", .launch = InLaunch::Always},
    OptionRow{.names = "max_len", .path = "training.sequence", .launch = InLaunch::Always, .take = take_sequence},
    OptionRow{.names = "train_batch_size bf16 param_dtype load_in_4bit", .take = remembered},
    OptionRow{.names = "lora_rank", .path = "training.lora.rank", .launch = InLaunch::Changed},
    OptionRow{.names = "lora_dropout", .path = "training.lora.dropout", .launch = InLaunch::Changed},
    OptionRow{.names = "target_modules", .path = "training.lora.targets", .words = "list", .take = take_targets},
    OptionRow{.names = "gradient_checkpointing", .path = "training.recompute", .as = As::Switch, .words = "full"},
    OptionRow{.names = "adam_offload",
              .path = "training.offload",
              .as = As::Switch,
              .words = "optimizer",
              .launch = InLaunch::Changed},
    OptionRow{.names = "flash_attn", .path = "training.attention", .as = As::Switch, .words = "flash"},
    OptionRow{.names = "attn_implementation",
              .path = "training.attention",
              .as = As::Words,
              .words = attention_words,
              .launch = InLaunch::Always},
    OptionRow{.names = "packing_samples",
              .path = "training.batching",
              .as = As::Switch,
              .words = "packed",
              .launch = InLaunch::Changed},
    OptionRow{.names = "ring_attn_size", .path = "parallelism.context", .launch = InLaunch::Changed},
    OptionRow{.names = "ds_tensor_parallel_size", .path = "parallelism.tensor", .launch = InLaunch::Changed},
    OptionRow{.names = "use_liger_kernel",
              .path = "training.kernels",
              .as = As::Switch,
              .words = "fused",
              .launch = InLaunch::Changed},
};
constexpr std::string_view openrlhf_no_effect =
    "module dataset= dataset_probs= input_key= output_key= input_template= apply_chat_template chosen_key= "
    "rejected_key= save_* load_checkpoint ckpt_path= logging_steps= eval_* max_epochs= max_samples= learning_rate= "
    "lr_scheduler= lr_warmup_ratio= l2= adam_betas+ beta= label_smoothing= seed= use_wandb= wandb_* use_tensorboard= "
    "lora_alpha= disable_fast_tokenizer aux_loss_coef= max_norm= master_port= include= pretrain_mode multiturn "
    "max_ckpt_num= max_ckpt_mem= zpg= ring_head_stride= overlap_comm full_determinism grad_accum_dtype= ipo "
    "nll_loss_coef= value_head_prefix= loss= ref_offload ";

// --- MLX LM ---

void mlx_finish(Importing& in) {
  if (!in.has("training.method")) in.set("training.method", "lora");
  in.set_default("training.micro_batch", "4");  // lora.py CONFIG_DEFAULTS: batch_size 4, max_seq_length 2048, rank 8
  in.set_default("training.sequence", "2048");
  in.set_default("training.lora.rank", "8");
  in.set_default("training.optimizer", "adam");
  // The community's repositories name the bits; adapters on them are QLoRA.
  const bool quantized = model_name(in.text("model")).weights.starts_with("mlx-q");
  if (quantized && in.text("training.method") == "lora") in.set("training.method", "qlora");
}
bool mlx_config(Importing& in, const Given& g) { return g.value && in.take_file(*g.value); }
constexpr std::array mlx_rows{
    OptionRow{.names = "model", .path = "model", .as = As::Model},
    OptionRow{.names = "fine_tune_type train_type",
              .path = "training.method",
              .as = As::Words,
              .words = "lora=lora dora=dora full=full",
              .launch = InLaunch::Always},
    OptionRow{.names = "optimizer",
              .path = "training.optimizer",
              .as = As::Words,
              .words = "adam=adam adamw=adamw muon=muon sgd=sgd adafactor=adafactor",
              .launch = InLaunch::Always},
    OptionRow{.names = "batch_size", .path = "training.micro_batch", .launch = InLaunch::Always},
    OptionRow{
        .names = "max_seq_length", .path = "training.sequence", .launch = InLaunch::Always, .take = take_sequence},
    OptionRow{.names = "grad_accumulation_steps", .path = "training.accumulation", .launch = InLaunch::Changed},
    OptionRow{.names = "grad_checkpoint",
              .path = "training.recompute",
              .as = As::Switch,
              .words = "full",
              .launch = InLaunch::Changed},
    OptionRow{.names = "lora_parameters.rank", .path = "training.lora.rank"},
    OptionRow{.names = "lora_parameters.dropout", .path = "training.lora.dropout"},
    OptionRow{.names = "num_layers lora_layers",
              .affects = "adapters of every layer are counted, not only of the last ones"},
    OptionRow{.names = "lora_parameters.keys", .affects = "which matrices get adapters"},
    OptionRow{.names = "c config", .take = mlx_config},
};
constexpr std::string_view mlx_no_effect =
    "train test data= iters= learning_rate= steps_per_report= steps_per_eval= val_batches= adapter_path= save_every= "
    "resume_adapter_file= test_batches= seed= mask_prompt report_to= project_name= wandb= lr_schedule.* "
    "optimizer_config.* lora_parameters.scale clear_cache_threshold= hf_dataset.* prompt_feature= "
    "completion_feature= ";

// --- Megatron-LM, Megatron-Bridge, NeMo ---

/// A model that a tokenizer or a checkpoint names, when it has the shapes that the arguments give.
void megatron_model(Importing& in) {
  const Count layers = in.count("model.custom.layers", 0);
  if (in.has("model") && layers == 0) return;
  for (std::string_view option : {"tokenizer_model", "load", "tokenizer_name_or_path"}) {
    const std::string name = in.given(option);
    if (name.empty() || layers == 0) continue;
    const ModelPtr found = in.model_named(name);
    if (found && found->layer_count() == layers && found->hidden == number(in.given("hidden_size"))) {
      in.set("model", name);
      return;
    }
  }
  if (layers == 0) return;
  if (in.count("model.custom.kv_heads", 0) == 0) in.set("model.custom.kv_heads", in.count("model.custom.heads", 1));
  if (!in.has("model.custom.intermediate_size"))
    in.set("model.custom.intermediate_size", multiply(4, in.count("model.custom.hidden_size", 1)));
  in.set("model.custom.gated", in.on("swiglu") ? "true" : "false");
  in.set("model.custom.tied_head", in.on("untie_embeddings_and_output_weights") ? "false" : "true");
  if (!in.has("model.custom.vocabulary")) {
    in.set("model.custom.vocabulary", Count{50257});
    in.note("the vocabulary is not part of these arguments: 50,257 is assumed");
  }
}
void megatron_finish(Importing& in) {
  megatron_model(in);
  in.set_default("training.recipe", in.on("bf16 model.bf16") || in.given("trainer.precision") == "bf16" ||
                                            contains(in.given("(program)"), "megatron ")
                                        ? "megatron-bf16"
                                    : in.on("fp16") ? "bf16-master-fp32"
                                                    : "megatron-bf16");
  const std::string granularity =
      in.given("recompute_granularity model.recompute_granularity model.activations_checkpoint_granularity");
  const std::string method = in.given("recompute_method model.recompute_method model.activations_checkpoint_method");
  const std::string layers =
      in.given("recompute_num_layers model.recompute_num_layers model.activations_checkpoint_num_layers");
  if (granularity == "full" && method == "uniform" && number(layers) > 1)
    in.set("training.recompute", "every:" + layers);
  else if (granularity == "full" && method == "block" && number(layers) > 0)
    in.set("training.recompute", "block:" + layers);
  else if (granularity == "full" || in.on("recompute_activations_full"))
    in.set("training.recompute", "full");
  else if (granularity == "selective" || in.on("recompute_activations"))
    in.set("training.recompute", "selective");
  const bool adapters = in.given("tuner_type train_type") == "lora";
  if (adapters) in.set_default("training.method", "lora");
  share_devices(in);
  share_batch(in, "global_batch_size train.global_batch_size model.global_batch_size");
  if (in.count("parallelism.pipeline", 1) > 1) {
    const Count per = number(in.given("num_layers_per_virtual_pipeline_stage"));
    const Count total = in.count("model.custom.layers", 0);
    if (per != 0 && total != 0) {
      in.set("parallelism.virtual_stages", std::max<Count>(1, total / in.count("parallelism.pipeline", 1) / per));
      in.set("parallelism.schedule", "interleaved");
    }
    if (in.count("parallelism.virtual_stages", 1) > 1) in.set_default("parallelism.schedule", "interleaved");
  }
}
constexpr std::array megatron_rows{
    OptionRow{.names = "num_layers model.num_layers", .path = "model.custom.layers"},
    OptionRow{.names = "hidden_size model.hidden_size", .path = "model.custom.hidden_size"},
    OptionRow{.names = "num_attention_heads model.num_attention_heads", .path = "model.custom.heads"},
    OptionRow{.names = "num_query_groups model.num_query_groups", .path = "model.custom.kv_heads"},
    OptionRow{.names = "ffn_hidden_size model.ffn_hidden_size", .path = "model.custom.intermediate_size"},
    OptionRow{.names = "kv_channels model.kv_channels", .path = "model.custom.head_dim"},
    OptionRow{.names = "vocab_size padded_vocab_size", .path = "model.custom.vocabulary"},
    OptionRow{.names = "num_experts model.num_moe_experts", .path = "model.custom.experts"},
    OptionRow{.names = "moe_router_topk model.moe_router_topk", .path = "model.custom.experts_per_token"},
    OptionRow{.names = "moe_ffn_hidden_size", .path = "model.custom.expert_intermediate_size"},
    OptionRow{.names = "moe_shared_expert_intermediate_size", .path = "model.custom.shared_intermediate_size"},
    OptionRow{.names = "model model_id model.pretrained_model_name_or_path", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = script_or_module},
    OptionRow{.names = "micro_batch_size train.micro_batch_size model.micro_batch_size",
              .path = "training.micro_batch",
              .launch = InLaunch::Always},
    OptionRow{.names = "seq_length max_length model.seq_length dataset.sequence_length model.encoder_seq_length "
                       "model.data.seq_length",
              .path = "training.sequence",
              .launch = InLaunch::Always,
              .take = take_sequence},
    OptionRow{.names = "global_batch_size train.global_batch_size model.global_batch_size", .take = remembered},
    OptionRow{.names = "tensor_model_parallel_size model.tensor_model_parallel_size",
              .path = "parallelism.tensor",
              .launch = InLaunch::Always},
    OptionRow{.names = "pipeline_model_parallel_size model.pipeline_model_parallel_size",
              .path = "parallelism.pipeline",
              .launch = InLaunch::Always},
    OptionRow{.names = "context_parallel_size model.context_parallel_size",
              .path = "parallelism.context",
              .launch = InLaunch::Changed},
    OptionRow{.names = "expert_model_parallel_size model.expert_model_parallel_size",
              .path = "parallelism.expert",
              .launch = InLaunch::Changed},
    OptionRow{.names = "expert_tensor_parallel_size model.expert_tensor_parallel_size",
              .path = "parallelism.expert_tensor",
              .launch = InLaunch::Changed},
    OptionRow{.names = "num_virtual_stages_per_pipeline_rank virtual_pipeline_model_parallel_size "
                       "model.virtual_pipeline_model_parallel_size",
              .path = "parallelism.virtual_stages"},
    OptionRow{.names = "num_layers_per_virtual_pipeline_stage", .take = remembered},
    OptionRow{.names = "sequence_parallel model.sequence_parallel",
              .path = "parallelism.sequence_parallel",
              .as = As::Switch,
              .words = "true"},
    OptionRow{.names = "use_distributed_optimizer ddp.use_distributed_optimizer model.optim.distributed "
                       "optimizer.use_distributed_optimizer",
              .path = "parallelism.zero",
              .as = As::Switch,
              .words = "1"},
    OptionRow{.names = "use_megatron_fsdp", .path = "parallelism.zero", .as = As::Switch, .words = "3"},
    OptionRow{.names = "recompute_granularity recompute_method recompute_num_layers model.recompute_granularity "
                       "model.recompute_method model.recompute_num_layers model.activations_checkpoint_granularity "
                       "model.activations_checkpoint_method model.activations_checkpoint_num_layers",
              .take = remembered},
    OptionRow{.names = "recompute_activations", .as = As::Switch, .take = remembered},
    OptionRow{.names = "bf16 model.bf16 fp16", .as = As::Switch, .take = remembered},
    OptionRow{.names = "trainer.precision tuner_type train_type", .take = remembered},
    OptionRow{.names = "optimizer",
              .path = "training.optimizer",
              .as = As::Words,
              .words = "adam=adamw-fused sgd=sgd-momentum muon=muon dist_muon=muon",
              .launch = InLaunch::Never},
    OptionRow{.names = "lora_rank peft.dim", .path = "training.lora.rank", .launch = InLaunch::Changed},
    OptionRow{.names = "target_modules", .path = "training.lora.targets", .words = "list", .take = take_targets},
    OptionRow{.names = "attention_dropout hidden_dropout model.attention_dropout model.hidden_dropout",
              .path = "training.dropout"},
    OptionRow{.names = "use_flash_attn", .path = "training.attention", .as = As::Switch, .words = "flash"},
    OptionRow{.names = "attention_backend",
              .path = "training.attention",
              .as = As::Words,
              .words = "flash=flash fused=flash auto=- unfused=eager local=eager"},
    OptionRow{.names = "cross_entropy_loss_fusion", .as = As::Switch, .take = remembered},
    OptionRow{.names = "fp8_format fp8",
              .path = "training.float8",
              .as = As::Words,
              .words = "hybrid=true e4m3=true true=true false=false"},
    OptionRow{.names = "fp8_recipe",
              .path = "training.float8_recipe",
              .as = As::Words,
              .words = "delayed=tensor tensorwise=tensor blockwise=block mxfp8=mx"},
    OptionRow{.names = "packing", .path = "training.batching", .as = As::Words, .words = "true=packed false=-"},
    OptionRow{.names = "moe_expert_capacity_factor", .path = "training.expert_imbalance"},
    OptionRow{.names = "freeze_vit",
              .path = "training.vision_tower",
              .as = As::Words,
              .words = "true=frozen false=trained"},
    OptionRow{.names = "grad_reduce_in_bf16", .path = "training.gradient_format", .as = As::Switch, .words = "bf16"},
    OptionRow{.names = "mtp_num_layers", .affects = "prediction layers that are trained too"},
    OptionRow{.names = "optimizer_offload_fraction", .affects = "a share of the optimizer stays on the device"},
    OptionRow{.names = "optimizer_cpu_offload", .path = "training.offload", .as = As::Switch, .words = "optimizer"},
    OptionRow{.names = "untie_embeddings_and_output_weights", .path = "", .as = As::Switch, .take = remembered},
    OptionRow{.names = "group_query_attention swiglu", .as = As::Switch, .take = remembered},
    OptionRow{.names = "tokenizer_model load", .take = remembered},
    OptionRow{
        .names = "use_precision_aware_optimizer exp_avg_dtype exp_avg_sq_dtype main_grads_dtype main_params_dtype",
        .affects = "formats of states and gradients: training.state_format, training.gradient_format"},
    OptionRow{
        .names = "decoder_first_pipeline_num_layers decoder_last_pipeline_num_layers pipeline_model_parallel_layout",
        .affects = "layers per stage"},
    OptionRow{.names = "fine_grained_activation_offloading offload_modules recompute_modules",
              .affects = "which activations are kept"},
};
constexpr std::string_view megatron_no_effect =
    "split_dataset_ratio= load_from_cache_file add_non_thinking_prefix freeze_llm freeze_aligner "
    "step_batch_size_schedule+ decoupled_* calculate_per_token_loss empty_unused_memory_level= grad_reduce_ "
    "max_position_embeddings= train_iters= train_samples= lr= min_lr= lr_* weight_decay= clip_grad= adam_* "
    "init_method_std= norm_epsilon= position_embedding_type= rotary_* rope_* no_* normalization= disable_bias_linear "
    "data_path+ split= tokenizer_type= "
    "vocab_file= merge_file= log_* eval_* save= save_* wandb_* tensorboard_* distributed_* overlap_* moe_* "
    "num_workers= use_mcore_models transformer_impl= qk_layernorm add_qkv_bias make_vocab_size_divisible_by= "
    "use_rotary_position_embeddings ckpt_* "
    "finetune cp_comm_type= manual_gc* accumulate_allreduce_grads_in_fp32 initial_loss_scale= "
    "attention_softmax_in_fp32 use_checkpoint_* apply_layernorm_1p train.* optimizer.* scheduler.* ddp.* dataset.* "
    "tokenizer.* checkpoint.* logger.* rng.* dist.* "
    "exp_manager.* trainer.* model.* exit_* timing_* dataloader_* hysteresis= seed= mock_data enable_experimental "
    "cuda_graph_* account_for_* multi_latent_attention q_lora_rank= kv_lora_rank= qk_head_dim= "
    "qk_pos_emb_head_dim= v_head_dim= "
    "dataset= output_dir= lora_alpha= warmup_* max_epochs= load_safetensors save_safetensors "
    "num_train_epochs= merge_lora sft te_* fp8_amax* fp8_param_gather fp8_margin squared_relu "
    "disable_gloo_process_groups nccl_* ";

// --- NeMo AutoModel, verl ---

void automodel_finish(Importing& in) {
  choose_method(in, !in.given("peft.dim").empty());
  const std::string strategy = in.given("distributed.strategy distributed._target_");
  in.set_default("parallelism.zero", contains(strategy, "ddp") || contains(strategy, "DDP") ? "0" : "3");
  in.set("training.recipe", "bf16");
  in.set("training.framework", "automodel|transformers");
  share_devices(in);
  share_batch(in, "step_scheduler.global_batch_size");
}
bool automodel_none(Importing& in, const Given& g, std::string_view path) {
  return g.value && (*g.value == "null" || *g.value == "none" || in.set(path, *g.value));
}
bool automodel_data(Importing& in, const Given& g) { return automodel_none(in, g, "parallelism.data"); }
/// "automodel finetune llm -c FILE", "automodel FILE": the recipe's configuration.
bool automodel_word(Importing& in, const Given& g) {
  return g.value && (g.value->find(".y") == std::string::npos || take_file_option(in, g));
}
constexpr std::array automodel_rows{
    OptionRow{.names = "", .take = automodel_word},
    OptionRow{.names = "c config", .take = take_file_option},
    OptionRow{.names = "model.pretrained_model_name_or_path model.config.pretrained_model_name_or_path",
              .path = "model",
              .as = As::Model},
    OptionRow{.names = "step_scheduler.local_batch_size", .path = "training.micro_batch"},
    OptionRow{.names = "step_scheduler.global_batch_size distributed.strategy distributed._target_ model.torch_dtype",
              .take = remembered},
    OptionRow{
        .names = "dataset.seq_length dataset.seq_len packed_sequence.packed_sequence_size dataset.max_seq_length",
        .take = take_sequence},
    OptionRow{.names = "distributed.tp_size", .path = "parallelism.tensor"},
    OptionRow{.names = "distributed.cp_size", .path = "parallelism.context"},
    OptionRow{.names = "distributed.pp_size", .path = "parallelism.pipeline"},
    OptionRow{.names = "distributed.ep_size", .path = "parallelism.expert"},
    OptionRow{.names = "distributed.dp_size", .take = automodel_data},
    OptionRow{.names = "distributed.activation_checkpointing distributed_config.activation_checkpointing",
              .path = "training.recompute",
              .as = As::Words,
              .words = "true=full false=none full=full"},
    OptionRow{.names = "optimizer._target_", .take = take_optimizer},
    OptionRow{.names = "peft.dim", .path = "training.lora.rank"},
    OptionRow{.names = "peft.dropout", .path = "training.lora.dropout"},
    OptionRow{.names = "peft.target_modules", .as = As::Words, .words = "*_proj=- *.proj=-", .take = take_targets},
    OptionRow{.names = "peft.match_all_linear",
              .path = "training.lora.targets",
              .as = As::Words,
              .words = "true=all-linear false=-"},
    OptionRow{
        .names = "compile.enabled", .path = "training.compile", .as = As::Words, .words = "true=true false=false"},
    OptionRow{.names = "fp8.enabled", .path = "training.float8", .as = As::Words, .words = "true=true false=false"},
    OptionRow{.names = "quantization.load_in_4bit load_in_4bit", .take = remembered},
};
constexpr std::string_view automodel_no_effect =
    "recipe step_scheduler.* dist_env.* rng.* checkpoint.* dataset.* validation_dataset* dataloader.* "
    "validation_dataloader.* optimizer.* lr_scheduler.* loss_fn.* wandb.* logger.* peft.* model.* distributed.* "
    "packed_sequence.* compile.* fp8.* "
    "freeze_config.* ci.* benchmark.* mlflow.* quantization.* clip_grad_norm.* parallelizer.* te_fp8.* processor.* "
    "seed comet.* ";

/// trainer/fsdp_sft_trainer.py with config/sft_trainer.yaml: micro_batch_size_per_gpu 4, max_length 1024, checkpointing on.
void verl_sft_finish(Importing& in) {
  in.set("training.objective", "sft");
  in.set_default("training.micro_batch", "4");
  in.set_default("training.sequence", "1024");
  in.set_default("training.recompute", "full");
  choose_method(in, number(in.given("model.lora_rank")) > 0);
  in.set("training.framework", "verl");
  in.set("training.recipe", "fsdp-bf16");
  in.set_default("parallelism.zero", "3");
  share_devices(in);
  share_batch(in, "data.train_batch_size");
}

void verl_finish(Importing& in) {
  if (contains(in.given("(program)"), "sft_trainer")) return verl_sft_finish(in);
  const Count prompt = in.count("(prompt)", number(in.given("data.max_prompt_length")));
  const Count response = number(in.given("data.max_response_length"));
  if (prompt + response != 0) in.set("training.sequence", add(prompt, response));
  if (response != 0) in.set("training.rollout.completion", response);
  const auto objective = meaning_of("grpo=grpo gae=ppo reinforce_plus_plus=grpo rloo=grpo remax=grpo gspo=grpo",
                                    in.given("algorithm.adv_estimator"));
  in.set_default("training.objective", objective.value_or("ppo"));
  in.set("training.reward", "function");
  in.set("training.rollout.generator",
         "engine-asleep");  // verl's hybrid engine gives its memory back (free_cache_engine)
  const Count rank = number(in.given("actor_rollout_ref.model.lora_rank"));
  in.set_default("training.method", rank != 0 ? "lora" : "full");
  if (rank != 0) in.set("training.lora.rank", rank);
  const bool megatron =
      in.given("actor_rollout_ref.actor.strategy") == "megatron" || contains(in.given("config_name"), "megatron");
  in.set("training.framework", megatron ? "megatron" : "verl|transformers");
  in.set("training.recipe", megatron ? "megatron-bf16" : "fsdp-bf16");
  if (!megatron) in.set_default("parallelism.zero", "3");
  share_devices(in);
}
constexpr std::array verl_rows{
    OptionRow{.names = "actor_rollout_ref.model.path model.partial_pretrain", .path = "model", .as = As::Model},
    OptionRow{.names = "data.micro_batch_size_per_gpu", .path = "training.micro_batch"},
    OptionRow{.names = "data.max_length", .path = "training.sequence", .take = take_sequence},
    OptionRow{.names = "model.enable_gradient_checkpointing",
              .path = "training.recompute",
              .as = As::Words,
              .words = "true=full false=none"},
    OptionRow{.names = "model.lora_rank", .path = "training.lora.rank"},
    OptionRow{.names = "ulysses_sequence_parallel_size", .path = "parallelism.context"},
    OptionRow{.names = "data.train_batch_size", .take = remembered},
    OptionRow{.names = "", .take = script_or_module},
    OptionRow{.names = "data.max_prompt_length data.max_response_length algorithm.adv_estimator "
                       "actor_rollout_ref.model.lora_rank actor_rollout_ref.actor.strategy",
              .take = remembered},
    OptionRow{.names = "actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu", .path = "training.micro_batch"},
    OptionRow{.names = "actor_rollout_ref.rollout.n", .path = "training.rollout.group"},
    OptionRow{.names = "actor_rollout_ref.rollout.gpu_memory_utilization", .path = "training.rollout.engine_share"},
    OptionRow{.names = "actor_rollout_ref.rollout.tensor_model_parallel_size",
              .path = "training.rollout.engine_tensor"},
    OptionRow{.names = "actor_rollout_ref.model.enable_gradient_checkpointing",
              .path = "training.recompute",
              .as = As::Words,
              .words = "true=full false=none"},
    OptionRow{.names = "actor_rollout_ref.actor.fsdp_config.param_offload", .take = take_offload},
    OptionRow{.names = "actor_rollout_ref.actor.fsdp_config.optimizer_offload", .take = take_offload},
    OptionRow{.names = "actor_rollout_ref.actor.ulysses_sequence_parallel_size", .path = "parallelism.context"},
    OptionRow{.names = "actor_rollout_ref.actor.megatron.tensor_model_parallel_size", .path = "parallelism.tensor"},
    OptionRow{.names = "actor_rollout_ref.actor.megatron.pipeline_model_parallel_size",
              .path = "parallelism.pipeline"},
    OptionRow{.names = "actor_rollout_ref.actor.megatron.expert_model_parallel_size", .path = "parallelism.expert"},
    OptionRow{.names = "actor_rollout_ref.actor.megatron.context_parallel_size", .path = "parallelism.context"},
    OptionRow{.names = "critic.model.path", .path = "training.value_model", .as = As::Model},
    OptionRow{.names = "reward_model.model.path", .path = "training.reward_model", .as = As::Model},
    OptionRow{.names = "actor_rollout_ref.actor.use_dynamic_bsz",
              .affects = "micro-batches are as large as ppo_max_token_len_per_gpu allows"},
    OptionRow{.names = "actor_rollout_ref.actor.ppo_max_token_len_per_gpu",
              .affects = "tokens of a micro-batch with use_dynamic_bsz"},
    OptionRow{.names = "actor_rollout_ref.model.use_fused_kernels",
              .path = "training.loss",
              .as = As::Words,
              .words = "true=fused false=-"},
};
constexpr std::string_view verl_no_effect =
    "data.* algorithm.* trainer.* actor_rollout_ref.actor.* actor_rollout_ref.rollout.* actor_rollout_ref.ref.* "
    "actor_rollout_ref.model.use_remove_padding actor_rollout_ref.model.* actor_rollout_ref.nccl_timeout critic.* "
    "reward_model.* reward.* "
    "custom_reward_function.* hydra.* config_path= config_name= ray_init.* ray_kwargs.* global_profiler.* "
    "actor_rollout_ref.hybrid_engine model.* optim.* use_remove_padding ";

void starter_finish(Importing& in) {
  choose_recipe(in, Loaded::Narrow);
  share_devices(in);
}

constexpr std::array tools{
    Tool{.id = "trainer",
         .label = "Transformers Trainer, TRL",
         .task = Task::Training,
         .style = Style::Underscores,
         .choose = "training.framework=transformers",
         .rows = trainer_rows,
         .shared = starters,
         .no_effect = trainer_no_effect,
         .finish = trainer_finish,
         .source = "transformers training_args.py 5.12, TRL 1.13"},
    Tool{.id = "axolotl",
         .label = "Axolotl",
         .task = Task::Training,
         .style = Style::Document,
         .choose = "training.framework=axolotl|transformers",
         .rows = axolotl_rows,
         .shared = starters,
         .no_effect = axolotl_no_effect,
         .finish = axolotl_finish,
         .source = "Axolotl docs, config-reference, 2026-07"},
    Tool{.id = "llama-factory",
         .label = "LLaMA-Factory",
         .task = Task::Training,
         .style = Style::Document,
         .choose = "training.framework=llama-factory|transformers",
         .rows = factory_rows,
         .shared = starters,
         .no_effect = factory_no_effect,
         .finish = factory_finish,
         .source = "LLaMA-Factory hparams, 2026-08"},
    Tool{.id = "ms-swift",
         .label = "ms-swift",
         .task = Task::Training,
         .style = Style::Underscores,
         .choose = "training.framework=ms-swift|transformers",
         .rows = swift_rows,
         .shared = starters,
         .no_effect = swift_no_effect,
         .finish = swift_finish,
         .source = "ms-swift docs, command-line parameters, 2026-08"},
    Tool{.id = "torchtitan",
         .label = "torchtitan",
         .task = Task::Training,
         .style = Style::Document,
         .choose = "training.framework=torchtitan training.loss=full",
         .rows = titan_rows,
         .shared = starters,
         .no_effect = titan_no_effect,
         .finish = titan_finish,
         .source = "torchtitan config/job_config.py, 2026-08"},
    Tool{.id = "torchtune",
         .label = "torchtune",
         .task = Task::Training,
         .style = Style::Equals,
         .choose = "training.framework=torchtune",
         .rows = tune_rows,
         .shared = starters,
         .no_effect = tune_no_effect,
         .finish = tune_finish,
         .source = "torchtune recipes/configs, 0.6"},
    Tool{.id = "litgpt-finetune",
         .label = "LitGPT",
         .task = Task::Training,
         .style = Style::Underscores,
         .choose = "training.framework=litgpt",
         .rows = litgpt_rows,
         .shared = {},
         .no_effect = litgpt_no_effect,
         .finish = litgpt_finish,
         .source = "litgpt finetune/, 0.5"},
    Tool{.id = "openrlhf",
         .label = "OpenRLHF",
         .task = Task::Training,
         .style = Style::Underscores,
         .choose = "training.framework=openrlhf",
         .rows = openrlhf_rows,
         .shared = starters,
         .no_effect = openrlhf_no_effect,
         .finish = openrlhf_finish,
         .source = "OpenRLHF cli/train_sft.py, train_dpo.py, train_rm.py, 0.8"},
    Tool{.id = "mlx-lora",
         .label = "MLX LM",
         .task = Task::Training,
         .style = Style::Dashes,
         .choose = "training.framework=mlx",
         .rows = mlx_rows,
         .shared = {},
         .no_effect = mlx_no_effect,
         .finish = mlx_finish,
         .source = "mlx-lm lora.py, 0.31"},
    Tool{.id = "megatron",
         .label = "Megatron-LM",
         .task = Task::Training,
         .style = Style::Dashes,
         .choose = "training.framework=megatron parallelism.sequence_parallel=false training.optimizer=adamw-fused",
         .rows = megatron_rows,
         .shared = starters,
         .no_effect = megatron_no_effect,
         .finish = megatron_finish,
         .source = "Megatron-LM training/arguments.py, 2026-08"},
    Tool{.id = "swift-megatron",
         .label = "ms-swift with Megatron",
         .task = Task::Training,
         .style = Style::Underscores,
         .choose = "training.framework=megatron parallelism.zero=1 parallelism.sequence_parallel=false "
                   "training.optimizer=adamw-fused",
         .rows = megatron_rows,
         .shared = starters,
         .no_effect = megatron_no_effect,
         .finish = megatron_finish,
         .source = "ms-swift docs, Megatron-SWIFT, 2026-08"},
    Tool{.id = "megatron-bridge",
         .label = "Megatron-Bridge, NeMo",
         .task = Task::Training,
         .style = Style::Equals,
         .choose = "training.framework=megatron parallelism.sequence_parallel=false training.optimizer=adamw-fused",
         .rows = megatron_rows,
         .shared = starters,
         .no_effect = megatron_no_effect,
         .finish = megatron_finish,
         .source = "Megatron-Bridge training/config.py, 2026-08"},
    Tool{.id = "automodel",
         .label = "NeMo AutoModel",
         .task = Task::Training,
         .style = Style::Document,
         .choose = "training.framework=transformers",
         .rows = automodel_rows,
         .shared = starters,
         .no_effect = automodel_no_effect,
         .finish = automodel_finish,
         .source = "NeMo AutoModel examples, 2026-08"},
    Tool{.id = "verl",
         .label = "verl",
         .task = Task::Training,
         .style = Style::Equals,
         .choose = "training.framework=transformers",
         .rows = verl_rows,
         .shared = starters,
         .no_effect = verl_no_effect,
         .finish = verl_finish,
         .source = "verl trainer/config/ppo_trainer.yaml, 2026-01"},
    Tool{.id = "deepspeed",
         .label = "DeepSpeed",
         .task = Task::Training,
         .style = Style::Document,
         .choose = "training.framework=deepspeed",
         .rows = {},
         .shared = starters,
         .no_effect = starters_no_effect,
         .finish = starter_finish,
         .source = "DeepSpeed docs, config-json, 0.19"},
    Tool{.id = "accelerate",
         .label = "Accelerate",
         .task = Task::Training,
         .style = Style::Document,
         .choose = "training.framework=transformers",
         .rows = {},
         .shared = starters,
         .no_effect = starters_no_effect,
         .finish = starter_finish,
         .source = "Accelerate docs, launch configuration, 1.14"},
};

}  // namespace

std::span<const Tool> training_tools() { return tools; }
std::string_view launcher_no_effect() { return starters_no_effect; }

}  // namespace llmcalc::io
