// Multi-head latent attention: DeepSeek V2 to V4.1 and the families that took it over.

#include "models/blocks.hpp"
#include "models/tower.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::models {

namespace {

/// The mixture of DeepSeek's line, without a bias for the choice of experts and with one.
constexpr MixtureRule deepseek{
    .experts = "n_routed_experts", .shared = {"n_shared_experts"}, .optional = true, .where = deepseek_layers};
constexpr MixtureRule biased(Count dense_first) {
  MixtureRule rule = deepseek;
  rule.correction = yes;
  rule.dense_first.otherwise = dense_first;
  return rule;
}

/// DeepSeek V2 has an expert-selection bias only with this method.
void adjust_deepseek_v2(const Fields& c, Model&, Layer&, FeedForward& mixture) {
  mixture.correction_bias = mixture.experts != 0 && c.text("topk_method", "") == "noaux_tc";
}

/// GLM-5.2 indexes in some layers only; the others reuse what the last one selected.
ChangeLayer vary_indexers(const Fields& c, Model&, const Layer&, Count n) {
  return [types = layer_types(c, n, "indexer_types")](Count i, Layer& layer) {
    if (types.empty() || types[i] == "full") return;
    layer.attention.indexer_heads = layer.attention.indexer_head_dim = 0;
  };
}

/// A.X-K1: a norm behind every mixture.
void finish_axk1(const Fields&, Model& m) {
  add_mixture_tensors(m, "post_mlp_layernorm.weight", m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
}

/// A.X-K2: DeepSeek V3.2 whose queries and output gates come from one matrix over both halves of the query latent
/// (raw and normed); a low-rank gate behind the first norm of a layer, and behind the second one of a mixture.
void finish_axk2(const Fields& c, Model& m) {
  const Count rank = c.count("gated_norm_rank", range::width, 16);
  const auto gate = [&](std::size_t kind, const std::string& norm) {
    add_layer_tensors(m, kind,
                      "other " + norm + ".mlp.fc1. : rank x hidden; other " + norm + ".mlp.fc2. : hidden x rank",
                      {{"rank", rank}});
  };
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const AttentionShape& a = m.kinds[k].attention;
    gate(k, "input_layernorm");
    if (m.kinds[k].is_moe()) gate(k, "post_attention_layernorm");
    // q_gate_proj is [heads x (query + value), 2 x rank]; the inventory has [heads x query, rank] of it already.
    const Count query = multiply(a.heads, a.head_dim);
    const Count value = multiply(a.heads, a.value_head_dim);
    const Count missing = add(query, multiply(2, value));
    add_layer_tensor(m, k, "self_attn.q_gate_proj.rest", missing, a.q_lora_rank, TensorRole::LatentQueryUp,
                     ModelPart::Attention);
  }
}

/// LongCat-Flash: every layer has two attentions and two dense blocks, with routed experts bridging the first dense
/// block; some experts do nothing ("zero experts"), but the router scores them too. Here one layer is two.
void read_longcat(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  layer.mixer = Mixer::LatentAttention;
  AttentionShape& a = layer.attention;
  a.heads = a.kv_heads = c.required("num_attention_heads", range::heads);
  a.q_lora_rank = c.count("q_lora_rank", range::optional_width, 1536);
  a.kv_lora_rank = c.required("kv_lora_rank", range::width);
  a.nope_head_dim = c.count("qk_nope_head_dim", range::optional_width, 128);
  a.rope_head_dim = a.rotary_dim = c.count("qk_rope_head_dim", range::optional_width, 64);
  a.value_head_dim = c.count("v_head_dim", range::width, 128);
  a.head_dim = add(a.nope_head_dim, a.rope_head_dim);
  FeedForward plain;
  plain.width = c.required("intermediate_size", range::width);
  FeedForward bridged = routed_experts(c, "n_routed_experts", "expert_ffn_hidden_size", "moe_topk");
  bridged.width = plain.width;
  bridged.correction_bias = true;
  const Count zero = c.count("zero_expert_num", range::experts, 0);
  if (zero != 0) {
    const Count all = add(bridged.experts, zero);
    bridged.experts_per_token = std::max<Count>(1, multiply(bridged.experts_per_token, bridged.experts) / all);
    c.assume("experts that compute nothing are assumed to be chosen in proportion to their number");
  }
  const Count n = c.given("num_layers") ? c.required("num_layers", range::layers) : layer_count(c);
  add_layers(m, multiply(2, n), [&](Count i) {
    layer.feed_forward = i % 2 == 0 ? bridged : plain;
    return layer;
  });
  if (zero != 0 && !m.kinds.empty()) {
    add_layer_tensor(m, 0, "mlp.router.zero_experts.weight", zero, m.hidden, TensorRole::Router, ModelPart::Router);
  }
}

/// LongCat-Flash-Lite: the embedding adds words of several tokens, in emb_split_num tables for each length from two to
/// emb_neighbor_num, each a little longer than the last and projected to the hidden size.
void read_longcat_ngram(const Fields& c, Model& m) {
  read_longcat(c, m);
  const Count rows = multiply(c.count("ngram_vocab_size_ratio", {1, 4096}, 78), m.vocabulary);
  const Count longest = c.count("emb_neighbor_num", {2, 64}, 4);
  const Count tables = multiply(c.count("emb_split_num", {1, 64}, 4), longest - 1);
  const Count width = m.hidden / tables;
  m.names.push_back({"model.embed_tokens", "model.ngram_embeddings.word_embeddings"});
  for (Count i = 0; i < tables; ++i) {
    add_tensor(m, "model.ngram_embeddings.embedders." + std::to_string(i) + ".weight", add(rows, 2 * i + 1), width,
               TensorRole::Embedding, ModelPart::Embedding);
    m.extra_tensors.back().split = Split::Rows;
  }
  add_tensor(m, "model.ngram_embeddings.post_projs.weight", multiply(tables, m.hidden), width, TensorRole::Other,
             ModelPart::Embedding);
}

/// Tokens that one compressed entry stands for, layer by layer; 0: only the window. From compress_ratios (whose
/// surplus entries belong to prediction layers) or layer_types with compress_rates.
std::vector<Count> compress_ratios(const Fields& c, Count layers) {
  std::vector<Count> ratios(layers, 0);
  const std::vector<Count> given = c.counts("compress_ratios", range::tokens);
  if (!given.empty()) {
    if (given.size() < layers) {
      c.complain("compress_ratios", "must have at least " + std::to_string(layers) +
                                        " entries (num_hidden_layers), has " + std::to_string(given.size()));
      return ratios;
    }
    std::copy_n(given.begin(), layers, ratios.begin());
    return ratios;
  }
  const std::vector<std::string> types = layer_types(c, layers);
  const Fields rates = c.object("compress_rates");
  for (Count i = 0; i < layers; ++i) {
    // Without any list the class alternates: two window layers, then sparse and heavily compressed ones in turn.
    std::string type = i < 2        ? "sliding_attention"
                       : i % 2 == 0 ? "compressed_sparse_attention"
                                    : "heavily_compressed_attention";
    if (!types.empty()) type = types[i];
    if (type == "compressed_sparse_attention") ratios[i] = rates.count(type, range::tokens, 4);
    if (type == "heavily_compressed_attention") ratios[i] = rates.count(type, range::tokens, 128);
  }
  return ratios;
}

/// Compressor of a layer: projections of keys and gates (twice as wide with an indexer, whose windows overlap), a
/// bias for every position of the window, a norm; the indexer has a compressor of its own.
void add_compressor(Model& m, std::size_t k) {
  const AttentionShape& a = m.kinds[k].attention;
  const auto compressor = [&](const std::string& at, Count width, Count head_dim) {
    add_layer_tensors(m, k,
                      "indexer " + at + "kv_proj. " + at + "gate_proj. : width x hidden; indexer " + at +
                          "position_bias : ratio x width; norm " + at + "kv_norm. : head",
                      {{"width", width}, {"ratio", a.compress_ratio}, {"head", head_dim}});
  };
  const bool overlaps = a.indexer_heads != 0;
  compressor("self_attn.compressor.", multiply(overlaps ? 2 : 1, a.head_dim), a.head_dim);
  if (!overlaps) return;
  compressor("self_attn.compressor.indexer.", multiply(2, a.indexer_head_dim), a.indexer_head_dim);
  add_layer_tensors(m, k, R"(
      indexer self_attn.compressor.indexer.q_b_proj. : heads*head x rank
      indexer self_attn.compressor.indexer.scorer.weights_proj. : heads x hidden)",
                    {{"heads", a.indexer_heads}, {"head", a.indexer_head_dim}, {"rank", a.q_lora_rank}});
}

