// Hybrids of attention with linear attention or short convolutions: Qwen3-Next, Qwen3.5, Qwen3.8-Flash-Next, OLMo
// Hybrid, Kimi Linear, GLM-5.3-Flash, MiniMax-Text-01, LFM2, Ling's linear models, MiniCPM-SALA. Sources of the newer
// ones: modular_qwen4_exp.py and modular_glm5_next.py of Hugging Face transformers, models/qwen4_exp, models/glm5next
// and bailing_moe_v3.py of vLLM, bailing_moe_linear.py of mlx-lm; totals of the published models.

#include "models/blocks.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace llmcalc::models {

namespace {

/// Which layers attend: layer_types, else every full_attention_interval-th.
std::vector<bool> full_layers(const Fields& c, Count n) {
  const Count step = c.count("full_attention_interval", range::layers, 4);
  return layers_named(c, n, "full_attention", [&](Count i) { return (i + 1) % step == 0; });
}

/// Gated DeltaNet of the linear_* keys.
RecurrentShape delta_net(const Fields& c) {
  RecurrentShape r;
  r.groups = c.required("linear_num_key_heads", range::heads);
  r.heads = c.required("linear_num_value_heads", range::heads);
  r.state = c.required("linear_key_head_dim", range::width);
  r.head_dim = c.required("linear_value_head_dim", range::width);
  r.inner = multiply(r.heads, r.head_dim);
  r.conv_kernel = c.count("linear_conv_kernel_dim", {1, 64}, 4);
  if (r.groups == 0 || r.heads % r.groups != 0) {
    c.complain("linear_num_key_heads", "must divide linear_num_value_heads (" + std::to_string(r.heads) + "), got " +
                                           std::to_string(r.groups));
  }
  return r;
}

/// Qwen3-Next: two matrices make queries, keys, values and gates of a linear layer.
ChangeLayer vary_qwen3_next(const Fields& c, Model&, const Layer&, Count n) {
  return recurrent_unless(full_layers(c, n), Mixer::GatedDeltaNet, delta_net(c));
}

/// Qwen3.5: four matrices make them.
ChangeLayer vary_qwen3_5(const Fields& c, Model&, const Layer&, Count n) {
  RecurrentShape linear = delta_net(c);
  linear.split_in_projection = true;
  return recurrent_unless(full_layers(c, n), Mixer::GatedDeltaNet, linear);
}

void adjust_qwen3_5(const Fields& c, Model&, Layer& layer, FeedForward&) {
  layer.attention.output_gate = c.flag("attn_output_gate", true);
}

/// intermediate_size is needed only when some layers are dense.
void adjust_qwen3_next(const Fields& c, Model&, Layer& layer, FeedForward& mixture) {
  layer.attention.output_gate = c.flag("attn_output_gate", true);
  if (mixture.experts == 0 || !c.counts("mlp_only_layers", range::some_layers).empty()) {
    layer.feed_forward = dense_block(c);
  }
  if (mixture.experts == 0) {
    mixture = layer.feed_forward;
    return;
  }
  mixture.shared_width = c.count("shared_expert_intermediate_size", range::optional_width, 0);
  mixture.shared_gate = mixture.shared_width != 0;
}

/// OLMo Hybrid: OLMo 3's attention (norms behind the blocks) every fourth layer, Gated DeltaNet (norms before)
/// elsewhere.
ChangeLayer vary_olmo_hybrid(const Fields& c, Model& m, const Layer& layer, Count n) {
  RecurrentShape linear;
  linear.groups = c.count("linear_num_key_heads", range::heads, layer.attention.heads);
  linear.heads = c.count("linear_num_value_heads", range::heads, layer.attention.heads);
  linear.state = c.count("linear_key_head_dim", range::width, multiply(3, m.hidden) / multiply(4, linear.groups));
  linear.head_dim = c.count("linear_value_head_dim", range::width, multiply(2, linear.state));
  linear.inner = multiply(linear.heads, linear.head_dim);
  linear.conv_kernel = c.count("linear_conv_kernel_dim", {1, 64}, 4);
  linear.split_in_projection = true;
  return [change = recurrent_unless(full_layers(c, n), Mixer::GatedDeltaNet, linear)](Count i, Layer& l) {
    change(i, l);
    if (!l.attends()) l.norms = NormPlacement::Pre;
  };
}

/// Kimi Linear and Kimi K3: Kimi Delta Attention in kda_layers, latent attention without positions in
/// full_attn_layers (both counted from 1); K3 adds gates, routed experts in a latent width and attention residuals.
void adjust_kimi_linear(const Fields& c, Model&, Layer& layer, FeedForward& mixture) {
  AttentionShape& a = layer.attention;
  if (c.flag("mla_use_output_gate", false)) a.gate_width = multiply(a.heads, a.value_head_dim);
  mixture.latent_width = c.count("routed_expert_hidden_size", range::optional_width, 0);
  mixture.latent_norm = mixture.latent_width != 0 && c.flag("latent_moe_use_norm", false);
}

ChangeLayer vary_kimi_linear(const Fields& c, Model&, const Layer&, Count n) {
  const std::vector<Count> full = c.object("linear_attn_config").counts("full_attn_layers", range::some_layers);
  return recurrent_unless(layers_named(c, n, "full_attention", [&](Count i) { return lists(full, i + 1); }),
                          Mixer::KimiDeltaNet, kimi_delta_net(c));
}

void finish_kimi_linear(const Fields& c, Model& m) {
  if (!c.has("attn_res_block_size")) return;
  for (const char* block : {"self_attention_res", "mlp_res"}) {
    const std::string at(block);
    add_layer_tensors(m, "norm " + at + "_norm. : hidden; other " + at + "_proj. : 1 x hidden");
  }
  add_tensors(m, "norm model.output_attn_res_norm. : hidden; other model.output_attn_res_proj. : 1 x hidden");
}

/// LFM2's width of the feed-forward block: two thirds of the given one, times a factor, rounded up to a multiple.
Count lfm_width(const Fields& c) {
  // The class lets the older key win.
  Count width = c.required(c.has("block_ff_dim") ? "block_ff_dim" : "intermediate_size", range::width);
  if (!c.flag("block_auto_adjust_ff_dim", true)) return width;
  width = multiply(2, width) / 3;
  const double factor = c.number("block_ffn_dim_multiplier", 1.0);
  if (!(factor > 0 && factor <= 64)) {
    c.complain("block_ffn_dim_multiplier", "must be more than 0 and at most 64");
    return width;
  }
  width = static_cast<Count>(factor * static_cast<double>(width));
  return round_up(width, c.count("block_multiple_of", range::width, 256));
}

void adjust_lfm2(const Fields& c, Model&, Layer& layer, FeedForward&) { layer.feed_forward.width = lfm_width(c); }

void adjust_lfm2_moe(const Fields& c, Model&, Layer& layer, FeedForward&) {
  layer.feed_forward.width = c.required("intermediate_size", range::width);
}

/// LFM2: short convolutions, attention where layer_types or full_attn_idxs says so.
ChangeLayer vary_lfm2(const Fields& c, Model& m, const Layer&, Count n) {
  RecurrentShape convolution;
  convolution.inner = m.hidden;
  convolution.conv_kernel = c.count("conv_L_cache", {1, 64}, 3);
  convolution.conv_bias = convolution.projection_bias = c.flag("conv_bias", false);
  const std::vector<Count> listed = c.counts("full_attn_idxs", range::some_layers);
  return recurrent_unless(layers_named(c, n, "full_attention", [&](Count i) { return lists(listed, i); }),
                          Mixer::ShortConvolution, convolution);
}

void adjust_minimax(const Fields& c, Model&, Layer&, FeedForward& mixture) {
  mixture.shared_width = c.count("shared_intermediate_size", range::optional_width, 0);
}

/// MiniMax-Text-01: lightning attention, every eighth layer softmax attention (attn_type_list 1 or layer_types).
ChangeLayer vary_minimax(const Fields& c, Model&, const Layer& layer, Count n) {
  RecurrentShape lightning;
  lightning.heads = layer.attention.heads;
  lightning.head_dim = lightning.state = layer.attention.head_dim;
  lightning.inner = multiply(lightning.heads, lightning.head_dim);
  const std::vector<bool> softmax = c.flags("attn_type_list");
  const bool given = !softmax.empty() && has_one_per_layer(c, "attn_type_list", softmax.size(), n);
  // The class default alternates.
  const auto attends = [&](Count i) { return given ? softmax[i] : i % 2 == 1; };
  return recurrent_unless(layers_named(c, n, "full_attention", attends), Mixer::LightningAttention, lightning);
}

/// Ling's linear models: attention at the end of every group of layers, and in the layers behind the last full group.
std::vector<bool> group_ends(const Fields& c, Count n) {
  const Count size = c.count("layer_group_size", range::layers, 1);
  return layers_where(n, [&](Count i) { return (i + 1) % size == 0 || i >= n / size * size; });
}

void adjust_ling(const Fields& c, Model&, Layer& layer, FeedForward&) {
  AttentionShape& a = layer.attention;
  if (c.flag("use_qkv_bias", false)) query_key_value_bias(a, true);
  const std::string gate = c.text("gated_attention_proj_granularity_type", "");
  if (gate == "head_wise") a.gate_width = a.heads;
  if (gate == "element_wise") a.gate_width = multiply(a.heads, a.value_head_dim);
}

/// Linear attention as MiniMax has it, every head with keys of its own.
RecurrentShape lightning_shape(Count heads, Count head_dim) {
  RecurrentShape r;
  r.heads = heads;
  r.head_dim = r.state = head_dim;
  r.inner = multiply(heads, head_dim);
  return r;
}

ChangeLayer vary_ling_linear(const Fields& c, Model& m, const Layer& layer, Count n) {
  const Count heads = layer.attention.heads;
  return recurrent_unless(group_ends(c, n), Mixer::LightningAttention,
                          lightning_shape(heads, c.count("head_dim", range::width, m.hidden / heads)));
}

/// Ling 3: Kimi Delta Attention whose decay and gate are whole matrices; Ling 2.5 and 2.6: the older linear attention.
ChangeLayer vary_ling_hybrid(const Fields& c, Model& m, const Layer& layer, Count n) {
  if (!c.has("short_conv_kernel_size")) {
    m.trust = Trust::Modelled;
    c.assume("Ling 2.5's layers are built as in vLLM's class; no published total was compared");
    return vary_ling_linear(c, m, layer, n);
  }
  RecurrentShape delta;
  delta.heads = delta.groups = layer.attention.heads;
  delta.head_dim = delta.state = c.count("head_dim", range::width, 128);
  delta.inner = multiply(delta.heads, delta.head_dim);
  delta.conv_kernel = c.count("short_conv_kernel_size", {1, 64}, 4);
  delta.full_rank_gate = delta.full_rank_decay = c.flag("no_kda_lora", false);
  return recurrent_unless(group_ends(c, n), Mixer::KimiDeltaNet, delta);
}

/// Norms of queries and keys in linear layers.
void add_linear_norms(Model& m, const std::string& query, const std::string& key) {
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (m.kinds[k].mixer != Mixer::LightningAttention) continue;
    for (const std::string& name : {query, key}) {
      add_layer_tensor(m, k, name, m.kinds[k].recurrent.head_dim, 1, TensorRole::Norm, ModelPart::Norms);
    }
  }
}

