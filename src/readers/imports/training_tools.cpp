// Options of the programs that train models that are more than one word for one setting, and what several of them decide
// together, the recipe above all. The others are lines of options.txt.

#include "readers/field_text.hpp"
#include "readers/imports/import.hpp"
#include "readers/lookup.hpp"

#include <llmcalc/base/decimal_streams.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/training.hpp>

#include <algorithm>
#include <cctype>

namespace llmcalc::io {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// --- What many of them share ---

/// An optimizer by the name that the program has for it.
bool take_optimizer(Importing& in, const Given& g) {
  if (!g.value) return false;
  constexpr std::string_view start = "OptimizerNames.";
  const std::string name = g.value->substr(g.value->starts_with(start) ? start.size() : 0);
  // Names of transformers for what is the same to memory (training_args.py, OptimizerNames), and of PyTorch's classes.
  constexpr std::string_view others =
      "adamw_hf=adamw adamw_torch_8bit=adamw-8bit adamw_8bit=adamw-8bit adamw_bnb_8bit=adamw-8bit "
      "paged_adamw_32bit=adamw paged_adamw=adamw adamw_apex_fused=adamw-fused adamw_anyprecision=adamw adamw=adamw "
      "adam=adam AdamW=adamw Adam=adam fused_adam=adamw-fused FusedAdam=adamw-fused muon=muon dist_muon=muon "
      "Muon=muon "
      "sgd=sgd SGD=sgd ao_adamw_8bit=adamw-8bit adamw_torch_4bit=adamw-4bit ao_adamw_4bit=adamw-4bit "
      "came_pytorch=came "
      "galore_adamw_8bit=galore-8bit galore_adamw_layerwise=galore galore_adafactor=galore lion=lion lion_32bit=lion "
      "paged_lion_8bit=lion-8bit torchao.optim.AdamW8bit=adamw-8bit bitsandbytes.optim.AdamW=adamw "
      "q_galore_adamw8bit=galore";
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
/// "full_shard auto_wrap offload", or a list of these.
bool take_fsdp(Importing& in, const Given& g) {
  if (!g.value || g.value->empty() || *g.value == "null" || *g.value == "false") return true;
  const std::string& words = *g.value;
  if (contains(words, "offload")) in.set("training.offload", "optimizer+parameters");
  const std::string before = in.given("fsdp_config.fsdp_version fsdp_version");
  if (before.empty() && contains(words, "fsdp2")) in.remember("fsdp_version", "2");
  return in.set("parallelism.zero", contains(words, "grad_op") || contains(words, "SHARD_GRAD") ? "2" : "3");
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
bool script_or_module(Importing& in, const Given& g) {
  if (!g.value || !contains(*g.value, ".")) return false;
  in.say("the program");
  return true;
}
/// How many processes, nodes and cards there are is put together in share_devices().
bool take_world(Importing& in, const Given& g) {
  if (!g.value || (whole_number(*g.value) == 0 && *g.value != "-1" && *g.value != "gpu" && *g.value != "auto"))
    return false;
  in.say("part of device.count");
  return true;
}
/// What the Trainer puts in where DeepSpeed's configuration says "auto": the hidden size squared, and nine tenths of it.
/// Source: transformers integrations/deepspeed.py trainer_config_finalize.
void auto_sizes(Importing& in) {
  const ModelPtr model = in.model();
  if (!model) return;
  const Count square = multiply(model->hidden, model->hidden);
  if (in.given("zero_optimization.reduce_bucket_size") == "auto")
    in.set_default("parallelism.bucket", std::to_string(square));
  if (in.given("zero_optimization.stage3_prefetch_bucket_size") == "auto")
    in.set_default("parallelism.prefetch", std::to_string(square - ceil_divide(square, Count{10})));
}

/// Ranks that are not data-parallel; the rest of the processes are. Cards alone make no replicas, but a launcher starts a
/// process on each.
void share_devices(Importing& in) {
  const Count per_node =
      whole_number(in.given("nproc_per_node num_gpus gpus_per_node nproc NPROC_PER_NODE NGPU trainer.devices "
                            "trainer.n_gpus_per_node devices actor.num_gpus_per_node actor_num_gpus_per_node"));
  const Count nodes =
      std::max<Count>(1, whole_number(in.given("nnodes num_nodes trainer.num_nodes trainer.nnodes NNODES "
                                               "actor.num_nodes actor_num_nodes")));
  Count processes = whole_number(in.given("num_processes"));
  if (processes == 0) processes = multiply(per_node, nodes);
  const std::string program = in.given("(program)");
  const bool named = !in.given("include").empty();  // DeepSpeed's cards by number
  if (processes == 0 && (named || contains(program, "accelerate") || contains(program, "llamafactory")))
    processes = in.devices();
  const Count layout = product(in.count("parallelism.tensor", 1), in.count("parallelism.pipeline", 1),
                               in.count("parallelism.context", 1));
  if (!in.has("parallelism.data") && processes > 1)
    in.set("parallelism.data", std::max<Count>(1, processes / std::max<Count>(layout, 1)));
  if (in.count("parallelism.zero", 0) != 0 && !in.has("parallelism.data"))
    in.note("how many GPUs share the work is not part of these settings: --set parallelism.data=N sets it");
  in.devices() = std::max({in.devices(), processes, multiply(layout, in.count("parallelism.data", 1))});
  auto_sizes(in);
}

/// Micro-batches of a step, where the sizes say it and the number of replicas is known.
void share_batch(Importing& in, std::string_view global_names) {
  const Count global = whole_number(in.given(global_names));
  const Count step = multiply(in.count("training.micro_batch", 1), in.count("parallelism.data", 1));
  if (in.has("parallelism.data") && global > step && step != 0) in.set("training.accumulation", global / step);
}

/// The framework's own batch where nobody says one; the Trainer's where a script calls it.
void usual_batch(Importing& in) {
  auto framework = from_key<TrainingFramework>(in.text("training.framework"));
  if (!framework || in.has("training.micro_batch")) return;
  if (framework == TrainingFramework::Transformers) framework = TrainingFramework::Trainer;
  const Count batch = framework_version(*framework, in.text("training.version")).usual.micro_batch;
  if (batch < 2) return;
  in.set("training.micro_batch", std::to_string(batch));
  in.note("no batch is said: " + std::to_string(batch) + " is the default of " + std::string(label_of(*framework)));
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
  usual_batch(in);
}

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
  usual_batch(in);
}

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

// --- torchtitan, torchtune, LitGPT ---

std::string titan_model(const std::string& name, const std::string& flavor) {
  const std::string family = name == "llama3" || name == "llama3_ft" ? "llama 3.1"
                             : name == "llama4"                      ? "llama 4"
                                                                     : name;
  return family + " " + flavor;
}
/// "activation-checkpoint:full": the policy that torchtitan's main branch takes as a word of its own.
bool titan_word(Importing& in, const Given& g) {
  constexpr std::string_view policy = "activation-checkpoint:";
  if (!g.value || !g.value->starts_with(policy)) return false;
  const std::string kind = g.value->substr(policy.size());
  return in.set("training.recompute", kind == "memory_budget" ? "selective" : kind);
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
  // torchtitan config/configs.py, 2026-08: tokens of a micro-batch, in rows of at most max_context_length (2,048) tokens.
  if (const Count tokens = whole_number(in.given("training.num_tokens_per_microbatch_per_dp_rank")); tokens > 0) {
    in.set("training.loss", "chunked-linear");  // ChunkedLossWrapper of the models' configurations
    in.set_default("training.sequence", "2048");
    const Count given = whole_number(in.given("training.max_context_length"));
    in.set("training.micro_batch", std::to_string(std::max<Count>(tokens / (given > 0 ? given : 2048), 1)));
  }
  in.set("training.recipe", in.given("training.mixed_precision_param") == "float32" ? "fp32" : "fsdp-bf16");
  const std::string mode = in.given("activation_checkpoint.mode");
  const std::string option = in.given("activation_checkpoint.selective_ac_option");
  if (mode == "selective" && !option.empty() && whole_number(option) != 0)
    in.set("training.recompute", "one-of:" + option);
  in.set_default("training.recompute", "selective");  // torchtitan config/job_config.py: activation_checkpoint.mode
  share_devices(in);
  in.set_default("parallelism.zero", "3");
}
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
  // Matrices outside attention are switches of their own.
  const std::string targets = in.text("training.lora.targets");
  if (!targets.empty() && targets != "all-linear") {
    in.set("training.lora.targets", targets + (in.on("model.apply_lora_to_mlp") ? ",gate,up,down" : "") +
                                        (in.on("model.apply_lora_to_output") ? ",head" : ""));
  }
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
  share_devices(in);
  if (in.devices() > 1) in.set_default("parallelism.zero", "3");
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

void litgpt_finish(Importing& in) {
  const std::string program = in.given("(program)");
  // A configuration names no program; that of adapters has their rank.
  const bool full =
      contains(program, "full") || contains(program, "pretrain") || (program.empty() && in.given("lora_r").empty());
  const std::string quantize = in.given("quantize");
  in.set_default("training.method", full ? "full" : quantize.starts_with("bnb.nf4") ? "qlora" : "lora");
  share_devices(in);
  if (in.devices() > 1) in.set_default("parallelism.zero", "3");  // finetune/lora.py: FSDPStrategy on several devices
}

// --- OpenRLHF ---

void openrlhf_finish(Importing& in) {
  objective_of_program(in);
  if (contains(in.given("(program)"), "train_ppo")) {
    const std::string estimator = in.given("algo.advantage.estimator advantage_estimator");
    in.set_default("training.objective", estimator.empty() || estimator == "gae" ? "ppo" : "grpo");
  }
  choose_method(in, whole_number(in.given("ds.lora.rank lora_rank")) > 0);
  usual_batch(in);
  in.set_default("training.sequence", "2048");  // cli/train_sft.py: data.max_len 2048
  in.set_default("training.recompute", "none");
  in.set("training.recipe", "bf16-master-fp32");
  share_devices(in);
  share_batch(in, "train.batch_size train_batch_size");
}

// --- MLX LM ---

/// -1: every layer, as is counted here.
bool mlx_layers(Importing& in, const Given& g) {
  in.say("affects memory: adapters of every layer are counted, not only of the last ones");
  return g.value == "-1";
}

void mlx_finish(Importing& in) {
  if (!in.has("training.method")) in.set("training.method", "lora");
  usual_batch(in);
  in.set_default("training.sequence", "2048");  // lora.py CONFIG_DEFAULTS: max_seq_length 2048, rank 8
  in.set_default("training.lora.rank", "8");
  in.set_default("training.optimizer", "adam");
  // The community's repositories name the bits; adapters on them are QLoRA.
  const bool quantized = model_name(in.text("model")).weights.starts_with("mlx-q");
  if (quantized && in.text("training.method") == "lora") in.set("training.method", "qlora");
}
// --- Megatron-LM, Megatron-Bridge, NeMo ---

/// A model that a tokenizer or a checkpoint names, when it has the shapes that the arguments give.
void megatron_model(Importing& in) {
  const Count layers = in.count("model.custom.layers", 0);
  if (in.has("model") && layers == 0) return;
  for (std::string_view option : {"tokenizer_model", "load", "tokenizer_name_or_path"}) {
    const std::string name = in.given(option);
    if (name.empty() || layers == 0) continue;
    const ModelPtr found = in.model_named(name);
    if (found && found->layer_count() == layers && found->hidden == whole_number(in.given("hidden_size"))) {
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
  if (granularity == "full" && method == "uniform" && whole_number(layers) > 1)
    in.set("training.recompute", "every:" + layers);
  else if (granularity == "full" && method == "block" && whole_number(layers) > 0)
    in.set("training.recompute", "block:" + layers);
  else if (granularity == "full" || in.on("recompute_activations_full"))
    in.set("training.recompute", "full");
  else if (granularity == "selective" || in.on("recompute_activations"))
    in.set("training.recompute", "selective");
  const bool adapters = in.given("tuner_type train_type") == "lora";
  if (adapters) in.set_default("training.method", "lora");
  if (adapters) in.set_default("training.lora.adapter_dtype", "bf16");  // the whole model is cast to 16 bits
  share_devices(in);
  share_batch(in, "global_batch_size train.global_batch_size model.global_batch_size");
  if (in.count("parallelism.pipeline", 1) > 1) {
    const Count per = whole_number(in.given("num_layers_per_virtual_pipeline_stage"));
    const Count total = in.count("model.custom.layers", 0);
    if (per != 0 && total != 0) {
      in.set("parallelism.virtual_stages", std::max<Count>(1, total / in.count("parallelism.pipeline", 1) / per));
      in.set("parallelism.schedule", "interleaved");
    }
    if (in.count("parallelism.virtual_stages", 1) > 1) in.set_default("parallelism.schedule", "interleaved");
  }
}

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
/// "automodel finetune llm -c FILE", "automodel FILE": the recipe's configuration.
bool automodel_word(Importing& in, const Given& g) {
  return g.value && (g.value->find(".y") == std::string::npos || take_file(in, g));
}

/// trainer/fsdp_sft_trainer.py with config/sft_trainer.yaml: micro_batch_size_per_gpu 4, max_length 1024, checkpointing on.
void verl_sft_finish(Importing& in) {
  in.set("training.objective", "sft");
  in.set_default("training.micro_batch", "4");
  in.set_default("training.sequence", "1024");
  in.set_default("training.recompute", "full");
  choose_method(in, whole_number(in.given("model.lora_rank")) > 0);
  in.set("training.framework", "verl");
  in.set("training.recipe", "fsdp-bf16");
  in.set_default("parallelism.zero", "3");
  share_devices(in);
  share_batch(in, "data.train_batch_size");
}

void verl_finish(Importing& in) {
  if (contains(in.given("(program)"), "sft_trainer")) return verl_sft_finish(in);
  const Count prompt = in.count("(prompt)", whole_number(in.given("data.max_prompt_length")));
  const Count response = whole_number(in.given("data.max_response_length"));
  if (prompt + response != 0) in.set("training.sequence", add(prompt, response));
  if (response != 0) in.set("training.rollout.completion", response);
  const auto objective = meaning_of("grpo=grpo gae=ppo reinforce_plus_plus=grpo rloo=grpo remax=grpo gspo=grpo",
                                    in.given("algorithm.adv_estimator"));
  in.set_default("training.objective", objective.value_or("ppo"));
  in.set("training.reward", "function");
  in.set("training.rollout.generator",
         "engine-asleep");  // verl's hybrid engine gives its memory back (free_cache_engine)
  const Count rank = whole_number(in.given("actor_rollout_ref.model.lora_rank"));
  in.set_default("training.method", rank != 0 ? "lora" : "full");
  if (rank != 0) in.set("training.lora.rank", rank);
  const bool megatron =
      in.given("actor_rollout_ref.actor.strategy") == "megatron" || contains(in.given("config_name"), "megatron");
  in.set("training.framework", megatron ? "megatron" : "verl|transformers");
  in.set("training.recipe", megatron ? "megatron-bf16" : "fsdp-bf16");
  if (!megatron) in.set_default("parallelism.zero", "3");
  share_devices(in);
}

void starter_finish(Importing& in) {
  choose_recipe(in, Loaded::Narrow);
  share_devices(in);
}

constexpr TakeRow takes[] = {
    {"optimizer", take_optimizer},
    {"saved_modules", take_saved_modules},
    {"targets", take_targets},
    {"sequence", take_sequence},
    {"deepspeed", take_deepspeed},
    {"fsdp", take_fsdp},
    {"offload", take_offload},
    {"activation_offload", take_activation_offload},
    {"script_or_module", script_or_module},
    {"world", take_world},
    {"axolotl_plugins", axolotl_plugins},
    {"axolotl_hybrid_attention", axolotl_hybrid_attention},
    {"axolotl_checkpoint", axolotl_checkpoint},
    {"tune_positional", tune_positional},
    {"tune_config", tune_config},
    {"automodel_word", automodel_word},
    {"titan_word", titan_word},
    {"mlx_layers", mlx_layers},
};
constexpr FinishRow finishes[] = {
    {"trainer", trainer_finish},   {"axolotl", axolotl_finish},     {"factory", factory_finish},
    {"swift", swift_finish},       {"titan", titan_finish},         {"tune", tune_finish},
    {"litgpt", litgpt_finish},     {"openrlhf", openrlhf_finish},   {"mlx-lora", mlx_finish},
    {"megatron", megatron_finish}, {"automodel", automodel_finish}, {"verl", verl_finish},
    {"starter", starter_finish},
};

}  // namespace

ToolFunctions training_functions() { return {takes, finishes}; }

}  // namespace llmcalc::io