/// Hyper-connections: around both blocks of a layer a projection of all streams to their mixing weights.
void add_hyper_connections(Model& m, const Sizes& sizes) {
  for (const std::string at : {"attn_hc.", "ffn_hc."}) {
    add_layer_tensors(
        m, "other " + at + "fn : mixed x n*hidden; other " + at + "base : mixed; other " + at + "scale : scales",
        sizes);
  }
}
Sizes stream_sizes(const Model& m) {
  return {
      {"n", m.residual_streams}, {"mixed", multiply(add(2, m.residual_streams), m.residual_streams)}, {"scales", 3}};
}
/// What makes one stream of all before the last norm.
void add_stream_head(Model& m) {
  add_tensors(m, R"(
      other model.hc_head.hc_fn : n x n*hidden; other model.hc_head.hc_base : n; other model.hc_head.hc_scale : 1)",
              stream_sizes(m));
}

/// A layer of DeepSeek V4: one row that is key and value of all heads, queries and output through latents, a window on
/// every layer, routed experts.
Layer joint_layer(const Fields& c) {
  Layer layer;
  AttentionShape& a = layer.attention;
  a.heads = c.required("num_attention_heads", range::heads);
  a.kv_heads = 1;
  a.head_dim = a.value_head_dim = c.count("head_dim", range::width, 512);
  a.rotary_dim = a.rope_head_dim = c.count("qk_rope_head_dim", range::width, 64);
  a.q_lora_rank = c.required("q_lora_rank", range::width);
  a.output_lora_rank = c.required("o_lora_rank", range::width);
  a.output_groups = c.required("o_groups", range::heads);
  if (a.output_groups == 0 || a.heads % a.output_groups != 0) {
    c.complain("o_groups", "must divide num_attention_heads (" + std::to_string(a.heads) + "), got " +
                               std::to_string(a.output_groups));
    a.output_groups = 1;
  }
  a.values_are_keys = a.sinks = true;
  a.window = c.count("sliding_window", range::tokens, 128);
  FeedForward& f = layer.feed_forward;
  f = routed_experts(c, "n_routed_experts", "moe_intermediate_size");
  f.shared_width = multiply(c.count("n_shared_experts", range::experts, 1), f.expert_width);
  f.correction_bias = true;
  return layer;
}

