#include "ui/launch_command.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/as_served.hpp>

namespace llmcalc::ui {
namespace {

/// Appends " --name value".
void flag(std::string& line, std::string_view name, const std::string& value) {
  line.append(" ").append(name).append(" ").append(value);
}
void flag(std::string& line, std::string_view name, Count value) { flag(line, name, std::to_string(value)); }

std::string vllm(const Scenario& s, const std::string& model) {
  std::string line = "vllm serve " + model;
  flag(line, "--max-model-len", s.serving.max_model_len.value_or(s.serving.context));
  flag(line, "--max-num-seqs", s.serving.max_num_seqs);
  flag(line, "--max-num-batched-tokens", s.serving.max_num_batched_tokens);
  flag(line, "--gpu-memory-utilization", shortest(s.serving.gpu_memory_utilization));
  if (s.parallelism.tensor > 1) flag(line, "--tensor-parallel-size", s.parallelism.tensor);
  if (s.parallelism.pipeline > 1) flag(line, "--pipeline-parallel-size", s.parallelism.pipeline);
  if (s.parallelism.data > 1) flag(line, "--data-parallel-size", s.parallelism.data);
  if (s.serving.key_format == KvFormat::Fp8) line += " --kv-cache-dtype fp8";
  if (!s.serving.cuda_graphs) line += " --enforce-eager";
  return line;
}

std::string sglang(const Scenario& s, const std::string& model) {
  std::string line = "python -m sglang.launch_server --model-path " + model;
  flag(line, "--context-length", s.serving.context);
  flag(line, "--max-running-requests", s.serving.max_num_seqs);
  if (s.parallelism.tensor > 1) flag(line, "--tp", s.parallelism.tensor);
  if (s.parallelism.data > 1) flag(line, "--dp", s.parallelism.data);
  if (s.serving.key_format == KvFormat::Fp8) line += " --kv-cache-dtype fp8_e5m2";
  if (!s.serving.cuda_graphs) line += " --disable-cuda-graph";
  return line;
}

/// llama.cpp's name of a cache format.
std::string cache_name(KvFormat format) {
  if (format == KvFormat::Fp16) return "f16";
  if (format == KvFormat::Fp32) return "f32";
  return std::string(key_of(format));
}

std::string llama_cpp(const Scenario& s, const std::string& model) {
  std::string line = "llama-server -m " + model;
  flag(line, "-c", multiply(s.serving.context, s.serving.sequences));
  flag(line, "-np", s.serving.sequences);
  const Scenario served = as_served(s);
  flag(line, "-b", served.serving.batch);
  flag(line, "-ub", served.serving.ubatch);
  if (s.model->encodes()) line += " --embeddings";
  flag(line, "-ngl", s.serving.gpu_layers ? std::to_string(*s.serving.gpu_layers) : std::string("999"));
  if (s.serving.moe_layers_on_cpu != 0) flag(line, "--n-cpu-moe", s.serving.moe_layers_on_cpu);
  flag(line, "-ctk", cache_name(s.serving.key_format));
  flag(line, "-ctv", cache_name(s.serving.value_format));
  flag(line, "-fa", s.serving.attention == AttentionKernel::Eager ? std::string("off") : std::string("on"));
  if (s.serving.swa_full) line += " --swa-full";
  return line;
}

std::string serving(const Scenario& s, const std::string& model) {
  switch (s.serving.runtime) {
    case Runtime::Vllm:
      return vllm(s, model);
    case Runtime::Sglang:
      return sglang(s, model);
    case Runtime::LlamaCpp:
      return llama_cpp(s, model);
    case Runtime::TensorRtLlm:
      return "trtllm-serve " + model + " --max_seq_len " + std::to_string(s.serving.context) + " --tp_size " +
             std::to_string(s.parallelism.tensor);
    case Runtime::Mlx:
      return "mlx_lm.server --model " + model;
    case Runtime::LitGpt:
      return "litgpt serve " + model;
    case Runtime::Transformers:
      break;
  }
  return "transformers serve --force-model " + model;
}

/// torchrun over all devices; the training script reads the rest.
std::string training(const Scenario& s, const std::string& model) {
  const Parallelism& p = s.parallelism;
  std::string line = "torchrun";
  flag(line, "--nproc-per-node", std::max<Count>(product(p.data, p.tensor, p.pipeline, p.context), 1));
  if (s.training.framework == TrainingFramework::Megatron) {
    line += " pretrain_gpt.py";
    flag(line, "--tensor-model-parallel-size", p.tensor);
    flag(line, "--pipeline-model-parallel-size", p.pipeline);
    flag(line, "--context-parallel-size", p.context);
    flag(line, "--expert-model-parallel-size", p.expert);
    flag(line, "--micro-batch-size", s.training.micro_batch);
    flag(line, "--seq-length", s.training.sequence);
    if (p.zero > 0) line += " --use-distributed-optimizer";
    if (p.sequence_parallel && p.tensor > 1) line += " --sequence-parallel";
    if (s.training.recompute == RecomputeKind::Full || s.training.recompute == RecomputeKind::EveryN)
      line += " --recompute-granularity full --recompute-method uniform";
    if (s.training.recompute == RecomputeKind::Block)
      line += " --recompute-granularity full --recompute-method block";
    if (s.training.recompute == RecomputeKind::EveryN || s.training.recompute == RecomputeKind::Block)
      flag(line, "--recompute-num-layers", s.training.recompute_every);
    if (s.training.recompute == RecomputeKind::Selective) line += " --recompute-granularity selective";
    return line + " --bf16";
  }
  line += " train.py";
  flag(line, "--model_name_or_path", model);
  flag(line, "--per_device_train_batch_size", s.training.micro_batch);
  flag(line, "--gradient_accumulation_steps", s.training.accumulation);
  flag(line, "--max_length", s.training.sequence);
  flag(line, "--optim",
       s.training.optimizer == Optimizer::AdamW8bit ? std::string("adamw_bnb_8bit")
                                                    : std::string(key_of(s.training.optimizer)));
  if (s.training.recompute != RecomputeKind::None) line += " --gradient_checkpointing";
  if (s.training.recipe != Recipe::Fp32) line += s.training.recipe == Recipe::AmpFp16 ? " --fp16" : " --bf16";
  if (trains_adapters(s.training.method)) {
    flag(line, "--lora_r", s.training.lora.rank);
  }
  if (p.zero > 0) flag(line, "--deepspeed", "zero" + std::to_string(p.zero) + ".json");
  return line;
}

}  // namespace

std::string launch_command(const Scenario& scenario, Task task, const std::string& model) {
  return task == Task::Inference ? serving(scenario, model) : training(scenario, model);
}

}  // namespace llmcalc::ui
