// Dense decoders built like Llama: rotary positions, a gated feed-forward block. What differs between families is the
// norms and where they stand, biases, norms of queries and keys, fused projections and windows.

#include "models/blocks.hpp"
#include "models/tower.hpp"

#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// The 13B models of Baichuan have no rotary positions but ALiBi; the config does not say so, their modeling file
/// does.
void adjust_baichuan(const Fields&, Model& m, Layer& layer, FeedForward&) {
  if (m.hidden < 5120) return;
  m.positions = Positions::Alibi;
  layer.attention.rotary_dim = 0;
}

/// MiniCPM-MoE has the type of the dense models: every block is a mixture of blocks of their width.
void adjust_minicpm(const Fields& c, Model&, Layer& layer, FeedForward&) {
  FeedForward& f = layer.feed_forward;
  f.experts = c.count("num_experts", range::experts, 0);
  if (f.experts == 0) return;
  f.experts_per_token = c.count("num_experts_per_tok", {1, f.experts}, 2);
  f.expert_width = f.width;
  f.width = 0;
}

/// SmolLM3: some layers without rotary positions.
ChangeLayer vary_smollm3(const Fields& c, Model&, const Layer&, Count n) {
  const std::vector<bool> rope = c.flags("no_rope_layers");
  const Count interval = c.count("no_rope_layer_interval", range::layers, 4);
  return [=](Count i, Layer& layer) {
    const bool rotates = rope.size() == n ? rope[i] : (i + 1) % interval != 0;
    if (!rotates) layer.attention.rotary_dim = 0;
  };
}

/// EXAONE 4: sliding_window_pattern is a number or letters (L local, G global); global layers of the hybrid models
/// have no positions.
ChangeLayer vary_exaone4(const Fields& c, Model&, const Layer&, Count n) {
  const Count window = c.count("sliding_window", range::tokens, 0);
  const std::string letters = c.is_text("sliding_window_pattern") ? c.text("sliding_window_pattern", "") : "";
  const Count step = letters.empty() ? c.count("sliding_window_pattern", range::layers, 4) : letters.size();
  const std::vector<bool> slides = layers_named(c, n, "sliding_attention", [&](Count i) {
    return letters.empty() ? (i + 1) % step != 0 : letters[i % letters.size()] == 'L' && i + 1 != n;
  });
  return [=](Count i, Layer& layer) {
    if (slides[i]) layer.attention.window = window;
    if (window != 0 && !slides[i]) layer.attention.rotary_dim = 0;
  };
}

/// Apertus: two trained numbers in the activation (xIELU).
void finish_apertus(const Fields&, Model& m) {
  add_layer_tensors(m, "other/feed_forward mlp.act_fn.alpha_p mlp.act_fn.alpha_n : 1");
}

/// Phi-4-multimodal: SigLIP and a conformer, each with adapters on every matrix of the decoder. The released config
/// (phi4mm) describes neither SigLIP nor the first norms of the conformer, which its class builds by itself.
void finish_phi4_multimodal(const Fields& c, Model& m) {
  nlohmann::json siglip{{"hidden_size", 1152},
                        {"intermediate_size", 4304},
                        {"num_hidden_layers", 27},
                        {"image_size", 448},
                        {"patch_size", 14}};
  if (c.is_object("vision_config")) siglip.update(*c.find("vision_config"));
  siglip.erase("model_type");
  write_tower(c, Fields(siglip, "siglip_vision_model", {}, c.findings()), m, "siglip phi4_vision");
  const Fields audio =
      c.has("audio_config") ? c.object("audio_config") : c.object("audio_processor").object("config");
  write_tower(c, audio, m, "phi4_audio");
  const Layer& layer = m.kinds.front();
  const AttentionShape& a = layer.attention;
  const Count heads = multiply(a.heads, a.head_dim), width = layer.feed_forward.width;
  const std::array<std::array<Count, 2>, 4> matrices{{{add(heads, product(2, a.kv_heads, a.head_dim)), m.hidden},
                                                      {m.hidden, heads},
                                                      {multiply(2, width), m.hidden},
                                                      {m.hidden, width}}};
  for (const char* key : {"vision_lora", "speech_lora"}) {
    if (!c.has(key)) continue;
    const Count rank = c.object(key).count("r", range::width, 1);
    for (const auto& [rows, columns] : matrices) {
      for (const auto& [out, in] : {std::array{rank, columns}, std::array{rows, rank}}) {
        add_tensor(m, "model.layers.{}." + std::string(key), out, in, TensorRole::Encoder, ModelPart::Encoder);
        m.extra_tensors.back().count = m.layer_count();
      }
    }
  }
  if (!c.has("vision_lora")) {
    c.assume("the adapters for images and speech, which lie in folders of their own, are not counted");
    m.trust = Trust::Modelled;
  }
}