void finish_ling(const Fields& c, Model& m) {
  if (c.flag("use_qk_norm", true)) {
    add_linear_norms(m, "attention.query_layernorm.weight", "attention.key_layernorm.weight");
  }
}

/// MiniCPM-SALA: a gate as wide as the attention's output; linear layers with heads of their own, normed and gated.
void adjust_sala(const Fields& c, Model&, Layer& layer, FeedForward&) {
  AttentionShape& a = layer.attention;
  if (c.flag("attn_use_output_gate", c.flag("use_output_gate", true))) a.gate_width = multiply(a.heads, a.head_dim);
}

ChangeLayer vary_sala(const Fields& c, Model&, const Layer& layer, Count n) {
  const Count heads = c.count("lightning_nh", range::heads, layer.attention.heads);
  if (c.count("lightning_nkv", range::heads, heads) != heads) {
    c.complain("lightning_nkv",
               "must be lightning_nh (" + std::to_string(heads) + "): grouped linear heads are not read");
  }
  const std::vector<std::string> mixers = layer_types(c, n, "mixer_types");
  return recurrent_unless(
      layers_where(n, [&](Count i) { return mixers.empty() || mixers[i].find("lightning") == std::string::npos; }),
      Mixer::LightningAttention, lightning_shape(heads, c.count("lightning_head_dim", range::width, 128)));
}

