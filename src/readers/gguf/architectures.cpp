#include "readers/gguf/architectures.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::io {

namespace {

using enum Activation;

constexpr std::array architectures{
    GgufArchitecture{"llama", "llama", "Llama"},
    GgufArchitecture{"llama4", "llama4_text", "Llama", Silu, 4, false, 8192},
    GgufArchitecture{"mistral3", "mistral3", "Mistral"},
    GgufArchitecture{"mistral4", "mistral4", "Mistral"},
    GgufArchitecture{"deci", "nemotron-nas", "Nemotron"},
    GgufArchitecture{"falcon", "falcon", "Falcon", Gelu},
    GgufArchitecture{"falcon-h1", "falcon_h1", "Falcon"},
    GgufArchitecture{"grok", "grok-1", "Grok", Gelu},
    GgufArchitecture{"gpt2", "gpt2", "GPT", GeluTanh},
    GgufArchitecture{"gptj", "gptj", "GPT", GeluTanh},
    GgufArchitecture{"gptneox", "gpt_neox", "GPT-NeoX", Gelu},
    GgufArchitecture{"gpt-oss", "gpt_oss", "gpt-oss", Silu, 2},
    GgufArchitecture{"mpt", "mpt", "MPT", Gelu, 0, false, 0, false, Positions::Alibi},
    GgufArchitecture{"bloom", "bloom", "BLOOM", GeluTanh, 0, false, 0, false, Positions::Alibi},
    GgufArchitecture{"baichuan", "baichuan", "Baichuan"},
    GgufArchitecture{"refact", "refact", "Refact", Silu, 0, false, 0, false, Positions::Alibi},
    GgufArchitecture{"starcoder", "gpt_bigcode", "StarCoder", GeluTanh},
    GgufArchitecture{"starcoder2", "starcoder2", "StarCoder", GeluTanh},
    GgufArchitecture{"codeshell", "codeshell", "CodeShell", GeluTanh},
    GgufArchitecture{"stablelm", "stablelm", "StableLM"},
    GgufArchitecture{"qwen", "qwen", "Qwen"},
    GgufArchitecture{"qwen2", "qwen2", "Qwen"},
    GgufArchitecture{"qwen2moe", "qwen2_moe", "Qwen"},
    GgufArchitecture{"qwen2vl", "qwen2_vl", "Qwen"},
    GgufArchitecture{"qwen3", "qwen3", "Qwen"},
    GgufArchitecture{"qwen3moe", "qwen3_moe", "Qwen"},
    GgufArchitecture{"qwen3next", "qwen3_next", "Qwen"},
    GgufArchitecture{"qwen3vl", "qwen3_vl", "Qwen"},
    GgufArchitecture{"qwen3vlmoe", "qwen3_vl_moe", "Qwen"},
    GgufArchitecture{"qwen35", "qwen3_5_text", "Qwen"},
    GgufArchitecture{"qwen35moe", "qwen3_5_moe_text", "Qwen"},
    GgufArchitecture{"phi2", "phi", "Phi", GeluTanh},
    GgufArchitecture{"phi3", "phi3", "Phi"},
    GgufArchitecture{"phimoe", "phimoe", "Phi"},
    GgufArchitecture{"plamo", "plamo", "PLaMo"},
    GgufArchitecture{"plamo2", "plamo2", "PLaMo"},
    GgufArchitecture{"orion", "orion", "Orion"},
    GgufArchitecture{"internlm2", "internlm2", "InternLM"},
    GgufArchitecture{"minicpm", "minicpm", "MiniCPM"},
    GgufArchitecture{"minicpm3", "minicpm3", "MiniCPM"},
    GgufArchitecture{"gemma", "gemma", "Gemma", GeluTanh, 0, false, 0, true},
    GgufArchitecture{"gemma2", "gemma2", "Gemma", GeluTanh, 2, false, 0, true},
    GgufArchitecture{"gemma3", "gemma3_text", "Gemma", GeluTanh, 6, false, 0, true},
    GgufArchitecture{"gemma3n", "gemma3n", "Gemma", GeluTanh, 5, false, 0, true},
    GgufArchitecture{"gemma4", "gemma4", "Gemma", GeluTanh, 6},
    GgufArchitecture{"command-r", "cohere", "Command"},
    GgufArchitecture{"cohere2", "cohere2", "Command", Silu, 4},
    GgufArchitecture{"dbrx", "dbrx", "DBRX"},
    GgufArchitecture{"olmo", "olmo", "OLMo"},
    GgufArchitecture{"olmo2", "olmo2", "OLMo", Silu, 4},
    GgufArchitecture{"olmoe", "olmoe", "OLMo"},
    GgufArchitecture{"openelm", "openelm", "OpenELM"},
    GgufArchitecture{"arctic", "arctic", "Arctic"},
    GgufArchitecture{"deepseek", "deepseek", "DeepSeek"},
    GgufArchitecture{"deepseek2", "deepseek_v2", "DeepSeek"},
    GgufArchitecture{"deepseek32", "deepseek_v32", "DeepSeek"},
    GgufArchitecture{"chatglm", "chatglm", "GLM"},
    GgufArchitecture{"glm4", "glm4", "GLM"},
    GgufArchitecture{"glm4moe", "glm4_moe", "GLM"},
    GgufArchitecture{"glm-dsa", "glm_moe_dsa", "GLM"},
    GgufArchitecture{"bitnet", "bitnet", "BitNet", ReluSquared},
    GgufArchitecture{"jais", "jais", "Jais", Silu, 0, false, 0, false, Positions::Alibi},
    GgufArchitecture{"nemotron", "nemotron", "Nemotron", ReluSquared},
    GgufArchitecture{"nemotron_h", "nemotron_h", "Nemotron", ReluSquared},
    GgufArchitecture{"nemotron_h_moe", "nemotron_h", "Nemotron", ReluSquared},
    GgufArchitecture{"exaone", "exaone", "EXAONE"},
    GgufArchitecture{"exaone4", "exaone4", "EXAONE", Silu, 4},
    GgufArchitecture{"exaone-moe", "exaone_moe", "EXAONE", Silu, 4},
    GgufArchitecture{"granite", "granite", "Granite"},
    GgufArchitecture{"granitemoe", "granitemoe", "Granite"},
    GgufArchitecture{"granitehybrid", "granitemoehybrid", "Granite"},
    GgufArchitecture{"mamba", "mamba", "Mamba", Silu, 0, false, 0, false, Positions::None},
    GgufArchitecture{"mamba2", "mamba2", "Mamba", Silu, 0, false, 0, false, Positions::None},
    GgufArchitecture{"jamba", "jamba", "Jamba", Silu, 0, false, 0, false, Positions::None},
    GgufArchitecture{"xverse", "xverse", "XVERSE"},
    GgufArchitecture{"ernie4_5", "ernie4_5", "ERNIE"},
    GgufArchitecture{"ernie4_5-moe", "ernie4_5_moe", "ERNIE"},
    GgufArchitecture{"hunyuan-moe", "hunyuan_v1_moe", "Hunyuan"},
    GgufArchitecture{"hunyuan-dense", "hunyuan_v1_dense", "Hunyuan"},
    GgufArchitecture{"smollm3", "smollm3", "SmolLM"},
    GgufArchitecture{"lfm2", "lfm2", "LFM"},
    GgufArchitecture{"lfm2moe", "lfm2_moe", "LFM"},
    GgufArchitecture{"dots1", "dots1", "dots"},
    GgufArchitecture{"bailingmoe", "bailing_moe", "Ling"},
    GgufArchitecture{"bailingmoe2", "bailing_moe_v2", "Ling"},
    GgufArchitecture{"smallthinker", "smallthinker", "SmallThinker", Relu, 4, true},
    GgufArchitecture{"seed_oss", "seed_oss", "Seed-OSS"},
    GgufArchitecture{"grovemoe", "grove_moe", "GroveMoE"},
    GgufArchitecture{"apertus", "apertus", "Apertus"},
    GgufArchitecture{"minimax-m2", "minimax_m2", "MiniMax"},
    GgufArchitecture{"kimi-linear", "kimi_linear", "Kimi"},
    GgufArchitecture{"afmoe", "afmoe", "Trinity", Silu, 4},
    GgufArchitecture{"mimo2", "mimo_v2_flash", "MiMo"},
    GgufArchitecture{"step35", "step3p5", "Step"},
    GgufArchitecture{"arcee", "arcee", "Arcee", ReluSquared},
};

struct Refusal {
  std::string_view name, why;
};

constexpr std::array refusals{
    Refusal{"clip", "is the image projector (mmproj) of a model, not a model"},
    Refusal{"bert", "is a text encoder, not a model that generates text"},
    Refusal{"nomic-bert", "is a text encoder, not a model that generates text"},
    Refusal{"nomic-bert-moe", "is a text encoder, not a model that generates text"},
    Refusal{"jina-bert-v2", "is a text encoder, not a model that generates text"},
    Refusal{"jina-bert-v3", "is a text encoder, not a model that generates text"},
    Refusal{"modern-bert", "is a text encoder, not a model that generates text"},
    Refusal{"neo-bert", "is a text encoder, not a model that generates text"},
    Refusal{"gemma-embedding", "is a text encoder, not a model that generates text"},
    Refusal{"t5", "is an encoder-decoder model, which this program does not estimate"},
    Refusal{"t5encoder", "is a text encoder, not a model that generates text"},
    Refusal{"wavtokenizer-dec", "is an audio decoder, not a language model"},
    Refusal{"flux", "is an image model, not a language model"},
    Refusal{"sd1", "is an image model, not a language model"},
    Refusal{"sdxl", "is an image model, not a language model"},
    Refusal{"sd3", "is an image model, not a language model"},
    Refusal{"wan", "is a video model, not a language model"},
};

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
