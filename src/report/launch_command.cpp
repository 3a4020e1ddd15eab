#include "report/launch_command.hpp"

#include "host/preset_folders.hpp"
#include "readers/device_json.hpp"
#include "readers/field_json.hpp"
#include "readers/imports/import.hpp"
#include "readers/model_preset.hpp"
#include "readers/scenario_json.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/model_slots.hpp>
#include <llmcalc/scenario/training.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace llmcalc::io {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

void put(ordered_json& document, std::string_view path, ordered_json value) {
  document[ordered_json::json_pointer(pointer_of(path))] = std::move(value);
}

/// A setting's value as one word.
std::string word_of(const Field& field, const Scenario& s) {
  if (field.kind() == FieldKind::Coded) return std::get<CodedAccess>(field.access).get(s);
  const ordered_json value = field_json(field, s);
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
}

/// What a tool calls a value: its word whose first meaning is that value.
std::optional<std::string> tools_word(std::string_view words, std::string_view value) {
  std::optional<std::string> found;
  any_word(words, [&](std::string_view pair) {
    const std::size_t equals = pair.rfind('=');
    bool same = false;
    for (std::string_view rest = pair.substr(equals + 1); !same && !rest.empty();) {
      const std::size_t bar = std::min(rest.find('|'), rest.size());
      same = rest.substr(0, bar) == value;
      rest.remove_prefix(std::min(bar + 1, rest.size()));
    }
    if (same) found = std::string(pair.substr(0, equals));
    return same;
  });
  return found;
}

/// Options in the order in which they are written.
class Options {
 public:
  Options(const Tool& tool, const Scenario& s) : tool_(tool), s_(s) {}

  void add(std::string_view name, std::string value) { options_.emplace_back(name, std::move(value)); }
  void add(std::string_view name, Count value) { add(name, std::to_string(value)); }
  void add_switch(std::string_view name) { options_.emplace_back(name, std::nullopt); }

  /// Everything that the rows say.
  void add_rows() {
    const Scenario defaults;
    for (const std::span<const OptionRow> rows : {tool_.rows, tool_.shared}) {
      for (const OptionRow& row : rows) {
        const Field* field = row.launch == InLaunch::Never ? nullptr : find_field(row.path);
        if (field == nullptr || (row.launch == InLaunch::Changed && same_setting(*field, s_, defaults))) continue;
        add_row(row, *field);
      }
    }
  }

  /// One line of a shell.
  [[nodiscard]] std::string line(std::string_view program) const {
    std::string out(program);
    for (const auto& [name, value] : options_) {
      out += " ";
      if (tool_.style == Style::Equals) {
        out += name;
        if (value) out += "=" + *value;
        continue;
      }
      std::string flag = (name.size() <= 5 && tool_.id == "llama.cpp" ? "-" : "--") + name;
      if (tool_.style == Style::Dashes) std::replace(flag.begin() + 2, flag.end(), '_', '-');
      out += flag;
      if (value)
        out += " " + (value->find_first_of(" {'\"\\()|*$;&<>") == std::string::npos ? *value : "'" + *value + "'");
    }
    return out;
  }

  /// A document of nested keys.
  [[nodiscard]] std::string yaml() const {
    std::string out;
    std::string open;
    for (const auto& [name, value] : sorted()) {
      const std::size_t dot = name.find('.');
      const std::string group = dot == std::string::npos ? "" : name.substr(0, dot);
      if (!group.empty() && group != open) out += group + ":\n";
      open = group;
      out += (group.empty() ? "" : "  ") + name.substr(dot == std::string::npos ? 0 : dot + 1) + ": " +
             value.value_or("true") + "\n";
    }
    return out;
  }
  [[nodiscard]] std::string toml() const {
    std::string out;
    std::string open;
    for (const auto& [name, value] : sorted()) {
      const std::size_t dot = name.find('.');
      const std::string group = dot == std::string::npos ? "" : name.substr(0, dot);
      if (!group.empty() && group != open) out += (out.empty() ? "[" : "\n[") + group + "]\n";
      open = group;
      const std::string text = value.value_or("true");
      const bool bare = text == "true" || text == "false" ||
                        (!text.empty() && text.find_first_not_of("-0123456789.") == std::string::npos);
      out += name.substr(dot == std::string::npos ? 0 : dot + 1) + " = " + (bare ? text : "\"" + text + "\"") + "\n";
    }
    return out;
  }
  [[nodiscard]] const Tool& tool() const { return tool_; }

