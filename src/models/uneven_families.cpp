// Families whose layers differ in heads, widths or weights: Step 3.5, MiMo V2, Nemotron-NAS, OpenELM, Inkling, HRM-Text.
// Sources: modeling_inkling.py, modular_hrm_text.py of Hugging Face transformers; the modeling files of the others.

#include "models/blocks.hpp"
#include "models/tower.hpp"

#include <algorithm>
#include <string>

namespace llmcalc::models {

namespace {

/// Numbers written as "3,4,5" or "3-4-5".
std::vector<Count> listed_numbers(const std::string& text) {
  std::vector<Count> numbers;
  Count number = 0;
  bool inside = false;
  for (const char ch : text + ",") {
    if (ch >= '0' && ch <= '9' && number < 100000) {
      number = number * 10 + static_cast<Count>(ch - '0');
      inside = true;
    } else if (inside) {
      numbers.push_back(number);
      number = 0;
      inside = false;
    }
  }
  return numbers;
}

/// Step 3.5: sliding layers have their own number of heads (attention_other_setting), a gate for every head; the
/// layers of moe_layers_enum are mixtures with one shared expert. The lists go on for the prediction layers.
std::vector<bool> step_mixtures(const MixtureRule& rule, const Fields& c, Count layers) {
  const std::vector<std::string> blocks = c.texts("mlp_layer_types");
  const std::vector<Count> listed = listed_numbers(c.text("moe_layers_enum", ""));
  return layers_where(layers, [&](Count i) {
    return i < blocks.size() ? blocks[i] == "sparse"
           : listed.empty()  ? i >= rule.dense_first.otherwise
                             : lists(listed, i);
  });
}

void adjust_step(const Fields& c, Model&, Layer& layer, FeedForward& mixture) {
  mixture.shared_width =
      c.count("share_expert_dims", range::optional_width, c.count("share_expert_dim", range::optional_width, 0));
  if (c.flag("use_head_wise_attn_gate", true)) layer.attention.gate_width = layer.attention.heads;
}

/// Step 3: one head of keys and values, queries through a latent of share_q_dim.
void adjust_step3(const Fields& c, Model&, Layer& layer, FeedForward&) {
  AttentionShape& a = layer.attention;
  a.kv_heads = 1;
  a.q_lora_rank = c.count("share_q_dim", range::width, a.head_dim);
  static_cast<void>(c.find("num_attention_groups"));
}

ChangeLayer vary_step(const Fields& c, Model&, const Layer& layer, Count) {
  const Fields other = c.object("attention_other_setting");
  AttentionShape sliding = layer.attention;
  sliding.heads = other.count("num_attention_heads", range::heads,
                              c.count("num_sliding_attention_heads", range::heads, sliding.heads));
  sliding.kv_heads = other.count("num_attention_groups", range::heads, sliding.kv_heads);
  sliding.head_dim = sliding.value_head_dim = sliding.rotary_dim =
      other.count("head_dim", range::width, sliding.head_dim);
  sliding.window = c.count("sliding_window", range::tokens, 512);
  if (sliding.gate_width != 0) sliding.gate_width = sliding.heads;
  check_heads(other, sliding);
  return [sliding, types = c.texts("layer_types")](Count i, Layer& l) {
    if (i < types.size() && types[i] == "sliding_attention") l.attention = sliding;
  };
}

/// MiMo V2: sliding layers (hybrid_layer_pattern 1) have their own heads; value heads are narrower than key heads.
void adjust_mimo_v2(const Fields& c, Model&, Layer& layer, FeedForward&) {
  AttentionShape& a = layer.attention;
  a.value_head_dim = c.count("v_head_dim", range::width, a.head_dim);
  a.sinks = c.flag("add_full_attention_sink_bias", false);
}

ChangeLayer vary_mimo_v2(const Fields& c, Model&, const Layer& layer, Count n) {
  const AttentionShape& full = layer.attention;
  AttentionShape sliding = full;
  sliding.heads = c.count("swa_num_attention_heads", range::heads, full.heads);
  sliding.kv_heads = c.count("swa_num_key_value_heads", range::heads, full.kv_heads);
  sliding.head_dim = c.count("swa_head_dim", range::width, full.head_dim);
  sliding.value_head_dim = c.count("swa_v_head_dim", range::width, full.value_head_dim);
  sliding.rotary_dim = rotary_width(c, sliding.head_dim);
  sliding.sinks = c.flag("add_swa_attention_sink_bias", false);
  sliding.window = c.count("sliding_window", range::tokens, 128);
  check_heads(c, sliding);
  std::vector<bool> pattern = c.flags("hybrid_layer_pattern");
  if (!has_one_per_layer(c, "hybrid_layer_pattern", pattern.size(), n)) return {};
  return [sliding, pattern](Count i, Layer& l) {
    if (pattern[i]) l.attention = sliding;
  };
}

/// MiMo V2.5 sees and listens: two towers, compared with every tensor of the published files, and an embedding for each
/// codebook of the sound. The tokenizer of sounds is a model of its own.
void finish_mimo_v2(const Fields& c, Model& m) {
  if (c.is_object("vision_config")) write_tower(c, c.object("vision_config"), m, "mimo_v2");
  if (!c.is_object("audio_config")) return;
  const Fields audio = c.object("audio_config");
  write_tower(c, audio, m, "mimo_v2_audio");
  // One size for all codebooks ("1280") or each one's ("1025-1025-129").
  const std::vector<Count> sizes = listed_numbers(audio.text("speech_vocab_size", "1280"));
  Count rows = 0;
  for (const Count size : sizes) rows = add(rows, size);
  if (sizes.size() == 1) rows = multiply(rows, audio.count("audio_channels", {1, 1024}, 20));
  add_tensor(m, "speech_embeddings.weight", rows, audio.count("input_local_dim", range::width, 1024),
             TensorRole::Other, ModelPart::Encoder);
  c.assume("the routers, which its files hold in 32-bit floats, are counted in 16 bits: 0.03 % of the weights");
  m.trust = Trust::Modelled;
}

/// Width that Nemotron-NAS makes of a multiple: two thirds, rounded up to 256.
Count nas_width(double multiple, Count hidden) {
  const auto width = static_cast<Count>(2.0 * multiple * static_cast<double>(hidden) / 3.0);
  return round_up(width, 256);
}

/// Nemotron Super and Ultra (pruned Llama): block_configs gives every layer its own groups and width, or leaves a
/// block out, or puts one matrix in its place.
void read_nemotron_nas(const Fields& c, Model& m) {
  read_stream(c, m);
  const AttentionShape whole = grouped_attention(c, m, c.flag("attention_bias", false));
  const Count n = layer_count(c);
  const auto* blocks = c.find("block_configs");
  if (!blocks || !blocks->is_array() || blocks->size() != n) {
    c.complain("block_configs", "must be a list of " + std::to_string(n) + " layers (num_hidden_layers)");
    return;
  }
  Count linear = 0;
  add_layers(m, n, [&](Count i) {
    const Fields block((*blocks)[i], {}, "/block_configs/" + std::to_string(i), c.findings());
    const Fields attention = block.object("attention");
    const Fields feed_forward = block.object("ffn");
    Layer layer;
    const bool no_attention = attention.flag("no_op", false);
    const bool no_block = feed_forward.flag("no_op", false);
    layer.mixer = Mixer::None;
    if (attention.flag("replace_with_linear", false)) {
      ++linear;
    } else if (!no_attention) {
      layer.mixer = Mixer::Attention;
      layer.attention = whole;
      layer.attention.kv_heads = whole.heads / attention.count("n_heads_in_group", {1, whole.heads}, 1);
    }
    if (feed_forward.flag("replace_with_linear", false)) {
      ++linear;
    } else if (!no_block) {
      const double multiple = feed_forward.number("ffn_mult", 2.625);
      if (multiple > 0 && multiple < 64) {
        layer.feed_forward.width = nas_width(multiple, m.hidden);
      } else {
        feed_forward.complain("ffn_mult", "must be more than 0 and less than 64");
      }
    }
    if (no_attention || no_block) layer.norms = NormPlacement::MixerOnly;
    return layer;
  });
  if (linear != 0) {
    add_tensor(m, "model.layers.linear_replacements.weight", multiply(linear, m.hidden), m.hidden, TensorRole::Other,
               ModelPart::Other);
  }
}

/// Widths of OpenELM's blocks: a multiple of the hidden size a layer, rounded to the divisor, never down by a tenth.
std::vector<Count> openelm_widths(const Fields& c, const Model& m, Count layers) {
  const auto* given = c.find("ffn_multipliers");
  const Count divisor = c.count("ffn_dim_divisor", {1, 65536}, 256);
  std::vector<Count> widths;
  if (given && given->is_array() && given->size() == layers) {
    for (const auto& item : *given) {
      const double multiple = item.is_number() ? item.get<double>() : 0;
      if (!(multiple > 0 && multiple <= 64)) break;
      const double wanted = multiple * static_cast<double>(m.hidden);
      const Count half_up = static_cast<Count>(wanted + static_cast<double>(divisor) / 2) / divisor * divisor;
      Count width = std::max(divisor, half_up);
      if (static_cast<double>(width) < 0.9 * wanted) width += divisor;
      widths.push_back(width);
    }
  }
  if (widths.size() == layers) return widths;
  c.complain("ffn_multipliers",
             "must be " + std::to_string(layers) + " numbers more than 0 and at most 64 (one for each layer)");
  std::vector<Count> narrowest(layers, divisor);
  return narrowest;
}

/// OpenELM: every layer with its own heads and width, everything fused, normed queries and keys.
void read_openelm(const Fields& c, Model& m) {
  read_stream(c, m);
  m.tied_head = c.flag("share_input_output_layers", true);
  m.max_context = c.count("max_context_length", range::tokens, m.max_context);
  const Count n = layer_count(c);
  const std::vector<Count> queries = one_per_layer(c, "num_query_heads", n, range::heads);
  const std::vector<Count> keys = one_per_layer(c, "num_key_value_heads", n, range::heads);
  const std::vector<Count> widths = openelm_widths(c, m, n);
  Layer layer;
  AttentionShape& a = layer.attention;
  a.head_dim = a.value_head_dim = a.rotary_dim = c.count("head_dim", range::width, 64);
  a.fused_qkv = true;
  if (c.flag("normalize_qk_projections", true)) a.qk_norm = QkNorm::PerHead;
  layer.feed_forward.gated = layer.feed_forward.fused_gate_up = c.flag("ffn_with_glu", true);
  m.names = name_rules(
      "model.layers.>transformer.layers. model.embed_tokens>transformer.token_embeddings "
      "model.norm>transformer.norm self_attn.o_proj>attn.out_proj self_attn.>attn. "
      "mlp.gate_up_proj>ffn.proj_1 mlp.down_proj>ffn.proj_2 input_layernorm>attn_norm "
      "post_attention_layernorm>ffn_norm");
  add_layers(m, n, [&](Count i) {
    a.heads = queries[i];
    a.kv_heads = keys[i];
    check_heads(c, a);
    layer.feed_forward.width = widths[i];
    return layer;
  });
}

/// A layer's attention; the keys of sliding layers begin with swa_.
AttentionShape inkling_attention(const Fields& c, const std::string& prefix) {
  AttentionShape a;
  a.heads = c.count(prefix + "num_attention_heads", range::heads, 64);
  a.kv_heads = c.count(prefix + "num_key_value_heads", range::heads, prefix.empty() ? 8 : 16);
  a.head_dim = a.value_head_dim = c.count(prefix + "head_dim", range::width, 128);
  a.qk_norm = QkNorm::PerHead;
  check_heads(c, a);
  return a;
}

/// Which layers slide: layer_types, else local_layer_ids, else all but every sixth.
std::vector<bool> inkling_windows(const Fields& c, Count layers) {
  const std::vector<std::string> types = layer_types(c, layers);
  const std::vector<Count> listed = c.counts("local_layer_ids", range::some_layers);
  std::vector<bool> slides(layers);
  for (Count i = 0; i < layers; ++i) {
    slides[i] = (i + 1) % 6 != 0;
    if (c.has("local_layer_ids")) slides[i] = std::find(listed.begin(), listed.end(), i) != listed.end();
    if (!types.empty()) slides[i] = types[i] == "hybrid_sliding";
  }
  return slides;
}

/// What a kind of layer has beside attention, block and norms.
void add_inkling_tensors(const Fields& c, Model& m, std::size_t k, Count extent) {
  const AttentionShape& a = m.kinds[k].attention;
  add_layer_tensors(m, k, R"(
      other/attention self_attn.r_proj. : heads*distances x hidden
      other/attention self_attn.rel_logits_proj.proj : distances x extent
      convolution/attention self_attn.k_sconv.conv1d. self_attn.v_sconv.conv1d. : keys x kernel
      convolution/other attn_sconv.conv1d. mlp_sconv.conv1d. : hidden x kernel)",
                    {{"heads", a.heads},
                     {"distances", c.count("d_rel", range::width, 16)},
                     {"extent", extent},
                     {"keys", multiply(a.kv_heads, a.head_dim)},
                     {"kernel", c.count("conv_kernel_size", {1, 64}, c.count("sconv_kernel_size", {1, 64}, 4))}});
  const bool sparse = m.kinds[k].is_moe();
  const char* scale = sparse ? "mlp.gate.global_scale" : "mlp.global_scale";
  add_layer_tensor(m, k, scale, 1, 1, TensorRole::Other, sparse ? ModelPart::Router : ModelPart::FeedForward);
  // The router scores the shared experts, too.
  const Count shared = sparse ? c.count("n_shared_experts", range::experts, 2) : 0;
  if (shared != 0) {
    add_layer_tensor(m, k, "mlp.gate.weight.shared", shared, m.hidden, TensorRole::Router, ModelPart::Router);
  }
}

void read_inkling_text(const Fields& c, Model& m) {
  read_stream(c, m);
  // Embedding and head are two tensors whatever the config says.
  m.tied_head = false;
  m.embedding_norm = true;
  m.positions = Positions::None;
  const AttentionShape full = inkling_attention(c, "");
  AttentionShape sliding = inkling_attention(c, "swa_");
  sliding.window = c.count("sliding_window_size", range::tokens, c.count("sliding_window", range::tokens, 512));
  FeedForward dense;
  dense.width = c.count("dense_intermediate_size", range::width, c.count("intermediate_size", range::width, 24576));
  // In the published files intermediate_size is the experts' width; transformers writes it as moe_intermediate_size.
  const bool published =
      c.given("dense_intermediate_size") && c.given("intermediate_size") && !c.given("moe_intermediate_size");
  FeedForward mixture =
      routed_experts(c, "n_routed_experts", published ? "intermediate_size" : "moe_intermediate_size");
  mixture.fused_expert_gate_up = mixture.correction_bias = true;
  mixture.shared_width = multiply(c.count("n_shared_experts", range::experts, 2), mixture.expert_width);
  const Count n = layer_count(c);
  const std::vector<bool> slides = inkling_windows(c, n);
  const std::vector<std::string> blocks = layer_types(c, n, "mlp_layer_types");
  const Count first = c.count("dense_mlp_idx", range::some_layers, 0);
  m.names = name_rules("model.embed_norm>model.embed_tokens.embed_norm");
  add_layers(m, n, [&](Count i) {
    Layer layer;
    layer.attention = slides[i] ? sliding : full;
    const bool sparse = blocks.empty() ? i >= first : blocks[i] == "sparse";
    layer.feed_forward = sparse ? mixture : dense;
    return layer;
  });
  const Count extent = c.count("rel_extent", range::tokens, 1024);
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const Count window = m.kinds[k].attention.window;
    add_inkling_tensors(c, m, k, window != 0 ? window : extent);
  }
  c.assume("the columns that the short convolutions look back to are not counted: they do not grow with the context");
}

