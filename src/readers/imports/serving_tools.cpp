// Options of the programs that serve models that are more than one word for one setting, and what several of them decide
// together. The others are lines of options.txt.

#include "readers/field_text.hpp"
#include "readers/imports/import.hpp"
#include "readers/lookup.hpp"

#include <llmcalc/base/decimal_streams.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <algorithm>

namespace llmcalc::io {
namespace {

/// The context that holds when nothing says another one: the model's own.
void longest_context(Importing& in, std::string_view option) {
  const ModelPtr model = in.model();
  if (!model || model->max_context == 0) return;
  in.set("serving.context", model->max_context);
  in.note(std::string(option) + " is not given: the model's own length of " + std::to_string(model->max_context) +
          " tokens");
}

/// A model whose place only the cluster knows is what it is served as.
void model_by_served_name(Importing& in) {
  const std::string name = in.given("served_model_name");
  if (in.has("model") || name.empty() || name.find('/') == std::string::npos) return;
  in.set("model", name);
  in.note("the model's place is not known here: " + name + ", the name it is served by, is taken");
}

// --- vLLM ---

bool vllm_speculative_model(Importing& in, const Given& g) {
  const std::string method = in.given("speculative_config.method");
  if (!g.value || *g.value == "ngram" || *g.value == "[ngram]") return true;
  if (method.ends_with("mtp")) return true;  // its own prediction layers, whatever the name
  return in.set("serving.draft_model", *g.value);
}

/// "{"image": 0, "video": 0}": no picture is ever shown.
bool vllm_limit(Importing& in, const Given& g) {
  if (!g.value) return false;
  const bool none = g.value->find("image=0") != std::string::npos || *g.value == "0";
  return none ? in.set("serving.text_only", "true") : true;
}
/// max_loras is 1 unless it is given, before or after.
bool one_adapter(Importing& in, const Given&) {
  return in.has("serving.adapters") || in.set("serving.adapters", "1");
}
/// A list of sizes or a number of sequences; what is captured is bounded by max_num_seqs.
void vllm_finish(Importing& in) {
  model_by_served_name(in);
  if (!in.given("(version)").empty()) in.set("serving.version", in.given("(version)"));
  if (!in.has("serving.context")) longest_context(in, "--max-model-len");
  if (in.on("enable_expert_parallel"))
    in.set("parallelism.expert", multiply(in.count("parallelism.tensor", 1), in.count("parallelism.data", 1)));
  const std::string method = in.given("speculative_config.method");
  if ((method == "mtp" || method.ends_with("_mtp")) && !in.has("serving.draft_tokens"))
    in.set("serving.draft_tokens", Count{1});
}

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
// --- llama.cpp and what is built on it ---
bool llama_context(Importing& in, const Given& g) {
  if (!g.value || !tokens_of_text(*g.value)) return false;
  in.say("n_ctx = serving.sequences x serving.context");
  return true;
}
bool llama_gpu_layers(Importing& in, const Given& g) {
  if (!g.value) return false;
  if (*g.value == "all" || *g.value == "auto" || *g.value == "-1" || whole_number(*g.value) >= 99)
    return in.set("serving.gpu_layers", "all");
  return in.set("serving.gpu_layers", *g.value);
}
bool llama_flash(Importing& in, const Given& g) {
  const std::string word = g.value.value_or("on");
  if (word == "auto") return true;
  const bool off = word == "off" || word == "0" || word == "false" || word == "disabled";
  return in.set("serving.attention", off ? "eager" : "flash");
}
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
bool llama_split(Importing& in, const Given& g) {
  if (!g.value) return false;
  std::string list = *g.value;
  std::replace(list.begin(), list.end(), '/', ',');
  in.devices() = std::max(in.devices(), static_cast<Count>(std::count(list.begin(), list.end(), ',')) + 1);
  return in.set("serving.tensor_split", "[" + list + "]");
}
/// Matrices by rows, which llama.cpp lost in 2026, and ik_llama.cpp's graphs and attention of every layer on all devices
/// are counted as whole layers.
bool llama_split_mode(Importing& in, const Given& g) {
  const std::string mode = g.value.value_or("layer");
  if (mode == "none") in.note("--split-mode none runs on one device: where there are several, name one");
  if (mode == "row" || mode == "graph" || mode == "attn") {
    in.note("--split-mode " + mode +
            " divides every layer between the devices: on several of them the parts shown are those of whole layers");
  }
  return in.set("serving.split_mode", mode == "tensor" ? "tensor" : "layer");
}
bool llama_projector(Importing& in, const Given& g) { return g.value && in.set("serving.mmproj", "released"); }

/// Options that only ik_llama.cpp has (common/common.cpp of 2026-08).
bool ik_llama(Importing& in, const Given&) { return in.set("serving.runtime", "ik_llama.cpp"); }

/// Both cache types, and the context of one sequence.
/// "draft-mtp,ngram-mod" of llama.cpp, "mtp:n_max=3,p_min=0" of ik_llama.cpp: what proposes tokens.
bool llama_drafts(Importing& in, const Given& g) {
  if (!g.value) return false;
  const std::size_t colon = g.value->find(':');
  const std::string kinds = g.value->substr(0, colon);
  in.say("decides the draft");
  if (colon != std::string::npos) {
    in.set("serving.runtime", "ik_llama.cpp");
    constexpr std::string_view most = "n_max=";
    const std::size_t at = g.value->find(most, colon);
    const Count tokens = at == std::string::npos ? 0 : whole_number(g.value->substr(at + most.size()));
    if (tokens > 0 && kinds.find("ngram") == std::string::npos) in.set("serving.draft_tokens", tokens);
  } else if (kinds.find("mtp") != std::string::npos && !in.has("serving.draft_tokens")) {
    in.set("serving.draft_tokens", Count{3});  // --spec-draft-n-max of builds since 2026-06
  }
  return true;
}

void llama_finish(Importing& in) {
  const std::string keys = in.given("cache_type_k ctk");
  const std::string values = in.given("cache_type_v ctv");
  if (!keys.empty() || !values.empty()) {
    const std::string k = keys.empty() ? "f16" : keys;
    const std::string v = values.empty() ? "f16" : values;
    in.set("serving.kv_format", k == v ? k : k + "/" + v);
  }
  // A repository brings its projector along since 2025-05 (common/arg.cpp).
  const ModelPtr model = in.model();
  if (!in.given("hf hfr hf_repo").empty() && in.given("mm mmproj").empty() && !in.on("no_mmproj") && model &&
      model->has_towers())
    in.note("-hf loads the projector of " + model->name + " too, which is not counted: --mmproj FILE names it, " +
            "--no-mmproj leaves it out");
  const auto total =
      tokens_of_text(in.given("ctx_size c n_ctx num_ctx contextsize context_length llm.load.contextLength"));
  if (total && *total != 0) {
    in.set("serving.context", std::max<Count>(1, *total / std::max<Count>(1, in.count("serving.sequences", 1))));
  } else if (!in.has("serving.context")) {
    longest_context(in, "-c");
  }
}

void ollama_finish(Importing& in) {
  if (const auto total = tokens_of_text(in.given("num_ctx OLLAMA_CONTEXT_LENGTH"))) in.set("serving.context", *total);
}
bool kobold_batch(Importing& in, const Given& g) {
  return g.value && (*g.value == "-1" || (in.set("serving.batch", *g.value) && in.set("serving.ubatch", *g.value)));
}
void kobold_finish(Importing& in) {
  if (const auto total = tokens_of_text(in.given("contextsize"))) in.set("serving.context", *total);
}

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

// --- TensorRT-LLM, MLX, transformers, LitGPT ---

void trt_finish(Importing& in) {
  if (!in.has("serving.context")) longest_context(in, "--max_seq_len");
}
void mlx_finish(Importing& in) {
  if (!in.has("device")) in.note("MLX runs on Apple's unified memory");
}

constexpr TakeRow takes[] = {
    {"vllm_speculative_model", vllm_speculative_model},
    {"vllm_limit", vllm_limit},
    {"llama_context", llama_context},
    {"llama_gpu_layers", llama_gpu_layers},
    {"llama_flash", llama_flash},
    {"llama_override", llama_override},
    {"llama_split", llama_split},
    {"llama_split_mode", llama_split_mode},
    {"projector", llama_projector},
    {"ik_llama", ik_llama},
    {"llama_drafts", llama_drafts},
    {"one_adapter", one_adapter},
    {"kobold_batch", kobold_batch},
    {"lmstudio_offload", lmstudio_offload},
};
constexpr FinishRow finishes[] = {
    {"vllm", vllm_finish},     {"sglang", sglang_finish}, {"llama", llama_finish},       {"trt", trt_finish},
    {"ollama", ollama_finish}, {"kobold", kobold_finish}, {"lmstudio", lmstudio_finish}, {"mlx", mlx_finish},
};

}  // namespace

ToolFunctions serving_functions() { return {takes, finishes}; }

}  // namespace llmcalc::io