void finish_sala(const Fields& c, Model& m) {
  if (c.flag("qk_norm", true)) add_linear_norms(m, "self_attn.q_norm.weight", "self_attn.k_norm.weight");
}

/// Qwen4-Exp: Qwen3.5's layers in several streams of the residual, an indexer that picks blocks of keys, and in some
/// layers embeddings of words of several tokens.
void adjust_qwen4(const Fields& c, Model& m, Layer& layer, FeedForward& mixture) {
  adjust_qwen3_next(c, m, layer, mixture);
  layer.attention.indexer_head_dim = c.count("indexer_head_dim", range::optional_width, 0);
  layer.attention.indexer_pool = c.count("indexer_compress_ratio", {1, 4096}, 1);
  layer.attention.indexer_choices = c.count("indexer_budget", range::tokens, 0);
  m.residual_streams = c.count("hc_count", {1, 64}, 4);
}

ChangeLayer vary_qwen4(const Fields& c, Model& m, const Layer&, Count n) {
  RecurrentShape linear = delta_net(c);
  linear.split_in_projection = true;
  const Count step = c.count("full_attention_interval", range::layers, 4);
  std::vector<bool> recurs = layers_named(c, n, "linear_attention", [&](Count i) { return (i + 1) % step != 0; });
  recurs.flip();
  // The convolution of hashed words looks back over words of several tokens, in every stream.
  const Count columns =
      multiply(subtract(c.count("ple_conv_kernel_size", {1, 64}, 4), 1), c.count("ngram_size", {2, 16}, 3));
  const Count words = product(columns, m.residual_streams, m.hidden);
  return [mixers = recurrent_unless(std::move(recurs), Mixer::GatedDeltaNet, linear), words,
          holders = c.counts("ple_layer_ids", range::some_layers)](Count i, Layer& layer) {
    mixers(i, layer);
    if (layer.recurs() && std::ranges::find(holders, i + 1) != holders.end()) layer.recurrent.words_state = words;
  };
}