 private:
  void add_row(const OptionRow& row, const Field& field) {
    const std::string_view name = row.names.substr(0, row.names.find(' '));
    const std::string value = word_of(field, s_);
    switch (row.as) {
      case As::Value:
        // A setting that was left to the program is left to it.
        if (!value.empty() && value != "null" && (field.nothing.empty() || value != field.nothing)) add(name, value);
        break;
      case As::Words: {
        // An option for the weights stands for one setting once; nothing is written for what is released.
        if (const auto word = tools_word(row.words, value)) add(name, *word);
        break;
      }
      case As::Switch:
        if (value == row.words) {
          if (tool_.style == Style::Document)
            add(name, "true");
          else
            add_switch(name);
        }
        break;
      case As::Times: {
        const auto n = field_rows::number_in(value);
        const auto factor = field_rows::number_in(row.words);
        if (n && factor && *factor != 0 && *n % *factor == 0) add(name, *n / *factor);
        break;
      }
      case As::Model:
      case As::Devices:
        break;
    }
  }
  /// Flat names first, then groups together.
  [[nodiscard]] std::vector<std::pair<std::string, std::optional<std::string>>> sorted() const {
    auto all = options_;
    const auto group = [](const std::string& name) {
      return name.find('.') == std::string::npos ? std::string() : name.substr(0, name.find('.'));
    };
    std::stable_sort(all.begin(), all.end(),
                     [&](const auto& a, const auto& b) { return group(a.first) < group(b.first); });
    return all;
  }

  const Tool& tool_;
  const Scenario& s_;
  std::vector<std::pair<std::string, std::optional<std::string>>> options_;
};

/// llama.cpp's options that stand for more than one setting, or for part of one.
void add_llama(Options& o, const Scenario& s) {
  o.add("c", multiply(s.serving.context, s.serving.sequences));
  o.add("np", s.serving.sequences);
  if (s.model->encodes()) o.add_switch("embeddings");
  o.add("ngl", s.serving.gpu_layers && *s.serving.gpu_layers < 99 ? std::to_string(*s.serving.gpu_layers) : "all");
  o.add("ctk", std::string(llama_cpp_name(s.serving.key_format)));
  o.add("ctv", std::string(llama_cpp_name(s.serving.value_format)));
  o.add("fa", std::string(s.serving.attention == AttentionKernel::Eager ? "off" : "on"));
}

/// The file that a model's name and its mix stand for.
std::string gguf_file(const Scenario& s, std::string model) {
  if (model.ends_with(".gguf")) return model;
  if (model.rfind('/') != std::string::npos) model.erase(0, model.rfind('/') + 1);
  if (s.weight_format() == WeightFormat::Gguf) model.append("-").append(key_of(s.weights.mix));
  return model + ".gguf";
}

/// Ollama takes a model's settings from a file, and the server's from variables.
Launch ollama(const Scenario& s, const std::string& model) {
  const Serving& v = s.serving;
  const std::string file = gguf_file(s, model);
  std::string settings = "FROM " + std::string(file.find('/') == std::string::npos ? "./" : "") + file +
                         "\nPARAMETER num_ctx " + std::to_string(v.context) + "\nPARAMETER num_batch " +
                         std::to_string(v.batch) + "\n";
  if (v.gpu_layers) settings += "PARAMETER num_gpu " + std::to_string(*v.gpu_layers) + "\n";
  std::string server;
  if (v.key_format == v.value_format && v.key_format != KvFormat::Fp16)
    server += "OLLAMA_KV_CACHE_TYPE=" + std::string(llama_cpp_name(v.key_format)) + " ";
  if (v.attention == AttentionKernel::Eager) server += "OLLAMA_FLASH_ATTENTION=0 ";
  if (v.sequences > 1) server += "OLLAMA_NUM_PARALLEL=" + std::to_string(v.sequences) + " ";
  std::string name = file.substr(file.rfind('/') == std::string::npos ? 0 : file.rfind('/') + 1);
  name.resize(name.size() - std::string_view(".gguf").size());
  Launch out;
  out.command = (server.empty() ? "" : server + "ollama serve &\n") + "ollama create " + name +
                " --file Modelfile && ollama run " + name;
  out.files.push_back({"Modelfile", std::move(settings)});
  return out;
}

