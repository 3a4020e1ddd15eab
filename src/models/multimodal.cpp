// Vision-language, audio and omni models: one row each says where the text model is, which towers the config
// describes and what is left out. Source: modeling_*.py and configuration_*.py of Hugging Face transformers (main,
// 2026-08).

#include "models/blocks.hpp"
#include "models/registry.hpp"
#include "models/tower.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace llmcalc::models {

void read_text(const Fields& c, Model& m, std::string_view default_type, std::string_view key) {
  const Fields text = c.has(key) ? c.object(key, default_type) : c.with_defaults_of(default_type);
  const FamilyRow* row = find_family(text.model_type());
  if (!row) {
    c.assume("text model \"" + text.model_type().substr(0, 60) + "\" is not known: read by its fields");
    read_unknown(text, m);
  } else {
    row->read(text, m);
  }
  // The head belongs to the whole model: what the top level says counts.
  if (c.given("tie_word_embeddings")) m.tied_head = c.flag("tie_word_embeddings", m.tied_head);
}

namespace {

/// A tower of a model.
struct TowerPart {
  std::string_view type = {};  ///< whose defaults its config has when it names no model_type
  std::string_view rows = {};  ///< of tower.hpp: the tower, then its projector
  bool of_the_class = false;   ///< the class takes every config for `type`, whatever it calls itself
};

/// What of a model is not counted.
enum class LeftOut : std::uint8_t {
  Nothing,
  TowersIfGiven,  ///< towers, when the config has any
  Towers          ///< towers, which the config does not describe well enough
};

/// One model_type with towers.
struct MultimodalRow {
  std::string_view model_type;
  std::string_view family;
  std::string_view text = {};  ///< model_type of the text model when its config names none
  TowerPart vision = {};
  TowerPart audio = {};
  LeftOut left_out = LeftOut::Nothing;
  std::string_view note = {};  ///< what else the model's notes say
  std::string_view text_key = "text_config";
  ReadModel read_text = nullptr;  ///< instead of the text model's own reader
  ReadModel then = nullptr;       ///< what follows the towers
  Quirks quirks{};                ///< what other programs do with it alone
};

void write_part(const Fields& c, Model& m, std::string_view key, const TowerPart& part) {
  const Fields config = c.object(key, part.type);
  write_tower(c, part.of_the_class ? config.with_defaults_of(part.type) : config, m, part.rows);
}

/// True for a class that builds its towers whether its config describes them or not.
bool builds_towers(const Fields& c) {
  return std::ranges::any_of(c.texts("architectures"),
                             [](const std::string& name) { return name.ends_with("ForConditionalGeneration"); });
}

void read_row(const MultimodalRow& row, const Fields& c, Model& m) {
  const std::string_view key = c.has(row.text_key) ? row.text_key : "text_config";
  row.read_text != nullptr ? row.read_text(c, m) : read_text(c, m, row.text, key);
  if (!row.vision.rows.empty() && c.has("vision_config")) {
    write_part(c, m, "vision_config", row.vision);
  } else if (!row.vision.rows.empty()) {
    c.assume("no vision_config: the vision tower is not counted");
    if (builds_towers(c)) m.trust = Trust::Modelled;
  }
  if (!row.audio.rows.empty() && c.has("audio_config")) write_part(c, m, "audio_config", row.audio);
  if (row.then != nullptr) row.then(c, m);
  if (!row.note.empty()) {
    c.assume(std::string(row.note));
    m.trust = Trust::Modelled;
  }
  if (row.left_out == LeftOut::Nothing) return;
  const std::string towers = write_any_towers(c, m);
  if (row.left_out == LeftOut::TowersIfGiven && towers.empty()) return;
  c.assume(towers.empty() ? "the towers, tokenizers and projectors beside the text model are not counted" : towers);
  m.trust = Trust::Modelled;
}

/// Llama 3.2 Vision: cross-attention layers with two gates each; the embedding has eight rows more than the head.
void read_mllama_text(const Fields& c, Model& m) {
  Layer self = llama_layer(c, m);
  Layer cross = self;
  cross.mixer = Mixer::CrossAttention;
  cross.attention.qk_norm = QkNorm::PerHead;
  cross.attention.rotary_dim = 0;
  m.vocabulary = add(m.vocabulary, 8);
  const std::vector<Count> listed = c.counts("cross_attention_layers", range::some_layers);
  const Count n = layer_count(c);
  m.names = {};
  add_layers(m, n,
             [&](Count i) { return std::find(listed.begin(), listed.end(), i) != listed.end() ? cross : self; });
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (m.kinds[k].mixer != Mixer::CrossAttention) continue;
    for (const char* name : {"cross_attn_attn_gate", "cross_attn_mlp_gate"}) {
      add_layer_tensor(m, k, name, 1, 1, TensorRole::Other, ModelPart::Attention);
    }
  }
}