bool is_prime(Count n) {
  if (n < 4) return n > 1;
  if (n % 2 == 0) return false;
  for (Count d = 3; d * d <= n; d += 2) {
    if (n % d == 0) return false;
  }
  return true;
}

/// Rows of a hashed table: for every head the next prime from the base on; all together rounded up.
Count hashed_rows(const Fields& c, Count first_head, Count heads) {
  Count prime = c.count("ngram_vocab_size_base", {2, Count{1} << 31}, 20'000'000) - 1;
  Count rows = 0;
  for (Count i = 0; i < add(first_head, heads); ++i) {
    do {
      ++prime;
    } while (!is_prime(prime));
    if (i >= first_head) rows = add(rows, prime);
  }
  return round_up(rows, c.count("make_ngram_vocab_size_divisible_by", {1, 1 << 20}, 128));
}

/// One mixing of the streams beside what the inventory has of it (a norm of one stream), as statements; in a prediction
/// layer `part` is "/mtp".
std::string stream_mixing(const std::string& at, const std::string& part = {}) {
  return "norm" + part + " " + at + "hc_norm.rest : wide-hidden; other" + part + " " + at +
         "input_mix_weight_down. : rank x wide; other" + part + " " + at + "input_mix_weight_up. : wide x rank;";
}

/// The two mixings of a layer.
std::string layer_mixings(const std::string& at, const std::string& part = {}) {
  std::string statements;
  for (const char* block : {"attn_hyper_connection.", "mlp_hyper_connection."}) {
    statements += stream_mixing(at + block, part) + "other" + part + " " + at + block +
                  "block_inject_weight. : streams x wide;";
  }
  return statements;
}

