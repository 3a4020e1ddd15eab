// Mixtures of experts with grouped attention. Sources of the unusual ones: modeling_jetmoe.py, modular_doge.py,
// modular_zaya.py of Hugging Face transformers.

#include "models/blocks.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace llmcalc::models {

namespace {

/// ERNIE 4.5: mixtures between two layers, every moe_layer_interval-th.
std::vector<bool> ernie_layers(const MixtureRule&, const Fields& c, Count layers) {
  const Count first = c.count("moe_layer_start_index", range::some_layers, 0);
  // -1, the class default, means the last layer.
  const auto* end = c.find("moe_layer_end_index");
  const bool to_the_end = end == nullptr || (end->is_number_integer() && *end == -1);
  const Count last = to_the_end ? layers : c.count("moe_layer_end_index", range::some_layers, layers);
  const Count step = c.count("moe_layer_interval", range::layers, 1);
  return layers_where(layers, [&](Count i) { return (i + 1) % step == 0 && i >= first && i <= last; });
}

/// Grok-2 has a dense block beside the experts (residual_moe).
void adjust_grok(const Fields& c, Model& m, Layer&, FeedForward& mixture) {
  m.attention_softcap = c.number("max_attn_value", c.number("attn_logit_softcapping", 0)) > 0;
  if (c.flag("residual_moe", false)) mixture.width = c.required("intermediate_size", range::width);
}

/// DBRX: LayerNorm without bias, fused projections, all experts in one tensor per matrix.
void read_dbrx(const Fields& c, Model& m) {
  read_stream(c, m);
  m.norm = NormKind::LayerNormNoBias;
  Layer layer;
  layer.attention = grouped_attention(c, m);
  layer.attention.kv_heads = c.object("attn_config", "dbrx_attention").count("kv_n_heads", range::heads, 1);
  layer.attention.fused_qkv = true;
  check_heads(c, layer.attention);
  layer.feed_forward =
      routed_experts(c.object("ffn_config", "dbrx_ffn"), "moe_num_experts", "intermediate_size", "moe_top_k");
  m.names = name_rules(
      "model.layers.>transformer.blocks. model.embed_tokens>transformer.wte model.norm>transformer.norm_f "
      "self_attn.qkv_proj>norm_attn_norm.attn.Wqkv self_attn.o_proj>norm_attn_norm.attn.out_proj "
      "mlp.gate.>ffn.router.layer. mlp.experts.{}.gate_proj.weight>ffn.experts.mlp.w1 "
      "mlp.experts.{}.up_proj.weight>ffn.experts.mlp.v1 mlp.experts.{}.down_proj.weight>ffn.experts.mlp.w2 "
      "input_layernorm>norm_attn_norm.norm_1 post_attention_layernorm>norm_attn_norm.norm_2");
  add_equal_layers(c, m, layer);
}

/// A number that some configs repeat for every layer: the first of the list; `fallback` when absent.
Count first_of(const Fields& c, std::string_view key, Range allowed, Count fallback) {
  const std::vector<Count> values = c.counts(key, allowed);
  if (values.empty()) return fallback;
  if (std::any_of(values.begin(), values.end(), [&](Count v) { return v != values.front(); })) {
    c.assume(std::string(key) + " differs between layers: the first layer's value is taken for all");
  }
  return values.front();
}

/// Hunyuan MoE (A13B): every layer a mixture, its shared block as wide as an expert.
void adjust_hunyuan_moe(const Fields& c, Model&, Layer& layer, FeedForward&) {
  FeedForward& f = layer.feed_forward;
  f.expert_width = first_of(c, "moe_intermediate_size", range::width, f.width);
  f.shared_width = multiply(f.expert_width, first_of(c, "num_shared_expert", range::experts, 1));
  f.width = 0;
  f.experts = first_of(c, "num_experts", range::experts, 1);
  f.experts_per_token = first_of(c, "moe_topk", {1, std::max<Count>(f.experts, 1)}, 1);
}

/// Ling and Ring (Bailing): use_bias is for all four projections.
void adjust_bailing(const Fields& c, Model&, Layer& layer, FeedForward&) {
  if (c.flag("use_qkv_bias", false)) query_key_value_bias(layer.attention, true);
}

/// Laguna: layers may differ in query heads; a gate for every head.
ChangeLayer vary_laguna(const Fields& c, Model&, const Layer&, Count n) {
  std::vector<Count> heads = c.counts("num_attention_heads_per_layer", range::heads);
  if (!heads.empty() && !has_one_per_layer(c, "num_attention_heads_per_layer", heads.size(), n)) heads.clear();
  return [&c, heads](Count i, Layer& layer) {
    AttentionShape& a = layer.attention;
    if (!heads.empty()) a.heads = heads[i];
    a.gate_width = a.heads;
    check_heads(c, a);
  };
}

/// Command A+: dense layers of their own width come first, with a window pattern of their own.
void adjust_cohere2_moe(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  m.norm = c.has("rms_norm_eps") ? NormKind::Rms : NormKind::LayerNormNoBias;
  layer.feed_forward.width = c.count("prefix_dense_intermediate_size", range::width, layer.feed_forward.width);
}

ChangeLayer vary_cohere2_moe(const Fields& c, Model&, const Layer&, Count n) {
  const Count first = c.count("first_k_dense_replace", range::some_layers, 0);
  const Count dense_step = c.count("prefix_dense_sliding_window_pattern", range::layers, 1);
  const Count step = c.count("sliding_window_pattern", range::layers, 4);
  const Count window = c.count("sliding_window", range::tokens, 0);
  const std::vector<bool> slides = layers_named(c, n, "sliding_attention", [&](Count i) {
    return i < first ? (i + 1) % dense_step != 0 : (i - first + 1) % step != 0;
  });
  return [=](Count i, Layer& layer) {
    if (slides[i]) layer.attention.window = window;
    const bool rotates = layer.attention.window != 0 || (!layer.is_moe() && dense_step == 1);
    if (!rotates) layer.attention.rotary_dim = 0;
  };
}

/// ERNIE 4.5 VL's text model: ERNIE 4.5's mixture for text tokens and a narrower one for image tokens, as many
/// experts with a router and a selection bias of their own; moe_intermediate_size holds both widths.
void read_ernie_vl_text(const Fields& c, Model& m) {
  read_stream(c, m);
  const bool bias = c.flag("use_bias", false);
  Layer layer;
  layer.attention = grouped_attention(c, m, bias);
  const FeedForward dense = dense_block(c, bias);
  FeedForward mixture;
  mixture.activation = dense.activation;
  // Older configs give the number of experts for both kinds of tokens.
  const std::vector<Count> experts = c.counts("moe_num_experts", {1, range::experts.high});
  mixture.experts = experts.empty() ? 64 : experts.front();
  mixture.experts_per_token = c.count("moe_k", {1, mixture.experts}, std::min<Count>(6, mixture.experts));
  const std::vector<Count> widths = c.counts("moe_intermediate_size", range::width);
  mixture.expert_width = widths.empty() ? 1536 : widths.front();
  mixture.shared_width = multiply(c.count("moe_num_shared_experts", range::experts, 2), mixture.expert_width);
  mixture.router_bias = true;
  const Count n = layer_count(c);
  const std::vector<bool> sparse = named_layers({.dense_first = {"first_k_dense_replace", 1}}, c, n);
  m.names = name_rules(
      "mlp.gate.bias>mlp.text_moe.gate.moe_statics.e_score_correction_bias mlp.gate.>mlp.text_moe.gate. "
      "mlp.experts.>mlp.text_moe.experts.");
  add_layers(m, n, [&](Count i) {
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
  const Count width = widths.size() < 2 ? 512 : widths[1];
  const Count count = mixture.experts;
  add_mixture_tensors(m, "mlp.vision_moe.gate.weight", count, m.hidden, TensorRole::Router, ModelPart::Router);
  add_mixture_tensors(m, "mlp.vision_moe.gate.moe_statics.e_score_correction_bias", count, 1, TensorRole::Bias,
                      ModelPart::Router);
  const auto expert = [&](const std::string& name, Count rows, Count columns, TensorRole role) {
    const std::size_t before = m.extra_tensors.size();
    add_mixture_tensors(m, "mlp.vision_moe.experts.{}." + name, rows, columns, role, ModelPart::Experts);
    for (std::size_t i = before; i < m.extra_tensors.size(); ++i) {
      m.extra_tensors[i].copies = count;
      m.extra_tensors[i].split = Split::Experts;
    }
  };
  expert("gate_proj.weight", width, m.hidden, TensorRole::ExpertGate);
  expert("up_proj.weight", width, m.hidden, TensorRole::ExpertUp);
  expert("down_proj.weight", m.hidden, width, TensorRole::ExpertDown);
}

/// Llama 4: every interleave_moe_layer_step-th layer is a mixture with one shared expert; three of four layers see
/// chunks and have rotary positions.
std::vector<bool> llama4_layers(const MixtureRule&, const Fields& c, Count layers) {
  const Count step = c.count("interleave_moe_layer_step", range::some_layers, 1);
  const std::vector<Count> listed = c.counts("moe_layers", range::some_layers);
  const bool by_list = c.has("moe_layers");
  return layers_where(layers, [&](Count i) { return by_list ? lists(listed, i) : step != 0 && (i + 1) % step == 0; });
}

void adjust_llama4(const Fields& c, Model&, Layer& layer, FeedForward& mixture) {
  layer.feed_forward.width = c.required("intermediate_size_mlp", range::width);
  mixture.shared_width = mixture.expert_width;
}

ChangeLayer vary_llama4(const Fields& c, Model&, const Layer&, Count n) {
  const std::vector<bool> rope = c.flags("no_rope_layers");
  const Count chunk = c.count("attention_chunk_size", range::tokens, 0);
  const Count step = c.count("no_rope_layer_interval", range::layers, 4);
  const auto rotates = [=](Count i) { return rope.size() == n ? rope[i] : (i + 1) % step != 0; };
  return [=, chunked = layers_named(c, n, "chunked_attention", rotates)](Count i, Layer& layer) {
    if (!rotates(i)) layer.attention.rotary_dim = 0;
    if (chunked[i]) layer.attention.chunk = chunk;
  };
}

/// Width and number of the indexer that picks blocks of keys in MiniMax M3's sparse layers.
struct MinimaxIndexer {
  explicit MinimaxIndexer(const Fields& c) : sparse(c.object("sparse_attention_config")) {
    heads = sparse.count("sparse_num_index_heads", range::heads, c.count("index_n_heads", range::heads, 4));
    width = sparse.count("sparse_index_dim", range::width, c.count("index_head_dim", range::width, 128));
  }
  Fields sparse;
  Count heads = 0;
  Count width = 0;
};

std::vector<bool> minimax_m3_layers(const MixtureRule& rule, const Fields& c, Count layers) {
  const bool listed = c.is_list("moe_layer_freq") && layer_types(c, layers, "mlp_layer_types").empty();
  return listed ? deepseek_layers(rule, c, layers) : named_layers({.dense_first = {}}, c, layers);
}

/// MiniMax M3's text model: dense layers have a width of their own.
void adjust_minimax_m3(const Fields& c, Model&, Layer& layer, FeedForward& mixture) {
  layer.feed_forward.width = c.required("dense_intermediate_size", range::width);
  layer.feed_forward.fused_gate_up = true;
  mixture.shared_width = c.count("shared_intermediate_size", range::optional_width, 3072);
}

ChangeLayer vary_minimax_m3(const Fields& c, Model&, const Layer&, Count n) {
  const MinimaxIndexer indexer(c);
  const std::vector<bool> indexed = indexer.sparse.flags("sparse_attention_freq");
  const std::vector<bool> indexes =
      layers_named(c, n, "minimax_m3_sparse", [&](Count i) { return indexed.size() == n && indexed[i]; });
  return [indexes, heads = indexer.heads, width = indexer.width](Count i, Layer& layer) {
    layer.attention.indexer_heads = indexes[i] ? heads : 0;
    layer.attention.indexer_head_dim = indexes[i] ? width : 0;
  };
}

void finish_minimax_m3(const Fields& c, Model& m) {
  const MinimaxIndexer indexer(c);
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (m.kinds[k].attention.indexer_heads == 0) continue;
    add_layer_tensors(m, k, R"(
        indexer self_attn.index_q_proj. : heads*width x hidden; indexer self_attn.index_k_proj. : width x hidden
        norm self_attn.index_q_norm. self_attn.index_k_norm. : width)",
                      {{"heads", indexer.heads}, {"width", indexer.width}});
  }
}

/// Snowflake Arctic: a dense block of the hidden size, with a norm of its own, beside every mixture.
std::vector<bool> arctic_layers(const MixtureRule&, const Fields& c, Count layers) {
  const Count step = c.count("moe_layer_frequency", range::layers, 2);
  return layers_where(layers, [&](Count i) { return (i + 1) % step == 0; });
}

void adjust_arctic(const Fields& c, Model& m, Layer&, FeedForward& mixture) {
  if (c.flag("parallel_attn_mlp_res", false)) mixture.width = m.hidden;
}

void finish_arctic(const Fields& c, Model& m) {
  if (!c.flag("parallel_attn_mlp_res", false)) return;
  add_mixture_tensors(m, "residual_layernorm.weight", m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
}

/// JetMoE: the queries and the output projection are experts, too; keys and values are shared by the chosen ones.
void read_jetmoe(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  FeedForward& f = layer.feed_forward;
  f = routed_experts(c, "num_local_experts", "intermediate_size");
  f.fused_expert_gate_up = true;
  AttentionShape& a = layer.attention;
  a.kv_heads = c.required("num_key_value_heads", range::heads);
  a.heads = multiply(a.kv_heads, f.experts_per_token);
  a.head_dim = a.value_head_dim = a.rotary_dim = c.count("kv_channels", range::width, 128);
  check_heads(c, a);
  m.names = name_rules(
      "mlp.gate.>mlp.router.layer. mlp.experts.gate_up_proj>mlp.input_linear "
      "mlp.experts.down_proj>mlp.output_linear");
  add_equal_layers(c, m, layer);
  // Beside the projections of the chosen experts, which the inventory has, those of the others.
  const Count others = multiply(subtract(f.experts, f.experts_per_token), multiply(a.kv_heads, a.head_dim));
  add_layer_tensors(m, R"(
      query self_attention.experts.input_linear.rest : others x hidden
      output self_attention.experts.output_linear.rest : hidden x others
      router self_attention.experts.router.layer. : experts x hidden
      bias self_attention.experts.bias : hidden; bias/feed_forward mlp.bias : hidden)",
                    {{"others", others}, {"experts", f.experts}});
}

/// Doge: a mask made from the values, weighted residuals; with is_moe a table of experts of width one beside the
/// dense block.
void finish_doge(const Fields& c, Model& m) {
  const AttentionShape a = m.kinds.front().attention;
  const Sizes heads{{"heads", a.kv_heads}, {"keys", multiply(a.kv_heads, a.head_dim)}};
  add_layer_tensors(m, "other/attention self_attn.A : heads; other/attention self_attn.dt_proj. : heads x keys",
                    heads);
  if (a.query_bias) add_layer_tensors(m, "bias self_attn.dt_proj.bias : heads", heads);
  add_layer_tensors(m, "other input_residual post_attention_residual : hidden");
  if (!c.flag("is_moe", false)) return;
  const Count experts = c.required("num_experts", {1, range::width.high});
  const auto keys = static_cast<Count>(std::sqrt(static_cast<double>(experts)));
  add_layer_tensors(m, R"(
      router mlp.router_gate. : 2*keys x hidden
      expert_down mlp.down_embed. : experts x hidden; expert_up mlp.up_embed. : experts x hidden)",
                    {{"keys", keys}, {"experts", experts}});
}