/// Tokens of one image in Llama 3.2 Vision: every tile's patches and class token.
void read_encoder_tokens(const Fields& c, Model& m) {
  const Fields v = c.object("vision_config", "mllama_vision_model");
  const Count side = v.count("image_size", range::pixels, 560) / v.count("patch_size", {1, 1024}, 14);
  const Count tokens = multiply(v.count("max_num_tiles", {1, 64}, 4), add(product(side, side), 1));
  for (Layer& kind : m.kinds) {
    if (kind.mixer == Mixer::CrossAttention) kind.attention.encoder_tokens = tokens;
  }
}

/// MiniMax M3: the class ignores what its text model calls itself.
void read_minimax_m3_text(const Fields& c, Model& m) {
  constexpr std::string_view type = "minimax_m3_vl_text";
  find_family(type)->read(c.object("text_config", type).with_defaults_of(type), m);
  if (c.given("tie_word_embeddings")) m.tied_head = m.tied_head || c.flag("tie_word_embeddings", false);
}

/// Chameleon: Llama whose every query and key head has a LayerNorm of its own; with swin_norm norms behind the
/// blocks; a tokenizer of images.
void read_chameleon(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHeadApart;
  layer.attention.qk_norm_bias = true;
  if (c.flag("swin_norm", false)) layer.norms = NormPlacement::Post;
  add_equal_layers(c, m, layer);
  write_chameleon_tokenizer(c.object("vq_config", "chameleon_vqgan"), m);
}

void read_emu3_text(const Fields& c, Model& m) { add_equal_layers(c, m, llama_layer(c, m)); }

/// Aria's text model: Llama's attention, a mixture in every layer whose shared experts are one block.
void read_aria_text(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  FeedForward& f = layer.feed_forward;
  f = routed_experts(c, "moe_num_experts", "intermediate_size", "moe_topk");
  f.fused_expert_gate_up = true;
  f.shared_width = multiply(c.count("moe_num_shared_experts", range::experts, 2), f.expert_width);
  m.names = {{"mlp.gate.", "mlp.router."},
             {"mlp.experts.gate_up_proj", "mlp.experts.fc1"},
             {"mlp.experts.down_proj", "mlp.experts.fc2"}};
  add_equal_layers(c, m, layer);
}

/// Janus draws images by a tokenizer and a head for its words.
void read_janus_tokenizer(const Fields& c, Model& m) {
  write_janus_tokenizer(c.object("vq_config", "janus_vqgan"), m);
}

/// LightOnOCR's class ties the head, unlike Qwen3's.
void tie_head(const Fields& c, Model& m) { m.tied_head = c.flag("tie_word_embeddings", true); }

/// The shape of CLIP ViT-L/14 for images of 336 pixels, which configs name instead of describing.
nlohmann::json clip_large_336() {
  return {{"hidden_size", 1024},
          {"num_hidden_layers", 24},
          {"intermediate_size", 4096},
          {"image_size", 336},
          {"patch_size", 14}};
}

/// Phi-3 Vision has CLIP's large model, which its class builds by itself.
void read_phi3_tower(const Fields& c, Model& m) {
  const std::string name = c.object("img_processor").text("name", "clip_vision_model");
  if (name == "clip_vision_model")
    return write_tower(c, Fields(clip_large_336(), name, {}, c.findings()), m, "clip phi3_v");
  c.assume("its vision tower (" + name.substr(0, 60) + ") is not counted");
  m.trust = Trust::Modelled;
}

/// Fuyu's patches need no vision_config.
void read_fuyu_patches(const Fields& c, Model& m) { write_tower(c, c, m, "fuyu"); }

/// Gemma 3n: MobileNet-V5 and a conformer with their embedders, not tensor by tensor. The Hugging Face pages have
/// 5,439,438,272 parameters for E2B and 7,849,978,192 for E4B: the same number more than either text model.
void write_gemma3n_towers(const Fields&, Model& m) {
  Tower(m).vector("model.vision_tower, model.audio_tower", 983'281'504);
}

/// The towers of MiniCPM-V's versions: the first two name an encoder of timm, the others have a vision_config.
std::string_view minicpmv_version(const Fields& c) {
  const auto* version = c.find("version");
  if (version == nullptr) return c.has("vision_config") ? "2.5" : "2.0";
  const double number =
      version->is_number() ? version->get<double>() : std::strtod(c.text("version", "").c_str(), nullptr);
  return number < 2.2 ? "2.0" : number < 2.55 ? "2.5" : number < 3 ? "2.6" : number < 4.2 ? "4.0" : "4.5";
}

