#include "models/class_names.hpp"

#include "models/blocks.hpp"
#include "models/encoder_heads.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <utility>

namespace llmcalc::models {

namespace {

/// Lower case without anything but letters and digits.
std::string bare(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

/// Ends of class names that say what a model is for; what stands before is its family.
constexpr auto tasks = std::to_array<std::string_view>(
    {"ForCausalLMNextN", "ForCausalLM", "LMHeadModel", "ForConditionalGeneration", "ForProcessRewardModel",
     "ForRewardModel", "RewardModel", "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering",
     "ForMultipleChoice", "ForMaskedLM", "ForPreTraining", "BidirectionalModel", "EncoderModel", "ModelLM", "Model"});

std::string_view stem_of(std::string_view class_name) {
  for (const std::string_view task : tasks) {
    if (class_name.ends_with(task)) return class_name.substr(0, class_name.size() - task.size());
  }
  return class_name;
}

/// Families that their classes, or all of one name, call differently: "class>family class>family".
constexpr std::string_view other_stems =
    "BailingMoeLinearV2>bailing_moe_linear BailingMoeV25>bailing_hybrid BailingMoeV2_5>bailing_hybrid "
    "BailingMoeV3>bailing_hybrid CogVLMVideo>cogvlm DeciLM>nemotron-nas DeepSeekMTP>deepseek_v3 "
    "DeepseekOCR2>deepseek_vl_v2 DeepseekOCR>deepseek_vl_v2 DeepseekV32>deepseek_v32 "
    "DiffusionGemmaForBlockDiffusion>diffusion_gemma Dot3Note>dots3_note Dots3NoteOmni>dots3_note "
    "EagleDeepSeekMTP>deepseek_v3 ErnieMTP>ernie4_5_moe "
    "Fairseq2Llama>llama Gemma3Text>gemma3_text GPTRefact>gpt_bigcode GritLM>mistral Grok1Model>grok "
    "H2OVLChat>h2ovl_chat "
    "HunYuanDenseV1>hunyuan_v1_dense HunYuanMoEV1>hunyuan_v1_moe "
    "InklingForConditionalGeneration>inkling_mm_model InternVLChat>internvl_chat IQuestCoder>llama "
    "LLaDAMoE>llada LlamaBidirectional>llama Mantis>llava MarianMT>marian MiMoV2Omni>mimo_v2 "
    "MiniMaxM3SparseForCausalLM>minimax_m3 MiniMaxM3SparseForConditionalGeneration>minimax_m3_vl "
    "MistralLarge3>deepseek_v3 MPT>mpt MuseGlimmerForConditionalGeneration>muse_glimmer "
    "NemotronH_Omni_Reasoning_V3>NemotronH_Nano_Omni_Reasoning_V3 QWenVL>qwen RW>falcon "
    "SkyworkR1VChat>skywork_chat Speech2Text>speech_to_text StableLMEpoch>stablelm Step3p7>step3p7 "
    "Step3p7Flash>step3p7 Tarsier2>qwen2_vl "
    "TeleChat2>telechat TeleChat3>llama UnlimitedOCR>unlimited-ocr VoxtralRealtimeGeneration>voxtral_realtime";

/// Families, and model types that are refused, by the bare names of their classes.
const std::map<std::string, std::string_view>& types_by_stem() {
  static const std::map<std::string, std::string_view> known = [] {
    std::map<std::string, std::string_view> types;
    for (const FamilyRow& row : families()) types.emplace(bare(row.model_type), row.model_type);
    // "GemmaForCausalLM" of a text model whose type ends with _text.
    for (const FamilyRow& row : families()) {
      if (row.model_type.ends_with("_text"))
        types.emplace(bare(row.model_type.substr(0, row.model_type.size() - 5)), row.model_type);
    }
    for (const std::string_view refused : refused_types()) types.emplace(bare(refused), refused);
    for (std::string_view rest = other_stems; !rest.empty();) {
      std::string_view type = take_until(rest, " ");
      const std::string_view stem = take_until(type, ">");
      types.insert_or_assign(bare(stem), type);
    }
    return types;
  }();
  return known;
}

/// Bare classes that have a head although they are called only Model.
constexpr auto generating_models = std::to_array<std::string_view>(
    {"aquila", "chatglm", "dream", "llada", "qwen25omni", "internvlchat", "h2ovlchat", "skyworkr1vchat"});

/// What replaces the head.
enum class Head : std::uint8_t {
  Language,      ///< stays
  None,          ///< hidden states
  Classes,       ///< one row a class, without bias
  TokenClasses,  ///< one row a class, with bias
  Questions,     ///< begin and end of an answer
  Reward,        ///< one row
  DeepReward     ///< a block of hidden size before the row
};

struct HeadRow {
  std::string_view ending;  ///< of the class's name
  Head head = Head::Language;
  std::string_view name{};  ///< of the tensor
  bool bias = false;
  Count rows = 0;     ///< 0: the labels of the config
  bool known = true;  ///< the class was read; otherwise all classes so called are taken to be alike
};

// Qwen2ForRewardModel: one score; ForProcessRewardModel: two. GPTNeoXRewardModel of the Open Assistant models.
constexpr auto heads = std::to_array<HeadRow>({
    {.ending = "ForCausalLM"},
    {.ending = "ForConditionalGeneration"},
    {.ending = "LMHeadModel"},
    {.ending = "ForSequenceClassification", .head = Head::Classes, .name = "score"},
    {.ending = "ForTokenClassification", .head = Head::TokenClasses, .name = "score", .bias = true},
    {.ending = "ForQuestionAnswering", .head = Head::Questions, .name = "qa_outputs", .bias = true, .rows = 2},
    {.ending = "InternLM2ForRewardModel", .head = Head::Reward, .name = "v_head", .rows = 1},
    {.ending = "Qwen2ForRewardModel", .head = Head::DeepReward, .name = "score", .bias = true, .rows = 1},
    {.ending = "ForProcessRewardModel", .head = Head::DeepReward, .name = "score", .bias = true, .rows = 2},
    {.ending = "GPTNeoXRewardModel", .head = Head::Reward, .name = "out_proj", .bias = true, .rows = 1},
    {.ending = "RewardModel", .head = Head::Reward, .name = "v_head", .rows = 1, .known = false},
    {.ending = "EmbedModel", .head = Head::None},
    {.ending = "EmbeddingModel", .head = Head::None},
    {.ending = "BidirectionalModel", .head = Head::None},
});

/// True for the class without a head of a family: MistralModel, Qwen3Model.
bool is_bare_model(std::string_view class_name) {
  if (!class_name.ends_with("Model") || class_name.ends_with("RewardModel")) return false;
  const std::string stem = bare(class_name.substr(0, class_name.size() - 5));
  if (std::ranges::find(generating_models, stem) != generating_models.end()) return false;
  return types_by_stem().contains(stem);
}

void set_head(const Fields& c, Model& m, const HeadRow& row) {
  const Count rows = row.rows != 0 ? row.rows : label_count(c);
  m.output = row.head == Head::None                                          ? Output::States
             : row.head == Head::TokenClasses || row.head == Head::Questions ? Output::TokenClasses
                                                                             : Output::Classes;
  m.head_bias = false;
  if (row.head == Head::None) return;
  m.classes = rows;
  std::string name(row.name);
  const auto matrix = [&](const std::string& at, Count out) {
    add_tensor(m, at + ".weight", out, m.hidden, TensorRole::Other, ModelPart::Head);
    if (row.bias) add_tensor(m, at + ".bias", out, 1, TensorRole::Bias, ModelPart::Head);
  };
  if (row.head == Head::DeepReward) {
    matrix(name + ".0", m.hidden);
    name += ".2";
  }
  matrix(name, rows);
  if (row.known) return;
  c.assume("a reward model of a class that is not known: its head is taken as one row of the hidden size");
  m.trust = m.trust == Trust::Exact ? Trust::Modelled : m.trust;
}

}  // namespace

std::vector<std::string> class_names(const Fields& c) {
  std::vector<std::string> names = c.texts("architectures");
  if (names.empty() && c.has("text_config")) names = c.object("text_config").texts("architectures");
  return names;
}

std::string_view model_type_of_class(std::string_view class_name) {
  const auto& known = types_by_stem();
  for (const std::string_view draft : {"Eagle3", "Eagle"}) {
    const std::string_view target = class_name.starts_with(draft) ? class_name.substr(draft.size()) : "";
    if (const std::string_view type = target.empty() ? "" : model_type_of_class(target); !type.empty()) return type;
  }
  const std::string_view own = stem_of(class_name);
  for (const std::string& stem : {bare(class_name), bare(own)}) {
    const auto found = known.find(stem);
    if (found != known.end()) return found->second;
  }
  return own.ends_with("MTP") ? model_type_of_class(own.substr(0, own.size() - 3)) : std::string_view();
}

void read_decoder_head(const Fields& c, Model& m) {
  if (m.encodes() || m.draft || m.has_encoder()) return;
  for (const std::string& name : c.texts("architectures")) {
    if (is_bare_model(name)) return set_head(c, m, {.ending = "Model", .head = Head::None});
    for (const HeadRow& row : heads) {
      if (!name.ends_with(row.ending)) continue;
      if (row.head != Head::Language) set_head(c, m, row);
      return;
    }
  }
}

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
    {.kind = "an encoder-decoder model",
     .model_types = "bigbird_pegasus encoder-decoder florence2 fsmt nougat pegasus_x pix2struct prophetnet rag t5gemma2 "
                    "udop vision-encoder-decoder xlm-prophetnet"},
    {.kind = "a model for speech or sound",
     .model_types = "audio-spectrogram-transformer bark clap clvp csm dac data2vec-audio dia encodec "
                    "fastspeech2_conformer higgs_audio_v2 hubert kyutai_speech_to_text mimi moonshine_streaming "
                    "moshi musicgen musicgen_melody parakeet_ctc parakeet_encoder parakeet_rnnt pop2piano sew sew-d speech_to_text speecht5 unispeech unispeech-sat univnet "
                    "vits wav2vec2 wav2vec2-bert wav2vec2-conformer wavlm"},
    {.kind = "a translator of text and speech of five parts (two encoders, decoders of text and units, a vocoder)",
     .model_types = "seamless_m4t seamless_m4t_v2"},
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