constexpr std::string_view joint_names = "self_attn.k_proj>self_attn.kv_proj q_a_layernorm>q_a_norm";

void read_deepseek_v4(const Fields& c, Model& m) {
  read_stream(c, m);
  m.residual_streams = c.count("hc_mult", {1, 64}, 4);
  Layer layer = joint_layer(c);
  AttentionShape& a = layer.attention;
  const Count index_heads = c.count("index_n_heads", range::heads, 64);
  const Count index_dim = c.count("index_head_dim", range::width, 128);
  const Count n = layer_count(c);
  const std::vector<Count> ratios = compress_ratios(c, n);
  // The first layers choose experts by the token itself: a table instead of a bias.
  const Count hashed = c.count("num_hash_layers", range::some_layers, 3);
  m.names = name_rules(joint_names);
  add_layers(m, n, [&](Count i) {
    a.compress_ratio = ratios[i];
    layer.feed_forward.correction_bias = i >= hashed;
    // Only the finely compressed layers select entries; there are too many of them to read all.
    const bool indexes = ratios[i] != 0 && ratios[i] < 32;
    a.indexer_heads = indexes ? index_heads : 0;
    a.indexer_choices = indexes ? c.count("index_topk", range::tokens, 512) : 0;
    a.indexer_head_dim = indexes ? index_dim : 0;
    return layer;
  });
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    add_layer_tensor(m, k, "self_attn.kv_norm.weight", a.head_dim, 1, TensorRole::Norm, ModelPart::Norms);
    if (m.kinds[k].attention.compress_ratio != 0) add_compressor(m, k);
  }
  add_hyper_connections(m, stream_sizes(m));
  add_stream_head(m);
  a.compress_ratio = a.indexer_heads = a.indexer_head_dim = a.indexer_choices = 0;
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