/// HyperCLOVA X: with use_post_norm two more norms behind the blocks.
void adjust_hyperclovax(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  if (!c.flag("use_post_norm", false)) return;
  layer.norms = NormPlacement::Sandwich;
  m.names = name_rules(
      "post_attention_layernorm>post_norm1 pre_feedforward_layernorm>post_attention_layernorm "
      "post_feedforward_layernorm>post_norm2");
}

/// Voxtral Realtime: two narrow matrices scale what goes into a block by the delay.
void finish_voxtral_realtime(const Fields& c, Model& m) {
  add_layer_tensors(m, "other ada_rms_norm.linear1. : rank x hidden; other ada_rms_norm.linear2. : hidden x rank",
                    {{"rank", c.count("ada_rms_norm_t_cond_dim", range::width, 32)}});
}

/// BitNet b1.58: a norm before the output projection and one before the down projection.
void finish_bitnet(const Fields&, Model& m) {
  add_layer_tensors(m, "norm self_attn.attn_sub_norm. : hidden; norm mlp.ffn_sub_norm. : width",
                    {{"width", m.kinds.front().feed_forward.width}});
}

/// DiffLlama: four trained vectors of a head's width weigh two attention maps against each other.
void finish_diffllama(const Fields&, Model& m) {
  add_layer_tensors(m, R"(
      other/attention self_attn.lambda_q1 self_attn.lambda_k1 self_attn.lambda_q2 self_attn.lambda_k2 : head)",
                    {{"head", m.kinds.front().attention.head_dim}});
}

void adjust_persimmon(const Fields&, Model&, Layer& layer, FeedForward&) {
  layer.attention.kv_heads = layer.attention.heads;
}

void adjust_stablelm(const Fields& c, Model&, Layer& layer, FeedForward&) {
  if (c.flag("use_parallel_residual", false)) layer.norms = NormPlacement::ParallelOne;
}

/// The first Qwen (remote code): intermediate_size counts gate and up.
void adjust_qwen1(const Fields& c, Model&, Layer& layer, FeedForward&) {
  AttentionShape& a = layer.attention;
  a.kv_heads = a.heads;
  a.head_dim = a.value_head_dim = a.rotary_dim = c.count("kv_channels", range::width, a.head_dim);
  a.output_bias = !c.flag("no_bias", true);
  layer.feed_forward.width /= 2;
}

/// ChatGLM2, ChatGLM3, GLM-4-9B (remote code): everything fused, its own field names.
void adjust_chatglm(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  if (!c.flag("rmsnorm", true)) m.norm = NormKind::LayerNorm;
  m.final_norm = c.flag("post_layer_norm", true);
  AttentionShape& a = layer.attention;
  a.kv_heads = c.flag("multi_query_attention", false) ? c.required("multi_query_group_num", range::heads) : a.heads;
  a.head_dim = a.value_head_dim = c.count("kv_channels", range::width, m.hidden / a.heads);
  a.rotary_dim = a.head_dim / 2;
  if (c.flag("add_qkv_bias", false)) query_key_value_bias(a, true);
  check_heads(c, a);
}

/// DeciLM: layers differ in their key-value heads.
ChangeLayer vary_deci(const Fields& c, Model&, const Layer&, Count n) {
  if (!c.has("num_key_value_heads_per_layer")) return {};
  return [&c, heads = one_per_layer(c, "num_key_value_heads_per_layer", n, range::heads)](Count i, Layer& layer) {
    layer.attention.kv_heads = heads[i];
    check_heads(c, layer.attention);
  };
}