/// MiniCPM-V keeps the text model's keys at the top level; its family follows from the version.
void read_minicpmv_text(const Fields& c, Model& m) {
  const std::string_view version = minicpmv_version(c);
  const std::string_view type = version == "2.0"   ? "minicpm"
                                : version == "2.6" ? "qwen2"
                                : version == "4.5" ? "qwen3"
                                                   : "llama";
  read_text(c, m, type);
}

void read_minicpmv_tower(const Fields& c, Model& m) {
  const bool first = minicpmv_version(c) == "2.0";
  const Fields v = c.object("vision_config", "siglip_vision_model");
  write_tower(c, v, m,
              first ? "minicpmv_first minicpmv_resampler minicpmv_positions" : "minicpmv minicpmv_resampler");
}

void read_omni(const Fields& c, Model& m);

constexpr std::string_view not_compared =
    "the towers are counted as their classes are built; no published total was compared";

// clang-format off
constexpr auto rows = std::to_array<MultimodalRow>({
    {.model_type = "gemma3", .family = "Gemma", .text = "gemma3_text",
     .vision = {.type = "siglip_vision_model", .rows = "siglip gemma3"}, .quirks = LlamaGraph::Gemma3},
    {.model_type = "shieldgemma2", .family = "Gemma", .text = "gemma3_text",
     .vision = {.type = "siglip_vision_model", .rows = "siglip gemma3"}},
    {.model_type = "gemma3n", .family = "Gemma", .text = "gemma3n_text",
     .note = "Gemma 3n's vision and audio towers are counted as the published totals less the text model",
     .then = write_gemma3n_towers, .quirks = LlamaGraph::Gemma3n},
    {.model_type = "gemma4", .family = "Gemma", .text = "gemma4_text",
     .vision = {.type = "gemma4_vision", .rows = "gemma4_vision"},
     .audio = {.type = "gemma4_audio", .rows = "gemma4_audio"},
     .quirks = {LlamaGraph::Gemma4, {Quirk::NormsInSteps, Quirk::WindowPool}}},
    {.model_type = "gemma4_unified", .family = "Gemma", .text = "gemma4_unified_text",
     .vision = {.type = "gemma4_unified_vision", .rows = "gemma4_unified_vision"},
     .audio = {.type = "gemma4_unified_audio", .rows = "gemma4_unified_audio"},
     .quirks = {LlamaGraph::Gemma4, {Quirk::NormsInSteps, Quirk::WindowPool}}},
    {.model_type = "diffusion_gemma", .family = "Gemma", .text = "diffusion_gemma_text",
     .vision = {.type = "gemma4_vision", .rows = "gemma4_vision"},
     .note = "one set of weights reads and writes; a block of text is made in many steps, each of which reads the "
             "whole text: the speed shown is that of one step per token",
     .quirks = {LlamaGraph::Unknown, {Quirk::NormsInSteps, Quirk::WindowPool}}},
    {.model_type = "paligemma", .family = "Gemma", .text = "gemma",
     .vision = {.type = "siglip_vision_model", .rows = "siglip paligemma"}},

    {.model_type = "llava", .family = "LLaVA", .text = "llama",
     .vision = {.type = "clip_vision_model", .rows = "llava_tower llava"}},
    {.model_type = "llava_next", .family = "LLaVA", .text = "llama",
     .vision = {.type = "clip_vision_model", .rows = "llava_tower llava_next"}},
    {.model_type = "llava_next_video", .family = "LLaVA", .text = "llama",
     .vision = {.type = "clip_vision_model", .rows = "llava_tower llava_next"}},
    {.model_type = "llava_onevision", .family = "LLaVA", .text = "qwen2",
     .vision = {.type = "siglip_vision_model", .rows = "llava_tower llava_next"}},
    {.model_type = "video_llava", .family = "LLaVA", .text = "llama",
     .vision = {.type = "clip_vision_model", .rows = "llava_tower video_llava"}},
    {.model_type = "vipllava", .family = "LLaVA", .text = "llama",
     .vision = {.type = "clip_vision_model", .rows = "clip vipllava"}},
    {.model_type = "mistral3", .family = "Mistral", .text = "mistral",
     .vision = {.type = "pixtral", .rows = "pixtral mistral3"}},
    {.model_type = "lighton_ocr", .family = "LightOn", .text = "qwen3",
     .vision = {.type = "pixtral", .rows = "pixtral mistral3"}, .then = tie_head},
    {.model_type = "voxtral", .family = "Mistral", .text = "llama",
     .audio = {.type = "voxtral_encoder", .rows = "voxtral"}},
    {.model_type = "voxtral_realtime", .family = "Mistral", .text = "voxtral_realtime_text",
     .audio = {.type = "voxtral_realtime_encoder", .rows = "voxtral_realtime"}},

    {.model_type = "qwen2_vl", .family = "Qwen", .text = "qwen2_vl_text",
     .vision = {.type = "qwen2_vl", .rows = "qwen2_vl"}},
    {.model_type = "qwen2_5_vl", .family = "Qwen", .text = "qwen2_5_vl_text",
     .vision = {.type = "qwen2_5_vl", .rows = "qwen2_5_vl"}},
    {.model_type = "qwen3_vl", .family = "Qwen", .text = "qwen3_vl_text",
     .vision = {.type = "qwen3_vl", .rows = "qwen3_vl"}},
    {.model_type = "qwen3_vl_moe", .family = "Qwen", .text = "qwen3_vl_moe_text",
     .vision = {.type = "qwen3_vl_moe", .rows = "qwen3_vl"}},
    {.model_type = "qwen3_5", .family = "Qwen", .text = "qwen3_5_text",
     .vision = {.type = "qwen3_5", .rows = "qwen3_vl"}, .quirks = LlamaGraph::Qwen35},
    {.model_type = "qwen3_5_moe", .family = "Qwen", .text = "qwen3_5_moe_text",
     .vision = {.type = "qwen3_5_moe", .rows = "qwen3_vl"}, .quirks = LlamaGraph::Qwen35Moe},
    {.model_type = "exaone4_5", .family = "EXAONE", .text = "exaone4",
     .vision = {.type = "exaone4_5_vision", .rows = "qwen2_5_vl"}, .quirks = LlamaGraph::Exaone4},
    {.model_type = "qwen2_audio", .family = "Qwen", .text = "qwen2",
     .audio = {.type = "qwen2_audio_encoder", .rows = "qwen2_audio"}},
    // The thinker of Qwen Omni is the language model that listens and sees.
    {.model_type = "qwen2_5_omni", .family = "Qwen", .read_text = read_omni},
    {.model_type = "qwen2_5_omni_thinker", .family = "Qwen", .text = "qwen2_5_omni_text",
     .vision = {.type = "qwen2_5_omni_vision_encoder", .rows = "qwen2_5_vl"},
     .audio = {.type = "qwen2_5_omni_audio_encoder", .rows = "qwen2_5_omni_audio"}},
    {.model_type = "qwen3_omni_moe", .family = "Qwen", .read_text = read_omni},
    {.model_type = "qwen3_omni_moe_thinker", .family = "Qwen", .text = "qwen3_omni_moe_text",
     .vision = {.type = "qwen3_omni_moe_vision_encoder", .rows = "qwen3_vl"},
     .audio = {.type = "qwen3_omni_moe_audio_encoder", .rows = "qwen3_omni_audio"}},

    {.model_type = "llama4", .family = "Llama", .text = "llama4_text",
     .vision = {.type = "llama4_vision_model", .rows = "llama4"}, .quirks = {LlamaGraph::Llama4, {Quirk::WindowPool}}},
    {.model_type = "mllama", .family = "Llama", .text = "mllama_text_model",
     .vision = {.type = "mllama_vision_model", .rows = "mllama"}, .then = read_encoder_tokens},
    {.model_type = "internvl", .family = "InternVL", .text = "qwen2",
     .vision = {.type = "internvl_vision", .rows = "internvl"}},
    // InternVL's own layout, and classes that are made of it (vLLM's skyworkr1v.py, h2ovl.py, qianfan_ocr.py).
    {.model_type = "internvl_chat", .family = "InternVL", .text = "internlm2",
     .vision = {.type = "intern_vit_6b", .rows = "internvl"}, .text_key = "llm_config"},
    {.model_type = "skywork_chat", .family = "Skywork", .text = "qwen2",
     .vision = {.type = "intern_vit_6b", .rows = "internvl"}, .text_key = "llm_config"},
    {.model_type = "h2ovl_chat", .family = "H2OVL", .text = "mistral",
     .vision = {.type = "intern_vit_6b", .rows = "internvl"}, .text_key = "llm_config"},
    {.model_type = "qianfan_ocr", .family = "Qianfan", .text = "qwen3",
     .vision = {.type = "intern_vit_6b", .rows = "internvl"}, .text_key = "llm_config"},
    {.model_type = "kimi_vl", .family = "Kimi", .text = "deepseek_v3",
     .vision = {.type = "moonvit", .rows = "moonvit moonvit_projector"}},
    // NVIDIA's Eagle 2.5 and what grew out of it.
    {.model_type = "eagle_2_5_vl", .family = "Eagle", .text = "qwen2",
     .vision = {.type = "siglip_vision_model", .rows = "siglip eagle2_5"}},
    {.model_type = "locateanything", .family = "Eagle", .text = "qwen2",
     .vision = {.type = "moonvit", .rows = "moonvit eagle_projector"}},
    {.model_type = "kimi_k25", .family = "Kimi", .text = "kimi_k2",
     .vision = {.type = "kimi_k25_vision", .rows = "moonvit moonvit_projector"}},
    {.model_type = "glm4v", .family = "GLM", .text = "glm4v_text", .vision = {.type = "glm4v", .rows = "glm4v"}},
    {.model_type = "glm4v_moe", .family = "GLM", .text = "glm4v_moe_text",
     .vision = {.type = "glm4v_moe", .rows = "glm4v"}, .quirks = {LlamaGraph::Unknown, {Quirk::PredictionInGguf}}},
    {.model_type = "glm46v", .family = "GLM", .text = "glm4v_moe_text",
     .vision = {.type = "glm4v_moe", .rows = "glm4v"}},
    {.model_type = "glmga", .family = "GLM", .text = "glm4v_text", .vision = {.type = "glm4v", .rows = "glm4v"}},
    {.model_type = "glm_ocr", .family = "GLM", .text = "glm_ocr_text",
     .vision = {.type = "glm_ocr_vision", .rows = "glm_ocr"}},
    {.model_type = "minimax_m3_vl", .family = "MiniMax",
     .vision = {.type = "minimax_m3_vl_vision", .rows = "minimax_m3 minimax_m3_projector", .of_the_class = true},
     .read_text = read_minimax_m3_text},
    {.model_type = "ernie4_5_vl_moe", .family = "ERNIE", .text = "ernie4_5_vl_moe_text",
     .vision = {.type = "ernie4_5_vl_moe_vision", .rows = "ernie4_5_vl ernie4_5_vl_resampler"}},
    {.model_type = "paddleocr_vl", .family = "ERNIE", .text = "paddleocr_vl_text",
     .vision = {.type = "paddleocr_vl_vision", .rows = "siglip paddleocr_vl"}},
    {.model_type = "idefics2", .family = "Idefics", .text = "mistral",
     .vision = {.type = "idefics2_vision", .rows = "siglip idefics2"}},
    {.model_type = "idefics3", .family = "Idefics", .text = "llama",
     .vision = {.type = "idefics3_vision", .rows = "siglip idefics3"}},
    {.model_type = "smolvlm", .family = "SmolVLM", .text = "llama",
     .vision = {.type = "idefics3_vision", .rows = "siglip idefics3"}},
    // Aria's class takes every vision_config for Idefics 3's.
    {.model_type = "aria", .family = "Aria", .text = "aria_text",
     .vision = {.type = "idefics3_vision", .rows = "siglip aria", .of_the_class = true}},
    {.model_type = "aya_vision", .family = "Command", .text = "cohere2",
     .vision = {.type = "siglip_vision_model", .rows = "any_siglip aya_vision"}},
    {.model_type = "cohere2_vision", .family = "Command", .text = "cohere2",
     .vision = {.type = "siglip_vision_model", .rows = "any_siglip cohere2_vision"}},
    {.model_type = "lfm2_vl", .family = "LFM", .text = "lfm2",
     .vision = {.type = "siglip2_vision_model", .rows = "any_siglip lfm2_vl"}},
    {.model_type = "deepseek_vl", .family = "DeepSeek", .text = "llama",
     .vision = {.type = "siglip_vision_model", .rows = "any_siglip deepseek_vl"}},
    {.model_type = "ovis2", .family = "Ovis", .text = "qwen2", .vision = {.type = "ovis2_vision", .rows = "ovis2"}},
    {.model_type = "janus", .family = "Janus", .text = "llama",
     .vision = {.type = "janus_vision_model", .rows = "janus"}, .then = read_janus_tokenizer},
    {.model_type = "phi3_v", .family = "Phi", .text = "phi3", .then = read_phi3_tower},
    {.model_type = "fuyu", .family = "Persimmon", .text = "persimmon", .then = read_fuyu_patches},
    {.model_type = "muse_glimmer", .family = "Muse", .text = "muse_glimmer_text",
     .vision = {.type = "muse_glimmer_vision", .rows = "muse_glimmer muse_glimmer_projector"}},

    {.model_type = "qwen4_exp", .family = "Qwen", .text = "qwen4_exp_text",
     .vision = {.type = "qwen3_5_moe", .rows = "qwen3_vl"}, .quirks = {LlamaGraph::Qwen4Exp, {Quirk::HostTables, Quirk::OwnChoices}}},
    {.model_type = "qwen3_8_flash_next", .family = "Qwen", .text = "qwen3_8_flash_next_text",
     .vision = {.type = "qwen3_5_moe", .rows = "qwen3_vl"}, .quirks = {LlamaGraph::Qwen4Exp, {Quirk::HostTables, Quirk::OwnChoices}}},
    {.model_type = "glm5_next", .family = "GLM", .text = "glm5_next_text",
     .vision = {.type = "glm5_next_vision", .rows = "glm5_next"}},
    {.model_type = "dots_ocr", .family = "dots", .text = "qwen2", .vision = {.type = "dots_vit", .rows = "dots_ocr"}},
    {.model_type = "deepseek_v41", .family = "DeepSeek", .text = "deepseek_v41_text",
     .vision = {.type = "deepseek_v41_vision", .rows = "deepseek_v41"},
     .quirks = {LlamaGraph::Unknown, {Quirk::UncomparedCache, Quirk::HostTables}}},
    {.model_type = "deepseek_vl_v2", .family = "DeepSeek", .text = "deepseek_v2",
     .vision = {.type = "vision", .rows = "any_deepseek any_deepseek_projector"}, .text_key = "language_config"},
    {.model_type = "unlimited-ocr", .family = "DeepSeek", .text = "deepseek_v2",
     .vision = {.type = "vision", .rows = "any_deepseek any_deepseek_projector"},
     .note = "it forgets generated tokens beyond the last sliding_window ones: the cache is counted for all of them",
     .text_key = "language_config"},
    {.model_type = "minicpmv", .family = "MiniCPM", .read_text = read_minicpmv_text, .then = read_minicpmv_tower},
    {.model_type = "minicpmv4_6", .family = "MiniCPM", .text = "qwen3_5_text",
     .vision = {.type = "minicpmv4_6_vision", .rows = "minicpmv4_6"}, .quirks = LlamaGraph::Qwen35},
    {.model_type = "interns1", .family = "Intern", .text = "qwen3_moe",
     .vision = {.type = "interns1_vision", .rows = "internvl"}, .note = not_compared},
    {.model_type = "interns2_preview", .family = "Intern", .text = "qwen3_5_moe_text",
     .vision = {.type = "qwen3_5_moe", .rows = "qwen3_vl"},
     .note = "the encoder of time series (ts_config) is not counted"},
    {.model_type = "step3p7", .family = "Step", .text = "step3p5",
     .vision = {.type = "perception_encoder", .rows = "step3p7"},
     .quirks = {LlamaGraph::Unknown, {Quirk::WindowPool}}},

    {.model_type = "NemotronH_Nano_VL_V2", .family = "Nemotron", .text = "nemotron_h",
     .vision = {.type = "radio", .rows = "radio nemotron_vision"},
     .audio = {.type = "parakeet", .rows = "parakeet"}, .note = not_compared, .text_key = "llm_config"},
    {.model_type = "NemotronH_Nano_Omni_Reasoning_V3", .family = "Nemotron", .text = "nemotron_h",
     .vision = {.type = "radio", .rows = "radio nemotron_vision"},
     .audio = {.type = "parakeet", .rows = "parakeet"}, .note = not_compared, .text_key = "llm_config"},
    {.model_type = "NemotronH_Super_Omni_Reasoning_V3", .family = "Nemotron", .text = "nemotron_h",
     .vision = {.type = "radio", .rows = "radio nemotron_vision"},
     .audio = {.type = "parakeet", .rows = "parakeet"}, .note = not_compared, .text_key = "llm_config"},

    {.model_type = "inkling_mm_model", .family = "Inkling", .text = "inkling_text",
     .left_out = LeftOut::TowersIfGiven},
    {.model_type = "kimi_k3", .family = "Kimi", .text = "kimi_linear",
     .vision = {.type = "kimi_k3_vision", .rows = "kimi_k3"}, .note = not_compared},
    {.model_type = "hunyuan_vl", .family = "Hunyuan", .text = "hunyuan_v1_dense",
     .vision = {.type = "hunyuan_vl_vision", .rows = "hunyuan_vl"}, .note = not_compared},

    {.model_type = "audioflamingo3", .family = "Audio Flamingo", .text = "qwen2",
     .audio = {.type = "audioflamingo3_encoder", .rows = "audioflamingo3"}, .note = not_compared},
    {.model_type = "musicflamingo", .family = "Audio Flamingo", .text = "qwen2",
     .audio = {.type = "audioflamingo3_encoder", .rows = "audioflamingo3"}, .note = not_compared},
    {.model_type = "deepseek_vl_hybrid", .family = "DeepSeek", .text = "llama", .left_out = LeftOut::Towers},
    {.model_type = "emu3", .family = "Emu", .text = "emu3_text_model", .left_out = LeftOut::Towers},
    {.model_type = "fast_vlm", .family = "FastVLM", .text = "qwen2", .left_out = LeftOut::Towers},
    {.model_type = "glmasr", .family = "GLM", .text = "llama",
     .audio = {.type = "glmasr_encoder", .rows = "glmasr"}, .note = not_compared},
    {.model_type = "got_ocr2", .family = "GOT", .text = "qwen2",
     .vision = {.type = "got_ocr2_vision", .rows = "got_ocr2"}, .note = not_compared},
    {.model_type = "granite_speech", .family = "Granite", .text = "granite", .left_out = LeftOut::Towers},
    {.model_type = "granite_speech_plus", .family = "Granite", .text = "granite", .left_out = LeftOut::Towers},
    {.model_type = "perception_lm", .family = "Llama", .text = "llama", .left_out = LeftOut::Towers},
    {.model_type = "pp_chart2table", .family = "PaddleOCR", .text = "qwen2", .left_out = LeftOut::Towers},
    {.model_type = "qwen3_asr", .family = "Qwen", .read_text = read_omni},
    {.model_type = "qwen3_asr_thinker", .family = "Qwen", .text = "qwen3",
     .audio = {.type = "qwen3_asr_audio_encoder", .rows = "qwen3_omni_audio"}, .note = not_compared},
    {.model_type = "video_llama_3", .family = "VideoLLaMA", .text = "qwen2",
     .vision = {.type = "video_llama_3_vision", .rows = "video_llama_3"}, .note = not_compared},
});
// clang-format on