Launch lm_studio(const Scenario& s, const Tool& tool, const std::string& model) {
  Options o(tool, s);
  o.add("context_length", multiply(s.serving.context, s.serving.sequences));
  const Count layers = std::max<Count>(s.model->layer_count(), 1);
  const double share = static_cast<double>(s.serving.gpu_layers.value_or(layers)) / static_cast<double>(layers);
  o.add("gpu", share >= 1 ? "max" : share == 0 ? "off" : shortest(share));
  Launch out;
  out.command = o.line(std::string(engine_of(s).program) + " " + model);
  return out;
}

Launch koboldcpp(const Scenario& s, const Tool& tool, const std::string& model) {
  Options o(tool, s);
  o.add("contextsize", multiply(s.serving.context, s.serving.sequences));
  o.add("gpulayers", s.serving.gpu_layers ? std::to_string(*s.serving.gpu_layers) : "999");
  if (s.serving.attention != AttentionKernel::Eager) o.add_switch("flashattention");
  if (s.serving.key_format == s.serving.value_format) {
    if (s.serving.key_format == KvFormat::Q8_0) o.add("quantkv", Count{1});
    if (s.serving.key_format == KvFormat::Q4_0) o.add("quantkv", Count{2});
  }
  o.add_rows();
  Launch out;
  out.command = o.line(std::string(engine_of(s).program) + " " + gguf_file(s, model));
  return out;
}

/// Draft models and prediction layers, where an engine takes them as one object.
void add_drafts(Options& o, const Scenario& s, const std::string& draft) {
  if (s.serving.draft_tokens == 0 && draft.empty()) return;
  ordered_json config{{"method", draft.empty() ? "mtp" : "draft_model"}};
  if (!draft.empty()) config["model"] = draft;
  if (s.serving.draft_tokens != 0) config["num_speculative_tokens"] = s.serving.draft_tokens;
  o.add("speculative_config", config.dump());
}

std::string preset_repository(const ModelSource& source, const ModelPtr& model) {
  if (source.kind == ModelSource::Kind::File) return source.text;
  if (const auto preset = find_model_preset(preset_folders(), source.text); preset && !preset->entry.hf_id.empty())
    return preset->entry.hf_id;
  return model ? model->id : std::string();
}

Launch serving(const Scenario& s, const Tool& tool, std::string model) {
  const Engine& engine = engine_of(s);
  if (tool.id == "ollama") return ollama(s, model);
  if (tool.id == "lmstudio") return lm_studio(s, tool, model);
  if (tool.id == "koboldcpp") return koboldcpp(s, tool, model);
  Launch out;
  Options o(tool, s);
  if (engine.settings.offload) {
    o.add("m", gguf_file(s, std::move(model)));
    add_llama(o, s);
  }
  const Count longest = s.serving.max_model_len.value_or(s.serving.context);
  if (tool.id == "vllm") o.add("max_model_len", longest);
  if (tool.id == "tensorrt-llm") o.add("max_seq_len", longest);
  o.add_rows();
  const std::string draft =
      s.serving.draft_model ? preset_repository(s.serving.draft_source, s.serving.draft_model) : "";
  if (tool.id == "vllm") {
    const Field* prefixes = find_field("serving.prefix_caching");
    if (prefixes != nullptr && word_of(*prefixes, s) == "true") o.add_switch("enable_prefix_caching");
    add_drafts(o, s, draft);
    if (s.parallelism.expert > 1) o.add_switch("enable_expert_parallel");
  } else if (tool.id == "sglang" && !draft.empty()) {
    o.add("speculative_draft_model_path", draft);
  } else if (tool.id == "llama.cpp" && !draft.empty()) {
    o.add("md", draft + ".gguf");
  } else if (tool.id == "mlx" && !draft.empty()) {
    o.add("draft_model", draft);
  }
  const std::string_view program = engine.program;
  out.command =
      o.line(engine.settings.offload ? program.substr(0, program.find(' ')) : std::string(program) + " " + model);
  return out;
}

std::string_view bool_word(bool on) { return on ? "true" : "false"; }

/// What a Trainer is told of the numbers' formats.
void add_precision(Options& o, Recipe recipe) {
  const std::string_view key = key_of(recipe);
  o.add("bf16", std::string(bool_word(key == "bf16-autocast" || key == "amp-bf16" || key == "bf16-master-fp32" ||
                                      key == "fsdp-bf16")));
  if (key == "amp-fp16") o.add("fp16", "true");
  if (key == "fp32") o.add("fp16", "false");
  if (key == "amp-bf16") o.add("dtype", "float32");
  if (key == "bf16" || key == "bf16-autocast") o.add("dtype", "bfloat16");
}