/// Phi-3-small: everything fused. Its sparse layers cache every token, too.
void adjust_phi3_small(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  layer.feed_forward.width = c.count("ff_intermediate_size", range::width, multiply(4, m.hidden));
  layer.feed_forward.activation = Activation::Gelu;
}

/// Diffusion language models read the whole text at every step and keep nothing of it.
void adjust_diffusion(const Fields& c, Model&, Layer& layer, FeedForward&) {
  layer.attention.bidirectional = true;
  c.assume("a diffusion language model: every step reads the whole text, nothing is cached");
}

/// LLaDA: embedding_size counts the rows of embedding and head.
void adjust_llada(const Fields& c, Model& m, Layer& layer, FeedForward& mixture) {
  m.vocabulary = m.head_vocabulary = c.count("embedding_size", range::vocabulary, m.vocabulary);
  adjust_diffusion(c, m, layer, mixture);
}

/// Molmo: intermediate_size counts gate and up; 128 more words for images; its tower is of fixed sizes.
void adjust_molmo(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  m.vocabulary = m.head_vocabulary = c.count("embedding_size", range::vocabulary, m.vocabulary);
  layer.feed_forward.width /= 2;
  if (c.flag("norm_after", false)) layer.norms = NormPlacement::Post;
}

void finish_molmo(const Fields& c, Model& m) {
  add_tensor(m, "model.transformer.wte.new_embedding", c.count("additional_vocab_size", range::width, 128), m.hidden,
             TensorRole::Embedding, ModelPart::Embedding);
  write_tower(c, c, m, "molmo");
}

/// The first Qwen with eyes is called qwen, too.
void finish_qwen1(const Fields& c, Model& m) {
  if (c.is_object("vision_config")) write_tower(c, c.object("vision_config"), m, "qwen_vl");
}

/// CogVLM has a tower; but for the models of videos, every layer has a second attention and block for images.
void finish_cogvlm(const Fields& c, Model& m) {
  if (c.is_object("vision_config")) write_tower(c, c.object("vision_config"), m, "cogvlm");
  if (c.texts("architectures") == std::vector<std::string>{"CogVLMVideoForCausalLM"}) return;
  const Layer& layer = m.kinds.front();
  const AttentionShape& a = layer.attention;
  const auto expert = [&](const char* name, Count rows, Count columns, TensorRole role, ModelPart part) {
    add_layer_tensors(m, std::string(name) + ".weight", rows, columns, role, part);
  };
  const Count width = layer.feed_forward.width;
  const Count values = multiply(a.heads, a.head_dim);
  expert("self_attn.vision_expert_query_key_value", add(values, product(2, a.kv_heads, a.head_dim)), m.hidden,
         TensorRole::QueryKeyValue, ModelPart::Attention);
  expert("self_attn.vision_expert_dense", m.hidden, values, TensorRole::AttentionOutput, ModelPart::Attention);
  expert("mlp.vision_mlp.gate_proj", width, m.hidden, TensorRole::Gate, ModelPart::FeedForward);
  expert("mlp.vision_mlp.up_proj", width, m.hidden, TensorRole::Up, ModelPart::FeedForward);
  expert("mlp.vision_mlp.down_proj", m.hidden, width, TensorRole::Down, ModelPart::FeedForward);
}

/// Models that run their layers several times: later rounds bring no weights, but cache their own keys and values.
void read_rounds(const Fields& c, Model& m, Layer layer, Count rounds, Count later_window) {
  const Count n = layer_count(c);
  add_layers(m, multiply(n, rounds), [&](Count i) {
    layer.shared_block = i >= n;
    layer.attention.window = layer.shared_block ? later_window : 0;
    return layer;
  });
}

/// IQuest-Coder Loop: the second round also attends to its own last tokens, mixed in by a gate for every head.
void read_iquest(const Fields& c, Model& m) {
  const Layer layer = llama_layer(c, m);
  read_rounds(c, m, layer, c.count("loop_num", {1, 64}, 2), c.count("loop_window_size", range::tokens, 64));
  const AttentionShape& a = layer.attention;
  add_layer_tensors(m, 0, "other/attention gate_projections. : heads x head +",
                    {{"heads", a.heads}, {"head", a.head_dim}});
}