/// Published encoders that configs name instead of describing.
struct NamedEncoder {
  std::string_view mark{};  ///< in the name
  std::string_view type{};
  Count hidden = 0, layers = 0, width = 0, image = 0, patch = 0;
  Count parameters = 0;  ///< of an encoder that is not built of equal layers: its published number
};
constexpr auto named_encoders = std::to_array<NamedEncoder>({
    {"clip-vit-large-patch14-336", "clip_vision_model", 1024, 24, 4096, 336, 14},
    {"clip-vit-large-patch14", "clip_vision_model", 1024, 24, 4096, 224, 14},
    {"clip-vit-base-patch32", "clip_vision_model", 768, 12, 3072, 224, 32},
    {"siglip-so400m-patch14-384", "siglip_vision_model", 1152, 27, 4304, 384, 14},
    {"siglip2-so400m-patch14-384", "siglip_vision_model", 1152, 27, 4304, 384, 14},
    {"siglip-so400m-patch14-224", "siglip_vision_model", 1152, 27, 4304, 224, 14},
    {"so400m_patch14_siglip_384", "siglip_vision_model", 1152, 27, 4304, 384, 14},
    {"siglip-large-patch16-384", "siglip_vision_model", 1024, 24, 4096, 384, 16},
    {"siglip-base-patch16-224", "siglip_vision_model", 768, 12, 3072, 224, 16},
    // FastVLM's encoder of convolutions, as Apple and as timm call it: 125 million parameters (arXiv 2412.13303).
    {.mark = "mobileclip_l", .hidden = 3072, .parameters = 125'000'000},
    {.mark = "fastvit_mci3", .hidden = 3072, .parameters = 125'000'000},
});