std::string targets_of(const Scenario& s) {
  const LoraTargets targets = s.training.lora.targets;
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

constexpr std::string_view deepspeed_file = "llmcalc-deepspeed.json";
constexpr std::string_view accelerate_file = "llmcalc-accelerate.yaml";
constexpr std::string_view axolotl_file = "llmcalc-axolotl.yaml";
constexpr std::string_view factory_file = "llmcalc-llama-factory.yaml";
constexpr std::string_view titan_file = "llmcalc-torchtitan.toml";

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
  return out.dump(2) + "\n";
}

std::string accelerate_yaml(const Scenario& s, Count devices) {
  std::string out =
      "compute_environment: LOCAL_MACHINE\ndistributed_type: FSDP\nmixed_precision: bf16\nnum_processes: " +
      std::to_string(devices) + "\nfsdp_config:\n";
  out += "  fsdp_sharding_strategy: " + std::string(s.parallelism.zero == 3 ? "FULL_SHARD" : "SHARD_GRAD_OP") + "\n";
  out += "  fsdp_reshard_after_forward: " + std::string(bool_word(s.parallelism.reshard_after_forward)) + "\n";
  const OffloadRow& offload = row_of(s.training.offload);
  out += "  fsdp_offload_params: " + std::string(bool_word(offload.states && offload.parameters)) + "\n";
  return out;
}

/// Adapters and number formats in the words that Trainer-like programs share.
void add_adapters(Options& o, const Scenario& s, std::string_view targets_name) {
  if (!trains_adapters(s.training.method)) return;
  if (s.training.method == TrainingMethod::Qlora) o.add("load_in_4bit", "true");
  o.add(targets_name, targets_of(s));
}

