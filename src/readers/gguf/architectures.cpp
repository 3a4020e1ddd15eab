#include "readers/gguf/architectures.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::io {

namespace {

using enum Activation;

// clang-format off
/// `model_type` joins a row to the family that models/registry.hpp reads from a config.json of that type.
constexpr auto architectures = std::to_array<GgufArchitecture>({
    {.name = "llama", .model_type = "llama", .family = "Llama"},
    {.name = "llama4", .model_type = "llama4_text", .family = "Llama", .window_period = 4, .chunk = 8192},
    {.name = "mistral3", .model_type = "mistral3", .family = "Mistral"},
    {.name = "mistral4", .model_type = "mistral4", .family = "Mistral"},
    {.name = "deci", .model_type = "nemotron-nas", .family = "Nemotron"},
    {.name = "falcon", .model_type = "falcon", .family = "Falcon", .activation = Gelu},
    {.name = "falcon-h1", .model_type = "falcon_h1", .family = "Falcon"},
    {.name = "grok", .model_type = "grok-1", .family = "Grok", .activation = Gelu},
    {.name = "gpt2", .model_type = "gpt2", .family = "GPT", .activation = GeluTanh},
    {.name = "gptj", .model_type = "gptj", .family = "GPT", .activation = GeluTanh},
    {.name = "gptneox", .model_type = "gpt_neox", .family = "GPT-NeoX", .activation = Gelu},
    {.name = "gpt-oss", .model_type = "gpt_oss", .family = "gpt-oss", .window_period = 2},
    {.name = "mpt", .model_type = "mpt", .family = "MPT", .activation = Gelu, .positions = Positions::Alibi},
    {.name = "bloom", .model_type = "bloom", .family = "BLOOM", .activation = GeluTanh,
     .positions = Positions::Alibi},
    {.name = "baichuan", .model_type = "baichuan", .family = "Baichuan"},
    {.name = "refact", .model_type = "refact", .family = "Refact", .positions = Positions::Alibi},
    {.name = "starcoder", .model_type = "gpt_bigcode", .family = "StarCoder", .activation = GeluTanh},
    {.name = "starcoder2", .model_type = "starcoder2", .family = "StarCoder", .activation = GeluTanh},
    {.name = "codeshell", .model_type = "codeshell", .family = "CodeShell", .activation = GeluTanh},
    {.name = "stablelm", .model_type = "stablelm", .family = "StableLM"},
    {.name = "qwen", .model_type = "qwen", .family = "Qwen"},
    {.name = "qwen2", .model_type = "qwen2", .family = "Qwen"},
    {.name = "qwen2moe", .model_type = "qwen2_moe", .family = "Qwen"},
    {.name = "qwen2vl", .model_type = "qwen2_vl", .family = "Qwen"},
    {.name = "qwen3", .model_type = "qwen3", .family = "Qwen"},
    {.name = "qwen3moe", .model_type = "qwen3_moe", .family = "Qwen"},
    {.name = "qwen3next", .model_type = "qwen3_next", .family = "Qwen"},
    {.name = "qwen3vl", .model_type = "qwen3_vl", .family = "Qwen"},
    {.name = "qwen3vlmoe", .model_type = "qwen3_vl_moe", .family = "Qwen"},
    {.name = "qwen35", .model_type = "qwen3_5_text", .family = "Qwen"},
    {.name = "qwen35moe", .model_type = "qwen3_5_moe_text", .family = "Qwen"},
    {.name = "phi2", .model_type = "phi", .family = "Phi", .activation = GeluTanh},
    {.name = "phi3", .model_type = "phi3", .family = "Phi"},
    {.name = "phimoe", .model_type = "phimoe", .family = "Phi"},
    {.name = "plamo", .model_type = "plamo", .family = "PLaMo"},
    {.name = "plamo2", .model_type = "plamo2", .family = "PLaMo"},
    {.name = "orion", .model_type = "orion", .family = "Orion"},
    {.name = "internlm2", .model_type = "internlm2", .family = "InternLM"},
    {.name = "minicpm", .model_type = "minicpm", .family = "MiniCPM"},
    {.name = "minicpm3", .model_type = "minicpm3", .family = "MiniCPM"},
    {.name = "gemma", .model_type = "gemma", .family = "Gemma", .activation = GeluTanh, .plus_one_norm = true},
    {.name = "gemma2", .model_type = "gemma2", .family = "Gemma", .activation = GeluTanh, .window_period = 2,
     .plus_one_norm = true},
    {.name = "gemma3", .model_type = "gemma3_text", .family = "Gemma", .activation = GeluTanh, .window_period = 6,
     .plus_one_norm = true},
    {.name = "gemma3n", .model_type = "gemma3n", .family = "Gemma", .activation = GeluTanh, .window_period = 5,
     .plus_one_norm = true},
    {.name = "gemma4", .model_type = "gemma4", .family = "Gemma", .activation = GeluTanh, .window_period = 6},
    {.name = "command-r", .model_type = "cohere", .family = "Command"},
    {.name = "cohere2", .model_type = "cohere2", .family = "Command", .window_period = 4},
    {.name = "dbrx", .model_type = "dbrx", .family = "DBRX"},
    {.name = "olmo", .model_type = "olmo", .family = "OLMo"},
    {.name = "olmo2", .model_type = "olmo2", .family = "OLMo", .window_period = 4},
    {.name = "olmoe", .model_type = "olmoe", .family = "OLMo"},
    {.name = "openelm", .model_type = "openelm", .family = "OpenELM"},
    {.name = "arctic", .model_type = "arctic", .family = "Arctic"},
    {.name = "deepseek", .model_type = "deepseek", .family = "DeepSeek"},
    {.name = "deepseek2", .model_type = "deepseek_v2", .family = "DeepSeek"},
    {.name = "deepseek32", .model_type = "deepseek_v32", .family = "DeepSeek"},
    {.name = "chatglm", .model_type = "chatglm", .family = "GLM"},
    {.name = "glm4", .model_type = "glm4", .family = "GLM"},
    {.name = "glm4moe", .model_type = "glm4_moe", .family = "GLM"},
    {.name = "glm-dsa", .model_type = "glm_moe_dsa", .family = "GLM"},
    {.name = "bitnet", .model_type = "bitnet", .family = "BitNet", .activation = ReluSquared},
    {.name = "jais", .model_type = "jais", .family = "Jais", .positions = Positions::Alibi},
    {.name = "nemotron", .model_type = "nemotron", .family = "Nemotron", .activation = ReluSquared},
    {.name = "nemotron_h", .model_type = "nemotron_h", .family = "Nemotron", .activation = ReluSquared},
    {.name = "nemotron_h_moe", .model_type = "nemotron_h", .family = "Nemotron", .activation = ReluSquared},
    {.name = "exaone", .model_type = "exaone", .family = "EXAONE"},
    {.name = "exaone4", .model_type = "exaone4", .family = "EXAONE", .window_period = 4},
    {.name = "exaone-moe", .model_type = "exaone_moe", .family = "EXAONE", .window_period = 4},
    {.name = "granite", .model_type = "granite", .family = "Granite"},
    {.name = "granitemoe", .model_type = "granitemoe", .family = "Granite"},
    {.name = "granitehybrid", .model_type = "granitemoehybrid", .family = "Granite"},
    {.name = "mamba", .model_type = "mamba", .family = "Mamba", .positions = Positions::None},
    {.name = "mamba2", .model_type = "mamba2", .family = "Mamba", .positions = Positions::None},
    {.name = "jamba", .model_type = "jamba", .family = "Jamba", .positions = Positions::None},
    {.name = "xverse", .model_type = "xverse", .family = "XVERSE"},
    {.name = "ernie4_5", .model_type = "ernie4_5", .family = "ERNIE"},
    {.name = "ernie4_5-moe", .model_type = "ernie4_5_moe", .family = "ERNIE"},
    {.name = "hunyuan-moe", .model_type = "hunyuan_v1_moe", .family = "Hunyuan"},
    {.name = "hunyuan-dense", .model_type = "hunyuan_v1_dense", .family = "Hunyuan"},
    {.name = "smollm3", .model_type = "smollm3", .family = "SmolLM"},
    {.name = "lfm2", .model_type = "lfm2", .family = "LFM"},
    {.name = "lfm2moe", .model_type = "lfm2_moe", .family = "LFM"},
    {.name = "dots1", .model_type = "dots1", .family = "dots"},
    {.name = "bailingmoe", .model_type = "bailing_moe", .family = "Ling"},
    {.name = "bailingmoe2", .model_type = "bailing_moe_v2", .family = "Ling"},
    {.name = "smallthinker", .model_type = "smallthinker", .family = "SmallThinker", .activation = Relu,
     .window_period = 4, .full_first = true},
    {.name = "seed_oss", .model_type = "seed_oss", .family = "Seed-OSS"},
    {.name = "grovemoe", .model_type = "grove_moe", .family = "GroveMoE"},
    {.name = "apertus", .model_type = "apertus", .family = "Apertus"},
    {.name = "minimax-m2", .model_type = "minimax_m2", .family = "MiniMax"},
    {.name = "kimi-linear", .model_type = "kimi_linear", .family = "Kimi"},
    {.name = "afmoe", .model_type = "afmoe", .family = "Trinity", .window_period = 4},
    {.name = "mimo2", .model_type = "mimo_v2_flash", .family = "MiMo"},
    {.name = "step35", .model_type = "step3p5", .family = "Step"},
    {.name = "arcee", .model_type = "arcee", .family = "Arcee", .activation = ReluSquared},
    {.name = "deepseek2-ocr", .model_type = "deepseek_v2", .family = "DeepSeek"},
    {.name = "cohere2moe", .model_type = "cohere2_moe", .family = "Command", .window_period = 4},
    {.name = "hunyuan_vl", .model_type = "hunyuan_v1_dense", .family = "Hunyuan"},
    {.name = "hy_v3", .model_type = "hy_v3", .family = "Hunyuan"},
    {.name = "jais2", .model_type = "jais2", .family = "Jais", .activation = ReluSquared},
    {.name = "llama-embed", .model_type = "llama", .family = "Llama"},
    {.name = "paddleocr", .model_type = "paddleocr_vl_text", .family = "ERNIE"},
    {.name = "pangu-embedded", .model_type = "PanguEmbedded", .family = "openPangu"},
});
// clang-format on

struct Refusal {
  std::string_view name, why;
};

constexpr std::string_view encoder = "is a text encoder, not a model that generates text";
constexpr std::string_view draft = "is a draft model of speculative decoding, which runs beside its target only";
constexpr std::string_view image = "is an image model, not a language model";
constexpr auto refusals = std::to_array<Refusal>({
    {.name = "clip", .why = "is the image projector (mmproj) of a model, not a model"},
    {.name = "bert", .why = encoder},
    {.name = "nomic-bert", .why = encoder},
    {.name = "nomic-bert-moe", .why = encoder},
    {.name = "jina-bert-v2", .why = encoder},
    {.name = "jina-bert-v3", .why = encoder},
    {.name = "modern-bert", .why = encoder},
    {.name = "neo-bert", .why = encoder},
    {.name = "gemma-embedding", .why = encoder},
    {.name = "eurobert", .why = encoder},
    {.name = "eagle3", .why = draft},
    {.name = "dflash", .why = draft},
    {.name = "gemma4-assistant", .why = draft},
    {.name = "t5", .why = "is an encoder with a decoder, which is read from its config.json alone"},
    {.name = "t5encoder", .why = encoder},
    {.name = "wavtokenizer-dec", .why = "is an audio decoder, not a language model"},
    {.name = "flux", .why = image},
    {.name = "sd1", .why = image},
    {.name = "sdxl", .why = image},
    {.name = "sd3", .why = image},
    {.name = "wan", .why = "is a video model, not a language model"},
});

}  // namespace

const GgufArchitecture* find_architecture(std::string_view name) {
  const auto found = std::ranges::find(architectures, name, &GgufArchitecture::name);
  return found == architectures.end() ? nullptr : &*found;
}

std::string_view why_not_a_decoder(std::string_view name) {
  const auto found = std::ranges::find(refusals, name, &Refusal::name);
  return found == refusals.end() ? std::string_view{} : found->why;
}

}  // namespace llmcalc::io