/// Ouro: four norms a layer, total_ut_steps rounds, a gate that ends them.
void read_ouro(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.norms = NormPlacement::Sandwich;
  read_rounds(c, m, layer, c.count("total_ut_steps", {1, 64}, 4), 0);
  add_tensors(m, "other model.early_exit_gate. : 1 x hidden +");
}

void adjust_telechat(const Fields&, Model&, Layer& layer, FeedForward&) { layer.feed_forward.down_bias = true; }

void adjust_muse(const Fields& c, Model& m, Layer&, FeedForward&) {
  m.final_softcap = c.number("final_logit_softcapping", 20.0) > 0;
}

constexpr std::string_view glm4_names =
    "post_attention_layernorm>post_self_attn_layernorm pre_feedforward_layernorm>post_attention_layernorm "
    "post_feedforward_layernorm>post_mlp_layernorm";
constexpr std::string_view chatglm_names =
    "model.layers.>transformer.encoder.layers. model.embed_tokens>transformer.embedding.word_embeddings "
    "model.norm>transformer.encoder.final_layernorm lm_head>transformer.output_layer "
    "self_attn.qkv_proj>self_attention.query_key_value self_attn.o_proj>self_attention.dense "
    "mlp.gate_up_proj>mlp.dense_h_to_4h mlp.down_proj>mlp.dense_4h_to_h";
constexpr std::string_view exaone_names =
    "model.layers.{}.>transformer.h.{}. model.embed_tokens>transformer.wte model.norm>transformer.ln_f "
    "self_attn.o_proj>attn.attention.out_proj self_attn.>attn.attention. mlp.gate_proj>mlp.c_fc_0 "
    "mlp.up_proj>mlp.c_fc_1 mlp.down_proj>mlp.c_proj input_layernorm>ln_1 post_attention_layernorm>ln_2";
constexpr std::string_view internlm2_names =
    "embed_tokens>tok_embeddings lm_head>output self_attn.qkv_proj>attention.wqkv self_attn.o_proj>attention.wo "
    "mlp.gate_proj>feed_forward.w1 mlp.down_proj>feed_forward.w2 mlp.up_proj>feed_forward.w3 "
    "input_layernorm>attention_norm post_attention_layernorm>ffn_norm";
constexpr std::string_view qwen1_names =
    "model.layers.{}.>transformer.h.{}. model.embed_tokens>transformer.wte model.norm>transformer.ln_f "
    "self_attn.qkv_proj>attn.c_attn self_attn.o_proj>attn.c_proj mlp.gate_proj>mlp.w2 mlp.up_proj>mlp.w1 "
    "mlp.down_proj>mlp.c_proj input_layernorm>ln_1 post_attention_layernorm>ln_2";
constexpr std::string_view persimmon_names =
    "self_attn.qkv_proj>self_attn.query_key_value self_attn.o_proj>self_attn.dense "
    "self_attn.q_norm>self_attn.q_layernorm self_attn.k_norm>self_attn.k_layernorm "
    "mlp.up_proj>mlp.dense_h_to_4h mlp.down_proj>mlp.dense_4h_to_h model.norm>model.final_layernorm";
constexpr std::string_view phi3_small_names =
    "self_attn.qkv_proj>self_attn.query_key_value self_attn.o_proj>self_attn.dense mlp.gate_up_proj>mlp.up_proj "
    "model.norm>model.final_layernorm";

constexpr std::string_view telechat_names =
    "model.layers.>transformer.h. model.embed_tokens>transformer.word_embeddings model.norm>transformer.ln_f "
    "self_attn.q_proj>self_attention.query self_attn.o_proj>self_attention.dense";

constexpr std::string_view molmo_names =
    "model.layers.>model.transformer.blocks. model.embed_tokens>model.transformer.wte.embedding "
    "model.norm>model.transformer.ln_f lm_head>model.transformer.ff_out self_attn.qkv_proj>att_proj "
    "self_attn.o_proj>attn_out mlp.gate_up_proj>ff_proj mlp.down_proj>ff_out input_layernorm>attn_norm "
    "post_attention_layernorm>ff_norm";

