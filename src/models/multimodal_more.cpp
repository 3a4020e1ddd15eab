// More models with towers: Command A Vision, LFM2-VL, MiniMax M3, Gemma 4 12B, the Qwen Omni line, audio models.

#include "models/blocks.hpp"
#include "models/multimodal.hpp"
#include "models/registry.hpp"
#include "models/vision_shape.hpp"

#include <array>

namespace llmcalc::models {

namespace {

void read_cohere2_vision(const Fields& c, Model& m) {
  read_vision_language<write_cohere2_vision>(c, m, "cohere2", "siglip_vision_model");
}
void read_aya_vision(const Fields& c, Model& m) {
  read_vision_language<write_aya_vision>(c, m, "cohere2", "siglip_vision_model");
}
void read_lfm2_vl(const Fields& c, Model& m) {
  read_vision_language<write_lfm2_vision>(c, m, "lfm2", "siglip2_vision_model");
}
void read_deepseek_vl(const Fields& c, Model& m) {
  read_vision_language<write_deepseek_vision>(c, m, "llama", "siglip_vision_model");
}
void read_idefics2(const Fields& c, Model& m) {
  read_vision_language<write_idefics2_vision>(c, m, "mistral", "idefics2_vision");
}
void read_ovis2(const Fields& c, Model& m) {
  read_vision_language<write_ovis2_vision>(c, m, "qwen2", "ovis2_vision");
}
void read_exaone4_5(const Fields& c, Model& m) {
  read_vision_language<write_qwen2_5_vision>(c, m, "exaone4", "exaone4_5_vision");
}
void read_glm_ocr(const Fields& c, Model& m) {
  read_vision_language<write_glm_ocr_vision>(c, m, "glm_ocr_text", "glm_ocr_vision");
}
void read_ernie_vl(const Fields& c, Model& m) {
  read_vision_language<write_ernie_vision>(c, m, "ernie4_5_vl_moe_text", "ernie4_5_vl_moe_vision");
}
void read_paddleocr(const Fields& c, Model& m) {
  read_vision_language<write_paddleocr_vision>(c, m, "paddleocr_vl_text", "paddleocr_vl_vision");
}

/// MiniMax M3: the class ignores what its parts call themselves.
void read_minimax_m3_vl(const Fields& c, Model& m) {
  const Fields text = c.object("text_config", "minimax_m3_vl_text").with_defaults_of("minimax_m3_vl_text");
  find_family("minimax_m3_vl_text")->read(text, m);
  if (c.given("tie_word_embeddings")) m.tied_head = m.tied_head || c.flag("tie_word_embeddings", false);
  if (!c.has("vision_config")) {
    c.assume("no vision_config: the vision tower is not counted");
    return;
  }
  const Fields vision = c.object("vision_config").with_defaults_of("minimax_m3_vl_vision");
  write_minimax_m3_vision(c, vision, m);
}

/// Gemma 4 12B: patches and samples are projected without an encoder.
void read_gemma4_unified(const Fields& c, Model& m) {
  read_vision_language<write_gemma4_unified_vision>(c, m, "gemma4_unified_text", "gemma4_unified_vision");
  read_audio(c, m, write_gemma4_unified_audio, "gemma4_unified_audio");
}

void read_qwen2_audio(const Fields& c, Model& m) {
  read_text(c, m, "qwen2");
  read_audio(c, m, write_qwen2_audio, "qwen2_audio_encoder");
}
void read_voxtral(const Fields& c, Model& m) {
  read_text(c, m, "llama");
  read_audio(c, m, write_voxtral_audio, "voxtral_encoder");
}

/// The thinker of Qwen Omni: the language model that listens and sees.
void read_qwen2_5_thinker(const Fields& c, Model& m) {
  read_vision_language<write_qwen2_5_vision>(c, m, "qwen2_5_omni_text", "qwen2_5_omni_vision_encoder");
  read_audio(c, m, write_qwen2_5_omni_audio, "qwen2_5_omni_audio_encoder");
}
void read_qwen3_thinker(const Fields& c, Model& m) {
  read_vision_language<write_qwen3_vision>(c, m, "qwen3_omni_moe_text", "qwen3_omni_moe_vision_encoder");
  read_audio(c, m, write_qwen3_omni_audio, "qwen3_omni_moe_audio_encoder");
}

/// The whole of Qwen Omni: the parts that speak are left out, and the model says so.
void read_omni(const Fields& c, Model& m, ReadModel thinker, std::string_view type) {
  thinker(c.object("thinker_config", type), m);
  if (!c.has("talker_config") && !c.has("token2wav_config")) return;
  c.assume("only the thinker is counted: the talker and what makes sound of it are not");
  m.trust = Trust::Modelled;
}
void read_qwen2_5_omni(const Fields& c, Model& m) { read_omni(c, m, read_qwen2_5_thinker, "qwen2_5_omni_thinker"); }
void read_qwen3_omni(const Fields& c, Model& m) { read_omni(c, m, read_qwen3_thinker, "qwen3_omni_moe_thinker"); }

/// Fuyu: patches go straight into Persimmon through one matrix.
void read_fuyu(const Fields& c, Model& m) {
  read_text(c, m, "persimmon");
  const Count patch = c.count("patch_size", {1, 1024}, 30);
  Tower t(m);
  t.matrix("vision_embed_tokens", m.hidden, product(c.count("num_channels", {1, 64}, 3), patch, patch));
}

/// ViP-LLaVA: the features of several layers of CLIP, normed together.
void write_vipllava(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  write_clip(t, s);
  const auto* picked = c.find("vision_feature_layers");
  // The class default picks five layers.
  const Count features = picked && picked->is_array() ? std::max<Count>(picked->size(), 1) : picked ? 1 : 5;
  const Count width = multiply(features, s.hidden);
  t.layer_norm("multi_modal_projector.projector_layernorm", width);
  t.matrix("multi_modal_projector.linear_1", m.hidden, width);
  t.matrix("multi_modal_projector.linear_2", m.hidden, m.hidden);
}
void read_vipllava(const Fields& c, Model& m) {
  read_vision_language<write_vipllava>(c, m, "llama", "clip_vision_model");
}

/// Video-LLaVA: one CLIP for images, one of the same shape for videos.
void write_video_llava(const Fields& c, const Fields& v, Model& m) {
  write_pixtral_llava(c, v, m);
  Tower t(m);
  write_clip(t, VisionShape(v));
}
void read_video_llava(const Fields& c, Model& m) {
  read_vision_language<write_video_llava>(c, m, "llama", "clip_vision_model");
}

void read_step3p7(const Fields& c, Model& m) { read_text_only(c, m, "step3p5"); }
void read_hunyuan_vl(const Fields& c, Model& m) { read_text_only(c, m, "hunyuan_v1_dense"); }

constexpr auto rows = std::to_array<FamilyRow>({
    {"aya_vision", "Command", read_aya_vision},
    {"cohere2_vision", "Command", read_cohere2_vision},
    {"lfm2_vl", "LFM", read_lfm2_vl},
    {"deepseek_vl", "DeepSeek", read_deepseek_vl},
    {"idefics2", "Idefics", read_idefics2},
    {"ovis2", "Ovis", read_ovis2},
    {"exaone4_5", "EXAONE", read_exaone4_5},
    {"glm_ocr", "GLM", read_glm_ocr},
    {"ernie4_5_vl_moe", "ERNIE", read_ernie_vl},
    {"paddleocr_vl", "ERNIE", read_paddleocr},
    {"minimax_m3_vl", "MiniMax", read_minimax_m3_vl},
    {"gemma4_unified", "Gemma", read_gemma4_unified},
    {"qwen2_audio", "Qwen", read_qwen2_audio},
    {"voxtral", "Mistral", read_voxtral},
    {"qwen2_5_omni", "Qwen", read_qwen2_5_omni},
    {"qwen2_5_omni_thinker", "Qwen", read_qwen2_5_thinker},
    {"qwen3_omni_moe", "Qwen", read_qwen3_omni},
    {"qwen3_omni_moe_thinker", "Qwen", read_qwen3_thinker},
    {"fuyu", "Persimmon", read_fuyu},
    {"vipllava", "LLaVA", read_vipllava},
    {"video_llava", "LLaVA", read_video_llava},
    {"step3p7", "Step", read_step3p7},
    {"hunyuan_vl", "Hunyuan", read_hunyuan_vl},
});

}  // namespace

std::span<const FamilyRow> more_multimodal_families() { return rows; }

}  // namespace llmcalc::models
