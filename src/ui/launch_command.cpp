#include "ui/launch_command.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/normalised.hpp>

namespace llmcalc::ui {
namespace {

/// Appends " --name value".
void flag(std::string& line, std::string_view name, const std::string& value) {
  line.append(" ").append(name).append(" ").append(value);
}
void flag(std::string& line, std::string_view name, Count value) { flag(line, name, std::to_string(value)); }

std::string llama_cpp(const Scenario& s, const std::string& model) {
  std::string line = std::string(engine_of(s).launch.program) + " " + model;
  flag(line, "-c", multiply(s.serving.context, s.serving.sequences));
  flag(line, "-np", s.serving.sequences);
  const Normalised served = normalised(s, Task::Inference);
  flag(line, "-b", served->serving.batch);
  flag(line, "-ub", served->serving.ubatch);
  if (s.model->encodes()) line += " --embeddings";
  flag(line, "-ngl", s.serving.gpu_layers ? std::to_string(*s.serving.gpu_layers) : std::string("999"));
  if (s.serving.moe_layers_on_cpu != 0) flag(line, "--n-cpu-moe", s.serving.moe_layers_on_cpu);
  flag(line, "-ctk", std::string(llama_cpp_name(s.serving.key_format)));
  flag(line, "-ctv", std::string(llama_cpp_name(s.serving.value_format)));
  flag(line, "-fa", s.serving.attention == AttentionKernel::Eager ? std::string("off") : std::string("on"));
  if (s.serving.swa_full) line += " --swa-full";
  return line;
}

/// The words of the engine's row for every setting it has a flag for.
std::string serving(const Scenario& s, const std::string& model) {
  const Engine& engine = engine_of(s);
  if (engine.settings.offload) return llama_cpp(s, model);
  const LaunchFlags& f = engine.launch;
  std::string line = std::string(f.program) + " " + model;
  const auto put = [&line](std::string_view name, const std::string& value) {
    if (!name.empty()) flag(line, name, value);
  };
  const auto put_ranks = [&put](std::string_view name, Count ranks) {
    if (ranks > 1) put(name, std::to_string(ranks));
  };
  const auto put_words = [&line](std::string_view words) {
    if (!words.empty()) line.append(" ").append(words);
  };
  put(f.context, std::to_string(s.serving.max_model_len.value_or(s.serving.context)));
  if (s.serving.max_num_seqs) put(f.sequences, std::to_string(*s.serving.max_num_seqs));
  if (s.serving.max_num_batched_tokens) put(f.step_tokens, std::to_string(*s.serving.max_num_batched_tokens));
  put(f.share, shortest(s.serving.gpu_memory_utilization));
  put_ranks(f.tensor, s.parallelism.tensor);
  put_ranks(f.pipeline, s.parallelism.pipeline);
  put_ranks(f.data, s.parallelism.data);
  if (s.serving.key_format == KvFormat::Fp8) put_words(f.fp8_cache);
  if (!s.serving.cuda_graphs) put_words(f.no_graphs);
  return line;
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
  // A name that the framework does not have would be refused, and one of ours for another changes the memory.
  const FrameworkRow& framework = row_of(s.training.framework);
  const std::string_view optimizer = optimizer_name(s.training.framework, s.training.optimizer);
  if (!framework.optimizer_flag.empty() && !optimizer.empty()) {
    flag(line, framework.optimizer_flag, std::string(optimizer));
  }
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