Launch training(const Scenario& s, const Tool& tool, const std::string& model) {
  const Parallelism& p = s.parallelism;
  const Count devices = std::max<Count>(product(p.data, p.tensor, p.pipeline, p.context), 1);
  Launch out;
  Options o(tool, s);
  const bool adapters = trains_adapters(s.training.method);
  const std::string_view optimizer = optimizer_name(s.training.framework, s.training.optimizer);
  const std::string launcher = "torchrun --nproc_per_node " + std::to_string(devices) + " ";
  if (tool.id == "megatron") {
    o.add_rows();
    if (!optimizer.empty()) o.add("optimizer", std::string(optimizer));
    if (p.zero > 0) o.add_switch("use_distributed_optimizer");
    if (p.sequence_parallel && p.tensor > 1) o.add_switch("sequence_parallel");
    const RecomputeKind kind = s.training.recompute;
    if (kind == RecomputeKind::Full || kind == RecomputeKind::EveryN || kind == RecomputeKind::Block) {
      o.add("recompute_granularity", "full");
      o.add("recompute_method", kind == RecomputeKind::Block ? "block" : "uniform");
      o.add("recompute_num_layers", kind == RecomputeKind::Full ? Count{1} : s.training.recompute_every);
    } else if (kind == RecomputeKind::Selective) {
      o.add("recompute_granularity", "selective");
    }
    if (p.virtual_stages > 1) o.add("num_virtual_stages_per_pipeline_rank", p.virtual_stages);
    const Count global = product(s.training.micro_batch, p.data, s.training.accumulation);
    o.add("global_batch_size", global);
    add_shape(o, *s.model);
    o.add("tokenizer_type", "HuggingFaceTokenizer");
    o.add("tokenizer_model", model);
    o.add_switch("bf16");
    out.command = o.line(launcher + "pretrain_gpt.py");
    return out;
  }
  if (tool.id == "torchtitan") {
    o.add("model.hf_assets_path",
          "./assets/hf/" + model.substr(model.rfind('/') == std::string::npos ? 0 : model.rfind('/') + 1));
    o.add_rows();
    if (!optimizer.empty()) o.add("optimizer.name", std::string(optimizer));
    const RecomputeKind kind = s.training.recompute;
    o.add("activation_checkpoint.mode", std::string(kind == RecomputeKind::None   ? "none"
                                                    : kind == RecomputeKind::Full ? "full"
                                                                                  : "selective"));
    if (kind == RecomputeKind::OneOfN) o.add("activation_checkpoint.selective_ac_option", s.training.recompute_every);
    if (s.training.recipe == Recipe::Fp32) o.add("training.mixed_precision_param", "float32");
    out.files.push_back({std::string(titan_file), o.toml()});
    out.command = launcher + "-m torchtitan.train --job.config_file " + std::string(titan_file);
    return out;
  }
  if (tool.id == "torchtune") {
    const std::string recipe =
        std::string(adapters ? "lora" : "full") + "_finetune_" + (devices > 1 ? "distributed" : "single_device");
    o.add("checkpointer.checkpoint_dir",
          "/tmp/" + model.substr(model.rfind('/') == std::string::npos ? 0 : model.rfind('/') + 1));
    o.add("dtype", s.training.recipe == Recipe::Fp32 ? "fp32" : "bf16");
    o.add_rows();
    if (!optimizer.empty()) o.add("optimizer._component_", std::string(optimizer));
    if (adapters) o.add("model.lora_attn_modules", targets_of(s));
    out.command = o.line("tune run --nproc_per_node " + std::to_string(devices) + " " + recipe);
    return out;
  }
  if (tool.id == "litgpt-finetune") {
    o.add_rows();
    o.add("devices", devices);
    if (!optimizer.empty()) o.add("optimizer", std::string(optimizer));
    if (s.training.method == TrainingMethod::Qlora) o.add("quantize", "bnb.nf4");
    out.command = o.line(std::string("litgpt finetune_") + (adapters ? "lora " : "full ") + model);
    return out;
  }
  if (tool.id == "axolotl") {
    o.add("base_model", model);
    if (adapters) o.add("adapter", s.training.method == TrainingMethod::Qlora ? "qlora" : "lora");
    o.add_rows();
    if (!optimizer.empty()) o.add("optimizer", std::string(optimizer));
    o.add("gradient_checkpointing", std::string(bool_word(s.training.recompute == RecomputeKind::Full)));
    if (s.training.method == TrainingMethod::Qlora) o.add("load_in_4bit", "true");
    if (adapters && s.training.lora.targets.is_all_linear()) o.add("lora_target_linear", "true");
    if (adapters && !s.training.lora.targets.is_all_linear()) o.add("lora_target_modules", targets_of(s));
    const bool half = s.training.recipe == Recipe::AmpFp16;
    o.add("bf16", s.training.recipe == Recipe::Bf16
                      ? "full"
                      : std::string(bool_word(s.training.recipe != Recipe::Fp32 && !half)));
    if (half) o.add("fp16", "true");
    if (s.training.attention == AttentionKernel::Flash) o.add("attn_implementation", "flash_attention_2");
    if (s.training.attention == AttentionKernel::Eager) o.add("attn_implementation", "eager");
    if (s.training.framework == TrainingFramework::DeepSpeed || (p.zero != 0 && p.zero != 3)) {
      out.files.push_back({std::string(deepspeed_file), deepspeed_json(s)});
      o.add("deepspeed", std::string(deepspeed_file));
    } else if (p.zero == 3) {
      o.add("fsdp", "full_shard auto_wrap");
    }
    out.files.insert(out.files.begin(), {std::string(axolotl_file), o.yaml()});
    out.command = "axolotl train " + std::string(axolotl_file) + " --launcher torchrun -- --nproc_per_node " +
                  std::to_string(devices);
    return out;
  }
  const bool factory = tool.id == "llama-factory";
  o.add("model_name_or_path", model);
  o.add_rows();
  if (!optimizer.empty()) o.add("optim", std::string(optimizer));
  if (factory) {
    o.add("stage", std::string(s.training.objective == Objective::Dpo      ? "dpo"
                               : s.training.objective == Objective::Reward ? "rm"
                                                                           : "sft"));
    o.add("finetuning_type", std::string(adapters ? "lora" : "full"));
    if (s.training.method == TrainingMethod::Qlora) o.add("quantization_bit", Count{4});
    if (adapters) o.add("lora_rank", s.training.lora.rank);
    if (adapters) o.add("lora_target", s.training.lora.targets.is_all_linear() ? "all" : targets_of(s));
    if (s.training.recompute == RecomputeKind::None) o.add("disable_gradient_checkpointing", "true");
    o.add("bf16", "true");
    if (s.training.recipe == Recipe::Bf16) o.add("pure_bf16", "true");
  } else {
    if (adapters) o.add("use_peft", "true");
    add_adapters(o, s, "lora_target_modules");
    add_precision(o, s.training.recipe);
  }
  const bool deepspeed =
      s.training.framework == TrainingFramework::DeepSpeed || (p.zero != 0 && s.training.recipe != Recipe::FsdpBf16);
  if (deepspeed) {
    out.files.push_back({std::string(deepspeed_file), deepspeed_json(s)});
    o.add("deepspeed", std::string(deepspeed_file));
  }
  if (factory) {
    out.files.insert(out.files.begin(), {std::string(factory_file), o.yaml()});
    out.command = "FORCE_TORCHRUN=1 NPROC_PER_NODE=" + std::to_string(devices) + " llamafactory-cli train " +
                  std::string(factory_file);
    return out;
  }
  if (deepspeed) {
    out.command = o.line("deepspeed --num_gpus " + std::to_string(devices) + " train.py");
  } else if (p.zero != 0) {
    out.files.push_back({std::string(accelerate_file), accelerate_yaml(s, devices)});
    out.command = o.line("accelerate launch --config_file " + std::string(accelerate_file) + " train.py");
  } else {
    out.command = o.line("accelerate launch --num_processes " + std::to_string(devices) + " train.py");
  }
  return out;
}