/// The rows that read a tower of this type in some model; "" when none does.
std::string_view rows_of_tower(std::string_view type) {
  if (type == "siglip_vision_model" || type == "clip_vision_model" || type == "pixtral") return "llava_tower llava";
  for (const MultimodalRow& row : rows) {
    for (const TowerPart* part : {&row.vision, &row.audio}) {
      if (!type.empty() && part->type == type) return part->rows;
    }
  }
  return {};
}

/// The published encoder that a config names instead of describing; what was counted, in words.
std::string write_named_encoder(const Fields& c, Model& m, const std::string& name) {
  for (const NamedEncoder& e : named_encoders) {
    if (name.find(e.mark) == std::string::npos) continue;
    if (e.parameters != 0) {
      Tower tower(m);
      tower.vector("vision_tower", e.parameters);
      tower.matrix("multi_modal_projector.linear_1", m.hidden, e.hidden);
      tower.matrix("multi_modal_projector.linear_2", m.hidden, m.hidden);
      return "its vision tower is counted with the published number of parameters of " + std::string(e.mark);
    }
    const nlohmann::json shape{{"hidden_size", e.hidden},      {"num_hidden_layers", e.layers},
                               {"intermediate_size", e.width}, {"image_size", e.image},
                               {"patch_size", e.patch},        {"vision_use_head", false}};
    write_tower(c, Fields(shape, e.type, {}, c.findings()), m, "llava_tower llava");
    return "its vision tower is counted as " + std::string(e.mark) + " with LLaVA's projector";
  }
  return "its vision tower (" + name.substr(0, 60) + ") is not counted";
}