/// The router of ZAYA: a small network with one more class than there are experts, which skips the block.
void add_zaya_router(const Fields& c, Model& m, const FeedForward& f) {
  const Count width = c.count("router_hidden_size", range::width, 256);
  if (width < f.experts) {
    c.complain("router_hidden_size",
               "must be at least num_experts (" + std::to_string(f.experts) + "), got " + std::to_string(width));
  }
  // The inventory's router [experts, hidden] is the first part of this projection.
  const Sizes sizes{{"width", width}, {"experts", f.experts}};
  add_layer_tensors(m, R"(
      router mlp.gate.down_proj.rest : width-experts x hidden; bias/router mlp.gate.down_proj.bias : width
      norm mlp.gate.router_mlp.norm. : width
      router mlp.gate.router_mlp.fc1. mlp.gate.router_mlp.fc2. : width x width +
      router mlp.gate.router_mlp.out_proj. : experts+1 x width)",
                    sizes);
  // Every layer but the first adds what the router before it thought.
  add_tensors(m, "router model.layers.{}.mlp.gate.router_states_scale : width", sizes);
  m.extra_tensors.back().count = subtract(m.layer_count(), 1);
  add_layer_tensors(m, "router mlp.gate.balancing_biases : experts+1", sizes);
  for (Tensor& t : m.extra_tensors) t.buffer = t.buffer || t.name.ends_with("balancing_biases");
}