/// The indexer of blocks: queries and keys from one matrix, two norms.
std::string block_indexer(const std::string& at, const std::string& part = {}) {
  return "indexer" + part + " " + at + "self_attn.indexer.index_qk_proj. : heads+keys*width x hidden; norm" + part +
         " " + at + "self_attn.indexer.q_layernorm. " + at + "self_attn.indexer.k_layernorm. : width;";
}

/// Embeddings of words of several tokens (PLE): a hashed table, projections to a key for every stream and to a value,
/// three norms and a convolution over all streams.
void add_hashed_words(const Fields& c, Model& m) {
  const std::vector<Count> layers = c.counts("ple_layer_ids", range::some_layers);
  if (layers.empty()) return;
  const Count heads = multiply(c.count("ngram_size", {2, 16}, 3) - 1, c.count("heads_per_ngram", {1, 16}, 8));
  const Count width = c.count("ple_embed_dim", range::width, m.hidden);
  const Count wide = multiply(m.residual_streams, m.hidden);
  for (std::size_t i = 0; i < std::min<std::size_t>(layers.size(), 8); ++i) {
    const std::string at = "model.layers." + std::to_string(subtract(layers[i], 1)) + ".ple.";
    add_tensor(m, at + "ple_embedding.ngram_embedding.weight", hashed_rows(c, i * heads, heads), width / heads,
               TensorRole::Embedding, ModelPart::Embedding);
    m.extra_tensors.back().split = Split::Rows;
    add_tensors(m,
                "other " + at + "key_proj. : wide x width; other " + at + "value_proj. : hidden x width; norm " + at +
                    "norm_key. " + at + "norm_query. " + at + "norm_conv. : wide; convolution/other " + at +
                    "conv1d. : wide x kernel",
                {{"wide", wide}, {"width", width}, {"kernel", c.count("ple_conv_kernel_size", {1, 64}, 4)}});
  }
}

void finish_qwen4(const Fields& c, Model& m) {
  const Sizes sizes{{"streams", m.residual_streams},
                    {"wide", multiply(m.residual_streams, m.hidden)},
                    {"rank", c.count("hc_lowrank", range::width, 320)},
                    {"heads", c.count("indexer_n_heads", range::optional_heads, 0)},
                    {"keys", c.count("indexer_kv_heads", range::optional_heads, 1)},
                    {"width", c.count("indexer_head_dim", range::optional_width, 0)}};
  add_layer_tensors(m, layer_mixings({}), sizes);
  add_tensors(m, stream_mixing("model.hyper_connection_mixer."), sizes);
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (m.kinds[k].attention.indexer_head_dim != 0) add_layer_tensors(m, k, block_indexer({}), sizes);
  }
  // Prediction layers mix the streams too; the last one's mixing stands before the head.
  for (std::size_t i = 0; i < m.mtp_layers.size(); ++i) {
    const std::string at = "mtp.layers." + std::to_string(i) + ".";
    add_tensors(m, layer_mixings(at, "/mtp") + block_indexer(at, "/mtp"), sizes);
  }
  if (!m.mtp_layers.empty()) {
    add_tensors(
        m,
        stream_mixing("mtp.hyper_connection_mixer.", "/mtp") + "norm/mtp mtp.pre_fc_norm_hidden.rest : wide-hidden",
        sizes);
  }
  add_hashed_words(c, m);
}

