// Options of the programs that serve models. A row that has a path is memory; what serves, logs and authenticates is in
// `no_effect`. Sources: each tool's.

#include "readers/field_text.hpp"
#include "readers/imports/import.hpp"
#include "readers/lookup.hpp"

#include <llmcalc/base/decimal_streams.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace llmcalc::io {
namespace {

/// A whole number; 0 when it is none.
Count whole(std::string_view text) {
  Count n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

/// Numbers as people write lengths: "32k", "131072".
bool take_length(Importing& in, const Given& g, std::string_view path) {
  if (!g.value || *g.value == "auto" || *g.value == "-1" || *g.value == "null") return true;
  const auto tokens = tokens_of_text(*g.value);
  if (!tokens) return false;
  return *tokens == 0 || in.set(path, std::to_string(*tokens));
}

/// The context that holds when nothing says another one: the model's own.
void longest_context(Importing& in, std::string_view option) {
  const ModelPtr model = in.model();
  if (!model || model->max_context == 0) return;
  in.set("serving.context", model->max_context);
  in.note(std::string(option) + " is not given: the model's own length of " + std::to_string(model->max_context) +
          " tokens");
}

/// GPUs that a container asks for.
bool take_device_count(Importing& in, const Given& g) {
  if (!g.value || whole(*g.value) == 0) return false;
  in.devices() = std::max(in.devices(), whole(*g.value));
  in.say("device.count = " + std::to_string(in.devices()));
  return true;
}

/// The product that a cluster's node is chosen by: "NVIDIA-H100-80GB-HBM3", "nvidia-l4".
bool take_product(Importing& in, const Given& g) {
  std::string name = g.value.value_or("");
  std::replace(name.begin(), name.end(), '-', ' ');
  return !name.empty() && in.name_device(name);
}

/// A model whose place only the cluster knows is what it is served as.
void model_by_served_name(Importing& in) {
  const std::string name = in.given("served_model_name");
  if (in.has("model") || name.empty() || name.find('/') == std::string::npos) return;
  in.set("model", name);
  in.note("the model's place is not known here: " + name + ", the name it is served by, is taken");
}

/// Devices named one by one: "0,1,2".
bool take_visible_devices(Importing& in, const Given& g) {
  if (!g.value || g.value->empty() || g.value->starts_with('$')) return false;
  const auto commas = static_cast<Count>(std::count(g.value->begin(), g.value->end(), ','));
  in.devices() = std::max(in.devices(), commas + 1);
  in.say("device.count = " + std::to_string(in.devices()));
  return true;
}

constexpr std::string_view where_it_runs =
    "host= port= api_key= served_model_name+ trust_remote_code log_level= log_requests enable_log_requests "
    "disable_log_requests "
    "disable_log_stats uvicorn_log_level= chat_template= chat_template_content_format= tool_call_parser= "
    "reasoning_parser= "
    "enable_auto_tool_choice enable_reasoning tokenizer= tokenizer_mode= revision= tokenizer_revision= download_dir= "
    "seed= "
    "allow_credentials allowed_origins= response_role= ssl_keyfile= ssl_certfile= root_path= middleware= "
    "LD_LIBRARY_PATH= PATH= HF_HOME= HF_TOKEN= HF_HUB_OFFLINE= HF_ENDPOINT= HF_HUB_ENABLE_HF_TRANSFER= NCCL_* "
    "OMP_NUM_THREADS= TORCH_CUDA_ARCH_LIST= PYTHONUNBUFFERED= "
    "CUDA_HOME= TOKENIZERS_PARALLELISM= WANDB_* TRANSFORMERS_* CUDA_DEVICE_ORDER= CUDA_DEVICE_MAX_CONNECTIONS=";

// --- vLLM ---

bool vllm_speculative_model(Importing& in, const Given& g) {
  const std::string method = in.given("speculative_config.method");
  if (!g.value || *g.value == "ngram" || *g.value == "[ngram]") return true;
  if (method.ends_with("mtp")) return true;  // its own prediction layers, whatever the name
  return in.set("serving.draft_model", *g.value);
}
bool positional_model(Importing& in, const Given& g) {
  if (in.has("model") || !g.value) return g.value.has_value();
  return in.set("model", *g.value);
}
/// The longest sequence is what a sequence may hold.
bool vllm_context(Importing& in, const Given& g) { return take_length(in, g, "serving.context"); }
bool vllm_batched_tokens(Importing& in, const Given& g) {
  return take_length(in, g, "serving.max_num_batched_tokens");
}
/// "{"image": 0, "video": 0}": no picture is ever shown.
bool vllm_limit(Importing& in, const Given& g) {
  if (!g.value) return false;
  const bool none = g.value->find("image=0") != std::string::npos || *g.value == "0";
  return none ? in.set("serving.text_only", "true") : true;
}
/// A list of sizes or a number of sequences; what is captured is bounded by max_num_seqs.
void vllm_finish(Importing& in) {
  model_by_served_name(in);
  if (!in.given("(version)").empty()) in.set("serving.version", in.given("(version)"));
  if (!in.has("serving.context")) longest_context(in, "--max-model-len");
  if (in.on("enable_expert_parallel")) {
    in.set("parallelism.expert", multiply(in.count("parallelism.tensor", 1), in.count("parallelism.data", 1)));
  }
  const std::string method = in.given("speculative_config.method");
  if ((method == "mtp" || method.ends_with("_mtp")) && !in.has("serving.draft_tokens"))
    in.set("serving.draft_tokens", Count{1});
}

constexpr std::string_view vllm_quantizations =
    "awq=awq-int4 awq_marlin=awq-int4 gptq=gptq-int4 gptq_marlin=gptq-int4 fp8=fp8 bitsandbytes=nf4 mxfp4=mxfp4 "
    "modelopt_fp4=nvfp4 nvfp4=nvfp4 modelopt=fp8 experts_int8=int8 compressed-tensors=- compressed_tensors=- "
    "auto-round=- "
    "ascend=- quark=- gguf=- null=- None=-";
constexpr std::string_view sixteen_bits =
    "auto=- half=fp16 float16=fp16 fp16=fp16 bfloat16=bf16 bf16=bf16 float32=fp32 float=fp32 fp32=fp32";
constexpr std::string_view fp8_caches =
    "fp8=fp8 fp8_e4m3=fp8 fp8_e5m2=fp8 fp8_inc=fp8 auto=fp16 bfloat16=bf16 bf16=bf16 float16=fp16 fp8_ds_mla=fp8 "
    "int8=int8";

constexpr std::array vllm_rows{
    OptionRow{.names = "model", .path = "model", .as = As::Model},
    OptionRow{.names = "", .path = "", .take = positional_model},
    OptionRow{.names = "max_model_len", .path = "serving.context", .take = vllm_context},
    OptionRow{.names = "max_num_seqs", .path = "serving.max_num_seqs", .launch = InLaunch::Always},
    OptionRow{.names = "max_num_batched_tokens",
              .path = "serving.max_num_batched_tokens",
              .launch = InLaunch::Always,
              .take = vllm_batched_tokens},
    OptionRow{.names = "gpu_memory_utilization gpu_memory_utilisation",
              .path = "serving.gpu_memory_utilization",
              .launch = InLaunch::Always},
    OptionRow{.names = "tensor_parallel_size tp tensor_parallel",
              .path = "parallelism.tensor",
              .launch = InLaunch::Changed},
    OptionRow{.names = "pipeline_parallel_size pp", .path = "parallelism.pipeline", .launch = InLaunch::Changed},
    OptionRow{.names = "data_parallel_size dp", .path = "parallelism.data", .launch = InLaunch::Changed},
    OptionRow{.names = "decode_context_parallel_size dcp",
              .path = "parallelism.decode_context",
              .launch = InLaunch::Changed},
    OptionRow{.names = "quantization q",
              .path = "weights.format",
              .as = As::Words,
              .words = vllm_quantizations,
              .launch = InLaunch::Changed},
    OptionRow{.names = "dtype",
              .path = "weights.format",
              .as = As::Words,
              .words = sixteen_bits,
              .launch = InLaunch::Changed},
    OptionRow{.names = "kv_cache_dtype",
              .path = "serving.kv_format",
              .as = As::Words,
              .words = fp8_caches,
              .launch = InLaunch::Changed},
    OptionRow{.names = "kv_cache_memory_bytes kv_cache_memory",
              .path = "serving.kv_cache_memory_bytes",
              .launch = InLaunch::Changed},
    OptionRow{.names = "enforce_eager",
              .path = "serving.cuda_graphs",
              .as = As::Switch,
              .words = "false",
              .launch = InLaunch::Changed},
    OptionRow{.names = "no_enable_prefix_caching",
              .path = "serving.prefix_caching",
              .as = As::Switch,
              .words = "false",
              .launch = InLaunch::Changed},
    OptionRow{.names = "enable_prefix_caching",
              .path = "serving.prefix_caching",
              .as = As::Words,
              .words = "true=true false=false"},
    OptionRow{.names = "language_model_only",
              .path = "serving.text_only",
              .as = As::Switch,
              .words = "true",
              .launch = InLaunch::Changed},
    OptionRow{.names = "limit_mm_per_prompt", .take = vllm_limit},
    OptionRow{.names = "limit_mm_per_prompt.image limit_mm_per_prompt.images", .take = vllm_limit},
    OptionRow{.names = "max_loras", .path = "serving.adapters", .launch = InLaunch::Changed},
    OptionRow{.names = "max_lora_rank", .path = "serving.adapter_rank", .launch = InLaunch::Changed},
    OptionRow{.names = "enable_lora", .path = "serving.adapters", .as = As::Switch, .words = "1"},
    OptionRow{.names = "cpu_offload_gb",
              .path = "serving.cpu_offload_bytes",
              .as = As::Times,
              .words = "1073741824",
              .launch = InLaunch::Changed},
    OptionRow{.names = "speculative_config.num_speculative_tokens num_speculative_tokens",
              .path = "serving.draft_tokens"},
    OptionRow{.names = "speculative_config.model speculative_model", .take = vllm_speculative_model},
    OptionRow{.names = "CUDA_VISIBLE_DEVICES HIP_VISIBLE_DEVICES", .as = As::Devices, .take = take_visible_devices},
    OptionRow{.names = "nvidia.com/gpu amd.com/gpu", .take = take_device_count},
    OptionRow{.names = "nvidia.com/gpu.product", .take = take_product},
};

// --- SGLang ---

void sglang_finish(Importing& in) {
  model_by_served_name(in);
  if (!in.has("serving.context")) longest_context(in, "--context-length");
  if (!in.on("enable_dp_attention")) return;
  // The replicas of the attention are ranks of one engine, which cuts the experts over all of them.
  const Count ranks = in.count("parallelism.tensor", 1);
  const Count replicas = in.count("parallelism.data", 1);
  in.note("data-parallel attention: the replicas are ranks of one engine");
  if (replicas <= 1 || ranks % replicas != 0) return;
  in.set("parallelism.tensor", ranks / replicas);
  const ModelPtr model = in.model();
  const auto mixture = [](const Layer& kind) { return kind.is_moe(); };
  const bool experts = model && std::any_of(model->kinds.begin(), model->kinds.end(), mixture);
  if (experts && in.count("parallelism.expert", 1) == 1) in.set("parallelism.expert", ranks);
}
bool sglang_context(Importing& in, const Given& g) { return take_length(in, g, "serving.context"); }
bool sglang_chunk(Importing& in, const Given& g) { return take_length(in, g, "serving.max_num_batched_tokens"); }
constexpr std::string_view sglang_quantizations =
    "awq=awq-int4 awq_marlin=awq-int4 gptq=gptq-int4 gptq_marlin=gptq-int4 fp8=fp8 w8a8_fp8=fp8 w8a8_int8=int8 "
    "bitsandbytes=nf4 "
    "mxfp4=mxfp4 modelopt_fp4=nvfp4 modelopt=fp8 modelopt_fp8=fp8 compressed-tensors=- petit_nvfp4=nvfp4";
constexpr std::array sglang_rows{
    OptionRow{.names = "model_path model", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = positional_model},
    OptionRow{
        .names = "context_length", .path = "serving.context", .launch = InLaunch::Always, .take = sglang_context},
    OptionRow{.names = "max_running_requests", .path = "serving.max_num_seqs", .launch = InLaunch::Always},
    OptionRow{.names = "chunked_prefill_size",
              .path = "serving.max_num_batched_tokens",
              .launch = InLaunch::Always,
              .take = sglang_chunk},
    OptionRow{.names = "mem_fraction_static", .path = "serving.gpu_memory_utilization", .launch = InLaunch::Changed},
    OptionRow{.names = "tp_size tp tensor_parallel_size", .path = "parallelism.tensor", .launch = InLaunch::Changed},
    OptionRow{
        .names = "pp_size pp pipeline_parallel_size", .path = "parallelism.pipeline", .launch = InLaunch::Changed},
    OptionRow{.names = "dp_size dp data_parallel_size", .path = "parallelism.data", .launch = InLaunch::Changed},
    OptionRow{.names = "ep_size ep expert_parallel_size", .path = "parallelism.expert", .launch = InLaunch::Changed},
    OptionRow{.names = "quantization",
              .path = "weights.format",
              .as = As::Words,
              .words = sglang_quantizations,
              .launch = InLaunch::Changed},
    OptionRow{.names = "dtype",
              .path = "weights.format",
              .as = As::Words,
              .words = sixteen_bits,
              .launch = InLaunch::Changed},
    OptionRow{.names = "kv_cache_dtype",
              .path = "serving.kv_format",
              .as = As::Words,
              .words = "fp8_e5m2=fp8 fp8_e4m3=fp8 auto=fp16 bf16=bf16 bfloat16=bf16",
              .launch = InLaunch::Changed},
    OptionRow{.names = "disable_cuda_graph",
              .path = "serving.cuda_graphs",
              .as = As::Switch,
              .words = "false",
              .launch = InLaunch::Changed},
    OptionRow{.names = "disable_radix_cache",
              .path = "serving.prefix_caching",
              .as = As::Switch,
              .words = "false",
              .launch = InLaunch::Changed},
    OptionRow{.names = "speculative_draft_model_path speculative_draft_model speculative_draft",
              .path = "serving.draft_model",
              .as = As::Model},
    OptionRow{.names = "speculative_num_draft_tokens", .path = "serving.draft_tokens", .launch = InLaunch::Changed},
    OptionRow{.names = "max_loras_per_batch", .path = "serving.adapters", .launch = InLaunch::Changed},
    OptionRow{.names = "max_lora_rank", .path = "serving.adapter_rank", .launch = InLaunch::Changed},
    OptionRow{.names = "max_total_tokens",
              .affects = "a fixed pool of tokens; the pool is derived from the share here"},
    OptionRow{.names = "cuda_graph_max_bs cuda_graph_bs", .affects = "fewer CUDA graphs than are counted"},
    OptionRow{.names = "CUDA_VISIBLE_DEVICES HIP_VISIBLE_DEVICES", .as = As::Devices, .take = take_visible_devices},
    OptionRow{.names = "nvidia.com/gpu amd.com/gpu", .take = take_device_count},
    OptionRow{.names = "nvidia.com/gpu.product", .take = take_product},
};

// --- llama.cpp and what is built on it ---

/// Cache types of keys and values are two options and one setting.
bool llama_keys(Importing& in, const Given& g) {
  in.say("serving.kv_format, keys");
  return g.value.has_value();
}
bool llama_values(Importing& in, const Given& g) {
  in.say("serving.kv_format, values");
  return g.value.has_value();
}
bool llama_context(Importing& in, const Given& g) {
  if (!g.value || !tokens_of_text(*g.value)) return false;
  in.say("n_ctx = serving.sequences x serving.context");
  return true;
}
bool llama_slots(Importing& in, const Given& g) {
  if (!g.value) return false;
  if (*g.value == "-1") return true;
  return in.set("serving.sequences", *g.value);
}
bool llama_gpu_layers(Importing& in, const Given& g) {
  if (!g.value) return false;
  if (*g.value == "all" || *g.value == "auto" || *g.value == "-1" || whole(*g.value) >= 99) {
    return in.set("serving.gpu_layers", "all");
  }
  return in.set("serving.gpu_layers", *g.value);
}
bool llama_flash(Importing& in, const Given& g) {
  const std::string word = g.value.value_or("on");
  if (word == "auto") return true;
  const bool off = word == "off" || word == "0" || word == "false" || word == "disabled";
  return in.set("serving.attention", off ? "eager" : "flash");
}
bool llama_cpu_experts(Importing& in, const Given&) { return in.set("serving.moe_layers_on_cpu", "10000"); }
/// "-ot .ffn_.*_exps.=CPU": the experts of all layers on the host; other patterns as they are.
bool llama_override(Importing& in, const Given& g) {
  if (!g.value) return false;
  for (const std::string_view all :
       {"exps=CPU", ".ffn_.*_exps.=CPU", ".ffn_.*_exps=CPU", "ffn_.*_exps=CPU", "\\.ffn_.*_exps\\.=CPU",
        "\\.ffn_.*_exps.=CPU", ".*ffn_.*_exps.*=CPU", "([0-9]+).ffn_.*_exps.=CPU"}) {
    if (*g.value == all) return in.set("serving.moe_layers_on_cpu", "10000");
  }
  const std::string before = in.text("serving.override_tensor");
  return in.set("serving.override_tensor", before.empty() ? *g.value : before + "," + *g.value);
}
bool llama_hub(Importing& in, const Given& g) { return g.value && in.set("model", *g.value); }
bool llama_split(Importing& in, const Given& g) {
  if (!g.value) return false;
  std::string list = *g.value;
  std::replace(list.begin(), list.end(), '/', ',');
  in.devices() = std::max(in.devices(), static_cast<Count>(std::count(list.begin(), list.end(), ',')) + 1);
  return in.set("serving.tensor_split", "[" + list + "]");
}
bool llama_projector(Importing& in, const Given& g) { return g.value && in.set("serving.mmproj", "released"); }

/// Options that only ik_llama.cpp has (common/common.cpp of 2026-08): it caches windows in full, like --swa-full.
bool ik_llama(Importing& in, const Given&) {
  if (!in.has("serving.swa_full")) {
    in.note(
        "These are options of ik_llama.cpp: weights and caches are llama.cpp's with windows cached in full; its "
        "compute buffers were not compared");
  }
  return in.set("serving.swa_full", "true");
}

/// Both cache types, and the context of one sequence.
void llama_finish(Importing& in) {
  const std::string keys = in.given("cache_type_k ctk");
  const std::string values = in.given("cache_type_v ctv");
  if (!keys.empty() || !values.empty()) {
    const std::string k = keys.empty() ? "f16" : keys;
    const std::string v = values.empty() ? "f16" : values;
    in.set("serving.kv_format", k == v ? k : k + "/" + v);
  }
  const auto total =
      tokens_of_text(in.given("ctx_size c n_ctx num_ctx contextsize context_length llm.load.contextLength"));
  if (total && *total != 0) {
    in.set("serving.context", std::max<Count>(1, *total / std::max<Count>(1, in.count("serving.sequences", 1))));
  } else if (!in.has("serving.context")) {
    longest_context(in, "-c");
  }
}

/// Source: llama.cpp common/arg.cpp, build 10573.
constexpr std::string_view llama_no_effect =
    "cpu_mask= cpu_strict= log_verbosity= t= threads= tb= threads_batch= temp= temperature= top_p= top_k= min_p= "
    "repeat_penalty= presence_penalty= "
    "frequency_penalty= n= predict= n_predict= p= "
    "prompt= f= file= jinja no_jinja chat_template= chat_template_file= chat_template_kwargs= reasoning_format= "
    "reasoning_budget= a= alias= metrics slots no_slots props "
    "no_warmup warmup mlock no_mmap mmap nommap v verbose log_disable log_file= lv= numa= prio= poll= cb "
    "cont_batching no_cont_batching sm= split_mode= mg= main_gpu= "
    "e cnv no_cnv i interactive color ctx_shift no_context_shift context_shift s= samplers= dry_multiplier= webui "
    "no_webui path= timeout= to= spm_infill "
    "rope_scaling= rope_scale= rope_freq_base= rope_freq_scale= yarn_orig_ctx= cache_reuse= slot_save_path= "
    "defrag_thold= dt= keep= st offline hf_file= hff= hft= "
    "threads_http= draft_min= draft_p_min= spec_draft_p_min= spec_draft_n_min= device= dev= fit= swa_checkpoints= "
    "ctx_checkpoints= cache_ram= cram= r= o= reps= output= pg= kvu_ ";
constexpr std::array llama_rows{
    OptionRow{.names = "m model", .path = "model", .as = As::Model},
    OptionRow{.names = "hf hfr hf_repo", .take = llama_hub},
    OptionRow{.names = "", .affects = "not an option"},
    OptionRow{.names = "c ctx_size n_ctx", .path = "serving.context", .take = llama_context},
    OptionRow{.names = "np parallel", .path = "serving.sequences", .take = llama_slots},
    OptionRow{.names = "b batch_size", .path = "serving.batch", .launch = InLaunch::Changed},
    OptionRow{.names = "ub ubatch_size", .path = "serving.ubatch", .launch = InLaunch::Changed},
    OptionRow{.names = "ngl gpu_layers n_gpu_layers", .path = "serving.gpu_layers", .take = llama_gpu_layers},
    OptionRow{.names = "ncmoe n_cpu_moe", .path = "serving.moe_layers_on_cpu", .launch = InLaunch::Changed},
    OptionRow{
        .names = "cmoe cpu_moe", .path = "serving.moe_layers_on_cpu", .as = As::Switch, .take = llama_cpu_experts},
    OptionRow{.names = "ot override_tensor",
              .path = "serving.override_tensor",
              .launch = InLaunch::Changed,
              .take = llama_override},
    OptionRow{.names = "ctk cache_type_k", .path = "serving.kv_format", .take = llama_keys},
    OptionRow{.names = "ctv cache_type_v", .path = "serving.kv_format", .take = llama_values},
    OptionRow{.names = "fa flash_attn", .path = "serving.attention", .take = llama_flash},
    OptionRow{.names = "swa_full",
              .path = "serving.swa_full",
              .as = As::Switch,
              .words = "true",
              .launch = InLaunch::Changed},
    OptionRow{.names = "fmoe fused_moe no_fmoe no_fused_moe mla mla_use amb attention_max_batch rtr run_time_repack "
                       "ger grouped_expert_routing "
                       "muge merge_up_gate_experts ser smart_expert_reduction khad k_cache_hadamard",
              .take = ik_llama},
    OptionRow{.names = "no_kv_unified",
              .path = "serving.kv_unified",
              .as = As::Switch,
              .words = "false",
              .launch = InLaunch::Changed},
    OptionRow{.names = "kvu kv_unified", .path = "serving.kv_unified", .as = As::Switch, .words = "true"},
    OptionRow{.names = "md model_draft spec_draft_model", .path = "serving.draft_model", .as = As::Model},
    OptionRow{.names = "draft_max draft draft_n spec_draft_n_max",
              .path = "serving.draft_tokens",
              .launch = InLaunch::Changed},
    OptionRow{.names = "ctkd cache_type_k_draft", .path = "serving.draft_kv_format", .launch = InLaunch::Changed},
    OptionRow{.names = "ts tensor_split", .path = "serving.tensor_split", .take = llama_split},
    OptionRow{.names = "mm mmproj", .path = "serving.mmproj", .take = llama_projector},
    OptionRow{.names = "logits_all", .path = "serving.logits", .as = As::Switch, .words = "all"},
    OptionRow{.names = "embedding embeddings", .as = As::Words, .words = "true=-"},
    OptionRow{.names = "lora lora_scaled", .affects = "an adapter's own bytes, a few hundred MiB at most"},
    OptionRow{.names = "no_kv_offload nkvo", .affects = "the cache stays in host memory"},
    OptionRow{.names = "CUDA_VISIBLE_DEVICES HIP_VISIBLE_DEVICES", .as = As::Devices, .take = take_visible_devices},
    OptionRow{.names = "nvidia.com/gpu amd.com/gpu", .take = take_device_count},
    OptionRow{.names = "nvidia.com/gpu.product", .take = take_product},
};

void ollama_finish(Importing& in) {
  if (const auto total = tokens_of_text(in.given("num_ctx OLLAMA_CONTEXT_LENGTH"))) in.set("serving.context", *total);
}
bool ollama_file(Importing& in, const Given& g) { return g.value && in.take_file(*g.value); }
bool ollama_positional(Importing& in, const Given& g) {
  return in.has("model") ? true : g.value && in.set("model", *g.value);
}
constexpr std::array ollama_rows{
    OptionRow{.names = "from", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = ollama_positional},
    OptionRow{.names = "f file", .take = ollama_file},
    OptionRow{.names = "num_ctx OLLAMA_CONTEXT_LENGTH", .path = "serving.context", .take = llama_context},
    OptionRow{.names = "num_batch", .path = "serving.batch", .launch = InLaunch::Changed},
    OptionRow{.names = "num_gpu", .path = "serving.gpu_layers", .take = llama_gpu_layers},
    OptionRow{.names = "OLLAMA_NUM_PARALLEL num_parallel", .path = "serving.sequences"},
    OptionRow{.names = "OLLAMA_KV_CACHE_TYPE", .path = "serving.kv_format"},
    OptionRow{.names = "OLLAMA_FLASH_ATTENTION",
              .path = "serving.attention",
              .as = As::Words,
              .words = "1=flash true=flash 0=eager false=eager"},
    OptionRow{.names = "adapter", .affects = "an adapter's own bytes"},
    OptionRow{.names = "CUDA_VISIBLE_DEVICES", .as = As::Devices, .take = take_visible_devices},
};

bool kobold_cache(Importing& in, const Given& g) {
  const auto format = meaning_of("0=fp16 1=q8_0 2=q4_0", g.value.value_or(""));
  return format && in.set("serving.kv_format", *format);
}
bool kobold_batch(Importing& in, const Given& g) {
  return g.value && (*g.value == "-1" || (in.set("serving.batch", *g.value) && in.set("serving.ubatch", *g.value)));
}
void kobold_finish(Importing& in) {
  if (const auto total = tokens_of_text(in.given("contextsize"))) in.set("serving.context", *total);
}
constexpr std::array kobold_rows{
    OptionRow{.names = "model model_param m", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = ollama_positional},
    OptionRow{.names = "contextsize", .path = "serving.context", .take = llama_context},
    OptionRow{.names = "gpulayers", .path = "serving.gpu_layers", .take = llama_gpu_layers},
    OptionRow{.names = "batchsize blasbatchsize",
              .path = "serving.batch",
              .launch = InLaunch::Changed,
              .take = kobold_batch},
    OptionRow{.names = "quantkv", .path = "serving.kv_format", .take = kobold_cache},
    OptionRow{.names = "flashattention", .path = "serving.attention", .as = As::Switch, .take = llama_flash},
    OptionRow{.names = "moecpu", .path = "serving.moe_layers_on_cpu", .launch = InLaunch::Changed},
    OptionRow{.names = "overridetensors",
              .path = "serving.override_tensor",
              .launch = InLaunch::Changed,
              .take = llama_override},
    OptionRow{.names = "draftmodel", .path = "serving.draft_model", .as = As::Model},
    OptionRow{.names = "draftamount", .path = "serving.draft_tokens"},
    OptionRow{.names = "mmproj", .path = "serving.mmproj", .take = llama_projector},
    OptionRow{.names = "useswa", .path = "serving.swa_full", .as = As::Switch, .words = "false"},
    OptionRow{.names = "tensor_split", .take = llama_split},
};

void lmstudio_finish(Importing& in) {
  if (const auto total = tokens_of_text(in.given("llm.load.contextLength context_length")))
    in.set("serving.context", *total);
}
/// The share of the layers that are on the GPU.
bool lmstudio_offload(Importing& in, const Given& g) {
  if (g.value == "1" || g.value == "1.0" || g.value == "max") return in.set("serving.gpu_layers", "all");
  if (g.value == "0" || g.value == "off") return in.set("serving.gpu_layers", "0");
  const ModelPtr model = in.model();
  const auto share = real_of_text(g.value.value_or(""));
  if (!model || !share || *share < 0 || *share > 1) return false;
  return in.set("serving.gpu_layers",
                std::to_string(static_cast<Count>(*share * static_cast<double>(model->layer_count()))));
}
constexpr std::array lmstudio_rows{
    OptionRow{.names = "", .take = ollama_positional},
    OptionRow{.names = "model indexedModelIdentifier", .path = "model", .as = As::Model},
    OptionRow{.names = "llm.load.contextLength context_length", .path = "serving.context", .take = llama_context},
    OptionRow{.names = "llm.load.llama.evalBatchSize", .path = "serving.batch"},
    OptionRow{.names = "llm.load.llama.acceleration.offloadRatio gpu",
              .path = "serving.gpu_layers",
              .take = lmstudio_offload},
    OptionRow{.names = "llm.load.llama.flashAttention",
              .path = "serving.attention",
              .as = As::Words,
              .words = "true=flash false=eager"},
    OptionRow{.names = "llm.load.llama.kCacheQuantizationType.value", .take = llama_keys},
    OptionRow{.names = "llm.load.llama.vCacheQuantizationType.value", .take = llama_values},
    OptionRow{.names = "llm.load.numCpuExpertLayersRatio", .affects = "experts in host memory"},
};

// --- TensorRT-LLM, MLX, transformers, LitGPT ---

bool trt_context(Importing& in, const Given& g) { return take_length(in, g, "serving.context"); }
bool trt_options(Importing& in, const Given& g) { return g.value && in.take_file(*g.value); }
void trt_finish(Importing& in) {
  if (!in.has("serving.context")) longest_context(in, "--max_seq_len");
}
constexpr std::array trt_rows{
    OptionRow{.names = "model", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = positional_model},
    OptionRow{.names = "max_seq_len", .take = trt_context},
    OptionRow{.names = "max_batch_size", .path = "serving.max_num_seqs", .launch = InLaunch::Always},
    OptionRow{.names = "max_num_tokens", .path = "serving.max_num_batched_tokens", .launch = InLaunch::Always},
    OptionRow{
        .names =
            "kv_cache_free_gpu_memory_fraction kv_cache_config.free_gpu_memory_fraction free_gpu_memory_fraction",
        .path = "serving.gpu_memory_utilization",
        .launch = InLaunch::Always},
    OptionRow{.names = "tp_size tensor_parallel_size", .path = "parallelism.tensor", .launch = InLaunch::Changed},
    OptionRow{.names = "pp_size pipeline_parallel_size", .path = "parallelism.pipeline", .launch = InLaunch::Changed},
    OptionRow{.names = "ep_size moe_expert_parallel_size", .path = "parallelism.expert", .launch = InLaunch::Changed},
    OptionRow{.names = "kv_cache_config.dtype kv_cache_dtype",
              .path = "serving.kv_format",
              .as = As::Words,
              .words = "auto=fp16 fp8=fp8 int8=int8",
              .launch = InLaunch::Changed},
    OptionRow{.names = "kv_cache_config.enable_block_reuse",
              .path = "serving.prefix_caching",
              .as = As::Words,
              .words = "true=true false=false"},
    OptionRow{.names = "max_beam_width", .path = "serving.beams", .launch = InLaunch::Changed},
    OptionRow{.names = "speculative_config.num_nextn_predict_layers speculative_config.max_draft_len",
              .path = "serving.draft_tokens"},
    OptionRow{.names = "speculative_config.speculative_model_dir speculative_config.speculative_model",
              .path = "serving.draft_model",
              .as = As::Model},
    OptionRow{.names = "extra_llm_api_options config", .take = trt_options},
    OptionRow{.names = "cuda_graph_config", .path = "serving.cuda_graphs", .as = As::Words, .words = "null=false"},
    OptionRow{.names = "CUDA_VISIBLE_DEVICES HIP_VISIBLE_DEVICES", .as = As::Devices, .take = take_visible_devices},
    OptionRow{.names = "nvidia.com/gpu amd.com/gpu", .take = take_device_count},
    OptionRow{.names = "nvidia.com/gpu.product", .take = take_product},
};

bool mlx_bits(Importing& in, const Given& g) {
  const auto format = meaning_of("8=int8 4=int4", g.value.value_or(""));
  return format && in.set("serving.kv_format", *format);
}
bool mlx_length(Importing& in, const Given& g) { return take_length(in, g, "serving.context"); }
void mlx_finish(Importing& in) {
  if (!in.has("device")) in.note("MLX runs on Apple's unified memory");
}
constexpr std::array mlx_rows{
    OptionRow{.names = "model", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = positional_model},
    OptionRow{.names = "max_kv_size", .take = mlx_length},
    OptionRow{.names = "kv_bits", .take = mlx_bits},
    OptionRow{.names = "draft_model", .path = "serving.draft_model", .as = As::Model},
    OptionRow{.names = "num_draft_tokens", .path = "serving.draft_tokens", .launch = InLaunch::Changed},
    OptionRow{.names = "prefill_step_size", .affects = "tokens of a prefill step, 2048 here"},
};

constexpr std::array transformers_rows{
    OptionRow{.names = "force_model model", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = positional_model},
    OptionRow{.names = "dtype torch_dtype",
              .path = "weights.format",
              .as = As::Words,
              .words = sixteen_bits,
              .launch = InLaunch::Changed},
    OptionRow{.names = "quantization",
              .path = "weights.format",
              .as = As::Words,
              .words = "bnb-4bit=nf4 bnb-8bit=int8",
              .launch = InLaunch::Changed},
    OptionRow{.names = "attn_implementation",
              .path = "serving.attention",
              .as = As::Words,
              .words = "flash_attention_2=flash sdpa=flash eager=eager",
              .launch = InLaunch::Changed},
};
constexpr std::array litgpt_rows{
    OptionRow{.names = "checkpoint_dir", .path = "model", .as = As::Model},
    OptionRow{.names = "", .take = positional_model},
    OptionRow{.names = "quantize",
              .path = "weights.format",
              .as = As::Words,
              .words = "bnb.nf4=nf4 bnb.nf4-dq=nf4-dq bnb.fp4=fp4 bnb.int8=int8",
              .launch = InLaunch::Changed},
    OptionRow{.names = "precision",
              .path = "weights.format",
              .as = As::Words,
              .words = "bf16-true=bf16 16-true=fp16 32-true=fp32",
              .launch = InLaunch::Changed},
};

constexpr std::array tools{
    Tool{.id = "vllm",
         .label = "vLLM",
         .choose = "serving.runtime=vllm",
         .rows = vllm_rows,
         .no_effect =
             "async_scheduling no_async_scheduling all2all_backend= load_format= distributed_executor_backend= "
             "attention_backend= mm_encoder_tp_mode= mm_processor_cache_type= "
             "compilation_config.* compilation_config= O= block_size= swap_space= generation_config= "
             "override_generation_config* hf_overrides* max_log_len= "
             "disable_custom_all_reduce enable_chunked_prefill no_enable_chunked_prefill scheduling_policy= nnodes= "
             "node_rank= master_addr= master_port= headless "
             "data_parallel_address= data_parallel_rpc_port= data_parallel_size_local= data_parallel_start_rank= "
             "data_parallel_backend= data_parallel_hybrid_lb api_server_count= "
             "enable_expert_parallel enable_eplb eplb_config* speculative_config.method config_format= "
             "structured_outputs_config* guided_decoding_backend= task= runner= convert= pooler_config* "
             "enable_server_load_tracking enable_sleep_mode kv_transfer_config* otlp_traces_endpoint= "
             "disable_uvicorn_access_log disable_fastapi_docs lora_modules+ max_cpu_loras= "
             "enable_prompt_tokens_details "
             "enable_force_include_usage return_tokens_as_token_ids rope_scaling* media_io_kwargs* "
             "mm_processor_kwargs* allowed_local_media_path= allowed_media_domains= enable_layerwise_nvtx_tracing "
             "no_enable_log_requests default_chat_template_kwargs* moe_backend= linear_backend= kernel_config* "
             "performance_mode= speculative_config.* stream_interval= safetensors_load_strategy= tensorizer* VLLM_* "
             "skip_mm_profiling interleave_mm_strings logits_processors= max_logprobs= "
             "disable_hybrid_kv_cache_manager no_disable_hybrid_kv_cache_manager mamba_cache_mode= mamba_block_size= "
             "mamba_ssm_cache_dtype= ",
         .finish = vllm_finish,
         .source = "vLLM docs, cli/serve, 0.32"},
    Tool{.id = "sglang",
         .label = "SGLang",
         .choose = "serving.runtime=sglang",
         .rows = sglang_rows,
         .no_effect =
             "num_continuous_decode_steps= device= attention_backend= prefill_attention_backend= "
             "decode_attention_backend= sampling_backend= "
             "schedule_policy= schedule_conservativeness= enable_metrics enable_dp_attention dist_init_addr= nnodes= "
             "node_rank= "
             "enable_torch_compile torch_compile_max_bs= disable_overlap_schedule speculative_algorithm= "
             "speculative_algo= speculative_num_steps= speculative_eagle_topk= moe_a2a_backend= moe_runner_backend= "
             "deepep_mode= "
             "enable_deepep_moe enable_ep_moe page_size= watchdog_timeout= enable_mixed_chunk stream_interval= "
             "mm_attention_backend= enable_multimodal model_impl= load_format= json_model_override_args= "
             "disaggregation_* enable_cache_report decode_log_interval= grammar_backend= lora_paths+ enable_lora "
             "cuda_graph_padding fp8_gemm_backend= enable_nan_detection tokenizer_path= skip_server_warmup "
             "base_gpu_id= "
             "max_prefill_tokens= enable_hierarchical_cache hicache_* bench_* mamba_scheduler_strategy= random_seed= "
             "warmups= SGLANG_* SGL_* is_embedding enable_flashinfer_* nccl_port= ",
         .finish = sglang_finish,
         .source = "SGLang docs, advanced_features/server_arguments, 0.5"},
    Tool{.id = "llama.cpp",
         .label = "llama.cpp",
         .short_names = 5,  // "-ngl", "-ncmoe"
         .choose = "serving.runtime=llama.cpp",
         .rows = llama_rows,
         .no_effect = llama_no_effect,
         .finish = llama_finish,
         .source = "llama.cpp common/arg.cpp, build 10573"},
    Tool{.id = "tensorrt-llm",
         .label = "TensorRT-LLM",
         .style = Style::Underscores,
         .choose = "serving.runtime=tensorrt-llm",
         .rows = trt_rows,
         .no_effect =
             "backend= num_postprocess_workers= gpus_per_node= cluster_size= moe_config.* enable_attention_dp "
             "enable_chunked_prefill print_iter_log cuda_graph_config.* disable_overlap_scheduler stream_interval= "
             "scheduler_config.* speculative_config.* attention_dp_config.* kv_cache_config.tokens_per_block "
             "enable_autotuner metadata_server_config_file= server_role= ",
         .finish = trt_finish,
         .source = "TensorRT-LLM docs, commands/trtllm-serve, 1.2"},
    Tool{.id = "mlx",
         .label = "MLX",
         .choose = "serving.runtime=mlx",
         .rows = mlx_rows,
         .no_effect = "prompt= p= max_tokens= m= temp= top_p= min_p= top_k= system_prompt= verbose= adapter_path= "
                      "use_default_chat_template prompt_cache_file= kv_group_size= quantized_kv_start= "
                      "extra_eos_token= ignore_chat_template "
                      "prompt_cache_size= decode_concurrency= prompt_concurrency= xtc_probability= ",
         .finish = mlx_finish,
         .source = "mlx-lm server.py and generate.py, 0.31"},
    Tool{.id = "transformers",
         .label = "Transformers",
         .choose = "serving.runtime=transformers",
         .rows = transformers_rows,
         .no_effect = "device= continuous_batching model_timeout= ",
         .source = "transformers cli/serve.py, 5.12"},
    Tool{.id = "litgpt",
         .label = "LitGPT",
         .style = Style::Underscores,
         .choose = "serving.runtime=litgpt",
         .rows = litgpt_rows,
         .no_effect = "devices= accelerator= max_new_tokens= temperature= top_k= top_p= stream prompt= openai_spec ",
         .source = "litgpt deploy/serve.py, 0.5"},
    Tool{.id = "ollama",
         .label = "Ollama",
         .choose = "serving.runtime=ollama",
         .rows = ollama_rows,
         .no_effect =
             "template system license message stop temperature top_p top_k min_p repeat_penalty repeat_last_n "
             "num_predict num_thread num_keep seed mirostat mirostat_eta mirostat_tau tfs_z use_mmap "
             "use_mlock low_vram requires renderer parser presence_penalty frequency_penalty typical_p "
             "penalize_newline numa OLLAMA_HOST= OLLAMA_MODELS= OLLAMA_KEEP_ALIVE= OLLAMA_ORIGINS= OLLAMA_DEBUG= "
             "verbose keepalive= "
             "draft_num_predict num_gqa main_gpu vocab_only f16_kv ",
         .finish = ollama_finish,
         .source = "ollama docs, modelfile, 0.32"},
    Tool{
        .id = "koboldcpp",
        .label = "KoboldCpp",
        .choose = "serving.runtime=koboldcpp",
        .rows = kobold_rows,
        .no_effect =
            "threads= usecublas+ usecuda+ usevulkan+ usehipblas useclblast+ usemmap usemlock highpriority port_param "
            "multiuser= launch skiplauncher quiet smartcontext noshift nofastforward ropeconfig+ blasthreads= "
            "websearch chatcompletionsadapter= showgui remotetunnel whispermodel= ttsmodel= sdmodel= noavx2 failsafe "
            "nommap debugmode onready= benchmark prompt promptlimit hordekey hordemodelname hordeworkername "
            "hordemaxctx "
            "hordegenlen foreground config= admin admindir password ignoremissing preloadstory savedatafile "
            "defaultgenamt sd* tts* whisper* embeddings* lora loramult unpack nocertify nomodel version analyze "
            "maingpu "
            "overridekv draftgpulayers draftgpusplit visionmaxres jinja nobostoken maxrequestsize "
            "mmprojcpu gendefaults genlimit autofit lowvram smartcache pipelineparallel ",
        .finish = kobold_finish,
        .source = "koboldcpp.py, 1.100"},
    Tool{.id = "lmstudio",
         .label = "LM Studio",
         .choose = "serving.runtime=lmstudio",
         .rows = lmstudio_rows,
         .no_effect = "identifier= name ttl= y yes preset fields llm.prediction.* llm.load.seed "
                      "llm.load.llama.keepModelInMemory llm.load.llama.tryMmap llm.load.llama.useFp16ForKVCache "
                      "llm.load.llama.cpuThreadPoolSize llm.load.numExperts "
                      "llm.load.llama.ropeFrequency* ext.* user.* llm.load.llama.kCacheQuantizationType.checked "
                      "llm.load.llama.vCacheQuantizationType.checked changed ",
         .finish = lmstudio_finish,
         .source = "LM Studio's per-model default settings, 0.4"},
};

}  // namespace

std::span<const Tool> serving_tools() { return tools; }
std::string_view started_no_effect() { return where_it_runs; }

}  // namespace llmcalc::io