/// ZAYA: queries and keys pass two short convolutions, half of every value comes from the token before; a mixture in
/// every layer, scaled and shifted residuals.
void adjust_zaya(const Fields&, Model&, Layer& layer, FeedForward&) {
  // rope_parameters differ by kind of layer; both rotate half a head.
  layer.attention.rotary_dim = layer.attention.head_dim / 2;
}

ChangeLayer vary_zaya(const Fields& c, Model&, const Layer&, Count n) {
  const Count window = c.count("sliding_window", range::tokens, 0);
  return [window, slides = layers_named(c, n, "hybrid_sliding", [](Count) { return false; })](Count i, Layer& layer) {
    if (slides[i]) layer.attention.window = window;
  };
}

void finish_zaya(const Fields& c, Model& m) {
  const AttentionShape a = m.kinds.front().attention;
  add_layer_tensors(m, R"(
      convolution/attention self_attn.qkv_proj.conv_qk_depthwise. : channels x first +
      convolution/attention self_attn.qkv_proj.conv_qk_grouped. : channels x head*second +
      other/attention self_attn.qk_norm.temp : keys)",
                    {{"channels", multiply(add(a.heads, a.kv_heads), a.head_dim)},
                     {"first", c.count("cca_time0", {1, 64}, 2)},
                     {"second", c.count("cca_time1", {1, 64}, 2)},
                     {"head", a.head_dim},
                     {"keys", a.kv_heads}});
  add_zaya_router(c, m, m.kinds.front().feed_forward);
  for (const std::string at : {"post_attention_residual_scale.", "post_mlp_residual_scale."}) {
    add_layer_tensors(m, "other " + at + "hidden_states_scale " + at + "hidden_states_bias " + at +
                             "residual_scale " + at + "residual_bias : hidden");
  }
  add_tensors(m, "other model.input_hidden_states_scale model.input_hidden_states_bias : hidden");
  c.assume(
      "the columns that the convolutions of queries and keys look back to are not counted: three vectors a layer");
}