/// HRM-Text: in each of H_cycles rounds the low stack runs L_cycles times and the high stack once. Each run of a
/// layer caches keys and values, so num_hidden_layers counts runs; only the first run of a stack brings weights.
void read_hrm_text(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNormNoWeight;
  m.scaled_embedding = true;
  AttentionShape& a = layer.attention;
  a.kv_heads = a.heads;
  a.gate_width = multiply(a.heads, a.head_dim);
  const Count high = c.count("H_cycles", {1, 64}, 2);
  const Count low = c.count("L_cycles", {1, 64}, 3);
  const Count stack = c.has("num_layers_per_stack") ? c.count("num_layers_per_stack", {1, 64}, 16)
                                                    : c.count("num_hidden_layers", {1, 64}, 16);
  m.names = name_rules("model.layers.>model.stacks.");
  add_layers(m, product(stack, high, add(low, 1)), [&](Count i) {
    const Count run = i / stack;
    layer.shared_block = run != 0 && run != low;
    return layer;
  });
  if (a.query_bias) {
    add_layer_tensor(m, 0, "self_attn.gate_proj.bias", a.gate_width, 1, TensorRole::Bias, ModelPart::Attention);
  }
  m.trust = Trust::Modelled;
  c.assume("training is counted as if every run kept its activations: the class keeps those of the last low runs");
  add_tensor(m, "model.z_L_init", m.hidden, 1, TensorRole::Other, ModelPart::Other);
}

