// Models that read or draw images as words or through queries: Chameleon, Emu 3, Janus, Aria; and models whose towers
// the config does not describe well enough to count them.

#include "models/blocks.hpp"
#include "models/multimodal.hpp"
#include "models/registry.hpp"
#include "models/tower_vq.hpp"

#include <array>

namespace llmcalc::models {

namespace {

/// Chameleon: Llama whose every query and key head has a LayerNorm of its own; with swin_norm norms behind the
/// blocks; a tokenizer of images.
void read_chameleon(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHeadApart;
  layer.attention.qk_norm_bias = true;
  if (c.flag("swin_norm", false)) layer.norms = NormPlacement::Post;
  add_equal_layers(c, m, layer);
  write_chameleon_tokenizer(c, c.object("vq_config", "chameleon_vqgan"), m);
}

void read_emu3_text(const Fields& c, Model& m) { add_equal_layers(c, m, llama_layer(c, m)); }

/// Janus: a tower to read images, a tokenizer and a head to draw them.
void read_janus(const Fields& c, Model& m) {
  read_text(c, m, "llama");
  read_tower(c, m, write_janus_vision, "janus_vision_model");
  write_janus_tokenizer(c, c.object("vq_config", "janus_vqgan"), m);
}

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

void read_aria(const Fields& c, Model& m) {
  read_text(c, m, "aria_text");
  if (c.has("vision_config")) {
    // The class takes every vision_config for Idefics 3's.
    write_aria_vision(c, c.object("vision_config").with_defaults_of("idefics3_vision"), m);
  } else {
    c.assume("no vision_config: the vision tower is not counted");
  }
}

/// LightOnOCR: Qwen3 under Mistral 3's tower and projector; unlike Qwen3's class its own ties the head.
void read_lighton_ocr(const Fields& c, Model& m) {
  read_vision_language<write_pixtral>(c, m, "qwen3", "pixtral");
  m.tied_head = c.flag("tie_word_embeddings", true);
}

/// The text model alone; the parameters of what stands beside it are missing, and the model says so.
template <const char* text>
void read_beside_towers(const Fields& c, Model& m) {
  read_text(c, m, text);
  m.trust = Trust::Modelled;
  c.assume("the towers, tokenizers and projectors beside the text model are not counted");
}
constexpr char emu3_text[] = "emu3_text_model";
constexpr char qwen2[] = "qwen2";
constexpr char qwen3[] = "qwen3";
constexpr char llama[] = "llama";
constexpr char granite[] = "granite";

constexpr auto rows = std::to_array<FamilyRow>({
    {"chameleon", "Chameleon", read_chameleon},
    {"emu3", "Emu", read_beside_towers<emu3_text>},
    {"emu3_text_model", "Emu", read_emu3_text},
    {"janus", "Janus", read_janus},
    {"aria", "Aria", read_aria},
    {"aria_text", "Aria", read_aria_text},
    {"lighton_ocr", "LightOn", read_lighton_ocr},
    {"got_ocr2", "GOT", read_beside_towers<qwen2>},
    {"audioflamingo3", "Audio Flamingo", read_beside_towers<qwen2>},
    {"musicflamingo", "Audio Flamingo", read_beside_towers<qwen2>},
    {"pp_chart2table", "PaddleOCR", read_beside_towers<qwen2>},
    {"qianfan_ocr", "Qianfan", read_beside_towers<qwen3>},
    {"glmasr", "GLM", read_beside_towers<llama>},
    {"fast_vlm", "FastVLM", read_beside_towers<qwen2>},
    {"video_llama_3", "VideoLLaMA", read_beside_towers<qwen2>},
    {"qwen3_asr", "Qwen", read_beside_towers<qwen3>},
    {"perception_lm", "Llama", read_beside_towers<llama>},
    {"deepseek_vl_hybrid", "DeepSeek", read_beside_towers<llama>},
    {"granite_speech", "Granite", read_beside_towers<granite>},
    {"granite_speech_plus", "Granite", read_beside_towers<granite>},
});

}  // namespace

std::span<const FamilyRow> image_word_families() { return rows; }

}  // namespace llmcalc::models