/// GLM-5.3-Flash: Kimi's delta attention and, in every fourth layer, latent attention without positions whose indexer
/// keeps one key for a pool of tokens; several streams of the residual with mixings as DeepSeek V4 has them, whose mean
/// goes to the head.
void adjust_glm5_next(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  layer.attention.indexer_pool = c.count("index_kpool", {1, 4096}, 16);
  m.residual_streams = c.count("hc_mult", {1, 64}, 4);
}

ChangeLayer vary_glm5_next(const Fields& c, Model&, const Layer&, Count n) {
  const Fields linear = c.object("linear_attn_config");
  RecurrentShape delta;
  delta.heads = delta.groups = linear.count("num_heads", range::heads, c.count("linear_num_heads", range::heads, 64));
  delta.head_dim = delta.state =
      linear.count("head_dim", range::width, c.count("linear_head_dim", range::width, 128));
  delta.inner = multiply(delta.heads, delta.head_dim);
  delta.conv_kernel = linear.count("short_conv_kernel_size", {1, 64}, c.count("linear_conv_kernel_dim", {1, 64}, 4));
  std::vector<bool> recurs = layers_named(c, n, "linear_attention", [](Count i) { return i % 4 != 3; });
  recurs.flip();
  const std::vector<std::string> indexers = layer_types(c, n, "indexer_types");
  return [change = recurrent_unless(std::move(recurs), Mixer::KimiDeltaNet, delta), indexers](Count i, Layer& l) {
    change(i, l);
    if (indexers.empty() || indexers[i] == "full" || !l.attends()) return;
    l.attention.indexer_heads = l.attention.indexer_head_dim = 0;
  };
}

/// Gate and positions of the pools of one indexer, as statements.
std::string pool_gates(const std::string& part = {}) {
  const std::string at = " self_attn.indexer.index_kpool_compress_";
  return "indexer" + part + at + "gate : width x hidden; indexer" + part + at + "ape : pool x width";
}

void finish_glm5_next(const Fields& c, Model& m) {
  const Sizes sizes{{"n", m.residual_streams},
                    {"mixed", multiply(add(2, m.residual_streams), m.residual_streams)},
                    {"width", c.count("index_head_dim", range::width, 128)},
                    {"pool", c.count("index_kpool", {1, 4096}, 16)}};
  for (const std::string at : {"hc_attn_", "hc_ffn_"}) {
    add_layer_tensors(
        m, "other " + at + "fn : mixed x n*hidden; other " + at + "base : mixed; other " + at + "scale : 3", sizes);
  }
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (m.kinds[k].attends() && m.kinds[k].attention.indexer_heads != 0) {
      add_layer_tensors(m, k, pool_gates(), sizes);
    }
  }
  for (std::size_t i = 0; i < m.mtp_layers.size(); ++i) add_tensors(m, pool_gates("/mtp"), sizes);
}

constexpr std::string_view ling_names =
    "model.embed_tokens>model.word_embeddings self_attn.qkv_proj>attention.query_key_value "
    "self_attn.q_norm>attention.query_layernorm self_attn.k_norm>attention.key_layernorm "
    "self_attn.o_proj>attention.dense self_attn.out_proj>attention.dense self_attn.output_gate>attention.g_proj "
    "self_attn.norm>attention.g_norm self_attn.>attention. mlp.gate.e_score_correction_bias>mlp.gate.expert_bias";
constexpr MixtureRule ling_experts{.experts = "num_experts",
                                   .shared = {"num_shared_experts"},
                                   .shared_width = "moe_shared_expert_intermediate_size",
                                   .correction = {"moe_router_enable_expert_bias"},
                                   .where = layers_after_dense};