/// One tower that has a config of its own.
std::string write_any_tower(const Fields& c, Model& m, const char* key, const std::string& what) {
  const Fields tower = c.object(key);
  const std::string& type = tower.model_type();
  if (type == "timm_wrapper") return write_named_encoder(c, m, tower.text("architecture", type));
  if (const std::string_view known = rows_of_tower(type); !known.empty()) {
    write_tower(c, tower, m, known);
    return "its " + what + " tower is counted as " + type.substr(0, 40) + " with that tower's usual projector";
  }
  const auto any_of = [&](std::initializer_list<std::string_view> keys) {
    return std::ranges::any_of(keys, [&](std::string_view k) { return tower.has(k) && tower.find(k)->is_number(); });
  };
  if (any_of({"hidden_size", "embed_dim", "width", "dim"}) &&
      any_of({"num_hidden_layers", "depth", "layers", "num_layers"})) {
    write_tower(c, tower, m, "any_vision");
    return "its " + what + " tower is counted by its sizes, as a plain transformer with two matrices behind it";
  }
  return "its " + what + " tower is not counted";
}

const MultimodalRow& row_of(std::string_view model_type) {
  return *std::ranges::find(rows, model_type, &MultimodalRow::model_type);
}

}  // namespace

bool approximates_towers(std::string_view model_type) {
  const auto approximate = [](std::string_view type) {
    const auto row = std::ranges::find(rows, type, &MultimodalRow::model_type);
    return row != rows.end() && (row->left_out != LeftOut::Nothing || !row->note.empty());
  };
  return approximate(model_type) || approximate(std::string(model_type) + "_thinker");
}