/// Tables of hashed words in two layers: rows of 256 that a hash of the last tokens picks, gates for every stream and one
/// projection of all picked rows to a key for every stream and a value.
void add_engrams(const Fields& c, Model& m, Sizes sizes) {
  const std::vector<Count> layers = c.counts("engram_layer_ids", range::some_layers);
  const std::vector<Count> rows = c.counts("engram_num_embeddings", {1, Count{1} << 34});
  if (layers.size() != rows.size()) {
    c.complain("engram_num_embeddings", "must have one number for each layer of engram_layer_ids");
    return;
  }
  const Count width = c.count("engram_head_dim", range::width, 256);
  const Count picked =
      multiply(c.count("engram_max_ngram_size", {2, 16}, 4) - 1, c.count("engram_n_heads", {1, 64}, 8));
  sizes.insert(sizes.end(), {{"picked", multiply(picked, width)}, {"keys", add(m.residual_streams, 1)}});
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string at = "model.layers." + std::to_string(layers[i]) + ".engram.";
    add_tensor(m, at + "embed.weight", rows[i], width, TensorRole::Embedding, ModelPart::Embedding);
    m.extra_tensors.back().split = Split::Rows;
    add_tensors(
        m, "other " + at + "q_weight " + at + "k_weight : n x hidden; other " + at + "wkv. : keys*hidden x picked",
        sizes);
  }
}

