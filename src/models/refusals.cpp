// Source: CONFIG_MAPPING_NAMES of Hugging Face transformers (main, 2026-08), sorted by what the classes are.

#include "models/refusals.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::models {

namespace {

struct Refusal {
  std::string_view kind;
  std::string_view model_types;  ///< with blanks between them
};

// clang-format off
constexpr auto refusals = std::to_array<Refusal>({
    {.kind = "an encoder",
     .model_types = "albert bert-generation big_bird canine convbert data2vec-text deberta deberta-v2 ernie ernie_m "
                    "esm esmc flaubert fnet funnel ibert jina_embeddings_v3 layoutlm layoutlmv2 layoutlmv3 lilt "
                    "longformer luke markuplm megatron-bert mobilebert mra nezha nomic_bert nystromformer "
                    "openai_privacy_filter perceiver qdqbert rembert roberta-prelayernorm roc_bert roformer "
                    "splinter squeezebert tapas visual_bert xlm xlm-roberta-xl xmod yoso"},
    {.kind = "an encoder with a decoder",
     .model_types = "bigbird_pegasus encoder-decoder florence2 fsmt led longt5 "
                    "mvp nllb-moe nougat pegasus_x pix2struct plbart prophetnet rag "
                    "switch_transformers t5gemma2 udop vision-encoder-decoder xlm-prophetnet"},
    {.kind = "a model for speech or sound",
     .model_types = "audio-spectrogram-transformer bark clap clvp csm dac data2vec-audio dia encodec "
                    "fastspeech2_conformer higgs_audio_v2 hubert kyutai_speech_to_text mimi moonshine_streaming "
                    "moshi musicgen musicgen_melody parakeet_ctc parakeet_encoder parakeet_rnnt pop2piano "
                    "seamless_m4t seamless_m4t_v2 sew sew-d speech_to_text speecht5 unispeech unispeech-sat univnet "
                    "vits wav2vec2 wav2vec2-bert wav2vec2-conformer wavlm"},
    {.kind = "a model for images",
     .model_types = "aimv2 align altclip beit bit blip chinese_clip clip clip_text_model clip_vision_model clipseg "
                    "convnext convnextv2 deit depth_anything detr dinov2 dinov2_with_registers dinov3_convnext "
                    "dinov3_vit dpt efficientnet flava groupvit hiera ijepa imagegpt mask2former maskformer "
                    "metaclip_2 mobilenet_v1 mobilenet_v2 mobilevit mobilevitv2 oneformer owlv2 owlvit radio resnet "
                    "rt_detr sam sam2 sam3 segformer siglip siglip2 siglip_vision_model siglip2_vision_model swin "
                    "swinv2 timm_backbone timm_wrapper videomae vilt vit vit_mae vitdet vivit vjepa2 yolos"},
});
// clang-format on

/// True when the word is one of the text's.
constexpr bool holds(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    const std::string_view next = text.substr(0, text.find(' '));
    if (next == word) return true;
    text.remove_prefix(next.size() == text.size() ? next.size() : next.size() + 1);
  }
  return false;
}

}  // namespace

std::vector<std::string_view> refused_types() {
  std::vector<std::string_view> types;
  for (const Refusal& row : refusals) {
    for (std::string_view left = row.model_types; !left.empty();) {
      types.push_back(left.substr(0, left.find(' ')));
      left.remove_prefix(std::min(left.size(), types.back().size() + 1));
    }
  }
  return types;
}

std::string_view refused_kind(std::string_view model_type) {
  for (const Refusal& row : refusals) {
    if (holds(row.model_types, model_type)) return row.kind;
  }
  return {};
}

}  // namespace llmcalc::models
