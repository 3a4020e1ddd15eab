#include "readers/gguf/architectures.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>

namespace llmcalc::io {

namespace {

using enum Activation;

/// Architectures of which files say everything: "name>model_type name>model_type".
constexpr std::string_view plain_architectures =
    "llama>llama mistral3>mistral3 mistral4>mistral4 deci>nemotron-nas falcon-h1>falcon_h1 baichuan>baichuan "
    "stablelm>stablelm qwen>qwen qwen2>qwen2 qwen2moe>qwen2_moe qwen2vl>qwen2_vl qwen3>qwen3 qwen3moe>qwen3_moe "
    "qwen3next>qwen3_next qwen3vl>qwen3_vl qwen3vlmoe>qwen3_vl_moe qwen35>qwen3_5_text qwen35moe>qwen3_5_moe_text "
    "qwen4exp>qwen4_exp_text phi3>phi3 phimoe>phimoe plamo2>plamo2 orion>orion internlm2>internlm2 minicpm>minicpm "
    "minicpm3>minicpm3 "
    "command-r>cohere dbrx>dbrx olmo>olmo olmoe>olmoe openelm>openelm arctic>arctic deepseek>deepseek "
    "deepseek2>deepseek_v2 deepseek32>deepseek_v32 chatglm>chatglm glm4>glm4 glm4moe>glm4_moe glm-dsa>glm_moe_dsa "
    "exaone>exaone granite>granite granitemoe>granitemoe granitehybrid>granitemoehybrid xverse>xverse "
    "ernie4_5>ernie4_5 ernie4_5-moe>ernie4_5_moe hunyuan-moe>hunyuan_v1_moe hunyuan-dense>hunyuan_v1_dense "
    "smollm3>smollm3 lfm2>lfm2 lfm2moe>lfm2_moe dots1>dots1 bailingmoe>bailing_moe bailingmoe2>bailing_moe_v2 "
    "seed_oss>seed_oss apertus>apertus minimax-m2>minimax_m2 kimi-linear>kimi_linear mimo2>mimo_v2_flash "
    "step35>step3p5 deepseek2-ocr>deepseek_v2 hunyuan_vl>hunyuan_v1_dense hy_v3>hy_v3 llama-embed>llama "
    "paddleocr>paddleocr_vl_text pangu-embedded>PanguEmbedded bailingmoe3>bailing_hybrid chameleon>chameleon";

constexpr std::string_view deepseek4_keys =
    "attention.key_length>head_dim rope.dimension_count>qk_rope_head_dim attention.output_lora_rank>o_lora_rank "
    "attention.output_group_count>o_groups attention.sliding_window>sliding_window "
    "attention.compress_ratios>compress_ratios attention.kv_source_layers>kv_source_layer_ids "
    "attention.index_source_layers>index_source_layer_ids";
constexpr std::string_view glm5_keys =
    "attention.kv_lora_rank>kv_lora_rank attention.key_length_mla>qk_nope_head_dim "
    "attention.value_length_mla>v_head_dim "
    "attention.indexer.kpool>index_kpool leading_dense_block_count>first_k_dense_replace "
    "feed_forward_length>intermediate_size attention.head_count>linear_num_heads kda.head_dim>linear_head_dim "
    "ssm.conv_kernel>linear_conv_kernel_dim";

// clang-format off
/// The others.
constexpr auto architectures = std::to_array<GgufArchitecture>({
    {.name = "llama4", .model_type = "llama4_text", .window_period = 4, .chunk = 8192},
    {.name = "falcon", .model_type = "falcon", .activation = Gelu},
    {.name = "grok", .model_type = "grok-1", .activation = Gelu},
    {.name = "gpt2", .model_type = "gpt2", .activation = GeluTanh},
    {.name = "gptj", .model_type = "gptj", .activation = GeluTanh},
    {.name = "gptneox", .model_type = "gpt_neox", .activation = Gelu},
    {.name = "gpt-oss", .model_type = "gpt_oss", .window_period = 2},
    {.name = "mpt", .model_type = "mpt", .activation = Gelu, .positions = Positions::Alibi},
    {.name = "bloom", .model_type = "bloom", .activation = GeluTanh, .positions = Positions::Alibi},
    {.name = "refact", .model_type = "refact", .family = "Refact", .positions = Positions::Alibi},
    {.name = "starcoder", .model_type = "gpt_bigcode", .activation = GeluTanh},
    {.name = "starcoder2", .model_type = "starcoder2", .activation = GeluTanh},
    {.name = "codeshell", .model_type = "codeshell", .family = "CodeShell", .activation = GeluTanh},
    {.name = "phi2", .model_type = "phi", .activation = GeluTanh},
    {.name = "plamo", .model_type = "plamo", .family = "PLaMo"},
    {.name = "gemma", .model_type = "gemma", .activation = GeluTanh, .plus_one_norm = true},
    {.name = "gemma2", .model_type = "gemma2", .activation = GeluTanh, .window_period = 2, .plus_one_norm = true},
    {.name = "gemma3", .model_type = "gemma3_text", .activation = GeluTanh, .window_period = 6,
     .plus_one_norm = true},
    {.name = "gemma3n", .model_type = "gemma3n", .activation = GeluTanh, .window_period = 5, .plus_one_norm = true},
    {.name = "gemma4", .model_type = "gemma4", .activation = GeluTanh, .window_period = 6},
    {.name = "cohere2", .model_type = "cohere2", .window_period = 4},
    {.name = "olmo2", .model_type = "olmo2", .window_period = 4},
    {.name = "bitnet", .model_type = "bitnet", .activation = ReluSquared},
    {.name = "jais", .model_type = "jais", .positions = Positions::Alibi},
    {.name = "nemotron", .model_type = "nemotron", .activation = ReluSquared},
    {.name = "nemotron_h", .model_type = "nemotron_h", .activation = ReluSquared},
    {.name = "nemotron_h_moe", .model_type = "nemotron_h", .activation = ReluSquared},
    {.name = "exaone4", .model_type = "exaone4", .window_period = 4},
    {.name = "exaone-moe", .model_type = "exaone_moe", .window_period = 4},
    {.name = "mamba", .model_type = "mamba", .positions = Positions::None},
    {.name = "mamba2", .model_type = "mamba2", .positions = Positions::None},
    {.name = "jamba", .model_type = "jamba", .positions = Positions::None},
    {.name = "smallthinker", .model_type = "smallthinker", .family = "SmallThinker", .activation = Relu,
     .window_period = 4, .full_first = true},
    {.name = "laguna", .model_type = "laguna", .window_period = 4, .full_first = true},
    {.name = "mellum", .model_type = "mellum", .window_period = 4},
    {.name = "muse-glimmer", .model_type = "muse_glimmer_text", .window_period = 4},
    {.name = "maincoder", .model_type = "maincoder", .family = "Maincoder"},
    {.name = "dream", .model_type = "Dream", .diffuses = true},
    {.name = "llada", .model_type = "llada", .diffuses = true},
    {.name = "llada-moe", .model_type = "llada_moe", .family = "LLaDA", .diffuses = true},
    {.name = "rnd1", .model_type = "rnd1", .family = "RND1", .diffuses = true},
    {.name = "plamo3", .model_type = "plamo3", .window_period = 8},
    {.name = "grovemoe", .model_type = "grove_moe", .family = "GroveMoE"},
    {.name = "afmoe", .model_type = "afmoe", .window_period = 4},
    {.name = "arcee", .model_type = "arcee", .activation = ReluSquared},
    {.name = "cohere2moe", .model_type = "cohere2_moe", .window_period = 4},
    {.name = "jais2", .model_type = "jais2", .activation = ReluSquared},
    {.name = "deepseek4", .model_type = "deepseek_v4", .config = deepseek4_keys},
    {.name = "deepseek41", .model_type = "deepseek_v41_text", .config = deepseek4_keys},
    {.name = "glm5-next", .model_type = "glm5_next_text", .config = glm5_keys},
    {.name = "glm5next", .model_type = "glm5_next_text", .config = glm5_keys},
    {.name = "t5", .model_type = "t5",
     .config = "decoder_block_count>num_decoder_layers feed_forward_length>d_ff attention.key_length>d_kv "
               "attention.relative_buckets_count>relative_attention_num_buckets"},
});
// clang-format on

/// Files that are no language models, and why.
struct Refusal {
  std::string_view names;  ///< with blanks between them
  std::string_view why;
};
constexpr auto refusals = std::to_array<Refusal>({
    {"clip", "is the image projector (mmproj) of a model, not a model"},
    {"bert nomic-bert nomic-bert-moe jina-bert-v2 jina-bert-v3 modern-bert neo-bert gemma-embedding eurobert "
     "t5encoder",
     "is a text encoder, not a model that generates text"},
    {"eagle3 dflash gemma4-assistant", "is a draft model of speculative decoding, which runs beside its target only"},
    {"wavtokenizer-dec", "is an audio decoder, not a language model"},
    {"flux sd1 sdxl sd3", "is an image model, not a language model"},
    {"wan", "is a video model, not a language model"},
});

}  // namespace

std::optional<GgufArchitecture> find_architecture(std::string_view name) {
  const auto found = std::ranges::find(architectures, name, &GgufArchitecture::name);
  if (found != architectures.end()) return *found;
  for (std::string_view rest = plain_architectures; !rest.empty();) {
    std::string_view model_type = take_until(rest, " ");
    if (take_until(model_type, ">") == name) return GgufArchitecture{.name = name, .model_type = model_type};
  }
  return std::nullopt;
}

std::string_view why_not_a_decoder(std::string_view name) {
  const auto found = std::ranges::find_if(refusals, [&](const Refusal& row) { return has_word(row.names, name); });
  return found == refusals.end() ? std::string_view{} : found->why;
}

}  // namespace llmcalc::io