constexpr std::string_view step3_names =
    "self_attn.q_a_proj>self_attn.q_proj self_attn.q_a_layernorm>self_attn.inter_norm "
    "self_attn.q_b_proj>self_attn.wq "
    "mlp.shared_experts.>share_expert. mlp.gate.>moe.gate. mlp.experts.>moe.experts.";
constexpr std::string_view step_names =
    "self_attn.gate_proj>self_attn.g_proj mlp.shared_experts.>share_expert. mlp.>moe.";

// clang-format off
constexpr FamilyRow rows[] = {
    {.model_type = "step3p5", .family = "Step", .quirks = {LlamaGraph::Unknown, {Quirk::WindowPool}}, .norm = NormKind::RmsPlusOne, .qk_norm = QkNorm::PerHead,
     .mixture = {.experts = "moe_num_experts|n_routed_experts", .per_token = "moe_top_k|num_experts_per_tok",
                 .correction = {"use_moe_router_bias", true}, .where = step_mixtures,
                 .dense_first = {.otherwise = 3}},
     .prediction = Prediction::DenseLikeLast, .names = step_names, .adjust = adjust_step, .vary = vary_step},
    {.model_type = "step3_text", .family = "Step",
     .mixture = {.experts = "moe_num_experts", .per_token = "moe_top_k", .shared_width = "share_expert_dim",
                 .where = step_mixtures, .dense_first = {.otherwise = 1}},
     .names = step3_names, .adjust = adjust_step3},
    {.model_type = "mimo_v2", .family = "MiMo", .quirks = {LlamaGraph::Mimo2, {Quirk::WindowPool}}, .output_bias = no, .block_bias = no,
     .mixture = {.experts = "n_routed_experts", .shared = {"n_shared_experts"}, .correction = yes,
                 .where = deepseek_layers},
     .adjust = adjust_mimo_v2, .vary = vary_mimo_v2, .finish = finish_mimo_v2},
    {.model_type = "mimo_v2_flash", .family = "MiMo", .quirks = {LlamaGraph::Mimo2, {Quirk::WindowPool}},
     .like = "mimo_v2"},
    {.model_type = "nemotron-nas", .family = "Nemotron", .reader = read_nemotron_nas},
    {.model_type = "openelm", .family = "OpenELM", .reader = read_openelm},
    {.model_type = "inkling_text", .family = "Inkling", .reader = read_inkling_text},
    {.model_type = "hrm_text", .family = "HRM", .reader = read_hrm_text},
};
// clang-format on

}  // namespace

std::span<const FamilyRow> uneven_families() { return rows; }

}  // namespace llmcalc::models