constexpr WindowRule qwen_windows{.layers = Windows::FromLayer, .only_with = "use_sliding_window"};

using enum NormKind;
using enum NormPlacement;

// clang-format off
constexpr FamilyRow rows[] = {
    {.model_type = "llama", .family = "Llama", .quirks = {LlamaGraph::Llama, {Quirk::Called70bWhenGrouped}}},
    {.model_type = "granite", .family = "Granite", .quirks = {LlamaGraph::Unknown, {Quirk::OwnLoss}}, .like = "llama"},
    {.model_type = "helium", .family = "Helium", .like = "llama"},
    {.model_type = "Yi", .family = "Yi", .like = "llama"},
    {.model_type = "aquila", .family = "Aquila", .like = "llama"},
    {.model_type = "xverse", .family = "XVERSE", .like = "llama"},
    {.model_type = "solar", .family = "Solar", .like = "llama"},
    // Biases behind both blocks alone (vLLM telechat2.py).
    {.model_type = "telechat", .family = "TeleChat", .bias = no, .output_bias = yes, .block_bias = no,
     .names = telechat_names, .adjust = adjust_telechat},
    {.model_type = "minicpm", .family = "MiniCPM", .adjust = adjust_minicpm},
    {.model_type = "mistral", .family = "Mistral", .quirks = {LlamaGraph::Llama, {Quirk::Called70bWhenGrouped}},
     .windows = {.layers = Windows::All}},
    {.model_type = "ministral", .family = "Mistral", .windows = {.layers = Windows::AllUnlessNamed}},
    {.model_type = "ministral3", .family = "Mistral", .like = "mistral"},
    {.model_type = "voxtral_realtime_text", .family = "Mistral", .windows = {.layers = Windows::All},
     .finish = finish_voxtral_realtime},
    {.model_type = "cwm", .family = "CWM", .bias = no, .windows = {.layers = Windows::ButFirstOfFour}},
    {.model_type = "granite_swa", .family = "Granite", .sinks = true, .windows = {.layers = Windows::ButFirstOfFour}},
    {.model_type = "smollm3", .family = "SmolLM",
     .windows = {.layers = Windows::Named, .only_with = "use_sliding_window"}, .vary = vary_smollm3},

    {.model_type = "phi3", .family = "Phi", .quirks = {LlamaGraph::Phi3, {Quirk::DropsBlocks}},
     .fused_qkv = true, .fused_gate_up = true, .windows = {.layers = Windows::All}},
    {.model_type = "phi4mm", .family = "Phi",
     .fused_qkv = true, .fused_gate_up = true, .windows = {.layers = Windows::All}, .finish = finish_phi4_multimodal},
    {.model_type = "phi4_multimodal", .family = "Phi", .like = "phi4mm"},
    {.model_type = "phi3small", .family = "Phi", .base = Base::Gpt, .fused_qkv = true, .gated_block = true,
     .fused_gate_up = true, .names = phi3_small_names, .adjust = adjust_phi3_small},

    {.model_type = "internlm", .family = "InternLM", .bias = Flag{"bias", true}},
    {.model_type = "internlm2", .family = "InternLM", .bias = Flag{"bias", true}, .fused_qkv = true,
     .names = internlm2_names},
    {.model_type = "internlm3", .family = "InternLM", .bias = Flag{"bias"}, .qkv_bias = Flag{"qkv_bias"},
     .block_bias = Flag{"bias"}},
    {.model_type = "baichuan", .family = "Baichuan", .fused_qkv = true, .names = "self_attn.qkv_proj>self_attn.W_pack",
     .adjust = adjust_baichuan},
    {.model_type = "seed_oss", .family = "Seed", .output_bias = Flag{"attention_out_bias"}},
    {.model_type = "ernie4_5", .family = "ERNIE", .bias = Flag{"use_bias"}, .block_bias = Flag{"use_bias"}},
    {.model_type = "paddleocr_vl_text", .family = "ERNIE", .like = "ernie4_5"},
    {.model_type = "deci", .family = "DeciLM", .vary = vary_deci},
    {.model_type = "bitnet", .family = "BitNet", .finish = finish_bitnet},
    {.model_type = "diffllama", .family = "DiffLlama", .block_bias = no, .finish = finish_diffllama},
    {.model_type = "hyperclovax", .family = "HyperCLOVA X", .adjust = adjust_hyperclovax},

    {.model_type = "qwen", .family = "Qwen", .qkv_bias = yes, .fused_qkv = true, .names = qwen1_names,
     .adjust = adjust_qwen1, .finish = finish_qwen1},
    {.model_type = "qwen2", .family = "Qwen", .quirks = {LlamaGraph::Qwen2, {Quirk::Called70b}},
     .qkv_bias = yes, .output_bias = no, .windows = qwen_windows},
    {.model_type = "qwen2_vl_text", .family = "Qwen", .like = "qwen2"},
    {.model_type = "qwen2_5_vl_text", .family = "Qwen", .like = "qwen2"},
    {.model_type = "qwen2_5_omni_text", .family = "Qwen", .like = "qwen2"},
    {.model_type = "qwen3", .family = "Qwen", .quirks = LlamaGraph::Qwen3, .qk_norm = QkNorm::PerHead,
     .windows = qwen_windows},
    {.model_type = "qwen3_vl_text", .family = "Qwen", .like = "qwen3"},
    {.model_type = "Dream", .family = "Dream", .qkv_bias = yes, .output_bias = no, .adjust = adjust_diffusion},
    {.model_type = "llada", .family = "LLaDA", .bias = Flag{"include_bias"}, .qkv_bias = Flag{"include_qkv_bias"},
     .block_bias = Flag{"include_bias"}, .adjust = adjust_llada},
    {.model_type = "molmo", .family = "Molmo", .qkv_bias = Flag{"qkv_bias", true}, .output_bias = no,
     .qk_norm = QkNorm::Full, .qk_norm_when = {"attention_layer_norm"}, .fused_qkv = true, .fused_gate_up = true,
     .names = molmo_names, .adjust = adjust_molmo, .finish = finish_molmo},
    {.model_type = "cogvlm", .family = "CogVLM", .bias = no, .block_bias = no, .fused_qkv = true,
     .names = "self_attn.qkv_proj>self_attn.language_expert_query_key_value "
              "self_attn.o_proj>self_attn.language_expert_dense mlp.>mlp.language_mlp.",
     .finish = finish_cogvlm},
    {.model_type = "PanguEmbedded", .family = "openPangu", .bias = Flag{"bias"}, .block_bias = no},
    {.model_type = "iquestloopcoder", .family = "IQuest", .reader = read_iquest},
    {.model_type = "ouro", .family = "Ouro", .reader = read_ouro},
    {.model_type = "mimo", .family = "MiMo", .output_bias = no, .windows = qwen_windows,
     .prediction = Prediction::Dense},

    {.model_type = "glm", .family = "GLM", .output_bias = no, .fused_gate_up = true},
    {.model_type = "glm4", .family = "GLM", .norms = Sandwich, .output_bias = no, .fused_gate_up = true,
     .names = glm4_names},
    {.model_type = "glm_ocr_text", .family = "GLM", .like = "glm4"},
    {.model_type = "glm4v_text", .family = "GLM", .norms = Sandwich, .qkv_bias = yes, .output_bias = no,
     .fused_gate_up = true, .names = glm4_names},
    {.model_type = "chatglm", .family = "GLM", .bias = Flag{"add_bias_linear"}, .block_bias = Flag{"add_bias_linear"},
     .fused_qkv = true, .fused_gate_up = true, .names = chatglm_names, .adjust = adjust_chatglm},

    {.model_type = "olmo", .family = "OLMo", .norm = LayerNormNoWeight},
    {.model_type = "olmo2", .family = "OLMo", .norms = Post, .qk_norm = QkNorm::Full,
     .windows = {.layers = Windows::ButEveryNth, .period = {.otherwise = 4}}},
    {.model_type = "olmo3", .family = "OLMo", .quirks = LlamaGraph::Olmo2, .like = "olmo2"},
    {.model_type = "exaone", .family = "EXAONE", .names = exaone_names},
    {.model_type = "exaone4", .family = "EXAONE", .quirks = LlamaGraph::Exaone4, .norms = Post,
     .qk_norm = QkNorm::PerHead, .vary = vary_exaone4},
    {.model_type = "exaone4_5_text", .family = "EXAONE", .like = "exaone4"},
    {.model_type = "hunyuan_v1_dense", .family = "Hunyuan", .qk_norm = QkNorm::PerHead,
     .names = "self_attn.q_norm>self_attn.query_layernorm self_attn.k_norm>self_attn.key_layernorm"},
    {.model_type = "orion", .family = "Orion", .norm = LayerNorm},
    {.model_type = "stablelm", .family = "StableLM", .norm = LayerNorm, .qkv_bias = Flag{"use_qkv_bias"},
     .output_bias = no, .qk_norm = QkNorm::PerHeadApart, .qk_norm_when = {"qk_layernorm"}, .adjust = adjust_stablelm},
    {.model_type = "spark2_5", .family = "Spark", .fused_qkv = true,
     .windows = {.layers = Windows::ButEveryNth, .period = {.otherwise = 4}},
     .names = "self_attn.qkv_proj>self_attn.q_k_v_proj self_attn.o_proj>self_attn.out_proj"},
    {.model_type = "muse_glimmer_text", .family = "Muse", .norm = RmsPlusOne, .norms = Sandwich, .head_gates = true,
     .windows = {.layers = Windows::ButFourthFromEnd, .full_layers_have_rope = false}, .adjust = adjust_muse},

    // Ungated blocks, most of them with squared ReLU.
    {.model_type = "nemotron", .family = "Nemotron", .norm = LayerNorm, .gated_block = false},
    {.model_type = "jais2", .family = "Jais", .like = "nemotron"},
    {.model_type = "arcee", .family = "Arcee", .gated_block = false},
    {.model_type = "apertus", .family = "Apertus", .qk_norm = QkNorm::PerHead, .gated_block = false,
     .names = "input_layernorm>attention_layernorm post_attention_layernorm>feedforward_layernorm",
     .finish = finish_apertus},
    {.model_type = "nanochat", .family = "nanochat", .norm = LayerNormNoWeight, .bias = Flag{"qkv_bias"},
     .block_bias = no, .gated_block = false, .final_softcap = "logits_soft_cap",
     .names = "mlp.up_proj>mlp.fc mlp.down_proj>mlp.proj"},
    {.model_type = "persimmon", .family = "Persimmon", .norm = LayerNorm, .bias = yes, .block_bias = yes,
     .qk_norm = QkNorm::PerHead, .qk_norm_when = {"qk_layernorm", true}, .qk_norm_bias = true, .fused_qkv = true,
     .gated_block = false, .names = persimmon_names, .adjust = adjust_persimmon},
    {.model_type = "starcoder2", .family = "StarCoder", .norm = LayerNorm, .bias = Flag{"use_bias", true},
     .block_bias = Flag{"use_bias", true}, .gated_block = false, .windows = {.layers = Windows::All},
     .names = "mlp.up_proj>mlp.c_fc mlp.down_proj>mlp.c_proj"},

    // Attention and block side by side behind one norm.
    {.model_type = "cohere", .family = "Command", .quirks = LlamaGraph::CommandR, .norm = LayerNormNoBias,
     .norms = ParallelOne, .qk_norm = QkNorm::PerHeadApart, .qk_norm_when = {"use_qk_norm"}},
    {.model_type = "cohere2", .family = "Command", .quirks = LlamaGraph::Cohere2, .norm = LayerNormNoBias,
     .norms = ParallelOne, .qk_norm = QkNorm::PerHeadApart, .qk_norm_when = {"use_qk_norm"},
     .windows = {.layers = Windows::ButEveryNth, .period = {"sliding_window_pattern", 4},
                 .full_layers_have_rope = false}},
};
// clang-format on

}  // namespace

std::span<const FamilyRow> dense_families() { return rows; }

}  // namespace llmcalc::models
