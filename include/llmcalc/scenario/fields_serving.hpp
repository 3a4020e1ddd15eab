#pragma once
// Settings of the model's storage and of inference. Part of the table in fields.hpp.

#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/field.hpp>
#include <llmcalc/scenario/field_codecs.hpp>

#include <algorithm>
#include <array>

namespace llmcalc::field_rows {

// What decides whether a setting matters.
inline bool generates_text(const Scenario& s) { return !s.model || !s.model->encodes(); }
/// Rewards and vectors of decoders have a cache too.
inline bool keeps_cache(const Scenario& s) { return !s.model || s.model->keeps_cache(); }
inline bool has_towers(const Scenario& s) { return s.model && s.model->has_towers(); }
constexpr bool serves_adapters(const Scenario& s) { return s.serving.adapters != 0; }
/// The same field, which only the engines read whose row names it (Engine::reads): what serves, and what generates
/// answers in training.
constexpr Field by_engine(Field f) {
  f.read = [](const Field& field, const Scenario& s) {
    return engine_of(s).reads_setting(field.path) ||
           (generates(s.training.objective) && engine_of(generating_runtime(s)).reads_setting(field.path));
  };
  return f;
}
/// True when the scales of the weight format are laid out in one of these ways.
template <ScaleLayout... Layout>
bool has_scales(const Scenario& s) {
  return ((row_of(s.weight_format()).scales == Layout) || ...);
}
inline constexpr auto has_groups =
    has_scales<ScaleLayout::Gptq, ScaleLayout::Awq, ScaleLayout::Symmetric, ScaleLayout::Affine>;
inline bool is_mixture(const Model* m) {
  const auto mixes = [](const Layer& kind) { return kind.is_moe(); };
  return m != nullptr && std::any_of(m->kinds.begin(), m->kinds.end(), mixes);
}
inline bool has_experts(const Scenario& s) { return is_mixture(s.model.get()); }
/// The model or its draft: both are stored and divided alike.
inline bool any_experts(const Scenario& s) { return has_experts(s) || is_mixture(s.serving.draft_model.get()); }
inline bool has_devices(const Scenario& s) { return s.devices.count() != 0; }
inline bool keeps_experts_elsewhere(const Scenario& s) { return has_devices(s) && has_experts(s); }
inline bool drafts(const Scenario& s) { return s.serving.draft_model != nullptr || s.serving.draft_tokens != 0; }

/// Tokens and sequences beyond these are refused: no machine holds them.
inline constexpr double most_tokens = 1e9;
inline constexpr double most_sequences = 1e6;

inline constexpr auto weights_member = &Scenario::weights;
inline constexpr auto serving_member = &Scenario::serving;

inline constexpr std::array weights_fields{
    field({"weights.format", "--weights", "Weight format", "",
           "how the weights are stored; \"released\" is what the publisher ships"},
          weight_format),
    only(any_experts, field({"weights.experts", "--expert-weights", "Expert format", "",
                             "format of the routed experts where it differs; \"released\": what the weight "
                             "format gives them"},
                            expert_format, key_of(WeightFormat::AsReleased))),
    only(has_groups,
         whole<weights_member, &Weights::group_size>({"weights.group_size", "--group-size", "Group size", "weights",
                                                      "weights that share one scale in GPTQ, AWQ, HQQ, int4 and MLX"},
                                                     {1, 65536}, logarithmic(16, 1024))),
    only(has_scales<ScaleLayout::Chosen>,
         choice<weights_member, &Weights::scales>(
             {"weights.scales", "--scales", "Scales", "", "how many scales fp8 and int8 matrices have"})),
    only(has_scales<ScaleLayout::Average>,
         real<weights_member, &Weights::bits>(
             {"weights.bits", "--bits", "Bits per weight", "bits", "average bits per weight of EXL2 and EXL3"},
             {1, 16}, linear(2, 8))),
    only(has_scales<ScaleLayout::Mix>,
         flag<weights_member, &Weights::imatrix>(
             {"weights.imatrix", "--imatrix", "Importance matrix", "",
              "the GGUF mix was made with an importance matrix, which changes some tensors' types"})),
};

inline constexpr std::array serving_fields{
    choice<serving_member, &Serving::runtime>(
        {"serving.runtime", "--runtime", "Engine", "", "program that runs the model"}),
    text<serving_member, &Serving::version>({"serving.version", "--runtime-version", "Engine version", "",
                                             "version whose constants apply; empty: the newest that is known"},
                                            64),
    whole<serving_member, &Serving::sequences>(
        {"serving.sequences", "--sequences", "Sequences", "", "requests whose cache is resident at once"},
        {1, most_sequences}, logarithmic(1, 1024)),
    whole<serving_member, &Serving::context>(
        {"serving.context", "--context", "Context", "tokens", "tokens held per sequence: prompt and generated"},
        {1, most_tokens}, logarithmic(256, 1048576)),
    only(generates_text,
         whole<serving_member, &Serving::prompt>({"serving.prompt", "--prompt", "Prompt", "tokens",
                                                  "tokens processed in the prefill [default: the context]"},
                                                 {1, most_tokens}, logarithmic(1, 1048576))),
    only(keeps_cache, field({"serving.kv_format", "--kv-format", "KV cache format", "",
                             "how keys and values are stored; KEYS/VALUES when they differ"},
                            kv_format)),
    only(keeps_cache, by_engine(choice<serving_member, &Serving::cache>(
                          {"serving.cache", "--cache", "Cache", "",
                           "transformers: the cache grows with the tokens or is reserved"}))),
    choice<serving_member, &Serving::attention>(
        {"serving.attention", "--attention", "Attention", "", "kernel that computes attention"}),
    choice<serving_member, &Serving::logits>(
        {"serving.logits", "--logits", "Logits", "", "positions of a prefill that get logits"}),
    by_engine(whole<serving_member, &Serving::batch>(
        {"serving.batch", "--batch", "Logical batch", "tokens", "llama.cpp's n_batch"}, {1, most_sequences},
        logarithmic(32, 8192))),
    by_engine(whole<serving_member, &Serving::ubatch>(
        {"serving.ubatch", "--ubatch", "Physical batch", "tokens",
         "llama.cpp's n_ubatch: tokens computed at once, which sizes the compute buffer"},
        {1, most_sequences}, logarithmic(32, 8192))),
    by_engine(flag<serving_member, &Serving::kv_unified>(
        {"serving.kv_unified", "--kv-unified", "Unified cache", "",
         "llama.cpp: one cache for all sequences instead of one per sequence"})),
    by_engine(flag<serving_member, &Serving::swa_full>({"serving.swa_full", "--swa-full", "Full window cache", "",
                                                        "llama.cpp: sliding-window layers keep the whole context"})),
    only(has_devices, by_engine(whole<serving_member, &Serving::gpu_layers>(
                          {"serving.gpu_layers", "--gpu-layers", "Layers on the GPU", "layers",
                           "llama.cpp: layers placed on the GPU, the others stay in host memory"},
                          {0, 10000}, linear(0, 128), "all"))),
    only(keeps_experts_elsewhere,
         by_engine(whole<serving_member, &Serving::moe_layers_on_cpu>(
             {"serving.moe_layers_on_cpu", "--moe-layers-on-cpu", "Expert layers on the host", "layers",
              "llama.cpp: layers whose routed experts stay in host memory"},
             {0, 10000}, linear(0, 128)))),
    by_engine(text<serving_member, &Serving::override_tensor>(
        {"serving.override_tensor", "--override-tensor", "Tensor overrides", "",
         "llama.cpp: regular expressions of tensor names and where they are kept, as "
         "blk\\.[0-9]\\.ffn_up_exps=CPU,output=CUDA1 [default: with their layer]"},
        1024)),
    only(has_devices, by_engine(choice<serving_member, &Serving::split_mode>(
                          {"serving.split_mode", "--split-mode", "GPUs share", "",
                           "llama.cpp: several GPUs share out whole layers, or every layer's matrices and heads"}))),
    by_engine(text<serving_member, &Serving::tensor_split>(
        {"serving.tensor_split", "--tensor-split", "Tensor split", "",
         "llama.cpp: how several GPUs share, as 3,1 [default: layers by their memory, matrices alike]"},
        256)),
    by_engine(text<serving_member, &Serving::mmproj>({"serving.mmproj", "--mmproj", "Image projector", "",
                                                      "llama.cpp: projector file on the first GPU; \"released\": the "
                                                      "model's towers in 16 bits"},
                                                     1024)),
    by_engine(whole<serving_member, &Serving::max_num_seqs>(
        {"serving.max_num_seqs", "--max-num-seqs", "Max sequences", "",
         "sequences the engine schedules at once [default: the engine's]"},
        {1, most_sequences}, logarithmic(1, 4096))),
    by_engine(whole<serving_member, &Serving::max_num_batched_tokens>(
        {"serving.max_num_batched_tokens", "--max-num-batched-tokens", "Max batched tokens", "tokens",
         "tokens the engine computes in one step, which sizes its workspace [default: the engine's]"},
        {1, most_tokens}, logarithmic(256, 65536))),
    by_engine(whole<serving_member, &Serving::max_model_len>(
        {"serving.max_model_len", "--max-model-len", "Max model length", "tokens",
         "length the engine accepts [default: the context]"},
        {1, most_tokens}, logarithmic(256, 1048576))),
    by_engine(real<serving_member, &Serving::gpu_memory_utilization>(
        {"serving.gpu_memory_utilization", "--gpu-memory-utilization", "GPU memory utilization", "",
         "share of the device's memory the engine takes"},
        {0.01, 1.0}, linear(0.1, 1.0))),
    only(keeps_cache, by_engine(whole<serving_member, &Serving::kv_cache_memory_bytes>(
                          {"serving.kv_cache_memory_bytes", "--kv-cache-memory", "Cache pool", "bytes",
                           "vLLM: size of the cache pool on one GPU, given instead of derived"},
                          {0, 1e18}, logarithmic(1e8, 1e12)))),
    by_engine(flag<serving_member, &Serving::cuda_graphs>(
        {"serving.cuda_graphs", "--cuda-graphs", "CUDA graphs", "", "launches are captured at start"})),
    only(generates_text,
         by_engine(choice<serving_member, &Serving::prefix_caching>(
             {"serving.prefix_caching", "--prefix-caching", "Prefix caching", "",
              "keys, values and states of earlier prefixes are kept for sequences that begin alike"}))),
    only(has_towers, by_engine(flag<serving_member, &Serving::text_only>(
                         {"serving.text_only", "--text-only", "Text only", "",
                          "vLLM: the towers for images and sound are not loaded"}))),
    by_engine(
        whole<serving_member, &Serving::adapters>({"serving.adapters", "--adapters", "Adapters", "",
                                                   "vLLM: LoRA adapters that have a slot on the device at once"},
                                                  {0, 10000}, linear(0, 64))),
    only(serves_adapters, by_engine(whole<serving_member, &Serving::adapter_rank>(
                              {"serving.adapter_rank", "--adapter-rank", "Adapter rank", "",
                               "vLLM: highest rank of an adapter, which its slots are made for"},
                              {1, 4096}, logarithmic(1, 512)))),
    by_engine(whole<serving_member, &Serving::cpu_offload_bytes>(
        {"serving.cpu_offload_bytes", "--cpu-offload", "Weights on the host", "bytes",
         "vLLM: weights of each device that stay in host memory"},
        {0, 1e15}, logarithmic(1e8, 1e12))),
    only(generates_text, whole<serving_member, &Serving::shared_prefix>(
                             {"serving.shared_prefix", "--shared-prefix", "Shared prefix", "tokens",
                              "tokens all sequences have in common, stored once"},
                             {0, most_tokens}, logarithmic(1, 1048576))),
    only(generates_text,
         whole<serving_member, &Serving::beams>({"serving.beams", "--beams", "Beams", "", "beams of a beam search"},
                                                {1, 1024}, linear(1, 16))),
    only(generates_text,
         field({"serving.draft_model", "--draft-model", "Draft model", "", "small model for speculative decoding"},
               std::monostate{})),
    only(drafts, whole<serving_member, &Serving::draft_tokens>(
                     {"serving.draft_tokens", "--draft-tokens", "Draft tokens", "tokens",
                      "tokens proposed in a step of speculative decoding"},
                     {0, 1024}, linear(0, 32))),
    only(drafts, field({"serving.draft_kv_format", "--draft-kv-format", "Draft's cache format", "",
                        "how keys and values of the draft model or the prediction layers are stored [default: the "
                        "engine's]"},
                       draft_kv_format, not_given)),
};

}  // namespace llmcalc::field_rows