constexpr std::string_view mixtral_names =
    "mlp.gate.>block_sparse_moe.gate. mlp.experts.{}.gate_proj>block_sparse_moe.experts.{}.w1 "
    "mlp.experts.{}.down_proj>block_sparse_moe.experts.{}.w2 mlp.experts.{}.up_proj>block_sparse_moe.experts.{}.w3";
constexpr std::string_view minimax_m2_names =
    "mlp.gate.e_score>block_sparse_moe.e_score mlp.gate.>block_sparse_moe.gate. "
    "mlp.experts.{}.gate_proj>block_sparse_moe.experts.{}.w1 "
    "mlp.experts.{}.down_proj>block_sparse_moe.experts.{}.w2 mlp.experts.{}.up_proj>block_sparse_moe.experts.{}.w3";
constexpr std::string_view gpt_oss_names =
    "mlp.gate.>mlp.router. gate_up_proj.weight>gate_up_proj gate_up_proj.bias>gate_up_proj_bias "
    "experts.down_proj.weight>experts.down_proj experts.down_proj.bias>experts.down_proj_bias";
constexpr std::string_view hunyuan_moe_names =
    "self_attn.q_norm>self_attn.query_layernorm self_attn.k_norm>self_attn.key_layernorm mlp.gate.>mlp.gate.wg. "
    "mlp.shared_experts.>mlp.shared_mlp.";
