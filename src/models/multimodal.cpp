// Vision-language models: a text model (its own family's reader), a tower and a projector.

#include "models/multimodal.hpp"

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
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

void read_tower(const Fields& c, Model& m, WriteTower write, std::string_view default_type) {
  if (!c.has("vision_config")) {
    c.assume("no vision_config: the vision tower is not counted");
    return;
  }
  write(c, c.object("vision_config", default_type), m);
}

void read_audio(const Fields& c, Model& m, WriteTower write, std::string_view default_type) {
  if (c.has("audio_config")) write(c, c.object("audio_config", default_type), m);
}

void read_text_only(const Fields& c, Model& m, std::string_view text_type) {
  read_text(c, m, text_type);
  if (c.has("vision_config") || c.has("audio_config")) {
    c.assume("the towers beside the text model are not counted");
    m.trust = Trust::Modelled;
  }
}
namespace {

void read_gemma3(const Fields& c, Model& m) {
  read_vision_language<write_siglip_gemma3>(c, m, "gemma3_text", "siglip_vision_model");
}
void read_gemma4(const Fields& c, Model& m) {
  read_vision_language<write_gemma4_vision>(c, m, "gemma4_text", "gemma4_vision");
  read_audio(c, m, write_gemma4_audio, "gemma4_audio");
}
void read_mistral3(const Fields& c, Model& m) { read_vision_language<write_pixtral>(c, m, "mistral", "pixtral"); }
void read_llava(const Fields& c, Model& m) {
  read_vision_language<write_pixtral_llava>(c, m, "llama", "clip_vision_model");
}
void read_qwen2_vl(const Fields& c, Model& m) {
  read_vision_language<write_qwen2_vision>(c, m, "qwen2_vl_text", "qwen2_vl");
}
void read_qwen2_5_vl(const Fields& c, Model& m) {
  read_vision_language<write_qwen2_5_vision>(c, m, "qwen2_5_vl_text", "qwen2_5_vl");
}
void read_qwen3_vl(const Fields& c, Model& m) {
  read_vision_language<write_qwen3_vision>(c, m, "qwen3_vl_text", "qwen3_vl");
}
void read_qwen3_vl_moe(const Fields& c, Model& m) {
  read_vision_language<write_qwen3_vision>(c, m, "qwen3_vl_moe_text", "qwen3_vl_moe");
}
void read_qwen3_5(const Fields& c, Model& m) {
  read_vision_language<write_qwen3_vision>(c, m, "qwen3_5_text", "qwen3_5");
}
void read_qwen3_5_moe(const Fields& c, Model& m) {
  read_vision_language<write_qwen3_vision>(c, m, "qwen3_5_moe_text", "qwen3_5_moe");
}
void read_llama4(const Fields& c, Model& m) {
  read_vision_language<write_llama4_vision>(c, m, "llama4_text", "llama4_vision_model");
}
void read_internvl(const Fields& c, Model& m) {
  read_vision_language<write_intern_vision>(c, m, "qwen2", "internvl_vision");
}

/// InternVL's own layout: llm_config instead of text_config.
void read_internvl_chat(const Fields& c, Model& m) {
  read_text(c, m, "internlm2", "llm_config");
  read_tower(c, m, write_intern_vision, "intern_vit_6b");
}

void read_kimi_vl(const Fields& c, Model& m) { read_vision_language<write_moonvit>(c, m, "deepseek_v3", "moonvit"); }
void read_kimi_k25(const Fields& c, Model& m) {
  read_vision_language<write_moonvit>(c, m, "kimi_k2", "kimi_k25_vision");
}
void read_glm4v(const Fields& c, Model& m) { read_vision_language<write_glm4v_vision>(c, m, "glm4v_text", "glm4v"); }
void read_glm4v_moe(const Fields& c, Model& m) {
  read_vision_language<write_glm4v_vision>(c, m, "glm4v_moe_text", "glm4v_moe");
}
void read_paligemma(const Fields& c, Model& m) {
  read_vision_language<write_paligemma_vision>(c, m, "gemma", "siglip_vision_model");
}
void read_llava_next(const Fields& c, Model& m) {
  read_vision_language<write_llava_next>(c, m, "llama", "clip_vision_model");
}
void read_llava_onevision(const Fields& c, Model& m) {
  read_vision_language<write_llava_next>(c, m, "qwen2", "siglip_vision_model");
}
void read_idefics3(const Fields& c, Model& m) {
  read_vision_language<write_idefics3_vision>(c, m, "llama", "idefics3_vision");
}

void read_kimi_k3(const Fields& c, Model& m) { read_text_only(c, m, "kimi_linear"); }
void read_gemma3n(const Fields& c, Model& m) {
  read_text(c, m, "gemma3n_text");
  c.assume("Gemma 3n's vision and audio towers (about 0.6 billion parameters) are not counted");
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
      m.extra_tensors.push_back({.name = std::string("model.layers.{}.") + name,
                                 .rows = 1,
                                 .count = m.layers_of_kind(k),
                                 .role = TensorRole::Other,
                                 .part = ModelPart::Attention,
                                 .kind = static_cast<std::int32_t>(k),
                                 .vector = true});
    }
  }
}

