#pragma once
// Towers: vision and audio encoders with their projectors, as tensors of ModelPart::Encoder.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <string>
#include <string_view>

namespace llmcalc::models {

/// Writes the tensors of a tower into Model::extra_tensors.
class Tower {
 public:
  explicit Tower(Model& m) : model_(m) {}

  /// The following tensors stand `count` times, in layers named by the prefix (with {} for the number).
  void layers(std::string_view prefix, Count count);
  /// A matrix [rows, columns], with a bias of `rows` if asked for.
  void matrix(std::string_view name, Count rows, Count columns, bool bias = true);
  /// A vector.
  void vector(std::string_view name, Count size);
  /// LayerNorm: weight and bias.
  void layer_norm(std::string_view name, Count size);
  /// RMSNorm: weight.
  void rms_norm(std::string_view name, Count size);

 private:
  Model& model_;
  std::string prefix_;
  Count count_ = 1;
};

/// Reads a vision_config and writes its tower with the projector to the text model; the text model is read already.
/// `c` is the whole config, `v` its vision_config.
using WriteTower = void (*)(const Fields& c, const Fields& v, Model& m);

void write_siglip_gemma3(const Fields& c, const Fields& v, Model& m);  ///< SigLIP with Gemma 3's projector
void write_gemma4_vision(const Fields& c, const Fields& v, Model& m);  ///< Gemma 4
void write_pixtral(const Fields& c, const Fields& v, Model& m);        ///< Pixtral with Mistral 3's merging projector
void write_pixtral_llava(const Fields& c, const Fields& v, Model& m);  ///< Pixtral or CLIP with LLaVA's projector
void write_qwen2_vision(const Fields& c, const Fields& v, Model& m);   ///< Qwen2-VL
void write_qwen2_5_vision(const Fields& c, const Fields& v, Model& m);    ///< Qwen2.5-VL
void write_qwen3_vision(const Fields& c, const Fields& v, Model& m);      ///< Qwen3-VL, Qwen3.5
void write_mllama_vision(const Fields& c, const Fields& v, Model& m);     ///< Llama 3.2 Vision
void write_llama4_vision(const Fields& c, const Fields& v, Model& m);     ///< Llama 4
void write_moonvit(const Fields& c, const Fields& v, Model& m);           ///< Kimi-VL, Kimi K2.5
void write_glm4v_vision(const Fields& c, const Fields& v, Model& m);      ///< GLM-4.1V, GLM-4.5V, GLM-4.6V
void write_paligemma_vision(const Fields& c, const Fields& v, Model& m);  ///< PaliGemma
void write_llava_next(const Fields& c, const Fields& v, Model& m);        ///< LLaVA-NeXT and OneVision
void write_idefics3_vision(const Fields& c, const Fields& v, Model& m);   ///< Idefics 3, SmolVLM
void write_intern_vision(const Fields& c, const Fields& v, Model& m);     ///< InternVL

void write_glm_ocr_vision(const Fields& c, const Fields& v, Model& m);         ///< GLM-OCR
void write_cohere2_vision(const Fields& c, const Fields& v, Model& m);         ///< Command A Vision
void write_aya_vision(const Fields& c, const Fields& v, Model& m);             ///< Aya Vision
void write_lfm2_vision(const Fields& c, const Fields& v, Model& m);            ///< LFM2-VL
void write_deepseek_vision(const Fields& c, const Fields& v, Model& m);        ///< DeepSeek-VL
void write_ovis2_vision(const Fields& c, const Fields& v, Model& m);           ///< Ovis 2
void write_idefics2_vision(const Fields& c, const Fields& v, Model& m);        ///< Idefics 2
void write_minimax_m3_vision(const Fields& c, const Fields& v, Model& m);      ///< MiniMax M3
void write_ernie_vision(const Fields& c, const Fields& v, Model& m);           ///< ERNIE 4.5 VL
void write_paddleocr_vision(const Fields& c, const Fields& v, Model& m);       ///< PaddleOCR-VL
void write_gemma4_unified_vision(const Fields& c, const Fields& v, Model& m);  ///< Gemma 4 12B: patches projected

// The same for an audio_config.
void write_voxtral_audio(const Fields& c, const Fields& a, Model& m);         ///< Voxtral
void write_qwen2_audio(const Fields& c, const Fields& a, Model& m);           ///< Qwen2-Audio
void write_qwen2_5_omni_audio(const Fields& c, const Fields& a, Model& m);    ///< Qwen2.5-Omni
void write_qwen3_omni_audio(const Fields& c, const Fields& a, Model& m);      ///< Qwen3-Omni
void write_gemma4_audio(const Fields& c, const Fields& a, Model& m);          ///< Gemma 4 E2B, E4B
void write_gemma4_unified_audio(const Fields& c, const Fields& a, Model& m);  ///< Gemma 4 12B: samples projected

}  // namespace llmcalc::models