/// DeepSeek V4.1: only the layers of kv_source_layer_ids compress and keep entries and index keys, only those of
/// index_source_layer_ids select; the others read what these publish. Two tables of hashed words (engram), no mixing
/// before the head, prediction layers with experts of their own (DSpark). Source: tensors and shapes of the published
/// files by their headers; models/deepseek_v4_1 of vLLM; src/models/deepseek41.cpp of llama.cpp (16ffdb3).
void read_deepseek_v41(const Fields& c, Model& m) {
  read_stream(c, m);
  m.residual_streams = c.count("hc_mult", {1, 64}, 4);
  Layer layer = joint_layer(c);
  AttentionShape& a = layer.attention;
  const Count index_heads = c.count("index_n_heads", range::heads, 32);
  const Count index_dim = c.count("index_head_dim", range::width, 128);
  const Count n = layer_count(c);
  const std::vector<Count> ratios = compress_ratios(c, n);
  const std::vector<Count> sources = c.counts("kv_source_layer_ids", range::some_layers);
  const std::vector<Count> choosers = c.counts("index_source_layer_ids", range::some_layers);
  m.names = name_rules(joint_names);
  add_layers(m, n, [&](Count i) {
    const bool keeps = lists(sources, i);
    a.compress_ratio = keeps ? ratios[i] : 0;
    a.indexer_head_dim = keeps ? index_dim : 0;
    a.indexer_heads = lists(choosers, i) ? index_heads : 0;
    a.indexer_choices = lists(choosers, i) ? c.count("index_topk", range::tokens, 512) : 0;
    return layer;
  });
  Sizes sizes = stream_sizes(m);
  sizes.insert(sizes.end(), {{"head", a.head_dim},
                             {"index", index_dim},
                             {"heads", index_heads},
                             {"rank", a.q_lora_rank},
                             {"experts", layer.feed_forward.experts}});
  add_layer_tensors(m, "norm self_attn.kv_norm. : head", sizes);
  add_layer_tensors(m, "router mlp.gate.bias_vl : experts", sizes);
  for (Tensor& t : m.extra_tensors) t.buffer = t.name.ends_with("bias_vl");
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const AttentionShape& kind = m.kinds[k].attention;
    if (kind.compress_ratio != 0) {
      add_layer_tensors(m, k, R"(
          indexer self_attn.compressor.wkv. : head x hidden; norm self_attn.compressor.norm. : head
          indexer self_attn.indexer.wk. : index x head; norm self_attn.indexer.k_norm. : index)",
                        sizes);
    }
    if (kind.compress_ratio > 1)
      add_layer_tensors(m, k, "indexer self_attn.compressor.wgate. : head x hidden", sizes);
    if (kind.indexer_heads != 0) {
      add_layer_tensors(m, k, R"(
          indexer self_attn.indexer.wq_b. : heads*index x rank; indexer self_attn.indexer.weights_proj. : heads x hidden)",
                        sizes);
    }
  }
  add_hyper_connections(m, sizes);
  add_engrams(c, m, sizes);
  a.compress_ratio = a.indexer_heads = a.indexer_head_dim = a.indexer_choices = 0;
  layer.feed_forward.experts = c.count("dspark_n_routed_experts", range::experts, layer.feed_forward.experts);
  layer.feed_forward.experts_per_token =
      c.count("dspark_num_experts_per_tok", range::experts, layer.feed_forward.experts_per_token);
  const Count predicts = c.count("num_nextn_predict_layers", range::some_layers, 0);
  add_mtp_layers(m, predicts, layer);
  m.mtp_modules = predicts != 0 ? 1 : 0;
  sizes.insert(sizes.end(), {{"rows", m.vocabulary}, {"markov", c.count("dspark_markov_rank", range::width, 256)}});
  for (Count i = 0; i < predicts; ++i) {
    const std::string at = " mtp." + std::to_string(i) + ".";
    add_tensors(m,
                "norm/mtp" + at + "attn.kv_norm. : head; other/mtp" + at + "hc_attn_fn" + at +
                    "hc_ffn_fn : mixed x n*hidden; other/mtp" + at + "hc_attn_base" + at +
                    "hc_ffn_base : mixed; other/mtp" + at + "hc_attn_scale" + at + "hc_ffn_scale : 3",
                sizes);
  }
  if (predicts != 0) {
    add_tensors(m, R"(
        other/mtp mtp.0.main_proj.rest : hidden x hidden
        other/mtp mtp.2.markov_head.embed. mtp.2.markov_head.head. : rows x markov
        other/mtp mtp.2.confidence_head.proj. : 1 x hidden+markov)",
                sizes);
  }
  m.trust = Trust::Modelled;
  c.assume(
      "DeepSeek V4.1's shared caches are paged as V4's are, though no log of an engine was compared: entries and "
      "index keys alone take 1,790 bytes per token in FP8. The prediction layers' count may be off by a norm");
}

/// Hy 4: DeepSeek V3.2 with gates and sinks, and streams that are mixed in and out, but not among each other.
void adjust_hy_v4(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  m.residual_streams = c.count("hc_mult", {1, 64}, 4);
  AttentionShape& a = layer.attention;
  a.gate_width = multiply(a.heads, a.value_head_dim);
  static_cast<void>(c.find("index_chunk_size"));
}

/// Without a list the first layer indexes, then every fourth from the second on.
ChangeLayer vary_hy_v4(const Fields& c, Model&, const Layer&, Count n) {
  return [types = layer_types(c, n, "indexer_types")](Count i, Layer& layer) {
    if (types.empty() ? i == 0 || i % 4 == 1 : types[i] == "full") return;
    layer.attention.indexer_heads = layer.attention.indexer_head_dim = 0;
  };
}