constexpr std::string_view afmoe_names =
    "pre_feedforward_layernorm>pre_mlp_layernorm post_feedforward_layernorm>post_mlp_layernorm "
    "mlp.gate.bias>mlp.expert_bias mlp.gate.>mlp.router.gate.";
constexpr std::string_view bailing_names =
    "model.embed_tokens>model.word_embeddings self_attn.qkv_proj>attention.query_key_value "
    "self_attn.o_proj>attention.dense self_attn.q_norm>attention.query_layernorm "
    "self_attn.k_norm>attention.key_layernorm mlp.gate.e_score_correction_bias>mlp.gate.expert_bias";
constexpr std::string_view llama4_names =
    "mlp.>feed_forward. feed_forward.gate.>feed_forward.router. shared_experts.>shared_expert. "
    "experts.gate_up_proj.weight>experts.gate_up_proj experts.down_proj.weight>experts.down_proj";
constexpr std::string_view laguna_names =
    "self_attn.gate_proj>self_attn.g_proj mlp.gate.bias>mlp.gate.e_score_correction_bias";
constexpr std::string_view arctic_names =
    "mlp.gate.>block_sparse_moe.gate. mlp.experts.>block_sparse_moe.experts. mlp.>residual_mlp.";

constexpr WindowRule letter_windows{
    .layers = Windows::ButEveryNth, .period = {"sliding_window_pattern", 4}, .full_layers_have_rope = false};