/// The tool of the scenario's engine or framework.
std::string_view tool_of(const Scenario& s, Task task) {
  if (task == Task::Inference) return key_of(s.serving.runtime);
  const std::string_view framework = key_of(s.training.framework);
  if (framework == "litgpt") return "litgpt-finetune";
  const Tool* tool = find_tool(framework);
  return tool != nullptr && tool->task == Task::Training && framework != "deepspeed" ? framework : "trainer";
}

}  // namespace

ordered_json differing_settings(const Scenario& wanted, const Scenario& given, Task task) {
  ordered_json out = ordered_json::object();
  for (const Field& field : fields) {
    const std::string_view group = field.group();
    const bool concerns = group.empty() || group == "weights" || group == "parallelism" || group == "overhead" ||
                          group == "host" || group == (task == Task::Inference ? "serving" : "training");
    if (!concerns || !(field.matters(wanted) || field.matters(given))) continue;
    if (field.path == "model") {
      if (wanted.model != given.model) {
        const ordered_json written = write_scenario(wanted, Written::Changed);
        out["model"] = written["model"];
      }
    } else if (field.path == "device") {
      if (wanted.devices.groups != given.devices.groups) out["device"] = devices_json(wanted.devices);
    } else if (const ModelSlot* slot = find_model_slot(field.path)) {
      if (slot->model.get(wanted) == slot->model.get(given)) continue;
      const ordered_json written = write_scenario(wanted);
      put(out, field.path, written.at(ordered_json::json_pointer(field.pointer())));
    } else if (!same_setting(field, wanted, given)) {
      put(out, field.path, field_json(field, wanted));
    }
  }
  return out;
}

namespace {

/// What no option says, as comments that import reads back.
std::string commented(const Launch& launch) {
  if (launch.unsaid.empty()) return {};
  return "# Settings that no option says; \"llmcalc import\" reads them back:\n# llmcalc " + launch.unsaid.dump() +
         "\n";
}

}  // namespace

std::string name_for_programs(const Scenario& s) { return preset_repository(s.model_source, s.model); }

Result<Launch> launch(const Scenario& s, Task task, std::string_view model, const Resolver& resolver,
                      std::string_view wanted) {
  const Tool* tool = find_tool(wanted.empty() ? tool_of(s, task) : wanted);
  if (tool == nullptr || tool->task != task) {
    return Issue{"--tool",
                 "no program for " + std::string(label_of(task)) + " is called \"" + std::string(wanted) + "\""};
  }
  Launch out =
      task == Task::Inference ? serving(s, *tool, std::string(model)) : training(s, *tool, std::string(model));
  // Read back what was written: the difference is what the program has no words for.
  const ReadBeside beside = [&out](const std::string& name) -> Result<std::string> {
    for (const LaunchFile& file : out.files) {
      if (file.name == name) return file.content;
    }
    return Issue{name, "is not there"};
  };
  // Once more with what was found: a framework that no option says brings defaults of its own.
  for (int round = 0; round < 3; ++round) {
    const Result<Imported> back = import_settings(commented(out) + out.command, resolver, beside);
    const ReadScenario read = back ? read_scenario_leniently(back->scenario, resolver) : ReadScenario{};
    const ordered_json more = differing_settings(s, read.scenario, task);
    if (more.empty()) break;
    out.unsaid.merge_patch(more);
  }
  return out;
}

std::string launch_text(const Launch& launch) {
  std::string out = commented(launch) + launch.command + "\n";
  for (const LaunchFile& file : launch.files) out += "\n# --- " + file.name + " ---\n" + file.content;
  return out;
}

}  // namespace llmcalc::io
