// Commands of programs that serve a model: one function a program, and the table of them.

#include "readers/imports/import.hpp"
#include "readers/json_text.hpp"
#include "report/launch_options.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/engines.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace llmcalc::io {

using nlohmann::ordered_json;

namespace {

/// Layers that are put on devices; nothing: all. Where there is memory only there is no device to put one on.
std::optional<Count> layers_on_devices(const Scenario& s) {
  const bool memory_only = !s.devices.groups.empty() && s.devices.count() == 0;
  return memory_only ? Count{0} : s.serving.gpu_layers;
}

/// llama.cpp's options that stand for more than one setting, or for part of one.
void add_llama(Options& o, const Scenario& s) {
  o.add("c", multiply(s.serving.context, s.serving.sequences));
  o.add("np", s.serving.sequences);
  if (s.model->encodes()) o.add_switch("embeddings");
  const std::optional<Count> layers = layers_on_devices(s);
  o.add("ngl", layers && *layers < 99 ? std::to_string(*layers) : "all");
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
Launch ollama(const Scenario& s, const Tool&, const std::string& model) {
  const Serving& v = s.serving;
  const std::string file = gguf_file(s, model);
  std::string settings = "FROM " + std::string(file.find('/') == std::string::npos ? "./" : "") + file +
                         "\nPARAMETER num_ctx " + std::to_string(v.context) + "\nPARAMETER num_batch " +
                         std::to_string(v.batch) + "\n";
  if (const auto layers = layers_on_devices(s)) settings += "PARAMETER num_gpu " + std::to_string(*layers) + "\n";
  std::string server;
  if (v.key_format == v.value_format && v.key_format != KvFormat::Fp16)
    server += "OLLAMA_KV_CACHE_TYPE=" + std::string(llama_cpp_name(v.key_format)) + " ";
  if (v.attention == AttentionKernel::Eager) server += "OLLAMA_FLASH_ATTENTION=0 ";
  if (v.sequences > 1) server += "OLLAMA_NUM_PARALLEL=" + std::to_string(v.sequences) + " ";
  std::string name = file.substr(file.rfind('/') == std::string::npos ? 0 : file.rfind('/') + 1);
  name.resize(name.size() - std::string_view(".gguf").size());
  name = shell_word(name);
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
  const double share = static_cast<double>(layers_on_devices(s).value_or(layers)) / static_cast<double>(layers);
  o.add("gpu", share >= 1 ? "max" : share == 0 ? "off" : shortest(share));
  return {.command = o.line(std::string(engine_of(s).program) + " " + shell_word(model))};
}

Launch koboldcpp(const Scenario& s, const Tool& tool, const std::string& model) {
  Options o(tool, s);
  o.add("contextsize", multiply(s.serving.context, s.serving.sequences));
  o.add("gpulayers", std::to_string(layers_on_devices(s).value_or(999)));
  if (s.serving.attention != AttentionKernel::Eager) o.add_switch("flashattention");
  if (s.serving.key_format == s.serving.value_format) {
    if (s.serving.key_format == KvFormat::Q8_0) o.add("quantkv", Count{1});
    if (s.serving.key_format == KvFormat::Q4_0) o.add("quantkv", Count{2});
  }
  o.add_rows();
  return {.command = o.line(std::string(engine_of(s).program) + " " + shell_word(gguf_file(s, model)))};
}

/// Draft models and prediction layers, where an engine takes them as one object.
void add_drafts(Options& o, const Scenario& s, const std::string& draft) {
  if (s.serving.draft_tokens == 0 && draft.empty()) return;
  ordered_json config = ordered_json::object();
  // A draft that is no model of its own: vLLM finds out from its configuration what it is (config/speculative.py).
  if (draft.empty() || !s.serving.draft_model->draft) config["method"] = draft.empty() ? "mtp" : "draft_model";
  if (!draft.empty()) config["model"] = draft;
  if (s.serving.draft_tokens != 0) config["num_speculative_tokens"] = s.serving.draft_tokens;
  o.add("speculative_config", compact(config));
}

/// A checkpoint that must have been quantized before it is served; "" when the model's own will do.
std::string needed_checkpoint(const Scenario& s, std::string_view model) {
  const bool from_file = s.model_source.kind == ModelSource::Kind::File;
  const WeightFormatRow& format = row_of(s.weight_format());
  // Plain numbers are cast, bitsandbytes and scales per tensor or row are computed while 16-bit weights are loaded.
  const bool at_load = format.bits == 0 || format.scales == ScaleLayout::Chosen ||
                       (format.family == FormatFamily::Bitsandbytes && format.scales != ScaleLayout::Tiles);
  if (from_file || format.id == s.model->released_format || at_load) return {};
  return std::string(model) + " has to be a checkpoint in " + std::string(label_of(s.weight_format())) +
         "; the model was released in " + std::string(label_of(s.model->released_format)) + ".";
}

/// The draft model's repository; "" without one.
std::string draft_of(const Scenario& s) {
  return s.serving.draft_model ? repository_of(s.serving.draft_source, s.serving.draft_model) : "";
}

/// A program that is told the model behind its name.
Launch server(const Options& o, const Scenario& s, const std::string& model) {
  return {.command = o.line(std::string(engine_of(s).program) + " " + shell_word(model)),
          .needs = needed_checkpoint(s, model)};
}

/// What llama.cpp's server drafts with (--spec-type of its builds since 2026-06); a draft that is no model of its own has
/// a kind that only its file tells.
std::string_view drafts_of(const Scenario& s) {
  if (s.serving.draft_model) return s.serving.draft_model->draft ? "" : "draft-simple";
  return s.serving.draft_tokens > 0 ? "draft-mtp" : "";
}

/// A program whose options all stand in the table.
Launch plain(const Scenario& s, const Tool& tool, const std::string& model) {
  Options o(tool, s);
  o.add_rows();
  return server(o, s, model);
}

/// The program of llama.cpp and its relatives, without what follows it.
std::string_view llama_server(const Scenario& s) {
  const std::string_view program = engine_of(s).program;
  return program.substr(0, program.find(' '));
}

Launch llama_cpp(const Scenario& s, const Tool& tool, const std::string& model) {
  Options o(tool, s);
  o.add("m", gguf_file(s, model));
  add_llama(o, s);
  o.add_rows();
  if (const std::string_view drafts = drafts_of(s); !drafts.empty()) o.add("spec_type", drafts);
  Launch out;
  if (const std::string draft = draft_of(s); !draft.empty()) {
    o.add("md", draft + ".gguf");
    if (s.serving.draft_model->draft)
      out.needs = "--spec-type is the draft's kind: draft-eagle3, draft-dflash, draft-dspark or draft-mtp.";
  }
  out.command = o.line(llama_server(s));
  return out;
}

/// ik_llama.cpp says how it drafts in one word (common/common.cpp, 2026-08: --draft-max is refused).
Launch ik_llama_cpp(const Scenario& wanted, const Tool& tool, const std::string& model) {
  Scenario s = wanted;
  s.serving.draft_tokens = 0;
  Options o(tool, s);
  o.add("m", gguf_file(s, model));
  add_llama(o, s);
  o.add_rows();
  const std::string draft = draft_of(s);
  if (wanted.serving.draft_tokens > 0)
    o.add("spec_type",
          std::string(draft.empty() ? "mtp" : "draft") + ":n_max=" + std::to_string(wanted.serving.draft_tokens));
  if (!draft.empty()) o.add("md", draft + ".gguf");
  return {.command = o.line(llama_server(s))};
}

Launch vllm(const Scenario& s, const Tool& tool, const std::string& model) {
  Options o(tool, s);
  o.add("max_model_len", s.serving.max_model_len.value_or(s.serving.context));
  o.add_rows();
  if (word_of(field_at("serving.prefix_caching"), s) == "true") o.add_switch("enable_prefix_caching");
  add_drafts(o, s, draft_of(s));
  if (s.serving.adapters > 0) o.add_switch("enable_lora");
  if (s.parallelism.expert > 1) o.add_switch("enable_expert_parallel");
  return server(o, s, model);
}

Launch sglang(const Scenario& wanted, const Tool& tool, const std::string& model) {
  Scenario s = wanted;
  // --tp counts every rank, those of data-parallel attention too (server_args.py).
  const Parallelism& p = wanted.parallelism;
  const bool attention_ranks = p.data > 1 && p.expert == product(p.data, p.tensor);
  if (attention_ranks) s.parallelism.tensor = p.expert;
  Options o(tool, s);
  o.add_rows();
  if (attention_ranks) o.add_switch("enable_dp_attention");
  if (s.serving.adapters > 0) {
    // Without paths of adapters it asks for their rank and matrices (server_args.py).
    o.add_switch("enable_lora");
    o.add("max_lora_rank", s.serving.adapter_rank);
    o.add("lora_target_modules", "all");
  }
  const std::string draft = draft_of(s);
  if (s.serving.draft_tokens > 0) {
    // All three numbers or none (server_args.py); one path of the tree has a step less than it proposes tokens.
    o.add("speculative_algorithm", draft.empty() ? "NEXTN" : s.serving.draft_model->draft ? "EAGLE3" : "STANDALONE");
    o.add("speculative_num_steps", std::max<Count>(subtract(s.serving.draft_tokens, Count{1}), 1));
    o.add("speculative_eagle_topk", Count{1});
  }
  if (!draft.empty()) o.add("speculative_draft_model_path", draft);
  return server(o, s, model);
}

Launch tensorrt_llm(const Scenario& s, const Tool& tool, const std::string& model) {
  Options o(tool, s);
  constexpr std::string_view file = "llmcalc-tensorrt-llm.yaml";
  o.add("max_seq_len", s.serving.max_model_len.value_or(s.serving.context));
  o.add_rows();
  // What no option of the command says stands in a file of the LLM's arguments.
  Options arguments(tool, s);
  const std::string kv = word_of(field_at("serving.kv_format"), s);
  if (kv == "fp8" || kv == "int8") arguments.add("kv_cache_config.dtype", kv);
  if (word_of(field_at("serving.prefix_caching"), s) == "false")
    arguments.add("kv_cache_config.enable_block_reuse", "false");
  if (!s.serving.cuda_graphs) arguments.add("cuda_graph_config", "null");
  const std::string content = arguments.yaml();
  if (!content.empty()) o.add("config", file);
  Launch out = server(o, s, model);
  if (!content.empty()) out.files.push_back({std::string(file), content});
  return out;
}

Launch mlx(const Scenario& s, const Tool& tool, const std::string& model) {
  Options o(tool, s);
  o.add_rows();
  if (const std::string draft = draft_of(s); !draft.empty()) o.add("draft_model", draft);
  return server(o, s, model);
}

/// Programs with a form of their own; the others are plain.
struct ServingWriter {
  std::string_view tool;
  Launch (*write)(const Scenario&, const Tool&, const std::string& model);
};
constexpr std::array serving_writers{
    ServingWriter{"llama.cpp", llama_cpp},
    ServingWriter{"ik_llama.cpp", ik_llama_cpp},
    ServingWriter{"ollama", ollama},
    ServingWriter{"lmstudio", lm_studio},
    ServingWriter{"koboldcpp", koboldcpp},
    ServingWriter{"vllm", vllm},
    ServingWriter{"sglang", sglang},
    ServingWriter{"mlx", mlx},
    ServingWriter{"tensorrt-llm", tensorrt_llm},
};

}  // namespace

Launch launch_serving(const Scenario& s, const Tool& tool, const std::string& model) {
  const auto* writer = std::find_if(serving_writers.begin(), serving_writers.end(),
                                    [&](const ServingWriter& w) { return w.tool == tool.id; });
  return writer == serving_writers.end() ? plain(s, tool, model) : writer->write(s, tool, model);
}

}  // namespace llmcalc::io