/// Tokens of one image: every tile's patches and class token.
void read_mllama(const Fields& c, Model& m) {
  read_vision_language<write_mllama_vision>(c, m, "mllama_text_model", "mllama_vision_model");
  const Fields v = c.object("vision_config", "mllama_vision_model");
  const Count side = v.count("image_size", range::pixels, 560) / v.count("patch_size", {1, 1024}, 14);
  const Count tokens = multiply(v.count("max_num_tiles", {1, 64}, 4), add(product(side, side), 1));
  for (Layer& kind : m.kinds) {
    if (kind.mixer == Mixer::CrossAttention) kind.attention.encoder_tokens = tokens;
  }
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"gemma3", "Gemma", read_gemma3},
    {"shieldgemma2", "Gemma", read_gemma3},
    {"gemma4", "Gemma", read_gemma4},
    {"mistral3", "Mistral", read_mistral3},
    {"llava", "LLaVA", read_llava},
    {"qwen2_vl", "Qwen", read_qwen2_vl},
    {"qwen2_5_vl", "Qwen", read_qwen2_5_vl},
    {"qwen3_vl", "Qwen", read_qwen3_vl},
    {"qwen3_vl_moe", "Qwen", read_qwen3_vl_moe},
    {"qwen3_5", "Qwen", read_qwen3_5},
    {"qwen3_5_moe", "Qwen", read_qwen3_5_moe},
    {"llama4", "Llama", read_llama4},
    {"internvl", "InternVL", read_internvl},
    {"internvl_chat", "InternVL", read_internvl_chat},
    {"kimi_vl", "Kimi", read_kimi_vl},
    {"glm4v", "GLM", read_glm4v},
    {"glm4v_moe", "GLM", read_glm4v_moe},
    {"glm46v", "GLM", read_glm4v_moe},
    {"paligemma", "Gemma", read_paligemma},
    {"llava_next", "LLaVA", read_llava_next},
    {"llava_next_video", "LLaVA", read_llava_next},
    {"llava_onevision", "LLaVA", read_llava_onevision},
    {"idefics3", "Idefics", read_idefics3},
    {"smolvlm", "SmolVLM", read_idefics3},
    {"kimi_k3", "Kimi", read_kimi_k3},
    {"gemma3n", "Gemma", read_gemma3n},
    {"kimi_k25", "Kimi", read_kimi_k25},
    {"mllama_text_model", "Llama", read_mllama_text},
    {"mllama", "Llama", read_mllama},
});

}  // namespace

std::span<const FamilyRow> multimodal_families() { return rows; }

}  // namespace llmcalc::models