std::string write_any_towers(const Fields& c, Model& m) {
  std::string words;
  const auto say = [&](const std::string& more) { words += (words.empty() ? "" : "; ") + more; };
  if (c.is_object("vision_config")) say(write_any_tower(c, m, "vision_config", "vision"));
  if (c.is_object("audio_config")) say(write_any_tower(c, m, "audio_config", "audio"));
  if (!words.empty()) return words;
  for (const char* key : {"mm_vision_tower", "vision_tower", "vision_encoder", "vision_model_name", "vision_model"}) {
    if (!c.is_text(key)) continue;
    return write_named_encoder(c, m, c.text(key, ""));
  }
  return {};
}

namespace {

/// Reads a model by the row of its model_type; the registry calls it for those alone.
void read_multimodal(const Fields& c, Model& m) { read_row(row_of(c.model_type()), c, m); }

/// The whole of Qwen Omni: the parts that speak are left out, and the model says so. Qwen3-ASR has nothing but a thinker,
/// which transformers' layout keeps at the top level.
void read_omni(const Fields& c, Model& m) {
  const std::string thinker = c.model_type() + "_thinker";
  read_row(row_of(thinker), c.has("thinker_config") ? c.object("thinker_config", thinker) : c, m);
  if (!c.has("talker_config") && !c.has("token2wav_config")) return;
  c.assume("only the thinker is counted, not the talker and the vocoder");
  m.trust = Trust::Modelled;
}

/// Text models that stand in no wrapper but the ones above, and Chameleon, whose config keeps all at the top level.
constexpr auto decoders = std::to_array<FamilyRow>({
    {"aria_text", "Aria", read_aria_text},
    {"chameleon", "Chameleon", read_chameleon},
    {"emu3_text_model", "Emu", read_emu3_text},
    {"mllama_text_model", "Llama", read_mllama_text},
});

}  // namespace

std::span<const FamilyRow> multimodal_families() {
  static const auto all = [] {
    std::array<FamilyRow, rows.size() + decoders.size()> families{};
    std::ranges::transform(rows, families.begin(), [](const MultimodalRow& row) {
      return FamilyRow{
          .model_type = row.model_type, .family = row.family, .reader = read_multimodal, .quirks = row.quirks};
    });
    std::ranges::copy(decoders, families.begin() + rows.size());
    return families;
  }();
  return all;
}

}  // namespace llmcalc::models