constexpr std::string_view sala_names =
    "self_attn.gate_proj>self_attn.o_gate self_attn.out_proj>self_attn.o_proj self_attn.output_gate>self_attn.z_proj "
    "self_attn.norm>self_attn.o_norm";
constexpr std::string_view qwen4_names =
    "mlp.shared_experts.>mlp.shared_expert. input_layernorm>attn_hyper_connection.hc_norm "
    "post_attention_layernorm>mlp_hyper_connection.hc_norm model.norm>model.hyper_connection_mixer.hc_norm";
constexpr std::string_view kimi_names =
    "mlp.latent_down_proj>mlp.routed_expert_down_proj mlp.latent_up_proj>mlp.routed_expert_up_proj "
    "mlp.latent_norm>mlp.routed_expert_norm";
constexpr std::string_view lfm_names =
    "self_attn.q_norm>self_attn.q_layernorm self_attn.k_norm>self_attn.k_layernorm "
    "self_attn.o_proj>self_attn.out_proj mlp.gate_proj>feed_forward.w1 mlp.up_proj>feed_forward.w3 "
    "mlp.down_proj>feed_forward.w2 mlp.experts.{}.gate_proj>feed_forward.experts.{}.w1 "
    "mlp.experts.{}.up_proj>feed_forward.experts.{}.w3 mlp.experts.{}.down_proj>feed_forward.experts.{}.w2 "
    "mlp.gate.e_score_correction_bias>feed_forward.expert_bias mlp.gate.>feed_forward.gate. "
    "model.norm>model.embedding_norm input_layernorm>operator_norm post_attention_layernorm>ffn_norm";
constexpr std::string_view minimax_names =
    "mlp.gate.>block_sparse_moe.gate. mlp.experts.{}.gate_proj>block_sparse_moe.experts.{}.w1 "
    "mlp.experts.{}.down_proj>block_sparse_moe.experts.{}.w2 mlp.experts.{}.up_proj>block_sparse_moe.experts.{}.w3";
constexpr std::string_view shared_expert = "mlp.shared_experts.>mlp.shared_expert.";
constexpr std::string_view qwen_prediction = "mtp_num_hidden_layers|num_nextn_predict_layers";
constexpr MixtureRule qwen_experts{.experts = "num_experts", .optional = true, .where = every_nth_layer};