void finish_hy_v4(const Fields&, Model& m) {
  const Count n = m.residual_streams;
  add_hyper_connections(m, {{"n", n}, {"mixed", multiply(2, n)}, {"scales", 2}});
  add_stream_head(m);
}

/// dots3-note: layers with windows have latents of their own ranks and no indexer; a gate for every head.
ChangeLayer vary_dots3(const Fields& c, Model&, const Layer& full, Count n) {
  static_cast<void>(c.find("swa_head_dim")), static_cast<void>(c.find("moe_shared_expert_intermediate_size"));
  const auto gated = [&](AttentionShape a, std::string_view key) {
    const std::string type = c.text(key, "headwise");
    a.gate_width = type == "headwise" ? a.heads : type == "elementwise" ? multiply(a.heads, a.value_head_dim) : 0;
    return a;
  };
  AttentionShape local;
  local.heads = local.kv_heads = c.count("swa_num_attention_heads", range::heads, 64);
  static_cast<void>(c.find("swa_num_key_value_heads"));
  local.q_lora_rank = c.count("swa_q_lora_rank", range::width, 1024);
  local.kv_lora_rank = c.count("swa_kv_lora_rank", range::width, 1024);
  local.nope_head_dim = c.count("swa_qk_nope_head_dim", range::width, 192);
  local.rope_head_dim = local.rotary_dim = c.count("swa_qk_rope_head_dim", range::width, 64);
  local.value_head_dim = c.count("swa_v_head_dim", range::width, 128);
  local.head_dim = add(local.nope_head_dim, local.rope_head_dim);
  local.window = c.count(c.has("sliding_window") ? "sliding_window" : "sliding_window_size", range::tokens, 512);
  local = gated(local, "swa_attention_gate_type");
  const bool slides = c.flag("use_sliding_window", true);
  const std::vector<bool> windows =
      layers_named(c, n, "sliding_attention", [](Count i) { return i > 1 && i % 4 != 1; });
  return [=, whole = gated(full.attention, "attention_gate_type")](Count i, Layer& layer) {
    layer.attention = slides && windows[i] ? local : whole;
  };
}

/// A norm of the rotated keys; encoders of images, of which the later layers are mixtures of ever more experts, and of
/// sound.
void finish_dots3(const Fields& c, Model& m) {
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    add_layer_tensors(m, k, "norm self_attn.k_rope_only_layernorm. : rope",
                      {{"rope", m.kinds[k].attention.rope_head_dim}});
  }
  if (!c.is_object("vision_config") && !c.is_object("audio_config")) return;
  nlohmann::json vision = c.is_object("vision_config") ? *c.find("vision_config") : nlohmann::json::object();
  // Experts of every layer, -1 for none; the class has 25 layers without.
  Count experts = 608, mixtures = 17;
  if (const auto listed = vision.find("pyramid_num_routed"); listed != vision.end() && listed->is_array()) {
    experts = mixtures = 0;
    for (const nlohmann::json& layer : *listed) {
      if (!layer.is_number_unsigned() || layer == 0) continue;
      experts = add(experts, layer.get<Count>());
      ++mixtures;
    }
  }
  vision["num_experts"] = experts;
  vision["mixture_layers"] = mixtures;
  write_tower(c, Fields(vision, "dots3_vision", "/vision_config", c.findings()), m, "dots3_vision");
  if (c.is_object("audio_config"))
    write_tower(c, c.object("audio_config").object("whisper_config"), m, "dots3_audio");
  c.assume("the towers are counted as their classes are built; no published total was compared");
  m.trust = Trust::Modelled;
}

constexpr LatentRule indexed{.indexer = true};