constexpr WindowRule named_windows{.layers = Windows::Named};
constexpr WindowRule qwen_windows{.layers = Windows::All, .only_with = "use_sliding_window"};

using enum NormKind;
using enum NormPlacement;

// clang-format off
constexpr FamilyRow rows[] = {
    {.model_type = "mixtral", .family = "Mistral",
     .quirks = {LlamaGraph::Llama, {Quirk::Called70bWhenGrouped, Quirk::IndexPairs}},
     .windows = {.layers = Windows::All},
     .mixture = {.experts = "num_local_experts", .width = "intermediate_size"}, .names = mixtral_names},
    {.model_type = "phimoe", .family = "Phi", .norm = LayerNorm, .windows = {.layers = Windows::All},
     .mixture = {.experts = "num_local_experts", .width = "intermediate_size"}, .head_bias = {"lm_head_bias"},
     .names = mixtral_names},
    {.model_type = "minimax_m2", .family = "MiniMax", .qk_norm = QkNorm::Full, .qk_norm_when = {"use_qk_norm", true},
     .mixture = {.experts = "num_local_experts", .width = "intermediate_size", .correction = yes},
     .rotary_dim = {"rotary_dim"}, .names = minimax_m2_names},
    {.model_type = "minimax_m3", .family = "MiniMax", .norm = RmsPlusOne, .bias = no, .qk_norm = QkNorm::PerHead,
     .mixture = {.experts = "num_local_experts", .width = "intermediate_size", .correction = yes,
                 .where = minimax_m3_layers},
     .only_mixture = true, .rotary_dim = {"rotary_dim", 64}, .adjust = adjust_minimax_m3, .vary = vary_minimax_m3,
     .finish = finish_minimax_m3},
    {.model_type = "minimax_m3_vl_text", .family = "MiniMax", .like = "minimax_m3"},
    {.model_type = "olmoe", .family = "OLMo", .qk_norm = QkNorm::Full,
     .mixture = {.experts = "num_experts", .width = "intermediate_size"}},
    {.model_type = "flex_olmo", .family = "OLMo", .norms = Post, .qk_norm = QkNorm::Full,
     .mixture = {.experts = "num_experts", .width = "intermediate_size"}},
    {.model_type = "gpt_oss", .family = "gpt-oss", .quirks = {LlamaGraph::GptOss, {Quirk::ClampedGlu, Quirk::WindowPool}}, .sinks = true,
     .windows = {.layers = Windows::ButEveryNth, .period = {.otherwise = 2}},
     .mixture = {.experts = "num_local_experts", .width = "intermediate_size", .router_bias = true,
                 .expert_bias = true, .fused = true},
     .names = gpt_oss_names},
    // The class keeps the correction bias as a parameter (without gradient), unlike DeepSeek's buffer.
    {.model_type = "ernie4_5_moe", .family = "ERNIE", .bias = Flag{"use_bias"}, .block_bias = Flag{"use_bias"},
     .mixture = {.experts = "moe_num_experts", .per_token = "moe_k", .shared = {"moe_num_shared_experts"},
                 .router_bias = true, .where = ernie_layers},
     .names = "mlp.gate.bias>mlp.moe_statics.e_score_correction_bias"},
    {.model_type = "ernie4_5_vl_moe_text", .family = "ERNIE", .reader = read_ernie_vl_text},
    {.model_type = "dbrx", .family = "DBRX", .reader = read_dbrx},
    {.model_type = "grok", .family = "Grok", .norms = Sandwich,
     .mixture = {.experts = "num_local_experts|num_experts", .width = "moe_intermediate_size|intermediate_size"},
     .scaled_embedding = yes, .adjust = adjust_grok},
    {.model_type = "grok-1", .family = "Grok", .like = "grok"},
    {.model_type = "qwen2_moe", .family = "Qwen", .qkv_bias = Flag{"qkv_bias", true}, .output_bias = no,
     .windows = qwen_windows,
     .mixture = {.experts = "num_experts", .shared_width = "shared_expert_intermediate_size", .shared_gate = true,
                 .where = every_nth_layer},
     .names = "mlp.shared_experts.>mlp.shared_expert."},
    {.model_type = "qwen3_moe", .family = "Qwen", .quirks = LlamaGraph::Qwen3Moe, .qk_norm = QkNorm::PerHead,
     .windows = qwen_windows, .mixture = {.experts = "num_experts", .where = every_nth_layer}},
    {.model_type = "qwen3_vl_moe_text", .family = "Qwen", .like = "qwen3_moe"},
    {.model_type = "qwen3_omni_moe_text", .family = "Qwen", .like = "qwen3_moe"},
    {.model_type = "mellum", .family = "Mellum", .qk_norm = QkNorm::PerHead, .windows = named_windows,
     .mixture = {.experts = "num_experts", .where = named_layers}},
    {.model_type = "laguna", .family = "Laguna", .qk_norm = QkNorm::PerHead, .windows = named_windows,
     .mixture = {.experts = "num_experts", .shared_width = "shared_expert_intermediate_size", .router_bias = true,
                 .where = named_layers, .dense_first = {"first_k_dense_replace", 1}},
     .names = laguna_names, .vary = vary_laguna},
    {.model_type = "cohere2_moe", .family = "Command", .norms = ParallelOne,
     .mixture = {.experts = "num_experts", .width = "intermediate_size", .shared = {"num_shared_experts"},
                 .where = named_layers},
     .adjust = adjust_cohere2_moe, .vary = vary_cohere2_moe},
    {.model_type = "hunyuan_v1_moe", .family = "Hunyuan", .qk_norm = QkNorm::PerHead,
     .qk_norm_when = {"use_qk_norm", true}, .names = hunyuan_moe_names, .adjust = adjust_hunyuan_moe},
    {.model_type = "hy_v3", .family = "Hunyuan", .qk_norm = QkNorm::PerHead,
     .mixture = {.experts = "num_experts", .shared = {"num_shared_experts", 1}, .correction = yes,
                 .where = named_layers, .dense_first = {"first_k_dense_replace", 1}},
     .prediction = Prediction::Sparse, .names = "mlp.gate.e_score_correction_bias>mlp.e_score_correction_bias"},
    {.model_type = "exaone_moe", .family = "EXAONE", .qk_norm = QkNorm::PerHead, .windows = letter_windows,
     .mixture = {.experts = "num_experts", .shared = {"num_shared_experts", 1}, .correction = yes,
                 .where = named_layers, .dense_first = {"first_k_dense_replace", 1}},
     .prediction = Prediction::DenseLikeLast},
    {.model_type = "solar_open", .family = "Solar", .output_bias = no,
     .mixture = {.experts = "n_routed_experts", .shared = {"n_shared_experts", 1}, .correction = yes},
     .only_mixture = true},
    {.model_type = "afmoe", .family = "Arcee", .norms = Sandwich, .qk_norm = QkNorm::PerHead, .head_gates = true,
     .windows = {.layers = Windows::ButEveryNth, .size = {"sliding_window", 1024},
                 .period = {"global_attn_every_n_layers", 4}, .full_layers_have_rope = false},
     .mixture = {.experts = "num_experts", .shared = {"num_shared_experts", 2}, .router_bias = true,
                 .where = layers_after_dense, .dense_first = {"num_dense_layers", 1}},
     .scaled_embedding = {"mup_enabled"}, .names = afmoe_names},
    {.model_type = "bailing_moe", .family = "Ling", .bias = Flag{"use_bias"}, .qk_norm = QkNorm::PerHead,
     .qk_norm_when = {"use_qk_norm"}, .fused_qkv = true,
     .mixture = {.experts = "num_experts", .shared = {"num_shared_experts"},
                 .shared_width = "moe_shared_expert_intermediate_size", .where = layers_after_dense},
     .prediction = Prediction::Sparse, .names = bailing_names, .adjust = adjust_bailing},
    {.model_type = "bailing_moe_v2", .family = "Ling", .bias = Flag{"use_bias"}, .qk_norm = QkNorm::PerHead,
     .qk_norm_when = {"use_qk_norm", true}, .fused_qkv = true,
     .mixture = {.experts = "num_experts", .shared = {"num_shared_experts"},
                 .shared_width = "moe_shared_expert_intermediate_size",
                 .correction = {"moe_router_enable_expert_bias", true}, .where = layers_after_dense},
     .prediction = Prediction::Sparse, .names = bailing_names, .adjust = adjust_bailing},
    {.model_type = "sarvam_moe", .family = "Sarvam", .like = "bailing_moe_v2"},
    // Blocks of text are made by diffusion, each keeps its keys and values.
    {.model_type = "llada2_moe", .family = "LLaDA", .like = "bailing_moe_v2"},
    {.model_type = "llama4_text", .family = "Llama", .quirks = {LlamaGraph::Llama4, {Quirk::WindowPool}},
     .mixture = {.experts = "num_local_experts", .width = "intermediate_size", .fused = true, .where = llama4_layers},
     .names = llama4_names, .adjust = adjust_llama4, .vary = vary_llama4},
    {.model_type = "arctic", .family = "Arctic",
     .mixture = {.experts = "num_local_experts", .width = "intermediate_size", .where = arctic_layers},
     .names = arctic_names, .adjust = adjust_arctic, .finish = finish_arctic},

    // DeepSeek's mixture with grouped attention.
    {.model_type = "deepseek", .family = "DeepSeek",
     .mixture = {.experts = "n_routed_experts", .shared = {"n_shared_experts"}, .where = deepseek_layers},
     .prediction = Prediction::Sparse},
    {.model_type = "dots1", .family = "dots", .qk_norm = QkNorm::PerHead,
     .mixture = {.experts = "n_routed_experts", .shared = {"n_shared_experts"}, .correction = yes,
                 .where = deepseek_layers},
     .prediction = Prediction::Sparse},
    {.model_type = "glm4_moe", .family = "GLM", .quirks = {LlamaGraph::Glm4Moe, {Quirk::PredictionInGguf}},
     .output_bias = no, .qk_norm = QkNorm::PerHead, .qk_norm_when = {"use_qk_norm"},
     .mixture = {.experts = "n_routed_experts", .shared = {"n_shared_experts"}, .correction = yes,
                 .where = deepseek_layers, .dense_first = {"first_k_dense_replace", 1}},
     .prediction = Prediction::Sparse},
    {.model_type = "glm4v_moe_text", .family = "GLM", .like = "glm4_moe"},

    {.model_type = "jetmoe", .family = "JetMoE", .reader = read_jetmoe},
    {.model_type = "doge", .family = "Doge", .qk_norm = QkNorm::PerHead, .finish = finish_doge},
    {.model_type = "zaya", .family = "ZAYA",
     .mixture = {.experts = "num_experts", .fused = true}, .only_mixture = true, .head_bias = {"lm_head_bias"},
     .names = "mlp.gate.weight>mlp.gate.down_proj.weight", .adjust = adjust_zaya, .vary = vary_zaya,
     .finish = finish_zaya},
};
// clang-format on

}  // namespace

std::span<const FamilyRow> mixture_families() { return rows; }

}  // namespace llmcalc::models