// clang-format off
constexpr FamilyRow rows[] = {
    {.model_type = "qwen3_next", .family = "Qwen", .quirks = LlamaGraph::Qwen3Next, .norm = NormKind::RmsPlusOne,
     .qk_norm = QkNorm::PerHead, .mixture = qwen_experts, .only_mixture = true, .prediction = Prediction::Sparse,
     .predicted = qwen_prediction, .names = shared_expert, .adjust = adjust_qwen3_next, .vary = vary_qwen3_next},
    {.model_type = "qwen3_5_text", .family = "Qwen", .quirks = LlamaGraph::Qwen35, .norm = NormKind::RmsPlusOne,
     .block_bias = no, .qk_norm = QkNorm::PerHead, .prediction = Prediction::Dense, .predicted = qwen_prediction,
     .names = shared_expert, .adjust = adjust_qwen3_5, .vary = vary_qwen3_5},
    {.model_type = "qwen3_5_moe_text", .family = "Qwen", .quirks = LlamaGraph::Qwen35Moe,
     .norm = NormKind::RmsPlusOne, .qk_norm = QkNorm::PerHead, .mixture = qwen_experts, .only_mixture = true,
     .prediction = Prediction::Sparse, .predicted = qwen_prediction, .names = shared_expert,
     .adjust = adjust_qwen3_next, .vary = vary_qwen3_5},
    {.model_type = "qwen4_exp_text", .family = "Qwen", .quirks = {LlamaGraph::Qwen4Exp, {Quirk::HostTables, Quirk::OwnChoices}}, .norm = NormKind::RmsPlusOne, .qk_norm = QkNorm::PerHead,
     .mixture = qwen_experts, .only_mixture = true, .prediction = Prediction::Sparse, .predicted = qwen_prediction,
     .names = qwen4_names, .adjust = adjust_qwen4, .vary = vary_qwen4, .finish = finish_qwen4},
    {.model_type = "qwen3_8_flash_next_text", .family = "Qwen", .like = "qwen4_exp_text"},
    {.model_type = "glm5_next_text", .family = "GLM", .block_bias = no,
     .latent = LatentRule{.nope = 256, .rope = 0, .value = 256, .indexer = true},
     .mixture = {.experts = "n_routed_experts", .shared = {"n_shared_experts"}, .correction = yes,
                 .where = named_layers, .dense_first = {"first_k_dense_replace", 3}},
     .prediction = Prediction::Sparse, .positions = Positions::None,
     .adjust = adjust_glm5_next, .vary = vary_glm5_next, .finish = finish_glm5_next},
    {.model_type = "bailing_moe_linear", .family = "Ling", .bias = Flag{"use_bias"}, .block_bias = Flag{"use_bias"},
     .qk_norm = QkNorm::PerHead, .qk_norm_when = {"use_qk_norm"}, .fused_qkv = true, .mixture = ling_experts,
     .prediction = Prediction::Sparse, .names = ling_names, .adjust = adjust_ling, .vary = vary_ling_linear,
     .finish = finish_ling},
    {.model_type = "bailing_hybrid", .family = "Ling", .bias = Flag{"use_bias"}, .block_bias = Flag{"use_bias"},
     .latent = LatentRule{}, .mixture = ling_experts, .prediction = Prediction::Sparse, .names = ling_names,
     .adjust = adjust_ling, .vary = vary_ling_hybrid, .finish = finish_ling},
    {.model_type = "minicpm_sala", .family = "MiniCPM", .names = sala_names, .adjust = adjust_sala, .vary = vary_sala,
     .finish = finish_sala},
    {.model_type = "olmo_hybrid", .family = "OLMo", .norms = NormPlacement::Post, .qk_norm = QkNorm::Full,
     .vary = vary_olmo_hybrid},
    {.model_type = "kimi_linear", .family = "Kimi", .block_bias = no, .latent = LatentRule{},
     .mixture = {.experts = "num_experts", .shared = {"num_shared_experts"}, .correction = yes,
                 .where = deepseek_layers, .dense_first = {"first_k_dense_replace", 1}},
     .positions = Positions::None, .names = kimi_names, .adjust = adjust_kimi_linear, .vary = vary_kimi_linear,
     .finish = finish_kimi_linear},
    {.model_type = "lfm2", .family = "LFM", .bias = no, .qk_norm = QkNorm::PerHead, .only_mixture = true,
     .names = lfm_names, .adjust = adjust_lfm2, .vary = vary_lfm2},
    {.model_type = "lfm2_moe", .family = "LFM", .bias = no, .qk_norm = QkNorm::PerHead,
     .mixture = {.experts = "num_experts", .correction = {"use_expert_bias", true}, .where = layers_after_dense,
                 .dense_first = {"num_dense_layers", 2}},
     .only_mixture = true, .names = lfm_names, .adjust = adjust_lfm2_moe, .vary = vary_lfm2},
    {.model_type = "minimax", .family = "MiniMax", .bias = no,
     .mixture = {.experts = "num_local_experts", .width = "intermediate_size"}, .only_mixture = true,
     .rotary_dim = {"rotary_dim"}, .names = minimax_names, .adjust = adjust_minimax, .vary = vary_minimax},
    {.model_type = "minimax_text_01", .family = "MiniMax", .like = "minimax"},
    {.model_type = "minimax_m1", .family = "MiniMax", .like = "minimax"},
};
// clang-format on

}  // namespace

std::span<const FamilyRow> linear_attention_families() { return rows; }

}  // namespace llmcalc::models