// clang-format off
constexpr FamilyRow rows[] = {
    {.model_type = "deepseek_v2", .family = "DeepSeek", .quirks = LlamaGraph::DeepSeek2, .latent = LatentRule{},
     .latent_when = {"use_mla", true}, .mixture = deepseek, .prediction = Prediction::Sparse, .adjust = adjust_deepseek_v2},
    {.model_type = "deepseek_v3", .family = "DeepSeek", .quirks = LlamaGraph::DeepSeek2Biased,
     .latent = LatentRule{}, .mixture = biased(3), .prediction = Prediction::Sparse},
    {.model_type = "kimi_k2", .family = "Kimi", .quirks = LlamaGraph::DeepSeek2Biased, .like = "deepseek_v3"},
    {.model_type = "deepseek_v32", .family = "DeepSeek", .quirks = LlamaGraph::DeepSeek2Later, .latent = indexed,
     .mixture = biased(3), .prediction = Prediction::Sparse, .vary = vary_indexers},
    {.model_type = "glm_moe_dsa", .family = "GLM", .like = "deepseek_v32"},
    {.model_type = "glm4_moe_lite", .family = "GLM", .quirks = LlamaGraph::DeepSeek2Later, .latent = LatentRule{},
     .mixture = biased(1), .prediction = Prediction::Sparse},
    {.model_type = "hy_v4", .family = "Hunyuan", .latent = indexed, .sinks = true,
     .mixture = {.experts = "n_routed_experts", .shared = {"n_shared_experts", 1}, .correction = yes,
                 .where = named_layers, .dense_first = {"first_k_dense_replace", 1}},
     .prediction = Prediction::Sparse, .adjust = adjust_hy_v4, .vary = vary_hy_v4, .finish = finish_hy_v4},
    {.model_type = "dots3_note", .family = "dots", .quirks = {LlamaGraph::Unknown, {Quirk::UncomparedCache}},
     .latent = indexed,
     .mixture = {.experts = "n_routed_experts", .shared = {"n_shared_experts", 1},
                 .shared_width = "shared_experts_intermediate_size", .correction = yes, .where = deepseek_layers,
                 .dense_first = {"first_k_dense_replace", 1}},
     .prediction = Prediction::Sparse, .vary = vary_dots3, .finish = finish_dots3},
    {.model_type = "axk1", .family = "A.X", .latent = LatentRule{}, .mixture = biased(1),
     .prediction = Prediction::Sparse, .finish = finish_axk1},
    {.model_type = "axk2", .family = "A.X", .latent = indexed, .mixture = biased(1),
     .prediction = Prediction::Sparse, .vary = vary_indexers, .finish = finish_axk2},
    {.model_type = "mistral4", .family = "Mistral", .latent = LatentRule{}, .mixture = deepseek,
     .prediction = Prediction::Sparse},
    {.model_type = "sarvam_mla", .family = "Sarvam", .latent = LatentRule{},
     .mixture = {.experts = "num_experts", .shared = {"num_shared_experts", 1},
                 .shared_width = "moe_shared_expert_intermediate_size",
                 .correction = {"moe_router_enable_expert_bias", true}, .where = deepseek_layers,
                 .dense_first = {"first_k_dense_replace", 1}}},
    {.model_type = "youtu", .family = "Youtu", .latent = LatentRule{}},
    {.model_type = "minicpm3", .family = "MiniCPM", .block_bias = no,
     .latent = LatentRule{.nope = 64, .rope = 32, .value = 64}, .scaled_embedding = yes},
    {.model_type = "longcat_flash", .family = "LongCat", .reader = read_longcat},
    {.model_type = "longcat_flash_ngram", .family = "LongCat", .reader = read_longcat_ngram},
    {.model_type = "deepseek_v4", .family = "DeepSeek", .reader = read_deepseek_v4},
    {.model_type = "deepseek_v41_text", .family = "DeepSeek",
     .reader = read_deepseek_v41, .quirks = {LlamaGraph::Unknown, {Quirk::UncomparedCache, Quirk::HostTables}}},
};
// clang-format on

}  // namespace

std::span<const FamilyRow> latent_families() { return rows; }

}  // namespace llmcalc::models
